from datetime import date

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.domain.records import FieldType
from reports.models import RecordField, WorkRecord

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class RecordTable(HouseTable):
    row_template = "reports/records/row.html"

    on = DayColumn(verbose_name=_("日期"))
    title = tables.Column(verbose_name=_("名称"))
    kind = tables.Column(verbose_name=_("种类"), order_by=("kind__position", "kind__pk"))
    unit = tables.Column(verbose_name=_("单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    person = tables.Column(verbose_name=_("负责人"), order_by=("person__initials",))
    amount = NumberColumn(verbose_name=_("数量"))
    recorded_at = DayColumn(verbose_name=_("录入日期"))

    class Meta(HouseTable.Meta):
        model = WorkRecord
        fields = ("on", "title", "kind", "unit", "bureau", "person", "amount", "recorded_at")
        empty_text = _("没有符合条件的工作记录。")

    def value_kind(self, record):
        return record.kind.name

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def value_person(self, record):
        return record.person.name if record.person else ""


class OwnColumn(tables.Column):
    """What a kind's own field holds; shown and exported, not sorted by."""

    def __init__(self, field: RecordField, **kwargs):
        label = field.label
        if field.counter:
            label = _("%(label)s（%(counter)s）") % {"label": label, "counter": field.counter}
        super().__init__(
            accessor="values", orderable=False, verbose_name=label, empty_values=(), **kwargs
        )
        self.field = field

    def value(self, value):
        found = (value or {}).get(self.field.code)
        if self.field.type == FieldType.YES_NO and found is not None:
            return _("是") if found else _("否")
        if self.field.type == FieldType.DAY and found:
            return date.fromisoformat(found)
        return found if found is not None else ""


def with_own_columns(fields: list[RecordField]) -> type[RecordTable]:
    """The table of one kind: its own fields are columns as well."""
    columns = {f"own_{each.pk}": OwnColumn(each) for each in fields}
    return type("RecordTable", (RecordTable,), columns) if columns else RecordTable
