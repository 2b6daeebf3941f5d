"""What an applicant's page says about one published list."""

from dataclasses import dataclass
from datetime import datetime

from applications.lifecycle import MOVES
from selection import sources
from selection.domain.appealing import appeal_until, why_no_appeal
from selection.explaining import Why, explain, is_moved_out
from selection.models import Appeal, Entry
from selection.queries import turn_of
from selection.wording import say_turn


@dataclass(frozen=True, slots=True)
class Result:
    """One list, for one person in it.

    Attributes:
        standing: where the person stands now, whether or not a sweep has come since.
        band: where on the reserve list; blank for who is not on it.
        may_give_up: whether a confirmed place can still be given up.
        may_appeal: whether there is still time and reason to, and nothing has been sent yet.
        more: pages about the scores of this list.
    """

    entry: Entry
    why: Why
    standing: str
    band: str
    moved_out: bool
    may_give_up: bool
    may_appeal: bool
    appeal: Appeal | None
    appeal_until: datetime | None
    more: list[sources.Page]


def result_of(entry: Entry, now: datetime) -> Result:
    """Read it in at most two queries more than the entry itself took."""
    standing = entry.standing_at(now)
    turn = turn_of(entry) if standing == Entry.Outcome.RESERVE else None
    reply = entry.selection.way.reply
    appeal: Appeal | None = getattr(entry, "appeal", None)
    return Result(
        entry=entry,
        why=explain(entry),
        standing=standing,
        band=say_turn(turn) if turn else "",
        moved_out=is_moved_out(entry),
        may_give_up=reply is not None and entry.application.stage in MOVES[reply.decline][0],
        may_appeal=appeal is None and not why_no_appeal(entry, now),
        appeal=appeal,
        appeal_until=appeal_until(entry.selection),
        more=sources.pages_about(entry.selection.criteria),
    )
