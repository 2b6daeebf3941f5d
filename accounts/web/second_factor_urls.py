"""allauth's addresses of the second factor, with our pages before its own."""

from allauth.mfa.base.views import reauthenticate
from allauth.mfa.recovery_codes.views import view_recovery_codes
from django.urls import path

from accounts.web import second_factor

urlpatterns = [
    path("", second_factor.Overview.as_view(), name="mfa_index"),
    path("code", second_factor.Code.as_view(), name="mfa_authenticate"),
    path("code-again", reauthenticate, name="mfa_reauthenticate"),
    path("app/add", second_factor.Enrol.as_view(), name="mfa_activate_totp"),
    path("app/replace", second_factor.Replace.as_view(), name="mfa_replace_totp"),
    path("app/remove", second_factor.GiveUp.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes", view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/new",
        second_factor.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
