"""What the quiz can arrange for one person."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.approvable import Subject, name_each, of_objects
from accounts.models import Approval
from applications.arrangements import Way
from applications.called import person_called
from applications.models import Application
from quiz.models import Attempt, ExtraTime


def extra_time(application: Application) -> str:
    """The page that gives this person more time, or changes what was given."""
    given = ExtraTime.objects.filter(application=application).first()
    if given:
        return reverse("admin:quiz_extratime_change", args=[given.pk])
    filled = urlencode({"application": application.pk, "reason": _("Arrangement on request")})
    return f"{reverse('admin:quiz_extratime_add')}?{filled}"


EXTRA_TIME = Way(gettext_lazy("More time in the quiz"), extra_time)


def describe_reset(approval: Approval) -> list[tuple[str, str]]:
    """What the second person agrees to when an attempt is reset on its own day."""
    attempt = Attempt.objects.select_related("application").filter(pk=approval.object_id).first()
    return [
        (_("Attempt"), f"{attempt.application} · {attempt.number}" if attempt else ""),
        (_("Reason"), str(approval.payload.get("reason", ""))),
        (_("Evidence"), str(approval.payload.get("evidence", ""))),
    ]


def name_resets(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """The attempt that each would reset; one query."""
    return name_each(approvals, Attempt.objects.select_related("application"), _named)


def _named(attempt: Attempt) -> Subject:
    return Subject(
        f"{attempt.application} · {attempt.number}",
        f"{attempt.application.reference} · {attempt.number}",
        reverse("admin:quiz_attempt_change", args=[attempt.pk]),
    )


def find_resets(text: str) -> Q:
    """Requests about an attempt of somebody who has this reference or name."""
    return of_objects(Attempt.objects.filter(person_called(text, at="application__")))
