"""The ledger of meetings (会议台账) of a unit and year, in the columns its bureau chose."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import dateformat
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.counting import WhyNot
from reports.models import (
    AgendaItem,
    Attendance,
    BureauSetting,
    Discharge,
    EvidenceUse,
    Meeting,
    Unit,
)
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    LEDGER_COLUMN_LABELS,
    WHY_NOT_LABELS,
    EvidenceKind,
    LedgerColumn,
    Presence,
    ReviewState,
    clauses,
    listed,
    period_name,
)
from reports.selectors.evidence import kinds_lacking
from reports.selectors.minutes import chair_of
from reports.selectors.rules import rhythm_of
from reports.selectors.scope import Scope

USUAL = (
    LedgerColumn.NUMBER,
    LedgerColumn.HELD_ON,
    LedgerColumn.ENTERED_ON,
    LedgerColumn.TITLE,
    LedgerColumn.KIND,
    LedgerColumn.CHAIR,
    LedgerColumn.ATTENDANCE,
    LedgerColumn.AGENDA,
    LedgerColumn.COUNTS,
    LedgerColumn.EVIDENCE,
    LedgerColumn.REMARKS,
)
# Both days stand as plain columns on every ledger, whatever a bureau leaves out; so does the name.
ALWAYS = (LedgerColumn.HELD_ON, LedgerColumn.ENTERED_ON, LedgerColumn.TITLE)
BATCH = 500
NAMED = 5


def chosen_columns(bureau: Unit) -> list[LedgerColumn]:
    """The columns of a bureau's ledgers in their order. Unset: the usual ones.

    One query, none where its ``setting`` is loaded.
    """
    setting: BureauSetting | None = getattr(bureau, "setting", None)
    return whole(setting.meeting_columns if setting is not None else ())


def whole(codes: Iterable[str]) -> list[LedgerColumn]:
    """Stored codes as columns: what is unknown is left out, what must be there is there. Pure."""
    known = {column.value: column for column in LedgerColumn}
    found = list(dict.fromkeys(known[code] for code in codes if code in known))
    if not found:
        return list(USUAL)
    return found + [column for column in ALWAYS if column not in found]


def shown_columns(columns: Sequence[LedgerColumn], *, several: bool) -> list[LedgerColumn]:
    """With meetings of several units in it, a ledger says who held each. Pure."""
    if not several or LedgerColumn.UNIT in columns:
        return list(columns)
    at = columns.index(LedgerColumn.TITLE)
    return [*columns[:at], LedgerColumn.UNIT, *columns[at:]]


def column_label(column: LedgerColumn) -> str:
    """The heading of a column."""
    return str(LEDGER_COLUMN_LABELS[column])


class LedgerNumbers(NamedTuple):
    """How many meetings of a ledger the unit held, and how many sessions of others it shared."""

    held: int
    joint: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is in the ledger: meetings the unit held, and sessions of others it took part in.

    ``mine`` is what tells the ones from the others.
    """

    rows: QuerySet[Meeting]
    mine: Q

    def numbers(self) -> LedgerNumbers:
        """How many there are of both: one query."""
        found = self.rows.aggregate(held=Count("pk", filter=self.mine), all=Count("pk"))
        return LedgerNumbers(found["held"], found["all"] - found["held"])


def ledger_of(scope: Scope, unit: Unit, *, year: int, on: date, below: bool) -> Ledger:
    """The meetings of a unit held in a calendar year by a day, the earliest first.

    ``below``: with all units of the bureau; then its joint sessions are its own. A session that
    another unit held for this one is in its ledger, too. Cancelled ones count nothing and are left
    out. No query is run yet.
    """
    rows = scope.limit(Meeting.objects.standing()).filter(held_on__lte=on, held_on__year=year)
    if below:
        mine, theirs = Q(bureau=unit.bureau_id), Q(pk__in=[])
    else:
        mine = Q(unit=unit)
        took_part = Attendance.objects.filter(unit=unit, presence__in=THERE)
        theirs = ~mine & Q(pk__in=took_part.values("meeting_id"))
    return Ledger(
        rows.filter(mine | theirs)
        .select_related("unit", "kind", "presided_by", "presiding_post", "recorded_by")
        .order_by("held_on", "pk"),
        mine,
    )


THERE = (Presence.PRESENT.value, Presence.SITTING_IN.value)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One meeting with what its cells hold, by column: a number, a day, or words."""

    meeting: Meeting
    cells: dict[LedgerColumn, Any]

    def values(self, columns: Sequence[LedgerColumn]) -> list[Any]:
        """The cells of these columns, in their order."""
        return [self.cells[column] for column in columns]


def ledger_rows(meetings: Sequence[Meeting], *, start: int = 1) -> list[LedgerRow]:
    """The rows of meetings as ``ledger_of`` gives them, numbered from ``start``.

    Four queries for every 500 meetings.
    """
    found: list[LedgerRow] = []
    for at in range(0, len(meetings), BATCH):
        batch = meetings[at : at + BATCH]
        beside = _beside([meeting.pk for meeting in batch])
        found += [
            LedgerRow(meeting, _cells(start + at + number, meeting, beside))
            for number, meeting in enumerate(batch)
        ]
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands with the meetings of a batch, by meeting."""

    agenda: dict[int, list[AgendaItem]]
    attendances: dict[int, list[Attendance]]
    discharges: dict[int, list[Discharge]]
    evidence: dict[int, Counter]


def _beside(keys: Sequence[int]) -> _Beside:
    agenda: dict[int, list[AgendaItem]] = defaultdict(list)
    for item in AgendaItem.objects.filter(meeting__in=keys).order_by("position"):
        agenda[item.meeting_id].append(item)
    attendances: dict[int, list[Attendance]] = defaultdict(list)
    for row in (
        Attendance.objects.filter(meeting__in=keys).select_related("unit", "person").order_by("pk")
    ):
        attendances[row.meeting_id].append(row)
    discharges: dict[int, list[Discharge]] = defaultdict(list)
    for each in (
        Discharge.objects.filter(meeting__in=keys)
        .select_related("due__schedule__set", "due__version")
        .order_by("-counts", "due__period_last", "due__schedule__position", "pk")
    ):
        discharges[each.meeting_id].append(each)
    evidence: dict[int, Counter] = defaultdict(Counter)
    uses = EvidenceUse.objects.filter(
        meeting__in=keys, evidence__cancelled_at__isnull=True
    ).exclude(evidence__review=ReviewState.RETURNED.value)
    for pk, kind in uses.values_list("meeting_id", "evidence__kind"):
        evidence[pk][kind] += 1
    return _Beside(agenda, attendances, discharges, evidence)


def _cells(number: int, meeting: Meeting, beside: _Beside) -> dict[LedgerColumn, Any]:
    pk = meeting.pk
    agenda = beside.agenda.get(pk, [])
    discharges, evidence = beside.discharges.get(pk, []), beside.evidence.get(pk, Counter())
    user = meeting.recorded_by
    return {
        LedgerColumn.NUMBER: number,
        LedgerColumn.HELD_ON: meeting.held_on,
        LedgerColumn.ENTERED_ON: localtime(meeting.recorded_at).date(),
        LedgerColumn.TITLE: meeting.title,
        LedgerColumn.KIND: meeting.kind.name,
        LedgerColumn.UNIT: meeting.unit.label,
        LedgerColumn.CHAIR: chair_of(meeting),
        LedgerColumn.ATTENDANCE: _who(beside.attendances.get(pk, [])),
        LedgerColumn.AGENDA: _items(agenda) or meeting.summary,
        LedgerColumn.COUNTS: _counts(discharges),
        LedgerColumn.EVIDENCE: _evidence(evidence, kinds_lacking(discharges, evidence)),
        LedgerColumn.REMARKS: _remarks(meeting, discharges),
        LedgerColumn.TIMES: _times(meeting),
        LedgerColumn.PLACE: meeting.place,
        LedgerColumn.RESOLUTIONS: "\n".join(
            f"{item.position}. {item.resolution}" for item in agenda if item.resolution
        ),
        LedgerColumn.LEGAL: _("已列席") if meeting.legal_sat_in else "",
        LedgerColumn.ENTERED_BY: (user.get_full_name() or user.get_username()) if user else "",
    }


def _who(rows: Sequence[Attendance]) -> str:
    """Who was there, shortened; how many of our people were on leave or absent."""
    there = [
        str(row.outside or (row.unit.label if row.unit else row.person.name))
        for row in rows
        if row.presence in THERE
    ]
    words = listed(there[:NAMED])
    if len(there) > NAMED:
        words = _("%(names)s等%(n)s个") % {"names": words, "n": len(there)}
    parts = [words] if words else []
    for presence, sentence in (
        (Presence.LEAVE, _("请假%(n)s")),
        (Presence.ABSENT, _("缺席%(n)s")),
    ):
        if number := sum(row.presence == presence for row in rows):
            parts.append(sentence % {"n": number})
    return clauses(parts)


def _items(agenda: Sequence[AgendaItem]) -> str:
    if len(agenda) == 1:
        return agenda[0].title
    return "\n".join(f"{number}. {item.title}" for number, item in enumerate(agenda, start=1))


def _counts(discharges: Sequence[Discharge]) -> str:
    """法制通报会（第12周）、党委学习（3月）补开; many units of one period are said by number."""
    groups: dict[tuple[int, date, bool], list[Discharge]] = defaultdict(list)
    for each in discharges:
        if each.counts:
            due = each.due
            groups[due.schedule_id, due.period_first, each.is_late].append(each)
    words = []
    for (_schedule, _first, late), rows in groups.items():
        due = rows[0].due
        told = {
            "name": due.schedule.name,
            "period": period_name(rhythm_of(due.version, due.schedule.set).name_of(due.numbered)),
        }
        said = _("%(name)s（%(period)s）") % told
        if len(rows) > 1:
            many = ngettext("%(said)s%(n)s项", "%(said)s%(n)s项", len(rows))
            said = many % {"said": said, "n": len(rows)}
        words.append(_("%(said)s补开") % {"said": said} if late else said)
    return listed(words)


def _evidence(there: Counter, lacking: Sequence[EvidenceKind]) -> str:
    words = [
        _("%(kind)s%(n)s份") % {"kind": EVIDENCE_KIND_LABELS[kind], "n": there[kind.value]}
        for kind in EvidenceKind
        if there[kind.value]
    ]
    if lacking:
        kinds = listed(EVIDENCE_KIND_LABELS[kind] for kind in lacking)
        words.append(_("缺%(kinds)s") % {"kinds": kinds})
    return listed(words)


def _remarks(meeting: Meeting, discharges: Sequence[Discharge]) -> str:
    """Why it was entered late or merged, or does not count, and what it still waits for."""
    words = []
    if meeting.late_because:
        words.append(_("迟录：%(why)s") % {"why": meeting.late_because})
    merged = dict.fromkeys(each.merged_because for each in discharges if each.merged_because)
    words += [_("合并召开：%(why)s") % {"why": why} for why in merged]
    why_not = dict.fromkeys(each.why_not for each in discharges if not each.counts)
    words += [_("不计入：%(why)s") % {"why": WHY_NOT_LABELS[WhyNot(why)]} for why in why_not if why]
    return "\n".join(words)


def _times(meeting: Meeting) -> str:
    if meeting.starts_at is None:
        return ""
    begun = dateformat.time_format(meeting.starts_at, "H:i")
    if meeting.ends_at is None:
        return begun
    return f"{begun}—{dateformat.time_format(meeting.ends_at, 'H:i')}"
