import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.selectors.units import year_start_words

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class BureauTable(HouseTable):
    row_template = "reports/units/bureau_row.html"

    name = tables.Column(verbose_name=_("分局"), order_by=("path",))
    kind = tables.Column(verbose_name=_("单位类别"), order_by=("kind__position", "kind__name"))
    units_count = NumberColumn(verbose_name=_("单位数"))
    head_name = tables.Column(verbose_name=_("第一责任人"))
    starts = tables.Column(
        verbose_name=_("考核年度起始"), order_by=("first_start",), empty_values=()
    )
    ledger_from = DayColumn(verbose_name=_("台账起始日"))

    class Meta(HouseTable.Meta):
        order_by = ("name",)
        empty_text = _("没有符合条件的分局。")

    def value_starts(self, record):
        return year_start_words(record)
