"""What staff type when they set the rule of a list."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from selection import sources
from selection.domain.usable import MOST_RESERVES, UnusableRule, faults_of
from selection.models import SelectionRule
from selection.plain_words import Terms
from selection.ranking import TiePolicy
from selection.wording import say_score

WEIGHT, TIE = "weight-", "tie-"
FEWEST_TIES = 3
LONGEST = 20
"""Characters of a number."""


class WeightField(forms.CharField):
    """A weight as it is typed; whether it can be one is said by the rule of rules."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            max_length=LONGEST,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> Decimal | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return Decimal(typed)
        except InvalidOperation:
            raise forms.ValidationError(
                _("“%(typed)s” is no number. Write a decimal from 0 to 1, such as 0.35.")
                % {"typed": typed}
            ) from None


class RuleForm(forms.Form):
    """A weight for each source, the tie-breakers in their order, and what is left to the draw."""

    tie_policy = forms.ChoiceField(
        label=gettext_lazy("People who still tie at the line"),
        choices=SelectionRule.Ties.choices,
        widget=forms.RadioSelect,
    )
    reserves = forms.IntegerField(
        label=gettext_lazy("Length of the reserve list"),
        max_value=MOST_RESERVES,
        min_value=0,
        error_messages={
            "invalid": gettext_lazy("Write a whole number."),
            "min_value": gettext_lazy("A reserve list has 0 people or more."),
            "max_value": gettext_lazy("A reserve list has at most 100,000 people."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    replaces = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)

    def __init__(self, data: QueryDict | None, *, current: Terms, version: int) -> None:
        weights = dict(current.weights)
        breakers = list(current.tie_breakers)
        initial: dict[str, Any] = {
            "tie_policy": current.tie_policy.value,
            "reserves": current.reserves,
            "replaces": version,
        }
        initial |= {f"{WEIGHT}{name}": say_score(weight) for name, weight in weights.items()}
        initial |= {f"{TIE}{number}": name for number, name in enumerate(breakers, start=1)}
        super().__init__(data, initial=initial)
        offered = {source.name: str(source.title) for source in sources.offered()}
        self.names = [*offered, *(name for name in weights if name not in offered)]
        self.ties = range(1, max(FEWEST_TIES, len(breakers)) + 1)
        for name in self.names:
            self.fields[f"{WEIGHT}{name}"] = WeightField(sources.title_of(name))
        for number in self.ties:
            self.fields[f"{TIE}{number}"] = forms.ChoiceField(
                label=_("Tie-breaker %(n)d") % {"n": number},
                choices=[("", _("none")), *((name, sources.title_of(name)) for name in self.names)],
                required=False,
                error_messages={"invalid_choice": _("There are no scores named “%(value)s”.")},
            )

    def weights(self) -> list[BoundField]:
        """The fields of the weights."""
        return [self[f"{WEIGHT}{name}"] for name in self.names]

    def tie_breakers(self) -> list[BoundField]:
        """The fields of the tie-breakers, in their order."""
        return [self[f"{TIE}{number}"] for number in self.ties]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._refuse_strangers()
        if not any(name.startswith((WEIGHT, TIE)) for name in self.errors):
            for fault in faults_of(self._criteria(), self._breakers()):
                self.blame(fault)
        return cleaned

    def blame(self, fault: UnusableRule) -> None:
        """Show a fault beside what it is about."""
        field = {"tie_breakers": f"{TIE}1", "weights": None}.get(fault.about, fault.about)
        if f"{WEIGHT}{field}" in self.fields:
            field = f"{WEIGHT}{field}"
        self.add_error(field, fault.why)

    def verb(self) -> dict[str, Any]:
        """What the verb is given."""
        return {
            "criteria": self._criteria(),
            "tie_breakers": self._breakers(),
            "tie_policy": TiePolicy(self.cleaned_data["tie_policy"]),
            "reserves": self.cleaned_data["reserves"],
            "replaces": self.cleaned_data["replaces"],
            "reason": self.cleaned_data["reason"],
        }

    def terms(self, places: int, cap: int) -> Terms:
        """What was typed, as the terms of a list."""
        given, breakers = self._criteria(), self._breakers()
        known = {name for name, _weight in given}
        unweighed = [(name, Decimal(0)) for name in breakers if name not in known]
        return Terms(
            weights=[*given, *unweighed],
            tie_breakers=breakers,
            tie_policy=TiePolicy(self.cleaned_data["tie_policy"]),
            reserves=self.cleaned_data["reserves"],
            places=places,
            cap=cap,
        )

    def _criteria(self) -> list[tuple[str, Decimal]]:
        typed = [(name, self.cleaned_data[f"{WEIGHT}{name}"]) for name in self.names]
        return [(name, weight) for name, weight in typed if weight is not None]

    def _breakers(self) -> Sequence[str]:
        typed = [self.cleaned_data[f"{TIE}{number}"] for number in self.ties]
        return [name for name in typed if name]

    def _refuse_strangers(self) -> None:
        """A weight that this page has no field for, or has one field for and gets two."""
        for key, values in self.data.lists() if isinstance(self.data, QueryDict) else ():
            name = key.removeprefix(WEIGHT)
            if name == key:
                continue
            if name not in self.names:
                said = _("There are no scores named “%(value)s”.") % {"value": name[:100]}
                self.add_error(None, said)
            elif len(values) > 1:
                said = _("“%(name)s” is named twice.") % {"name": sources.title_of(name)}
                self.add_error(key, said)
