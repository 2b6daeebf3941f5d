"""What an exporter makes of drafts: a file, and by name what it cannot carry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from quiz.formats.drafts import ItemDraft

LOSSES = {
    "kind": "The format has no questions of this kind (%(kind)s).",
    "weights": "The format has one right choice and no partial marks.",
    "unlike": "A text begins like a part of the format (%(text)s).",
    "identifier": "The code holds a character that the format cannot carry.",
    "arrow": "The format cannot carry -> in this question.",
    "character": "A text holds a control character that XML cannot carry.",
    "letters": "The format names choices by single letters: there are more than 26.",
    "images": "The pictures are not in the file.",
    "units": "The units are not in the file.",
    "range": "A range is written as its middle and a tolerance.",
    "feedback": "Explanations of single answers are not in the file.",
    "explanation": "The explanation is not in the file.",
    "plain": "The text is written as it stands: the format does not know %(format)s.",
    "place": "Topic, difficulty and tags are not in the file.",
    "code": "The code is not in the file: imported again it is another question.",
    "title": "The title is not in the file.",
    "lines": "Blank lines and line ends within a choice are not kept.",
    "tags": "The tags are not in the file.",
    "case": "The format does not say whether capitals matter.",
    "tidied": "Its HTML is written in a tidied form.",
    "wildcard": "Other programs read * as a star, not as any text.",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """What of an item the file does not hold; `left_out` if it is the whole item.

    `reason` is an English %-template and can be looked up in a catalogue; `params` fills it.
    """

    item: str
    code: str
    reason: str
    left_out: bool = False
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Written:
    """A file in the bytes that it is stored in."""

    content: bytes
    losses: tuple[Loss, ...] = ()


class LeftOut(Exception):
    """An item that the format cannot carry at all."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def loss(self, draft: ItemDraft) -> Loss:
        reason = LOSSES[self.code]
        return Loss(name_of(draft), self.code, reason, left_out=True, params=self.params)


def lost(draft: ItemDraft, code: str, **params: object) -> Loss:
    return Loss(name_of(draft), code, LOSSES[code], params=params)


def name_of(draft: ItemDraft) -> str:
    """What people call the item: its code, else its title, else how it begins."""
    return draft.identifier or draft.title or " ".join(draft.stem.split())[:60]
