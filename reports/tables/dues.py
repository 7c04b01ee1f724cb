import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.domain.dues import CountedIn
from reports.models import Due
from reports.models.choices import amount_label

from .base import HouseTable
from .columns import DayColumn, NumberColumn, VerdictColumn


class DueTable(HouseTable):
    unit = tables.Column(verbose_name=_("单位、人员"), order_by=("unit__path", "person__name"))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    schedule = tables.Column(verbose_name=_("制度"), order_by=("schedule__name",))
    number = NumberColumn(verbose_name=_("期次"))
    period_first = DayColumn(verbose_name=_("起"))
    period_last = DayColumn(verbose_name=_("止"))
    at_least = NumberColumn(verbose_name=_("应开"))
    counted = NumberColumn(verbose_name=_("已计入"))
    verdict = VerdictColumn(verbose_name=_("结论"))
    lacks_evidence = NumberColumn(verbose_name=_("缺材料"))

    row_template = "reports/dues/row.html"

    class Meta(HouseTable.Meta):
        model = Due
        fields = (
            "unit",
            "bureau",
            "schedule",
            "number",
            "period_first",
            "period_last",
            "at_least",
            "counted",
            "verdict",
            "lacks_evidence",
        )
        order_by = ("-period_last",)

    def value_unit(self, record):
        return record.owner

    def value_bureau(self, record):
        return record.bureau.name

    def value_schedule(self, record):
        return record.schedule.name

    def value_at_least(self, record):
        return in_its_measure(record.at_least, record)

    def value_counted(self, record):
        return in_its_measure(record.counted, record)


def in_its_measure(number: int, record: Due) -> int | str:
    """Times are a number; minutes say so."""
    counted_in = CountedIn(record.counted_in)
    return number if counted_in == CountedIn.TIMES else amount_label(number, counted_in)
