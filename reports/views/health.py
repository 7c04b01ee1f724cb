"""Whether the ledger can work, for whoever watches over the machine."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed


def database_answers() -> bool:
    """Whether the database can be reached and holds a ledger."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False


def healthz(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers /healthz to anyone, before sessions and users are read; tells nothing else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info != "/healthz":
            return get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = HttpResponse(
            status=200 if database_answers() else 503, content_type="text/plain"
        )
        response["Cache-Control"] = "no-store"
        return response

    return middleware
