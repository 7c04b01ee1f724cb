"""Attacks what takes files: disguises, polyglots, bombs, entities, names that lead elsewhere.

Evidence, spreadsheets and published reports each have a reader of their own; all are asked.
"""

import io
import tracemalloc
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from reports.actions.evidence import (
    Upload,
    add_evidence,
    reasons_against_file,
)
from reports.domain.access import Role
from reports.exchange.published_reports import UnreadableFile, text_of
from reports.exchange.sheet_reading import CannotReadSheet, SheetFile
from tests.factories import NOON, MeetingFactory, UnitFactory, member

MB = 1024 * 1024
SECRET = "root-of-all-secrets"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def zipped(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


DISGUISED = {
    "page as picture": ("a.jpg", HTML),
    "page as png": ("a.png", HTML),
    "drawing as picture": ("a.jpg", SVG),
    "drawing as webp": ("a.webp", SVG),
    "drawing by its name": ("a.svg", SVG),
    "page by its name": ("a.html", HTML),
    "page as paper": ("a.pdf", HTML),
    "page as document": ("a.docx", HTML),
    "program as old document": ("a.doc", b"MZ" + bytes(200)),
    "any archive as document": ("a.docx", zipped(**{"evil.exe": b"MZ"})),
    "document as sheet": ("a.xlsx", zipped(**{"word/document.xml": b"<a/>"})),
    "macros": ("a.docx", zipped(**{"word/document.xml": b"<a/>", "word/vbaProject.bin": b"x"})),
    "two endings": ("a.pdf.exe", b"%PDF-1.4"),
    "no ending": ("a", b"%PDF-1.4"),
    "ending behind a zero": ("a.exe\x00.pdf.exe", b"%PDF-1.4"),
    "ending turned round": ("a\u202efdp.exe", b"%PDF-1.4"),
    "empty": ("a.pdf", b""),
    "empty text": ("a.txt", b""),
    "binary as text": ("a.txt", b"MZ\x00\x00"),
}


@pytest.mark.parametrize("what", DISGUISED)
def test_what_a_file_is_decides_never_its_name(what):
    name, content = DISGUISED[what]

    reasons = reasons_against_file(SimpleUploadedFile(name, content))

    assert len(reasons) == 1
    assert "“" in reasons[0]


def test_a_file_of_the_largest_size_is_kept_and_one_byte_more_is_not(settings):
    settings.EVIDENCE_MAX_MB = 1
    most = b"%PDF-" + bytes(MB - 5)

    assert reasons_against_file(SimpleUploadedFile("a.pdf", most)) == []
    assert reasons_against_file(SimpleUploadedFile("a.pdf", most + b"x")) == [
        "“a.pdf”超过 1 MB，请压缩或拆分后再传。"
    ]


NAMES = (
    "../../etc/passwd.txt",
    "/etc/cron.d/evil.txt",
    "..\\..\\windows\\evil.txt",
    "C:\\evil.txt",
    "a\x00b.txt",
    "a\r\nSet-Cookie: x=1.txt",
    'a"; filename="b.html.txt',
    "\u202etxt.exe.txt",
    "长" * 300 + ".txt",
    "x" * 5000 + ".txt",
    "CON.txt",
    ".txt.txt",
    "<script>.txt",
    "%2e%2e%2fa.txt",
)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_name_leads_nowhere_and_stays_a_download(name, evidence_store):
    meeting = MeetingFactory()
    upload = SimpleUploadedFile("x.txt", "记录".encode())
    upload._name = name
    (kept,) = add_evidence(target=meeting, uploads=[Upload(upload)], by=None, at=NOON)
    client = Client()
    client.force_login(
        member(Role.LEGAL_OFFICER, meeting.bureau), backend="reports.views.backend.LedgerBackend"
    )

    answer = client.get(reverse("reports:evidence-file", args=[kept.pk]))

    inside = [path.relative_to(evidence_store) for path in evidence_store.rglob("*.txt")]
    assert [path.parts[:2] for path in inside] == [("2026", "06")]
    assert len(inside[0].name) == 36
    assert b"".join(answer.streaming_content) == "记录".encode()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


POLYGLOTS = {
    "a.gif": (b"GIF89a/*" + b"\x00" * 8 + b"*/=1;alert(1)//<script>alert(1)</script>", "image/gif"),
    "a.jpg": (b"\xff\xd8\xff\xe0" + HTML, "image/jpeg"),
    "a.pdf": (b"%PDF-1.4\n" + HTML, "application/pdf"),
    "a.txt": (HTML, "application/octet-stream"),
    "a.bmp": (b"BM" + HTML, "application/octet-stream"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_polyglot_is_never_run_as_a_page_or_script(name, evidence_store):
    content, kind = POLYGLOTS[name]
    meeting = MeetingFactory()
    (kept,) = add_evidence(
        target=meeting, uploads=[Upload(SimpleUploadedFile(name, content))], by=None, at=NOON
    )
    client = Client()
    client.force_login(
        member(Role.LEGAL_OFFICER, meeting.bureau), backend="reports.views.backend.LedgerBackend"
    )

    answer = client.get(reverse("reports:evidence-file", args=[kept.pk]))

    policy = answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src" not in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "sandbox" in policy or kind == "application/pdf" or "attachment" in answer.headers[
        "Content-Disposition"
    ]  # fmt: skip


def entity(inner: str) -> bytes:
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">'
        f'<!ENTITY l "{SECRET}">]>{inner}'
    ).encode()


def billion() -> bytes:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{lines}]><x>&l9;</x>'.encode()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = (
    f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&e;&l;</w:t></w:r></w:p></w:body>'
    "</w:document>"
)
NEVER = {
    "entity": entity(DOCX),
    "laughs": billion(),
    "entity in two bytes": entity(DOCX)
    .decode()
    .replace('1.0"?>', '1.0" encoding="UTF-16"?>')
    .encode("utf-16"),
    "bomb": b" " * (60 * MB),
}


@pytest.mark.parametrize("part", NEVER)
def test_a_document_that_fetches_or_swells_is_refused_in_little_memory(part):
    content = zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": NEVER[part]})
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile):
            text_of("a.docx", content)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 40 * MB


@pytest.mark.parametrize("part", NEVER)
@pytest.mark.parametrize(
    ("name", "inside"),
    [("a.xlsx", "xl/workbook.xml"), ("a.xlsx", "xl/sharedStrings.xml"), ("a.ods", "content.xml")],
)
def test_a_sheet_that_fetches_or_swells_is_refused_in_little_memory(part, name, inside):
    first = {"xl/workbook.xml": b"<workbook/>"} if name == "a.xlsx" else {}
    content = zipped(**first | {inside: NEVER[part]})
    tracemalloc.start()
    try:
        with pytest.raises(CannotReadSheet):
            SheetFile(content, name)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 40 * MB


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "code"), [(200 * MB, 200), (200 * MB + 1, 413)])
def test_what_announces_more_than_may_be_sent_is_not_taken(size, code):
    user = member(Role.CLERK, UnitFactory())
    client = Client()
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    known = client.get("/todo/", headers={"Content-Length": str(size)})
    stranger = Client().post("/login/", {}, headers={"Content-Length": str(size)})

    assert known.status_code == code
    assert stranger.status_code == 413
