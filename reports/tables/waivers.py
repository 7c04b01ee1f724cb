import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import WaiverOrder

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class OrderTable(HouseTable):
    title = tables.Column(verbose_name=_("通知"))
    document_number = tables.Column(verbose_name=_("文号"))
    unit = tables.Column(verbose_name=_("适用单位"), order_by=("unit__path",))
    ordered_on = DayColumn(verbose_name=_("通知日期"))
    first_day = DayColumn(verbose_name=_("起"))
    last_day = DayColumn(verbose_name=_("止"))
    made = NumberColumn(verbose_name=_("免开"))
    held = NumberColumn(verbose_name=_("仍有效"))

    row_template = "reports/waivers/row.html"

    class Meta(HouseTable.Meta):
        model = WaiverOrder
        fields = (
            "title",
            "document_number",
            "unit",
            "ordered_on",
            "first_day",
            "last_day",
            "made",
            "held",
        )
        order_by = ("-ordered_on",)

    def value_unit(self, record):
        return record.unit.name
