"""Papers of problems: the ledger of what is listed, and the closing slip of one."""

from functools import cached_property

from django import forms
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.generic import TemplateView, View

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.problem_figures import ProblemTotals
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.problem_ledger import sheet_rows, slip_docx
from reports.exchange.sheets import XLSX, disposition, file_name, workbook
from reports.filters.problems import ProblemFilter, problems_asked, year_asked
from reports.models import Person, Problem, Unit
from reports.models.choices import ProblemColumn
from reports.selectors.problem_papers import (
    ALWAYS,
    ClosingSlip,
    LedgerRow,
    closing_slip,
    column_label,
    columns_asked,
    in_ledger_order,
    ledger_rows,
    totals_words,
    with_slip_facts,
)
from reports.selectors.problems import problem_totals
from reports.views.mixins import DayMixin, OfficialPaper
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

# As many short rows as a sheet of A4 landscape holds below its heading.
PER_PAGE = 30
MOST_TO_CHOOSE = 200
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ProblemLedger(SelectionMixin, ScopeMixin, DayMixin, TemplateView):
    """What the list of problems shows, as a ledger: read, printed on A4, or as a spreadsheet.

    The address says what is listed, as that of the list, and in ``columns`` which columns it has.
    """

    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "leader": (Person, gettext_lazy("责任领导")),
        "responsible": (Person, gettext_lazy("责任人")),
    }

    @property
    def for_paper(self) -> bool:
        return ticked(self.request, "print")

    def get_template_names(self):
        return [f"reports/problem_papers/ledger{'_print' if self.for_paper else ''}.html"]

    @cached_property
    def columns(self) -> list[ProblemColumn]:
        return columns_asked(self.request.GET.getlist("columns"))

    @property
    def of_no_bureau(self) -> bool:
        """A ledger is that of a bureau or of a unit; who sees many says which."""
        return self.scope.sees_many_bureaus and not {"bureau", "unit"} & set(self.keys)

    @cached_property
    def shown_year(self) -> int | None:
        return year_asked(self.request.GET, self.year)

    @cached_property
    def filterset(self) -> ProblemFilter:
        rows = problems_asked(
            self.scope,
            self.request.GET,
            self.keys,
            on=self.on,
            today=self.today,
            year=self.shown_year,
        )
        if self.of_no_bureau:
            rows = rows.none()
        return ProblemFilter(self.request.GET or None, queryset=rows, on=self.on)

    @cached_property
    def order(self) -> list[int]:
        return in_ledger_order(self.filterset.qs) if self.filterset.is_readable else []

    @cached_property
    def totals(self) -> ProblemTotals:
        """Of what is printed: the same rows."""
        return problem_totals(self.filterset.qs)

    def rows(self, keys: list[int]) -> list[LedgerRow]:
        return ledger_rows(self.filterset.qs, keys, self.columns, on=self.on)

    @cached_property
    def place(self) -> str:
        """Whose ledger it is: what was chosen, else the place of the reader."""
        named = [one.name for one in self.chosen if one.part in {"bureau", "unit"}]
        if named:
            return named[-1]
        own = self.scope.reading[0]
        return own.unit_name if own.kind == "unit" else own.bureau_name or own.unit_name

    @property
    def title(self) -> str:
        told = {"unit": self.place, "year": self.shown_year}
        if self.shown_year is None:
            return _("%(unit)s问题台账（各年度）") % told
        return _("%(unit)s%(year)s年问题台账") % told

    def get(self, request, *args, **kwargs):
        if request.GET.get("_export") == XLSX:
            return self.export()
        if not self.for_paper:
            return super().get(request, *args, **kwargs)
        # On paper everything is in the language of the document.
        with override(DOCUMENT_LANGUAGE):
            return super().get(request, *args, **kwargs).render()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "title": self.title,
            "place": self.place,
            "shown_year": self.shown_year,
            "columns": [(column, column_label(column)) for column in self.columns],
            "of_no_bureau": self.of_no_bureau,
            "bureaus": self.bureaus_to_choose() if self.of_no_bureau else [],
            "narrowed": self.narrowed(),
        }
        if self.for_paper:
            words = {"totals_words": totals_words(self.totals)}
            return context | words | {"rows": self.drawn(self.order)}
        pages = Paginator(self.order, PER_PAGE)
        page = pages.get_page(self.request.GET.get("page"))
        return context | {
            "page": page,
            "totals": problem_totals(self.filterset.whole),
            "part": self.filterset.part,
            "rows": self.drawn(list(page.object_list)),
            "choices": [
                (column, column_label(column), column in self.columns, column in ALWAYS)
                for column in ProblemColumn
            ],
        }

    def bureaus_to_choose(self) -> list[Unit]:
        rows = self.visible(Unit.objects.bureaus()).in_order()
        return list(rows[:MOST_TO_CHOOSE])

    def drawn(self, keys: list[int]):
        """Rows as pairs of column and value, with the problem they are of."""
        return [
            (row.problem, [(column, row.cells[column]) for column in self.columns])
            for row in self.rows(keys)
        ]

    def narrowed(self) -> list[tuple[str, str]]:
        """What the ledger was narrowed to, by label and word: a print must say it."""
        form = self.filterset.form
        if not form.is_bound or not form.is_valid():
            return []
        found = []
        for field in form:
            value = form.cleaned_data.get(field.name)
            if value in (None, "", False) or field.name == "all_years":
                continue
            if isinstance(field.field, forms.ChoiceField) and not isinstance(value, Model):
                value = dict(field.field.choices).get(value, value)
            found.append((str(field.label), "" if value is True else str(value)))
        return found

    def export(self) -> HttpResponse:
        user = self.request.user
        about = [
            (_("名称"), self.title),
            (_("截至"), self.on),
            (_("合计"), totals_words(self.totals)),
            (_("导出人"), user.get_full_name() or user.get_username()),
            (_("导出时间"), timezone.localtime().replace(tzinfo=None)),
            *((label, words or _("是")) for label, words in self.narrowed()),
        ]
        rows = sheet_rows(self.columns, self.rows(self.order))
        content = workbook(rows, sheet=_("问题台账"), about=about)
        response = HttpResponse(content, content_type=SHEET_TYPE)
        response["Content-Disposition"] = disposition(file_name(self.title, self.on, XLSX))
        response["Cache-Control"] = "private, no-store"
        return response


class SlipPage(ScopeMixin, DayMixin):
    """What both shapes of the closing slip share; before the closing there is none."""

    @cached_property
    def problem(self) -> Problem:
        rows = Problem.objects.closed_day(self.on, self.today).with_due(self.on, self.today)
        return self.get_visible(with_slip_facts(rows, self.on), self.kwargs["pk"])

    @cached_property
    def slip(self) -> ClosingSlip:
        slip = closing_slip(self.problem, self.scope, on=self.on)
        if slip is None:
            raise Http404
        return slip


class ClosingSlipPrint(OfficialPaper, SlipPage, TemplateView):
    """The closing slip on A4."""

    template_name = "reports/problem_papers/slip.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"problem": self.problem, "slip": self.slip}


class ClosingSlipDocx(SlipPage, View):
    """The same words for Word and WPS."""

    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        response = HttpResponse(slip_docx(self.slip, at=timezone.now()), content_type=MEDIA_TYPE)
        name = f"{self.slip.name}{self.slip.number}"
        response["Content-Disposition"] = disposition(
            file_name(name, self.problem.closed_then, "docx")
        )
        response["Cache-Control"] = "private, no-store"
        return response
