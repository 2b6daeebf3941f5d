"""How allauth talks and acts in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.domain import audit
from accounts.languages import Language
from accounts.models import User, normalise_email
from accounts.web.addresses import address_of
from accounts.web.factors import PASSWORD_ONLY, needs_second_factor


class AccountAdapter(DefaultAccountAdapter):
    """One spelling of an address, the language of the page that was signed up on, the trail."""

    def clean_email(self, email: str) -> str:
        return normalise_email(super().clean_email(email))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        language = translation.get_language()
        user.language = language if language in Language.values else Language.ENGLISH
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            audit.record(saved, "register", by=saved, now=timezone.now())
        return saved

    def set_password(self, user: User, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            audit.record(user, "change-password", by=user, now=timezone.now())

    def login(self, request: HttpRequest, user: User) -> None:
        """Start the session; one that began without a code does not outlive the enrolment."""
        super().login(request, user)
        records = get_authentication_records(request, user)
        if not any(record["method"] == "mfa" for record in records):
            request.session[PASSWORD_ONLY] = True

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count this try; too many are answered with a page of their own, not beside the form."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as refusal:
            raise ImmediateHttpResponse(ratelimit.respond_429(request)) from refusal

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has signed in a moment ago sets the second factor up without a second password."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0)
        if app == "allauth.mfa" and timezone.now().timestamp() - latest < REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Whoever must have a second factor can replace it, but not do without."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code of now. Wait for the next one and type that."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not needs_second_factor(authenticator.user)
