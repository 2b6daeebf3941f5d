"""Count a published list, once, a day after its publication. What is counted never changes.

The page reads what is counted here and never an answer, so nobody can watch a number move while
one person answers, changes their mind or asks for an arrangement.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from applications.domain.access import answer_due_on
from applications.models import AccessRequest
from monitoring.dimensions import ARRANGEMENT, DIMENSIONS, Dimension
from monitoring.disclosure import LEAST, disclose, tally
from monitoring.models import QUESTIONS, UNSAID, Answers, ListCount, YesNo
from notifications.moments import HONG_KONG
from quiz.models import ExtraTime
from selection.models import Entry, Selection

WAITS = timedelta(hours=24)  # in which answers can still be removed before they are counted


class UnableToCount(Refused):
    """Nothing was counted; the message says why."""


def count_due(*, now: datetime) -> int:
    """Count the lists that were published a day ago or earlier; return how many."""
    due = list(
        Selection.objects.filter(state=Selection.State.PUBLISHED, published_at__lte=now - WAITS)
        .exclude(pk__in=ListCount.objects.values("selection"))
        .order_by("published_at", "pk")
        .values_list("pk", flat=True)
    )
    for pk in due:
        count_published(selection_id=pk, now=now)
    return len(due)


def count_published(*, selection_id: int, now: datetime) -> ListCount:
    """Count one list and keep what may be shown. Counting it again returns what was counted.

    Who was ranked is counted, by what the run decided: who has no score took no part in the
    ranking, and who moves up later was not selected by the list. Answers count as they stood at
    the publication; one that was given or changed in the light of the result does not.

    Raises:
        UnableToCount: it is not published, or not long enough.
    """
    with transaction.atomic():
        selection = (
            Selection.objects.select_for_update(of=("self",)).defer("inputs").get(pk=selection_id)
        )
        counted = ListCount.objects.filter(selection=selection).first()
        if counted:
            return counted
        out = selection.published_at
        if selection.state != Selection.State.PUBLISHED or out is None or now < out + WAITS:
            raise UnableToCount(_("A list is counted a day after its publication."))
        counted = ListCount.objects.create(
            selection=selection,
            counted_at=now,
            tables=_tables(selection, out),
            requests=_requests(selection.cohort_id),
        )
        audit.record(counted, "count-equal-treatment", by=None, now=now)
        return counted


def _tables(selection: Selection, out: datetime) -> dict[str, Any]:
    outcomes = {
        application: outcome == Entry.Outcome.SELECTED
        for application, outcome in selection.entries.exclude(
            outcome=Entry.Outcome.NOT_RANKED
        ).values_list("application_id", "outcome")
    }
    before = _selected_before(selection, out)
    groups = _groups(selection.cohort_id, out)

    def table(dimension: Dimension) -> dict[str, Any]:
        said = UNSAID if dimension.key in QUESTIONS else YesNo.NO.value
        counts = tally(
            outcomes, groups[dimension.key], dimension.keys, otherwise=said, before=before
        )
        return disclose(counts, follows=before is not None).as_json()

    return {dimension.key: table(dimension) for dimension in DIMENSIONS}


def _selected_before(selection: Selection, out: datetime) -> frozenset[int] | None:
    """Whom the list that was published before this one selected, counted already or not."""
    earlier = (
        Selection.objects.filter(
            cohort=selection.cohort_id, state=Selection.State.PUBLISHED, published_at__lt=out
        )
        .order_by("-published_at")
        .values_list("pk", flat=True)
        .first()
    )
    if earlier is None:
        return None
    chosen = Entry.objects.filter(selection=earlier, outcome=Entry.Outcome.SELECTED)
    return frozenset(chosen.values_list("application_id", flat=True))


def _groups(cohort_id: int, out: datetime) -> dict[str, dict[int, str]]:
    """By dimension, the group of each person who is not in the one of all the others."""
    found: dict[str, dict[int, str]] = {question: {} for question in QUESTIONS}
    answers = Answers.objects.filter(application__cohort=cohort_id, answered_at__lt=out)
    for person, *said in answers.values_list("application_id", *QUESTIONS):
        for question, answer in zip(QUESTIONS, said, strict=True):
            if answer:
                found[question][person] = answer
    granted = AccessRequest.objects.filter(
        application__cohort=cohort_id, state=AccessRequest.State.GRANTED
    ).values_list("application_id", flat=True)
    more_time = ExtraTime.objects.filter(application__cohort=cohort_id).exclude(
        factor=1, break_minutes=0
    )
    arranged = {*granted, *more_time.values_list("application_id", flat=True)}
    return found | {ARRANGEMENT: dict.fromkeys(arranged, YesNo.YES.value)}


def _requests(cohort_id: int) -> dict[str, Any]:
    """How requests for an arrangement were answered: in time, late, not yet.

    Under five it says only whether all were answered in time. The parts of five or more tell how
    we worked and nothing of who asked, so they are shown however small they are.
    """
    counts = {"in_time": 0, "late": 0, "open": 0}
    asked = AccessRequest.objects.filter(application__cohort=cohort_id)
    for requested_at, decided_at in asked.values_list("requested_at", "decided_at"):
        if decided_at is None:
            counts["open"] += 1
        elif decided_at.astimezone(HONG_KONG).date() <= answer_due_on(requested_at):
            counts["in_time"] += 1
        else:
            counts["late"] += 1
    people = sum(counts.values())
    all_in_time = counts["in_time"] == people
    return {"all_in_time": all_in_time} | ({"asked": people, **counts} if people >= LEAST else {})
