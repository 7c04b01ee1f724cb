"""A document as a file for downloading: one way for every form of the report."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.views.generic import View

from reports.domain.official_text import Document
from reports.exchange import official_docx
from reports.exchange.report_docx import report_docx
from reports.exchange.report_pdf import MEDIA_TYPE as PDF_TYPE
from reports.exchange.report_pdf import report_pdf
from reports.exchange.report_text import HTML_TYPE, TEXT_TYPE, report_html, report_text
from reports.exchange.sheets import disposition


class DocumentFile(View):
    """``document`` as a file called ``file_name``; what it is made by is said by each kind."""

    http_method_names = ["get", "head"]
    kind: str
    media_type: str
    document: Document
    file_name: str

    def make(self, at: datetime) -> bytes | str:
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        response = HttpResponse(self.make(timezone.now()), content_type=self.media_type)
        response["Content-Disposition"] = disposition(self.file_name)
        response["Cache-Control"] = "private, no-store"
        return response


class AsDocx:
    kind, media_type = "docx", official_docx.MEDIA_TYPE

    def make(self, at: datetime) -> bytes:
        return report_docx(self.document, at=at)


class AsPdf:
    kind, media_type = "pdf", PDF_TYPE

    def make(self, at: datetime) -> bytes:
        return report_pdf(self.document, at=at)


class AsText:
    kind, media_type = "txt", TEXT_TYPE

    def make(self, at: datetime) -> str:
        return report_text(self.document)


class AsHtml:
    kind, media_type = "html", HTML_TYPE

    def make(self, at: datetime) -> str:
        return report_html(self.document)
