"""The door of the admin: who may come in, and where every choice takes its words from."""

from functools import update_wrapper

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from reports.domain.access import Act
from reports.models.choices import ROLE_LABELS
from reports.selectors.audit_log import missing_administrators
from reports.selectors.scope import Scope
from reports.views.scoped import request_scope

# Whoever may do any of these finds something to do in the admin.
ADMIN_ACTS = (
    Act.MANAGE_PEOPLE,
    Act.MANAGE_UNITS,
    Act.SET_SCHEDULE,
    Act.MANAGE_TOP_UNITS,
    Act.MANAGE_ACCOUNTS,
    Act.MANAGE_CALENDAR,
    Act.MANAGE_MEMBERSHIPS,
)


class Choices(AutocompleteJsonView):
    """The rows a choice field offers, each with enough words to tell it from its namesakes."""

    def serialize_result(self, obj, to_field_name):
        found = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "choice_label", None)
        return found if label is None else {**found, "text": label(obj)}


class LedgerSite(admin.AdminSite):
    site_header = _("法治台账 · 后台管理")
    site_title = _("法治台账")
    index_title = _("后台管理")
    empty_value_display = "—"

    def scope(self, request) -> Scope:
        return request_scope(request)

    def has_permission(self, request):
        return (
            request.user.is_authenticated
            and request.user.is_active
            and any(request_scope(request).allows(act) for act in ADMIN_ACTS)
        )

    def index(self, request, extra_context=None):
        """The first page also says which of the three administrators nobody is."""
        scope = self.scope(request)
        missing = []
        if scope.allows(Act.MANAGE_ACCOUNTS) or scope.allows(Act.MANAGE_MEMBERSHIPS):
            missing = missing_administrators(timezone.localdate())
        labels = [ROLE_LABELS[role] for role in missing]
        return super().index(request, {**(extra_context or {}), "missing_administrators": labels})

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def door(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(_("您的角色没有后台管理事项。"))
            return inner(request, *args, **kwargs)

        return update_wrapper(door, inner)

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """There is one login page; it knows about lock-outs and languages."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        return redirect("password-change")

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)
