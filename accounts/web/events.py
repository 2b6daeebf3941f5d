"""What allauth tells about people becomes part of the trail.

These are the library's own hooks; what it changes through its adapter is recorded there, and the
second factor in its views.
"""

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.domain import audit
from accounts.models import User
from accounts.web.factors import PASSWORD_ONLY


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = [record.get("type", record["method"]) for record in _records(request, user)]
    audit.record(user, "sign-in", by=user, now=timezone.now(), after={"with": methods})


def _records(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    return get_authentication_records(request, user)


@receiver(account.user_logged_out)
def signed_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(user, "sign-out", by=user, now=timezone.now())


@receiver(account.password_reset)
def password_was_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The link was read in the mailbox, so the address is proven: if there is but one."""
    addresses = EmailAddress.objects.filter(user=user)
    if len(addresses) == 1 and not addresses[0].verified:
        get_adapter().confirm_email(request, addresses[0])


@receiver(account.email_confirmed)
def address_was_confirmed(email_address: EmailAddress, **kwargs: Any) -> None:
    _record_address("confirm-email", email_address)


@receiver(account.email_added)
def address_was_added(email_address: EmailAddress, **kwargs: Any) -> None:
    _record_address("add-email", email_address)


@receiver(account.email_removed)
def address_was_removed(email_address: EmailAddress, **kwargs: Any) -> None:
    _record_address("remove-email", email_address)


@receiver(account.email_changed)
def main_address_was_changed(
    from_email_address: EmailAddress | None, to_email_address: EmailAddress, **kwargs: Any
) -> None:
    before = {"address": from_email_address.pk} if from_email_address else {}
    _record_address("change-email", to_email_address, before)


def _record_address(verb: str, address: EmailAddress, before: dict[str, Any] | None = None) -> None:
    """By its row, not its text: the trail outlives the consent to keep the address."""
    audit.record(
        address.user,
        verb,
        by=address.user,
        now=timezone.now(),
        before=before,
        after={"address": address.pk},
    )


@receiver(mfa.authentication_failed)
def code_was_wrong(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """By nobody: whoever typed it has not shown to be this person."""
    audit.record(
        user,
        "second-factor-failed",
        by=None,
        now=timezone.now(),
        after={"again": bool(kwargs.get("reauthentication"))},
    )


@receiver(mfa.authenticator_used)
def code_was_right(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    request.session.pop(PASSWORD_ONLY, None)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    authenticator.refresh_from_db()
    left = len(authenticator.wrap().get_unused_codes())
    audit.record(user, "use-recovery-code", by=user, now=timezone.now(), after={"left": left})
    adapter, context = get_adapter(), {"left": left}
    adapter.add_message(request, messages.WARNING, "mfa/messages/recovery_code_used.txt", context)
    adapter.send_notification_mail("mfa/email/recovery_code_used", user, context)
