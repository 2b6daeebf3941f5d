"""The pages of the second factor: allauth's, with the trail, and one to change the app."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import encrypt
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic.edit import FormView

from accounts.domain import audit
from accounts.models import User
from accounts.web.factors import PASSWORD_ONLY, needs_second_factor

GROUP = 4


class Page:
    """What every one of these pages says: whether this person must have a second factor."""

    request: HttpRequest

    @property
    def person(self) -> User:
        return cast(User, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {"required": needs_second_factor(self.person)}

    def record(self, verb: str) -> None:
        audit.record(self.person, verb, by=self.person, now=timezone.now())


class Code(AuthenticateView):
    """The second step of signing in. Whatever is posted is read as a code."""

    def _build_forms(self) -> Any:
        data = self.request.POST if self.request.method == "POST" else None
        self.auth_form = self.get_form_class()(user=self.stage.login.user, data=data)
        self.webauthn_form = None
        return self.auth_form


class Overview(Page, IndexView):
    """Whether there is an app, and how many recovery codes are left."""


@method_decorator(never_cache, name="dispatch")
class Enrol(Page, ActivateTOTPView):
    """Scan, type the first code, and this session counts as one with a second factor."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        parts = [secret[at : at + GROUP] for at in range(0, len(secret), GROUP)]
        return context | {"secret": " ".join(parts)}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().form_valid(form)
                self.record("add-second-factor")
        except IntegrityError:  # the form was sent twice
            return redirect("mfa_index")
        self.request.session.pop(PASSWORD_ONLY, None)
        return answer


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class Replace(Enrol):
    """A new app in the place of the old one; the old one stops working at that moment."""

    template_name = "mfa/totp/replace_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        get_object_or_404(_apps(cast(User, request.user)))
        return FormView.dispatch(self, request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        now = timezone.now()
        with transaction.atomic():
            app = get_object_or_404(_apps(self.person).select_for_update())
            app.data = {"secret": encrypt(form.secret)}
            app.created_at, app.last_used_at = now, None
            app.save()
            self.record("replace-second-factor")
        clear_totp_secret(self.request)
        adapter = get_adapter()
        adapter.add_message(self.request, messages.SUCCESS, "mfa/messages/totp_replaced.txt")
        adapter.send_notification_mail("mfa/email/totp_replaced", self.person)
        return HttpResponseRedirect(reverse("mfa_index"))


class GiveUp(Page, DeactivateTOTPView):
    """Sign in by password alone again; refused to those who must have a second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            self.record("remove-second-factor")
        return answer


class NewRecoveryCodes(Page, GenerateRecoveryCodesView):
    """New codes; those of before stop working."""

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            self.record("renew-recovery-codes")
        return answer


def _apps(person: User) -> Any:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
