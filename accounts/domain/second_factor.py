"""The verb of who has lost the phone and the recovery codes."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User, normalise_email


class UnableToReset(Refused):
    """There is nobody or nothing to reset; the message says which."""


def reset_second_factor(*, email: str, reason: str, by: User | None, now: datetime) -> User:
    """Take app and recovery codes away, so that the next sign-in leads to the enrolment.

    Args:
        reason: how it was made sure that the right person asked.

    Raises:
        UnableToReset: no such account, or it has no second factor.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().filter(email=normalise_email(email)).first()
        if person is None:
            raise UnableToReset(_("There is no account with this address."))
        if not Authenticator.objects.filter(user=person).delete()[0]:
            raise UnableToReset(_("This account has no second factor."))
        audit.record(person, "reset-second-factor", by=by, now=now, reason=reason)
        return person
