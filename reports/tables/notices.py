import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import Notice
from reports.models.choices import NOTICE_STATE_LABELS
from reports.selectors.notices import late_days

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn


class NoticeTable(HouseTable):
    row_template = "reports/notices/row.html"

    number = tables.Column(verbose_name=_("文号"), order_by=("year", "office_id", "serial"))
    title = tables.Column(verbose_name=_("事由"))
    issuer = tables.Column(verbose_name=_("制发机关"))
    unit = tables.Column(verbose_name=_("承办单位"), order_by=("unit__path",))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    approved_on = DayColumn(verbose_name=_("签发日期"), accessor="approved_then")
    answer_by = DayColumn(verbose_name=_("回复期限"))
    state = WordColumn(verbose_name=_("状态"), accessor="state_then", labels=NOTICE_STATE_LABELS)
    answered_on = DayColumn(verbose_name=_("回复日期"), accessor="answered_then")
    late = NumberColumn(verbose_name=_("逾期天数"), empty_values=(), orderable=False)

    class Meta(HouseTable.Meta):
        model = Notice
        fields = (
            "number",
            "title",
            "issuer",
            "unit",
            "bureau",
            "approved_on",
            "answer_by",
            "state",
            "answered_on",
            "late",
        )
        empty_text = _("没有符合条件的督办单。")

    def value_number(self, record):
        return record.number if record.approved_then else ""

    def value_unit(self, record):
        return record.unit.name

    def value_bureau(self, record):
        return record.bureau.name

    def render_late(self, record):
        return late_days(record, record.as_of)

    def value_late(self, record):
        return late_days(record, record.as_of) or None
