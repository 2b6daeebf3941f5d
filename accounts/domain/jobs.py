"""Long work that somebody watches: ask for it, do it in a worker, say how far it is.

The work and the word that it is done are one transaction, which holds the job's row: a worker that
dies half-way leaves nothing behind, and a second worker that is given the same job finds it held or
done. So a row that says "running" and is held by nobody was left behind; the sweep has it begun
again, and gives up after a few times.

How far the work is stands in the cache, since nobody else can see into the transaction. Without a
cache the page knows no more than "running", and nothing else is lost.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import Job, User

logger = logging.getLogger("dtt.jobs")

OPEN = (Job.State.WAITING, Job.State.RUNNING)
MAX_ATTEMPTS = 3
LEFT_BEHIND_AFTER = timedelta(seconds=30)
PROGRESS_KEPT_SECONDS = 3600
ASKED_AGAIN_SECONDS = 60

Tell = Callable[[int, int, str], None]
"""How many steps are done, of how many, and what is being done, in words."""
Run = Callable[[Job, Tell], dict[str, Any]]
"""Does the work inside a transaction; `job.started_at` is the time of every fact in it."""


def unwatched(_done: int, _total: int, _doing: str) -> None:
    """Nobody is told how far the work is."""


class UnknownKind(LookupError):
    """No app has registered this kind of work."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work.

    Attributes:
        run: does it.
        title: what it is, for people.
        page, subject: where its result is shown: the name of an address, and which key of the
            payload has the argument.
    """

    run: Run
    title: str | Promise
    page: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; `total` is 0 while that is not known."""

    done: int = 0
    total: int = 0
    doing: str = ""

    @property
    def percent(self) -> int:
        return min(100 * self.done // self.total, 100) if self.total else 0


_kinds: dict[str, Kind] = {}


def register(
    kind: str, run: Run, *, title: str | Promise = "", page: str = "", subject: str = ""
) -> None:
    """Let jobs of this kind be asked for."""
    _kinds[kind] = Kind(run, title or kind, page, subject)


def kind_of(job: Job) -> Kind:
    """What is known about the kind of a job.

    Raises:
        UnknownKind: nobody has registered it.
    """
    if job.kind not in _kinds:
        raise UnknownKind(job.kind)
    return _kinds[job.kind]


def title_of(job: Job) -> str:
    """What a job is, for people; one whose kind is gone says its own name."""
    return str(_kinds[job.kind].title) if job.kind in _kinds else job.kind


def start_job(*, kind: str, payload: dict[str, Any], by: User | None, now: datetime) -> Job:
    """Ask for work, or return the open job that does just this.

    Args:
        payload: ids only, as JSON; the same payload is the same work.
        by: None when the system asks by itself.

    Raises:
        UnknownKind: nobody has registered it.
    """
    if kind not in _kinds:
        raise UnknownKind(kind)
    with transaction.atomic():
        asked = Job.objects.filter(kind=kind, payload=payload, state__in=OPEN)
        job = asked.first()
        if job is not None:
            return job
        try:
            with transaction.atomic():
                job = Job.objects.create(kind=kind, payload=payload, asked_by=by, asked_at=now)
        except IntegrityError:  # somebody asked at this very moment
            return asked.get()
        audit.record(job, "start-job", by=by, now=now, after={"kind": kind, "payload": payload})
        transaction.on_commit(partial(_send, job.pk), robust=True)
        return job


def newest_job(kinds: Collection[str], payload: dict[str, Any]) -> Job | None:
    """The job of one of these kinds that was asked for last, for the page of what it concerns."""
    asked = Job.objects.filter(kind__in=kinds, payload=payload).select_related("asked_by")
    return asked.order_by("-pk").first()


def progress_of(job: Job) -> Progress:
    """How far a job is, as far as it has said so."""
    if job.state == Job.State.DONE:
        return Progress(job.total, job.total)
    with suppress(RedisError):
        return Progress(*cache.get(_key(job.pk), ()))
    return Progress()


def run_job(*, job_id: int, clock: Callable[[], datetime]) -> Job.State | None:
    """Do a job from beginning to end; return how it ended, None if it is not for us to do.

    What a verb refuses is the job's error, in its words. Whatever else happens is written to the
    log under a reference that the person is told, and raised again.

    Args:
        clock: tells the time, which passes while the work is done.
    """
    job = _begin(job_id, now=clock())
    if job is None:
        return None
    with in_the_language_of(job.asked_by):
        try:
            return _do(job_id, clock)
        except Refused as refusal:
            _fail(job_id, str(refusal), now=clock())
            return Job.State.FAILED
        except SoftTimeLimitExceeded:
            _fail(job_id, _("It took too long and was stopped. Nothing was changed."), now=clock())
            return Job.State.FAILED
        except Exception:
            reference = job.uuid.hex[:8]
            logger.exception("job %s (%s) failed, reference %s", job_id, job.kind, reference)
            sentence = _(
                "Something went wrong on our side; nothing was changed. Try again, and if it "
                "happens again give this reference to whoever looks after the program: "
                "%(reference)s."
            )
            _fail(job_id, sentence % {"reference": reference}, now=clock())
            raise


def sweep_jobs(*, now: datetime) -> int:
    """Have begun again what a worker or the broker lost; return how many jobs that are."""
    lost = 0
    waiting = Job.objects.filter(state=Job.State.WAITING, asked_at__lte=now - LEFT_BEHIND_AFTER)
    running = Job.objects.filter(state=Job.State.RUNNING, started_at__lte=now - LEFT_BEHIND_AFTER)
    for pk in (waiting | running).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            job = _unheld(pk)
            if job is None:
                continue
            lost += 1
            if job.attempts < MAX_ATTEMPTS:
                transaction.on_commit(partial(_send_again, pk), robust=True)
            else:
                _give_up(job, now=now)
    return lost


def _begin(job_id: int, *, now: datetime) -> Job | None:
    """Put on record that the work begins, unless somebody does it or it is over."""
    with transaction.atomic():
        job = _unheld(job_id)
        if job is None:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            _give_up(job, now=now)
            return None
        job.state, job.started_at, job.attempts = Job.State.RUNNING, now, job.attempts + 1
        job.save(update_fields=["state", "started_at", "attempts"])
        return job


def _do(job_id: int, clock: Callable[[], datetime]) -> Job.State | None:
    """The work and the word that it is done, in one transaction that holds the row.

    It is the outermost: what the work makes known is known at the instant at which it commits.
    """
    with transaction.atomic(durable=True):
        job = _unheld(job_id)
        if job is None:
            return None
        total = 0

        def tell(done: int, of: int, doing: str) -> None:
            nonlocal total
            total = of
            with suppress(RedisError):
                cache.set(_key(job_id), (done, of, doing), timeout=PROGRESS_KEPT_SECONDS)

        job.result = kind_of(job).run(job, tell)
        job.state, job.ended_at, job.total = Job.State.DONE, clock(), total
        job.save(update_fields=["state", "ended_at", "result", "total"])
        return Job.State.DONE


def _unheld(job_id: int) -> Job | None:
    """The open job, locked; None if it is over or another worker holds it."""
    held = Job.objects.select_for_update(of=("self",), skip_locked=True)
    return held.select_related("asked_by").filter(pk=job_id, state__in=OPEN).first()


def _fail(job_id: int, error: str, *, now: datetime) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
        if job.state in OPEN:
            job.state, job.ended_at, job.error = Job.State.FAILED, now, error
            job.save(update_fields=["state", "ended_at", "error"])


def _give_up(job: Job, *, now: datetime) -> None:
    with in_the_language_of(job.asked_by):
        _fail(job.pk, _("The work was broken off several times. Nothing was changed."), now=now)


@contextmanager
def in_the_language_of(person: User | None) -> Iterator[None]:
    """What a worker says about somebody's work is said in their language."""
    with translation.override(person.language if person else None):
        yield


def _key(job_id: int) -> str:
    return f"accounts.job:{job_id}"


def _send(job_id: int) -> None:
    current_app.send_task("accounts.run_job", kwargs={"job_id": job_id})


def _send_again(job_id: int) -> None:
    """Ask once more; not every time the sweep comes by while all workers are busy."""
    if cache.add(f"{_key(job_id)}:asked", True, timeout=ASKED_AGAIN_SECONDS):
        _send(job_id)
