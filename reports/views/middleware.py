"""What every request passes through: this machine only, language, idle time, first password."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from config.hosts import is_loopback

Handler = Callable[[HttpRequest], HttpResponse]
IDLE_COOKIE = "seen"
# Where the session keeps the moment of its login.
BEGAN = "began"
# Within this many seconds the cookie of the last visit is good enough as it is.
IDLE_GRAIN = 30


def client_address(request: HttpRequest) -> str:
    """Who asks; behind our own proxy, what the proxy saw (the last name in the list is its)."""
    if settings.BEHIND_PROXY and (named := request.headers.get("X-Forwarded-For")):
        return named.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR") or ""


def demo_on_this_machine_only(get_response: Handler) -> Handler:
    """A trial with known logins answers nobody but the machine it runs on."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.DEMO and not is_loopback(request.META.get("REMOTE_ADDR") or "localhost"):
            return HttpResponseForbidden()
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


class IdleTime:
    """Log out whoever did nothing for ``IDLE_MINUTES``.

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
        if request.seconds_idle <= settings.IDLE_MINUTES * 60:
            return None
        logout(request)
        back = {"idle": "1", "next": self.page_of(request)}
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


class FirstPassword:
    """Whoever still has the password somebody else made sees only the page that changes it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or getattr(view, "any_password", False):
            return None
        if not request.user.is_authenticated:
            return None
        account = getattr(request.user, "account", None)
        if account is None or not account.must_change_password:
            return None
        return redirect("password-change")
