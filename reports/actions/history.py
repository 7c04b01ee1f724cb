"""Writing many rows at once without losing their history."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Model
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

Row = TypeVar("Row", bound=Model)
BATCH = 500


def bulk_create(
    model: type[Row], rows: Sequence[Row], *, by: object, at: datetime
) -> Sequence[Row]:
    """Insert the rows and the first entry of their history, or just the rows of a model without.

    ``by`` is the user (or None for the ledger itself), ``at`` the moment of the entry; a row that
    knows when it was recorded keeps that.
    """
    if not hasattr(model, "history"):
        return model._default_manager.bulk_create(rows, batch_size=BATCH)
    for row in rows:
        row._history_date = getattr(row, "recorded_at", None) or at
    try:
        return bulk_create_with_history(rows, model, batch_size=BATCH, default_user=by)
    finally:
        for row in rows:
            del row._history_date


def link_new(model: type[Row], name: str, rows: Iterable[tuple[Row, Iterable[Model]]]) -> None:
    """Join rows that were just inserted with the others they name, each once.

    ``name`` is a field of many to many that the history keeps; the first entry of the history has
    them, as if it had been written after them.
    """
    field = model._meta.get_field(name)
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    through = field.remote_field.through
    links = [
        through(**{own: row, other: each}) for row, others in rows for each in dict.fromkeys(others)
    ]
    if not links:
        return
    links = through.objects.bulk_create(links, batch_size=BATCH)
    kept = getattr(model.history.model, name).model
    entries: dict[int, int] = {}
    keys = sorted({getattr(link, f"{own}_id") for link in links})
    for start in range(0, len(keys), BATCH):
        first = model.history.filter(id__in=keys[start : start + BATCH], history_type="+")
        entries |= dict(first.values_list("id", "history_id"))
    kept.objects.bulk_create(
        (
            kept(
                history_id=entries[getattr(link, f"{own}_id")],
                id=link.pk,
                **{own: getattr(link, own), other: getattr(link, other)},
            )
            for link in links
        ),
        batch_size=BATCH,
    )


def bulk_update(
    model: type[Row], rows: Sequence[Row], fields: Iterable[str], *, by: object, at: datetime
) -> None:
    """Update the named fields of the rows and add an entry to their history."""
    if not hasattr(model, "history"):
        model._default_manager.bulk_update(rows, fields, batch_size=BATCH)
        return
    bulk_update_with_history(
        rows, model, list(fields), batch_size=BATCH, default_user=by, default_date=at
    )
