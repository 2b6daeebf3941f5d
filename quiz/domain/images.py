"""Keep the images of items, and hand them out.

An image is stored under the name of its bytes before its row is written, so a row without a file
cannot be. A file without a row, left by a crash in between, is taken up by the next attempt.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import audit
from accounts.errors import Refused
from accounts.models import User
from applications.domain.storing import reaching_the_store
from quiz.images import MAX_BYTES, MAX_PIXELS, MAX_SIDE, Image, ImageFault, NotAnImage, read_image
from quiz.models import ItemImage


class UnableToKeepImage(Refused):
    """Nothing was kept; the message says why."""


def keep_images(*, contents: Iterable[bytes], by: User | None, now: datetime) -> list[ItemImage]:
    """Keep some images, all or none; one that is there already is the same one.

    Raises:
        UnableToKeepImage: one is no image that can be shown.
        StoreAway: the images could not be stored.
    """
    images = [_read(content) for content in contents]
    for image in images:
        _store(image)
    with transaction.atomic():
        return [_keep(image, by=by, now=now) for image in images]


def open_image(image: ItemImage) -> File:
    """The content of an image, open for reading.

    Raises:
        FileNotFoundError: there is a row and no file.
        StoreAway: the files cannot be reached now.
    """
    with reaching_the_store():
        return default_storage.open(image.place, "rb")


def _read(content: bytes) -> Image:
    try:
        return read_image(content)
    except NotAnImage as refusal:
        raise UnableToKeepImage(_say(refusal.fault)) from refusal


def _store(image: Image) -> None:
    place = ItemImage(reference=image.reference).place
    with reaching_the_store():
        if default_storage.exists(place):
            if default_storage.size(place) == len(image.content):
                return
            default_storage.delete(place)  # the beginning of one, left by a crash
        stored = default_storage.save(place, ContentFile(image.content))
        if stored != place:  # somebody else has stored the same meanwhile
            default_storage.delete(stored)


def _keep(image: Image, *, by: User | None, now: datetime) -> ItemImage:
    kept, created = ItemImage.objects.get_or_create(
        reference=image.reference,
        defaults={
            "content_type": image.content_type,
            "width": image.width,
            "height": image.height,
            "size": len(image.content),
            "sha256": image.sha256,
            "created_at": now,
            "created_by": by,
        },
    )
    if created:
        audit.record(kept, "keep-image", by=by, now=now, after={"reference": kept.reference})
    return kept


def _say(fault: ImageFault) -> str:
    return {
        ImageFault.EMPTY: _("The file is empty. Choose another one."),
        ImageFault.TOO_LARGE: _(
            "The image has more than %(most)d kB. Save it smaller: applicants load it on a phone."
        )
        % {"most": MAX_BYTES // 1024},
        ImageFault.OTHER_KIND: _(
            "This is not a PNG, JPEG, WebP or GIF image, whatever its name says. Save it as one of "
            "these and choose that file."
        ),
        ImageFault.DAMAGED: _("This image is damaged. Save it again and choose the new file."),
        ImageFault.TOO_MANY_PIXELS: _(
            "This image is more than %(side)d pixels wide or high, or has more than %(most)d "
            "million of them. Save it smaller."
        )
        % {"side": MAX_SIDE, "most": MAX_PIXELS // 1_000_000},
        ImageFault.MOVES: _(
            "This image moves. An applicant could not stop it: save one picture of it."
        ),
    }[fault]


def image_as_kept(content: bytes) -> Image:
    """What would be kept of an image, and under which reference; nothing is.

    Raises:
        UnableToKeepImage: it is no image that can be shown.
    """
    return _read(content)
