"""Questions as HTML, made once for everybody who gets them.

What differs between two people's pages of one item is its number, the order of its choices and
what is answered. So the template `quiz/_question.html` is rendered once for each item and language,
with marks in those places, and a page fills them in. A thousand people who start together would
otherwise wait for thirty thousand renderings of the same.

The marks hold a NUL, which no text from PostgreSQL can.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.languages import Language
from quiz.models import ItemVersion, Kind, Response
from quiz.web.questions import Question, Unsaved, canonical, letter_of, picked_in, questions_of

POSITION, SEQUENCE, ANSWER, TEXT, LETTER, END = (f"\0{name}\0" for name in "psatle")
ROW = re.compile("\0row:(.+?)\0")
BY_ROWS = (Kind.MATCHING, Kind.ORDERING)


@dataclass(frozen=True, slots=True)
class Shown:
    """One item on the page, ready."""

    position: int
    answered: bool
    html: SafeString


@dataclass(frozen=True, slots=True)
class Stencil:
    """A question without what is one person's own.

    Attributes:
        frame: what stands around the lists of choices; one more than there are lists.
        rows: of each list the rows by the keys of the choices.
        ticked: the same rows, ticked.
    """

    frame: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    ticked: tuple[Mapping[str, str], ...]


class _Blank(Question):
    """A question with marks in the places of what is a person's own."""

    __slots__ = ()

    @property
    def original(self) -> str:
        return ANSWER


def shown(
    paper: list[Response], *, seed: str, typed: Mapping[int, Unsaved] | None = None
) -> list[Shown | Question]:
    """The questions of a paper of approved items, in its order.

    Args:
        seed: of the papers of the quiz, which stands for its pool.
        typed: by position, what was posted and could not be saved; these are rendered anew.
    """
    language = translation.get_language() or ""
    typed = typed or {}
    return [
        questions_of([response], typed)[0]
        if response.position in typed or _is_own(response)
        else Shown(
            response.position,
            response.answer is not None,
            _filled(response, _stencil_for(response, seed, language, len(paper))),
        )
        for response in paper
    ]


def prepare(versions: Iterable[ItemVersion], *, seed: str, items: int) -> None:
    """Make the stencils of a pool, in every language, for papers of so many items."""
    alike = [version for version in versions if version.kind not in BY_ROWS]
    for language in Language.values:
        with translation.override(language):
            for version in alike:
                _stencil(seed, version, language, items, ())


def numbers_of(questions: Sequence[Question | Shown]) -> SafeString:
    """The list of the numbers that lead to the questions."""
    language = translation.get_language() or ""
    return _numbers(tuple((one.position, one.answered) for one in questions), language)


@lru_cache(maxsize=256)
def _numbers(questions: tuple[tuple[int, bool], ...], _language: str) -> SafeString:
    rows = [{"position": position, "answered": answered} for position, answered in questions]
    return render_to_string("quiz/_numbers.html", {"questions": rows})


def _is_own(response: Response) -> bool:
    """Whether so much of the question is one person's that there is nothing to share."""
    return response.item_version.kind in BY_ROWS and response.answer is not None


def _stencil_for(response: Response, seed: str, language: str, items: int) -> Stencil:
    version = response.item_version
    order = tuple(response.choice_order) if version.kind in BY_ROWS else ()
    return _stencil(seed, version, language, items, order)


@lru_cache(maxsize=4096)
def _stencil(
    _seed: str, version: ItemVersion, _language: str, items: int, order: tuple[str, ...]
) -> Stencil:
    blank = _blank(version, order)
    if version.kind in BY_ROWS:
        return Stencil((_rendered(blank, items),), (), ())
    frame, rows = _cut(_rendered(blank, items))
    blank.options = [replace(option, checked=True) for option in blank.options]
    return Stencil(frame, rows, _cut(_rendered(blank, items))[1])


def _blank(version: ItemVersion, order: tuple[str, ...]) -> _Blank:
    keys = list(order) or [choice["key"] for choice in version.choices]
    [question] = questions_of([Response(position=1, item_version=version, choice_order=keys)])
    options = question.options
    if version.kind not in BY_ROWS:
        options = [replace(o, letter=LETTER, mark=f"\0row:{o.value}\0") for o in options]
    own = {
        "position": POSITION,
        "sequence": SEQUENCE,
        "text": TEXT,
        "options": options,
        "end": "" if version.kind in BY_ROWS else END,
    }
    return _Blank(**{field.name: getattr(question, field.name) for field in fields(question)} | own)


def _rendered(question: Question, items: int) -> str:
    context = {"question": question, "questions": range(items)}
    return render_to_string("quiz/_question.html", context)


def _cut(text: str) -> tuple[tuple[str, ...], tuple[dict[str, str], ...]]:
    """The frame, and the rows of each list."""
    *lists, tail = text.split(END)
    frame, rows = [], []
    for one in lists:
        before, *found = ROW.split(one)
        frame.append(before)
        rows.append(dict(zip(found[::2], found[1::2], strict=True)))
    return (*frame, tail), tuple(rows)


def _filled(response: Response, stencil: Stencil) -> SafeString:
    kind = response.item_version.kind
    text, ticked = picked_in(response)
    order = ["true", "false"] if kind == Kind.TRUE_FALSE else response.choice_order
    pieces = [stencil.frame[0]]
    for rows, marked, after in zip(stencil.rows, stencil.ticked, stencil.frame[1:], strict=True):
        known = (key for key in order if key in rows)
        for place, key in enumerate(known):
            row = (marked if key in ticked else rows)[key]
            pieces.append(row.replace(LETTER, letter_of(place)))
        pieces.append(after)
    whole = "".join(pieces).replace(POSITION, str(response.position))
    whole = whole.replace(SEQUENCE, str(response.sequence)).replace(TEXT, escape(text))
    whole = whole.replace(ANSWER, escape(canonical(response.answer)))
    return mark_safe(whole)  # noqa: S308 - the template's own, and what is escaped
