"""What the attacks share: every address, what is alive in an answer, forms filled in by a robot."""

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urlsplit
from xml.etree import ElementTree

from django.contrib import admin
from django.forms import (
    BaseForm,
    BaseFormSet,
    DateField,
    DecimalField,
    EmailField,
    Field,
    IntegerField,
    TimeField,
)
from django.urls import reverse

from reports.exchange.sheets import FORMULA_STARTS
from tests.views.test_matrix import (
    CLERK,
    INSPECTOR,
    LEADER,
    LEGAL,
    MATRIX,
    METHODS,
    QUERIES,
    RECORDS,
    SECURITY,
    SUPERVISOR,
    SYSTEM,
)

ASKED = (LEGAL, CLERK, SUPERVISOR, LEADER, INSPECTOR, SYSTEM, SECURITY)
# `make attack` takes more of everything.
FULL = os.environ.get("ATTACK") == "full"
# An element and an attribute that no page of ours has.
ELEMENT, ATTRIBUTE = "xss", "onxss"
# Every way out of where a text may stand: quotes, elements, comments, scripts, templates, the
# typesetter's own code, the right-to-left mark; {n} tells where it came from.
MARKUP = (
    "{n}<xss onxss=1>'\"><xss onxss=1>{{{{7*7}}}}{{% debug %}}</script><xss>--><xss onxss=1>"
    "#panic(1)\u202e${{7*7}}]]>&lt;xss&gt;"
)
STARTS = ("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "　=1", "＝1")
EVENTS = re.compile(r"^on[a-z]+$")
LIVE_LINKS = re.compile(r"^[\s\x00-\x20]*(javascript|vbscript|data):", re.IGNORECASE)
LINKS = ("href", "src", "action", "formaction", "srcset", "data", "xlink:href")


def payload(start: str, number: int | str) -> str:
    """A text that begins like a formula and holds mark-up of every kind."""
    return start + MARKUP.format(n=number)


def url_of(name: str, target: SimpleNamespace) -> str:
    """The address of a page of the matrix for one place."""
    arguments = RECORDS[name](target) if name in RECORDS else []
    query = QUERIES[name](target) if name in QUERIES else ""
    return reverse(f"reports:{name}", args=arguments) + query


def pages() -> list[str]:
    """The names of all addresses that are read."""
    return sorted(set(MATRIX) - set(METHODS))


def share(names: list[str], every: int) -> list[str]:
    """All of them in `make attack`; in `make test` each so many-th, always the same."""
    return names if FULL else names[::every]


def who_may(name: str) -> str | None:
    """A role that opens the page of its own unit."""
    return next((role for role in ASKED if MATRIX[name][role][0] in (200, 302)), None)


def admin_addresses() -> Iterator[str]:
    """List, adding and one record of everything in the administration."""
    for stored in admin.site._registry:
        name = f"admin:{stored._meta.app_label}_{stored._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        first = stored._default_manager.order_by("pk").values_list("pk", flat=True).first()
        if first is not None:
            yield reverse(f"{name}_change", args=[first])
            yield reverse(f"{name}_history", args=[first])


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def kind_of(answer) -> str:
    """html, xlsx, docx, csv … by what the answer says it is."""
    told = answer.headers.get("Content-Type", "").split(";")[0]
    for ending, part in (
        ("html", "text/html"),
        ("xlsx", "spreadsheetml"),
        ("docx", "wordprocessingml"),
        ("csv", "text/csv"),
        ("ics", "text/calendar"),
        ("pdf", "application/pdf"),
        ("zip", "application/zip"),
        ("text", "text/plain"),
    ):
        if part in told:
            return ending
    return told


# ── What is alive in an answer ───────────────────────────────────────────────────────────────


class Page(HTMLParser):
    """What of a page is alive, its forms, its links and the names in their queries."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.forms: list[SimpleNamespace] = []
        self.names: set[str] = set()
        self.text: list[str] = []
        self._form = self._select = self._area = None
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in given}
        self._inside = tag
        if tag == ELEMENT:
            self.found.append(f"<{ELEMENT}>")
        for name, value in told.items():
            if EVENTS.match(name):
                self.found.append(f"{tag} {name}")
            if name in LINKS and LIVE_LINKS.match(value) and not value.startswith("data:image/"):
                self.found.append(f"{tag} {name}={value[:40]}")
            if name == "style" and tag != "svg":
                self.found.append(f"{tag} style={value[:40]}")
        if tag == "script" and "src" not in told and told.get("type") != "application/json":
            self.found.append("script without src")
        if tag == "a" and "?" in told.get("href", ""):
            query = urlsplit(told["href"]).query
            self.names |= {part.split("=")[0] for part in query.split("&") if part}
        self._of_form(tag, told)

    def _of_form(self, tag: str, told: dict[str, str]) -> None:
        if tag == "form":
            self._form = SimpleNamespace(
                action=told.get("action", ""),
                method=told.get("method", "get").lower(),
                controls=[],
            )
            self.forms.append(self._form)
        name = told.get("name", "")
        form = self._form
        if told.get("form"):
            form = self._form or (self.forms[-1] if self.forms else None)
        if form is None or not name or "disabled" in told:
            return
        control = SimpleNamespace(
            tag=tag,
            name=name,
            type=told.get("type", "text"),
            value=told.get("value", ""),
            checked="checked" in told,
            options=[],
            chosen=[],
        )
        if tag in ("input", "textarea", "select", "button"):
            form.controls.append(control)
        if tag == "select":
            self._select = control
        if tag == "textarea":
            self._area = control

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_startendtag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, given)
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._area is not None:
            self._area.value += data
        if self._inside == "script" and f"<{ELEMENT}" in data:
            self.found.append("payload in a script")

    def handle_comment(self, data: str) -> None:
        if f"<{ELEMENT}" in data:
            self.found.append("payload in a comment")


class OptionPage(Page):
    """A page whose choices are read as well."""

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, given)
        if tag == "option" and self._select is not None:
            told = {name: value or "" for name, value in given}
            self._select.options.append(told.get("value", ""))
            if "selected" in told:
                self._select.chosen.append(told.get("value", ""))


def alive(kind: str, content: bytes) -> list[str]:
    """What in an answer would be run, drawn or fetched though a person only typed it."""
    readers = {"html": _in_html, "xlsx": _in_xlsx, "csv": _in_csv, "docx": _in_docx}
    readers |= {"ics": _in_ics, "zip": _in_zip}
    try:
        return readers[kind](content) if kind in readers else []
    except (ElementTree.ParseError, zipfile.BadZipFile) as error:
        return [f"a broken .{kind}: {error}"]


def _in_html(content: bytes) -> list[str]:
    text = content.decode()
    found = Page(text).found
    if "49" in re.findall(r"\d*<?/?xss[^>]*>\s*(49)", text):
        found.append("a template was evaluated")
    return found


def _in_xlsx(content: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            part = book.read(name)
            root = ElementTree.fromstring(part)
            if name.startswith("xl/worksheets/") and any(
                element.tag.endswith("}f") for element in root.iter()
            ):
                found.append(f"a formula in {name}")
            if name.endswith(".rels") and b'TargetMode="External"' in part:
                found.append(f"a link out in {name}")
    return found


def _in_csv(content: bytes) -> list[str]:
    number = re.compile(r"^-?\d+(\.\d+)?%?$")
    return [
        f"a formula: {cell[:30]!r}"
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        for cell in row
        if cell.lstrip(" \u3000").startswith(FORMULA_STARTS) and not number.match(cell)
    ]


def _in_docx(content: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as paper:
        for name in paper.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            part = paper.read(name)
            root = ElementTree.fromstring(part)
            found += [
                f"{element.tag.rpartition('}')[2]} in {name}"
                for element in root.iter()
                if element.tag.endswith(f"}}{ELEMENT}") or element.tag == ELEMENT
            ]
            if name.endswith(".rels") and b'TargetMode="External"' in part:
                found.append(f"a link out in {name}")
    return found


CALENDAR_WORDS = frozenset(
    [
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "METHOD",
        "CALSCALE",
        "NAME",
        "X-WR-CALNAME",
        "X-WR-TIMEZONE",
        "REFRESH-INTERVAL",
        "X-PUBLISHED-TTL",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "URL",
        "CATEGORIES",
        "STATUS",
        "TRANSP",
        "CLASS",
        "LAST-MODIFIED",
        "SEQUENCE",
    ]
)


def _in_ics(content: bytes) -> list[str]:
    """Lines that a typed line break would have made: of a word we never write."""
    lines = content.decode().replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")
    found = []
    for line in filter(None, lines):
        word = re.split("[:;]", line)[0]
        if word not in CALENDAR_WORDS or "\n" in line:
            found.append(f"a line of its own: {line[:40]!r}")
    found += [line for line in lines if line.startswith("BEGIN:") and "VALARM" in line]
    return found


def _in_zip(content: bytes) -> list[str]:
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("/") or ".." in name.split("/") or "\\" in name:
                found.append(f"a path that leads out: {name[:60]!r}")
            ending = name.rpartition(".")[2]
            if ending in ("html", "xlsx", "csv", "docx"):
                found += alive(ending, archive.read(name))
    return found


# ── Forms filled in by a robot ───────────────────────────────────────────────────────────────


def forms_in(content: bytes) -> list[SimpleNamespace]:
    """The forms of a page, with all that stands in them."""
    return OptionPage(content.decode()).forms


def fill(form: SimpleNamespace, typed, *, files=()) -> dict[str, list[object]]:
    """What the form would send with the first choice taken and ``typed(control)`` where one types.

    None leaves what stands there.
    """
    sent: dict[str, list[object]] = {}
    radios = set()
    for control in form.controls:
        kind = control.type
        if control.tag == "button" or kind in ("submit", "button", "image", "reset", "file"):
            continue
        if control.tag == "select":
            chosen = control.chosen if any(control.chosen) else []
            chosen = chosen or [value for value in control.options if value][:1]
            sent.setdefault(control.name, []).extend(chosen or control.options[:1])
        elif kind == "radio":
            if control.name not in radios and (control.checked or not _checked(form, control)):
                radios.add(control.name)
                sent[control.name] = [control.value]
        elif kind == "checkbox":
            if control.checked:
                sent.setdefault(control.name, []).append(control.value or "on")
        elif kind == "hidden":
            sent.setdefault(control.name, []).append(control.value)
        else:
            value = typed(control)
            sent.setdefault(control.name, []).append(control.value if value is None else value)
    sent.pop("csrfmiddlewaretoken", None)
    return sent


def _checked(form: SimpleNamespace, like: SimpleNamespace) -> bool:
    return any(each.checked for each in form.controls if each.name == like.name)


def fields_of(answer) -> dict[str, Field]:
    """The fields of all forms on a page by the names they are sent under."""
    found: dict[str, Field] = {}
    for layer in answer.context or ():
        for given in layer.dicts if hasattr(layer, "dicts") else (layer,):
            for value in given.values():
                for form in (
                    value.forms if isinstance(value, BaseFormSet)
                    else [value] if isinstance(value, BaseForm) else []
                ):  # fmt: skip
                    found |= {form.add_prefix(name): field for name, field in form.fields.items()}
    return found


def plausible(control: SimpleNamespace, field: Field | None) -> str:
    """What somebody would type here."""
    if control.value:
        return control.value
    if isinstance(field, DateField) or hasattr(field, "near") or control.name.endswith("_on"):
        return "2026-06-01"
    if isinstance(field, TimeField):
        return "09:00"
    if isinstance(field, IntegerField | DecimalField) or control.type == "number":
        return str(int(getattr(field, "min_value", None) or 1))
    if isinstance(field, EmailField):
        return "someone@ledger.example"
    return "文字"


def is_text(control: SimpleNamespace, field: Field | None) -> bool:
    """Whether any words may be typed here."""
    return control.tag == "textarea" or (
        control.type in ("text", "search") and not isinstance(field, DateField | TimeField)
        and not isinstance(field, IntegerField | DecimalField) and not hasattr(field, "near")
    )  # fmt: skip


def posting(content: bytes, address: str) -> Iterator[tuple[str, SimpleNamespace]]:
    """The forms of a page that send something to us, with where they send it."""
    for form in forms_in(content):
        if form.method != "post":
            continue
        action = form.action or address
        # Going out and changing the language end what the robot is about.
        if urlsplit(action).path in (reverse("logout"), reverse("set-language")):
            continue
        yield action, form
