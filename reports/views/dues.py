"""What is owed: the list, and each due with its verdict, its rule and what may still be done."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import Upload, add_evidence, atomic_with_files
from reports.actions.refusals import Refused
from reports.actions.waivers import (
    CannotNote,
    CannotWaive,
    ask_waiver,
    decide_waiver,
    grant_waiver,
    note_due,
    withdraw_waiver,
)
from reports.domain.access import Act
from reports.domain.dates import day_typed
from reports.domain.dues import CountedIn, MakeUp, NotApplicable, Verdict, history, reason
from reports.domain.periods import Cadence
from reports.filters.dues import BESIDE, DueFilter
from reports.forms.dues import (
    AskWaiverForm,
    DecideWaiverForm,
    NoteForm,
    WaiveForm,
    WithdrawWaiverForm,
)
from reports.models import Due, Person, Schedule, ScheduleSet, Unit, Waiver, WaiverRequest
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    VERDICT_LABELS_BY_WORDS,
    EvidenceKind,
    ScheduleWords,
    amount_label,
    day_label,
    listed,
    period_name,
    reason_sentence,
)
from reports.selectors.bureaus import label_of
from reports.selectors.dues import BEGUN, OVER, dues_for, kept_total, verdicts_of, with_neighbours
from reports.selectors.gaps import asks_for_reviewer, gap_sentence, gaps_of_due
from reports.selectors.names import with_name_then
from reports.selectors.proof import (
    calendar_of,
    counted_by,
    meetings_of,
    requests_of,
    waivers_of,
    written_beside,
)
from reports.selectors.rules import make_up_limit, make_up_rule, rhythm_of
from reports.selectors.waivers import needs_paper
from reports.tables.base import DEEPEST
from reports.tables.dues import DueTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import Chosen, SelectionMixin

# Parts of an address that ask for periods still to come, or leave them out by themselves.
SHOW_ALL = (
    *("verdict", "lacking", "merged", "asked", "begins", "ends", "upcoming", "from_day", "to_day"),
)

# What the kept counts can tell of a filter; the ticked box of what is to come takes nothing out.
KEPT = {"verdict", "lacking", "first_person", "upcoming"}


class DueList(SelectionMixin, ScopeMixin, TablePage):
    table_class = DueTable
    filterset_class = DueFilter
    template_name = "reports/dues/list.html"
    counts_at_most = DEEPEST
    title = gettext_lazy("制度落实")
    empty_hint = gettext_lazy(
        "本年度没有应开应办事项。法制大队在“制度”中设定制度后，应开会议会按周期自动列出。"
    )
    selections = {
        "under": (Unit, gettext_lazy("辖区")),
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "schedule": (Schedule, gettext_lazy("制度")),
        "set": (ScheduleSet, gettext_lazy("制度组")),
    }

    @cached_property
    def begins(self) -> date | None:
        """The first day of the only period that is shown; a list is opened for it."""
        return day_typed(self.request.GET.get("begins", ""))

    @cached_property
    def ends(self) -> date | None:
        """The last day of the only period that is shown, of whatever year."""
        return day_typed(self.request.GET.get("ends", ""))

    @cached_property
    def person(self) -> int | None:
        typed = self.request.GET.get("person", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None

    @cached_property
    def chosen(self) -> list[Chosen]:
        """Who owed something here is named although the person went elsewhere since."""
        found = list(super().chosen)
        if self.person is not None:
            owed = self.visible(Due.objects.filter(person=self.person)).select_related("person")
            if (due := owed.first()) is None:
                raise Http404
            found.append(Chosen("person", _("人员"), due.person.name))
        if self.begins is not None:
            found.append(Chosen("begins", _("周期起始日"), day_label(self.begins)))
        if self.ends is not None:
            found.append(Chosen("ends", _("周期截止日"), day_label(self.ends)))
        return found

    @cached_property
    def report_year(self) -> int | None:
        typed = self.request.GET.get("report_year", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else None

    @property
    def shown_year(self) -> int | None:
        """A span of days or a report year chosen instead of a year."""
        if self.report_year or (self.ends and "year" not in self.request.GET):
            return None
        return super().shown_year

    @property
    def column_keys(self) -> dict[str, int]:
        return {"schedule_set" if k == "set" else k: v for k, v in self.record_keys.items()}

    @property
    def shows_all(self) -> bool:
        return any(self.request.GET.get(part) for part in SHOW_ALL)

    def get_queryset(self):
        rows = dues_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            report_year=self.report_year,
            person=self.person,
            begins=self.begins,
            ends=self.ends,
            under=self.under,
            **self.column_keys,
        )
        words = [w for each in self.request.GET.getlist("verdict") for w in each.split(BESIDE)]
        chosen = verdicts_of(words)
        # What follows from the verdicts, said in words that an index understands.
        if chosen and OVER.issuperset(chosen):
            rows = rows.filter(period_last__lt=self.on)
        elif chosen and BEGUN.issuperset(chosen):
            rows = rows.filter(period_first__lte=self.on)
        elif not self.shows_all:
            # Nobody comes for what is still to come; it is one tick away.
            rows = rows.filter(period_first__lte=self.on)
        return rows.select_related("unit", "person", "schedule", "bureau")

    def get_known_count(self):
        if self.shown_year is None or self.report_year is not None or "unit" in self.keys:
            return None
        if self.begins is not None or self.ends is not None or self.person is not None:
            return None
        asked = self.asked
        if asked is None or (asked and self.days.is_past):
            return None
        return kept_total(
            self.scope,
            year=self.shown_year,
            on=self.on,
            begun=not self.shows_all,
            under=self.under,
            **self.column_keys,
            **asked,
        )

    @property
    def asked(self) -> dict[str, object] | None:
        """What the filter asks for in the terms of the kept counts; None: they do not know it."""
        filled = {name for name in self.filterset.form.fields if self.request.GET.get(name)}
        if not filled <= KEPT or not self.filterset.form.is_valid():
            return None
        values = self.filterset.form.cleaned_data
        found: dict[str, object] = {}
        if chosen := values.get("verdict"):
            found["verdicts"] = chosen.split(BESIDE)
        found |= {name: True for name in ("lacking", "first_person") if values.get(name)}
        return found

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "due_query": f"?on={self.on}" if self.days.is_past else "",
            "shown_year": self.report_year or self.shown_year,
            "all_years": not (self.report_year or self.shown_year),
            "grid": self.grid_address,
            "may_order": self.scope.allows(Act.WAIVE_DUE),
        }

    @property
    def grid_address(self) -> str:
        """The same schedule or set as a table of all periods."""
        shared = ("schedule", "set", "bureau")
        parts = {part: self.keys[part] for part in shared if part in self.keys}
        parts["year"] = self.shown_year
        parts["on"] = self.on if self.days.is_past else None
        query = urlencode({name: value for name, value in parts.items() if value is not None})
        return f"{reverse('reports:grid')}?{query}"


class DuePage(ScopeMixin, DayMixin):
    """What the pages about one due share; ``act`` is what the page does."""

    act: Act = Act.READ
    title = ""

    @cached_property
    def due(self) -> Due:
        rows = with_name_then(with_neighbours(Due.objects.all()), F("period_last"))
        rows = rows.annotate(needs_reviewer=asks_for_reviewer(F("period_last")))
        return self.get_visible(
            rows.select_related(
                "unit",
                "bureau",
                "schedule",
                "schedule__set",
                "version",
                "version__meeting_kind",
                "version__agenda_kind",
                "version__body",
                "version__presided_by",
                "version__deputy",
                "person",
            ),
            self.kwargs["pk"],
        )

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(self.act, self.due)
        return super().dispatch(request, *args, **kwargs)

    @property
    def of_work(self) -> bool:
        return self.due.schedule.words == ScheduleWords.WORK

    def label(self) -> str:
        return label_of(self.due)

    def get_context_data(self, **kwargs):
        due = self.due
        return super().get_context_data(**kwargs) | {
            "due": due,
            "label": self.label(),
            "title": self.title,
            "verdict": due.verdict_on(self.on),
            "of_work": self.of_work,
        }


class DueDetail(DuePage, TemplateView):
    template_name = "reports/dues/detail.html"

    def get_context_data(self, **kwargs):
        due = self.due
        meetings = meetings_of(due, self.on)
        counted = counted_by(due, meetings, self.on)
        requests = list(requests_of(due, self.on))
        notes, papers = written_beside(due)
        counted_in = CountedIn(due.counted_in)
        why = reason(
            due.facts,
            due.number,
            Cadence(due.version.cadence),
            self.on,
            counted,
            counted_in=counted_in,
            at_most=due.at_most,
        )
        context = super().get_context_data(**kwargs)
        return context | {
            "reason": reason_sentence(why, self.label()),
            "off_work": context["verdict"] == Verdict.NOT_APPLICABLE
            and due.not_applicable_because == NotApplicable.NO_WORKDAY,
            "wanted": amount_label(due.at_least, counted_in),
            "counted": amount_label(counted, counted_in),
            "in_minutes": counted_in == CountedIn.MINUTES,
            "chapters": self.chapters(),
            "meetings": [(line, amount_label(line.amount, counted_in)) for line in meetings],
            "rule": rule_in_words(due),
            "calendar": calendar_of(due),
            "gaps": [
                gap_sentence(gap)
                for gap in gaps_of_due(due, on=self.on, needs_reviewer=due.needs_reviewer)
            ],
            "waivers": list(waivers_of(due, self.on)),
            "requests": requests,
            "notes": notes,
            "papers": papers,
            "steps": self.steps(context["verdict"], requests),
            "kept": f"?on={self.on}" if self.days.is_past else "",
            "grid": self.grid_address,
        }

    def chapters(self) -> list[tuple[str, object, date]]:
        """How the verdict went: each with its word and the day it began."""
        words = VERDICT_LABELS_BY_WORDS[ScheduleWords(self.due.schedule.words)]
        return [
            (chapter.verdict.value, words[chapter.verdict], chapter.first)
            for chapter in history(self.due.facts, self.on)
        ]

    @property
    def grid_address(self) -> str:
        query = {"schedule": self.due.schedule_id, "year": self.due.year}
        if self.scope.sees_many_bureaus:
            query["bureau"] = self.due.bureau_id
        if self.days.is_past:
            query["on"] = self.on
        return f"{reverse('reports:grid')}?{urlencode(query)}"

    def steps(self, verdict: Verdict, requests: list[WaiverRequest]) -> dict[str, object]:
        """What may still be done, for who is looking."""
        due = self.due
        new = f"{reverse('reports:meeting-new')}?due={due.pk}"
        may_record = self.scope.may(Act.RECORD_MEETING, due)
        may_waive = self.scope.may(Act.WAIVE_DUE, due)
        over = due.period_last < self.today
        limit = make_up_limit(due)
        unmet = due.met_on is None and due.met_late_on is None and due.waived_on is None
        owed = verdict not in {Verdict.NOT_APPLICABLE, Verdict.UPCOMING}
        may_make_up = over and unmet and owed and limit is not None and self.today <= limit
        waiting = next((row for row in requests if row.decided_on is None), None)
        own = waiting is not None and waiting.recorded_by_id == self.scope.user_id
        excusable = unmet and verdict != Verdict.NOT_APPLICABLE and waiting is None
        return {
            "record": new if may_record and not over and owed and due.waived_on is None else "",
            "enter": new if may_record and over and owed and unmet else "",
            "make_up": f"{new}&held_on={self.today}" if may_record and may_make_up else "",
            "make_up_until": limit if may_make_up else None,
            "make_up_over": over and unmet and owed and not may_make_up,
            "agenda": may_record and not over and verdict != Verdict.NOT_APPLICABLE,
            "waive": may_waive and excusable,
            "ask": may_record and excusable,
            "decide": waiting if waiting is not None and may_waive and not own else None,
            "withdraw": may_waive,
            "note": may_record or self.scope.may(Act.SET_SCHEDULE, due),
        }


def rule_in_words(due: Due) -> list[tuple[str, str]]:
    """The version that the due is judged by, line by line."""
    version = due.version
    rhythm = rhythm_of(version, due.schedule.set)
    what = [str(x) for x in (version.meeting_kind,) if x]
    if version.agenda_kind:
        what.append(_("有“%(kind)s”议题的会议") % {"kind": version.agenda_kind})
    rule = make_up_rule(version)
    make_up = {
        MakeUp.NEVER: _("不得补开"),
        MakeUp.NEXT_PERIOD: _("下一周期结束前可补开"),
    }.get(rule.kind) or _("周期结束后%(n)s天内可补开") % {"n": rule.days}
    lines = [(_("要求"), version.rhythm)]
    if rhythm.window is not None and rhythm.window.follows:
        base = rhythm.base_of(due.numbered).period
        told = {"first": day_label(base.first), "last": day_label(base.last)}
        told = {
            "name": period_name(rhythm.name_of(due.numbered)),
            "days": _("%(first)s—%(last)s") % told,
        }
        lines.append((_("对应周期"), _("%(name)s（%(days)s）") % told))
    lines += [
        (_("计入的会议"), _("或").join(what)),
        (_("由谁召开"), str(version.body or due.unit)),
    ]
    if due.person_id is not None:
        lines.append((_("由谁落实"), _("%(name)s本人参加") % {"name": due.person.name}))
    if version.presided_by:
        words = _("须由%(post)s（或主持工作者）主持") % {"post": version.presided_by}
        if version.deputy:
            words += _("，可由%(post)s代为主持") % {"post": version.deputy}
        lines.append((_("主持"), words))
    if version.min_minutes:
        lines.append((_("时长"), _("每次至少%(n)s分钟") % {"n": version.min_minutes}))
    if version.legal_must_sit_in:
        lines.append((_("列席"), _("须法制部门列席")))
    elif version.legal_on_law_items:
        lines.append((_("列席"), _("有涉法议题的，须法制部门列席并提出意见")))
    if version.expected_evidence:
        kinds = [str(EVIDENCE_KIND_LABELS[EvidenceKind(k)]) for k in version.expected_evidence]
        lines.append((_("应有材料"), listed(kinds)))
    return [
        *lines,
        (_("能否补开"), make_up),
        (_("录入期限"), _("周期结束后%(n)s个工作日") % {"n": version.recording_days}),
        (_("依据"), version.legal_basis),
        (_("由谁要求"), version.asked_by),
        (_("规则版本"), _("%(day)s起") % {"day": day_label(version.first_day)}),
    ]


class ExcusingPage(DuePage, FormView):
    """What granting a waiver and deciding on a request share."""

    act = Act.WAIVE_DUE

    @cached_property
    def needs_paper(self) -> bool:
        return needs_paper(self.scope, self.due)

    def get_form_kwargs(self):
        signers = Person.objects.standing().filter(unit__in=[self.due.bureau_id, self.due.unit_id])
        return super().get_form_kwargs() | {
            "signers": signers.select_related("unit").order_by("unit__path", "pk"),
            "needs_paper": self.needs_paper,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"needs_paper": self.needs_paper}

    def keep_sheet(self, form, waiver: Waiver | None) -> None:
        if waiver is not None and (file := form.cleaned_data["scan"]):
            scan = Upload(file, EvidenceKind.DECISION)
            add_evidence(target=waiver, uploads=[scan], by=self.request.user, at=timezone.now())


class DueWaive(ExcusingPage):
    template_name = "reports/dues/waive.html"
    form_class = WaiveForm

    @property
    def title(self):
        return _("批准免办") if self.of_work else _("批准免开")

    def get_initial(self):
        return {"granted_on": self.today}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            with atomic_with_files():
                waiver = grant_waiver(
                    due_id=self.due.pk,
                    reason=given["reason"],
                    granted_on=given["granted_on"],
                    by=self.request.user,
                    at=timezone.now(),
                    today=self.today,
                    signer=given["signer"],
                    from_paper=given["signer"] is not None,
                )
                self.keep_sheet(form, waiver)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已记录免开。"))
        return redirect(self.due)


class WaiverAsk(DuePage, FormView):
    """Who records for the unit asks for a due to be excused."""

    act = Act.RECORD_MEETING
    template_name = "reports/dues/ask.html"
    form_class = AskWaiverForm

    @property
    def title(self):
        return _("申请免办") if self.of_work else _("申请免开")

    def get_initial(self):
        return {"asked_on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "of_bureau": self.due.unit_id == self.due.bureau_id
        }

    def form_valid(self, form):
        try:
            ask_waiver(
                due_id=self.due.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已提出申请，等待决定。"))
        return redirect(self.due)


class WaiverDecide(ExcusingPage):
    """Granting or refusing what somebody else asked for."""

    template_name = "reports/dues/decide.html"
    form_class = DecideWaiverForm
    title = gettext_lazy("决定免开申请")

    @cached_property
    def asked(self) -> WaiverRequest:
        rows = WaiverRequest.objects.filter(due=self.due).select_related(
            "recorded_by", "decided_by"
        )
        return get_object_or_404(rows, pk=self.kwargs["request_pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.scope.may(Act.WAIVE_DUE, self.due):
            asked = self.asked
            if asked.decided_on is None and asked.recorded_by_id == self.scope.user_id:
                raise PermissionDenied(_("这是您提出的申请，须由他人决定。"))
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"asked": self.asked}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            with atomic_with_files():
                decided = decide_waiver(
                    request_id=self.asked.pk,
                    granted=given["granted"] == "1",
                    note=form.note_to_keep(),
                    on=given["on"],
                    by=self.request.user,
                    at=timezone.now(),
                    today=self.today,
                    signer=given["signer"],
                    from_paper=given["signer"] is not None,
                )
                self.keep_sheet(form, decided.waiver)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已同意。") if decided.granted else _("已记录不同意。"))
        return redirect(self.due)


class WaiverWithdraw(DuePage, View):
    """Taking a waiver back; only who might grant it."""

    act = Act.WAIVE_DUE
    http_method_names = ("post",)

    def post(self, request, pk, waiver_pk):
        waiver = Waiver.objects.filter(pk=waiver_pk, due=self.due).first()
        form = WithdrawWaiverForm(request.POST)
        if waiver is None or not form.is_valid():
            messages.error(request, _("请写明撤销原因。"))
            return redirect(self.due)
        try:
            withdraw_waiver(
                waiver_id=waiver.pk,
                because=form.cleaned_data["because"],
                on=self.today,
                today=self.today,
            )
        except CannotWaive as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("免开已撤销。"))
        return redirect(self.due)


class DueNoteAdd(DuePage, FormView):
    """A remark on a due, by who records for it or sets its schedule."""

    template_name = "reports/dues/note.html"
    form_class = NoteForm
    title = gettext_lazy("加注说明")

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            acts = (Act.RECORD_MEETING, Act.SET_SCHEDULE)
            self.act = next((act for act in acts if self.scope.may(act, self.due)), acts[0])
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            note_due(
                due_id=self.due.pk,
                text=form.cleaned_data["text"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotNote as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("说明已加注。"))
        return redirect(self.due)
