"""The texts of messages: the version that staff wrote last and of which both languages were read.

A kind without one uses its file, `templates/messages/<kind>.<language>.txt`; the first line is the
subject. A variable that the caller did not give is an error, never an empty gap in somebody's
letter. What a text may be is said in `notifications.language`.

A text names only what its kind declares. A version that was approved when its kind declared more,
or something else, is passed over: the one before it is used, in the end the shipped one.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
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
SAID_OF: dict[str, type] = {"instant": datetime, "day": date, "clock": datetime}
"""What each filter can say. A day is no instant: which day that is depends on the place."""

MissingVariable = language.MissingVariable
log = logging.getLogger("dtt.mail")
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
        self.wanted = frozenset(wanted)
        self.written = in_use(LetterText.objects.filter(kind__in=wanted, approved_at__isnull=False))

    def versions(self) -> dict[str, int | str]:
        """The number of each text that staff have written; of a shipped one, which has no number
        of its own, the digest of its words."""
        numbers = {kind: row.number for kind, row in self.written.items()}
        return {kind: numbers.get(kind) or shipped_digest(kind) for kind in sorted(self.wanted)}

    def take(self, kind: str, in_language: str) -> Version:
        """The text of a kind in one language.

        Raises:
            KeyError: this kind was not asked for.
            TemplateDoesNotExist: nobody has written one.
        """
        if kind not in self.wanted:
            raise KeyError(kind)
        row = self.written.get(kind)
        if row is None:
            return _shipped(kind, in_language)
        subject, body = row.in_language(in_language)
        return Version(row.number, _parsed(subject), _parsed(body))


def in_use(approved: Iterable[LetterText]) -> dict[str, LetterText]:
    """Of each kind the newest of these versions that can be written out as the kind is now."""
    used: dict[str, LetterText] = {}
    for row in sorted(approved, key=lambda row: row.number, reverse=True):
        if row.kind in used:
            continue
        if fits(row):
            used[row.kind] = row
        else:
            log.error("version %d of the text %s no longer fits its kind", row.number, row.kind)
    return used


def fits(written: LetterText) -> bool:
    """Whether a version names only what its kind declares."""
    kind = kinds.known(written.kind)
    try:
        for in_language in kinds.languages():
            for text in written.in_language(in_language):
                check(kind, _parsed(text))
    except language.NotALetter:
        return False
    return True


def check(kind: kinds.Kind, nodes: language.Nodes) -> None:
    """See that what verbs give for a letter of this kind is enough for this text.

    Raises:
        NotALetter: it names something else, or says a variable in a way that it cannot be said.
    """
    paths = kind.paths
    filters = {
        name: {path for path, example in paths.items() if type(example) is said}
        for name, said in SAID_OF.items()
    }
    language.check(nodes, known=paths, filters=filters)


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
def shipped_digest(kind: str) -> str:
    """SHA-256, in hexadecimal, over a shipped text in every language."""
    words = [shipped(kind, in_language) for in_language in kinds.languages()]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


@cache
def _shipped(kind: str, in_language: str) -> Version:
    subject, body = shipped(kind, in_language)
    return Version(SHIPPED, language.parse(subject), language.parse(body))


@lru_cache(maxsize=256)
def _parsed(text: str) -> language.Nodes:
    return language.parse(text)
