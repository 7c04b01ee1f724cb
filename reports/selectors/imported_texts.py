"""Texts that were brought in: how far their drafts are decided, what they could be merged with,
and the sentence that a record came from.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _

from reports.domain.access import Act
from reports.domain.drafts import is_alike, lacking
from reports.domain.dues import CountedIn
from reports.domain.imports import DraftDecision, DraftKind
from reports.domain.periods import JANUARY, Cadence, Rhythm
from reports.domain.problems import ENDED
from reports.domain.rectification import ItemState
from reports.models import (
    AgendaKind,
    Appointment,
    Draft,
    Figure,
    Honour,
    ImportedText,
    Measure,
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
from reports.models.choices import (
    CADENCE_LABELS,
    DRAFT_FIELD_LABELS,
    HONOUR_KIND_LABELS,
    HONOUR_LEVEL_LABELS,
    NOTICE_ITEM_STATE_LABELS,
    PROBLEM_CLASS_LABELS,
    day_label,
    month_label,
    rhythm_label,
)
from reports.selectors.indicators import entered_for
from reports.selectors.rules import rhythm_of
from reports.selectors.scope import Scope

# So many records of the ledger may be chosen from to merge with.
MOST_OFFERED = 300


def texts_for(scope: Scope, act: Act = Act.READ) -> QuerySet[ImportedText]:
    """The texts of a scope, or those with which the user may do ``act``, with the numbers of
    their drafts, the newest first."""

    def counted(decision: str) -> Count:
        return Count("drafts", filter=Q(drafts__decision=decision))

    rows = scope.limit(ImportedText.objects.defer("text", "reading"), act)
    return (
        rows.select_related("bureau", "recorded_by")
        .annotate(
            undecided=counted(""),
            taken=counted(DraftDecision.TAKE),
            merged=counted(DraftDecision.MERGE),
            dropped=counted(DraftDecision.DROP),
        )
        .order_by("-recorded_at", "-pk")
    )


class DraftState(NamedTuple):
    """Where a draft stands, without what it says."""

    pk: int
    kind: str
    position: int
    start: int
    end: int
    decision: str
    entered: bool


def states_of(text: ImportedText) -> list[DraftState]:
    """All drafts of a text in their order."""
    rows = Draft.objects.filter(text=text).order_by("position")
    entered = Exists(Origin.objects.filter(draft=OuterRef("pk")))
    names = ("pk", "kind", "position", "start", "end", "decision")
    return [
        DraftState(*row) for row in rows.annotate(entered=entered).values_list(*names, "entered")
    ]


@dataclass(frozen=True, slots=True)
class KindCount:
    """How the drafts of one kind stand; what is entered counts with what was decided of it."""

    kind: DraftKind
    total: int
    undecided: int
    taken: int
    merged: int
    dropped: int


def counts_of(states: Sequence[DraftState]) -> list[KindCount]:
    """The kinds that a text has drafts of, each with its numbers."""
    found = []
    for kind in DraftKind:
        rows = [row for row in states if row.kind == kind]
        if not rows:
            continue
        tally = Counter(row.decision for row in rows)
        found.append(
            KindCount(
                kind,
                len(rows),
                tally[""],
                tally[DraftDecision.TAKE],
                tally[DraftDecision.MERGE],
                tally[DraftDecision.DROP],
            )
        )
    return found


# --- what a draft may be merged with ------------------------------------------------------------


class Existing(NamedTuple):
    """A record of the ledger: the relation an origin names it by, its key, how it is called."""

    relation: str
    pk: int
    label: str
    # What it is compared by: its name, and what else must be the same.
    name: str
    more: tuple[Any, ...] = ()

    @property
    def reference(self) -> str:
        """How a form sends the choice of it."""
        return f"{self.relation}:{self.pk}"


def existing_of(
    kind: DraftKind, bureau: Unit, names: Iterable[str] = (), keys: Iterable[int] = ()
) -> list[Existing]:
    """The records of a bureau that drafts of a kind may be merged with.

    Those that bear one of the names, or are among the keys, come first; of many the newest.
    """
    first = Q(pk__in=list(keys))
    if kind in (DraftKind.PROBLEM, DraftKind.MEASURE, DraftKind.HONOUR):
        first |= Q(title__in=list(names))
    return _EXISTING[kind](bureau, first)


def _units(bureau: Unit, first: Q) -> list[Existing]:
    rows = Unit.objects.filter(bureau=bureau).in_order()
    return [Existing("unit", row.pk, row.name, row.name) for row in rows]


def _posts(bureau: Unit, first: Q) -> list[Existing]:
    held = Appointment.objects.filter(unit__bureau=bureau).for_list()
    posts = Post.objects.order_by("position", "pk")
    found = [
        Existing(
            "appointment",
            row.pk,
            f"{row.person.name} · {row.post.name} · {row.unit.label}",
            row.person.name,
            (row.post_id,),
        )
        for row in held
    ]
    return found + [Existing("post", row.pk, row.name, row.name) for row in posts]


def _sets(bureau: Unit, first: Q) -> list[Existing]:
    rows = ScheduleSet.objects.filter(unit__bureau=bureau).select_related("unit")
    return [
        Existing("schedule_set", row.pk, row.name, row.name)
        for row in rows.order_by("position", "pk")
    ]


def _schedules(bureau: Unit, first: Q) -> list[Existing]:
    rows = Schedule.objects.filter(set__unit__bureau=bureau).for_list()
    found = []
    for row in rows.prefetch_related("versions"):
        version = max(row.versions.all(), key=lambda each: each.first_day, default=None)
        if version is None:
            continue
        rhythm = rhythm_label(rhythm_of(version, row.set), version.at_least, version.at_most)
        label = f"{row.set.name} · {row.name} · {rhythm}"
        more = (version.cadence, version.every)
        found.append(Existing("schedule", row.pk, label, row.name, more))
    return found


def _nearest(rows: QuerySet, first: Q) -> QuerySet:
    order = Case(When(first, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.order_by(order, "-pk")[:MOST_OFFERED]


def _problems(bureau: Unit, first: Q) -> list[Existing]:
    rows = _nearest(Problem.objects.standing().filter(bureau=bureau), first)
    return [Existing("problem", row.pk, row.named_with_year, row.title) for row in rows]


def _measures(bureau: Unit, first: Q) -> list[Existing]:
    rows = _nearest(Measure.objects.standing().filter(bureau=bureau), first)
    return [
        Existing("measure", row.pk, f"{row.set_on:%Y} {row.title}", row.title, (row.plan_year,))
        for row in rows
    ]


def _figures(bureau: Unit, first: Q) -> list[Existing]:
    rows = Figure.objects.standing().filter(bureau=bureau).select_related("indicator", "unit")
    return [
        Existing(
            "figure",
            row.pk,
            f"{row.year} {row.indicator.name} {row.value.normalize():f}{row.indicator.counter}",
            "",
            (row.indicator_id, row.year, row.unit_id, row.is_target),
        )
        for row in _nearest(rows.filter(month=None), first)
    ]


def _honours(bureau: Unit, first: Q) -> list[Existing]:
    rows = _nearest(Honour.objects.filter(bureau=bureau, cancelled_at=None), first)
    return [
        Existing("honour", row.pk, f"{row.year} {row.title}", row.title, (row.year,))
        for row in rows
    ]


_EXISTING = {
    DraftKind.UNIT: _units,
    DraftKind.POST: _posts,
    DraftKind.SCHEDULE_SET: _sets,
    DraftKind.SCHEDULE: _schedules,
    DraftKind.QUOTA: _schedules,
    DraftKind.PROBLEM: _problems,
    DraftKind.MEASURE: _measures,
    DraftKind.FIGURE: _figures,
    DraftKind.HONOUR: _honours,
}


def values_of(draft: Draft) -> dict[str, Any]:
    """What the draft would become as things stand: as found, with what a person changed."""
    return {**draft.found.get("proposed", {}), **draft.given}


def twins_of(draft: Draft, there: Sequence[Existing]) -> list[Existing]:
    """The records that the draft most likely is already: of the same passage, or alike."""
    kind, values = DraftKind(draft.kind), values_of(draft)
    same = draft.found.get("same")
    found = [row for row in there if same and [row.relation, row.pk] == list(same)]
    name = values.get("name") or values.get("title") or ""
    for row in there:
        if row in found:
            continue
        if kind == DraftKind.POST:
            hit = _is_post(row, draft, values)
        elif kind in (DraftKind.SCHEDULE, DraftKind.QUOTA):
            rhythm = (values.get("cadence"), values.get("every"))
            hit = row.more == rhythm and is_alike(row.name, name)
        elif kind == DraftKind.FIGURE:
            of = (values.get("indicator"), values.get("year"), _key(values), values["is_target"])
            hit = row.more == of
        elif kind == DraftKind.HONOUR:
            hit = row.name == name and row.more == (values.get("year"),)
        elif kind == DraftKind.MEASURE:
            hit = row.name == name and row.more == (values.get("plan_year"),)
        else:
            hit = row.name == name
        if hit:
            found.append(row)
    return found


def _is_post(row: Existing, draft: Draft, values: Mapping[str, Any]) -> bool:
    """Somebody who is named there holds it already; where nobody is named it is the post itself."""
    if draft.found.get("person"):
        named = values.get("new_person") or values.get("labels", {}).get("person")
        return row.relation == "appointment" and (row.name, row.more) == (
            named,
            (values.get("post"),),
        )
    return row.relation == "post" and row.pk == values.get("post")


def _key(values: Mapping[str, Any]) -> int | None:
    typed = str(values.get("unit") or "")
    return int(typed[1:]) if typed.startswith("u") else None


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What taking all undecided drafts of a kind would do: which are new, which are there already,
    and which somebody must complete first."""

    new: tuple[int, ...]
    merged: tuple[tuple[int, Existing], ...]
    incomplete: tuple[int, ...]

    @property
    def number(self) -> int:
        """How many would be decided."""
        return len(self.new) + len(self.merged)


def at_once(drafts: Iterable[Draft], there: Sequence[Existing]) -> AtOnce:
    """What taking these undecided drafts as they are would do."""
    new, merged, incomplete = [], [], []
    for draft in drafts:
        twins = twins_of(draft, there)
        if twins:
            merged.append((draft.pk, twins[0]))
        elif lacking(DraftKind(draft.kind), values_of(draft)):
            incomplete.append(draft.pk)
        else:
            new.append(draft.pk)
    return AtOnce(tuple(new), tuple(merged), tuple(incomplete))


# --- what a draft is completed from -------------------------------------------------------------

Choices = list[tuple[Any, str]]


def choices_for(
    kind: DraftKind, text: ImportedText, draft: Draft, today: date
) -> dict[str, Choices]:
    """The ledger's own lists for the fields of a draft, and what other drafts of the text become.

    By the name of the list: ``units``, ``people``, ``problems`` and the like.
    """
    bureau = text.bureau
    lists: dict[str, Choices] = {}
    others = _drafted(text, draft, _DRAFTED[kind])
    if kind in _AT_UNITS:
        units = Unit.objects.filter(bureau=bureau).existing_on(today).in_order()
        lists["units"] = [(f"u{row.pk}", row.label) for row in units] + others[DraftKind.UNIT]
    if kind == DraftKind.UNIT:
        lists["kinds"] = _rows(UnitKind)
    if kind == DraftKind.POST:
        lists["posts"] = _rows(Post)
    if kind in (DraftKind.SCHEDULE, DraftKind.QUOTA):
        sets = ScheduleSet.objects.filter(unit__bureau=bureau).order_by("position", "pk")
        lists["sets"] = [(f"s{row.pk}", row.name) for row in sets]
        lists["sets"] += others[DraftKind.SCHEDULE_SET]
        lists["posts"] = _rows(Post)
        lists["meeting_kinds"] = _rows(MeetingKind)
        lists["agenda_kinds"] = _rows(AgendaKind)
    if kind == DraftKind.PROBLEM:
        lists["sources"] = _rows(ProblemSource)
    if kind in (DraftKind.POST, DraftKind.PROBLEM, DraftKind.MEASURE):
        people = Person.objects.standing().filter(unit__bureau=bureau)
        people = people.filter(Q(left_on=None) | Q(left_on__gte=today)).for_list()
        lists["people"] = [(row.pk, f"{row.name} · {row.unit.label}") for row in people]
    if kind in (DraftKind.PROBLEM, DraftKind.MEASURE):
        rows = Problem.objects.standing().filter(bureau=bureau).exclude(state__in=ENDED)
        lists["problems"] = [
            (f"p{row.pk}", row.named_with_year) for row in rows.order_by("-pk")[:MOST_OFFERED]
        ] + others[DraftKind.PROBLEM]
    if kind == DraftKind.FIGURE:
        rows = entered_for(bureau)
        lists["indicators"] = [(row.pk, f"{row.name}（{row.counter}）") for row in rows]
    return lists


_AT_UNITS = frozenset(DraftKind) - {DraftKind.SCHEDULE_SET}
_DRAFTED: Mapping[DraftKind, tuple[DraftKind, ...]] = {
    DraftKind.UNIT: (DraftKind.UNIT,),
    DraftKind.POST: (DraftKind.UNIT,),
    DraftKind.SCHEDULE_SET: (),
    DraftKind.SCHEDULE: (DraftKind.UNIT, DraftKind.SCHEDULE_SET),
    DraftKind.QUOTA: (DraftKind.UNIT, DraftKind.SCHEDULE_SET),
    DraftKind.PROBLEM: (DraftKind.UNIT, DraftKind.PROBLEM),
    DraftKind.MEASURE: (DraftKind.UNIT, DraftKind.PROBLEM),
    DraftKind.FIGURE: (DraftKind.UNIT,),
    DraftKind.HONOUR: (DraftKind.UNIT,),
}


def _rows(model: type[Any]) -> Choices:
    return [(row.pk, row.name) for row in model.objects.order_by("position", "pk")]


def _drafted(
    text: ImportedText, draft: Draft, kinds: Sequence[DraftKind]
) -> dict[DraftKind, Choices]:
    """The other drafts of the text that are not dropped, by kind: what they will be."""
    found: dict[DraftKind, Choices] = {kind: [] for kind in DraftKind}
    if not kinds:
        return found
    rows = Draft.objects.filter(text=text, kind__in=kinds).exclude(pk=draft.pk)
    for row in rows.exclude(decision=DraftDecision.DROP.value).order_by("position"):
        values = values_of(row)
        name = values.get("name") or values.get("title") or ""
        label = _("本文第%(n)s条：%(name)s") % {"n": row.position, "name": name}
        found[DraftKind(row.kind)].append((f"d{row.position}", label))
    return found


# --- how a draft is told ------------------------------------------------------------------------


class Fact(NamedTuple):
    """One thing that a draft says."""

    label: str
    words: str


def heading_of(draft: Draft) -> str:
    """What a draft is called among the others of its kind."""
    values, found = values_of(draft), draft.found
    if draft.kind == DraftKind.POST:
        labels = values.get("labels", {})
        person = labels.get("person") or values.get("new_person") or ""
        post = labels.get("post") or found.get("post") or ""
        return _("%(person)s · %(post)s") % {"person": person, "post": post} if person else post
    if draft.kind == DraftKind.FIGURE:
        return str(found.get("text") or "")
    return str(values.get("name") or values.get("title") or "")


def facts_of(draft: Draft) -> list[Fact]:
    """What would be made of a draft, in words; what is empty is left out."""
    kind, values = DraftKind(draft.kind), values_of(draft)
    labels = values.get("labels", {})
    facts = []
    for name in _TOLD[kind]:
        words = _words(kind, name, values, labels)
        if words:
            facts.append(Fact(str(DRAFT_FIELD_LABELS[name]), words))
    return facts


def told_of(draft: Draft) -> list[Fact]:
    """What the text says in words that the ledger has no place for, or not found there."""
    values, found = values_of(draft), draft.found
    labels = values.get("labels", {})
    said = [
        (name, found.get(name) or "")
        for name in ("unit", "leader", "responsible")
        if found.get(name) and found[name] != labels.get(name, "").partition(" · ")[0]
    ]
    facts = [Fact(str(DRAFT_FIELD_LABELS[name]), words) for name, words in said]
    if state := found.get("state"):
        words = str(NOTICE_ITEM_STATE_LABELS[ItemState(state)])
        facts.append(Fact(str(DRAFT_FIELD_LABELS["outcome"]), words))
    return facts


_TOLD: Mapping[DraftKind, tuple[str, ...]] = {
    DraftKind.UNIT: ("kind", "parent", "grade"),
    DraftKind.POST: ("unit", "first_day"),
    DraftKind.SCHEDULE_SET: (),
    DraftKind.SCHEDULE: (
        "cadence",
        "meeting_kind",
        "agenda_kind",
        "body",
        "presided_by",
        "first_day",
    ),
    DraftKind.QUOTA: ("cadence", "meeting_kind", "first_day"),
    DraftKind.PROBLEM: ("unit", "found_on", "kind", "due_on", "leader", "target"),
    DraftKind.MEASURE: ("unit", "plan_year", "due_on", "responsible", "outcome"),
    DraftKind.FIGURE: ("indicator", "value", "year"),
    DraftKind.HONOUR: ("year", "kind", "level", "awarded_by", "unit"),
}
_CODES: Mapping[tuple[DraftKind, str], Mapping[Any, Any]] = {
    (DraftKind.PROBLEM, "kind"): PROBLEM_CLASS_LABELS,
    (DraftKind.HONOUR, "kind"): HONOUR_KIND_LABELS,
    (DraftKind.HONOUR, "level"): HONOUR_LEVEL_LABELS,
}


def _words(kind: DraftKind, name: str, values: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """One value of a draft as it is read."""
    value = values.get(name)
    if name in labels:
        return labels[name]
    if name == "cadence":
        return _rhythm_words(values)
    if name in ("meeting_kind", "agenda_kind"):
        new = values.get(f"new_{name}")
        return _("%(name)s（新增）") % {"name": new} if new else ""
    if value in (None, "", [], False):
        return ""
    if name == "due_on":
        day = date.fromisoformat(value)
        month = _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}
        return month if values.get("due_is_month") else day_label(day)
    if name in ("first_day", "found_on"):
        return day_label(date.fromisoformat(value))
    if name == "outcome":
        return str(NOTICE_ITEM_STATE_LABELS[_STATES[value]])
    if codes := _CODES.get((kind, name)):
        return str(codes[value])
    if name == "value":
        return str(value)
    return str(value) if isinstance(value, (str, int)) and name in _PLAIN else ""


_PLAIN = frozenset({"grade", "target", "plan_year", "year", "awarded_by"})
_STATES = {"done": ItemState.DONE, "basically": ItemState.BASICALLY_DONE}


def _rhythm_words(values: Mapping[str, Any]) -> str:
    names = ("months", "window", "window_days", "window_month", "window_day")
    try:
        rhythm = Rhythm.of(
            values["cadence"],
            values.get("every") or 1,
            JANUARY,
            **{name: values.get(name) or _EMPTY[name] for name in names},
        )
    except ValueError:
        return str(CADENCE_LABELS[Cadence(values["cadence"])])
    counted = CountedIn(values.get("counted_in") or CountedIn.TIMES)
    return rhythm_label(rhythm, values.get("at_least") or 1, values.get("at_most"), counted)


_EMPTY: Mapping[str, Any] = {
    "months": (),
    "window": "",
    "window_days": None,
    "window_month": None,
    "window_day": None,
}


# --- the preview --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """All drafts of a kind by what will become of them, before anything is entered."""

    kind: DraftKind
    new: tuple[Draft, ...]
    merged: tuple[Draft, ...]
    dropped: tuple[Draft, ...]
    undecided: tuple[Draft, ...]
    entered: tuple[Draft, ...]


def plan_of(text: ImportedText) -> list[Planned]:
    """What entering the text would make, by kind."""
    entered = Exists(Origin.objects.filter(draft=OuterRef("pk")))
    drafts = list(text.drafts.annotate(entered=entered).order_by("position"))
    found = []
    for kind in DraftKind:
        rows = [row for row in drafts if row.kind == kind]
        if not rows:
            continue
        open_ = [row for row in rows if not row.entered]

        def of(decision: str, rows: Sequence[Draft] = tuple(open_)) -> tuple[Draft, ...]:
            return tuple(row for row in rows if row.decision == decision)

        found.append(
            Planned(
                kind,
                of(DraftDecision.TAKE),
                of(DraftDecision.MERGE),
                of(DraftDecision.DROP),
                of(""),
                tuple(row for row in rows if row.entered),
            )
        )
    return found


# --- where a record came from -------------------------------------------------------------------


MOST_ORIGINS = 20


def origins_of(**conditions: Any) -> list[Origin]:
    """The sentences that records came from, in one query: text, bureau and draft are loaded."""
    rows = Origin.objects.filter(**conditions)
    rows = rows.select_related("draft", "draft__text", "draft__text__bureau")
    return list(
        rows.defer("draft__text__text", "draft__text__reading").order_by("pk")[:MOST_ORIGINS]
    )
