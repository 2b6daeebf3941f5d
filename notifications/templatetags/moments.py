"""Template filters that say instants and days (see `notifications.moments`)."""

from datetime import date, datetime

from django import template

from notifications import moments

register = template.Library()


@register.filter
def instant(at: datetime | None) -> str:
    """An instant with its zone; nothing for no instant."""
    return moments.say_instant(at) if at else ""


@register.filter
def day(on: date | None) -> str:
    """A day; nothing for no day."""
    return moments.say_day(on) if on else ""


@register.filter
def clock(at: datetime | None) -> str:
    """The time of day in Hong Kong."""
    return moments.say_time(at) if at else ""
