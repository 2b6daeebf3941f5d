"""A content package: a ZIP of XML items and their pictures. Pure.

Nothing is unpacked to disk, and every member is unpacked only up to the limits, whatever size it
claims for itself.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping

from quiz.formats.drafts import Fault
from quiz.formats.faults import Refused
from quiz.marked_words import gettext_noop

MAX_MEMBERS = 5000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 200
RATIO_COUNTS_FROM = 1024 * 1024
PIECE = 64 * 1024
SIGNATURE = b"PK\x03\x04"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of every member, so that the same items make the same bytes
ENCRYPTED = 0x1

REASONS = {
    "package": gettext_noop("This is not a whole ZIP package. Export it again."),
    "package_locked": gettext_noop(
        "The package is protected by a password. Export it without one."
    ),
    "package_many": gettext_noop(
        "The package has more than %(most)d members. Split it into several."
    ),
    "package_large": (
        gettext_noop(
            "The package unpacks to more than %(most)d MB, or is packed suspiciously tight."
            " Split it."
        )
    ),
    "package_name": gettext_noop(
        "A member of the package lies outside of it: “%(name)s”. Export it again."
    ),
    "package_twice": gettext_noop(
        "The member “%(name)s” stands in the package twice. Export it again."
    ),
    "package_empty": gettext_noop("No item was found in the package."),
    "package_missing": gettext_noop("The manifest names “%(name)s”, which is not in the package."),
}


def package_fault(code: str, **params: object) -> Fault:
    return Fault(1, code, REASONS[code], params)


def open_package(data: bytes) -> dict[str, bytes]:
    """Return the members by their names.

    Raises:
        Refused: it is no ZIP, too large when unpacked, or has a member outside of itself.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        ValueError,
        OSError,
    ) as error:
        raise Refused(package_fault("package")) from error


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_MEMBERS:
        raise Refused(package_fault("package_many", most=MAX_MEMBERS))
    members: dict[str, bytes] = {}
    left = MAX_UNPACKED
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
            raise Refused(package_fault("package_name", name=name[:100]))
        if name in members:
            raise Refused(package_fault("package_twice", name=name[:100]))
        if entry.flag_bits & ENCRYPTED:
            raise Refused(package_fault("package_locked"))
        members[name] = _unpack(archive, entry, left)
        left -= len(members[name])
    return members


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    with archive.open(entry) as member:
        while piece := member.read(PIECE):
            pieces.append(piece)
            size += len(piece)
            tight = size > RATIO_COUNTS_FROM and size > MAX_RATIO * max(entry.compress_size, 1)
            if size > most or tight:
                raise Refused(package_fault("package_large", most=MAX_UNPACKED // 1024**2))
    return b"".join(pieces)


def write_package(members: Mapping[str, bytes]) -> bytes:
    """Return the package; the same members give the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def beside(member: str, link: str) -> str:
    """The member that a relative link in another one leads to; "" if it leads out."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(member), link))
    return "" if path.startswith(("/", "..")) else path
