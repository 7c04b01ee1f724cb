import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from reports.models.choices import VALIDITY_LABELS

from .base import HouseTable
from .columns import DayColumn, NumberColumn, WordColumn


class CertificateTable(HouseTable):
    """``on`` is the day from which the days left are counted."""

    row_template = "reports/certificates/row.html"

    person = tables.Column(verbose_name=_("姓名"), order_by=("person__initials", "person__pk"))
    unit = tables.Column(
        verbose_name=_("单位"), accessor="person__unit__label", order_by=("person__unit__path",)
    )
    bureau = tables.Column(
        verbose_name=_("分局"),
        accessor="person__unit__bureau__label",
        order_by=("person__unit__bureau__path",),
    )
    kind = tables.Column(verbose_name=_("证件种类"), order_by=("kind__position",))
    number = tables.Column(verbose_name=_("编号"))
    issued_by = tables.Column(verbose_name=_("发证机关"))
    issued_on = DayColumn(verbose_name=_("发证日期"))
    valid_until = DayColumn(verbose_name=_("有效期至"))
    left = NumberColumn(
        verbose_name=_("剩余天数"), empty_values=(), order_by=("valid_until",), accessor="pk"
    )
    stands = WordColumn(verbose_name=_("状态"), labels=VALIDITY_LABELS)

    class Meta(HouseTable.Meta):
        empty_text = _("没有符合条件的证件。")

    def __init__(self, *args, on=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def value_left(self, record):
        if record.valid_until is None or self.on is None:
            return None
        return (record.valid_until - self.on).days
