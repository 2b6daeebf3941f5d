"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.roles import role_names
from notifications.queries import Inbox, inbox_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo or a trial, which rooms the person may enter, what is unread."""
    user = getattr(request, "user", None)
    return {
        "demo": settings.DEMO,
        "trial": settings.DEMO_ALLOWED and not settings.DEMO,
        "roles": role_names(user) if user is not None else frozenset(),
        "inbox": SimpleLazyObject(lambda: _inbox(user)),
    }


def _inbox(user: Any) -> Inbox:
    return inbox_of(user, timezone.now()) if isinstance(user, User) else Inbox(0, False)
