"""Questions that leave the house: as a file of a format, with a reason, on the trail of each."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from quiz.domain.bank import CHINESE, ENGLISH
from quiz.domain.images import open_image
from quiz.drafting import draft_of
from quiz.formats.drafts import ImageDraft, ItemDraft
from quiz.formats.images import references_in
from quiz.formats.registry import FORMATS, Format
from quiz.formats.written import Loss
from quiz.models import ItemImage, ItemVersion
from quiz.rules import exports_items

NOT_SAID = gettext_noop("It is not in the bank in this language.")
NEVER = "not-said"


class UnableToExportItems(Refused):
    """No file was made; the message says why."""


@dataclass(frozen=True, slots=True)
class ExportedItems:
    """A file of questions, and by name what it does not hold.

    Attributes:
        count: how many questions are in it.
    """

    name: str
    content_type: str
    content: bytes
    count: int
    losses: tuple[Loss, ...]


def look_at_export(*, item_ids: Collection[int], format: str, language: str) -> ExportedItems:
    """Make the file that an export would be, to see what it loses; nobody takes it away."""
    return _written(_newest(item_ids), FORMATS[format], language)


def export_items(
    *,
    item_ids: Collection[int],
    format: str,
    language: str,
    reason: str,
    by: User | None,
    now: datetime,
) -> ExportedItems:
    """Write the newest versions of these items into a file and put that on the trail of each.

    Args:
        format: a name of `quiz.formats.registry.FORMATS`.
        language: of the texts; a format that holds both languages is given both.
        by: None on the command line, whose user has the database anyway.

    Raises:
        UnableToExportItems: the person may not, gives no reason, or nothing would be in the file.
    """
    if by is not None and not exports_items(by):
        raise UnableToExportItems(_("Only the programme manager exports questions."))
    if not reason.strip():
        raise UnableToExportItems(_("Say what the export is for: it is kept on the trail."))
    with transaction.atomic():
        versions = _newest(item_ids)
        exported = _written(versions, FORMATS[format], language)
        if not exported.count:
            raise UnableToExportItems(_("No question would be in the file."))
        left_out = {loss.item for loss in exported.losses if loss.left_out}
        after = {
            "format": format,
            "language": language,
            "items": exported.count,
            "sha256": sha256(exported.content).hexdigest(),
        }
        audit.record_many(
            [
                audit.event(
                    version, "export-item", by=by, now=now, after=after, reason=reason.strip()
                )
                for version in versions
                if version.item.code not in left_out
            ]
        )
        return exported


def _newest(item_ids: Collection[int]) -> list[ItemVersion]:
    return list(
        ItemVersion.objects.newest()
        .filter(item__in=item_ids)
        .select_related("item")
        .order_by("item__topic", "item__difficulty", "item__code")
    )


def _written(versions: Iterable[ItemVersion], format: Format, language: str) -> ExportedItems:
    drafts: list[ItemDraft] = []
    translations: list[ItemDraft] = []
    losses: list[Loss] = []
    versions = list(versions)
    images = _images(versions)
    main = ENGLISH if format.both else language
    for version in versions:
        draft = draft_of(version, version.item, main, images)
        if draft is None:
            losses.append(Loss(version.item.code, NEVER, NOT_SAID, left_out=True))
            continue
        drafts.append(draft)
        translation = draft_of(version, version.item, CHINESE, images) if format.both else None
        translations += [translation] if translation else []
    written = format.write(drafts, translations, main)
    losses += written.losses
    left_out = {loss.item for loss in losses if loss.left_out}
    return ExportedItems(
        name=f"items{'' if format.both else f'.{language}'}{format.suffix}",
        content_type=format.content_type,
        content=written.content,
        count=sum(version.item.code not in left_out for version in versions),
        losses=tuple(losses),
    )


def _images(versions: Iterable[ItemVersion]) -> dict[str, ImageDraft]:
    """The pictures that the items show, by reference; one whose file is gone is not among them."""
    wanted = {
        reference
        for version in versions
        for reference in references_in(
            version.stem_en,
            version.stem_zh,
            version.feedback_en,
            version.feedback_zh,
            json.dumps(version.choices, ensure_ascii=False),
        )
    }
    images: dict[str, ImageDraft] = {}
    for kept in ItemImage.objects.filter(reference__in=wanted).order_by("reference"):
        try:
            with open_image(kept) as file:
                images[kept.reference] = ImageDraft(kept.reference, kept.reference, file.read())
        except FileNotFoundError:
            continue
    return images
