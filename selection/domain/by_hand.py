"""Publish by hand: a worker does it while somebody watches. Who waits is the only difference."""

from datetime import datetime
from typing import Any

from accounts.domain.jobs import Tell, start_job
from accounts.models import Job, User
from selection.domain.publishing import publish_selection, require_ready
from selection.models import Selection

PUBLISH = "selection.publish"


def ask_to_publish(*, selection_id: int, by: User, now: datetime) -> Job:
    """Have a worker publish an approved list; asking again while it is done returns the same job.

    What can be seen at once is said at once. The row is not locked, so that nobody waits here for
    a publication that goes on: `publish_selection` looks again under its lock.

    Raises:
        UnableToPublish: it is not drawn up, not approved as it is now, or its time has not come.
    """
    found = Selection.objects.select_related("cohort__programme").defer("inputs")
    require_ready(found.get(pk=selection_id), now)
    return start_job(kind=PUBLISH, payload={"selection": selection_id}, by=by, now=now)


def run_publication(job: Job, tell: Tell) -> dict[str, Any]:
    """The worker's part: `accounts.domain.jobs` calls it."""
    now = job.started_at or job.asked_at
    selection = publish_selection(
        selection_id=job.payload["selection"], by=job.asked_by, now=now, tell=tell
    )
    return {"people": selection.entries.count()}
