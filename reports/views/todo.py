"""My list: what waits for who is logged in, most urgent first, and nothing else."""

from django.utils.functional import cached_property
from django.views.generic import TemplateView

from reports.models.choices import listed
from reports.selectors.todo import MOST_ROWS, Waiting, first_of_each, rows_waiting
from reports.selectors.todo_words import HEADINGS, lines_of, parts_of
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

OF_EACH = 10  # of each kind; the rest opens with its own list
OF_ONE = 500


class Todo(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/todo.html"

    @cached_property
    def only(self) -> Waiting | None:
        """The one kind that the address asks for; what makes no sense asks for all."""
        try:
            return Waiting(self.request.GET.get("why", ""))
        except ValueError:
            return None

    def get_context_data(self, **kwargs):
        rows = rows_waiting(self.scope, today=self.today, only=self.only)
        kept, cut = first_of_each(rows, OF_ONE if self.only else OF_EACH)
        lines = lines_of(kept, today=self.today)
        return super().get_context_data(**kwargs) | {
            "parts": parts_of(lines, today=self.today),
            "number": len(rows),
            "at_most": len(rows) >= MOST_ROWS,
            "overdue": sum(row.day is not None and row.day < self.today for row in rows),
            "only": HEADINGS[self.only] if self.only else "",
            "shown": len(kept),
            "cut": [(HEADINGS[why], why.value, n) for why, n in cut.items()],
            "of_each": OF_EACH,
            "stands_in": listed(name for name, _lent in self.scope.stands_in),
        }
