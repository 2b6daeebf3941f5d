"""Make a timetable and tell everybody when to be where."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Cohort
from bootcamp import snapshots, timetabling
from bootcamp import timetable as pure
from bootcamp.domain.groups import lay_out_sessions
from bootcamp.models import Booking, Membership, Room, Session, Slot, Timetable, Trainer
from bootcamp.queries import bookings_of, by_day
from bootcamp.wording import why_infeasible
from notifications.domain.outbox import Telling, queue
from selection import canonical

SEEDS = range(2**31)


class UnableToPlan(Refused):
    """No timetable was made; the message says why."""


class UnableToPublishTimetable(Refused):
    """The timetable cannot be published; the message says why."""


def plan_timetable(*, cohort_id: int, seed: int, by: User | None, now: datetime) -> Timetable:
    """Make a timetable for the groups as they are; the same inputs and seed give the same one.

    Raises:
        UnableToPlan: something is missing, no timetable exists, or none was found in time.
    """
    if seed not in SEEDS:
        raise UnableToPlan(_("A seed is a whole number from 0 to 2147483647."))
    with transaction.atomic():
        problem = read_problem(cohort_id)
    inputs = snapshots.of_problem(problem)
    # outside a transaction: it may take seconds, and a lock must not be held for so long
    try:
        solution = timetabling.solve(problem, seed=seed)
    except timetabling.Infeasible as error:
        raise UnableToPlan(why_infeasible(error)) from error
    except timetabling.Undecided as error:
        raise UnableToPlan(
            _("No timetable was found within the time allowed. Add a room or a trainer.")
        ) from error
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        last = Timetable.objects.filter(cohort=cohort).aggregate(last=Max("number"))["last"] or 0
        timetable = Timetable.objects.create(
            cohort=cohort,
            number=last + 1,
            seed=seed,
            inputs=inputs,
            input_digest=canonical.digest(inputs),
            result_digest=canonical.digest(snapshots.of_solution(solution)),
            objective=solution.objective,
            is_proven_best=solution.status == "optimal",
            created_at=now,
            created_by=by,
        )
        group_of = {session.key: session.group for session in problem.sessions}
        Booking.objects.bulk_create(
            Booking(
                timetable=timetable,
                session_id=booking.session,
                group_id=group_of[booking.session],
                slot_id=booking.slot,
                room_id=booking.room,
                trainer_id=booking.trainer,
            )
            for booking in solution.bookings
        )
        audit.record(
            timetable,
            "plan",
            by=by,
            now=now,
            after={"inputs": timetable.input_digest, "result": timetable.result_digest},
        )
        return timetable


def publish_timetable(*, timetable_id: int, by: User | None, now: datetime) -> Timetable:
    """Show a timetable to everybody in it and tell them; a second press changes nothing.

    Raises:
        UnableToPublishTimetable: a newer one is out, or it no longer fits the groups, rooms and
            trainers as they are now.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(timetables=timetable_id)
        timetable = Timetable.objects.select_for_update().get(pk=timetable_id)
        if timetable.state == Timetable.State.PUBLISHED:
            return timetable
        if timetable.state == Timetable.State.SUPERSEDED:
            raise UnableToPublishTimetable(_("A newer timetable has been published."))
        broken = clashes_now(timetable)
        if broken:
            raise UnableToPublishTimetable(
                _(
                    "Groups, rooms or trainers have changed since this timetable was made, and "
                    "%(count)s of its rules are broken now. Nothing was published. Plan again."
                )
                % {"count": broken}
            )
        Timetable.objects.filter(cohort=cohort, state=Timetable.State.PUBLISHED).update(
            state=Timetable.State.SUPERSEDED
        )
        timetable.state, timetable.published_at = Timetable.State.PUBLISHED, now
        timetable.save(update_fields=["state", "published_at"])
        audit.record(timetable, "publish", by=by, now=now)
        bookings = list(bookings_of(timetable))
        queue(_to_participants(timetable, bookings), now=now)
        queue(_to_trainers(timetable, bookings), now=now)
        return timetable


def clashes_now(timetable: Timetable) -> int:
    """How many rules a timetable breaks today, counted by the checker that no solver knows."""
    bookings = [
        pure.Booking(b.session_id, b.slot_id, b.room_id, b.trainer_id)
        for b in timetable.bookings.all()
    ]
    try:
        return len(pure.clashes(read_problem(timetable.cohort_id), bookings))
    except KeyError:  # it names a session, slot, room or trainer that no longer counts
        return 1


def read_problem(cohort_id: int) -> pure.Problem:
    """What is to be timetabled as it stands in the database.

    Raises:
        UnableToPlan: there are no groups with people, rooms or trainers.
    """
    cohort = Cohort.objects.get(pk=cohort_id)
    lay_out_sessions(cohort)
    slots = list(Slot.objects.filter(cohort=cohort, on__in=cohort.bootcamp_dates))
    sessions = (
        Session.objects.filter(group__cohort=cohort)
        .select_related("lesson__module")
        .annotate(
            size=Count(
                "group__memberships",
                filter=Q(group__memberships__application__stage__in=IN_BOOTCAMP),
            )
        )
    )
    problem = pure.Problem(
        slots=tuple(pure.Slot(slot.pk, slot.on.toordinal(), slot.position) for slot in slots),
        rooms=tuple(
            pure.Room(room.pk, room.capacity) for room in Room.objects.filter(cohort=cohort)
        ),
        trainers=tuple(
            pure.Trainer(
                key=trainer.pk,
                slots=frozenset(slot.pk for slot in slots if slot.on in trainer.days),
                modules=frozenset(trainer.modules),
            )
            for trainer in Trainer.objects.filter(cohort=cohort)
        ),
        sessions=tuple(
            pure.Session(s.pk, s.module.number, s.lesson.order, s.group_id, s.size)
            for s in sessions
            if s.size
        ),
    )
    for things, missing in (
        (problem.slots, _("Set the bootcamp up first: it has no slots.")),
        (problem.sessions, _("Form groups first: there is nobody to teach.")),
        (problem.rooms, _("Add a room first.")),
        (problem.trainers, _("Add a trainer first.")),
    ):
        if not things:
            raise UnableToPlan(missing)
    return problem


def _to_participants(timetable: Timetable, bookings: list[Booking]) -> list[Telling]:
    days_of = {
        group: by_day(b for b in bookings if b.group_id == group)
        for group in {booking.group_id for booking in bookings}
    }
    memberships = Membership.objects.filter(
        group__in=days_of, application__stage__in=IN_BOOTCAMP
    ).select_related("application__user", "group")
    return [
        Telling(
            person=membership.application.user,
            kind="timetable-published",
            run=f"timetable:{timetable.pk}",
            topic=f"timetable:{timetable.cohort.slug}",
            variables={
                "name": membership.application.called,
                "reference": membership.application.reference,
                "cohort": timetable.cohort,
                "group": membership.group,
                "days": days_of[membership.group_id],
            },
        )
        for membership in memberships
    ]


def _to_trainers(timetable: Timetable, bookings: list[Booking]) -> list[Telling]:
    trainers = {booking.trainer_id: booking.trainer for booking in bookings}
    return [
        Telling(
            person=trainer.user,
            kind="timetable-trainer",
            run=f"timetable:{timetable.pk}",
            topic=f"timetable:{timetable.cohort.slug}",
            variables={
                "cohort": timetable.cohort,
                "days": by_day(b for b in bookings if b.trainer_id == key),
            },
        )
        for key, trainer in sorted(trainers.items())
    ]
