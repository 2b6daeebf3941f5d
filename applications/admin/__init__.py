"""The staff pages of this room, by subject."""

from applications.admin import access, cohorts, importing, institutions, people

__all__ = ["access", "cohorts", "importing", "institutions", "people"]
