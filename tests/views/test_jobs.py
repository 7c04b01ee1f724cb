"""Longer work is asked for on a page and followed on another."""

from datetime import date
from urllib.parse import quote

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Job, Membership
from reports.models.choices import JobKind, JobState
from tests.factories import NOON, BureauFactory, JobFactory, MembershipFactory, UnitFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def officer(bureau):
    return member(Role.LEGAL_OFFICER, bureau)


def client_of(user):
    client = Client()
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return client


def test_the_button_asks_for_the_year_of_the_page(officer, bureau):
    answer = client_of(officer).post(reverse("reports:job-plan"), {"year": "2028"})

    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert (job.kind, job.arguments, job.asked_by) == (
        JobKind.PLAN_DUES,
        {"year": 2028, "bureaus": [bureau.pk]},
        officer,
    )


@pytest.mark.parametrize("year", ["1999", "2101", "abc", "２０２６"])
def test_a_year_that_is_none_is_not_planned(officer, year):
    answer = client_of(officer).post(reverse("reports:job-plan"), {"year": year})

    assert answer.status_code == 404
    assert not Job.objects.exists()


def test_the_page_shows_progress_and_then_the_result(officer):
    client = client_of(officer)
    job = JobFactory(asked_by=officer, state=JobState.RUNNING, started_at=NOON, done=3, total=8)

    page = client.get(job.get_absolute_url()).content.decode()
    assert '<progress id="progress" max="8" value="3"></progress>' in page
    assert "刷新" in page

    Job.objects.update(state=JobState.DONE, message="新增12项", ended_at=NOON)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "新增12项" in page
    assert "<progress" not in page


def test_officers_see_their_own_jobs_and_the_system_administrator_all(officer, bureau):
    own, foreign = JobFactory(asked_by=officer), JobFactory()
    administrator = member(Role.SYSTEM_ADMIN, bureau)

    assert list(client_of(officer).get("/jobs/").context["object_list"]) == [own]
    assert list(client_of(administrator).get("/jobs/").context["object_list"]) == [foreign, own]


def test_only_the_system_administrator_asks_for_a_recount(officer, bureau):
    administrator = member(Role.SYSTEM_ADMIN, bureau)

    assert client_of(officer).post("/jobs/audit/").status_code == 403
    assert client_of(administrator).post("/jobs/audit/").status_code == 302
    assert Job.objects.get().kind == JobKind.AUDIT_LEDGER


def test_the_list_asks_as_often_for_three_jobs_as_for_one(officer, django_assert_num_queries):
    client = client_of(officer)
    JobFactory(asked_by=officer)
    client.get("/jobs/")
    with django_assert_num_queries(5):
        client.get("/jobs/")
    JobFactory(asked_by=officer)
    JobFactory(asked_by=officer)

    with django_assert_num_queries(5):
        client.get("/jobs/")


# --- a pack ------------------------------------------------------------------------------------


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", ledger_from=None)


@pytest.fixture
def store(tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path, base_url=None)
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)
    return tmp_path


def packed(store, by, unit, **kwargs):
    (store / "packs").mkdir(exist_ok=True)
    (store / "packs" / "a.zip").write_bytes(b"PK")
    return JobFactory(
        kind=JobKind.PACK_EVIDENCE,
        arguments={"unit": unit.pk, "year": 2026, "kinds": ["photo"], "why": "年度考核"},
        asked_by=by,
        **{
            "state": JobState.DONE,
            "started_at": NOON,
            "ended_at": NOON,
            "message": "共收入3个文件",
            "file": "packs/a.zip",
            **kwargs,
        },
    )


def fetched(user, job):
    return client_of(user).get(reverse("reports:job-file", args=[job.pk]))


def test_who_asked_fetches_the_pack(store, station):
    clerk = member(Role.CLERK, station)
    job = packed(store, clerk, station)

    page = client_of(clerk).get(job.get_absolute_url()).content.decode()
    answer = fetched(clerk, job)

    assert "共收入3个文件" in page
    assert "保留到2026年6月17日" in page
    assert "年度考核" in page
    assert b"".join(answer.streaming_content) == b"PK"
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''" + quote("佐证材料-一所-2026_20260610.zip")
    )
    assert answer["Cache-Control"] == "private, no-store"


def test_nobody_else_fetches_it(store, station, bureau):
    job = packed(store, member(Role.CLERK, station), station)

    assert fetched(member(Role.LEGAL_OFFICER, bureau), job).status_code == 404
    assert fetched(member(Role.CLERK, station), job).status_code == 404
    assert fetched(member(Role.SYSTEM_ADMIN, bureau), job).status_code == 403


def test_who_may_no_longer_read_the_unit_fetches_nothing_and_is_told_nothing(store, station):
    clerk = member(Role.CLERK, station)
    job = packed(store, clerk, station)
    Membership.objects.update(last_day=date(2026, 6, 9))
    MembershipFactory(user=clerk, role=Role.CLERK.value, unit=UnitFactory(parent=station.bureau))

    assert fetched(clerk, job).status_code == 404
    page = client_of(clerk).get(job.get_absolute_url()).content.decode()
    assert "共收入3个文件" not in page
    assert "年度考核" not in page


def test_the_system_administrator_sees_that_there_was_a_pack_and_nothing_of_it(
    store, station, bureau
):
    job = packed(store, member(Role.CLERK, station), station)
    client = client_of(member(Role.SYSTEM_ADMIN, bureau))

    for address in ("/jobs/", job.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "打包佐证材料" in page
        assert "共收入3个文件" not in page
        assert "年度考核" not in page


def test_a_pack_that_was_dropped_says_so(store, station):
    clerk = member(Role.CLERK, station)
    job = packed(store, clerk, station, file="")

    assert fetched(clerk, job).status_code == 404
    assert "已过保留期" in client_of(clerk).get(job.get_absolute_url()).content.decode()


def test_the_list_asks_as_often_for_three_packs_as_for_one(
    store, station, django_assert_num_queries
):
    clerk = member(Role.CLERK, station)
    client = client_of(clerk)
    packed(store, clerk, station)
    client.get("/jobs/")

    with django_assert_num_queries(6):
        client.get("/jobs/")
    packed(store, clerk, station)
    packed(store, clerk, station)

    with django_assert_num_queries(6):
        response = client.get("/jobs/")
    assert [result for _job, _tone, result in response.context["rows"]] == ["共收入3个文件"] * 3
