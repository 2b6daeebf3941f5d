"""Submit a mini-project, as often as one likes until it is due; remind who has not."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.models import Application, Cohort, Stage
from bootcamp.models import Project, ProjectVersion
from notifications.domain.outbox import Telling, queue
from notifications.moments import say_instant
from selection import canonical

CONTENT = (
    "track",
    "title",
    "summary",
    "repository_url",
    "slides_url",
    "video_url",
    "contribution",
    "ai_disclosure",
)
REMIND_WITHIN = timedelta(days=7)


class UnableToSubmit(Refused):
    """The project was not taken; the message says why and what stands."""


class UnableToRemind(Refused):
    """Nobody was reminded; the message says why."""


def submit_project(
    *, application_id: int, content: Mapping[str, str], by: User, now: datetime
) -> ProjectVersion:
    """Submit or replace a project; every version is kept and receipted.

    The same content again (a double click) returns the version that holds it.

    Args:
        content: every one of `CONTENT`, valid for the fields of `Project`.

    Raises:
        UnableToSubmit: it is too late, or the person is not in the bootcamp.
    """
    with transaction.atomic():
        application = (
            Application.objects.select_for_update(of=("self",))
            .select_related("cohort", "user")
            .get(pk=application_id)
        )
        if application.stage != Stage.PLACE_CONFIRMED:
            raise UnableToSubmit(_("Only people who are in the bootcamp can submit a project."))
        project = Project.objects.filter(application=application).first()
        due_at = application.cohort.project_due_at
        if now >= due_at:
            raise UnableToSubmit(_too_late(project, due_at))
        fields = {name: content[name] for name in CONTENT}
        digest = canonical.digest(fields)
        if project:
            newest = project.versions.get(number=project.version)
            if newest.digest == digest:
                return newest
            project.version += 1
        else:
            project = Project(application=application)
        for name, value in fields.items():
            setattr(project, name, value)
        project.submitted_at = now
        project.save()
        version = ProjectVersion.objects.create(
            project=project,
            number=project.version,
            content=fields,
            digest=digest,
            submitted_at=now,
            submitted_by=by,
        )
        audit.record(
            project, "submit", by=by, now=now, after={"version": version.number, "digest": digest}
        )
        queue([_receipt(application, version)], now=now)
        return version


def remind_of_projects(*, cohort_id: int, by: User, now: datetime) -> int:
    """Remind those who have submitted nothing, each once; return how many those are.

    Raises:
        UnableToRemind: projects are not due within a week, or are overdue.
    """
    with transaction.atomic():
        cohort = Cohort.objects.get(pk=cohort_id)
        if not cohort.project_due_at - REMIND_WITHIN <= now < cohort.project_due_at:
            raise UnableToRemind(
                _("People can be reminded in the week before %(at)s.")
                % {"at": say_instant(cohort.project_due_at)}
            )
        missing = Application.objects.filter(
            cohort=cohort, stage=Stage.PLACE_CONFIRMED, project__isnull=True
        ).select_related("user")
        reminders = [_reminder(application, cohort) for application in missing]
        queue(reminders, now=now)
        audit.record(cohort, "remind-of-projects", by=by, now=now, after={"people": len(missing)})
        return len(reminders)


def _too_late(project: Project | None, due_at: datetime) -> str:
    facts = {"at": say_instant(due_at)}
    if project is None:
        return _("Projects were due on %(at)s. Nothing was submitted.") % facts
    facts |= {"number": str(project.version), "on": say_instant(project.submitted_at)}
    return (
        _(
            "Projects were due on %(at)s. This change was not taken; what counts is version "
            "%(number)s, which you submitted on %(on)s."
        )
        % facts
    )


def _receipt(application: Application, version: ProjectVersion) -> Telling:
    return Telling(
        person=application.user,
        kind="project-received",
        run=f"project:{application.reference}:{version.number}",
        topic=f"project:{application.reference}",
        variables={
            "name": application.called,
            "reference": application.reference,
            "title": version.content["title"],
            "number": version.number,
            "digest": version.digest,
            "submitted_at": version.submitted_at,
            "due_at": application.cohort.project_due_at,
        },
    )


def _reminder(application: Application, cohort: Cohort) -> Telling:
    return Telling(
        person=application.user,
        kind="project-reminder",
        run=f"project:{application.reference}:reminder",
        topic=f"project:{application.reference}",
        variables={
            "name": application.called,
            "reference": application.reference,
            "cohort": cohort,
            "due_at": cohort.project_due_at,
        },
    )
