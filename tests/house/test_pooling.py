"""PgBouncer in transaction mode: nothing outlives a transaction, and the code leans on nothing."""

import ast
import re
from pathlib import Path

import pytest

from config.settings import database

ROOT = Path(__file__).resolve().parents[2]
# What a session keeps beyond the end of a transaction, in SQL.
OF_A_SESSION = re.compile(
    r"pg_(try_)?advisory_lock|\b(UN)?LISTEN\s+\w|\bNOTIFY\s+\w+\s*[,;]|\bPREPARE\s+\w"
    r"|\bDECLARE\s+\w+\s+.*CURSOR|\bCREATE\s+TEMP|\bSET\s+SESSION\b"
    r"|^\s*SET\s+(?!LOCAL|TRANSACTION|CONSTRAINTS)\w+\s*(=|TO)\s*(?!\s*%s)",
    re.IGNORECASE | re.DOTALL,
)
MIGRATIONS = "reports/migrations/"


def texts_of(path):
    """Every text in a module but its docstrings."""
    tree = ast.parse(path.read_text())
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            # Its parts are no texts of their own.
            said |= {id(part) for part in node.values}
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "x" for part in node.values
            )
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def modules():
    for folder in ("reports", "config"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            # Migrations are run on the server itself, past the pooler.
            if not name.startswith(MIGRATIONS):
                yield name, path


def test_no_sql_leans_on_a_session():
    found = [
        (name, text.strip()[:60])
        for name, path in modules()
        for text in texts_of(path)
        if OF_A_SESSION.search(text)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("SELECT pg_advisory_lock(1)", True),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("LISTEN jobs", True),
        ("CREATE TEMP TABLE t (a int)", True),
        ("SET statement_timeout = 5", True),
        ("SET LOCAL statement_timeout = 5", False),
        ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", False),
        ("UPDATE t SET done = %s", False),
    ],
)
def test_what_leans_on_a_session_is_known(text, leans):
    assert bool(OF_A_SESSION.search(text)) is leans


@pytest.mark.parametrize("pooled", [True, False])
def test_cursors_of_the_server_stay_out_of_the_pool(pooled):
    assert database("postgresql://a/b", pooled=pooled)["DISABLE_SERVER_SIDE_CURSORS"] is pooled
