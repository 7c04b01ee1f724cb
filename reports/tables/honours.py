from typing import ClassVar

import django_tables2 as tables
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _

from reports.models import Honour
from reports.models.choices import HONOUR_KIND_LABELS, HONOUR_LEVEL_LABELS, HonourLevel

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn

RANK = Case(
    *(When(level=level.value, then=Value(place)) for place, level in enumerate(HonourLevel)),
    output_field=IntegerField(),
)


def holder_of(honour: Honour) -> str:
    """Who received it: a person, a unit, or the bureau itself."""
    if honour.person is not None:
        return honour.person.name
    return (honour.unit or honour.bureau).label


class HonourTable(HouseTable):
    """The page says how many ``years_running`` each one has been: that takes the years before."""

    row_template = "reports/honours/row.html"
    years_running: ClassVar[dict[int, int]] = {}

    year = NumberColumn(verbose_name=_("年度"))
    title = tables.Column(verbose_name=_("荣誉或考评结果"))
    kind = WordColumn(labels=HONOUR_KIND_LABELS, verbose_name=_("类别"))
    level = WordColumn(labels=HONOUR_LEVEL_LABELS, verbose_name=_("级别"))
    running = NumberColumn(
        accessor="pk", empty_values=(), orderable=False, verbose_name=_("连续年数")
    )
    awarded_by = tables.Column(verbose_name=_("授予机关"))
    awarded_on = DayColumn(verbose_name=_("授予日期"))
    holder = tables.Column(
        accessor="pk",
        order_by=("unit__path", "person__initials"),
        verbose_name=_("获得单位或个人"),
    )
    bureau = tables.Column(verbose_name=_("分局"), order_by=("bureau__path",))
    document_number = tables.Column(verbose_name=_("文号"))

    class Meta(HouseTable.Meta):
        model = Honour
        fields = (
            "year",
            "title",
            "kind",
            "level",
            "running",
            "awarded_by",
            "awarded_on",
            "holder",
            "bureau",
            "document_number",
        )
        empty_text = _("没有符合条件的荣誉和考评结果。")

    def order_level(self, queryset, is_descending):
        """From the nation down, not by the code."""
        return queryset.order_by(RANK.desc() if is_descending else RANK.asc()), True

    def value_running(self, record):
        return self.years_running.get(record.pk, 1)

    def value_holder(self, record):
        return holder_of(record)

    def value_bureau(self, record):
        return record.bureau.label
