"""The pages of the audit administrator: the log, one entry, the seals. Nobody else has them."""

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, ListView

from reports.domain.access import Act
from reports.domain.audit_log import KEPT_DAYS
from reports.filters.audit_log import AuditLogFilter
from reports.models import AuditEntry, AuditSeal
from reports.selectors.audit_log import (
    MOST_EXPORTED,
    MOST_LISTED,
    last_seal,
    last_verification,
    listed,
    seal_of,
)
from reports.tables.audit_log import LogTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin

SEALS_SHOWN = 50


class AuditPage(ScopeMixin):
    needs = Act.READ_AUDIT_LOG
    shows_records = False


class AuditLogList(AuditPage, TablePage):
    table_class = LogTable
    filterset_class = AuditLogFilter
    template_name = "reports/audit_log/list.html"
    title = gettext_lazy("审计日志")
    empty_hint = gettext_lazy("还没有日志。登录、导出、变更和被拒绝的访问都会记在这里。")

    def get_queryset(self):
        return AuditEntry.objects.newest_first()

    def get_known_count(self):
        # Counted once a page, and never further than can be paged.
        if not hasattr(self, "_count"):
            self._count = listed(self.object_list)
        return self._count

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "is_capped": self.get_known_count() == MOST_LISTED,
            "most_listed": MOST_LISTED,
            "most_exported": MOST_EXPORTED,
            "seal": last_seal(),
            "verification": last_verification(),
        }

    def export(self, kind):
        # Up to now: rows are sent one by one, and the entry of this export would join them.
        last = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0
        newest = self.object_list.filter(pk__lte=last).values("pk")[:MOST_EXPORTED]
        self.object_list = AuditEntry.objects.newest_first().filter(pk__in=newest)
        return super().export(kind)

    def export_about(self):
        said = _("最多导出%(most)s条，更早的请缩小范围后再导出") % {"most": MOST_EXPORTED}
        return [*super().export_about(), (_("说明"), said)]

    @property
    def read_units(self):
        return ""


class AuditEntryDetail(AuditPage, DayMixin, DetailView):
    template_name = "reports/audit_log/detail.html"
    queryset = AuditEntry.objects.all()
    context_object_name = "entry"

    def get_context_data(self, **kwargs):
        shown = [
            (name, ", ".join(map(str, value)) if isinstance(value, list) else value)
            for name, value in sorted(self.object.details.items())
        ]
        return super().get_context_data(**kwargs) | {
            "details": shown,
            "seal": seal_of(self.object),
        }


class AuditSealList(AuditPage, DayMixin, ListView):
    template_name = "reports/audit_log/seals.html"
    context_object_name = "seals"

    def get_queryset(self):
        return AuditSeal.objects.order_by("-last_key")[:SEALS_SHOWN]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "verification": last_verification(),
            "kept_days": KEPT_DAYS,
        }
