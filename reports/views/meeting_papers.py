"""Papers of meetings: the minutes of one, and the ledger of a unit and year."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.generic import FormView, TemplateView, View

from reports.actions.meeting_ledger import CannotSetColumns, set_meeting_columns
from reports.domain.access import Act
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.meeting_ledger import sheet_rows
from reports.exchange.minutes import minutes_docx
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.sheets import XLSX, disposition, file_name, workbook
from reports.forms.meeting_ledger import ColumnsForm
from reports.models import Meeting, Unit
from reports.models.choices import LedgerColumn
from reports.selectors.meeting_ledger import (
    Ledger,
    LedgerNumbers,
    chosen_columns,
    column_label,
    ledger_of,
    ledger_rows,
    shown_columns,
)
from reports.selectors.minutes import Minutes, minutes_of
from reports.selectors.names import with_name_then
from reports.views.mixins import DayMixin, OfficialPaper, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import ticked

PER_PAGE = 50
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MinutesPage(ScopeMixin, DayMixin):
    """What both shapes of the minutes share."""

    @cached_property
    def meeting(self) -> Meeting:
        return self.get_visible(
            with_name_then(Meeting.objects.all(), F("held_on")).select_related(
                "unit", "bureau", "kind", "presided_by", "presiding_post", "recorded_by"
            ),
            self.kwargs["pk"],
        )

    @cached_property
    def minutes(self) -> Minutes:
        return minutes_of(self.meeting)


class MeetingMinutes(OfficialPaper, MinutesPage, TemplateView):
    """The minutes on A4 as an official document."""

    template_name = "reports/papers/minutes.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "meeting": self.meeting,
            "minutes": self.minutes,
        }


class MeetingMinutesDocx(MinutesPage, View):
    """The same words for Word and WPS."""

    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        content = minutes_docx(self.minutes, at=timezone.now())
        response = HttpResponse(content, content_type=MEDIA_TYPE)
        with override(DOCUMENT_LANGUAGE):
            title = _("%(meeting)s纪要") % {"meeting": self.meeting.title}
        name = file_name(title, self.meeting.held_on, "docx")
        response["Content-Disposition"] = disposition(name)
        response["Cache-Control"] = "private, no-store"
        return response


# --- the ledger ---------------------------------------------------------------------------------


class MeetingLedger(ScopeMixin, DayMixin, TemplateView):
    """The ledger of a unit and year: read, printed on A4 landscape, or as a spreadsheet."""

    @cached_property
    def unit(self) -> Unit:
        rows = Unit.objects.select_related("bureau__setting", "kind")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.unit.bureau is None:
            raise PermissionDenied(_("会议台账按分局和单位查看，请先选择分局。"))
        return super().dispatch(request, *args, **kwargs)

    @property
    def for_paper(self) -> bool:
        return ticked(self.request, "print")

    def get_template_names(self):
        return [f"reports/papers/ledger{'_print' if self.for_paper else ''}.html"]

    @property
    def below(self) -> bool:
        return self.unit.is_bureau and ticked(self.request, "below")

    @cached_property
    def ledger(self) -> Ledger:
        return ledger_of(self.scope, self.unit, year=self.year, on=self.on, below=self.below)

    @cached_property
    def columns(self) -> list[LedgerColumn]:
        several = self.below or self.numbers.joint > 0
        return shown_columns(chosen_columns(self.unit.bureau), several=several)

    @cached_property
    def numbers(self) -> LedgerNumbers:
        return self.ledger.numbers()

    @property
    def title(self) -> str:
        told = {"unit": self.unit.name, "year": self.year}
        if self.below:
            return _("%(unit)s及所属单位%(year)s年会议台账") % told
        return _("%(unit)s%(year)s年会议台账") % told

    def get(self, request, *args, **kwargs):
        if request.GET.get("_export") == XLSX:
            return self.export()
        if not self.for_paper:
            return super().get(request, *args, **kwargs)
        # On paper everything is in the language of the document.
        with override(DOCUMENT_LANGUAGE):
            return super().get(request, *args, **kwargs).render()

    def get_context_data(self, **kwargs):
        held, joint = self.numbers
        context = super().get_context_data(**kwargs) | {
            "unit": self.unit,
            "title": self.title,
            "below": self.below,
            "columns": [(column, column_label(column)) for column in self.columns],
            "held": held,
            "joint": joint,
            "held_href": self.held_href,
            "may_set_columns": self.scope.may(Act.SET_SCHEDULE, self.unit),
        }
        if self.for_paper:
            return context | {"rows": self.drawn(list(self.ledger.rows), 1)}
        pages = Paginator(self.ledger.rows, PER_PAGE)
        # Counted above, by the same conditions.
        pages.count = held + joint
        page = pages.get_page(self.request.GET.get("page"))
        start = page.start_index() or 1
        return context | {"page": page, "rows": self.drawn(list(page.object_list), start)}

    def drawn(self, meetings: list[Meeting], start: int):
        """Rows as pairs of column and value, with the address of the meeting."""
        return [
            (row.meeting, [(column, row.cells[column]) for column in self.columns])
            for row in ledger_rows(meetings, start=start)
        ]

    @property
    def held_href(self) -> str:
        """The list of the meetings that the number of those held counts."""
        part = "bureau" if self.below else "unit"
        day = f"&on={self.on}" if self.days.is_past else ""
        return f"{reverse('reports:meeting-list')}?{part}={self.unit.pk}&year={self.year}{day}"

    def export(self) -> HttpResponse:
        user = self.request.user
        rows = ledger_rows(list(self.ledger.rows))
        about = [
            (_("名称"), self.title),
            (_("截至"), self.on),
            (_("导出人"), user.get_full_name() or user.get_username()),
            (_("导出时间"), timezone.localtime().replace(tzinfo=None)),
        ]
        content = workbook(sheet_rows(self.columns, rows), sheet=_("会议台账"), about=about)
        response = HttpResponse(content, content_type=SHEET_TYPE)
        response["Content-Disposition"] = disposition(file_name(self.title, self.on, XLSX))
        response["Cache-Control"] = "private, no-store"
        return response


class MeetingColumns(ScopeMixin, DayMixin, FormView):
    """Which columns the ledgers of a bureau have."""

    form_class = ColumnsForm
    template_name = "reports/papers/columns.html"

    @cached_property
    def bureau(self) -> Unit:
        rows = Unit.objects.bureaus().select_related("bureau", "kind", "setting")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.SET_SCHEDULE, self.bureau)
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        return reverse("reports:meeting-ledger", args=[self.bureau.pk])

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"chosen": chosen_columns(self.bureau)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"bureau": self.bureau, "back": self.back}

    def form_valid(self, form):
        try:
            set_meeting_columns(
                bureau=self.bureau,
                columns=form.columns(),
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotSetColumns as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存，本局各单位的会议台账都按此栏目。"))
        return redirect(self.back)
