"""Agenda papers (议题单): drawn up before a meeting, and recorded with what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.actions.measures import CannotSetMeasure, MeasureDraft, set_measure
from reports.actions.meetings import AgendaDraft, MeetingDraft, record_meeting
from reports.actions.problems import CannotRegisterProblem, ProblemDraft, register_problem
from reports.actions.refusals import Refused
from reports.domain.problems import ENDED
from reports.models import (
    AgendaItem,
    AgendaPaper,
    AgendaPoint,
    Due,
    Measure,
    Meeting,
    Problem,
    Unit,
)
from reports.models.choices import Outcome, PointKind


class CannotKeepAgenda(Refused):
    """The paper cannot be drawn up, or changed, like this."""


class CannotRecordAgenda(Refused):
    """What came out of a point cannot be recorded; ``by_point`` has the reasons by its place."""

    def __init__(self, reasons: Iterable[object], by_point: dict[int, list[str]] | None = None):
        super().__init__(reasons)
        self.by_point = by_point or {}


@dataclass(frozen=True, slots=True)
class PointDraft:
    """A point as entered, and the records it speaks of."""

    title: str
    kind: PointKind = PointKind.OTHER
    note: str = ""
    agenda_kind_id: int | None = None
    involves_law: bool = False
    problem_id: int | None = None
    measure_id: int | None = None
    due_id: int | None = None
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class PaperDraft:
    """An agenda paper as entered; the points in their order."""

    unit: Unit
    kind_id: int
    title: str
    planned_on: date
    points: tuple[PointDraft, ...]
    place: str = ""
    due_id: int | None = None


@dataclass(frozen=True, slots=True)
class PointOutcome:
    """What became of a point: of the paper, or of one that came up at the meeting.

    ``problem`` and ``measure`` are what it led to. The measure answers that problem, else the
    problem the point speaks of; without one it becomes a plan item of the year.
    """

    outcome: Outcome
    point_id: int | None = None
    title: str = ""
    resolution: str = ""
    legal_opinion: str = ""
    involves_law: bool = False
    problem: ProblemDraft | None = None
    measure: MeasureDraft | None = None


@transaction.atomic
def draw_up_agenda(draft: PaperDraft, *, by: User | None, at: datetime) -> AgendaPaper:
    """Keep a new agenda paper with its points.

    Refuses a paper without a title or without points, a unit that belongs to no bureau or does not
    exist on the planned day, and points that speak of another bureau's records.
    """
    _refuse_bad_draft(draft)
    paper = AgendaPaper(
        unit=draft.unit,
        bureau_id=draft.unit.bureau_id,
        kind_id=draft.kind_id,
        due_id=draft.due_id,
        title=draft.title.strip(),
        planned_on=draft.planned_on,
        place=draft.place.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    paper._history_user, paper._history_date = by, at
    paper.save()
    _write_points(paper, draft.points)
    return paper


@transaction.atomic
def edit_agenda(*, paper_id: int, draft: PaperDraft, by: User | None, at: datetime) -> AgendaPaper:
    """Change a paper whose meeting is not recorded yet; unit, kind and due stay.

    Refuses what drawing up refuses, and any change after the meeting was recorded.
    """
    paper = AgendaPaper.objects.select_for_update().get(pk=paper_id)
    if Meeting.objects.standing().filter(paper=paper).exists():
        raise CannotKeepAgenda([_("会议已经记录，议题单不能再改。")])
    _refuse_bad_draft(replace(draft, unit=paper.unit))
    paper.title, paper.place = draft.title.strip(), draft.place.strip()
    paper.planned_on = draft.planned_on
    paper._history_user, paper._history_date = by, at
    paper.save()
    _rewrite_points(paper, draft.points)
    return paper


@transaction.atomic
def record_agenda(
    *,
    paper_id: int,
    meeting: MeetingDraft,
    outcomes: Sequence[PointOutcome],
    by: User | None,
    at: datetime,
    today: date,
) -> Meeting:
    """Record the meeting that dealt with a paper, with the outcome of each point; all or nothing.

    ``outcomes`` in the order of the agenda; a point of the paper without one is recorded as not
    reached. Problems and measures that came out of a point are registered and set with the
    meeting they come from. Sent twice (``meeting.once``) it is one meeting. Refuses a paper that
    has its meeting already, and whatever recording, registering and setting refuse.
    """
    paper = AgendaPaper.objects.select_for_update().select_related("unit").get(pk=paper_id)
    before = Meeting.objects.filter(paper=paper).first()
    if before is not None and not before.is_cancelled:
        if meeting.once is not None and before.once == meeting.once:
            return before
        raise CannotRecordAgenda([_("该议题单的会议已经记录，请勿重复记录。")])
    if before is not None:
        # A cancelled meeting gives its paper back.
        before.paper = None
        before.save()
    points = {point.pk: point for point in paper.points.order_by("position")}
    rows = [*outcomes, *_not_reached(points, outcomes)]
    items = tuple(_item(row, points) for row in rows)
    held = record_meeting(
        replace(meeting, unit=paper.unit, kind_id=paper.kind_id, agenda=items, paper_id=paper.pk),
        by=by,
        at=at,
        today=today,
    )
    refused: dict[int, list[str]] = {}
    for place, (row, item) in enumerate(zip(rows, held.agenda.order_by("position"), strict=True)):
        try:
            with transaction.atomic():
                _follow_up(row, item, held, by=by, at=at, today=today)
        except (CannotRegisterProblem, CannotSetMeasure) as refusal:
            refused[place] = refusal.reasons
    if refused:
        raise CannotRecordAgenda(
            [each for reasons in refused.values() for each in reasons], refused
        )
    return held


def _follow_up(
    row: PointOutcome,
    item: AgendaItem,
    held: Meeting,
    *,
    by: User | None,
    at: datetime,
    today: date,
) -> None:
    """The problem and the measure that came out of one item."""
    problem = measure = None
    if row.problem is not None:
        draft = replace(row.problem, meeting=held)
        problem = register_problem(draft, by=by, at=at, today=today)
    if row.measure is not None:
        answered = problem or item.problem
        draft = replace(row.measure, meeting=held)
        if answered is not None and answered.state not in ENDED:
            draft = replace(draft, problems=(answered,), plan_year=None)
        elif not draft.problems and draft.plan_year is None:
            draft = replace(draft, plan_year=held.held_on.year)
        measure = set_measure(draft, by=by, at=at, today=today)
    # An item keeps what it spoke of; what came out of it fills an empty place.
    changed = False
    if problem is not None and item.problem_id is None:
        item.problem, changed = problem, True
    if measure is not None and item.measure_id is None:
        item.measure, changed = measure, True
    if changed:
        item._history_user, item._history_date = by, at
        item.save()


def _not_reached(
    points: dict[int, AgendaPoint], outcomes: Sequence[PointOutcome]
) -> list[PointOutcome]:
    told = {row.point_id for row in outcomes}
    return [PointOutcome(Outcome.NOT_REACHED, pk) for pk in points if pk not in told]


def _item(row: PointOutcome, points: dict[int, AgendaPoint]) -> AgendaDraft:
    """The item of the meeting that a point became; it keeps every record the point speaks of."""
    if row.point_id is None:
        if not row.title.strip():
            raise CannotRecordAgenda([_("请填写议题。")])
        return AgendaDraft(
            row.title.strip(),
            involves_law=row.involves_law,
            legal_opinion=row.legal_opinion,
            outcome=row.outcome.value,
            resolution=row.resolution,
        )
    point = points.get(row.point_id)
    if point is None:
        raise CannotRecordAgenda([_("议题单刚被修改，请刷新页面后再记录。")])
    return AgendaDraft(
        title=point.title,
        kind_id=point.agenda_kind_id,
        involves_law=point.involves_law,
        legal_opinion=row.legal_opinion,
        outcome=row.outcome.value,
        resolution=row.resolution,
        problem_id=point.problem_id,
        measure_id=point.measure_id,
        due_id=point.due_id,
        carried_from_id=point.item_id,
    )


def _write_points(paper: AgendaPaper, points: Iterable[PointDraft]) -> None:
    AgendaPoint.objects.bulk_create(
        _filled(AgendaPoint(paper=paper, position=position), point)
        for position, point in enumerate(points, start=1)
    )


def _rewrite_points(paper: AgendaPaper, points: Sequence[PointDraft]) -> None:
    """The points as drafted; one that is still there stays the same row, for who has it open."""
    kept = {_identity(point): point for point in paper.points.all()}
    rows = [kept.pop(_identity(draft), None) or AgendaPoint(paper=paper) for draft in points]
    paper.points.filter(pk__in=[point.pk for point in kept.values()]).delete()
    # Out of the way first: two points never stand at one position.
    paper.points.update(position=F("position") + OUT_OF_THE_WAY)
    for position, (row, draft) in enumerate(zip(rows, points, strict=True), start=1):
        row.position = position
        _filled(row, draft).save()


def _identity(point: AgendaPoint | PointDraft) -> tuple[object, ...]:
    """What a point is about; one that speaks of no record is known by its words."""
    about = (point.problem_id, point.measure_id, point.due_id, point.item_id)
    words = "" if any(about) else point.title.strip()
    return (str(point.kind), *about, point.agenda_kind_id, words)


def _filled(row: AgendaPoint, draft: PointDraft) -> AgendaPoint:
    row.kind = draft.kind.value
    row.title, row.note = draft.title.strip(), draft.note.strip()
    row.agenda_kind_id, row.involves_law = draft.agenda_kind_id, draft.involves_law
    row.problem_id, row.measure_id = draft.problem_id, draft.measure_id
    row.due_id, row.item_id = draft.due_id, draft.item_id
    return row


OUT_OF_THE_WAY = 1000


def _refuse_bad_draft(draft: PaperDraft) -> None:
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写名称。"))
    if not draft.points:
        reasons.append(_("请至少列入一项议题。"))
    if any(not point.title.strip() for point in draft.points):
        reasons.append(_("每项议题都要有名称。"))
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能拟定议题单。"))
    elif not draft.unit.exists_on(draft.planned_on):
        reasons.append(
            _("%(unit)s在%(day)s尚未设立或已停用。")
            % {"unit": draft.unit, "day": date_format(draft.planned_on, "DATE_FORMAT")}
        )
    elif _speaks_of_another_bureau(draft):
        reasons.append(_("议题涉及的记录须属于同一分局。"))
    if reasons:
        raise CannotKeepAgenda(reasons)


def _speaks_of_another_bureau(draft: PaperDraft) -> bool:
    """Whether any record of the draft belongs to another bureau, or does not exist."""
    dues = {point.due_id for point in draft.points} | {draft.due_id}
    return any(
        rows.filter(pk__in=keys - {None}).count() < len(keys - {None})
        for rows, keys in (
            (Problem.objects, {point.problem_id for point in draft.points}),
            (Measure.objects, {point.measure_id for point in draft.points}),
            (Due.objects, dues),
        )
        for rows in [rows.filter(bureau=draft.unit.bureau_id)]
    )
