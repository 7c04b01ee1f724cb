"""Coming in, going out, one's own password."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.accounts import change_password
from reports.forms.accounts import LoginForm
from reports.selectors.security_settings import security_settings
from reports.views.entering import OLD_PASSWORD, account_of, enter


class Login(views.LoginView):
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SSO_PASSWORD_LOGIN:
            raise PermissionDenied(_("本系统只能由统一认证登录。"))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        return enter(self.request, form.get_user(), then=self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        idle = security_settings().idle_minutes if "idle" in self.request.GET else None
        return super().get_context_data(
            idle_minutes=idle,
            demo=settings.DEMO,
            by_password=settings.SSO_PASSWORD_LOGIN,
            signed_on=getattr(self.request, "signed_on", None),
            **kwargs,
        )


def failure_limit(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """After how many failures a name is locked out."""
    return security_settings().failures


def lockout_time(request: HttpRequest) -> timedelta:
    """For how long a name is locked out."""
    return timedelta(minutes=security_settings().lockout_minutes)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """What too many failures lead to: a sentence that says how long to wait."""
    rules = security_settings()
    words = {"limit": rules.failures, "minutes": rules.lockout_minutes}
    return render(request, "registration/locked.html", words, status=429)


class PasswordChange(views.PasswordChangeView):
    template_name = "registration/password.html"
    success_url = settings.LOGIN_REDIRECT_URL

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.any_password = view.before_second_factor = True
        return view

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = account_of(self.request.user)
        forced = account is not None and account.must_change_password
        old = bool(self.request.session.get(OLD_PASSWORD))
        return super().get_context_data(forced=forced, old=old, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = change_password(
            user=self.request.user,
            password=form.cleaned_data["new_password1"],
            at=timezone.now(),
        )
        self.request.session.pop(OLD_PASSWORD, None)
        # A new key for this session; all others of the login end at their next request.
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("密码已修改。"))
        return HttpResponseRedirect(self.get_success_url())


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """One door for everybody: the administration has no login page of its own."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("您没有进入管理后台的权限。"))
    return redirect_to_login(request.GET.get("next") or "/admin/")
