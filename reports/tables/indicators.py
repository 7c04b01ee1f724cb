import django_tables2 as tables
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from reports.models import Indicator
from reports.models.choices import MADE_LABELS
from reports.selectors.indicators import kinds_said, years_said

from .base import HouseTable
from .columns import WordColumn


class IndicatorTable(HouseTable):
    row_template = "reports/indicators/row.html"

    name = tables.Column(verbose_name=pgettext_lazy("one", "指标"))
    counter = tables.Column(verbose_name=_("计量单位"))
    made = WordColumn(labels=MADE_LABELS, verbose_name=_("数据产生方式"))
    definition = tables.Column(verbose_name=_("口径"), orderable=False)
    kinds = tables.Column(accessor="pk", orderable=False, verbose_name=_("适用单位类别"))
    years = tables.Column(accessor="pk", order_by=("first_year",), verbose_name=_("适用年度"))
    unit = tables.Column(accessor="pk", order_by=("unit__path",), verbose_name=_("制定单位"))

    class Meta(HouseTable.Meta):
        model = Indicator
        fields = ("name", "counter", "made", "definition", "kinds", "years", "unit")
        empty_text = _("没有符合条件的指标。")

    def value_kinds(self, record):
        return kinds_said(record)

    def value_years(self, record):
        return years_said(record)

    def value_unit(self, record):
        return record.unit.label if record.unit else gettext("统一设置")
