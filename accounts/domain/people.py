"""Verbs about people: make an account, give a role, choose a language."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.domain import audit
from accounts.languages import Language
from accounts.models import User, normalise_email
from accounts.roles import STAFF_ROLES, Role


def register_person(
    *,
    email: str,
    now: datetime,
    by: User | None = None,
    password: str | None = None,
    preferred_name: str = "",
    language: str = Language.ENGLISH,
    roles: tuple[Role, ...] = (),
    verified: bool = False,
) -> User:
    """Make the account of this address, or return the one that exists, adding the roles.

    An imported person has no password and sets one by "forgotten password".
    """
    with transaction.atomic():
        user = User.objects.filter(email__iexact=normalise_email(email)).first()
        if user is None:
            user = User.objects.create_user(
                email,
                password,
                preferred_name=preferred_name,
                language=language,
                is_staff=bool(STAFF_ROLES.intersection(roles)),
                date_joined=now,
            )
            EmailAddress.objects.create(
                user=user, email=user.email, primary=True, verified=verified
            )
            audit.record(user, "register", by=by, now=now)
        for role in roles:
            grant_role(user=user, role=role, by=by, now=now)
        return user


def grant_role(*, user: User, role: Role, by: User | None, now: datetime) -> None:
    """Give a role; giving it twice changes nothing."""
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(name=role.value)
        if user.groups.filter(pk=group.pk).exists():
            return
        user.groups.add(group)
        if role in STAFF_ROLES and not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        audit.record(user, "grant-role", by=by, now=now, after={"role": role.value})


def choose_language(*, user: User, language: str) -> None:
    """Remember the language in which this person reads and is written to."""
    if language in Language.values and user.language != language:
        user.language = language
        user.save(update_fields=["language"])
