"""What an image file is, judged by its bytes, and the same without what it tells about its maker.

Nothing is decoded: the parts of the file are walked, those that a picture needs are kept, and all
others (place and time of a photo, names, comments, what hangs on behind the end) are left out. So
the result is the same for the same file, and doing it twice changes nothing. Pure.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

MAX_BYTES = 1024 * 1024
MAX_SIDE = 6000  # pixels
MAX_PIXELS = 12_000_000
REFERENCE = 32  # hexadecimal digits

PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"),
    *(b"bKGD", b"pHYs", b"cICP"),
}
JPEG = b"\xff\xd8"
JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
JPEG_SCAN, JPEG_END, JPEG_ADOBE, JPEG_PROFILE = 0xDA, 0xD9, 0xEE, 0xE2
JPEG_NEXT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"}
WEBP_PERSONAL = 0x08 | 0x04  # flags that say there are EXIF and XMP data
WEBP_MOVES = 0x02


class ImageFault(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    OTHER_KIND = "other-kind"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too-many-pixels"
    MOVES = "moves"


class NotAnImage(ValueError):
    """The file is not taken; `fault` says why."""

    def __init__(self, fault: ImageFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Image:
    """An image as it is kept. Its reference is the beginning of the SHA-256 of its content."""

    content_type: str
    width: int
    height: int
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()

    @property
    def reference(self) -> str:
        return self.sha256[:REFERENCE]


def read_image(content: bytes) -> Image:
    """Return the image without what a picture does not need.

    Raises:
        NotAnImage: it is none of PNG, JPEG, WebP and GIF, is damaged, too large, or moves.
    """
    if not content:
        raise NotAnImage(ImageFault.EMPTY)
    if len(content) > MAX_BYTES:
        raise NotAnImage(ImageFault.TOO_LARGE)
    try:
        image = _read(content)
    except (struct.error, IndexError) as error:  # it ends in the middle of a part
        raise NotAnImage(ImageFault.DAMAGED) from error
    if not (image.width and image.height):
        raise NotAnImage(ImageFault.DAMAGED)
    if max(image.width, image.height) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise NotAnImage(ImageFault.TOO_MANY_PIXELS)
    return image


def _read(content: bytes) -> Image:
    if content.startswith(PNG):
        return _png(content)
    if content.startswith(JPEG):
        return _jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return _gif(content)
    raise NotAnImage(ImageFault.OTHER_KIND)


def _png(content: bytes) -> Image:
    kept, kinds = [PNG], list[bytes]()
    place = len(PNG)
    while not kinds or kinds[-1] != b"IEND":
        size, kind = struct.unpack_from(">I4s", content, place)
        chunk = content[place : place + size + 12]
        (check,) = struct.unpack_from(">I", chunk, size + 8)
        if check != zlib.crc32(chunk[4:-4]):
            raise NotAnImage(ImageFault.DAMAGED)
        if kind == b"acTL":
            raise NotAnImage(ImageFault.MOVES)
        if kind in PNG_KEPT:
            kept.append(chunk)
            kinds.append(kind)
        place += len(chunk)
    if kinds[0] != b"IHDR" or b"IDAT" not in kinds:
        raise NotAnImage(ImageFault.DAMAGED)
    width, height = struct.unpack_from(">II", kept[1], 8)
    return Image("image/png", width, height, b"".join(kept))


def _jpeg(content: bytes) -> Image:
    kept, size = [JPEG], (0, 0)
    place = len(JPEG)
    while True:
        if content[place] != 0xFF:
            raise NotAnImage(ImageFault.DAMAGED)
        marker = content[place + 1]
        if marker == 0xFF:  # filling
            place += 1
            continue
        if marker == JPEG_END:
            kept.append(content[place : place + 2])
            break
        (length,) = struct.unpack_from(">H", content, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(content):
            raise NotAnImage(ImageFault.DAMAGED)
        if marker in JPEG_SIZES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            size = (width, height)
        if marker == JPEG_SCAN:
            following = JPEG_NEXT.search(content, end)
            if following is None:
                raise NotAnImage(ImageFault.DAMAGED)
            end = following.start()
        if _kept_in_jpeg(marker, content[place + 4 : end]):
            kept.append(content[place:end])
        place = end
    return Image("image/jpeg", *size, b"".join(kept))


def _kept_in_jpeg(marker: int, body: bytes) -> bool:
    """Tables, scans and colours are kept; notes of cameras and programs are not."""
    if marker == JPEG_PROFILE:
        return body.startswith(b"ICC_PROFILE")
    return marker in (0xE0, JPEG_ADOBE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _webp(content: bytes) -> Image:
    kept: list[bytes] = []
    sizes = []
    for kind, body in _riff(content):
        if kind in (b"ANIM", b"ANMF"):
            raise NotAnImage(ImageFault.MOVES)
        if kind not in WEBP_KEPT:
            continue
        if kind == b"VP8X":
            if body[0] & WEBP_MOVES:
                raise NotAnImage(ImageFault.MOVES)
            body = bytes([body[0] & ~WEBP_PERSONAL]) + body[1:]
        sizes += _webp_size(kind, body)
        kept.append(kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))
    if not sizes:
        raise NotAnImage(ImageFault.DAMAGED)
    width, height = (max(side) for side in zip(*sizes, strict=True))
    inner = b"WEBP" + b"".join(kept)
    return Image("image/webp", width, height, b"RIFF" + struct.pack("<I", len(inner)) + inner)


def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", content, 4)
    end = size + 8
    if end > len(content):
        raise NotAnImage(ImageFault.DAMAGED)
    place = 12
    while place < end:
        kind, length = struct.unpack_from("<4sI", content, place)
        body = content[place + 8 : place + 8 + length]
        if len(body) < length:
            raise NotAnImage(ImageFault.DAMAGED)
        yield kind, body
        place += 8 + length + length % 2


def _webp_size(kind: bytes, body: bytes) -> list[tuple[int, int]]:
    if kind == b"VP8X":
        if len(body) < 10:
            raise NotAnImage(ImageFault.DAMAGED)
        low = int.from_bytes(body[4:7], "little"), int.from_bytes(body[7:10], "little")
        return [(low[0] + 1, low[1] + 1)]
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        return [((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return [(width & 0x3FFF, height & 0x3FFF)]
    return []


def _gif(content: bytes) -> Image:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    place = 13 + _colours(flags)
    kept, pictures = [content[:place]], 0
    while content[place] != 0x3B:
        start = place
        if content[place] == 0x21:
            control = content[place + 1] == 0xF9
            place = _blocks_end(content, place + 2)
            if control:
                kept.append(content[start:place])
        elif content[place] == 0x2C:
            wide, high, flags = struct.unpack_from("<HHB", content, place + 5)
            width, height = max(width, wide), max(height, high)
            place = _blocks_end(content, place + 10 + _colours(flags) + 1)
            kept.append(content[start:place])
            pictures += 1
            if pictures > 1:
                raise NotAnImage(ImageFault.MOVES)
        else:
            raise NotAnImage(ImageFault.DAMAGED)
    if not pictures:
        raise NotAnImage(ImageFault.DAMAGED)
    return Image("image/gif", width, height, b"".join([*kept, b"\x3b"]))


def _colours(flags: int) -> int:
    """How many bytes a table of colours takes, if there is one."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, place: int) -> int:
    while content[place]:
        place += content[place] + 1
    return place + 1
