"""Named reads of the ground floor."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import approvable
from accounts.models import Approval, Reader, User
from accounts.roles import Role, has_role


def approvals_waiting_for(person: User, now: datetime) -> QuerySet[Approval]:
    """What this person may decide now: of a kind that is theirs, not lapsed, not asked by them."""
    waiting = Approval.objects.filter(state=Approval.State.REQUESTED, expires_at__gt=now)
    waiting = waiting.exclude(requested_by=person)
    read = languages_read_by(person)
    theirs, others = approvable.split_by_decider(lambda kind: _decides(person, kind, read))
    if has_role(Role.PROGRAMME_MANAGER)(person):  # who also decides what nobody registered
        return waiting.exclude(kind__in=others)
    return waiting.filter(kind__in=theirs)


def languages_lacking(person: User, kind: approvable.Kind) -> frozenset[str]:
    """What somebody would have to be on record as reading to decide requests of a kind."""
    return frozenset(kind.reads) - languages_read_by(person) if kind.reads else frozenset()


def deciders_of(kind: approvable.Kind) -> QuerySet[User]:
    """Whose requests of a kind are to decide, unless they asked; the second factor is not asked."""
    names = [role.value for role in kind.deciders]
    held = User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=names)
    people = User.objects.filter(Q(Exists(held)) | Q(is_superuser=True), is_active=True)
    for language in kind.reads:
        recorded = Reader.objects.filter(person=OuterRef("pk"), language=language)
        people = people.filter(Exists(recorded))
    return people


def languages_read_by(person: User) -> frozenset[str]:
    """The languages that somebody is on record as reading."""
    return frozenset(Reader.objects.filter(person=person.pk).values_list("language", flat=True))


def _decides(person: User, kind: approvable.Kind, read: frozenset[str]) -> bool:
    holds = bool(has_role(*kind.deciders)(person))
    return holds and read.issuperset(kind.reads)
