from django.contrib import admin
from django.forms import CharField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Act
from reports.models import Honour, Unit

from .base import LedgerAdmin, LedgerForm


class HonourForm(LedgerForm):
    because = CharField(
        label=_("作废原因"),
        required=False,
        max_length=300,
        help_text=_("误录时填写；作废后仍可查看，不再计入。"),
    )


@admin.register(Honour)
class HonourAdmin(LedgerAdmin):
    form = HonourForm
    writes = (Act.COMPILE_REPORT,)
    list_display = ("title", "year", "kind", "level", "bureau", "awarded_by", "cancelled_because")
    list_filter = ("year", "kind", "level")
    search_fields = ("title", "awarded_by")
    ordering = ("-year", "bureau__path", "pk")
    autocomplete_fields = ("bureau", "unit", "person")

    def rows(self, queryset, scope):
        return scope.limit(queryset.select_related("bureau", "unit"), Act.COMPILE_REPORT)

    def may_change(self, scope, obj):
        return not obj.is_cancelled and scope.may(Act.COMPILE_REPORT, obj)

    def get_fields(self, request, obj=None):
        who = ("bureau", "unit", "person", "year", "kind", "level")
        fields = (*who, "title", "awarded_by", "awarded_on", "document_number")
        if obj is None:
            return fields
        return (*fields, "cancelled_because") if obj.is_cancelled else (*fields, "because")

    def get_readonly_fields(self, request, obj=None):
        return ("cancelled_because",) if obj is not None and obj.is_cancelled else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "bureau":
            field.queryset = field.queryset.filter(pk__in=Unit.objects.bureaus().values("pk"))
        return field

    def save_model(self, request, obj, form, change):
        if because := form.cleaned_data.get("because", "").strip():
            obj.cancelled_because = because
            obj.cancelled_at, obj.cancelled_by = timezone.now(), request.user
        super().save_model(request, obj, form, change)
