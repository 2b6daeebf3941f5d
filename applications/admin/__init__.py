"""The staff pages of this room, by subject."""

from applications.admin import (
    access,
    cohorts,
    documents,
    duplicates,
    exports,
    importing,
    institutions,
    locks,
    people,
    texts,
)

__all__ = [
    "access",
    "cohorts",
    "documents",
    "duplicates",
    "exports",
    "importing",
    "institutions",
    "locks",
    "people",
    "texts",
]
