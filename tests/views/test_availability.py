"""Database or disk cannot: what the page says, what it keeps, and where a page is read from."""

import errno
import sqlite3
import time

import pytest
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config.routers import PRIMARY, REPLICA, PrimaryReplica, read_from
from reports.domain.access import Role
from reports.models import Meeting
from reports.views import availability
from reports.views.availability import Availability, is_unavailable
from tests.factories import BureauFactory, MeetingKindFactory, UnitFactory, member
from tests.pages import Form

PDF = b"%PDF-1.4 minutes"


def cannot_write(execute, sql, params, many, context):
    """A database that reads and does not write."""
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        raise OperationalError("server closed the connection unexpectedly")
    return execute(sql, params, many, context)


def cannot_anything(execute, sql, params, many, context):
    raise OperationalError("server closed the connection unexpectedly")


def desk(user=None):
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
    return client


def recording():
    """A clerk and her form of a new meeting, ready to save."""
    station = UnitFactory(parent=BureauFactory())
    client = desk(member(Role.CLERK, station))
    form = Form(client.get("/meetings/new/"))
    form.data["kind"] = str(MeetingKindFactory().pk)
    return client, form


def wrapped(cause):
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def of_sqlite(tmp_path, statement):
    """What SQLite really says while another holds the lock."""
    path = tmp_path / "one.sqlite3"
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    other = sqlite3.connect(path, timeout=0)
    try:
        with pytest.raises(sqlite3.OperationalError) as told:
            other.execute(statement)
    finally:
        other.close()
        holder.close()
    return wrapped(told.value)


class OfServer(Exception):
    def __init__(self, pgcode):
        self.pgcode = pgcode


def test_a_lock_is_told_from_a_mistake(tmp_path):
    locked = of_sqlite(tmp_path, "BEGIN IMMEDIATE")
    mistaken = of_sqlite(tmp_path, "SELEKT 1")

    assert is_unavailable(locked)
    assert not is_unavailable(mistaken)


@pytest.mark.parametrize(
    ("code", "unavailable"),
    [
        ("57P01", True),  # shut down
        ("57P03", True),  # starting
        ("08006", True),  # connection lost
        ("53100", True),  # disk full
        ("53300", True),  # too many connections
        ("40P01", True),  # deadlock
        ("25006", True),  # a replica that is not the primary yet
        ("42P01", False),  # no such table
        ("22001", False),  # too long
    ],
)
def test_the_code_of_the_server_decides(code, unavailable):
    assert is_unavailable(wrapped(OfServer(code))) is unavailable


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (OperationalError("could not connect"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EROFS, "Read-only file system"), True),
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (IntegrityError("not unique"), False),
        (DatabaseError("whatever"), False),
        (ValueError("ours"), False),
        (None, False),
    ],
)
def test_what_comes_without_a_code(error, unavailable):
    assert is_unavailable(error) is unavailable


@pytest.mark.django_db
def test_what_was_not_saved_stands_ready_to_be_sent_again(evidence_store):
    client, form = recording()
    sent = form.data | {"title": "学习<b>会</b>", "place": "二楼"}

    with connection.execute_wrapper(cannot_write):
        answer = client.post(form.address, sent)

    kept = Form(answer, mark="method")
    assert answer.status_code == 503
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("10", "no-store")
    assert kept.address == form.address
    assert "没有保存；请稍后再提交。" in answer.content.decode()
    assert "学习<b>会</b>" not in answer.content.decode()
    names = {name for name, value in sent.items() if value != []}
    assert {**kept.data, "csrfmiddlewaretoken": ""} == {
        name: sent[name][-1] if isinstance(sent[name], list) else sent[name] for name in names
    } | {"csrfmiddlewaretoken": ""}

    again = kept.send(client)

    assert again.status_code == 302
    assert Meeting.objects.get().title == "学习<b>会</b>"


@pytest.mark.django_db
def test_files_are_asked_for_again(evidence_store):
    client, form = recording()
    minutes = SimpleUploadedFile("会议记录.pdf", PDF)

    with connection.execute_wrapper(cannot_write):
        answer = client.post(form.address, form.data | {"minutes": minutes})

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "请重新选择：会议记录.pdf" in page
    assert '<input type="file" id="file-1" name="minutes" multiple required>' in page
    assert [path for path in evidence_store.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_a_password_is_never_given_back():
    client = desk()
    client.get("/login/")

    with connection.execute_wrapper(cannot_anything):
        answer = client.post("/login/", {"username": "zhang", "password": "Very-Secret-2026"})

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "没有保存；请稍后再提交。" in page
    assert "Very-Secret-2026" not in page
    assert "再次提交" not in page


@pytest.mark.django_db
def test_a_page_without_a_database_asks_to_try_again():
    client = desk(member(Role.LEGAL_OFFICER, BureauFactory()))

    with connection.execute_wrapper(cannot_anything):
        answer = client.get("/meetings/?year=2026&sort=title")

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "暂时无法使用" in page
    assert '<a href="/meetings/?year=2026&amp;sort=title">再试一次</a>' in page


@pytest.mark.django_db
def test_a_mistake_of_ours_stays_one(monkeypatch):
    client = desk(member(Role.LEGAL_OFFICER, BureauFactory()))

    def mistaken(execute, sql, params, many, context):
        raise ValueError("ours")

    with connection.execute_wrapper(mistaken):
        answer = client.get("/meetings/")

    assert answer.status_code == 500
    assert "系统出错" in answer.content.decode()


@pytest.mark.django_db
def test_in_english_too():
    client = desk()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    with connection.execute_wrapper(cannot_anything):
        answer = client.post("/login/", {"username": "zhang", "password": "x"})

    assert answer.status_code == 503
    assert answer["Content-Language"] == "en"


# --- where a page is read from ------------------------------------------------------------------


class Databases:
    """Primary and replica as the middleware sees them: who answers, how far the replica is."""

    def __init__(self, down=(), replayed=""):
        self.down, self.replayed = set(down), replayed

    def value_of(self, alias, statement, *values):
        if alias in self.down:
            return None
        if "pg_last_wal_replay_lsn" in statement:
            return bool(self.replayed) and self.replayed >= values[0]
        return "0/5000060" if "pg_current_wal_insert_lsn" in statement else 1


@pytest.fixture
def with_replica(monkeypatch):
    """A middleware over two databases, and what each request was read from."""

    def make(databases):
        asked = []
        monkeypatch.setattr(availability, "value_of", databases.value_of)

        def answer(request):
            alias = PrimaryReplica().db_for_read(None)
            asked.append(alias)
            response = HttpResponse(status=503 if alias in databases.down else 200)
            response.is_unavailable = alias in databases.down
            request_of.append(request)
            return response

        request_of = []
        middleware = Availability(answer)
        middleware.has_replica = True
        return middleware, asked, request_of

    yield make
    read_from(PRIMARY)


def asked_for(method="get", wrote=None):
    request = getattr(RequestFactory(), method)("/meetings/")
    if wrote is not None:
        request.COOKIES["wrote"] = wrote
    return request


def signed(text):
    return signing.Signer(salt="wrote").sign(text)


@pytest.mark.parametrize(
    ("down", "wrote", "read_from_these", "read_only"),
    [
        ((), None, [REPLICA], False),
        ((), signed("0/5000000"), [REPLICA], False),
        ((), signed("0/6000000"), [PRIMARY], False),  # the replica does not have it yet
        ((), "0/6000000:forged", [REPLICA], False),
        ((REPLICA,), None, [PRIMARY], False),
        ((PRIMARY,), None, [REPLICA], True),
        ((PRIMARY,), signed("0/6000000"), [REPLICA], True),
        ((PRIMARY, REPLICA), None, [REPLICA, PRIMARY], True),
    ],
)
def test_a_page_is_read_where_it_can_be(with_replica, down, wrote, read_from_these, read_only):
    ask, asked, requests = with_replica(Databases(down, replayed="0/5500000"))

    ask(asked_for(wrote=wrote))

    assert asked == read_from_these
    assert requests[-1].is_read_only is read_only


def test_a_database_lost_on_the_way_is_left_for_the_other(with_replica):
    databases = Databases()
    ask, asked, _requests = with_replica(databases)
    ask(asked_for())
    databases.down = {REPLICA}

    response = ask(asked_for())

    assert response.status_code == 200
    assert asked == [REPLICA, REPLICA, PRIMARY]


def test_the_notice_goes_when_the_primary_is_back(with_replica, monkeypatch):
    databases = Databases({PRIMARY})
    ask, _asked, requests = with_replica(databases)
    ask(asked_for())
    databases.down = set()
    later = time.monotonic() + availability.WATCH_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)

    ask(asked_for())

    assert [request.is_read_only for request in requests] == [True, False]


def test_who_wrote_carries_how_far_the_primary_was(with_replica):
    ask, asked, _requests = with_replica(Databases())

    response = ask(asked_for("post"))

    assert asked == [PRIMARY]
    assert response.cookies["wrote"].value == signed("0/5000060")
    assert response.cookies["wrote"]["httponly"] is True


def test_the_mark_goes_once_the_replica_has_it(with_replica):
    ask, _asked, _requests = with_replica(Databases(replayed="0/7000000"))

    response = ask(asked_for(wrote=signed("0/6000000")))

    assert response.cookies["wrote"].value == ""


def test_what_was_not_saved_leaves_no_mark(with_replica):
    ask, _asked, _requests = with_replica(Databases({PRIMARY}))

    response = ask(asked_for("post"))

    assert response.status_code == 503
    assert "wrote" not in response.cookies
