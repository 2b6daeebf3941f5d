"""The keys of a quiz as they stand: those of its items, under the rulings on them."""

from collections.abc import Iterable, Mapping
from typing import Any

from quiz.marking import Judged
from quiz.models import QuizItem, Ruling
from quiz.scoring import Key, key_from_dict


def rulings_in_force(quiz_id: int) -> list[Ruling]:
    """The rulings that change how the items of a quiz count, in the order of their numbers."""
    found = Ruling.objects.filter(quiz_id=quiz_id).in_force()
    changing = (ruling for ruling in found if ruling.effect != Ruling.Effect.AS_IT_WAS)
    return sorted(changing, key=lambda ruling: ruling.number)


def keys_of(quiz_id: int, rulings: Iterable[Ruling] = ()) -> dict[int, Judged]:
    """How every item version of the quiz's pool is judged under these rulings."""
    ruled = {ruling.item_version_id: ruling for ruling in rulings}
    rows = QuizItem.objects.filter(quiz_id=quiz_id).values_list(
        "item_version_id",
        "item_version__item__topic",
        "item_version__item__difficulty",
        "item_version__key",
    )
    return {
        version: Judged(topic, difficulty, _accepted(key, ruled.get(version)))
        for version, topic, difficulty, key in rows
    }


def with_ruling(keys: Mapping[int, Judged], ruling: Ruling) -> dict[int, Judged]:
    """The keys as they would be under one more ruling."""
    version = ruling.item_version_id
    judged = keys[version]
    accepted = _accepted(ruling.item_version.key, ruling)
    return {**keys, version: Judged(judged.topic, judged.difficulty, accepted)}


def spelt(rulings: Iterable[Ruling]) -> list[list[Any]]:
    """What the digest of a run says about its rulings."""
    return [[r.number, r.item_version_id, r.effect, r.keys] for r in rulings]


def _accepted(key: Mapping[str, Any], ruling: Ruling | None) -> tuple[Key, ...]:
    if ruling is None or ruling.effect == Ruling.Effect.AS_IT_WAS:
        return (key_from_dict(key),)
    if ruling.effect == Ruling.Effect.VOID:
        return ()
    return tuple(key_from_dict(accepted) for accepted in ruling.keys)
