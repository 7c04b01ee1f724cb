import django_tables2 as tables
from django.db.models import F, FloatField, Value
from django.db.models.functions import Cast, NullIf
from django.utils.translation import gettext_lazy as _

from reports.models.choices import rate_label

from .base import HouseTable
from .columns import DayColumn, NumberColumn


class ExaminationTable(HouseTable):
    row_template = "reports/examinations/row.html"

    held_on = DayColumn(verbose_name=_("考试日期"))
    name = tables.Column(verbose_name=_("考试名称"))
    subject = tables.Column(verbose_name=_("科目"))
    unit = tables.Column(verbose_name=_("单位"), accessor="unit__label", order_by=("unit__path",))
    bureau = tables.Column(
        verbose_name=_("分局"), accessor="unit__bureau__label", order_by=("unit__bureau__path",)
    )
    pass_mark = NumberColumn(verbose_name=_("合格线"))
    rate = NumberColumn(verbose_name=_("合格／参考"), accessor="passed")

    class Meta(HouseTable.Meta):
        empty_text = _("没有符合条件的考试。")

    def order_rate(self, queryset, is_descending):
        share = Cast(F("passed"), FloatField()) / NullIf(F("participants"), Value(0))
        ordered = queryset.annotate(share=share)
        by = F("share").desc(nulls_last=True) if is_descending else F("share").asc(nulls_last=True)
        return ordered.order_by(by), True

    def value_rate(self, record):
        return rate_label(record.passed, record.participants)
