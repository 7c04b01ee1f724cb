"""A bureau's year at a glance."""

from datetime import date

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.models import Unit
from reports.selectors.year import CLOSED, DEEDS, FOUND, MEETINGS, year_glance
from reports.templatetags.problem_charts import Series
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin


class BureauYear(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/year/glance.html"
    title = gettext_lazy("年度一览")

    @cached_property
    def bureau(self) -> Unit:
        rows = Unit.objects.select_related("kind", "bureau")
        bureau = self.get_visible(rows, self.kwargs["pk"])
        if not bureau.is_bureau:
            raise Http404
        return bureau

    def get_context_data(self, **kwargs):
        days = {"year": self.year, "on": self.on, "today": self.today}
        glance = year_glance(self.scope, self.bureau, **days)
        work = glance.work
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "bureau": self.bureau,
            "glance": glance,
            "months": range(1, 13),
            "work": [
                (_("会议和活动"), work[MEETINGS]),
                (_("发现问题"), work[FOUND]),
                (_("销号问题"), work[CLOSED]),
                (_("第一责任人履职事项"), work[DEEDS]),
            ],
            "meetings": [Series(_("会议和活动"), work[MEETINGS].numbers)],
            "problems": [
                Series(_("发现"), work[FOUND].numbers),
                Series(_("销号"), work[CLOSED].numbers),
            ],
            "same_days": self.same_days(glance.before_on),
            # Months that have not come are neither nought nor anything else.
            "last_month": self.last_month,
            "may_enter": self.scope.may(Act.ENTER_FIGURE, self.bureau),
        }

    @property
    def last_month(self) -> int:
        if self.year > self.on.year:
            return 0
        return self.on.month if self.year == self.on.year else 12

    def same_days(self, last: date | None) -> date | None:
        """The last day of last year that is compared; None where whole years are."""
        return None if last is None or (last.month, last.day) == (12, 31) else last
