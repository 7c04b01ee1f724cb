"""The names of columns that a ledger is delivered with."""

from django.db import transaction

from reports.domain.sheet_cells import column_name
from reports.domain.sheet_names import SYNONYMS
from reports.models import ColumnName


@transaction.atomic
def lay_column_names() -> None:
    """The names that people write above columns, for every kind of sheet; what is there stays."""
    there = set(ColumnName.objects.filter(bureau=None).values_list("kind", "name"))
    rows = {}
    for kind, fields in SYNONYMS.items():
        for field, names in fields.items():
            for name in names:
                key = kind.value, column_name(name)
                if key not in there:
                    rows.setdefault(key, ColumnName(kind=key[0], name=key[1], field=field))
    ColumnName.objects.bulk_create(rows.values())
