"""Who answered on a day: one page for any post, unit and day."""

from datetime import date

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.dates import day_typed
from reports.forms.who import WhoForm
from reports.models import Post, Unit
from reports.models.choices import day_label
from reports.selectors.who import Place, all_posts, vacancy_words, who_on
from reports.views.mixins import FIRST_YEAR, DayMixin
from reports.views.scoped import ScopeMixin

MOST_TO_CHOOSE = 300


class Who(ScopeMixin, DayMixin, TemplateView):
    """The holders on ``day`` (else the day of the page), as known on the day of the page."""

    template_name = "reports/who/who.html"

    @cached_property
    def units(self) -> list[Unit]:
        """What may be chosen: bureaus for who sees many, else every unit one sees."""
        rows = self.scope.units().select_related("bureau").in_order()
        if self.scope.sees_many_bureaus:
            rows = rows.bureaus()
        units = list(rows[:MOST_TO_CHOOSE])
        typed = self.request.GET.get("unit", "")
        if typed.isascii() and typed.isdigit() and len(typed) <= 15:
            if all(unit.pk != int(typed) for unit in units):
                units.append(self.get_visible(Unit.objects.select_related("bureau"), int(typed)))
        elif typed:
            raise Http404
        return units

    @cached_property
    def place(self) -> Unit | None:
        typed = self.request.GET.get("unit", "")
        if typed:
            return next(unit for unit in self.units if unit.pk == int(typed))
        return self.units[0] if self.units else None

    @cached_property
    def asked(self) -> tuple[date, str]:
        """The day that is asked about, and what was wrong with what was typed."""
        typed = self.request.GET.get("day", "").strip()
        if not typed:
            return self.on, ""
        found = day_typed(typed, near=self.on, latest=self.on)
        if found is None:
            return self.on, _("“%(typed)s”不是有效日期，已按%(day)s显示。") % {
                "typed": typed[:20],
                "day": day_label(self.on),
            }
        if found > self.on:
            return self.on, _("%(day)s尚未到来，已按%(on)s显示。") % {
                "day": day_label(found),
                "on": day_label(self.on),
            }
        if found.year < FIRST_YEAR:
            return self.on, _("台账没有%(year)s年以前的数据，已按%(day)s显示。") % {
                "year": FIRST_YEAR,
                "day": day_label(self.on),
            }
        return found, ""

    @cached_property
    def posts(self) -> tuple[list[Post], dict[int, frozenset[int]]]:
        return all_posts()

    @cached_property
    def post(self) -> Post | None:
        typed = self.request.GET.get("post", "")
        return next((post for post in self.posts[0] if str(post.pk) == typed), None)

    def places(self) -> list[Place]:
        if self.place is None:
            return []
        units = self.scope.units().filter(pk=self.place.pk)
        if self.place.bureau_id is not None:
            units = self.scope.units().under(self.place)
        posts, must = self.posts
        wanted = posts if self.post is None else [self.post]
        day, _complaint = self.asked
        return who_on(units, day, on=self.on, posts=wanted, must=must)

    def get_context_data(self, **kwargs):
        day, complaint = self.asked
        places = [place for place in self.places() if place.seats]
        seats = [seat for place in places for seat in place.seats]
        form = WhoForm(
            initial={
                "unit": self.place.pk if self.place else None,
                "post": self.post.pk if self.post else "",
                "day": day,
            },
            units=self.units,
            posts=self.posts[0],
        )
        return super().get_context_data(**kwargs) | {
            "form": form,
            "complaint": complaint,
            "day": day,
            "place": self.place,
            "post": self.post,
            "places": [
                (place, [(seat, vacancy_words(seat.vacancy, self.on)) for seat in place.seats])
                for place in places
            ],
            "held": sum(bool(seat.holders) for seat in seats),
            "empty": sum(not seat.holders for seat in seats),
            "may_manage": self.scope.allows(Act.MANAGE_PEOPLE),
        }
