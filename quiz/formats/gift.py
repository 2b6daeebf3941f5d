"""Read items in GIFT, the text format of Moodle. Pure; time grows with the length of the file.

Questions are separated by blank lines. A question that cannot be imported is reported with the
line and the reason, and reading goes on with the next one: every block of the file is an item,
a category, a comment or at least one fault.

The rules are those of Moodle's importer; where it would take something else in silence than
the author meant (answers outside braces, a second pair of braces, a missing row of a matching
item, a weight it cannot store), this reader reports a fault. In the Moodle text format, line
breaks and runs of spaces are one space; a blank in the middle of a stem is written `_____`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from quiz.formats.drafts import Category, Fault, ItemDraft, Kind, Parsed
from quiz.formats.faults import MAX_ITEMS, too_many
from quiz.formats.gift_answers import read_answers
from quiz.formats.gift_source import (
    CATEGORY,
    FLOWING_SPACE,
    Block,
    Refused,
    Span,
    blocks,
    decode,
    fault,
    unescape,
    unstorable,
)

BLANK = "_____"
IDENTIFIER = re.compile(r"\[id:((?:\\\]|[^\[\]])+)\]")
TAG = re.compile(r"\[tag:((?:\\\]|[^\[\]])+)\]")


def parse_gift(source: str | bytes) -> Parsed:
    """Return everything that the file holds. Never raises, whatever the file is.

    Args:
        source: text, or bytes in UTF-8 with or without a byte order mark.
    """
    items: list[ItemDraft] = []
    faults: list[Fault] = []
    categories: list[Category] = []
    lines_of_identifiers: dict[str, int] = {}
    try:
        text = decode(source)
    except Refused as refused:
        return Parsed((), refused.faults)
    count = 0
    for block in blocks(text):
        try:
            if block.text.startswith(CATEGORY):
                categories.append(_category(block))
                continue
            count += 1
            if count > MAX_ITEMS:
                return Parsed((), (*faults, too_many(block.span().line)))
            item = _item(block)
            if item.identifier:
                first = lines_of_identifiers.setdefault(item.identifier, item.line)
                if first != item.line:
                    raise Refused(
                        fault("identifier", item.line, identifier=item.identifier, first=first)
                    )
            category = categories[-1].name if categories else ""
            items.append(replace(item, category=category))
        except Refused as refused:
            faults.extend(refused.faults)
    return Parsed(tuple(items), tuple(faults), tuple(categories))


def _category(block: Block) -> Category:
    if found := unstorable(block):
        raise Refused(*found)
    name = unescape(block.text.removeprefix(CATEGORY)).strip()
    if not name:
        raise Refused(block.span().fault("category"))
    return Category(name, block.span().line)


def _item(block: Block) -> ItemDraft:
    if found := unstorable(block):
        raise Refused(*found)
    whole = block.span()
    title, body = _title(whole)
    before, answers, after = _braces(body)
    stem, stem_format = before.text()
    if after:
        rest, stem_format = after.text(stem_format)
        stem = f"{stem} {BLANK} {rest}".strip()
    if not stem:
        raise Refused(whole.fault("stem"))
    head = ItemDraft(
        kind=Kind.DESCRIPTION,
        stem=stem,
        line=whole.line,
        identifier=next(iter(_marked(IDENTIFIER, block.comments)), ""),
        title=title,
        tags=tuple(_marked(TAG, block.comments)),
        text_format=stem_format,
        general_feedback_format=stem_format,
    )
    return head if answers is None else read_answers(answers, head, before=before.raw[-40:])


def _title(whole: Span) -> tuple[str, Span]:
    if whole.find("::") != whole.start:
        return "", whole
    inner = Span(whole.block, whole.start + 2, whole.end)
    title, body = inner.cut("::")
    if body is None:
        raise Refused(whole.fault("title"))
    return FLOWING_SPACE.sub(" ", unescape(title.raw)).strip(), body


def _braces(body: Span) -> tuple[Span, Span | None, Span | None]:
    """Split a question into what is before, between and after its braces."""
    opened, closed = body.find("{"), body.find("}")
    if opened < 0 and closed < 0:
        if body and body.block.mask[body.start] in "=~":
            raise Refused(body.fault("outside"))
        return body, None, None
    if opened < 0 or 0 <= closed < opened:
        raise Refused(body.since(closed).fault("unopened"))
    if closed < 0:
        raise Refused(body.since(opened).fault("unclosed"))
    before = body.until(opened)
    answers = Span(body.block, opened + 1, closed).strip()
    after = body.since(closed + 1)
    if (nested := answers.find("{")) >= 0:
        raise Refused(answers.since(nested).fault("nested"))
    if (second := after.find("{")) >= 0:
        raise Refused(after.since(second).fault("second"))
    if (stray := after.find("}")) >= 0:
        raise Refused(after.since(stray).fault("unopened"))
    return before, answers, after


def _marked(mark: re.Pattern[str], comments: Iterable[tuple[int, str]]) -> list[str]:
    """Return what the comments of a question say in marks like [id:7] and [tag:vision]."""
    return [
        found[1].replace("\\]", "]").strip()
        for _line, comment in comments
        for found in mark.finditer(comment)
    ]
