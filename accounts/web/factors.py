"""Who must sign in with a second factor, and who has one."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.roles import STAFF_ROLES, Role, role_names

DEMANDED_OF = frozenset(role.value for role in (*STAFF_ROLES, Role.RECRUITER))
# In the session of somebody who signed in with a password alone.
PASSWORD_ONLY = "signed_in_with_password_only"  # noqa: S105 - the name of a fact


def people_with_factors() -> QuerySet[User]:
    """People who know, without a further query, their roles and what the functions below ask."""
    held = Group.objects.filter(user=OuterRef("pk"))
    apps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.annotate(
        held_roles=ArraySubquery(held.values("name")),
        holds_app=Exists(apps),
    )


def needs_second_factor(person: User) -> bool:
    """Staff, recruiters and superusers reach nothing without a second factor."""
    if person.is_staff or person.is_superuser:
        return True
    return bool(DEMANDED_OF & role_names(person))


def has_second_factor(person: User) -> bool:
    """Whether an authenticator app belongs to the account."""
    known: bool | None = getattr(person, "holds_app", None)
    if known is None:
        mine = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
        known = mine.exists()
    return known
