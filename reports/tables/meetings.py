import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import Meeting

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class MeetingTable(HouseTable):
    held_on = DayColumn(verbose_name=_("召开日期"))
    unit = tables.Column(verbose_name=_("召开单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    kind = tables.Column(verbose_name=_("会议种类"), order_by=("kind__position", "kind__name"))
    title = tables.Column(verbose_name=_("名称"))
    presided_by = tables.Column(verbose_name=_("主持人"), order_by=("presided_by__name",))
    minutes = NumberColumn(verbose_name=_("时长（分钟）"))
    recorded_at = tables.DateTimeColumn(verbose_name=_("录入时间"))

    row_template = "reports/meetings/row.html"
    ends_with = "-pk"

    class Meta(HouseTable.Meta):
        model = Meeting
        fields = (
            "held_on",
            "unit",
            "bureau",
            "kind",
            "title",
            "presided_by",
            "minutes",
            "recorded_at",
        )
        order_by = ("-held_on",)

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def value_recorded_at(self, record):
        return record.recorded_at
