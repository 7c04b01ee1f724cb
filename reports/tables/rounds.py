import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import LookBackRound
from reports.models.choices import ROUND_STANDING_LABELS
from reports.selectors.rounds import round_standing_of

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class RoundTable(HouseTable):
    row_template = "reports/rounds/row.html"

    title = tables.Column(verbose_name=_("名称"))
    document_number = tables.Column(verbose_name=_("通知文号"))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    ordered_on = DayColumn(verbose_name=_("部署日期"))
    due_on = DayColumn(verbose_name=_("完成期限"))
    sampled = NumberColumn(verbose_name=_("抽查"))
    checked = NumberColumn(verbose_name=_("已检查"))
    failed = NumberColumn(verbose_name=_("不到位和反弹"))
    standing = tables.Column(
        verbose_name=_("情况"), empty_values=(), order_by=("ended_on", "due_on")
    )

    class Meta(HouseTable.Meta):
        model = LookBackRound
        fields = (
            "title",
            "document_number",
            "bureau",
            "ordered_on",
            "due_on",
            "sampled",
            "checked",
            "failed",
            "standing",
        )
        empty_text = _("没有符合条件的回头看检查。")

    def value_bureau(self, record):
        return record.bureau.name

    def value_standing(self, record):
        return str(ROUND_STANDING_LABELS[round_standing_of(record, record.as_of)])
