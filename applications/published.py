"""What a published list means for somebody who comes back: a registry that the lists' room fills.

A list ranks who stands in one stage. Once it has come out, nobody looks at that stage again: who
would come back into it stands where the list says, at once, or does not come back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from applications.lifecycle import Move
from applications.models import Application, Stage


@dataclass(frozen=True, slots=True)
class Room:
    """What a room of lists answers.

    Attributes:
        why_not_back: why this application cannot come back to the stage in which it stood, in
            words; blank if it can.
        way_back: by which move it does, where a list decides that.
        settle: called in the transaction that has brought it back, with its row locked; moves it
            on to where a list that is out has put it, and tells the person.
    """

    why_not_back: Callable[[Application, Stage], str]
    way_back: Callable[[Application, Stage], Move | None]
    settle: Callable[[Application, User | None, datetime], None]


_rooms: dict[str, Room] = {}


def register(name: str, room: Room) -> None:
    """Let this room be asked; registering a name again replaces it."""
    _rooms[name] = room


def why_not_back(application: Application, stood: Stage) -> str:
    """The first reason that a room gives; blank if none has one."""
    reasons = (room.why_not_back(application, stood) for room in _rooms.values())
    return next((reason for reason in reasons if reason), "")


def way_back(application: Application, stood: Stage) -> Move | None:
    """The move that a list asks for, if one does."""
    moves = (room.way_back(application, stood) for room in _rooms.values())
    return next((move for move in moves if move), None)


def settle(application: Application, *, by: User | None, now: datetime) -> None:
    """Let every room put it where its lists say."""
    for room in _rooms.values():
        room.settle(application, by, now)
