"""Who wants to hear of other things. The room that asks people registers itself here."""

from collections.abc import Callable, Collection
from datetime import datetime

from accounts.models import User

Live = Callable[[Collection[int]], set[int]]
"""Of these people, by id, those whose consent holds now."""

Withdraw = Callable[[User, datetime], bool]
"""Take back this person's consent; tell whether there was one."""


def _nobody(people: Collection[int]) -> set[int]:
    return set()


def _nothing(person: User, now: datetime) -> bool:
    return False


_live: Live = _nobody
_withdraw: Withdraw = _nothing


def register(*, live: Live, withdraw: Withdraw) -> None:
    """Say who keeps the consents."""
    global _live, _withdraw
    _live, _withdraw = live, withdraw


def willing(people: Collection[int]) -> set[int]:
    """Of these people, those who want news now; nobody, where nobody asks."""
    return _live(people) if people else set()


def withdraw(person: User, now: datetime) -> bool:
    """End it; tell whether there was anything to end."""
    return _withdraw(person, now)
