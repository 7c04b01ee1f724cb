import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import Meeting
from reports.models.choices import EVIDENCE_KIND_LABELS, listed
from reports.selectors.evidence import lacking_kinds

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class LackingTable(HouseTable):
    """Meetings that lack expected evidence, unit by unit, the longest waiting first."""

    unit = tables.Column(verbose_name=_("召开单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    held_on = DayColumn(verbose_name=_("召开日期"))
    title = tables.Column(verbose_name=_("会议"))
    kinds = tables.Column(empty_values=(), orderable=False, verbose_name=_("缺少的材料"))
    missing = NumberColumn(verbose_name=_("缺几种"))
    waiting = NumberColumn(verbose_name=_("会后天数"))
    step = tables.Column(
        empty_values=(), orderable=False, exclude_from_export=True, verbose_name=_("操作")
    )

    row_template = "reports/evidence/lacking_row.html"

    class Meta(HouseTable.Meta):
        model = Meeting
        fields = ("unit", "bureau", "held_on", "title", "kinds", "missing", "waiting", "step")
        order_by = ("unit", "held_on")

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def value_kinds(self, record):
        return listed(EVIDENCE_KIND_LABELS[kind] for kind in lacking_kinds(record))

    def value_waiting(self, record):
        return record.waiting.days
