"""What every page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.roles import role_names


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demo, and which rooms the person may enter."""
    user = getattr(request, "user", None)
    return {
        "demo": settings.DEMO,
        "roles": role_names(user) if user is not None else frozenset(),
    }
