"""From a draft that an importer read to an entry of the bank, in one language. Pure."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from quiz.answers import MAX_CHOICES
from quiz.formats.drafts import ItemDraft, Kind, choice_keys, key_of, options_of, prompts_of
from quiz.marked_words import gettext_noop
from quiz.papers import FEWEST_TO_ORDER
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
    """`role` is "prompt" or "option" in a matching item, else nothing."""

    key: str
    text: str
    text_format: str
    feedback: str
    pinned: bool
    role: str = ""


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


KIND_NOT_SCORED = gettext_noop(
    "A question of the kind “%(kind)s” cannot be scored here. Take it out of the file."
)


FEWEST = 2  # options to pick from
PROMPT, OPTION = "prompt", "option"  # the roles of the choices of a matching item
TOO_FEW_PAIRS = gettext_noop(
    "A matching question needs at least one pair and two different answers."
)
EMPTY_OPTION = gettext_noop("An answer of this matching question is empty.")
TOO_FEW_TO_ORDER = gettext_noop("A question of putting in order needs at least three choices.")
TEXT_TWICE = gettext_noop(
    "“%(text)s” stands twice in this question: nobody could tell which is meant."
)
TOO_MANY_CHOICES = gettext_noop("A question has at most %(most)d choices here.")


def entry_of(draft: ItemDraft) -> Entry:
    """Return the entry.

    The code is the draft's `[id:…]`; without one it is derived from the question itself, so that
    a second import finds the first (and a changed question counts as another one).

    Raises:
        NotTaken: the kind of question is not scored by machine, or its choices make no sense.
    """
    _require_sense(draft)
    key = key_of(draft)
    if key is None:
        raise NotTaken(KIND_NOT_SCORED, kind=draft.kind.value)
    topic, difficulty = place_of(draft.category)
    return Entry(
        line=draft.line,
        code=draft.identifier or f"gift-{_fingerprint(draft)}",
        topic=topic,
        difficulty=difficulty,
        kind=key.kind,
        text_format=draft.text_format.value,
        stem=draft.stem,
        choices=_matching_choices(draft) if draft.kind == Kind.MATCHING else _choices(draft),
        key=key_to_dict(key),
        feedback=draft.general_feedback,
    )


def speaks_of_others(text: str) -> bool:
    """Whether a choice keeps its place when the others are shuffled: "None of these"."""
    return bool(SPEAKS_OF_OTHERS.fullmatch(text.strip()))


def _choices(draft: ItemDraft) -> tuple[Choice, ...]:
    written = draft.choices if draft.kind != Kind.TRUE_FALSE else ()
    return tuple(
        Choice(
            key=name,
            text=choice.text,
            text_format=choice.text_format.value,
            feedback=choice.feedback,
            # No place in an order may be given away.
            pinned=draft.kind != Kind.ORDERING and speaks_of_others(choice.text),
        )
        for name, choice in zip(choice_keys(len(written)), written, strict=True)
    )


def _matching_choices(draft: ItemDraft) -> tuple[Choice, ...]:
    """The prompts, then the options. An option is plain text: it stands in a list to pick from."""
    prompts, options = prompts_of(draft), options_of(draft)
    names = choice_keys(len(prompts) + len(options))
    return (
        *(
            Choice(name, pair.question, pair.question_format.value, "", False, PROMPT)
            for name, pair in zip(names, prompts, strict=False)
        ),
        *(
            Choice(name, option, "plain", "", speaks_of_others(option), OPTION)
            for name, option in zip(names[len(prompts) :], options, strict=True)
        ),
    )


def _require_sense(draft: ItemDraft) -> None:
    """Refuse what no answer could be right in, or what nobody could answer."""
    texts = [choice.text.strip() for choice in draft.choices]
    if draft.kind == Kind.MATCHING:
        prompts, options = prompts_of(draft), options_of(draft)
        texts = [pair.question.strip() for pair in prompts]
        if not prompts or len(options) < FEWEST:
            raise NotTaken(TOO_FEW_PAIRS)
        if not all(options):
            raise NotTaken(EMPTY_OPTION)
        if len(prompts) + len(options) > MAX_CHOICES:
            raise NotTaken(TOO_MANY_CHOICES, most=MAX_CHOICES)
    if draft.kind == Kind.ORDERING and len(texts) < FEWEST_TO_ORDER:
        raise NotTaken(TOO_FEW_TO_ORDER)
    if draft.kind in (Kind.MATCHING, Kind.ORDERING) and len(set(texts)) < len(texts):
        twice = next(text for text in texts if texts.count(text) > 1)
        raise NotTaken(TEXT_TWICE, text=twice[:80])
    if len(draft.choices) > MAX_CHOICES:
        raise NotTaken(TOO_MANY_CHOICES, most=MAX_CHOICES)


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
    parts += [text for pair in draft.pairs for text in (pair.question, pair.answer)]
    return sha256("\x1f".join(parts).encode()).hexdigest()[:12]
