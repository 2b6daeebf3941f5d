"""Read and write Aiken: single choice in plain lines. Pure; linear in the length of the file.

    Which of these is even?
    A. 3
    B. 4
    ANSWER: B

A line that is neither a choice nor the answer belongs to the text of a question. Blank lines say
nothing. Texts are plain: what looks like a mark is itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from string import ascii_uppercase

from quiz.formats.checks import FULL, NONE, checked
from quiz.formats.drafts import ChoiceDraft, Fault, ItemDraft, Kind, Parsed, TextFormat
from quiz.formats.faults import Refused, fault
from quiz.formats.gift_source import UNSTORABLE, decode
from quiz.formats.written import LeftOut, Loss, Written, lost
from quiz.marked_words import gettext_noop

CHOICE = re.compile(r"([A-Z])[.)](?:\s+(.*))?$")
ANSWER = re.compile(r"ANSWER\s*:(.*)$", re.IGNORECASE)
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
    "no_question": gettext_noop("This line belongs to no question: there is no text before it."),
}


@dataclass(slots=True)
class _Open:
    """A question whose answer has not come yet."""

    line: int
    stem: list[str] = field(default_factory=list)
    choices: list[tuple[int, str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def parse_aiken(source: str | bytes) -> Parsed:
    """Return everything that the file holds. Never raises, whatever the file is."""
    items: list[ItemDraft] = []
    faults: list[Fault] = []
    try:
        text = decode(source)
    except Refused as refused:
        return Parsed((), refused.faults)
    question: _Open | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if question is not None and _begins_another(question, line):
            faults += [*question.faults, _fault("no_answer_line", question.line)]
            question = None
        if not line.strip():
            continue
        question = question or _Open(number)
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
            question.stem.append(line.rstrip())
    if question is not None:
        faults += [*question.faults, _fault("no_answer_line", question.line)]
    return Parsed(tuple(items), tuple(sorted(faults, key=lambda found: found.line)))


def _begins_another(question: _Open, line: str) -> bool:
    """Whether a text stands behind the choices of a question that has no answer yet."""
    if not question.choices or not line.strip():
        return False
    return not (ANSWER.match(line.strip()) or CHOICE.match(line.strip()))


def _item(question: _Open, letters: str, line: int) -> ItemDraft:
    if not question.stem:
        raise Refused(_fault("no_question", question.line))
    faults = question.faults
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
