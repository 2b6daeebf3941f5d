"""Take out of a photograph what the camera wrote beside it: place, time, model. Pure."""

_START, _SCAN = b"\xff\xd8", 0xDA
_NOTES = {0xE1, 0xED, 0xFE}  # Exif and XMP, IPTC, comments; colour profiles stay
_ALONE = {0x01, *range(0xD0, 0xD8)}


def without_notes(jpeg: bytes) -> bytes:
    """The same photograph without its notes; what is no whole JPEG comes back as it was."""
    if not jpeg.startswith(_START):
        return jpeg
    kept, at = [_START], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == _SCAN:
            return b"".join([*kept, jpeg[at:]])
        size = 0 if marker in _ALONE else int.from_bytes(jpeg[at + 2 : at + 4])
        if marker not in _NOTES:
            kept.append(jpeg[at : at + 2 + size])
        at += 2 + size
    return jpeg
