"""The roles of the house. A role is a group; what it may do stands in `rules.py` of each app."""

import rules
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Role(models.TextChoices):
    PROGRAMME_MANAGER = "programme-manager", _("Programme manager")
    REVIEWER = "reviewer", _("Reviewer")
    QUIZ_AUTHOR = "quiz-author", _("Quiz author")
    TRAINER = "trainer", _("Trainer")
    JUDGE = "judge", _("Judge")
    RECRUITER = "recruiter", _("Recruiter")
    ACCOMMODATION_OFFICER = "accommodation-officer", _("Accommodation officer")
    AUDITOR = "auditor", _("Auditor")
    DATA_PROTECTION_OFFICER = "data-protection-officer", _("Data protection officer")


# They work in the staff site, and must sign in with a second factor.
STAFF_ROLES = frozenset(
    {
        Role.PROGRAMME_MANAGER,
        Role.REVIEWER,
        Role.QUIZ_AUTHOR,
        Role.ACCOMMODATION_OFFICER,
        Role.AUDITOR,
        Role.DATA_PROTECTION_OFFICER,
    }
)

# They look into everything and change nothing.
INSPECTORS = (Role.AUDITOR, Role.DATA_PROTECTION_OFFICER)


def has_role(*roles: Role) -> rules.Predicate:
    """A predicate: the person is active and holds one of `roles`; a superuser holds all."""
    names = frozenset(role.value for role in roles)

    @rules.predicate(name=f"has_role:{','.join(sorted(names))}")
    def holds(user: User) -> bool:
        return user.is_active and (user.is_superuser or bool(names & role_names(user)))

    return holds


def role_names(user: User) -> frozenset[str]:
    """The names of a person's groups, read once for each request's user object."""
    if not user.is_authenticated:
        return frozenset()
    known: frozenset[str] | None = user.__dict__.get("_role_names")
    if known is None:
        held = getattr(user, "held_roles", None)  # where a query has read them with the person
        names = user.groups.values_list("name", flat=True) if held is None else held
        known = user.__dict__["_role_names"] = frozenset(names)
    return known
