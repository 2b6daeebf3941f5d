"""A question that is filled into what was made before is the question that the template makes."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from quiz.domain.sitting import open_attempt
from quiz.models import ItemVersion, Kind, Response
from quiz.web.questions import Unsaved, questions_of
from quiz.web.stencils import shown
from tests.quiz.conftest import Hall

HOSTILE = '"><b>&amp;{{ x }} %s 漢'
ENTRIES = [
    {"key": key, "text": {"en": f"<{key}>", "zh-hant": f"{key} & 乙"}, "format": "markdown"}
    for key in "abc"
]
PAIRS = [{**e, "role": "prompt"} for e in ENTRIES[:1]] + [
    {**e, "role": "option"} for e in ENTRIES[1:]
]
ANSWERS = [
    (Kind.SINGLE, ENTRIES, {"choice": "b"}),
    (Kind.MULTIPLE, ENTRIES, {"choices": ["a", "c"]}),
    (Kind.TRUE_FALSE, [], {"value": False}),
    (Kind.NUMERICAL, [], {"number": "-.5"}),
    (Kind.SHORT, [], {"text": HOSTILE}),
    (Kind.MATCHING, PAIRS, {"pairs": {"a": "c"}}),
    (Kind.ORDERING, ENTRIES, {"order": ["c", "a", "b"]}),
]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize(("kind", "choices", "answer"), ANSWERS)
def test_every_kind_is_shown_byte_for_byte_as_the_template_shows_it(
    kind: Kind, choices: list[dict[str, object]], answer: dict[str, object], language: str
) -> None:
    version = ItemVersion(
        pk=1,
        kind=kind,
        text_format="markdown",
        stem_en="What is `<b>`?",
        stem_zh="`<b>` 是甚麼？",
        choices=choices,
    )
    keys = [str(choice["key"]) for choice in choices]
    orders = [keys, keys[::-1], keys[1:] + keys[:1]]
    paper = [
        Response(
            position=position,
            item_version=version,
            choice_order=order,
            answer=given,
            sequence=position * 1000,
        )
        for position, (order, given) in enumerate(
            [(order, given) for given in (None, answer) for order in orders], start=1
        )
    ]

    with translation.override(language):
        filled = [str(one.html) or _rendered(one, paper) for one in shown(paper, seed=kind)]
        made = [_rendered(question, paper) for question in questions_of(paper)]

    assert filled == made
    assert "\0" not in "".join(filled)


@pytest.mark.django_db
def test_what_could_not_be_saved_is_shown_as_it_was_typed(hall: Hall) -> None:
    attempt = open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=hall.opens_at + timedelta(minutes=1),
    )
    paper = list(attempt.responses.select_related("item_version").order_by("position"))
    typed = {2: Unsaved(("x",), "Choose again.")}

    questions = shown(paper, seed=hall.quiz.paper_seed, typed=typed)

    assert [bool(question.html) for question in questions] == [True, False, True, True, True]
    assert "Choose again." in _rendered(questions[1], paper)


def _rendered(question: object, paper: list[Response]) -> str:
    return render_to_string("quiz/_question.html", {"question": question, "questions": paper})
