"""Named reads of the ground floor."""

from datetime import datetime

from django.db.models import QuerySet

from accounts import approvable
from accounts.models import Approval, User
from accounts.roles import Role, has_role


def approvals_waiting_for(person: User, now: datetime) -> QuerySet[Approval]:
    """What this person may decide now: of a kind that is theirs, not lapsed, not asked by them."""
    waiting = Approval.objects.filter(state=Approval.State.REQUESTED, expires_at__gt=now)
    waiting = waiting.exclude(requested_by=person)
    theirs, others = approvable.split_by_decider(lambda roles: bool(has_role(*roles)(person)))
    if has_role(Role.PROGRAMME_MANAGER)(person):  # who also decides what nobody registered
        return waiting.exclude(kind__in=others)
    return waiting.filter(kind__in=theirs)
