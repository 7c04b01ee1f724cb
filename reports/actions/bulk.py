"""Very many new rows at once, past the models: rows without history whose key nobody needs."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

from django.db import connections, router
from django.db.models import Model

BATCH = 500


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert rows given as values of the columns (attribute names); the others stay empty.

    PostgreSQL takes them as one COPY, any other database by its own kind of many inserts.
    Constraints hold as always. Values are numbers, texts, days or None; wants a transaction.
    """
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "postgresql":
        made = [model(**dict(zip(columns, row, strict=True))) for row in rows]
        model._default_manager.bulk_create(made, batch_size=BATCH)
        return
    text = "".join("\t".join(map(_told, row)) + "\n" for row in rows)
    if not text:
        return
    names = [model._meta.get_field(name.removesuffix("_id")).column for name in columns]
    quote = connection.ops.quote_name
    listed = ", ".join(map(quote, names))
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {quote(model._meta.db_table)} ({listed}) FROM STDIN", StringIO(text)
        )


def _told(value: object) -> str:
    """A value as COPY reads it."""
    if value is None:
        return r"\N"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if isinstance(value, str):
        for plain, marked in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
            text = text.replace(plain, marked)
    return text
