"""How a person is found: by address and password, and again with every request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from accounts.web.factors import people_with_factors


class Backend(AuthenticationBackend):
    """The only one that checks passwords, so that an unknown address costs what a known one does.

    A request reads the person and what there is to know about the second factor in one query.
    """

    def get_user(self, user_id: Any) -> User | None:
        person = people_with_factors().filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None
