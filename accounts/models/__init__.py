from accounts.models.approvals import Approval
from accounts.models.audit import AuditEvent, AuditSeal
from accounts.models.jobs import Job
from accounts.models.people import User, UserManager, normalise_email

__all__ = [
    "Approval",
    "AuditEvent",
    "AuditSeal",
    "Job",
    "User",
    "UserManager",
    "normalise_email",
]
