"""Posts and capacities as everybody reads them: duties, who qualifies, and who holds them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from reports.models import Appointment, Post
from reports.selectors.scope import Scope


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with how many people of the scope hold it on the day."""

    post: Post
    kinds: tuple[str, ...]
    holders: int


def post_lines(scope: Scope, *, on: date) -> list[PostLine]:
    """All posts in their order: three queries."""
    held = scope.limit(Appointment.objects.in_office_on(on))
    number = Counter(held.order_by().values_list("post_id", flat=True))
    posts = Post.objects.order_by("position", "pk").prefetch_related("kinds")
    return [PostLine(post, kinds_of(post), number[post.pk]) for post in posts]


def kinds_of(post: Post) -> tuple[str, ...]:
    """The kinds of units in which the post exists, in their order; wants them prefetched."""
    kinds = sorted(post.kinds.all(), key=lambda kind: (kind.position, kind.pk))
    return tuple(kind.name for kind in kinds)


def duties_of_post(post: Post) -> list[str]:
    """The duty list, a line each."""
    return [line.strip() for line in post.duties.splitlines() if line.strip()]


def holders_of(post: Post, scope: Scope, *, on: date) -> list[Appointment]:
    """Who of the scope holds the post on the day, in the order of the organisation: one query."""
    rows = scope.limit(Appointment.objects.filter(post=post).in_office_on(on))
    rows = rows.select_related("person", "unit__bureau", "home_unit", "post")
    return list(rows.order_by("unit__path", "first_day", "pk"))
