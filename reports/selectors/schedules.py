"""Schedules as people read them: the rule in words, who owes it, how its year stands, and what a
rule would ask before it is stored.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.calendar import Holidays
from reports.domain.dues import MakeUp, Verdict, owes
from reports.domain.periods import (
    Cadence,
    NumberedPeriod,
    Period,
    YearStart,
    assessment_year,
    periods_of_year,
    year_holding,
)
from reports.domain.preview import PreviewRow, PreviewRule, preview
from reports.domain.progress import NOTHING, Tally
from reports.models import Due, Schedule, ScheduleSet, ScheduleVersion, Unit
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    EvidenceKind,
    OwedBy,
    ScheduleWords,
    day_label,
    period_label,
    reason_sentence,
    rhythm_label,
)
from reports.selectors.progress import LOUDEST, tally_from, verdict_counts
from reports.selectors.rules import make_up_rule, year_start


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
            "expected_evidence",
            "legal_basis",
            "asked_by",
        )
    }
    facts = [
        Fact(_("周期与次数"), version.rhythm),
        Fact(label["owed_by"], owing_words(version)),
        Fact(label["meeting_kind"], str(version.meeting_kind or _("不限"))),
        Fact(label["agenda_kind"], str(version.agenda_kind or _("不限"))),
        Fact(label["body"], version.body.label if version.body else _("应落实的单位自己")),
        Fact(label["presided_by"], str(version.presided_by or _("不限"))),
        Fact(_("法制部门列席"), _("须列席") if version.legal_must_sit_in else _("不要求")),
        Fact(label["expected_evidence"], evidence_words(version.expected_evidence)),
        Fact(_("录入期限"), recording_words(version.recording_days)),
        Fact(label["make_up"], make_up_words(version)),
        Fact(label["legal_basis"], version.legal_basis),
        Fact(label["asked_by"], version.asked_by),
    ]
    return facts


def changed_facts(older: ScheduleVersion, newer: ScheduleVersion) -> list[ChangedFact]:
    """What the newer version says otherwise."""
    return [
        ChangedFact(after.label, before.words, after.words)
        for before, after in zip(facts_of(older), facts_of(newer), strict=True)
        if before.words != after.words
    ]


def owing_words(version: ScheduleVersion) -> str:
    """Who owes: the unit of the set itself, or kinds of units below it."""
    if version.owed_by == OwedBy.ITSELF:
        return version.schedule.set.unit.label
    kinds = sorted(version.owing_kinds.all(), key=lambda kind: (kind.position, kind.pk))
    return _("、").join(kind.name for kind in kinds)


def evidence_words(kinds: Iterable[str]) -> str:
    """The kinds of evidence a rule expects."""
    return _("、").join(str(EVIDENCE_KIND_LABELS[EvidenceKind(kind)]) for kind in kinds) or _("不要求")


def recording_words(days: int) -> str:
    """Until when after its end a period may be recorded."""
    if not days:
        return _("周期结束前")
    return ngettext(
        "周期结束后%(n)s个工作日内", "周期结束后%(n)s个工作日内", days
    ) % {"n": days}


def make_up_words(version: ScheduleVersion) -> str:
    """Whether and until when a missed period may be made up, silence spelled out."""
    rule = make_up_rule(version)
    if rule.kind == MakeUp.NEVER:
        return _("不得补开")
    if rule.kind == MakeUp.NEXT_PERIOD:
        return _("下一周期结束前可补开")
    return ngettext(
        "周期结束后%(n)s天内可补开", "周期结束后%(n)s天内可补开", rule.days
    ) % {"n": rule.days}
