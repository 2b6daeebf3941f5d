"""Nothing of a question before the start, nothing of a key before the release, anywhere."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse

from dtt.play.people import make_applicants, make_cohort
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from quiz.domain.arrangements import grant_extra_time
from quiz.models import Attempt, ItemVersion
from quiz.web import passes
from tests.quiz.conftest import Hall
from tests.quiz.test_pages import PAGES, Sitter, change

pytestmark = pytest.mark.django_db
KEY_WORDS = ("fraction", "tolerance", "pattern", "feedback")


@pytest.fixture
def sitter(hall: Hall, now: datetime) -> Sitter:
    """Somebody with the demo bank, whose explanations would be recognised."""
    load_item_bank(by=hall.author, approver=hall.manager, now=now)
    cohort = make_cohort(now=now, slug="demo")
    set_up_demo_quiz(cohort, by=hall.manager, now=now)
    hall.applications = make_applicants(cohort, 1, now=now + timedelta(days=1), seed=2)
    grant_extra_time(
        application_id=hall.first.pk,
        factor=Decimal(1),
        break_minutes=10,
        reason="x",
        by=hall.manager,
        now=now,
    )
    return Sitter(hall)


def said_in(responses: list[HttpResponse]) -> str:
    """Everything that a browser receives: bodies, headers, cookies."""
    told: list[str] = []
    for response in responses:
        told.append(response.content.decode())
        told += [f"{name}: {value}" for name, value in response.headers.items()]
        told += [cookie.OutputString() for cookie in response.cookies.values()]
    return "\n".join(told)


def every_response(sitter: Sitter) -> dict[str, list[HttpResponse]]:
    """A walk through all addresses of the quiz before, during and after the attempt."""

    def pages(*after: Any) -> list[HttpResponse]:
        return [sitter.get(page, *after) for page in (*PAGES, "pass")]

    before = [*pages(-timedelta(hours=1)), *pages(), sitter.save(change(1, 1, {"choice": "a"}))]
    before += [sitter.post(page) for page in ("attempt", "submit", "resume")]
    sitter.start()
    positions = Attempt.objects.get(application=sitter.application).responses.count()
    during = [*pages(), *(sitter.save(change(n, 2, {"choice": "a"})) for n in range(1, positions))]
    during += [sitter.save(change(1, 1, {"text": "older"})), sitter.save(b"{")]
    during += [sitter.post("attempt", {"action": "break"}), *pages()]
    during += [sitter.save(change(1, 9, None)), sitter.post("resume"), *pages()]
    sitter.post("submit", {"unsent": '{"answers": []}'}, timedelta(minutes=5))
    after = [*pages(timedelta(minutes=6)), sitter.save(change(1, 99, None), timedelta(minutes=6))]
    return {"before": before, "during": during, "after": after}


def test_no_response_holds_a_key_or_an_explanation(sitter: Sitter) -> None:
    text = said_in([one for some in every_response(sitter).values() for one in some])

    explanations = ItemVersion.objects.values_list("feedback_en", "feedback_zh")
    assert [words for pair in explanations for words in pair if words and words in text] == []
    assert [word for word in KEY_WORDS if word in text] == []


def test_no_response_before_the_start_or_in_a_break_holds_a_question(sitter: Sitter) -> None:
    responses = every_response(sitter)
    in_the_break = [one for one in responses["during"] if b"clock stands still" in one.content]
    outside = said_in(responses["before"] + responses["after"] + in_the_break)
    stems = [
        line
        for stem in ItemVersion.objects.values_list("stem_en", flat=True)
        for line in stem.split("\n")[:1]
        if len(line) > 30 and "`" not in line
    ]

    assert [stem for stem in stems if stem in outside] == []
    assert len(in_the_break) >= 2
    assert len(stems) > 20
    assert passes.HEADER not in outside
