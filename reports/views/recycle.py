"""The recycle bin of a bureau: what was deleted, by whom, and putting it back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from reports.actions.recycle import BY_HAND, CannotRestoreRecord, kind_name, restore_record
from reports.domain.access import Act
from reports.domain.recycle import KEPT_DAYS, last_day, reasons_against_restoring
from reports.models import DeletedRecord
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin


class DeletedList(ScopeMixin, DayMixin, ListView):
    """Newest first, 50 a page; what is gone for good stays listed."""

    needs = Act.MANAGE_UNITS
    template_name = "reports/recycle/list.html"
    paginate_by = 50

    def get_queryset(self):
        rows = DeletedRecord.objects.select_related("deleted_by", "restored_by")
        return self.visible(rows.defer("rows"), Act.MANAGE_UNITS).order_by("-deleted_at", "-pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": [self.line(row) for row in context["object_list"]],
            "kept_days": KEPT_DAYS,
        }

    def line(self, row):
        day = localdate(row.deleted_at)
        against = reasons_against_restoring(
            is_restored=row.restored_at is not None,
            is_purged=row.purged_at is not None,
            is_by_hand=row.kind in BY_HAND,
            deleted_on=day,
            today=self.today,
        )
        return {
            "row": row,
            "kind": kind_name(row.kind),
            "until": last_day(day),
            "may_restore": not against,
        }


class DeletedRestore(ScopeMixin, View):
    needs = Act.MANAGE_UNITS
    http_method_names = ("post",)

    def post(self, request, pk):
        row = get_object_or_404(self.visible(DeletedRecord.objects.all(), Act.MANAGE_UNITS), pk=pk)
        try:
            restore_record(deleted_id=row.pk, by=request.user, at=timezone.now())
        except CannotRestoreRecord as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("已恢复“%(name)s”。") % {"name": row.label})
        return redirect("reports:deleted-list")
