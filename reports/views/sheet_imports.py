"""Spreadsheets into the ledger and out of it: upload, columns, dry run, rows, entering; export."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Page
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView, View

from reports.actions.refusals import Refused
from reports.actions.sheet_imports import (
    CannotImportSheet,
    ask_to_enter,
    check_again,
    choose_header,
    columns_of,
    confirm_columns,
    drop_sheet,
    given_of,
    keep_sheet,
    leave_out_rows,
)
from reports.domain.access import Act
from reports.domain.imports import RowVerdict, SheetKind, SheetState
from reports.exchange.sheet_imports import (
    Recognised,
    about_export,
    acts_in,
    kind_workbook,
    open_file,
    read_given,
    read_upload,
    recognise,
    row_lines,
    whole_columns,
)
from reports.exchange.sheet_kinds import KEY, KINDS, Place
from reports.exchange.sheet_reading import CannotReadSheet, SheetFile
from reports.exchange.sheets import XLSX, disposition, file_name
from reports.exchange.workbooks import cell_address
from reports.filters.sheet_imports import SheetImportFilter
from reports.forms.sheet_imports import ColumnsForm, ExportReasonForm, HeaderForm, NewSheetForm
from reports.models import SheetImport, Unit
from reports.models.choices import (
    ROW_VERDICT_LABELS,
    SHEET_KIND_LABELS,
    JobState,
)
from reports.selectors.sheet_imports import RowCounts, for_list, row_counts
from reports.tables.base import CappedPaginator
from reports.tables.sheet_imports import SheetsTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_SHOWN = 50
# Whose export names people one by one.
PERSONAL = (SheetKind.PEOPLE, SheetKind.APPOINTMENTS, SheetKind.CERTIFICATES)


class BringIn(ScopeMixin, DayMixin):
    """Sheets are the business of who may bring something in."""

    needs = Act.BRING_IN

    @cached_property
    def bureaus(self) -> list[Unit]:
        return list(self.scope.units(Act.BRING_IN).bureaus().in_order())


class SheetList(BringIn, TablePage):
    needs = Act.READ
    table_class = SheetsTable
    filterset_class = SheetImportFilter
    template_name = "reports/imports/sheet_list.html"
    title = gettext_lazy("导入的表格")
    empty_hint = gettext_lazy("还没有导入过表格。")

    def get_queryset(self):
        return for_list(self.visible(SheetImport.objects.all()))

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "bureaus": self.bureaus if self.scope.allows(Act.BRING_IN) else [],
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_bring_in": self.scope.allows(Act.BRING_IN),
            "kinds": [(kind.value, label) for kind, label in SHEET_KIND_LABELS.items()],
        }


class SheetNew(BringIn, FormView):
    """A file is read at once; what cannot be read is said beside the field and not kept."""

    form_class = NewSheetForm
    template_name = "reports/imports/sheet_new.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"bureaus": self.bureaus}

    def get_initial(self):
        asked = self.request.GET.get("kind")
        return {"kind": asked} if asked in list(SheetKind) else {}

    def form_valid(self, form):
        given = form.cleaned_data
        self.require(Act.BRING_IN, given["bureau"])
        file = given["file"]
        try:
            draft = read_upload(
                file.read(), file_name=file.name, kind=given["kind"], bureau=given["bureau"]
            )
            sheet = keep_sheet(draft, by=self.request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error("file", refusal.reasons)
            return self.form_invalid(form)
        return redirect("reports:import-sheet-columns", sheet.pk)


class SheetPage(BringIn):
    """What the pages about one sheet share."""

    @cached_property
    def sheet(self) -> SheetImport:
        sheet = self.get_visible(for_list(SheetImport.objects.all()), self.kwargs["pk"])
        if self.needs == Act.BRING_IN:
            self.require(Act.BRING_IN, sheet)
        return sheet

    @property
    def kind(self) -> SheetKind:
        return SheetKind(self.sheet.kind)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"sheet": self.sheet}


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column on the page: its letter, what stands above it, some of what stands in it."""

    letter: str
    name: str
    examples: tuple[str, ...]
    field: object


class SheetColumns(SheetPage, FormView):
    """Which column is which: recognised, shown with examples, confirmed, remembered."""

    template_name = "reports/imports/sheet_columns.html"

    def dispatch(self, request, *args, **kwargs):
        self.trouble = ""
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.sheet.state in (SheetState.ENTERING, SheetState.ENTERED, SheetState.DROPPED):
            return redirect(self.sheet)
        try:
            return super().get(request, *args, **kwargs)
        except CannotReadSheet as refusal:
            return self.give_up(refusal)

    def post(self, request, *args, **kwargs):
        try:
            return super().post(request, *args, **kwargs)
        except CannotReadSheet as refusal:
            return self.give_up(refusal)

    def give_up(self, refusal: CannotReadSheet) -> HttpResponse:
        """The file that was kept cannot be read any more."""
        for reason in refusal.reasons:
            messages.error(self.request, reason)
        return redirect("reports:import-sheets")

    @cached_property
    def file(self) -> SheetFile:
        return open_file(self.sheet)

    @cached_property
    def header_form(self) -> HeaderForm:
        asked = self.request.GET if self.request.method == "GET" else self.request.POST
        bound = asked if "sheet" in asked or "row" in asked else None
        initial = {"sheet": self.sheet.sheet, "row": self.sheet.header_row}
        return HeaderForm(bound, sheets=self.file.names, initial=initial)

    @cached_property
    def found(self) -> Recognised:
        """The columns where the page looks for them; those of the sheet as it was kept otherwise,
        so that something is there to be corrected."""
        form, bureau = self.header_form, self.sheet.bureau
        name, row = self.sheet.sheet, self.sheet.header_row
        if form.is_bound and form.is_valid():
            name = form.cleaned_data["sheet"] or name
            row = form.cleaned_data["row"]
        try:
            return recognise(self.file, self.kind, bureau, sheet=name, header_row=row)
        except CannotReadSheet as refusal:
            self.trouble = str(refusal)
            return recognise(
                self.file,
                self.kind,
                bureau,
                sheet=self.sheet.sheet,
                header_row=self.sheet.header_row,
            )

    @property
    def is_as_kept(self) -> bool:
        return (self.found.sheet, self.found.header_row) == (
            self.sheet.sheet,
            self.sheet.header_row,
        )

    def get_form(self, form_class=None):
        fields = [(column.name, column.label) for column in KINDS[self.kind].taken_columns]
        fields.append((KEY, _("记录标识（由台账导出，请保留）")))
        found = dict(self.found.header.fields)
        if self.is_as_kept:
            found |= columns_of(self.sheet)
        data = self.request.POST if self.request.method == "POST" else None
        return ColumnsForm(
            data,
            places=self.found.header.names,
            fields=fields,
            found=found,
            whole=[
                (column.name, column.label, column.choices(self.place.lists))
                for column in whole_columns(self.kind, set(found.values()))
            ],
            given=given_of(self.sheet),
        )

    @cached_property
    def place(self) -> Place:
        """For the lists of the ledger, which a word for the whole sheet is chosen from."""
        return Place(bureau=self.sheet.bureau, today=self.today, at=timezone.now())

    def given(self, form: ColumnsForm) -> dict[str, str]:
        """What was said for the whole sheet, as cells say it; what cannot be read is refused."""
        given, by_name = {}, KINDS[self.kind].by_name
        for name, text in form.given.items():
            try:
                given[name] = read_given(by_name[name], text, self.place)
            except CannotImportSheet as refusal:
                form.add_error(form.whole_name(name), refusal.reasons)
        return given

    def form_valid(self, form):
        names, given = dict(self.found.header.names), self.given(form)
        if form.errors:
            return self.form_invalid(form)
        try:
            with transaction.atomic():
                if not self.is_as_kept:
                    choose_header(
                        sheet_id=self.sheet.pk,
                        sheet=self.found.sheet,
                        header_row=self.found.header_row,
                        columns=form.chosen,
                    )
                confirm_columns(
                    sheet_id=self.sheet.pk,
                    columns=form.chosen,
                    names=names,
                    by=self.request.user,
                    at=timezone.now(),
                    given=given,
                )
        except CannotImportSheet as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        return redirect(self.sheet)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form, header = context["form"], self.found.header
        given = form.data if form.is_bound else None
        chosen = {
            (given.get(form.name(place), "") if given else form[form.name(place)].initial)
            for place in header.names
        }
        lacking = [
            column.label
            for column in KINDS[self.kind].read_columns
            if column.required and column.name not in chosen and column.name not in form.asked
        ]
        return context | {
            "header_form": self.header_form,
            "trouble": self.trouble,
            "found": self.found,
            "lacking": lacking,
            "whole": [form[form.whole_name(name)] for name in form.asked],
            "lines": [
                ColumnLine(
                    cell_address(0, place)[:-1],
                    name,
                    self.found.examples.get(place, ()),
                    form[form.name(place)],
                )
                for place, name in header.names.items()
            ],
        }


class SheetDetail(SheetPage, TemplateView):
    """How far the sheet is; once compared, its rows by verdict, a page at a time."""

    needs = Act.READ
    template_name = "reports/imports/sheet_detail.html"

    @cached_property
    def may_bring_in(self) -> bool:
        return self.scope.may(Act.BRING_IN, self.sheet)

    def get(self, request, *args, **kwargs):
        if self.sheet.state == SheetState.COLUMNS and self.may_bring_in:
            return redirect("reports:import-sheet-columns", self.sheet.pk)
        return super().get(request, *args, **kwargs)

    @cached_property
    def counts(self) -> RowCounts:
        return row_counts(self.sheet)

    @cached_property
    def verdict(self) -> RowVerdict | None:
        """The verdict asked for; otherwise the one that asks for attention first."""
        asked = self.request.GET.get("verdict", "")
        if asked in set(RowVerdict):
            return RowVerdict(asked)
        first = (RowVerdict.REFUSED, RowVerdict.CHANGED, RowVerdict.NEW, RowVerdict.UNCHANGED)
        return next((each for each in first if self.counts.by_verdict.get(each)), None)

    def page(self) -> Page | None:
        if self.verdict is None:
            return None
        rows = self.sheet.rows.filter(verdict=self.verdict.value).order_by("number")
        paginator = CappedPaginator(rows, ROWS_SHOWN)
        # The counts are there already.
        paginator.count = self.counts.by_verdict[self.verdict]
        return paginator.get_page(self.request.GET.get("page"))

    def get_context_data(self, **kwargs):
        job, page = self.sheet.job, self.page()
        return super().get_context_data(**kwargs) | {
            "job": job,
            "failed": bool(job and job.state == JobState.FAILED),
            "running": self.sheet.state in (SheetState.CHECKING, SheetState.ENTERING)
            and not (job and job.state == JobState.FAILED),
            "checked": self.sheet.state == SheetState.CHECKED,
            "may_bring_in": self.may_bring_in,
            "counts": self.counts,
            "verdict": self.verdict,
            "verdicts": [
                (each, ROW_VERDICT_LABELS[each], self.counts.by_verdict.get(each, 0))
                for each in RowVerdict
            ],
            "page": page,
            "lines": row_lines(self.kind, list(page)) if page else [],
            "ticks": self.may_bring_in
            and self.sheet.state == SheetState.CHECKED
            and self.verdict in (RowVerdict.NEW, RowVerdict.CHANGED),
            "refresh": self.request.get_full_path(),
        }


class SheetAct(SheetPage, View):
    """A button of the page about a sheet."""

    http_method_names = ("post",)

    def post(self, request, pk):
        try:
            self.act()
        except CannotImportSheet as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        return redirect(self.after())

    def act(self) -> None:
        raise NotImplementedError

    def after(self) -> str:
        return self.sheet.get_absolute_url()


class SheetCheck(SheetAct):
    def act(self):
        check_again(sheet_id=self.sheet.pk, by=self.request.user, at=timezone.now())


class SheetRows(SheetAct):
    """Which of the rows shown are entered."""

    def act(self):
        shown, taken = self._keys("shown"), self._keys("take")
        changed = leave_out_rows(sheet_id=self.sheet.pk, shown=shown, taken=taken)
        said = ngettext("已更新%(n)s行。", "已更新%(n)s行。", changed) % {"n": changed}
        messages.success(self.request, said)

    def _keys(self, name: str) -> list[int]:
        return [
            int(key)
            for key in self.request.POST.getlist(name)[:ROWS_SHOWN]
            if key.isascii() and key.isdigit() and len(key) < 19
        ]

    def after(self):
        verdict, page = self.request.POST.get("verdict", ""), self.request.POST.get("page", "")
        if verdict not in set(RowVerdict) or not (page.isascii() and page.isdigit()):
            return super().after()
        return f"{super().after()}?verdict={verdict}&page={page}"


class SheetEnter(SheetAct):
    def act(self):
        ask_to_enter(sheet_id=self.sheet.pk, by=self.request.user, at=timezone.now())


class SheetDrop(SheetAct):
    def act(self):
        drop_sheet(sheet_id=self.sheet.pk)
        messages.success(self.request, _("已放弃，台账没有变化。"))


class SheetExport(BringIn, FormView):
    """All records of a bureau of one kind as a workbook that can be brought back.

    What names people one by one asks what it is for first.
    """

    form_class = ExportReasonForm
    template_name = "reports/imports/sheet_export.html"
    http_method_names = ("get", "head")

    @cached_property
    def kind(self) -> SheetKind:
        if self.kwargs["kind"] not in set(SheetKind):
            raise Http404
        return SheetKind(self.kwargs["kind"])

    @cached_property
    def bureau(self) -> Unit:
        asked = self.request.GET.get("bureau", "")
        for bureau in self.bureaus:
            if not asked or str(bureau.pk) == asked:
                return bureau
        raise Http404

    def get(self, request, *args, **kwargs):
        reason = request.GET.get("reason", "").strip()[:200]
        if self.kind in PERSONAL and not reason:
            return self.render_to_response(self.get_context_data())
        return self.export(reason)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "kind": self.kind.value,
            "title": SHEET_KIND_LABELS[self.kind],
            "bureau": self.bureau,
        }

    def export(self, reason: str) -> HttpResponse:
        user = self.request.user
        place = Place(
            bureau=self.bureau,
            today=self.today,
            at=timezone.now(),
            by=user,
            acts=frozenset(acts_in(self.scope, self.bureau)),
        )
        about = about_export(place, who=user.get_full_name() or user.get_username(), at=place.at)
        if reason:
            about.append((_("用途"), reason))
        content = kind_workbook(place, self.kind, about=about)
        response = HttpResponse(content, content_type=SHEET_TYPE)
        title = f"{self.bureau.label}{SHEET_KIND_LABELS[self.kind]}"
        response["Content-Disposition"] = disposition(file_name(title, self.today, XLSX))
        response["Cache-Control"] = "private, no-store"
        return response
