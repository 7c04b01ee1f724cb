from django.contrib import admin

from reports.domain.access import Act
from reports.models import Holiday

from .base import LedgerAdmin


@admin.register(Holiday)
class HolidayAdmin(LedgerAdmin):
    """Looked up here; changed on the page of the calendar, which shows first what that would do."""

    reads = (Act.SET_SCHEDULE, Act.MANAGE_CALENDAR)
    list_display = ("day", "kind", "name", "source")
    list_filter = ("kind",)
    search_fields = ("name", "source")
    date_hierarchy = "day"
    ordering = ("-day",)
    change_list_template = "admin/reports/holiday/change_list.html"
