"""Delete the answers as soon as no list needs them."""

from datetime import datetime

from django.db import transaction

from accounts.domain import audit
from applications.lifecycle import STEPS
from applications.models import Cohort
from monitoring.models import Answers, ListCount
from selection.models import Selection


def forget_answers(*, now: datetime) -> int:
    """Delete all answers of the cohorts that are through; return how many cohorts.

    A cohort is through when each of its lists has been counted, or at the publication of its match,
    whichever is first. A list that is out by then is counted before.
    """
    forgotten = 0
    holding = Answers.objects.values("application__cohort")
    for cohort in Cohort.objects.filter(pk__in=holding).order_by("pk"):
        with transaction.atomic():
            if not _is_through(cohort, now):
                continue
            deleted, _kinds = Answers.objects.filter(application__cohort=cohort).delete()
            if deleted:
                audit.record(cohort, "forget-monitoring-answers", by=None, now=now)
                forgotten += 1
    return forgotten


def _is_through(cohort: Cohort, now: datetime) -> bool:
    out = Selection.objects.filter(cohort=cohort, step__in=STEPS, state=Selection.State.PUBLISHED)
    published = out.count()
    counted = ListCount.objects.filter(selection__in=out).count()
    return counted == len(STEPS) or (now >= cohort.match_at and counted == published)
