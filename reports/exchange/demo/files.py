"""Small real files made on the spot: a page of text as PDF, a picture as PNG."""

import struct
import zlib

from django.core.files.base import ContentFile


def pdf(name: str, lines: tuple[str, ...]) -> ContentFile:
    """One A4 page with lines of Chinese, in the reader's own font."""
    text = b" ".join(
        b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj 0 -26 Td" for line in lines
    )
    stream = b"BT /F1 14 Tf 72 760 Td " + text + b" ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream",
        (
            b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H"
            b"/DescendantFonts[6 0 R]>>"
        ),
        (
            b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000>>"
        ),
        (
            b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]"
            b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>"
        ),
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return ContentFile(body + table + end, name=name)


def png(name: str, shade: int = 0) -> ContentFile:
    """A picture of a room that does not exist: a wall, a screen, a table."""
    width, height = 240, 160
    rows = b"".join(
        b"\x00" + b"".join(_pixel(x, y, shade) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = _part(b"IHDR", header) + _part(b"IDAT", zlib.compress(rows, 9)) + _part(b"IEND", b"")
    return ContentFile(b"\x89PNG\r\n\x1a\n" + parts, name=name)


def _pixel(x: int, y: int, shade: int) -> bytes:
    if 60 <= x < 180 and 25 <= y < 80:
        return bytes((40, 70 + shade % 60, 120))
    if 30 <= x < 210 and 105 <= y < 130:
        return bytes((130, 95, 60))
    return bytes((225, 228, 232)) if y < 120 else bytes((190, 192, 196))


def _part(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
