"""Forms of the candidate's and the company's pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Cohort, PriorLearning, Track
from matching.models import Opportunity
from matching.ordering import moved, placed, stepped, tiers_of

MAX_NUMBER = 999
NO_VERSION = -1


@dataclass
class OrderPress:
    """What one press of a button on the candidate's ranking page asks for.

    Attributes:
        opportunities: in the order that was asked for.
        places: what stood in the number field beside each, as typed.
        faults: why it cannot be done, in words; the list is then as it was posted.
    """

    opportunities: list[Opportunity]
    places: list[str]
    certify: bool
    version: int
    faults: list[str] = field(default_factory=list)


def read_order(data: QueryDict, known: dict[str, Opportunity]) -> OrderPress:
    """Read the posted list. References that are not `known` are left out and said to be."""
    posted = data.getlist("order")
    typed = data.getlist("place")
    typed += [""] * (len(posted) - len(typed))
    order = [reference for reference in dict.fromkeys(posted) if reference in known]
    faults = []
    if len(order) != len(posted):
        faults.append(_("Something on your list is no longer open, or stands there twice."))
    beside = dict(zip(posted, typed, strict=False))
    numbers = {}
    for reference in order:
        number = _number(beside[reference])
        if number is None and beside[reference].strip():
            faults.append(
                _("“%(typed)s” beside %(title)s is not a number from 1 to 999.")
                % {"typed": beside[reference][:20], "title": known[reference]}
            )
        elif number is not None:
            numbers[reference] = number
    if not faults:
        order = _pressed(data, placed(order, numbers), known)
    return OrderPress(
        opportunities=[known[reference] for reference in order],
        places=[beside.get(reference, "") for reference in order]
        if faults
        else [str(place) for place, _reference in enumerate(order, start=1)],
        certify="certify" in data,
        version=_version(data),
        faults=faults,
    )


def _pressed(data: QueryDict, order: list[str], known: dict[str, Opportunity]) -> list[str]:
    for press, up in (("up", True), ("down", False)):
        if (key := data.get(press, "")) in order:
            return moved(order, key, up=up)
    if (key := data.get("remove", "")) in order:
        return [reference for reference in order if reference != key]
    if "press-add" in data and (key := data.get("add", "")) in known and key not in order:
        return [*order, key]
    return order


@dataclass
class TierPress:
    """What one press of a button on the company's ranking page asks for.

    Attributes:
        tiers: application ids; who has no number is in none.
        typed: reference → what stood in the number field.
    """

    tiers: list[list[int]]
    typed: dict[str, str]
    certify: bool
    version: int
    faults: list[str] = field(default_factory=list)


def read_tiers(data: QueryDict, candidates: Sequence[Application]) -> TierPress:
    """Read the posted numbers. People who are not among the candidates (any more) are left out."""
    typed = dict(zip(data.getlist("person"), data.getlist("tier"), strict=False))
    numbers: dict[int, int] = {}
    faults = []
    keys = {one.reference: one.pk for one in candidates}
    for one in candidates:
        text = typed.get(one.reference, "")
        number = _number(text)
        if number is not None:
            numbers[one.pk] = number
        elif text.strip():
            faults.append(
                _("“%(typed)s” beside %(name)s is not a number from 1 to 999.")
                % {"typed": text[:20], "name": one.full_name}
            )
    tiers = tiers_of(numbers)
    for press, up in (("up", True), ("down", False)):
        key = keys.get(data.get(press, ""))
        if key in numbers:
            tiers = stepped(tiers, key, up=up)
    return TierPress(
        tiers=tiers,
        typed=typed,
        certify="certify" in data,
        version=_version(data),
        faults=faults,
    )


def _number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        return None
    return int(text) if 1 <= int(text) <= MAX_NUMBER else None


def _version(data: QueryDict) -> int:
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else NO_VERSION


class CandidateFilter(forms.Form):
    """What a recruiter may filter by: track and skills, nothing about the person."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.none(),
        label=gettext_lazy("Cohort"),
        to_field_name="slug",
        empty_label=None,
        required=False,
    )
    track = forms.ChoiceField(
        label=gettext_lazy("Track"),
        choices=[("", gettext_lazy("All")), *Track.choices],
        required=False,
    )
    python = forms.TypedChoiceField(
        label=gettext_lazy("Python, at least"),
        choices=[("", gettext_lazy("All")), *((n, f"{n} / 5") for n in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    learning = forms.ChoiceField(
        label=gettext_lazy("Machine learning before"),
        choices=[("", gettext_lazy("All")), *PriorLearning.choices],
        required=False,
    )

    def __init__(self, *args: Any, cohorts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]

    def conditions(self) -> dict[str, Any]:
        """The filter as conditions on applications; a field that makes no sense is left out."""
        chosen = self.cleaned_data
        conditions = {
            "track": chosen.get("track"),
            "python_rating__gte": chosen.get("python"),
            "prior_learning": chosen.get("learning"),
        }
        return {name: value for name, value in conditions.items() if value}


class OfferForm(forms.Form):
    """The conditions of an offer, as the person will read them."""

    conditions = forms.CharField(
        label=gettext_lazy("Conditions of the offer"),
        help_text=gettext_lazy(
            "Pay, hours, first day, probation, and what you must check before the first day."
        ),
        max_length=4000,
        widget=forms.Textarea(attrs={"maxlength": 4000, "rows": 8}),
    )
