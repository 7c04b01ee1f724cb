"""Tasks from above (上级任务) as lists and numbers, and the table of how they are carried out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _

from reports.domain.measures import MeasureState, state
from reports.domain.tasks import TaskFacts, TaskStanding, task_standing
from reports.models import Measure, Progress, SuperiorTask
from reports.models.choices import (
    MEASURE_STANDING_LABELS,
    TASK_STANDING_LABELS,
    clauses,
    day_label,
    listed,
    month_label,
)
from reports.selectors.measures import facts_of, standing_of, with_last_progress
from reports.selectors.scope import Scope

OPEN, DONE = "open", "done"


def tasks_for(
    scope: Scope | None,
    *,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
    year: int | None = None,
    state: str = "",
    overdue: bool = False,
    cancelled: bool = False,
) -> QuerySet[SuperiorTask]:
    """The tasks from above of a scope (None: all) as of a day, in the order of their documents.

    ``year``: those issued in it, and earlier ones that were not done before it. ``state``: open,
    done, or empty for all; ``overdue`` leaves the open ones past their due day. Cancelled ones
    count nothing and are left out unless asked for.
    """
    rows = SuperiorTask.objects.filter(issued_on__lte=on)
    if not cancelled:
        rows = rows.filter(cancelled_at__isnull=True)
    if scope is not None:
        rows = scope.limit(rows)
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if year is not None:
        carried = Q(issued_on__year__lt=year) & (
            Q(done_on__isnull=True) | Q(done_on__year__gte=year) | Q(done_on__gt=on)
        )
        rows = rows.filter(Q(issued_on__year=year) | carried)
    undone = Q(done_on__isnull=True) | Q(done_on__gt=on)
    if state == OPEN or overdue:
        rows = rows.filter(undone, cancelled_at__isnull=True)
    elif state == DONE:
        rows = rows.filter(done_on__lte=on, cancelled_at__isnull=True)
    if overdue:
        rows = rows.filter(due_on__lt=on)
    return rows.select_related("unit", "bureau").order_by("-issued_on", "document", "pk")


def with_measures(rows: QuerySet[SuperiorTask], on: date) -> QuerySet[SuperiorTask]:
    """``measures_set``: how many measures answer a task; ``measures_ended``: how many of them are
    done or dropped, as of a day. ``as_of`` is the day, for tables exported away from their page."""
    answering = Measure.objects.standing().filter(task=OuterRef("pk"), set_on__lte=on)
    number = answering.order_by().values("task").annotate(n=Count("pk")).values("n")
    ended = answering.filter(Q(done_on__lte=on) | Q(dropped_on__lte=on))
    ended = ended.order_by().values("task").annotate(n=Count("pk")).values("n")
    return rows.annotate(
        measures_set=Subquery(number),
        measures_ended=Subquery(ended),
        as_of=Value(on, output_field=DateField()),
    )


def task_facts(task: SuperiorTask) -> TaskFacts:
    """What the rules ask of a stored task; a due month is stored as its last day."""
    return TaskFacts(
        issued_on=task.issued_on,
        due_on=task.due_on,
        done_on=task.done_on,
        cancelled=task.is_cancelled,
    )


def task_standing_of(task: SuperiorTask, on: date) -> TaskStanding:
    """How a stored task stands on a day."""
    return task_standing(task_facts(task), on)


def open_measures(task: SuperiorTask) -> int:
    """How many measures that answer the task are neither done nor dropped."""
    return task.measures.standing().filter(done_on__isnull=True, dropped_on__isnull=True).count()


# --- the table 落实情况表 ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A row of the table: the task with the words of its columns."""

    task: SuperiorTask
    number: int
    measures: tuple[str, ...]
    due: str
    how: tuple[str, ...]
    standing: TaskStanding

    def values(self) -> list[object]:
        """The cells in the order of ``columns``; what stands on several lines is one text."""
        task = self.task
        return [
            self.number,
            task.document,
            task.item,
            task.title,
            task.unit.name,
            "\n".join(self.measures),
            self.due,
            "\n".join(self.how),
        ]


def columns() -> dict[str, str]:
    """The headings of the table by the codes of its columns."""
    return {
        "number": _("序号"),
        "document": _("文件"),
        "item": _("条目"),
        "task": _("任务"),
        "unit": _("牵头单位"),
        "measures": _("措施"),
        "due": _("期限"),
        "how": _("完成情况"),
    }


def task_lines(
    rows: QuerySet[SuperiorTask], scope: Scope | None, *, on: date, most: int | None = None
) -> list[TaskLine]:
    """The rows of the table as of a day, ``most`` at most: three queries whatever their number.

    In the order of their documents; the measures are those that the scope may see.
    """
    tasks = list(rows.order_by("issued_on", "document", "pk")[:most])
    measures = Measure.objects.standing().filter(
        task__in=[task.pk for task in tasks], set_on__lte=on
    )
    if scope is not None:
        measures = scope.limit(measures)
    measures = with_last_progress(measures.with_due(on), on).select_related("unit", "responsible")
    answering = defaultdict(list)
    for measure in measures.order_by(F("due_then").asc(nulls_last=True), "pk"):
        answering[measure.task_id].append(measure)
    told = _last_told([m.pk for found in answering.values() for m in found], on)
    return [
        TaskLine(
            task=task,
            number=number,
            measures=_numbered(_measure_words(each) for each in answering[task.pk]),
            due=_due_words(task.due_on, task.due_is_month),
            how=_how_it_goes(task, answering[task.pk], told, on),
            standing=task_standing_of(task, on),
        )
        for number, task in enumerate(tasks, 1)
    ]


def _last_told(measures: list[int], on: date) -> dict[int, Progress]:
    """The last entry of each measure that told of something."""
    entries = Progress.objects.filter(measure__in=measures, on__lte=on, nothing_new=False)
    return {each.measure_id: each for each in entries.order_by("on", "pk")}


def _numbered(texts: Iterable[str]) -> tuple[str, ...]:
    """Several are numbered, one is not."""
    given = list(texts)
    if len(given) < 2:
        return tuple(given)
    return tuple(
        _("%(number)s．%(text)s") % {"number": number, "text": text}
        for number, text in enumerate(given, 1)
    )


def _measure_words(measure: Measure) -> str:
    who = [measure.unit.label]
    if measure.responsible:
        who.append(measure.responsible.name)
    told = {"title": measure.title, "who": listed(who)}
    if measure.due_then is None:
        return _("%(title)s（%(who)s）") % told
    told["due"] = _due_words(measure.due_then, measure.due_is_month)
    return _("%(title)s（%(who)s，%(due)s）") % told


def _due_words(day: date | None, month_only: bool) -> str:
    if day is None:
        return ""
    if not month_only:
        return day_label(day)
    return _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}


def _how_it_goes(
    task: SuperiorTask, measures: list[Measure], told: dict[int, Progress], on: date
) -> tuple[str, ...]:
    """How the task stands, then its result, or while it is open how each measure goes."""
    standing = task_standing_of(task, on)
    word = str(TASK_STANDING_LABELS[standing])
    if standing in (TaskStanding.DONE_IN_TIME, TaskStanding.DONE_LATE):
        head = clauses([word, day_label(task.done_on)])
        return (head, *(line for line in task.result.splitlines() if line.strip()))
    if not measures:
        return (clauses([word, _("尚未确定措施")]),)
    return (word, *_numbered(_progress_words(each, told.get(each.pk), on) for each in measures))


def _progress_words(measure: Measure, entry: Progress | None, on: date) -> str:
    parts = [str(MEASURE_STANDING_LABELS[standing_of(measure, on)])]
    if measure.percent is not None and state(facts_of(measure), on) == MeasureState.OPEN:
        parts.append(_("已完成%(n)s%%") % {"n": measure.percent})
    if entry is None:
        return clauses(parts)
    parts.append(day_label(entry.on))
    return _("%(standing)s：%(text)s") % {"standing": clauses(parts), "text": entry.text}
