"""The staff's way through the house: the menu beside every page, and what waits on the first one.

The menu follows the programme's order, not the order of the tables. Who may not open a page is not
shown its link; the page itself asks again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, User
from applications.rules import (
    manages_cohorts,
    reads_cohorts,
    reads_everything,
    reviews_applications,
)
from applications.web.staff.exporting import exports_something
from dtt import today
from monitoring.rules import reads_counts
from notifications.rules import mends_messages, reads_messages

Allowed = Callable[[HttpRequest], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu: its words, the name of its address and who may open it."""

    title: str | Promise
    page: str
    allowed: Allowed


def of_model(label: str, title: str | Promise = "") -> Entry:
    """The list of a model's rows, for whom its staff page lets look; `label` is "app.model"."""
    model = apps.get_model(label)
    title = title or capfirst(str(model._meta.verbose_name_plural))

    def allowed(request: HttpRequest) -> bool:
        return admin.site.get_model_admin(model).has_view_permission(request)

    return Entry(
        title, f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", allowed
    )


def _whoever(rule: Callable[[Any], Any]) -> Allowed:
    return lambda request: bool(rule(request.user))


def groups() -> tuple[tuple[str | Promise, tuple[Entry, ...]], ...]:
    """The whole menu, in the order in which a cohort meets it."""
    return (
        (
            _("Programme"),
            (
                Entry(_("Today"), "admin:index", _whoever(lambda user: user.is_staff)),
                of_model("applications.cohort"),
                of_model("applications.application"),
                Entry(
                    _("Review queue"),
                    "admin:applications_review_queue",
                    _whoever(reviews_applications),
                ),
                of_model("applications.duplicatecase"),
                of_model("applications.document"),
                of_model("applications.accessrequest"),
                Entry(_("Import a file"), "admin:applications_upload", _whoever(manages_cohorts)),
                of_model("applications.importfile"),
                Entry(
                    _("Export a list"),
                    "admin:applications_export_new",
                    _whoever(exports_something),
                ),
                of_model("applications.export"),
                Entry(
                    _("Applications in numbers"),
                    "admin:applications_counts",
                    _whoever(reads_everything),
                ),
                of_model("applications.institution"),
                of_model("applications.legaltext"),
                of_model("applications.programme"),
            ),
        ),
        (
            _("Quiz"),
            (
                of_model("quiz.quiz"),
                of_model("quiz.item"),
                of_model("quiz.itemversion"),
                of_model("quiz.itemfile"),
                of_model("quiz.attempt"),
                of_model("quiz.extratime"),
                of_model("quiz.scoringrun"),
            ),
        ),
        (
            _("Selection"),
            (
                Entry(
                    _("Draw up and publish lists"),
                    "admin:selection_selection_lists",
                    _whoever(reads_everything),
                ),
                of_model("selection.selection", _("Runs")),
                of_model("selection.entry"),
                of_model("applications.inputlock"),
                of_model("selection.selectionrule"),
                of_model("selection.seedcommitment"),
                Entry(_("Equal treatment"), "staff_equal_treatment", _whoever(reads_counts)),
            ),
        ),
        (
            _("Bootcamp"),
            (
                of_model("bootcamp.timetable", _("Boards and timetables")),
                of_model("bootcamp.judgingrun"),
                of_model("bootcamp.module"),
                of_model("bootcamp.lesson"),
                of_model("bootcamp.group"),
                of_model("bootcamp.attendance"),
                of_model("bootcamp.project"),
                of_model("bootcamp.trainer"),
                of_model("bootcamp.judge"),
                of_model("bootcamp.conflict"),
                of_model("bootcamp.rubric"),
                of_model("bootcamp.room"),
                of_model("bootcamp.slot"),
            ),
        ),
        (
            _("Companies"),
            (
                of_model("matching.matchrun"),
                of_model("matching.company"),
                of_model("matching.recruiter"),
                of_model("matching.opportunity"),
                of_model("matching.offer"),
                of_model("matching.minimumwage"),
                of_model("matching.publicholiday"),
            ),
        ),
        (
            _("Messages"),
            (
                of_model("notifications.message"),
                Entry(
                    _("What people are told"),
                    "admin:notifications_letter_kinds",
                    _whoever(reads_messages),
                ),
                of_model("notifications.lettertext"),
                Entry(
                    _("Write to many"),
                    "admin:notifications_announcement_new",
                    _whoever(mends_messages),
                ),
                of_model("notifications.announcement"),
                of_model("notifications.correction"),
                of_model("notifications.addresstrouble"),
            ),
        ),
        (
            _("People and approvals"),
            (
                of_model("accounts.approval"),
                of_model("accounts.user"),
                of_model("accounts.auditevent"),
                of_model("accounts.job"),
                Entry(_("Health"), "staff_health", _whoever(reads_everything)),
            ),
        ),
    )


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of this person; the line of the page they are on is marked, and no other."""
    shown = [
        (title, [(entry, reverse(entry.page)) for entry in entries if entry.allowed(request)])
        for title, entries in groups()
    ]
    here = [link for _title, lines in shown for _entry, link in lines if _leads(link, request.path)]
    current = max(here, key=len, default="")
    return [
        {
            "title": title,
            "items": [
                {"title": entry.title, "link": link, "active": link == current}
                for entry, link in lines
            ],
        }
        for title, lines in shown
        if lines
    ]


def _leads(link: str, path: str) -> bool:
    return path == link or (path.startswith(link) and link != reverse("admin:index"))


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Today: what waits for this person, what is due, and where everybody stands."""
    now = timezone.now()
    if not isinstance(request.user, User):
        return context
    cohorts, rows = today.standings(request)
    found = today.tiles(request, now)
    asked = today.asked_of(request.user, now)
    approves = admin.site.get_model_admin(Approval).has_view_permission(request)
    return context | {
        "title": _("Today"),
        "now": now,
        "asked": asked,
        "approvals": today.approvals_list() if approves else "",
        "tiles": sorted(found, key=lambda one: not one.count),
        "due": today.due(request.user, now),
        "sees_dates": reads_cohorts(request.user),
        "cohorts": cohorts,
        "standings": rows,
        "reads_all": reads_everything(request.user),
    }
