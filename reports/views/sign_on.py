"""Coming in as whom a trusted proxy vouches for."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import RedirectURLMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from reports.domain.sign_on import SignOn
from reports.selectors.accounts import login_named, login_of_certificate
from reports.views.entering import enter, may_come_in

log = logging.getLogger(__name__)


@method_decorator(login_not_required, name="dispatch")
class SignOnDoor(RedirectURLMixin, View):
    """A button on the login page; nobody is let in by merely reading a page."""

    http_method_names = ("post",)
    next_page = "/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        vouched = getattr(request, "signed_on", None)
        if vouched is None:
            raise PermissionDenied(_("没有收到统一认证的登录信息。"))
        by_certificate = vouched.mode == SignOn.CLIENT_CERTIFICATE
        user = (login_of_certificate if by_certificate else login_named)(vouched.name)
        if user is None or not may_come_in(user):
            log.warning("sign-on of %r refused: no login that can be used", vouched.name)
            raise PermissionDenied(
                _("“%(name)s”在本系统没有可用的账号，请联系系统管理员。") % {"name": vouched.name}
            )
        return enter(request, user, then=self.get_success_url(), signed_on=vouched)
