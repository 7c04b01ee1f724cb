"""The description of a ledger file, written from the models: ``docs/ledger-file.md``.

A test compares the page with what this module writes, so that it cannot go stale.
"""

from collections.abc import Iterable, Iterator

from django.db.models import ForeignKey
from django.utils.translation import override

from reports.domain.ledger_file import ColumnKind
from reports.domain.ledger_words import (
    BY,
    HEAD,
    HISTORY,
    KIND_WORDS,
    NOTE,
    OF_BUREAU,
    RULE_WORDS,
    TABLE,
    TABLES_HEAD,
)
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.selectors.whole_ledger import (
    LEFT_OUT,
    WHOLE_ONLY,
    Column,
    Table,
    recorded_model,
    rule_of,
    tables,
)


def schema_text() -> str:
    """The page about the file, in Markdown."""
    with override(DOCUMENT_LANGUAGE):
        return HEAD + "".join(_left_out()) + TABLES_HEAD + _note() + "\n".join(_tables())


def _left_out() -> Iterator[str]:
    for name, why in sorted(LEFT_OUT.items()):
        yield f"| `{name}` | {why} |\n"


def _note() -> str:
    return NOTE.format(only="、".join(f"`{name}`" for name in sorted(WHOLE_ONLY)))


def _tables() -> Iterator[str]:
    for table in tables():
        of = recorded_model(table.model)
        if of is not None:
            own = {field.attname for field in of._meta.concrete_fields}
            columns = _list(each for each in table.columns if each.name not in own)
            yield HISTORY.format(name=table.name, of=of._meta.label_lower, columns=columns)
        else:
            yield TABLE.format(
                name=table.name,
                title=table.model._meta.verbose_name,
                rule=_of_bureau(table),
                columns=_list(table.columns),
            )
    yield ""


def _of_bureau(table: Table) -> str:
    if table.name in WHOLE_ONLY:
        return ""
    rule = rule_of(table.model)
    names = "、".join(f"`{name}`" for name in (rule.fields or (rule.kind,)))
    return OF_BUREAU.format(rule=RULE_WORDS.get(rule.kind) or BY.format(names=names))


def _list(columns: Iterable[Column]) -> str:
    return "；".join(_column(each) for each in columns)


def _column(column: Column) -> str:
    field = column.field
    kind = KIND_WORDS[column.kind]
    if isinstance(field, ForeignKey) and column.kind != ColumnKind.MODEL:
        kind = f"→`{field.related_model._meta.label_lower}`"
    elif column.kind == ColumnKind.TEXT and field.max_length:
        kind = f"{kind}{field.max_length}"
    elif column.kind == ColumnKind.DECIMAL:
        kind = f"{kind}{field.max_digits},{field.decimal_places}"
    must = "" if field.null else "*"
    word = str(field.verbose_name)
    meaning = "" if word.isascii() else f" {word}"
    return f"`{column.name}`{must} {kind}{meaning}"
