from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.indicators import IndicatorDraft, edit_indicator, set_indicator, set_sum
from reports.domain.access import Act
from reports.domain.figures import Made
from reports.models import Indicator, SumRule
from reports.models.choices import listed

from .base import LedgerAdmin, acting, beside


@admin.register(Indicator)
class IndicatorAdmin(LedgerAdmin):
    """The indicators for everyone; what a bureau sets for itself it keeps on its own pages."""

    writes = (Act.MANAGE_TOP_UNITS,)
    reads = (Act.SET_INDICATOR,)
    list_display = ("name", "code", "counter", "made", "no_comparison", "position")
    list_filter = ("made", "no_comparison")
    search_fields = ("name", "code", "definition")
    ordering = ("position", "pk")
    autocomplete_fields = ("unit",)
    filter_horizontal = ("unit_kinds",)
    fields = (
        "code",
        "name",
        "counter",
        "definition",
        "decimals",
        "unit_kinds",
        ("first_year", "last_year"),
        "made",
        "rule",
        "is_share",
        "no_comparison",
        "position",
    )

    def rows(self, queryset, scope):
        return queryset.filter(unit__isnull=True)

    def get_readonly_fields(self, request, obj=None):
        return ("code",) if obj is not None else ()

    def save_model(self, request, obj, form, change):
        given = form.cleaned_data
        same = ("name", "counter", "definition", "decimals", "first_year", "last_year")
        names = (*same, "unit_kinds", "is_share", "no_comparison", "position")
        draft = IndicatorDraft(
            **{name: given[name] for name in names},
            made=Made(given["made"]),
            rule=given["rule"] or {},
            code=obj.code,
        )
        with beside("rule"):
            if change:
                edit_indicator(indicator_id=obj.pk, draft=draft, **acting(request))
            else:
                obj.pk = set_indicator(draft, **acting(request)).pk
                obj._state.adding = False

    def save_related(self, request, form, formsets, change):
        """The kinds of units have been set along with the indicator."""


@admin.register(SumRule)
class SumRuleAdmin(LedgerAdmin):
    """The sums among indicators for everyone."""

    writes = (Act.MANAGE_TOP_UNITS,)
    reads = (Act.SET_INDICATOR,)
    list_display = ("name", "whole", "of_parts")
    search_fields = ("name", "whole__name")
    ordering = ("pk",)
    autocomplete_fields = ("whole", "parts")
    fields = ("name", "whole", "parts")

    def rows(self, queryset, scope):
        shown = queryset.filter(whole__unit__isnull=True)
        return shown.select_related("whole").prefetch_related("parts")

    @admin.display(description=_("分项指标"))
    def of_parts(self, obj):
        return listed(part.name for part in obj.parts.all())

    def save_model(self, request, obj, form, change):
        given = form.cleaned_data
        with beside("parts"):
            rule = set_sum(
                name=given["name"],
                whole=given["whole"],
                parts=list(given["parts"]),
                sum_id=obj.pk if change else None,
                by=request.user,
                at=timezone.now(),
            )
        obj.pk = rule.pk
        obj._state.adding = False

    def save_related(self, request, form, formsets, change):
        """The parts have been set along with the sum."""
