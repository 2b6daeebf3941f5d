"""What the quiz can arrange for one person."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Approval
from applications.arrangements import Way
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


def link_of_reset(approval: Approval) -> str:
    """The attempt that is to be reset."""
    return reverse("admin:quiz_attempt_change", args=[approval.object_id])
