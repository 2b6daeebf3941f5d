"""From a draft that an importer read to an entry of the bank, in one language. Pure."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from quiz.formats.drafts import ItemDraft, choice_keys, key_of
from quiz.scoring import key_to_dict

LEVELS = ("easy", "medium", "hard")
DEFAULT_TOPIC, DEFAULT_LEVEL = "general", "medium"
MAX_TOPIC = 60  # characters
# Choices that speak of the others keep their place when choices are shuffled.
SPEAKS_OF_OTHERS = re.compile(
    r"(none|all|both|neither) of (these|the above|the others)\.?|以上皆(非|是|不是|不正確|正確)。?",
    re.IGNORECASE,
)


class NotTaken(ValueError):
    """The draft is sound but the quiz cannot use it.

    `reason` is an English %-template that can be looked up in a catalogue; `params` fills it.
    """

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason % params)
        self.reason = reason
        self.params = params


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    text: str
    text_format: str
    feedback: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What one draft says. `key` is the stored form of the scoring key."""

    line: int
    code: str
    topic: str
    difficulty: str
    kind: str
    text_format: str
    stem: str
    choices: tuple[Choice, ...]
    key: dict[str, Any]
    feedback: str


KIND_NOT_SCORED = (
    "A question of the kind “%(kind)s” cannot be scored here. Take it out of the file."
)


def entry_of(draft: ItemDraft) -> Entry:
    """Return the entry.

    The code is the draft's `[id:…]`; without one it is derived from the question itself, so that
    a second import finds the first (and a changed question counts as another one).

    Raises:
        NotTaken: the kind of question is not scored by machine.
    """
    key = key_of(draft)
    if key is None:
        raise NotTaken(KIND_NOT_SCORED, kind=draft.kind.value)
    topic, difficulty = place_of(draft.category)
    written = draft.choices if key.kind != "truefalse" else ()
    return Entry(
        line=draft.line,
        code=draft.identifier or f"gift-{_fingerprint(draft)}",
        topic=topic,
        difficulty=difficulty,
        kind=key.kind,
        text_format=draft.text_format.value,
        stem=draft.stem,
        choices=tuple(
            Choice(
                key=name,
                text=choice.text,
                text_format=choice.text_format.value,
                feedback=choice.feedback,
                pinned=bool(SPEAKS_OF_OTHERS.fullmatch(choice.text.strip())),
            )
            for name, choice in zip(choice_keys(len(written)), written, strict=True)
        ),
        key=key_to_dict(key),
        feedback=draft.general_feedback,
    )


def place_of(category: str) -> tuple[str, str]:
    """Return the topic and the difficulty of `…/topic/difficulty` or `…/topic`."""
    parts = [part for part in category.replace("\\", "/").split("/") if part.strip()]
    difficulty = DEFAULT_LEVEL
    if parts and parts[-1].strip().lower() in LEVELS:
        difficulty = parts.pop().strip().lower()
    topic = re.sub(r"[^a-z0-9]+", "-", parts[-1].lower()).strip("-") if parts else ""
    return topic[:MAX_TOPIC].strip("-") or DEFAULT_TOPIC, difficulty


def _fingerprint(draft: ItemDraft) -> str:
    parts = [draft.title, draft.stem, *(choice.text for choice in draft.choices)]
    return sha256("\x1f".join(parts).encode()).hexdigest()[:12]
