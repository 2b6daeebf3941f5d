"""The outer form of a GIFT file: bytes, lines, blocks between blank lines, and spans of a block.

Structure is looked for in a *mask* of the text, of the same length, in which every escaped
character is blotted out; what is found is then cut from the text itself. So no escape is ever
mistaken for structure, and every place in a block still knows its line in the file.
"""

import re
from bisect import bisect_right
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from quiz.formats.drafts import Fault, TextFormat
from quiz.formats.faults import Refused
from quiz.marked_words import gettext_noop

ESCAPE = re.compile(r"\\([\\:#={}~n])")
FORMAT = re.compile(r"\[(html|markdown|moodle|plain)\]")
CATEGORY = "$CATEGORY:"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FLOWING_SPACE = re.compile(r"[ \t\n]+")

REASONS = {
    "encoding": gettext_noop("This file is not UTF-8. Save it as UTF-8 and import it again."),
    "bytes": gettext_noop("This line is not UTF-8. Save the file as UTF-8 and import it again."),
    "nul": gettext_noop("This line holds a NUL character. Remove it."),
    "category": gettext_noop("This category has no name."),
    "title": gettext_noop("The title that begins with :: does not end with ::."),
    "stem": gettext_noop("This question has no text."),
    "unopened": gettext_noop("A } closes nothing. Write \\} if it is part of the text."),
    "unclosed": (
        gettext_noop(
            "The answers that begin here with { do not end with }. A blank line ends a question,"
            " so there can be none between the braces."
        )
    ),
    "nested": gettext_noop("A { stands among the answers. Write \\{ if it is part of the text."),
    "second": (
        gettext_noop(
            "A second { in one question. Leave a blank line between questions, and write \\{"
            " and \\}"
            " if they are part of the text."
        )
    ),
    "outside": gettext_noop(
        "An answer stands outside { and }. Is there a blank line before it too many?"
    ),
    "tex": gettext_noop(
        "This looks like a formula. Write \\{ and \\} for braces that are part of the text."
    ),
    "lead": gettext_noop("The answers begin with text that is no answer. Begin each with = or ~."),
    "blank": gettext_noop("This answer is blank."),
    "many": gettext_noop("This question has more than %(most)d answers. Is a } missing?"),
    "few": gettext_noop("This question needs at least two answers."),
    "weight": gettext_noop("%(weight)s%% is not a weight. Write it like %%50%% or %%-33.33333%%."),
    "weight_refused": gettext_noop(
        "Moodle refuses the weight %(weight)s%%. The nearest is %(nearest)s%%."
    ),
    "weight_negative": gettext_noop(
        "A typed answer cannot cost marks: %(weight)s%%. The least is 0%%."
    ),
    "no_right_answer": gettext_noop("No answer gets full marks. Give one of them 100%%."),
    "weight_total": gettext_noop("The right choices add up to %(total)s%%, not to 100%%."),
    "number": gettext_noop(
        "“%(number)s” is not a number. Write it like 3.14, 3.14:0.01 or 3.13..3.15."
    ),
    "range": gettext_noop("The range %(low)s..%(high)s ends before it begins."),
    "tolerance": gettext_noop("A tolerance cannot be negative: %(tolerance)s."),
    "no_number": gettext_noop("This question expects a number and gives none."),
    "pair": gettext_noop("This row of a matching question has no ->."),
    "pair_answer": gettext_noop("This row of a matching question has nothing to choose behind ->."),
    "identifier": gettext_noop(
        "The identifier “%(identifier)s” is used by the question in line %(first)d."
    ),
}


def fault(code: str, line: int, **params: Any) -> Fault:
    return Fault(line, code, REASONS[code], params)


class Block(NamedTuple):
    """Lines of one question without its comment lines, and those comments."""

    numbers: tuple[int, ...]
    text: str
    mask: str
    starts: tuple[int, ...]
    comments: tuple[tuple[int, str], ...]

    def line_at(self, place: int) -> int:
        return self.numbers[bisect_right(self.starts, place) - 1]

    def span(self) -> "Span":
        return Span(self, 0, len(self.text)).strip()


class Span(NamedTuple):
    """The part [start, end) of a block."""

    block: Block
    start: int
    end: int

    def __bool__(self) -> bool:
        return self.start < self.end

    @property
    def raw(self) -> str:
        return self.block.text[self.start : self.end]

    @property
    def line(self) -> int:
        return self.block.line_at(self.start)

    def strip(self) -> "Span":
        block, start, end = self
        text = block.text
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        return Span(block, start, end)

    def find(self, mark: str) -> int:
        """Return the first place of the mark in the block, or -1."""
        return self.block.mask.find(mark, self.start, self.end)

    def find_last(self, mark: str) -> int:
        return self.block.mask.rfind(mark, self.start, self.end)

    def places(self, marks: re.Pattern[str]) -> list[int]:
        return [found.start() for found in marks.finditer(self.block.mask, self.start, self.end)]

    def until(self, place: int) -> "Span":
        return Span(self.block, self.start, place).strip()

    def since(self, place: int) -> "Span":
        return Span(self.block, place, self.end).strip()

    def cut(self, mark: str) -> "tuple[Span, Span | None]":
        """Split at the first mark; without one, all of it is before."""
        place = self.find(mark)
        return (self, None) if place < 0 else (self.until(place), self.since(place + len(mark)))

    def fault(self, code: str, **params: Any) -> Fault:
        return fault(code, self.line, **params)

    def text(self, default: TextFormat = TextFormat.MOODLE) -> tuple[str, TextFormat]:
        """Return what the author meant to say, and in which format.

        In the Moodle format a line break in the file is a space like any other, and only an
        escaped one breaks the line; the other formats keep their lines as they are.
        """
        raw, text_format = self.raw, default
        if marked := FORMAT.match(raw):
            raw, text_format = raw[marked.end() :], TextFormat(marked[1])
        if text_format == TextFormat.MOODLE:
            raw = FLOWING_SPACE.sub(" ", raw)
        return unescape(raw).strip(), text_format


def unescape(raw: str) -> str:
    return ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], raw)


def decode(source: str | bytes) -> str:
    """Return the text of a file, its lines ended by a line feed.

    Bytes that are not UTF-8 come out as lone surrogates, which mark their block as faulty.

    Raises:
        Refused: the file as a whole is in another encoding.
    """
    if isinstance(source, bytes):
        if source.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise Refused(fault("encoding", 1))
        source = source.removeprefix(BOM_UTF8).decode("utf-8", errors="surrogateescape")
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def blocks(text: str) -> Iterator[Block]:
    """Split at blank lines; a category line is always a block of its own."""
    lines: list[tuple[int, str]] = []
    comments: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.strip()
        if lines and (not content or content.startswith(CATEGORY)):
            yield _block(lines, comments)
            lines, comments = [], []
        if not content:
            comments = []
        elif content.startswith("//"):
            comments.append((number, content))
        elif content.startswith(CATEGORY):
            yield _block([(number, content)], [])
        else:
            lines.append((number, line))
    if lines:
        yield _block(lines, comments)


def unstorable(block: Block) -> list[Fault]:
    """Return a fault for every line with a character that no database text can hold."""
    lines = zip(block.numbers, block.text.split("\n"), strict=True)
    return [
        fault("nul" if found[0] == "\x00" else "bytes", number)
        for number, line in sorted([*lines, *block.comments])
        if (found := UNSTORABLE.search(line))
    ]


def _block(lines: list[tuple[int, str]], comments: list[tuple[int, str]]) -> Block:
    text = "\n".join(line for _number, line in lines)
    return Block(
        numbers=tuple(number for number, _line in lines),
        text=text,
        mask=ESCAPE.sub("xx", text),
        starts=tuple(accumulate((len(line) + 1 for _number, line in lines[:-1]), initial=0)),
        comments=tuple(comments),
    )
