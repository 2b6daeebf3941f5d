"""Images of items: what is taken, what is left out of it, who is given it."""

import struct
import zlib
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent, User
from accounts.roles import Role
from dtt.play.people import make_user
from quiz.domain.images import UnableToKeepImage, keep_images
from quiz.domain.sitting import open_attempt, submit_attempt
from quiz.images import MAX_BYTES, ImageFault, NotAnImage, read_image
from quiz.models import Item, ItemImage, ItemVersion, QuizItem, Response
from tests.quiz.conftest import Hall

SECRET = b"GPS 22.4274 114.2083 taken by somebody"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more: bytes, width: int = 3, height: int = 2) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress((b"\0" + b"\0" * 3) * 2))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*more: bytes) -> bytes:
    size = segment(0xC0, struct.pack(">BHHB", 8, 2, 3, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0") + b"".join(more) + size + scan + b"\xff\xd9"


def webp(*more: tuple[bytes, bytes], flags: int = 0) -> bytes:
    head = bytes([flags, 0, 0, 0]) + (2).to_bytes(3, "little") + (1).to_bytes(3, "little")
    still = b"\x2f" + struct.pack("<I", 2 | 1 << 14) + b"\0"
    chunks = [(b"VP8X", head), (b"VP8L", still), *more]
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


PICTURE = b"\x2c" + struct.pack("<HHHHB", 0, 0, 3, 2, 0) + b"\x02\x02\x4c\x01\x00"


def gif(*more: bytes) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 3, 2, 0x80, 0, 0) + b"\0" * 6
    return head + b"".join(more) + PICTURE + b"\x3b"


@pytest.mark.parametrize(
    ("with_secret", "plain", "content_type"),
    [
        (png(chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET)) + SECRET, png(), "image/png"),
        (
            jpeg(segment(0xE1, b"Exif\0\0" + SECRET), segment(0xFE, SECRET)) + SECRET,
            jpeg(),
            "image/jpeg",
        ),
        (webp((b"EXIF", SECRET), (b"XMP ", SECRET), flags=0x0C), webp(), "image/webp"),
        (
            gif(b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0") + SECRET,
            gif(),
            "image/gif",
        ),
    ],
)
def test_what_a_picture_does_not_need_is_left_out(
    with_secret: bytes, plain: bytes, content_type: str
) -> None:
    image = read_image(with_secret)

    assert (image.content_type, image.width, image.height) == (content_type, 3, 2)
    assert image.content == plain
    assert read_image(image.content) == image
    assert image.reference == image.sha256[:32]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", ImageFault.EMPTY),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_BYTES, ImageFault.TOO_LARGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ImageFault.OTHER_KIND),
        (b"%PDF-1.7", ImageFault.OTHER_KIND),
        (png()[:-6], ImageFault.DAMAGED),
        (png().replace(b"IDAT", b"IDAX"), ImageFault.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), ImageFault.DAMAGED),
        (png(width=0), ImageFault.DAMAGED),
        (png(width=70_000, height=70_000), ImageFault.TOO_MANY_PIXELS),
        (png(width=5000, height=5000), ImageFault.TOO_MANY_PIXELS),
        (png(chunk(b"acTL", b"\0" * 8)), ImageFault.MOVES),
        (jpeg()[:-2], ImageFault.DAMAGED),
        (jpeg()[:12], ImageFault.DAMAGED),
        (webp()[:-3], ImageFault.DAMAGED),
        (webp((b"ANIM", b"\0" * 6)), ImageFault.MOVES),
        (webp(flags=2), ImageFault.MOVES),
        (gif(PICTURE), ImageFault.MOVES),
        (gif()[:-2], ImageFault.DAMAGED),
        (gif(b"\x99"), ImageFault.DAMAGED),
    ],
)
def test_a_file_that_is_no_still_picture_is_refused(content: bytes, fault: ImageFault) -> None:
    with pytest.raises(NotAnImage) as refused:
        read_image(content)

    assert refused.value.fault == fault


@given(
    st.sampled_from([png(), jpeg(), webp(), gif()]),
    st.integers(0, 200),
    st.binary(max_size=12),
)
def test_no_bytes_break_it(picture: bytes, place: int, junk: bytes) -> None:
    broken = picture[:place] + junk + picture[place + len(junk) :]
    try:
        image = read_image(broken)
    except NotAnImage:
        return
    assert len(image.content) <= len(broken)


@pytest.mark.django_db
def test_the_same_image_is_kept_once(author: User, now: datetime) -> None:
    first, again = keep_images(contents=[png(), png(chunk(b"tEXt", SECRET))], by=author, now=now)

    assert first == again
    assert ItemImage.objects.count() == 1
    assert AuditEvent.objects.filter(verb="keep-image").count() == 1
    with default_storage.open(first.place) as file:
        assert file.read() == png()


@pytest.mark.django_db
def test_half_a_file_left_by_a_crash_is_written_anew(author: User, now: datetime) -> None:
    place = f"item-images/{read_image(png()).reference}"
    default_storage.delete(place)
    default_storage.save(place, ContentFile(png()[:10]))

    keep_images(contents=[png()], by=author, now=now)

    with default_storage.open(place) as file:
        assert file.read() == png()


@pytest.mark.django_db
def test_one_that_is_no_image_keeps_the_others_out(author: User, now: datetime) -> None:
    with pytest.raises(UnableToKeepImage, match="not a PNG, JPEG, WebP or GIF"):
        keep_images(contents=[png(), b"MZ"], by=author, now=now)

    assert ItemImage.objects.count() == 0


# --- who is given one -----------------------------------------------------------------------


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def shown(hall: Hall) -> ItemImage:
    """An image that an item of the first person's paper shows, in Chinese alone."""
    [image] = keep_images(contents=[png()], by=hall.author, now=hall.opens_at)
    attempt = open_attempt(
        quiz_id=hall.quiz.pk,
        application_id=hall.first.pk,
        by=hall.first.user,
        now=hall.opens_at,
    )
    item = Item.objects.create(
        code="with-image", topic="python", difficulty="easy", created_at=hall.opens_at
    )
    version = ItemVersion.objects.create(
        item=item,
        number=1,
        kind="truefalse",
        text_format="markdown",
        stem_en="Is it?",
        stem_zh=f"![樹](image:{image.reference})",
        key={"kind": "truefalse", "answer": True},
        created_at=hall.opens_at,
    )
    QuizItem.objects.create(quiz=hall.quiz, item_version=version)
    response = Response.objects.filter(attempt=attempt).first()
    assert response is not None
    response.item_version = version
    response.save()
    return image


@pytest.mark.django_db
def test_an_image_is_given_to_who_sits_it_and_to_who_reads_the_bank(
    hall: Hall, shown: ItemImage
) -> None:
    url = reverse("quiz:image", args=[shown.reference])
    other = make_user("reviewer@staff.example", Role.REVIEWER, now=hall.opens_at)
    people = [hall.first.user, hall.applications[1].user, hall.author, hall.manager, other]
    with time_machine.travel(hall.opens_at, tick=False):
        answers = [client_of(person).get(url) for person in people]
        visitor = Client().get(url)

    assert [answer.status_code for answer in answers] == [200, 404, 200, 200, 404]
    assert visitor.status_code == 302
    given = [answer for answer in answers if answer.status_code == 200]
    assert [b"".join(answer.streaming_content) for answer in given] == [png()] * 3
    assert answers[0]["Content-Type"] == "image/png"
    assert answers[0]["X-Content-Type-Options"] == "nosniff"
    assert answers[0]["Cache-Control"] == "private, max-age=3600"


@pytest.mark.django_db
def test_an_image_is_taken_back_when_the_sitting_is_over(hall: Hall, shown: ItemImage) -> None:
    url = reverse("quiz:image", args=[shown.reference])
    with time_machine.travel(hall.opens_at + timedelta(minutes=41), tick=False):
        late = client_of(hall.first.user).get(url)
    with time_machine.travel(hall.opens_at + timedelta(minutes=1), tick=False):
        attempt = hall.first.attempts.get()
        submit_attempt(attempt_id=attempt.pk, by=hall.first.user, now=hall.opens_at)
        submitted = client_of(hall.first.user).get(url)

    assert (late.status_code, submitted.status_code) == (404, 404)


@pytest.mark.django_db
def test_an_image_is_taken_back_for_as_long_as_a_break_lasts(hall: Hall, shown: ItemImage) -> None:
    url = reverse("quiz:image", args=[shown.reference])
    hall.first.attempts.update(paused_until=hall.opens_at + timedelta(minutes=5))

    answers = []
    for minute in (4, 5):
        with time_machine.travel(hall.opens_at + timedelta(minutes=minute), tick=False):
            answers.append(client_of(hall.first.user).get(url))

    assert [answer.status_code for answer in answers] == [404, 200]
    assert b"".join(answers[1].streaming_content) == png()


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ["0" * 32, "x", "0" * 300])
def test_an_image_that_is_not_there_is_no_error(manager: User, reference: str) -> None:
    assert client_of(manager).get(f"/quiz/images/{reference}").status_code == 404
