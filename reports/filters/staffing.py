"""Filters over rows that are computed, not queried: the page has read them all."""

from collections.abc import Sequence
from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from reports.models import Unit
from reports.models.choices import REMARK_KIND_LABELS, labelled


class Rows(list):
    """Rows that are no queryset and can be left out like one."""

    def none(self) -> "Rows":
        return Rows()


class RowsFilter(filters.FilterSet):
    """``rows`` come from the page; ``keeps`` says of each whether what is typed leaves it in."""

    class Meta:
        model = Unit
        fields: list[str] = []

    def __init__(self, *args: Any, rows: Sequence[Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.queryset = Rows(rows)

    @property
    def qs(self) -> list[Any]:
        if not self.is_bound or not self.form.is_valid():
            return self.queryset
        given = self.form.cleaned_data
        return [row for row in self.queryset if self.keeps(row, given)]

    def keeps(self, row: Any, given: dict[str, Any]) -> bool:
        return True


def is_named(unit: Any, words: str) -> bool:
    """Whether the words are part of the name of the unit or of its bureau."""
    words = words.strip()
    names = (unit.name, unit.label, unit.bureau.label if unit.bureau else "")
    return not words or any(words in name for name in names)


class GapFilter(RowsFilter):
    place = filters.CharFilter(label=_("单位"))
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[("open", _("至今未配")), ("ended", _("已配上"))],
        empty_label=_("全部"),
    )
    what = filters.ChoiceFilter(
        label=_("缺口"),
        choices=[("rule", _("按配备标准（未配备）")), ("post", _("必须配备的岗位（空缺）"))],
        empty_label=_("全部"),
    )

    def keeps(self, row, given):
        state, what = given.get("state"), given.get("what")
        return (
            is_named(row.unit, given.get("place") or "")
            and (not state or row.is_open == (state == "open"))
            and (not what or (row.post_id is None) == (what == "rule"))
        )


class RemarkFilter(RowsFilter):
    place = filters.CharFilter(label=_("单位"))
    kind = filters.ChoiceFilter(
        label=_("提示"), choices=labelled(REMARK_KIND_LABELS), empty_label=_("全部")
    )

    def keeps(self, row, given):
        kind = given.get("kind")
        return is_named(row.unit, given.get("place") or "") and (not kind or row.kind == kind)
