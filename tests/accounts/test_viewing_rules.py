"""Who may look at the site as whom."""

from datetime import datetime

import pytest

from accounts.domain.viewing import UnableToView, start_viewing
from accounts.models import AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db: None, now: datetime) -> User:
    return make_user("manager@staff.dtt.example", Role.PROGRAMME_MANAGER, now=now)


@pytest.fixture
def person(db: None, now: datetime) -> User:
    return make_user("person@dtt.example", now=now)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_with_a_role_can_be_viewed(manager: User, now: datetime, role: Role) -> None:
    colleague = make_user("colleague@dtt.example", role, now=now)

    with pytest.raises(UnableToView, match="never that of somebody with a role"):
        start_viewing(user_id=colleague.pk, reason="x", by=manager, now=now)

    assert not AuditEvent.objects.filter(verb="view-as-start").exists()


@pytest.mark.parametrize(
    "field", [{"is_superuser": True}, {"is_staff": True}, {"is_active": False}]
)
def test_nor_a_superuser_nor_staff_nor_a_closed_account(
    manager: User, person: User, now: datetime, field: dict[str, bool]
) -> None:
    User.objects.filter(pk=person.pk).update(**field)

    with pytest.raises(UnableToView):
        start_viewing(user_id=person.pk, reason="x", by=manager, now=now)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER])
def test_only_programme_managers_view(person: User, now: datetime, role: Role) -> None:
    other = make_user("other@dtt.example", role, now=now)

    with pytest.raises(UnableToView, match="Only programme managers"):
        start_viewing(user_id=person.pk, reason="x", by=other, now=now)
