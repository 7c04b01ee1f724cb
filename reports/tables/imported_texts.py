import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import ImportedText
from reports.models.choices import TEXT_KIND_LABELS, TEXT_STATE_LABELS

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn


class TextsTable(HouseTable):
    title = tables.Column(verbose_name=_("文本"))
    kind = WordColumn(verbose_name=_("种类"), labels=TEXT_KIND_LABELS)
    year = NumberColumn(verbose_name=_("年度"))
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    recorded_at = DayColumn(verbose_name=_("导入时间"))
    state = WordColumn(verbose_name=_("状态"), labels=TEXT_STATE_LABELS)
    undecided = NumberColumn(verbose_name=_("未处理"))
    taken = NumberColumn(verbose_name=_("采用"))
    merged = NumberColumn(verbose_name=_("并入已有"))
    dropped = NumberColumn(verbose_name=_("不采用"))

    row_template = "reports/imports/text_row.html"

    class Meta(HouseTable.Meta):
        model = ImportedText
        fields = (
            "title",
            "kind",
            "year",
            "bureau",
            "recorded_at",
            "state",
            "undecided",
            "taken",
            "merged",
            "dropped",
        )
        order_by = ("-recorded_at",)

    def value_title(self, record):
        return str(record)

    def value_bureau(self, record):
        return record.bureau.name
