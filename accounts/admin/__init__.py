"""The staff pages of this room, by subject. All are for reading: writing has verbs."""

from accounts.admin import approvals, jobs, people, trail

__all__ = ["approvals", "jobs", "people", "trail"]
