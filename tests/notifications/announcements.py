"""Letters to many, as tests need them: people by the score, words, and the verbs in short."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.domain.approvals import decide
from accounts.models import Approval, User
from applications.models import Application, Cohort, Consent, Stage
from notifications.domain.announcing import confirm_announcement, write_announcement
from notifications.domain.answering import KIND
from notifications.domain.delivery import claim, deliver
from notifications.models import Announcement, Correction, Message
from tests.work import do_the_work

SECOND = timedelta(seconds=1)
HOLD = timedelta(minutes=10)
READ = ("read-en", "read-zh")
TEXT = {
    "subject_en": "Another room: {{ reference }}",
    "body_en": "{{ name }}, from now on {{ cohort }} meets in room 5.",
    "subject_zh": "改用另一課室：{{ reference }}",
    "body_zh": "我們改在五號課室上課。",
}
NEWS = {
    "subject_en": "A talk on robotics",
    "body_en": "Come to the Science Park, {{ name }}.",
    "subject_zh": "機械人講座",
    "body_zh": "歡迎來科學園。",
}


def notice(
    cohort: Cohort,
    by: User,
    now: datetime,
    *stages: str,
    instead_of: int | None = None,
    **text: str,
) -> Announcement:
    return write_announcement(
        audience="cohort-stages",
        parameters={"cohort": cohort.slug, "stages": list(stages or (Stage.PLACE_CONFIRMED,))},
        text=TEXT | text,
        why="the pipe burst",
        by=by,
        now=now,
        instead_of=instead_of,
    )


def news(by: User, now: datetime, text: Mapping[str, str] = NEWS, **to: Any) -> Announcement:
    return write_announcement(
        audience="news", parameters=to, text=text, why="we were asked to", by=by, now=now
    )


def confirm(announcement: Announcement, now: datetime, **changed: Any) -> Announcement:
    asked = {"by": announcement.written_by, "count": announcement.people} | changed
    return confirm_announcement(announcement_id=announcement.pk, now=now, **asked)


def agreed(announcement: Announcement, by: User, now: datetime, *, approve: bool = True) -> None:
    answer(request_for(announcement), by, now, approve=approve)


def answer(request: Approval, by: User, now: datetime, *, approve: bool = True) -> None:
    """Whoever agrees has read both languages."""
    decide(
        approval_id=request.pk,
        approve=approve,
        digest=request.digest,
        by=by,
        now=now,
        reason="" if approve else "No.",
        confirmed=READ,
    )


def agreed_and_sent(announcement: Announcement, by: User, now: datetime) -> list[str | None]:
    """A second person agrees and a worker does it; how each job ended."""
    agreed(announcement, by, now)
    return do_the_work(now)


def agree_to(correction: Correction, by: User, now: datetime, *, approve: bool = True) -> None:
    """A second person agrees to a correction, or refuses it."""
    asked = Approval.objects.get(kind="send-correction", object_id=str(correction.pk))
    answer(asked, by, now, approve=approve)


def request_for(announcement: Announcement) -> Approval:
    return Approval.objects.get(kind="send-announcement", object_id=str(announcement.pk))


def state(announcement: Announcement) -> str:
    return Announcement.objects.get(pk=announcement.pk).state


def letters() -> QuerySet[Message]:
    """What the people are told; not what tells staff that a request was decided."""
    return Message.objects.exclude(kind=KIND)


def told() -> list[int]:
    return list(letters().order_by("person").values_list("person", flat=True))


def people(applications: list[Application]) -> list[int]:
    return sorted(one.user_id for one in applications)


def send(now: datetime) -> int:
    return deliver(message_ids=claim(now=now, limit=100), now=now)


# ---- people --------------------------------------------------------------------------------------


def crowd(
    cohort: Cohort,
    count: int,
    *,
    now: datetime,
    letter: str = "p",
    stage: Stage = Stage.PLACE_CONFIRMED,
    news: bool = False,
) -> list[Application]:
    """That many applications in a stage; the second of every three reads Chinese."""
    people = User.objects.bulk_create(
        User(
            email=f"{letter}{number}@people.example",
            language="zh-hant" if number % 3 == 1 else "en",
            preferred_name=f"{letter}{number}",
        )
        for number in range(count)
    )
    applications = apply_to(cohort, people, now=now, stage=stage)
    if news:
        agree(applications, now=now)
    return applications


def apply_to(
    cohort: Cohort, people: Iterable[User], *, now: datetime, stage: Stage = Stage.PLACE_CONFIRMED
) -> list[Application]:
    """An application in this cohort for each of them."""
    return Application.objects.bulk_create(
        Application(
            reference=f"DTT-{cohort.pk}-{user.email.partition('@')[0].upper()}",
            cohort=cohort,
            user=user,
            stage=stage,
            created_at=now,
            saved_at=now,
            submitted_at=now,
            surname_en="CHAN",
            given_en="Tai Man",
            preferred_name=user.preferred_name if number else "",
            name_zh="陳大文" if number in (1, 2) else "",
            mobile=f"+8526{number:07}",
        )
        for number, user in enumerate(people)
    )


def agree(applications: Iterable[Application], *, now: datetime) -> None:
    """They want news."""
    Consent.objects.bulk_create(
        Consent(application=one, purpose="marketing", text_version="1", language="en", given_at=now)
        for one in applications
    )
