"""Named reads of applications and cohorts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from accounts.models import Approval, AuditEvent, User
from applications.models import Application, Cohort, Document, LateAccess, Stage
from applications.story import Chapter


def public_cohorts() -> QuerySet[Cohort]:
    """The cohorts that anybody may see, newest first."""
    return Cohort.objects.filter(is_public=True).select_related("programme", "rules")


def applications_of(user_id: int) -> QuerySet[Application]:
    """A person's applications, newest first, each with the end of its late access if it has one."""
    live = LateAccess.objects.filter(
        cohort=OuterRef("cohort"), user=OuterRef("user"), ended_at__isnull=True
    )
    return (
        Application.objects.filter(user_id=user_id)
        .annotate(late_until=Subquery(live.values("until")[:1]))
        .select_related("cohort__programme", "institution", "user", "access_request")
        .order_by("-created_at")
    )


def waiting_for_review(cohort_id: int | None = None) -> QuerySet[Application]:
    """Applications about which a person must decide, the oldest first; of all cohorts or of one."""
    waiting = Application.objects.filter(stage=Stage.SUBMITTED)
    if cohort_id is not None:
        waiting = waiting.filter(cohort=cohort_id)
    return waiting.select_related("cohort__programme", "institution", "user").order_by(
        "submitted_at", "pk"
    )


@dataclass(frozen=True, slots=True)
class InQueue:
    """Where an application stands among those that wait.

    Attributes:
        number: 1 for the oldest; None for an application that does not wait.
    """

    number: int | None
    total: int
    before: int | None
    after: int | None


def place_in_queue(application: Application, cohort_id: int | None = None) -> InQueue:
    """Its number, and the ids of those before and after it, of all cohorts or of one."""
    queue = waiting_for_review(cohort_id).select_related(None)
    at = application.submitted_at
    if at is None:
        return InQueue(None, queue.count(), None, None)
    ahead = Q(submitted_at__lt=at) | Q(submitted_at=at, pk__lt=application.pk)
    behind = Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=application.pk)
    counts = queue.order_by().aggregate(total=Count("pk"), ahead=Count("pk", filter=ahead))
    return InQueue(
        number=counts["ahead"] + 1 if application.stage == Stage.SUBMITTED else None,
        total=counts["total"],
        before=queue.filter(ahead).values_list("pk", flat=True).last(),
        after=queue.filter(behind).values_list("pk", flat=True).first(),
    )


def events_about(chapters: Iterable[Chapter], people: Iterable[int]) -> QuerySet[AuditEvent]:
    """What was done to the objects that these chapters name, the newest first; one query.

    Args:
        people: ids of accounts; when staff looked at the site as one of them belongs to it.
    """
    objects = Q(
        object_type=User._meta.label_lower,
        object_id__in=[str(pk) for pk in people],
        verb__in=["view-as-start", "view-as-stop"],
    )
    for chapter in chapters:
        for object_type, ids in chapter.objects.items():
            if ids:
                objects |= Q(object_type=object_type, object_id__in=[str(pk) for pk in ids])
        for kind, about in chapter.approvals.items():
            asked = Approval.objects.filter(kind=kind, object_id__in=[str(pk) for pk in about])
            ids_of_asked = asked.order_by().values_list(Cast("pk", TextField()))
            objects |= Q(object_type=Approval._meta.label_lower, object_id__in=ids_of_asked)
    return AuditEvent.objects.filter(objects).select_related("actor")


def cvs_of(application_ids: Iterable[int]) -> dict[int, Document]:
    """The CV that counts of each of these applications that has one; one query."""
    found = Document.objects.filter(
        application__in=list(application_ids), kind=Document.Kind.CV, replaced_at__isnull=True
    )
    return {document.application_id: document for document in found}
