"""The letters of a run, rendered for real people before anybody gets one.

Awkward people are chosen on purpose: the longest name, a Chinese name, no preferred name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Concat, Length
from django.utils.translation import gettext as _

from accounts.languages import Language
from notifications.texts import Shelf, Text
from selection.domain.appealing import WITHIN as APPEALS_WITHIN
from selection.domain.seats import deadline_for_reply
from selection.explaining import moved_by_hand
from selection.letters import kind_at_publication, kinds_at_publication, news, variables
from selection.models import Entry, Selection
from selection.runs import Way


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter to one person in one language, and why this person was chosen."""

    entry: Entry
    why: str
    language: str
    text: Text


@dataclass(frozen=True, slots=True)
class Group:
    """Who gets one kind of outcome: how many, and sample letters."""

    label: str
    people: int
    samples: list[Sample]


def previews(selection: Selection, site: dict[str, str], now: datetime) -> list[Group]:
    """Render every letter of the publication in every language for up to three people each.

    Args:
        site: variables that the outbox adds to every letter.

    Raises:
        MissingVariable, TemplateDoesNotExist: a letter could not be sent as it is.
    """
    groups = []
    shelf = Shelf(kinds_at_publication(selection))
    for label, entries in _groups(selection):
        people = entries.count()
        if people:
            samples = [
                _sample(selection, entry, why, language, shelf, site, now)
                for entry, why in _awkward(entries)
                for language in Language.values
            ]
            groups.append(Group(label, people, samples))
    return groups


def _groups(selection: Selection) -> Iterator[tuple[str, QuerySet[Entry]]]:
    """Those who get one letter: by outcome, and who was moved out by hand apart."""
    everybody = selection.entries.select_related("application__user")
    moved = moved_by_hand(selection).items()
    out = [key for key, one in moved if one.way is Way.OUT]
    by_line = everybody.exclude(outcome=Entry.Outcome.NOT_SELECTED, application__in=out)
    for outcome in Entry.Outcome:
        yield str(outcome.label), by_line.filter(outcome=outcome)
    yield (
        _("moved out by hand"),
        everybody.filter(outcome=Entry.Outcome.NOT_SELECTED, application__in=out),
    )


def _awkward(entries: QuerySet[Entry]) -> list[tuple[Entry, str]]:
    by_length = entries.annotate(
        length=Length(Concat("application__surname_en", "application__given_en"))
    ).order_by("-length", "pk")
    wanted = (
        (_("the longest name"), by_length),
        (_("a Chinese name"), entries.exclude(application__name_zh="")),
        (_("no preferred name"), entries.filter(application__preferred_name="")),
    )
    chosen: dict[int, tuple[Entry, str]] = {}
    for why, candidates in wanted:
        entry = candidates.first()
        if entry is not None:
            chosen.setdefault(entry.pk, (entry, why))
    return list(chosen.values())


def _sample(
    selection: Selection,
    entry: Entry,
    why: str,
    language: str,
    shelf: Shelf,
    site: dict[str, str],
    now: datetime,
) -> Sample:
    seated = entry.outcome == Entry.Outcome.SELECTED
    at = max(selection.publish_at or now, now)
    reply_by = deadline_for_reply(selection, at) if seated else None
    kind = kind_at_publication(selection, seated=seated, entry=entry)
    moment = news(turn=entry.reserve_position, appeal_until=at + APPEALS_WITHIN)
    facts = site | variables(selection, entry, reply_by=reply_by) | moment
    text = shelf.take(kind, language).render(kind, language, facts)
    return Sample(entry, why, language, text)
