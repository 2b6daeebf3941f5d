"""How a request to take somebody out of the selection reads to the second person."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.approvable import Line, Subject, name_each, of_objects
from accounts.models import Approval
from applications.called import person_called
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


def name_all(approvals: Sequence[Approval]) -> dict[int, Subject]:
    """Whom each would take out, and the page of the case; one query."""
    rows = IntegrityCase.objects.select_related("attempt__application")
    return name_each(approvals, rows, _named)


def _named(case: IntegrityCase) -> Subject:
    return Subject(
        str(case.attempt.application),
        case.attempt.application.reference,
        reverse("admin:quiz_integritycase_change", args=[case.pk]),
    )


def find(text: str) -> Q:
    """Requests about somebody who has this reference or name."""
    people = person_called(text, at="attempt__application__")
    return of_objects(IntegrityCase.objects.filter(people))
