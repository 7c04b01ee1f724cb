"""The list of schedules: one row is the version of a schedule that is in force."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import ScheduleVersion
from reports.tables.base import HouseTable
from reports.tables.columns import DayColumn


class ScheduleTable(HouseTable):
    row_template = "reports/schedules/row.html"

    bureau = tables.Column(
        accessor="schedule__set__unit",
        verbose_name=_("单位"),
        order_by=("schedule__set__unit__path",),
    )
    set = tables.Column(
        accessor="schedule__set",
        verbose_name=_("制度组"),
        order_by=("schedule__set__position", "schedule__set__name"),
    )
    name = tables.Column(
        accessor="schedule__name", verbose_name=_("制度"), order_by=("schedule__name",)
    )
    rhythm = tables.Column(
        accessor="rhythm", verbose_name=_("周期"), order_by=("cadence", "every", "at_least")
    )
    owed_by = tables.Column(accessor="owed_by", verbose_name=_("由谁落实"), order_by=("owed_by",))
    asked_by = tables.Column(verbose_name=_("由谁要求"))
    legal_basis = tables.Column(verbose_name=_("依据"))
    first_day = DayColumn(verbose_name=_("自何日起"))
    ended_on = DayColumn(accessor="schedule__ended_on", verbose_name=_("废止日期"))

    class Meta(HouseTable.Meta):
        model = ScheduleVersion
        fields: tuple[str, ...] = ()
        sequence = (
            "bureau",
            "set",
            "name",
            "rhythm",
            "owed_by",
            "asked_by",
            "legal_basis",
            "first_day",
            "ended_on",
        )

    def value_bureau(self, value):
        return value.label

    def value_set(self, value):
        return value.name

    def value_owed_by(self, record):
        return record.who_owes
