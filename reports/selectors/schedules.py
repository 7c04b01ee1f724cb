"""Schedules as people read them: the rule in words, who owes it, how its year stands, and what a
rule would ask before it is stored.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.calendar import Holidays
from reports.domain.dues import CountedIn, MakeUp, Verdict, owes
from reports.domain.periods import (
    NumberedPeriod,
    Period,
    Rhythm,
    assessment_year,
    year_holding,
)
from reports.domain.preview import PreviewRow, PreviewRule, preview
from reports.domain.progress import NOTHING, Tally
from reports.models import Due, Schedule, ScheduleSet, ScheduleVersion, Unit
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    EvidenceKind,
    OwedBy,
    clauses,
    listed,
    period_label,
    reason_sentence,
)
from reports.selectors.progress import LOUDEST, tally_from, verdict_counts
from reports.selectors.rules import make_up_rule, rhythm_of, year_start

# --- the rule in words --------------------------------------------------------------------------


class Fact(NamedTuple):
    """One thing a rule says: what about, and the words."""

    label: str
    words: str


class ChangedFact(NamedTuple):
    """One thing that a version says otherwise than the one before."""

    label: str
    before: str
    after: str


def facts_of(version: ScheduleVersion) -> list[Fact]:
    """All that a version says, in words. Wants kinds, body, post and owing kinds loaded."""
    label = {
        name: str(version._meta.get_field(name).verbose_name)
        for name in (
            "meeting_kind",
            "agenda_kind",
            "body",
            "presided_by",
            "owed_by",
            "make_up",
            "min_minutes",
            "expected_evidence",
            "legal_basis",
            "asked_by",
        )
    }
    return [
        Fact(_("周期与次数"), version.rhythm),
        Fact(_("是否产生应开"), _("只作参考，不产生应开") if version.usual else _("产生应开")),
        Fact(label["owed_by"], version.who_owes),
        Fact(label["meeting_kind"], str(version.meeting_kind or _("不限"))),
        Fact(label["agenda_kind"], str(version.agenda_kind or _("不限"))),
        Fact(label["body"], version.body.label if version.body else _("应落实的单位自己")),
        Fact(label["presided_by"], chair_words(version)),
        Fact(label["min_minutes"], str(version.min_minutes or _("不限"))),
        Fact(_("法制部门列席"), sitting_in_words(version)),
        Fact(label["expected_evidence"], evidence_words(version.expected_evidence)),
        Fact(_("录入期限"), recording_words(version.recording_days)),
        Fact(label["make_up"], make_up_words(version)),
        Fact(label["legal_basis"], version.legal_basis),
        Fact(label["asked_by"], version.asked_by),
    ]


def chair_words(version: ScheduleVersion) -> str:
    """Who must preside, and who may instead."""
    if version.presided_by is None:
        return _("不限")
    if version.deputy is None:
        return str(version.presided_by)
    return _("%(post)s，可由%(deputy)s代为主持") % {
        "post": version.presided_by,
        "deputy": version.deputy,
    }


def sitting_in_words(version: ScheduleVersion) -> str:
    """Whether the legal unit must sit in."""
    if version.legal_must_sit_in:
        return _("须列席")
    return _("涉法议题须列席并提出意见") if version.legal_on_law_items else _("不要求")


def changed_facts(older: ScheduleVersion, newer: ScheduleVersion) -> list[ChangedFact]:
    """What the newer version says otherwise."""
    return [
        ChangedFact(after.label, before.words, after.words)
        for before, after in zip(facts_of(older), facts_of(newer), strict=True)
        if before.words != after.words
    ]


def evidence_words(kinds: Iterable[str]) -> str:
    """The kinds of evidence a rule expects."""
    return listed(EVIDENCE_KIND_LABELS[EvidenceKind(kind)] for kind in kinds) or _("不要求")


def recording_words(days: int) -> str:
    """Until when after its end a period may be recorded."""
    if not days:
        return _("周期结束前")
    return ngettext("周期结束后%(n)s个工作日内", "周期结束后%(n)s个工作日内", days) % {"n": days}


def make_up_words(version: ScheduleVersion) -> str:
    """Whether and until when a missed period may be made up, silence spelled out."""
    rule = make_up_rule(version)
    if rule.kind == MakeUp.NEVER:
        return _("不得补开")
    if rule.kind == MakeUp.NEXT_PERIOD:
        words = _("下一周期结束前可补开")
    else:
        words = ngettext("周期结束后%(n)s天内可补开", "周期结束后%(n)s天内可补开", rule.days)
        words %= {"n": rule.days}
    if not version.counts_twice:
        return words
    return clauses([words, _("补开的会议同时计入当期")])


# --- who owes it, and how its year stands -------------------------------------------------------


def versions_of(schedule: Schedule) -> list[ScheduleVersion]:
    """All versions, the newest first, with everything their words need: two queries."""
    rows = schedule.versions.select_related(
        "schedule__set__unit",
        "meeting_kind",
        "agenda_kind",
        "body",
        "presided_by",
        "deputy",
        "owing_post",
    ).prefetch_related("owing_kinds")
    return list(rows.order_by("-first_day"))


def version_on(versions: Sequence[ScheduleVersion], day: date) -> ScheduleVersion:
    """The version in force on the day, of versions the newest first; else the first there is."""
    return next((each for each in versions if each.first_day <= day), versions[-1])


def owing_units(version: ScheduleVersion, on: date) -> list[Unit]:
    """The units that owe under the version and exist on the day, in order: at most one query."""
    owner = version.schedule.set.unit
    kinds = [kind.pk for kind in version.owing_kinds.all()]
    if version.owed_by == OwedBy.ITSELF or not kinds:
        return [owner]
    found = units_of_kinds(owner, kinds).existing_on(on).select_related("kind", "bureau")
    if version.owing_grades:
        found = found.filter(grade__in=version.owing_grades)
    itself = [owner] if version.owed_by == OwedBy.ROSTER else []
    return [*itself, *found.in_order()]


def owed_one_by_one(version: ScheduleVersion) -> bool:
    """Whether units of some kinds each owe a meeting of their own: one session may be for all."""
    return version.owed_by == OwedBy.KINDS and version.body_id is None and not version.usual


def units_of_kinds(owner: Unit, kind_ids: Iterable[int]):
    """The units of these kinds below the one that set the schedule, within its bureau."""
    found = Unit.objects.under(owner).exclude(pk=owner.pk).filter(kind__in=list(kind_ids))
    return found.filter(bureau=owner.bureau_id) if owner.bureau_id else found


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """One period of a schedule: how many units stand how, and the loudest of their verdicts.

    ``due_id`` is the due where there is but one.
    """

    label: str
    first: date
    last: date
    at_least: int
    tally: Tally
    verdict: str
    due_id: int | None


@dataclass(frozen=True, slots=True)
class ScheduleYear:
    """The dues of one schedule in one year, as of a day."""

    lines: list[PeriodLine]
    tally: Tally


def schedule_year(
    schedule: Schedule,
    versions: Iterable[ScheduleVersion],
    *,
    within: Q,
    year: int,
    on: date,
) -> ScheduleYear:
    """How the year of a schedule stands, over the dues that ``within`` names: one query."""
    by_pk = {version.pk: version for version in versions}
    rows = (
        Due.objects.filter(within, schedule=schedule, year=year)
        .with_verdict(on)
        .order_by()
        .values("version_id", "number", "name_month", "period_first", "period_last", "at_least")
        .annotate(**verdict_counts(on), units=Count("pk"), first_pk=Min("pk"))
        .order_by("period_first", "period_last", "version_id")
    )
    lines = [_line(row, by_pk[row["version_id"]], year, schedule.set) for row in rows]
    return ScheduleYear(lines, sum((line.tally for line in lines), NOTHING))


def is_planned(schedule: Schedule, year: int) -> bool:
    """Whether anybody at all owes the schedule in that year."""
    return Due.objects.filter(schedule=schedule, year=year).exists()


def _line(row: dict, version: ScheduleVersion, year: int, of: ScheduleSet) -> PeriodLine:
    period = Period(row["period_first"], row["period_last"])
    numbered = NumberedPeriod(row["number"], period, year, row["name_month"])
    loudest = next((v for v in LOUDEST if row[v.value]), Verdict.NOT_APPLICABLE)
    return PeriodLine(
        label=period_label(numbered, rhythm_of(version, of)),
        first=period.first,
        last=period.last,
        at_least=row["at_least"],
        tally=tally_from(row),
        verdict=loudest.value,
        due_id=row["first_pk"] if row["units"] == 1 else None,
    )


# --- a rule before it is stored -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleToPreview:
    """What the periods of a rule and their owing depend on."""

    rhythm: Rhythm
    first_day: date
    at_least: int = 1
    at_most: int | None = None
    counted_in: CountedIn = CountedIn.TIMES
    usual: bool = False
    recording_days: int = 5
    ended_on: date | None = None
    ledger_from: date | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    follows_another: bool = False


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One period as the command shows it, and whether the rule asks for it at all."""

    row: PreviewRow
    label: str
    sentence: str
    owed: bool
    why_not: str = ""

    @property
    def period(self) -> Period:
        return self.row.numbered.period


@dataclass(frozen=True, slots=True)
class PreviewYear:
    """The periods of one year; ``times`` is what the rule asks of each unit in it."""

    year: int
    whole: Period
    lines: list[PreviewLine]

    @property
    def owed(self) -> int:
        return sum(line.owed for line in self.lines)

    @property
    def times(self) -> int:
        return sum(line.row.at_least for line in self.lines if line.owed)


def preview_years(
    rule: RuleToPreview, *, holidays: Holidays, today: date, years: int = 2
) -> list[PreviewYear]:
    """This and the next year of a rule, as ``preview_schedule`` has them. Pure."""
    current = year_holding(today, rule.rhythm.start)
    return [preview_year(rule, current + n, holidays=holidays, today=today) for n in range(years)]


def preview_year(rule: RuleToPreview, year: int, *, holidays: Holidays, today: date) -> PreviewYear:
    """The periods of a year of a rule with nothing held, and which of them would be owed."""
    shown = PreviewRule(
        rhythm=rule.rhythm,
        at_least=rule.at_least,
        at_most=rule.at_most,
        counted_in=rule.counted_in,
        recording_days=rule.recording_days,
        opened_on=rule.opened_on,
        closed_on=rule.closed_on,
        holidays=holidays,
    )
    return PreviewYear(
        year=year,
        whole=assessment_year(year, rule.rhythm.start),
        lines=[_preview_line(rule, row) for row in preview(shown, year, today)],
    )


def _preview_line(rule: RuleToPreview, row: PreviewRow) -> PreviewLine:
    label = period_label(row.numbered, rule.rhythm)
    why_not = _why_not(rule, row)
    return PreviewLine(row, label, reason_sentence(row.reason, label), not why_not, why_not)


def _why_not(rule: RuleToPreview, row: PreviewRow) -> str:
    """Why the period would not be owed, in words; empty when it would be."""
    period = row.numbered.period
    if rule.usual:
        return _("只作参考，不产生应开")
    if period.first < rule.first_day:
        return _("按原规则") if rule.follows_another else _("早于起始日")
    if rule.ended_on is not None and period.first > rule.ended_on:
        return _("废止之后")
    if rule.ledger_from is None or period.first < rule.ledger_from:
        return _("台账尚未启用")
    owing = owes(
        period,
        version_from=rule.first_day,
        ended_on=rule.ended_on,
        ledger_from=rule.ledger_from,
        opened_on=rule.opened_on,
        closed_on=rule.closed_on,
    )
    if not owing.owed:
        return _("单位未设立或已停用")
    return _("没有工作日") if row.verdict == Verdict.NOT_APPLICABLE else ""


def rule_to_preview(
    version: ScheduleVersion, schedule: Schedule, *, follows_another: bool = False
) -> RuleToPreview:
    """A stored version as what the preview wants."""
    owner = schedule.set.unit
    itself = version.owed_by == OwedBy.ITSELF
    return RuleToPreview(
        rhythm=rhythm_of(version, schedule.set),
        first_day=version.first_day,
        at_least=version.at_least,
        at_most=version.at_most,
        counted_in=CountedIn(version.counted_in),
        usual=version.usual,
        recording_days=version.recording_days,
        ended_on=schedule.ended_on,
        ledger_from=owner.bureau.ledger_from if owner.bureau else None,
        opened_on=owner.opened_on if itself else None,
        closed_on=owner.closed_on if itself else None,
        follows_another=follows_another,
    )


# --- the burden ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BurdenLine:
    """What schedules ask of each unit of one kind in a full year, in times.

    ``this`` is the schedule alone, ``before`` and ``after`` are all schedules of the bureau
    together, as they stand and as they would.
    """

    name: str
    units: int
    this: int
    before: int
    after: int


def times_a_year(rhythm: Rhythm, at_least: int, counted_in: CountedIn, year: int) -> int:
    """How often a rule asks of one unit in a full year; of a quota of minutes once a period."""
    times = at_least if counted_in == CountedIn.TIMES else 1
    return len(rhythm.periods_of(year)) * times


def burden(
    *,
    owner: Unit,
    schedule_id: int | None,
    owed_by: OwedBy,
    kinds: Sequence,
    this: int,
    on: date,
) -> list[BurdenLine]:
    """What a rule asks of each kind of unit, beside all that is asked already: four queries.

    ``owner`` is the unit of the set, ``this`` the times a year under the rule, ``schedule_id``
    the schedule it would replace. The other schedules are those set by the owner and above it
    within its bureau; each counts in full, though one meeting may count for several.
    """
    asked = _asked(owner, on)
    others = [each for each in asked if each.schedule_id != schedule_id]
    if owed_by == OwedBy.ITSELF:
        before, rest = _for_unit(asked, owner), _for_unit(others, owner)
        return [BurdenLine(owner.label, 1, this, before, rest + this)]
    rows = units_of_kinds(owner, [kind.pk for kind in kinds]).existing_on(on)
    units = Counter(rows.values_list("kind_id", flat=True))
    return [
        BurdenLine(
            kind.name,
            units[kind.pk],
            this,
            sum(each.times for each in asked if kind.pk in each.kind_ids),
            sum(each.times for each in others if kind.pk in each.kind_ids) + this,
        )
        for kind in kinds
    ]


class _Asked(NamedTuple):
    schedule_id: int
    unit_id: int
    itself: bool
    kind_ids: frozenset[int]
    times: int


def _asked(owner: Unit, on: date) -> list[_Asked]:
    """What the schedules of the owner and of the units above it in the bureau ask, a rule each."""
    above = _paths_up(owner)
    versions = (
        ScheduleVersion.objects.in_force_on(on)
        .filter(schedule__set__unit__path__in=above)
        .filter(Q(schedule__ended_on__isnull=True) | Q(schedule__ended_on__gte=on))
        .select_related("schedule__set")
        .prefetch_related("owing_kinds")
    )
    if owner.bureau_id:
        versions = versions.filter(schedule__set__unit__bureau=owner.bureau_id)
    return [
        _Asked(
            version.schedule_id,
            version.schedule.set.unit_id,
            version.owed_by == OwedBy.ITSELF,
            frozenset(kind.pk for kind in version.owing_kinds.all()),
            0
            if version.usual
            else times_a_year(
                rhythm_of(version, version.schedule.set),
                version.at_least,
                CountedIn(version.counted_in),
                year_holding(on, year_start(version.schedule.set)),
            ),
        )
        for version in versions
    ]


def _paths_up(owner: Unit) -> list[str]:
    size = len(owner.path) // (owner.depth + 1)
    return [owner.path[: size * (level + 1)] for level in range(owner.depth + 1)]


def _for_unit(asked: Iterable[_Asked], owner: Unit) -> int:
    return sum(
        each.times
        for each in asked
        if (each.unit_id == owner.pk) == each.itself
        and (each.itself or owner.kind_id in each.kind_ids)
    )


# --- what would come and go ---------------------------------------------------------------------


class PeriodUnits(NamedTuple):
    """A period, how many dues of it are meant, and of how many units: people owe one each."""

    first: date
    last: date
    units: int
    dues: int


@dataclass(frozen=True, slots=True)
class DuesChange:
    """The dues that planning would add, take away or judge by another rule."""

    added: list[PeriodUnits]
    removed: list[PeriodUnits]
    changed: list[PeriodUnits]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def added_total(self) -> int:
        return total(self.added)

    def added_over(self, today: date) -> int:
        """How many of those added are of periods that have ended already."""
        return total(each for each in self.added if each.last < today)

    @property
    def removed_total(self) -> int:
        return total(self.removed)

    @property
    def changed_total(self) -> int:
        return total(self.changed)


def total(periods: Iterable[PeriodUnits]) -> int:
    """How many dues the periods have together."""
    return sum(period.dues for period in periods)


DueKey = tuple[int, int | None, date]
DueState = tuple[date, int, int]


def dues_of(schedule_id: int | None) -> dict[DueKey, DueState]:
    """The dues of a schedule by unit, person and first day: last day, number asked, version."""
    rows = Due.objects.filter(schedule=schedule_id).values_list(
        "unit_id", "person_id", "period_first", "period_last", "at_least", "version_id"
    )
    return {tuple(row[:3]): tuple(row[3:]) for row in rows}


def dues_change(before: dict[DueKey, DueState], after: dict[DueKey, DueState]) -> DuesChange:
    """What differs, by period."""
    return DuesChange(
        added=_by_period((key, after[key]) for key in after.keys() - before.keys()),
        removed=_by_period((key, before[key]) for key in before.keys() - after.keys()),
        changed=_by_period(
            (key, after[key]) for key in after.keys() & before.keys() if after[key] != before[key]
        ),
    )


def _by_period(dues: Iterable[tuple[DueKey, DueState]]) -> list[PeriodUnits]:
    units: dict[tuple[date, date], list[int]] = defaultdict(list)
    for (unit, _person, first), (last, _least, _version) in dues:
        units[first, last].append(unit)
    return [
        PeriodUnits(first, last, len(set(each)), len(each))
        for (first, last), each in sorted(units.items())
    ]


@dataclass(frozen=True, slots=True)
class Ending:
    """What ending a schedule on a day would leave owed and take away, by period."""

    running: list[PeriodUnits]
    removed: list[PeriodUnits]
    removed_over: int
    kept: int

    @property
    def removed_total(self) -> int:
        return total(self.removed)


def ending(schedule: Schedule, ended_on: date, *, today: date) -> Ending:
    """What would happen if the schedule ended on that day: three queries, nothing written.

    Periods begun by then stay owed; later ones go, but for those with a meeting or a waiver.
    ``removed_over`` of the removed periods have ended already.
    """
    dues = Due.objects.filter(schedule=schedule).order_by()
    waiting = dues.filter(period_first__lte=ended_on).of_verdicts(
        today, [Verdict.OPEN, Verdict.AWAITING, Verdict.UPCOMING]
    )
    later = dues.filter(period_first__gt=ended_on)
    bare = later.filter(discharges__isnull=True, waivers__isnull=True)
    gone = _grouped(bare)
    return Ending(
        running=_grouped(waiting),
        removed=gone,
        removed_over=total(each for each in gone if each.last < today),
        kept=later.exclude(pk__in=bare.values("pk")).count(),
    )


def _grouped(dues) -> list[PeriodUnits]:
    rows = dues.values("period_first", "period_last").annotate(
        units=Count("unit", distinct=True), dues=Count("pk", distinct=True)
    )
    return [
        PeriodUnits(row["period_first"], row["period_last"], row["units"], row["dues"])
        for row in rows.order_by("period_first", "period_last")
    ]


# --- sets ---------------------------------------------------------------------------------------


def has_meetings(of: ScheduleSet) -> bool:
    """Whether any due of the set has a meeting: its year can then begin on no other day."""
    return Due.objects.filter(schedule__set=of, discharges__isnull=False).exists()
