"""Indicators: the list, one of them by month and unit, defining them, sums that must agree."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.indicators import drop_sum, edit_indicator, set_indicator, set_sum
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.indicators import Counted, side_by_side
from reports.filters.indicators import IndicatorFilter
from reports.forms.base import key_in
from reports.forms.indicators import IndicatorForm, SumForm, initial_of, record_kinds
from reports.models import Indicator, MeetingKind, SumRule, Unit
from reports.selectors.figures import (
    concerns,
    unit_lines,
)
from reports.selectors.history import changes_of
from reports.selectors.indicators import (
    Defined,
    defined,
    indicators_for,
    rule_words,
)
from reports.tables.indicators import IndicatorTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin

# So many units stand in one table; more are seen by way of a bureau.
MOST_UNITS = 120


class IndicatorList(ScopeMixin, TablePage):
    table_class = IndicatorTable
    filterset_class = IndicatorFilter
    template_name = "reports/indicators/list.html"
    title = pgettext_lazy("several", "指标")
    empty_hint = gettext_lazy("还没有指标。")

    def get_queryset(self):
        return indicators_for(self.scope).prefetch_related("unit_kinds")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "may_set": self.scope.allows(Act.SET_INDICATOR),
            "may_enter": self.scope.allows(Act.ENTER_FIGURE),
            "may_check": self.scope.allows(Act.CHECK_FIGURE),
        }


class IndicatorPage(ScopeMixin, DayMixin):
    """What the pages about one indicator share."""

    @cached_property
    def of(self) -> Defined:
        rows = Indicator.objects.select_related("unit", "unit__bureau")
        found = defined(self.visible(rows).filter(pk=self.kwargs["pk"]))
        if not found:
            raise Http404
        return found[0]

    @property
    def indicator(self) -> Indicator:
        return self.of.indicator

    def may_set(self) -> bool:
        """A bureau changes its own; what is delivered for everyone is kept in the admin."""
        unit = self.indicator.unit
        return unit is not None and self.scope.may(Act.SET_INDICATOR, unit)


class IndicatorDetail(IndicatorPage, TemplateView):
    """One indicator by month: of the units of the scope, or of one alone where none compares."""

    template_name = "reports/indicators/detail.html"

    @cached_property
    def units(self) -> list[Unit]:
        """The bureaus of a scope of several, else the bureau and its units, in their order."""
        rows = self.scope.units().filter(bureau__isnull=False, kind__is_body=False)
        if self.scope.sees_many_bureaus and not self.asked:
            rows = rows.bureaus()
        if self.asked:
            rows = rows.filter(pk=self.asked)
        if self.indicator.unit is not None:
            rows = rows.under(self.indicator.unit)
        return list(rows.existing_in(self.year).select_related("kind").in_order()[:MOST_UNITS])

    @cached_property
    def asked(self) -> int | None:
        typed = self.request.GET.get("unit", "")
        if not typed:
            return None
        key = key_in(typed)
        if key is None:
            raise Http404
        return key

    def get_context_data(self, **kwargs):
        of, indicator, units = self.of, self.indicator, self.units
        if self.asked and not units:
            raise Http404
        concerned = [
            unit for unit in units if concerns(of, unit, [] if unit.is_bureau else units, self.year)
        ]
        shown = side_by_side(concerned, no_comparison=indicator.no_comparison)
        days = {"year": self.year, "on": self.on, "today": self.today}
        # The units of a bureau are read with it, unless it stands among many or alone.
        below = None if self.asked or self.scope.sees_many_bureaus else units
        return super().get_context_data(**kwargs) | {
            "indicator": indicator,
            "of": of,
            "rule": rule_words(of),
            "kinds": list(indicator.unit_kinds.order_by("position")),
            "lines": unit_lines(self.scope, of, shown, below=below, **days) if shown else [],
            "choices": concerned if indicator.no_comparison else [],
            "months": range(1, 13),
            "asked": self.asked,
            "may_set": self.may_set(),
            "changes": changes_of(indicator),
        }


class IndicatorForms(ScopeMixin, DayMixin, FormView):
    """What defining and correcting an indicator share."""

    form_class = IndicatorForm
    template_name = "reports/indicators/form.html"
    needs = Act.SET_INDICATOR
    indicator: Indicator | None = None

    def get_form_kwargs(self):
        bureaus = self.scope.units(Act.SET_INDICATOR).bureaus().in_order()
        meetings = MeetingKind.objects.order_by("position", "pk").values_list("code", "name")
        kinds = {Counted.RECORDS: record_kinds(), Counted.MEETINGS: list(meetings)}
        return super().get_form_kwargs() | {
            "units": bureaus,
            "kinds": kinds,
            "indicator": self.indicator,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "indicator": self.indicator,
        }


class IndicatorNew(IndicatorForms):
    title = gettext_lazy("设置指标")

    def form_valid(self, form):
        try:
            indicator = set_indicator(form.draft(), by=self.request.user, at=timezone.now())
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("指标“%(name)s”已设置。") % {"name": indicator.name})
        return redirect(indicator)


class IndicatorEdit(IndicatorForms):
    title = gettext_lazy("修改指标")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            rows = Indicator.objects.select_related("unit", "unit__bureau")
            self.indicator = self.get_visible(rows, kwargs["pk"])
            if self.indicator.unit is None:
                raise PermissionDenied(_("随系统提供的指标由系统管理员维护。"))
            self.require(Act.SET_INDICATOR, self.indicator)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return initial_of(self.indicator)

    def form_valid(self, form):
        try:
            edit_indicator(
                indicator_id=self.indicator.pk,
                draft=form.draft(),
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.indicator)


# --- sums ----------------------------------------------------------------------------------------


class SumList(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/indicators/sums.html"

    def get_context_data(self, **kwargs):
        seen = indicators_for(self.scope)
        rows = SumRule.objects.filter(whole__in=seen.values("pk")).select_related("whole__unit")
        rows = rows.prefetch_related("parts").order_by("whole__position", "pk")
        may = self.scope.allows(Act.SET_INDICATOR)
        return super().get_context_data(**kwargs) | {
            "rules": [(rule, self.may_set(rule)) for rule in rows],
            "may_set": may,
        }

    def may_set(self, rule: SumRule) -> bool:
        unit = rule.whole.unit
        return unit is not None and self.scope.may(Act.SET_INDICATOR, unit)


class SumForms(ScopeMixin, DayMixin, FormView):
    """A sum belongs to whoever set its whole: a bureau declares those of its own indicators."""

    form_class = SumForm
    template_name = "reports/indicators/sum_form.html"
    needs = Act.SET_INDICATOR
    rule: SumRule | None = None

    def get_form_kwargs(self):
        seen = indicators_for(self.scope).filter(is_share=False)
        wholes = self.scope.limit(seen, Act.SET_INDICATOR).filter(unit__isnull=False)
        return super().get_form_kwargs() | {"wholes": wholes, "parts": seen}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"rule": self.rule, "title": self.title}

    def form_valid(self, form):
        try:
            set_sum(
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                sum_id=self.rule.pk if self.rule else None,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect("reports:sum-list")


class SumNew(SumForms):
    title = gettext_lazy("设置勾稽关系")


class SumEdit(SumForms):
    title = gettext_lazy("修改勾稽关系")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.rule = self.found(kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def found(self, pk: int) -> SumRule:
        seen = indicators_for(self.scope)
        rows = SumRule.objects.filter(whole__in=seen.values("pk")).select_related("whole__unit")
        rule = rows.filter(pk=pk).first()
        if rule is None:
            raise Http404
        unit = rule.whole.unit
        if unit is None or not self.scope.may(Act.SET_INDICATOR, unit):
            raise PermissionDenied(_("随系统提供的勾稽关系由系统管理员维护。"))
        return rule

    def get_initial(self):
        rule = self.rule
        return {"name": rule.name, "whole": rule.whole_id, "parts": list(rule.parts.all())}

    def post(self, request, *args, **kwargs):
        if "drop" not in request.POST:
            return super().post(request, *args, **kwargs)
        drop_sum(sum_id=self.rule.pk, by=request.user, at=timezone.now())
        messages.success(request, _("已取消该勾稽关系。"))
        return redirect("reports:sum-list")
