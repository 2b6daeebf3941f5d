"""Who would be told what if a run were published now, with the letters as they would leave.

The seats are shared out as publication does it, so who moves up because somebody has left is seen
with the offer. Awkward people are chosen for the samples on purpose: the longest name, a Chinese
name, no preferred name, and who moves up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.languages import Language
from applications.models import Application
from notifications import kinds
from notifications.texts import Shelf, Text
from selection.domain.appealing import WITHIN as APPEALS_WITHIN
from selection.domain.seats import deadline_for_reply, share
from selection.letters import kind_at_publication, news, variables
from selection.models import Entry, Selection


@dataclass(frozen=True, slots=True)
class Foretold:
    """Everybody of a run by what publication would do to them, each list best first.

    Attributes:
        seated: gets a place; `moved_up` are those of them whom the run itself left in reserve.
        waiting: stays in reserve, in turn.
        gone: has left the pool since the run was drawn up, and is told nothing.
        by_letter: who is told, by the kind of the letter.
    """

    seated: list[Entry]
    moved_up: list[Entry]
    waiting: list[Entry]
    gone: list[Entry]
    by_letter: dict[str, list[Entry]]

    @property
    def told(self) -> int:
        """How many people get a letter."""
        return sum(map(len, self.by_letter.values()))


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter to one person in one language, and why this person was chosen."""

    entry: Entry
    why: str
    language: str
    text: Text


@dataclass(frozen=True, slots=True)
class Group:
    """Who is told one thing: how many, who they are, and sample letters."""

    label: str
    people: list[Application]
    seats: int
    samples: list[Sample]


def foretell(selection: Selection) -> Foretold:
    """Share out the seats as publication would at this instant; two queries."""
    entries = list(selection.entries.select_related("application").defer("scores"))
    pool = selection.way.pool
    present = [entry for entry in entries if entry.application.stage == pool]
    seated, waiting, others = share(selection, entries, present)
    has_seat = {entry.pk for entry in seated}
    by_letter: dict[str, list[Entry]] = {}
    for entry in [*seated, *waiting, *others]:
        kind = kind_at_publication(selection, seated=entry.pk in has_seat, entry=entry)
        by_letter.setdefault(kind, []).append(entry)
    return Foretold(
        seated=seated,
        moved_up=[entry for entry in seated if entry.outcome != Entry.Outcome.SELECTED],
        waiting=waiting,
        gone=[entry for entry in entries if entry.application.stage != pool],
        by_letter=by_letter,
    )


def previews(
    selection: Selection, foretold: Foretold, site: dict[str, str], now: datetime
) -> list[Group]:
    """Render every letter of the publication in every language for up to four people each.

    Takes two queries, however many people there are.

    Args:
        site: variables that the outbox adds to every letter.

    Raises:
        MissingVariable, TemplateDoesNotExist: a letter could not be sent as it is.
    """
    shelf = Shelf(foretold.by_letter)
    seated, moved_up = ({entry.pk for entry in of} for of in (foretold.seated, foretold.moved_up))
    chosen = {kind: _awkward(told, moved_up) for kind, told in foretold.by_letter.items()}
    whole = selection.entries.select_related("application__user").in_bulk(
        [pk for wanted in chosen.values() for pk in wanted]
    )
    at = max(selection.publish_at or now, now)
    reply_by = deadline_for_reply(selection, at)
    groups = []
    turns = {entry.pk: turn for turn, entry in enumerate(foretold.waiting, start=1)}
    for kind, told in foretold.by_letter.items():
        samples = []
        for pk, why in chosen[kind].items():
            offered = reply_by if pk in seated else None
            facts = site | variables(selection, whole[pk], reply_by=offered)
            facts |= news(turn=turns.get(pk), appeal_until=at + APPEALS_WITHIN)
            for language in Language.values:
                text = shelf.take(kind, language).render(kind, language, facts)
                samples.append(Sample(whole[pk], why, language, text))
        groups.append(
            Group(
                label=kinds.title_of(kind),
                people=[entry.application for entry in told],
                seats=sum(entry.pk in seated for entry in told),
                samples=samples,
            )
        )
    return groups


def _awkward(told: list[Entry], moved_up: Iterable[int]) -> dict[int, str]:
    """Who shall be seen, by the entry's id, and why; one person for each reason at most."""

    def length(entry: Entry) -> int:
        return len(entry.application.surname_en + entry.application.given_en)

    wanted = (
        (_("the longest name"), [max(told, key=length)]),
        (_("a Chinese name"), [e for e in told if e.application.name_zh]),
        (_("no preferred name"), [e for e in told if not e.application.preferred_name]),
        (_("moves up from the reserve list"), [e for e in told if e.pk in moved_up]),
    )
    chosen: dict[int, list[str]] = {}
    for why, people in wanted:
        for entry in people[:1]:
            chosen.setdefault(entry.pk, []).append(why)
    return {pk: _(", ").join(reasons) for pk, reasons in chosen.items()}
