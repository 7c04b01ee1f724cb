"""Staffing: the coverage map, its rules, the gaps, and what is remarked on."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.generic import FormView, TemplateView

from reports.actions.refusals import Refused
from reports.actions.staffing import (
    edit_staffing_rule,
    end_staffing_rule,
    set_staffing_rule,
)
from reports.domain.access import Act
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.staffing import Totals
from reports.exchange.sheets import XLSX, disposition, file_name, workbook
from reports.exchange.staffing import bureau_rows, coverage_rows
from reports.filters.staffing import GapFilter, RemarkFilter, is_named
from reports.forms.staffing import (
    BureauCoverageForm,
    CoverageForm,
    StaffingEndForm,
    StaffingRuleForm,
    initial_of,
)
from reports.models import StaffingRule, Unit
from reports.selectors.history import changes_of
from reports.selectors.staffing import (
    BureauCoverage,
    CoverageLine,
    Standing,
    coverage_by_bureau,
    coverage_of,
    existing,
    facts_of,
    gaps_in_year,
    proposals,
    remarks_for,
    rules_for,
    unit_rows,
    with_remarks,
    year_of,
)
from reports.tables.staffing import GapTable, RemarkTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 1000  # more rows are narrowed to a bureau or a kind first


class CoverageMap(ScopeMixin, DayMixin, TemplateView):
    """Each unit against its rule; who sees many bureaus begins with their sums."""

    template_name = "reports/staffing/map.html"

    @cached_property
    def bureau_pk(self) -> int | None:
        typed = self.request.GET.get("bureau", "")
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
            raise Http404
        return int(typed)

    @property
    def by_bureau(self) -> bool:
        return self.scope.sees_many_bureaus and self.bureau_pk is None

    @cached_property
    def lines(self) -> list[CoverageLine]:
        """Four queries, and two more for the remarks on the holders of one bureau."""
        span = year_of(self.year)
        last = max(min(self.on, span.last), span.first)
        units = existing(self.scope, first=min(span.first, self.on), last=max(last, self.on))
        if self.bureau_pk is not None:
            units = units.filter(bureau=self.bureau_pk)
        rows = unit_rows(units)
        if self.bureau_pk is not None and not rows and not self.known_bureau:
            raise Http404
        facts = facts_of(rows, first=min(span.first, self.on), last=self.on)
        lines = coverage_of(facts, year=self.year, on=self.on)
        return lines if self.by_bureau else with_remarks(lines, facts, on=self.on)

    @cached_property
    def known_bureau(self) -> Unit | None:
        """The chosen bureau where none of its units is on the map."""
        return self.visible(Unit.objects.bureaus()).filter(pk=self.bureau_pk).first()

    @cached_property
    def bureau_label(self) -> str:
        if self.bureau_pk is None:
            return ""
        if self.lines:
            return self.lines[0].unit.bureau.label
        return self.known_bureau.label if self.known_bureau else ""

    @cached_property
    def form(self):
        data = self.request.GET
        if self.by_bureau:
            return BureauCoverageForm(data)
        kinds = {line.unit.kind_id: line.unit.kind for line in self.lines}
        return CoverageForm(data, kinds=list(kinds.items()))

    @cached_property
    def shown(self) -> list[CoverageLine]:
        if not self.form.is_valid():
            return []
        given = self.form.cleaned_data
        return [line for line in self.lines if self.keeps(line, given)]

    def keeps(self, line: CoverageLine, given: dict) -> bool:
        ruled = line.has_rule or any(part.rule for part in line.parts)
        return (
            (ruled or bool(given.get("unruled")))
            and (line.standing != Standing.CLOSED or bool(line.parts))
            and is_named(line.unit, given.get("place") or "")
            and (given.get("kind") is None or line.unit.kind_id == given["kind"])
            and (not given.get("standing") or line.standing == given["standing"])
            and (not given.get("short") or line.days > 0)
        )

    @cached_property
    def bureaus(self) -> list[BureauCoverage]:
        if not self.form.is_valid():
            return []
        given = self.form.cleaned_data
        words = (given.get("place") or "").strip()
        return [
            row
            for row in coverage_by_bureau(self.lines)
            if words in row.bureau.label and (not given.get("lacking") or row.totals.lacking)
        ]

    @property
    def totals(self) -> Totals:
        parts = self.bureaus if self.by_bureau else self.shown
        return sum((part.totals for part in parts), Totals())

    @cached_property
    def reason(self) -> str:
        return self.request.GET.get("reason", "").strip()[:200]

    @property
    def title(self) -> str:
        place = self.bureau_label
        told = {"place": place, "year": self.year}
        if place:
            return _("%(place)s%(year)s年法制员配备情况") % told
        return _("%(year)s年法制员配备情况") % told

    def get(self, request, *args, **kwargs):
        if request.GET.get("_export") == XLSX and (self.by_bureau or self.reason):
            return self.as_sheet()
        return super().get(request, *args, **kwargs)

    def as_sheet(self) -> HttpResponse:
        about: list[tuple[str, object]] = [
            (_("名称"), self.title),
            (_("截至"), self.on),
            (_("导出人"), self.request.user.get_full_name() or self.request.user.get_username()),
            (_("导出时间"), timezone.localtime().replace(tzinfo=None)),
            (_("图例"), _("●配齐　◐部分天数未配备　○整月未配备　–没有标准；数字为未配备天数")),
        ]
        if self.reason:
            about.append((_("用途"), self.reason))
        rows = bureau_rows(self.bureaus) if self.by_bureau else coverage_rows(self.shown, self.year)
        content = workbook(rows, sheet=_("配备情况"), about=about)
        response = HttpResponse(content, content_type=SHEET_TYPE)
        response["Content-Disposition"] = disposition(file_name(self.title, self.on, XLSX))
        response["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs):
        narrowed = any(self.request.GET.get(name) for name in self.form.fields)
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "form": self.form,
            "by_bureau": self.by_bureau,
            "bureaus": self.bureaus if self.by_bureau else [],
            "lines": [] if self.by_bureau else self.shown[:MOST_SHOWN],
            "cut": MOST_SHOWN if len(self.shown) > MOST_SHOWN and not self.by_bureau else 0,
            "totals": self.totals,
            "unruled": sum(line.standing == Standing.NO_RULE for line in self.lines),
            "any_rule": any(line.has_rule or line.lacking for line in self.lines),
            "many_bureaus": self.scope.sees_many_bureaus,
            "bureau_pk": self.bureau_pk,
            "bureau_label": self.bureau_label,
            "narrowed": narrowed,
            "reason_missing": self.request.GET.get("_export") == XLSX,
            "may_set": self.scope.allows(Act.MANAGE_PEOPLE),
        }


class CoveragePrint(CoverageMap):
    """配备情况表 on A4 landscape: what the map shows, each month as a mark."""

    template_name = "reports/staffing/print.html"

    def get(self, request, *args, **kwargs):
        with override(DOCUMENT_LANGUAGE):
            answer = super().get(request, *args, **kwargs)
            return answer.render() if hasattr(answer, "render") else answer


# --- gaps and remarks ---------------------------------------------------------------------------


class RowsPage(SelectionMixin, ScopeMixin, TablePage):
    """A list of rows that are computed; a page gives them by ``read_rows``."""

    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    def read_rows(self) -> list:
        raise NotImplementedError

    def get_queryset(self):
        return Unit.objects.none()

    def get_filterset_kwargs(self, filterset_class):
        rows = [row for row in self.read_rows() if self.is_chosen(row)]
        return {**super().get_filterset_kwargs(filterset_class), "rows": rows}

    def is_chosen(self, row) -> bool:
        bureau, unit = self.keys.get("bureau"), self.keys.get("unit")
        return (bureau is None or row.unit.bureau.pk == bureau) and (
            unit is None or row.unit.pk == unit
        )

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"many_bureaus": self.scope.sees_many_bureaus}


class GapList(RowsPage):
    """Every number of empty posts opens this list."""

    table_class = GapTable
    filterset_class = GapFilter
    template_name = "reports/staffing/gaps.html"
    title = gettext_lazy("岗位空缺")
    empty_hint = gettext_lazy("本年度没有空缺：必须配备的岗位和配备标准要求的人员都已配齐。")

    def read_rows(self):
        return gaps_in_year(self.scope, year=self.year, on=self.on)

    def get_totals(self, queryset):
        return {"days": sum(gap.days for gap in queryset)} if queryset else {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"still_open": sum(gap.is_open for gap in self.object_list)}


class RemarkList(RowsPage):
    table_class = RemarkTable
    filterset_class = RemarkFilter
    template_name = "reports/staffing/remarks.html"
    title = gettext_lazy("任职提示")
    empty_hint = gettext_lazy("没有需要提示的情况。")
    export_needs_reason = True

    def read_rows(self):
        return remarks_for(self.scope, on=self.on)


# --- the rules ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule with what may be done with it."""

    rule: StaffingRule
    running: bool
    may: bool


class StaffingRuleList(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/staffing/rules.html"

    def get_context_data(self, **kwargs):
        lines = [
            RuleLine(
                rule,
                rule.first_day <= self.on and (rule.last_day is None or rule.last_day >= self.on),
                self.scope.may(Act.MANAGE_PEOPLE, rule),
            )
            for rule in rules_for(self.scope)
        ]
        may = self.scope.allows(Act.MANAGE_PEOPLE)
        own = any(line.may for line in lines)
        return super().get_context_data(**kwargs) | {
            "lines": [line for line in lines if line.running or line.rule.first_day > self.on],
            "ended": [
                line for line in lines if not line.running and line.rule.first_day <= self.on
            ],
            "may_set": may,
            "proposals": proposals(self.scope) if may and not own else [],
        }


class StaffingRuleNew(ScopeMixin, DayMixin, FormView):
    form_class = StaffingRuleForm
    template_name = "reports/staffing/rule_form.html"
    needs = Act.MANAGE_PEOPLE

    def get_initial(self):
        """What the address proposes; whatever is no choice is left out by the form."""
        asked = self.request.GET
        initial = {"first_day": date(self.today.year, 1, 1), "at_least": 1}
        if len(self.scope.bureau_ids) == 1:
            initial["unit"] = next(iter(self.scope.bureau_ids))
        for name in ("unit", "kind"):
            if (typed := asked.get(name, "")).isdecimal() and len(typed) <= 15:
                initial[name] = int(typed)
        posts = [typed for typed in asked.getlist("posts") if typed.isdecimal()]
        initial["posts"] = [int(typed) for typed in posts if len(typed) <= 15]
        initial["grade"] = asked.get("grade", "")[:20]
        return initial

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("设定配备标准")}

    def form_valid(self, form):
        try:
            set_staffing_rule(form.draft(), by=self.request.user, at=timezone.now())
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("配备标准已设定。"))
        return redirect("reports:staffing-rule-list")


class StaffingRulePage(ScopeMixin, DayMixin, FormView):
    """What the pages about one rule share."""

    template_name = "reports/staffing/rule_form.html"
    title = ""

    @cached_property
    def rule(self) -> StaffingRule:
        rows = StaffingRule.objects.select_related("unit", "unit__bureau", "kind")
        return self.get_visible(rows.prefetch_related("posts").distinct(), self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.MANAGE_PEOPLE, self.rule)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "rule": self.rule,
            "changes": changes_of(self.rule),
        }


class StaffingRuleEdit(StaffingRulePage):
    form_class = StaffingRuleForm
    title = gettext_lazy("修改配备标准")

    def get_initial(self):
        return initial_of(self.rule)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope, "rule": self.rule}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"corrects": True}

    def form_valid(self, form):
        try:
            edit_staffing_rule(
                rule_id=self.rule.pk, draft=form.draft(), by=self.request.user, at=timezone.now()
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect("reports:staffing-rule-list")


class StaffingRuleEnd(StaffingRulePage):
    form_class = StaffingEndForm
    title = gettext_lazy("截止配备标准")

    def get_initial(self):
        return {"on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"ends": True}

    def form_valid(self, form):
        try:
            end_staffing_rule(
                rule_id=self.rule.pk,
                on=form.cleaned_data["on"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("配备标准已截止。"))
        return redirect("reports:staffing-rule-list")
