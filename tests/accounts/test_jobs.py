"""Long work: asked for once, done once, however often it is begun and whoever dies over it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.domain import jobs
from accounts.domain.jobs import (
    MAX_ATTEMPTS,
    Progress,
    Tell,
    UnknownKind,
    progress_of,
    run_job,
    start_job,
    sweep_jobs,
)
from accounts.errors import Refused
from accounts.models import AuditEvent, Job, User
from accounts.roles import Role
from dtt.play.people import make_user

NOON = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
KIND = "test.name-somebody"


def name_somebody(job: Job, tell: Tell) -> dict[str, Any]:
    """Work that leaves a trace: somebody gets another name."""
    tell(1, 2, "Naming")
    User.objects.filter(pk=job.payload["user"]).update(preferred_name=str(job.started_at))
    if job.payload.get("refuse"):
        raise Refused("This name is taken.")
    if job.payload.get("break"):
        raise ZeroDivisionError
    tell(2, 2, "Naming")
    return {"named": job.payload["user"]}


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    known = dict(jobs._kinds)
    jobs.register(KIND, name_somebody, title="Name somebody")
    yield
    jobs._kinds.clear()
    jobs._kinds.update(known)


@pytest.fixture
def person(db: None) -> User:
    return make_user("a@b.hk", now=NOON)


def ask(person: User, **payload: Any) -> Job:
    return start_job(kind=KIND, payload={"user": person.pk} | payload, by=person, now=NOON)


def run(job: Job, at: datetime = LATER) -> Job:
    run_job(job_id=job.pk, clock=lambda: at)
    job.refresh_from_db()
    return job


def named(person: User) -> str:
    person.refresh_from_db()
    return person.preferred_name


def test_asking_twice_for_the_same_work_makes_one_job(person: User) -> None:
    one, again, other = ask(person), ask(person), ask(person, refuse=True)

    assert (one.pk == again.pk, one.pk == other.pk) == (True, False)
    assert AuditEvent.objects.filter(verb="start-job").count() == 2


def test_work_that_is_done_can_be_asked_for_again(person: User) -> None:
    done = run(ask(person))

    assert (done.state, done.result, done.total) == (Job.State.DONE, {"named": person.pk}, 2)
    assert (done.started_at, done.ended_at) == (LATER, LATER)
    assert ask(person).pk != done.pk


def test_work_of_a_kind_that_nobody_knows_is_refused(person: User) -> None:
    with pytest.raises(UnknownKind):
        start_job(kind="test.unknown", payload={}, by=person, now=NOON)


def test_a_job_that_is_given_to_a_worker_twice_is_done_once(person: User) -> None:
    job = run(ask(person))

    run(job, at=LATER + timedelta(hours=1))

    assert (named(person), job.attempts) == (str(LATER), 1)


def test_what_a_verb_refuses_is_the_error_in_its_words(person: User) -> None:
    job = run(ask(person, refuse=True))

    assert (job.state, job.error, job.ended_at) == ("failed", "This name is taken.", LATER)
    assert named(person) == ""


def test_whatever_else_goes_wrong_is_logged_under_a_reference_and_raised(
    person: User, caplog: pytest.LogCaptureFixture
) -> None:
    job = ask(person, **{"break": True})

    with pytest.raises(ZeroDivisionError):
        run(job)

    job.refresh_from_db()
    reference = job.uuid.hex[:8]
    assert (job.state, named(person)) == ("failed", "")
    assert job.error.endswith(f"whoever looks after the program: {reference}.")
    [entry] = [each for each in caplog.records if each.name == "dtt.jobs"]
    assert entry.getMessage().endswith(f"reference {reference}")


def test_a_job_that_a_worker_left_behind_is_begun_again_and_given_up_in_the_end(
    person: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(jobs, "_send", sent.append)
    job = ask(person)
    Job.objects.update(state=Job.State.RUNNING, started_at=NOON, attempts=1)

    with django_capture_on_commit_callbacks(execute=True):
        early = sweep_jobs(now=NOON + timedelta(seconds=29))
        late = [sweep_jobs(now=NOON + timedelta(seconds=30)) for _ in range(2)]

    assert (early, late, sent) == (0, [1, 1], [job.pk])
    Job.objects.update(attempts=MAX_ATTEMPTS)
    sweep_jobs(now=LATER)
    job.refresh_from_db()
    assert (job.state, job.error) == (
        "failed",
        "The work was broken off several times. Nothing was changed.",
    )


def test_a_job_that_was_left_behind_runs_to_its_end(person: User) -> None:
    job = ask(person)
    Job.objects.update(state=Job.State.RUNNING, started_at=NOON, attempts=1)

    run(job)

    assert (job.state, job.attempts, named(person)) == ("done", 2, str(LATER))


def test_a_job_that_kills_its_worker_is_not_begun_for_ever(person: User) -> None:
    job = ask(person)
    Job.objects.update(state=Job.State.RUNNING, started_at=NOON, attempts=MAX_ATTEMPTS)

    run(job)

    assert (job.state, named(person)) == ("failed", "")


def test_without_a_cache_the_page_knows_no_more_than_running(person: User) -> None:
    job = ask(person)
    Job.objects.update(state=Job.State.RUNNING, started_at=NOON)
    cache.clear()

    assert progress_of(job) == Progress()


def test_how_far_the_work_is_can_be_seen_while_it_is_done(person: User) -> None:
    seen = []
    job = ask(person)

    def look(job: Job, tell: Tell) -> dict[str, Any]:
        tell(1, 4, "Looking")
        seen.append(progress_of(job))
        return {}

    jobs.register(KIND, look)
    run(job)

    assert [(each.percent, each.doing) for each in seen] == [(25, "Looking")]


def test_a_job_is_watched_by_who_asked_and_by_who_oversees(person: User) -> None:
    asker = make_user("r@dtt.example", Role.REVIEWER, now=NOON)
    others = {
        Role.REVIEWER: make_user("s@dtt.example", Role.REVIEWER, now=NOON),
        Role.PROGRAMME_MANAGER: make_user("m@dtt.example", Role.PROGRAMME_MANAGER, now=NOON),
    }
    job = ask(asker)
    for name in ("change", "progress"):
        address = reverse(f"admin:accounts_job_{name}", args=[job.pk])
        answers = []
        for who in (asker, *others.values()):
            client = Client()
            client.force_login(who)
            answers.append(client.get(address).status_code)
        assert answers == [200, 404, 200]
        odd = address.replace(str(job.pk), "²")
        assert client.get(odd).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "shows"),
    [({}, "Done."), ({"refuse": True}, "This name is taken.")],
)
def test_the_page_of_a_job_ends_in_its_result_or_its_error(
    payload: dict[str, Any], shows: str
) -> None:
    asker = make_user("m@dtt.example", Role.PROGRAMME_MANAGER, now=NOON)
    job = ask(asker, **payload)
    client = Client()
    client.force_login(asker)
    address = reverse("admin:accounts_job_change", args=[job.pk])

    waiting = client.get(address).content.decode()
    run(job)
    ended = client.get(address).content.decode()

    assert ("<progress" in waiting, "Waiting for a free worker." in waiting) == (True, True)
    assert ("<progress" in ended, shows in ended) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_job_do_it_once() -> None:
    person = make_user("a@b.hk", now=NOON)
    job = ask(person)
    begun, go_on, runs = Event(), Event(), []

    def slowly(job: Job, tell: Tell) -> dict[str, Any]:
        runs.append(job.pk)
        begun.set()
        go_on.wait(timeout=30)
        return name_somebody(job, tell)

    def work() -> object:
        try:
            return run_job(job_id=job.pk, clock=lambda: LATER)
        finally:
            connection.close()

    jobs.register(KIND, slowly)
    with ThreadPoolExecutor(2) as workers:
        first = workers.submit(work)
        begun.wait(timeout=30)
        swept = sweep_jobs(now=LATER + timedelta(hours=1))
        second = workers.submit(work).result(timeout=30)
        go_on.set()

    assert (first.result(), second, swept, runs) == (Job.State.DONE, None, 0, [job.pk])


@pytest.mark.django_db(transaction=True)
def test_people_who_ask_at_one_instant_get_one_job() -> None:
    person = make_user("a@b.hk", now=NOON)
    barrier = Barrier(4)

    def work() -> int:
        try:
            barrier.wait(timeout=30)
            return ask(person).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        asked = [future.result() for future in [threads.submit(work) for _ in range(4)]]

    assert len(set(asked)) == 1
    assert Job.objects.count() == 1
