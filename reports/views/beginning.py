"""The first day of a ledger without sample data: one page, open until it has begun."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from reports.actions.beginning import start_ledger, usual_unit_kinds
from reports.actions.calendar import known_days, seed_untouched_years
from reports.actions.refusals import Refused
from reports.forms.beginning import StartForm
from reports.models.choices import ROLE_LABELS
from reports.selectors.beginning import ADMINISTRATOR_ROLES, ledger_has_begun
from reports.views.mixins import refused

START = "/start/"
# What answers before the ledger has begun.
OPEN = (START, "/language/")


def machine_zone() -> str:
    """The zone of the operating system; that of the process is the ledger's own."""
    _before, _name, zone = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return zone or "UTC"


class FirstStart:
    """While there is nobody who could log in, every address leads to the first page.

    A process that has seen a beginning asks no more: a ledger does not become empty again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.has_begun = settings.DEMO

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.has_begun and request.path_info not in OPEN:
            self.has_begun = request.user.is_authenticated or ledger_has_begun()
            if not self.has_begun:
                return redirect(START)
        return self.get_response(request)


@method_decorator([login_not_required, never_cache], name="dispatch")
class StartLedger(FormView):
    """Needs the token from the shell, so that no stranger on the network takes the ledger."""

    template_name = "reports/beginning/start.html"
    form_class = StartForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.DEMO or ledger_has_begun():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {"kinds": usual_unit_kinds(), "roles": ADMINISTRATOR_ROLES}
        return super().get_form_kwargs() | own

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        year = timezone.localdate(now).year
        return super().get_context_data(**kwargs) | {
            "now": now,
            "seconds": int(now.timestamp()),
            "zone": settings.TIME_ZONE,
            "machine_zone": machine_zone(),
            "holidays": [(each, len(known_days(each))) for each in (year, year + 1)],
            "release": settings.RELEASE,
        }

    def form_valid(self, form: StartForm) -> HttpResponse:
        now = timezone.now()
        today = timezone.localdate(now)
        names = {role.value: form.cleaned_data[role.value] for role in ADMINISTRATOR_ROLES}
        try:
            logins = start_ledger(
                unit_name=form.cleaned_data["unit_name"],
                kind_code=form.cleaned_data["kind"],
                at=now,
                today=today,
                **names,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        seed_untouched_years(by=None, at=now, today=today)
        rows = [
            (ROLE_LABELS[role], login)
            for role, login in zip(ADMINISTRATOR_ROLES, logins, strict=True)
        ]
        return render(self.request, "reports/beginning/done.html", {"rows": rows})
