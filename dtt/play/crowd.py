"""A crowd of made-up applicants, written by bulk statements: for lists that must stay quick.

How a person applies is played by `dtt.play.people`; here only the rows count. The same number of
people gives the same rows.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.domain import audit
from accounts.models import User
from applications.domain.applying import REFERENCE_ALPHABET
from applications.models import (
    Application,
    Cohort,
    DuplicateCase,
    ImportFile,
    Institution,
    LateAccess,
    Stage,
)
from dtt.play.people import make_persona
from notifications.models import Message

AT_A_TIME = 2000
STAGES = (
    *[Stage.ELIGIBLE] * 6,
    *[Stage.SUBMITTED] * 2,
    Stage.DRAFT,
    Stage.INELIGIBLE,
    Stage.NOT_SELECTED,
    Stage.PLACE_CONFIRMED,
)
FILES = 200


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was made: the ids of the applications, in the order of their making."""

    application_ids: list[int]


def make_crowd(cohorts: list[Cohort], people: int, *, staff: User, now: datetime) -> Crowd:
    """That many applications, spread over the cohorts, each with a letter and three events."""
    dice = random.Random(f"crowd {people}")
    institutions = list(Institution.objects.order_by("code"))
    days, ids = cohorts[0].bootcamp_dates, []
    for start in range(0, people, AT_A_TIME):
        numbers = range(start, min(start + AT_A_TIME, people))
        personas = [
            make_persona(n, days=days, today=now.date(), institutions=institutions) for n in numbers
        ]
        users = User.objects.bulk_create(
            User(
                email=persona.email,
                language=persona.language,
                preferred_name=persona.answers["preferred_name"],
                password="!",  # noqa: S106 - marks an account without a password
            )
            for persona in personas
        )
        rows = []
        for n, persona, user in zip(numbers, personas, users, strict=True):
            stage, at = dice.choice(STAGES), now - timedelta(minutes=people - n)
            cohort = cohorts[n % len(cohorts)]
            rows.append(
                Application(
                    cohort=cohort,
                    user=user,
                    reference="DTT-" + "".join(dice.choices(REFERENCE_ALPHABET, k=8)),
                    stage=stage,
                    rules=cohort.rules,
                    created_at=at,
                    saved_at=at,
                    submitted_at=None if stage == Stage.DRAFT else at,
                    **persona.answers,
                )
            )
        made = Application.objects.bulk_create(rows)
        ids += [application.pk for application in made]
        _tell(made, staff, now)
    _files(cohorts[0], staff, now)
    return Crowd(ids)


def _tell(made: list[Application], staff: User, now: datetime) -> None:
    Message.objects.bulk_create(
        Message(
            run=f"application:{application.reference}:submitted",
            person=application.user,
            kind="application-received",
            topic=f"application:{application.reference}",
            language=application.user.language,
            subject=f"We have your application {application.reference}",
            body="…",
            state=Message.State.SENT,
            queued_at=now,
            due_at=now,
            sent_at=now,
        )
        for application in made
    )
    audit.record_many(
        [
            audit.event(application, verb, by=by, now=now)
            for application in made
            for verb, by in (("start", application.user), ("submit", None), ("edit", staff))
        ]
    )
    LateAccess.objects.bulk_create(
        LateAccess(
            cohort=application.cohort,
            user=application.user,
            until=now,
            reason="…",
            given_at=now,
            given_by=staff,
        )
        for application in made[::50]
    )
    same = [one for one in made if one.cohort_id == made[0].cohort_id]
    DuplicateCase.objects.bulk_create(
        DuplicateCase(
            cohort_id=first.cohort_id,
            first=first,
            second=second,
            reason=DuplicateCase.Reason.MOBILE,
            found_at=now,
        )
        for first, second in zip(same[::20], same[1::20], strict=False)
    )


def _files(cohort: Cohort, staff: User, now: datetime) -> None:
    ImportFile.objects.bulk_create(
        ImportFile(
            cohort=cohort,
            name=f"export-{n}.csv",
            sha256=f"{n:064x}",
            content=b"x" * 100_000,
            uploaded_at=now,
            imported_at=now,
            imported_by=staff,
        )
        for n in range(FILES)
    )
