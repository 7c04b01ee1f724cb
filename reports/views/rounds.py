"""Rounds of later checks (回头看检查): the list, one round, its sample, its results, its report."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import add_evidence, atomic_with_files
from reports.actions.refusals import Refused
from reports.actions.rounds import (
    cancel_round,
    check_item,
    choose_sample,
    edit_round,
    end_round,
    order_round,
)
from reports.domain.access import Act
from reports.domain.look_backs import drawn
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.problems import LookBackResult
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.rounds import round_docx
from reports.exchange.sheets import disposition, file_name
from reports.filters.rounds import RoundFilter
from reports.forms.meetings import CancelForm
from reports.forms.rounds import EndRoundForm, ItemForm, RoundForm, SampleForm, initial_of
from reports.models import LookBackItem, LookBackRound, Person, Unit
from reports.models.choices import LOOK_BACK_RESULT_LABELS
from reports.selectors.history import changes_of
from reports.selectors.rounds import (
    RoundReport,
    candidates,
    items_so_far,
    may_check,
    places_of,
    round_record,
    round_report,
    rounds_for,
    sources_of,
)
from reports.tables.rounds import RoundTable
from reports.views.mixins import DayMixin, OfficialPaper, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

# A bureau closes some hundreds of problems a year; older ones are found by the filter.
MOST_CANDIDATES = 300


class RoundList(SelectionMixin, ScopeMixin, TablePage):
    table_class = RoundTable
    filterset_class = RoundFilter
    template_name = "reports/rounds/list.html"
    title = pgettext_lazy("several", "回头看检查")
    empty_hint = gettext_lazy("还没有回头看检查。对已销号的问题抽查复核的，在此部署。")
    selections = {"bureau": (Unit, gettext_lazy("分局"))}

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        return rounds_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            state=self.request.GET.get("state", ""),
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_run": self.scope.allows(Act.RUN_LOOK_BACK),
        }


class RoundNew(ScopeMixin, DayMixin, FormView):
    form_class = RoundForm
    template_name = "reports/rounds/form.html"
    needs = Act.RUN_LOOK_BACK

    def get_initial(self):
        return {"ordered_on": self.today}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope, "today": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("部署回头看检查")}

    def form_valid(self, form):
        try:
            found = order_round(
                form.draft(), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("检查已部署，请选取检查的问题。"))
        return redirect("reports:round-sample", found.pk)


class RoundPage(ScopeMixin, DayMixin):
    """What the pages about one round share; ``act`` is what the page does."""

    act: Act = Act.READ
    title = ""

    @cached_property
    def found(self) -> LookBackRound:
        rows = LookBackRound.objects.select_related("bureau__bureau", "recorded_by", "cancelled_by")
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def checkers(self) -> list[Person]:
        return list(self.found.checkers.select_related("unit").order_by("unit__path", "pk"))

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.act != Act.READ:
            self.require(self.act, self.found)
        return super().dispatch(request, *args, **kwargs)

    @property
    def going_on(self) -> bool:
        return self.found.ended_on is None and not self.found.is_cancelled

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"round": self.found, "title": self.title}


class RoundDetail(RoundPage, TemplateView):
    template_name = "reports/rounds/detail.html"

    def get_context_data(self, **kwargs):
        record = round_record(self.found, self.scope, on=self.on)
        live = not self.days.is_past
        may_run = live and self.scope.may(Act.RUN_LOOK_BACK, self.found)
        return super().get_context_data(**kwargs) | {
            "record": record,
            "lines": [line for line in record.lines if self.is_asked(line)],
            "asked": self.asked,
            "counts": list(record.counts.items()),
            "checkers": self.checkers,
            "changes": changes_of(self.found),
            "may_run": may_run and self.going_on,
            "may_cancel": may_run and not self.found.is_cancelled,
            "may_end": may_run and self.going_on and record.lines and not record.counts[None],
            "may_check": live
            and self.going_on
            and may_check(self.scope, self.found, self.checkers),
        }

    @cached_property
    def asked(self) -> str:
        """Which result the page is opened for: a number leads to the items it counts."""
        asked = self.request.GET.get("result", "")
        return asked if asked in {"none", *(each.value for each in LookBackResult)} else ""

    def is_asked(self, line) -> bool:
        return not self.asked or (line.result.value if line.result else "none") == self.asked


class RoundEdit(RoundPage, FormView):
    form_class = RoundForm
    template_name = "reports/rounds/form.html"
    act = Act.RUN_LOOK_BACK
    title = gettext_lazy("修改部署")

    def get_initial(self):
        return initial_of(self.found)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "found": self.found,
        }

    def form_valid(self, form):
        try:
            edit_round(round_id=self.found.pk, draft=form.draft(), today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.found)


class RoundSample(RoundPage, TemplateView):
    """Closed problems to tick; a part of them may be drawn by a seed that everybody sees."""

    template_name = "reports/rounds/sample.html"
    act = Act.RUN_LOOK_BACK
    title = gettext_lazy("选取检查的问题")
    reasons: list[str] = []

    @cached_property
    def form(self) -> SampleForm:
        years = range(self.found.ordered_on.year, self.found.ordered_on.year - 4, -1)
        return SampleForm(
            {"seed": self.seed} | self.request.GET.dict(),
            years=years,
            sources=sources_of(self.found),
            units=places_of(self.found),
        )

    @property
    def seed(self) -> str:
        return f"{self.found.ordered_on:%Y%m%d}"

    @cached_property
    def rows(self):
        return candidates(self.found, self.checkers, most=MOST_CANDIDATES, **self.form.asked())

    @cached_property
    def lot(self) -> set[int]:
        asked = self.form.draw()
        if asked is None or not self.going_on:
            return set()
        number, seed = asked
        free = [row.problem.pk for row in self.rows if row.may_be_drawn]
        return set(drawn(free, number, seed))

    def typed(self, name: str) -> list[int]:
        typed = self.request.POST.getlist(name)
        return [int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < 16]

    def get_context_data(self, **kwargs):
        posted = set(self.typed("problem")) if self.request.method == "POST" else None
        rows = [(row, self.is_ticked(row, posted)) for row in self.rows]
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "checkers": self.checkers,
            "rows": rows,
            "ticked": sum(tick for _row, tick in rows),
            "lot": self.lot,
            "draw": self.form.draw() if self.going_on else None,
            "most": MOST_CANDIDATES if len(rows) == MOST_CANDIDATES else None,
            "going_on": self.going_on,
            "reasons": self.reasons,
        }

    def is_ticked(self, row, posted: set[int] | None) -> bool:
        if row.has_result:
            return True
        if posted is not None:
            return row.problem.pk in posted
        return row.in_sample or row.problem.pk in self.lot

    def post(self, request, *args, **kwargs):
        try:
            number = choose_sample(
                round_id=self.found.pk, chosen=self.typed("problem"), shown=self.typed("shown")
            )
        except Refused as refusal:
            self.reasons = refusal.reasons
            return self.render_to_response(self.get_context_data())
        told = {"n": number}
        messages.success(
            request, ngettext("共选取%(n)s个问题。", "共选取%(n)s个问题。", number) % told
        )
        return redirect(self.found)


class RoundItem(RoundPage, FormView):
    """What was found of one item; entered by who runs the round or was ordered to check."""

    form_class = ItemForm
    template_name = "reports/rounds/item.html"
    title = gettext_lazy("录入检查结果")

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and not may_check(self.scope, self.found, self.checkers):
            raise PermissionDenied(_("您可以查看这条记录，但您的角色不能对它进行此项操作。"))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def item(self) -> LookBackItem:
        return get_object_or_404(items_so_far(self.found), pk=self.kwargs["item"])

    def get_initial(self):
        mine = [each.pk for each in self.checkers if each.user_id == self.request.user.pk]
        alone = [each.pk for each in self.checkers] if len(self.checkers) == 1 else []
        return {"on": self.today, "checker": next(iter(mine or alone), None)}

    def get_form_kwargs(self):
        people = self.found.checkers.select_related("unit").order_by("unit__path", "pk")
        return super().get_form_kwargs() | {"people": people}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "item": self.item,
            "problem": self.item.problem,
            "may_read": self.scope.may(Act.READ, self.item.problem),
            "going_on": self.going_on,
        }

    def form_valid(self, form):
        given, user, at = form.cleaned_data, self.request.user, timezone.now()
        result = LookBackResult(given["result"])
        try:
            with atomic_with_files():
                made = check_item(
                    item_id=self.item.pk,
                    on=given["on"],
                    result=result,
                    checker=given["checker"],
                    note=given["note"],
                    due_on=given["due_on"],
                    by=user,
                    at=at,
                    today=self.today,
                )
                if uploads := form.uploads():
                    add_evidence(target=made, uploads=uploads, by=user, at=at)
        except Refused as refusal:
            return refused(self, form, refusal)
        said = {"result": LOOK_BACK_RESULT_LABELS[result]}
        if result == LookBackResult.HELD:
            messages.success(self.request, _("结果已录入：%(result)s。") % said)
        else:
            messages.warning(self.request, _("结果已录入：%(result)s，问题已重新整改。") % said)
        return redirect(self.found)


class RoundEnd(RoundPage, FormView):
    form_class = EndRoundForm
    template_name = "reports/rounds/form.html"
    act = Act.RUN_LOOK_BACK
    title = gettext_lazy("结束检查")

    def get_initial(self):
        return {"on": self.today}

    def form_valid(self, form):
        try:
            end_round(round_id=self.found.pk, today=self.today, **form.cleaned_data)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("检查已结束，可以打印情况报告。"))
        return redirect(self.found)


class RoundCancel(RoundPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    act = Act.RUN_LOOK_BACK
    title = gettext_lazy("作废回头看检查")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.found}

    def form_valid(self, form):
        try:
            cancel_round(
                round_id=self.found.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("检查已作废；已录入的检查结果保留在问题中。"))
        return redirect(self.found)


class ReportPage(RoundPage):
    """What both shapes of the report share."""

    @cached_property
    def report(self) -> RoundReport:
        record = round_record(self.found, self.scope, on=self.on, with_files=False)
        return round_report(self.found, record, self.checkers, on=self.on)


class RoundPrint(OfficialPaper, ReportPage, TemplateView):
    """The report on A4 as an official document."""

    template_name = "reports/rounds/print.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"report": self.report}


class RoundDocx(ReportPage, View):
    """The same words for Word and WPS."""

    http_method_names = ["get", "head"]

    def get(self, request, *args, **kwargs):
        content = round_docx(self.report, at=timezone.now())
        response = HttpResponse(content, content_type=MEDIA_TYPE)
        with override(DOCUMENT_LANGUAGE):
            title = _("“%(title)s”情况报告") % {"title": self.found.title}
        name = file_name(title, self.found.ended_on or self.on, "docx")
        response["Content-Disposition"] = disposition(name)
        response["Cache-Control"] = "private, no-store"
        return response
