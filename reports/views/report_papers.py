"""A report on paper and as files: the handed-in form, and the checking copy with its notes."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.generic import TemplateView, View

from reports.domain.official_text import Document
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange import official_docx
from reports.exchange.report_docx import metadata_rows, report_docx
from reports.exchange.report_pdf import MEDIA_TYPE as PDF_TYPE
from reports.exchange.report_pdf import report_pdf
from reports.exchange.report_text import HTML_TYPE, TEXT_TYPE, report_html, report_text
from reports.exchange.sheets import disposition, file_name
from reports.models import AnnualReport
from reports.selectors.report_documents import document_day, document_of
from reports.views.mixins import DayMixin, OfficialPaper
from reports.views.scoped import ScopeMixin


class ReportPaper(ScopeMixin, DayMixin):
    """What all forms of a report share: who may see it, and the one structure."""

    checking = False

    @cached_property
    def report(self) -> AnnualReport:
        return self.get_visible(
            AnnualReport.objects.select_related("bureau", "signer"), self.kwargs["pk"]
        )

    @cached_property
    def document(self) -> Document:
        return document_of(self.report, today=self.today, checking=self.checking)


class ReportPrint(OfficialPaper, ReportPaper, TemplateView):
    """The report on A4 as an official document."""

    template_name = "reports/summaries/print.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "document": self.document,
            "metadata": metadata_rows(self.document.metadata),
            "checking": self.checking,
        }


class ReportCheckCopy(ReportPrint):
    """The checking copy on A4: numbered notes, what to look at, the figures."""

    checking = True


class ReportFile(ReportPaper, View):
    """The report as a file; what it is made by, and called, is said by each kind."""

    http_method_names = ["get", "head"]
    kind: str
    media_type: str
    make: Callable[[Document, datetime], bytes | str]

    def get(self, request, *args, **kwargs):
        content = type(self).make(self.document, timezone.now())
        response = HttpResponse(content, content_type=self.media_type)
        response["Content-Disposition"] = disposition(self.file_name)
        response["Cache-Control"] = "private, no-store"
        return response

    @property
    def file_name(self) -> str:
        """Title and day; what is no more than a draft, or a checking copy, says so."""
        words = self.document.name
        with override(DOCUMENT_LANGUAGE):
            if self.document.mark:
                words = _("%(title)s（%(mark)s）") % {"title": words, "mark": self.document.mark}
        return file_name(words, document_day(self.report, self.today), self.kind)


class ReportDocx(ReportFile):
    kind, media_type = "docx", official_docx.MEDIA_TYPE

    @staticmethod
    def make(document: Document, at: datetime) -> bytes:
        return report_docx(document, at=at)


class ReportPdf(ReportFile):
    kind, media_type = "pdf", PDF_TYPE

    @staticmethod
    def make(document: Document, at: datetime) -> bytes:
        return report_pdf(document, at=at)


class ReportText(ReportFile):
    kind, media_type = "txt", TEXT_TYPE

    @staticmethod
    def make(document: Document, at: datetime) -> str:
        return report_text(document)


class ReportHtml(ReportFile):
    kind, media_type = "html", HTML_TYPE

    @staticmethod
    def make(document: Document, at: datetime) -> str:
        return report_html(document)


class ReportCheckDocx(ReportDocx):
    checking = True


class ReportCheckPdf(ReportPdf):
    checking = True
