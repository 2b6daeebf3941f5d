from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from applications.models import Application, Cohort
from dtt.play.people import make_applicants, make_cohort, make_user
from quiz.domain.bank import approve_items
from quiz.domain.importing import import_items
from quiz.domain.saving import KIND_OF
from quiz.domain.setting_up import set_up_quiz
from quiz.formats.gift import parse_gift
from quiz.models import Attempt, Item, ItemVersion, Quiz, QuizItem
from quiz.papers import Blueprint, Cell
from quiz.queries import pool_of

CELLS = (Cell("python", "easy", 2), Cell("python", "hard", 1), Cell("statistics", "easy", 2))


def gift_bank(language: str) -> str:
    """A bank of three times a paper of 5, with every kind of item in it."""
    word = {"en": "Question", "zh-hant": "題目"}[language]
    none = {"en": "None of these", "zh-hant": "以上皆非"}[language]
    blocks = []
    for cell in CELLS:
        blocks.append(f"$CATEGORY: {cell.topic}/{cell.difficulty}")
        for n in range(3 * cell.count):
            code = f"{cell.topic[:2].upper()}-{cell.difficulty}-{n}"
            answers = (
                f"{{=right of {code} ~wrong one ~wrong two ~{none}}}",
                "{~%50%first ~%50%second ~%-100%third}",
                "{TRUE}",
                "{#42}",
                "{=len =len()}",
            )[n % 5]
            blocks.append(f"// [id:{code}]\n::{code}::[markdown]{word} `{code}` {answers}")
    return "\n\n".join(blocks)


def load_bank(*, by: User, approver: User, now: datetime) -> None:
    for language in ("en", "zh-hant"):
        source = gift_bank(language)
        report = import_items(
            parsed=parse_gift(source),
            language=language,
            source_name=f"bank.{language}.gift",
            source_sha256=sha256(source.encode()).hexdigest(),
            by=by,
            now=now,
            confirm=True,
        )
        assert report.problems == ()
    approve_items(
        version_ids=list(ItemVersion.objects.values_list("pk", flat=True)), by=approver, now=now
    )


@dataclass
class Hall:
    """A cohort whose quiz is open, and people who may sit it."""

    cohort: Cohort
    quiz: Quiz
    applications: list[Application]
    author: User
    manager: User
    opens_at: datetime

    @property
    def first(self) -> Application:
        return self.applications[0]


@pytest.fixture
def author(db: None, now: datetime) -> User:
    return make_user("author@dtt.example", Role.QUIZ_AUTHOR, now=now)


@pytest.fixture
def manager(db: None, now: datetime) -> User:
    return make_user("manager@dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def make_hall(author: User, manager: User, now: datetime) -> Callable[..., Hall]:
    def make(people: int = 2, **cohort_dates: datetime) -> Hall:
        # Papers are dealt by the numbers of attempts and items: whatever ran before is no matter.
        begun = [] if ItemVersion.objects.exists() else ["item", "itemversion"]
        with connection.cursor() as cursor:
            for table in ("attempt", *begun):
                cursor.execute(f"ALTER SEQUENCE quiz_{table}_id_seq RESTART")
        load_bank(by=author, approver=manager, now=now)
        cohort = make_cohort(now=now, **cohort_dates)
        quiz = set_up_quiz(
            cohort_id=cohort.pk,
            minutes=40,
            blueprint=Blueprint(CELLS),
            core_weights={"python": 2},
            by=manager,
            now=now,
            paper_seed="test",
        )
        applications = make_applicants(cohort, people, now=now + timedelta(days=1))
        return Hall(cohort, quiz, applications, author, manager, cohort.quiz_opens_at)

    return make


@pytest.fixture
def hall(make_hall: Callable[..., Hall]) -> Hall:
    return make_hall()


def suit(attempt: Attempt, position: int, answer: dict[str, Any] | None) -> None:
    """Let the question there ask for this kind of answer, whatever the deal has given."""
    response = attempt.responses.filter(position=position).select_related("item_version").first()
    kind = KIND_OF[next(iter(answer))] if answer else None
    if response is None or kind is None or response.item_version.kind == kind:
        return
    version = ItemVersion.objects.filter(kind=kind).earliest("pk")
    code = f"suits-{attempt.pk}-{position}-{kind}"
    topic, difficulty = response.item_version.item.topic, response.item_version.item.difficulty
    version.item = Item.objects.create(
        code=code, topic=topic, difficulty=difficulty, created_at=version.created_at
    )
    version.pk, version.approved_at, version.approved_by = None, None, None
    version.save(force_insert=True)
    QuizItem.objects.create(quiz=attempt.quiz, item_version=version)
    pool_of.cache_clear()  # outside the tests no pool ever changes
    response.item_version = version
    response.choice_order = [choice["key"] for choice in version.choices]
    response.save()
