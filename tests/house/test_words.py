"""Every word people see is Chinese in the sources and has its English."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.template.base import Lexer, TokenType
from django.utils.translation import override

from tools import catalogue

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OURS = [
    model
    for model in apps.get_app_config("reports").get_models()
    if not model.__name__.startswith("Historical")
]
CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]")
# Names of formats and of the two languages in themselves are the same everywhere.
SAME_EVERYWHERE = re.compile(r"\b(?:CSV|Excel|xlsx|csv|PDF|docx|SHA-256|English|nbsp)\b|中文")
SEEN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "data-label", "value", "label"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# ── Templates ────────────────────────────────────────────────────────────────────────────────


class SeenText(HTMLParser):
    """Collects what a reader sees: text, and the attributes that are shown or read out."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.silent = 0

    def handle_starttag(self, tag, attributes):
        self.silent += tag in {"script", "style"}
        self.seen += [
            value for name, value in attributes if name in SEEN_ATTRIBUTES and value is not None
        ]

    def handle_endtag(self, tag):
        self.silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self.silent:
            self.seen.append(data)


def without_tags(source: str) -> tuple[str, list[str]]:
    """The template with its tags blotted out, and the words those tags hold untranslated."""
    kept, bare = [], []
    inside = False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT:
            kept.append("" if inside else token.contents)
        elif token.token_type == TokenType.BLOCK:
            head = token.contents.split()[0]
            inside = head in {"blocktranslate", "comment"} or (
                inside and not head.startswith("end")
            )
            translated = head in {"translate", "blocktranslate", "comment"}
            text = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", token.contents)
            if not translated and CHINESE.search(text):
                bare.append(token.contents)
        elif token.token_type == TokenType.VAR:
            text = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", token.contents)
            if CHINESE.search(text):
                bare.append(token.contents)
    return "".join(kept), bare


def bare_text(source: str) -> list[str]:
    # The block of a class attribute holds no words, but stands outside any tag in its template.
    source = re.sub(r"{% block body_class %}[a-z -]*{% endblock body_class %}", "", source)
    html, bare = without_tags(source)
    parser = SeenText()
    parser.feed(html)
    return bare + [
        text.strip() for text in parser.seen if WORD.search(SAME_EVERYWHERE.sub("", text))
    ]


# Values of fields and switches that nobody reads.
MACHINE_VALUES = re.compile(r"^(?:zh-hans|en|xlsx|csv|true|false|on|[a-z_]+:?)$")


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_has_no_bare_text(path):
    found = [text for text in bare_text(path.read_text()) if not MACHINE_VALUES.match(text)]

    assert found == []


def test_bare_text_is_found():
    source = (
        """{% load i18n %}<p title="Hello">{% translate "好" %}</p><b>你</b>{{ x|default:"无" }}"""
    )

    assert bare_text(source) == ['x|default:"无"', "Hello", "你"]


# ── Python ───────────────────────────────────────────────────────────────────────────────────

# Chinese that is data or input, not words of the interface.
NOT_INTERFACE = (
    "reports/domain/",
    "reports/migrations/",
    "reports/demo/",
    "reports/exchange/demo",
    "reports/actions/delivered_wording.py",  # what is searched for in a Chinese text
    "reports/exchange/published_reports.py",  # by what a Chinese text is told
    "reports/actions/calendar.py",  # names of holidays as the State Council gives them
    "reports/management/commands/load_demo.py",
)


def bare_chinese(path: Path) -> list[str]:
    """Chinese literals outside gettext and docstrings."""
    tree = ast.parse(path.read_text())
    fine = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            fine.add(id(body[0].value))
        if isinstance(node, ast.Call):
            function = node.func
            name = getattr(function, "attr", getattr(function, "id", ""))
            if name == "_" or name.endswith(("gettext", "gettext_lazy", "gettext_noop")):
                fine |= {id(inner) for inner in ast.walk(node)}
    return [
        f"{name_of(path)}:{node.lineno} {node.value[:40]!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in fine
        and CHINESE.search(node.value)
    ]


def test_python_has_no_bare_chinese():
    found = [
        line
        for path in sorted((ROOT / "reports").rglob("*.py"))
        if not name_of(path).startswith(NOT_INTERFACE)
        for line in bare_chinese(path)
    ]

    assert found == []


# ── Models ───────────────────────────────────────────────────────────────────────────────────


# Rows that only join others, and columns that only actions read: no page names them.
NAMED_NOWHERE = {"DueCount", "Discharge", "EvidenceUse", "ItemProof", "Origin", "Source"}
KEPT = {"from_state", "to_state", "not_applicable_on"}


def words_of(model) -> dict[str, str]:
    """Every label, help text, choice and refusal of a model in the active language."""
    meta = model._meta
    words = {"name": str(meta.verbose_name), "plural": str(meta.verbose_name_plural)}
    for field in [*meta.local_fields, *meta.local_many_to_many]:
        if field.primary_key or not field.editable or field.name in KEPT:
            continue
        words[field.name] = str(field.verbose_name)
        words[f"{field.name}?"] = str(field.help_text)
        for value, label in field.flatchoices:
            words[f"{field.name}={value}"] = str(label)
    for constraint in meta.constraints:
        words[constraint.name] = str(constraint.violation_error_message)
    return {key: text for key, text in words.items() if text}


SPEAKING = [model for model in OURS if model.__name__ not in NAMED_NOWHERE]


@pytest.mark.parametrize("model", SPEAKING, ids=lambda model: model.__name__)
def test_model_speaks_chinese(model):
    with override("zh-hans"):
        bare = {key: text for key, text in words_of(model).items() if not CHINESE.search(text)}

    assert {key: text for key, text in bare.items() if not SAME_EVERYWHERE.search(text)} == {}


@pytest.mark.parametrize("model", SPEAKING, ids=lambda model: model.__name__)
def test_model_speaks_english(model):
    with override("en"):
        assert {key: text for key, text in words_of(model).items() if CHINESE.search(text)} == {}


# ── The catalogue ────────────────────────────────────────────────────────────────────────────


def test_catalogue_is_up_to_date():
    assert catalogue.stale() == []


def test_every_sentence_has_its_english():
    assert catalogue.missing(catalogue.read()) == []


def test_no_translation_is_a_guess():
    assert [str(message.id) for message in catalogue.read() if message.id and message.fuzzy] == []


def test_placeholders_agree():
    assert catalogue.mistakes(catalogue.read()) == []


def test_english_holds_no_chinese():
    found = [
        text
        for message in catalogue.read()
        if message.id
        for text in catalogue.strings(message)
        if CHINESE.search(text)
    ]

    assert [text for text in found if not text.startswith(QUOTED_CHINESE)] == []


# How English sentences begin that rightly quote Chinese: names of columns, examples of titles.
QUOTED_CHINESE = (
    "No headings in the first %(n)s rows: there must be",
    "Such as: 法治公安建设考核",
    ".xlsx, .xls, .ods or .csv: number (编号)",
    "The words are free. “【43｜法制通报会·按期召开】”",
    "Left empty, it is called by its days, such as “2026年第一季度",
    "The second row is an example, marked “示例”",
)
