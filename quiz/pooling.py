"""An item version as a paper draws it."""

from quiz.entries import PROMPT
from quiz.models import ItemVersion, Kind
from quiz.papers import PoolItem


def pool_item(version: ItemVersion) -> PoolItem:
    """The version with its choices; prompts keep their place, an order is never given away."""
    return PoolItem(
        key=version.pk or 0,
        topic=version.item.topic,
        difficulty=version.item.difficulty,
        choices=tuple(choice["key"] for choice in version.choices),
        pinned=frozenset(
            choice["key"]
            for choice in version.choices
            if choice["pinned"] or choice.get("role") == PROMPT
        ),
        ordered=version.kind == Kind.ORDERING,
    )
