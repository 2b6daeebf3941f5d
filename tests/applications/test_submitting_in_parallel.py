"""Fifty presses of one button, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from applications.domain.applying import SavedElsewhere, save_draft, start_application
from applications.domain.consents import required_texts
from applications.domain.lateness import give_late_access
from applications.models import Acceptance, Application, Cohort, Consent, LateAccess, Submission
from dtt.play.people import make_cohort, make_persona, make_user
from notifications.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
PRESSES = 50


def at_once(job: Callable[[int], object], times: int) -> list[object]:
    """Do the same so many times at the same moment."""
    barrier = Barrier(times)

    def run(number: int) -> object:
        try:
            barrier.wait(timeout=60)
            return job(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def filled_draft(cohort: Cohort, person: User, now: datetime) -> Application:
    draft = start_application(cohort_id=cohort.pk, by=person, now=now)
    persona = make_persona(1, days=cohort.bootcamp_dates, today=now.date())
    return save_draft(
        application_id=draft.pk, version=draft.version, answers=persona.answers, by=person, now=now
    )


def test_fifty_submissions_at_once_make_one(now: datetime) -> None:
    person = make_user("tai.man@dtt.example", now=now)
    with time_machine.travel(now, tick=False):
        draft = filled_draft(make_cohort(now=now), person, now)
        signed_in = Client()
        signed_in.force_login(person)
        session = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
        address = reverse("applications:submit", args=[draft.reference])
        posted = {
            "honour_code": "on",
            "privacy_notice": "on",
            "consents": ["talent-pool", "marketing"],
            "texts": ",".join(str(text.pk) for text in required_texts()),
        }

        def press(_: int) -> tuple[int, str]:
            browser = Client()
            browser.cookies[settings.SESSION_COOKIE_NAME] = session
            answer = browser.post(address, posted)
            return answer.status_code, answer.url

        answers = at_once(press, PRESSES)

    receipt = reverse("applications:submitted", args=[draft.reference])
    assert set(answers) == {(302, receipt)}
    assert Message.objects.filter(kind="application-received").count() == 1
    assert list(Submission.objects.values_list("number", flat=True)) == [1]
    assert AuditEvent.objects.filter(verb="submit").count() == 1
    assert Acceptance.objects.count() == len(required_texts()) == 2
    assert sorted(Consent.objects.values_list("purpose", flat=True)) == ["marketing", "talent-pool"]


def test_ten_extensions_of_one_person_at_once_leave_one(now: datetime) -> None:
    cohort, person = make_cohort(now=now), make_user("tai.man@dtt.example", now=now)
    staff = make_user("manager@dtt.example", now=now)
    step = (cohort.quiz_closes_at - cohort.applications_close_at) / 20

    def extend(number: int) -> LateAccess:
        until = cohort.applications_close_at + step * (number + 1)
        return give_late_access(
            cohort_id=cohort.pk, user_id=person.pk, until=until, reason="ill", by=staff, now=now
        )

    given = at_once(extend, 10)

    assert (len(given), LateAccess.objects.filter(ended_at__isnull=True).count()) == (10, 1)


def test_ten_edits_of_one_version_at_once_keep_one(now: datetime) -> None:
    person = make_user("tai.man@dtt.example", now=now)
    draft = filled_draft(make_cohort(now=now), person, now)

    def edit(number: int) -> str:
        try:
            save_draft(
                application_id=draft.pk,
                version=draft.version,
                answers={"conflicts": f"window {number}"},
                by=person,
                now=now,
            )
        except SavedElsewhere as refusal:
            return type(refusal).__name__
        return "saved"

    done = at_once(edit, 10)

    assert sorted(map(str, done)) == ["SavedElsewhere"] * 9 + ["saved"]
