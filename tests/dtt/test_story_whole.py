"""One person through the whole house: their page tells all of it, and who did what.

What hangs on an application is found from the tables, not from a list: a table that is new fails
here until somebody decides whether the story tells of it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from accounts.domain.approvals import decide
from accounts.models import Approval, AuditEvent, User
from accounts.roles import Role
from applications.chapters import MATCH
from applications.models import Application, Stage
from applications.rail import rail_for
from applications.web.staff.story import story_of
from dtt.play.people import make_cohort, make_user
from dtt.play.quiz import sit_quiz
from dtt.play.season import Season
from dtt.play.selection import make_staff
from dtt.web.todo import published_for
from notifications.models import Message
from notifications.moments import say_instant
from quiz.domain.cases import decide_case, open_case, reply_digest, reply_to_case
from quiz.domain.giving_back import give_minutes
from quiz.models import Attempt
from selection.domain.appealing import decide_appeal, make_appeal
from selection.domain.overriding import ask_override, take_back_override
from selection.domain.replying import confirm_place
from selection.models import Entry, Override
from tests.conftest import NOW, rolled_back

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Not in the story, and why.
NOT_TOLD = {
    "applications.AccessRequest": "stays with who makes the arrangements",
    "monitoring.Answers": "for nobody’s eyes: used in counts alone",
    "quiz.ExtraTime": "an arrangement too",
    "applications.ReviewClaim": "who has a case open at this moment; gone in minutes",
    "quiz.Practice": "never counts",
    "quiz.PracticeAnswer": "never counts",
    "quiz.Response": "on the page of the attempt",
    "quiz.Signal": "on the page of the attempt; forgotten after six months",
    "quiz.Origin": "on the page of the attempt; forgotten after six months",
    "quiz.Pause": "on the page of the attempt",
    "matching.PersonRanking": "how somebody ranks is for nobody's eyes",
    "matching.OpportunityRanking": "how a company ranks is the company's own",
    "quiz.Resemblance": "about two sittings: on the page of what was noticed",
    "bootcamp.ProjectVersion": "on the page of the project",
    "bootcamp.Conflict": "said by a judge about themselves",
    "bootcamp.Assignment": "on the page of the judging",
    "bootcamp.Sheet": "one judge's marks: on the page of the judging",
    "applications.DuplicateCase": "told by the page itself; needs two applications",
}
# For each table what the page says of its rows.
TOLD: dict[str, tuple[str, ...]] = {
    "applications.Application": ("Where they stand",),
    "applications.Submission": ("Version 1",),
    "applications.Acceptance": ("Accepted and agreed to",),
    "applications.Consent": ("Accepted and agreed to",),
    "applications.Document": (),
    "quiz.Attempt": ("Attempt 1",),
    "quiz.AttemptScore": ("Scoring, run 1",),
    "quiz.GivenTime": ("5 minutes given", "The fire bell rang."),
    "quiz.IntegrityCase": ("Two windows?", "My sister looked over.", "Nothing to it."),
    "selection.Entry": ("Bootcamp places (published)",),
    "selection.Override": ("Taken for another, 2.", "moved out (taken back)"),
    "selection.Appeal": ("Nobody told me why.", "It was another person."),
    "bootcamp.Membership": ("In the group",),
    "bootcamp.Attendance": ("Attendance of",),
    "bootcamp.Project": ("Mini-project, version",),
    "bootcamp.ProjectScore": ("Judging, run 1",),
    "matching.CompanyConsent": ("see the profile",),
    "matching.PersonRankingSheet": ("Certified a ranking of opportunities",),
    "matching.MatchPair": ("Match, run 1 (published)",),
    "matching.UnmatchedPerson": (),
    "matching.Offer": ("Offer of",),
}
# Tables of which this person has no row.
HAS_NONE = {"applications.Document", "matching.UnmatchedPerson"}


@pytest.fixture(scope="module")
def person(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Application]:
    """Moved out by hand, who appealed and was upheld, was a finalist, matched and hired."""
    with django_db_blocker.unblock(), rolled_back():
        yield played()


def played() -> Application:
    opened = NOW - timedelta(days=110)
    staff = make_staff(now=opened)
    third, apart = (
        make_user(f"{name}@staff.dtt.example", Role.PROGRAMME_MANAGER, now=opened)
        for name in ("third", "apart")
    )
    cohort = make_cohort(
        now=opened,
        slug="whole",
        places=8,
        places_with_ties=8,
        finalists=10,
        finalists_with_ties=10,
    )
    season = Season(cohort=cohort, staff=staff, applicants=10)
    acts = season.acts()
    for name in ("open", "apply"):
        acts.pop(name)()
    someone, *others = season.in_stage(Stage.ELIGIBLE)
    for number, one in enumerate([someone, *others]):
        leaves = 1 if one is someone else 0
        sit_quiz(one, skill=0, seed=number, now=cohort.quiz_opens_at + HOUR, walks_away=leaves)
    acts.pop("quiz")
    sitting = Attempt.objects.get(application=someone)
    bell = "The fire bell rang."
    give_minutes(
        attempt_id=sitting.pk, minutes=5, reason=bell, by=third, now=sitting.started_at + HOUR / 60
    )
    acts.pop("score")()
    asked_about(sitting, by=third, decider=staff.second, now=cohort.quiz_closes_at + HOUR)
    moved_out(someone, staff.asker, staff.second, now=cohort.shortlist_at - HOUR)
    acts.pop("shortlist")()
    entry = Entry.objects.get(application=someone)
    appeal = make_appeal(
        entry_id=entry.pk,
        ground="error",
        text="Nobody told me why.",
        by=someone.user,
        now=cohort.shortlist_at + HOUR,
    )
    decide_appeal(
        appeal_id=appeal.pk,
        uphold=True,
        reason="It was another person.",
        by=apart,  # who took part in nothing about the person
        now=cohort.shortlist_at + 2 * HOUR,
    )
    confirm_place(application_id=someone.pk, by=someone.user, now=cohort.shortlist_at + 3 * HOUR)
    for act in acts.values():
        act()
    someone.refresh_from_db()
    return someone


def asked_about(attempt: Attempt, *, by: User, decider: User, now: datetime) -> None:
    case = open_case(attempt_id=attempt.pk, ground="Two windows?", by=by, now=now)
    reply = "My sister looked over."
    case = reply_to_case(case_id=case.pk, text=reply, by=attempt.application.user, now=now + HOUR)
    decide_case(
        case_id=case.pk,
        outcome="no-finding",
        reason="Nothing to it.",
        seen=reply_digest(case),
        by=decider,
        now=now + 2 * HOUR,
    )


def moved_out(someone: Application, asker: User, second: User, *, now: datetime) -> None:
    """Twice: the first time it is taken back."""
    for number in (1, 2):
        asked = ask_override(
            cohort_id=someone.cohort_id,
            step="bootcamp",
            reference=someone.reference,
            way="out",
            category="error",
            reason=f"Taken for another, {number}.",
            by=asker,
            now=now,
        )
        agree(asked, second, now)
        if number == 1:
            override = Override.objects.get(application=someone)
            take_back_override(override_id=override.pk, by=asker, now=now)


def agree(asked: Approval, by: User, now: datetime) -> None:
    decide(approval_id=asked.pk, approve=True, digest=asked.digest, by=by, now=now)


def hanging_on(application: Application) -> dict[str, list[Model]]:
    """Every row of every table that leads to this application by foreign keys, by table."""
    found: dict[str, list[Model]] = {Application._meta.label: [application]}
    todo: list[type[Model]] = [Application]
    while todo:
        model = todo.pop(0)
        for relation in model._meta.get_fields(include_hidden=True):
            table = relation.related_model
            if not (relation.auto_created and relation.is_relation and not relation.concrete):
                continue
            if relation.many_to_many or table._meta.auto_created or table._meta.label in found:
                continue
            key = {f"{relation.field.name}__in": found[model._meta.label]}
            found[table._meta.label] = list(table._default_manager.filter(**key))
            todo.append(table)
    return found


def page_of(person: Application) -> str:
    client = Client()
    client.force_login(make_user("auditor@staff.dtt.example", Role.AUDITOR, now=NOW))
    address = reverse("admin:applications_application_change", args=[person.pk])
    return unescape(client.get(address).content.decode())


def test_every_table_that_hangs_on_a_person_is_told_of_or_has_its_reason(
    person: Application,
) -> None:
    rows = hanging_on(person)
    page = page_of(person)

    assert rows.keys() == TOLD.keys() | NOT_TOLD.keys()
    assert {table for table in TOLD if not rows[table]} == HAS_NONE
    assert [text for texts in TOLD.values() for text in texts if text not in page] == []


def test_who_did_what_to_the_person_is_all_there(person: Application) -> None:
    rows = hanging_on(person)
    letters = Message.objects.filter(person=person.user)
    told = {table: rows[table] for table in TOLD} | {"notifications.Message": list(letters)}
    runs = [entry.selection_id for entry in Entry.objects.filter(application=person)]
    asked = Approval.objects.filter(kind="publish-selection", object_id__in=map(str, runs))
    asked |= Approval.objects.filter(object_id=f"bootcamp:{person.pk}")
    told["accounts.Approval"] = list(asked)
    expected: Counter[tuple[str, str, str]] = Counter()
    for table, objects in told.items():
        events = AuditEvent.objects.filter(
            object_type=table.lower(), object_id__in=[str(one.pk) for one in objects]
        )
        for event in events.exclude(verb="request-access").select_related("actor"):
            actor = str(event.actor or "the system")
            expected[say_instant(event.at), actor, event.reason] += 1

    history = story_of(person, person_who_reads(), NOW)["history"]["rows"]

    shown = Counter((at, who, reason) for at, who, _what, reason in history)
    assert expected - shown == Counter()
    said = {what for _at, _who, what, _reason in history}
    assert said >= {
        "Moved somebody across the line by hand",
        "Took a move across the line back",
        "Appealed against the list",
        "Decided an appeal",
        "Asked the person about their sitting",
        "Decided the case",
        "Drew a list up",
        "Published a match",
    }
    assert {one.split(": ")[1] for one in said if one.startswith("Asked for approval")} >= {
        "Publish a list",
        "Move somebody across the line",
    }


def test_every_letter_is_there(person: Application) -> None:
    letters = Message.objects.filter(person=person.user).values_list("subject", flat=True)

    story = story_of(person, person_who_reads(), NOW)

    assert Counter(row[1] for row in story["told"]["rows"]) == Counter(letters)
    assert len(letters) > 5


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER])
def test_staff_read_the_sentence_that_a_finalist_reads_after_the_match(
    person: Application, role: Role
) -> None:
    Application.objects.filter(pk=person.pk).update(stage=Stage.FINALIST)
    person = Application.objects.select_related("user", "cohort").get(pk=person.pk)
    own = rail_for(person, NOW, published=published_for(person))

    story = story_of(person, make_user("r@staff.dtt.example", role, now=NOW), NOW)

    assert published_for(person) == {MATCH}
    assert story["rail"] == own != rail_for(person, NOW)


def test_a_score_that_nobody_offers_any_more_is_told_by_its_name(person: Application) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            'UPDATE selection_entry SET scores = \'{"old.score": "7"}\' WHERE application_id = %s',
            [person.pk],
        )

    assert "old.score: 7" in page_of(person)


def person_who_reads() -> User:
    return make_user("auditor@staff.dtt.example", Role.AUDITOR, now=NOW)
