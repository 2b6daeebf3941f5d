"""What people and staff read of messages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from accounts import approvable
from accounts.languages import Language
from accounts.models import Approval, User
from accounts.queries import deciders_of
from notifications import kinds
from notifications.domain.writing import READ
from notifications.models import AddressTrouble, Announcement, Corrected, Correction, Message

UNCERTAIN_AFTER = timedelta(minutes=10)
NEVER_SHOWN = (Message.State.VOID, Message.State.RECALLED)


@dataclass(frozen=True, slots=True)
class Inbox:
    """What the head of every page tells about somebody's messages."""

    unread: int
    bounces: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """How the outbox stands.

    Attributes:
        oldest_due_at: since when the oldest message that may leave has waited; None if none does.
    """

    waiting: int
    held: int
    oldest_due_at: datetime | None
    failed: int
    uncertain: int
    withheld: int
    troubles: int


def messages_to(user: User, now: datetime) -> QuerySet[Message]:
    """What this person has been told, newest first, whether or not the mail arrived.

    Nothing that is not due yet, was overtaken or was taken back.
    """
    return shown_to(user, now).order_by("-queued_at", "-id")


def shown_to(user: User, now: datetime) -> QuerySet[Message]:
    """The same, in no order. Only a message that was due once has been tried."""
    due = Q(due_at__lte=now) | Q(attempts__gt=0)
    return Message.objects.filter(due, person=user).exclude(state__in=NEVER_SHOWN)


def inbox_of(user: User, now: datetime) -> Inbox:
    """Unread messages, and whether mail to the present address comes back; one query."""
    bounced = AddressTrouble.objects.filter(
        person=OuterRef("pk"),
        address__iexact=OuterRef("email"),
        kind=AddressTrouble.Kind.BOUNCED,
        settled_at=None,
    )
    shown = (
        Q(messages__read_at=None)
        & (Q(messages__due_at__lte=now) | Q(messages__attempts__gt=0))
        & ~Q(messages__state__in=NEVER_SHOWN)
    )
    row = (
        User.objects.filter(pk=user.pk)
        .annotate(unread=Count("messages", filter=shown), bounces=Exists(bounced))
        .values("unread", "bounces")
        .first()
    )
    return Inbox(row["unread"], row["bounces"]) if row else Inbox(0, False)


def is_uncertain(now: datetime) -> Q:
    """May or may not have left: the worker or the connection ended before anybody could tell."""
    silent = Q(claimed_at__lte=now - UNCERTAIN_AFTER) | ~Q(error="")
    return silent & Q(state=Message.State.SENDING)


def uncertain(queryset: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those of which nobody can tell whether they have left."""
    return queryset.filter(is_uncertain(now))


def live_troubles() -> QuerySet[AddressTrouble]:
    """Addresses in trouble that their people still have, and that nobody has settled."""
    return AddressTrouble.objects.filter(settled_at=None, person__email__iexact=F("address"))


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody who does not read what they must act upon, as mail to them comes back."""

    trouble: AddressTrouble
    letters: list[Message]


def unreached(now: datetime) -> list[Unreached]:
    """Whom somebody should call: unread letters that ask for something, and mail that bounces."""
    troubles = live_troubles().filter(kind=AddressTrouble.Kind.BOUNCED).select_related("person")
    by_person = {trouble.person_id: trouble for trouble in troubles.order_by("-last_at")}
    asking = Message.objects.filter(
        Q(due_at__lte=now) | Q(attempts__gt=0),
        person__in=by_person,
        kind__in=kinds.that_ask(),
        read_at=None,
    ).exclude(state__in=NEVER_SHOWN)
    letters: dict[int, list[Message]] = {}
    for message in asking.defer("body").order_by("queued_at", "pk"):
        letters.setdefault(message.person_id, []).append(message)
    return [Unreached(by_person[person], found) for person, found in letters.items()]


def readers() -> dict[Language, frozenset[int]]:
    """Of each language who may confirm texts in it that they did not write; a query for each."""
    return {
        language: frozenset(deciders_of(approvable.known(kind)).values_list("pk", flat=True))
        for language, kind in READ.items()
    }


def lacks_reader(now: datetime) -> Q:
    """Of versions of texts: a language waits, and nobody but who wrote it is on record for it."""
    lacking = Q()
    for kind in READ.values():
        asked = Approval.objects.filter(
            kind=kind,
            object_id=Cast(OuterRef("pk"), CharField()),
            state=Approval.State.REQUESTED,
            expires_at__gt=now,
        )
        others = deciders_of(approvable.known(kind)).exclude(pk=OuterRef("written_by"))
        lacking |= Q(Exists(asked)) & ~Q(Exists(others))
    return lacking


def states_of(run: str) -> dict[str, int]:
    """How the letters of one fact stand: how many in each state."""
    letters = Message.objects.filter(run=run).order_by()
    counted = dict(letters.values_list("state").annotate(Count("pk")))
    return {state: counted[state] for state in Message.State.values if state in counted}


def addressed_by(announcement: Announcement) -> QuerySet[User]:
    """The people to whom an announcement goes, in the order of their addresses."""
    frozen = announcement.addressees.order_by().values("person")
    return User.objects.filter(pk__in=frozen).order_by("email")


def without_proof(people: QuerySet[User]) -> QuerySet[User]:
    """Those of them who never confirmed that their address is theirs."""
    confirmed = EmailAddress.objects.filter(
        user=OuterRef("pk"), verified=True, email__iexact=OuterRef("email")
    )
    return people.exclude(Exists(confirmed))


def in_trouble(people: QuerySet[User]) -> QuerySet[User]:
    """Those of them from whose address mail comes back, or who called ours unwanted."""
    return people.filter(pk__in=live_troubles().order_by().values("person"))


def open_corrections(message_ids: Collection[int] | QuerySet[Any, Any]) -> QuerySet[Correction]:
    """The corrections of any of these messages that are still to be sent, oldest first."""
    touched = Corrected.objects.filter(message__in=message_ids, is_open=True)
    return Correction.objects.filter(pk__in=touched.order_by().values("correction")).order_by("pk")


def earlier_than(chosen: QuerySet[Message]) -> QuerySet[Correction]:
    """What a correction of these messages takes the place of.

    Each with `unheard`: how many of its people are not among theirs.
    """
    people = chosen.order_by().values("person")
    unheard = Count("messages__person", distinct=True, filter=~Q(messages__person__in=people))
    earlier = open_corrections(chosen.order_by().values("pk"))
    return earlier.select_related("written_by").annotate(unheard=unheard)


def queue_now(now: datetime) -> Queue:
    """Count what waits and what needs somebody."""
    waiting = Message.objects.filter(state=Message.State.QUEUED).aggregate(
        due=Count("pk", filter=Q(due_at__lte=now)),
        held=Count("pk", filter=Q(due_at__gt=now)),
        oldest=Min("due_at", filter=Q(due_at__lte=now)),
    )
    troubled = Message.objects.filter(
        state__in=[Message.State.SENDING, Message.State.FAILED, Message.State.WITHHELD]
    ).aggregate(
        failed=Count("pk", filter=Q(state=Message.State.FAILED)),
        withheld=Count("pk", filter=Q(state=Message.State.WITHHELD)),
    )
    return Queue(
        waiting=waiting["due"],
        held=waiting["held"],
        oldest_due_at=waiting["oldest"],
        failed=troubled["failed"],
        uncertain=uncertain(Message.objects.all(), now).count(),
        withheld=troubled["withheld"],
        troubles=live_troubles().count(),
    )
