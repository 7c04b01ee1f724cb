import django_tables2 as tables
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from reports.models import AuditEntry
from reports.models.choices import AUDIT_KIND_LABELS, AUDIT_RESULT_LABELS, audit_doing

from .base import HouseTable
from .columns import WordColumn


class LogTable(HouseTable):
    """Newest first and in no other order: that of the chain is the only one that stays fast."""

    id = tables.Column(verbose_name=_("编号"), attrs={"th": {"class": "n"}})
    at = tables.Column(verbose_name=_("时间"), orderable=False)
    login = tables.Column(verbose_name=_("账号"), orderable=False)
    kind = WordColumn(verbose_name=_("类别"), labels=AUDIT_KIND_LABELS, orderable=False)
    action = tables.Column(verbose_name=_("操作"), orderable=False)
    object_label = tables.Column(verbose_name=_("对象"), orderable=False, empty_values=())
    result = WordColumn(verbose_name=_("结果"), labels=AUDIT_RESULT_LABELS, orderable=False)
    address = tables.Column(verbose_name=_("来源地址"), orderable=False)
    unit = tables.Column(verbose_name=_("单位"), orderable=False)

    row_template = "reports/audit_log/row.html"

    class Meta(HouseTable.Meta):
        model = AuditEntry
        fields = (
            "id",
            "at",
            "login",
            "kind",
            "action",
            "object_label",
            "result",
            "address",
            "unit",
        )
        order_by = ("-id",)

    def value_at(self, value):
        return localtime(value).replace(tzinfo=None)

    def value_action(self, value):
        return audit_doing(value)

    def value_object_label(self, record):
        number = f"#{record.object_key}" if record.object_key else ""
        return f"{number} {record.object_label}".strip()
