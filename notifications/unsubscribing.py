"""The address under which somebody ends the news, without signing in and without scripts."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

SALT = "notifications.unsubscribe"


def unsubscribe_address(person: User) -> str:
    """The whole address, for a letter and its header."""
    token = signing.dumps(person.pk, salt=SALT)
    return settings.SITE_URL + reverse("notifications:unsubscribe", args=[token])


def person_of(token: str) -> User | None:
    """Whose address it is; nobody's, if it was not made here."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=key).first() if isinstance(key, int) else None
