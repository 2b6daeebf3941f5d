"""Forms of the cohort's staff pages."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from applications.domain.cohorts import RULES
from applications.domain.promises import as_kept, promises_broken
from applications.models import Cohort, EligibilityRules, Status
from applications.models.cohorts import (
    BOOTCAMP_DAYS,
    INSTANTS_IN_ORDER,
    MOST_HOURS,
    MOST_PLACES,
    ORDER,
)
from notifications.moments import HONG_KONG

WEEK = 7
YEAR_OF_WEEKS = 364
ENDS_OF_PERIODS = ("applications_close_at", "quiz_closes_at", "project_due_at", "rankings_close_at")
MOST = {
    "reply_hours": MOST_HOURS,
    **dict.fromkeys(
        ("places", "places_with_ties", "finalists", "finalists_with_ties"), MOST_PLACES
    ),
}
END_OF_A_DAY = gettext_lazy("For the end of a day write 23:59. 00:00 is its beginning.")


class MonthInput(forms.DateField):
    """A month as `2027-03`; the day is the first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m", "%Y-%m-%d"],
            widget=UnfoldAdminTextInputWidget({"type": "month", "placeholder": "2027-03"}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        return day.replace(day=1) if day else None


class RuleFields(forms.Form):
    """What a version of the eligibility rules says."""

    statuses = forms.MultipleChoiceField(
        label=gettext_lazy("Who may apply"),
        choices=(
            (Status.STUDENT, gettext_lazy("Students")),
            (Status.GRADUATE, gettext_lazy("Graduates")),
        ),
        initial=Status.values,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    completion_from = MonthInput(
        label=gettext_lazy("Earliest completion month"), help_text=gettext_lazy("Year-month.")
    )
    completion_to = MonthInput(
        label=gettext_lazy("Latest completion month"), help_text=gettext_lazy("Year-month.")
    )
    days_needed = forms.IntegerField(
        label=gettext_lazy("Bootcamp days one must attend"),
        min_value=0,
        max_value=60,
        initial=5,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    adults_only = forms.BooleanField(
        label=gettext_lazy("18 or older"), required=False, initial=True, widget=UnfoldBooleanWidget
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("completion_from"), cleaned.get("completion_to")
        if first and last and first > last:
            text = _("“Earliest completion month” must not come after “latest completion month”.")
            self.add_error("completion_from", text)
        return cleaned

    @property
    def rules(self) -> dict[str, Any]:
        """The values of a version."""
        return {name: self.cleaned_data[name] for name in RULES}


class RulesForm(RuleFields):
    """New rules, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=gettext_lazy("Stays with the version, for whoever asks later."),
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
    )

    def __init__(self, data: Any = None, *, current: EligibilityRules) -> None:
        super().__init__(data, initial={name: getattr(current, name) for name in RULES})


class DuplicateForm(forms.Form):
    """The copy's names, and how much later it is."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=50,
        help_text=gettext_lazy("Stands in addresses: letters, digits and hyphens."),
        widget=UnfoldAdminTextInputWidget,
    )
    name_en = forms.CharField(
        label=gettext_lazy("Name (English)"), max_length=120, widget=UnfoldAdminTextInputWidget
    )
    name_zh = forms.CharField(
        label=gettext_lazy("Name (Chinese)"), max_length=120, widget=UnfoldAdminTextInputWidget
    )
    shift_days = forms.IntegerField(
        label=gettext_lazy("Days later"),
        min_value=-3660,
        max_value=3660,
        help_text=gettext_lazy(
            "Every date moves by this number. With a multiple of 7 the days of the week stay."
        ),
        widget=UnfoldAdminIntegerFieldWidget,
    )


def suggested_shift(cohort: Cohort, today: date) -> int:
    """The least number of whole years of 52 weeks after which applications open in the future."""
    opens = cohort.applications_open_at.date()
    shift = YEAR_OF_WEEKS
    while opens + timedelta(days=shift) <= today:
        shift += YEAR_OF_WEEKS
    return shift


class CohortForm(forms.ModelForm):
    """Settings of a cohort. A date that people rely on does not move earlier."""

    class Meta:
        model = Cohort
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # What is sent back is compared with what was shown: a page that was open for long
            # takes back nothing that somebody else has set since.
            field.show_hidden_initial = bool(self.instance.pk)
        for name, most in MOST.items():
            if name in self.fields:
                # One message for both ends, and not that of what the database could hold.
                text = _("Give a whole number from 1 to %(most)d.") % {"most": most}
                self.fields[name].validators = [
                    MinValueValidator(1, text),
                    MaxValueValidator(most, text),
                ]
        for name in ENDS_OF_PERIODS:
            if name in self.fields:
                self.fields[name].help_text = END_OF_A_DAY
        if "bootcamp_dates" in self.fields:
            self.fields["bootcamp_dates"].widget.attrs["rows"] = 2
            self.fields["bootcamp_dates"].help_text = _("With commas between: %(days)s") % {
                "days": "2027-04-05, 2027-04-06"
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        days = cleaned.get("bootcamp_dates")
        if days:
            cleaned["bootcamp_dates"] = days = sorted(set(days))
        given = as_kept(cleaned)  # a field with an error has no value any more
        if self.instance.pk:
            for name in self._set_meanwhile():
                self.add_error(name, _("Somebody has changed this since you opened the page."))
            changed = self._changed(cleaned)
            for name, text in promises_broken(self.instance, changed, timezone.now()).items():
                self.add_error(name, text)
        self._say_what_is_crossed(given)
        if self.instance.pk:
            self._ask_for_enough_days(self.instance.rules.days_needed)
        return cleaned

    def _set_meanwhile(self) -> list[str]:
        """What was typed over here, and by somebody else while this page was open."""
        found = []
        for name in self.changed_data:
            bound, field = self[name], self.fields[name]
            widget = field.hidden_widget()
            shown = widget.value_from_datadict(self.data, self.files, bound.html_initial_name)
            if shown in (None, [None, None]):  # not sent along
                continue
            if field.has_changed(bound.initial, shown) and field.has_changed(
                bound.initial, bound.data
            ):
                found.append(name)
        return found

    def _say_what_is_crossed(self, given: dict[str, Any]) -> None:
        """Beside the field that was typed over, or else beside the later one."""

        labels = INSTANTS_IN_ORDER
        for first, second in ORDER:
            text = _("“{first}” must not come after “{second}”.")
            text = text.format(first=labels[first], second=labels[second])
            self._complain_if_crossed(given, first, second, text)
        text = _("“Places if people tie” must not be fewer than “bootcamp places”.")
        self._complain_if_crossed(given, "places", "places_with_ties", text)
        text = _("“Finalists if people tie” must not be fewer than “finalists”.")
        self._complain_if_crossed(given, "finalists", "finalists_with_ties", text)
        self._say_what_days_are_crossed(given)

    def _complain_if_crossed(
        self, given: dict[str, Any], first: str, second: str, text: str
    ) -> None:
        less, more, typed = given.get(first), given.get(second), self.changed_data
        if less and more and less > more:
            self.add_error(first if first in typed and second not in typed else second, text)

    def _say_what_days_are_crossed(self, given: dict[str, Any]) -> None:
        days, told, due = (
            given.get(name) for name in ("bootcamp_dates", "shortlist_at", "project_due_at")
        )
        labels = INSTANTS_IN_ORDER
        if days and told and min(days) <= told.astimezone(HONG_KONG).date():
            text = _("Every one of the “{days}” must come after the day on which “{instant}”.")
            said = text.format(days=BOOTCAMP_DAYS, instant=labels["shortlist_at"])
            self.add_error("bootcamp_dates", said)
        if days and due and max(days) > due.astimezone(HONG_KONG).date():
            text = _("None of the “{days}” may come after the day on which “{instant}”.")
            said = text.format(days=BOOTCAMP_DAYS, instant=labels["project_due_at"])
            self.add_error("bootcamp_dates", said)

    def _changed(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """What was typed over, as far as it can be read."""
        changed = {name: cleaned.get(name) for name in self.changed_data}
        return {name: value for name, value in changed.items() if value is not None}

    def _ask_for_enough_days(self, needed: int | None) -> None:
        days = self.cleaned_data.get("bootcamp_dates")
        if days and needed is not None and len(days) < needed:
            text = _(
                "There are %(days)d “bootcamp days”, fewer than “bootcamp days one must attend” "
                "(%(needed)d)."
            )
            self.add_error("bootcamp_dates", text % {"days": len(days), "needed": needed})


class AddCohortForm(CohortForm, RuleFields):
    """A new cohort with the first version of its rules."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._ask_for_enough_days(cleaned.get("days_needed"))
        return cleaned
