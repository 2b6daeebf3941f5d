"""Fields that hold personal data say so: why we hold it and how long.

A test walks every model and fails on a field that looks personal and does not say so.
"""

from typing import Any

from django.db import models

DEFAULT_RETENTION = "cohort + 12 months"


class PersonalMixin:
    """Adds `purpose=` and `retention=` to a model field; both are kept out of migrations."""

    personal = True

    def __init__(
        self, *args: Any, purpose: str = "", retention: str = DEFAULT_RETENTION, **kwargs: Any
    ) -> None:
        self.purpose = purpose
        self.retention = retention
        super().__init__(*args, **kwargs)


class PersonalCharField(PersonalMixin, models.CharField):
    """A short text about a person."""


class PersonalTextField(PersonalMixin, models.TextField):
    """A longer text about a person."""


class PersonalEmailField(PersonalMixin, models.EmailField):
    """An address of a person."""


class PersonalIntegerField(PersonalMixin, models.PositiveIntegerField):
    """A number that was counted about a person."""


class PersonalJSONField(PersonalMixin, models.JSONField):
    """Structured answers of a person."""


class PersonalGenericIPAddressField(PersonalMixin, models.GenericIPAddressField):
    """The network address that a person used."""


class PersonalFileField(PersonalMixin, models.FileField):
    """A document of a person."""
