"""The eye of the other attacks sees: whatever is alive in an answer is found, and only that."""

import io
import zipfile

import pytest
import xlsxwriter
from docx import Document

from tests.attack.robot import alive, fill, forms_in, payload


def zipped(name, content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def sheet(value, *, formulas):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": formulas}) as book:
        book.add_worksheet().write(0, 0, value)
    return made.getvalue()


def paper(text):
    made, document = io.BytesIO(), Document()
    document.add_paragraph(text)
    document.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("html", payload("", 1).encode()),
        ("html", b'<a href=" JavaScript:alert(1)">x</a>'),
        ("html", b"<p onclick=x>"),
        ("html", b"<script>alert(1)</script>"),
        ("html", b'<p style="background:url(//evil.example)">'),
        ("html", b"<!-- <xss> -->"),
        ("csv", "甲,=1+1\r\n".encode()),
        ("csv", b'"\t=1"\r\n'),
        ("xlsx", sheet("=1+1", formulas=True)),
        ("xlsx", b"no sheet"),
        ("docx", zipped("word/document.xml", b"<a><xss/></a>")),
        ("docx", zipped("word/document.xml", b"<a><b></a>")),
        ("docx", zipped("word/_rels/x.rels", b'<a TargetMode="External"/>')),
        ("ics", b"BEGIN:VCALENDAR\r\nSUMMARY:a\r\nATTENDEE:evil\r\n"),
        ("ics", b"BEGIN:VCALENDAR\r\nSUMMARY:a\nATTENDEE:evil\r\n"),
        ("zip", zipped("../a.txt", b"")),
        ("zip", zipped("a.csv", b"=1")),
    ],
)
def test_what_is_alive_is_found(kind, content):
    assert len(alive(kind, content)) > 0


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("html", b'<a href="/x?q=&lt;xss&gt;">&lt;xss onxss=1&gt;</a><img src="data:image/png,x">'),
        ("csv", "甲,'=1+1,-1.5,12%\r\n".encode()),
        ("xlsx", sheet("=1+1", formulas=False)),
        ("docx", paper("<xss>=1")),
        ("ics", b"BEGIN:VCALENDAR\r\nSUMMARY:a\\nATTENDEE:evil\r\n b\r\nEND:VCALENDAR\r\n"),
        ("zip", zipped("a/b.csv", b"'=1")),
    ],
)
def test_what_only_stands_there_is_not(kind, content):
    assert alive(kind, content) == []


def test_a_form_is_filled_in_as_a_browser_would_send_it():
    page = (
        b'<form method="post"><input name="csrfmiddlewaretoken" type="hidden" value="t">'
        b'<input name="a"><textarea name="b">old</textarea><input type="hidden" name="h" value="7">'
        b'<select name="s"><option value=""><option value="1"><option value="2" selected></select>'
        b'<input type="radio" name="r" value="x"><input type="radio" name="r" value="y" checked>'
        b'<input type="checkbox" name="c" value="k"><input type="file" name="f"></form>'
    )
    (form,) = forms_in(page)

    sent = fill(form, lambda control: None if control.name == "b" else "new")

    assert sent == {"a": ["new"], "b": ["old"], "h": ["7"], "s": ["2"], "r": ["y"]}
