"""Recording what was held, and judging for which dues it counts."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.initials import initials_of
from reports.actions.refusals import Refused
from reports.actions.schedules import recount_dues
from reports.domain.counting import (
    STILL_RECORDED,
    Tick,
    WhyNot,
    counting_twice,
    minutes_between,
)
from reports.models import (
    AgendaItem,
    Attendance,
    Discharge,
    Due,
    Meeting,
    Unit,
)
from reports.models.choices import WHY_NOT_LABELS, Presence, clauses
from reports.selectors.recording import PostsHeld, Sketch, reasons_against

PROMPT_DAYS = 7  # what is entered later says why


class CannotRecordMeeting(Refused):
    """The meeting may not be recorded like this; ``by_due`` has the reasons of single dues."""

    def __init__(self, reasons: Iterable[object], by_due: dict[int, list[str]] | None = None):
        super().__init__(reasons)
        self.by_due = by_due or {}


class CannotCancelMeeting(Refused):
    """The meeting may not be cancelled."""


@dataclass(frozen=True, slots=True)
class AgendaDraft:
    """One item of the agenda, as entered; ``pk`` is that of an item which is corrected."""

    title: str
    kind_id: int | None = None
    involves_law: bool = False
    legal_opinion: str = ""
    outcome: str = ""
    resolution: str = ""
    problem_id: int | None = None
    measure_id: int | None = None
    due_id: int | None = None
    carried_from_id: int | None = None
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class PersonPresent:
    """One of our people, and whether present, sitting in, on leave or absent."""

    person_id: int
    presence: Presence = Presence.PRESENT


@dataclass(frozen=True, slots=True)
class OutsidePresent:
    """A body from outside by its name."""

    name: str
    presence: Presence = Presence.PRESENT


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """A meeting as entered. ``once`` makes a second press of the button the same meeting."""

    unit: Unit
    kind_id: int
    title: str
    held_on: date
    due_ids: tuple[int, ...] = ()
    presided_by_id: int | None = None
    place: str = ""
    summary: str = ""
    legal_sat_in: bool = False
    legal_opinion: str = ""
    agenda: tuple[AgendaDraft, ...] = ()
    attending_unit_ids: tuple[int, ...] = ()
    people: tuple[PersonPresent, ...] = ()
    outside: tuple[OutsidePresent, ...] = ()
    starts_at: time | None = None
    ends_at: time | None = None
    late_because: str = ""
    merged_because: str = ""
    needs_confirmation: bool = False
    paper_id: int | None = None
    once: uuid.UUID | None = None
    imported_from: str = ""
    imported_row: int | None = None

    @property
    def minutes(self) -> int | None:
        return minutes_between(self.starts_at, self.ends_at)


def record_meeting(draft: MeetingDraft, *, by: User | None, at: datetime, today: date) -> Meeting:
    """Record one meeting; see ``record_meetings``. Two presses at once make one meeting."""
    return record_meeting_once(draft, by=by, at=at, today=today)[0]


def record_meeting_once(
    draft: MeetingDraft, *, by: User | None, at: datetime, today: date
) -> tuple[Meeting, bool]:
    """Record one meeting, and say whether this press did it or an earlier one of the same page.

    What goes with a meeting, such as its files, is kept by the press that made it alone.
    """
    if (again := _already_recorded([draft])) is not None:
        return again, False
    try:
        return _record([draft], [at], by, today)[0], True
    except IntegrityError:
        again = Meeting.objects.filter(once=draft.once).first() if draft.once else None
        if again is None:
            raise
        return again, False


def record_meetings(
    drafts: Sequence[MeetingDraft],
    *,
    by: User | None,
    at: datetime | Sequence[datetime],
    today: date,
) -> list[Meeting]:
    """Record meetings and what they count for, all or none.

    ``at`` is the moment of entry, or one for each draft (imports keep theirs). Refuses a day in
    the future, a unit that did not exist that day or belongs to no bureau, and dues that the
    meeting cannot count for (other bureau, unit, kind, agenda or day; a second period of one
    schedule, unless ``merged_because`` says why it was held for both). A meeting that was held but
    lacks what the rule asks of its form (chair, legal unit, length …) is recorded and said not to
    count.
    """
    drafts = list(drafts)
    moments = [at] * len(drafts) if isinstance(at, datetime) else list(at)
    if (again := _already_recorded(drafts)) is not None:
        return [again]
    return _record(drafts, moments, by, today)


@transaction.atomic
def _record(
    drafts: Sequence[MeetingDraft], moments: Sequence[datetime], by: User | None, today: date
) -> list[Meeting]:
    for draft in drafts:
        _refuse_impossible(draft, today)
    dues = _dues_of(pk for draft in drafts for pk in draft.due_ids)
    posts = PostsHeld.of(d.presided_by_id for d in drafts if d.presided_by_id)
    meetings = [
        _meeting(draft, dues, posts, by, moment)
        for draft, moment in zip(drafts, moments, strict=True)
    ]
    rows = [
        row
        for draft, meeting in zip(drafts, meetings, strict=True)
        for row in _discharges(draft, meeting, dues, posts)
    ]
    bulk_create(Meeting, meetings, by=by, at=max(moments))
    _write_parts(drafts, meetings, by, moments[0])
    for row in rows:
        row.meeting_id = row.meeting.pk
    Discharge.objects.bulk_create(rows, batch_size=500)
    recount_dues(row.due_id for row in rows)
    return meetings


@transaction.atomic
def correct_meeting(
    *, meeting_id: int, draft: MeetingDraft, by: User, at: datetime, today: date
) -> Meeting:
    """Correct a recorded meeting; it is judged anew for the dues it is held against.

    ``draft.unit`` must be the meeting's own: a meeting of another unit is another meeting. Items
    of the agenda that the draft names by ``pk`` stay the same items. What waits for confirmation
    goes on waiting. Refuses what recording refuses, and any change of a cancelled meeting.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if meeting.is_cancelled:
        raise CannotRecordMeeting([_("会议记录已作废，不能再修改。")])
    if draft.unit.pk != meeting.unit_id:
        raise CannotRecordMeeting([_("召开单位不能改；录错单位的，请作废后重新记录。")])
    _refuse_impossible(draft, today)
    if not meeting.is_confirmed:
        draft = replace(draft, needs_confirmation=True)
    dues = _dues_of(draft.due_ids)
    posts = PostsHeld.of([draft.presided_by_id] if draft.presided_by_id else [])
    fresh = _meeting(draft, dues, posts, by, meeting.recorded_at)
    rows = _discharges(draft, fresh, dues, posts)
    before = {row.due_id: row for row in meeting.discharges.all()}
    rows += _keep_decisions(rows, before)
    if draft.needs_confirmation:
        meeting.needs_confirmation = True
        meeting.confirmed_at = meeting.confirmed_by = None
    for name in _CORRECTED:
        setattr(meeting, name, getattr(fresh, name))
    meeting.save()
    _rewrite_agenda(meeting, draft.agenda)
    meeting.attendances.all().delete()
    meeting.discharges.all().delete()
    Attendance.objects.bulk_create(_attendances(draft, meeting))
    for row in rows:
        row.meeting = meeting
    Discharge.objects.bulk_create(rows)
    recount_dues({*before, *(row.due_id for row in rows)})
    return meeting


def _keep_decisions(rows: Iterable[Discharge], before: dict[int, Discharge]) -> list[Discharge]:
    """What a legal officer took off a due stays off it when the meeting is corrected.

    Gives the rows of such dues that the correction leaves out: without them the next correction
    could count the meeting again.
    """
    rows = list(rows)
    for row in rows:
        old = before.get(row.due_id)
        if old is None or old.decided_by_id is None:
            continue
        row.decided_because, row.decided_at = old.decided_because, old.decided_at
        row.decided_by_id = old.decided_by_id
        if old.why_not == WhyNot.BY_DECISION:
            row.counts, row.why_not = False, old.why_not
            row.is_late, row.merged_because = False, ""
    have = {row.due_id for row in rows}
    left_out = [
        old for pk, old in before.items() if pk not in have and old.why_not == WhyNot.BY_DECISION
    ]
    for old in left_out:
        old.pk = None
        old._state.adding = True
    return left_out


def _rewrite_agenda(meeting: Meeting, drafts: Sequence[AgendaDraft]) -> None:
    """The items as drafted; what later meetings and papers carry on stays the item it was."""
    kept = {item.pk: item for item in meeting.agenda.all()}
    wanted = {draft.pk for draft in drafts}
    for item in [item for pk, item in kept.items() if pk not in wanted]:
        item.delete()
    # Out of the way first: two items never stand at one position.
    meeting.agenda.update(position=F("position") + OUT_OF_THE_WAY)
    for position, draft in enumerate(drafts, start=1):
        item = kept.get(draft.pk) or AgendaItem(meeting=meeting)
        before = {name: getattr(item, name) for name in _OF_AN_ITEM}
        moved = item.position != position
        for name in _OF_AN_ITEM:
            setattr(item, name, getattr(draft, name))
        item.resolution = item.resolution.strip()
        item.position = position
        if moved or item._state.adding or before != {n: getattr(item, n) for n in _OF_AN_ITEM}:
            item.save()
        else:
            meeting.agenda.filter(pk=item.pk).update(position=position)


OUT_OF_THE_WAY = 1000
_OF_AN_ITEM = tuple(name for name in AgendaDraft.__slots__ if name != "pk")


_CORRECTED = (
    "kind_id",
    "title",
    "initials",
    "held_on",
    "starts_at",
    "ends_at",
    "minutes",
    "late_because",
    "place",
    "presided_by_id",
    "presiding_post_id",
    "presiding_acting",
    "legal_sat_in",
    "legal_opinion",
    "summary",
)


@transaction.atomic
def cancel_meeting(*, meeting_id: int, because: str, by: User, at: datetime) -> Meeting:
    """A meeting entered by mistake: stays visible with the reason, counts nothing."""
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if meeting.is_cancelled:
        raise CannotCancelMeeting([_("会议记录已作废。")])
    if not because.strip():
        raise CannotCancelMeeting([_("请写明作废原因。")])
    meeting.cancelled_at, meeting.cancelled_by = at, by
    meeting.cancelled_because = because.strip()
    meeting.save()
    meeting.discharges.update(counts=False, why_not=WhyNot.CANCELLED.value, is_late=False)
    recount_dues(meeting.discharges.values_list("due_id", flat=True))
    return meeting


@transaction.atomic
def confirm_meetings(*, meeting_ids: Iterable[int], by: User, at: datetime) -> int:
    """An officer confirms what auxiliaries entered; from then on it counts. How many were open.

    Refuses one's own entry: who entered it does not confirm it.
    """
    rows = Meeting.objects.select_for_update().filter(
        pk__in=list(meeting_ids), needs_confirmation=True, confirmed_at__isnull=True
    )
    meetings = list(rows.standing().order_by("pk"))
    if any(meeting.recorded_by_id == by.pk for meeting in meetings):
        raise CannotRecordMeeting([_("自己录入的会议须由其他民警确认。")])
    for meeting in meetings:
        meeting.confirmed_at, meeting.confirmed_by = at, by
        meeting.save()
    held = Discharge.objects.filter(meeting__in=meetings, why_not=WhyNot.NOT_CONFIRMED.value)
    changed = list(held.select_related("meeting", "due"))
    for row in changed:
        row.counts, row.why_not = True, ""
        row.is_late = row.meeting.held_on > row.due.period_last
        row.save(update_fields=["counts", "why_not", "is_late"])
    recount_dues(row.due_id for row in changed)
    return len(meetings)


@transaction.atomic
def correct_discharge(
    *,
    meeting_id: int,
    due_id: int,
    counts: bool,
    because: str,
    by: User,
    at: datetime,
    merged_because: str = "",
) -> Discharge:
    """A legal officer corrects which due a meeting counts for, with the reason.

    It may be taken off any due; it counts only for what the rule lets it count for. Refuses a
    reason left blank, and counting against the rule; where it then counts for two periods of one
    schedule, it refuses that without ``merged_because``.
    """
    if not because.strip():
        raise CannotRecordMeeting([_("请写明更正理由。")])
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if meeting.is_cancelled:
        raise CannotRecordMeeting([_("会议记录已作废，不能再修改。")])
    due = _dues_of([due_id])[due_id]
    row = Discharge.objects.filter(meeting=meeting, due=due).first() or Discharge(
        meeting=meeting,
        due=due,
        due_bureau_id=due.bureau_id,
        meeting_bureau_id=meeting.bureau_id,
    )
    merged = merged_because.strip()
    row.counts, row.merged_because = counts, ""
    if counts:
        draft = draft_of(meeting, [due_id])
        posts = PostsHeld.of([draft.presided_by_id] if draft.presided_by_id else [])
        whys = reasons_against(sketch_of(draft), due, posts)
        if _would_count_twice(meeting, due_id) and not merged:
            whys.append(WhyNot.OTHER_PERIOD)
        if whys:
            raise CannotRecordMeeting(WHY_NOT_LABELS[why] for why in whys)
        row.why_not = ""
        row.is_late = meeting.held_on > due.period_last
    else:
        row.why_not, row.is_late = WhyNot.BY_DECISION.value, False
    row.decided_because, row.decided_by, row.decided_at = because.strip(), by, at
    row.save()
    recount_dues({due_id, *_note_merging(meeting, merged)})
    return row


def _would_count_twice(meeting: Meeting, due_id: int) -> bool:
    """Whether counting for the due merges periods that nobody has given a reason for."""
    held = dict(meeting.discharges.filter(counts=True).values_list("due_id", "merged_because"))
    twice = _twice_among(meeting, {*held, due_id})
    return any(not held.get(pk) for pk in twice)


def _twice_among(meeting: Meeting, due_ids: Iterable[int]) -> frozenset[int]:
    dues = _dues_of(due_ids)
    return counting_twice(tick_of(due, meeting.held_on) for due in dues.values())


def _note_merging(meeting: Meeting, because: str) -> list[int]:
    """Write onto the counting rows whether they are merged; the dues of those that changed."""
    rows = {row.due_id: row for row in meeting.discharges.filter(counts=True)}
    twice = _twice_among(meeting, rows)
    changed = []
    for pk, row in rows.items():
        reason = (row.merged_because or because) if pk in twice else ""
        if reason != row.merged_because:
            row.merged_because = reason
            row.save(update_fields=["merged_because"])
            changed.append(pk)
    return changed


def draft_of(meeting: Meeting, due_ids: Iterable[int]) -> MeetingDraft:
    """The meeting as it was entered, held against those dues: what a correction starts from."""
    there = list(meeting.attendances.order_by("pk"))
    return MeetingDraft(
        unit=meeting.unit,
        kind_id=meeting.kind_id,
        title=meeting.title,
        held_on=meeting.held_on,
        due_ids=tuple(sorted(due_ids)),
        presided_by_id=meeting.presided_by_id,
        place=meeting.place,
        summary=meeting.summary,
        legal_sat_in=meeting.legal_sat_in,
        legal_opinion=meeting.legal_opinion,
        agenda=tuple(
            AgendaDraft(**{name: getattr(item, name) for name in AgendaDraft.__slots__})
            for item in meeting.agenda.order_by("position")
        ),
        attending_unit_ids=tuple(row.unit_id for row in there if row.unit_id is not None),
        people=tuple(
            PersonPresent(row.person_id, Presence(row.presence))
            for row in there
            if row.person_id is not None
        ),
        outside=tuple(
            OutsidePresent(row.outside, Presence(row.presence)) for row in there if row.outside
        ),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        late_because=meeting.late_because,
        merged_because=next(
            iter(
                meeting.discharges.exclude(merged_because="").values_list(
                    "merged_because", flat=True
                )
            ),
            "",
        ),
        needs_confirmation=not meeting.is_confirmed,
        paper_id=meeting.paper_id,
    )


def refresh_meeting_evidence(meeting_id: int) -> None:
    """Evidence of one meeting changed; see ``refresh_evidence_of_meetings``."""
    refresh_evidence_of_meetings([meeting_id])


@transaction.atomic
def refresh_evidence_of_meetings(meeting_ids: Iterable[int]) -> None:
    """Evidence of meetings was added or cancelled: their dues may lack some, or no more."""
    ids = sorted(set(meeting_ids))
    dues: set[int] = set()
    for at in range(0, len(ids), 500):
        rows = Discharge.objects.filter(meeting__in=ids[at : at + 500])
        dues.update(rows.values_list("due_id", flat=True))
    recount_dues(dues)


def _already_recorded(drafts: Sequence[MeetingDraft]) -> Meeting | None:
    if len(drafts) != 1 or drafts[0].once is None:
        return None
    return Meeting.objects.filter(once=drafts[0].once).first()


def _refuse_impossible(draft: MeetingDraft, today: date) -> None:
    if reasons := reasons_against_draft(draft, today=today):
        raise CannotRecordMeeting(reasons)


def reasons_against_draft(draft: MeetingDraft, *, today: date) -> list[str]:
    """What speaks against a meeting as entered, whatever it counts for; asks no query."""
    reasons = []
    if draft.held_on > today:
        reasons.append(_("召开日期不能晚于今天：会开完再记录。"))
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能记录会议。"))
    elif not draft.unit.exists_on(draft.held_on):
        reasons.append(
            _("%(unit)s在%(day)s尚未设立或已停用。")
            % {"unit": draft.unit, "day": date_format(draft.held_on, "DATE_FORMAT")}
        )
    if not draft.title.strip():
        reasons.append(_("请填写会议名称。"))
    if draft.ends_at is not None and draft.starts_at is None:
        reasons.append(_("填写了结束时间的，请填写开始时间。"))
    return reasons


def _dues_of(due_ids: Iterable[int]) -> dict[int, Due]:
    # Many dues share a few rules and units: fetched beside them, each is one object.
    rows = Due.objects.prefetch_related("version", "schedule__set", "unit")
    ids = sorted(set(due_ids))
    found: dict[int, Due] = {}
    for at in range(0, len(ids), 500):
        found |= rows.in_bulk(ids[at : at + 500])
    return found


def _meeting(
    draft: MeetingDraft, dues: dict[int, Due], posts: PostsHeld, by: User | None, at: datetime
) -> Meeting:
    """The row, with the post in which the presiding person presided on that day."""
    here = {draft.unit.pk, draft.unit.bureau_id}
    here |= {dues[pk].unit_id for pk in draft.due_ids if pk in dues}
    held = posts.held(draft.presided_by_id, here, draft.held_on)
    wanted = {dues[pk].version.presided_by_id for pk in draft.due_ids if pk in dues}
    post, acting = next((pair for pair in held if pair[0] in wanted), (held or [(None, False)])[0])
    return Meeting(
        unit=draft.unit,
        bureau_id=draft.unit.bureau_id,
        kind_id=draft.kind_id,
        title=draft.title.strip(),
        initials=initials_of(draft.title, limit=200),
        held_on=draft.held_on,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        minutes=draft.minutes,
        late_because=draft.late_because.strip(),
        needs_confirmation=draft.needs_confirmation,
        paper_id=draft.paper_id,
        place=draft.place,
        presided_by_id=draft.presided_by_id,
        presiding_post_id=post,
        presiding_acting=acting,
        legal_sat_in=draft.legal_sat_in,
        legal_opinion=draft.legal_opinion,
        summary=draft.summary,
        once=draft.once,
        imported_from=draft.imported_from,
        imported_row=draft.imported_row,
        recorded_at=at,
        recorded_by=by,
    )


def _discharges(
    draft: MeetingDraft, meeting: Meeting, dues: dict[int, Due], posts: PostsHeld
) -> list[Discharge]:
    """One row for each due the meeting is held against; raises for what cannot be."""
    rows, refused = [], {}
    twice = _counting_twice(draft, dues)
    merged = draft.merged_because.strip()
    for pk in draft.due_ids:
        due = dues.get(pk)
        if due is None:
            raise CannotRecordMeeting([_("所选的应开事项不存在，请刷新页面重新选择。")])
        whys = _whys(draft, due, posts, twice)
        if hard := [why for why in whys if why not in STILL_RECORDED]:
            refused[pk] = [str(WHY_NOT_LABELS[why]) for why in hard]
            continue
        rows.append(
            Discharge(
                meeting=meeting,
                due=due,
                counts=not whys,
                why_not=whys[0].value if whys else "",
                is_late=not whys and draft.held_on > due.period_last,
                # Kept while the meeting waits for its confirmation, too.
                merged_because=merged if pk in twice else "",
                due_bureau_id=due.bureau_id,
                meeting_bureau_id=draft.unit.bureau_id,
            )
        )
    if refused:
        raise CannotRecordMeeting(
            [
                _("不能计入“%(due)s”：%(why)s。")
                % {"due": dues[pk].schedule.name, "why": clauses(whys)}
                for pk, whys in refused.items()
            ],
            refused,
        )
    return rows


def _whys(draft: MeetingDraft, due: Due, posts: PostsHeld, twice: frozenset[int]) -> list[WhyNot]:
    """Why the drafted meeting does not count for the due; empty when it does."""
    whys = reasons_against(sketch_of(draft), due, posts)
    if due.pk in twice and not draft.merged_because.strip():
        whys.append(WhyNot.OTHER_PERIOD)
    return whys


def _counting_twice(draft: MeetingDraft, dues: dict[int, Due]) -> frozenset[int]:
    return counting_twice(tick_of(dues[pk], draft.held_on) for pk in draft.due_ids if pk in dues)


def tick_of(due: Due, held_on: date) -> Tick:
    """The due as one that a meeting of that day is held against. Wants its version loaded."""
    return Tick(
        due_id=due.pk,
        row=(due.schedule_id, due.unit_id, due.person_id),
        first=due.period_first,
        late=held_on > due.period_last,
        both_allowed=due.version.counts_twice,
    )


def sketch_of(draft: MeetingDraft) -> Sketch:
    """The drafted meeting as far as counting asks about it."""
    law = [item for item in draft.agenda if item.involves_law]
    return Sketch(
        unit_id=draft.unit.pk,
        bureau_id=draft.unit.bureau_id,
        held_on=draft.held_on,
        kind_id=draft.kind_id,
        agenda_kind_ids=frozenset(item.kind_id for item in draft.agenda if item.kind_id),
        presided_by_id=draft.presided_by_id,
        attending_unit_ids=frozenset(draft.attending_unit_ids),
        present=attending(draft),
        minutes=draft.minutes,
        legal_sits_in=draft.legal_sat_in,
        law_items=len(law),
        law_items_with_opinion=sum(bool(item.legal_opinion.strip()) for item in law),
        confirmed=not draft.needs_confirmation,
    )


def attending(draft: MeetingDraft) -> frozenset[int]:
    """Who took part: who is present or sits in, and who presided."""
    found = {each.person_id for each in draft.people if each.presence in THERE}
    if draft.presided_by_id is not None:
        found.add(draft.presided_by_id)
    return frozenset(found)


THERE = frozenset({Presence.PRESENT, Presence.SITTING_IN})


def _write_parts(
    drafts: Sequence[MeetingDraft], meetings: Sequence[Meeting], by: User | None, at: datetime
) -> None:
    """Agenda and attendance of meetings that are stored."""
    items, attendances = [], []
    for draft, meeting in zip(drafts, meetings, strict=True):
        items += [
            AgendaItem(
                meeting=meeting,
                position=position,
                kind_id=item.kind_id,
                title=item.title,
                involves_law=item.involves_law,
                legal_opinion=item.legal_opinion,
                outcome=item.outcome,
                resolution=item.resolution.strip(),
                problem_id=item.problem_id,
                measure_id=item.measure_id,
                due_id=item.due_id,
                carried_from_id=item.carried_from_id,
            )
            for position, item in enumerate(draft.agenda, start=1)
        ]
        attendances += _attendances(draft, meeting)
    if items:
        bulk_create(AgendaItem, items, by=by, at=at)
    Attendance.objects.bulk_create(attendances, batch_size=500)


def _attendances(draft: MeetingDraft, meeting: Meeting) -> list[Attendance]:
    """Units, people and outside bodies that took part, or should have."""
    rows = [Attendance(meeting=meeting, unit_id=pk) for pk in draft.attending_unit_ids]
    rows += [
        Attendance(meeting=meeting, person_id=each.person_id, presence=each.presence.value)
        for each in draft.people
    ]
    return rows + [
        Attendance(meeting=meeting, outside=each.name, presence=each.presence.value)
        for each in draft.outside
    ]
