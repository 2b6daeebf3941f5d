"""What this programme calls its lists, and how they are ranked unless a cohort says otherwise.

This is the only file of the app that names a step; the rest reads `applications.lifecycle.STEPS`
and this table, so a third list is a row here, a row there and its letters.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Letters:
    """The kinds of message that tell each fact: `templates/messages/<kind>.<language>.txt`.

    `moved_out` is for who gets no place because two people decided so by hand. The last five are
    blank where a selected person need not answer.
    """

    selected: str
    reserve: str
    rejected: str
    moved_out: str
    reserve_closed: str
    confirmed: str = ""
    declined: str = ""
    undone: str = ""
    lapsed: str = ""
    reminder: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the programme.

    Attributes:
        criteria: (name of a source, weight) pairs of the usual rule.
        tie_breakers: names of sources, compared one after the other.
        reserves_per_place: length of the usual reserve list, as a share of the places.
        places_end: the cohort's field after which a place is of no use; a field that holds
            several days means the beginning of the first.
        seated: what somebody with a place is told first.
        moves_up: what happens when somebody leaves, for those on the reserve list.
    """

    title: "_StrPromise"
    criteria: tuple[tuple[str, Decimal], ...]
    tie_breakers: tuple[str, ...]
    reserves_per_place: Decimal
    places_end: str
    seated: "_StrPromise"
    moves_up: "_StrPromise"
    letters: Letters


LISTINGS: dict[str, Listing] = {
    "bootcamp": Listing(
        title=_("Bootcamp places"),
        criteria=(("quiz.score", Decimal(1)), ("quiz.core", Decimal(0))),
        tie_breakers=("quiz.core",),
        reserves_per_place=Decimal(1),
        places_end="bootcamp_dates",
        seated=_("You have been offered a place."),
        moves_up=_(
            "If a place can be given again, the next person is offered it and told at once."
        ),
        letters=Letters(
            selected="place-offered",
            reserve="place-reserve",
            rejected="place-not-selected",
            moved_out="place-moved-out",
            reserve_closed="place-reserve-closed",
            confirmed="place-confirmed",
            declined="place-declined",
            undone="place-decline-undone",
            lapsed="place-lapsed",
            reminder="place-reminder",
        ),
    ),
    "final": Listing(
        title=_("Finalists"),
        # Who missed too much, or has no project, has no score here and is not ranked.
        criteria=(("project.score", Decimal(1)), ("bootcamp.enough", Decimal(0))),
        tie_breakers=(),
        reserves_per_place=Decimal("0.2"),
        places_end="rankings_close_at",
        seated=_("You are a finalist."),
        moves_up=_(
            "If a finalist’s place can be given again, the next person gets it and is told at once."
        ),
        letters=Letters(
            selected="finalist",
            reserve="final-reserve",
            rejected="not-finalist",
            moved_out="final-moved-out",
            reserve_closed="final-reserve-closed",
        ),
    ),
}
