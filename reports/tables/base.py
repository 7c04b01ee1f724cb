"""What every table has: a stable order, capped pages, words when it is empty.

A long list in its own order is read on from a key, so that its thousandth page costs what its first
does; in any other order it can be turned to its ``DEEPEST`` row and then asks to be narrowed.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import django_tables2 as tables
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import DateField, Field, Model, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

MOST_PER_PAGE = 200
DEEPEST = 10_000


class CappedPaginator(Paginator):
    """?per_page= comes from the outside; never let it ask for everything, or for nothing."""

    def __init__(self, object_list: Any, per_page: int, **kwargs: Any):
        super().__init__(object_list, min(max(int(per_page), 1), MOST_PER_PAGE), **kwargs)

    @cached_property
    def count(self) -> int:
        return len(self.object_list)

    @cached_property
    def num_pages(self) -> int:
        """No further than the deepest row: whoever skips rows makes the database read them."""
        return -(-min(max(self.count, 1), DEEPEST) // self.per_page)


def count_up_to(rows: QuerySet, most: int) -> int:
    """How many rows there are; no more than ``most`` and one are counted."""
    return rows.order_by().values("pk")[: most + 1].count()


# ── Pages by key ─────────────────────────────────────────────────────────────────────────────


class KeyOrder:
    """An order of rows in which a page is read on from the last row of the one before.

    Its terms are columns of the row itself that are never empty; the last one is its key.
    """

    def __init__(self, terms: Sequence[tuple[Field, bool]]):
        self.terms = terms

    @classmethod
    def of(cls, rows: QuerySet) -> "KeyOrder | None":
        """The order of the rows; None where a term is no such column."""
        terms = []
        for term in rows.query.order_by:
            if not isinstance(term, str):
                return None
            name = term.lstrip("-")
            try:
                field = rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name)
            except FieldDoesNotExist:
                return None
            if field.null or (field.is_relation and not field.primary_key):
                return None
            terms.append((field, term.startswith("-")))
        return cls(terms) if terms and terms[-1][0].primary_key else None

    def key(self, record: Model) -> str:
        """Where a row stands, as a word of an address."""
        values = [getattr(record, field.attname) for field, _down in self.terms]
        told = [v.isoformat() if isinstance(v, date) else v for v in values]
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    def values(self, key: str) -> list[Any] | None:
        """What a word of an address stands for; None where it is none of ours."""
        try:
            told = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
            if not isinstance(told, list) or len(told) != len(self.terms):
                return None
            return [self._value(field, v) for (field, _), v in zip(self.terms, told, strict=True)]
        except (binascii.Error, ValueError, TypeError, RecursionError):
            return None

    @staticmethod
    def _value(field: Field, told: Any) -> Any:
        if isinstance(field, DateField):
            return date.fromisoformat(told)
        if not isinstance(told, int) or not 0 <= told < 2**63:
            raise ValueError(told)
        return told

    def behind(self, values: Sequence[Any], *, before: bool = False) -> Q:
        """The rows behind a place in the order, or before it."""
        found = Q()
        for place, (field, down) in enumerate(self.terms):
            same = {self.terms[n][0].attname: values[n] for n in range(place)}
            side = "lt" if down != before else "gt"
            found |= Q(**same, **{f"{field.attname}__{side}": values[place]})
        first, down = self.terms[0]
        # Said once more of the leading column alone, so that an index is entered there.
        side = "lte" if down != before else "gte"
        return Q(**{f"{first.attname}__{side}": values[0]}) & found

    def reverse(self, rows: QuerySet) -> QuerySet:
        return rows.order_by(*(f"{'' if down else '-'}{f.attname}" for f, down in self.terms))


class KeyPage:
    """A page read on from a key; ``after`` and ``before`` are the keys of its neighbours."""

    by_key = True

    def __init__(self, records: Any, after: str, before: str):
        self.object_list, self.after, self.before = records, after, before


def page_by_key(
    rows: QuerySet, order: KeyOrder, per_page: int, *, after: str = "", before: str = ""
) -> tuple[list[Model], str, str]:
    """The rows behind or before a key (a wrong one: the first), and the keys to go on with."""
    values = order.values(after or before) if after or before else None
    if values is None:
        found = list(rows[: per_page + 1])
        more = len(found) > per_page
        found = found[:per_page]
        return found, order.key(found[-1]) if more else "", ""
    if before:
        found = list(order.reverse(rows.filter(order.behind(values, before=True)))[: per_page + 1])
        more = len(found) > per_page
        found = found[:per_page][::-1]
        return found, order.key(found[-1]) if found else "", order.key(found[0]) if more else ""
    found = list(rows.filter(order.behind(values))[: per_page + 1])
    more = len(found) > per_page
    found = found[:per_page]
    return found, order.key(found[-1]) if more else "", order.key(found[0]) if found else ""


class HouseTable(tables.Table):
    """A table declares columns, sorting, paging and export.

    ``row_template`` names the partial that draws a row from ``record``; it is several times
    faster than bound cells, which a table without one gets. Export takes ``value_<column>``.
    """

    row_template = ""
    # How rows lie that are alike in all else.
    ends_with = "pk"

    class Meta:
        attrs = {"class": "list stack"}
        empty_text = _("没有符合条件的记录。")

    def __init__(self, *args: Any, known_count: int | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # How many rows there are, where that is kept and need not be counted; the data would
        # count itself, once for the pages and once for the foot.
        self.known_count = self.data._length = known_count
        self.end_with_key()

    def turn_by_key(self, *, after: str, before: str, per_page: int) -> bool:
        """Show the page behind or before a key; False where the order of the rows has none."""
        rows = self.data.data
        order = KeyOrder.of(rows) if isinstance(rows, QuerySet) else None
        if order is None:
            return False
        records, on, back = page_by_key(rows, order, per_page, after=after, before=before)
        self.page = KeyPage(type(self.rows)(data=records, table=self), on, back)
        return True

    @tables.Table.order_by.setter
    def order_by(self, value: Any) -> None:
        tables.Table.order_by.fset(self, value)
        self.end_with_key()

    def end_with_key(self) -> None:
        """Whatever is sorted by, end with the key, so that pages never overlap."""
        query = getattr(self.data.data, "query", None)
        if query is None:
            return
        ordering: Iterable[Any] = query.order_by
        if not {"pk", "-pk", "id", "-id"} & {term for term in ordering if isinstance(term, str)}:
            self.data.data = self.data.data.order_by(*ordering, self.ends_with)
