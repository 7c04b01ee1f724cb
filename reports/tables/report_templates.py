import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models import ReportTemplate

from .base import HouseTable
from .columns import NumberColumn


class TemplateTable(HouseTable):
    name = tables.Column(verbose_name=_("模板"))
    unit = tables.Column(verbose_name=_("制定单位"), order_by=("unit__path",), empty_values=())
    year = NumberColumn(verbose_name=_("适用年度"))
    is_active = tables.BooleanColumn(verbose_name=_("启用"))

    row_template = "reports/report_templates/row.html"

    class Meta(HouseTable.Meta):
        model = ReportTemplate
        fields = ("name", "unit", "year", "is_active")

    def value_unit(self, record):
        return record.unit.name if record.unit else _("系统自带")
