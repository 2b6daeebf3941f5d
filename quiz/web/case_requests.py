"""How a request to take somebody out of the selection reads to the second person."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.approvable import Line
from accounts.models import Approval
from quiz.models import IntegrityCase


def describe(approval: Approval) -> Sequence[Line]:
    """The person, what was asked, what they replied, and the reason that they will read."""
    case = (
        IntegrityCase.objects.select_related("attempt__application")
        .filter(pk=approval.payload["case"])
        .first()
    )
    if case is None:
        return ()
    return (
        (_("Person"), str(case.attempt.application)),
        (_("What was asked"), case.ground),
        (_("Reply"), case.reply or _("No reply.")),
        (_("Reason"), str(approval.payload["reason"])),
    )


def link_to_case(approval: Approval) -> str | None:
    return reverse("admin:quiz_integritycase_change", args=[approval.payload["case"]])
