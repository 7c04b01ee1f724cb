import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.models import AccountGiven, Deed, DutyList
from reports.models.choices import (
    ACCOUNT_FORM_LABELS,
    DEED_FORM_LABELS,
    DEED_KIND_LABELS,
    DUTY_LEVEL_LABELS,
)

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn


class DutyTable(HouseTable):
    row_template = "reports/first_person/list_row.html"

    bureau = tables.Column(
        accessor="unit", verbose_name=_("分局"), order_by=("unit__path", "level")
    )
    title = tables.Column(verbose_name=_("名称"))
    level = WordColumn(verbose_name=_("层级"), labels=DUTY_LEVEL_LABELS)
    post = tables.Column(verbose_name=_("责任身份"), order_by=("post__position",))
    items = NumberColumn(verbose_name=_("条目"), accessor="items")
    checked_on = DayColumn(verbose_name=_("核对"))

    class Meta(HouseTable.Meta):
        model = DutyList
        fields = ("bureau", "title", "level", "post", "items", "checked_on")
        empty_text = _("没有符合条件的职责清单。")

    def value_bureau(self, record):
        return record.unit.name

    def value_checked_on(self, record):
        return record.checked_on or str(_("待与正式文本核对"))


class DeedTable(HouseTable):
    row_template = "reports/first_person/deed_row.html"

    on = DayColumn(verbose_name=pgettext_lazy("type", "日期"))
    person = tables.Column(verbose_name=_("履职人"), order_by=("person__name",))
    kind = WordColumn(verbose_name=_("履职方式"), labels=DEED_KIND_LABELS)
    title = tables.Column(verbose_name=_("事项"))
    form = WordColumn(verbose_name=_("形式"), labels=DEED_FORM_LABELS)
    document_number = tables.Column(verbose_name=_("文号"))
    unit = tables.Column(verbose_name=_("任职单位"), order_by=("unit__path",))
    recorded_at = tables.DateTimeColumn(verbose_name=_("录入时间"))

    class Meta(HouseTable.Meta):
        model = Deed
        fields = (
            "on",
            "person",
            "kind",
            "title",
            "form",
            "document_number",
            "unit",
            "recorded_at",
        )
        empty_text = _("没有符合条件的履职记录。")

    def value_unit(self, record):
        return record.unit.name


class AccountTable(HouseTable):
    row_template = "reports/first_person/account_row.html"

    person = tables.Column(verbose_name=_("述法人"), order_by=("person__name",))
    unit = tables.Column(verbose_name=_("任职单位"), order_by=("unit__path",))
    post = tables.Column(verbose_name=_("时任岗位"), order_by=("post__position",))
    form = WordColumn(verbose_name=_("述法形式"), labels=ACCOUNT_FORM_LABELS)
    on = DayColumn(verbose_name=_("述法日期"))
    before = tables.Column(verbose_name=_("述法对象"))
    commented_by = tables.Column(verbose_name=_("点评人"))
    problems_named = NumberColumn(verbose_name=_("登记问题"), accessor="problems_named")

    class Meta(HouseTable.Meta):
        model = AccountGiven
        fields = (
            "person",
            "unit",
            "post",
            "form",
            "on",
            "before",
            "commented_by",
            "problems_named",
        )
        empty_text = _("没有符合条件的述法记录。")

    def value_unit(self, record):
        return record.unit.name
