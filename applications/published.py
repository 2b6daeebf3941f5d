"""What a published list means for somebody who comes back: a registry that the lists' room fills.

A list ranks who stands in one stage. Once it has come out, nobody looks at that stage again: who
would come back into it stands where the list says, at once, or does not come back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from accounts.models import User
from applications.lifecycle import Move
from applications.models import Application, Stage


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands at an instant, whether or not a sweep has come since.

    Attributes:
        stage: the stage in which a sweep that came now would leave them.
        left_out: the list that they wait for came out without them, and no other will rank them.
        ask_until: until when who was left out should ask; None once that is over.
    """

    stage: Stage
    left_out: bool = False
    ask_until: datetime | None = None

    @property
    def label(self) -> str:
        """What a tag says: the stage, unless a list has come out since and left them out."""
        return pgettext("stage", "not in the list") if self.left_out else str(self.stage.label)


@dataclass(frozen=True, slots=True)
class Room:
    """What a room of lists answers.

    Attributes:
        why_not_back: why this application cannot come back to the stage in which it stood, in
            words; blank if it can.
        hold: called first in the transaction that brings it back, before its row is locked; locks
            what `way_back` and `settle` look at.
        way_back: by which move it does, where a list decides that.
        settle: called in the transaction that has brought it back, with its row locked; moves it
            on to where a list that is out has put it, and tells the person.
        standings: where time and the lists put these people, by application id; none of whom stands
            where the stage says. Constant queries, and none where no list can have a say.
    """

    why_not_back: Callable[[Application, Stage], str]
    hold: Callable[[int, datetime], None]
    way_back: Callable[[Application, Stage, datetime], Move | None]
    settle: Callable[[Application, User | None, datetime], None]
    standings: Callable[[Sequence[Application], datetime], dict[int, Standing]]


_rooms: dict[str, Room] = {}


def register(name: str, room: Room) -> None:
    """Let this room be asked; registering a name again replaces it."""
    _rooms[name] = room


def why_not_back(application: Application, stood: Stage) -> str:
    """The first reason that a room gives; blank if none has one."""
    reasons = (room.why_not_back(application, stood) for room in _rooms.values())
    return next((reason for reason in reasons if reason), "")


def hold(application_id: int, now: datetime) -> None:
    """Let every room lock its lists, before the application is locked."""
    for room in _rooms.values():
        room.hold(application_id, now)


def way_back(application: Application, stood: Stage, now: datetime) -> Move | None:
    """The move that a list asks for, if one does."""
    moves = (room.way_back(application, stood, now) for room in _rooms.values())
    return next((move for move in moves if move), None)


def settle(application: Application, *, by: User | None, now: datetime) -> None:
    """Let every room put it where its lists say."""
    for room in _rooms.values():
        room.settle(application, by, now)


def standing(application: Application, now: datetime) -> Standing:
    """Where the person stands now, for all that they read."""
    return standings([application], now)[application.pk]


def standings(applications: Sequence[Application], now: datetime) -> dict[int, Standing]:
    """The same of many by application id, at the cost of one."""
    stands = {one.pk: Standing(Stage(one.stage)) for one in applications}
    for room in reversed(_rooms.values()):
        stands |= room.standings(applications, now)
    return stands


def awaited_stage(stage: Stage) -> Stage:
    """The stage that a list would rank them in: who is still being checked waits to be eligible."""
    return Stage.ELIGIBLE if stage == Stage.SUBMITTED else stage
