"""What staff choose to make an audience definite, and what their text may name."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from applications import audiences as people
from applications.models import Cohort
from notifications import audiences
from notifications.audiences import Audience, ChoiceForm
from notifications.kinds import Class, Example

AT = datetime(2027, 5, 14, 15, 59, tzinfo=UTC)
DAYS = [date(2027, 6, 14), date(2027, 6, 15)]


class StagesForm(ChoiceForm):
    """One cohort, and the stages of it."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(),
        to_field_name="slug",
        label=_("Cohort"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    stages = forms.MultipleChoiceField(
        label=_("Stages"),
        choices=[(stage.value, stage.label) for stage in people.STAGES],
        help_text=_("Whose application stands there now. Who has moved on by then gets nothing."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def parameters(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        return {"cohort": chosen["cohort"].slug, "stages": chosen["stages"]}


class NewsForm(ChoiceForm):
    """Everybody, or those of one cohort."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(),
        to_field_name="slug",
        label=_("Only those who applied to"),
        empty_label=_("Everybody who wants news"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def parameters(self) -> dict[str, Any]:
        cohort = self.cleaned_data["cohort"]
        return {"cohort": cohort.slug} if cohort else {}


def register() -> None:
    """Let staff write to people by cohort, and to those who want news."""
    dates: dict[str, Any] = dict.fromkeys(people.OF_A_COHORT, AT) | {"bootcamp_dates": DAYS}
    audiences.register(
        Audience(
            name="cohort-stages",
            title=_("People of a cohort, in chosen stages"),
            says=_("About their own affair: a room, a date, what to bring. Nobody can refuse it."),
            of_class=Class.NOTICE,
            people=people.in_stages,
            say=people.say_stages,
            facts=people.facts_in_cohort,
            awkward=people.awkward_in_cohort,
            variables={
                "reference": "DTT-7KQ2MX34",
                "cohort": Example("Spring 2027", **dates),
            },
            form=StagesForm,
        )
    )
    audiences.register(
        Audience(
            name="news",
            title=_("Those who want news of other programmes and events"),
            says=_(
                "Only to people whose consent holds when it leaves. Each letter says how to end it."
            ),
            of_class=Class.MARKETING,
            people=people.wanting_news,
            say=people.say_news,
            facts=people.facts_of_people,
            awkward=people.awkward_of_people,
            form=NewsForm,
        )
    )
