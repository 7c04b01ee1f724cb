"""One search over units, people, meetings, problems, measures and work records: one query."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_

from django.db.models import CharField, Count, DateField, F, Model, Q, QuerySet, Value, Window
from django.db.models.functions import Cast, Coalesce, RowNumber
from django.db.models.query import EmptyQuerySet

from reports.models import Measure, Meeting, Person, Problem, Unit, WorkRecord
from reports.selectors.scope import Scope

UNITS, PEOPLE, MEETINGS = "units", "people", "meetings"
PROBLEMS, MEASURES, RECORDS = "problems", "measures", "records"
MOST_WORDS = 5
COLUMNS = (
    "found_what",
    "pk",
    "found_label",
    "found_place",
    "found_day",
    "found_number",
    "found_total",
    "found_rank",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the answer: what it is, its key, name and unit, and the day it has."""

    what: str
    pk: int
    label: str
    place: str
    day: date | None
    number: str


@dataclass(frozen=True, slots=True)
class Group:
    """All that was found of one sort: how many, and the first rows of them."""

    what: str
    total: int
    rows: list[Found]


@dataclass(frozen=True, slots=True)
class _Sort:
    """How one sort of thing is searched and shown."""

    model: type[Model]
    text: tuple[str, ...]
    label: str
    place: str
    day: str
    number: str
    order: tuple[str, ...]


SORTS = {
    UNITS: _Sort(
        Unit,
        ("name", "short_name", "earlier_names__name"),
        "name",
        "parent__name",
        "",
        "",
        ("path",),
    ),
    PEOPLE: _Sort(Person, ("name",), "name", "unit__name", "", "", ("unit__path", "pk")),
    MEETINGS: _Sort(Meeting, ("title",), "title", "unit__name", "held_on", "", ("-held_on", "-pk")),
    PROBLEMS: _Sort(
        Problem,
        ("title", "description", "source_document"),
        "title",
        "unit__name",
        "found_on",
        "number",
        ("-found_on", "-pk"),
    ),
    MEASURES: _Sort(Measure, ("title",), "title", "unit__name", "set_on", "", ("-set_on", "-pk")),
    RECORDS: _Sort(
        WorkRecord,
        ("title", "document_number"),
        "title",
        "unit__name",
        "on",
        "",
        ("-on", "-pk"),
    ),
}


def words_of(text: str) -> list[str]:
    """What was typed, word by word; at most five."""
    return text.split()[:MOST_WORDS]


def search(
    scope: Scope, text: str, *, on: date, most: int = 8, only: str = "", skip: int = 0
) -> list[Group]:
    """What holds every word of the text, by sort, within the scope, as of a day: one query.

    A word is a part of a name, a title or a document number (Chinese or other), or, where it is
    all Latin letters, the pinyin initials of a part of it. ``most`` rows of each sort are given
    with the number of all; ``only`` names one sort, whose rows after the first ``skip`` come.
    Nothing typed finds nothing. Cancelled rows, people merged into another entry and what
    happened after the day are not found.
    """
    words = words_of(text)
    if not words or (only and only not in SORTS):
        return []
    parts = [
        _part(scope, what, words, on, skip, skip + most)
        for what in SORTS
        if not only or what == only
    ]
    first, *others = (part for part in parts if not isinstance(part, EmptyQuerySet))
    rows = first.union(*others, all=True) if others else first
    found: dict[str, list[tuple[Found, int, int]]] = {what: [] for what in SORTS}
    for *columns, total, rank in rows:
        found[columns[0]].append((Found(*columns), total, rank))
    groups = []
    for what, of_sort in found.items():
        of_sort.sort(key=lambda row: row[2])
        if of_sort:
            groups.append(Group(what, of_sort[0][1], [row for row, _total, _rank in of_sort]))
    return groups


def _part(scope: Scope, what: str, words: list[str], on: date, after: int, until: int) -> QuerySet:
    sort = SORTS[what]
    rows = _standing(what, on).filter(reduce(and_, (_holds(sort, word) for word in words)))
    # A join must not show a unit once for each of its earlier names.
    rows = sort.model.objects.filter(pk__in=scope.limit(rows).values("pk"))
    empty = Value("", output_field=CharField())
    ranked = rows.annotate(
        found_what=Value(what, output_field=CharField()),
        found_label=F(sort.label),
        found_place=Coalesce(F(sort.place), empty, output_field=CharField()),
        found_day=F(sort.day) if sort.day else Cast(Value(None), DateField()),
        found_number=F(sort.number) if sort.number else empty,
        found_total=Window(Count("pk")),
        found_rank=Window(RowNumber(), order_by=[_ordered(name) for name in sort.order]),
    )
    return (
        ranked.filter(found_rank__gt=after, found_rank__lte=until).order_by().values_list(*COLUMNS)
    )


def _ordered(name: str):
    return F(name[1:]).desc() if name.startswith("-") else F(name).asc()


def _holds(sort: _Sort, word: str) -> Q:
    found = Q(initials__contains=word.lower()) if word.isascii() and word.isalnum() else Q()
    for column in sort.text:
        found |= Q(**{f"{column}__icontains": word})
    return found


def _standing(what: str, on: date) -> QuerySet:
    if what == UNITS:
        return Unit.objects.filter(Q(opened_on__isnull=True) | Q(opened_on__lte=on))
    if what == PEOPLE:
        return Person.objects.standing()
    day = SORTS[what].day
    return SORTS[what].model.objects.filter(cancelled_at__isnull=True, **{f"{day}__lte": on})
