"""Named reads of applications and cohorts."""

from datetime import datetime

from django.db.models import Count, QuerySet

from applications.models import Application, Cohort, Stage


def public_cohorts() -> QuerySet[Cohort]:
    """The cohorts that anybody may see, newest first."""
    return Cohort.objects.filter(is_public=True).select_related("programme")


def open_cohort(now: datetime) -> Cohort | None:
    """The public cohort that takes applications now and closes first."""
    return (
        public_cohorts()
        .filter(applications_open_at__lte=now, applications_close_at__gt=now)
        .order_by("applications_close_at")
        .first()
    )


def stage_counts(cohort: Cohort) -> dict[Stage, int]:
    """How many applications stand in each stage; stages with none are absent."""
    rows = cohort.applications.values("stage").annotate(count=Count("pk")).order_by("stage")
    return {Stage(row["stage"]): row["count"] for row in rows}


def applications_of(user_id: int) -> QuerySet[Application]:
    """A person's applications, newest first."""
    return (
        Application.objects.filter(user_id=user_id)
        .select_related("cohort__programme", "institution", "user", "access_request")
        .order_by("-created_at")
    )
