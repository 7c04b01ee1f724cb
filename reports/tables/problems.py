import django_tables2 as tables
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.models import Problem
from reports.models.choices import PROBLEM_CLASS_LABELS, PROBLEM_STATE_LABELS

from .base import HouseTable
from .columns import DayColumn, WordColumn


class ProblemTable(HouseTable):
    row_template = "reports/problems/row.html"

    number = tables.Column(verbose_name=gettext_lazy("编号"), order_by=("year", "pk"))
    title = tables.Column(verbose_name=gettext_lazy("问题"))
    unit = tables.Column(verbose_name=gettext_lazy("牵头单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=gettext_lazy("分局"), order_by=("bureau__path",))
    source = tables.Column(verbose_name=gettext_lazy("来源"), order_by=("source__position",))
    kind = WordColumn(verbose_name=gettext_lazy("整改类别"), labels=PROBLEM_CLASS_LABELS)
    found_on = DayColumn(verbose_name=gettext_lazy("发现日期"))
    due_on = DayColumn(verbose_name=gettext_lazy("整改期限"), accessor="due_then")
    state = WordColumn(
        verbose_name=gettext_lazy("状态"), accessor="state_then", labels=PROBLEM_STATE_LABELS
    )
    closed_on = DayColumn(verbose_name=gettext_lazy("销号日期"), accessor="closed_then")

    class Meta(HouseTable.Meta):
        model = Problem
        fields = (
            "number",
            "title",
            "unit",
            "bureau",
            "source",
            "kind",
            "found_on",
            "due_on",
            "state",
            "closed_on",
        )
        empty_text = gettext_lazy("没有符合条件的问题。")

    def value_number(self, record):
        return _("%(year)s年 %(number)s") % {"year": record.year, "number": record.number}

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name
