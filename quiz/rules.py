"""Who may see what of the quiz. The only way from an address to a row."""

import rules
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role, has_role
from applications.models import Application
from applications.rules import applications_for
from quiz.models import Attempt

manages_quizzes = has_role(Role.PROGRAMME_MANAGER)
reads_items = has_role(Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
# Who writes questions does not carry the whole bank out of the house.
exports_items = has_role(Role.PROGRAMME_MANAGER)

rules.add_perm("quiz.manage", manages_quizzes)
rules.add_perm("quiz.read_items", reads_items)
rules.add_perm("quiz.export_items", exports_items)


def sittings_for(user: User) -> QuerySet[Application]:
    """The applications whose quiz this person may sit: their own, where there is a quiz."""
    return applications_for(user).filter(cohort__quiz__isnull=False).select_related("cohort__quiz")


def attempts_for(user: User) -> QuerySet[Attempt]:
    """The attempts that this person may open: their own, and those that count."""
    if not user.is_authenticated:
        return Attempt.objects.none()
    return (
        Attempt.objects.live()
        .filter(application__user=user)
        .select_related("quiz__cohort", "application__cohort", "application__user")
    )
