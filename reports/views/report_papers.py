"""A report on paper and as files: the handed-in form, and the checking copy with its notes."""

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.generic import TemplateView

from reports.domain.official_text import Document
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.report_docx import metadata_rows
from reports.exchange.sheets import file_name
from reports.selectors.report_documents import document_day, document_of
from reports.views.documents import AsDocx, AsHtml, AsPdf, AsText, DocumentFile
from reports.views.mixins import OfficialPaper
from reports.views.one_report import OneReport


class ReportPaper(OneReport):
    """What all forms of a report share: who may see it, and the one structure."""

    checking = False

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


class ReportFile(ReportPaper, DocumentFile):
    """The report as a file."""

    @property
    def file_name(self) -> str:
        """Title and day; what is no more than a draft, or a checking copy, says so."""
        words = self.document.name
        with override(DOCUMENT_LANGUAGE):
            if self.document.mark:
                words = _("%(title)s（%(mark)s）") % {"title": words, "mark": self.document.mark}
        return file_name(words, document_day(self.report, self.today), self.kind)


class ReportDocx(AsDocx, ReportFile):
    pass


class ReportPdf(AsPdf, ReportFile):
    pass


class ReportText(AsText, ReportFile):
    pass


class ReportHtml(AsHtml, ReportFile):
    pass


class ReportCheckDocx(ReportDocx):
    checking = True


class ReportCheckPdf(ReportPdf):
    checking = True
