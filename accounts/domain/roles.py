"""Roles of a person: two people give one, one person takes it away."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import approvals, audit
from accounts.domain.people import grant_role
from accounts.errors import Refused
from accounts.models import Approval, User
from accounts.roles import STAFF_ROLES, Role
from accounts.rules import manages_people

GRANT_ROLE = "grant-role"


class UnableToChangeRoles(Refused):
    """Nobody's roles were changed; the message says why."""


def ask_for_role(*, user_id: int, role: Role, reason: str, by: User, now: datetime) -> Approval:
    """Ask a second programme manager to give somebody a role.

    Raises:
        UnableToChangeRoles: not by a programme manager, for oneself, or there is nothing to give.
    """
    if not reason.strip():
        raise UnableToChangeRoles(_("Say why this person needs the role."))
    with transaction.atomic():
        # The request first, then the person: as the approval that carries it out locks them.
        asked = approvals.request_approval(
            kind=GRANT_ROLE,
            object_id=f"{user_id}:{role.value}",
            payload={"person": user_id, "role": role.value, "reason": reason.strip()},
            by=by,
            now=now,
            reason=reason.strip(),
        )
        user = User.objects.select_for_update().get(pk=user_id)
        _require_manager(by, user)
        if not user.is_active:
            raise UnableToChangeRoles(_("This account is closed."))
        if user.groups.filter(name=role.value).exists():
            raise UnableToChangeRoles(_("This person has that role already."))
        return asked


def give_approved_role(approval: Approval, by: User, now: datetime) -> None:
    """What the approval of such a request does.

    Raises:
        UnableToChangeRoles: `by` is the person who would get the role, or the account is closed.
    """
    user, role = asked_role(approval.payload)
    user = User.objects.select_for_update().get(pk=user.pk)
    _require_manager(by, user)
    if not user.is_active:
        raise UnableToChangeRoles(_("This account is closed."))
    grant_role(user=user, role=role, by=by, now=now)


def asked_role(payload: dict[str, Any]) -> tuple[User, Role]:
    """Who would get which role."""
    return User.objects.get(pk=payload["person"]), Role(payload["role"])


def take_role_away(*, user_id: int, role: Role, by: User, now: datetime, reason: str = "") -> None:
    """Take a role away, from the next request on. Taking it twice changes nothing.

    Raises:
        UnableToChangeRoles: not by a programme manager, or nobody else would be one.
    """
    with transaction.atomic():
        # The group first, always: two managers must not remove each other and leave none.
        group = Group.objects.select_for_update().filter(name=role.value).first()
        user = User.objects.select_for_update().get(pk=user_id)
        if not manages_people(by):
            raise UnableToChangeRoles(_("Only programme managers change roles."))
        if group is None or not user.groups.filter(pk=group.pk).exists():
            return
        others = User.objects.filter(groups=group, is_active=True).exclude(pk=user.pk)
        if role == Role.PROGRAMME_MANAGER and not others.exists():
            raise UnableToChangeRoles(
                _("There must be a programme manager. Give the role to somebody else first.")
            )
        user.groups.remove(group)
        left = set(user.groups.values_list("name", flat=True))
        is_staff = user.is_superuser or not STAFF_ROLES.isdisjoint(left)
        if user.is_staff != is_staff:
            user.is_staff = is_staff
            user.save(update_fields=["is_staff"])
        audit.record(
            user,
            "take-role",
            by=by,
            now=now,
            before={"role": role.value},
            after={"staff": is_staff},
            reason=reason,
        )


def _require_manager(by: User, user: User) -> None:
    if not manages_people(by):
        raise UnableToChangeRoles(_("Only programme managers change roles."))
    if by.pk == user.pk:
        raise UnableToChangeRoles(_("Nobody gives a role to themselves."))
