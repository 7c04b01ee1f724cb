"""Whether the ledger can work, for whoever watches over the machine."""

import shutil
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone

from config.hosts import is_loopback
from reports.domain.access import Role
from reports.models import BackupRun, Job, Membership
from reports.models.choices import JobState
from reports.selectors.backups import last_backup, last_restore_test

PATH = "/healthz"
# What a proxy adds: then the request did not begin on this machine.
FROM_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")
LEAST_FREE = 500 * 1024 * 1024
PROBE = ".health"


def database_answers() -> bool:
    """Whether the database, or its replica, can be reached and holds a ledger."""
    return any(_answers(alias) for alias in connections)


def _answers(alias: str) -> bool:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            return cursor.fetchone() is not None
    except (DatabaseError, InterfaceError):
        return False


def evidence_is_writable() -> bool:
    """Whether a file can be handed in: one is written and taken away again."""
    storage = storages["evidence"]
    try:
        storage.delete(storage.save(PROBE, ContentFile(b"x")))
    except OSError:
        return False
    return True


def deep_health(now: datetime) -> dict[str, Any]:
    """Everything that the one who keeps the machine wants to know; ``ok`` when nothing hinders
    work. A backup that is old is told and hinders nothing."""
    found: dict[str, Any] = {
        "database": database_answers(),
        "disk_free_bytes": shutil.disk_usage(settings.VAR_ROOT).free,
        "evidence_writable": evidence_is_writable(),
    }
    if found["database"]:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found["migrations_pending"] = len(plan)
        tables = connection.introspection.table_names()
        if BackupRun._meta.db_table in tables:
            found |= _of_the_ledger(now)
    found["ok"] = (
        found["database"]
        and found["evidence_writable"]
        and found["disk_free_bytes"] >= LEAST_FREE
        and not found.get("migrations_pending")
    )
    return found


def _of_the_ledger(now: datetime) -> dict[str, Any]:
    backup, test = last_backup(), last_restore_test()
    return {
        "jobs_waiting": Job.objects.filter(state=JobState.WAITING.value).count(),
        "last_backup": backup.taken_at.isoformat() if backup else None,
        "last_backup_age_hours": int((now - backup.taken_at).total_seconds()) // 3600
        if backup
        else None,
        "last_restore_test": test.ended_at.isoformat() if test else None,
        "last_restore_test_ok": test.ok if test else None,
    }


def is_from_here(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, not somebody through a proxy that runs here."""
    proxied = any(name in request.META for name in FROM_A_PROXY)
    return not proxied and is_loopback(request.META.get("REMOTE_ADDR") or "")


def plain() -> HttpResponse:
    """200 or 503, and nothing else."""
    return HttpResponse(status=200 if database_answers() else 503, content_type="text/plain")


def details() -> HttpResponse:
    """What ``deep_health`` found, as JSON."""
    found = deep_health(timezone.now())
    return JsonResponse(found, status=200 if found["ok"] else 503)


def healthz(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers /healthz to anyone, before sessions and users are read; tells nothing else.

    ``/healthz?deep`` tells details to this machine; anybody else passes on to ``deep``, where a
    login is known.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH:
            return get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if "deep" not in request.GET:
            response = plain()
        elif is_from_here(request):
            response = details()
        elif settings.SESSION_COOKIE_NAME in request.COOKIES and database_answers():
            return get_response(request)
        else:
            response = plain()
        response["Cache-Control"] = "no-store"
        return response

    return middleware


@login_not_required
def deep(request: HttpRequest) -> HttpResponse:
    """Details for a system administrator who is logged in; for others as without ``deep``."""
    today = timezone.localdate()
    keeps = request.user.is_authenticated and request.user.is_active
    memberships = Membership.objects.valid_on(today).filter(
        user_id=request.user.pk, role=Role.SYSTEM_ADMIN.value
    )
    response = details() if keeps and memberships.exists() else plain()
    response["Cache-Control"] = "no-store"
    return response
