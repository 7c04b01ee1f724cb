"""Who holds which post on which day, which posts are empty, and what a person answers for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from reports.domain.access import ADMINISTRATORS, MAY, REACH, Act, Reach, Role
from reports.domain.terms import Term, overlaps
from reports.models import Appointment, Measure, Meeting, Person, Post, Problem, Unit
from reports.models.choices import ROLE_LABELS, clauses, listed
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
        found.select_related("person", "unit", "post", "home_unit").order_by(
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
    posts = scope.limit(Appointment.objects.in_office_on(on))
    posts = posts.select_related("unit", "post", "home_unit")
    first = Appointment.objects.filter(person=OuterRef("pk")).in_office_on(on)
    return (
        scope.limit(Person.objects.standing())
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


def held_words(held: Appointment) -> str:
    """The post and how it is held: 所长（主持工作）, 专职法制员（由法制大队派驻）."""
    how = []
    if held.acting:
        how.append(_("主持工作"))
    if seconded := seconded_words(held):
        how.append(seconded)
    told = {"post": held.post, "how": clauses(how)}
    return _("%(post)s（%(how)s）") % told if how else str(held.post)


def seconded_words(held: Appointment) -> str:
    """Where somebody who serves away from home belongs: 由法制大队派驻. Wants ``home_unit``."""
    if held.home_unit_id is None:
        return ""
    return _("由%(unit)s派驻") % {"unit": held.home_unit.label}


def post_words(held: Appointment, person: Person) -> str:
    """The post, with its unit where that is not the person's own: 法制大队 大队长（主持工作）."""
    post = held_words(held)
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
            terms.select_related("unit__bureau", "post", "home_unit").order_by(
                "-first_day", "post__position", "pk"
            )
        ),
        led=list(open_problems.filter(leader=person)[:most]),
        answered=list(open_problems.filter(responsible=person)[:most]),
        measures=list(measures[:most]),
        meetings=list(meetings.select_related("unit", "kind").order_by("-held_on", "-pk")[:most]),
        meetings_in_year=meetings.count(),
    )


def readers_of(person: Person, terms: Iterable[Appointment]) -> str:
    """Who may open the page of a person, in a sentence that follows the reach of the roles.

    Wants the units of person and terms with their bureaus loaded; no query.
    """
    units = {person.unit_id: person.unit} | {term.unit_id: term.unit for term in terms}
    bureaus = {unit.bureau_id: unit.bureau for unit in units.values() if unit.bureau_id}
    by_reach: dict[Reach, list[str]] = defaultdict(list)
    for role in Role:
        if Act.READ in MAY[role]:
            by_reach[REACH[role]].append(str(ROLE_LABELS[role]))
    parts = []
    if own := by_reach[Reach.UNIT_AND_BELOW]:
        places = listed(unit.label for unit in units.values())
        parts.append(
            _("%(places)s及其上级单位的%(roles)s") % {"places": places, "roles": listed(own)}
        )
    if whole := by_reach[Reach.WHOLE_BUREAU]:
        names = listed(bureau.label for bureau in bureaus.values())
        if names:
            parts.append(_("%(places)s的%(roles)s") % {"places": names, "roles": listed(whole)})
    if tree := by_reach[Reach.SUBTREE]:
        parts.append(_("任职单位、分局及其上级的%(roles)s") % {"roles": listed(tree)})
    kept_out = listed(str(ROLE_LABELS[role]) for role in Role if role in ADMINISTRATORS)
    told = {"readers": clauses(parts), "others": kept_out}
    return _("本页可由以下人员查看：%(readers)s。%(others)s不能查看。") % told
