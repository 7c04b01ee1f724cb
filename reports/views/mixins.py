"""What pages share: the day they speak of, and the list page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from reports.actions.refusals import Refused
from reports.domain.dates import day_typed
from reports.domain.imports import SheetKind
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.progress import Tally
from reports.exchange.sheets import CSV, XLSX, csv_lines, disposition, file_name, workbook
from reports.models.choices import day_label, listed
from reports.tables.base import DEEPEST, CappedPaginator, count_up_to

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class Days:
    """Which year and which day a page speaks of."""

    today: date
    on: date
    year: int
    complaints: tuple[str, ...] = ()

    @property
    def is_past(self) -> bool:
        return self.on < self.today


def read_days(query: Mapping[str, str], today: date) -> Days:
    """The year and day named in an address; what makes no sense is said and left out."""
    complaints = []
    on = today
    if typed := query.get("on", "").strip():
        asked = day_typed(typed, near=today, latest=today)
        if asked is None:
            complaints.append(
                _("“%(typed)s”不是有效日期，已按今天显示。日期应写成 2026-03-31。")
                % {"typed": typed[:20]}
            )
        elif asked > today:
            complaints.append(_("%(day)s尚未到来，已按今天显示。") % {"day": day_label(asked)})
        elif asked.year < FIRST_YEAR:
            complaints.append(
                _("台账没有%(year)s年以前的数据，已按今天显示。") % {"year": FIRST_YEAR}
            )
        else:
            on = asked
    year = on.year
    if typed := query.get("year", "").strip():
        known = typed.isascii() and typed.isdigit() and len(typed) == 4
        if known and FIRST_YEAR <= int(typed) <= LAST_YEAR:
            year = int(typed)
        else:
            complaints.append(
                _("“%(typed)s”不是有效年份，已按%(year)s年显示。")
                % {"typed": typed[:20], "year": year}
            )
    return Days(today, on, year, tuple(complaints))


def days_of(request: HttpRequest) -> Days:
    """The days of a request, read once: the only door through which a page learns the date."""
    if not hasattr(request, "_ledger_days"):
        request._ledger_days = read_days(request.GET, timezone.localdate())
    return request._ledger_days


def bring_near(form: BaseForm, today: date) -> None:
    """Say to the day fields of a form which day a day without its year is nearest to."""
    for field in form.fields.values():
        if hasattr(field, "near"):
            field.near = today


class DayMixin:
    """``today``, the day ``on`` as of which figures are shown, and the ``year`` they are of.

    Day fields of a form on such a page understand a day without its year.
    """

    request: HttpRequest

    @cached_property
    def days(self) -> Days:
        return days_of(self.request)

    @property
    def today(self) -> date:
        return self.days.today

    @property
    def on(self) -> date:
        return self.days.on

    @property
    def year(self) -> int:
        return self.days.year

    def get_form(self, *args: Any, **kwargs: Any) -> BaseForm:
        form = super().get_form(*args, **kwargs)
        bring_near(form, self.today)
        return form


def tally_words(name: str, tally: Tally) -> str:
    """四个一：应落实60，按期43，补开2，未落实1"""
    if not tally.owed:
        return _("%(name)s：无应开") % {"name": name}
    return _("%(name)s：应落实%(owed)s，按期%(met)s，补开%(late)s，未落实%(missed)s") % {
        "name": name,
        "owed": tally.owed,
        "met": tally.met,
        "late": tally.late,
        "missed": tally.missed,
    }


class TablePage(DayMixin, SingleTableMixin, FilterView):
    """A list: filter in the address, sorted by any column, 50 a page, exported as filtered.

    A page sets ``table_class``, ``filterset_class``, ``template_name``, ``title`` (also the name
    of exported files) and ``get_queryset()``. Order of bases: ``ScopeMixin, TablePage``.
    ``empty_hint`` says what to do when there is nothing at all; ``get_totals(queryset)`` may give
    a row of totals by column name, counted over everything that is filtered.
    """

    table_pagination: ClassVar = {"per_page": 50, "paginator_class": CappedPaginator}
    title: Any = ""
    empty_hint: Any = ""
    exports = True
    # How far rows are counted where no kept count says how many there are; None: all of them.
    counts_at_most: ClassVar[int | None] = None
    # What is listed as a kind of sheet: who may bring in may take it out, change it and bring it
    # back.
    sheet_kind: ClassVar[SheetKind | None] = None
    # Exports with personal data ask why; the reason, who and when go into the file.
    export_needs_reason = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.filterset = self.get_filterset(self.get_filterset_class())
        bring_near(self.filterset.form, self.today)
        valid = not self.filterset.is_bound or self.filterset.is_valid()
        self.object_list = self.filterset.qs if valid else self.filterset.queryset.none()
        kind = request.GET.get("_export")
        self.reason_missing = False
        if kind in (XLSX, CSV) and self.exports and valid:
            if not self.export_needs_reason or self.export_reason:
                return self.export(kind)
            self.reason_missing = True
        return self.render_to_response(
            self.get_context_data(filter=self.filterset, object_list=self.object_list)
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "title": self.title,
            "empty_hint": self.empty_hint,
            "exports": self.exports,
            "counts_at_most": self.counts_at_most,
            "deepest": DEEPEST,
            "sheet_kind": self.sheet_kind,
            "reason_missing": self.reason_missing,
            "narrowed": self.narrowed,
            "totals": self.get_totals(self.object_list),
        }

    def get_table(self, **kwargs: Any) -> Any:
        known = self.get_known_count()
        if known is None and self.counts_at_most is not None:
            known = count_up_to(self.object_list, self.counts_at_most)
        table = super().get_table(known_count=known, **kwargs)
        if self.reads_by_key(table):
            parts = {name: self.request.GET.get(name, "") for name in ("after", "before")}
            table.turn_by_key(per_page=table.paginator.per_page, **parts)
        return table

    def reads_by_key(self, table: Any) -> bool:
        """A long list in its own order; whoever sorts or names a page by its number gets that."""
        asked = self.request.GET
        return (
            not asked.getlist("sort")
            and not asked.get("page", "")
            and hasattr(table, "paginator")
            and (table.paginator.count > DEEPEST or bool({"after", "before"} & set(asked)))
        )

    @property
    def shown_year(self) -> int | None:
        """The year a list is of; none where a span of days is chosen instead."""
        parts = self.request.GET
        by_days = parts.get("from_day") or parts.get("to_day")
        return None if by_days and "year" not in parts else self.year

    def get_known_count(self) -> int | None:
        """How many rows the list has, where a kept count says so; None: they are counted."""
        return None

    def get_totals(self, queryset: Any) -> Mapping[str, object]:
        """Sums by column name over everything filtered, for the foot of the table."""
        return {}

    def get_paginate_by(self, table_data: Any) -> None:
        """The table pages alone; twice would count twice."""

    @property
    def narrowed(self) -> bool:
        """The address selects: an empty list then means "nothing found", not "nothing there"."""
        shown = set(self.filterset.form.fields)
        return any(self.request.GET.get(name) for name in shown)

    @property
    def export_reason(self) -> str:
        return self.request.GET.get("reason", "").strip()[:200]

    def export(self, kind: str) -> HttpResponse:
        """Exactly what is filtered, in the order it is sorted."""
        table = self.get_table_class()(
            data=self.object_list, order_by=self.request.GET.getlist("sort") or None
        )
        table.request = self.request
        name = file_name(str(self.title), self.on, kind)
        rows = table.as_values()
        if kind == CSV:
            response = StreamingHttpResponse(
                csv_lines(rows), content_type="text/csv; charset=utf-8"
            )
        else:
            response = HttpResponse(
                workbook(rows, sheet=str(self.title), about=self.export_about()),
                content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        response["Content-Disposition"] = disposition(name)
        response["Cache-Control"] = "private, no-store"
        return response

    def export_about(self) -> list[tuple[str, object]]:
        """Who took which figures when; stands on a second sheet."""
        about: list[tuple[str, object]] = [
            (_("名称"), str(self.title)),
            (_("单位"), self.read_units),
            (_("截至"), self.on),
            (_("导出人"), self.request.user.get_full_name() or self.request.user.get_username()),
            (_("导出时间"), timezone.localtime().replace(tzinfo=None)),
        ]
        if self.export_reason:
            about.append((_("用途"), self.export_reason))
        form = self.filterset.form
        for field in form:
            value = form.cleaned_data.get(field.name) if form.is_bound else None
            if value not in (None, "", []):
                about.append((str(field.label), self.words_of(value)))
        return about

    @property
    def read_units(self) -> str:
        """Whose records the list may hold: the units that the reader's roles cover."""
        grants = self.scope.reading if hasattr(self, "scope") else ()
        return listed(dict.fromkeys(grant.unit_name for grant in grants))

    @staticmethod
    def words_of(value: Any) -> str:
        if isinstance(value, (list, tuple)) or hasattr(value, "iterator"):
            return listed(value)
        if isinstance(value, slice):
            return f"{value.start or ''}—{value.stop or ''}"
        return _("是") if value is True else str(value)


class OfficialPaper:
    """A page made for paper: in the language of the document, whatever its reader works in."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        with override(DOCUMENT_LANGUAGE):
            response.render()
        return response


def refused(view: Any, form: Any, refusal: Refused) -> HttpResponse:
    """The form again with every reason at its top, and all that was typed."""
    for reason in refusal.reasons:
        form.add_error(None, reason)
    return view.form_invalid(form)
