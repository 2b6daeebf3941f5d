"""Who may do what with lists, and which results a person may see."""

import rules
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role
from applications.rules import applications_for
from selection.models import Entry

manages_selections = has_role(Role.PROGRAMME_MANAGER)
reads_selections = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)

rules.add_perm("selection.manage", manages_selections)
rules.add_perm("selection.read", reads_selections)


def results_for(user: User) -> QuerySet[Entry]:
    """The published results of this person's own applications, newest list first."""
    return (
        Entry.objects.published()
        .filter(application__in=applications_for(user).order_by())
        .select_related("selection__cohort__programme", "selection__seed", "application")
        .defer("selection__inputs")
        .order_by("-selection__published_at")
    )
