"""Two languages beside each other, with what stands in one of them alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.languages import NAMES
from notifications.parity import Fact, What, compare
from notifications.previews import Sample

WORDS: dict[What, str | Promise] = {
    What.FILLED_IN: gettext_lazy("a value to fill in"),
    What.LINK: gettext_lazy("a link"),
    What.DATE: gettext_lazy("a date"),
    What.WEEKDAY: gettext_lazy("a day of the week"),
    What.TIME: gettext_lazy("a time"),
    What.NUMBER: gettext_lazy("a number or an amount"),
}
READ_BOTH: tuple[tuple[str, str | Promise], ...] = (
    ("read-en", gettext_lazy("I have read the English")),
    ("read-zh", gettext_lazy("I have read the Chinese")),
)
"""What the second person says before something goes to many."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is said in one language."""

    name: str | Promise
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Alone:
    """A fact of one language that the other lacks, as it is written."""

    name: str | Promise
    language: str
    what: str | Promise
    said: str


def side_by_side(
    english: tuple[str, str], chinese: tuple[str, str], samples: Iterable[Sample] = ()
) -> dict[str, Any]:
    """Both languages as they are written, what one has alone, and as people would get them.

    Args:
        english, chinese: subject and text.
        samples: for each person first one language, then the other.
    """
    said = zip(NAMES.items(), (english, chinese), strict=True)
    sides = [Side(name, str(language), *both) for (language, name), both in said]
    facts = compare(*(f"{side.subject}\n{side.body}" for side in sides))
    by_person = groupby(samples, key=lambda sample: (sample.name, sample.why))
    return {
        "sides": sides,
        "alone": [one for side, own in zip(sides, facts, strict=True) for one in _alone(side, own)],
        "pairs": [list(pair) for _person, pair in by_person],
    }


def _alone(side: Side, facts: Sequence[Fact]) -> list[Alone]:
    return [Alone(side.name, side.language, WORDS[fact.what], fact.said) for fact in facts]
