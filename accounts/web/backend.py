"""How a person is found: by address and password, and again with every request."""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from accounts.web.factors import people_with_factors


class Backend(AuthenticationBackend):
    """The only one that checks passwords, so that an unknown address costs what a known one does.

    A request reads the person and what there is to know about the second factor in one query.
    """

    def get_user(self, user_id: Any) -> User | None:
        statement, parameters = _by_id()
        person = next(iter(User.objects.raw(statement, [*parameters, user_id])), None)
        return person if person is not None and self.user_can_authenticate(person) else None


@cache
def _by_id() -> tuple[str, tuple[Any, ...]]:
    """The SQL that reads a person by id, and what its placeholders before the id stand for.

    Every request asks it, and to work it out takes longer than to answer it.
    """
    statement, parameters = people_with_factors().filter(pk=0).query.sql_with_params()
    return statement, parameters[:-1]
