"""Coming in, going out, one's own password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.accounts import password_was_changed
from reports.forms.accounts import LoginForm


class Login(views.LoginView):
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session["began"] = timezone.now().timestamp()
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        idle = settings.IDLE_MINUTES if "idle" in self.request.GET else None
        return super().get_context_data(idle_minutes=idle, demo=settings.DEMO, **kwargs)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """What too many failures lead to: a sentence that says how long to wait."""
    words = {"limit": settings.AXES_FAILURE_LIMIT, "minutes": settings.LOCKOUT_MINUTES}
    return render(request, "registration/locked.html", words, status=429)


class PasswordChange(views.PasswordChangeView):
    any_password = True
    template_name = "registration/password.html"
    success_url = settings.LOGIN_REDIRECT_URL

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.any_password = True
        return view

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = getattr(self.request.user, "account", None)
        forced = account is not None and account.must_change_password
        return super().get_context_data(forced=forced, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        password_was_changed(user=self.request.user)
        messages.success(self.request, _("密码已修改。"))
        return response


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """One door for everybody: the administration has no login page of its own."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("您没有进入管理后台的权限。"))
    return redirect_to_login(request.GET.get("next") or "/admin/")
