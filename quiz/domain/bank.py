"""Verbs about the item bank: approve what is in it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.languages import Language
from accounts.models import User
from quiz.markup import faults_of, images_in
from quiz.models import ItemImage, ItemVersion
from selection.canonical import digest

ENGLISH, CHINESE = Language.ENGLISH.value, Language.TRADITIONAL_CHINESE.value


class UnableToApproveItems(Refused):
    """Nothing was approved; the message names the items and says why."""


def approve_items(
    *, version_ids: Collection[int], by: User, now: datetime, seen: str | None = None
) -> int:
    """Approve versions as the second person; return how many were not approved before.

    Args:
        seen: of a single version, the `content_digest` of what the second person looked at.

    Raises:
        UnableToApproveItems: one is by the same person, lacks a language, is withdrawn, or holds
            something that cannot be shown.
    """
    with transaction.atomic():
        versions = list(
            ItemVersion.objects.select_for_update(of=("self",))
            .filter(pk__in=version_ids, approved_at__isnull=True)
            .select_related("item")
            .order_by("pk")
        )
        own = [str(version) for version in versions if version.created_by_id == by.pk]
        if own:
            raise UnableToApproveItems(
                _("The author cannot approve an item: %(items)s.") % {"items": ", ".join(own)}
            )
        partial = [str(version) for version in versions if not is_complete(version)]
        if partial:
            raise UnableToApproveItems(
                _("These are not complete in both languages: %(items)s.")
                % {"items": ", ".join(partial)}
            )
        if seen is not None and any(content_digest(version) != seen for version in versions):
            raise UnableToApproveItems(
                _("The author has changed this item since you opened it. Look at it again.")
            )
        _require_showable(versions)
        ItemVersion.objects.filter(pk__in=[version.pk for version in versions]).update(
            approved_at=now, approved_by=by
        )
        audit.record_many(
            [audit.event(version, "approve-item", by=by, now=now) for version in versions]
        )
        return len(versions)


def is_complete(version: ItemVersion) -> bool:
    """Whether the question and every choice are there in both languages."""
    return bool(version.stem_en and version.stem_zh) and all(
        choice["text"][ENGLISH] and choice["text"][CHINESE] for choice in version.choices
    )


def content_digest(version: ItemVersion) -> str:
    """Stands for all that a version says."""
    said = (version.stem_en, version.stem_zh, version.feedback_en, version.feedback_zh)
    return digest([version.kind, version.text_format, *said, version.choices, version.key])


def faults_of_version(version: ItemVersion) -> list[str]:
    """What of a version cannot be shown as it was meant, in words."""
    texts = [
        (text, version.text_format)
        for text in (version.stem_en, version.stem_zh, version.feedback_en, version.feedback_zh)
    ]
    texts += [(said, choice["format"]) for choice in version.choices for said in _said(choice)]
    faults = [str(fault) for text, text_format in texts for fault in faults_of(text, text_format)]
    wanted = {name for text, _format in texts for name in images_in(text)}
    kept = ItemImage.objects.filter(reference__in=wanted).values_list("reference", flat=True)
    if missing := sorted(wanted - set(kept)):
        faults.append(_("An image is not in the bank: %(names)s.") % {"names": ", ".join(missing)})
    return list(dict.fromkeys(faults))


def _said(choice: dict[str, Any]) -> list[str]:
    return [choice["text"][ENGLISH], choice["text"][CHINESE]]


def _require_showable(versions: list[ItemVersion]) -> None:
    for version in versions:
        faults = faults_of_version(version)
        if version.item.retired_at is not None:
            faults.insert(0, _("This item is withdrawn."))
        if faults:
            raise UnableToApproveItems(f"{version}: {faults[0]}")
