"""What an exporter makes of drafts: a file, and by name what it cannot carry. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from quiz.formats.drafts import ItemDraft
from quiz.marked_words import gettext_noop

LOSSES = {
    "kind": gettext_noop("The format has no questions of this kind (%(kind)s)."),
    "weights": gettext_noop("The format has one right choice and no partial marks."),
    "unlike": gettext_noop("A text begins like a part of the format (%(text)s)."),
    "identifier": gettext_noop("The code holds a character that the format cannot carry."),
    "arrow": gettext_noop("The format cannot carry -> in this question."),
    "character": gettext_noop("A text holds a control character that XML cannot carry."),
    "letters": gettext_noop("The format names choices by single letters: there are more than 26."),
    "images": gettext_noop("The pictures are not in the file."),
    "units": gettext_noop("The units are not in the file."),
    "range": gettext_noop("A range is written as its middle and a tolerance."),
    "feedback": gettext_noop("Explanations of single answers are not in the file."),
    "explanation": gettext_noop("The explanation is not in the file."),
    "plain": gettext_noop("The text is written as it stands: the format does not know %(format)s."),
    "place": gettext_noop("Topic, difficulty and tags are not in the file."),
    "code": gettext_noop("The code is not in the file: imported again it is another question."),
    "title": gettext_noop("The title is not in the file."),
    "lines": gettext_noop("Blank lines and line ends within a choice are not kept."),
    "tags": gettext_noop("The tags are not in the file."),
    "case": gettext_noop("The format does not say whether capitals matter."),
    "tidied": gettext_noop("Its HTML is written in a tidied form."),
    "wildcard": gettext_noop("Other programs read * as a star, not as any text."),
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
