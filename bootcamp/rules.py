"""Who may see and do what in the bootcamp. The only way from an address to a row."""

import rules
from django.db.models import F, QuerySet

from accounts.models import User
from accounts.roles import INSPECTORS, Role, has_role
from applications.lifecycle import IN_BOOTCAMP
from applications.models import Application
from applications.rules import applications_for
from bootcamp.models import Assignment, Booking, Judge
from bootcamp.queries import published_bookings

manages_bootcamp = has_role(Role.PROGRAMME_MANAGER)
reads_bootcamp = has_role(Role.PROGRAMME_MANAGER, *INSPECTORS)

rules.add_perm("bootcamp.manage", manages_bootcamp)
rules.add_perm("bootcamp.read", reads_bootcamp)


def may_take_register(user: User, booking: Booking) -> bool:
    """The session's trainer, or a programme manager in their stead."""
    return booking.trainer.user_id == user.pk or bool(manages_bootcamp(user))


def participations_for(user: User) -> QuerySet[Application]:
    """A person's own applications that are in a bootcamp."""
    return applications_for(user).filter(stage__in=IN_BOOTCAMP)


def own_sessions_for(user: User) -> QuerySet[Booking]:
    """The sessions that this person is to teach."""
    if not user.is_authenticated:
        return Booking.objects.none()
    return published_bookings().filter(trainer__user=user)


def registers_for(user: User) -> QuerySet[Booking]:
    """The sessions whose register this person may take."""
    return published_bookings() if manages_bootcamp(user) else own_sessions_for(user)


def judges_for(user: User) -> QuerySet[Judge]:
    """This person's seats as a judge, one for each cohort."""
    if not user.is_authenticated:
        return Judge.objects.none()
    return Judge.objects.filter(user=user).select_related("cohort__programme", "user")


def assignments_for(user: User) -> QuerySet[Assignment]:
    """What this judge is to mark; nothing before they have declared, never a conflicted one."""
    if not user.is_authenticated:
        return Assignment.objects.none()
    return (
        Assignment.objects.filter(
            judge__user=user,
            judge__conflicts_declared_at__isnull=False,
            state=Assignment.State.ASSIGNED,
            project__application__stage__in=IN_BOOTCAMP,
        )
        .exclude(judge__conflicts__application=F("project__application"))
        .select_related("judge__cohort__programme", "project", "sheet")
        .order_by("order", "pk")
    )
