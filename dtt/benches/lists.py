"""How long a list takes: to publish ten thousand, to move the next one up."""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.core.management import call_command

from applications.models import Application, Cohort, DuplicateCase, Stage
from dtt.benches.measure import Measure
from dtt.play.crowd import make_crowd
from dtt.play.people import make_cohort
from dtt.play.selection import Staff, draw_up_step, make_staff, prepare_list
from dtt.play.stage import own_stage
from notifications.models import Message
from selection import sources
from selection.domain.publishing import (
    approve_publication,
    publish_selection,
    request_publication,
)
from selection.domain.replying import decline_place
from selection.models import Entry, Selection

TEN_THOUSAND, DECLINES = 10_000, 20
SCORES: dict[int, Decimal] = {}


def publish_10000() -> Iterator[Measure]:
    """Publish a list of ten thousand with its letters, then give places up one after the other."""
    with own_stage("publish"):
        call_command("migrate", verbosity=0)
        now = datetime.now(UTC)
        staff = make_staff(now=now)
        cohort = make_cohort(now=now, places=TEN_THOUSAND // 2, places_with_ties=TEN_THOUSAND // 2)
        selection = _drawn(cohort, staff, now)
        begun = time.perf_counter()
        published = publish_selection(selection_id=selection.pk, by=staff.asker, now=now)
        seconds = time.perf_counter() - begun
        letters = Message.objects.filter(run=f"selection:{published.pk}").count()
        if letters != TEN_THOUSAND:
            raise RuntimeError(f"{letters} of {TEN_THOUSAND} letters were written")
        yield Measure("publish_10000_seconds", seconds, "s", "< 20")
        yield Measure("next_reserve_milliseconds", max(_declines(published, now)), "ms", "< 100")


def _drawn(cohort: Cohort, staff: Staff, now: datetime) -> Selection:
    make_crowd([cohort], TEN_THOUSAND * 5 // 4, staff=staff.asker, now=now)
    sent = Application.objects.filter(submitted_at__isnull=False).order_by("pk")
    ranked = list(sent.values_list("pk", flat=True)[:TEN_THOUSAND])
    sent.update(stage=Stage.INELIGIBLE)
    Application.objects.filter(pk__in=ranked).update(stage=Stage.ELIGIBLE)
    dice = random.Random(7)
    SCORES.update((pk, Decimal(dice.randrange(0, 3001)) / 100) for pk in ranked)
    sources.register("bench.score", title="Bench", scores=_scores)
    prepare_list(
        cohort, "bootcamp", criteria=[("bench.score", Decimal(1))], by=staff.asker, now=now
    )
    selection = draw_up_step(cohort, "bootcamp", by=staff.asker, now=now)
    # Half of the crowd shares a telephone; a list waits until somebody has decided about each pair.
    DuplicateCase.objects.update(
        state=DuplicateCase.State.DISTINCT, decided_by=staff.second, decided_at=now
    )
    request_publication(selection_id=selection.pk, by=staff.asker, now=now)
    approve_publication(
        selection_id=selection.pk, digest=selection.digest, by=staff.second, now=now
    )
    return selection


def _scores(cohort_id: int) -> dict[int, Decimal]:
    return SCORES


def _declines(selection: Selection, now: datetime) -> Iterator[float]:
    """Milliseconds from a decline to the next reserve's offer, one after the other."""
    seated = Entry.objects.filter(selection=selection, seat__lte=DECLINES)
    for entry in seated.select_related("application__user").order_by("seat"):
        begun = time.perf_counter()
        decline_place(
            application_id=entry.application_id,
            by=entry.application.user,
            now=now + timedelta(minutes=1),
        )
        yield (time.perf_counter() - begun) * 1000
