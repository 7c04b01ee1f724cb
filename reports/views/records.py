"""Work records: the list with its totals, entering one within a minute, one record, the sheet of a
month, and what has been done of the plan items of a year."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import add_evidence, atomic_with_files
from reports.actions.records import MustConfirm, add_record, cancel_record, edit_record
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.court import KIND as COURT
from reports.domain.imports import SheetKind
from reports.domain.measures import due_day
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.records import FieldType
from reports.exchange.records import plan_rows
from reports.exchange.sheets import XLSX, disposition, file_name, workbook
from reports.filters.records import RecordFilter
from reports.forms.base import key_in
from reports.forms.meetings import CancelForm
from reports.forms.records import (
    RecordForm,
    initial_of,
    month_words,
    months_before,
    own_name,
    units_to_enter,
)
from reports.models import Measure, Person, RecordKind, Unit, WorkRecord
from reports.models.choices import COURT_REMARK_SENTENCES
from reports.selectors.history import changes_of
from reports.selectors.indicators import having
from reports.selectors.records import (
    court_instances,
    fields_of,
    kinds_in_order,
    kinds_to_enter,
    last_month,
    last_total,
    plan_items,
    recent_kinds,
    record_counts,
    record_page,
    records_for,
    values_shown,
    with_doubled,
    with_relations,
    with_total_beside,
)
from reports.tables.records import RecordTable, with_own_columns
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import Chosen, SelectionMixin, ticked

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More is no paper that anybody reads; it is narrowed to a kind or a unit first.
MOST_PRINTED = 500
MOST_INSTANCES = 40


def as_sheet(rows, *, title: str, on: date, about) -> HttpResponse:
    response = HttpResponse(workbook(rows, sheet=title[:31], about=about), content_type=SHEET_TYPE)
    response["Content-Disposition"] = disposition(file_name(title, on, XLSX))
    response["Cache-Control"] = "private, no-store"
    return response


class RecordList(SelectionMixin, ScopeMixin, TablePage):
    table_class = RecordTable
    filterset_class = RecordFilter
    template_name = "reports/records/list.html"
    sheet_kind = SheetKind.RECORDS
    title = pgettext_lazy("several", "工作记录")
    empty_hint = gettext_lazy("还没有工作记录。普法、培训、接访、调解、应诉等工作，做完即录。")
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "measure": (Measure, gettext_lazy("年度安排")),
        "person": (Person, gettext_lazy("负责人")),
    }

    @cached_property
    def chosen(self) -> list[Chosen]:
        """What the list was opened for, with the values that an indicator is narrowed to."""
        labels = {each.code: each.label for each in self.own}
        found = list(super().chosen)
        for said in self.request.GET.getlist("where"):
            name, _colon, value = said.partition(":")
            found.append(Chosen("where", labels.get(name, name), value))
        return found

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        rows = records_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )
        return with_doubled(having(rows, self.request.GET.getlist("where")), self.on)

    @cached_property
    def kind(self) -> RecordKind | None:
        """The one kind that is shown."""
        key = key_in(self.request.GET.get("kind"))
        return next((kind for kind in self.kinds if kind.pk == key), None)

    @cached_property
    def kinds(self) -> list[RecordKind]:
        return list(kinds_in_order())

    def get_filterset_kwargs(self, filterset_class):
        return super().get_filterset_kwargs(filterset_class) | {"kinds": self.kinds}

    @cached_property
    def own(self) -> list:
        return fields_of(self.kind) if self.kind else []

    def get_table_class(self):
        return with_own_columns(self.own)

    def get_table_kwargs(self):
        # Long text stands in the export and on the page of the record.
        left_out = [f"own_{each.pk}" for each in self.own if each.type == FieldType.TEXT]
        left_out += [] if self.scope.sees_many_bureaus else ["bureau"]
        left_out += ["kind"] if self.kind else []
        return {"exclude": tuple(left_out)}

    @cached_property
    def counts(self):
        return record_counts(self.object_list, on=self.on, kinds=self.kinds)

    def get_context_data(self, **kwargs):
        court = self.kind is not None and self.kind.code == COURT
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_add": self.scope.allows(Act.ADD_RECORD),
            "kind": self.kind,
            "own_columns": [each for each in self.own if each.type != FieldType.TEXT],
            "groups": self.counts.by_heading(),
            "left_out": sum(self.counts.left_out.values()),
            **(self.court() if court else {}),
            "plan_bureau": self.plan_bureau,
        }

    def court(self) -> dict[str, object]:
        """The instances heard; a head counts once for each."""
        instances = court_instances(self.object_list)
        return {
            # More of them are told apart by their bureaus first.
            "instances": instances if len(instances) <= MOST_INSTANCES else [],
            "heard": len(instances),
            "appeared": sum(each.head_appeared for each in instances),
        }

    @property
    def plan_bureau(self) -> int | None:
        """The one bureau whose plan of the year can be opened from here."""
        if key := self.keys.get("bureau"):
            return key
        own = {grant.bureau_id for grant in self.scope.reading if grant.kind == "bureau"}
        return own.pop() if len(own) == 1 else None


class RecordSheet(RecordList):
    """What the list shows, on A4 landscape."""

    template_name = "reports/records/sheet.html"

    def get(self, request, *args, **kwargs):
        with override(DOCUMENT_LANGUAGE):
            self.filterset = self.get_filterset(self.get_filterset_class())
            valid = not self.filterset.is_bound or self.filterset.is_valid()
            self.object_list = self.filterset.qs if valid else self.filterset.queryset.none()
            rows = list(with_fields_of(self.object_list)[: MOST_PRINTED + 1])
            cut, rows = len(rows) > MOST_PRINTED, rows[:MOST_PRINTED]
            context = {
                "title": self.sheet_title,
                "rows": [(row, values_shown(row, row.kind.fields.all())) for row in rows],
                "kind": self.kind,
                "groups": self.counts.by_heading(),
                "chosen": self.chosen,
                "cut": MOST_PRINTED if cut else None,
                "many_bureaus": self.scope.sees_many_bureaus,
                "view": self,
            }
            return self.render_to_response(context).render()

    @property
    def sheet_title(self) -> str:
        what = self.kind.name if self.kind else _("工作记录")
        if self.shown_year is None:
            return _("%(what)s登记表") % {"what": what}
        return _("%(year)s年%(what)s登记表") % {"year": self.shown_year, "what": what}


def with_fields_of(rows):
    """Records with the fields of their kinds: one query more."""
    return rows.prefetch_related("kind__fields")


# --- entering -----------------------------------------------------------------------------------


class RecordDesk(ScopeMixin, DayMixin):
    """What the pages share on which something is entered."""

    needs = Act.ADD_RECORD

    @cached_property
    def kind(self) -> RecordKind | None:
        key = key_in(self.request.GET.get("kind"))
        if key is None:
            return None
        found = next((kind for kind in self.all_kinds if kind.pk == key), None)
        if found is None:
            raise Http404
        fields_of(found)
        return found

    @cached_property
    def all_kinds(self) -> list[RecordKind]:
        return kinds_to_enter()

    @cached_property
    def units(self) -> list[Unit]:
        return units_to_enter(self.scope, self.today)

    @property
    def start_unit(self) -> Unit | None:
        """The unit the address names, the only one, or the one that the user belongs to."""
        by_key = {unit.pk: unit for unit in self.units}
        if (asked := key_in(self.request.GET.get("unit"))) in by_key:
            return by_key[asked]
        if len(self.units) == 1:
            return self.units[0]
        home = (grant.unit_id for grant in self.scope.grants if grant.unit_id in by_key)
        return by_key.get(next(home, None))

    @property
    def passed_on(self) -> str:
        """What the address names besides the kind."""
        parts = {n: v for n in ("unit", "measure") if (v := self.request.GET.get(n))}
        return f"&{urlencode(parts)}" if parts else ""


class RecordNew(RecordDesk, FormView):
    """First the kind, then one short form with no field but those of the kind."""

    form_class = RecordForm
    template_name = "reports/records/form.html"

    def get(self, request, *args, **kwargs):
        if self.kind is None:
            return self.choose_kind()
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if self.kind is None:
            raise Http404
        return super().post(request, *args, **kwargs)

    def choose_kind(self):
        kinds = self.all_kinds
        groups: dict[object, list[RecordKind]] = {}
        for kind in kinds:
            groups.setdefault(kind.heading, []).append(kind)
        context = {
            "title": _("录入工作记录"),
            "recent": recent_kinds(self.request.user.pk, kinds),
            "groups": list(groups.items()),
            "passed_on": self.passed_on,
        }
        return self.response_class(
            request=self.request,
            template="reports/records/choose.html",
            context=context,
            using=self.template_engine,
        )

    def get_initial(self):
        unit = self.start_unit
        return {
            "on": self.today,
            "unit": unit.pk if unit else None,
            "measure": key_in(self.request.GET.get("measure")),
        }

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "kind": self.kind,
            "units": self.units,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("录入：%(kind)s") % {"kind": self.kind.name},
            "kind": self.kind,
            "files_lost": bool(self.request.FILES),
            "passed_on": self.passed_on,
        }

    def form_valid(self, form):
        user, at = self.request.user, timezone.now()
        try:
            with atomic_with_files():
                record, made = add_record(
                    form.draft(), by=user, at=at, today=self.today, confirmed=form.is_confirmed
                )
                if made and (uploads := form.uploads()):
                    add_evidence(target=record, uploads=uploads, by=user, at=at)
        except MustConfirm as question:
            form.ask_to_confirm(question.reasons)
            return self.form_invalid(form)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已录入：%(title)s。") % {"title": record.title})
        if "another" in self.request.POST:
            parts = {"kind": self.kind.pk, "unit": record.unit_id}
            return redirect(f"{reverse('reports:record-new')}?{urlencode(parts)}")
        return redirect(record)


class RecordTotals(RecordDesk, FormView):
    """The sheet of a month: how much of a kind a unit did, with where the numbers come from."""

    form_class = RecordForm
    template_name = "reports/records/totals.html"

    @cached_property
    def month(self) -> date:
        asked = self.request.GET.get("month", "")
        return next((m for m in self.months if f"{m:%Y-%m}" == asked), self.months[1])

    @cached_property
    def months(self) -> list[date]:
        return months_before(self.today)

    @cached_property
    def kinds(self) -> list[RecordKind]:
        return [kind for kind in self.all_kinds if kind.takes_totals]

    @cached_property
    def unit(self) -> Unit | None:
        asked = key_in(self.request.GET.get("unit"))
        if asked is not None and asked not in {unit.pk for unit in self.units}:
            raise Http404
        return self.start_unit or next(iter(self.units), None)

    @cached_property
    def record(self) -> WorkRecord | None:
        """The total that is there already: it is corrected, not entered again."""
        last = self.last_total
        return last if last is not None and last.on == self.month else None

    @cached_property
    def last_total(self) -> WorkRecord | None:
        if self.kind is None or self.unit is None:
            return None
        return last_total(self.unit.pk, self.kind.pk, self.month)

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.scope.allows(Act.ADD_RECORD):
            if self.kind is not None and not self.kind.takes_totals:
                raise Http404
            if self.kind is None and not self.kinds:
                return redirect("reports:record-new")
            if self.unit is None:
                raise PermissionDenied(_("没有可录入工作记录的单位。"))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.kind is None:
            parts = {"kind": self.first_kind.pk, "month": f"{self.month:%Y-%m}"}
            return redirect(f"{request.path}?{urlencode(parts)}")
        return super().get(request, *args, **kwargs)

    @property
    def first_kind(self) -> RecordKind:
        return next(iter(recent_kinds(self.request.user.pk, self.kinds)), self.kinds[0])

    def get_initial(self):
        if self.record is not None:
            return initial_of(self.record)
        # Where the numbers come from is usually the same.
        source = self.last_total.source if self.last_total else ""
        return {"on": self.month, "unit": self.unit.pk, "source": source}

    def get_form_kwargs(self):
        if self.kind is None:
            raise Http404
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "kind": self.kind,
            "units": [self.unit],
            "is_total": True,
            "record": self.record,
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        sheet = sheet_of(context["form"], self.unit, self.month, today=self.today)
        return (
            context
            | sheet
            | {
                "title": _("按月填合计"),
                "kinds": self.kinds,
                "units": self.units,
                "months": [(f"{m:%Y-%m}", month_words(m)) for m in self.months],
                "record": self.record,
            }
        )

    def form_valid(self, form):
        try:
            record = self.save(form)
        except MustConfirm as question:
            form.ask_to_confirm(question.reasons)
            return self.form_invalid(form)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存：%(title)s。") % {"title": record.title})
        return redirect(record)

    def save(self, form) -> WorkRecord:
        if self.record is not None:
            self.require(Act.ADD_RECORD, self.record)
            return edit_record(
                record_id=self.record.pk,
                draft=form.draft(),
                today=self.today,
                confirmed=form.is_confirmed,
            )
        return add_record(
            form.draft(),
            by=self.request.user,
            at=timezone.now(),
            today=self.today,
            confirmed=form.is_confirmed,
        )[0]


def sheet_of(form: RecordForm, unit: Unit, month: date, *, today: date) -> dict[str, object]:
    """The rows of the sheet of a month, each with the number of the month before."""
    before = last_month(unit, form.kind, form.own, month, on=today)
    return {
        "kind": form.kind,
        "unit": unit,
        "month": f"{month:%Y-%m}",
        "month_words": month_words(month),
        "before_words": month_words(before.month),
        "lines": [
            (form["amount"], before.amount),
            *((form[own_name(each.code)], before.sums[each.code]) for each in form.own),
        ],
    }


# --- one record ---------------------------------------------------------------------------------


class RecordView(ScopeMixin, DayMixin):
    """What the pages about one record share; ``act`` is what the page does."""

    act: Act = Act.READ
    title = ""

    @cached_property
    def record(self) -> WorkRecord:
        rows = with_total_beside(with_doubled(WorkRecord.objects.all(), self.on))
        return self.get_visible(with_relations(rows), self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.act != Act.READ:
            self.require(self.act, self.record)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.record, "title": self.title}


class RecordDetail(RecordView, TemplateView):
    template_name = "reports/records/detail.html"

    def get_context_data(self, **kwargs):
        record, may = self.record, self.scope.may
        page = record_page(record, self.scope, on=self.on, today=self.today)
        live = not record.is_cancelled and not self.days.is_past
        adds = live and may(Act.ADD_RECORD, record)
        return super().get_context_data(**kwargs) | {
            "page": page,
            "remark": COURT_REMARK_SENTENCES[page.remark] if page.remark else "",
            "changes": changes_of(record),
            "happened": ended(record),
            "may_edit": adds,
            "may_repeat": adds and record.kind.is_active,
            "may_cancel": live and may(Act.CANCEL_RECORD, record),
            "may_add_evidence": live and may(Act.ADD_EVIDENCE, record),
            "may_register": live
            and record.kind.problem_source_id is not None
            and may(Act.REGISTER_PROBLEM, record),
            "may_read_measure": record.measure is not None and may(Act.READ, record.measure),
            "may_read_meeting": record.meeting is not None and may(Act.READ, record.meeting),
        }


def ended(record: WorkRecord) -> date:
    """The day on which it was over: its last one, or the end of its month."""
    return due_day(record.on, True) if record.is_total else record.last_day or record.on


class RecordEdit(RecordView, FormView):
    form_class = RecordForm
    template_name = "reports/records/form.html"
    act = Act.ADD_RECORD
    title = gettext_lazy("修改工作记录")

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.record.is_cancelled:
            raise PermissionDenied(_("该记录已作废，不能再修改。"))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def kind(self) -> RecordKind:
        fields_of(self.record.kind)
        return self.record.kind

    def get_initial(self):
        return initial_of(self.record)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "kind": self.kind,
            "units": units_to_enter(self.scope, self.today, self.record),
            "is_total": self.record.is_total,
            "record": self.record,
        }

    def get_template_names(self):
        total = self.record.is_total
        return ["reports/records/totals.html"] if total else super().get_template_names()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {"kind": self.kind}
        if not self.record.is_total:
            return context
        return context | sheet_of(
            context["form"], self.record.unit, self.record.on, today=self.today
        )

    def form_valid(self, form):
        try:
            edit_record(
                record_id=self.record.pk,
                draft=form.draft(),
                today=self.today,
                confirmed=form.is_confirmed,
            )
        except MustConfirm as question:
            form.ask_to_confirm(question.reasons)
            return self.form_invalid(form)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.record)


class RecordCancel(RecordView, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    act = Act.CANCEL_RECORD
    title = gettext_lazy("作废工作记录")

    def form_valid(self, form):
        try:
            cancel_record(
                record_id=self.record.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已作废，记录仍可查看。"))
        return redirect(self.record)


# --- plan items of a year -----------------------------------------------------------------------


class BureauPlan(ScopeMixin, DayMixin, TemplateView):
    """The plan items of a bureau's year with what has been done of each."""

    template_name = "reports/records/plan.html"

    @cached_property
    def bureau(self) -> Unit:
        rows = Unit.objects.select_related("bureau").filter(bureau=self.kwargs["pk"])
        return self.get_visible(rows, self.kwargs["pk"])

    def get(self, request, *args, **kwargs):
        if request.GET.get("_export") == XLSX:
            with override(DOCUMENT_LANGUAGE):
                return self.as_sheet()
        return super().get(request, *args, **kwargs)

    @cached_property
    def items(self):
        return plan_items(self.scope, self.bureau.pk, year=self.year, on=self.on, today=self.today)

    def get_context_data(self, **kwargs):
        items = self.items
        done = sum(_done(item.measure, self.on) for item in items)
        return super().get_context_data(**kwargs) | {
            "title": _("%(year)s年度工作安排") % {"year": self.year},
            "bureau": self.bureau,
            "items": items,
            "done": done,
            "with_records": sum(bool(item.records) for item in items),
            "may_add": self.scope.allows(Act.ADD_RECORD) and not self.days.is_past,
            "may_set": self.scope.may(Act.SET_MEASURE, self.bureau) and not self.days.is_past,
        }

    def as_sheet(self) -> HttpResponse:
        title = _("%(bureau)s%(year)s年度工作安排落实情况") % {
            "bureau": self.bureau.label,
            "year": self.year,
        }
        user = self.request.user
        about = [
            (_("名称"), title),
            (_("截至"), self.on),
            (_("导出人"), user.get_full_name() or user.get_username()),
            (_("导出时间"), timezone.localtime().replace(tzinfo=None)),
        ]
        return as_sheet(plan_rows(self.items, self.on), title=title, on=self.on, about=about)


class BureauPlanPrint(BureauPlan):
    """The same on A4 landscape."""

    template_name = "reports/records/plan_print.html"

    def get(self, request, *args, **kwargs):
        with override(DOCUMENT_LANGUAGE):
            return super().get(request, *args, **kwargs).render()


def _done(measure: Measure, on: date) -> bool:
    return measure.done_on is not None and measure.done_on <= on
