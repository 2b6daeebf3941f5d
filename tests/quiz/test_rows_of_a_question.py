"""Questions that are answered row by row: as a form, without scripts."""

from datetime import datetime
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models import User
from dtt.play.people import make_applicants, make_cohort
from quiz.domain.bank import approve_items
from quiz.domain.importing import import_items
from quiz.domain.setting_up import set_up_quiz
from quiz.formats.drafts import ChoiceDraft, ItemDraft, Kind, PairDraft, Parsed
from quiz.models import ItemVersion, Response
from quiz.papers import Blueprint, Cell
from quiz.web.questions import changed_answers
from tests.quiz.conftest import Hall
from tests.quiz.test_pages import Sitter

pytestmark = pytest.mark.django_db
PAIRS = {"en": ("cat", "mammal", "eel", "fish"), "zh-hant": ("貓", "哺乳類", "鰻", "魚")}
STEPS = {"en": ("first", "second", "third"), "zh-hant": ("第一", "第二", "第三")}


def drafts(language: str) -> list[ItemDraft]:
    """Three items of each kind, as deep as a paper with one of each needs."""
    one, mammal, two, fish = PAIRS[language]
    from_zero = [f"{language} {n}" for n in range(3)]
    return [
        ItemDraft(
            Kind.MATCHING,
            f"Match {stem}",
            1,
            identifier=f"M{n}",
            category="python/easy",
            pairs=(PairDraft(one, mammal), PairDraft(two, fish)),
        )
        for n, stem in enumerate(from_zero)
    ] + [
        ItemDraft(
            Kind.ORDERING,
            f"Order {stem}",
            1,
            identifier=f"O{n}",
            category="python/hard",
            choices=tuple(ChoiceDraft(text, 0) for text in STEPS[language]),
        )
        for n, stem in enumerate(from_zero)
    ]


def make_rows_hall(author: User, manager: User, now: datetime, **dates: datetime) -> Hall:
    """A quiz of one question of each kind."""
    for language in ("en", "zh-hant"):
        import_items(
            parsed=Parsed(tuple(drafts(language)), ()),
            language=language,
            source_name="rows",
            source_sha256="",
            by=author,
            now=now,
            confirm=True,
        )
    ids = list(ItemVersion.objects.values_list("pk", flat=True))
    approve_items(version_ids=ids, by=manager, now=now)
    cohort = make_cohort(now=now, **dates)
    blueprint = Blueprint((Cell("python", "easy", 1), Cell("python", "hard", 1)))
    quiz = set_up_quiz(
        cohort_id=cohort.pk, minutes=40, blueprint=blueprint, by=manager, now=now, paper_seed="rows"
    )
    applications = make_applicants(cohort, 1, now=now)
    return Hall(cohort, quiz, applications, author, manager, cohort.quiz_opens_at)


@pytest.fixture
def rows_hall(author: User, manager: User, now: datetime) -> Hall:
    return make_rows_hall(author, manager, now)


@pytest.fixture
def sitter(rows_hall: Hall) -> Sitter:
    sitter = Sitter(rows_hall)
    sitter.post("start")
    return sitter


def response(kind: str) -> Response:
    return Response.objects.get(item_version__kind=kind)


def form(response: Response, *values: str) -> dict[str, Any]:
    number = response.position
    return {f"o-{number}": "null", f"a-{number}": list(values)}


def test_the_rows_of_both_kinds_are_saved_by_the_form(sitter: Sitter) -> None:
    matching, ordering = response("matching"), response("ordering")

    sitter.post("attempt", form(matching, "a:d", "b:") | form(ordering, "a:2", "b:3", "c:1"))

    assert response("matching").answer == {"pairs": {"a": "d"}}
    assert response("ordering").answer == {"order": ["c", "a", "b"]}


def test_the_page_shows_what_was_saved_and_the_rule_of_each_kind(sitter: Sitter) -> None:
    matching, ordering = response("matching"), response("ordering")
    sitter.post("attempt", form(matching, "a:d", "b:") | form(ordering, "a:2", "b:3", "c:1"))

    page = sitter.get("attempt").content.decode()

    assert '<option value="a:d" lang="en" selected>' in page
    rows = [page.index(f'data-key="{key}"') for key in ("c", "a", "b")]
    assert rows == sorted(rows)
    assert '<option value="c:1" selected>1</option>' in page
    assert "Each right pair earns an equal part of the mark" in page
    assert "Each two that follow each other as they should earn" in page
    assert "哺乳類" in page  # the other language is there too


@pytest.mark.parametrize("numbers", [("a:1", "b:1", "c:2"), ("a:1", "b:", "c:2")])
def test_a_number_used_twice_or_left_out_is_told_and_kept(
    sitter: Sitter, numbers: tuple[str, ...]
) -> None:
    matching, ordering = response("matching"), response("ordering")

    page = sitter.post("attempt", form(matching, "a:c", "b:d") | form(ordering, *numbers))

    assert page.status_code == 422
    text = page.content.decode()
    assert "Give each row a number of its own" in text
    chosen = [f'<option value="{n}" selected>' in text for n in numbers if not n.endswith(":")]
    assert all(chosen)
    assert response("ordering").answer is None
    assert response("matching").answer == {"pairs": {"a": "c", "b": "d"}}  # the rest is saved


@pytest.mark.parametrize(
    "values",
    [["a"], ["a:b:c"], ["a:'"], ["a:1", "a:2"], [":1"], ["é:1"], ["a:1" * 400], ["a:\x00"]],
)
@pytest.mark.parametrize("kind", ["matching", "ordering"])
def test_rows_that_no_page_of_ours_posts_are_refused(values: list[str], kind: str) -> None:
    posted = QueryDict(mutable=True)
    posted["o-1"] = "null"
    posted.setlist("a-1", values)

    changed, refused = changed_answers(posted, {1: kind})

    assert (changed, list(refused)) == ({}, [1])


def test_nothing_picked_is_no_answer(sitter: Sitter) -> None:
    matching, ordering = response("matching"), response("ordering")

    sitter.post("attempt", form(matching, "a:", "b:") | form(ordering, "a:", "b:", "c:"))

    assert (response("matching").answer, response("ordering").answer) == (None, None)


def test_the_start_page_says_how_both_are_marked(rows_hall: Hall) -> None:
    page = Sitter(rows_hall).get("start").content.decode()

    assert "each right pair earns an equal part" in page
    assert "each two that follow each other as they should" in page
