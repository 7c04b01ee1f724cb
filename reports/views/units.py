"""The list of bureaus."""

from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.filters.units import BureauFilter
from reports.models import Unit
from reports.selectors.units import bureaus_for
from reports.tables.units import BureauTable
from reports.views.mixins import TablePage
from reports.views.scoped import ScopeMixin


class BureauList(ScopeMixin, TablePage):
    """Whoever sees one bureau is taken to it; whoever sees none, to her own unit."""

    title = pgettext_lazy("several", "分局")
    table_class = BureauTable
    filterset_class = BureauFilter
    template_name = "reports/units/bureau_list.html"
    empty_hint = _("还没有分局。由系统管理员在“管理”中建立单位。")

    def get(self, request, *args, **kwargs):
        if not self.scope.sees_many_bureaus:
            kept = {k: v for k, v in request.GET.items() if k in {"year", "on"}}
            return redirect(f"{self.only_place()}?{urlencode(kept)}" if kept else self.only_place())
        return super().get(request, *args, **kwargs)

    def only_place(self):
        bureau = self.visible(Unit.objects.bureaus()).in_order().first()
        return bureau.get_absolute_url() if bureau else reverse("reports:dashboard")

    def get_queryset(self):
        return bureaus_for(self.scope, year=self.year, on=self.on)
