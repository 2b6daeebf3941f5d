"""What staff type on the pages of lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.lifecycle import STEPS
from applications.models import Cohort
from selection.models import STEP_CHOICES, Override
from selection.previews import Foretold


class ListForm(forms.Form):
    """Names one list of one cohort."""

    cohort = forms.ModelChoiceField(Cohort.objects.all())
    step = forms.ChoiceField(choices=[choice for choice in STEP_CHOICES if choice[0] in STEPS])


class CountedForm(forms.Form):
    """Two numbers that are read off the page and typed by hand: a moment to think.

    A run that cannot be published foretells nothing; the verb then says why.
    """

    people = forms.IntegerField(
        label=_("Number of people who are told"), min_value=0, required=False
    )
    places = forms.IntegerField(
        label=_("Number of places that are given"), min_value=0, required=False
    )

    def __init__(self, *args: Any, foretold: Foretold | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = (
            {"people": foretold.told, "places": len(foretold.seated)} if foretold else {}
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and self.must_count(cleaned):
            self._compare(cleaned)
        return cleaned

    def must_count(self, cleaned: dict[str, Any]) -> bool:
        """Whether the numbers are wanted for what is asked."""
        return True

    def _compare(self, cleaned: dict[str, Any]) -> None:
        for name, expected in self.expected.items():
            typed = cleaned[name]
            if typed is None:
                self.add_error(name, _("Count on this page, and type the number."))
            elif typed != expected:
                wrong = _("%(typed)s is not the number on this page. Nothing was done.")
                self.add_error(name, forms.ValidationError(wrong, params={"typed": typed}))


class RequestForm(CountedForm):
    """When the list is to appear. For a time set beforehand the numbers are typed now."""

    publish_at = forms.DateTimeField(
        label=_("Publish at (Hong Kong time); leave empty to publish by hand"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    field_order = ("publish_at", "people", "places")

    def must_count(self, cleaned: dict[str, Any]) -> bool:
        return cleaned["publish_at"] is not None


class DecisionForm(forms.Form):
    """What the second person saw, and what they say to it."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    approve = forms.TypedChoiceField(
        choices=[("yes", _("Approve")), ("no", _("Refuse"))], coerce=lambda word: word == "yes"
    )
    reason = forms.CharField(label=_("Remark"), required=False, max_length=1000)


class PublishForm(CountedForm):
    """Nothing but the numbers."""


class DiscardForm(forms.Form):
    """Why a run is put aside."""

    reason = forms.CharField(label=_("Reason"), max_length=1000)


class OverrideForm(forms.Form):
    """Whom to move across the line, which way and why."""

    reference = forms.CharField(label=_("Reference"), max_length=40)
    way = forms.ChoiceField(label=_("Way"), choices=Override.Way.choices)
    category = forms.ChoiceField(label=_("Category"), choices=Override.Category.choices)
    reason = forms.CharField(label=_("Reason"), max_length=1000)


class UndoForm(forms.Form):
    """Whose decline to take back, and why."""

    reference = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=1000)


class AppealDecisionForm(forms.Form):
    """What is decided about an appeal, and why."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("dismiss", _("Dismiss")), ("uphold", _("Uphold: a place above the places"))],
    )
    reason = forms.CharField(
        label=_("Reason, which the person reads"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def verb(self) -> dict[str, Any]:
        """What the verb is given."""
        return {
            "uphold": self.cleaned_data["decision"] == "uphold",
            "reason": self.cleaned_data["reason"],
        }


class ExportForm(forms.Form):
    """What the file is for."""

    reason = forms.CharField(label=_("What is the file for?"), max_length=1000)
