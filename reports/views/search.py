"""One search over what the user may see."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.generic import TemplateView

from reports.selectors.search import (
    MEASURES,
    MEETINGS,
    PEOPLE,
    PROBLEMS,
    RECORDS,
    SORTS,
    UNITS,
    Found,
    Group,
    search,
)
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

HEADINGS = {
    UNITS: pgettext_lazy("several", "单位"),
    PEOPLE: pgettext_lazy("several", "人员"),
    MEETINGS: pgettext_lazy("several", "会议"),
    PROBLEMS: pgettext_lazy("several", "问题"),
    MEASURES: pgettext_lazy("several", "措施"),
    RECORDS: pgettext_lazy("several", "工作记录"),
}
PAGES = {
    UNITS: "reports:unit-detail",
    PEOPLE: "reports:person-detail",
    MEETINGS: "reports:meeting-detail",
    PROBLEMS: "reports:problem-detail",
    MEASURES: "reports:measure-detail",
    RECORDS: "reports:record-detail",
}
OF_EACH, OF_ONE, LONGEST = 8, 50, 60
LAST_PAGE = 200


class Search(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/search/page.html"

    @cached_property
    def typed(self) -> str:
        return self.request.GET.get("q", "").strip()[:LONGEST]

    @cached_property
    def only(self) -> str:
        """The one sort that the address asks for; what makes no sense asks for all."""
        asked = self.request.GET.get("in", "")
        return asked if asked in SORTS else ""

    @cached_property
    def page(self) -> int:
        asked = self.request.GET.get("page", "")
        known = asked.isascii() and asked.isdigit() and asked != "0"
        return min(int(asked[:4]), LAST_PAGE) if known else 1

    def address(self, **parts: object) -> str:
        kept = {"year": self.request.GET.get("year"), "on": self.request.GET.get("on")}
        parts = {"q": self.typed, **parts, **{k: v for k, v in kept.items() if v}}
        return f"{reverse('reports:search')}?{urlencode(parts)}"

    def line(self, row: Found) -> dict[str, object]:
        return {"row": row, "url": reverse(PAGES[row.what], args=[row.pk])}

    def part(self, group: Group) -> dict[str, object]:
        return {
            "heading": HEADINGS[group.what],
            "total": group.total,
            "lines": [self.line(row) for row in group.rows],
            "more_url": self.address(**{"in": group.what})
            if group.total > len(group.rows) and not self.only
            else "",
        }

    def get_context_data(self, **kwargs):
        most = OF_ONE if self.only else OF_EACH
        groups = search(
            self.scope,
            self.typed,
            on=self.on,
            most=most,
            only=self.only,
            skip=(self.page - 1) * OF_ONE if self.only else 0,
        )
        total = sum(group.total for group in groups)
        return super().get_context_data(**kwargs) | {
            "typed": self.typed,
            "only": HEADINGS[self.only] if self.only else "",
            "parts": [self.part(group) for group in groups],
            "total": total,
            "all_url": self.address(),
            "hint": _("名称、标题、文号中的字词；单位、人员和标题也可用拼音首字母。"),
            "turn": self.turns(total) if self.only else (),
        }

    def turns(self, total: int) -> list[tuple[str, str]]:
        """Links to the page before and the next, where there are any."""
        pages = min(Paginator(range(total), OF_ONE).num_pages, LAST_PAGE)
        found = []
        if 1 < self.page <= pages:
            url = self.address(**{"in": self.only, "page": self.page - 1})
            found.append((url, _("上一页")))
        if self.page < pages:
            url = self.address(**{"in": self.only, "page": self.page + 1})
            found.append((url, _("下一页")))
        return found
