"""The leader's one page: how one bureau, or one unit of it, stands."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.dues import Verdict
from reports.domain.periods import YearStart, assessment_year
from reports.domain.progress import Tally
from reports.models import Appointment, Problem, Unit
from reports.models.choices import (
    REPORT_STATE_LABELS,
    VERDICT_LABELS_BY_WORDS,
    ScheduleWords,
    clauses,
    days_label,
    every_label,
    labelled,
    listed,
    reason_sentence,
)
from reports.models.people import FIRST_PERSON, REVIEWERS
from reports.selectors.bureaus import (
    DueCell,
    ScheduleStrip,
    SetFigure,
    UnitDues,
    appointments_in,
    dues_of_units,
    with_report,
)
from reports.selectors.measures import measures_for
from reports.selectors.names import with_name_then
from reports.selectors.problems import (
    is_overdue,
    is_without_movement,
    problems_for,
    with_movement,
)
from reports.selectors.promises import first_unanswered, with_unanswered
from reports.selectors.staffing import Gap, open_gaps, row_of
from reports.templatetags.figures import Axis, Cell, StripRow
from reports.views.mixins import DayMixin, tally_words
from reports.views.scoped import ScopeMixin

SOON = timedelta(days=30)
ROWS_SHOWN = 8


@dataclass(slots=True)
class Figure:
    """A schedule set drawn large on the axis of its own year."""

    name: str
    tally: Tally
    rows: list[StripRow]
    axis: Axis
    href: str
    grid: str
    year_note: str


def overdue_first(problems: list[Problem], on: date) -> list[Problem]:
    """What is past its due day stands on top, the rest as it was."""
    return sorted(problems, key=lambda problem: not is_overdue(problem, on))


@dataclass(slots=True)
class Attention:
    """Something on the page that someone must act on, with its next step."""

    tone: str
    badge: str
    what: str
    detail: str
    href: str
    button: str
    action: str


class PlaceMixin(ScopeMixin, DayMixin):
    """What the page of a bureau and of a unit have in common."""

    @cached_property
    def query(self) -> str:
        parts = {"year": self.year} | ({"on": self.on} if self.on != self.today else {})
        return urlencode(parts)

    def figures(self, dues: UnitDues, place: Unit) -> list[Figure]:
        return [self.figure(of, place) for of in dues.sets]

    def figure(self, of: SetFigure, place: Unit) -> Figure:
        start = YearStart(*of.year_start)
        whole = assessment_year(self.year, start)
        return Figure(
            name=of.name,
            tally=of.tally,
            rows=[self.strip_row(strip) for strip in of.strips.values()],
            axis=Axis(whole.first, whole.last),
            href=f"{reverse('reports:due-list')}?unit={place.pk}&set={of.set_id}&{self.query}",
            grid=self.grid_address(of, place),
            year_note=""
            if start == YearStart(1, 1)
            else _("考核年度 %(days)s") % {"days": days_label(whole.first, whole.last)},
        )

    def grid_address(self, of: SetFigure, place: Unit) -> str:
        """The set as a table of all periods: of the bureau all its units, else the unit alone."""
        parts = {"set": of.set_id}
        if not place.is_bureau:
            parts["unit"] = place.pk
        elif self.scope.sees_many_bureaus:
            parts["bureau"] = place.pk
        return f"{reverse('reports:grid')}?{urlencode(parts)}&{self.query}"

    def strip_row(self, strip: ScheduleStrip) -> StripRow:
        return StripRow(
            name=strip.name,
            note=every_label(strip.rhythm),
            summary=strip_words(strip),
            href=f"{reverse('reports:schedule-detail', args=[strip.schedule_id])}",
            cells=self.coverage(strip)
            or [
                Cell(
                    c.first,
                    c.last,
                    c.verdict.value,
                    reason_sentence(c.reason, c.label),
                    self.due_href(c.pk),
                )
                for c in strip.cells
            ],
        )

    def coverage(self, strip: ScheduleStrip) -> list[Cell]:
        """Where people owe it: each period opens the dues of all of them."""
        words = VERDICT_LABELS_BY_WORDS[ScheduleWords(strip.words)]
        cells = []
        for each in strip.coverage:
            title = _("%(period)s：%(done)s / %(all)s 人") % {
                "period": each.label,
                "done": each.done,
                "all": len(each.people),
            }
            if each.lacking:
                told = {"word": words[each.verdict], "names": listed(each.lacking)}
                title = clauses([title, _("%(word)s：%(names)s") % told])
            query = {"unit": self.place.pk, "schedule": strip.schedule_id}
            query |= {"from_day": each.first, "to_day": each.last, "upcoming": 1}
            href = f"{self.dues_address}?{urlencode(query)}&{self.query}"
            cells.append(Cell(each.first, each.last, each.verdict.value, title, href))
        return cells

    def due_href(self, pk: int) -> str:
        """Of each of some hundred cells; the list's address is asked for once."""
        return (
            f"{self.dues_address}{pk}/?on={self.on}"
            if self.days.is_past
            else (f"{self.dues_address}{pk}/")
        )

    @cached_property
    def dues_address(self) -> str:
        return reverse("reports:due-list")

    def attention(self, dues: UnitDues) -> list[Attention]:
        """The dues of the place itself that wait for somebody, those of now first."""
        may_record = self.scope.may(Act.RECORD_MEETING, self.place)
        strips = [s for of in dues.sets for s in of.strips.values()] + dues.first_person
        found = []
        for strip in strips:
            for cell in strip.cells:
                if self.needs_attention(cell):
                    found.append(
                        (ORDER[cell.verdict], cell.first, self.item(cell, strip, may_record))
                    )
        found.sort(key=lambda row: (row[0], -row[1].toordinal()))
        return [item for _order, _first, item in found]

    def needs_attention(self, cell: DueCell) -> bool:
        if cell.verdict == Verdict.OPEN:
            return cell.last - self.on <= timedelta(days=14)
        return cell.verdict in {Verdict.AWAITING, Verdict.MISSED}

    def item(self, cell: DueCell, strip: ScheduleStrip, may_record: bool) -> Attention:
        running = cell.verdict == Verdict.OPEN
        days = days_label(cell.first, cell.last)
        left = {"days": days, "n": (cell.last - self.on).days}
        return Attention(
            tone=TONES[cell.verdict],
            badge=str(VERDICT_LABELS_BY_WORDS[ScheduleWords(strip.words)][cell.verdict]),
            what=" · ".join([strip.name, cell.person] if cell.person else [strip.name]),
            detail=_("%(days)s，还有%(n)s天") % left if running else days,
            href=self.due_href(cell.pk),
            button=(_("记录会议") if running else _("补录")) if may_record else "",
            action=f"{reverse('reports:meeting-new')}?due={cell.pk}",
        )

    def may_appoint(self, place: Unit) -> bool:
        """Whether people may be appointed here; a page of a past day offers nothing."""
        return not self.days.is_past and self.scope.may(Act.MANAGE_PEOPLE, place)

    def unplanned(self, dues: UnitDues, bureau: Unit | None) -> bool:
        """Nothing was planned for the year although the ledger runs."""
        return not dues.planned and bureau is not None and bureau.ledger_from is not None


ORDER = {Verdict.AWAITING: 0, Verdict.OPEN: 1, Verdict.MISSED: 2}
TONES = {Verdict.AWAITING: "late", Verdict.OPEN: "open", Verdict.MISSED: "missed"}


class BureauDetail(PlaceMixin, TemplateView):
    template_name = "reports/units/bureau.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.place = None

    def get_context_data(self, **kwargs):
        pk = self.kwargs["pk"]
        units = self.visible(Unit.objects.filter(bureau=pk)).select_related("kind")
        units = with_unanswered(units, self.year, on=self.on, today=self.today)
        units = list(with_report(units, self.year).in_order())
        self.place = bureau = next((unit for unit in units if unit.pk == pk), None)
        if bureau is None:
            raise Http404
        shown = [u for u in units if u.pk != pk and not u.kind.is_body and self.lived(u)]
        dues = dues_of_units(
            self.scope.condition(unit="unit", bureau="bureau") & Q(bureau=pk),
            own_unit_id=pk,
            year=self.year,
            on=self.on,
            units=shown,
        )
        held = appointments_in([unit.pk for unit in units], self.on)
        gaps = open_gaps([row_of(unit, bureau) for unit in units], on=self.on, held=held)
        return super().get_context_data(**kwargs) | {
            "bureau": bureau,
            "figures": self.figures(dues, bureau),
            "dues": dues,
            "duties": [duty_of(strip, self) for strip in dues.first_person],
            "attention": self.attention(dues),
            "unit_rows": self.unit_rows(shown, dues, held, gaps),
            "head": next((a for a in held if is_post(a, FIRST_PERSON, pk)), None),
            "holders": [a for a in held if a.unit_id == pk],
            "empty_posts": [gap for gap in gaps if gap.unit.pk == pk],
            "gaps_open": len(gaps),
            "report": (bureau.report_state, bureau.report_pk) if bureau.report_pk else None,
            "report_word": dict(labelled(REPORT_STATE_LABELS)).get(bureau.report_state, ""),
            "keep_query": self.query,
            "query": f"bureau={pk}&{self.query}",
            "unanswered": first_unanswered(bureau),
            "unplanned": self.unplanned(dues, bureau),
            "may": self.allowed(bureau),
            "may_manage": self.may_appoint(bureau),
            **self.problems(bureau),
        }

    def lived(self, unit: Unit) -> bool:
        """The unit exists on at least one day of the year shown."""
        return (unit.opened_on is None or unit.opened_on.year <= self.year) and (
            unit.closed_on is None or unit.closed_on.year >= self.year
        )

    def allowed(self, bureau: Unit) -> dict[str, bool]:
        return {
            "record": self.scope.may(Act.RECORD_MEETING, bureau),
            "register": self.scope.may(Act.REGISTER_PROBLEM, bureau),
            "compile": self.scope.may(Act.COMPILE_REPORT, bureau),
            "plan": self.scope.may(Act.SET_SCHEDULE, bureau),
        }

    def problems(self, bureau: Unit) -> dict[str, object]:
        """Open problems and what is due within 30 days: two queries."""
        days = {"on": self.on, "today": self.today}
        # The bureau is this page's own: only what the rows name is read along.
        open_ = list(
            with_movement(problems_for(self.scope, bureau=bureau.pk, state="open", **days), self.on)
            .select_related(None)
            .select_related("unit", "source")
        )
        soon = list(
            measures_for(self.scope, bureau=bureau.pk, due_by=self.on + SOON, state="open", **days)
            .select_related(None)
            .select_related("unit", "responsible")
        )
        return {
            "problems": overdue_first(open_, self.on)[:ROWS_SHOWN],
            "problems_open": len(open_),
            "problems_overdue": sum(is_overdue(problem, self.on) for problem in open_),
            "problems_silent": sum(is_without_movement(problem) for problem in open_),
            "measures_soon": soon[:ROWS_SHOWN],
            "measures_soon_count": len(soon),
            "measures_overdue": sum(m.due_then < self.on for m in soon),
        }

    def unit_rows(
        self, units: list[Unit], dues: UnitDues, held: list[Appointment], gaps: list[Gap]
    ) -> list["UnitLine"]:
        """The units in the order of the organisation, each with its strips and its reviewers."""
        whole = Axis(*unit_axis(dues, self.year))
        lacking = {gap.unit.pk: gap.word for gap in gaps if gap.post_id is None}
        lines = []
        for unit in units:
            row = dues.by_unit[unit.pk]
            query = f"unit={unit.pk}&{self.query}"
            lines.append(
                UnitLine(
                    unit=unit,
                    reviewers=[
                        a for a in held if a.unit_id == unit.pk and a.post.code in REVIEWERS
                    ],
                    strips=list(row.strips.values()),
                    axis=whole,
                    label=tally_words(unit.label, row.tally),
                    href=f"{self.dues_address}?{query}",
                    query=query,
                    tally=row.tally,
                    lacking=row.lacking,
                    unfilled=lacking.get(unit.pk, ""),
                )
            )
        return lines

    def begun(self, bureau: Unit) -> bool:
        """Before its ledger begins nothing is known of its posts, and none is called empty."""
        return bureau.ledger_from is not None and bureau.ledger_from <= self.on


def is_post(appointment: Appointment, code: str, unit_id: int) -> bool:
    return appointment.unit_id == unit_id and appointment.post.code == code


@dataclass(slots=True)
class UnitLine:
    """A unit in the bureau's table."""

    unit: Unit
    reviewers: list[Appointment]
    strips: list
    axis: Axis
    label: str
    href: str
    query: str
    tally: Tally
    lacking: int
    unfilled: str = ""


def unit_axis(dues: UnitDues, year: int) -> tuple[date, date]:
    """The days that the dues of the units cover: of whichever year their sets run on."""
    start = dues.year_starts.pop() if len(dues.year_starts) == 1 else (1, 1)
    whole = assessment_year(year, YearStart(*start))
    return whole.first, whole.last


@dataclass(slots=True)
class Duty:
    """A half-yearly duty of the first responsible person, each period with its words."""

    name: str
    cells: list[tuple[str, str, str, str]]  # verdict, name of the period, word, address


def duty_of(strip: ScheduleStrip, view: PlaceMixin) -> Duty:
    words = VERDICT_LABELS_BY_WORDS[ScheduleWords(strip.words)]
    return Duty(
        strip.name,
        [
            (
                cell.verdict.value,
                period_short(cell, strip),
                str(words[cell.verdict]),
                view.due_href(cell.pk),
            )
            for cell in strip.cells
        ],
    )


class UnitDetail(PlaceMixin, TemplateView):
    template_name = "reports/units/unit.html"

    def get_context_data(self, **kwargs):
        rows = Unit.objects.select_related("kind", "parent", "bureau", "succeeded_by__bureau")
        rows = with_name_then(rows, self.on, unit="pk", to="name_then")
        self.place = unit = self.get_visible(rows, self.kwargs["pk"])
        dues = dues_of_units(
            self.scope.condition(unit="unit", bureau="bureau") & Q(unit=unit),
            own_unit_id=unit.pk,
            year=self.year,
            on=self.on,
            units=[],
        )
        days = {"on": self.on, "today": self.today}
        problems = list(problems_for(self.scope, unit=unit.pk, state="open", **days))
        measures = list(measures_for(self.scope, unit=unit.pk, state="open", **days))
        held = appointments_in([unit.pk], self.on)
        return super().get_context_data(**kwargs) | {
            "unit": unit,
            "figures": self.figures(dues, unit),
            "dues": dues,
            "attention": self.attention(dues),
            "holders": held,
            "empty_posts": open_gaps([row_of(unit, unit.bureau)], on=self.on, held=held)
            if unit.bureau
            else [],
            "problems": overdue_first(problems, self.on)[:ROWS_SHOWN],
            "problems_open": len(problems),
            "measures": measures[:ROWS_SHOWN],
            "measures_open": len(measures),
            "measures_overdue": sum(
                m.due_then is not None and m.due_then < self.on and not m.as_published
                for m in measures
            ),
            "query": f"unit={unit.pk}&{self.query}",
            "unplanned": self.unplanned(dues, unit.bureau) and not unit.kind.is_body,
            "may_record": self.scope.may(Act.RECORD_MEETING, unit),
            "may_manage": self.may_appoint(unit),
            "may_see_successor": unit.succeeded_by is not None
            and self.scope.may(Act.READ, unit.succeeded_by),
            "predecessors": [
                (each, self.scope.may(Act.READ, each))
                for each in unit.predecessors.select_related("bureau").order_by("closed_on", "pk")
            ],
            "may_see_bureau": unit.bureau is not None
            and self.visible(Unit.objects.filter(pk=unit.bureau_id)).exists(),
        }


def strip_words(strip: ScheduleStrip) -> str:
    """The counts beside a strip, without the noughts: 按期 43 · 补开 2 · 未召开 1"""
    labels = VERDICT_LABELS_BY_WORDS[ScheduleWords(strip.words)]
    tally = strip.tally
    counts = (
        (Verdict.MET, tally.met),
        (Verdict.MET_LATE, tally.late),
        (Verdict.MISSED, tally.missed),
        (Verdict.AWAITING, tally.awaiting),
        (Verdict.OPEN, tally.open),
        (Verdict.WAIVED, tally.waived),
    )
    words = [f"{labels[verdict]} {number}" for verdict, number in counts if number]
    if merged := sum(cell.merged for cell in strip.cells):
        words.append(_("其中合并召开 %(n)s") % {"n": merged})
    return " · ".join(words)


def period_short(cell: DueCell, strip: ScheduleStrip) -> str:
    """第1期, or 上半年 where the cadence has such a name."""
    if strip.rhythm.cadence == "half_year" and strip.rhythm.every == 1:
        return _("上半年") if cell.reason.number == 1 else _("下半年")
    return _("第%(n)s期") % {"n": cell.reason.number}
