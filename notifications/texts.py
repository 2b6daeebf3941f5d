"""The texts of messages: the version that staff wrote last and a second person approved.

A kind without one uses its file, `templates/messages/<kind>.<language>.txt`; the first line is the
subject. A variable that the caller did not give is an error, never an empty gap in somebody's
letter. What a text may be is said in `notifications.language`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.utils import translation

from accounts.languages import Language
from notifications import kinds, language, moments
from notifications.models import LetterText

FILTERS: language.Filters = {
    "instant": moments.say_instant,
    "day": moments.say_day,
    "clock": moments.say_time,
}
MissingVariable = language.MissingVariable
SHIPPED = 0
"""The number of the version that comes with the program."""


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered message."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Version:
    """A text that is ready to be written out."""

    number: int
    subject: language.Nodes
    body: language.Nodes

    def render(self, kind: str, in_language: str, variables: dict[str, Any]) -> Text:
        """Write it out in the language of its reader.

        Raises:
            MissingVariable: it needs a variable that is not among `variables`.
        """
        optional = kinds.known(kind).optional
        try:
            with translation.override(in_language):
                subject, body = (
                    language.render(nodes, variables, filters=FILTERS, optional=optional)
                    for nodes in (self.subject, self.body)
                )
        except MissingVariable as missing:
            raise MissingVariable(f"{kind}.{in_language} needs {missing.args[0]!r}") from None
        return Text(subject=" ".join(subject.split()), body=body.strip() + "\n")


class Shelf:
    """The texts in force, read once for all the messages of one moment."""

    def __init__(self, wanted: Collection[str]) -> None:
        approved = LetterText.objects.filter(kind__in=wanted, approved_at__isnull=False)
        self.wanted = frozenset(wanted)
        self.written = {row.kind: row for row in approved.order_by("kind", "number")}

    def versions(self) -> dict[str, int]:
        """The number of each text that staff have written; of a shipped one, `SHIPPED`."""
        numbers = {kind: row.number for kind, row in self.written.items()}
        return {kind: numbers.get(kind, SHIPPED) for kind in sorted(self.wanted)}

    def take(self, kind: str, in_language: str) -> Version:
        """The text of a kind in one language.

        Raises:
            TemplateDoesNotExist: nobody has written one.
        """
        row = self.written.get(kind)
        if row is None:
            return _shipped(kind, in_language)
        subject, body = row.in_language(in_language)
        return Version(row.number, _parsed(subject), _parsed(body))


def render(kind: str, in_language: str, variables: dict[str, Any]) -> Text:
    """Render one message by the text that is in force.

    Raises:
        MissingVariable: the text needs a variable that is not among `variables`.
        TemplateDoesNotExist: there is no text of this kind in this language.
    """
    return Shelf({kind}).take(kind, in_language).render(kind, in_language, variables)


def shipped(kind: str, in_language: str) -> tuple[str, str]:
    """Subject and body as they come with the program.

    Raises:
        TemplateDoesNotExist: there is no such file.
    """
    name = f"messages/{kind}.{Language(in_language).value}.txt"
    try:
        text = (settings.BASE_DIR / "templates" / name).read_text(encoding="utf-8")
    except (FileNotFoundError, OSError) as error:
        raise TemplateDoesNotExist(name) from error
    subject, _, body = text.partition("\n")
    return subject, body


@cache
def _shipped(kind: str, in_language: str) -> Version:
    subject, body = shipped(kind, in_language)
    return Version(SHIPPED, language.parse(subject), language.parse(body))


@lru_cache(maxsize=256)
def _parsed(text: str) -> language.Nodes:
    return language.parse(text)
