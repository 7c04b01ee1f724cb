"""What no single feature would notice: modules nobody imports, missing migrations, bare text."""

import ast
import importlib
import pkgutil
import re
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models as django_models
from django.template import engines

import reports
import reports.admin
import reports.models

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(
    path for path in (ROOT / "reports").rglob("*.py") if "migrations" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OURS = list(apps.get_app_config("reports").get_models())
WRITTEN = [model for model in OURS if not model.__name__.startswith("Historical")]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", [reports.models, reports.admin], ids=lambda p: p.__name__)
def test_every_module_is_imported_by_its_package(package):
    modules = {
        f"{package.__name__}.{info.name}"
        for info in pkgutil.iter_modules(package.__path__)
        if info.name != "base"  # what the others build on; it registers nothing itself
    }
    source = Path(package.__file__).read_text()
    imported = {
        f"{package.__name__}.{node.module}" if node.level else node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
    } | {
        f"{package.__name__}.{alias.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert {name for name in modules - imported if defines_something(name)} == set()


def defines_something(module: str) -> bool:
    """Whether a module holds models or admin classes rather than shared pieces."""
    loaded = importlib.import_module(module)
    return any(
        isinstance(value, type)
        and value.__module__ == module
        and (
            (issubclass(value, django_models.Model) and not value._meta.abstract)
            or value.__name__.endswith("Admin")
        )
        for value in vars(loaded).values()
    )


def test_every_model_is_exported():
    assert [m.__name__ for m in WRITTEN if m.__name__ not in reports.models.__all__] == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_compiles(path):
    engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


def tracked_models() -> set[str]:
    return {model.__name__ for model in WRITTEN if hasattr(model, "history")}


# The one module whose helpers write rows and their history together.
BULK_HELPERS = {"reports/actions/bulk.py", "reports/models/base.py"}


def bare_writes(path: Path) -> list[str]:
    """Bulk writes straight on a model with field history, which would record nothing."""
    found = []
    tracked = tracked_models()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in {"bulk_create", "bulk_update", "update"}:
            continue
        chain = re.match(r"(\w+)\.objects\b", ast.unparse(node.func.value))
        if chain and chain.group(1) in tracked:
            # update() of columns that only actions keep is no entry of anybody.
            kept = {keyword.arg for keyword in node.keywords}
            if node.func.attr == "bulk_update" and isinstance(node.args[1], ast.List):
                kept = {field.value for field in node.args[1].elts}
            if node.func.attr != "bulk_create" and kept <= KEPT_COLUMNS.get(chain.group(1), set()):
                continue
            found.append(f"{name_of(path)}:{node.lineno} {ast.unparse(node.func)[:60]}")
    return found


KEPT_COLUMNS: dict[str, set[str]] = {
    "Unit": {"path", "depth", "bureau", "initials"},
    "CallItem": {"position"},
}


def test_no_bare_bulk_write_on_models_with_history():
    found = [
        line for path in PRODUCT if name_of(path) not in BULK_HELPERS for line in bare_writes(path)
    ]

    assert found == []


OUTSIDE = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
INLINE = re.compile(r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:""", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_stays_within_the_site_and_its_policy(path):
    text = path.read_text()

    assert OUTSIDE.findall(text) == []
    assert INLINE.findall(text) == []
    assert SCRIPT.findall(text) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.css")), ids=name_of)
def test_style_sheet_stays_within_the_site_and_old_browsers(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    text = text.replace("http://www.w3.org/2000/svg", "")  # the name of a language, not an address

    assert re.findall(r"(?:https?:)?//[\w.]+", text) == []
    assert (
        re.findall(r":is\(|:where\(|color-mix|aspect-ratio|\binset\s*:|@layer|&\s*[.:]", text) == []
    )


def test_the_repository_speaks_of_the_product_alone():
    words = re.compile(r"/work/|\.\./shared|pypi\.org|pythonhosted|TODO\b|FIXME\b|\b[Ii]ssue #?\d")
    files = [
        path
        for folder in ("bench", "config", "reports", "templates", "static", "tests", "tools")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".css", ".js", ".md", ".toml", ".txt"}
        and path != Path(__file__)
    ]
    files += [ROOT / name for name in ("Makefile", "pyproject.toml", "README.md")]

    assert [
        f"{name_of(path)}: {word}"
        for path in files
        if path.exists()
        for word in words.findall(path.read_text())
    ] == []


def test_no_import_inside_a_function():
    found = [
        f"{name_of(path)}:{inner.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert found == []


def test_psycopg_3_is_not_installed():
    assert "psycopg" not in sys.modules
    assert importlib.util.find_spec("psycopg") is None
