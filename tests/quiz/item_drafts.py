"""Drafts of any kind, for properties of the formats."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from quiz.formats.drafts import (
    LEGAL_WEIGHTS,
    ChoiceDraft,
    ImageDraft,
    ItemDraft,
    Kind,
    NumericalAnswerDraft,
    PairDraft,
    ShortAnswerDraft,
    TextFormat,
    UnitDraft,
)

FULL, NONE = Decimal(100), Decimal(0)
PNG = b"\x89PNG\r\n\x1a\n"
MARKS = ["=", "~", "#", "{", "}", ":", "->", "\\", "%50%", "//", "::", "$CATEGORY:", "[html]"]
MARKS += ["<b>x</b>", "<br/>", "a<b", "&amp;", "&", ";", ",", '"', "'", "=1+1", "@x", "]]>", "*"]
MARKS += ["A.", "ANSWER: B", "../images/x.png", "image:", "字", "以上皆非", "None of these", "----"]
RIGHTS = {1: "100", 2: "50", 3: "33.33333", 4: "25", 5: "20", 6: "16.66667", 8: "12.5"}

pieces = st.sampled_from(MARKS) | st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="\ufeff\ufffe\uffff"),
    min_size=1,
    max_size=8,
)
lines = st.lists(pieces, min_size=1, max_size=4).map(" ".join)
texts = st.lists(lines, min_size=1, max_size=3).map("\n".join)
names = st.text("abcXYZ019-_. é", min_size=1, max_size=10).map(str.strip).filter(bool)
formats = st.sampled_from(TextFormat)
numbers = st.decimals("-1e6", "1e6", places=3) | st.integers(-999, 999).map(Decimal)
weights = st.sampled_from([weight for weight in LEGAL_WEIGHTS if weight < 100])
signed = st.tuples(weights, st.booleans()).map(lambda of: -of[0] if of[1] and of[0] else of[0])


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


@st.composite
def choices(draw: st.DrawFn, fractions: list[Decimal]) -> tuple[ChoiceDraft, ...]:
    said = draw(st.lists(texts, min_size=len(fractions), max_size=len(fractions), unique=True))
    return tuple(
        ChoiceDraft(text, fraction, draw(maybe(texts)), draw(formats), draw(formats))
        for text, fraction in zip(said, fractions, strict=True)
    )


@st.composite
def answered(draw: st.DrawFn, kind: Kind) -> dict[str, object]:
    others = draw(st.lists(signed, min_size=1, max_size=3))
    match kind:
        case Kind.SINGLE:
            return {"choices": draw(choices(draw(st.permutations([FULL, *others]))))}
        case Kind.MULTIPLE:
            right = draw(st.sampled_from(sorted(RIGHTS)))
            wrong = [-abs(weight) if weight else NONE for weight in others]
            fractions = draw(st.permutations([Decimal(RIGHTS[right])] * right + wrong))
            return {"choices": draw(choices(fractions))}
        case Kind.TRUE_FALSE:
            fractions = draw(st.permutations([FULL, NONE]))
            told = draw(choices(fractions))
            named = zip(told, ("True", "False"), strict=True)
            return {
                "choices": tuple(
                    replace(choice, text=text, text_format=TextFormat.PLAIN)
                    for choice, text in named
                )
            }
        case Kind.SHORT:
            typed = draw(choices([FULL, *map(abs, others)]))
            return {
                "answers": tuple(
                    ShortAnswerDraft(
                        " ".join(one.text.split()),
                        one.fraction,
                        one.feedback,
                        TextFormat.PLAIN,
                        one.feedback_format,
                    )
                    for one in typed
                ),
                "case_sensitive": draw(st.booleans()),
            }
        case Kind.NUMERICAL:
            units = draw(st.lists(st.sampled_from(["m", "km", "公里"]), unique=True, max_size=2))
            sizes = st.sampled_from([Decimal(1), Decimal("0.001"), Decimal(1000), Decimal("3.3")])
            return {
                "answers": tuple(draw(number(abs(of))) for of in [FULL, *others]),
                "units": tuple(UnitDraft(unit, draw(sizes)) for unit in units),
            }
        case Kind.MATCHING:
            return {"pairs": draw(pairs())}
        case Kind.ORDERING:
            told = draw(choices([FULL] * (len(others) + 1)))
            return {"choices": tuple(replace(choice, feedback="") for choice in told)}
        case _:
            return {}


@st.composite
def number(draw: st.DrawFn, fraction: Decimal) -> NumericalAnswerDraft:
    feedback, form = draw(maybe(texts)), draw(formats)
    if fraction == NONE and feedback and draw(st.booleans()):
        return NumericalAnswerDraft(NONE, feedback=feedback, feedback_format=form)
    one, other = draw(numbers), draw(numbers)
    if draw(st.booleans()):
        low, high = sorted((one, other))
        draft = NumericalAnswerDraft(fraction, low=low, high=high)
    else:
        tolerance = draw(st.none() | st.just(abs(other)))
        draft = NumericalAnswerDraft(fraction, one, tolerance)
    return replace(draft, feedback=feedback, feedback_format=form)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[PairDraft, ...]:
    asked = draw(st.lists(texts, min_size=2, max_size=4, unique=True))
    offered = [" ".join(text.split()) for text in draw(st.lists(texts, min_size=2, max_size=3))]
    rows = [PairDraft(text, draw(st.sampled_from(offered)), draw(formats)) for text in asked]
    used = {row.answer for row in rows}
    rows += [PairDraft("", text) for text in dict.fromkeys(offered) if text not in used]
    return tuple(rows)


@st.composite
def item(draw: st.DrawFn, kinds: list[Kind]) -> ItemDraft:
    kind = draw(st.sampled_from(kinds))
    stem, form = draw(texts), draw(formats)
    images: tuple[ImageDraft, ...] = ()
    if form in (TextFormat.HTML, TextFormat.MARKDOWN) and draw(st.booleans()):
        image = ImageDraft.of("p.png", PNG + draw(st.binary(max_size=3)))
        link = f"image:{image.reference}"
        shown = f'<img src="{link}" alt="">' if form == TextFormat.HTML else f"![]({link})"
        stem, images = f"{stem} {shown}", (image,)
    return ItemDraft(
        kind=kind,
        stem=stem,
        line=0,
        identifier=draw(names),
        title=draw(maybe(lines)),
        category="/".join([draw(names.map(lambda name: name.replace("  ", " "))), "easy"]),
        tags=tuple(draw(st.lists(names, max_size=2))),
        text_format=form,
        general_feedback=draw(maybe(texts)),
        general_feedback_format=draw(formats),
        images=images,
        **draw(answered(kind)),
    )


def items(*kinds: Kind) -> st.SearchStrategy[list[ItemDraft]]:
    """One to three drafts of these kinds, each of another code and all of one category."""
    return st.lists(
        item(list(kinds)), min_size=1, max_size=3, unique_by=lambda draft: draft.identifier
    ).map(lambda drafts: [replace(draft, category=drafts[0].category) for draft in drafts])


def bare(draft: ItemDraft) -> ItemDraft:
    """Without what says nothing: where it stood, the format of a text that is not there."""
    return replace(
        draft,
        line=0,
        file="",
        general_feedback_format=_format(draft.general_feedback, draft.general_feedback_format),
        choices=tuple(map(_bare, draft.choices)),
        answers=tuple(map(_bare, draft.answers)),
        pairs=tuple(
            replace(pair, question_format=_format(pair.question, pair.question_format))
            for pair in draft.pairs
        ),
        images=tuple(replace(image, name="") for image in draft.images),
    )


def _bare(said: ChoiceDraft) -> ChoiceDraft:
    told = replace(said, feedback_format=_format(said.feedback, said.feedback_format))
    typed = isinstance(said, ShortAnswerDraft)
    return replace(told, text_format=TextFormat.PLAIN) if typed else told


def _format(text: str, text_format: TextFormat) -> TextFormat:
    return text_format if text else TextFormat.MOODLE
