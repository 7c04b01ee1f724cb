import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models.choices import REMARK_KIND_LABELS
from reports.selectors.staffing import remark_sentence

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn


class GapTable(HouseTable):
    row_template = "reports/staffing/gap_row.html"

    unit = tables.Column(verbose_name=_("单位"), accessor="unit__label", order_by=("unit__path",))
    bureau = tables.Column(
        verbose_name=_("分局"), accessor="unit__bureau__label", order_by=("unit__bureau__path",)
    )
    what = tables.Column(verbose_name=_("岗位"))
    word = tables.Column(verbose_name=_("情况"))
    first = DayColumn(verbose_name=_("自"))
    last = DayColumn(verbose_name=_("至"), empty_values=())
    days = NumberColumn(verbose_name=_("本年度天数"))

    class Meta(HouseTable.Meta):
        order_by = ("unit",)
        empty_text = _("没有符合条件的缺口。")

    def value_last(self, record):
        return None if record.is_open else record.last


class RemarkTable(HouseTable):
    row_template = "reports/staffing/remark_row.html"

    person = tables.Column(verbose_name=_("姓名"))
    unit = tables.Column(
        verbose_name=_("任职单位"), accessor="unit__label", order_by=("unit__path",)
    )
    bureau = tables.Column(
        verbose_name=_("分局"), accessor="unit__bureau__label", order_by=("unit__bureau__path",)
    )
    post = tables.Column(verbose_name=_("岗位"))
    kind = WordColumn(verbose_name=_("提示"), labels=REMARK_KIND_LABELS)
    since = DayColumn(verbose_name=_("自"))

    class Meta(HouseTable.Meta):
        order_by = ("unit",)
        empty_text = _("没有需要提示的情况。")

    def value_kind(self, record):
        return remark_sentence(record)
