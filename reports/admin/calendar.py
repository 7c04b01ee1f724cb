from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form, IntegerField
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.calendar import (
    ask_for_planning,
    save_holiday,
    seed_holidays,
    take_out_holidays,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.models import Holiday

from .base import LedgerAdmin, acting


class YearForm(Form):
    year = IntegerField(label=_("年份"), min_value=2004, max_value=2100)


@admin.register(Holiday)
class HolidayAdmin(LedgerAdmin):
    reads = (Act.SET_SCHEDULE,)
    writes = (Act.MANAGE_CALENDAR,)
    list_display = ("day", "kind", "name", "source")
    list_filter = ("kind",)
    search_fields = ("name", "source")
    date_hierarchy = "day"
    ordering = ("-day",)
    actions = ("take_out",)
    change_list_template = "admin/reports/holiday/change_list.html"

    def has_take_out_permission(self, request):
        return self.has_change_permission(request)

    def save_model(self, request, obj, form, change):
        save_holiday(holiday=obj, **acting(request))
        self.message_user(request, _("应开事项将由后台任务重新核算。"), messages.INFO)

    @admin.action(description=_("从日历中去掉所选日期"), permissions=["take_out"])
    def take_out(self, request, queryset):
        days = list(queryset.values_list("day", flat=True))
        count = take_out_holidays(days=days, **acting(request))
        self.message_user(request, _("已去掉%(count)s天。") % {"count": count}, messages.SUCCESS)

    def changelist_view(self, request, extra_context=None):
        year = timezone.localdate().year
        have = set(
            Holiday.objects.filter(day__year__in=(year, year + 1)).values_list(
                "day__year", flat=True
            )
        )
        lacking = [each for each in (year, year + 1) if each not in have]
        return super().changelist_view(
            request,
            {"lacking": lacking, "may_import": self.has_change_permission(request)},
        )

    def get_urls(self):
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="reports_holiday_import"), *super().get_urls()]

    def import_view(self, request):
        """Enter a year that comes with the program; what staff entered stays."""
        if not self.has_change_permission(request):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        form = YearForm(request.POST or None, initial={"year": timezone.localdate().year})
        if request.method == "POST" and form.is_valid():
            try:
                made = seed_holidays(year=form.cleaned_data["year"], **acting(request))
            except Refused as refusal:
                form.add_error("year", refusal.reasons)
            else:
                if made:
                    ask_for_planning(**acting(request))
                self.message_user(
                    request,
                    _("%(year)s年：新录入%(count)s天，已有的未改动。")
                    % {"year": form.cleaned_data["year"], "count": made},
                    messages.SUCCESS,
                )
                return redirect("admin:reports_holiday_changelist")
        return TemplateResponse(
            request,
            "admin/reports/holiday/import.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("导入自带的节假日"),
                "form": form,
            },
        )
