"""The page on which a bureau's ledger is asked for as one file, and where it is fetched."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Job
from reports.models.choices import JobKind, JobState
from tests.factories import NOON, BureauFactory, JobFactory, MembershipFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def officer(bureau):
    return member(Role.LEGAL_OFFICER, bureau)


@pytest.fixture
def address(client, officer, bureau):
    client.force_login(officer)
    return reverse("reports:export-bureau", args=[bureau.pk])


@pytest.fixture
def job_store(monkeypatch, tmp_path):
    storage = FileSystemStorage(location=tmp_path, base_url=None)
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)


def done(officer, bureau):
    job = JobFactory(
        kind=JobKind.PACK_LEDGER.value,
        arguments={"unit": bureau.pk, "why": "归档"},
        asked_by=officer,
        state=JobState.DONE.value,
        started_at=NOON,
        ended_at=NOON,
        message="共3行、0个文件（0 字节）。",
    )
    job.file.save("ledger.zip", ContentFile(b"PK"))
    return job


def test_asking_makes_a_job(client, address, officer, bureau):
    response = client.post(address, {"why": "机构调整"})

    job = Job.objects.get()
    assert (job.kind, job.arguments) == ("pack_ledger", {"unit": bureau.pk, "why": "机构调整"})
    assert job.asked_by == officer
    assert response.headers["Location"] == job.get_absolute_url()


def test_asking_without_a_purpose_says_so(client, address):
    response = client.post(address, {"why": " "})

    assert response.context["form"].errors == {"why": ["请写明用途。"]}
    assert Job.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_page_lists_own_files_in_the_same_queries(
    client, address, officer, bureau, job_store, rows, django_assert_num_queries
):
    for _n in range(rows):
        done(officer, bureau)

    with django_assert_num_queries(6):
        response = client.get(address)

    assert len(response.context["jobs"]) == rows


def test_file_is_fetched_by_who_asked(client, address, officer, bureau, job_store):
    job = done(officer, bureau)

    response = client.get(reverse("reports:job-file", args=[job.pk]))

    assert b"".join(response.streaming_content) == b"PK"
    assert (
        "%E5%8F%B0%E8%B4%A6-%E4%B8%9C%E5%9F%8E%E5%88%86%E5%B1%80_20260610.zip"
        in (response.headers["Content-Disposition"])
    )


def test_who_may_no_longer_bring_in_fetches_nothing(client, address, officer, bureau, job_store):
    job = done(officer, bureau)
    officer.memberships.all().delete()
    MembershipFactory(user=officer, unit=bureau, role=Role.INSPECTOR.value)

    response = client.get(reverse("reports:job-file", args=[job.pk]))
    told = client.get(job.get_absolute_url())

    assert response.status_code == 404
    assert told.context["message"] == "结果只向有权查看该单位的发起人显示。"


def test_job_page_says_what_was_made(client, address, officer, bureau, job_store):
    job = done(officer, bureau)

    response = client.get(job.get_absolute_url())

    pack = response.context["pack"]
    assert (pack["unit"], pack["why"], pack["size"]) == (bureau, "归档", 2)
    assert "下载台账文件" in response.content.decode()
