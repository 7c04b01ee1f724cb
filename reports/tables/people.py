import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models.choices import PERSON_KIND_LABELS, listed
from reports.selectors.people import post_words

from .base import HouseTable
from .columns import DayColumn, WordColumn


class PersonTable(HouseTable):
    row_template = "reports/people/row.html"

    name = tables.Column(verbose_name=_("姓名"))
    unit = tables.Column(verbose_name=_("所在单位"), order_by=("unit__path",))
    bureau = tables.Column(
        verbose_name=_("分局"),
        accessor="unit__bureau",
        order_by=("unit__bureau__path",),
    )
    held = tables.Column(verbose_name=_("岗位"), order_by=("first_post",), empty_values=())
    kind = WordColumn(verbose_name=_("人员类别"), labels=PERSON_KIND_LABELS)
    left_on = DayColumn(verbose_name=_("离任日期"))

    class Meta(HouseTable.Meta):
        order_by = ("unit",)
        empty_text = _("没有符合条件的人员。")

    def value_held(self, record):
        return listed(post_words(held, record) for held in record.held)
