"""Make the accounts of many people at once, as an import needs them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from accounts.bulk import insert_rows
from accounts.domain import audit
from accounts.languages import Language
from accounts.models import User, normalise_email


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Whom to make an account for, should there be none."""

    email: str
    language: str = Language.ENGLISH


def people_of(emails: Collection[str]) -> dict[str, User]:
    """The accounts of these addresses, by address."""
    wanted = {normalise_email(email) for email in emails}
    return {user.email: user for user in User.objects.filter(email__in=wanted)}


def register_people(
    people: Iterable[NewPerson], *, by: User | None, now: datetime
) -> dict[str, User]:
    """Make the accounts that are missing, all or none; return everybody's, by address.

    As `accounts.domain.people.register_person` does for one: the address is not verified, and
    the person sets a password by "forgotten password".
    """
    wanted = {normalise_email(person.email): person for person in people}
    with transaction.atomic():
        known = people_of(wanted)
        insert_rows(
            User,
            (
                {
                    "email": email,
                    "language": person.language,
                    "password": UNUSABLE_PASSWORD_PREFIX + token_urlsafe(30),
                    "date_joined": now,
                }
                for email, person in wanted.items()
                if email not in known
            ),
            ignore_conflicts=True,  # somebody may sign up at this very moment
        )
        everybody = people_of(wanted)
        new = [user for email, user in everybody.items() if email not in known]
        insert_rows(
            EmailAddress,
            ({"user_id": user.pk, "email": user.email, "primary": True} for user in new),
            ignore_conflicts=True,
        )
        audit.record_many([audit.event(user, "register", by=by, now=now) for user in new])
        return everybody
