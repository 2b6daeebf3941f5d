"""Who may see what of the quiz. The only way from an address to a row."""

import rules
from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role
from applications.models import Application
from applications.rules import applications_for
from quiz.models import Attempt, IntegrityCase

manages_quizzes = has_role(Role.PROGRAMME_MANAGER)
reads_items = has_role(Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
# What was noticed is for those who run the programme and those who answer for what is kept: never
# for reviewers, judges, trainers or companies.
reads_signals = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)
watches_items = has_role(Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR, *INSPECTORS)

rules.add_perm("quiz.read_signals", reads_signals)
rules.add_perm("quiz.watch_items", watches_items)
rules.add_perm("quiz.manage", manages_quizzes)
rules.add_perm("quiz.read_items", reads_items)


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


def cases_for(user: User) -> QuerySet[IntegrityCase]:
    """The cases that this person may open and answer: those about themselves."""
    if not user.is_authenticated:
        return IntegrityCase.objects.none()
    return IntegrityCase.objects.filter(attempt__application__user=user).select_related(
        "attempt__application__cohort__programme"
    )
