"""Days without a holder: when nobody holds a post of a unit, and which dues fell into such days."""

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext as _

from reports.domain.periods import Period
from reports.domain.terms import Term, gaps
from reports.models import Appointment, Due, Post, StaffingRule, Unit
from reports.models.choices import day_label, days_label, listed
from reports.models.people import REVIEWERS


def counted_days(unit: Unit, period: Period, *, on: date) -> Period | None:
    """The days of the period on which an empty post of the unit is a gap; None: there are none.

    Those from the beginning of the bureau's ledger (before it nothing is known of its posts) to
    ``on``, on which the unit existed. Wants ``unit.bureau`` loaded; no query.
    """
    begun = unit.bureau.ledger_from if unit.bureau is not None else None
    if begun is None:
        return None
    first = max(day for day in (period.first, begun, unit.opened_on) if day is not None)
    last = min(day for day in (period.last, on, unit.closed_on) if day is not None)
    return Period(first, last) if first <= last else None


# --- which units must have a legal reviewer -----------------------------------------------------


def asks_for_reviewer(day: object, *, unit: str = "unit") -> Exists:
    """Whether a staffing rule asks for a legal reviewer in the unit of a row on that day.

    ``day`` is a day or a column of the row, as ``F("period_last")``; ``unit`` is the way from the
    row to its unit, empty for units themselves. A rule says so for the kind of the unit, of its
    grade or of any, where it is set at the unit or above it.
    """
    way = f"{unit}__" if unit else ""
    if isinstance(day, F):
        day = OuterRef(day.name)
    rules = StaffingRule.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=day),
        Q(grade="") | Q(grade=OuterRef(f"{way}grade")),
        first_day__lte=day,
        kind=OuterRef(f"{way}kind"),
        posts__code__in=REVIEWERS,
    )
    # Set at the unit or above it: the path of the one begins with the path of the other.
    place = ExpressionWrapper(OuterRef(f"{way}path"), output_field=CharField())
    return Exists(rules.annotate(place=place).filter(place__startswith=F("unit__path")))


# --- of one due ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueGap:
    """Days of a due's period on which a post was empty; ``post`` None: no legal reviewer."""

    post: Post | None
    spans: tuple[Period, ...]
    whole: bool

    @property
    def days(self) -> int:
        return sum(span.days for span in self.spans)


def gaps_of_due(due: Due, *, on: date, needs_reviewer: bool) -> list[DueGap]:
    """The days of the due's period, up to ``on``, without a holder of the post that presides by
    its rule, and without a legal reviewer where one is asked for.

    The post may be held in the unit that owes, in the body that meets, or in the bureau. Wants
    unit, bureau and version with ``presided_by`` loaded; one query.
    """
    presided = due.version.presided_by
    days = _days_of(due, on)
    if days is None:
        return []
    places = {due.unit_id, due.bureau_id, due.version.body_id} - {None}
    asked = Q(pk__in=[])
    if presided is not None:
        asked |= Q(post=presided, unit__in=places)
    if needs_reviewer:
        asked |= Q(post__code__in=REVIEWERS, unit=due.unit_id)
    chairs, reviewers = [], []
    rows = Appointment.objects.filter(asked, first_day__lte=days.last)
    for post_id, first, last in rows.order_by("first_day", "pk").values_list(
        "post_id", "first_day", "last_day"
    ):
        of = chairs if presided is not None and post_id == presided.pk else reviewers
        of.append(Term(first, last))
    found = []
    if presided is not None and (empty := gaps(chairs, days)):
        found.append(DueGap(presided, tuple(empty), _is_whole(empty, due, days)))
    if needs_reviewer and (empty := gaps(reviewers, days)):
        found.append(DueGap(None, tuple(empty), _is_whole(empty, due, days)))
    return found


def _days_of(due: Due, on: date) -> Period | None:
    """What of the period has passed by that day, within the days of the unit."""
    begun, closed = due.unit.opened_on, due.unit.closed_on
    first = max(day for day in (due.period_first, begun) if day is not None)
    last = min(day for day in (due.period_last, on, closed) if day is not None)
    return Period(first, last) if first <= last else None


def _is_whole(empty: list[Period], due: Due, days: Period) -> bool:
    return empty == [days] and days == due.period


def span_label(span: Period) -> str:
    """Days in a row; one alone is a day: 3月2日."""
    if span.first == span.last:
        return day_label(span.first, span.first)
    return days_label(span.first, span.last)


def gap_sentence(gap: DueGap) -> str:
    """The gap in words: 本期内3月2日—24日无法制员（23日）。"""
    told = {
        "post": gap.post.name if gap.post is not None else "",
        "spans": listed(span_label(span) for span in gap.spans),
        "days": gap.days,
    }
    if gap.post is None:
        if gap.whole:
            return _("本期全期未配备法制员（%(days)s日）。") % told
        return _("本期内%(spans)s无法制员（%(days)s日）。") % told
    if gap.whole:
        return _("应由%(post)s主持的岗位，本期全期空缺（%(days)s日）。") % told
    return _("应由%(post)s主持的岗位，本期内%(spans)s空缺（%(days)s日）。") % told
