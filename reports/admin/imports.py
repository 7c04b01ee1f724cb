"""Names of columns that sheets are recognised by: kept by the system administrator."""

from django.contrib import admin

from reports.domain.access import Act
from reports.models import ColumnName

from .base import LedgerAdmin


@admin.register(ColumnName)
class ColumnNameAdmin(LedgerAdmin):
    """One delivered list for all bureaus; what a bureau confirmed stands on its own pages."""

    reads = (Act.BRING_IN,)
    writes = (Act.MANAGE_TOP_UNITS,)
    list_display = ("name", "kind", "field")
    list_filter = ("kind",)
    search_fields = ("name", "field")
    autocomplete_fields = ("bureau",)
    ordering = ("kind", "field", "name")
    fields = ("kind", "name", "field")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(bureau=None)
