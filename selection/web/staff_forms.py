"""What staff type on the pages of lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.lifecycle import STEPS
from applications.models import Cohort
from selection.models import STEP_CHOICES, Override


class ListForm(forms.Form):
    """Names one list of one cohort."""

    cohort = forms.ModelChoiceField(Cohort.objects.all())
    step = forms.ChoiceField(choices=[choice for choice in STEP_CHOICES if choice[0] in STEPS])


class RequestForm(forms.Form):
    """When the list is to appear."""

    publish_at = forms.DateTimeField(
        label=_("Publish at (Hong Kong time); leave empty to publish by hand"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class DecisionForm(forms.Form):
    """What the second person saw, and what they say to it."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    approve = forms.TypedChoiceField(
        choices=[("yes", _("Approve")), ("no", _("Refuse"))], coerce=lambda word: word == "yes"
    )
    reason = forms.CharField(label=_("Remark"), required=False, max_length=1000)


class PublishForm(forms.Form):
    """The number of people in the list, typed by hand: a moment to think."""

    people = forms.IntegerField(label=_("Type how many people are in this list"), min_value=1)

    def __init__(self, *args: Any, expected: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_people(self) -> int:
        people: int = self.cleaned_data["people"]
        if people != self.expected:
            raise forms.ValidationError(
                _("This list has %(expected)s people, not %(typed)s. Nothing was published."),
                params={"expected": self.expected, "typed": people},
            )
        return people


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
