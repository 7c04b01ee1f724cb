"""What the drafts of a text would become in one bureau's ledger: the values each begins with.

A proposal is told in plain values, as a form sends them. What it names is written as a reference:
``u12`` a unit, ``s12`` a schedule set, ``p12`` a problem of the ledger; ``d7`` what the seventh
draft of the same text becomes. ``labels`` holds the words for such values, by field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from reports.domain.drafts import (
    LONGEST_NAME,
    LONGEST_TITLE,
    RECORDS_OF,
    FoundDraft,
    grams,
    honour_of,
    identity,
    is_alike,
    is_handed_in,
    is_held,
    is_of_first_person,
    is_studied,
    kind_of_unit,
    means_the_bureau,
    minutes_of,
    party_in,
    raiser_in,
    rhythm_of,
    told_on,
    wording_of,
)
from reports.domain.dues import CountedIn
from reports.domain.imports import DraftKind, TextKind
from reports.domain.measures import due_day
from reports.domain.problems import ProblemClass
from reports.domain.rectification import ItemState
from reports.models import (
    AgendaKind,
    Indicator,
    MeetingKind,
    Origin,
    Person,
    Post,
    ProblemSource,
    ScheduleSet,
    Unit,
    UnitKind,
)
from reports.models.choices import ScheduleWords
from reports.models.imports import ORIGINATED
from reports.models.people import FIRST_PERSON
from reports.selectors.indicators import entered_for

Row = TypeVar("Row", bound=Model)
Values = dict[str, Any]


@dataclass
class _Lists:
    """What the ledger has that a text may name; read once for all drafts."""

    bureau: Unit
    units: list[Unit] = field(default_factory=list)
    kinds: list[UnitKind] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    meeting_kinds: list[MeetingKind] = field(default_factory=list)
    agenda_kinds: list[AgendaKind] = field(default_factory=list)
    sets: list[ScheduleSet] = field(default_factory=list)
    sources: list[ProblemSource] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)

    @classmethod
    def of(cls, bureau: Unit, today: date) -> "_Lists":
        units = Unit.objects.filter(bureau=bureau).existing_on(today)
        return cls(
            bureau,
            list(units.select_related("kind").in_order()),
            list(UnitKind.objects.order_by("position", "pk")),
            list(Post.objects.order_by("position", "pk")),
            list(Person.objects.standing().filter(unit__bureau=bureau).order_by("pk")),
            list(MeetingKind.objects.order_by("position", "pk")),
            list(AgendaKind.objects.order_by("position", "pk")),
            list(ScheduleSet.objects.filter(unit__bureau=bureau).order_by("position", "pk")),
            list(ProblemSource.objects.order_by("position", "pk")),
            list(entered_for(bureau)),
        )


@dataclass(frozen=True, slots=True)
class _Text:
    """What is said of the text as a whole."""

    kind: TextKind
    title: str
    year: int | None
    issued_on: date | None
    index: str
    issuer: str
    source: str
    today: date

    @property
    def begins_on(self) -> date:
        """The first day after the year of the report: from then on the ledger keeps it."""
        return date((self.year or self.today.year - 1) + 1, 1, 1)

    @property
    def told_on(self) -> date:
        """When the text was out: the day it was issued, never later than today."""
        return min(self.issued_on or self.begins_on, self.today)

    @property
    def named(self) -> str:
        return f"{self.title}（{self.index}）" if self.index else self.title


def propose(
    bureau: Unit,
    kind: TextKind,
    *,
    title: str,
    source: str,
    metadata: Mapping[str, Any],
    drafts: Sequence[FoundDraft],
    today: date,
) -> None:
    """Write into every draft what it would become (``proposed``), and the record that the same
    passage of another text has become already (``same``: name of the relation, key)."""
    lists = _Lists.of(bureau, today)
    issued = metadata["issued_on"] or metadata["published_on"]
    text = _Text(
        kind,
        title,
        metadata["year"],
        date.fromisoformat(issued) if issued else None,
        metadata["index_number"] or metadata["document_number"] or "",
        metadata["issuer"] or "",
        source,
        today,
    )
    known = _known(bureau)
    names = _Names(lists, drafts)
    indicators = [(row, grams(row.name)) for row in lists.indicators]
    raised = _raised(text)
    for draft in drafts:
        found = draft.found
        if draft.kind == DraftKind.UNIT:
            values = _unit(found, lists)
        elif draft.kind == DraftKind.POST:
            values = _post(found, lists, names)
        elif draft.kind == DraftKind.SCHEDULE_SET:
            values = _set(found)
        elif draft.kind == DraftKind.SCHEDULE:
            values = _schedule(found, lists, names, text)
        elif draft.kind == DraftKind.QUOTA:
            values = _quota(found, lists, text)
        elif draft.kind == DraftKind.PROBLEM:
            values = _problem(found, lists, names, text, raised)
        elif draft.kind == DraftKind.MEASURE:
            values = _measure(found, lists, names, text, raised)
        elif draft.kind == DraftKind.FIGURE:
            values = _figure(found, lists, names, text, indicators)
        else:
            values = _honour(found, names, text)
        found["proposed"] = values
        found["same"] = known.get(identity(draft.kind, found))


def _known(bureau: Unit) -> dict[tuple[str, str, str], tuple[str, int]]:
    """What passages of the bureau's other texts became, by what makes a passage the same."""
    keys = [f"{name}_id" for name in ORIGINATED]
    rows = Origin.objects.filter(draft__text__bureau=bureau).order_by("-pk")
    known: dict[tuple[str, str, str], tuple[str, int]] = {}
    for kind, found, *ids in rows.values_list("draft__kind", "draft__found", *keys):
        of = DraftKind(kind)
        became = dict(zip(ORIGINATED, ids, strict=True))
        for name in RECORDS_OF[of]:
            if became[name] is not None:
                known[identity(of, found)] = (name, became[name])
                break
    return known


class _Names:
    """Units and people by the names a text gives them: of the ledger, or drafts of the text."""

    def __init__(self, lists: _Lists, drafts: Sequence[FoundDraft]):
        self.lists = lists
        self.people = {row.name: row for row in reversed(lists.people)}
        self.drafted = {
            draft.found["name"]: number
            for number, draft in enumerate(drafts, start=1)
            if draft.kind == DraftKind.UNIT
        }

    def unit(self, name: str | None) -> tuple[str, str]:
        """The reference and the label of a unit; empty where none is of that name."""
        if means_the_bureau(name):
            return f"u{self.lists.bureau.pk}", self.lists.bureau.label
        assert name is not None
        for unit in self.lists.units:
            if name in (unit.name, unit.short_name):
                return f"u{unit.pk}", unit.label
        if name in self.drafted:
            return f"d{self.drafted[name]}", name
        for unit in self.lists.units:
            if is_alike(name, unit.name) and unit.pk != self.lists.bureau.pk:
                return f"u{unit.pk}", unit.label
        if is_alike(name, self.lists.bureau.name):
            return f"u{self.lists.bureau.pk}", self.lists.bureau.label
        return "", ""

    def unit_within(self, words: str) -> tuple[str, str]:
        """The unit that is named somewhere in the words."""
        for name, number in self.drafted.items():
            if name in words:
                return f"d{number}", name
        for unit in self.lists.units:
            if unit.pk != self.lists.bureau.pk and unit.name in words:
                return f"u{unit.pk}", unit.label
        return "", ""

    def person(self, words: str | None) -> Person | None:
        """The person of the bureau whose name stands in the words."""
        if not words:
            return None
        if words in self.people:
            return self.people[words]
        return next((row for name, row in self.people.items() if name in words), None)


def _alike(rows: Iterable[Row], name: str) -> Row | None:
    """The row of that name, else the one whose name is within it or the other way round."""
    rows = list(rows)
    for row in rows:
        if str(row) == name:
            return row
    near = [row for row in rows if is_alike(str(row), name)]
    return max(near, key=lambda row: len(str(row)), default=None)


def _labelled(values: Values, **labels: str) -> Values:
    return values | {"labels": {name: label for name, label in labels.items() if label}}


# --- of each kind -------------------------------------------------------------------------------


def _unit(found: Mapping[str, Any], lists: _Lists) -> Values:
    name = found["name"]
    kind = None
    if found["is_body"]:
        kind = next((row for row in lists.kinds if row.is_body), None)
    elif code := kind_of_unit(name):
        kind = next((row for row in lists.kinds if row.code == code), None)
    bureau = lists.bureau
    values = {"name": name, "kind": kind.pk if kind else None, "parent": f"u{bureau.pk}"}
    return _labelled(values, kind=kind.name if kind else "", parent=bureau.label)


def _post(found: Mapping[str, Any], lists: _Lists, names: _Names) -> Values:
    post = _post_called(lists, found["post"])
    person = names.person(found["person"])
    unit, label = names.unit(found["unit"])
    values = {
        "post": post.pk if post else None,
        "person": person.pk if person else None,
        "new_person": "" if person else found["person"] or "",
        "unit": unit if found["person"] else "",
        "first_day": None,
        "acting": False,
    }
    return _labelled(
        values,
        post=post.name if post else "",
        person=person.name if person else "",
        unit=label if found["person"] else "",
    )


def _post_called(lists: _Lists, name: str | None) -> Post | None:
    if not name:
        return None
    if is_of_first_person({"presided_by": name}):
        return next((row for row in lists.posts if row.code == FIRST_PERSON), None)
    return _alike(lists.posts, name)


def _set(found: Mapping[str, Any]) -> Values:
    name = found["name"] or _("第一责任人履职")
    return {"name": name, "month": 1, "day": 1}


def _schedule(found: Mapping[str, Any], lists: _Lists, names: _Names, text: _Text) -> Values:
    what = (found["what"] or found["phrase"])[:LONGEST_NAME]
    heads = is_of_first_person(found)
    post = _post_called(lists, found["presided_by"])
    values = _rule(found, text, lists) | rhythm_of(found)
    values |= {
        "name": _("主持召开%(what)s") % {"what": what} if heads else what,
        "of_first_person": heads,
        "presided_by": post.pk if post else None,
        "words": _words_of(found, what),
    }
    values["name"] = values["name"][:LONGEST_NAME]
    labels = {"presided_by": post.name if post else found["presided_by"] or ""}
    counts, said = _what_counts(what, found, lists)
    values |= counts
    labels |= said
    if party := party_in(what):
        values["body"], labels["body"] = names.unit(party)
    return _labelled(values, **labels)


def _what_counts(
    what: str, found: Mapping[str, Any], lists: _Lists
) -> tuple[Values, dict[str, str]]:
    """The kind of meeting, or of agenda item, by which it is told that the thing was held."""
    agenda = ""
    if party_in(what):
        if is_studied(what):
            agenda = _("法治专题研究")
        elif found.get("hears"):
            agenda = _("听取法治建设工作汇报")
    name, called = ("agenda_kind", agenda) if agenda else ("meeting_kind", what)
    rows: list[AgendaKind] | list[MeetingKind]
    rows = lists.agenda_kinds if agenda else lists.meeting_kinds
    row = _alike(rows, called)
    if row is None:
        return {name: None, f"new_{name}": called}, {}
    return {name: row.pk, f"new_{name}": ""}, {name: str(row)}


def _words_of(found: Mapping[str, Any], what: str) -> str:
    """By which words its verdicts are told: held, carried out, or handed in."""
    if is_held(found, what):
        return ScheduleWords.MEETING.value
    if is_handed_in(found, what):
        return ScheduleWords.SUBMISSION.value
    return ScheduleWords.WORK.value


def _rule(found: Mapping[str, Any], text: _Text, lists: _Lists) -> Values:
    of = found.get("belongs_to")
    values: Values = {
        "set": f"d{of}" if of else "",
        "new_set": "" if of else _("法治建设工作制度"),
        "first_day": text.begins_on.isoformat(),
        "counted_in": CountedIn.TIMES.value,
        "meeting_kind": None,
        "new_meeting_kind": "",
        "agenda_kind": None,
        "new_agenda_kind": "",
        "body": "",
        "presided_by": None,
        "of_first_person": False,
        "legal_basis": text.named[:300],
        "asked_by": (text.issuer or lists.bureau.name)[:100],
    }
    if not of:
        there = next((row for row in lists.sets if row.name == values["new_set"]), None)
        if there is not None:
            values |= {"set": f"s{there.pk}", "new_set": ""}
    return values


def _quota(found: Mapping[str, Any], lists: _Lists, text: _Text) -> Values:
    told = dict(found) | {"min": None, "max": None, "bound": "min", "months": None}
    name = _("学习培训")
    kind = _alike(lists.meeting_kinds, name)
    values = _rule(found, text, lists) | rhythm_of(told)
    return _labelled(
        values
        | {
            "name": name,
            "words": ScheduleWords.WORK.value,
            "counted_in": CountedIn.MINUTES.value,
            "at_least": max(minutes_of(found), 1),
            "meeting_kind": kind.pk if kind else None,
            "new_meeting_kind": "" if kind else name,
        },
        meeting_kind=kind.name if kind else "",
    )


@dataclass(frozen=True, slots=True)
class _Raised:
    """Who raised what a notice answers, and when it was told."""

    by: str = ""
    on: date | None = None


def _raised(text: _Text) -> _Raised:
    if text.kind != TextKind.NOTICE:
        return _Raised()
    day = told_on(text.source)
    return _Raised(raiser_in(text.source), day if day and day <= text.today else None)


def _due(found: Mapping[str, Any]) -> tuple[str, bool, date | None]:
    """The due day as a form has it, whether it is only a month, and the last day in time."""
    words = found.get("due")
    if not words:
        return "", False, None
    month = bool(found.get("due_is_month")) or len(words) == 7
    first = date.fromisoformat(f"{words}-01" if len(words) == 7 else words)
    return first.isoformat(), month, due_day(first, month)


def _problem(
    found: Mapping[str, Any], lists: _Lists, names: _Names, text: _Text, raised: _Raised
) -> Values:
    due_on, due_is_month, last = _due(found)
    notice = text.kind == TextKind.NOTICE
    code = "above" if notice else "last_report"
    source = next((row for row in lists.sources if row.code == code), None)
    unit, label = names.unit(found.get("unit"))
    leader = names.person(found.get("leader"))
    standing = found.get("state") == ItemState.STANDING or (not notice and not last)
    found_on: date | None = None
    if notice:
        found_on = raised.on or text.told_on
        if last is not None and last < found_on:
            found_on = None  # told before it was found: somebody has to say when
    else:
        found_on = min(date(text.year, 12, 31) if text.year else text.told_on, text.today)
    of = found.get("belongs_to")
    values = {
        "title": found["title"][:LONGEST_TITLE],
        "unit": unit,
        "source": source.pk if source else None,
        "found_on": found_on.isoformat() if found_on else None,
        "description": found["text"] if found["text"] != found["title"] else "",
        "causes": list(found.get("causes") or []),
        "kind": (ProblemClass.STANDING if standing else ProblemClass.DATED).value,
        "due_on": "" if standing else due_on,
        "due_is_month": due_is_month and not standing,
        "target": (found.get("goal") or "")[:300],
        "leader": leader.pk if leader else None,
        "raised_from_above": notice,
        "raised_by": raised.by[:80],
        "counts": not found.get("has_parts"),
        "parent": f"d{of}" if of else "",
    }
    return _labelled(
        values,
        unit=label,
        source=source.name if source else "",
        leader=leader.name if leader else "",
    )


def _measure(
    found: Mapping[str, Any], lists: _Lists, names: _Names, text: _Text, raised: _Raised
) -> Values:
    due_on, due_is_month, last = _due(found)
    notice = text.kind == TextKind.NOTICE
    words = found.get("unit") if notice else found.get("responsible")
    unit, label = names.unit(words)
    person = names.person(found.get("responsible"))
    leader = names.person(found.get("leader"))
    if not unit and not notice:
        unit, label = names.unit(None)
    set_on: date | None = (raised.on or text.told_on) if notice else text.told_on
    if last is not None and set_on is not None and last < set_on:
        set_on = None
    of, state = found.get("belongs_to"), found.get("state")
    values = {
        "title": found["title"][:LONGEST_TITLE],
        "unit": unit,
        "set_on": set_on.isoformat() if set_on else None,
        "plan_year": None if notice or not text.year else text.year + 1,
        "problem": f"d{of}" if of else "",
        "standard": found["text"] if found["text"] != found["title"] else "",
        "responsible": person.pk if person else None,
        "leader": leader.pk if leader else None,
        "due_on": due_on,
        "due_is_month": due_is_month,
        "progress": found.get("progress") or "",
        "progress_on": text.told_on.isoformat() if found.get("progress") else "",
        "outcome": _OUTCOMES.get(state or "", ""),
    }
    return _labelled(
        values,
        unit=label,
        responsible=person.name if person else "",
        leader=leader.name if leader else "",
    )


# What a notice says became of it, as an entry of progress says it.
_OUTCOMES = {ItemState.DONE.value: "done", ItemState.BASICALLY_DONE.value: "basically"}


def _figure(
    found: Mapping[str, Any],
    lists: _Lists,
    names: _Names,
    text: _Text,
    indicators: Sequence[tuple[Indicator, set[str]]],
) -> Values:
    unit, label = names.unit(None)
    year = text.year
    if year and found["is_target"]:
        year += 1
    near = [
        row
        for row, parts in indicators
        if row.counter == found["counter"] and any(part in found["quote"] for part in parts)
    ]
    # Two that could be meant are none: whoever reads the sentence chooses.
    row = near[0] if len(near) == 1 else None
    values = {
        "indicator": row.pk if row else None,
        "unit": unit,
        "year": year,
        "is_target": bool(found["is_target"]),
        "value": found["value"],
        "numerator": "",
        "denominator": "",
        "wording": wording_of(found["wording"]),
        "source": text.named[:200],
    }
    return _labelled(values, unit=label, indicator=row.name if row else "")


def _honour(found: Mapping[str, Any], names: _Names, text: _Text) -> Values:
    unit, label = names.unit_within(found["text"])
    values = {"title": found["text"][:200], "year": text.year, "awarded_on": "", "unit": unit}
    return _labelled(values | honour_of(found["text"]), unit=label)
