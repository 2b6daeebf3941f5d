"""The life of an application, as a table: which move leads from where to where.

`applications.domain.stages.advance` is the only function that makes a move.
"""

from dataclasses import dataclass
from enum import StrEnum

from applications.models import Stage


class Move(StrEnum):
    """What can happen to an application."""

    SUBMIT = "submit"
    FIND_ELIGIBLE = "find-eligible"
    FIND_INELIGIBLE = "find-ineligible"
    RECONSIDER = "reconsider"
    WITHDRAW = "withdraw"
    RESTORE_DRAFT = "restore-draft"
    RESTORE_SUBMITTED = "restore-submitted"
    RESTORE_RESERVE = "restore-reserve"
    RESTORE_PLACE = "restore-place"
    RESTORE_FINAL_RESERVE = "restore-final-reserve"
    MERGE = "merge"
    OFFER_PLACE = "offer-place"
    HOLD_IN_RESERVE = "hold-in-reserve"
    NOT_SELECT = "not-select"
    CONFIRM_PLACE = "confirm-place"
    DECLINE_PLACE = "decline-place"
    UNDO_DECLINE = "undo-decline"
    LAPSE_PLACE = "lapse-place"
    UPHOLD_APPEAL = "uphold-appeal"
    UPHOLD_FINAL_APPEAL = "uphold-final-appeal"
    NAME_FINALIST = "name-finalist"
    HOLD_IN_FINAL_RESERVE = "hold-in-final-reserve"
    NOT_FINALIST = "not-finalist"
    MATCH = "match"
    UNMATCH = "unmatch"
    HIRE = "hire"


S = Stage
MOVES: dict[Move, tuple[frozenset[Stage], Stage]] = {
    Move.SUBMIT: (frozenset({S.DRAFT}), S.SUBMITTED),
    Move.FIND_ELIGIBLE: (frozenset({S.SUBMITTED, S.INELIGIBLE}), S.ELIGIBLE),
    Move.FIND_INELIGIBLE: (frozenset({S.SUBMITTED, S.ELIGIBLE}), S.INELIGIBLE),
    Move.RECONSIDER: (frozenset({S.ELIGIBLE}), S.SUBMITTED),
    Move.WITHDRAW: (
        frozenset(
            {
                S.DRAFT,
                S.SUBMITTED,
                S.ELIGIBLE,
                S.PLACE_OFFERED,
                S.RESERVE,
                S.PLACE_CONFIRMED,
                S.FINALIST,
                S.FINAL_RESERVE,
                S.MATCHED,
            }
        ),
        S.WITHDRAWN,
    ),
    # A withdrawn place goes to somebody else: who comes back waits for the next one. Once nobody
    # can move up any more it stays free, and who comes back has it again.
    Move.RESTORE_DRAFT: (frozenset({S.WITHDRAWN}), S.DRAFT),
    Move.RESTORE_SUBMITTED: (frozenset({S.WITHDRAWN}), S.SUBMITTED),
    Move.RESTORE_RESERVE: (frozenset({S.WITHDRAWN}), S.RESERVE),
    Move.RESTORE_PLACE: (frozenset({S.WITHDRAWN}), S.PLACE_CONFIRMED),
    Move.RESTORE_FINAL_RESERVE: (frozenset({S.WITHDRAWN}), S.FINAL_RESERVE),
    # Two applications of one person become one; the other keeps its history.
    Move.MERGE: (
        frozenset({S.DRAFT, S.SUBMITTED, S.ELIGIBLE, S.INELIGIBLE, S.WITHDRAWN}),
        S.MERGED,
    ),
    Move.OFFER_PLACE: (frozenset({S.ELIGIBLE, S.RESERVE}), S.PLACE_OFFERED),
    Move.HOLD_IN_RESERVE: (frozenset({S.ELIGIBLE}), S.RESERVE),
    Move.NOT_SELECT: (frozenset({S.ELIGIBLE, S.RESERVE}), S.NOT_SELECTED),
    Move.CONFIRM_PLACE: (frozenset({S.PLACE_OFFERED}), S.PLACE_CONFIRMED),
    Move.DECLINE_PLACE: (frozenset({S.PLACE_OFFERED, S.PLACE_CONFIRMED}), S.PLACE_DECLINED),
    # The place may have gone to somebody else: it is the next one that becomes free.
    Move.UNDO_DECLINE: (frozenset({S.PLACE_DECLINED}), S.RESERVE),
    Move.LAPSE_PLACE: (frozenset({S.PLACE_OFFERED}), S.PLACE_LAPSED),
    Move.UPHOLD_APPEAL: (frozenset({S.NOT_SELECTED, S.RESERVE}), S.PLACE_OFFERED),
    Move.UPHOLD_FINAL_APPEAL: (frozenset({S.NOT_FINALIST, S.FINAL_RESERVE}), S.FINALIST),
    Move.NAME_FINALIST: (frozenset({S.PLACE_CONFIRMED, S.FINAL_RESERVE}), S.FINALIST),
    Move.HOLD_IN_FINAL_RESERVE: (frozenset({S.PLACE_CONFIRMED}), S.FINAL_RESERVE),
    Move.NOT_FINALIST: (frozenset({S.PLACE_CONFIRMED, S.FINAL_RESERVE}), S.NOT_FINALIST),
    Move.MATCH: (frozenset({S.FINALIST}), S.MATCHED),
    Move.UNMATCH: (frozenset({S.MATCHED}), S.FINALIST),
    Move.HIRE: (frozenset({S.MATCHED}), S.HIRED),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A list that the programme draws: who is ranked, and what each outcome does to them.

    Attributes:
        pool: the stage whose applications are ranked.
        places, places_with_ties: names of the cohort's fields.
        promised: name of the cohort's field with the promised instant of publication.
        uphold: the move of who gets a place because an appeal was upheld.
        back: the move of who withdrew from the pool, once the list is out and they are in it.
        reply: the moves of a selected person who must answer, or None where selection is final.
    """

    slug: str
    pool: Stage
    places: str
    places_with_ties: str
    promised: str
    select: Move
    reserve: Move
    reject: Move
    uphold: Move
    back: Move
    reply: "Reply | None"


@dataclass(frozen=True, slots=True)
class Reply:
    """The moves that follow a selected person's answer or silence.

    Attributes:
        back: of who withdrew after confirming, where the place is still there to be given back.
    """

    confirm: Move
    decline: Move
    lapse: Move
    undo: Move
    back: Move


STEPS: dict[str, Step] = {
    step.slug: step
    for step in (
        Step(
            slug="bootcamp",
            pool=S.ELIGIBLE,
            places="places",
            places_with_ties="places_with_ties",
            promised="shortlist_at",
            select=Move.OFFER_PLACE,
            reserve=Move.HOLD_IN_RESERVE,
            reject=Move.NOT_SELECT,
            uphold=Move.UPHOLD_APPEAL,
            back=Move.RESTORE_RESERVE,
            reply=Reply(
                confirm=Move.CONFIRM_PLACE,
                decline=Move.DECLINE_PLACE,
                lapse=Move.LAPSE_PLACE,
                undo=Move.UNDO_DECLINE,
                back=Move.RESTORE_PLACE,
            ),
        ),
        Step(
            slug="final",
            pool=S.PLACE_CONFIRMED,
            places="finalists",
            places_with_ties="finalists_with_ties",
            promised="finalists_at",
            select=Move.NAME_FINALIST,
            reserve=Move.HOLD_IN_FINAL_RESERVE,
            reject=Move.NOT_FINALIST,
            uphold=Move.UPHOLD_FINAL_APPEAL,
            back=Move.RESTORE_FINAL_RESERVE,
            reply=None,
        ),
    )
}

# Stages in the order of the rail; where a stage stands on it is `applications.rail`'s affair.
IN_BOOTCAMP = frozenset(
    {S.PLACE_CONFIRMED, S.FINALIST, S.FINAL_RESERVE, S.NOT_FINALIST, S.MATCHED, S.HIRED}
)
IN_FINAL = frozenset({S.FINALIST, S.MATCHED, S.HIRED})
LEFT = frozenset(
    {
        S.WITHDRAWN,
        S.MERGED,
        S.INELIGIBLE,
        S.NOT_SELECTED,
        S.PLACE_DECLINED,
        S.PLACE_LAPSED,
    }
)
