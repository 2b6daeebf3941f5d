"""What the clock and the worker do on the ground floor."""

from celery import shared_task
from django.utils import timezone

from accounts.domain import jobs
from accounts.domain.sealing import seal_recent

JOB_SECONDS = 270  # a little before the limit at which the process itself is ended


@shared_task(name="accounts.seal_trail")
def seal_trail() -> int:
    return seal_recent()


@shared_task(
    name="accounts.run_job", acks_late=True, ignore_result=True, soft_time_limit=JOB_SECONDS
)
def run_job(*, job_id: int) -> str | None:
    return jobs.run_job(job_id=job_id, clock=timezone.now)


@shared_task(name="accounts.sweep_jobs", ignore_result=True)
def sweep_jobs() -> int:
    return jobs.sweep_jobs(now=timezone.now())
