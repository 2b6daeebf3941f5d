from accounts.models.approvals import Approval
from accounts.models.audit import AuditEvent, AuditSeal
from accounts.models.calendars import PersonalCalendar
from accounts.models.jobs import Job
from accounts.models.people import User, UserManager, normalise_email
from accounts.models.readers import Reader

__all__ = [
    "Approval",
    "AuditEvent",
    "AuditSeal",
    "Job",
    "PersonalCalendar",
    "Reader",
    "User",
    "UserManager",
    "normalise_email",
]
