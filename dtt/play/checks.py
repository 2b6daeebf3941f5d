"""What must hold after a cohort has been played. The checks ask the tables, not the players."""

from collections.abc import Callable

from django.db.models import Count

from applications.models import Cohort
from bootcamp.domain.timetables import clashes_now
from bootcamp.models import Timetable
from dtt.funnel import confirmed_above_seats
from matching.queries import blocking_pairs_of
from notifications.models import Message
from selection.models import Entry, Selection


def places_not_exceeded(cohort: Cohort) -> bool:
    """Nobody holds a place above the seats of a published list."""
    return confirmed_above_seats(cohort) == 0


def no_timetable_clash(cohort: Cohort) -> bool:
    """No room, trainer or group is in two places at once in a published timetable."""
    published = Timetable.objects.filter(cohort=cohort, state=Timetable.State.PUBLISHED)
    return not any(clashes_now(timetable) for timetable in published)


def no_blocking_pair(cohort: Cohort) -> bool:
    """No person and opportunity would both rather have each other than what they got."""
    return not blocking_pairs_of(cohort)


def undelivered(cohort: Cohort) -> int:
    """How many messages to people of this cohort wait to be sent."""
    return (
        Message.objects.filter(person__applications__cohort=cohort)
        .filter(state__in=[Message.State.QUEUED, Message.State.SENDING])
        .distinct()
        .count()
    )


def one_message_a_person_and_fact(cohort: Cohort) -> bool:
    """Nobody was told a fact twice, everybody in a published list was told, and all was sent."""
    mine = Message.objects.filter(person__applications__cohort=cohort)
    twice = mine.values("run", "person", "kind").annotate(n=Count("pk", distinct=True))
    if twice.filter(n__gt=1).exists() or mine.exclude(state__in=["sent", "void"]).exists():
        return False
    for selection in Selection.objects.filter(cohort=cohort, state=Selection.State.PUBLISHED):
        listed = Entry.objects.filter(selection=selection).count()
        told = (
            Message.objects.filter(run=f"selection:{selection.pk}")
            .values("person")
            .distinct()
            .count()
        )
        if told != listed:
            return False
    return True


CHECKS: tuple[Callable[[Cohort], bool], ...] = (
    places_not_exceeded,
    no_timetable_clash,
    no_blocking_pair,
    one_message_a_person_and_fact,
)
