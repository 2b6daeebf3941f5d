"""The codes that the apps of the demo's people would show: nobody has such a phone."""

from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

DEMO_ADDRESSES = "dtt.example"


def codes(at: datetime) -> dict[str, list[str]]:
    """The addresses of the demo that are asked for a code, by the code of this instant."""
    found: dict[str, list[str]] = {}
    apps = Authenticator.objects.filter(
        type=Authenticator.Type.TOTP, user__email__endswith=DEMO_ADDRESSES
    ).select_related("user")
    for app in apps.order_by("-user__is_staff", "user__email"):
        found.setdefault(code_at(decrypt(app.data["secret"]), at), []).append(app.user.email)
    return found


def code_at(secret: str, at: datetime) -> str:
    """The digits that an app with this secret shows at this instant."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // app_settings.TOTP_PERIOD))


def seconds_left(at: datetime) -> int:
    """How long it goes on showing them."""
    period: int = app_settings.TOTP_PERIOD
    return period - int(at.timestamp()) % period
