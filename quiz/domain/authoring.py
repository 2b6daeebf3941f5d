"""Verbs of an author: write an item, edit it, withdraw it.

A draft that is one's own is edited in place. What somebody else wrote, or what is approved,
stays: the edit is the next version, and the editor is its author.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from quiz.models import Item, ItemVersion

CONTENT = (
    *("kind", "text_format", "stem_en", "stem_zh", "choices", "key", "feedback_en"),
    *("feedback_zh", "source_name"),
)


class UnableToWrite(Refused):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says, as it is stored."""

    kind: str
    text_format: str
    stem_en: str
    stem_zh: str
    key: dict[str, Any]
    choices: list[dict[str, Any]] = field(default_factory=list)
    feedback_en: str = ""
    feedback_zh: str = ""
    source_name: str = ""

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTENT}


def write_item(
    *, code: str, topic: str, difficulty: str, content: Content, by: User, now: datetime
) -> ItemVersion:
    """Write a new item; its first version is a draft.

    Raises:
        UnableToWrite: another item has the code, or there is no question in English.
    """
    _require_question(content)
    with transaction.atomic():
        item, created = Item.objects.get_or_create(
            code=code, defaults={"topic": topic, "difficulty": difficulty, "created_at": now}
        )
        if not created:
            raise UnableToWrite(_("There is an item “%(code)s” already.") % {"code": code})
        return _new_version(item, 1, content, "write-item", by=by, now=now)


def edit_item(
    *, item_id: int, edited: int, content: Content, by: User, now: datetime
) -> ItemVersion:
    """Change what an item says; return the version that says it. Nothing new changes nothing.

    Args:
        edited: the number of the version that the author had before them.

    Raises:
        UnableToWrite: there is a newer version by now, or there is no question in English.
    """
    _require_question(content)
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=item_id)
        newest = item.versions.order_by("-number").select_for_update().first()
        if newest is None or newest.number != edited:
            raise UnableToWrite(
                _("Somebody has changed this item since you opened it. Open it again.")
            )
        newest.item = item
        changed = [name for name, said in content.fields().items() if getattr(newest, name) != said]
        if not changed:
            return newest
        if newest.approved_at is not None or newest.created_by_id != by.pk:
            return _new_version(item, newest.number + 1, content, "edit-item", by=by, now=now)
        for name, said in content.fields().items():
            setattr(newest, name, said)
        newest.save(update_fields=changed)
        audit.record(newest, "edit-item", by=by, now=now, after={"fields": changed})
        return newest


def retire_item(*, item_id: int, reason: str, by: User, now: datetime) -> Item:
    """Draw an item for no further quiz: a draft that is given up, or a question that has leaked.

    Quizzes that are set up keep their pool, and papers that have it keep it.

    Raises:
        UnableToWrite: no reason is given.
    """
    if not reason.strip():
        raise UnableToWrite(_("Give a reason: it is kept with the item."))
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=item_id)
        if item.retired_at is not None:
            return item
        item.retired_at, item.retired_by, item.retired_reason = now, by, reason.strip()[:200]
        item.save(update_fields=["retired_at", "retired_by", "retired_reason"])
        audit.record(item, "retire-item", by=by, now=now, reason=reason.strip())
        return item


def restore_item(*, item_id: int, by: User, now: datetime) -> Item:
    """Let quizzes draw a withdrawn item again."""
    with transaction.atomic():
        item = Item.objects.select_for_update().get(pk=item_id)
        if item.retired_at is None:
            return item
        reason = item.retired_reason
        item.retired_at, item.retired_by, item.retired_reason = None, None, ""
        item.save(update_fields=["retired_at", "retired_by", "retired_reason"])
        audit.record(item, "restore-item", by=by, now=now, before={"reason": reason})
        return item


def _require_question(content: Content) -> None:
    if not content.stem_en.strip():
        raise UnableToWrite(_("Write the question in English; Chinese can follow."))


def _new_version(
    item: Item, number: int, content: Content, verb: str, *, by: User, now: datetime
) -> ItemVersion:
    version = ItemVersion.objects.create(
        item=item, number=number, created_at=now, created_by=by, **content.fields()
    )
    audit.record(version, verb, by=by, now=now, after={"version": number})
    return version
