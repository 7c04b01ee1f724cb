"""What a user may see and do, and where: one condition per model, used by every page.

A membership gives one of three grants. *Bureau*: the ledger of one bureau (legal officer,
inspector, leader). *Tree*: every bureau under a unit (supervisor, leader above the bureaus).
*Unit*: a unit and what is below it (clerk, leader of a station). Administrators get none: they
see no records.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Model, Q, QuerySet

from reports.domain.access import MAY, REACH, Act, Reach, Role
from reports.domain.notices import NoticeState
from reports.domain.reminders import stands_in
from reports.models import (
    AccountGiven,
    AgendaPaper,
    AnnualReport,
    Appointment,
    Assessment,
    AssessmentItem,
    Attendance,
    Certificate,
    Deed,
    DeletedRecord,
    Deputy,
    Due,
    DueCount,
    DutyList,
    Evidence,
    Examination,
    Figure,
    Honour,
    ImportedText,
    Indicator,
    ItemProof,
    LookBackRound,
    Measure,
    Meeting,
    Membership,
    Notice,
    Person,
    Problem,
    Promise,
    ReportCall,
    ReportTemplate,
    Schedule,
    ScheduleSet,
    SheetImport,
    StaffingRule,
    SuperiorTask,
    Unit,
    Waiver,
    WaiverOrder,
    WaiverRequest,
    WorkRecord,
)
from reports.models.units import PATH_SEGMENT


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership, resolved: what it covers and what it allows."""

    role: Role
    unit_id: int
    kind: str  # "bureau", "tree", "unit", "none"
    bureau_id: int | None
    path: str
    path_end: str
    unit_name: str = ""
    bureau_name: str = ""
    unit_is_bureau: bool = False
    is_fictional: bool = False

    def covers(self, *, unit_path: str, bureau_id: int | None, bureau_path: str) -> bool:
        """Whether a record of that unit, kept by that bureau, lies within the grant."""
        if self.kind == "bureau":
            return bureau_id == self.bureau_id
        if self.kind == "tree":
            return self.path <= (bureau_path or unit_path) < self.path_end
        return self.kind == "unit" and self.path <= unit_path < self.path_end


@dataclass(frozen=True)
class Scope:
    """All grants of a user on a day."""

    user_id: int
    grants: tuple[Grant, ...]
    # Of each person on leave for whom the user stands in: the name, and what of that person's
    # grants the user may do, too. It says whose work waits; it opens no page.
    stands_in: tuple[tuple[str, "Scope"], ...] = ()

    @cached_property
    def reading(self) -> tuple[Grant, ...]:
        """The grants that let records be seen."""
        return tuple(g for g in self.grants if g.kind != "none" and Act.READ in MAY[g.role])

    @property
    def reads_anything(self) -> bool:
        return bool(self.reading)

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(g.role for g in self.grants)

    def allows(self, act: Act) -> bool:
        """Whether the act is allowed anywhere; for menus and buttons."""
        return any(act in MAY[g.role] for g in self.grants)

    def may(self, act: Act, record: Model) -> bool:
        """Whether the act is allowed on a record (or a unit) that is given with its relations.

        Reads ``record.unit`` and ``record.bureau``; of a unit itself, its own.
        """
        unit, bureau = _place(record)
        return any(
            act in MAY[g.role]
            and g.covers(
                unit_path=unit.path,
                bureau_id=bureau.pk if bureau else None,
                bureau_path=bureau.path if bureau else "",
            )
            for g in self.grants
        )

    def holds(self, role: Role) -> bool:
        return role in self.roles

    def condition(self, *, unit: str, bureau: str, act: Act = Act.READ) -> Q:
        """The rows whose ``unit``/``bureau`` columns lie within the grants that allow ``act``.

        ``unit`` and ``bureau`` name foreign keys; nothing granted gives a condition without rows.
        """
        found = Q(pk__in=[])
        for g in self.grants:
            if g.kind == "none" or act not in MAY[g.role]:
                continue
            if g.kind == "bureau":
                part = Q(**{bureau: g.bureau_id})
            elif g.kind == "tree":
                # A range of paths, not a list of keys: the planner knows how many rows that is.
                part = Q(
                    **{f"{bureau}__path__gte": g.path, f"{bureau}__path__lt": g.path_end},
                )
            else:
                part = Q(**{f"{unit}__in": _units_in(g)})
            found = part if _is_nothing(found) else found | part
        return found

    def limit(self, queryset: QuerySet, act: Act = Act.READ) -> QuerySet:
        """The rows of the queryset that the user may read (or may do ``act`` with)."""
        return queryset.filter(CONDITIONS[queryset.model](self, act))

    def units(self, act: Act = Act.READ) -> QuerySet:
        """The units within the grants that allow the act."""
        return self.limit(Unit.objects.all(), act)

    def units_around(self, act: Act) -> QuerySet:
        """The units of ``units(act)``, and those of their bureaus that may be read.

        A page reads them once and asks ``may`` of each for what it shows.
        """
        bureaus = {g.bureau_id for g in self.grants if act in MAY[g.role] and g.bureau_id}
        return self.units(act) | self.units().filter(bureau__in=bureaus)

    @cached_property
    def sees_many_bureaus(self) -> bool:
        return any(g.kind == "tree" for g in self.reading) or len(self.bureau_ids) > 1

    @cached_property
    def bureau_ids(self) -> frozenset[int]:
        return frozenset(g.bureau_id for g in self.reading if g.bureau_id is not None)


def _is_nothing(condition: Q) -> bool:
    return condition.children == [("pk__in", [])]


def _units_in(g: Grant) -> QuerySet:
    return Unit.objects.filter(path__gte=g.path, path__lt=g.path_end).values("pk")


# Rows that name a unit and leave the bureau to it.
_AT_A_UNIT = (
    ScheduleSet,
    Person,
    Examination,
    Appointment,
    WaiverOrder,
    StaffingRule,
    DutyList,
    Indicator,
    Assessment,
    ReportCall,
    ReportTemplate,
)


def _place(record: Model) -> tuple[Unit, Unit | None]:
    if isinstance(record, Unit):
        return record, record if record.is_bureau else record.bureau
    if isinstance(record, (AnnualReport, Honour, ImportedText, SheetImport)):
        return record.bureau, record.bureau
    if isinstance(record, Schedule):
        return record.set.unit, record.set.unit.bureau
    if isinstance(record, WaiverRequest):
        return record.due.unit, record.due.bureau
    if isinstance(record, Certificate):
        return record.person.unit, record.person.unit.bureau
    if isinstance(record, AssessmentItem):
        return _place(record.assessment)
    if isinstance(record, ItemProof):
        return _place(record.item.assessment)
    if isinstance(record, _AT_A_UNIT):
        return record.unit, record.unit.bureau
    return record.unit, record.bureau


def _unit_and_bureau(scope: Scope, act: Act) -> Q:
    return scope.condition(unit="unit", bureau="bureau", act=act)


def _of_unit(scope: Scope, act: Act) -> Q:
    return scope.condition(unit="unit", bureau="unit__bureau", act=act)


def _unit(scope: Scope, act: Act) -> Q:
    found = Q(pk__in=[])
    for g in scope.grants:
        if g.kind == "none" or act not in MAY[g.role]:
            continue
        if g.kind == "bureau":
            part = Q(bureau=g.bureau_id)
        else:
            part = Q(path__gte=g.path, path__lt=g.path_end)
        found = part if _is_nothing(found) else found | part
    return found


def _or_one_of(condition: Q, model: type[Model], *keys: QuerySet) -> Q:
    """The rows of the condition and those of the keys: one list of keys, which an index answers.

    With OR instead a database reads the whole table and asks each row.
    """
    own = model.objects.filter(condition).order_by().values("pk")
    return Q(pk__in=own.union(*keys))


def _meeting(scope: Scope, act: Act) -> Q:
    """A joint session is seen by every unit that it counts for."""
    found = _unit_and_bureau(scope, act)
    for g in scope.grants:
        if g.kind == "unit" and act == Act.READ:
            joint = Attendance.objects.filter(unit__in=_units_in(g)).values("meeting_id")
            found = _or_one_of(found, Meeting, joint)
    return found


def _evidence(scope: Scope, act: Act) -> Q:
    found = _unit_and_bureau(scope, act)
    for g in scope.grants:
        if g.kind == "unit" and act == Act.READ:
            joint = Attendance.objects.filter(unit__in=_units_in(g)).values("meeting_id")
            found |= Q(uses__meeting__in=joint) & Q(uses__meeting__cancelled_at__isnull=True)
    if any(g.kind == "unit" for g in scope.grants) and act == Act.READ:
        found = Q(pk__in=Evidence.objects.filter(found).values("pk"))
    return found


def _problem(scope: Scope, act: Act) -> Q:
    """A joint unit sees the problem, too."""
    found = _unit_and_bureau(scope, act)
    for g in scope.grants:
        if g.kind == "unit" and act == Act.READ:
            joint = Problem.joint_units.through.objects.filter(unit__in=_units_in(g))
            found = _or_one_of(found, Problem, joint.values("problem_id"))
    return found


def _measure(scope: Scope, act: Act) -> Q:
    """Who leads a problem sees its measures in other units, too; so does a joint unit."""
    found = _unit_and_bureau(scope, act)
    for g in scope.grants:
        if g.kind == "unit" and act == Act.READ:
            led = Measure.problems.through.objects.filter(problem__unit__in=_units_in(g))
            joint = Measure.joint_units.through.objects.filter(unit__in=_units_in(g))
            found = _or_one_of(found, Measure, led.values("measure_id"), joint.values("measure_id"))
    return found


def _task(scope: Scope, act: Act) -> Q:
    """Whoever answers a task from above by a measure sees it."""
    found = _unit_and_bureau(scope, act)
    for g in scope.grants:
        if g.kind == "unit" and act == Act.READ:
            answering = Measure.objects.standing().filter(unit__in=_units_in(g), task__isnull=False)
            found |= Q(pk__in=answering.values("task_id"))
    return found


def _round(scope: Scope, act: Act) -> Q:
    """A round belongs to the bureau as a whole; who was ordered to check sees it from anywhere."""
    found = _of_bureau(scope, act)
    if act == Act.READ and scope.reads_anything:
        own = LookBackRound.checkers.through.objects.filter(person__user=scope.user_id)
        found |= Q(pk__in=own.values("lookbackround_id"))
    return found


def paths_above(path: str) -> list[str]:
    """The paths of the units above: every level adds digits of the same number."""
    return [path[:end] for end in range(PATH_SEGMENT, len(path), PATH_SEGMENT)]


def _schedule_of(prefix: str):
    def condition(scope: Scope, act: Act) -> Q:
        """The rules of a bureau are open to everyone in it: who owes must be able to read them."""
        found = scope.condition(unit=f"{prefix}unit", bureau=f"{prefix}unit__bureau", act=act)
        if act == Act.READ:
            for g in scope.reading:
                if g.kind == "unit" and g.bureau_id is not None:
                    found |= Q(**{f"{prefix}unit__bureau": g.bureau_id})
                # So is what a unit above the bureaus sets, which belongs to none of them.
                if g.kind == "tree":
                    path = f"{prefix}unit__path"
                    found |= Q(**{f"{path}__gte": g.path, f"{path}__lt": g.path_end})
                # What is set above the bureaus is owed below them.
                if g.kind != "tree" and (above := paths_above(g.path)):
                    found |= Q(**{f"{prefix}unit__path__in": above})
        return found

    return condition


def _person(scope: Scope, act: Act) -> Q:
    """People whose home is within the scope, and people who hold or held a post there."""
    found = _of_unit(scope, act)
    if act == Act.READ:
        serving = Appointment.objects.filter(_of_unit(scope, act))
        found |= Q(pk__in=serving.values("person_id"))
    return found


def _of_person(scope: Scope, act: Act) -> Q:
    return Q(person__in=Person.objects.filter(_person(scope, act)).values("pk"))


def _of_bureau(scope: Scope, act: Act) -> Q:
    """What belongs to a bureau as a whole is not seen from a single unit."""
    found = Q(pk__in=[])
    for g in scope.grants:
        if act not in MAY[g.role] or g.kind not in {"bureau", "tree"}:
            continue
        part = Q(bureau=g.bureau_id)
        if g.kind == "tree":
            part = Q(bureau__path__gte=g.path, bureau__path__lt=g.path_end)
        found = part if _is_nothing(found) else found | part
    return found


def _assessment(prefix: str):
    def condition(scope: Scope, act: Act) -> Q:
        """A volume belongs to a bureau as a whole; so do its items and what proves them."""
        found = Q(pk__in=[])
        for g in scope.grants:
            if act not in MAY[g.role] or g.kind not in {"bureau", "tree"}:
                continue
            part = Q(**{f"{prefix}unit": g.bureau_id})
            if g.kind == "tree":
                path = f"{prefix}unit__path"
                part = Q(**{f"{path}__gte": g.path, f"{path}__lt": g.path_end})
            found = part if _is_nothing(found) else found | part
        return found

    return condition


def _of_due(scope: Scope, act: Act) -> Q:
    return scope.condition(unit="due__unit", bureau="due__bureau", act=act)


def _waiver_order(scope: Scope, act: Act) -> Q:
    """A notice is seen where it speaks, and by everyone one of whose dues it excuses."""
    found = Q(pk__in=[])
    for g in scope.grants:
        if g.kind == "none" or act not in MAY[g.role]:
            continue
        if g.kind == "bureau":
            part = Q(unit__bureau=g.bureau_id)
        else:
            part = Q(unit__path__gte=g.path, unit__path__lt=g.path_end)
        found = part if _is_nothing(found) else found | part
    if act == Act.READ and scope.reads_anything:
        excusing = Waiver.objects.filter(_of_due(scope, act), order__isnull=False)
        found |= Q(pk__in=excusing.values("order_id"))
    return found


def _notice(scope: Scope, act: Act) -> Q:
    """A notice is seen where it goes, once it is signed, and where it is issued, from the draft on.

    ``act`` is asked at the unit that has to answer; who reads the issuing office reads it, too.
    """
    found = _unit_and_bureau(scope, act)
    if act == Act.READ:
        found &= ~Q(state=NoticeState.DRAFT.value)
        for g in scope.reading:
            if g.kind == "bureau":
                found |= Q(office__unit__bureau=g.bureau_id)
            else:
                path = "office__unit__path"
                found |= Q(**{f"{path}__gte": g.path, f"{path}__lt": g.path_end})
    return found


def _rule_of_units(scope: Scope, act: Act) -> Q:
    """What is set at a unit holds below it: everyone whom it concerns may read it."""
    found = scope.condition(unit="unit", bureau="unit__bureau", act=act)
    for g in scope.grants:
        if g.kind == "none" or act not in MAY[g.role]:
            continue
        if g.kind == "tree":
            found |= Q(unit__path__gte=g.path, unit__path__lt=g.path_end)
        elif act == Act.READ:
            if g.bureau_id is not None:
                found |= Q(unit=g.bureau_id)
            if above := paths_above(g.path):
                found |= Q(unit__path__in=above)
    return found


def _delivered_or_of_units(scope: Scope, act: Act) -> Q:
    """What is delivered with the ledger has no unit and may be read by whoever reads anything."""
    found = _rule_of_units(scope, act)
    if act == Act.READ and scope.reads_anything:
        found |= Q(unit__isnull=True)
    return found


CONDITIONS = {
    Unit: _unit,
    Due: _unit_and_bureau,
    DueCount: _of_bureau,
    Meeting: _meeting,
    AgendaPaper: _unit_and_bureau,
    Evidence: _evidence,
    Problem: _problem,
    Measure: _measure,
    SuperiorTask: _task,
    LookBackRound: _round,
    Promise: _of_bureau,
    AnnualReport: _of_bureau,
    Assessment: _assessment(""),
    ReportCall: _assessment(""),
    ReportTemplate: _delivered_or_of_units,
    AssessmentItem: _assessment("assessment__"),
    ItemProof: _assessment("item__assessment__"),
    Honour: _of_bureau,
    Schedule: _schedule_of("set__"),
    ScheduleSet: _schedule_of(""),
    Person: _person,
    Appointment: _of_unit,
    Examination: _of_unit,
    Certificate: _of_person,
    StaffingRule: _rule_of_units,
    DutyList: _delivered_or_of_units,
    Deed: _unit_and_bureau,
    AccountGiven: _unit_and_bureau,
    WorkRecord: _unit_and_bureau,
    Indicator: _delivered_or_of_units,
    Figure: _unit_and_bureau,
    DeletedRecord: _of_bureau,
    WaiverRequest: _of_due,
    WaiverOrder: _waiver_order,
    Notice: _notice,
    ImportedText: _of_bureau,
    SheetImport: _of_bureau,
}


def scope_of(user, *, today: date) -> Scope:
    """The scope of a user on a day, with those she stands in for: one query.

    A membership whose unit is closed still reads: the records of a closed unit must stay open to
    those who kept them.
    """
    on_leave = Deputy.objects.filter(
        deputy=user, first_day__lte=today, last_day__gte=today, user__is_active=True
    )
    rows = Membership.objects.filter(Q(user=user) | Q(user__in=on_leave.values("user_id")))
    found: dict[int, list[Membership]] = defaultdict(list)
    for row in rows.valid_on(today).select_related("unit__bureau", "user").order_by("pk"):
        found[row.user_id].append(row)
    own = Scope(user.pk, tuple(_grant(row) for row in found.pop(user.pk, ())))
    lent = []
    for of_one in found.values():
        away, who = Scope(user.pk, tuple(_grant(row) for row in of_one)), of_one[0].user
        if (shared := shared_with(away, own)).grants:
            lent.append((who.get_full_name() or who.get_username(), shared))
    return replace(own, stands_in=tuple(lent))


def shared_with(away: Scope, deputy: Scope) -> Scope:
    """Of the grants of a person on leave those whose every act the deputy may do there, too.

    It is the deputy's scope: what waits is asked for as if the deputy held them.
    """
    kept = tuple(
        grant
        for grant in away.grants
        if grant.kind != "none" and stands_in(grant.role, _roles_at(grant, deputy))
    )
    return Scope(deputy.user_id, kept)


def _roles_at(grant: Grant, of: Scope) -> list[Role]:
    """The roles that a user holds where the grant is held."""
    return [
        own.role
        for own in of.grants
        if own.covers(unit_path=grant.path, bureau_id=grant.bureau_id, bureau_path="")
    ]


def _grant(membership: Membership) -> Grant:
    role, unit = Role(membership.role), membership.unit
    return Grant(
        role=role,
        unit_id=unit.pk,
        kind=_kind(role, unit),
        bureau_id=unit.bureau_id if _kind(role, unit) != "tree" else None,
        path=unit.path,
        path_end=unit.path_end,
        unit_name=unit.label,
        bureau_name=unit.bureau.label if unit.bureau else "",
        unit_is_bureau=unit.is_bureau,
        is_fictional=unit.is_fictional,
    )


def _kind(role: Role, unit: Unit) -> str:
    reach = REACH[role]
    if reach == Reach.NONE:
        return "none"
    if reach == Reach.WHOLE_BUREAU:
        return "bureau" if unit.bureau_id else "none"
    if reach == Reach.SUBTREE:
        if role == Role.LEADER and unit.is_bureau:
            return "bureau"
        return "unit" if role == Role.LEADER and unit.bureau_id else "tree"
    return "unit"
