"""The hand-over sheet of an appointment, on A4 and for Word."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from reports.exchange.handovers import hand_over_docx
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.sheets import disposition, file_name
from reports.models import Appointment
from reports.selectors.handovers import (
    HandOverSheet,
    hand_over_sheet,
    open_items,
    sheet_day,
    with_successor,
)
from reports.views.mixins import DayMixin, OfficialPaper
from reports.views.scoped import ScopeMixin


class SheetPage(ScopeMixin, DayMixin):
    """What both shapes of the sheet share."""

    @cached_property
    def held(self) -> Appointment:
        rows = with_successor(Appointment.objects.all()).select_related(
            "person", "post", "unit__bureau", "unit__kind", "home_unit"
        )
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def sheet(self) -> HandOverSheet:
        held = self.held
        on = sheet_day(held, on=self.on)
        found = open_items(held, self.scope, on=on, today=self.today)
        return hand_over_sheet(
            held,
            found,
            on=on,
            ended=held.last_day is not None and held.last_day <= self.on,
            all_seen=all(grant.kind != "unit" for grant in self.scope.reading),
        )


class HandOverPrint(OfficialPaper, SheetPage, TemplateView):
    """The sheet as it is printed and signed."""

    template_name = "reports/handovers/sheet.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"held": self.held, "sheet": self.sheet}


class HandOverDocx(SheetPage, View):
    """The same words for Word and WPS."""

    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        content = hand_over_docx(self.sheet, at=timezone.now())
        response = HttpResponse(content, content_type=MEDIA_TYPE)
        name = file_name(self.sheet.name, self.sheet.day, "docx")
        response["Content-Disposition"] = disposition(name)
        response["Cache-Control"] = "private, no-store"
        return response
