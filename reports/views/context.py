"""What every page's frame knows: who, which year and day, where one may go, what waits."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.domain.access import Act, Role
from reports.selectors.scope import Scope
from reports.selectors.todo import count_waiting
from reports.templatetags.reports_ui import kept_parts
from reports.views.mixins import Days, days_of
from reports.views.scoped import request_scope

# Addresses are stable: people send them to each other.
RECORD_PAGES = (
    ("/", _("总览")),
    ("/bureaus/", pgettext_lazy("several", "分局")),
    ("/dues/", _("制度落实")),
    ("/meetings/", pgettext_lazy("several", "会议")),
    ("/problems/", pgettext_lazy("several", "问题")),
    ("/measures/", pgettext_lazy("several", "措施")),
    ("/records/", pgettext_lazy("several", "工作记录")),
    ("/people/", pgettext_lazy("several", "人员")),
    ("/schedules/", pgettext_lazy("several", "制度")),
    ("/reports/", pgettext_lazy("several", "年度报告")),
)
# Pages about posts and people that stand beside the list of people.
POSTS_PAGES = ("/staffing/", "/gaps/", "/certificates/", "/examinations/", "/who/", "/posts/")
# What a first responsible person must do, did, and gave account of.
FIRST_PERSON_PAGES = ("/duties/", "/deeds/", "/accounts/")
# What stands beside the annual reports.
REPORT_PAGES = (
    "/indicators/",
    "/figures/",
    "/honours/",
    "/assessments/",
    "/city-summary/",
    "/imports/",
)
# What the stock admin is for; whoever may none of it sees no way in.
ADMIN_ACTS = (
    Act.MANAGE_PEOPLE,
    Act.MANAGE_UNITS,
    Act.MANAGE_TOP_UNITS,
    Act.MANAGE_ACCOUNTS,
    Act.MANAGE_MEMBERSHIPS,
    Act.MANAGE_CALENDAR,
)


class Frame:
    """Everything is read when a template asks for it, and once a request."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def scope(self) -> Scope:
        return request_scope(self.request)

    @property
    def days(self) -> Days:
        return days_of(self.request)

    @cached_property
    def nav(self) -> list[tuple[str, object, str]]:
        """Address, name and what ``aria-current`` says of it."""
        if not self.scope.reads_anything:
            return []
        if not self.scope.sees_many_bureaus and not self.scope.bureau_ids:
            return []
        kept = self.kept
        # Who sees one bureau has it as her overview; a page that lists it alone helps nobody.
        pages = (p for p in RECORD_PAGES if p[0] != "/bureaus/" or self.scope.sees_many_bureaus)
        return [(f"{path}{kept}", name, self.current(path)) for path, name in pages]

    def current(self, path: str) -> str:
        here = self.request.path
        if here == path:
            return "page"
        if path == "/":
            return "true" if not self.scope.sees_many_bureaus and self.at_a_place else ""
        if path == "/bureaus/" and here.startswith("/units/"):
            return "true"
        if path == "/meetings/" and here.startswith("/agendas/"):
            return "true"
        if path == "/problems/" and here.startswith("/notices/"):
            return "true"
        if path == "/dues/" and here.startswith(("/grid/", "/waiver-orders/")):
            return "true"
        if path == "/measures/" and here.startswith("/tasks/"):
            return "true"
        if path == "/people/" and here.startswith((*POSTS_PAGES, *FIRST_PERSON_PAGES)):
            return "true"
        if path == "/problems/" and here.startswith("/rounds/"):
            return "true"
        if path == "/reports/" and here.startswith(REPORT_PAGES):
            return "true"
        return "true" if here.startswith(path) else ""

    @property
    def at_a_place(self) -> bool:
        return self.request.path.startswith(("/bureaus/", "/units/"))

    @cached_property
    def kept(self) -> str:
        """The year and day of this address, to go on with."""
        parts = kept_parts(self.request.GET)
        return "?" + "&".join(f"{k}={v}" for k, v in parts.items()) if parts else ""

    @cached_property
    def place(self) -> str:
        """Whose ledger it is: the bureau, the unit of it one keeps, or the top of what one sees."""
        names = {
            grant.bureau_name or grant.unit_name
            if grant.kind == "bureau" or grant.unit_is_bureau or not grant.bureau_name
            else f"{grant.bureau_name} · {grant.unit_name}"
            for grant in self.scope.grants
            if not (grant.kind == "tree" and grant.unit_is_bureau)
        }
        return names.pop() if len(names) == 1 else ""

    @cached_property
    def is_fictional(self) -> bool:
        """Part of what one sees is invented; every page says so."""
        return any(grant.is_fictional for grant in self.scope.grants)

    @cached_property
    def waiting(self) -> int:
        if not self.scope.reads_anything:
            return 0
        return count_waiting(self.scope, today=self.days.today)

    @cached_property
    def may_administer(self) -> bool:
        return any(self.scope.allows(act) for act in ADMIN_ACTS)

    @cached_property
    def keeps_calendar(self) -> bool:
        return self.scope.allows(Act.MANAGE_CALENDAR)

    @cached_property
    def keeps_security(self) -> bool:
        return self.scope.allows(Act.SET_SECURITY)

    @cached_property
    def reads_audit_log(self) -> bool:
        return self.scope.allows(Act.READ_AUDIT_LOG)

    @cached_property
    def brings_in(self) -> bool:
        return self.scope.allows(Act.BRING_IN)

    @cached_property
    def recycles(self) -> bool:
        return self.scope.allows(Act.MANAGE_UNITS)

    @cached_property
    def leads(self) -> bool:
        """A leader finds her own year there."""
        return bool(self.nav) and self.scope.holds(Role.LEADER)

    @cached_property
    def sees_jobs(self) -> bool:
        return self.scope.reads_anything or self.scope.holds(Role.SYSTEM_ADMIN)

    @cached_property
    def watches_system(self) -> bool:
        return self.scope.allows(Act.WATCH_SYSTEM)

    @cached_property
    def years(self) -> list[tuple[int, str]]:
        """Last year, this and the next one, and the one shown; the rest of the address stays."""
        now = self.days.today.year
        years = sorted({now - 1, now, now + 1, self.days.year})
        return [(year, "true" if year == self.days.year else "") for year in years]


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of every page; a visitor who is not logged in costs no query."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"frame": None}
    made = getattr(request, "_ledger_frame", None)
    if made is None:
        made = request._ledger_frame = Frame(request)
    return {
        "frame": made,
        "scope": SimpleLazyObject(lambda: made.scope),
        "fictional": SimpleLazyObject(lambda: made.is_fictional),
        "year": made.days.year,
        "on": made.days.on,
        "today": made.days.today,
        "is_past_day": made.days.is_past,
    }
