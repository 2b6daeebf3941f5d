"""Nobody decides about themselves."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.models import User


class AboutOneself(Refused):
    """The decision is about the person who takes it; somebody else must."""


def require_another(by: User | None, about: Collection[int]) -> None:
    """Refuse what somebody decides about themselves.

    Args:
        about: ids of the people whom the decision concerns.

    Raises:
        AboutOneself: `by` is one of them.
    """
    if by is not None and by.pk in about:
        raise AboutOneself(_("This is about yourself, so somebody else must decide."))
