"""What is owed: the list, and each due with its verdict, its rule and what may still be done."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import CannotKeepEvidence, Upload, add_evidence
from reports.actions.schedules import CannotWaive, grant_waiver, withdraw_waiver
from reports.domain.access import Act, Role
from reports.domain.counting import amount_of
from reports.domain.dues import CountedIn, Held, MakeUp, Verdict, counted_on, reason
from reports.domain.periods import Cadence
from reports.filters.dues import DueFilter
from reports.forms.dues import WaiveForm, WithdrawWaiverForm
from reports.models import Due, Person, Schedule, ScheduleSet, Unit, Waiver
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    EvidenceKind,
    day_label,
    listed,
    reason_sentence,
)
from reports.selectors.bureaus import label_of
from reports.selectors.dues import dues_for, kept_total, neighbours
from reports.selectors.rules import make_up_limit, make_up_rule
from reports.tables.dues import DueTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin

# Parts of an address that ask for periods still to come, or leave them out by themselves.
SHOW_ALL = ("verdict", "lacking", "upcoming", "from_day", "to_day")


# Who decides on what a bureau owes itself; others record the decision from the signed sheet.
DECIDING = frozenset({Role.LEADER, Role.SUPERVISOR})


class DueList(SelectionMixin, ScopeMixin, TablePage):
    table_class = DueTable
    filterset_class = DueFilter
    template_name = "reports/dues/list.html"
    title = gettext_lazy("制度落实")
    empty_hint = gettext_lazy(
        "本年度没有应开应办事项。法制大队在“制度”中设定制度后，应开会议会按周期自动列出。"
    )
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "schedule": (Schedule, gettext_lazy("制度")),
        "set": (ScheduleSet, gettext_lazy("制度组")),
    }

    @cached_property
    def report_year(self) -> int | None:
        typed = self.request.GET.get("report_year", "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else None

    @property
    def shown_year(self) -> int | None:
        """A span of days or a report year chosen instead of a year."""
        parts = self.request.GET
        by_days = parts.get("from_day") or parts.get("to_day")
        if self.report_year or (by_days and "year" not in parts):
            return None
        return self.year

    def get_queryset(self):
        keys = {"schedule_set" if k == "set" else k: v for k, v in self.keys.items()}
        rows = dues_for(
            self.scope, on=self.on, year=self.shown_year, report_year=self.report_year, **keys
        )
        if not any(self.request.GET.get(part) for part in SHOW_ALL):
            # Nobody comes for what is still to come; it is one tick away.
            rows = rows.filter(period_first__lte=self.on)
        return rows.select_related("unit", "schedule", "bureau")

    def get_known_count(self):
        if self.narrowed or self.shown_year is None or "unit" in self.keys:
            return None
        keys = {"schedule_set" if k == "set" else k: v for k, v in self.keys.items()}
        return kept_total(self.scope, year=self.shown_year, begun_by=self.on, **keys)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "due_query": f"?on={self.on}" if self.days.is_past else "",
            "shown_year": self.report_year or self.shown_year,
            "all_years": not (self.report_year or self.shown_year),
        }


class DuePage(ScopeMixin, DayMixin):
    """What the pages about one due share."""

    @cached_property
    def due(self) -> Due:
        return self.get_visible(
            Due.objects.select_related(
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

    @cached_property
    def of_bureau(self) -> bool:
        return self.due.unit_id == self.due.bureau_id

    def may_waive(self) -> bool:
        """What a bureau owes itself its own officers excuse only by a leader's signed sheet."""
        return self.scope.may(Act.WAIVE_DUE, self.due)

    @property
    def needs_paper(self) -> bool:
        return self.of_bureau and not any(
            grant.role in DECIDING
            and grant.covers(
                unit_path=self.due.unit.path,
                bureau_id=self.due.bureau_id,
                bureau_path=self.due.bureau.path,
            )
            for grant in self.scope.grants
        )

    def label(self) -> str:
        return label_of(self.due)


class DueDetail(DuePage, TemplateView):
    template_name = "reports/dues/detail.html"

    def get_context_data(self, **kwargs):
        due = self.due
        discharges = list(
            due.discharges.select_related("meeting", "meeting__presided_by", "meeting__unit")
            .filter(meeting__held_on__lte=self.on)
            .order_by("meeting__held_on", "pk")
        )
        counting = [d for d in discharges if d.counts]
        counted_in = CountedIn(due.counted_in)
        amounts = [
            (d.is_late, Held(d.meeting.held_on, amount_of(d.meeting.minutes, counted_in)))
            for d in counting
        ]
        counted = counted_on(
            due.period,
            [held for late, held in amounts if not late],
            [held for late, held in amounts if late],
            self.on,
        )
        verdict = due.verdict_on(self.on)
        cadence = Cadence(due.version.cadence)
        why = reason(
            due.facts,
            due.number,
            cadence,
            self.on,
            counted,
            counted_in=counted_in,
            at_most=due.at_most,
        )
        before, after = neighbours(due)
        return super().get_context_data(**kwargs) | {
            "due": due,
            "label": self.label(),
            "verdict": verdict,
            "reason": reason_sentence(why, self.label()),
            "counted": counted,
            "counting": counting,
            "not_counting": [d for d in discharges if not d.counts],
            "rule": rule_in_words(due),
            "waivers": due.waivers.select_related("recorded_by", "signer")
            .prefetch_related("evidence_uses__evidence")
            .order_by("-pk"),
            "before": before,
            "after": after,
            "steps": self.steps(verdict),
            "kept": f"?on={self.on}" if self.days.is_past else "",
            "may_withdraw": self.may_waive(),
        }

    def steps(self, verdict: Verdict) -> dict[str, object]:
        """What may still be done, for who is looking."""
        due = self.due
        new = f"{reverse('reports:meeting-new')}?due={due.pk}"
        may_record = self.scope.may(Act.RECORD_MEETING, due)
        over = due.period_last < self.today
        limit = make_up_limit(due)
        unmet = due.met_on is None and due.met_late_on is None and due.waived_on is None
        owed = verdict not in {Verdict.NOT_APPLICABLE, Verdict.UPCOMING}
        may_make_up = over and unmet and owed and limit is not None and self.today <= limit
        return {
            "record": new if may_record and not over and owed and due.waived_on is None else "",
            "enter": new if may_record and over and owed and unmet else "",
            "make_up": f"{new}&held_on={self.today}" if may_record and may_make_up else "",
            "make_up_until": limit if may_make_up else None,
            "make_up_over": over and unmet and owed and not may_make_up,
            "waive": self.may_waive() and unmet and verdict != Verdict.NOT_APPLICABLE,
        }


def rule_in_words(due: Due) -> list[tuple[str, str]]:
    """The version that the due is judged by, line by line."""
    version = due.version
    what = [str(x) for x in (version.meeting_kind,) if x]
    if version.agenda_kind:
        what.append(_("有“%(kind)s”议题的会议") % {"kind": version.agenda_kind})
    rule = make_up_rule(version)
    make_up = {
        MakeUp.NEVER: _("不得补开"),
        MakeUp.NEXT_PERIOD: _("下一周期结束前可补开"),
    }.get(rule.kind) or _("周期结束后%(n)s天内可补开") % {"n": rule.days}
    lines = [
        (_("要求"), version.rhythm),
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


class DueWaive(DuePage, FormView):
    template_name = "reports/dues/waive.html"
    form_class = WaiveForm

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.due and not self.may_waive():
            raise PermissionDenied(_("您不能批准这一期免开。"))
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"granted_on": self.today}

    def get_form_kwargs(self):
        signers = Person.objects.filter(unit__in=[self.due.bureau_id, self.due.unit_id])
        return super().get_form_kwargs() | {
            "signers": signers.select_related("unit").order_by("unit__path", "pk"),
            "needs_paper": self.needs_paper,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "due": self.due,
            "label": self.label(),
            "title": _("批准免办") if self.due.schedule.words == "work" else _("批准免开"),
        }

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            with transaction.atomic():
                waiver = grant_waiver(
                    due_id=self.due.pk,
                    reason=data["reason"],
                    granted_on=data["granted_on"],
                    by=self.request.user,
                    at=timezone.now(),
                    today=self.today,
                    signer=data["signer"],
                    from_paper=data["signer"] is not None,
                )
                if data["scan"]:
                    scan = Upload(data["scan"], EvidenceKind.DECISION)
                    add_evidence(
                        target=waiver, uploads=[scan], by=self.request.user, at=timezone.now()
                    )
        except CannotWaive as refusal:
            for each in refusal.reasons:
                form.add_error(None, each)
            return self.form_invalid(form)
        except CannotKeepEvidence as refusal:
            for each in refusal.reasons:
                form.add_error("scan", each)
            return self.form_invalid(form)
        messages.success(self.request, _("已记录免开。"))
        return redirect(self.due)


class WaiverWithdraw(DuePage, View):
    """Taking a waiver back; only who might grant it."""

    http_method_names = ("post",)

    def post(self, request, pk, waiver_pk):
        self.require(Act.WAIVE_DUE, self.due)
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
