from accounts.models.approvals import Approval
from accounts.models.audit import AuditEvent, AuditSeal
from accounts.models.calendars import PersonalCalendar
from accounts.models.jobs import Job
from accounts.models.people import User, UserManager, normalise_email

__all__ = [
    "Approval",
    "AuditEvent",
    "AuditSeal",
    "Job",
    "PersonalCalendar",
    "User",
    "UserManager",
    "normalise_email",
]
