"""Figures: the monthly sheet of a unit, checking what others entered, the year of a place."""

from calendar import monthrange
from datetime import date
from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override
from django.views.generic import FormView, TemplateView

from reports.actions.indicators import (
    CannotRecordFigures,
    Sheet,
    check_figures,
    record_sheet,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.indicators import sum_rows, year_rows
from reports.exchange.sheets import XLSX, disposition, file_name, workbook
from reports.forms.base import key_in
from reports.forms.figures import FigureSheetForm, common_source
from reports.models import Figure, Unit
from reports.selectors.figures import (
    corrections_of,
    late_by,
    month_before,
    sheet_lines,
    unchecked,
    unchecked_by_unit,
    value_of,
    year_table,
)
from reports.selectors.history import changes_of
from reports.selectors.indicators import (
    defined,
    indicators_for,
    set_for,
)
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Above the bureaus there may be thousands of units; theirs are found by way of the bureau's page.
MOST_PLACES = 300
MONTH_SHEET, YEAR_SHEET, TARGET_SHEET = "month", "year", "target"


class PlacePage(ScopeMixin, DayMixin):
    """A page of one unit, named in the address or the first that the user works for."""

    act_of_place = Act.READ

    @cached_property
    def places(self) -> list[Unit]:
        """What may be chosen, in the order of the organisation; of many bureaus only they."""
        rows = self.scope.units(self.act_of_place).select_related("kind", "bureau")
        if self.scope.sees_many_bureaus:
            rows = rows.bureaus()
        rows = rows.filter(bureau__isnull=False, kind__is_body=False).existing_in(self.year)
        return list(rows.in_order()[:MOST_PLACES])

    @cached_property
    def place(self) -> Unit:
        typed = self.request.GET.get("unit", "")
        if not typed:
            if not self.places:
                raise Http404
            return self.places[0]
        key = key_in(typed)
        if key is None:
            raise Http404
        loaded = {unit.pk: unit for unit in self.places}
        if key in loaded:
            return loaded[key]
        rows = Unit.objects.select_related("kind", "bureau").filter(bureau__isnull=False)
        return self.get_visible(rows, key)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"place": self.place, "places": self.places}


# --- the sheet -----------------------------------------------------------------------------------


class FigureSheet(PlacePage, FormView):
    """One month (or the whole year, or the year's targets) of one unit, all rows at once."""

    form_class = FigureSheetForm
    template_name = "reports/figures/sheet.html"
    title = gettext_lazy("填报数据")

    @cached_property
    def kind(self) -> str:
        asked = self.request.GET.get("sheet", MONTH_SHEET)
        return asked if asked in (YEAR_SHEET, TARGET_SHEET) else MONTH_SHEET

    @cached_property
    def period(self) -> tuple[int, int | None]:
        """Year and month: as asked, else the last month that is over."""
        if self.kind != MONTH_SHEET:
            return self.year, None
        typed = self.request.GET.get("month", "")
        if typed.isascii() and typed.isdigit() and 1 <= int(typed[:2]) <= 12:
            return self.year, int(typed[:2])
        if self.on.year != self.year:
            return self.year, 12
        year, month = month_before(self.on.year, self.on.month)
        return (year, month) if "year" not in self.request.GET else (self.year, max(month % 12, 1))

    @cached_property
    def lines(self):
        rows = set_for(indicators_for(self.scope), self.place)
        year, month = self.period
        return sheet_lines(
            self.scope,
            self.place,
            defined(rows),
            year=year,
            month=month,
            is_target=self.kind == TARGET_SHEET,
        )

    @cached_property
    def act(self) -> Act:
        return Act.SET_INDICATOR if self.kind == TARGET_SHEET else Act.ENTER_FIGURE

    @cached_property
    def may_enter(self) -> bool:
        begun = self.kind == TARGET_SHEET or date(self.period[0], self.period[1] or 1, 1)
        return self.scope.may(self.act, self.place) and (begun is True or begun <= self.today)

    def get_form_kwargs(self):
        source = common_source([line.figure for line in self.lines])
        return super().get_form_kwargs() | {
            "lines": self.lines,
            "source": source or self.source_before,
        }

    @cached_property
    def source_before(self) -> str:
        """The source that this unit named last: it seldom changes."""
        year, _month = self.period
        rows = Figure.objects.standing().filter(unit=self.place, is_target=False)
        before = rows.filter(year__lte=year).order_by("-year", "-month", "-recorded_at")
        return before.values_list("source", flat=True).first() or ""

    def post(self, request, *args, **kwargs):
        self.require(self.act, self.place)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        year, month = self.period
        sheet = Sheet(self.place, year, month, self.kind == TARGET_SHEET)
        try:
            done = record_sheet(
                sheet,
                form.drafts,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotRecordFigures as refusal:
            form.take(refusal)
            return self.form_invalid(form)
        if not done.anything:
            messages.info(self.request, _("没有改动。"))
        else:
            told = {"new": done.new, "corrected": done.corrected, "back": done.taken_back}
            messages.success(
                self.request,
                _("已保存：新填报%(new)s项，更正%(corrected)s项，作废%(back)s项。") % told,
            )
        return redirect(self.request.get_full_path())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        year, month = self.period
        rows = list(context["form"].rows())
        return context | {
            "title": self.title,
            "kind": self.kind,
            "sheet_year": year,
            "sheet_month": month,
            "last_month": month_before(year, month)[1] if month else None,
            "months": range(1, 13),
            "rows": rows,
            "late": {
                line.figure.pk: late_by(line.figure, localtime(line.figure.recorded_at).date())
                for line in self.lines
                if line.figure
            },
            "filled": sum(line.figure is not None for line in self.lines),
            "may_enter": self.may_enter,
            "may_set": self.scope.may(Act.SET_INDICATOR, self.place),
            "may_check": self.scope.may(Act.CHECK_FIGURE, self.place),
            "neighbours": self.neighbours(),
        }

    def neighbours(self) -> list[tuple[str, str]]:
        """The months before and after, with their addresses."""
        year, month = self.period
        if month is None:
            return []
        after = (year + 1, 1) if month == 12 else (year, month + 1)
        return [
            f"?{urlencode({'unit': self.place.pk, 'year': y, 'month': m})}"
            for y, m in (month_before(year, month), after)
        ]


# --- one figure ----------------------------------------------------------------------------------


class FigureDetail(ScopeMixin, DayMixin, TemplateView):
    """One figure with everything that ever stood in its place."""

    template_name = "reports/figures/detail.html"

    def get_context_data(self, **kwargs):
        rows = Figure.objects.select_related(
            "indicator", "unit", "bureau", "recorded_by", "checked_by", "cancelled_by"
        )
        figure = self.get_visible(rows, self.kwargs["pk"])
        month = {"month": figure.month} if figure.month else {"sheet": YEAR_SHEET}
        if figure.is_target:
            month = {"sheet": TARGET_SHEET}
        query = urlencode({"unit": figure.unit_id, "year": figure.year, **month})
        return super().get_context_data(**kwargs) | {
            "figure": figure,
            "value": value_of(figure),
            "late": late_by(figure, localtime(figure.recorded_at).date()),
            "entries": [(row, value_of(row)) for row in corrections_of(figure)],
            "changes": changes_of(figure),
            "sheet": f"{reverse('reports:figure-sheet')}?{query}",
            "may_correct": not figure.is_cancelled
            and self.scope.may(Act.SET_INDICATOR if figure.is_target else Act.ENTER_FIGURE, figure),
            "may_check": figure.checked_at is None
            and not figure.is_cancelled
            and figure.recorded_by_id != self.request.user.pk
            and self.scope.may(Act.CHECK_FIGURE, figure),
        }


# --- checking ------------------------------------------------------------------------------------


class FigureCheck(ScopeMixin, DayMixin, TemplateView):
    """What waits to be checked, one unit at a time: nothing stands beside another unit's."""

    template_name = "reports/figures/check.html"
    needs = Act.CHECK_FIGURE
    title = gettext_lazy("核对数据")

    @cached_property
    def waiting(self):
        return unchecked(self.scope, Act.CHECK_FIGURE)

    @cached_property
    def units(self) -> list[tuple[Unit, int]]:
        return unchecked_by_unit(self.waiting)

    @cached_property
    def unit(self) -> Unit | None:
        typed = self.request.GET.get("unit", "")
        if not typed:
            return self.units[0][0] if self.units else None
        key = key_in(typed)
        if key is None:
            raise Http404
        loaded = [unit for unit, _number in self.units]
        return self.get_visible(Unit.objects.all(), key, loaded=loaded)

    def get_context_data(self, **kwargs):
        rows = []
        if self.unit is not None:
            rows = self.waiting.filter(unit=self.unit).select_related("indicator", "recorded_by")
            rows = list(rows.order_by("-year", "-month", "indicator__position", "indicator", "pk"))
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "units": self.units,
            "unit": self.unit,
            "may_tick": any(row.recorded_by_id != self.request.user.pk for row in rows),
            "rows": [
                (row, value_of(row), late_by(row, localtime(row.recorded_at).date()))
                for row in rows
            ],
        }

    def post(self, request, *args, **kwargs):
        keys = [key for typed in request.POST.getlist("figure") if (key := key_in(typed))]
        allowed = self.scope.limit(Figure.objects.all(), Act.CHECK_FIGURE).filter(pk__in=keys)
        back = redirect(request.get_full_path())
        if not keys:
            messages.error(request, _("没有选择任何数据。"))
            return back
        if allowed.count() != len(set(keys)):
            raise Http404
        try:
            number = check_figures(figure_ids=keys, by=request.user, at=timezone.now())
        except Refused as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            told = {"n": number}
            messages.success(request, ngettext("已核对%(n)s项。", "已核对%(n)s项。", number) % told)
        return back


# --- the year ------------------------------------------------------------------------------------


class FigureYear(PlacePage, TemplateView):
    """The indicators of one place by month, the year, last year, and the targets apart."""

    template_name = "reports/figures/year.html"
    title = gettext_lazy("指标年表")

    @cached_property
    def table(self):
        days = {"year": self.year, "on": self.on, "today": self.today}
        return year_table(self.scope, self.place, units=self.units_read, **days)

    @cached_property
    def units_read(self) -> list[Unit] | None:
        """The units of a bureau stand among those to choose from, unless only bureaus do."""
        if not self.place.is_bureau:
            return [self.place]
        if self.scope.sees_many_bureaus or len(self.places) == MOST_PLACES:
            return None
        return [unit for unit in self.places if unit.bureau_id == self.place.pk]

    @property
    def full_title(self) -> str:
        told = {"place": self.place.name, "year": self.year}
        return _("%(place)s%(year)s年指标年表") % told

    def get(self, request, *args, **kwargs):
        if request.GET.get("_export") == XLSX:
            return self.as_sheet()
        return super().get(request, *args, **kwargs)

    def as_sheet(self) -> HttpResponse:
        who = self.request.user.get_full_name() or self.request.user.get_username()
        about = [
            (_("名称"), self.full_title),
            (_("截至"), self.on),
            (_("导出人"), who),
            (_("导出时间"), timezone.localtime().replace(tzinfo=None)),
        ]
        content = workbook(
            year_rows(self.table),
            sheet=str(self.title),
            about=about,
            more=[(_("勾稽关系"), sum_rows(self.table))] if self.table.sums else (),
        )
        response = HttpResponse(content, content_type=SHEET_TYPE)
        name = file_name(self.full_title, self.on, XLSX)
        response["Content-Disposition"] = disposition(name)
        response["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs):
        over = self.on.day == monthrange(self.on.year, self.on.month)[1]
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "full_title": self.full_title,
            "table": self.table,
            "months": range(1, 13),
            "running": self.on.month if self.on.year == self.year and not over else None,
            "may_enter": self.scope.may(Act.ENTER_FIGURE, self.place),
            "glance": self.place.is_bureau,
        }


class FigureYearPrint(FigureYear):
    """The same on A4 landscape, in the language of the document."""

    template_name = "reports/figures/year_print.html"

    def get(self, request, *args, **kwargs):
        with override(DOCUMENT_LANGUAGE):
            return self.render_to_response(self.get_context_data()).render()
