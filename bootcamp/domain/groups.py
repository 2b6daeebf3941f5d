"""Put the confirmed people into groups, and give every group its sessions."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application, Cohort
from bootcamp.grouping import Person, split
from bootcamp.models import Booking, Group, Lesson, Membership, Session, Timetable

MOST_GROUPS = 50


class UnableToFormGroups(Refused):
    """The groups cannot be formed; the message says why."""


def form_groups(
    *, cohort_id: int, count: int, seed: int, by: User | None, now: datetime
) -> list[Group]:
    """Split the people in the bootcamp into groups alike in level and track; return the groups.

    Until a timetable is published everybody is dealt anew: the same people, count and seed give
    the same groups. From then on nobody moves and `count` and `seed` have no say; who came since
    joins the smallest group that has room, or the smallest if none has; who has left no longer
    counts. Their place is remembered, in case
    they come back (`bootcamp.domain.returning`).

    Raises:
        UnableToFormGroups: nobody has confirmed a place, or `count` is not from 1 to the number
            of people.
    """
    with transaction.atomic():
        cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort_id)
        # Before any group is locked: who comes back is locked before their group, too.
        people = list(
            Application.objects.select_for_update(of=("self",))
            .filter(cohort=cohort, stage__in=IN_BOOTCAMP)
            .only("pk", "level", "track")
            .order_by("pk")
        )
        if not people:
            raise UnableToFormGroups(_("Nobody has confirmed a place yet."))
        ids = [person.pk for person in people]
        memberships = Membership.objects.filter(group__cohort=cohort)
        if timetable_is_out(cohort.pk):
            lock_groups(cohort.groups.values_list("pk", flat=True))
            group_of = _join(ids, cohort, now)
        else:
            if not 1 <= count <= min(len(people), MOST_GROUPS):
                raise UnableToFormGroups(
                    _("%(people)s people make between 1 and %(most)s groups.")
                    % {"people": len(people), "most": min(len(people), MOST_GROUPS)}
                )
            memberships.delete()
            group_of = split(
                (Person(person.pk, (person.level, person.track)) for person in people),
                groups=count,
                seed=seed,
            )
        numbers = sorted(set(group_of.values()))
        Group.objects.bulk_create(
            (Group(cohort=cohort, number=number) for number in numbers), ignore_conflicts=True
        )
        groups = {group.number: group for group in Group.objects.filter(cohort=cohort)}
        Membership.objects.bulk_create(
            Membership(group=groups[number], application_id=key)
            for key, number in sorted(group_of.items())
        )
        lay_out_sessions(cohort)
        audit.record(
            cohort,
            "form-groups",
            by=by,
            now=now,
            after={"people": len(people), "groups": len(groups), "seed": seed},
        )
        return [groups[number] for number in sorted(groups)]


def timetable_is_out(cohort_id: int) -> bool:
    """Whether people know where they are to be, so that nobody moves."""
    return Timetable.objects.filter(cohort=cohort_id, state=Timetable.State.PUBLISHED).exists()


def lock_groups(ids: Iterable[int]) -> list[Group]:
    """Lock groups against others who fill them, in the order of their ids."""
    locked = Group.objects.select_for_update(no_key=True, of=("self",))
    return list(locked.filter(pk__in=ids).order_by("pk"))


def room_of(group_id: int, now: datetime) -> int | None:
    """How many people the smallest room holds that the group still has a session in, if any."""
    ahead = Booking.objects.filter(
        group=group_id, timetable__state=Timetable.State.PUBLISHED, slot__ends_at__gt=now
    )
    least: int | None = ahead.aggregate(least=Min("room__capacity"))["least"]
    return least


def lay_out_sessions(cohort: Cohort) -> None:
    """Give every group a session of every lesson."""
    lessons = Lesson.objects.filter(module__cohort=cohort).order_by("module__number", "order")
    Session.objects.bulk_create(
        (
            Session(lesson=lesson, group=group)
            for group in Group.objects.filter(cohort=cohort).order_by("number")
            for lesson in lessons
        ),
        ignore_conflicts=True,
    )


def _join(ids: list[int], cohort: Cohort, now: datetime) -> dict[int, int]:
    """The group number of each newcomer: the smallest group with room, the first of equal ones."""
    placed = Membership.objects.filter(group__cohort=cohort, application__in=ids)
    taught = Group.objects.filter(
        cohort=cohort, bookings__timetable__state=Timetable.State.PUBLISHED
    )
    sizes = Counter(dict.fromkeys(taught.values_list("number", flat=True).distinct(), 0))
    sizes.update(placed.values_list("group__number", flat=True))
    rooms = {g.number: room_of(g.pk, now) for g in Group.objects.filter(cohort=cohort)}
    have = set(placed.values_list("application", flat=True))
    group_of = {}
    for key in ids:
        if key not in have:
            number = min(sizes, key=lambda n: (_is_full(sizes[n], rooms[n]), sizes[n], n))
            group_of[key] = number
            sizes[number] += 1
    return group_of


def _is_full(people: int, room: int | None) -> bool:
    return room is not None and people >= room
