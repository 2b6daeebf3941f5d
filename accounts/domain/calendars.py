"""Verbs about a person's own calendar: give it an address, take that back, say what is new."""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_urlsafe

from django.db import transaction

from accounts.domain import audit
from accounts.models import PersonalCalendar, User
from accounts.revisions import Entry, Revision, revise, revisions

TOKEN_BYTES = 32


def make_calendar_address(*, by: User, now: datetime) -> PersonalCalendar:
    """Give one's calendar a new secret address; the one before it answers no more."""
    with transaction.atomic():
        calendar = _of(by)
        before = calendar.token is not None
        calendar.token, calendar.made_at = token_urlsafe(TOKEN_BYTES), now
        calendar.save(update_fields=["token", "made_at"])
        audit.record(by, "make-calendar-address", by=by, now=now, before={"address": before})
        return calendar


def revoke_calendar_address(*, by: User, now: datetime) -> None:
    """Take the address back; without one nothing changes."""
    with transaction.atomic():
        calendar = _of(by)
        if calendar.token is None:
            return
        calendar.token = calendar.made_at = None
        calendar.save(update_fields=["token", "made_at"])
        audit.record(by, "revoke-calendar-address", by=by, now=now)


def tell_calendar(*, calendar_id: int, entries: Iterable[Entry], now: datetime) -> list[Revision]:
    """Say what is in a calendar now, and remember it so that the next change has its number."""
    with transaction.atomic():
        calendar = PersonalCalendar.objects.select_for_update(no_key=True).get(pk=calendar_id)
        told = revise(calendar.told, entries, now=now)
        if told != calendar.told:
            calendar.told = told
            calendar.save(update_fields=["told"])
        return revisions(told)


def _of(person: User) -> PersonalCalendar:
    PersonalCalendar.objects.get_or_create(user_id=person.pk)
    return PersonalCalendar.objects.select_for_update(no_key=True).get(user=person)
