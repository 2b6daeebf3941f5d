"""Staff pages that read from every room: how far a cohort is, and how the program is."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from applications.models import Cohort
from applications.rules import reads_everything
from dtt import health
from dtt.funnel import funnel
from dtt.funnel_chart import draw
from dtt.stages import stages_of

STEP_TITLES: dict[str, str | Promise] = {  # in the order of `dtt.funnel.STEPS`
    "applied": _("Applied"),
    "eligible": _("Eligible"),
    "sat": _("Sat the quiz"),
    "shortlisted": _("Offered a place"),
    "confirmed": _("Confirmed"),
    "attended": _("Attended"),
    "submitted": _("Submitted a project"),
    "finalists": _("Finalists"),
    "ranked": _("Ranked"),
    "matched": _("Matched"),
    "offered": _("Got an offer"),
    "accepted": _("Accepted"),
}


@require_safe
def cohort(request: HttpRequest, slug: str) -> HttpResponse:
    """How far a cohort has come: its funnel, and the state of every stage."""
    if not reads_everything(request.user):
        raise PermissionDenied
    shown = get_object_or_404(Cohort.objects.select_related("programme", "rules"), slug=slug)
    counts = funnel(shown)
    context = {
        "cohort": shown,
        "chart": draw([(str(title), counts[step]) for step, title in STEP_TITLES.items()]),
        "stages": stages_of(shown, timezone.now()),
    }
    return _page(request, "cohort", str(shown), context)


PART_TITLES: dict[str, tuple[str | Promise, str | Promise]] = {  # what it is, what its age means
    "database": (_("Database"), ""),
    "cache": (_("Cache"), ""),
    "broker": (_("Queue of tasks"), ""),
    "worker": (_("Worker"), _("seconds since it was at work")),
    "beat": (_("Scheduler"), _("seconds since it was at work")),
    "messages": (_("Messages that are due"), _("seconds that the oldest has waited")),
    "jobs": (_("Long work that waits"), _("seconds that the oldest has waited")),
    "storage": (_("Files"), ""),
}


@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    """How the program is, for people; `/health` says the same to machines."""
    if not reads_everything(request.user):
        raise PermissionDenied
    report = health.report()
    parts = [(*PART_TITLES[part.name], part) for part in report.parts]
    return _page(request, "health", str(_("Health")), {"report": report, "parts": parts})


def _page(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = admin.site.each_context(request) | {"title": title} | context
    return render(request, f"staff/{name}.html", whole, status=status)
