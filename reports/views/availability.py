"""What a page does when the database or the disk does not.

Reading goes on from the replica where there is one. What could not be saved is said so, and what
was typed stays on the page.
"""

import errno
import re
import sys
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core import signing
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError, TooManyFilesSent
from django.http.request import UnreadablePostError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.defaults import server_error

from config.routers import PRIMARY, REPLICA, read_from

Handler = Callable[[HttpRequest], HttpResponse]
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# How far the primary had written when this browser last saved something.
WROTE_COOKIE = "wrote"
WROTE_SECONDS = 10 * 60
LSN = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
# For so long nobody asks again whether a database that did not answer is back.
WATCH_SECONDS = 3.0
RETRY_AFTER = "10"

# The primary result codes of SQLite that say "not now" or "not on this disk": busy, locked,
# read-only, error of the disk, full, cannot open. All others are mistakes of ours.
SQLITE_NOT_NOW = frozenset({5, 6, 8, 10, 13, 14})
# PostgreSQL: connection, lack of room, not now, out of order, error of the disk; aborted for
# another's sake; a server that only reads.
POSTGRESQL_NOT_NOW = ("08", "53", "57", "58", "40", "25006", "55P03")
DISK_NOT_NOW = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
SECRET = re.compile(r"password|secret|token|otp|passphrase", re.IGNORECASE)


def is_unavailable(error: BaseException | None) -> bool:
    """Whether an error says that database or disk cannot work now, and not that we are wrong."""
    while error is not None:
        if isinstance(error, DatabaseError | InterfaceError):
            return _database_cannot(error)
        if isinstance(error, OSError) and error.errno in DISK_NOT_NOW:
            return True
        error = error.__cause__ or error.__context__
    return False


def _database_cannot(error: Exception) -> bool:
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE_NOT_NOW
    if (state := getattr(cause, "pgcode", None)) is not None:
        return state.startswith(POSTGRESQL_NOT_NOW)
    # Without a code of the server: it could not be reached, or went away.
    return isinstance(error, OperationalError | InterfaceError)


def not_saved(request: HttpRequest) -> HttpResponse:
    """The answer (503) to a request that could not be done now: nothing typed is lost.

    Asks no database. What was posted stands in a form to send again; secrets are left out, and
    files must be chosen anew, which the page says.
    """
    fields: list[tuple[str, str]] = []
    files: list[tuple[str, list[str | None]]] = []
    complete = True
    if request.method not in READING:
        try:
            for name, values in request.POST.lists():
                if name == "csrfmiddlewaretoken":
                    continue
                if SECRET.search(name):
                    complete = False
                else:
                    fields += [(name, value) for value in values]
            files = [
                (name, [each.name for each in uploads]) for name, uploads in request.FILES.lists()
            ]
        except (
            UnreadablePostError,
            RequestDataTooBig,
            TooManyFieldsSent,
            TooManyFilesSent,
            MultiPartParserError,
            OSError,
        ):
            fields, files, complete = [], [], False
    shown = {
        "writing": request.method not in READING,
        "fields": fields,
        "files": files,
        "complete": complete,
        # To read and copy: what people write is hardly ever plain ASCII, keys and days are.
        "typed": [value for _name, value in fields if not value.isascii()],
        "here": request.get_full_path(),
        "csrf_token": get_token(request),
    }
    # Without the request: what the frame of a page shows is a question for the database.
    page = render_to_string("503.html", shown)
    response = HttpResponse(page, status=503)
    response["Retry-After"] = RETRY_AFTER
    response["Cache-Control"] = "no-store"
    response.is_unavailable = True
    return response


def error_page(request: HttpRequest) -> HttpResponse:
    """``handler500``: what cannot be done now is no error of ours, and is told apart."""
    if is_unavailable(sys.exc_info()[1]):
        return not_saved(request)
    return server_error(request)


class Watch:
    """Whether a database answered when it was last asked; asked again after some seconds.

    Only a memory of this process, to spare every page the question: nothing depends on it.
    """

    def __init__(self, alias: str):
        self.alias = alias
        self.answers, self.until = True, 0.0

    def ask(self) -> bool:
        now = time.monotonic()
        if now >= self.until:
            # Set first: while one thread asks, and perhaps waits, the others go on as before.
            self.until = now + WATCH_SECONDS
            self.note(value_of(self.alias, "SELECT 1") is not None)
        return self.answers

    def note(self, answers: bool) -> None:
        self.answers, self.until = answers, time.monotonic() + WATCH_SECONDS


def value_of(alias: str, statement: str, *values: object) -> object:
    """The one value of a statement; None when the database does not answer."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()[0]
    except (DatabaseError, InterfaceError):
        connections[alias].close()
        return None


class Availability:
    """Chooses the database that a request reads from.

    Pages are read from the replica, unless the browser has just saved something the replica does
    not have yet: a signed cookie keeps how far the primary had written. When one of the two does
    not answer, the other is read; without the primary the page says that nothing can be saved.
    Without ``REPLICA_URL`` it does nothing.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response
        self.has_replica = REPLICA in settings.DATABASES
        self.watches = {alias: Watch(alias) for alias in (PRIMARY, REPLICA)}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.has_replica:
            return self.get_response(request)
        return self.read(request) if request.method in READING else self.write(request)

    def write(self, request: HttpRequest) -> HttpResponse:
        read_from(PRIMARY)
        response = self.get_response(request)
        if getattr(response, "is_unavailable", False):
            self.watches[PRIMARY].until = 0.0
            return response
        written = value_of(PRIMARY, "SELECT pg_current_wal_insert_lsn()::text")
        if written is not None:
            response.set_cookie(
                WROTE_COOKIE,
                signer().sign(written),
                max_age=WROTE_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def read(self, request: HttpRequest) -> HttpResponse:
        """The page; once more from the other database if the first one is lost on the way.

        A page that is read changes nothing, so reading it again is safe.
        """
        response = None
        for alias in self.places(request):
            if response is not None:
                request = WSGIRequest(request.environ)
            read_from(alias)
            request.is_read_only = not self.watches[PRIMARY].answers
            response = self.get_response(request)
            if not getattr(response, "is_unavailable", False):
                break
            self.watches[alias].note(value_of(alias, "SELECT 1") is not None)
        if getattr(request, "has_caught_up", False):
            response.delete_cookie(WROTE_COOKIE, samesite="Lax")
        return response

    def places(self, request: HttpRequest) -> Iterator[str]:
        """The databases to read from, the better one first."""
        primary, replica = (self.watches[alias].ask() for alias in (PRIMARY, REPLICA))
        if primary and (not replica or self.is_behind(request)):
            yield from (PRIMARY, REPLICA)
        else:
            yield from (REPLICA, PRIMARY)

    def is_behind(self, request: HttpRequest) -> bool:
        """Whether the replica lacks what this browser saved last."""
        if WROTE_COOKIE not in request.COOKIES:
            return False
        try:
            wanted = signer().unsign(request.COOKIES[WROTE_COOKIE])
        except signing.BadSignature:
            return False
        if not LSN.fullmatch(wanted):
            return False
        # One that was made the primary has everything that anybody can have saved.
        there = value_of(
            REPLICA,
            "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn",
            wanted,
        )
        request.has_caught_up = there is True
        return there is not True


def signer() -> signing.Signer:
    return signing.Signer(salt="wrote")
