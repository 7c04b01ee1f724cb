"""Units against their staffing rules, and posts that nobody holds: on a day and over a year.

Every number of empty posts, wherever it is shown, counts ``Gap`` rows of ``gaps_of``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from reports.domain.access import Act
from reports.domain.periods import Period
from reports.domain.qualifications import (
    Proof,
    first_review_without_national,
    qualified_on,
)
from reports.domain.staffing import (
    FIRST_CLASS,
    TRAFFIC_NAMES,
    Holding,
    Month,
    Place,
    RemarkKind,
    Rule,
    RuleBook,
    Stretch,
    Totals,
    days_lacking,
    heads_beside,
    months_of,
    reached,
    rule_on,
    stretches,
    within_period,
)
from reports.domain.terms import Term, gaps, holds_on
from reports.models import (
    Appointment,
    Certificate,
    Person,
    Post,
    StaffingRule,
    Unit,
    UnitKind,
)
from reports.models.choices import CertificateGroup, listed
from reports.models.people import REVIEWERS
from reports.selectors.gaps import counted_days
from reports.selectors.scope import Scope

BEGINNING = date(1900, 1, 1)


class BureauRow(NamedTuple):
    """The bureau of a unit, as little of it as a list needs."""

    pk: int
    label: str
    path: str
    ledger_from: date | None


class UnitRow(NamedTuple):
    """A unit, as little of it as a list of thousands needs."""

    pk: int
    name: str
    label: str
    grade: str
    path: str
    kind_id: int
    kind: str
    is_body: bool
    opened_on: date | None
    closed_on: date | None
    bureau: BureauRow | None

    @property
    def is_bureau(self) -> bool:
        return self.bureau is not None and self.bureau.pk == self.pk

    @property
    def place(self) -> Place:
        return Place(self.path, self.kind_id, self.grade)


_UNIT = ("pk", "name", "short_name", "grade", "path", "kind_id", "kind__name", "kind__is_body")
_DAYS = ("opened_on", "closed_on")
_BUREAU = tuple(f"bureau__{name}" for name in ("pk", "name", "short_name", "path", "ledger_from"))


def unit_rows(units: QuerySet[Unit]) -> list[UnitRow]:
    """The units in the order of the organisation: one query."""
    found = []
    bureaus: dict[int, BureauRow] = {}
    for row in units.order_by("path").values_list(*_UNIT, *_DAYS, *_BUREAU):
        pk, name, short, grade, path, kind_id, kind, is_body, opened, closed, *of = row
        bureau_pk, bureau_name, bureau_short, bureau_path, begun = of
        if bureau_pk is not None and bureau_pk not in bureaus:
            label = bureau_short or bureau_name
            bureaus[bureau_pk] = BureauRow(bureau_pk, label, bureau_path, begun)
        bureau = bureaus.get(bureau_pk)
        days = (opened, closed)
        found.append(
            UnitRow(pk, name, short or name, grade, path, kind_id, kind, is_body, *days, bureau)
        )
    return found


def row_of(unit: Unit, bureau: Unit) -> UnitRow:
    """A unit that is loaded with its kind, in the same shape; ``bureau`` is the one it is of."""
    of = BureauRow(bureau.pk, bureau.label, bureau.path, bureau.ledger_from)
    kind = unit.kind
    return UnitRow(
        *(unit.pk, unit.name, unit.label, unit.grade, unit.path),
        *(unit.kind_id, kind.name, kind.is_body, unit.opened_on, unit.closed_on, of),
    )


class Held(NamedTuple):
    """One term in one unit."""

    person_id: int
    person: str
    post_id: int
    term: Term
    acting: bool

    @property
    def holding(self) -> Holding:
        return Holding(self.person_id, self.post_id, self.term)


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post with what is asked of it."""

    pk: int
    name: str
    position: int
    must_be_filled: bool
    heads_unit: bool
    is_full_time: bool
    reviews_decisions: bool
    kinds: frozenset[int]
    qualifications: frozenset[int]


@dataclass(slots=True)
class Facts:
    """Some units with the rules, the posts and the terms that concern them."""

    units: list[UnitRow]
    book: RuleBook
    rules: dict[int, Rule]
    basis: dict[int, str]
    posts: dict[int, PostFacts]
    terms: Mapping[int, list[Held]] = field(default_factory=dict)

    def names_of(self, posts: Collection[int]) -> str:
        """专职法制员或兼职法制员, in the order of the posts."""
        rows = sorted((self.posts[pk] for pk in posts), key=lambda post: (post.position, post.pk))
        return _("或").join(post.name for post in rows)

    def asked(self, rule: Rule) -> str:
        """What a rule asks for in words: 专职法制员至少1人."""
        told = {"posts": self.names_of(rule.posts), "n": rule.at_least}
        return _("%(posts)s至少%(n)s人") % told


def facts_of(
    units: Sequence[UnitRow],
    *,
    first: date | None,
    last: date,
    terms: Mapping[int, list[Held]] | None = None,
) -> Facts:
    """Rules, posts and terms of the units that may matter from the first day to the last.

    ``first`` None: from the beginning. Three queries, however many units; two where the ``terms``
    are at hand.
    """
    posts = posts_with_what_they_ask()
    rules, basis = _rules_for(units, first, last)
    wanted = {pk for rule in rules.values() for pk in rule.posts}
    wanted |= {pk for pk, post in posts.items() if post.must_be_filled or post.heads_unit}
    facts = Facts(list(units), RuleBook(rules.values()), rules, basis, posts)
    facts.terms = _terms_in(units, wanted, first, last) if terms is None else terms
    return facts


def posts_with_what_they_ask() -> dict[int, PostFacts]:
    """Every post with its kinds of units and its qualifications: one query."""
    names = ("pk", "name", "position", "must_be_filled", "heads_unit", "is_full_time")
    rows = Post.objects.order_by("position", "pk").values_list(
        *names, "reviews_decisions", "kinds__pk", "qualifications__pk"
    )
    plain: dict[int, tuple] = {}
    kinds: dict[int, set[int]] = defaultdict(set)
    asked: dict[int, set[int]] = defaultdict(set)
    for *of, kind, qualification in rows:
        pk = of[0]
        plain[pk] = tuple(of)
        kinds[pk].add(kind)
        asked[pk].add(qualification)
    return {
        pk: PostFacts(*of, frozenset(kinds[pk] - {None}), frozenset(asked[pk] - {None}))
        for pk, of in plain.items()
    }


def _rules_for(
    units: Sequence[UnitRow], first: date | None, last: date
) -> tuple[dict[int, Rule], dict[int, str]]:
    """The rules set in the bureaus of the units or above them: one query."""
    bureaus = {unit.bureau.pk for unit in units if unit.bureau is not None}
    running = Q(first_day__lte=last)
    if first is not None:
        running &= Q(last_day__isnull=True) | Q(last_day__gte=first)
    near = Q(unit__bureau__isnull=True)
    # A list of thousands of keys is slower than the few rules that it would leave out.
    near = near | Q(unit__bureau__in=bureaus) if len(bureaus) <= 500 else Q()
    rows = StaffingRule.objects.filter(running, near).order_by("pk")
    names = ("pk", "unit__path", "kind_id", "grade", "at_least", "first_day", "last_day", "basis")
    posts: dict[int, set[int]] = defaultdict(set)
    plain: dict[int, tuple] = {}
    for *of, post in rows.values_list(*names, "posts__pk"):
        plain[of[0]] = tuple(of)
        if post is not None:
            posts[of[0]].add(post)
    rules, basis = {}, {}
    for key, path, kind, grade, at_least, begins, ends, why in plain.values():
        rules[key] = Rule(key, path, kind, grade, frozenset(posts[key]), at_least, begins, ends)
        basis[key] = why
    return rules, basis


def _terms_in(
    units: Sequence[UnitRow], posts: Collection[int], first: date | None, last: date
) -> dict[int, list[Held]]:
    rows = Appointment.objects.filter(post__in=posts, first_day__lte=last)
    if len(units) <= 500:
        rows = rows.filter(unit__in=[unit.pk for unit in units])
    if first is not None:
        rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=first))
    found: dict[int, list[Held]] = defaultdict(list)
    names = ("unit_id", "person_id", "person__name", "post_id", "first_day", "last_day", "acting")
    for unit_id, person_id, name, post_id, begins, ends, acting in rows.order_by(
        "post__position", "first_day", "pk"
    ).values_list(*names):
        found[unit_id].append(Held(person_id, name, post_id, Term(begins, ends), acting))
    return found


def existing(scope: Scope, *, first: date, last: date) -> QuerySet[Unit]:
    """The units of the scope that existed between the days, of bureaus whose ledger had begun."""
    return scope.units().filter(
        Q(opened_on__isnull=True) | Q(opened_on__lte=last),
        Q(closed_on__isnull=True) | Q(closed_on__gte=first),
        bureau__ledger_from__lte=last,
    )


def year_of(year: int) -> Period:
    """The calendar year as a period."""
    return Period(date(year, 1, 1), date(year, 12, 31))


# --- gaps ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row on which a unit lacked somebody it must have; ``days`` are those of the year.

    Of a staffing rule ``post_id`` is None. ``pk`` tells rows of one list apart.
    """

    pk: str
    unit: UnitRow
    post_id: int | None
    what: str
    first: date
    last: date
    days: int
    is_open: bool

    @property
    def word(self) -> str:
        """未配备 of legal reviewers and others by a rule, 空缺 of a post."""
        return _("未配备") if self.post_id is None else _("空缺")


def gaps_of(facts: Facts, *, on: date, year: int | None = None) -> list[Gap]:
    """The gaps of the units up to the day, in the order of the organisation, then of the posts.

    With a ``year`` only those that reach into it, with their days in it; without one, those that
    are open on the day, with all their days. Nothing is counted before the ledger of the bureau
    began. No query.
    """
    span = year_of(year) if year is not None else None
    must = [post for post in facts.posts.values() if post.must_be_filled]
    found = []
    for unit in facts.units:
        days = counted_days(unit, Period(BEGINNING, on), on=on)
        if days is None:
            continue
        terms = facts.terms.get(unit.pk, ())
        for post in must:
            if unit.kind_id not in post.kinds:
                continue
            held = [each.term for each in terms if each.post_id == post.pk]
            for gap in gaps(held, days):
                found += _gap(unit, post.pk, post.name, gap, on, span)
        concerning = facts.book.concerning(unit.place)
        if not concerning:
            continue
        parts = stretches(concerning, [each.holding for each in terms], days)
        for gap in days_lacking(parts):
            rule = rule_on(concerning, gap.last)
            found += _gap(unit, None, facts.names_of(rule.posts), gap, on, span)
    return found


def _gap(
    unit: UnitRow, post: int | None, what: str, gap: Period, on: date, span: Period | None
) -> list[Gap]:
    counted = within_period([gap], span) if span is not None else [gap]
    is_open = gap.last == on
    if not counted or (span is None and not is_open):
        return []
    key = f"{unit.pk}-{post or 0}-{gap.first:%Y%m%d}"
    days = sum(each.days for each in counted)
    return [Gap(key, unit, post, what, gap.first, gap.last, days, is_open)]


def gaps_in_year(scope: Scope, *, year: int, on: date) -> list[Gap]:
    """The gaps of everything in the scope that reach into the year: four queries."""
    last = min(on, year_of(year).last)
    rows = unit_rows(existing(scope, first=year_of(year).first, last=last))
    return gaps_of(facts_of(rows, first=None, last=on), on=on, year=year)


def open_gaps(units: Sequence[UnitRow], *, on: date, held: Iterable[Appointment]) -> list[Gap]:
    """The posts of the units that are empty on the day: two queries.

    The same as those of ``gaps_in_year`` that are open: whether a day is empty hangs on that day
    alone. ``held`` are all appointments in the units on the day, with their people; since when a
    post is empty is not told.
    """
    facts = facts_of(units, first=on, last=on, terms=terms_of(held))
    return gaps_of(facts, on=on)


def terms_of(held: Iterable[Appointment]) -> dict[int, list[Held]]:
    """Appointments that are loaded with their people, by unit."""
    found: dict[int, list[Held]] = defaultdict(list)
    for each in held:
        term = Term(each.first_day, each.last_day)
        found[each.unit_id].append(
            Held(each.person_id, each.person.name, each.post_id, term, each.acting)
        )
    return found


def empty_posts(units: QuerySet[Unit], day: date) -> list[Gap]:
    """The posts of the units that must be filled and are not on the day, and since when.

    Those that must be filled by their kind, and what a staffing rule asks for. Before the ledger
    of a bureau begins nothing is known of its posts. Four queries.
    """
    rows = unit_rows(units.existing_on(day).filter(bureau__ledger_from__lte=day))
    return gaps_of(facts_of(rows, first=None, last=day), on=day)


# --- what is remarked on ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a holder of a post on the day; ``since`` is the day it began."""

    pk: str
    kind: RemarkKind
    unit_id: int
    person_id: int
    person: str
    post_id: int
    post: str
    since: date | None
    unit: UnitRow | None = None


def remarks_on(
    terms: Mapping[int, Sequence[Held]],
    posts: Mapping[int, PostFacts],
    proofs: Mapping[int, Sequence[Proof]],
    reviewing: Mapping[int, Sequence[Term]],
    on: date,
) -> list[Remark]:
    """What is to be remarked of those who hold posts on the day: no query.

    ``terms`` by unit, ``proofs`` and all terms that review decisions (``reviewing``) by person.
    """
    full_time = {pk for pk, post in posts.items() if post.is_full_time}
    heading = {pk for pk, post in posts.items() if post.heads_unit}
    found = []
    for unit_id, held_here in terms.items():
        now = [held for held in held_here if holds_on(held.term, on)]
        heads = set(heads_beside([h.holding for h in now], full_time, heading, on))
        for held in now:
            post = posts[held.post_id]
            about = (unit_id, held, post)
            if (held.person_id, held.post_id) in heads:
                found.append(_remark(RemarkKind.HEADS, *about, held.term.first_day))
            of_person = proofs.get(held.person_id, ())
            if not qualified_on(of_person, post.qualifications, on):
                found.append(_remark(RemarkKind.UNQUALIFIED, *about, held.term.first_day))
            if post.reviews_decisions:
                since = first_review_without_national(reviewing.get(held.person_id, ()), of_person)
                if since is not None:
                    found.append(_remark(RemarkKind.FIRST_REVIEW, *about, since))
    return found


def _remark(kind: RemarkKind, unit_id: int, held: Held, post: PostFacts, since: date) -> Remark:
    key = f"{kind.value}-{unit_id}-{held.person_id}-{held.post_id}"
    about = (unit_id, held.person_id, held.person, post.pk, post.name)
    return Remark(key, kind, *about, since)


def remark_sentence(remark: Remark) -> str:
    """The remark in words, without the name."""
    told = {"post": remark.post}
    if remark.kind == RemarkKind.HEADS:
        return _("%(post)s由单位主要负责人担任") % told
    if remark.kind == RemarkKind.UNQUALIFIED:
        return _("不具备“%(post)s”要求的任职资格") % told
    return _("初次从事处罚决定法制审核时未取得国家统一法律职业资格")


def rule_of_first_review() -> str:
    """The law behind the remark on first reviewers, as it is quoted beside it."""
    return _(
        "《行政处罚法》第五十八条第三款：初次从事行政处罚决定法制审核的人员，"
        "应当通过国家统一法律职业资格考试取得法律职业资格。2018年1月1日起施行。"
    )


def proofs_of(people: QuerySet | Collection[int]) -> dict[int, list[Proof]]:
    """The standing certificates of the people: one query."""
    found: dict[int, list[Proof]] = defaultdict(list)
    rows = Certificate.objects.standing().filter(person__in=people)
    names = ("person_id", "kind_id", "issued_on", "valid_until", "kind__group")
    for person_id, kind, issued, until, group in rows.order_by("pk").values_list(*names):
        national = group == CertificateGroup.NATIONAL.value
        found[person_id].append(Proof(kind, issued, until, national))
    return found


def reviewing_of(people: QuerySet | Collection[int], on: date) -> dict[int, list[Term]]:
    """All terms up to the day in which the people reviewed decisions, in any unit: one query."""
    found: dict[int, list[Term]] = defaultdict(list)
    rows = Appointment.objects.filter(
        person__in=people, post__reviews_decisions=True, first_day__lte=on
    )
    for person_id, first, last in rows.values_list("person_id", "first_day", "last_day"):
        found[person_id].append(Term(first, last))
    return found


def remarks_for(scope: Scope, *, on: date) -> list[Remark]:
    """Every remark on those who hold a post in a unit of the scope on the day: five queries."""
    posts = posts_with_what_they_ask()
    heard = [
        pk
        for pk, post in posts.items()
        if post.is_full_time or post.heads_unit or post.qualifications or post.reviews_decisions
    ]
    held = scope.limit(Appointment.objects.in_office_on(on)).filter(
        post__in=heard, unit__bureau__ledger_from__lte=on
    )
    terms: dict[int, list[Held]] = defaultdict(list)
    names = ("unit_id", "person_id", "person__name", "post_id", "first_day", "last_day", "acting")
    for unit_id, person_id, name, post_id, first, last, acting in held.order_by(
        "unit__path", "post__position", "pk"
    ).values_list(*names):
        terms[unit_id].append(Held(person_id, name, post_id, Term(first, last), acting))
    people = held.values("person_id")
    found = remarks_on(terms, posts, proofs_of(people), reviewing_of(people, on), on)
    units = {row.pk: row for row in unit_rows(scope.units().filter(pk__in=held.values("unit_id")))}
    return [_placed(remark, units[remark.unit_id]) for remark in found]


def _placed(remark: Remark, unit: UnitRow) -> Remark:
    about = (remark.person_id, remark.person, remark.post_id, remark.post, remark.since)
    return Remark(remark.pk, remark.kind, remark.unit_id, *about, unit)


def remarks_of_person(
    person: Person,
    terms: Iterable[Appointment],
    certificates: Iterable[Certificate],
    *,
    on: date,
) -> list[Remark]:
    """The remarks on what a person holds on the day: a query for the posts, and one more where
    decisions are reviewed.

    ``terms`` are the appointments that may be seen, ``certificates`` all of the person, with
    their kinds. Wants the bureau of the person loaded: nothing is told before its ledger begins.
    """
    bureau = person.unit.bureau
    begun = bureau.ledger_from if bureau is not None else None
    now = [each for each in terms if holds_on(Term(each.first_day, each.last_day), on)]
    if begun is None or begun > on or not now:
        return []
    held: dict[int, list[Held]] = defaultdict(list)
    for each in now:
        term = Term(each.first_day, each.last_day)
        held[each.unit_id].append(Held(person.pk, person.name, each.post_id, term, each.acting))
    proofs = [
        Proof(
            row.kind_id,
            row.issued_on,
            row.valid_until,
            row.kind.group == CertificateGroup.NATIONAL.value,
        )
        for row in certificates
        if not row.is_cancelled
    ]
    reviews = any(each.post.reviews_decisions for each in now)
    reviewing = reviewing_of([person.pk], on) if reviews else {}
    posts = posts_with_what_they_ask()
    return remarks_on(held, posts, {person.pk: proofs}, reviewing, on)


# --- the coverage map ---------------------------------------------------------------------------


class Standing(StrEnum):
    """How a unit stands against its rule on the day."""

    KEPT = "kept"
    LACKING = "lacking"
    NO_RULE = "no_rule"
    CLOSED = "closed"


@dataclass(slots=True)
class CoverageLine:
    """One unit against its rule: on the day, and over the days of the year that have passed."""

    unit: UnitRow
    standing: Standing
    asked: str
    basis: str
    at_least: int
    held: int
    holders: list[Held]
    parts: list[Stretch]
    lacking: list[Period]
    post_names: Mapping[int, str] = field(default_factory=dict)
    # Who holds a post that rules ask for elsewhere, such as a part-time reviewer where a
    # full-time one is asked for.
    others: list[Held] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def days(self) -> int:
        """How many days of the year were lacking."""
        return sum(span.days for span in self.lacking)

    @property
    def has_rule(self) -> bool:
        return self.standing in (Standing.KEPT, Standing.LACKING)

    @property
    def holder_words(self) -> str:
        """张某某（专职法制员）、李某（兼职法制员）"""
        return self._named(self.holders)

    @property
    def other_words(self) -> str:
        """另有李某（兼职法制员），不计入; empty where there is nobody."""
        if not self.others:
            return ""
        return _("另有%(names)s，不计入") % {"names": self._named(self.others)}

    def _named(self, held: Iterable[Held]) -> str:
        told = (
            _("%(name)s（%(where)s）") % {"name": h.person, "where": self.post_names[h.post_id]}
            for h in held
        )
        return listed(told)

    def months(self, year: int) -> list[Month]:
        return months_of(self.parts, year)

    @property
    def totals(self) -> Totals:
        kept = self.standing == Standing.KEPT
        lacking = self.standing == Standing.LACKING
        return Totals(int(self.has_rule), int(kept), int(lacking), self.days)


def coverage_of(facts: Facts, *, year: int, on: date) -> list[CoverageLine]:
    """Each unit against its rule, in the order of the organisation: no query.

    Left out are bodies that only meet, and units that had no rule, neither on the day nor in the
    year, and need none. The days counted are those of the year up to the day on which the unit
    existed and the ledger of its bureau had begun.
    """
    names = {pk: post.name for pk, post in facts.posts.items()}
    asked_for = {pk for rule in facts.rules.values() for pk in rule.posts}
    asked = {key: facts.asked(rule) for key, rule in facts.rules.items()}
    found = []
    for unit in facts.units:
        if unit.is_body or unit.is_bureau:
            continue
        concerning = facts.book.concerning(unit.place)
        terms = facts.terms.get(unit.pk, ())
        holdings = [each.holding for each in terms]
        counted = counted_days(unit, year_of(year), on=on)
        parts = stretches(concerning, holdings, counted) if counted is not None else []
        exists = counted_days(unit, Period(on, on), on=on) is not None
        rule = rule_on(concerning, on) if exists else None
        held = reached(holdings, rule.posts, on) if rule else 0
        if not exists:
            standing = Standing.CLOSED
        elif rule is None:
            standing = Standing.NO_RULE
        else:
            standing = Standing.KEPT if held >= rule.at_least else Standing.LACKING
        found.append(
            CoverageLine(
                unit=unit,
                standing=standing,
                asked=asked[rule.key] if rule else "",
                basis=facts.basis[rule.key] if rule else "",
                at_least=rule.at_least if rule else 0,
                held=held,
                holders=[
                    h for h in terms if rule and h.post_id in rule.posts and holds_on(h.term, on)
                ],
                parts=parts,
                lacking=days_lacking(parts),
                post_names=names,
                others=[
                    h
                    for h in terms
                    if rule and h.post_id in asked_for - rule.posts and holds_on(h.term, on)
                ],
            )
        )
    return found


def with_remarks(lines: Iterable[CoverageLine], facts: Facts, *, on: date) -> list[CoverageLine]:
    """The same lines with what is to be remarked of those who hold the posts asked for.

    Two queries.
    """
    lines = list(lines)
    people = {held.person_id for line in lines for held in line.holders}
    heading = {pk for pk, post in facts.posts.items() if post.heads_unit}
    terms = {
        line.unit.pk: [
            held
            for held in facts.terms.get(line.unit.pk, ())
            if held in line.holders or held.post_id in heading
        ]
        for line in lines
        if line.holders
    }
    found = defaultdict(list)
    for remark in remarks_on(terms, facts.posts, proofs_of(people), reviewing_of(people, on), on):
        found[remark.unit_id].append(remark)
    for line in lines:
        posts = {held.post_id for held in line.holders}
        line.remarks = [r for r in found[line.unit.pk] if r.post_id in posts]
    return lines


@dataclass(frozen=True, slots=True)
class BureauCoverage:
    """The sums of one bureau."""

    bureau: BureauRow
    totals: Totals
    units: int


def coverage_by_bureau(lines: Iterable[CoverageLine]) -> list[BureauCoverage]:
    """The sums of each bureau in the order of the organisation."""
    sums: dict[int, Totals] = defaultdict(Totals)
    units: dict[int, int] = defaultdict(int)
    bureaus: dict[int, BureauRow] = {}
    for line in lines:
        bureau = line.unit.bureau
        bureaus[bureau.pk] = bureau
        sums[bureau.pk] += line.totals
        units[bureau.pk] += line.standing != Standing.CLOSED
    return [
        BureauCoverage(bureau, sums[pk], units[pk])
        for pk, bureau in sorted(bureaus.items(), key=lambda each: each[1].path)
    ]


# --- the rules ----------------------------------------------------------------------------------


def rules_for(scope: Scope) -> QuerySet[StaffingRule]:
    """The rules that concern the scope, set in it or above it, with their posts: two queries."""
    return (
        scope.limit(StaffingRule.objects.all())
        .select_related("unit", "unit__bureau", "kind")
        .prefetch_related("posts")
        .order_by("unit__path", "kind__position", "grade", "first_day", "pk")
    )


def plain_rules(rows: Iterable[StaffingRule]) -> list[Rule]:
    """The rows as the rules of the domain take them. Wants unit and posts loaded."""
    return [
        Rule(
            row.pk,
            row.unit.path,
            row.kind_id,
            row.grade,
            frozenset(post.pk for post in row.posts.all()),
            row.at_least,
            row.first_day,
            row.last_day,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that is usual, with the parts of the address that fill the form."""

    words: str
    parts: tuple[tuple[str, object], ...]


def proposals(scope: Scope) -> list[Proposal]:
    """The three rules that are usual, for the bureau whose people the user manages: five queries.

    A class-one station has a full-time reviewer, every other one at least a part-time one, a
    traffic brigade a full-time one. What the ledger does not know (a kind, a post) is left open.
    """
    own = scope.units(Act.MANAGE_PEOPLE)
    bureau = own.bureaus().in_order().first()
    if bureau is None:
        return []
    posts = dict(Post.objects.filter(code__in=REVIEWERS).values_list("code", "pk"))
    full, part = (posts.get(code) for code in REVIEWERS)
    stations = UnitKind.objects.filter(code__startswith="station").order_by("position", "pk")
    kinds = {kind.code: kind.pk for kind in stations}
    first_class = next((pk for code, pk in kinds.items() if code != "station"), None)
    traffic = own.filter(bureau=bureau).filter(
        Q(name__contains=TRAFFIC_NAMES[0]) | Q(name__contains=TRAFFIC_NAMES[1])
    )
    brigade = traffic.in_order().first()
    station = kinds.get("station")
    grade = "" if first_class else FIRST_CLASS
    return [
        _proposal(
            _("一类派出所：专职法制员至少1人"), bureau, first_class or station, [full], grade
        ),
        _proposal(_("其他派出所：专职或兼职法制员至少1人"), bureau, station, [full, part]),
        _proposal(
            _("交警大队：专职法制员至少1人"),
            brigade or bureau,
            brigade.kind_id if brigade else None,
            [full],
        ),
    ]


def _proposal(
    words: str, unit: Unit, kind: int | None, posts: Sequence[int | None], grade: str = ""
) -> Proposal:
    parts: list[tuple[str, object]] = [("unit", unit.pk)]
    if kind is not None:
        parts.append(("kind", kind))
    parts += [("posts", post) for post in posts if post is not None]
    if grade:
        parts.append(("grade", grade))
    return Proposal(words, tuple(parts))
