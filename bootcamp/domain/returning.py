"""Who comes back into the bootcamp has their place in it again, as far as it is free.

A place in a group is remembered when its person leaves; rosters, calendars and counts pass over it
until they are back. Sessions hang on the group, and attendance on the person, so both are there
again with it.
"""

from datetime import datetime

from accounts.domain import audit
from accounts.models import User
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application
from bootcamp.domain.groups import lock_groups, room_of
from bootcamp.models import Membership


def welcome_back(applications: list[Application], by: User | None, now: datetime) -> None:
    """Keep the remembered group of who is back, or let it go where it has no room any more.

    Who is let go has no group, as a newcomer has none: the board and the person's story say so, and
    `form_groups` puts them into another. Attendance that was recorded stays. Called in the
    transaction that brings them back, with their rows locked.
    """
    ids = [one.pk for one in applications]
    remembered = Membership.objects.filter(application__in=ids).order_by("application")
    places = list(remembered.select_related("application"))
    groups = lock_groups({place.group_id for place in places}) if places else []
    numbers = {group.pk: group.number for group in groups}
    for place in places:
        room = room_of(place.group_id, now)
        kept = room is None or _people_in(place.group_id) <= room
        if not kept:
            place.delete()
        audit.record(
            place.application,
            "keep-group" if kept else "lose-group",
            by=by,
            now=now,
            after={"group": numbers[place.group_id]},
        )


def _people_in(group_id: int) -> int:
    present = Membership.objects.filter(group=group_id, application__stage__in=IN_BOOTCAMP)
    return present.count()
