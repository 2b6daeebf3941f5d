"""Verbs that prepare a cohort's bootcamp: modules, slots, rubric, rooms, trainers, judges."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.domain.people import grant_role
from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from applications.models import Cohort
from bootcamp.curriculum import CURRICULUM, SLOT_TIMES
from bootcamp.models import Judge, Lesson, Module, Room, Rubric, Slot, Trainer
from bootcamp.rubrics import CRITERIA, GATES
from notifications.moments import HONG_KONG


class UnableToSetUp(Refused):
    """The bootcamp cannot be prepared like this; the message says why."""


def set_up_bootcamp(*, cohort_id: int, by: User | None, now: datetime) -> list[Module]:
    """Give a cohort its modules, lessons, slots and rubric; return the modules in order.

    Doing it again adds what is missing (a day that the cohort gained) and changes nothing else.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        present = set(Module.objects.filter(cohort=cohort).values_list("number", flat=True))
        for number, plan in enumerate(CURRICULUM, start=1):
            if number not in present:
                module = Module.objects.create(
                    cohort=cohort,
                    number=number,
                    title_en=plan.title.en,
                    title_zh=plan.title.zh,
                    description_en=plan.description.en,
                    description_zh=plan.description.zh,
                )
                Lesson.objects.bulk_create(
                    Lesson(module=module, order=order, title_en=title.en, title_zh=title.zh)
                    for order, title in enumerate(plan.lessons, start=1)
                )
        slots = Slot.objects.bulk_create(_slots(cohort), ignore_conflicts=True)
        if not Rubric.objects.filter(cohort=cohort).exists():
            Rubric.objects.create(
                cohort=cohort,
                version=1,
                criteria=list(CRITERIA),
                gates=list(GATES),
                created_at=now,
            )
        audit.record(cohort, "set-up-bootcamp", by=by, now=now, after={"slots": len(slots)})
        return list(Module.objects.filter(cohort=cohort).order_by("number"))


def add_room(
    *, cohort_id: int, name_en: str, name_zh: str = "", capacity: int, by: User, now: datetime
) -> Room:
    """Add a room.

    Raises:
        UnableToSetUp: the name is taken, or the room holds nobody.
    """
    if capacity < 1:
        raise UnableToSetUp(_("A room holds at least one person."))
    try:
        with transaction.atomic():
            room = Room.objects.create(
                cohort_id=cohort_id, name_en=name_en, name_zh=name_zh, capacity=capacity
            )
            audit.record(room, "add-room", by=by, now=now, after={"capacity": capacity})
            return room
    except IntegrityError as error:
        raise UnableToSetUp(_("This cohort has a room of this name already.")) from error


def add_trainer(
    *,
    cohort_id: int,
    user: User,
    modules: Iterable[int],
    days: Iterable[date] | None = None,
    by: User,
    now: datetime,
) -> Trainer:
    """Let somebody teach these modules, on these days or on all; again replaces both.

    Raises:
        UnableToSetUp: there is no such module, or one of the days is no bootcamp day.
    """
    with transaction.atomic():
        cohort = Cohort.objects.get(pk=cohort_id)
        known = set(Module.objects.filter(cohort=cohort).values_list("number", flat=True))
        teaches = sorted(set(modules))
        comes = sorted(set(cohort.bootcamp_dates if days is None else days))
        if not teaches or not set(teaches) <= known:
            raise UnableToSetUp(_("Name the modules that this person can teach, from 1 to 4."))
        if not set(comes) <= set(cohort.bootcamp_dates):
            raise UnableToSetUp(_("A trainer can come on bootcamp days alone."))
        grant_role(user=user, role=Role.TRAINER, by=by, now=now)
        trainer, _created = Trainer.objects.update_or_create(
            cohort=cohort, user=user, defaults={"modules": teaches, "days": comes}
        )
        audit.record(
            trainer,
            "add-trainer",
            by=by,
            now=now,
            after={"modules": teaches, "days": [day.isoformat() for day in comes]},
        )
        return trainer


def add_judge(
    *,
    cohort_id: int,
    user: User,
    tracks: Iterable[str] = (),
    employer: str = "",
    by: User,
    now: datetime,
) -> Judge:
    """Let somebody judge; again replaces tracks and employer and keeps what was declared."""
    with transaction.atomic():
        grant_role(user=user, role=Role.JUDGE, by=by, now=now)
        judge, _created = Judge.objects.update_or_create(
            cohort_id=cohort_id,
            user=user,
            defaults={"tracks": sorted(set(tracks)), "employer": employer},
        )
        audit.record(judge, "add-judge", by=by, now=now, after={"tracks": judge.tracks})
        return judge


def _slots(cohort: Cohort) -> list[Slot]:
    return [
        Slot(
            cohort=cohort,
            on=day,
            position=position,
            starts_at=datetime.combine(day, time.fromisoformat(begin), HONG_KONG),
            ends_at=datetime.combine(day, time.fromisoformat(end), HONG_KONG),
        )
        for day in cohort.bootcamp_dates
        for position, (begin, end) in enumerate(SLOT_TIMES, start=1)
    ]
