"""The staff pages of this room, by subject."""

from applications.admin import (
    access,
    cohorts,
    duplicates,
    exports,
    importing,
    institutions,
    people,
)

__all__ = [
    "access",
    "cohorts",
    "duplicates",
    "exports",
    "importing",
    "institutions",
    "people",
]
