"""The code after the password, and setting up what makes it."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.generic import FormView
from django_otp.plugins.otp_totp.models import TOTPDevice

from reports.actions.refusals import Refused
from reports.actions.second_factor import (
    begin_second_factor,
    check_code,
    codes_left_sentence,
    confirm_second_factor,
    renew_backup_codes,
)
from reports.domain.sign_on import SignOn
from reports.exchange.second_factor import key_in_groups, key_picture
from reports.forms.accounts import CodeForm, ConfirmForm
from reports.views.entering import SET_UP, SignedOn, account_of, come_in, waiting


def wait_sentence(seconds: int) -> str:
    return ngettext(
        "刚才的口令不正确，请等%(seconds)s秒后再试。",
        "刚才的口令不正确，请等%(seconds)s秒后再试。",
        seconds,
    ) % {"seconds": seconds}


@method_decorator([login_not_required, never_cache], name="dispatch")
class LoginCode(FormView):
    """The second step of coming in. Wrong codes count as wrong passwords do."""

    form_class = CodeForm
    template_name = "registration/code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("/")
        found = waiting(request)
        if found is None:
            return redirect("login")
        self.user, self.held = found
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        request, credentials = self.request, {"username": self.user.get_username()}
        if not AxesProxyHandler.is_allowed(request, credentials):
            return self.locked()
        checked = check_code(user=self.user, code=form.cleaned_data["code"], at=timezone.now())
        if checked.wait_seconds:
            form.add_error("code", wait_sentence(checked.wait_seconds))
            return self.form_invalid(form)
        if not checked.right:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            if not AxesProxyHandler.is_allowed(request, credentials):
                return self.locked()
            form.add_error("code", _("口令不正确，或已用过。请填写最新显示的口令。"))
            return self.form_invalid(form)
        mode_and_name = self.held["signed_on"]
        signed_on = mode_and_name and SignedOn(SignOn(mode_and_name[0]), mode_and_name[1])
        come_in(request, self.user, signed_on=signed_on or None)
        if checked.backup_codes_left is not None:
            messages.warning(request, codes_left_sentence(checked.backup_codes_left))
        return redirect(self.held["then"])

    def locked(self) -> HttpResponse:
        """The middleware answers with the page of a lock-out."""
        self.request.session.flush()
        self.request.axes_locked_out = True
        return redirect("login")


@method_decorator(never_cache, name="dispatch")
class SecondFactor(FormView):
    """One's own second factor: a key, a first code, ten backup codes."""

    form_class = ConfirmForm
    template_name = "registration/second_factor.html"

    @property
    def user(self) -> User:
        return self.request.user

    def get_form_class(self) -> type[CodeForm]:
        return CodeForm if self.in_use else ConfirmForm

    @property
    def in_use(self) -> bool:
        account = account_of(self.user)
        return account is not None and account.second_factor_since is not None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        account = account_of(self.user)
        context["demanded"] = bool(self.request.session.get(SET_UP))
        context["since"] = account.second_factor_since if account else None
        if not self.in_use:
            device = TOTPDevice.objects.filter(user=self.user, confirmed=False).first()
            if device is not None:
                device.user = self.user
                context["key"] = key_in_groups(device.bin_key)
                context["picture"] = key_picture(device.config_url)
        return context

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "begin" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            begin_second_factor(user=self.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("second-factor")

    def form_valid(self, form: CodeForm) -> HttpResponse:
        act = renew_backup_codes if self.in_use else confirm_second_factor
        try:
            codes = act(user=self.user, code=form.cleaned_data["code"], at=timezone.now())
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return redirect("second-factor")
        if not codes:
            form.add_error("code", _("口令不正确。请核对手机时间，稍等几秒，填写最新显示的口令。"))
            return self.form_invalid(form)
        self.request.session.pop(SET_UP, None)
        self.request.session.cycle_key()
        words = {"codes": codes, "renewed": act is renew_backup_codes}
        return render(self.request, "registration/backup_codes.html", words)

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view = super().as_view(**initkwargs)
        view.before_second_factor = True
        return view
