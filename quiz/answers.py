"""What a browser may save as an answer. Pure: judges the shape, never the meaning.

An answer is None (nothing chosen) or one member by the kind of the item: `{"choice": "b"}`,
`{"choices": ["a", "c"]}`, `{"value": true}`, `{"number": "3.14"}`, `{"text": "…"}`, for matching
`{"pairs": {"a": "d", "b": "c"}}` (as many prompts as were answered) or for ordering
`{"order": ["b", "a", "c"]}`. Whether it is worth anything is for `quiz.scoring`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_SAVES = 200  # answers in one request
MAX_CHOICES = 50
MAX_KEY = 4  # characters of a choice's key
MAX_TEXT = 1000  # characters of a typed answer
MAX_SEQUENCE = 2**53 - 1  # the largest whole number that every browser counts exactly
UNSTORABLE = "\x00"

Answer = dict[str, Any]


def on_one_line(answer: Answer | None) -> str:
    """An answer by its keys, for staff: `c`, `a, c`, `a → d, b → c` or what was typed."""
    if not answer:
        return ""
    [value] = answer.values()
    if isinstance(value, dict):
        return ", ".join(f"{prompt} → {option}" for prompt, option in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else str(value)


class Reason(StrEnum):
    """Why one answer is not saved, whatever becomes of the others."""

    CHARACTER = "character"  # it holds one that cannot be stored
    TOO_LONG = "too-long"
    UNREADABLE = "unreadable"
    KIND = "kind"  # the question asks for another kind of answer
    AHEAD = "ahead"  # its sequence number is from the future
    NOWHERE = "nowhere"  # the paper has no such number


class Malformed(ValueError):
    """Not an answer, or not a list of saves; the text says what is wrong, in English."""

    def __init__(self, text: str, reason: Reason = Reason.UNREADABLE) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """One change, as it came from the page.

    Attributes:
        position: the number on the paper, from 1.
        sequence: grows with each change of this answer; only a higher one replaces what is saved.
        answer: of the shape above.
    """

    position: int
    sequence: int
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One change that is none; `position` is 0 where not even that can be read."""

    position: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Batch:
    """What came at once, each change judged by itself.

    Attributes:
        saves: the newest of each position.
        unreadable: those that cannot be saved, in the order in which they came.
    """

    saves: list[SavedAnswer]
    unreadable: list[Unreadable]


def read_saves(body: object) -> Batch:
    """Read `{"answers": [{"position", "sequence", "answer"}, …]}`.

    Raises:
        Malformed: the body is no batch at all. A row that cannot be read spoils no other.
    """
    if not isinstance(body, Mapping):
        raise Malformed("the body is not an object")
    rows = body.get("answers")
    if not isinstance(rows, list):
        raise Malformed("“answers” is not a list")
    if len(rows) > MAX_SAVES:
        raise Malformed(f"more than {MAX_SAVES} answers at once")
    newest: dict[int, SavedAnswer] = {}
    unreadable = []
    for row in rows:
        try:
            save = _read_save(row)
        except Malformed as fault:
            unreadable.append(Unreadable(_position(row), fault.reason))
            continue
        known = newest.get(save.position)
        if known is None or known.sequence < save.sequence:
            newest[save.position] = save
    return Batch(list(newest.values()), unreadable)


def read_answer(value: object) -> Answer | None:
    """Return the answer, cleaned of what it need not hold.

    Raises:
        Malformed: it is of none of the shapes.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping) or len(value) != 1:
        raise Malformed("an answer has exactly one member")
    [(name, content)] = value.items()
    match name:
        case "choice":
            return {"choice": _key(content)}
        case "choices":
            if not isinstance(content, Sequence) or isinstance(content, str):
                raise Malformed("“choices” is not a list")
            if len(content) > MAX_CHOICES:
                raise Malformed(f"more than {MAX_CHOICES} choices")
            chosen = sorted({_key(key) for key in content})
            return {"choices": chosen} if chosen else None
        case "value":
            if not isinstance(content, bool):
                raise Malformed("“value” is neither true nor false")
            return {"value": content}
        case "number" | "text":
            text = _text(content, MAX_TEXT).strip()
            return {name: text} if text else None
        case "pairs":
            return _pairs(content)
        case "order":
            return _order(content)
    raise Malformed("an answer of an unknown kind")


def _pairs(content: object) -> Answer | None:
    if not isinstance(content, Mapping):
        raise Malformed("“pairs” is not an object")
    if len(content) > MAX_CHOICES:
        raise Malformed(f"more than {MAX_CHOICES} pairs")
    pairs = {_key(prompt): _key(option) for prompt, option in content.items()}
    return {"pairs": dict(sorted(pairs.items()))} if pairs else None


def _order(content: object) -> Answer | None:
    if not isinstance(content, Sequence) or isinstance(content, str):
        raise Malformed("“order” is not a list")
    if len(content) > MAX_CHOICES:
        raise Malformed(f"more than {MAX_CHOICES} choices")
    order = [_key(choice) for choice in content]
    if len(set(order)) < len(order):
        raise Malformed("a choice stands twice in the order")
    return {"order": order} if order else None


def _read_save(row: object) -> SavedAnswer:
    if not isinstance(row, Mapping):
        raise Malformed("an answer is not an object")
    position, sequence = row.get("position"), row.get("sequence")
    return SavedAnswer(
        position=_whole(position, "position", 32767),
        sequence=_whole(sequence, "sequence", MAX_SEQUENCE),
        answer=read_answer(row.get("answer")),
    )


def _position(row: object) -> int:
    try:
        return _whole(row.get("position"), "position", 32767) if isinstance(row, Mapping) else 0
    except Malformed:
        return 0


def _whole(value: object, name: str, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Malformed(f"“{name}” is not a whole number from 1 to {most}")
    return value


def _key(value: object) -> str:
    key = _text(value, MAX_KEY)
    if not (key.isascii() and key.isalpha()):
        raise Malformed("a choice is named by letters")
    return key


def _text(value: object, most: int) -> str:
    if not isinstance(value, str):
        raise Malformed("a text is not a text")
    if len(value) > most:
        raise Malformed(f"a text of more than {most} characters", Reason.TOO_LONG)
    if UNSTORABLE in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Malformed("a character that cannot be stored", Reason.CHARACTER)
    return value
