"""What requests leave in the audit log, and the pages of who reads it."""

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.actions.audit_log import seal_all
from reports.actions.evidence import Upload, add_evidence
from reports.domain.access import Role
from reports.models import AuditEntry, Problem
from reports.models.choices import audit_doing
from reports.selectors.security_settings import security_settings
from reports.views.audit_trail import PERSONAL
from tests.factories import (
    NOON,
    AuditEntryFactory,
    BureauFactory,
    CityFactory,
    MeetingFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    member,
)
from tests.views.test_matrix import names_of_addresses

pytestmark = pytest.mark.django_db

PASSWORD = "ths4-GYv8-k9YT-W5vb"


@pytest.fixture
def station():
    return UnitFactory(parent=BureauFactory(parent=CityFactory()), name="城南派出所")


@pytest.fixture
def enter(client):
    """A client of a role at a unit; what the login itself left is taken as read."""

    def come(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        client.told_before = AuditEntry.objects.count()
        return client

    return come


def told(client):
    """What was told since the login, oldest first."""
    return list(AuditEntry.objects.order_by("pk")[client.told_before :])


def one(client):
    (entry,) = told(client)
    return entry


# --- coming in and going out ------------------------------------------------------------------


@pytest.fixture
def login(station):
    user = member(Role.CLERK, station)
    user.set_password(PASSWORD)
    user.save()
    return user


def come_in(client, username, password):
    return client.post("/login/", {"username": username, "password": password})


def test_login_and_logout_are_told(client, login):
    come_in(client, login.username, PASSWORD)
    client.post("/logout/")

    assert [
        (e.kind, e.result, e.login, e.login_key, e.address)
        for e in AuditEntry.objects.order_by("pk")
    ] == [
        ("login", "done", login.username, login.pk, "127.0.0.1"),
        ("logout", "done", login.username, login.pk, "127.0.0.1"),
    ]


def test_failure_is_told_without_a_secret(client, login):
    come_in(client, login.username, "wrong-Secret-1")
    come_in(client, "Secret-typed-above-2", "x")

    entries = list(AuditEntry.objects.order_by("pk"))
    assert [(e.kind, e.result, e.login, e.details) for e in entries] == [
        ("login_refused", "refused", login.username, {}),
        ("login_refused", "refused", "", {"unknown": True}),
    ]
    written = str(list(AuditEntry.objects.values_list()))
    assert [word for word in ("Secret", "wrong") if word in written] == []


def test_lock_out_is_told(client, login):
    failures = security_settings().failures

    for _n in range(failures):
        come_in(client, login.username, "wrong")

    kinds = list(AuditEntry.objects.order_by("pk").values_list("kind", "login"))
    assert kinds.count(("locked_out", login.username)) == 1
    assert kinds.count(("login_refused", login.username)) == failures


# --- changes ----------------------------------------------------------------------------------


def cancel(client, problem, because="重复登记"):
    address = reverse("reports:problem-cancel", args=[problem.pk])
    return client.post(address, {"because": because, "reason": because})


def test_change_is_told_with_names_of_fields_alone(enter, station):
    problem = ProblemFactory(unit=station)
    client = enter(Role.LEGAL_OFFICER, station.bureau)

    cancel(client, problem)

    problem.refresh_from_db()
    assert problem.is_cancelled
    entry = one(client)
    assert (entry.kind, entry.result, entry.action) == ("change", "done", "problem-cancel")
    assert (entry.object_type, entry.object_key) == ("problem", str(problem.pk))
    assert (entry.login, entry.unit) == (client.user.username, station.bureau.name)
    assert entry.details == {
        "method": "POST",
        "path": f"/problems/{problem.pk}/cancel/",
        "fields": ["because", "reason"],
    }


def test_form_that_was_not_right_is_told_as_unchanged(enter, station):
    problem = ProblemFactory(unit=station)
    client = enter(Role.LEGAL_OFFICER, station.bureau)

    cancel(client, problem, because="")

    entry = one(client)
    assert (entry.kind, entry.result, entry.status) == ("change", "unchanged", 200)


def test_change_in_the_administration_is_told_without_the_new_password(enter, station):
    client = enter(Role.SYSTEM_ADMIN, station.bureau.parent)

    client.post("/admin/auth/user/add/", {"username": "new", "first_name": "张三"})

    entry = one(client)
    assert User.objects.filter(username="new").exists()
    assert (entry.kind, entry.result) == ("administration", "done")
    assert (entry.action, entry.object_type) == ("admin:auth_user_add", "auth_user")
    assert entry.details["fields"] == ["first_name", "username"]


def test_language_and_lists_are_not_told(enter, station):
    client = enter(Role.LEGAL_OFFICER, station.bureau)

    client.post("/language/", {"language": "en", "next": "/"})
    client.get("/problems/")
    client.get("/people/")

    assert told(client) == []


def test_a_change_costs_one_statement_more(enter, station):
    client = enter(Role.LEGAL_OFFICER, station.bureau)
    problem = ProblemFactory(unit=station)

    with CaptureQueriesContext(connection) as counted:
        cancel(client, problem)

    told = [q["sql"] for q in counted.captured_queries if "reports_audit" in q["sql"]]
    assert [sql[:32] for sql in told] == ['INSERT INTO "reports_auditentry"']


# --- what leaves, whom it shows, what is refused ----------------------------------------------


def test_export_is_told_with_its_reason(enter, station):
    client = enter(Role.LEGAL_OFFICER, station.bureau)

    client.get("/people/", {"_export": "csv", "reason": "年度统计"})

    entry = one(client)
    assert (entry.kind, entry.result, entry.status) == ("download", "done", 200)
    assert (entry.action, entry.object_label) == ("person-list", "人员_20260610.csv")
    assert entry.details == {
        "method": "GET",
        "path": "/people/",
        "reason": "年度统计",
        "fields": ["_export", "reason"],
    }


def test_file_is_told(enter, station):
    upload = Upload(SimpleUploadedFile("记录.txt", "会议记录".encode()))
    (evidence,) = add_evidence(
        target=MeetingFactory(unit=station), uploads=[upload], by=None, at=NOON
    )
    client = enter(Role.CLERK, station)

    b"".join(client.get(f"/evidence/{evidence.pk}/").streaming_content)

    entry = one(client)
    assert (entry.kind, entry.action, entry.object_key) == (
        "download",
        "evidence-file",
        str(evidence.pk),
    )
    assert entry.object_label == "记录.txt"


def test_personal_page_is_told(enter, station):
    person = PersonFactory(unit=station, name="赵小明")
    client = enter(Role.LEGAL_OFFICER, station.bureau)

    client.get(f"/people/{person.pk}/")

    entry = one(client)
    assert (entry.kind, entry.action, entry.object_key) == (
        "personal",
        "person-detail",
        str(person.pk),
    )
    assert entry.object_label == "赵小明"


@pytest.mark.parametrize("name", names_of_addresses())
def test_address_is_told_in_words(name):
    assert not audit_doing(name).isascii()


def test_personal_pages_are_addresses():
    assert sorted(PERSONAL - set(names_of_addresses())) == []


@pytest.mark.parametrize(
    ("method", "address", "status", "action"),
    [
        ("get", "/problems/{foreign}/", 404, "problem-detail"),
        ("post", "/problems/{foreign}/cancel/", 404, "problem-cancel"),
        ("get", "/audit-log/", 403, "audit-log-list"),
        ("get", "/admin/auth/user/", 403, "admin:auth_user_changelist"),
        ("post", "/problems/", 405, "problem-list"),
    ],
)
def test_refusal_is_told(enter, station, method, address, status, action):
    foreign = ProblemFactory(unit=UnitFactory(parent=BureauFactory(parent=station.bureau.parent)))
    client = enter(Role.INSPECTOR, station.bureau)

    answer = getattr(client, method)(address.format(foreign=foreign.pk))

    entry = one(client)
    assert answer.status_code == entry.status == status
    assert (entry.kind, entry.result, entry.action) == ("refused", "refused", action)


def test_forged_form_is_told(enter, station):
    problem = ProblemFactory(unit=station)
    user = member(Role.LEGAL_OFFICER, station.bureau)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    cancel(client, problem)

    entry = AuditEntry.objects.latest("pk")
    assert not Problem.objects.get(pk=problem.pk).is_cancelled
    assert (entry.kind, entry.status, entry.login) == ("refused", 403, user.username)


def test_address_that_is_none_is_not_told(enter, station):
    client = enter(Role.CLERK, station)

    client.get("/no-such-page/")

    assert told(client) == []


# --- the pages --------------------------------------------------------------------------------


@pytest.fixture
def auditor(enter, station):
    return enter(Role.AUDIT_ADMIN, station.bureau.parent)


def test_home_of_the_audit_administrator_is_the_log(auditor):
    assert auditor.get("/").url == "/audit-log/"


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(auditor, rows, django_assert_num_queries):
    for _n in range(rows):
        AuditEntryFactory()
    seal_all(at=NOON)

    with django_assert_num_queries(7):
        page = auditor.get("/audit-log/")

    assert page.status_code == 200


@pytest.mark.parametrize(
    ("query", "logins"),
    [
        ("", ["c", "b", "a"]),
        ("?login=b", ["b"]),
        ("?kind=login", ["c"]),
        ("?result=refused", ["b"]),
        ("?address=10.0.0.9", ["a"]),
        ("?from_day=2026-06-10&to_day=2026-06-10", ["c", "b", "a"]),
        ("?to_day=2026-06-09", []),
        ("?from_day=2026-06-11", []),
    ],
)
def test_list_is_narrowed(auditor, query, logins):
    AuditEntryFactory(login="a", address="10.0.0.9")
    AuditEntryFactory(login="b", result="refused")
    AuditEntryFactory(login="c", kind="login")

    page = auditor.get(f"/audit-log/{query}")

    shown = [row.login for row in page.context["object_list"]]
    assert [login for login in shown if len(login) == 1] == logins


def test_long_log_is_capped_with_a_sentence(auditor, monkeypatch):
    monkeypatch.setattr("reports.selectors.audit_log.MOST_LISTED", 2)
    monkeypatch.setattr("reports.views.audit_log.MOST_LISTED", 2)
    for _n in range(4):
        AuditEntryFactory()

    page = auditor.get("/audit-log/").content.decode()

    assert "只列出最近 2 条" in page
    assert "共 2 条" in page


def test_entry_is_shown_in_words(auditor):
    entry = AuditEntryFactory(object_type="problem", object_key="12", details={"fields": ["a"]})

    page = auditor.get(f"/audit-log/{entry.pk}/").content.decode()

    assert [word for word in ("问题·修改", "#12", "填写的栏目", "待封存") if word not in page] == []


def test_seals_are_shown(auditor):
    AuditEntryFactory()
    seal = seal_all(at=NOON)[0]

    assert seal.sha256 in auditor.get("/audit-log/seals/").content.decode()
    assert seal.sha256 in auditor.get(f"/audit-log/{seal.last_key}/").content.decode()


def test_export_of_the_log_is_told_and_capped(auditor, monkeypatch):
    monkeypatch.setattr("reports.views.audit_log.MOST_EXPORTED", 2)
    for _n in range(3):
        AuditEntryFactory(object_label="=1+1")

    answer = auditor.get("/audit-log/", {"_export": "csv", "login": "clerk"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3
    assert rows[1][2:7] == ["clerk", "变更", "问题·修改", "'=1+1", "成功"]
    assert AuditEntry.objects.latest("pk").action == "audit-log-list"
    assert AuditEntry.objects.latest("pk").kind == "download"
