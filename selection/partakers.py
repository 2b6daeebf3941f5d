"""Who took part in a list and in what this room and the one below it decide about a person."""

from django.db.models import Q

from accounts.models import Approval, AuditEvent
from applications.lifecycle import STEPS, Move
from applications.models import AccessRequest, DuplicateCase, LateAccess
from selection.domain.overriding import KIND as OVERRIDE
from selection.models import APPROVAL_KIND, Appeal, Entry, Override, Selection, SelectionRule
from selection.partaking import either

RUN_VERBS = ("draw-up", "discard", "publish")
APPLICATION_VERBS = (
    Move.FIND_ELIGIBLE,
    Move.FIND_INELIGIBLE,
    Move.RESTORE_DRAFT,
    Move.RESTORE_SUBMITTED,
    Move.RESTORE_RESERVE,
    Move.RESTORE_FINAL_RESERVE,
    Move.MERGE,
    *(move for way in STEPS.values() if way.reply for move in (way.reply.undo, way.reply.back)),
    "take-over",
)


def of_the_list(entry: Entry) -> set[int | None]:
    """Who set its rule, drew any run of it up, put one aside, published it."""
    run = entry.selection
    runs = Selection.objects.filter(cohort=run.cohort_id, step=run.step).order_by()
    ids = [str(pk) for pk in runs.values_list("pk", flat=True)]
    events = AuditEvent.objects.filter(
        object_type=Selection._meta.label_lower, object_id__in=ids, verb__in=RUN_VERBS
    )
    rules = SelectionRule.objects.filter(cohort=run.cohort_id, step=run.step)
    return {
        *events.order_by().values_list("actor", flat=True),
        *runs.values_list("created_by", flat=True),
        *rules.order_by().values_list("created_by", flat=True),
    }


def of_its_approval(entry: Entry) -> set[int | None]:
    """Who asked for the publication of any run of it, or answered."""
    run = entry.selection
    runs = Selection.objects.filter(cohort=run.cohort_id, step=run.step).order_by()
    ids = [str(pk) for pk in runs.values_list("pk", flat=True)]
    asked = Approval.objects.filter(kind=APPROVAL_KIND, object_id__in=ids)
    return either(asked.values_list("requested_by", "decided_by"))


def of_its_overrides(entry: Entry) -> set[int | None]:
    """Who asked to move somebody of it by hand, agreed, refused, or took it back."""
    run = entry.selection
    moved = Override.objects.filter(cohort=run.cohort_id, step=run.step)
    asked = Approval.objects.filter(
        kind=OVERRIDE, object_id__startswith=f"{run.step}:", payload__cohort=run.cohort_id
    )
    return either(moved.values_list("asked_by", "agreed_by", "taken_back_by")) | either(
        asked.values_list("requested_by", "decided_by")
    )


def of_the_application(entry: Entry) -> set[int | None]:
    """Who decided about eligibility, a duplicate, an arrangement, more time or a withdrawal.

    In one word for all: that somebody asked for an arrangement is for few to know.
    """
    application = entry.application
    events = AuditEvent.objects.filter(
        object_type=application._meta.label_lower,
        object_id=str(application.pk),
        verb__in=APPLICATION_VERBS,
    ).exclude(actor=application.user_id)
    pairs = DuplicateCase.objects.filter(Q(first=application) | Q(second=application))
    late = LateAccess.objects.filter(cohort=application.cohort_id, user=application.user_id)
    asked = AccessRequest.objects.filter(application=application)
    return {
        *events.order_by().values_list("actor", flat=True),
        *pairs.values_list("decided_by", flat=True),
        *late.values_list("given_by", flat=True),
        *asked.values_list("decided_by", flat=True),
    }


def of_other_appeals(entry: Entry) -> set[int | None]:
    """Who decided another appeal of the same person in this cohort."""
    others = Appeal.objects.filter(entry__application=entry.application_id).exclude(entry=entry.pk)
    return set(others.values_list("decided_by", flat=True))
