"""Make the accounts of many people at once, as an import needs them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.domain import audit
from accounts.languages import Language
from accounts.models import User, normalise_email

BATCH = 1000


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
        User.objects.bulk_create(
            (
                User(
                    email=email,
                    language=person.language,
                    password=make_password(None),
                    date_joined=now,
                )
                for email, person in wanted.items()
                if email not in known
            ),
            ignore_conflicts=True,  # somebody may sign up at this very moment
            batch_size=BATCH,
        )
        everybody = people_of(wanted)
        new = [user for email, user in everybody.items() if email not in known]
        EmailAddress.objects.bulk_create(
            (EmailAddress(user=user, email=user.email, primary=True) for user in new),
            ignore_conflicts=True,
            batch_size=BATCH,
        )
        audit.record_many([audit.event(user, "register", by=by, now=now) for user in new])
        return everybody
