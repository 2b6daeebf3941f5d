"""By what a list is looked at: four questions, and whether an arrangement was made."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from monitoring.models import QUESTIONS, UNSAID, YesNo

ARRANGEMENT = "arrangement"
DID_NOT_SAY = _("Did not say")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A table: its title, and its rows as key and label, in the order of the page."""

    key: str
    title: str | Promise
    groups: tuple[tuple[str, str | Promise], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _label in self.groups)


TITLES = {
    "language": _("Most at home in"),
    "disability": _("Disability or long-term health condition"),
    "caring": _("Caring for a child or a relative"),
    "first_in_family": _("First in the family at university or college"),
}
YES_OR_NO = ((YesNo.YES.value, YesNo.YES.label), (YesNo.NO.value, YesNo.NO.label))


def _dimension(question: str) -> Dimension:
    said = tuple((one.value, one.label) for one in QUESTIONS[question] if one.value != UNSAID)
    return Dimension(question, TITLES[question], (*said, (UNSAID, DID_NOT_SAY)))


DIMENSIONS: tuple[Dimension, ...] = (
    *map(_dimension, QUESTIONS),
    Dimension(ARRANGEMENT, _("Had an arrangement to take the quiz or attend"), YES_OR_NO),
)
