"""/healthz?deep: details for this machine and for system administrators, for nobody else."""

from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection

from reports.actions.backups import Made, note_backup
from reports.domain.access import Role
from reports.models.choices import BackupKind
from reports.views import health
from tests.factories import NOON, JobFactory, UnitFactory, member

pytestmark = pytest.mark.django_db

FAR = {"REMOTE_ADDR": "10.0.0.9"}


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    storage = FileSystemStorage(location=tmp_path / "evidence")
    monkeypatch.setattr(health, "storages", {"evidence": storage})
    monkeypatch.setattr(health, "MigrationExecutor", UpToDate)
    return tmp_path


class UpToDate:
    """Tests make tables without migrations."""

    pending: tuple[str, ...] = ()

    def __init__(self, connection):
        self.loader = self
        self.graph = self

    def leaf_nodes(self):
        return []

    def migration_plan(self, nodes):
        return self.pending


def test_this_machine_is_told_everything(client):
    JobFactory()
    made = Made("/backup/1", 5, True, NOON - timedelta(hours=30))
    note_backup(kind=BackupKind.BACKUP, made=made, ok=True, message="", at=NOON)
    note_backup(kind=BackupKind.TEST, made=made, ok=False, message="坏", at=NOON)

    response = client.get("/healthz?deep")

    found = response.json()
    assert found.pop("disk_free_bytes") > 0
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert found == {
        "ok": True,
        "database": True,
        "evidence_writable": True,
        "migrations_pending": 0,
        "jobs_waiting": 1,
        "last_backup": "2026-06-08T22:00:00+00:00",
        "last_backup_age_hours": 30,
        "last_restore_test": "2026-06-10T04:00:00+00:00",
        "last_restore_test_ok": False,
    }


@pytest.mark.parametrize(
    ("role", "told"),
    [(None, False), (Role.LEGAL_OFFICER, False), (Role.SECURITY_ADMIN, False),
     (Role.SYSTEM_ADMIN, True)],
)  # fmt: skip
def test_from_elsewhere_only_a_system_administrator_is_told(client, role, told):
    if role is not None:
        client.force_login(
            member(role, UnitFactory()), backend="reports.views.backend.LedgerBackend"
        )

    response = client.get("/healthz?deep", **FAR)

    assert (response.status_code, bool(response.content)) == (200, told)


def test_a_proxy_on_this_machine_is_not_this_machine(client):
    response = client.get("/healthz?deep", headers={"x-forwarded-for": "10.0.0.9"})

    assert (response.status_code, response.content) == (200, b"")


def test_without_a_database_it_says_so(client):
    with connection.execute_wrapper(no_database):
        response = client.get("/healthz?deep")
        plain = client.get("/healthz?deep", **FAR)

    assert (response.status_code, response.json()["database"]) == (503, False)
    assert (plain.status_code, plain.content) == (503, b"")


def no_database(execute, sql, params, many, context):
    return execute("SELECT 1 FROM there_is_no_such_table", None, many, context)


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("evidence_is_writable", lambda: False, "evidence_writable"),
        ("LEAST_FREE", 1 << 60, "disk_free_bytes"),
    ],
)
def test_what_hinders_work_answers_503(client, monkeypatch, name, value, field):
    monkeypatch.setattr(health, name, value)

    response = client.get("/healthz?deep")

    assert (response.status_code, response.json()["ok"]) == (503, False)
    assert field in response.json()


def test_pending_migrations_answer_503(client, monkeypatch):
    monkeypatch.setattr(UpToDate, "pending", ("0099",))

    assert client.get("/healthz?deep").json()["migrations_pending"] == 1


def test_evidence_folder_that_cannot_be_written_is_seen(place):
    (place / "evidence").write_text("a file where the folder should be")

    assert health.evidence_is_writable() is False
