import django_tables2 as tables
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.models import AgendaPaper
from reports.models.choices import day_label

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class AgendaTable(HouseTable):
    planned_on = DayColumn(verbose_name=_("拟召开日期"))
    unit = tables.Column(verbose_name=_("召开单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    kind = tables.Column(verbose_name=_("会议种类"), order_by=("kind__position", "kind__name"))
    title = tables.Column(verbose_name=_("名称"))
    points_count = NumberColumn(verbose_name=_("议题数"))
    held_then = tables.Column(verbose_name=_("会议"), empty_values=())

    row_template = "reports/agenda/row.html"

    class Meta(HouseTable.Meta):
        model = AgendaPaper
        fields = ("planned_on", "unit", "bureau", "kind", "title", "points_count", "held_then")
        order_by = ("-planned_on", "-pk")

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def value_held_then(self, record):
        if record.held_then is None:
            return gettext("未记录会议")
        return gettext("%(day)s召开") % {"day": day_label(record.held_then)}
