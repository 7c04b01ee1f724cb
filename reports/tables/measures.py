import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import Measure
from reports.models.choices import MEASURE_STANDING_LABELS
from reports.selectors.measures import standing_of

from .base import HouseTable
from .columns import DayColumn


class MeasureTable(HouseTable):
    row_template = "reports/measures/row.html"

    title = tables.Column(verbose_name=_("措施"))
    unit = tables.Column(verbose_name=_("责任单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    responsible = tables.Column(verbose_name=_("责任人"), order_by=("responsible__name",))
    plan_year = tables.Column(verbose_name=_("计划年度"))
    set_on = DayColumn(verbose_name=_("确定日期"))
    due_on = DayColumn(verbose_name=_("完成期限"), accessor="due_then")
    progress_on = DayColumn(verbose_name=_("最近进展"))
    standing = tables.Column(
        verbose_name=_("情况"),
        empty_values=(),
        order_by=("done_on", "dropped_on", "due_then"),
    )

    class Meta(HouseTable.Meta):
        model = Measure
        fields = (
            "title",
            "unit",
            "bureau",
            "responsible",
            "plan_year",
            "set_on",
            "due_on",
            "progress_on",
            "standing",
        )
        empty_text = _("没有符合条件的措施。")

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def value_standing(self, record):
        return str(MEASURE_STANDING_LABELS[standing_of(record, record.as_of)])
