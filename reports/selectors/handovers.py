"""The hand-over sheet (交接单): what was open for a post, unit and person on the day of hand-over.

It is read as of that day: what happened later does not exist, and who led or answered for a
record is who did so then, by its history. So the sheet of an appointment that has ended is the
same whenever it is opened; only what was entered later with an earlier day comes in addition.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import reduce
from operator import or_

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from reports.domain.dues import Verdict
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.periods import ONE_DAY
from reports.domain.problems import ProblemState
from reports.models import (
    Appointment,
    Discharge,
    Due,
    EvidenceUse,
    LookBack,
    LookBackItem,
    LookBackRound,
    Measure,
    Meeting,
    Problem,
    Promise,
)
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    MEASURE_STANDING_LABELS,
    PROBLEM_STATE_LABELS,
    PROMISE_DECISION_LABELS,
    VERDICT_LABELS_BY_WORDS,
    EvidenceKind,
    PromiseDecision,
    ReviewState,
    ScheduleWords,
    clauses,
    day_label,
    listed,
    month_label,
)
from reports.models.people import REVIEWERS
from reports.selectors.bureaus import label_of
from reports.selectors.dues import dues_for
from reports.selectors.measures import measures_for, standing_of
from reports.selectors.minutes import full_name_then
from reports.selectors.names import called_then, with_name_then
from reports.selectors.people import held_words
from reports.selectors.problems import ENDS, problems_for
from reports.selectors.promises import promises_of
from reports.selectors.rules import make_up_limit
from reports.selectors.scope import Scope

CLOSED = ProblemState.CLOSED.value
RUNNING = (Verdict.OPEN.value, Verdict.AWAITING.value)


# --- which appointment, which day ---------------------------------------------------------------


def with_successor(rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Each appointment with who came to the post next, and the name its unit bore on its last day.

    ``next_name``, ``next_first`` and ``next_acting``; see ``successor_of``. No query of its own.
    """
    after = Appointment.objects.filter(
        unit=OuterRef("unit"), post=OuterRef("post"), first_day__gt=OuterRef("last_day")
    ).order_by("first_day", "acting", "pk")
    return with_name_then(rows, F("last_day")).annotate(
        next_name=Subquery(after.values("person__name")[:1]),
        next_first=Subquery(after.values("first_day")[:1]),
        next_acting=Subquery(after.values("acting")[:1]),
    )


def successor_of(held: Appointment) -> str:
    """Who took the post over: holds it from the day after. Empty where it was empty then."""
    if held.next_first is None or held.next_first != held.last_day + ONE_DAY:
        return ""
    return held.next_name


def sheet_day(held: Appointment, *, on: date) -> date:
    """The last day of the term; of one that has not ended by then the day asked for."""
    return held.last_day if held.last_day is not None and held.last_day <= on else on


def stands_for_unit(held: Appointment) -> bool:
    """Whether whoever holds the post answers for all that the unit owes, not only for her own.

    The head of a unit, a post that must be filled, its legal reviewers, and who chairs a body.
    Wants post and kind of the unit loaded.
    """
    post = held.post
    chairs = held.unit.kind.is_body and post.single_holder
    return post.heads_unit or post.must_be_filled or post.code in REVIEWERS or chairs


# --- what was open ------------------------------------------------------------------------------


@dataclass(slots=True)
class Open:
    """Everything that was open on the day, row by row."""

    dues: list[Due] = field(default_factory=list)
    coming: list[Due] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    lacking: list[Meeting] = field(default_factory=list)
    look_backs: list[Problem] = field(default_factory=list)
    rounds: list[LookBackRound] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many items there are to hand over; what only comes later is none."""
        return sum(
            map(
                len,
                (
                    self.dues,
                    self.problems,
                    self.measures,
                    self.promises,
                    self.lacking,
                    self.look_backs,
                    self.rounds,
                ),
            )
        )


def open_items(held: Appointment, scope: Scope | None, *, on: date, today: date) -> Open:
    """What was open for the appointment at the end of the day, within the scope (None: all).

    Wants person, post, unit with kind and bureau loaded; six queries.
    """
    dues = _dues(held, scope, on)
    problems = _problems(held, scope, on, today)
    return Open(
        dues=[due for due in dues if due.verdict != Verdict.UPCOMING and _is_open(due, on)],
        coming=sorted(
            (due for due in dues if due.verdict == Verdict.UPCOMING),
            key=lambda due: (due.period_last, due.pk),
        ),
        problems=[each for each in problems if each.state_then != CLOSED],
        look_backs=[each for each in problems if each.state_then == CLOSED],
        measures=_measures(held, scope, on, today),
        promises=_promises(held, scope, on, today),
        lacking=_lacking(held, scope, on),
        rounds=_rounds(held, scope, on),
    )


def _dues(held: Appointment, scope: Scope | None, on: date) -> list[Due]:
    """What is running, awaits its record or was missed, and of each schedule what comes next."""
    own = Q(person=held.person_id)
    presided = Q(version__presided_by=held.post_id)
    own |= presided & (Q(unit=held.unit_id) | Q(version__body=held.unit_id))
    if stands_for_unit(held):
        own |= Q(unit=held.unit_id, person__isnull=True) | Q(version__body=held.unit_id)
    sooner = (
        Due.objects.filter(
            unit=OuterRef("unit"), schedule=OuterRef("schedule"), period_first__gt=on
        )
        .alias(who=Coalesce("person", 0), who_then=Coalesce(OuterRef("person"), 0))
        .filter(who=F("who_then"), period_first__lt=OuterRef("period_first"))
    )
    following = Q(verdict=Verdict.UPCOMING.value) & ~Exists(sooner)
    missed = Q(verdict=Verdict.MISSED.value, period_last__gte=date(on.year - 1, 1, 1))
    rows = dues_for(scope, on=on).filter(own)
    rows = rows.filter(Q(verdict__in=RUNNING) | missed | following)
    return list(
        rows.select_related("unit", "bureau", "person", "schedule__set", "version").order_by(
            "period_last", "unit__path", "schedule__position", "pk"
        )
    )


def _is_open(due: Due, on: date) -> bool:
    """A missed one is told in its own year, and as long as it may still be made up."""
    if due.verdict != Verdict.MISSED or due.period_last.year == on.year:
        return True
    limit = make_up_limit(due)
    return limit is not None and limit >= on


def _end_of(day: date) -> datetime:
    return make_aware(datetime.combine(day + ONE_DAY, time.min))


def _entered_then(rows: QuerySet, mine: Q, on: date, *columns: str) -> QuerySet:
    """The rows whose entry at the end of the day is ``mine``, with those columns as they stood
    then, each under its name and ``_then``.

    What was entered only later is read as it was first entered.
    """
    entries = rows.model.history.model.objects
    own = entries.filter(**{rows.model._meta.pk.name: OuterRef("pk")})
    before = own.filter(history_date__lt=_end_of(on)).order_by("-history_date", "-history_id")
    first = own.order_by("history_date", "history_id")
    told = entries.filter(history_id=OuterRef("entry_then"))
    return (
        rows.filter(pk__in=entries.filter(mine).values(rows.model._meta.pk.name))
        .annotate(
            entry_then=Coalesce(
                Subquery(before.values("history_id")[:1]), Subquery(first.values("history_id")[:1])
            )
        )
        .filter(Exists(told.filter(mine)))
        .annotate(**{f"{name}_then": Subquery(told.values(name)[:1]) for name in columns})
    )


def _mine(held: Appointment) -> Q:
    """Led or answered for by the person; where she stands for the unit, led by that, too."""
    mine = Q(leader=held.person_id) | Q(responsible=held.person_id)
    return mine | Q(unit=held.unit_id) if stands_for_unit(held) else mine


def _problems(held: Appointment, scope: Scope | None, on: date, today: date) -> list[Problem]:
    """The open ones, and the closed ones whose look-back was still to come."""
    rows = problems_for(scope, on=on, today=today, bureau=held.unit.bureau_id)
    rows = _entered_then(rows, _mine(held), on, "leader_id", "responsible_id", "look_back_on")
    going_on = Q(round__ended_on__isnull=True) | Q(round__ended_on__gt=on)
    waits = Q(look_back__isnull=True) | Q(look_back__on__gt=on)
    sampled = LookBackItem.objects.filter(
        going_on,
        waits,
        problem=OuterRef("pk"),
        round__ordered_on__lte=on,
        round__cancelled_at__isnull=True,
    ).order_by("round__due_on", "pk")
    checked = LookBack.objects.filter(
        problem=OuterRef("pk"), on__lte=on, on__gte=OuterRef("look_back_on_then")
    )
    rows = rows.annotate(
        round_title=Subquery(sampled.values("round__title")[:1]),
        round_due=Subquery(sampled.values("round__due_on")[:1]),
    )
    single = Q(look_back_on_then__isnull=False) & ~Exists(checked)
    to_look_at = Q(state_then=CLOSED) & (Q(round_title__isnull=False) | single)
    return list(
        rows.filter(~Q(state_then__in=ENDS) | to_look_at).order_by(
            F("due_then").asc(nulls_last=True), "year", "pk"
        )
    )


def _measures(held: Appointment, scope: Scope | None, on: date, today: date) -> list[Measure]:
    rows = measures_for(scope, on=on, today=today, bureau=held.unit.bureau_id, state="open")
    return list(_entered_then(rows, _mine(held), on, "leader_id", "responsible_id"))


def _promises(held: Appointment, scope: Scope | None, on: date, today: date) -> list[Promise]:
    """Those of the bureau for who stands for it; for others what she or her unit took on."""
    unit = held.unit
    if unit.bureau_id is None:
        return []
    rows = promises_of(unit.bureau_id, on.year, on=on, today=today).filter(answered=False)
    if scope is not None:
        rows = scope.limit(rows)
    if not (unit.is_bureau and stands_for_unit(held)):
        person = held.person_id
        own = Q(problem__leader=person) | Q(problem__responsible=person)
        own |= Q(measure__leader=person) | Q(measure__responsible=person)
        if stands_for_unit(held):
            own |= Q(problem__unit=unit) | Q(measure__unit=unit)
        rows = rows.filter(own)
    return list(rows)


def _lacking(held: Appointment, scope: Scope | None, on: date) -> list[Meeting]:
    """Meetings of the unit that lacked expected evidence by the end of the day.

    ``kinds_lacking`` of each names the kinds. Evidence counts from the moment it was handed in.
    """
    if not stands_for_unit(held):
        return []
    rows = Meeting.objects.standing() if scope is None else scope.limit(Meeting.objects.standing())
    rows = rows.filter(unit=held.unit_id, held_on__lte=on)
    flags = {f"lacked_{kind.value}": _lacked(kind, on) for kind in EvidenceKind}
    rows = rows.annotate(**flags).filter(
        reduce(or_, (Q(**{name: True}) for name in flags), Q(pk__in=[]))
    )
    found = list(rows.order_by("held_on", "pk"))
    for meeting in found:
        meeting.kinds_lacking = [
            kind for kind in EvidenceKind if getattr(meeting, f"lacked_{kind.value}")
        ]
    return found


def _lacked(kind: EvidenceKind, on: date) -> Case:
    expected = Discharge.objects.filter(
        meeting=OuterRef("pk"),
        counts=True,
        due__version__expected_evidence__icontains=f'"{kind.value}"',
    )
    there = EvidenceUse.objects.filter(
        meeting=OuterRef("pk"),
        evidence__kind=kind.value,
        evidence__recorded_at__lt=_end_of(on),
        evidence__cancelled_at__isnull=True,
    ).exclude(evidence__review=ReviewState.RETURNED.value, evidence__reviewed_at__lt=_end_of(on))
    return Case(
        When(Exists(expected) & ~Exists(there), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _rounds(held: Appointment, scope: Scope | None, on: date) -> list[LookBackRound]:
    """Rounds of look-backs that the person was ordered to carry out and that had not ended.

    ``waiting``: how many items had no result yet.
    """
    waiting = (
        LookBackItem.objects.filter(Q(look_back__isnull=True) | Q(look_back__on__gt=on))
        .filter(round=OuterRef("pk"))
        .order_by()
        .values("round")
    )
    going_on = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = LookBackRound.objects.filter(
        going_on, checkers=held.person_id, ordered_on__lte=on, cancelled_at__isnull=True
    )
    rows = rows if scope is None else scope.limit(rows)
    number = waiting.annotate(n=Count("pk")).values("n")
    return list(rows.annotate(waiting=Coalesce(Subquery(number), 0)).order_by("due_on", "pk"))


# --- the sheet in words -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One item: its cells, and the address of the record that it is."""

    cells: tuple[str, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One kind of items with the heads of its columns; without a row it says so."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    nothing: str

    of_dues: bool = False

    @property
    def number(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class HandOverSheet:
    """The hand-over sheet in the words of the document; print and .docx show the same."""

    title: str
    name: str
    mark: str
    facts: tuple[tuple[str, str], ...]
    summary: str
    parts: tuple[SheetPart, ...]
    duties: tuple[str, ...]
    note: str
    signers: tuple[tuple[str, str], ...]
    issuer: str
    day: date


def hand_over_sheet(
    held: Appointment, found: Open, *, on: date, ended: bool, all_seen: bool
) -> HandOverSheet:
    """The sheet as of the day, in the language of the document. No query.

    ``held`` as ``with_successor`` gives it, with person, post, home unit, unit and bureau loaded;
    ``all_seen`` False says that only what the reader may see is listed.
    """
    with override(DOCUMENT_LANGUAGE):
        unit = called_then(held.unit, held.unit_name_then if ended else None)
        issuer = full_name_then(held.unit, held.unit.bureau, held.unit_name_then if ended else None)
        mark = ""
        if not ended:
            mark = _("任职尚未结束，截至%(day)s") % {"day": day_label(on)}
        parts = tuple(_parts(held, found, on))
        return HandOverSheet(
            title=f"{issuer}\n{_('工作交接单')}",
            name=_("%(unit)s%(post)s工作交接单") % {"unit": unit, "post": held.post.name},
            mark=mark,
            facts=tuple(_facts(held, issuer, on, ended)),
            summary=_summary(found, parts, on),
            parts=parts,
            duties=tuple(line.strip() for line in held.post.duties.splitlines() if line.strip()),
            note="" if all_seen else _("本单只列出打印人有权查看的事项。"),
            signers=(
                (_("移交人"), held.person.name),
                (_("接交人"), successor_of(held) if ended else ""),
                (_("监交人"), ""),
            ),
            issuer=issuer,
            day=on,
        )


def _facts(held: Appointment, unit: str, on: date, ended: bool) -> list[tuple[str, str]]:
    term = _("%(first)s起") % {"first": day_label(held.first_day)}
    if ended:
        span = {"first": day_label(held.first_day), "last": day_label(held.last_day)}
        term = _("%(first)s—%(last)s") % span
    if held.document_number:
        term = clauses([term, held.document_number])
    found = [
        (_("单位"), unit),
        (_("岗位"), held_words(held)),
        (_("移交人"), held.person.name),
        (_("任期"), term),
    ]
    if ended and (name := successor_of(held)):
        told = {"name": name, "day": day_label(held.next_first)}
        words = _("%(name)s（%(day)s起）")
        if held.next_acting:
            words = _("%(name)s（%(day)s起主持工作）")
        found.append((_("接交人"), words % told))
    found.append((_("截止日期"), _("%(day)s（当日结束时）") % {"day": day_label(on)}))
    return found


def _summary(found: Open, parts: Iterable[SheetPart], on: date) -> str:
    counted = [part for part in parts if part.number and part is not _coming(parts)]
    if not found.count:
        return _("截至%(day)s，没有未办结的事项。") % {"day": day_label(on)}
    told = listed(_("%(what)s%(n)s项") % {"what": p.title, "n": p.number} for p in counted)
    sentence = _("截至%(day)s，未办结事项共%(n)s项：%(parts)s。")
    return sentence % {"day": day_label(on), "n": found.count, "parts": told}


def _coming(parts: Iterable[SheetPart]) -> SheetPart:
    """What comes next stands last and is nothing to hand over."""
    return list(parts)[-1]


def _parts(held: Appointment, found: Open, on: date) -> list[SheetPart]:
    nothing = _("无。")
    return [
        SheetPart(
            _("应开应办事项"),
            (_("事项"), _("周期"), _("情况"), _("补办期限")),
            tuple(_due_row(due, held, on) for due in found.dues),
            nothing,
            of_dues=True,
        ),
        SheetPart(
            _("在办问题"),
            (_("问题"), _("整改期限"), _("状态"), _("职责")),
            tuple(_problem_row(each, held, on) for each in found.problems),
            nothing,
        ),
        SheetPart(
            _("未完成的措施"),
            (_("措施"), _("完成期限"), _("情况"), _("职责")),
            tuple(_measure_row(each, held, on) for each in found.measures),
            nothing,
        ),
        SheetPart(
            _("上年报告事项"),
            (_("报告原文"), _("性质"), _("处理情况")),
            tuple(_promise_row(each) for each in found.promises),
            nothing,
        ),
        SheetPart(
            _("缺材料的会议"),
            (_("会议"), _("召开日期"), _("尚缺材料")),
            tuple(_lacking_row(each) for each in found.lacking),
            nothing,
        ),
        SheetPart(
            _("待回头看"),
            (_("事项"), _("时间"), _("方式")),
            (
                *(_look_back_row(each) for each in found.look_backs),
                *(_round_row(each) for each in found.rounds),
            ),
            nothing,
        ),
        SheetPart(
            _("接任后的下一期应开应办"),
            (_("事项"), _("周期"), _("最迟落实日期")),
            tuple(_coming_row(due, held) for due in found.coming),
            nothing,
            of_dues=True,
        ),
    ]


def _due_name(due: Due, held: Appointment) -> str:
    if due.unit_id == held.unit_id or due.unit_id == due.bureau_id:
        return due.schedule.name
    return _("%(unit)s %(what)s") % {"unit": due.unit.label, "what": due.schedule.name}


def _due_row(due: Due, held: Appointment, on: date) -> SheetRow:
    words = VERDICT_LABELS_BY_WORDS[ScheduleWords(due.schedule.words)]
    if due.verdict == Verdict.MISSED:
        limit = make_up_limit(due)
        until = day_label(limit) if limit is not None and limit >= on else _("不能再补")
    elif due.verdict == Verdict.AWAITING:
        until = _("录入截止%(day)s") % {"day": day_label(due.awaits_until)}
    else:
        until = day_label(due.period_last)
    cells = (_due_name(due, held), label_of(due), str(words[Verdict(due.verdict)]), until)
    return SheetRow(cells, due.get_absolute_url())


def _coming_row(due: Due, held: Appointment) -> SheetRow:
    cells = (_due_name(due, held), label_of(due), day_label(due.period_last))
    return SheetRow(cells, due.get_absolute_url())


def _role(row: Problem | Measure, held: Appointment) -> str:
    """In which way it is the person's: leader, responsible, or only by the unit."""
    roles = []
    if row.leader_id_then == held.person_id:
        roles.append(_("责任领导"))
    if row.responsible_id_then == held.person_id:
        roles.append(_("责任人"))
    if not roles:
        roles.append(_("本单位牵头") if isinstance(row, Problem) else _("本单位负责"))
    return listed(roles)


def _until(day: date | None, month_only: bool) -> str:
    if day is None:
        return _("未定")
    if month_only:
        return _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}
    return day_label(day)


def _problem_row(problem: Problem, held: Appointment, on: date) -> SheetRow:
    state = str(PROBLEM_STATE_LABELS[ProblemState(problem.state_then)])
    if problem.due_then is not None and problem.due_then < on and not problem.as_published:
        state = clauses([state, _("已超期限")])
    cells = (
        problem.named_with_year,
        _until(problem.due_then, problem.due_is_month),
        state,
        _role(problem, held),
    )
    return SheetRow(cells, problem.get_absolute_url())


def _measure_row(measure: Measure, held: Appointment, on: date) -> SheetRow:
    cells = (
        measure.title,
        _until(measure.due_then, measure.due_is_month),
        str(MEASURE_STANDING_LABELS[standing_of(measure, on)]),
        _role(measure, held),
    )
    return SheetRow(cells, measure.get_absolute_url())


def _promise_row(promise: Promise) -> SheetRow:
    decided = pgettext("promise", "尚未处理")
    if promise.decided_then:
        decided = str(PROMISE_DECISION_LABELS[PromiseDecision(promise.decision)])
    record = promise.problem or promise.measure if promise.decided_then else None
    cells = (promise.text, str(promise.get_kind_display()), decided)
    return SheetRow(cells, record.get_absolute_url() if record else "")


def _lacking_row(meeting: Meeting) -> SheetRow:
    kinds = listed(EVIDENCE_KIND_LABELS[kind] for kind in meeting.kinds_lacking)
    return SheetRow((meeting.title, day_label(meeting.held_on), kinds), meeting.get_absolute_url())


def _look_back_row(problem: Problem) -> SheetRow:
    title = problem.named_with_year
    if problem.round_title:
        day = _("%(day)s前") % {"day": day_label(problem.round_due)}
        how = _("列入“%(title)s”") % {"title": problem.round_title}
    else:
        day, how = day_label(problem.look_back_on_then), _("单项回头看")
    return SheetRow((title, day, how), problem.get_absolute_url())


def _round_row(found: LookBackRound) -> SheetRow:
    how = _("任检查人，尚有%(n)s个问题没有结果") % {"n": found.waiting}
    day = _("%(day)s前") % {"day": day_label(found.due_on)}
    return SheetRow((found.title, day, how), found.get_absolute_url())
