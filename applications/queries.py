"""Named reads of applications and cohorts."""

from django.db.models import Q, QuerySet

from accounts.models import AuditEvent
from applications.models import Application, Cohort, Stage


def public_cohorts() -> QuerySet[Cohort]:
    """The cohorts that anybody may see, newest first."""
    return Cohort.objects.filter(is_public=True).select_related("programme", "rules")


def applications_of(user_id: int) -> QuerySet[Application]:
    """A person's applications, newest first."""
    return (
        Application.objects.filter(user_id=user_id)
        .select_related("cohort__programme", "institution", "user", "access_request")
        .order_by("-created_at")
    )


def waiting_for_review() -> QuerySet[Application]:
    """Applications about which a person must decide, the oldest first, of all cohorts."""
    return (
        Application.objects.filter(stage=Stage.SUBMITTED)
        .select_related("cohort__programme", "institution", "user")
        .order_by("submitted_at", "pk")
    )


def neighbours_in_queue(application: Application) -> tuple[Application | None, Application | None]:
    """The ones before and after this one among those of its cohort that wait."""
    queue = waiting_for_review().filter(cohort=application.cohort_id)
    at = application.submitted_at
    before = queue.filter(Q(submitted_at__lt=at) | Q(submitted_at=at, pk__lt=application.pk))
    after = queue.filter(Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=application.pk))
    return before.last(), after.first()


def history_of(application: Application) -> QuerySet[AuditEvent]:
    """What was done to an application, the newest first."""
    return AuditEvent.objects.filter(
        object_type=application._meta.label_lower, object_id=str(application.pk)
    ).select_related("actor")
