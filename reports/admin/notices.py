from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Act
from reports.models import IssuingOffice

from .base import LedgerAdmin, LedgerForm, request_scope


class IssuingOfficeForm(LedgerForm):
    def clean_prefix(self):
        prefix = self.cleaned_data["prefix"].strip()
        if IssuingOffice.objects.filter(prefix=prefix).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("该发文字号已被使用。"))
        return prefix


@admin.register(IssuingOffice)
class IssuingOfficeAdmin(LedgerAdmin):
    """Who issues notices: those of a bureau by its legal officer, others by the administrator."""

    form = IssuingOfficeForm
    writes = (Act.MANAGE_UNITS, Act.MANAGE_TOP_UNITS)
    list_display = ("name", "unit", "prefix")
    search_fields = ("name", "prefix")
    ordering = ("unit__path", "name")
    autocomplete_fields = ("unit",)
    fields = ("unit", "name", "prefix")

    def rows(self, queryset, scope):
        found = Q(unit__in=scope.units(Act.MANAGE_UNITS).values("pk"))
        if scope.allows(Act.MANAGE_TOP_UNITS):
            found |= Q(unit__bureau=None)
        return queryset.select_related("unit__bureau").filter(found)

    def may_change(self, scope, obj):
        if obj.unit.bureau_id is None:
            return scope.allows(Act.MANAGE_TOP_UNITS)
        return scope.may(Act.MANAGE_UNITS, obj.unit)

    def get_readonly_fields(self, request, obj=None):
        # Notices of the office are read by who reads its unit.
        return ("unit",) if obj is not None else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        scope = request_scope(request)
        if db_field.name == "unit" and scope.allows(Act.MANAGE_TOP_UNITS):
            field.queryset = field.queryset.filter(bureau=None)
        return field
