"""Longer work is asked for on a page and followed on another."""

import pytest
from django.test import Client
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Job
from reports.models.choices import JobKind, JobState
from tests.factories import NOON, BureauFactory, JobFactory, member

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
