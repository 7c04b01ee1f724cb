"""All that was decided of the drafts of a text, entered at once.

It goes through the same actions as by hand: what they refuse is told beside the draft, and nothing
at all is written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, Manager, Max, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _

from reports.actions.honours import HonourDraft, add_honours
from reports.actions.imported_texts import (
    MODELS,
    end_text,
    in_bureau,
    lacking_words,
    locked_text,
    record_of,
)
from reports.actions.indicators import FigureDraft, Sheet, record_sheet
from reports.actions.measures import MeasureDraft, report_progress, set_measure
from reports.actions.people import AppointmentDraft, PersonDraft, appoint_many, create_people
from reports.actions.problems import Cause, ProblemDraft, register_problem
from reports.actions.refusals import Refused
from reports.actions.schedules import (
    ScheduleDraft,
    VersionDraft,
    create_schedules,
    plan_dues,
)
from reports.actions.units import UnitDraft, create_units, set_ledger_from
from reports.domain.access import Act
from reports.domain.drafts import lacking
from reports.domain.dues import CountedIn
from reports.domain.figures import Wording
from reports.domain.imports import DraftDecision, DraftKind, TextKind, TextState
from reports.domain.indicators import codes_taken
from reports.domain.periods import Cadence
from reports.domain.problems import ProblemClass
from reports.models import (
    AgendaKind,
    Draft,
    Figure,
    ImportedText,
    Indicator,
    MeetingKind,
    Origin,
    Person,
    Post,
    Problem,
    ProblemSource,
    Schedule,
    ScheduleSet,
    Unit,
    UnitKind,
)
from reports.models.choices import DRAFT_FIELD_LABELS

# What entering a draft of a kind is, where it is done by hand.
ACTS: Mapping[DraftKind, Act] = {
    DraftKind.UNIT: Act.MANAGE_UNITS,
    DraftKind.POST: Act.MANAGE_PEOPLE,
    DraftKind.SCHEDULE_SET: Act.SET_SCHEDULE,
    DraftKind.SCHEDULE: Act.SET_SCHEDULE,
    DraftKind.QUOTA: Act.SET_SCHEDULE,
    DraftKind.PROBLEM: Act.REGISTER_PROBLEM,
    DraftKind.MEASURE: Act.SET_MEASURE,
    DraftKind.FIGURE: Act.ENTER_FIGURE,
    DraftKind.HONOUR: Act.COMPILE_REPORT,
}


class CannotEnter(Refused):
    """The text cannot be entered; ``by_draft`` says by the key of a draft what is wrong with it."""

    def __init__(
        self, reasons: Iterable[object] = (), by_draft: Mapping[int, Sequence[str]] | None = None
    ):
        self.by_draft = {key: list(found) for key, found in (by_draft or {}).items()}
        self.general = [str(reason) for reason in reasons]
        every = [*self.general, *(each for found in self.by_draft.values() for each in found)]
        super().__init__(dict.fromkeys(every))


@dataclass(frozen=True, slots=True)
class Entered:
    """How much was made, and how much was merged."""

    made: int
    merged: int


@transaction.atomic
def enter_text(
    *,
    text_id: int,
    drop_undecided: bool,
    ledger_from: date | None = None,
    by: User,
    at: datetime,
    today: date,
) -> Entered:
    """Enter all that was decided, or nothing; every record keeps the sentence it came from.

    ``drop_undecided`` says that what nobody has decided is not wanted; ``ledger_from`` begins the
    ledger of a bureau that has none yet, and what it owes is planned. Refuses a text that is not
    open, undecided drafts, nothing to enter, and whatever the actions by hand refuse.
    """
    text = locked_text(text_id)
    if text.state != TextState.OPEN:
        raise CannotEnter([_("该文本已经办结。")])
    entered = Exists(Origin.objects.filter(draft=OuterRef("pk")))
    drafts = list(
        text.drafts.select_for_update(of=("self",)).annotate(entered=entered).order_by("position")
    )
    undecided = [draft for draft in drafts if not draft.decision]
    if undecided and not drop_undecided:
        raise CannotEnter(
            [_("还有%(n)s条没有处理，请先处理，或确认未处理的一律不采用。") % {"n": len(undecided)}]
        )
    work = _Entering(text, drafts, by=by, at=at, today=today)
    work.enter()
    if work.reasons:
        raise CannotEnter(by_draft=work.reasons)
    if not work.made and not work.merged:
        raise CannotEnter([_("没有采用或并入任何条目。")])
    for draft in undecided:
        draft.decision, draft.decided_at, draft.decided_by = DraftDecision.DROP.value, at, by
    Draft.objects.bulk_update(undecided, ["decision", "decided_at", "decided_by"])
    bureau, last = text.bureau, today.year + 1
    if ledger_from is not None and bureau.ledger_from is None:
        # This plans the running year and the next one of all that the bureau owes.
        bureau = set_ledger_from(unit=bureau, day=ledger_from, by=by, at=at, today=today)
        last = today.year - 1
    _plan(work.schedules, bureau, last, today)
    end_text(text, TextState.ENTERED, by=by, at=at)
    return Entered(work.made, work.merged)


def _plan(schedules: Sequence[Schedule], bureau: Unit, last: int, today: date) -> None:
    """Plan every year up to the last one in which the new schedules are owed."""
    if not schedules or bureau.ledger_from is None:
        return
    keys = [row.pk for row in schedules]
    first = min(row.versions.all()[0].first_day for row in schedules)
    for year in range(max(first, bureau.ledger_from).year, last + 1):
        plan_dues(today=today, year=year, schedule_ids=keys)


class _Wrong(Refused):
    """What a draft names is not there."""


class _Entering:
    """The work of entering one text: drafts in their order, each in a savepoint of its own, so
    that every refusal is told and not only the first."""

    def __init__(
        self,
        text: ImportedText,
        drafts: Sequence[Draft],
        *,
        by: User,
        at: datetime,
        today: date,
    ):
        self.text, self.bureau, self.drafts = text, text.bureau, drafts
        self.by, self.at, self.today = by, at, today
        self.by_position = {draft.position: draft for draft in drafts}
        self.became: dict[int, Model] = {}  # by position
        self.reasons: dict[int, list[str]] = {}
        self.schedules: list[Schedule] = []
        self.made = self.merged = 0
        self.as_published = text.kind == TextKind.REPORT

    def enter(self) -> None:
        """Every decided draft that is not entered yet; fills ``reasons`` where one is refused."""
        origins = Origin.objects.filter(draft__text=self.text).select_related(*MODELS)
        for origin in origins:
            draft = next(each for each in self.drafts if each.pk == origin.draft_id)
            found = next((row for name in MODELS if (row := getattr(origin, name))), None)
            if found is not None:
                self.became.setdefault(draft.position, found)
        for draft in self.drafts:
            if draft.entered or draft.decision in ("", DraftDecision.DROP):
                continue
            try:
                with transaction.atomic():
                    self._enter(draft)
            except Refused as refusal:
                self.reasons[draft.pk] = refusal.reasons
            except IntegrityError:
                self.reasons[draft.pk] = [_("与已有的记录重复，请改为并入已有，或者改名。")]

    def _enter(self, draft: Draft) -> None:
        kind = DraftKind(draft.kind)
        if draft.decision == DraftDecision.MERGE:
            relation = draft.given.get("relation", "")
            row = record_of(self.bureau, kind, relation, draft.merged_into)
            self._keep(draft, {relation: row})
            self.merged += 1
            return
        if lacks := lacking(kind, draft.given):
            raise _Wrong([lacking_words(lacks)])
        self._keep(draft, self.MAKERS[kind](self, draft.given))
        self.made += 1

    def _keep(self, draft: Draft, rows: Mapping[str, Model]) -> None:
        """The sentence that each record came from; the first of them is what the draft became."""
        Origin.objects.bulk_create(Origin(draft=draft, **{name: row}) for name, row in rows.items())
        self.became[draft.position] = next(iter(rows.values()))

    # what a draft names

    def row(self, model: type[Model], key: Any, what: str) -> Any:
        """One of the ledger's own rows by its key; none where there is no key."""
        if not key:
            return None
        return _there(model._default_manager.all(), key, what)

    def ref(self, typed: str, model: type[Model], what: str) -> Any:
        """What a reference stands for: a record of the bureau, or what another draft became."""
        if not typed:
            return None
        key = int(typed[1:])
        if typed[0] == "d":
            found = self.became.get(key)
            if not isinstance(found, model):
                other = self.by_position.get(key)
                raise _Wrong(
                    [
                        _("“%(what)s”所选的第%(n)s条没有采用，请采用该条或另选。")
                        % {"what": _label(what), "n": other.position if other else key}
                    ]
                )
            return found
        return _there(in_bureau(model, self.bureau), key, what)

    def unit(self, given: Mapping[str, Any], name: str = "unit") -> Unit | None:
        """The unit that a field names."""
        return self.ref(given.get(name) or "", Unit, name)

    def person(self, given: Mapping[str, Any], name: str) -> Person | None:
        """The person of the bureau that a field names."""
        found = self.row(Person, given.get(name), name)
        if found is not None and found.unit.bureau_id != self.bureau.pk:
            raise _Wrong([_("所选的人员不属于该分局。")])
        return found

    # each kind

    def _unit(self, given: Mapping[str, Any]) -> dict[str, Model]:
        draft = UnitDraft(
            name=given["name"],
            kind=self.row(UnitKind, given["kind"], "kind"),
            parent=self.unit(given, "parent") or self.bureau,
            short_name=given.get("short_name") or "",
            grade=given.get("grade") or "",
            opened_on=_day(given.get("opened_on")),
        )
        return {"unit": create_units([draft], by=self.by, at=self.at)[0]}

    def _post(self, given: Mapping[str, Any]) -> dict[str, Model]:
        unit = self.unit(given)
        person = self.person(given, "person")
        made: dict[str, Model] = {}
        if person is None:
            home = unit if not unit.kind.is_body else self.bureau
            drafts = [PersonDraft(given["new_person"], home)]
            (person,) = create_people(drafts, by=self.by, at=self.at)
            made["person"] = person
        draft = AppointmentDraft(
            person,
            unit,
            self.row(Post, given["post"], "post"),
            _day(given["first_day"]),
            acting=bool(given.get("acting")),
        )
        (appointment,) = appoint_many([draft], by=self.by, at=self.at)
        return {"appointment": appointment, **made}

    def _set(self, given: Mapping[str, Any]) -> dict[str, Model]:
        return {"schedule_set": self._set_called(given["name"], fresh=True)}

    def _set_called(self, name: str, *, fresh: bool = False) -> ScheduleSet:
        rows = ScheduleSet.objects.filter(unit=self.bureau)
        if there := rows.filter(name=name).first():
            if fresh:
                raise _Wrong([_("本局已有同名的制度组，请改为并入已有。")])
            return there
        made = ScheduleSet(unit=self.bureau, name=name, position=_last_position(rows) + 1)
        made._history_user, made._history_date = self.by, self.at
        made.save()
        return made

    def _schedule(self, given: Mapping[str, Any]) -> dict[str, Model]:
        of = self.ref(given.get("set") or "", ScheduleSet, "set")
        of = of or self._set_called(given["new_set"])
        if of.schedules.filter(name=given["name"]).exists():
            raise _Wrong([_("该制度组中已有同名制度，请改为并入已有，或者改名。")])
        body = self.unit(given, "body")
        kind = self._kind(MeetingKind, given, "meeting_kind")
        agenda = self._kind(AgendaKind, given, "agenda_kind")
        post = self.row(Post, given.get("presided_by"), "presided_by")
        draft = ScheduleDraft(
            set=of,
            name=given["name"],
            words=given.get("words") or "meeting",
            of_first_person=bool(given.get("of_first_person")),
            position=_last_position(of.schedules) + 1,
            version=VersionDraft(
                first_day=_day(given["first_day"]),
                cadence=Cadence(given["cadence"]),
                legal_basis=given["legal_basis"],
                asked_by=given["asked_by"],
                every=given.get("every") or 1,
                months=tuple(given.get("months") or ()),
                window=given.get("window") or "",
                window_days=given.get("window_days"),
                window_month=given.get("window_month"),
                window_day=given.get("window_day"),
                usual=bool(given.get("usual")),
                counted_in=given.get("counted_in") or CountedIn.TIMES.value,
                at_least=given.get("at_least") or 1,
                at_most=given.get("at_most"),
                meeting_kind_id=kind.pk if kind else None,
                agenda_kind_id=agenda.pk if agenda else None,
                body_id=body.pk if body else None,
                presided_by_id=post.pk if post else None,
            ),
        )
        (schedule,) = create_schedules([draft], by=self.by, at=self.at)
        self.schedules.append(schedule)
        return {"schedule": schedule}

    def _kind(self, model: type[Model], given: Mapping[str, Any], name: str) -> Any:
        """The kind that was chosen, or a new one by the name that was typed."""
        if given.get(name):
            return self.row(model, given[name], name)
        called = (given.get(f"new_{name}") or "").strip()
        if not called:
            return None
        rows = model._default_manager
        if there := rows.filter(name=called).first():
            return there
        code = codes_taken("own", set(rows.values_list("code", flat=True)))
        return rows.create(code=code, name=called, position=_last_position(rows) + 10)

    def _problem(self, given: Mapping[str, Any]) -> dict[str, Model]:
        draft = ProblemDraft(
            unit=self.unit(given),
            title=given["title"],
            source=self.row(ProblemSource, given["source"], "source"),
            found_on=_day(given["found_on"]),
            description=given.get("description") or "",
            causes=tuple(Cause(each) for each in given.get("causes") or ()),
            source_document=self.text.title[:120],
            raised_from_above=bool(given.get("raised_from_above")),
            raised_by=given.get("raised_by") or "",
            kind=ProblemClass(given.get("kind") or ProblemClass.DATED.value),
            counts=bool(given.get("counts")),
            due_on=_day(given.get("due_on")),
            due_is_month=bool(given.get("due_is_month")),
            target=given.get("target") or "",
            leader=self.person(given, "leader"),
            responsible=self.person(given, "responsible"),
            parent=self.ref(given.get("parent") or "", Problem, "parent"),
            as_published=self.as_published,
        )
        now = {"by": self.by, "at": self.at, "today": self.today}
        return {"problem": register_problem(draft, **now)}

    def _measure(self, given: Mapping[str, Any]) -> dict[str, Model]:
        problem = self.ref(given.get("problem") or "", Problem, "problem")
        draft = MeasureDraft(
            unit=self.unit(given),
            title=given["title"],
            set_on=_day(given["set_on"]),
            problems=(problem,) if problem else (),
            plan_year=given.get("plan_year"),
            standard=given.get("standard") or "",
            responsible=self.person(given, "responsible"),
            leader=self.person(given, "leader"),
            due_on=_day(given.get("due_on")),
            due_is_month=bool(given.get("due_is_month")),
            as_published=self.as_published,
        )
        now = {"by": self.by, "at": self.at, "today": self.today}
        measure = set_measure(draft, **now)
        outcome = given.get("outcome") or ""
        if given.get("progress") or outcome:
            report_progress(
                measure_id=measure.pk,
                on=_day(given.get("progress_on")) or self.today,
                text=given.get("progress") or _("据整改情况通报。"),
                finishes=outcome == "done",
                basically_done=outcome == "basically",
                **now,
            )
        return {"measure": measure}

    def _figure(self, given: Mapping[str, Any]) -> dict[str, Model]:
        unit = self.unit(given)
        indicator = self.row(Indicator, given["indicator"], "indicator")
        sheet = Sheet(unit, given["year"], None, bool(given.get("is_target")))
        row = Figure.objects.standing().filter(
            indicator=indicator,
            unit=unit,
            year=sheet.year,
            month=None,
            is_target=sheet.is_target,
        )
        if row.exists():
            raise _Wrong([_("该指标本年度已有数据，请改为并入已有。")])
        draft = FigureDraft(
            indicator,
            _number(given.get("value")),
            Wording(given["wording"]) if given.get("wording") else None,
            _number(given.get("numerator")),
            _number(given.get("denominator")),
            given["source"],
        )
        record_sheet(sheet, [draft], by=self.by, at=self.at, today=self.today)
        return {"figure": row.get()}

    def _honour(self, given: Mapping[str, Any]) -> dict[str, Model]:
        draft = HonourDraft(
            bureau=self.bureau,
            year=given["year"],
            title=given["title"],
            awarded_by=given.get("awarded_by") or "",
            awarded_on=_day(given.get("awarded_on")),
            unit=self.unit(given),
            kind=given["kind"],
            level=given["level"],
        )
        now = {"by": self.by, "at": self.at, "today": self.today}
        return {"honour": add_honours([draft], **now)[0]}

    MAKERS: Mapping[DraftKind, Callable[["_Entering", Mapping[str, Any]], dict[str, Model]]] = {
        DraftKind.UNIT: _unit,
        DraftKind.POST: _post,
        DraftKind.SCHEDULE_SET: _set,
        DraftKind.SCHEDULE: _schedule,
        DraftKind.QUOTA: _schedule,
        DraftKind.PROBLEM: _problem,
        DraftKind.MEASURE: _measure,
        DraftKind.FIGURE: _figure,
        DraftKind.HONOUR: _honour,
    }


def _there(rows: QuerySet, key: Any, what: str) -> Any:
    found = rows.filter(pk=key).first()
    if found is None:
        raise _Wrong([_("所选的%(what)s已不存在，请重新选择。") % {"what": _label(what)}])
    return found


def _last_position(rows: QuerySet | Manager) -> int:
    return rows.aggregate(last=Max("position"))["last"] or 0


def _label(name: str) -> str:
    return str(DRAFT_FIELD_LABELS[name])


def _day(typed: str | None) -> date | None:
    return date.fromisoformat(typed) if typed else None


def _number(typed: object) -> Decimal | None:
    if typed in (None, ""):
        return None
    try:
        return Decimal(str(typed))
    except InvalidOperation:
        raise _Wrong([_("数值不是有效的数字。")]) from None
