"""The page where the security administrator keeps the rules of coming in."""

from dataclasses import replace

from django.contrib import messages
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from reports.actions.refusals import Refused
from reports.actions.security_settings import set_security
from reports.domain.access import Act, Role
from reports.domain.security import LIMITS
from reports.forms.security_settings import SecurityForm
from reports.models.choices import ROLE_LABELS, listed
from reports.selectors.history import changes_of
from reports.selectors.security_settings import security_settings
from reports.views.mixins import DayMixin, refused
from reports.views.scoped import ScopeMixin


def worded(value):
    """The roles of a list by their names, a number as it is."""
    if not isinstance(value, list):
        return value
    return listed(ROLE_LABELS[Role(role)] for role in value) or _("无")


class SecurityRules(ScopeMixin, DayMixin, FormView):
    needs = Act.SET_SECURITY
    shows_records = False
    form_class = SecurityForm
    template_name = "reports/security/settings.html"
    success_url = reverse_lazy("reports:security-settings")
    title = gettext_lazy("安全设置")

    @cached_property
    def rules(self):
        return security_settings()

    def get_initial(self):
        numbers = {name: getattr(self.rules, name) for name in LIMITS}
        return numbers | {"second_factor_roles": self.rules.second_factor_roles}

    def get_context_data(self, **kwargs):
        known = [] if self.rules._state.adding else changes_of(self.rules)
        changes = [
            replace(change, before=worded(change.before), after=worded(change.after))
            for change in known
        ]
        return super().get_context_data(**kwargs) | {"title": self.title, "changes": changes}

    def form_valid(self, form):
        try:
            set_security(
                values=form.values(),
                second_factor_roles=form.roles(),
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return super().form_valid(form)
