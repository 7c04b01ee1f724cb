"""A report beside last year's, and beside its records: what changed, vanished, or is not told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.domain.comparisons import (
    Passage,
    ProblemFacts,
    Run,
    compared,
    figures_beside,
    paired,
    vanished,
    years_listed,
)
from reports.domain.first_person import DeedKind
from reports.domain.problems import ProblemState
from reports.domain.summaries import ReportKind, ReportState, pieces_of, tokens_of
from reports.models import (
    AnnualReport,
    Deed,
    Discharge,
    FrozenFigure,
    Honour,
    Measure,
    Meeting,
    Problem,
    RecordKind,
    Sentence,
    Source,
    WorkRecord,
)
from reports.models.choices import DEED_KIND_LABELS
from reports.selectors.first_person import address_of_deeds, deeds_for
from reports.selectors.honours import honours_for
from reports.selectors.measures import measures_for
from reports.selectors.meetings import meetings_for
from reports.selectors.problems import problems_for
from reports.selectors.records import counting, records_for
from reports.selectors.report_figures import Figure
from reports.selectors.year_records import figures_from, key_of, records_of, report_day

SOLVED = frozenset({ProblemState.CLOSED.value, ProblemState.DISMISSED.value})
FROM_YEARS = 2  # 连续n年 is told from the second year on
FROZEN = frozenset({ReportState.SIGNED.value})


# --- beside last year's ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairLine:
    """A paragraph in both years: its headings, and the text as runs of words."""

    state: str  # same, changed, added, removed
    heading: str
    old_heading: str
    runs: tuple[Run, ...]


@dataclass(slots=True)
class PairSection:
    """A section of this year, or one that only last year had."""

    role: str
    heading: str
    lines: list[PairLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of both years; ``change`` only where both have it."""

    group: str
    label: str
    old: Decimal | None
    new: Decimal | None
    change: Decimal | None
    url: str


@dataclass(frozen=True, slots=True)
class ProblemNote:
    """A problem that is remarked on, with the number of years where it is one."""

    pk: int
    title: str
    state: str
    years: int = 0


@dataclass(slots=True)
class Comparison:
    """A report beside the one of the year before."""

    sections: list[PairSection]
    figures: list[FigureLine]
    vanished: list[ProblemNote]
    repeated: list[ProblemNote]

    @property
    def counts(self) -> dict[str, int]:
        """How many paragraphs are the same, changed, added, removed."""
        found = dict.fromkeys(("changed", "added", "removed", "same"), 0)
        for section in self.sections:
            for line in section.lines:
                found[line.state] += 1
        return found

    @property
    def figure_groups(self) -> list[tuple[str, list[FigureLine]]]:
        """The figures under the headings of their groups."""
        groups: dict[str, list[FigureLine]] = defaultdict(list)
        for line in self.figures:
            groups[line.group].append(line)
        return list(groups.items())


def report_of_year_before(report: AnnualReport) -> AnnualReport | None:
    """The annual report of the bureau's year before, as it stands: one query."""
    rows = AnnualReport.objects.filter(
        bureau=report.bureau_id,
        year=report.year - 1,
        kind=ReportKind.ANNUAL.value,
        is_current=True,
    )
    return rows.exclude(pk=report.pk).order_by("pk").first()


def compare_reports(report: AnnualReport, before: AnnualReport, *, today: date) -> Comparison:
    """The two texts paragraph by paragraph, their figures, and what became of the problems.

    Four queries where both are signed; thirteen more where one of them, or both, still follows
    the records.
    """
    figures = figures_of_reports([before, report], today)
    texts = passages_of([before, report], figures)
    told = problems_told([before, report])
    facts, titles = _problem_facts(report.bureau_id)
    listed = [facts[pk] for pk in facts]
    told_before = told[before.pk] or _published_problems(before, facts)
    gone = vanished(listed, told_before=told_before, told_now=told[report.pk])
    now = told[report.pk] or _published_problems(report, facts)
    years = years_listed(listed, [pk for pk in now if pk in facts])
    return Comparison(
        sections=_sections(texts[before.pk], texts[report.pk]),
        figures=_figure_lines(figures[before.pk], figures[report.pk]),
        vanished=[ProblemNote(pk, *titles[pk]) for pk in gone],
        repeated=[
            ProblemNote(pk, *titles[pk], n)
            for pk, n in sorted(years.items(), key=lambda each: (-each[1], each[0]))
            if n >= FROM_YEARS
        ],
    )


def figures_of_reports(
    reports: Sequence[AnnualReport], today: date
) -> dict[int, dict[str, Figure]]:
    """The figures that each report shows, by their keys: those it was signed with, else those of
    the records now. One query, and thirteen where one still follows the records."""
    found: dict[int, dict[str, Figure]] = {report.pk: {} for report in reports}
    open_ones = [
        report for report in reports if report.state not in FROZEN and not report.is_published_text
    ]
    if open_ones:
        keys = {report.pk: key_of(report, today) for report in open_ones}
        records = records_of(list(keys.values()), today)
        for pk, key in keys.items():
            found[pk] = {each.key: each for each in figures_from(records[key])}
    frozen = [report.pk for report in reports if report.state in FROZEN]
    rows = FrozenFigure.objects.filter(report__in=frozen).order_by("position")
    for row in rows:
        number = row.value
        value = int(number) if number == number.to_integral_value() else number.normalize()
        found[row.report_id][row.key] = Figure(row.group, row.key, row.label, value, "")
    return found


def passages_of(
    reports: Sequence[AnnualReport], figures: Mapping[int, Mapping[str, Figure]]
) -> dict[int, list[Passage]]:
    """The paragraphs of each report in order, their figures in their places: one query."""
    rows = (
        Sentence.objects.filter(paragraph__section__report__in=[report.pk for report in reports])
        .order_by(
            "paragraph__section__report_id",
            "paragraph__section__position",
            "paragraph__position",
            "position",
        )
        .values_list(
            "paragraph__section__report_id",
            "paragraph_id",
            "paragraph__section__role",
            "paragraph__section__heading",
            "paragraph__heading",
            "text",
        )
    )
    heads: dict[tuple[int, int], tuple[str, str, str]] = {}
    texts: dict[tuple[int, int], list[str]] = defaultdict(list)
    for report_id, paragraph_id, role, section, heading, text in rows:
        key = report_id, paragraph_id
        heads[key] = role, section, heading
        texts[key].append(_in_words(text, figures.get(report_id, {})))
    found: dict[int, list[Passage]] = {report.pk: [] for report in reports}
    for key, head in heads.items():
        found[key[0]].append(Passage(*head, "".join(texts[key])))
    return found


def _in_words(text: str, figures: Mapping[str, Figure]) -> str:
    parts = []
    for piece in pieces_of(text):
        figure = figures.get(piece.key) if piece.key else None
        parts.append(piece.text if not piece.key else str(figure.value) if figure else "—")
    return "".join(parts)


def _sections(old: Sequence[Passage], new: Sequence[Passage]) -> list[PairSection]:
    """The pairs under the sections of this year; what is gone stands where it stood."""
    found: list[PairSection] = []
    for pair in paired(old, new):
        at = pair.either
        if pair.new is not None or not found or found[-1].role != at.role:
            same = next((s for s in found if (s.role, s.heading) == (at.role, at.section)), None)
            if same is None:
                found.append(PairSection(at.role, at.section))
        target = next(
            (s for s in found if (s.role, s.heading) == (at.role, at.section)),
            found[-1],
        )
        target.lines.append(_line(pair.old, pair.new))
    return found


def _line(old: Passage | None, new: Passage | None) -> PairLine:
    old_text, new_text = old.text if old else "", new.text if new else ""
    state = "changed"
    if old is None:
        state = "added"
    elif new is None:
        state = "removed"
    elif old_text == new_text:
        state = "same"
    heading = new.heading if new else old.heading if old else ""
    return PairLine(state, heading, old.heading if old else "", tuple(compared(old_text, new_text)))


def _figure_lines(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> list[FigureLine]:
    pairs = figures_beside(
        {key: each.value for key, each in old.items()},
        {key: each.value for key, each in new.items()},
    )
    found = []
    for pair in pairs:
        named = new.get(pair.key) or old[pair.key]
        url = named.url if named.url and not named.url.startswith("#") else ""
        found.append(FigureLine(named.group, named.label, pair.old, pair.new, pair.change, url))
    return found


def problems_told(reports: Sequence[AnnualReport]) -> dict[int, list[int]]:
    """The problems that the sentences of each report rest on, in its order: one query."""
    rows = (
        Source.objects.filter(
            sentence__paragraph__section__report__in=[report.pk for report in reports],
            problem__isnull=False,
        )
        .order_by(
            "sentence__paragraph__section__position",
            "sentence__paragraph__position",
            "sentence__position",
            "pk",
        )
        .values_list("sentence__paragraph__section__report_id", "problem_id")
    )
    found: dict[int, list[int]] = {report.pk: [] for report in reports}
    for report_id, problem_id in rows:
        if problem_id not in found[report_id]:
            found[report_id].append(problem_id)
    return found


def _problem_facts(
    bureau_id: int,
) -> tuple[dict[int, ProblemFacts], dict[int, tuple[str, str]]]:
    """All problems of the bureau as the rules ask for them, with title and state: one query."""
    facts: dict[int, ProblemFacts] = {}
    titles: dict[int, tuple[str, str]] = {}
    rows = Problem.objects.filter(bureau=bureau_id).order_by("found_on", "pk")
    for pk, year, repeats, state, cancelled, title in rows.values_list(
        "pk", "year", "repeats_id", "state", "cancelled_at", "title"
    ):
        listed = cancelled is None and state != ProblemState.DISMISSED
        facts[pk] = ProblemFacts(pk, year, repeats, state in SOLVED, listed)
        titles[pk] = title, state
    return facts, titles


def _published_problems(report: AnnualReport, facts: Mapping[int, ProblemFacts]) -> list[int]:
    """A text that was only published brings its own problems, and no links."""
    if not report.is_published_text:
        return []
    return [pk for pk, each in facts.items() if each.year == report.year and each.was_listed]


# --- beside its records -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoverLine:
    """A sort of records of the year: how many there are, and how many the report does not tell.

    ``by_number``: their number stands in the text, so all of them are told.
    """

    key: str
    label: str
    total: int
    left: int
    by_number: bool
    url: str

    @property
    def told(self) -> int:
        """How many of the records the text names."""
        return self.total - self.left


@dataclass(frozen=True, slots=True)
class CoverGroup:
    """The sorts of one register."""

    name: str
    lines: list[CoverLine]


@dataclass(frozen=True, slots=True)
class Untold:
    """A record that appears nowhere in the report."""

    title: str
    day: date | None
    unit: str
    url: str


@dataclass(slots=True)
class Told:
    """What a report tells: the figures in its words, and the records its sentences rest on."""

    tokens: set[str]
    links: dict[str, set[int]]
    # The kinds of work records of which a number stands in the text.
    record_kinds: set[int] = field(default_factory=set)

    @property
    def schedules(self) -> set[int]:
        """The rules whose numbers stand in the text: the meetings that count for them are told."""
        parts = (key.split(":") for key in self.tokens if key.startswith("schedule:"))
        return {int(part[1]) for part in parts if part[1].isdigit()} | self.links["schedule"]

    def counts(self, *keys: str) -> bool:
        """Whether one of the figures stands in the text."""
        return any(key in self.tokens for key in keys)


_LINKS = ("schedule", "meeting", "problem", "measure", "record", "deed", "honour")


def told_in(report: AnnualReport) -> Told:
    """What the text of a report tells: three queries."""
    texts = Sentence.objects.filter(paragraph__section__report=report).values_list(
        "text", flat=True
    )
    tokens = {key for text in texts for key in tokens_of(text)}
    links: dict[str, set[int]] = {name: set() for name in _LINKS}
    columns = [f"{name}_id" for name in _LINKS]
    rows = Source.objects.filter(sentence__paragraph__section__report=report)
    for row in rows.values_list(*columns, "figure"):
        for name, key in zip(_LINKS, row[:-1], strict=True):
            if key is not None:
                links[name].add(key)
    codes = {key.split(":")[1] for key in tokens if key.startswith("records:")}
    kinds = RecordKind.objects.filter(code__in=codes).values_list("pk", flat=True)
    return Told(tokens, links, set(kinds) if codes else set())


def coverage_of(report: AnnualReport, told: Told, *, today: date) -> list[CoverGroup]:
    """Every register of the report's year with what the report does not tell: one query.

    A sort is told as a whole where its number stands in the text, else record by record where a
    sentence rests on it; meetings, too, where the number of a rule that they count for does. The
    number of problems tells none of them: each is to be admitted or answered.
    """
    on = report_day(report, today)
    registers: list[tuple[str, object, QuerySet, str, dict[str, object]]] = [
        ("meetings", _("会议和活动"), _meetings(report, told, on), "meeting", _BY_KIND),
        ("problems", pgettext("several", "问题"), _problems(report, on, today), "problem", {}),
        ("measures", pgettext("several", "措施"), _measures(report, on, today), "measure", {}),
        ("records", _("工作记录"), _records(report, on), "record", _BY_KIND),
        ("deeds", _("第一责任人履职"), _deeds(report, on), "deed", {"which": F("kind")}),
        ("honours", _("荣誉"), _honours(report, on), "honour", {}),
    ]
    arms = []
    for place, (_name, _words, rows, link, columns) in enumerate(registers):
        linked = Q(is_told=True) if link == "meeting" else Q(pk__in=told.links[link])
        named = {"which": Value("", CharField()), "name": Value("", CharField())}
        named |= {"at": Value(0, IntegerField())} | columns
        # A column of a row must not be called like one of a record.
        named = {f"cover_{name}": expression for name, expression in named.items()}
        counted = rows.order_by().annotate(cover=Value(place, IntegerField()), **named)
        counted = counted.values("cover", *named)
        arms.append(counted.annotate(n=Count("pk"), linked=Count("pk", filter=linked)))
    by_register: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in arms[0].union(*arms[1:], all=True):
        if row["n"]:
            by_register[row["cover"]].append(row)
    found = []
    for place, (register, words, _rows, _link, _columns) in enumerate(registers):
        rows = sorted(by_register[place], key=lambda row: (row["cover_at"], row["cover_which"]))
        lines = [_cover_line(report, told, register, row, on) for row in rows]
        if lines:
            found.append(CoverGroup(str(words), lines))
    return found


_BY_KIND: dict[str, object] = {
    "which": Cast("kind_id", CharField()),
    "name": F("kind__name"),
    "at": F("kind__position"),
}


def _address(name: str, **parts: object) -> str:
    return f"{reverse(f'reports:{name}')}?{urlencode(parts)}"


def _cover_line(
    report: AnnualReport, told: Told, register: str, row: Mapping[str, Any], on: date
) -> CoverLine:
    which = row["cover_which"]
    key = f"{register}:{which}" if which else register
    where: dict[str, object] = {"bureau": report.bureau_id, "year": report.year, "on": on}
    label, counted = row["cover_name"], told.counts(key)
    if register == "meetings":
        url = _address("meeting-list", kind=which, **where)
        counted = told.counts(key, "meetings:all")
    elif register == "records":
        url = _address("record-list", kind=which, **where)
        counted = int(which) in told.record_kinds
    elif register == "deeds":
        kind = DeedKind(which)
        url = address_of_deeds(kinds=[which], unit=report.bureau_id, **where)
        label = str(DEED_KIND_LABELS[kind])
    elif register == "problems":
        url, label, counted = _address("problem-list", **where), _("当年问题"), False
    elif register == "measures":
        url, label = _address("measure-list", state="done", **where), _("当年完成的措施")
        counted = told.counts("measures:done")
    else:
        url = _address("honour-list", bureau=report.bureau_id, year=report.year)
        label = _("荣誉和考评结果")
    left = 0 if counted else row["n"] - row["linked"]
    return CoverLine(key, label, row["n"], left, counted, url)


def _meetings(report: AnnualReport, told: Told, on: date) -> QuerySet[Meeting]:
    """The meetings of the year, each saying whether a sentence rests on it (``is_told``)."""
    counted = Discharge.objects.filter(
        meeting=OuterRef("pk"), counts=True, due__schedule__in=told.schedules
    )
    rows = meetings_for(None, on=on, bureau=report.bureau_id, year=report.year)
    return rows.annotate(is_told=Q(pk__in=told.links["meeting"]) | Q(Exists(counted)))


def _problems(report: AnnualReport, on: date, today: date) -> QuerySet[Problem]:
    return problems_for(None, on=on, today=today, bureau=report.bureau_id, year=report.year)


def _measures(report: AnnualReport, on: date, today: date) -> QuerySet[Measure]:
    return measures_for(
        None, on=on, today=today, bureau=report.bureau_id, year=report.year, state="done"
    )


def _records(report: AnnualReport, on: date) -> QuerySet[WorkRecord]:
    rows = records_for(None, on=on, bureau=report.bureau_id, year=report.year)
    return counting(rows, on)


def _deeds(report: AnnualReport, on: date) -> QuerySet[Deed]:
    return deeds_for(None, on=on, bureau=report.bureau_id, unit=report.bureau_id, year=report.year)


def _honours(report: AnnualReport, on: date) -> QuerySet[Honour]:
    """As the report counts them: those of its year, whenever they were handed over."""
    rows = honours_for(None, on=max(on, date(report.year, 12, 31)), bureau=report.bureau_id)
    return rows.filter(year=report.year)


MOST_UNTOLD = 100


def untold(report: AnnualReport, told: Told, line: CoverLine, *, today: date) -> list[Untold]:
    """The records of a sort that appear nowhere in the report, at most a hundred: one query."""
    if not line.left:
        return []
    on = report_day(report, today)
    register, _colon, which = line.key.partition(":")
    if register == "meetings":
        rows = _meetings(report, told, on).filter(kind=which, is_told=False)
        return _shown(rows.select_related("unit").order_by("held_on", "pk"), "held_on")
    if register == "problems":
        rows = _problems(report, on, today).exclude(pk__in=told.links["problem"])
        return _shown(rows.order_by("found_on", "pk"), "found_on")
    if register == "measures":
        rows = _measures(report, on, today).exclude(pk__in=told.links["measure"])
        return _shown(rows.select_related("unit").order_by("done_on", "pk"), "done_on")
    if register == "records":
        rows = _records(report, on).filter(kind=which).exclude(pk__in=told.links["record"])
        return _shown(rows.order_by("on", "pk"), "on")
    if register == "deeds":
        rows = _deeds(report, on).filter(kind=which).exclude(pk__in=told.links["deed"])
        return _shown(rows.order_by("on", "pk"), "on")
    rows = _honours(report, on).exclude(pk__in=told.links["honour"])
    return [
        Untold(each.title, each.awarded_on, (each.unit or each.bureau).label, line.url)
        for each in rows[:MOST_UNTOLD]
    ]


def _shown(rows: Iterable[Any], day: str) -> list[Untold]:
    return [
        Untold(each.title, getattr(each, day), each.unit.label, each.get_absolute_url())
        for each in rows[:MOST_UNTOLD]  # type: ignore[index]
    ]
