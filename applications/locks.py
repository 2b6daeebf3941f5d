"""Which parts of a cohort can be locked, and what hangs on each: registries that the rooms fill.

A list is made from parts: who may take part, the scores of a stage. Publishing it locks them
(`applications.domain.locking`). A room registers the parts whose verbs ask `require_open`, and what
was made from them, so that who opens a part sees first what hangs on it.
"""

from collections.abc import Callable, Iterable, Sequence

from django.utils.functional import Promise

from applications.models import InputLock

Line = tuple[str, str]
"""A label and what is said under it, in the reader's language."""

Effects = Callable[[InputLock], Sequence[Line]]
"""What was made from this part, in a constant number of queries."""

ELIGIBILITY = "eligible"
"""Who may take part: the stage that the first list ranks."""

_parts: dict[str, str | Promise] = {}
_effects: list[Effects] = []


def register(part: str, *, title: str | Promise) -> None:
    """Let this part be locked; its verbs ask `require_open` before they change it."""
    _parts[part] = title


def register_effects(effects: Effects) -> None:
    """Have this said to whoever opens a part; registering it again changes nothing."""
    if effects not in _effects:
        _effects.append(effects)


def lockable(parts: Iterable[str]) -> list[str]:
    """Of these, the parts that some room guards, each once, in the order of their names."""
    return sorted(_parts.keys() & set(parts))


def title_of(part: str) -> str:
    """A part in the reader's language."""
    return str(_parts.get(part, part))


def effects_of(lock: InputLock) -> list[Line]:
    """All that hangs on a part."""
    return [line for effects in _effects for line in effects(lock)]
