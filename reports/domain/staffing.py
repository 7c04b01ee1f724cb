"""Whether a unit has the people it must have: staffing rules, and the days they are not kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.domain.periods import ONE_DAY, Period
from reports.domain.terms import Term, holds_on, overlaps, within

# Names and grades of units are data, and Chinese in every language of the pages.
TRAFFIC_NAMES = ("交通警察", "交警")
FIRST_CLASS = "一类"


@dataclass(frozen=True, slots=True)
class Rule:
    """How many holders of any of the posts a unit of the kind (and grade) must have.

    ``owner_path`` is the path of the unit that set the rule: it holds for that unit and below.
    An empty grade means every grade that has no rule of its own.
    """

    key: int
    owner_path: str
    kind: int
    grade: str
    posts: frozenset[int]
    at_least: int
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as the rules see it."""

    path: str
    kind: int
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """A person holds a post in the unit in question."""

    person: int
    post: int
    term: Term


class RuleBook:
    """All rules, found by the units above a place; which of them binds on a day is one question."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[tuple[str, int], list[Rule]] = defaultdict(list)
        for rule in rules:
            self._rules[rule.owner_path, rule.kind].append(rule)
        self._lengths = sorted({len(path) for path, _kind in self._rules}, reverse=True)

    def concerning(self, place: Place) -> list[Rule]:
        """The rules that may bind the place, the one that goes before all others first.

        A rule of a nearer unit goes before that of a further one; of one unit the rule that names
        the grade before the one that does not, and then the one that began last.
        """
        found: list[Rule] = []
        for length in self._lengths:
            here = self._rules.get((place.path[:length], place.kind), ())
            fit = [rule for rule in here if rule.grade in ("", place.grade)]
            fit.sort(key=lambda rule: (bool(rule.grade), rule.first_day, rule.key), reverse=True)
            found += fit
        return found


def rule_on(concerning: Iterable[Rule], day: date) -> Rule | None:
    """The rule that binds on the day: the first of the book's that runs; None without any."""
    for rule in concerning:
        if rule.first_day <= day and (rule.last_day is None or day <= rule.last_day):
            return rule
    return None


def reached(holdings: Iterable[Holding], posts: Collection[int], day: date) -> int:
    """How many people hold any of the posts on the day; who holds two of them counts once."""
    return len({h.person for h in holdings if h.post in posts and holds_on(h.term, day)})


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which nothing changes: the rule that binds, and how many people there are."""

    period: Period
    rule: Rule | None
    held: int

    @property
    def lacks(self) -> bool:
        return self.rule is not None and self.held < self.rule.at_least


def stretches(
    concerning: Sequence[Rule], holdings: Sequence[Holding], period: Period
) -> list[Stretch]:
    """The period in stretches, cut where a rule or a term begins or ends; in order, without holes.

    ``concerning`` are the rules of the book for the place.
    """
    cuts = {period.first}
    spans: list[Term | Rule] = [*(h.term for h in holdings), *concerning]
    for span in spans:
        if period.first < span.first_day <= period.last:
            cuts.add(span.first_day)
        if span.last_day is not None and period.first <= span.last_day < period.last:
            cuts.add(span.last_day + ONE_DAY)
    firsts = sorted(cuts)
    lasts = [*(first - ONE_DAY for first in firsts[1:]), period.last]
    found: list[Stretch] = []
    for first, last in zip(firsts, lasts, strict=True):
        rule = rule_on(concerning, first)
        held_by = reached(holdings, rule.posts, first) if rule else 0
        before = found[-1] if found else None
        if before is not None and (before.rule, before.held) == (rule, held_by):
            found[-1] = Stretch(Period(before.period.first, last), rule, held_by)
        else:
            found.append(Stretch(Period(first, last), rule, held_by))
    return found


def days_lacking(found: Iterable[Stretch]) -> list[Period]:
    """The days on which the rule of the day was not reached, joined where they touch."""
    lacking: list[Period] = []
    for stretch in found:
        if not stretch.lacks:
            continue
        if lacking and lacking[-1].last + ONE_DAY == stretch.period.first:
            lacking[-1] = Period(lacking[-1].first, stretch.period.last)
        else:
            lacking.append(stretch.period)
    return lacking


def within_period(spans: Iterable[Period], period: Period) -> list[Period]:
    """Of each span the days that lie in the period; spans without such days are left out."""
    cut = (within(Term(span.first, span.last), period) for span in spans)
    return [each for each in cut if each is not None]


class MonthState(StrEnum):
    """How a month of the year went for a unit."""

    OUTSIDE = "outside"
    NO_RULE = "no_rule"
    KEPT = "kept"
    PARTLY = "partly"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Month:
    """A month with how many of its days were lacking."""

    number: int
    state: MonthState
    days: int = 0


def months_of(found: Sequence[Stretch], year: int) -> list[Month]:
    """The twelve months of a year: kept, lacking in part or throughout, without a rule, outside."""
    return [_month(found, year, number) for number in range(1, 13)]


def _month(found: Sequence[Stretch], year: int, number: int) -> Month:
    last = date(year + number // 12, number % 12 + 1, 1) - ONE_DAY
    whole = Period(date(year, number, 1), last)
    parts = [(s, within(Term(s.period.first, s.period.last), whole)) for s in found]
    here = [(stretch, cut) for stretch, cut in parts if cut is not None]
    if not here:
        return Month(number, MonthState.OUTSIDE)
    if all(stretch.rule is None for stretch, _cut in here):
        return Month(number, MonthState.NO_RULE)
    days = sum(cut.days for stretch, cut in here if stretch.lacks)
    if not days:
        return Month(number, MonthState.KEPT)
    ruled = sum(cut.days for stretch, cut in here if stretch.rule is not None)
    return Month(number, MonthState.LACKING if days == ruled else MonthState.PARTLY, days)


def heads_beside(
    holdings: Iterable[Holding], full_time: Collection[int], heading: Collection[int], day: date
) -> list[tuple[int, int]]:
    """Who holds a full-time post and heads the same unit on the day: (person, full-time post).

    A full-time legal reviewer who is the head of the unit reviews what he orders; the ledger only
    remarks on it.
    """
    here = [h for h in holdings if holds_on(h.term, day)]
    heads = {h.person for h in here if h.post in heading}
    return sorted({(h.person, h.post) for h in here if h.post in full_time and h.person in heads})


class RemarkKind(StrEnum):
    """What a legal officer should look at of a holder; none of it forbids anything."""

    HEADS = "heads"
    UNQUALIFIED = "unqualified"
    FIRST_REVIEW = "first_review"


class AgainstStaffing(StrEnum):
    """Why a staffing rule cannot be set like this."""

    NO_POSTS = "no_posts"
    NOBODY = "nobody"
    ENDS_BEFORE = "ends_before"
    TWICE = "twice"


def reasons_against_rule(rule: Rule, others: Iterable[Rule]) -> list[AgainstStaffing]:
    """Why the rule may not stand; empty when it may.

    ``others`` are the other rules of the same owner. Two of the same owner, kind and grade must
    not run on the same day: which of them binds would be chance.
    """
    against = []
    if not rule.posts:
        against.append(AgainstStaffing.NO_POSTS)
    if rule.at_least < 1:
        against.append(AgainstStaffing.NOBODY)
    if rule.last_day is not None and rule.last_day < rule.first_day:
        return [*against, AgainstStaffing.ENDS_BEFORE]
    same = (rule.owner_path, rule.kind, rule.grade)
    for other in others:
        alike = other.key != rule.key and (other.owner_path, other.kind, other.grade) == same
        if alike and overlaps(_span(rule), _span(other)):
            against.append(AgainstStaffing.TWICE)
            break
    return against


def _span(rule: Rule) -> Term:
    return Term(rule.first_day, rule.last_day)


# --- sums ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """How many units have a rule on the day, keep it or lack people, and the days of the year."""

    ruled: int = 0
    kept: int = 0
    lacking: int = 0
    days: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.ruled + other.ruled,
            self.kept + other.kept,
            self.lacking + other.lacking,
            self.days + other.days,
        )


def totals_by(parts: Iterable[tuple[int, Totals]]) -> Mapping[int, Totals]:
    """The sums by a key, such as the bureau."""
    found: dict[int, Totals] = defaultdict(Totals)
    for key, part in parts:
        found[key] += part
    return found
