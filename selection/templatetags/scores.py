"""Template filters for scores and their names."""

from decimal import Decimal

from django import template

from selection import sources
from selection.models import Entry
from selection.wording import say_score

register = template.Library()


@register.filter
def score(value: Decimal | str | None) -> str:
    """A score as people read it; the text of a frozen score is taken too."""
    return say_score(Decimal(value) if isinstance(value, str) else value)


@register.filter
def own_score(entry: Entry, name: str) -> str:
    """What this person reached in one of the scores; nothing where there is none."""
    return score(entry.scores.get(name))


@register.filter
def source_title(name: str) -> str:
    """What people call this score."""
    return sources.title_of(name)
