"""Measures: set, reported on, extended, finished, dropped."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.initials import initials_of
from reports.actions.refusals import Refused
from reports.domain.deadlines import Within, due_within
from reports.domain.measures import (
    AgainstExtension,
    MeasureFacts,
    due_day,
    keeps_to_months,
    reasons_against_extension,
    reasons_against_progress,
)
from reports.domain.problems import ENDED, LEFT_OUT
from reports.models import (
    Extension,
    Measure,
    Meeting,
    Milestone,
    Person,
    Problem,
    Progress,
    SuperiorTask,
    Unit,
)
from reports.models.choices import AGAINST_EXTENSION_SENTENCES, AGAINST_PROGRESS_SENTENCES
from reports.selectors.calendar import holidays


class CannotSetMeasure(Refused):
    """The measure cannot be set like this."""


class CannotReport(Refused):
    """The progress cannot be entered."""


class CannotExtend(Refused):
    """The extension cannot be asked for or decided."""


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """A measure as entered; a due month is due on its last day. ``meeting`` decided on it.

    ``within`` gives the due day as a number of days from the day it was set; it takes the place of
    ``due_on``.
    """

    unit: Unit
    title: str
    set_on: date
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    plan_year: int | None = None
    standard: str = ""
    responsible: Person | None = None
    due_on: date | None = None
    due_is_month: bool = False
    as_published: bool = False
    meeting: Meeting | None = None
    task: SuperiorTask | None = None
    leader: Person | None = None
    joint_units: tuple[Unit, ...] = ()
    within: Within | None = None
    imported_from: str = ""
    imported_row: int | None = None


def set_measure(draft: MeasureDraft, *, by: User | None, at: datetime, today: date) -> Measure:
    """Set one measure; see ``set_measures``. Refuses to enter the same one twice."""
    twin = Measure.objects.standing().filter(
        unit=draft.unit, title=draft.title.strip(), set_on=draft.set_on
    )
    if twin.exists():
        raise CannotSetMeasure([_("该单位同一天已有同名的措施。")])
    return set_measures([draft], by=by, at=at, today=today)[0]


@transaction.atomic
def set_measures(
    drafts: Sequence[MeasureDraft], *, by: User | None, at: datetime, today: date
) -> list[Measure]:
    """Set measures, all or none: for problems or a task of the same bureau, or as plan items.

    Refuses one that is none of these, one without a title, set in the future, or due before it is
    set, one for a problem or task that has ended, and a joint unit of another bureau.
    """
    for draft in drafts:
        _refuse_bad_draft(draft, today)
    measures = [
        Measure(
            bureau_id=draft.unit.bureau_id,
            unit=draft.unit,
            plan_year=draft.plan_year,
            title=draft.title.strip(),
            initials=initials_of(draft.title, limit=200),
            standard=draft.standard,
            responsible=draft.responsible,
            set_on=draft.set_on,
            task=draft.task,
            leader=draft.leader,
            **_due_of(draft),
            as_published=draft.as_published,
            meeting=draft.meeting,
            imported_from=draft.imported_from,
            imported_row=draft.imported_row,
            recorded_at=at,
            recorded_by=by,
        )
        for draft in drafts
    ]
    bulk_create(Measure, measures, by=by, at=at)
    through = Measure.problems.through
    through.objects.bulk_create(
        through(measure=measure, problem=problem)
        for draft, measure in zip(drafts, measures, strict=True)
        for problem in draft.problems
    )
    for draft, measure in zip(drafts, measures, strict=True):
        if draft.joint_units:
            measure.joint_units.set(draft.joint_units)
    return measures


def _due_of(draft: MeasureDraft) -> dict[str, object]:
    """The due day as given, or worked out from a number of days."""
    if draft.within is not None:
        return {"due_on": due_within(draft.set_on, draft.within, holidays()), "due_is_month": False}
    return {
        "due_on": draft.due_on and due_day(draft.due_on, draft.due_is_month),
        "due_is_month": draft.due_is_month,
    }


@transaction.atomic
def edit_measure(
    *,
    measure_id: int,
    title: str,
    standard: str,
    responsible: Person | None,
    unit: Unit,
    problems: Sequence[Problem],
    plan_year: int | None,
    task: SuperiorTask | None = None,
    leader: Person | None = None,
    joint_units: Sequence[Unit] = (),
) -> Measure:
    """Correct entered fields. A due day is changed by an extension, not by editing.

    What it answered already may have ended since; a problem or task that is added may not have.
    """
    measure = _open(measure_id)
    draft = MeasureDraft(
        unit=unit,
        title=title,
        set_on=measure.set_on,
        problems=tuple(problems),
        plan_year=plan_year,
        due_on=measure.due_on,
        task=task,
        joint_units=tuple(joint_units),
    )
    answered = set(measure.problems.values_list("pk", flat=True))
    _refuse_bad_draft(draft, measure.set_on, answered=answered, answers_task=measure.task_id)
    if unit.bureau_id != measure.bureau_id:
        raise CannotSetMeasure([_("不能改到别的分局；请作废后在该分局另设措施。")])
    measure.title, measure.standard, measure.responsible = title.strip(), standard, responsible
    measure.initials = initials_of(measure.title, limit=200)
    measure.unit, measure.plan_year = unit, plan_year
    measure.task, measure.leader = task, leader
    measure.problems.set(problems)
    measure.joint_units.set(joint_units)
    measure.save()
    return measure


@transaction.atomic
def report_progress(
    *,
    measure_id: int,
    on: date,
    text: str,
    by: User | None,
    at: datetime,
    today: date,
    finishes: bool = False,
    basically_done: bool = False,
    nothing_new: bool = False,
    percent: int | None = None,
) -> Progress:
    """Enter progress; it may finish the measure. Entries are never changed.

    ``nothing_new`` is an honest entry that moves nothing; it needs no words of its own. Refuses a
    day in the future, before the measure was set or (for what finishes it) before an earlier entry,
    an empty text, a measure that is done, dropped or cancelled, and what contradicts itself.
    """
    measure = _open(measure_id)
    reasons = []
    text = text.strip() or (_("本期无新进展。") if nothing_new else "")
    if not text:
        reasons.append(_("请填写进展情况。"))
    if on > today:
        reasons.append(_("日期不能晚于今天。"))
    if on < measure.set_on:
        reasons.append(_("日期早于措施确定日期。"))
    if measure.progress.filter(on=on, text=text).exists():
        reasons.append(_("同一天已有相同的进展。"))
    if finishes and measure.progress.filter(on__gt=on).exists():
        reasons.append(_("完成日期早于已报的进展。"))
    against = reasons_against_progress(
        finishes=finishes, basically_done=basically_done, nothing_new=nothing_new, percent=percent
    )
    reasons += [str(AGAINST_PROGRESS_SENTENCES[each]) for each in against]
    if reasons:
        raise CannotReport(reasons)
    progress = Progress.objects.create(
        measure=measure,
        on=on,
        text=text,
        finishes=finishes,
        basically_done=basically_done,
        nothing_new=nothing_new,
        percent=percent,
        recorded_at=at,
        recorded_by=by,
    )
    if finishes:
        measure.done_on = on
        measure.save()
    return progress


@transaction.atomic
def add_milestone(
    *,
    measure_id: int,
    title: str,
    due_on: date,
    due_is_month: bool,
    by: User,
    at: datetime,
) -> Milestone:
    """Add a step with a day of its own (节点); a month is due on its last day.

    Refuses an empty title, the same step once more, a day before the measure was set or after it
    is due, and a measure that has ended.
    """
    measure = _open(measure_id)
    day = due_day(due_on, due_is_month)
    reasons = []
    if not title.strip():
        reasons.append(_("请填写节点。"))
    if day < measure.set_on:
        reasons.append(_("节点期限早于措施确定日期。"))
    if measure.due_on is not None and day > measure.due_on:
        reasons.append(_("节点期限晚于措施的完成期限。"))
    if measure.milestones.filter(title=title.strip(), due_on=day).exists():
        reasons.append(_("已有同一期限的同名节点。"))
    if reasons:
        raise CannotSetMeasure(reasons)
    return Milestone.objects.create(
        measure=measure,
        title=title.strip(),
        due_on=day,
        due_is_month=due_is_month,
        recorded_at=at,
        recorded_by=by,
    )


@transaction.atomic
def finish_milestone(*, milestone_id: int, on: date, today: date) -> Milestone:
    """Mark a step as done on a day. Of two who do so the second is told that it is done.

    Refuses a day in the future or before the measure was set, and a measure that has ended.
    """
    milestone = Milestone.objects.select_for_update().get(pk=milestone_id)
    if milestone.done_on is not None:
        raise CannotReport([_("该节点已经登记完成。")])
    measure = _open(milestone.measure_id)
    if not measure.set_on <= on <= today:
        raise CannotReport([_("完成日期应在措施确定日期与今天之间。")])
    milestone.done_on = on
    milestone.save()
    return milestone


@transaction.atomic
def drop_measure(*, measure_id: int, on: date, because: str, by: User, today: date) -> Measure:
    """End a measure without finishing it, with the reason."""
    measure = _open(measure_id)
    if not because.strip():
        raise CannotReport([_("终止措施须写明原因。")])
    if on > today or on < measure.set_on:
        raise CannotReport([_("终止日期应在措施确定日期与今天之间。")])
    measure.dropped_on, measure.dropped_because = on, because.strip()
    measure.save()
    return measure


@transaction.atomic
def cancel_measure(*, measure_id: int, because: str, by: User, at: datetime) -> Measure:
    """A measure entered by mistake: stays visible with the reason, counts nothing."""
    measure = Measure.objects.select_for_update().get(pk=measure_id)
    if measure.is_cancelled:
        raise CannotReport([_("该措施已作废。")])
    if not because.strip():
        raise CannotReport([_("请写明作废原因。")])
    measure.cancelled_at, measure.cancelled_by = at, by
    measure.cancelled_because = because.strip()
    measure.save()
    return measure


@transaction.atomic
def ask_extension(
    *,
    measure_id: int | None = None,
    problem_id: int | None = None,
    new_due_on: date,
    reason: str,
    asked_on: date,
    by: User,
    at: datetime,
    today: date,
) -> Extension:
    """Ask for a later due day of a measure or of a problem, before the present one.

    One request waits at a time.
    """
    target = _open(measure_id) if measure_id else _open_problem(problem_id)
    reasons = [] if reason.strip() else [_("请写明延期理由。")]
    against = reasons_against_extension(
        _facts(target), asked_on=asked_on, asked_by=by.pk, new_due_on=new_due_on, today=today
    )
    reasons += [str(AGAINST_EXTENSION_SENTENCES[each]) for each in against]
    if target.extensions.filter(decided_on__isnull=True).exists():
        reasons.append(_("已有待批的延期申请。"))
    if reasons:
        raise CannotExtend(reasons)
    return Extension.objects.create(
        measure_id=measure_id,
        problem_id=problem_id,
        asked_on=asked_on,
        old_due_on=target.due_on,
        new_due_on=new_due_on,
        reason=reason.strip(),
        recorded_at=at,
        recorded_by=by,
    )


@transaction.atomic
def decide_extension(
    *, extension_id: int, granted: bool, note: str, on: date, by: User, today: date
) -> Extension:
    """Grant or refuse a later due day; never by who asked. Old and new day stay on record.

    What has ended meanwhile can only be refused.
    """
    extension = Extension.objects.select_for_update().get(pk=extension_id)
    if extension.decided_on is not None:
        raise CannotExtend([_("该申请已经决定。")])
    target = _locked_target(extension)
    against = reasons_against_extension(
        _facts(target),
        asked_on=extension.asked_on,
        asked_by=extension.recorded_by_id,
        new_due_on=extension.new_due_on,
        today=today,
        granted_on=on,
        granted_by=by.pk,
    )
    if not granted:
        against = [each for each in against if each in AGAINST_DECIDING]
    reasons = [str(AGAINST_EXTENSION_SENTENCES[each]) for each in against]
    if granted and target.is_cancelled:
        reasons.append(_("申请延期的记录已作废。"))
    if not granted and not note.strip():
        reasons.append(_("不同意延期的，请写明理由。"))
    if reasons:
        raise CannotExtend(reasons)
    extension.decided_on, extension.decided_by = on, by
    extension.granted, extension.decision_note = granted, note.strip()
    extension.save()
    if granted:
        target.due_is_month = keeps_to_months(target.due_is_month, extension.new_due_on)
        target.due_on = extension.new_due_on
        target.save()
    return extension


# What speaks against any decision; the rest speaks against granting alone.
AGAINST_DECIDING = frozenset(
    {
        AgainstExtension.OWN_REQUEST,
        AgainstExtension.GRANTED_BEFORE_ASKED,
        AgainstExtension.IN_FUTURE,
    }
)


def _locked_target(extension: Extension) -> Measure | Problem:
    if extension.measure_id:
        return Measure.objects.select_for_update().get(pk=extension.measure_id)
    return Problem.objects.select_for_update().get(pk=extension.problem_id)


def _facts(target: Measure | Problem) -> MeasureFacts:
    """What the rules of extensions ask, with the due day that holds now.

    That of a problem may have been set anew when it was re-opened, whatever was granted before. A
    problem ends by its closing, or with the move that left it out.
    """
    if isinstance(target, Measure):
        ends = {"done_on": target.done_on, "dropped_on": target.dropped_on}
    else:
        left_out = target.moves.filter(to_state__in=[state.value for state in LEFT_OUT])
        ends = {"done_on": target.closed_on, "dropped_on": left_out.aggregate(on=Max("on"))["on"]}
    return MeasureFacts(target.title, due_on=target.due_on, **ends)


def _open_problem(problem_id: int | None) -> Problem:
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    if problem.is_cancelled:
        raise CannotExtend([_("该问题已作废，不能再办理。")])
    return problem


def _open(measure_id: int) -> Measure:
    measure = Measure.objects.select_for_update().get(pk=measure_id)
    if measure.is_cancelled:
        raise CannotReport([_("该措施已作废，不能再办理。")])
    if measure.done_on is not None:
        raise CannotReport([_("该措施已完成，不能再办理。")])
    if measure.dropped_on is not None:
        raise CannotReport([_("该措施已终止，不能再办理。")])
    return measure


def _refuse_bad_draft(
    draft: MeasureDraft,
    today: date,
    *,
    answered: Collection[int] = (),
    answers_task: int | None = None,
) -> None:
    reasons = reasons_against_draft(draft, today=today, answered=answered)
    if draft.task:
        reasons += _against_task(draft.task, draft.unit, answers_task)
    if reasons:
        raise CannotSetMeasure(reasons)


def reasons_against_draft(
    draft: MeasureDraft, *, today: date, answered: Collection[int] = ()
) -> list[str]:
    """What speaks against a measure as entered, but for the task it answers; asks no query.

    ``answered`` problems, and the task of a measure that is there, may have ended since.
    """
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写措施。"))
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能承担措施。"))
    if not draft.problems and draft.task is None and draft.plan_year is None:
        reasons.append(_("请选择对应的问题或上级任务，或填写列入哪一年度的工作安排。"))
    if draft.set_on > today:
        reasons.append(_("确定日期不能晚于今天。"))
    due_on = draft.due_on and due_day(draft.due_on, draft.due_is_month)
    if due_on and due_on < draft.set_on:
        reasons.append(_("完成期限早于措施确定日期。"))
    if draft.within is not None and draft.within.days < 1:
        reasons.append(_("限期天数至少为1。"))
    if draft.meeting and draft.meeting.bureau_id != draft.unit.bureau_id:
        reasons.append(_("提出措施的会议须属于同一分局。"))
    if any(unit.bureau_id != draft.unit.bureau_id for unit in draft.joint_units):
        reasons.append(_("配合单位须属于同一分局。"))
    if draft.unit in draft.joint_units:
        reasons.append(_("责任单位不能同时是配合单位。"))
    for problem in draft.problems:
        if problem.bureau_id != draft.unit.bureau_id:
            reasons.append(_("措施与问题须属于同一分局。"))
            break
        if problem.state in ENDED and problem.pk not in answered:
            reasons.append(_("问题“%(title)s”已经办结，不能再加措施。") % {"title": problem.title})
    return reasons


def _against_task(task: SuperiorTask, unit: Unit, answers_task: int | None) -> list[str]:
    task = SuperiorTask.objects.select_for_update().get(pk=task.pk)
    if task.bureau_id != unit.bureau_id:
        return [_("措施与上级任务须属于同一分局。")]
    if task.pk != answers_task and (task.is_cancelled or task.done_on is not None):
        return [_("任务“%(title)s”已经办结或作废，不能再加措施。") % {"title": task.title}]
    return []
