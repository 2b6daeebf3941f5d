"""The authenticator app of everybody who is made up: one secret, known to all who read this.

It serves tests and the demo, whose mailbox shows the code. Production makes nobody up.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings

from accounts.models import User

SECRET = "DTTDEMODTTDEMODTTDEMODTTDEMODTTD"  # noqa: S105


def give_second_factor(person: User) -> None:
    """Let this made-up person sign in with the codes of the demo's app."""
    if not settings.DEMO_ALLOWED:
        raise RuntimeError("the demo's second factor is no second factor in production")
    Authenticator.objects.get_or_create(
        user=person, type=Authenticator.Type.TOTP, defaults={"data": {"secret": encrypt(SECRET)}}
    )
