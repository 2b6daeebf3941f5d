"""The review queue: what waits, who has it in hand, and the decision."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.domain.impartial import AboutOneself
from accounts.models import AuditEvent, User
from accounts.roles import Role
from applications.domain.claims import HELD_FOR, UnableToClaim, give_back, hold, take_next
from applications.domain.review import decide_eligibility
from applications.domain.stages import UnableToMove, advance, advance_locked
from applications.lifecycle import MOVES, Move
from applications.models import Application, Cohort, ReviewClaim, Stage
from dtt.play.people import make_cohort, make_user
from notifications.models import Message
from tests.parallel import results_at_once

pytestmark = pytest.mark.django_db
QUEUE = "admin:applications_review_queue"
NEXT = "admin:applications_review_next"
REVIEWERS = 20


def make_waiting(cohort: Cohort, count: int, *, now: datetime) -> list[Application]:
    """That many doubtful applications, the oldest first: none of them can come on any day."""
    users = User.objects.bulk_create(
        User(email=f"w{n}@{cohort.slug}.example", preferred_name=f"W{n}") for n in range(count)
    )
    return Application.objects.bulk_create(
        Application(
            reference=f"DTT-{cohort.slug[:4].upper()}{n:03d}",
            cohort=cohort,
            user=user,
            stage=Stage.SUBMITTED,
            created_at=now,
            saved_at=now,
            submitted_at=now + timedelta(minutes=n),
            surname_en="O’Brien-Chan",
            name_zh="陳大文",
            rules=cohort.rules,
        )
        for n, user in enumerate(users)
    )


def reviewer(name: str, now: datetime) -> User:
    return make_user(f"{name}@dtt.example", Role.REVIEWER, now=now, name=name.title())


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def address(application: Application, cohort: Cohort | None = None) -> str:
    page = reverse("admin:applications_review", args=[application.pk])
    return f"{page}?cohort={cohort.slug}" if cohort else page


def stage(application: Application) -> str:
    return Application.objects.values_list("stage", flat=True).get(pk=application.pk)


def test_nobody_is_given_or_decides_their_own(cohort: Cohort, now: datetime) -> None:
    mine, theirs = make_waiting(cohort, 2, now=now)
    person = reviewer("person", now)
    Application.objects.filter(pk=mine.pk).update(user=person)

    taken = take_next(by=person, now=now)
    hold(application_id=mine.pk, by=person, now=now)

    assert taken == theirs
    with pytest.raises(AboutOneself):
        decide_eligibility(application_id=mine.pk, eligible=True, reason="Me.", by=person, now=now)
    assert stage(mine) == "submitted"


@pytest.mark.django_db(transaction=True)
def test_twenty_reviewers_at_once_get_twenty_applications(now: datetime) -> None:
    waiting = make_waiting(make_cohort(now=now), REVIEWERS, now=now)
    people = [reviewer(f"r{n}", now) for n in range(REVIEWERS)]

    taken = results_at_once(
        [lambda person=person: take_next(by=person, now=now) for person in people]
    )

    assert sorted(one.pk for one in taken) == [one.pk for one in waiting]
    assert ReviewClaim.objects.count() == REVIEWERS


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_exactly_one_is_made(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    Application.objects.update(stage=Stage.ELIGIBLE)

    done = results_at_once(
        [
            lambda move=move: advance(application_ids=[application.pk], move=move, by=None, now=now)
            for move in (Move.RECONSIDER, Move.OFFER_PLACE)
        ]
    )

    [event] = AuditEvent.objects.filter(object_id=str(application.pk))
    assert [one for one in done if one == "UnableToMove"] == ["UnableToMove"]
    assert (event.verb, MOVES[Move(event.verb)][1]) in (
        ("reconsider", stage(application)),
        ("offer-place", stage(application)),
    )


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    person = reviewer("ada", now)
    hold(application_id=application.pk, by=person, now=now)

    done = results_at_once(
        [
            lambda eligible=eligible: decide_eligibility(
                application_id=application.pk, eligible=eligible, reason="Why.", by=person, now=now
            )
            for eligible in (True, False)
        ]
    )

    assert [one for one in done if isinstance(one, str)] == ["UnableToClaim"]
    assert AuditEvent.objects.filter(verb__startswith="find").count() == 1


def test_only_listed_moves_are_made_and_others_write_nothing(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    events, refused = AuditEvent.objects.count(), 0
    for source in Stage:
        for move, (sources, _target) in MOVES.items():
            if source not in sources:
                application.stage = source
                with pytest.raises(UnableToMove):
                    advance_locked([application], move=move, by=None, now=now)
                assert application.stage == source
                refused += 1

    listed = sum(len(sources) for sources, _target in MOVES.values())
    assert refused == len(Stage) * len(Move) - listed
    assert (stage(application), AuditEvent.objects.count()) == (Stage.SUBMITTED, events)


@pytest.mark.parametrize("move", Move)
def test_every_listed_move_leads_to_its_target(now: datetime, move: Move) -> None:
    [application, other] = make_waiting(make_cohort(now=now), 2, now=now)
    sources, target = MOVES[move]
    application.stage = min(sources)

    advance_locked(
        [application],
        move=move,
        by=None,
        now=now,
        into=other if move == Move.MERGE else None,
    )

    [event] = AuditEvent.objects.filter(object_id=str(application.pk))
    assert (stage(application), event.verb) == (target, move)
    assert (event.before, event.after) == ({"stage": min(sources)}, {"stage": target})


def test_a_claim_lapses_so_that_nobody_blocks_for_ever(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    ada, bob = reviewer("ada", now), reviewer("bob", now)
    hold(application_id=application.pk, by=ada, now=now)

    just_before = take_next(by=bob, now=now + HELD_FOR - timedelta(microseconds=1))
    lapsed = take_next(by=bob, now=now + HELD_FOR)

    assert (just_before, lapsed) == (None, application)
    with pytest.raises(UnableToClaim, match="Bob has this application in hand until 12:20"):
        hold(application_id=application.pk, by=ada, now=now + HELD_FOR)


def test_who_keeps_the_page_open_keeps_the_application(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    ada, bob = reviewer("ada", now), reviewer("bob", now)
    for minutes in (0, 9, 18):
        hold(application_id=application.pk, by=ada, now=now + timedelta(minutes=minutes))

    assert take_next(by=bob, now=now + timedelta(minutes=27)) is None
    claim = ReviewClaim.objects.get()
    assert (claim.taken_at, claim.expires_at) == (now, now + timedelta(minutes=28))


@pytest.mark.parametrize("held_by", ["nobody", "somebody else", "me, too long ago"])
def test_nothing_is_decided_without_a_live_claim(now: datetime, held_by: str) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    ada, bob = reviewer("ada", now), reviewer("bob", now)
    if held_by == "somebody else":
        hold(application_id=application.pk, by=bob, now=now)
    elif held_by == "me, too long ago":
        hold(application_id=application.pk, by=ada, now=now - HELD_FOR)
    before = AuditEvent.objects.count()

    with pytest.raises(UnableToClaim):
        decide_eligibility(
            application_id=application.pk, eligible=False, reason="Why.", by=ada, now=now
        )

    assert (stage(application), AuditEvent.objects.count()) == (Stage.SUBMITTED, before)
    assert Message.objects.count() == 0


def test_what_one_has_in_hand_comes_first_and_what_one_skips_comes_last(now: datetime) -> None:
    cohort = make_cohort(now=now)
    first, second, third = make_waiting(cohort, 3, now=now)
    ada = reviewer("ada", now)
    hold(application_id=second.pk, by=ada, now=now)

    assert take_next(by=ada, now=now) == second
    assert take_next(by=ada, now=now, after=second.pk) == third
    assert take_next(by=ada, now=now, after=third.pk) == first
    give_back(by=ada)
    hold(application_id=first.pk, by=reviewer("bob", now), now=now)
    assert take_next(by=ada, now=now) == second


def test_a_queue_of_one_cohort_never_shows_another(now: datetime) -> None:
    spring, autumn = make_cohort(now=now), make_cohort(now=now, slug="autumn", name_en="Autumn")
    ours = make_waiting(spring, 2, now=now)
    theirs = make_waiting(autumn, 2, now=now - timedelta(hours=1))
    browser = browser_of(reviewer("ada", now))

    everything = browser.get(reverse(QUEUE))
    limited = browser.get(reverse(QUEUE), {"cohort": spring.slug})
    page = browser.get(address(ours[0], spring))

    assert [row["application"] for row in everything.context["rows"]] == [*theirs, *ours]
    assert "Autumn" in everything.content.decode()
    assert [row["application"] for row in limited.context["rows"]] == ours
    assert (page.context["place"].number, page.context["place"].total) == (1, 2)
    assert (page.context["before"], page.context["after"]) == ("", address(ours[1], spring))
    assert browser.get(address(ours[0])).context["place"].number == 3
    assert browser.get(reverse(QUEUE), {"cohort": "no-such"}).status_code == 404


def test_an_application_in_somebody_elses_hands_is_for_reading(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    ada, bob = reviewer("ada", now), reviewer("bob", now)
    browser_of(ada).get(address(application))
    other = browser_of(bob)

    shown = other.get(address(application))
    refused = other.post(address(application), {"eligible": "no", "reason": "My words."})
    kept = other.post(reverse("admin:applications_review_keep", args=[application.pk]))

    assert "Ada has this application in hand until" in shown.content.decode()
    assert "Back to the queue" not in shown.content.decode()
    assert (refused.status_code, kept.status_code) == (409, 409)
    assert "My words." in refused.content.decode()
    assert (stage(application), ReviewClaim.objects.get().reviewer) == (Stage.SUBMITTED, ada)
    queue = other.get(reverse(QUEUE)).content.decode()
    assert "Ada, until" in queue
    assert other.get(reverse(NEXT)).url == reverse(QUEUE)


def test_who_opens_the_next_one_gives_the_last_one_back(now: datetime) -> None:
    first, second = make_waiting(make_cohort(now=now), 2, now=now)
    ada = reviewer("ada", now)
    browser = browser_of(ada)

    browser.get(address(first))
    browser.get(address(second))

    assert [claim.application for claim in ReviewClaim.objects.all()] == [second]
    skipped = browser.post(reverse("admin:applications_review_skip", args=[second.pk]))
    assert skipped.url == address(first)
    assert [claim.application for claim in ReviewClaim.objects.all()] == [first]


def test_a_decision_gives_the_application_back_and_leads_on_within_the_cohort(
    now: datetime,
) -> None:
    cohort = make_cohort(now=now)
    first, second = make_waiting(cohort, 2, now=now)
    make_waiting(make_cohort(now=now, slug="autumn"), 1, now=now)
    browser = browser_of(reviewer("ada", now))
    browser.get(address(first, cohort))

    answer = browser.post(
        address(first), {"eligible": "yes", "reason": "Comes by train.", "cohort": cohort.slug}
    )

    assert (stage(first), answer.url) == (Stage.ELIGIBLE, address(second, cohort))
    assert [claim.application for claim in ReviewClaim.objects.all()] == [second]
    answer = browser.post(
        address(second), {"eligible": "no", "reason": "No day.", "cohort": cohort.slug}
    )
    assert answer.url == f"{reverse(QUEUE)}?cohort={cohort.slug}"
    assert [m.person for m in Message.objects.all()] == [second.user]


def test_a_decision_is_reopened_and_the_person_hears_of_it(now: datetime) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    browser = browser_of(reviewer("ada", now))
    for eligible in ("no", "yes"):
        browser.get(address(application))
        browser.post(address(application), {"eligible": eligible, "reason": "It stands so."})

    kinds = list(Message.objects.order_by("id").values_list("kind", "state"))

    assert stage(application) == Stage.ELIGIBLE
    assert kinds == [("application-not-eligible", "void"), ("application-eligible", "queued")]


def test_the_page_says_why_by_which_rules_and_offers_words_in_the_persons_language(
    now: datetime,
) -> None:
    [application] = make_waiting(make_cohort(now=now), 1, now=now)
    User.objects.filter(pk=application.user_id).update(language="zh-hant")

    shown = browser_of(reviewer("ada", now)).get(address(application))

    assert [doubt["code"] for doubt in shown.context["doubts"]] == [
        "not-student-or-graduate",
        "completion-unknown",
        "too-few-days",
    ]
    page = shown.content.decode()
    assert "Judged by version 1 of the eligibility rules" in page
    assert '<ul class="mt-2 flex flex-col gap-2" lang="zh-hant">' in page
    assert len(shown.context["sentences"]) == 4
    assert "1 of 1" in page


def test_the_queue_costs_the_same_with_1_row_as_with_3(
    now: datetime, django_assert_max_num_queries: Any
) -> None:
    cohort = make_cohort(now=now)
    browser = browser_of(reviewer("ada", now))
    costs = []
    for slug in ("one", "two", "three"):
        made = make_waiting(make_cohort(now=now, slug=slug), 1, now=now)
        hold(application_id=made[0].pk, by=reviewer("bob", now), now=now)
        cost = []
        for page in (reverse(QUEUE), address(made[0]), f"{reverse(QUEUE)}?cohort={cohort.slug}"):
            with django_assert_max_num_queries(15) as queries:
                assert browser.get(page).status_code == 200
            cost.append(len(queries))
        costs.append(cost)

    assert costs[0] == costs[1] == costs[2]
