"""Who holds which post on which day, which posts are empty, and what a person answers for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from reports.domain.periods import ONE_DAY
from reports.domain.terms import Term, overlaps
from reports.models import Appointment, Measure, Meeting, Person, Post, Problem, Unit
from reports.selectors.differences import Difference
from reports.selectors.measures import measures_for
from reports.selectors.problems import problems_for
from reports.selectors.scope import Scope


def holders_on(unit_ids: Iterable[int], day: date) -> list[Appointment]:
    """The appointments in those units that are held on the day, with person, unit and post.

    In the order of the organisation, then of the posts; one query.
    """
    found = Appointment.objects.filter(unit__in=list(unit_ids)).in_office_on(day)
    return list(
        found.select_related("person", "unit", "post").order_by(
            "unit__path", "post__position", "post_id", "acting", "first_day", "pk"
        )
    )


def holder_of(unit: Unit | int, post: Post | int, day: date) -> Person | None:
    """Who holds the post of the unit on the day, or acts in it; None while it is empty."""
    found = (
        Appointment.objects.filter(unit=unit, post=post)
        .in_office_on(day)
        .select_related("person")
        .order_by("acting", "first_day", "pk")
        .first()
    )
    return found.person if found else None


def posts_held_on(person_id: int, unit_ids: Iterable[int], day: date) -> frozenset[int]:
    """The keys of the posts that a person holds, or acts in, in any of the units on the day."""
    found = Appointment.objects.filter(person=person_id, unit__in=list(unit_ids))
    return frozenset(found.in_office_on(day).values_list("post_id", flat=True))


@dataclass(frozen=True, slots=True)
class Held:
    """One appointment, as little of it as a lookup needs."""

    person_id: int
    post_id: int
    term: Term
    acting: bool


@dataclass(slots=True)
class AppointmentsIndex:
    """All appointments of some units in memory, for work on many meetings at once."""

    by_unit: dict[int, list[Held]] = field(default_factory=lambda: defaultdict(list))

    def posts_held_on(self, person_id: int, unit_ids: Iterable[int], day: date) -> frozenset[int]:
        """Like the selector of the same name, without a query."""
        return frozenset(
            held.post_id
            for unit_id in unit_ids
            for held in self.by_unit.get(unit_id, ())
            if held.person_id == person_id and _holds(held.term, day)
        )

    def holder_of(self, unit_id: int, post_id: int, day: date) -> int | None:
        """The key of the person who holds the post of the unit on the day, or acts in it."""
        found = [
            held
            for held in self.by_unit.get(unit_id, ())
            if held.post_id == post_id and _holds(held.term, day)
        ]
        return min(found, key=lambda held: held.acting).person_id if found else None


def _holds(term: Term, day: date) -> bool:
    return term.first_day <= day and (term.last_day is None or day <= term.last_day)


def appointments_index(units: QuerySet[Unit] | None = None) -> AppointmentsIndex:
    """The appointments of the units (None: of all) in one query."""
    found = (
        Appointment.objects.all()
        if units is None
        else Appointment.objects.filter(unit__in=units.values("pk"))
    )
    index = AppointmentsIndex()
    rows = found.order_by("first_day", "pk").values_list(
        "unit_id", "person_id", "post_id", "first_day", "last_day", "acting"
    )
    for unit_id, person_id, post_id, first, last, acting in rows:
        index.by_unit[unit_id].append(Held(person_id, post_id, Term(first, last), acting))
    return index


@dataclass(frozen=True, slots=True)
class EmptyPost:
    """A post that must be filled and is not; ``since`` is its first empty day where known."""

    unit: Unit
    post: Post
    since: date | None
    days: int | None


def empty_posts(units: QuerySet[Unit], day: date) -> list[EmptyPost]:
    """The posts of the units that must be filled and have no holder on the day.

    A post must be filled in units of the kinds that it names, once the ledger of their bureau has
    begun: before that nothing is known of them. The days are counted from the end of
    the last term (or the opening of the unit), the day itself included; unknown where neither is
    known. Four queries.
    """
    posts = list(
        Post.objects.filter(must_be_filled=True)
        .prefetch_related("kinds")
        .order_by("position", "pk")
    )
    if not posts:
        return []
    kinds = {post.pk: {kind.pk for kind in post.kinds.all()} for post in posts}
    kept = units.filter(bureau__ledger_from__lte=day)
    existing = list(kept.existing_on(day).order_by("path"))
    terms: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
    rows = Appointment.objects.filter(
        unit__in=[unit.pk for unit in existing], post__in=posts, first_day__lte=day
    )
    for unit_id, post_id, first, last in rows.values_list(
        "unit_id", "post_id", "first_day", "last_day"
    ):
        terms[unit_id, post_id].append((first, last))
    found = []
    for unit in existing:
        for post in posts:
            if unit.kind_id not in kinds[post.pk]:
                continue
            held = terms[unit.pk, post.pk]
            if any(last is None or last >= day for _first, last in held):
                continue
            ends = [last + ONE_DAY for _first, last in held if last is not None]
            since = max(ends) if ends else unit.opened_on
            found.append(EmptyPost(unit, post, since, (day - since).days + 1 if since else None))
    return found


# --- what audit_ledger asks ---------------------------------------------------------------------


def overlapping_holders() -> Iterator[tuple[Appointment, Appointment]]:
    """Pairs of appointments to one single-holder post of one unit that share a day."""
    found = Appointment.objects.filter(post__single_holder=True).select_related(
        "person", "unit", "post"
    )
    earlier: list[Appointment] = []
    for each in found.order_by("unit_id", "post_id", "first_day", "pk"):
        earlier = [e for e in earlier if (e.unit_id, e.post_id) == (each.unit_id, each.post_id)]
        for other in earlier:
            if overlaps(term_of(other), term_of(each)):
                yield other, each
        earlier.append(each)


def appointment_differences() -> Iterator[Difference]:
    """Copies of a post's one-holder flag that differ from it, and holders who overlap."""
    for each in Appointment.objects.exclude(single_holder=F("post__single_holder")).select_related(
        "person", "unit", "post"
    ):
        yield Difference(
            "Appointment",
            each.pk,
            str(each),
            "single_holder",
            each.single_holder,
            each.post.single_holder,
        )
    for one, other in overlapping_holders():
        yield Difference(
            "Appointment", other.pk, str(other), "first_day", other.first_day, f"> {one.last_day}"
        )


def term_of(appointment: Appointment) -> Term:
    """The days of an appointment as the value the rules work with."""
    return Term(appointment.first_day, appointment.last_day)


def search_condition(text: str) -> Q:
    """People whose name holds the text, or whose initials do."""
    return Q(name__icontains=text) | Q(initials__icontains=text.lower())


def people_for(scope: Scope, *, on: date) -> QuerySet[Person]:
    """The people of a scope with the posts they hold on the day (``held``), two queries.

    Posts held outside the scope are not told.
    """
    posts = scope.limit(Appointment.objects.in_office_on(on)).select_related("unit", "post")
    first = Appointment.objects.filter(person=OuterRef("pk")).in_office_on(on)
    return (
        scope.limit(Person.objects.all())
        .annotate(
            first_post=Subquery(first.order_by("post__position").values("post__position")[:1])
        )
        .select_related("unit", "unit__bureau")
        .prefetch_related(
            Prefetch(
                "appointments",
                posts.order_by("post__position", "unit__path", "pk"),
                to_attr="held",
            )
        )
        .order_by("unit__path", "pk")
    )


def post_words(held: Appointment, person: Person) -> str:
    """The post, with its unit where that is not the person's own: 法制大队 大队长（主持工作）."""
    post = _("%(post)s（主持工作）") % {"post": held.post} if held.acting else str(held.post)
    if held.unit_id == person.unit_id:
        return post
    return _("%(unit)s %(post)s") % {"unit": held.unit.label, "post": post}


@dataclass(slots=True)
class Duties:
    """What a person answers for, as far as the scope sees it, as of a day."""

    terms: list[Appointment]
    led: list[Problem]
    answered: list[Problem]
    measures: list[Measure]
    meetings: list[Meeting]
    meetings_in_year: int


def duties_of(
    person: Person, scope: Scope, *, year: int, on: date, today: date, most: int = 20
) -> Duties:
    """Terms, open problems led or answered for, open measures, and meetings presided over.

    Six queries; meetings are the last ones of the year, with their number.
    """
    terms = scope.limit(Appointment.objects.filter(person=person, first_day__lte=on))
    open_problems = problems_for(scope, on=on, today=today, state="open")
    measures = measures_for(scope, on=on, today=today, state="open").filter(responsible=person)
    meetings = scope.limit(
        Meeting.objects.standing().filter(presided_by=person, held_on__year=year, held_on__lte=on)
    )
    return Duties(
        terms=list(
            terms.select_related("unit", "post").order_by("-first_day", "post__position", "pk")
        ),
        led=list(open_problems.filter(leader=person)[:most]),
        answered=list(open_problems.filter(responsible=person)[:most]),
        measures=list(measures[:most]),
        meetings=list(meetings.select_related("unit", "kind").order_by("-held_on", "-pk")[:most]),
        meetings_in_year=meetings.count(),
    )
