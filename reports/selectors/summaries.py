"""Reports with their figures as signed and as of today, drift, and what is missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.report_text import (
    YearFacts,
    compose,
    shown_sentences,
)
from reports.domain.summaries import (
    Drift,
    ReportState,
    SectionRole,
    drift,
)
from reports.models import (
    AnnualReport,
    FrozenFigure,
    Measure,
    Problem,
)
from reports.models.choices import (
    SECTION_ROLE_LABELS,
)
from reports.selectors.report_facts import plan_for, records_behind, year_facts
from reports.selectors.report_figures import (
    Figure,
)
from reports.selectors.report_paragraphs import SectionRead
from reports.selectors.scope import Scope
from reports.selectors.year_records import (
    YearRecords,
    due_addresses,
    figures_from,
    key_of,
    records_of,
)

# --- frozen figures and drift -------------------------------------------------------------------


def frozen_figures(report: AnnualReport, now: Sequence[Figure] = ()) -> list[Figure]:
    """The figures of a signed report as they were signed: one query.

    A figure that still exists keeps the address of its list, which may meanwhile show another
    number: that is drift.
    """
    urls = {figure.key: figure.url for figure in now}
    rows = FrozenFigure.objects.filter(report=report).order_by("position")
    return [Figure(r.group, r.key, r.label, _counted(r.value), urls.get(r.key, "")) for r in rows]


def _counted(value: Decimal) -> Any:
    """A stored number as it was counted: 43, not 43.0000."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def shown_figures(
    report: AnnualReport, today: date, records: YearRecords | None = None
) -> tuple[list[Figure], list[Figure]]:
    """The figures that the report shows, and those of the records now; the same for a draft.

    ``records`` are those behind the report where the page has read them.
    """
    if report.is_published_text:
        return [], []
    now = figures_from(records or records_behind(report, today))
    if report.state != ReportState.SIGNED:
        return now, now
    return frozen_figures(report, now), now


@dataclass(frozen=True, slots=True)
class DriftLine:
    """A figure that reads differently now than when the report was signed."""

    label: str
    frozen: int | None
    now: int | None
    url: str


def drift_of(frozen: Sequence[Figure], now: Sequence[Figure]) -> list[DriftLine]:
    """Every figure that changed since the signing."""
    named = {figure.key: figure for figure in [*frozen, *now]}
    return [
        DriftLine(named[d.key].label, d.frozen, d.now, named[d.key].url)
        for d in _changed({f.key: f.value for f in frozen}, {f.key: f.value for f in now})
    ]


# Figures that reports signed before they were counted do not have: that is no drift.
COUNTED_LATER = frozenset({"records", "deeds", "tasks", "organisation", "indicator"})

SIGN_OF_THEM = "tasks:total"


def _changed(frozen: Mapping[str, int], now: Mapping[str, int]) -> list[Drift]:
    """Drift; a figure of nought that came or went says nothing new."""
    if SIGN_OF_THEM not in frozen:
        now = {
            key: value
            for key, value in now.items()
            if key in frozen or not (key.split(":")[0] in COUNTED_LATER or key == "meetings:sat_in")
        }
    return [d for d in drift(frozen, now) if (d.frozen or 0) != (d.now or 0)]


def drift_counts(reports: Iterable[AnnualReport], today: date) -> dict[int, int]:
    """How many figures of each signed report drifted: fourteen queries for any number of them."""
    signed = [r for r in reports if r.state == ReportState.SIGNED]
    if not signed:
        return {}
    records = records_of([key_of(report, today) for report in signed], today)
    frozen: dict[int, dict[str, int]] = defaultdict(dict)
    rows = FrozenFigure.objects.filter(report__in=[r.pk for r in signed])
    for report_id, key, value in rows.values_list("report_id", "key", "value"):
        frozen[report_id][key] = value
    found = {}
    for report in signed:
        now = figures_from(records[key_of(report, today)])
        changed = _changed(frozen[report.pk], {f.key: f.value for f in now})
        found[report.pk] = len(changed)
    return found


def report_progress(bureau_ids: Iterable[int], year: int) -> dict[int, tuple[str, int]]:
    """State and key of the report of each bureau for the year: one query."""
    rows = AnnualReport.objects.annual().filter(bureau__in=list(bureau_ids), year=year)
    return {
        bureau: (state, pk) for bureau, state, pk in rows.values_list("bureau_id", "state", "pk")
    }


# --- what is incomplete -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Something to look at before signing; ``tone`` is bad, warn or info."""

    tone: str
    badge: str
    text: str
    url: str = ""


def gaps_of(
    report: AnnualReport,
    sections: Sequence[SectionRead],
    figures: Mapping[str, Figure],
    today: date,
    records: YearRecords | None = None,
) -> list[Gap]:
    """What is incomplete in a draft: eight queries, two more with a template, thirteen more where
    the ``records`` behind it are not given. Nothing of it forbids signing."""
    records = records or records_behind(report, today)
    with override(DOCUMENT_LANGUAGE):
        facts = year_facts(records, report)
        fresh = shown_sentences(compose(facts, plan_for(report)))
    return [
        *_gaps_of_time(records),
        *_gaps_of_records(facts, figures),
        *_gaps_of_text(sections, fresh),
    ]


def _gaps_of_time(records: YearRecords) -> list[Gap]:
    found, key = [], records.key
    if key.on < key.ends:
        badge = _("期间未结束") if key.is_span else _("年度未结束")
        words = (
            _("数据截至日早于期末，签发后新发生的情况不再计入。")
            if key.is_span
            else _("数据截至日早于年末，签发后新发生的情况不再计入。")
        )
        found.append(Gap("info", badge, words))
    awaiting = sum(row["awaiting"] for row in records.dues)
    if awaiting:
        text = ngettext(
            "%(n)s期已结束，还在录入期限内，没有记录",
            "%(n)s期已结束，还在录入期限内，没有记录",
            awaiting,
        )
        url = due_addresses(key)(verdicts=["awaiting"])
        found.append(Gap("warn", _("待录入"), text % {"n": awaiting}, url))
    return found


def _gaps_of_records(facts: YearFacts, figures: Mapping[str, Figure]) -> list[Gap]:
    found = []
    lacking = figures.get("lacking")
    if lacking and lacking.value:
        text = ngettext("%(n)s期缺应有材料", "%(n)s期缺应有材料", lacking.value)
        found.append(Gap("warn", _("缺材料"), text % {"n": lacking.value}, lacking.url))
    for problem in facts.problems:
        if not problem.cause.strip():
            url = reverse("reports:problem-detail", args=[problem.pk])
            text = _("“%(title)s”没有写明原因") % {"title": problem.title}
            found.append(Gap("warn", _("缺原因"), text, url))
    total, done = figures.get("plan:total"), figures.get("plan:done")
    if total and done and total.value > done.value:
        left = total.value - done.value
        text = ngettext(
            "列入当年安排的措施有%(n)s项没有完成", "列入当年安排的措施有%(n)s项没有完成", left
        )
        found.append(Gap("info", _("安排未完成"), text % {"n": left}, total.url))
    return found


def _gaps_of_text(sections: Sequence[SectionRead], fresh: Mapping[str, str]) -> list[Gap]:
    found = []
    for section in sections:
        if section.role != SectionRole.OTHER and not any(p.sentences for p in section.paragraphs):
            part = SECTION_ROLE_LABELS[SectionRole(section.role)]
            found.append(Gap("warn", _("缺内容"), _("“%(part)s”部分没有内容") % {"part": part}))
    sentences = [s for section in sections for p in section.paragraphs for s in p.sentences]
    stored = {s.slot for s in sentences if s.slot}
    stale = sum(s.is_compiled and fresh.get(s.slot) != s.text for s in sentences)
    stale += sum(slot not in stored for slot in fresh)
    if stale and sentences:
        text = ngettext(
            "%(n)s句与现有记录不一致，可重新汇编", "%(n)s句与现有记录不一致，可重新汇编", stale
        )
        found.append(Gap("warn", _("待更新"), text % {"n": stale}))
    typed = sum(not s.is_compiled and not s.sources and not s.is_formula for s in sentences)
    if typed:
        text = ngettext("%(n)s句为手工文字，没有关联记录", "%(n)s句为手工文字，没有关联记录", typed)
        found.append(Gap("info", _("无依据"), text % {"n": typed}))
    return found


# --- lists --------------------------------------------------------------------------------------


def reports_for(scope: Scope, *, bureau: int | None = None) -> QuerySet[AnnualReport]:
    """The reports of a scope, the newest year first, in the order of the organisation."""
    rows = scope.limit(AnnualReport.objects.all())
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    return rows.select_related("bureau", "signer").order_by("-year", "bureau__path", "pk")


def published_records(report: AnnualReport) -> tuple[list[Problem], list[Measure]]:
    """What a published text says of problems and of next year's measures: three queries."""
    problems = Problem.objects.standing().filter(bureau=report.bureau_id, year=report.year)
    measures = Measure.objects.standing().filter(bureau=report.bureau_id, plan_year=report.year + 1)
    return (
        list(problems.prefetch_related("causes").order_by("pk")),
        list(measures.order_by("pk")),
    )
