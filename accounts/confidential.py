"""What even those who read the trail and the outbox may not all read. Rooms register it.

That somebody asked for an arrangement is as private as the arrangement: whoever selects people
must not come upon it in a list of events or letters.
"""

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role

_events: dict[str, tuple[Role, ...]] = {}
_letters: dict[str, tuple[Role, ...]] = {}


def register(*, events: str = "", letters: str = "", readers: tuple[Role, ...]) -> None:
    """Keep events about one kind of object, or letters of one kind, to some roles.

    Args:
        events: the label of a model, like `applications.accessrequest`.
        letters: the kind of a message.
        readers: who may read them beside the auditor and the data protection officer.
    """
    if events:
        _events[events] = readers
    if letters:
        _letters[letters] = readers


def hidden_events(user: User) -> list[str]:
    """Labels of the models about which this person reads no event."""
    return [label for label, readers in _events.items() if not _may(user, readers)]


def hidden_letters(user: User) -> list[str]:
    """Kinds of message that this person does not read in other people's letters."""
    return [kind for kind, readers in _letters.items() if not _may(user, readers)]


def _may(user: User, readers: tuple[Role, ...]) -> bool:
    return bool(has_role(*readers, *INSPECTORS)(user))
