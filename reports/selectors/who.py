"""Who answered on a day: for any post, unit and day the holder, or since when there was none."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reports.domain.terms import Vacancy, holds_on, vacancy_on
from reports.models import Appointment, Post, Unit
from reports.models.choices import day_label
from reports.models.people import REVIEWERS
from reports.selectors.gaps import asks_for_reviewer
from reports.selectors.names import with_name_then
from reports.selectors.people import term_of


@dataclass(frozen=True, slots=True)
class Seat:
    """A post of a unit on the day: who held it, or how long it was empty.

    ``post`` None: the legal reviewer that a staffing rule asks for, of either post.
    """

    unit: Unit
    post: Post | None
    holders: tuple[Appointment, ...]
    vacancy: Vacancy | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with its posts on the day, in their order; its earlier name where it bore one."""

    unit: Unit
    seats: tuple[Seat, ...]

    @property
    def called(self) -> str:
        return self.unit.name_then or ""


def all_posts() -> tuple[list[Post], dict[int, frozenset[int]]]:
    """The posts in their order, and the keys of the kinds of units in which each must be filled.

    Two queries.
    """
    posts = list(Post.objects.order_by("position", "pk"))
    must: dict[int, set[int]] = defaultdict(set)
    pairs = Post.kinds.through.objects.filter(post__must_be_filled=True)
    for post_id, kind_id in pairs.values_list("post_id", "unitkind_id"):
        must[post_id].add(kind_id)
    return posts, {post_id: frozenset(kinds) for post_id, kinds in must.items()}


def who_on(
    units: QuerySet[Unit],
    day: date,
    *,
    on: date,
    posts: Iterable[Post],
    must: dict[int, frozenset[int]],
) -> list[Place]:
    """The units that existed on the day, each with who held which of the posts, as known ``on``.

    A post is told as empty where it must be filled by its kinds, or where a staffing rule asks for
    a legal reviewer, once the ledger of the bureau has begun. ``posts`` and ``must`` as
    ``all_posts`` gives them, the posts narrowed as one likes. Two queries.
    """
    posts = list(posts)
    rows = units.existing_on(day).select_related("bureau", "kind").in_order()
    rows = with_name_then(rows, day, unit="pk", to="name_then")
    found = list(rows.annotate(needs_reviewer=asks_for_reviewer(day, unit="")))
    terms: dict[tuple[int, int], list[Appointment]] = defaultdict(list)
    held = Appointment.objects.filter(
        unit__in=[unit.pk for unit in found], post__in=posts, first_day__lte=on
    )
    held = held.select_related("person", "post", "home_unit")
    for row in held.order_by("acting", "first_day", "pk"):
        terms[row.unit_id, row.post_id].append(row)
    return [Place(unit, tuple(_seats(unit, day, posts, must, terms))) for unit in found]


def _seats(
    unit: Unit,
    day: date,
    posts: list[Post],
    must: dict[int, frozenset[int]],
    terms: dict[tuple[int, int], list[Appointment]],
) -> Iterator[Seat]:
    known = _is_known(unit, day)
    asked = {post.code for post in posts} >= set(REVIEWERS) and unit.needs_reviewer and known
    reviewers: list[Appointment] = []
    for post in posts:
        rows = terms.get((unit.pk, post.pk), [])
        holders = tuple(row for row in rows if holds_on(term_of(row), day))
        if post.code in REVIEWERS:
            reviewers += rows
        if holders:
            yield Seat(unit, post, holders)
        elif known and unit.kind_id in must.get(post.pk, ()):
            yield Seat(unit, post, (), _vacancy(unit, rows, day))
    if asked and not any(holds_on(term_of(row), day) for row in reviewers):
        yield Seat(unit, None, (), _vacancy(unit, reviewers, day))


def _is_known(unit: Unit, day: date) -> bool:
    """Before the ledger of its bureau nothing is known of the posts of a unit."""
    begun = unit.bureau.ledger_from if unit.bureau is not None else None
    return begun is not None and begun <= day


def _vacancy(unit: Unit, rows: Iterable[Appointment], day: date) -> Vacancy | None:
    """Since when nobody holds it: the days that the list of gaps counts, too."""
    known = [day for day in (unit.opened_on, unit.bureau.ledger_from) if day is not None]
    return vacancy_on((term_of(row) for row in rows), day, since=max(known), until=unit.closed_on)


def vacancy_words(vacancy: Vacancy | None, on: date) -> str:
    """How long a post is empty: 23日（2026年3月2日—24日）, 自2026年3月2日起，至今101日."""
    if vacancy is None or vacancy.first_day is None:
        return _("起始日期不详")
    told = {"n": vacancy.days_by(on), "first": day_label(vacancy.first_day)}
    if vacancy.last_day is None or vacancy.last_day > on:
        return _("自%(first)s起，截至%(on)s%(n)s日") % {**told, "on": day_label(on)}
    if vacancy.first_day == vacancy.last_day:
        return _("%(n)s日（%(first)s）") % told
    # The year is said, too: it is asked about any day.
    last = day_label(vacancy.last_day, vacancy.first_day)
    return _("%(n)s日（%(first)s—%(last)s）") % {**told, "last": last}
