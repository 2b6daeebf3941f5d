"""The demo: five cohorts of the programme, each at a moment when somebody has something to do.

They are played by the verbs that the pages call. When the open cohort of an earlier demo has
closed, the next start makes a new set; the old one stays.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Q

from accounts.models import User
from accounts.roles import Role
from accounts.web.factors import DEMANDED_OF
from applications.models import Application, Cohort, Stage
from bootcamp.domain.panels import assign_judges
from bootcamp.models import Judge
from dtt.play.people import apply as apply_as
from dtt.play.people import make_cohort, make_persona, make_user
from dtt.play.quiz import load_item_bank, set_up_demo_quiz
from dtt.play.season import Season
from dtt.play.second_factor import give_second_factor
from dtt.play.selection import Staff, make_staff
from matching.models import Recruiter
from quiz.models import Attempt

PASSWORD = "deep-tech-demo"  # noqa: S105 - printed on the screen; the demo is never production
_DEMANDED = Q(is_staff=True) | Q(groups__name__in=DEMANDED_OF)
OPEN_SEED, LINE_SEED, JUDGING_SEED, RANKING_SEED, FINISHED_SEED = 11, 12, 13, 14, 15


@dataclass(frozen=True, slots=True)
class Login:
    """An account to try, and what to try with it."""

    role: str
    email: str
    hint: str
    asks_for_code: bool = False


def load_demo(*, now: datetime) -> None:
    """Make the demo unless one is there whose first cohort still takes applications."""
    now = now.replace(microsecond=0)
    if not Cohort.objects.filter(slug__startswith="open-", applications_close_at__gt=now).exists():
        _make(now)
    made_up = User.objects.filter(email__endswith="dtt.example")
    made_up.update(password=make_password(PASSWORD))
    for person in made_up.filter(_DEMANDED).distinct():
        give_second_factor(person)


def _make(now: datetime) -> None:
    made = f"{now:%Y%m%d-%H%M%S}"  # a start that was interrupted is no obstacle to the next one
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # for this session: it is only a demo
    staff = make_staff(now=now)
    make_user("auditor@staff.dtt.example", Role.AUDITOR, now=now)
    _finished(staff, now, made)
    _ranking(staff, now, made)
    _judging(staff, now, made)
    _at_the_line(staff, now, made)
    _open(staff, now, made)


def logins() -> list[Login]:
    """Accounts of the demo, each with something to do."""
    found = [
        Login(
            "Programme manager",
            "manager@staff.dtt.example",
            "draws lists up, asks for approval",
            asks_for_code=True,
        ),
        Login(
            "Second approver",
            "second@staff.dtt.example",
            "approves what the first one asked",
            asks_for_code=True,
        ),
    ]
    sat = Attempt.objects.values("application")
    people = Application.objects.select_related("user").order_by("pk")
    for role, hint, wanted in (
        (
            "Applicant",
            "may sit the quiz now",
            people.filter(stage=Stage.ELIGIBLE).exclude(pk__in=sat),
        ),
        ("Finalist", "ranks companies", people.filter(stage=Stage.FINALIST)),
        ("Hired", "sees the whole way", people.filter(stage=Stage.HIRED)),
    ):
        application = wanted.last()
        if application:
            found.append(Login(role, application.user.email, hint))
    judge = Judge.objects.select_related("user").filter(assignments__isnull=False).last()
    if judge:
        found.append(Login("Judge", judge.user.email, "marks mini-projects"))
    recruiter = Recruiter.objects.select_related("user", "company").order_by("pk").first()
    if recruiter:
        found.append(
            Login(
                "Recruiter",
                recruiter.user.email,
                f"ranks people for {recruiter.company}",
                asks_for_code=True,
            )
        )
    return found


def _cohort(name: tuple[str, str], slug: str, opened: datetime, **overrides: Any) -> Cohort:
    return make_cohort(now=opened, slug=slug, name_en=name[0], name_zh=name[1], **overrides)


def _finished(staff: Staff, now: datetime, made: str) -> None:
    cohort = _cohort(
        ("Last cohort", "上一期"),
        f"finished-{made}",
        now - timedelta(days=110),
        places=24,
        places_with_ties=26,
        finalists=14,
        finalists_with_ties=14,
    )
    Season(cohort=cohort, staff=staff, applicants=40, seed=FINISHED_SEED).play()


def _ranking(staff: Staff, now: datetime, made: str) -> None:
    cohort = _cohort(
        ("Spring cohort", "春季一期"),
        f"ranking-{made}",
        now - timedelta(days=65),
        places=20,
        places_with_ties=22,
        finalists=12,
        finalists_with_ties=12,
    )
    Season(cohort=cohort, staff=staff, applicants=32, seed=RANKING_SEED).play(until="rankings")


def _judging(staff: Staff, now: datetime, made: str) -> None:
    cohort = _cohort(
        ("Summer cohort", "夏季一期"),
        f"judging-{made}",
        now - timedelta(days=55),
        places=14,
        places_with_ties=15,
        finalists=8,
        finalists_with_ties=8,
    )
    Season(cohort=cohort, staff=staff, applicants=24, seed=JUDGING_SEED).play(until="bootcamp")
    assign_judges(cohort_id=cohort.pk, seed=JUDGING_SEED, by=staff.asker, now=now)


def _at_the_line(staff: Staff, now: datetime, made: str) -> None:
    cohort = _cohort(
        ("Autumn cohort", "秋季一期"),
        f"line-{made}",
        now - timedelta(days=24, hours=6),
        places=20,
        places_with_ties=21,
    )
    Season(cohort=cohort, staff=staff, applicants=48, seed=LINE_SEED).play(until="score")


def _open(staff: Staff, now: datetime, made: str) -> None:
    """Takes applications, and its quiz is open: one can apply and sit it at once."""
    opened = now - timedelta(days=7)
    cohort = _cohort(
        ("Winter cohort", "冬季一期"),
        f"open-{made}",
        opened,
        applications_close_at=now + timedelta(days=14),
        quiz_opens_at=now - timedelta(days=1),
        quiz_closes_at=now + timedelta(days=15),
        shortlist_at=now + timedelta(days=20),
    )
    load_item_bank(by=staff.asker, approver=staff.second, now=opened)
    set_up_demo_quiz(cohort, by=staff.asker, now=opened)
    for number in range(1, 9):
        persona = make_persona(number, days=cohort.bootcamp_dates, today=now.date(), seed=OPEN_SEED)
        apply_as(persona, cohort, now=opened + timedelta(hours=number))
