"""The letters of a list: which text tells whom which fact, with what in it.

The staff's preview and the publication call the same functions, so what was read is what is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.urls import reverse

from notifications import kinds
from notifications.domain.outbox import Telling, queue
from notifications.texts import Shelf
from selection import sources
from selection.explaining import is_moved_out, moved_by_hand
from selection.models import Entry, Selection
from selection.runs import Way
from selection.wording import say_score, say_turn_lazily

NEAR = timedelta(hours=24)
"""What must be answered sooner than this is not held back for staff to look at it again."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happens to a person in a list.

    Attributes:
        kind: the text that tells it.
        name: what makes it another fact than the publication itself; blank for that.
        topic: what else than the place it is about. A newer letter about the place leaves it alone,
            and it leaves them alone.
    """

    kind: str
    name: str = ""
    topic: str = ""


def kind_at_publication(selection: Selection, *, seated: bool, entry: Entry) -> str:
    """Which text tells this person the result: by the seat they get, else by the outcome.

    Who was moved out by hand is told so: what the others read of the line is not why.
    """
    letters = selection.listing.letters
    if seated:
        return letters.selected
    if is_moved_out(entry):
        return letters.moved_out
    return letters.reserve if entry.outcome == Entry.Outcome.RESERVE else letters.rejected


def kinds_at_publication(selection: Selection) -> frozenset[str]:
    """The texts that a publication may need; the one about moving out only if somebody is."""
    letters = selection.listing.letters
    out = any(moved.way is Way.OUT for moved in moved_by_hand(selection).values())
    return frozenset(
        {letters.selected, letters.reserve, letters.rejected, *([letters.moved_out] if out else ())}
    )


def news(*, turn: int | None, appeal_until: datetime | None) -> dict[str, Any]:
    """What the letters say that depends on the moment: `also` for `telling`.

    Args:
        turn: a reserve's place in the queue, of which 1 is the next; None for the others.
        appeal_until: None where it is too late to appeal.
    """
    return {"band": say_turn_lazily(turn) if turn else None, "appeal_until": appeal_until}


def telling(
    selection: Selection,
    entry: Entry,
    fact: Fact,
    *,
    reply_by: datetime | None = None,
    also: Mapping[str, Any] = MappingProxyType({}),
) -> Telling:
    """Write the letter. `entry.application` must be loaded with its user.

    A newer letter about the same place voids an older one that has not left yet. What follows from
    a second offer, to somebody who had left and come back, is told again. What asks for a reply is
    not sent any more once it is too late for one.
    """
    again = f"again-{entry.offers}" if entry.offers > 1 else ""
    run = ("selection", str(selection.pk), fact.name, again)
    topic = ("selection", str(selection.cohort_id), selection.step, fact.topic)
    facts = variables(selection, entry, reply_by=reply_by) | dict(also)
    said = kinds.known(fact.kind).examples.keys()
    return Telling(
        person=entry.application.user,
        kind=fact.kind,
        run=":".join(part for part in run if part),
        topic=":".join(part for part in topic if part),
        variables={name: value for name, value in facts.items() if name in said},
        until=entry.reply_by if entry.reply == Entry.Reply.OFFERED else None,
    )


def tell(letters: Iterable[Telling], *, now: datetime) -> None:
    """Queue letters; those that must be answered soon leave at once."""
    soon: list[Telling] = []
    others: list[Telling] = []
    for letter in letters:
        near = letter.until is not None and letter.until - now < NEAR
        (soon if near else others).append(letter)
    queue(others, now=now)
    queue(soon, now=now, due_at=now)


def told_by(selection: Selection) -> dict[str, Any]:
    """What the letters at publication say for everybody: their texts' versions, dates and names.

    It is kept with the run and renewed when approval is asked for, so that nobody agrees to other
    letters than they read.
    """
    cohort = selection.cohort
    return {
        "texts": Shelf(kinds_at_publication(selection)).versions(),
        "reserves_until": selection.reserves_until.isoformat(),
        "names": [cohort.name_en, cohort.name_zh, cohort.programme.contact_email],
    }


def variables(selection: Selection, entry: Entry, *, reply_by: datetime | None) -> dict[str, Any]:
    """What letters of a list may say; each says only what its kind declares.

    The cohort and the names of scores are given as objects: the letter spells them in the
    language of its reader.
    """
    application = entry.application
    moved = moved_by_hand(selection).get(entry.application_id)
    return {
        "name": application.called,
        "cohort": selection.cohort,
        "reference": application.reference,
        "score": say_score(entry.score),
        "cut_score": say_score(selection.cut_score),
        "category": moved and moved.category.label,
        "missing": [sources.get(name).title for name in entry.missing],
        "reply_by": reply_by,
        "reserves_until": selection.reserves_until,
        "result_path": reverse("selection:result", args=[application.reference]),
        "appeal_path": reverse("selection:appeal", args=[application.reference, selection.step]),
        "appeal_until": None,
        "contact": selection.cohort.programme.contact_email,
    }
