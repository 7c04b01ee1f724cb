import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import SheetImport
from reports.models.choices import SHEET_KIND_LABELS, SHEET_STATE_LABELS

from .base import HouseTable
from .columns import DayColumn, WordColumn


class SheetsTable(HouseTable):
    file_name = tables.Column(verbose_name=_("文件"))
    kind = WordColumn(verbose_name=_("内容"), labels=SHEET_KIND_LABELS)
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    recorded_at = DayColumn(verbose_name=_("上传时间"))
    state = WordColumn(verbose_name=_("状态"), labels=SHEET_STATE_LABELS)
    entered_at = DayColumn(verbose_name=_("入库时间"))

    row_template = "reports/imports/sheet_row.html"

    class Meta(HouseTable.Meta):
        model = SheetImport
        fields = ("file_name", "kind", "bureau", "recorded_at", "state", "entered_at")
        order_by = ("-recorded_at",)
        empty_text = _("没有符合条件的表格。")

    def value_bureau(self, record):
        return record.bureau.name
