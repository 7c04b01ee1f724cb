"""What every request passes through: this machine only, language, who is vouched for, idle time,
what must be done first."""

import logging
from collections.abc import Callable
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from config.hosts import is_loopback
from reports.domain.sign_on import SignOn, login_in, name_in_certificate
from reports.models.sessions import BEGAN
from reports.views.entering import IDLE, OLD_PASSWORD, SET_UP, SIGNED_ON, SignedOn, account_of
from reports.views.kept_form import KEY as KEPT_FORM
from reports.views.kept_form import what_was_typed

log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
IDLE_COOKIE = "seen"
# Within this many seconds the cookie of the last visit is good enough as it is.
IDLE_GRAIN = 30
GREATEST_KEY = 2**63 - 1
# The login page is all that somebody unknown may send.
STRANGERS_MB = 1


def client_address(request: HttpRequest) -> str:
    """Who asks; behind our own proxy, what the proxy saw (the last name in the list is its).

    Where the proxies are named, nobody else is believed.
    """
    peer = request.META.get("REMOTE_ADDR") or ""
    is_ours = not settings.TRUSTED_PROXIES or settings.TRUSTED_PROXIES.hold(peer)
    if settings.BEHIND_PROXY and is_ours and (named := request.headers.get("X-Forwarded-For")):
        return named.rsplit(",", 1)[-1].strip()
    return peer


def demo_on_this_machine_only(get_response: Handler) -> Handler:
    """A trial with known logins answers nobody but the machine it runs on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.DEMO and not is_loopback(request.META.get("REMOTE_ADDR") or "localhost"):
            return HttpResponseForbidden()
        return get_response(request)

    return middleware


def no_zero_byte(get_response: Handler) -> Handler:
    """Refuse an address that holds a zero byte: no text here has one, and PostgreSQL takes none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "\0" in unquote(request.META.get("QUERY_STRING", "")):
            return HttpResponse(
                _("网址中有无效字符。"), status=400, content_type="text/plain; charset=utf-8"
            )
        return get_response(request)

    return middleware


def no_endless_request(get_response: Handler) -> Handler:
    """Refuse what announces more than anybody may send, before a byte of it is taken to disk.

    Stands behind the login: a stranger sends no more than the login page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.headers.get("Content-Length") or "0"
        size = int(announced) if announced.isdecimal() else 0
        most = settings.REQUEST_MAX_MB if request.user.is_authenticated else STRANGERS_MB
        if size > most * 1024 * 1024:
            words = _("一次提交超过%(most)s MB，没有保存；请减少文件后再提交。") % {"most": most}
            return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


def chosen_language(request: HttpRequest) -> str:
    """Chinese, unless the cookie says English or the browser puts English first."""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if cookie in dict(settings.LANGUAGES):
        return cookie
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    first = wanted[0][0] if wanted else ""
    return "en" if first.split("-")[0] == "en" else settings.LANGUAGE_CODE


def language(get_response: Handler) -> Handler:
    """Speak the language of whoever asks."""

    def middleware(request: HttpRequest) -> HttpResponse:
        code = chosen_language(request)
        translation.activate(code)
        request.LANGUAGE_CODE = code
        response = get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", code)
        return response

    return middleware


class SignOnHeaders:
    """Says as ``request.signed_on`` whom a named proxy vouches for, and ends the session of
    whoever it no longer does.

    Only the other end of the connection counts: what it says of an address before it is its own
    word. From anybody else the headers are ignored.
    """

    def __init__(self, get_response: Handler) -> None:
        if settings.SSO_MODE == SignOn.OFF:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.signed_on = self.vouched_for(request)
        held = request.session.get(SIGNED_ON)
        if held is not None and held != (request.signed_on and request.signed_on.name):
            logout(request)
        return self.get_response(request)

    def vouched_for(self, request: HttpRequest) -> SignedOn | None:
        if settings.SSO_MODE == SignOn.PROXY_HEADER:
            headers = (settings.SSO_HEADER,)
        else:
            headers = ("X-SSL-Client-Verify", "X-SSL-Client-S-DN")
        said = [request.headers.get(name) for name in headers]
        if all(each is None for each in said):
            return None
        peer = request.META.get("REMOTE_ADDR") or ""
        if not settings.TRUSTED_PROXIES.hold(peer):
            log.warning("sign-on header from %r, which is no named proxy: ignored", peer)
            return None
        said = [as_text(each or "") for each in said]
        if settings.SSO_MODE == SignOn.PROXY_HEADER:
            name = login_in(*said)
        else:
            name = name_in_certificate(
                verify=said[0], subject=said[1], part=settings.SSO_CERTIFICATE_NAME
            )
        return SignedOn(settings.SSO_MODE, name) if name else None


def as_text(header: str) -> str:
    """A header that holds UTF-8 as it was meant; one that does not names nobody."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return ""


class IdleTime:
    """Log out whoever did nothing for as many minutes as the session was begun with.

    The moment of the last visit travels in a signed cookie bound to the session, so that reading a
    page writes nothing. Without the cookie the login itself counts as the last visit.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        idle = getattr(request, "seconds_idle", 0)
        if idle > IDLE_GRAIN and request.user.is_authenticated:
            response.set_cookie(
                IDLE_COOKIE,
                self.signer(request).sign(str(int(timezone.now().timestamp()))),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        request.seconds_idle = timezone.now().timestamp() - self.last_seen(request)
        minutes = request.session.get(IDLE, settings.IDLE_MINUTES)
        if request.seconds_idle <= minutes * 60:
            return None
        page = self.page_of(request)
        typed = what_was_typed(request, page, timezone.now())
        logout(request)
        if typed is not None:
            request.session[KEPT_FORM] = typed
        back = {"idle": "1", "next": page}
        return redirect(f"{reverse('login')}?{urlencode(back)}")

    def page_of(self, request: HttpRequest) -> str:
        """The page to come back to: the one asked for, or the one that held the form."""
        if request.method == "GET":
            return request.get_full_path()
        page = urlsplit(request.headers.get("Referer", ""))
        if page.netloc != request.get_host():
            return "/"
        return f"{page.path}?{page.query}" if page.query else page.path

    def signer(self, request: HttpRequest) -> signing.Signer:
        return signing.Signer(salt=f"idle:{request.session.session_key}")

    def last_seen(self, request: HttpRequest) -> float:
        """The later of login and the last visit that the cookie vouches for, in seconds."""
        begun = request.session.get(BEGAN)
        if begun is None:
            last = request.user.last_login
            begun = last.timestamp() if last else timezone.now().timestamp()
        try:
            seen = self.signer(request).unsign(request.COOKIES.get(IDLE_COOKIE, ""))
        except signing.BadSignature:
            return begun
        return max(begun, float(seen))


class NoKeyBeyond:
    """A key that no database can hold belongs to nothing: not found, wherever it stands."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> None:
        if any(isinstance(key, int) and key > GREATEST_KEY for key in kwargs.values()):
            raise Http404


class Before:
    """Whoever has something to do first sees only the page for it, and the way out."""

    page = ""
    open_mark = ""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or getattr(view, self.open_mark, False):
            return None
        if not request.user.is_authenticated or request.resolver_match.url_name == "logout":
            return None
        return redirect(self.page) if self.has_to(request) else None

    def has_to(self, request: HttpRequest) -> bool:
        raise NotImplementedError


class FirstPassword(Before):
    """A password of one's own, in place of one that somebody else made or that is too old.

    Whoever came in without a password need not have one.
    """

    page = "password-change"
    open_mark = "any_password"

    def has_to(self, request: HttpRequest) -> bool:
        if SIGNED_ON in request.session:
            return False
        account = account_of(request.user)
        made = account is not None and account.must_change_password
        return made or bool(request.session.get(OLD_PASSWORD))


class SecondFactor(Before):
    """A second factor, for roles that need one."""

    page = "second-factor"
    open_mark = "before_second_factor"

    def has_to(self, request: HttpRequest) -> bool:
        return bool(request.session.get(SET_UP))
