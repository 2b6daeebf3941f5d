"""How long staff wait when they write to 20,000 people, and how long the worker then takes."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.domain.jobs import run_job
from accounts.models import Approval, Job, User
from applications.models import Cohort, Stage
from dtt.benches.measure import Measure
from dtt.play.crowd import make_crowd
from dtt.play.people import make_cohort
from dtt.play.selection import Staff, make_staff
from dtt.play.stage import own_stage
from notifications.models import Announcement, Correction, Message

PEOPLE = 20_000
FOUND = 302
CLICK = "< 1"
GOALS = {"write": "< 2", "correct": "< 2", "recall": "< 5", "job": "< 20", "correct_job": "< 20"}
TEXT = {
    "subject_en": "Another room: {{ reference }}",
    "body_en": "{{ name }}, from now on {{ cohort }} meets in room 5.",
    "subject_zh": "改用另一課室：{{ reference }}",
    "body_zh": "{{ name }}：由現在起，{{ cohort }} 在五號課室上課。",
    "why": "the pipe burst",
}
RIGHT = {"text_en": "It is room 6.", "text_zh": "是六號課室。", "incident": "typed it wrong"}


def announce_20000() -> Iterator[Measure]:
    """Write to everybody, agree, send; write a correction of it, agree, send; take it back."""
    with own_stage("announce"):
        call_command("migrate", verbosity=0)
        now = datetime.now(UTC)
        staff = make_staff(now=now)
        cohort = make_cohort(now=now)
        make_crowd([cohort], PEOPLE, staff=staff.asker, now=now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        taken = dict(_take(staff, cohort))
    for name, seconds in taken.items():
        yield Measure(f"announce_20000_{name}_seconds", seconds, "s", GOALS.get(name, CLICK))


def _take(staff: Staff, cohort: Cohort) -> Iterator[tuple[str, float]]:
    asker, second = _browser(staff.asker), _browser(staff.second)
    of_all = {"cohort": cohort.slug, "stages": [one for one in Stage.values if one != Stage.MERGED]}
    write = reverse("admin:notifications_announcement_write", args=["cohort-stages"])
    yield "write", _post(asker, write, TEXT | of_all)
    written = Announcement.objects.get()
    confirm = reverse("admin:notifications_announcement_confirm", args=[written.pk])
    yield "look", _seconds(lambda: asker.get(confirm))
    yield "confirm", _post(asker, confirm, {"count": PEOPLE})
    yield "agree", _agree(second)
    yield "job", _work(PEOPLE, written.run)
    wrong = Message.objects.filter(kind="application-received").values_list("pk", flat=True)
    ids = ",".join(map(str, wrong))
    correct = reverse("admin:notifications_correction_new")
    yield "correct", _post(asker, correct, RIGHT | {"ids": ids})
    yield "correct_agree", _agree(second)
    yield "correct_job", _work(PEOPLE, f"correction:{Correction.objects.get().pk}")
    recall = reverse("admin:notifications_message_mend", args=["recall"])
    yield "recall", _post(asker, recall, {"run": written.run, "reason": "the wrong room"})


def _browser(person: User) -> Client:
    host = next((one for one in settings.ALLOWED_HOSTS if one not in ("*", "")), "localhost")
    browser = Client(SERVER_NAME=host)
    browser.force_login(person)
    browser.get(reverse("admin:index"))
    return browser


def _agree(second: Client) -> float:
    """Seconds until the second person's click is answered."""
    request = Approval.objects.latest("pk")
    page = reverse("admin:accounts_approval_decide", args=[request.pk])
    return _post(
        second,
        page,
        {"decision": "approve", "digest": request.digest, "confirmed": ["read-en", "read-zh"]},
    )


def _work(letters: int, run: str) -> float:
    """Seconds of the worker, who must have told everybody."""
    job = Job.objects.latest("pk")
    seconds = _seconds(lambda: run_job(job_id=job.pk, clock=timezone.now))
    told = Message.objects.filter(run=run).count()
    if told != letters:
        raise RuntimeError(f"{told} of {letters} letters were written")
    return seconds


def _post(browser: Client, page: str, said: dict[str, Any]) -> float:
    begun = time.perf_counter()
    status = browser.post(page, said).status_code
    seconds = time.perf_counter() - begun
    if status != FOUND:
        raise RuntimeError(f"{page} answers {status}")
    return seconds


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
