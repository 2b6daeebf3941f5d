"""Watching a job: a page that survives a reload, and what its bar asks for."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import workers
from accounts.domain.jobs import OPEN, Progress, kind_of, progress_of, title_of
from accounts.models import Job, User
from accounts.roles import INSPECTORS, Role, has_role
from accounts.web.staff import staff_page

sees_all_jobs = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)


def job_for(user: object, pk: int) -> Job:
    """A job that this person asked for, or any for those who oversee the house.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    job = Job.objects.select_related("asked_by").filter(pk=pk).first()
    if job is None or not isinstance(user, User):
        raise Http404
    if job.asked_by_id != user.pk and not sees_all_jobs(user):
        raise Http404
    return job


@require_GET
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is, or how it ended and where to go on."""
    job = job_for(request.user, pk)
    context: dict[str, Any] = {"job": job, "what": title_of(job)}
    if job.state in OPEN:
        context |= watched(job)
    elif job.state == Job.State.DONE:
        context["result_page"] = _page_of(job)
    return staff_page(request, "job", title_of(job), context)


@require_GET
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """What the bar shows, for a script that asks every second."""
    job = job_for(request.user, pk)
    progress = progress_of(job)
    return JsonResponse(
        {
            "state": job.state,
            "open": job.state in OPEN,
            "done": progress.done,
            "total": progress.total,
            "percent": progress.percent,
            "text": say(job, progress, timezone.now()),
        }
    )


def watched(job: Job) -> dict[str, Any]:
    """The context of `accounts/staff/progress.html`, for any page that shows an open job."""
    progress, now = progress_of(job), timezone.now()
    says = say(job, progress, now)
    return {"job": job, "what": title_of(job), "progress": progress, "says": says}


def how_far(job: Job | None) -> dict[str, Any]:
    """The bar of work that goes on, or the job as it `ended`; nothing where there is none."""
    if job is None:
        return {}
    return watched(job) if job.state in OPEN else {"ended": job}


def say(job: Job, progress: Progress, now: datetime) -> str:
    """How far a job is, in a sentence; or why it stands still."""
    begun = job.state == Job.State.RUNNING
    since = job.started_at if begun and job.started_at else job.asked_at
    if job.state in OPEN and (why := workers.why_it_stands_still(since, now, begun=begun)):
        return why
    if job.state == Job.State.WAITING:
        return _("Waiting for a free worker.")
    if not progress.total:
        return _("Begun.")
    counted = {"doing": progress.doing, "done": progress.done, "total": progress.total}
    return _("%(doing)s: %(done)d of %(total)d.") % counted


def _page_of(job: Job) -> str:
    kind = kind_of(job)
    return reverse(kind.page, args=[job.payload[kind.subject]]) if kind.page else ""
