import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import Assessment

from .base import HouseTable
from .columns import NumberColumn


class AssessmentTable(HouseTable):
    """How far each volume has come, the page says for the rows of a page."""

    row_template = "reports/assessments/row.html"

    year = NumberColumn(verbose_name=_("年度"))
    unit = tables.Column(verbose_name=_("分局"), order_by=("unit__path",))
    title = tables.Column(verbose_name=_("名称"))
    basis = tables.Column(verbose_name=_("依据"))
    progress = NumberColumn(
        accessor="pk",
        verbose_name=_("已自评"),
        orderable=False,
        empty_values=(),
        exclude_from_export=True,
    )

    class Meta(HouseTable.Meta):
        model = Assessment
        fields = ("year", "unit", "title", "basis", "progress")
        empty_text = _("没有符合条件的迎检卷。")

    def value_unit(self, record):
        return record.unit.label
