"""Read and write Aiken: single choice in plain lines. Pure; linear in the length of the file.

    Which of these is even?
    A. 3
    B. 4
    ANSWER: B

A line that is neither a choice nor the answer belongs to the text of a question. Blank lines say
nothing. Texts are plain: what looks like a mark is itself.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from string import ascii_uppercase

from quiz.formats.checks import FULL, NONE, checked
from quiz.formats.drafts import ChoiceDraft, Fault, ItemDraft, Kind, Parsed, TextFormat
from quiz.formats.faults import MAX_ITEMS, Refused, fault, too_many
from quiz.formats.gift_source import UNSTORABLE, decode
from quiz.formats.written import LeftOut, Loss, Written, lost
from quiz.marked_words import gettext_noop

CHOICE = re.compile(r"([A-Z])[.)](?:\s+(.*))?$")
ANSWER = re.compile(r"ANSWER\s*:(.*)$", re.IGNORECASE)
# What was meant as a choice: a small letter, one of another width, no space behind its sign.
LIKE_CHOICE = re.compile(r"([A-Za-zＡ-Ｚａ-ｚ])\s?[.)．）。、]")
REASONS = {
    "no_answer_line": (
        gettext_noop("This question has no line “ANSWER: …”. End it with one, like “ANSWER: A”.")
    ),
    "answer_letter": gettext_noop("“ANSWER: %(letter)s” names no choice of this question."),
    "several": (
        gettext_noop(
            "Aiken has one right answer. Use another format for a question with several, or"
            " name one."
        )
    ),
    "letters": gettext_noop("This choice is named %(letter)s where %(expected)s comes next."),
    "unlike_choice": gettext_noop(
        "“%(text)s” looks like a choice and is none. Write a capital letter, a point or bracket and"
        " a space, like “A. yes”."
    ),
    "continued": gettext_noop(
        "This line goes on with the choice before it. Write each choice on one line."
    ),
    "no_question": gettext_noop("This line belongs to no question: there is no text before it."),
}


@dataclass(slots=True)
class _Open:
    """A question whose answer has not come yet."""

    line: int
    stem: list[str] = field(default_factory=list)
    choices: list[tuple[int, str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    alike: list[Fault] = field(default_factory=list)  # lines of the text that look like choices


def parse_aiken(source: str | bytes) -> Parsed:
    """Return everything that the file holds. Never raises, whatever the file is."""
    items: list[ItemDraft] = []
    faults: list[Fault] = []
    try:
        text = decode(source)
    except Refused as refused:
        return Parsed((), refused.faults)
    question: _Open | None = None
    lines = [line.strip() for line in text.split("\n")]
    following = _following(lines)
    count = 0
    for number, (line, after) in enumerate(zip(text.split("\n"), following, strict=True), start=1):
        if not line.strip():
            continue
        if question is not None and _is_text_behind_choices(question, line):
            told = _goes_on(question, line.strip(), after, number)
            if told is not None:
                question.faults.append(told)
                continue
            faults += _unfinished(question)
            question = None
        if question is None:
            count += 1
            if count > MAX_ITEMS:
                return Parsed((), (*faults, too_many(number)))
            question = _Open(number)
        if unstorable := UNSTORABLE.search(line):
            question.faults.append(fault("nul" if unstorable[0] == "\x00" else "bytes", number))
        if answer := ANSWER.match(line.strip()):
            try:
                items.append(_item(question, answer[1].strip(), number))
            except Refused as refused:
                faults += refused.faults
            question = None
        elif choice := CHOICE.match(line.strip()):
            question.choices.append((number, choice[1], (choice[2] or "").strip()))
        else:
            if question.stem and LIKE_CHOICE.match(line.strip()):
                question.alike.append(_unlike(line, number))
            question.stem.append(line.rstrip())
    if question is not None:
        faults += _unfinished(question)
    return Parsed(tuple(items), tuple(sorted(faults, key=lambda found: found.line)))


def _following(lines: list[str]) -> list[str]:
    """The letter of the next choice, or what looks like one, behind each line; "=" for an answer
    that comes before it, "" at the end of the file."""
    following: list[str] = []
    next_mark = ""
    for line in reversed(lines):
        following.append(next_mark)
        if ANSWER.match(line):
            next_mark = "="
        elif marked := CHOICE.match(line) or LIKE_CHOICE.match(line):
            next_mark = _letter(marked)
    return following[::-1]


def _letter(marked: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", marked[1]).upper()


def _is_text_behind_choices(question: _Open, line: str) -> bool:
    return bool(question.choices) and not (ANSWER.match(line.strip()) or CHOICE.match(line.strip()))


def _goes_on(question: _Open, line: str, after: str, number: int) -> Fault | None:
    """What is wrong with a text behind choices that is still of their question; None if it begins
    another, whose first choice comes next."""
    expected = chr(ord(question.choices[-1][1]) + 1)
    like = LIKE_CHOICE.match(line)
    if like is not None and _letter(like) == expected:
        question.choices.append((number, expected, line))
        return _unlike(line, number)
    return _fault("continued", number) if after in ("=", expected) else None


def _unlike(line: str, number: int) -> Fault:
    return _fault("unlike_choice", number, text=line.strip()[:60])


def _unfinished(question: _Open) -> list[Fault]:
    return question.faults or question.alike or [_fault("no_answer_line", question.line)]


def _item(question: _Open, letters: str, line: int) -> ItemDraft:
    if not question.stem:
        raise Refused(_fault("no_question", question.line))
    if question.faults:
        raise Refused(*question.faults)
    if question.alike and not _is_whole(question, letters):
        raise Refused(*question.alike)
    faults: list[Fault] = []
    faults += [
        _fault("letters", place, letter=letter, expected=expected)
        for (place, letter, _), expected in zip(question.choices, ascii_uppercase, strict=False)
        if letter != expected
    ][:1]
    named = [letter for _, letter, _ in question.choices]
    if re.fullmatch(r"[A-Za-z](\s*[,;&]\s*[A-Za-z])+", letters):
        faults.append(_fault("several", line))
    elif letters.upper() not in named:
        faults.append(_fault("answer_letter", line, letter=letters[:20]))
    if faults:
        raise Refused(*faults)
    draft = ItemDraft(
        kind=Kind.SINGLE,
        stem="\n".join(question.stem).strip(),
        line=question.line,
        text_format=TextFormat.PLAIN,
        general_feedback_format=TextFormat.PLAIN,
        choices=tuple(
            ChoiceDraft(
                text,
                FULL if letter == letters.upper() else NONE,
                text_format=TextFormat.PLAIN,
                feedback_format=TextFormat.PLAIN,
            )
            for _, letter, text in question.choices
        ),
    )
    return checked(draft, [place for place, _, _ in question.choices])


def _is_whole(question: _Open, letters: str) -> bool:
    named = "".join(letter for _, letter, _ in question.choices)
    return len(named) > 1 and ascii_uppercase.startswith(named) and letters.upper() in [*named]


def _fault(code: str, line: int, **params: object) -> Fault:
    return Fault(line, code, REASONS[code], params)


def write_aiken(drafts: Iterable[ItemDraft]) -> Written:
    """Return the file, in UTF-8, and what Aiken cannot say of each item."""
    losses: list[Loss] = []
    blocks: list[str] = []
    for draft in drafts:
        try:
            blocks.append("\n".join(_lines(draft)))
        except LeftOut as left_out:
            losses.append(left_out.loss(draft))
        else:
            losses.extend(_losses(draft))
    text = "\n\n".join(blocks)
    return Written(f"{text}\n".encode() if text else b"", tuple(losses))


def _lines(draft: ItemDraft) -> Iterator[str]:
    if draft.kind != Kind.SINGLE:
        raise LeftOut("kind", kind=draft.kind.value)
    fractions = [choice.fraction for choice in draft.choices]
    if sorted(fractions) != [NONE] * (len(fractions) - 1) + [FULL]:
        raise LeftOut("weights")
    if len(fractions) > len(ascii_uppercase):
        raise LeftOut("letters")
    for line in draft.stem.strip().split("\n"):
        if CHOICE.match(line.strip()) or ANSWER.match(line.strip()):
            raise LeftOut("unlike", text=line.strip()[:40])
        if line.strip():
            yield line.rstrip()
    for letter, choice in zip(ascii_uppercase, draft.choices, strict=False):
        yield f"{letter}. {' '.join(choice.text.split())}"
    yield f"ANSWER: {ascii_uppercase[fractions.index(FULL)]}"


def _losses(draft: ItemDraft) -> Iterator[Loss]:
    if draft.identifier:
        yield lost(draft, "code")
    if draft.title:
        yield lost(draft, "title")
    if draft.category or draft.tags:
        yield lost(draft, "place")
    formats = {draft.text_format, *(choice.text_format for choice in draft.choices)}
    for text_format in sorted(formats - {TextFormat.PLAIN}):
        yield lost(draft, "plain", format=text_format.value)
    if draft.images:
        yield lost(draft, "images")
    if draft.general_feedback:
        yield lost(draft, "explanation")
    if any(choice.feedback for choice in draft.choices):
        yield lost(draft, "feedback")
    if "\n\n" in draft.stem or any("\n" in choice.text for choice in draft.choices):
        yield lost(draft, "lines")
