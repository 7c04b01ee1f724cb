"""Whether the ledger can work, for whoever watches over the machine."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers and holds a ledger, 503 otherwise; nothing else is told."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            found = cursor.fetchone()
    except DatabaseError:
        found = None
    return HttpResponse(status=200 if found else 503, content_type="text/plain")
