"""What every table has: a stable order, capped pages, words when it is empty."""

from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

MOST_PER_PAGE = 200


class CappedPaginator(Paginator):
    """?per_page= comes from the outside; never let it ask for everything, or for nothing."""

    def __init__(self, object_list: Any, per_page: int, **kwargs: Any):
        super().__init__(object_list, min(max(int(per_page), 1), MOST_PER_PAGE), **kwargs)

    @cached_property
    def count(self) -> int:
        return len(self.object_list)


class HouseTable(tables.Table):
    """A table declares columns, sorting, paging and export.

    ``row_template`` names the partial that draws a row from ``record``; it is several times
    faster than bound cells, which a table without one gets. Export takes ``value_<column>``.
    """

    row_template = ""

    class Meta:
        attrs = {"class": "list stack"}
        empty_text = _("没有符合条件的记录。")

    def __init__(self, *args: Any, known_count: int | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # How many rows there are, where that is kept and need not be counted; the data would
        # count itself, once for the pages and once for the foot.
        self.known_count = self.data._length = known_count
        self.end_with_key()

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
            self.data.data = self.data.data.order_by(*ordering, "pk")
