import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.models import SuperiorTask
from reports.models.choices import TASK_STANDING_LABELS
from reports.selectors.tasks import task_standing_of

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class TaskTable(HouseTable):
    row_template = "reports/tasks/row.html"

    item = tables.Column(verbose_name=_("条目"))
    title = tables.Column(verbose_name=pgettext_lazy("task", "任务"))
    document = tables.Column(
        verbose_name=pgettext_lazy("task", "文件"), order_by=("document", "issued_on")
    )
    unit = tables.Column(verbose_name=_("牵头单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    issued_on = DayColumn(verbose_name=_("下达日期"))
    due_on = DayColumn(verbose_name=_("完成期限"))
    measures = NumberColumn(verbose_name=_("措施"), accessor="measures_set")
    standing = tables.Column(
        verbose_name=_("情况"), empty_values=(), order_by=("done_on", "due_on")
    )

    class Meta(HouseTable.Meta):
        model = SuperiorTask
        fields = (
            "item",
            "title",
            "document",
            "unit",
            "bureau",
            "issued_on",
            "due_on",
            "measures",
            "standing",
        )
        empty_text = _("没有符合条件的上级任务。")

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def value_measures(self, record):
        return record.measures_set or 0

    def value_standing(self, record):
        return str(TASK_STANDING_LABELS[task_standing_of(record, record.as_of)])
