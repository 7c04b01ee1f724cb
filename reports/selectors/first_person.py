"""Duties, deeds and accounts given of leaders: as lists, as numbers, and as a leader's own page."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.domain.access import MAY, Act, Role
from reports.domain.dues import Verdict
from reports.domain.first_person import FOUR_IN_PERSON, DeedKind, DutyLevel, answers_on
from reports.domain.terms import Term, holds_on
from reports.models import (
    AccountGiven,
    Appointment,
    Deed,
    Discharge,
    Due,
    DutyList,
    FirstPersonDuty,
    Measure,
    Meeting,
    Notice,
    Post,
    Problem,
    Schedule,
    SuperiorTask,
    Unit,
    WorkRecord,
)
from reports.models.people import FIRST_PERSON
from reports.selectors.dues import DONE
from reports.selectors.scope import Scope, paths_above

# One word for several kinds, in addresses and in the filter of the list.
FOUR = "four"
KIND_GROUPS = {FOUR: FOUR_IN_PERSON}
OWED_NOW = (Verdict.OPEN.value, Verdict.AWAITING.value, Verdict.MISSED.value)
# What a deed may refer to, by the column that holds it.
LINKS = {
    "meeting": Meeting,
    "problem": Problem,
    "measure": Measure,
    "task": SuperiorTask,
    "notice": Notice,
    "record": WorkRecord,
}
LEVELS = [level.value for level in DutyLevel]
MOST_OFFERED = 12


# --- deeds as a list, and their numbers -----------------------------------------------------------


def kinds_of(words: Iterable[str]) -> tuple[str, ...]:
    """The kinds that words of an address stand for, each once, in their own order."""
    wanted = {kind for word in words for kind in KIND_GROUPS.get(word, (word,))}
    return tuple(kind.value for kind in DeedKind if kind.value in wanted)


def deeds_for(
    scope: Scope | None,
    *,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
    person: int | None = None,
    year: int | None = None,
    kinds: Iterable[str] = (),
    cancelled: bool = False,
) -> QuerySet[Deed]:
    """The deeds of a scope (None: all) that happened by a day.

    ``year`` is the calendar year of the day they happened on. Cancelled ones count nothing and are
    left out unless asked for.
    """
    rows = Deed.objects.filter(on__lte=on)
    if not cancelled:
        rows = rows.standing()
    if scope is not None:
        rows = scope.limit(rows)
    wanted = {"bureau": bureau, "unit": unit, "person": person, "on__year": year}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if chosen := list(kinds):
        rows = rows.filter(kind__in=kinds_of(chosen))
    return rows.select_related("unit", "bureau", "person", "post").order_by("-on", "-pk")


@dataclass(frozen=True, slots=True)
class DeedCounts:
    """How many 项 of each kind."""

    by_kind: dict[DeedKind, int]

    @classmethod
    def of(cls, kinds: Iterable[str]) -> "DeedCounts":
        """Counted from the kinds of deeds, one each."""
        found = Counter(kinds)
        return cls({kind: found.get(kind.value, 0) for kind in DeedKind})

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())

    @property
    def four(self) -> dict[DeedKind, int]:
        return {kind: self.by_kind[kind] for kind in FOUR_IN_PERSON}

    @property
    def in_person(self) -> int:
        """The 四个亲自 together."""
        return sum(self.four.values())

    @property
    def others(self) -> dict[DeedKind, int]:
        return {kind: n for kind, n in self.by_kind.items() if kind not in FOUR_IN_PERSON}


def deed_counts(scope: Scope | None, *, on: date, **selection: int | None) -> DeedCounts:
    """How many deeds of each kind ``deeds_for`` gives with the same selection: one query.

    The numbers of the list, of a leader's page and of the annual report.
    """
    rows = deeds_for(scope, on=on, **selection).order_by().values_list("kind")
    found = dict(rows.annotate(n=Count("pk")))
    return DeedCounts({kind: found.get(kind.value, 0) for kind in DeedKind})


def address_of_deeds(*, kinds: Iterable[str] = (), **selection: object) -> str:
    """The list of the deeds that ``deeds_for`` with the same selection gives."""
    words = list(kinds)
    group = next((word for word, of in KIND_GROUPS.items() if set(words) == set(of)), None)
    parts = [(name, value) for name, value in selection.items() if value is not None]
    parts += [("kind", word) for word in ([group] if group else words)]
    return f"{reverse('reports:deed-list')}?{urlencode(parts)}"


def link_of(deed: Deed) -> tuple[str, int] | None:
    """The column and key of the record that a deed refers to, without reading it."""
    for name in LINKS:
        key = getattr(deed, f"{name}_id")
        if key is not None:
            return name, key
    return None


def linked_record(scope: Scope, deed: Deed) -> object | None:
    """The record that a deed refers to, where the scope may read it: one query at most."""
    link = link_of(deed)
    if link is None:
        return None
    name, key = link
    return scope.limit(LINKS[name].objects.all()).filter(pk=key).first()


# --- who may be recorded -------------------------------------------------------------------------


def leads() -> Q:
    """Appointments whose holder answers for a unit: its head, or the first responsible person."""
    return Q(post__heads_unit=True) | Q(post__code=FIRST_PERSON)


def holders_for(scope: Scope, act: Act, *, today: date) -> list[Appointment]:
    """Who answers, or answered since last January, for the units where the user may do ``act``.

    A leader acts for herself alone. In the order of the organisation, one row a person and unit,
    the capacity of first responsible person before a post: one query.
    """
    found = Q(pk__in=[])
    for grant in scope.grants:
        if act not in MAY[grant.role]:
            continue
        one = Scope(scope.user_id, (grant,)).condition(unit="unit", bureau="unit__bureau", act=act)
        if grant.role == Role.LEADER:
            one &= Q(person__user=scope.user_id)
        found |= one
    since = date(today.year - 1, 1, 1)
    rows = Appointment.objects.filter(found, leads(), first_day__lte=today)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=since))
    rows = rows.filter(unit__bureau__isnull=False, unit__kind__is_body=False)
    ordered = rows.select_related("person", "unit", "unit__bureau", "post").order_by(
        "unit__path", F("last_day").desc(nulls_first=True), "-post__is_capacity", "pk"
    )
    once: dict[tuple[int, int], Appointment] = {}
    for each in ordered:
        once.setdefault((each.person_id, each.unit_id), each)
    return list(once.values())


def may_record_of(scope: Scope, act: Act, *, unit: Unit, person_user: int | None) -> bool:
    """Whether the user may do ``act`` for that person in that unit; a leader for herself alone."""
    bureau = unit.bureau
    return any(
        act in MAY[grant.role]
        and (grant.role != Role.LEADER or person_user == scope.user_id)
        and grant.covers(
            unit_path=unit.path,
            bureau_id=bureau.pk if bureau else None,
            bureau_path=bureau.path if bureau else "",
        )
        for grant in scope.grants
    )


def post_on(person_id: int, unit_id: int, day: date) -> Appointment | None:
    """What the person held in the unit on the day: the capacity of first responsible person, else
    the post that heads the unit, else the first in order. One query."""
    rows = Appointment.objects.filter(person=person_id, unit=unit_id).in_office_on(day)
    held = rows.select_related("post").order_by("post__position", "pk")
    return min(held, key=_before_others, default=None)


def _before_others(held: Appointment) -> tuple[bool, bool]:
    return (held.post.code != FIRST_PERSON, not held.post.heads_unit)


@dataclass(frozen=True, slots=True)
class Offer:
    """A record that a new deed may refer to: the value of the choice, and what it is called."""

    value: str
    label: str
    title: str
    on: date | None = None


def offers_for(scope: Scope, *, today: date) -> dict[str, list[Offer]]:
    """What the user did not come from but may still choose: late meetings, open problems, tasks.

    Three queries, a few of each; everything else is chosen on its own page.
    """
    since = date(today.year - 1, 12, 1)
    meetings = scope.limit(Meeting.objects.standing(), Act.RECORD_DEED)
    meetings = meetings.filter(held_on__range=(since, today), presided_by__isnull=False)
    meetings = meetings.filter(unit__kind__is_body=True) | meetings.filter(unit=F("bureau"))
    problems = scope.limit(Problem.objects.standing(), Act.RECORD_DEED)
    problems = problems.filter(closed_on__isnull=True, found_on__lte=today)
    tasks = scope.limit(SuperiorTask.objects.all(), Act.RECORD_DEED)
    tasks = tasks.filter(cancelled_at__isnull=True, done_on__isnull=True, issued_on__lte=today)
    found = {
        "meeting": [
            Offer(f"meeting-{each.pk}", each.title, each.title, each.held_on)
            for each in meetings.order_by("-held_on", "-pk")[:MOST_OFFERED]
        ],
        "problem": [
            Offer(f"problem-{each.pk}", f"{each.number} {each.title}", each.title)
            for each in problems.order_by("-year", "-pk")[:MOST_OFFERED]
        ],
        "task": [
            Offer(f"task-{each.pk}", each.title, each.title)
            for each in tasks.order_by("-issued_on", "-pk")[:MOST_OFFERED]
        ],
    }
    return {name: offers for name, offers in found.items() if offers}


# --- lists of duties -----------------------------------------------------------------------------


def duty_lists_for(scope: Scope, *, year: int) -> QuerySet[DutyList]:
    """The lists of a year, each with ``items`` (how many) and ``bureau`` as it stands."""
    rows = scope.limit(DutyList.objects.filter(unit__isnull=False, year=year))
    rows = rows.annotate(items=Count("duties"))
    return rows.select_related("unit", "post", "checked_by").order_by("unit__path", "level", "pk")


@dataclass(frozen=True, slots=True)
class Adoptable:
    """What a bureau has no list of this year for: the delivered one, and its own of last year."""

    level: DutyLevel
    delivered: DutyList | None
    last_year: DutyList | None


def adoptable(scope: Scope, bureau: Unit, *, year: int) -> list[Adoptable]:
    """For each level without a list of the year, what can be adopted for it: one query."""
    rows = scope.limit(DutyList.objects.all()).filter(
        Q(unit__isnull=True) | Q(unit=bureau, year__in=(year, year - 1))
    )
    found: dict[tuple[str, int | None], DutyList] = {}
    for each in rows.annotate(items=Count("duties")).order_by("pk"):
        found.setdefault((each.level, each.year), each)
    return [
        Adoptable(level, found.get((level, None)), found.get((level, year - 1)))
        for level in DutyLevel
        if (level, year) not in found and ((level, None) in found or (level, year - 1) in found)
    ]


def duties_in(duty_list: DutyList) -> list[FirstPersonDuty]:
    """The items of a list in order, with their schedules: two queries."""
    schedules = Schedule.objects.order_by("set__position", "position", "pk")
    return list(
        duty_list.duties.prefetch_related(Prefetch("schedules", schedules)).order_by("position")
    )


def schedules_to_link(bureau: Unit) -> QuerySet[Schedule]:
    """The rules that the bureau owes itself, its own and those set above it."""
    own = Schedule.objects.filter(
        Q(set__unit=bureau) | Q(set__unit__path__in=paths_above(bureau.path))
    )
    return own.select_related("set").order_by("-of_first_person", "set__position", "position", "pk")


# --- what was done, what is still owed ------------------------------------------------------------


def _in_order(deeds: list[Deed], dues: list[Due]) -> list[tuple[Deed | None, Due | None]]:
    lines: list[tuple[date, int, Deed | None, Due | None]] = [
        *((deed.on, deed.pk, deed, None) for deed in deeds),
        *(((due.met_on or due.met_late_on), due.pk, None, due) for due in dues if _is_done(due)),
    ]
    done = [(deed, due) for _day, _pk, deed, due in sorted(lines, key=lambda line: line[:2])]
    return [*done, *((None, due) for due in dues if not _is_done(due))]


def _is_done(due: Due) -> bool:
    return due.verdict in DONE


@dataclass(slots=True)
class DutyItem:
    """One duty with the deeds and dues that show it."""

    duty: FirstPersonDuty
    schedules: set[int] = field(default_factory=set)
    deeds: list[Deed] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)

    @property
    def done(self) -> list[Due]:
        return [due for due in self.dues if due.verdict in DONE]

    @property
    def lines(self) -> list[tuple[Deed | None, Due | None]]:
        """Deeds and dues in the order of their days; what is not done comes last."""
        return _in_order(self.deeds, self.dues)

    @property
    def is_empty(self) -> bool:
        """Nothing is on record yet; a due that is owed is no record."""
        return not self.deeds and not self.done


@dataclass(slots=True)
class DutySheet:
    """A list of the year with its items."""

    duty_list: DutyList
    items: list[DutyItem] = field(default_factory=list)


@dataclass(slots=True)
class Performance:
    """A year of a post: of one person's term, or of all who held it."""

    unit: Unit
    year: int
    on: date
    terms: list[Appointment]
    sheets: list[DutySheet]
    deeds: list[Deed]
    dues: list[Due]
    accounts: list[AccountGiven]

    @property
    def counts(self) -> DeedCounts:
        return DeedCounts.of(deed.kind for deed in self.deeds)

    @property
    def done(self) -> list[Due]:
        return [due for due in self.dues if due.verdict in DONE]

    @property
    def owed(self) -> list[Due]:
        """Running, waiting to be recorded, or missed; in the order of their ends."""
        found = [due for due in self.dues if due.verdict in OWED_NOW]
        return sorted(found, key=lambda due: (due.period_last, due.pk))

    @property
    def other_deeds(self) -> list[Deed]:
        """Deeds that show no duty of any list."""
        shown = {deed.pk for sheet in self.sheets for item in sheet.items for deed in item.deeds}
        return [deed for deed in self.deeds if deed.pk not in shown]

    @property
    def other_dues(self) -> list[Due]:
        shown = {due.pk for sheet in self.sheets for item in sheet.items for due in item.dues}
        return [due for due in self.dues if due.pk not in shown]

    @property
    def other_lines(self) -> list[tuple[Deed | None, Due | None]]:
        """Both in the order of their days."""
        return _in_order(self.other_deeds, self.other_dues)


def terms_of_person(scope: Scope, person_id: int, *, year: int, on: date) -> list[Appointment]:
    """What the person held in the year by the day, within the scope: one query.

    First the capacity of first responsible person, then posts that head a unit, then others.
    """
    rows = scope.limit(Appointment.objects.filter(person=person_id))
    rows = rows.filter(unit__bureau__isnull=False, unit__kind__is_body=False)
    return sorted(_in_year(rows, year, on), key=lambda term: (*_before_others(term), term.pk))


def terms_of_unit(scope: Scope, unit_id: int, *, year: int, on: date) -> list[Appointment]:
    """Who answered for the unit in the year by the day, one after the other: one query."""
    found = scope.limit(Appointment.objects.filter(leads(), unit=unit_id))
    rows = list(_in_year(found.filter(unit__bureau__isnull=False), year, on))
    capacity = [term for term in rows if term.post.code == FIRST_PERSON]
    return capacity or [term for term in rows if term.post.heads_unit]


def _in_year(rows: QuerySet[Appointment], year: int, on: date) -> QuerySet[Appointment]:
    last = min(on, date(year, 12, 31))
    rows = rows.filter(first_day__lte=last)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=date(year, 1, 1)))
    return rows.select_related(
        "person__unit__bureau", "unit__bureau", "unit__kind", "post"
    ).order_by("first_day", "acting", "pk")


def terms_shown(terms: list[Appointment], unit_id: int | None) -> list[Appointment]:
    """Of all that a person held, the terms a page speaks of: of one unit, and of the weightiest
    kind of post there. ``unit_id`` None: where the weightiest is."""
    there = [term for term in terms if unit_id is None or term.unit_id == unit_id]
    if not there:
        return []
    first = there[0]
    return sorted(
        (
            term
            for term in there
            if term.unit_id == first.unit_id and _before_others(term) == _before_others(first)
        ),
        key=lambda term: (term.first_day, term.pk),
    )


def performance_of(
    scope: Scope, terms: list[Appointment], *, year: int, on: date, of_person: bool
) -> Performance:
    """What was done and what is owed in a year, as of a day: five queries.

    ``terms`` are of one unit, at least one. ``of_person``: only her own deeds, and the dues that
    belong to days on which she held the post; otherwise those of all holders, and of days without
    one.
    """
    unit = terms[0].unit
    posts = {term.post_id for term in terms}
    people = {term.person_id for term in terms}
    sheets = _sheets(unit, posts, year)
    deeds = _deeds(scope, unit, people if of_person else None, year=year, on=on)
    linked = {pk for sheet in sheets for item in sheet.items for pk in item.schedules}
    held = [Term(term.first_day, term.last_day) for term in terms] if of_person else None
    dues = _dues(scope, unit, linked, held, year=year, on=on)
    for sheet in sheets:
        _show(sheet, deeds, dues)
    accounts = scope.limit(AccountGiven.objects.standing().filter(unit=unit, year=year))
    if of_person:
        accounts = accounts.filter(person__in=people)
    return Performance(
        unit=unit,
        year=year,
        on=on,
        terms=terms,
        sheets=sheets,
        deeds=[deed for deed, _own in deeds],
        dues=dues,
        accounts=list(accounts.filter(on__lte=on).select_related("person").order_by("on", "pk")),
    )


def _sheets(unit: Unit, posts: set[int], year: int) -> list[DutySheet]:
    """The lists of the bureau for the posts with items and schedules: one query."""
    rows = FirstPersonDuty.objects.filter(
        duty_list__unit=unit, duty_list__year=year, duty_list__post__in=posts
    )
    rows = rows.select_related("duty_list").annotate(schedule_pk=F("schedules"))
    items: dict[int, DutyItem] = {}
    sheets: dict[int, DutySheet] = {}
    for duty in rows.order_by("duty_list_id", "position", "schedule_pk"):
        sheet = sheets.setdefault(duty.duty_list_id, DutySheet(duty.duty_list))
        if duty.pk not in items:
            items[duty.pk] = DutyItem(duty)
            sheet.items.append(items[duty.pk])
        if duty.schedule_pk is not None:
            items[duty.pk].schedules.add(duty.schedule_pk)
    return sorted(sheets.values(), key=lambda sheet: LEVELS.index(sheet.duty_list.level))


def _deeds(
    scope: Scope, unit: Unit, people: set[int] | None, *, year: int, on: date
) -> list[tuple[Deed, set[int]]]:
    """The deeds of the unit, the first first, each with the duties named for it: one query."""
    rows = deeds_for(scope, on=on, unit=unit.pk, year=year)
    if people is not None:
        rows = rows.filter(person__in=people)
    found: dict[int, tuple[Deed, set[int]]] = {}
    for deed in rows.annotate(duty_pk=F("duties")).order_by("on", "pk"):
        _deed, own = found.setdefault(deed.pk, (deed, set()))
        if deed.duty_pk is not None:
            own.add(deed.duty_pk)
    return list(found.values())


def _dues(
    scope: Scope,
    unit: Unit,
    linked: set[int],
    held: list[Term] | None,
    *,
    year: int,
    on: date,
) -> list[Due]:
    """What the unit owes as a duty of its first responsible person, with the meetings that count.

    ``held``: only what belongs to these terms. Two queries.
    """
    rows = scope.limit(Due.objects.filter(unit=unit, report_year=year, period_first__lte=on))
    rows = rows.filter(Q(schedule__of_first_person=True) | Q(schedule__in=linked))
    counting = Discharge.objects.filter(
        counts=True, meeting__held_on__lte=on, meeting__cancelled_at__isnull=True
    )
    counting = counting.select_related("meeting", "meeting__presided_by").order_by(
        "meeting__held_on", "pk"
    )
    rows = rows.with_verdict(on).select_related("unit", "schedule__set", "version")
    rows = rows.prefetch_related(Prefetch("discharges", counting, to_attr="counting"))
    found = list(rows.order_by("schedule__set__position", "schedule__position", "period_first"))
    if held is None:
        return found
    return [due for due in found if any(holds_on(term, day_of(due, on)) for term in held)]


def day_of(due: Due, on: date) -> date:
    """The day whose holder of the post the due belongs to."""
    done = due.met_on or due.met_late_on
    return answers_on(due.period_first, due.period_last, done, on)


def _show(sheet: DutySheet, deeds: list[tuple[Deed, set[int]]], dues: list[Due]) -> None:
    """Put deeds and dues under the items they show: those named for a deed, else by its kind."""
    keys = {item.duty.pk for item in sheet.items}
    for deed, own in deeds:
        named = own & keys
        for item in sheet.items:
            if item.duty.pk in named or (not named and deed.kind in item.duty.deed_kinds):
                item.deeds.append(deed)
    for due in dues:
        for item in sheet.items:
            if due.schedule_id in item.schedules:
                item.dues.append(due)


def post_words(term: Appointment) -> str:
    """第一责任人（主持工作）"""
    if term.acting:
        return _("%(post)s（主持工作）") % {"post": term.post}
    return str(term.post)


# --- accounts given (述法) ------------------------------------------------------------------------


def accounts_for(
    scope: Scope | None,
    *,
    on: date,
    year: int | None = None,
    bureau: int | None = None,
    unit: int | None = None,
    cancelled: bool = False,
) -> QuerySet[AccountGiven]:
    """The accounts given by a day, of a year; each with ``problems_named``, those registered."""
    rows = AccountGiven.objects.filter(on__lte=on)
    if not cancelled:
        rows = rows.standing()
    if scope is not None:
        rows = scope.limit(rows)
    wanted = {"year": year, "bureau": bureau, "unit": unit}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    standing = Q(problems__cancelled_at__isnull=True)
    rows = rows.annotate(problems_named=Count("problems", filter=standing))
    return rows.select_related("unit", "bureau", "person", "post").order_by("unit__path", "pk")


def yet_to_give(
    scope: Scope | None,
    *,
    year: int,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
) -> QuerySet[Appointment]:
    """Who has given no account for the year by the day, one row a person and unit.

    Heads of units and first responsible persons in office at the end of the year (or on the day,
    while the year runs), of bureaus whose ledger had begun.
    """
    day = min(on, date(year, 12, 31))
    heading = Appointment.objects.filter(leads()).in_office_on(day)
    rows = heading.filter(unit__kind__is_body=False, unit__bureau__ledger_from__lte=day)
    rows = rows.filter(Q(unit__closed_on__isnull=True) | Q(unit__closed_on__gte=day))
    if scope is not None:
        rows = scope.limit(rows)
    if bureau is not None:
        rows = rows.filter(unit__bureau=bureau)
    if unit is not None:
        rows = rows.filter(unit=unit)
    # The head of a bureau holds a post and the capacity: one person, one account.
    twice = heading.filter(person=OuterRef("person"), unit=OuterRef("unit"), pk__lt=OuterRef("pk"))
    given = AccountGiven.objects.standing().filter(
        person=OuterRef("person"), unit=OuterRef("unit"), year=year, on__lte=on
    )
    rows = rows.filter(~Exists(twice), ~Exists(given))
    return rows.select_related("person", "unit", "unit__bureau", "post").order_by(
        "unit__path", "post__position", "pk"
    )


def posts_of_lists(bureau: Unit) -> QuerySet[Post]:
    """The posts whose duties a list of the bureau may name."""
    rows = Post.objects.filter(Q(code=FIRST_PERSON) | Q(kinds=bureau.kind_id, is_capacity=False))
    return rows.distinct().order_by("-is_capacity", "position", "pk")
