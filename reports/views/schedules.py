"""The rules of a bureau: read by everyone in it, set by its legal officers."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.refusals import Refused
from reports.actions.schedules import (
    Planned,
    edit_schedule,
    edit_set,
    end_schedule,
    rehearse,
    set_up_schedule,
)
from reports.domain.access import Act
from reports.domain.calendar import holidays_missing
from reports.domain.dues import CountedIn, Verdict
from reports.domain.imports import SheetKind
from reports.domain.periods import YearStart, assessment_year, year_holding
from reports.domain.progress import Tally
from reports.filters.schedules import ScheduleFilter
from reports.forms.schedules import (
    RuleForm,
    ScheduleEditForm,
    ScheduleEndForm,
    ScheduleNewForm,
    ScheduleSetForm,
    typed_from,
)
from reports.models import Schedule, ScheduleSet, ScheduleVersion, Unit
from reports.models.choices import (
    VERDICT_LABELS_BY_WORDS,
    OwedBy,
    ScheduleWords,
    day_label,
    days_label,
)
from reports.selectors.calendar import holidays, years_entered
from reports.selectors.dues import OWED, address_of_dues
from reports.selectors.history import changes_of
from reports.selectors.rules import year_start
from reports.selectors.schedules import (
    PeriodLine,
    PreviewYear,
    RuleToPreview,
    burden,
    changed_facts,
    ending,
    facts_of,
    has_meetings,
    is_planned,
    owed_one_by_one,
    owing_units,
    preview_year,
    preview_years,
    rule_to_preview,
    schedule_year,
    times_a_year,
    version_on,
    versions_of,
)
from reports.tables.schedules import ScheduleTable
from reports.templatetags.figures import Axis, Cell, StripRow
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class ScheduleList(ScopeMixin, SelectionMixin, TablePage):
    title = pgettext_lazy("several", "制度")
    table_class = ScheduleTable
    filterset_class = ScheduleFilter
    template_name = "reports/schedules/list.html"
    sheet_kind = SheetKind.SCHEDULES
    empty_hint = gettext_lazy("还没有制度。由法制大队新增制度后，应开会议和应办事项随即编排。")

    @property
    def selections(self):
        """Who sees one bureau picks the set in the filter instead."""
        bureau = {"bureau": (Unit, _("分局"))}
        return bureau | (
            {"set": (ScheduleSet, _("制度组"))} if self.scope.sees_many_bureaus else {}
        )

    def get_queryset(self):
        rows = ScheduleVersion.objects.in_force_on(self.on).filter(
            schedule__in=self.visible(Schedule.objects.all())
        )
        if "bureau" in self.keys:
            rows = rows.filter(schedule__set__unit__bureau=self.keys["bureau"])
        if "set" in self.keys:
            rows = rows.filter(schedule__set=self.keys["set"])
        return (
            rows.select_related("schedule__set__unit__bureau")
            .prefetch_related("owing_kinds")
            .order_by(
                "schedule__set__unit__path",
                "schedule__set__position",
                "schedule__set_id",
                "schedule__position",
                "pk",
            )
        )

    def get_filterset_kwargs(self, filterset_class):
        kwargs = super().get_filterset_kwargs(filterset_class)
        return kwargs | {"scope": self.scope, "on": self.on}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "may_set": self.scope.allows(Act.SET_SCHEDULE),
            "missing": holidays_missing(self.today, years_entered(self.today)),
        }


class ScheduleMixin(ScopeMixin, DayMixin):
    """A schedule that may be seen, with the set, its unit and the bureau."""

    @cached_property
    def schedule(self) -> Schedule:
        rows = Schedule.objects.select_related("set__unit__bureau", "set__unit__kind")
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def may_set(self) -> bool:
        return self.scope.may(Act.SET_SCHEDULE, self.schedule)


class SettingMixin(ScopeMixin):
    """Whoever may read ``record`` but not set it is told so."""

    @property
    def record(self) -> Schedule | ScheduleSet:
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        self.require(Act.SET_SCHEDULE, self.record)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        self.require(Act.SET_SCHEDULE, self.record)
        return super().post(request, *args, **kwargs)


class ScheduleDetail(ScheduleMixin, TemplateView):
    template_name = "reports/schedules/detail.html"

    def get_context_data(self, **kwargs):
        schedule = self.schedule
        versions = versions_of(schedule)
        current = version_on(versions, self.on)
        owing = owing_units(current, self.on)
        return super().get_context_data(**kwargs) | {
            "schedule": schedule,
            "set": schedule.set,
            "current": current,
            "facts": facts_of(current),
            "versions": [
                (version, changed_facts(older, version) if older else [])
                for version, older in zip(versions, [*versions[1:], None], strict=True)
            ],
            "upcoming_version": next((v for v in versions if v.first_day > self.on), None),
            "units": [(unit, self.scope.may(Act.READ, unit)) for unit in owing],
            "set_year_note": self.set_year_note,
            "may_set": self.may_set,
            "may_meet_together": self.may_meet_together(current),
            "ended": schedule.ended_on is not None and schedule.ended_on < self.on,
            "changes": changes_of(schedule),
            **self.standing(versions, current),
        }

    def may_meet_together(self, current: ScheduleVersion) -> bool:
        """Whether one session of all the units that owe it may be recorded from here."""
        ended = self.schedule.ended_on is not None and self.schedule.ended_on < self.today
        return (
            owed_one_by_one(current)
            and not ended
            and self.scope.may(Act.RECORD_MEETING, self.schedule.set.unit)
        )

    @cached_property
    def set_year_note(self) -> str:
        """The days of an assessment year that is not the calendar year."""
        start = year_start(self.schedule.set)
        if start == YearStart(1, 1):
            return ""
        return _("考核年度自%(month)s月%(day)s日起") % {"month": start.month, "day": start.day}

    def standing(self, versions: list[ScheduleVersion], current: ScheduleVersion) -> dict[str, Any]:
        """The year's dues and their tally; where none were planned, the periods of the rule."""
        within = self.scope.condition(unit="unit", bureau="bureau")
        found = schedule_year(self.schedule, versions, within=within, year=self.year, on=self.on)
        if not found.lines:
            rule = rule_to_preview(current, self.schedule)
            shown = preview_year(rule, self.year, holidays=holidays(), today=self.on)
            return {
                "tally": found.tally,
                "plan": drawn(shown, self.schedule.words, judged_elsewhere=True),
                "owed_by_others": is_planned(self.schedule, self.year),
            }
        whole = assessment_year(self.year, year_start(self.schedule.set))
        cells = [
            Cell(line.first, line.last, line.verdict, self.said(line), self.href_of(line))
            for line in found.lines
        ]
        rhythm = StripRow(name=self.schedule.name, note=current.rhythm, cells=cells)
        return {
            "tally": found.tally,
            "tiles": self.tiles(found.tally),
            "lines": [
                (line, self.href_of(line), counts_in_words(line, self.schedule.words))
                for line in found.lines
            ],
            "strip": [rhythm],
            "axis": Axis(whole.first, whole.last),
            "hrefs": self.hrefs,
        }

    @cached_property
    def same(self) -> dict[str, object]:
        """What every list opened from here is of."""
        kept = {"schedule": self.schedule.pk, "year": self.year}
        return kept | ({"on": self.on.isoformat()} if self.on != self.today else {})

    @property
    def hrefs(self) -> dict[str, str]:
        return {
            "all": address_of_dues(**self.same),
            "owed": address_of_dues(verdicts=OWED, **self.same),
        }

    def tiles(self, tally: Tally) -> list[tuple[str, int, str, str]]:
        """Each verdict with its number, the list it counts and the tone it is shown in."""
        words = VERDICT_LABELS_BY_WORDS[ScheduleWords(self.schedule.words)]
        tones = {Verdict.MET_LATE: "warn", Verdict.MISSED: "bad", Verdict.AWAITING: "warn"}
        return [
            (
                str(words[verdict]),
                number,
                address_of_dues(verdicts=[verdict.value], **self.same),
                tones.get(verdict, ""),
            )
            for verdict, number in by_verdict(tally)
        ]

    def href_of(self, line: PeriodLine) -> str:
        if line.due_id is not None:
            address = reverse("reports:due-detail", args=[line.due_id])
            return f"{address}?on={self.on}" if self.on != self.today else address
        return address_of_dues(**self.same, from_day=line.first, to_day=line.last)

    def said(self, line: PeriodLine) -> str:
        return with_reason(line.label, counts_in_words(line, self.schedule.words))


def with_reason(period: str, said: str) -> str:
    """第12周（3月16日—22日）：早于起始日"""
    return _("%(period)s：%(said)s") % {"period": period, "said": said}


def by_verdict(tally: Tally) -> list[tuple[Verdict, int]]:
    """The numbers of a tally, each with its verdict."""
    return [
        (Verdict.MET, tally.met),
        (Verdict.MET_LATE, tally.late),
        (Verdict.MISSED, tally.missed),
        (Verdict.AWAITING, tally.awaiting),
        (Verdict.OPEN, tally.open),
        (Verdict.UPCOMING, tally.upcoming),
        (Verdict.WAIVED, tally.waived),
        (Verdict.NOT_APPLICABLE, tally.not_applicable),
    ]


def counts_in_words(line: PeriodLine, words: str) -> str:
    """按期召开 10 · 未召开 2; of one unit the word alone."""
    labels = VERDICT_LABELS_BY_WORDS[ScheduleWords(words)]
    found = [(labels[verdict], number) for verdict, number in by_verdict(line.tally) if number]
    if line.tally.planned == 1:
        return str(found[0][0])
    return " · ".join(f"{word} {number}" for word, number in found)


def drawn(shown: PreviewYear, words: str, *, judged_elsewhere: bool = False) -> dict[str, Any]:
    """A year of a preview as a strip and as lines.

    ``judged_elsewhere``: the schedule runs already, so what is over is judged by its records and
    not by a preview that knows of none.
    """
    over = {Verdict.MISSED, Verdict.AWAITING} if judged_elsewhere else set()
    lines, cells = [], []
    for line in shown.lines:
        verdict, said = line.row.verdict.value, line.sentence
        unjudged = line.owed and line.row.verdict in over
        if not line.owed:
            verdict, said = "not_applicable", with_reason(line.label, line.why_not)
        elif unjudged:
            verdict, said = "upcoming", with_reason(line.label, _("按实际记录评定"))
        lines.append((line, unjudged))
        cells.append(Cell(line.period.first, line.period.last, verdict, said))
    return {
        "year": shown,
        "lines": lines,
        "days": days_label(shown.whole.first, shown.whole.last),
        "strip": [StripRow(name=_("%(year)s年度") % {"year": shown.year}, cells=cells)],
        "axis": Axis(shown.whole.first, shown.whole.last),
        "words": words,
    }


class RulePage(ScopeMixin, DayMixin, FormView):
    """A rule in a form, and beside it what it would ask: shown on request, stored on saving."""

    template_name = "reports/schedules/form.html"
    heading: Any = ""
    schedule_pk: int | None = None

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope, "today": self.today}

    def form_valid(self, form):
        only_shown = "preview" in self.request.POST
        try:
            if only_shown:
                change = rehearse(self.schedule_pk, lambda: self.write(form))
            else:
                schedule, planned = self.write(form)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        if only_shown:
            shown = self.preview(form)
            shown |= {"change": change, "added_over": change.added_over(self.today)}
            return self.render_to_response(self.get_context_data(form=form, **shown))
        messages.success(self.request, planned_in_words(planned, schedule))
        return redirect(schedule)

    def write(self, form: RuleForm) -> tuple[Schedule, Planned]:
        raise NotImplementedError

    def preview(self, form: RuleForm) -> dict[str, Any]:
        """The periods of this and the next year under the rule as typed, and its burden."""
        rule, owner = form.rule(), form.owner
        itself = rule.owed_by == OwedBy.ITSELF
        return self.shown(
            RuleToPreview(
                rhythm=rule.rhythm(form.start),
                first_day=rule.first_day,
                at_least=rule.at_least,
                at_most=rule.at_most,
                counted_in=CountedIn(rule.counted_in),
                usual=rule.usual,
                recording_days=rule.recording_days,
                ended_on=self.ended_on,
                ledger_from=owner.bureau.ledger_from if owner.bureau else None,
                opened_on=owner.opened_on if itself else None,
                closed_on=owner.closed_on if itself else None,
                follows_another=self.follows_another(rule.first_day),
            ),
            words=form.cleaned_data["words"],
            owner=owner,
            owed_by=rule.owed_by,
            kinds=rule.owing_kinds,
        )

    ended_on: date | None = None

    def follows_another(self, first_day: date) -> bool:
        return False

    def shown(self, rule: RuleToPreview, *, words, owner, owed_by, kinds) -> dict[str, Any]:
        years = preview_years(rule, holidays=holidays(), today=self.today)
        year = year_holding(self.today, rule.rhythm.start)
        this = times_a_year(rule.rhythm, rule.at_least, rule.counted_in, year)
        return {
            "years": [
                drawn(each, words, judged_elsewhere=self.schedule_pk is not None) for each in years
            ],
            "burden": burden(
                owner=owner,
                schedule_id=self.schedule_pk,
                owed_by=owed_by,
                kinds=kinds,
                this=this,
                on=self.today,
            ),
            "owner": owner,
        }

    def get_context_data(self, **kwargs):
        empty = {"years": None, "change": None}
        return super().get_context_data(**empty | kwargs) | {"heading": self.heading}


class ScheduleNew(RulePage):
    form_class = ScheduleNewForm
    needs = Act.SET_SCHEDULE
    heading = gettext_lazy("新增制度")

    def get_initial(self):
        mine = self.scope.units(Act.SET_SCHEDULE).bureaus().in_order().first()
        of = self.request.GET.get("set", "")
        return self.like() | {
            "first_day": self.today,
            "new_set_unit": mine.pk if mine else None,
            "set": of if of.isascii() and of.isdigit() else None,
        }

    def like(self) -> dict[str, Any]:
        """What a rule one may read says, to begin a similar one with."""
        typed = self.request.GET.get("like", "")
        if not (typed.isascii() and typed.isdigit()):
            return {}
        schedule = self.get_visible(Schedule.objects.select_related("set__unit"), int(typed))
        version = versions_of(schedule)[0]
        same = typed_from(schedule, version, self.today)
        mine = self.scope.may(Act.SET_SCHEDULE, schedule)
        # A body of another bureau is nobody here.
        return same | {"name": "", "body": same["body"] if mine else None}

    def write(self, form):
        return set_up_schedule(
            draft=form.draft(),
            new_set=form.new_set(),
            by=self.request.user,
            at=timezone.now(),
            today=self.today,
        )


class ScheduleEdit(ScheduleMixin, SettingMixin, RulePage):
    form_class = ScheduleEditForm
    heading = gettext_lazy("修改规则")

    @property
    def record(self):
        return self.schedule

    @property
    def schedule_pk(self):
        return self.schedule.pk

    @property
    def ended_on(self):
        return self.schedule.ended_on

    @cached_property
    def latest(self) -> ScheduleVersion:
        return versions_of(self.schedule)[0]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"schedule": self.schedule, "version": self.latest}

    def get_initial(self):
        return typed_from(self.schedule, self.latest, self.today)

    def write(self, form):
        given = form.cleaned_data
        return edit_schedule(
            schedule_id=self.schedule.pk,
            name=given["name"],
            words=given["words"],
            of_first_person=given["of_first_person"],
            rule=form.rule(),
            today=self.today,
        )

    def follows_another(self, first_day):
        return first_day > self.latest.first_day

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs) | {
            "schedule": self.schedule,
            "latest": self.latest,
        }
        if self.request.method == "GET":
            context |= self.as_stored()
        return context

    def as_stored(self) -> dict[str, Any]:
        """What the latest version asks, before anything is typed."""
        return self.shown(
            rule_to_preview(self.latest, self.schedule),
            words=self.schedule.words,
            owner=self.schedule.set.unit,
            owed_by=OwedBy(self.latest.owed_by),
            kinds=list(self.latest.owing_kinds.all()),
        )


class ScheduleEnd(ScheduleMixin, SettingMixin, FormView):
    form_class = ScheduleEndForm
    template_name = "reports/schedules/end.html"

    @property
    def record(self):
        return self.schedule

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"schedule": self.schedule}

    def get_initial(self):
        return {"ended_on": self.schedule.ended_on or self.today}

    def form_valid(self, form):
        ended_on = form.cleaned_data["ended_on"]
        if "preview" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, ended_on=ended_on))
        end_schedule(schedule=self.schedule, ended_on=ended_on, today=self.today)
        messages.success(self.request, self.done(ended_on))
        return redirect(self.schedule)

    def done(self, ended_on: date | None) -> str:
        if ended_on is None:
            return _("已恢复执行。")
        return _("已定于%(day)s废止，该日以前已开始的周期仍应落实。") % {"day": day_label(ended_on)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.request.method == "GET":
            context["ended_on"] = context["form"]["ended_on"].initial
        ended_on = context.get("ended_on")
        left = ending(self.schedule, ended_on, today=self.today) if ended_on else None
        return context | {"schedule": self.schedule, "left": left}


class ScheduleSetEdit(SettingMixin, DayMixin, FormView):
    form_class = ScheduleSetForm
    template_name = "reports/schedules/set_form.html"

    @property
    def record(self):
        return self.set

    @cached_property
    def set(self) -> ScheduleSet:
        return self.get_visible(
            ScheduleSet.objects.select_related("unit__bureau"), self.kwargs["pk"]
        )

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"of": self.set}

    def get_initial(self):
        of = self.set
        return {"name": of.name, "month": of.year_start_month, "day": of.year_start_day}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            edit_set(
                set_id=self.set.pk,
                name=given["name"],
                month=given["month"],
                day=given["day"],
                today=self.today,
            )
        except Refused as refusal:
            form.add_error("month", refusal.reasons)
            return self.form_invalid(form)
        messages.success(self.request, _("已保存。"))
        return redirect(self.back)

    @property
    def back(self) -> str:
        return f"{reverse('reports:schedule-list')}?set={self.set.pk}"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "set": self.set,
            "schedules": self.set.schedules.order_by("position", "pk"),
            "locked": has_meetings(self.set),
            "back": self.back,
        }


def planned_in_words(planned: Planned, schedule: Schedule) -> str:
    """What saving did to the dues."""
    bureau = schedule.set.unit.bureau
    if bureau is not None and bureau.ledger_from is None:
        return _("已保存。本局尚未启用台账，不产生应开事项。")
    if not planned:
        return _("已保存，应开事项没有变化。")
    return _("已保存：应开事项新增%(made)s期，调整%(changed)s期，取消%(removed)s期。") % {
        "made": planned.made,
        "changed": planned.changed,
        "removed": planned.removed,
    }
