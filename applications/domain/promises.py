"""What a cohort has promised, and therefore keeps: its own dates, and what the rooms have told.

A room registers a guard for the settings that it has told people of, as the room of lists does for
the hours to confirm a place.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Application, Cohort
from applications.models.cohorts import INSTANTS_IN_ORDER
from applications.models.deadlines import DeadlineField, until_the_minute_is_over
from notifications.moments import HONG_KONG, say_day, say_instant

Guard = Callable[[Cohort, Any], str]
"""Why this setting of the cohort cannot become this value; blank if it can. Under the lock of the
cohort's row when a verb asks."""

# People plan by these. Later harms nobody; earlier would take from somebody what we promised.
PROMISED = (
    "applications_close_at",
    "quiz_opens_at",
    "quiz_closes_at",
    "project_due_at",
    "rankings_close_at",
)
# People have acted by these once they are over: from then on they say what happened.
BEGINNINGS = ("applications_open_at", "quiz_opens_at")
DEADLINES = frozenset(
    field.name for field in Cohort._meta.fields if isinstance(field, DeadlineField)
)

_guards: dict[str, tuple[frozenset[str], Guard]] = {}


def register_guard(name: str, *, of: Iterable[str], why_not: Guard) -> None:
    """Let a room keep what it has told of these settings; registering a name again replaces it."""
    _guards[name] = frozenset(of), why_not


def promises_broken(cohort: Cohort, values: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """By field, why a setting may not change as wanted: somebody relies on it."""
    wanted = as_kept(values)
    broken: dict[str, str] = {}
    if Application.objects.filter(cohort=cohort).exists():
        broken = _over(cohort, wanted, now) | _moved_earlier(cohort, wanted)
    for settings, why_not in _guards.values():
        for name in sorted(settings & wanted.keys()):
            if why := why_not(cohort, wanted[name]):
                broken.setdefault(name, why)
    return broken


def as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Deadlines as the database keeps them: 23:59 lasts until that minute is over."""
    return {
        name: until_the_minute_is_over(value) if name in DEADLINES and value else value
        for name, value in values.items()
    }


def _over(cohort: Cohort, wanted: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """What has begun has, and on the days that are over people were there or were not."""
    found = {
        name: _("“%(field)s” was on %(at)s, and people have applied since. It stays as it was.")
        % {"field": INSTANTS_IN_ORDER[name], "at": say_instant(getattr(cohort, name))}
        for name in BEGINNINGS
        if name in wanted and wanted[name] != getattr(cohort, name) <= now
    }
    today = now.astimezone(HONG_KONG).date()
    changed = set(wanted.get("bootcamp_dates", cohort.bootcamp_dates)) ^ set(cohort.bootcamp_dates)
    over = sorted(day for day in changed if day < today)
    if over:
        found["bootcamp_dates"] = _(
            "%(day)s is over: it cannot become a bootcamp day, or stop being one, any more."
        ) % {"day": say_day(over[0])}
    return found


def _moved_earlier(cohort: Cohort, wanted: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: _(
            "“%(field)s” is announced for %(at)s, and people have applied who rely on it. "
            "It can be moved later, not earlier."
        )
        % {"field": INSTANTS_IN_ORDER[name], "at": say_instant(getattr(cohort, name))}
        for name in PROMISED
        if name in wanted and wanted[name] < getattr(cohort, name)
    }
