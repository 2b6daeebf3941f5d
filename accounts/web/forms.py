"""allauth's forms, where ours are stricter."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User

DIGITS = frozenset("0123456789")


class SignupForm(AllauthSignupForm):
    """Takes as long for an address that has an account as for one that has none."""

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        else:
            try:
                with transaction.atomic():
                    made: tuple[User | None, HttpResponse | None] = super().try_save(request)
                    return made
            except IntegrityError:  # the same address was signed up at this very moment
                self.account_already_exists = True
        answer: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return answer


class Labelled(forms.Form):
    """Says which code, in the summary of errors too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the app")


class CodeForm(Labelled, mfa.AuthenticateForm):
    """The second step of signing in."""

    def clean_code(self) -> str:
        _refuse_if_throttled(self.user)
        code = super().clean_code()
        _use_up(self.authenticator, code)
        return code


class CodeAgainForm(Labelled, mfa.ReauthenticateForm):
    """The code, asked for once more before something delicate."""

    def clean_code(self) -> str:
        _refuse_if_throttled(self.user)
        code = super().clean_code()
        _use_up(self.authenticator, code)
        return code


class EnrolForm(Labelled, ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def clean_code(self) -> str:
        _refuse_if_throttled(self.user)
        code: str = super().clean_code()
        return code


def _refuse_if_throttled(person: User) -> None:
    key = f"mfa-auth-user-{person.pk}"
    request = context.request
    if not ratelimit.consume(request, action="login_failed", key=key, dry_run=True):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))


def _use_up(authenticator: Authenticator, code: str) -> None:
    """Let no code of an app work twice, for as long as it would be accepted.

    allauth remembers it for one period; with neighbouring periods accepted it lives for three.
    """
    if authenticator.type != Authenticator.Type.TOTP:
        return
    digits = "".join(filter(DIGITS.__contains__, code))
    lifetime = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    key = f"second-factor-used:{authenticator.user_id}:{digits}"
    if not cache.add(key, True, timeout=lifetime):
        refusal: Any = get_adapter().validation_error("incorrect_code")
        raise refusal
