"""How many people came how far. One set of numbers, wherever they are shown."""

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from accounts.models import AuditEvent
from applications.lifecycle import Move
from applications.models import Application, Cohort
from bootcamp.models import Project
from bootcamp.queries import attendance_of
from matching.models import MatchPair, MatchRun, Offer, PersonRankingSheet
from quiz.models import Attempt
from selection.models import Entry, Selection

STEPS = (
    "applied",
    "eligible",
    "sat",
    "shortlisted",
    "confirmed",
    "attended",
    "submitted",
    "finalists",
    "ranked",
    "matched",
    "offered",
    "accepted",
)


def funnel(cohort: Cohort) -> dict[str, int]:
    """Count the people of a cohort that reached each step, in order; each counts once."""
    people = Application.objects.filter(cohort=cohort)
    moved = {
        move: Exists(
            AuditEvent.objects.filter(
                object_type="applications.application",
                object_id=Cast(OuterRef("pk"), CharField()),
                verb=move.value,
            )
        )
        for move in (
            Move.SUBMIT,
            Move.FIND_ELIGIBLE,
            Move.OFFER_PLACE,
            Move.CONFIRM_PLACE,
            Move.NAME_FINALIST,
        )
    }
    offers = Offer.objects.filter(application__cohort=cohort, sent_at__isnull=False)
    return {
        "applied": people.filter(moved[Move.SUBMIT]).count(),
        "eligible": people.filter(moved[Move.FIND_ELIGIBLE]).count(),
        "sat": Attempt.objects.live().filter(application__cohort=cohort).count(),
        "shortlisted": people.filter(moved[Move.OFFER_PLACE]).count(),
        "confirmed": people.filter(moved[Move.CONFIRM_PLACE]).count(),
        "attended": sum(person.is_enough for person in attendance_of(cohort).values()),
        "submitted": Project.objects.filter(application__cohort=cohort).count(),
        "finalists": people.filter(moved[Move.NAME_FINALIST]).count(),
        "ranked": PersonRankingSheet.objects.filter(
            application__cohort=cohort, certified_at__isnull=False
        ).count(),
        "matched": MatchPair.objects.filter(
            run__cohort=cohort, run__state=MatchRun.State.PUBLISHED
        ).count(),
        "offered": offers.values("application").distinct().count(),
        "accepted": offers.filter(state=Offer.State.ACCEPTED).count(),
    }


def confirmed_above_seats(cohort: Cohort) -> int:
    """How many places were confirmed beyond the seats of the published lists; must be 0."""
    above = 0
    published = Selection.objects.filter(cohort=cohort, state=Selection.State.PUBLISHED)
    for selection in published.defer("inputs"):
        taken = Entry.objects.filter(selection=selection, seat__isnull=False).count()
        above += max(0, taken - (selection.seats or 0))
    return above
