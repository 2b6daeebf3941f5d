"""Mail that comes back: write it down, let staff settle it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from notifications import consent
from notifications.models import AddressTrouble, Message
from notifications.phones import phone_of

MAX_DETAIL = 1000


class UnableToSettle(Refused):
    """The trouble has been settled already."""


class UnableToCall(Refused):
    """Nobody needs this person's number; the message says why."""


def note_trouble(
    *, address: str, kind: str, detail: str, now: datetime, named: Collection[UUID] = ()
) -> AddressTrouble | None:
    """Mail to this address came back, or was called unwanted; None if it is nobody's here.

    The same trouble again only counts on. Who calls our mail unwanted gets no more news.

    Args:
        named: what the service's call names; where none is a letter to this person, it is not known
            which one came back, and none is said to have.
    """
    with transaction.atomic():
        person = _person_of(address)
        if person is None:
            return None
        message = Message.objects.filter(person=person, uuid__in=named).first()
        trouble, is_new = AddressTrouble.objects.select_for_update().get_or_create(
            person=person,
            address=person.email,
            kind=kind,
            settled_at=None,
            defaults={
                "detail": detail[:MAX_DETAIL],
                "message": message,
                "first_at": now,
                "last_at": now,
            },
        )
        if is_new:
            audit.record(
                trouble, "mark-address", by=None, now=now, after={"kind": kind, "person": person.pk}
            )
        else:
            AddressTrouble.objects.filter(pk=trouble.pk).update(
                times=F("times") + 1,
                last_at=now,
                detail=detail[:MAX_DETAIL],
                message=message or F("message"),
            )
        if kind == AddressTrouble.Kind.COMPLAINED:
            consent.withdraw(person, now)
        return trouble


def settle_trouble(*, trouble_id: int, by: User, reason: str, now: datetime) -> AddressTrouble:
    """Somebody has looked after it: mail arrives again, or the person knows by other ways."""
    with transaction.atomic():
        trouble = AddressTrouble.objects.select_for_update().get(pk=trouble_id)
        if trouble.settled_at:
            raise UnableToSettle(_("This has been settled already."))
        trouble.settled_at, trouble.settled_by = now, by
        trouble.save(update_fields=["settled_at", "settled_by"])
        audit.record(trouble, "settle-address", by=by, now=now, reason=reason)
        return trouble


def open_phone(*, trouble_id: int, by: User, now: datetime) -> str:
    """The number of somebody whose mail comes back; nothing where none was given. It is on record.

    Raises:
        UnableToCall: the trouble is settled: there is no more need to know the number.
    """
    with transaction.atomic():
        trouble = AddressTrouble.objects.select_related("person").get(pk=trouble_id)
        if trouble.settled_at:
            raise UnableToCall(_("This has been settled already."))
        number = phone_of(trouble.person)
        after = {"given": bool(number), "trouble": trouble.pk}
        audit.record(trouble.person, "view-phone", by=by, now=now, after=after)
        return number


def _person_of(address: str) -> User | None:
    """By the address as we keep it; a mail server spells a Chinese domain in ASCII."""
    spelt = address.strip()
    local, _at, domain = spelt.rpartition("@")
    try:
        read = f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        read = spelt
    people = User.objects.filter(email__iexact=spelt) or User.objects.filter(email__iexact=read)
    return people[0] if people else None
