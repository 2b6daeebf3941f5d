"""Small made-up PDFs, such as applicants upload."""

import zlib


def make_pdf(*lines: str, title: str = "", compressed: bool = False) -> bytes:
    """A PDF of one page with these lines, in letters that Latin-1 has."""
    said = b" T* ".join(b"(%b) Tj" % _escaped(line) for line in lines)
    shown = b"BT /F1 12 Tf 16 TL 72 760 Td " + said + b" ET"
    return make_pdf_of(zlib.compress(shown) if compressed else shown, title, compressed=compressed)


def make_pdf_of(stream: bytes, title: str = "", *, compressed: bool = False) -> bytes:
    """A PDF whose one page is drawn by `stream`."""
    packed = b" /Filter /FlateDecode" if compressed else b""
    return assembled(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(stream), packed, stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%b) >>" % _escaped(title),
    )


def assembled(*objects: bytes) -> bytes:
    """Objects, the first the root and the last the properties, with the table that finds them."""
    written, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, b"".join(places))
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (size, len(objects))
    return written + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(written)


def _escaped(text: str) -> bytes:
    plain = text.encode("latin-1").replace(b"\\", rb"\\")
    return plain.replace(b"(", rb"\(").replace(b")", rb"\)")
