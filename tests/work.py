"""The worker's part, done here and now: every job that waits, from beginning to end."""

from datetime import datetime

from accounts.domain.jobs import OPEN, run_job
from accounts.models import Job


def do_the_work(at: datetime) -> list[str | None]:
    """Do the jobs that wait, the oldest first; return how each ended."""
    waiting = Job.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True)
    return [run_job(job_id=pk, clock=lambda: at) for pk in list(waiting)]
