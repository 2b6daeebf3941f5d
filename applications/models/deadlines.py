"""Deadlines as people write them: "until 23:59" means until that minute is over."""

from datetime import datetime
from typing import Any

from django.db import models

LAST_MINUTE, LAST_SECOND, LAST_MICROSECOND = 59, 59, 999_999


def until_the_minute_is_over(at: datetime) -> datetime:
    """23:59 lasts until the next day begins; any other time is taken as it is written.

    So a page that says 23:59 takes what comes at 23:59:59.999 and nothing that comes at 00:00.
    """
    if at.minute == LAST_MINUTE and at.second in (0, LAST_SECOND):
        return at.replace(second=LAST_SECOND, microsecond=LAST_MICROSECOND)
    return at


class DeadlineField(models.DateTimeField):
    """The end of a period, exclusive."""

    def to_python(self, value: Any) -> datetime | None:
        at = super().to_python(value)
        return until_the_minute_is_over(at) if at else None

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        at = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, at)
        return at
