import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import ReportCall

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class CallTable(HouseTable):
    year = NumberColumn(verbose_name=_("年度"))
    unit = tables.Column(verbose_name=_("分局"), order_by=("unit__path",))
    issued_by = tables.Column(verbose_name=_("发文机关"))
    document_number = tables.Column(verbose_name=_("文号"))
    due_on = DayColumn(verbose_name=_("报送期限"))
    publish_by = DayColumn(verbose_name=_("公开期限"))
    asked = NumberColumn(verbose_name=_("要求"))
    ticked = NumberColumn(verbose_name=_("已完成"))

    row_template = "reports/report_calls/row.html"

    class Meta(HouseTable.Meta):
        model = ReportCall
        fields = (
            "year",
            "unit",
            "issued_by",
            "document_number",
            "due_on",
            "publish_by",
            "asked",
            "ticked",
        )
        order_by = ("-year", "due_on")

    def value_unit(self, record):
        return record.unit.name
