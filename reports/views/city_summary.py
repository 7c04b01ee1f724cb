"""The year summary of a city: figures per bureau, causes, reports late; print and files."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.generic import TemplateView, View

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.city_summary import (
    city_docx,
    city_workbook,
    handed_words,
    limit_of,
    standing_words,
    state_word,
    title_of,
)
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.sheets import XLSX, disposition, file_name
from reports.selectors.city_summary import COLUMNS, CitySummary, city_summary
from reports.selectors.report_reading import CityRow
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin
from reports.views.selection import ticked

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CityPage(ScopeMixin, DayMixin):
    """Whoever reads several bureaus; for one there is the bureau's own year."""

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and not self.scope.sees_many_bureaus:
            raise PermissionDenied(_("本页汇总多个分局；本分局的情况见年度一览和年度报告。"))
        return super().dispatch(request, *args, **kwargs)

    @property
    def year(self) -> int:
        """The year asked for; else the last one that is over, of which the reports speak."""
        return self.days.year if "year" in self.request.GET else self.on.year - 1

    @cached_property
    def summary(self) -> CitySummary:
        return city_summary(self.scope, year=self.year, today=self.on)

    @property
    def issuer(self) -> str:
        """The unit over all the bureaus shown."""
        names = [g.unit_name for g in self.scope.reading if g.kind == "tree"]
        return names[0] if names else ""


class CitySummaryPage(CityPage, TemplateView):
    """The page, and the same on A4 landscape."""

    @property
    def for_paper(self) -> bool:
        return ticked(self.request, "print")

    def get_template_names(self):
        return [f"reports/city_summary/{'print' if self.for_paper else 'page'}.html"]

    def get(self, request, *args, **kwargs):
        if not self.for_paper:
            return super().get(request, *args, **kwargs)
        # On paper everything is in the language of the document.
        with override(DOCUMENT_LANGUAGE):
            return super().get(request, *args, **kwargs).render()

    def get_context_data(self, **kwargs):
        summary = self.summary
        return super().get_context_data(**kwargs) | {
            "summary": summary,
            "summary_year": self.year,
            "title": title_of(self.year),
            "columns": COLUMNS,
            "totals": list(zip(COLUMNS, summary.totals, strict=True)),
            "reports": [drawn(row) for row in summary.reports],
            "late": len(summary.late),
            "waiting": len(summary.waiting),
            "years": [self.year - 1, self.year, self.year + 1],
        }


def drawn(row: CityRow) -> dict[str, object]:
    """A bureau's report as its row shows it."""
    tone = "bad" if row.is_late and not row.is_handed else "warn" if row.is_late else ""
    return {
        "bureau": row.bureau,
        "report": row.report,
        "state": state_word(row),
        "limit": limit_of(row),
        "handed": handed_words(row),
        "standing": standing_words(row),
        "tone": tone or ("good" if row.is_handed else "quiet"),
    }


class CitySummarySheet(CityPage, View):
    http_method_names = ("get", "head")

    def get(self, request):
        user = request.user
        content = city_workbook(
            self.summary,
            by=user.get_full_name() or user.get_username(),
            at=timezone.localtime(),
        )
        return as_file(content, SHEET_TYPE, file_name(title_of(self.year), self.on, XLSX))


class CitySummaryDocx(CityPage, View):
    http_method_names = ("get", "head")

    def get(self, request):
        content = city_docx(self.summary, issuer=self.issuer, at=timezone.localtime())
        return as_file(content, MEDIA_TYPE, file_name(title_of(self.year), self.on, "docx"))


def as_file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = disposition(name)
    response["Cache-Control"] = "private, no-store"
    return response
