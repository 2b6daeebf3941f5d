"""The staff's pages of rulings, of the rule of a score and of a run that is going on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort
from dtt.play.people import make_user
from dtt.play.quiz import sit_quiz
from quiz.domain.scoring import score_chunk, score_quiz
from quiz.models import ItemVersion, Ruling, ScoringRun
from quiz.web.ruling_forms import RulingForm
from selection.domain.drawing import draw_up, rank_selection
from selection.foresight import sensitivity
from selection.models import Selection
from tests.quiz.conftest import Hall
from tests.work import do_the_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall_scored(make_hall: Callable[..., Hall]) -> Hall:
    hall = make_hall(people=3)
    for person, application in enumerate(hall.applications):
        sit_quiz(application, skill=person - 1.0, seed=1, now=hall.opens_at, walks_away=0)
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=hall.quiz.closes_at)
    score_chunk(run_id=run.pk, first=1, last=2**40, now=hall.quiz.closes_at)
    return hall


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def texts(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_a_ruling_goes_from_the_quiz_to_a_new_run_by_two_people(
    hall_scored: Hall, now: datetime
) -> None:
    quiz, item = hall_scored.quiz, hall_scored.quiz.pool.order_by("pk")[0]
    drawn = draw_up(
        cohort_id=hall_scored.cohort.pk,
        step="bootcamp",
        by=hall_scored.manager,
        now=quiz.closes_at,
    )
    rank_selection(selection_id=drawn.pk, now=quiz.closes_at)
    second = make_user("second@dtt.example", Role.PROGRAMME_MANAGER, now=now)
    with time_machine.travel(quiz.closes_at, tick=False):
        manager, other = client_of(hall_scored.manager), client_of(second)
        overview = manager.get(reverse("admin:quiz_quiz_change", args=[quiz.pk]))
        items = manager.get(reverse("admin:quiz_ruling_items", args=[quiz.pk]))
        new = reverse("admin:quiz_ruling_new", args=[quiz.pk, item.pk])
        proposed = manager.post(new, {"effect": "void", "reason": "Ambiguous."}, follow=True)
        ruling = Ruling.objects.get()
        manager.post(reverse("admin:quiz_ruling_ask", args=[ruling.pk]))
        page = other.get(reverse("admin:quiz_ruling_change", args=[ruling.pk]))
        decide = reverse("admin:quiz_ruling_decide", args=[ruling.pk])
        without = other.post(decide, {"decision": "refuse", "digest": ruling.digest}, follow=True)
        form = {"decision": "approve", "digest": ruling.digest}
        own = manager.post(decide, form, follow=True)
        agreed = other.post(decide, form, follow=True)

    assert reverse("admin:quiz_ruling_items", args=[quiz.pk]) in overview.content.decode()
    assert new in items.content.decode()
    assert "What it would change" in proposed.content.decode()
    assert drawn.label in page.content.decode()
    assert texts(without) == ["Say why you refuse."]
    assert texts(own)[1:] == ["The person who asked cannot approve."]
    assert texts(agreed) == [
        "The ruling is in force. If the quiz has been scored, it is being scored anew."
    ]
    newest = ScoringRun.objects.latest("pk")
    assert (newest.number, [r.pk for r in newest.rulings.all()]) == (2, [ruling.pk])


def test_a_published_list_is_named_and_said_to_stay(hall_scored: Hall) -> None:
    quiz, item = hall_scored.quiz, hall_scored.quiz.pool.order_by("pk")[0]
    drawn = draw_up(
        cohort_id=hall_scored.cohort.pk,
        step="bootcamp",
        by=hall_scored.manager,
        now=quiz.closes_at,
    )
    rank_selection(selection_id=drawn.pk, now=quiz.closes_at)
    Selection.objects.update(state="published", published_at=quiz.closes_at)
    new = reverse("admin:quiz_ruling_new", args=[quiz.pk, item.pk])

    page = client_of(hall_scored.manager).post(
        new, {"effect": "void", "reason": "Ambiguous."}, follow=True
    )

    assert "was published on" in page.content.decode()
    assert "It stays as it is" in page.content.decode()


@pytest.mark.parametrize("form", [{}, {"effect": "void"}, {"effect": "x", "reason": "y"},
                                  {"effect": "void", "reason": "\x00"}])  # fmt: skip
def test_a_form_that_says_too_little_proposes_nothing(
    hall_scored: Hall, form: dict[str, str]
) -> None:
    item = hall_scored.quiz.pool.order_by("pk")[0]
    new = reverse("admin:quiz_ruling_new", args=[hall_scored.quiz.pk, item.pk])

    answer = client_of(hall_scored.manager).post(new, form)

    assert (answer.status_code, Ruling.objects.count()) == (422 if form else 200, 0)


def test_an_auditor_reads_a_ruling_and_decides_nothing(hall_scored: Hall) -> None:
    item = hall_scored.quiz.pool.order_by("pk")[0]
    new = reverse("admin:quiz_ruling_new", args=[hall_scored.quiz.pk, item.pk])
    client_of(hall_scored.manager).post(new, {"effect": "void", "reason": "Ambiguous."})
    auditor = client_of(make_user("auditor@staff.example", Role.AUDITOR, now=hall_scored.opens_at))
    ruling = Ruling.objects.get()

    page = auditor.get(reverse("admin:quiz_ruling_change", args=[ruling.pk]))
    statuses = [
        auditor.post(reverse(f"admin:quiz_ruling_{verb}", args=[ruling.pk])).status_code
        for verb in ("ask", "decide", "drop")
    ]

    assert (page.status_code, statuses) == (200, [403, 403, 403])
    assert "Ask a second person" not in page.content.decode()


KEYS = {
    "single": ({"share_a": "0", "share_b": "1", "share_c": "", "share_d": "0"},
               [{"kind": "single", "fractions": {"a": "0", "b": "1", "c": "0", "d": "0"}}]),
    "multiple": ({"share_a": "1", "share_b": "-0.5", "share_c": "0"},
                 [{"kind": "multiple", "fractions": {"a": "1", "b": "-0.5", "c": "0"}}]),
    "truefalse": ({"truths": ["true", "false"]},
                  [{"kind": "truefalse", "answer": True}, {"kind": "truefalse", "answer": False}]),
    "numerical": ({"lines": "42:0.5\n50 .. 45"},
                  [{"kind": "numerical", "units": {}, "answers": [
                      {"value": "42", "tolerance": "0.5", "rule": "nominal", "fraction": "1"},
                      {"low": "45", "high": "50", "fraction": "1"}]}]),
    "short": ({"lines": "len\nlength*\n\n"},
              [{"kind": "short", "case_sensitive": False, "answers": [
                  {"pattern": "len", "fraction": "1"}, {"pattern": "length*", "fraction": "1"}]}]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KEYS)
def test_another_key_is_typed_as_its_kind_needs(hall: Hall, kind: str) -> None:
    version = ItemVersion.objects.filter(kind=kind)[0]
    typed, keys = KEYS[kind]

    form = RulingForm({"effect": "rekey", "reason": "Wrong."} | typed, version=version)

    assert (form.errors, form.cleaned_data["keys"]) == ({}, keys)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("single", {"share_a": "2"}),
        ("single", {"share_a": "NaN"}),
        ("numerical", {"lines": "forty-two"}),
        ("numerical", {"lines": "1e9999"}),
        ("numerical", {"lines": "\n".join(["1"] * 21)}),
        ("truefalse", {"truths": ["maybe"]}),
    ],
)
def test_what_is_no_key_is_said_on_the_form(hall: Hall, kind: str, typed: dict[str, Any]) -> None:
    version = ItemVersion.objects.filter(kind=kind)[0]

    form = RulingForm({"effect": "rekey", "reason": "Wrong."} | typed, version=version)

    assert not form.is_valid()


def test_the_bar_of_a_run_follows_its_counts(hall: Hall) -> None:
    sit_quiz(hall.first, skill=0, seed=1, now=hall.opens_at, walks_away=0)
    client = client_of(hall.manager)
    progress = reverse("admin:quiz_quiz_progress", args=[hall.quiz.pk])
    page = reverse("admin:quiz_quiz_change", args=[hall.quiz.pk])
    told = [client.get(progress).json()]
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=hall.quiz.closes_at)
    told.append(client.get(progress).json())
    seen = [progress in client.get(page).content.decode()]
    score_chunk(run_id=run.pk, first=1, last=2**40, now=hall.quiz.closes_at)
    told.append(client.get(progress).json())
    seen.append(progress in client.get(page).content.decode())

    assert [(one["open"], one["percent"], one["text"]) for one in told] == [
        (False, 0, "0 of 0 attempts scored"),
        (True, 0, "0 of 1 attempts scored"),
        (False, 100, "1 of 1 attempts scored"),
    ]
    assert seen == [True, False]


def test_what_a_score_is_is_chosen_before_the_opening_and_published(hall: Hall) -> None:
    url = reverse("admin:quiz_quiz_rule", args=[hall.quiz.pk])
    start = reverse("quiz:start", args=[hall.first.reference])
    with time_machine.travel(hall.opens_at.replace(hour=0), tick=False):
        client = client_of(hall.manager)
        chosen = client.post(url, {"rule": "equated"}, follow=True)
        wrong = client.post(url, {"rule": "luck"}, follow=True)
        reader = client_of(hall.first.user)
        reader.cookies["django_language"] = "en"
        seen = reader.get(start).content.decode()
    with time_machine.travel(hall.opens_at, tick=False):
        late = client.post(url, {"rule": "sum"}, follow=True)
    hall.quiz.refresh_from_db()

    assert texts(chosen) == ["Chosen. Applicants read it on the page where they start."]
    assert texts(wrong) == ["Choose one of the rules."]
    assert texts(late) == ["The quiz has opened. What a score is stays as it was published."]
    assert hall.quiz.score_rule == "equated"
    assert "differ in difficulty" in seen


def test_the_page_of_a_list_names_whom_each_item_would_move(make_hall: Callable[..., Hall]) -> None:
    hall = make_hall(people=6)
    for person, application in enumerate(hall.applications):
        sit_quiz(application, skill=0, seed=person, now=hall.opens_at, walks_away=0)
    at = hall.quiz.closes_at
    run = score_quiz(quiz_id=hall.quiz.pk, by=hall.manager, now=at)
    score_chunk(run_id=run.pk, first=1, last=2**40, now=at)
    Cohort.objects.filter(pk=hall.cohort.pk).update(places=3, places_with_ties=3)
    drawn = draw_up(cohort_id=hall.cohort.pk, step="bootcamp", by=hall.manager, now=at)
    drawn = rank_selection(selection_id=drawn.pk, now=at)
    client = client_of(hall.manager)
    do_the_work(at)

    line = client.get(reverse("admin:selection_selection_change", args=[drawn.pk]))
    url = reverse("admin:selection_selection_sensitivity", args=[drawn.pk])
    ask = reverse("admin:selection_selection_foresee", args=[drawn.pk])
    assert url in line.content.decode()
    untouched = client.get(url).content.decode()
    waits = [client.post(ask, follow=True).content.decode() for _press in range(2)]
    ended = do_the_work(at)
    page = client.get(url).content.decode()
    client.cookies["django_language"] = "zh-hant"
    in_chinese = client.get(url).content.decode()

    assert "Nobody has had it worked out yet." in untouched
    assert ["<progress" in one for one in (untouched, *waits, page)] == [False, True, True, False]
    assert ended == ["done"]
    found = sensitivity(drawn)
    assert sum(one.crossing for _title, impacts in found for _name, one in impacts) > 0
    for title, impacts in found:
        for name, one in impacts:
            for language, shown in (("en", page), ("zh-hant", in_chinese)):
                with translation.override(language):
                    assert (str(title) in shown, str(name) in shown) == (True, True)
            for key in (*one.into, *one.out):
                assert Application.objects.get(pk=key).reference in page


def test_so_many_that_a_worker_would_not_end_are_an_error_on_the_page(hall_scored: Hall) -> None:
    at = hall_scored.quiz.closes_at
    drawn = draw_up(
        cohort_id=hall_scored.cohort.pk, step="bootcamp", by=hall_scored.manager, now=at
    )
    rank_selection(selection_id=drawn.pk, now=at)
    ScoringRun.objects.update(attempts=20_001)
    client = client_of(hall_scored.manager)
    client.post(reverse("admin:selection_selection_foresee", args=[drawn.pk]))
    do_the_work(at)

    url = reverse("admin:selection_selection_sensitivity", args=[drawn.pk])
    page = client.get(url).content.decode()

    assert "More than 20000 people have sat the quiz." in page


def test_the_form_shows_choices_as_the_quiz_does_and_says_what_is_for_another_key(
    hall_scored: Hall,
) -> None:
    item = hall_scored.quiz.pool.filter(kind="single").order_by("pk")[0]
    item.choices[0]["text"]["en"] = "Full stop `.`"
    item.choices[0]["format"] = "markdown"

    form = RulingForm(version=item)
    new = reverse("admin:quiz_ruling_new", args=[hall_scored.quiz.pk, item.pk])
    text = client_of(hall_scored.manager).get(new).content.decode()

    assert "Full stop <code>.</code>" in str(form["share_a"].label)
    assert text.count("Used for another key only.") == len(item.choices)
    assert text.count(' rekey">') == len(item.choices)
