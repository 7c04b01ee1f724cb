"""The recount: everything that is kept beside its facts, counted anew from the facts.

Each step is a fixed number of queries over all rows, read as a stream; nothing is written. A step
yields one ``Difference`` for each value that is not what the rows make of it. Whether a meeting
counts for a due was judged when it was recorded and is not judged again here.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Role, reasons_against_holding
from reports.domain.calendar import Holidays, holidays_missing
from reports.domain.counting import amount_of
from reports.domain.dues import (
    CountedIn,
    Held,
    awaits_until,
    count_held,
    not_applicable,
    owes,
)
from reports.domain.periods import Period
from reports.domain.problems import LEFT_OUT, ProblemState, state_from_items
from reports.domain.problems import ProblemMove as Move
from reports.models import (
    AnnualReport,
    Discharge,
    Due,
    DueCount,
    Evidence,
    Extension,
    Measure,
    Membership,
    Problem,
    ProblemMove,
    Progress,
    Schedule,
    ScheduleVersion,
    Unit,
    Waiver,
)
from reports.models.choices import clauses
from reports.selectors.calendar import holidays, years_entered
from reports.selectors.differences import Difference, table_name
from reports.selectors.kept import KEPT_COUNTS, KEPT_KEY, counted
from reports.selectors.people import appointment_differences
from reports.selectors.public_forms import public_form_differences
from reports.selectors.report_reading import fingerprint_differences
from reports.selectors.rules import rhythm_of
from reports.selectors.units import unit_differences

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the recount, by the name people see."""

    name: object
    differences: Callable[[], Iterator[Difference]]


def audit_steps() -> list[Step]:
    """All parts of the recount, in the order they are made."""
    return [
        Step(_("单位层级和所属分局"), unit_differences),
        Step(_("任职"), appointment_differences),
        Step(_("应开事项"), due_differences),
        Step(_("按期汇总"), due_count_differences),
        Step(_("会议计入情况"), discharge_differences),
        Step(_("问题"), problem_differences),
        Step(_("措施"), measure_differences),
        Step(_("年度报告"), report_differences),
        Step(_("公开稿"), public_form_differences),
        Step(_("权限"), membership_differences),
        Step(_("佐证材料"), evidence_differences),
    ]


def all_differences() -> Iterator[Difference]:
    """Every difference of the whole ledger."""
    for step in audit_steps():
        yield from step.differences()


class AuditFindings(NamedTuple):
    """What came of a recount in words: the sum of it, and what only wants attention."""

    summed: str
    warnings: list[str]


def audit_findings(found: Mapping[str, int], today: date) -> AuditFindings:
    """The words in which page and shell tell of a recount; ``found`` counts differences by table.

    A warning is no difference. One query.
    """
    summed = gettext("核对无误。")
    if found:
        parts = clauses(
            gettext("%(table)s%(number)s处") % {"table": table_name(table), "number": number}
            for table, number in sorted(found.items())
        )
        told = {"number": sum(found.values()), "parts": parts}
        summed = gettext("共%(number)s处不一致：%(parts)s。") % told
    missing = [
        gettext("%(year)s年还没有录入节假日，暂按周一至周五上班核算。") % {"year": year}
        for year in holidays_missing(today, years_entered(today))
    ]
    return AuditFindings(summed, [gettext("提醒：%(warning)s") % {"warning": w} for w in missing])


# --- dues ---------------------------------------------------------------------------------------


class _Along:
    """Rows sorted by the due they belong to, handed out due by due."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.rows = iter(rows)
        self.ahead = next(self.rows, None)

    def of(self, due_id: int) -> list[tuple[Any, ...]]:
        """The rows of this due; dues are asked for in ascending order."""
        while self.ahead is not None and self.ahead[0] < due_id:
            self.ahead = next(self.rows, None)
        found = []
        while self.ahead is not None and self.ahead[0] == due_id:
            found.append(self.ahead)
            self.ahead = next(self.rows, None)
        return found


class _Rules:
    """Versions, schedules, units and the calendar: small tables, held in memory."""

    def __init__(self) -> None:
        self.calendar: Holidays = holidays()
        self.units = Unit.objects.in_bulk()
        self.versions = ScheduleVersion.objects.in_bulk()
        self.schedules = {s.pk: s for s in Schedule.objects.select_related("set")}
        self.periods: dict[tuple[int, int], dict[date, Period]] = {}
        self.judged: dict[tuple[int, date, date], tuple[date, bool]] = {}
        self.wanted = {pk: set(v.expected_evidence) for pk, v in self.versions.items()}
        # The units below a bureau mostly owe the same on the same days.
        self.alike: dict[tuple[object, ...], dict[str, object]] = {}
        self.alike_of = 0

    def expected(self, due: "_Kept") -> dict[str, object]:
        """What follows from version, unit and calendar, worked out once for dues that are alike."""
        unit = self.units[due.unit_id]
        key = (
            *(due.version_id, due.schedule_id, due.year, due.period_first, due.period_last),
            *(due.bureau_id, unit.bureau_id, unit.opened_on, unit.closed_on),
        )
        if self.alike_of != due.schedule_id:
            # Rows lie schedule by schedule: what one schedule taught is of no use to the next.
            self.alike, self.periods, self.judged = {}, {}, {}
            self.alike_of = due.schedule_id
        found = self.alike.get(key)
        if found is None:
            found = self.alike[key] = _by_the_rules(self, due)
        return found

    def period(self, due: "_Kept") -> Period | None:
        """The period of the due's own rule and year that begins on its first day."""
        key = due.version_id, due.year
        if key not in self.periods:
            version = self.versions[due.version_id]
            found = rhythm_of(version, self.schedules[due.schedule_id].set).periods_of(due.year)
            self.periods[key] = {each.period.first: each.period for each in found}
        return self.periods[key].get(due.period_first)

    def awaited(self, due: "_Kept") -> tuple[date, bool]:
        """The last day of recording, and whether the period has a workday."""
        key = due.version_id, due.period_first, due.period_last
        if key not in self.judged:
            days = self.versions[due.version_id].recording_days
            self.judged[key] = (
                awaits_until(due.period, days, self.calendar),
                self.calendar.has_workday(due.period),
            )
        return self.judged[key]


class _Kept(NamedTuple):
    """A due as it is kept; no model is made of millions of rows."""

    pk: int
    unit_id: int
    bureau_id: int
    schedule_id: int
    version_id: int
    year: int
    period_first: date
    period_last: date
    at_least: int
    at_most: int | None
    counted_in: str
    awaits_until: date
    counted: int
    merged: int
    met_on: date | None
    met_late_on: date | None
    waived_on: date | None
    not_applicable_because: str
    not_applicable_on: date | None
    lacks_evidence: int

    @property
    def period(self) -> Period:
        return Period(self.period_first, self.period_last)


def due_differences() -> Iterator[Difference]:
    """Kept columns of dues against meetings, evidence, waivers, rule, unit and calendar."""
    rules = _Rules()
    held = _Along(_counting_meetings())
    papers = _Along(_papers_of_meetings())
    waivers = _Along(
        Waiver.objects.filter(withdrawn_on__isnull=True)
        .order_by("due_id")
        .values_list("due_id", "granted_on")
        .iterator(CHUNK)
    )
    rows = Due.objects.order_by("pk").values_list(*_Kept._fields).iterator(CHUNK)
    for due in map(_Kept._make, rows):
        meetings = held.of(due.pk)
        kept = _by_the_facts(due, meetings)
        kept["lacks_evidence"] = _lacking(rules, due, meetings, papers.of(due.pk))
        kept["waived_on"] = next((day for _due, day in waivers.of(due.pk)), None)
        kept |= rules.expected(due)
        for field, expected in kept.items():
            if getattr(due, field) != expected:
                yield Difference(
                    "Due", due.pk, _due_label(rules, due), field, getattr(due, field), expected
                )


def _by_the_facts(due: _Kept, meetings: list[tuple[Any, ...]]) -> dict[str, object]:
    """What follows from the meetings that count."""
    if not meetings:
        return {"counted": 0, "merged": 0, "met_on": None, "met_late_on": None}
    count = count_held(
        due.period,
        due.at_least,
        _held(due, meetings, late=False),
        _held(due, meetings, late=True),
    )
    return {
        "counted": count.counted,
        "merged": sum(bool(row[5]) for row in meetings),
        "met_on": count.met_on,
        "met_late_on": count.met_late_on,
    }


def _held(due: _Kept, meetings: list[tuple[Any, ...]], *, late: bool) -> list[Held]:
    counted_in = CountedIn(due.counted_in)
    return [Held(row[2], amount_of(row[4], counted_in)) for row in meetings if row[3] == late]


def _counting_meetings() -> Iterator[tuple[Any, ...]]:
    """The key of the due, then of the meeting, its day, whether made up, minutes, merged."""
    rows = Discharge.objects.filter(counts=True, meeting__cancelled_at__isnull=True)
    columns = (
        "due_id",
        "meeting_id",
        "meeting__held_on",
        "is_late",
        "meeting__minutes",
        "merged_because",
    )
    return rows.order_by("due_id", "pk").values_list(*columns).iterator(CHUNK)


def _papers_of_meetings() -> Iterator[tuple[int, int, str]]:
    rows = Discharge.objects.filter(
        counts=True,
        meeting__cancelled_at__isnull=True,
        meeting__evidence_uses__isnull=False,
        meeting__evidence_uses__evidence__in=Evidence.objects.proving(),
    ).exclude(due__version__expected_evidence=[])
    columns = ("due_id", "meeting_id", "meeting__evidence_uses__evidence__kind")
    return rows.order_by("due_id", "pk").values_list(*columns).iterator(CHUNK)


def _lacking(
    rules: _Rules, due: _Kept, meetings: list[tuple[Any, ...]], papers: list[tuple[Any, ...]]
) -> int:
    wanted = rules.wanted[due.version_id]
    if not wanted or not meetings:
        return 0
    have = defaultdict(set)
    for _due, meeting_id, kind in papers:
        have[meeting_id].add(kind)
    return sum(bool(wanted - have[row[1]]) for row in meetings)


def _by_the_rules(rules: _Rules, due: _Kept) -> dict[str, object]:
    """What follows from version, unit and calendar alone.

    A unit that moved to another bureau is judged by the old one no more, so what it owed there
    stays as it was.
    """
    expected: dict[str, object] = {}
    version, schedule = rules.versions[due.version_id], rules.schedules[due.schedule_id]
    bureau, unit = rules.units[due.bureau_id], rules.units[due.unit_id]
    if version.schedule_id != due.schedule_id:
        expected["schedule_id"] = version.schedule_id
        return expected
    period = rules.period(due)
    expected["period_last"] = period.last if period else None
    expected["at_least"] = version.at_least
    expected["at_most"], expected["counted_in"] = version.at_most, version.counted_in
    until, has_workday = rules.awaited(due)
    expected["awaits_until"] = until
    if bureau.ledger_from is None or bureau.bureau_id != bureau.pk:
        expected["bureau_id"] = None
        return expected
    if unit.bureau_id != due.bureau_id:
        return expected
    owing = owes(
        due.period,
        version_from=version.first_day,
        ended_on=schedule.ended_on,
        ledger_from=bureau.ledger_from,
        opened_on=unit.opened_on,
        closed_on=unit.closed_on,
    )
    if owing.planned:
        because, since = not_applicable(owing, has_workday=has_workday)
        expected["not_applicable_because"] = because.value if because else ""
        expected["not_applicable_on"] = since
    return expected


def _due_label(rules: _Rules, due: _Kept) -> str:
    return f"{rules.units[due.unit_id]} · {rules.schedules[due.schedule_id]} · {due.period_first}"


def due_count_differences() -> Iterator[Difference]:
    """Kept counts of bureaus against the dues they count, both read in the order of their keys."""
    columns = ("pk", *KEPT_KEY, *KEPT_COUNTS)
    kept = DueCount.objects.order_by(*KEPT_KEY).values(*columns).iterator(CHUNK)
    row = next(kept, None)
    for counts in counted(Q()).iterator(CHUNK):
        while row is not None and _key_of(row) < _key_of(counts):
            yield _of_nothing(row)
            row = next(kept, None)
        if row is None or _key_of(row) != _key_of(counts):
            yield Difference("DueCount", 0, _count_label(counts), "total", None, counts["total"])
            continue
        for name in KEPT_COUNTS:
            if row[name] != counts[name]:
                label = _count_label(counts)
                yield Difference("DueCount", row["pk"], label, name, row[name], counts[name])
        row = next(kept, None)
    while row is not None:
        yield _of_nothing(row)
        row = next(kept, None)


def _key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEPT_KEY)


def _count_label(row: Mapping[str, Any]) -> str:
    return " · ".join(str(part) for part in _key_of(row)[:4])


def _of_nothing(row: Mapping[str, Any]) -> Difference:
    """A kept count of dues that are not there."""
    return Difference("DueCount", row["pk"], _count_label(row), "total", row["total"], None)


def discharge_differences() -> Iterator[Difference]:
    """Discharges whose copies differ, that cross bureaus, or count though cancelled or early."""
    rows = Discharge.objects.select_related("meeting", "due").filter(
        ~Q(due_bureau=F("due__bureau"))
        | ~Q(meeting_bureau=F("meeting__bureau"))
        | ~Q(due__bureau=F("meeting__bureau"))
        | Q(counts=True, meeting__cancelled_at__isnull=False)
        | Q(counts=True, is_late=False, meeting__held_on__gt=F("due__period_last"))
        | Q(counts=True, is_late=True, meeting__held_on__lte=F("due__period_last"))
        | Q(counts=True, meeting__held_on__lt=F("due__period_first"))
        | Q(counts=True, meeting__needs_confirmation=True, meeting__confirmed_at__isnull=True)
    )
    for row in rows.order_by("pk").iterator(CHUNK):
        meeting, due = row.meeting, row.due
        expected = {
            "due_bureau_id": due.bureau_id,
            "meeting_bureau_id": due.bureau_id,
            "counts": row.counts
            and meeting.is_confirmed
            and not meeting.is_cancelled
            and _begun(meeting.held_on, due),
            "is_late": row.counts and meeting.held_on > due.period_last,
        }
        found = {
            "due_bureau_id": row.due_bureau_id,
            "meeting_bureau_id": meeting.bureau_id,
            "counts": row.counts,
            "is_late": row.is_late,
        }
        for field, value in found.items():
            if value != expected[field]:
                yield Difference("Discharge", row.pk, str(meeting), field, value, expected[field])
        if row.meeting_bureau_id != meeting.bureau_id:
            yield Difference(
                "Discharge",
                row.pk,
                str(meeting),
                "meeting_bureau_id",
                row.meeting_bureau_id,
                meeting.bureau_id,
            )


def _begun(held_on: date, due: Due) -> bool:
    return held_on >= due.period_first


# --- problems and measures ----------------------------------------------------------------------


def problem_differences() -> Iterator[Difference]:
    """Stored states, closings, re-openings and submitters against the moves, and against the items
    below; who closed what he submitted himself; circles."""
    moves = _Along(
        ProblemMove.objects.order_by("problem_id", "on", "pk")
        .values_list("problem_id", "move", "to_state", "on", "recorded_by_id")
        .iterator(CHUNK)
    )
    parents, earlier = {}, {}
    items: dict[int, list[ProblemState]] = defaultdict(list)
    stands: dict[int, tuple[str, bool]] = {}
    for problem in Problem.objects.order_by("pk").iterator(CHUNK):
        parents[problem.pk], earlier[problem.pk] = problem.parent_id, problem.repeats_id
        is_item = (problem.counts or problem.follows) and not problem.is_cancelled
        if problem.parent_id is not None and is_item:
            items[problem.parent_id].append(ProblemState(problem.state))
        stands[problem.pk] = problem.state, problem.follows
        made = moves.of(problem.pk)
        # What closes with its items is verified with each of them, by whomever.
        verified = problem.closed_by_id is not None and not (made and made[-1][1] == Move.FOLLOW)
        if verified and problem.closed_by_id == problem.submitted_by_id:
            yield Difference(
                "Problem", problem.pk, str(problem), "closed_by_id", problem.closed_by_id, None
            )
        for field, expected in _of_the_moves(made).items():
            kept = getattr(problem, field)
            if kept != expected:
                yield Difference("Problem", problem.pk, str(problem), field, kept, expected)
    for pk, (kept, follows) in stands.items():
        expected = state_from_items(items.get(pk, ()))
        if follows != (expected is not None):
            yield Difference("Problem", pk, str(pk), "follows", follows, not follows)
        if expected is not None and kept not in LEFT_OUT and kept != expected:
            yield Difference("Problem", pk, str(pk), "state", kept, expected.value)
    for field, above in (("parent", parents), ("repeats", earlier)):
        for pk in _in_circles(above):
            yield Difference("Problem", pk, str(pk), field, above[pk], None)


def _of_the_moves(moves: list[tuple[Any, ...]]) -> dict[str, object]:
    state, closed_on, closed_by, submitted_by, reopened = None, None, None, None, 0
    for _problem, move, to_state, on, by in moves:
        reopened += state == ProblemState.CLOSED and to_state != ProblemState.CLOSED
        state = to_state
        closed_on, closed_by = (on, by) if to_state == ProblemState.CLOSED else (None, None)
        submitted_by = by if move == Move.SUBMIT else submitted_by
    return {
        "state": state,
        "closed_on": closed_on,
        "closed_by_id": closed_by,
        "submitted_by_id": submitted_by,
        "reopened": reopened,
    }


def _in_circles(above: dict[int, int | None]) -> list[int]:
    """The keys from which the way up never ends."""
    fine: set[int] = set()
    circles = []
    for pk in above:
        way: list[int] = []
        at: int | None = pk
        while at is not None and at not in fine and at not in way:
            way.append(at)
            at = above.get(at)
        if at is None or at in fine:
            fine.update(way)
        else:
            circles.append(pk)
    return circles


def measure_differences() -> Iterator[Difference]:
    """Days of completion against the progress that finishes; due days against extensions."""
    finishing = _Along(
        Progress.objects.filter(finishes=True)
        .order_by("measure_id", "pk")
        .values_list("measure_id", "on")
        .iterator(CHUNK)
    )
    granted = Extension.objects.filter(granted=True)
    later = _Along(
        granted.filter(measure__isnull=False)
        .order_by("measure_id", "decided_on", "pk")
        .values_list("measure_id", "new_due_on")
        .iterator(CHUNK)
    )
    for measure in Measure.objects.order_by("pk").iterator(CHUNK):
        done = [on for _measure, on in finishing.of(measure.pk)]
        extended = [day for _measure, day in later.of(measure.pk)]
        if measure.done_on != (done[-1] if done else None):
            yield Difference(
                "Measure",
                measure.pk,
                measure.title,
                "done_on",
                measure.done_on,
                done[-1] if done else None,
            )
        if extended and measure.due_on != extended[-1]:
            yield Difference(
                "Measure", measure.pk, measure.title, "due_on", measure.due_on, extended[-1]
            )


# --- reports, rights, files ---------------------------------------------------------------------


def report_differences() -> Iterator[Difference]:
    """Signed reports that have no frozen figures or are not as they were signed, and others that
    have some."""
    rows = AnnualReport.objects.annotate(frozen=Count("frozen_figures", distinct=True))
    wrong = rows.filter(Q(state="signed", frozen=0) | ~Q(state="signed") & Q(frozen__gt=0))
    for report in wrong.order_by("pk"):
        expected = "> 0" if report.state == "signed" else 0
        label = f"{report.bureau_id} · {report.title}"
        yield Difference(
            "AnnualReport", report.pk, label, "frozen_figures", report.frozen, expected
        )
    yield from fingerprint_differences()


def membership_differences() -> Iterator[Difference]:
    """Logins that hold roles which one person may not hold together on the same days."""
    held: dict[int, list[Membership]] = defaultdict(list)
    for row in Membership.objects.select_related("user").order_by("user_id", "pk"):
        held[row.user_id].append(row)
    for rows in held.values():
        for place, one in enumerate(rows):
            for other in rows[place + 1 :]:
                pair = [Role(one.role), Role(other.role)]
                if reasons_against_holding(pair) and _same_days(one, other):
                    yield Difference(
                        "Membership", other.pk, str(other.user), "role", other.role, f"≠ {one.role}"
                    )


def _same_days(one: Membership, other: Membership) -> bool:
    return (other.last_day or date.max) >= (one.first_day or date.min) and (
        one.last_day or date.max
    ) >= (other.first_day or date.min)


def evidence_differences() -> Iterator[Difference]:
    """Files that are missing, or hold something else than when they were handed in."""
    for evidence in Evidence.objects.exclude(file="").order_by("pk").iterator(CHUNK):
        digest = hashlib.sha256()
        try:
            with evidence.file.open("rb") as stored:
                for chunk in stored.chunks():
                    digest.update(chunk)
        except OSError:
            yield Difference(
                "Evidence", evidence.pk, evidence.title, "file", evidence.file.name, None
            )
            continue
        if digest.hexdigest() != evidence.sha256:
            yield Difference(
                "Evidence",
                evidence.pk,
                evidence.title,
                "sha256",
                evidence.sha256,
                digest.hexdigest(),
            )
