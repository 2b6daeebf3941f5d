"""What a verb gives for a letter, held against what the kind of the letter declares. Pure.

A text may name all that its kind declares, and two people approve it long before the letter is
written. So a verb gives exactly that, always: not less, not something else, nothing more.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from notifications.kinds import Example, Kind
from notifications.language import part


def differences(kind: Kind, given: Mapping[str, Any]) -> list[str]:
    """How these variables differ from those of a kind; empty if they are the same.

    What may be missing (`Kind.optional`) may also be None. Where the example is an instant or a
    day the value is one too, so that every way of saying the example can say the value.
    """
    found = [f"{name} is not declared" for name in sorted(given.keys() - kind.examples.keys())]
    for name, example in kind.examples.items():
        found += _held(name, example, given.get(name), kind.optional)
    return found


def _held(path: str, example: Any, value: Any, optional: frozenset[str]) -> list[str]:
    if value is None:
        return [] if path in optional else [f"{path} is missing"]
    if isinstance(example, Example):
        pairs = [(f"{path}.{name}", one, part(value, name)) for name, one in example.parts.items()]
    elif isinstance(example, list):
        if not isinstance(value, list | tuple):
            return [f"{path} is no list"]
        pairs = [(f"{path}[]", example[0], one) for one in value]
    else:
        return [] if _is_like(example, value) else [f"{path} is a {type(value).__name__}"]
    return [problem for inside in pairs for problem in _held(*inside, optional)]


def _is_like(example: Any, value: Any) -> bool:
    if isinstance(example, datetime):
        return isinstance(value, datetime)
    if isinstance(example, date):
        return isinstance(value, date) and not isinstance(value, datetime)
    return True
