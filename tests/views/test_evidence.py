import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.evidence import Upload, add_evidence
from reports.domain.access import Role
from tests.factories import NOON, EvidenceFactory, ProblemFactory, UnitFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_store")]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def station():
    return UnitFactory()


@pytest.fixture
def problem(station):
    return ProblemFactory(unit=station)


@pytest.fixture
def clerk(client, station):
    user = member(Role.CLERK, station)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    client.user = user
    return client


def keep(target, name, content, by=None):
    upload = Upload(SimpleUploadedFile(name, content))
    (evidence,) = add_evidence(target=target, uploads=[upload], by=by, at=NOON)
    return evidence


@pytest.mark.parametrize(
    ("name", "content", "kind", "how"),
    [
        ("照片.png", PNG, "image/png", "inline"),
        ("纪要.pdf", b"%PDF-1.7\n", "application/pdf", "inline"),
        ("说明.txt", b"text", "application/octet-stream", "attachment"),
    ],
)
def test_file_comes_safely(clerk, problem, name, content, kind, how):
    response = clerk.get(keep(problem, name, content).get_absolute_url())

    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"].startswith(f"{how}; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    if kind == "image/png":
        assert response["Content-Security-Policy"].endswith("sandbox")


def test_file_outside_the_scope_does_not_exist(clerk):
    evidence = keep(ProblemFactory(), "照片.png", PNG)

    assert clerk.get(evidence.get_absolute_url()).status_code == 404
    cancel = reverse("reports:evidence-cancel", args=[evidence.pk])
    assert clerk.post(cancel, {"because": "传错"}).status_code == 404


def test_reference_has_no_file(clerk, station):
    assert clerk.get(EvidenceFactory(unit=station).get_absolute_url()).status_code == 404


def test_page_says_that_secrets_stay_out_and_keeps_files(clerk, problem):
    page = reverse("reports:evidence-add", args=["problem", problem.pk])

    assert "严禁上传涉密信息和警务工作秘密" in clerk.get(page).content.decode()
    files = [SimpleUploadedFile("一.png", PNG), SimpleUploadedFile("二.png", PNG)]
    clerk.post(page, {"kind": "photo", "files": files})

    names = [use.evidence.original_name for use in problem.evidence_uses.order_by("pk")]
    assert names == ["一.png", "二.png"]


def test_refused_file_is_said_at_its_field(clerk, problem):
    page = reverse("reports:evidence-add", args=["problem", problem.pk])

    response = clerk.post(page, {"kind": "photo", "files": SimpleUploadedFile("一.png", b"MZ")})

    assert "内容与扩展名不符" in response.context["form"].errors["files"][0]
    assert not problem.evidence_uses.exists()


def test_own_mistake_is_cancelled_with_a_reason_and_stays_readable(clerk, problem):
    evidence = keep(problem, "照片.png", PNG, by=clerk.user)

    clerk.post(reverse("reports:evidence-cancel", args=[evidence.pk]), {"because": "传错"})

    evidence.refresh_from_db()
    assert evidence.cancelled_because == "传错"
    assert b"".join(clerk.get(evidence.get_absolute_url()).streaming_content) == PNG
    assert "已作废" in clerk.get(problem.get_absolute_url()).content.decode()


def test_clerk_does_not_cancel_what_others_proved_of_a_problem(clerk, problem):
    evidence = keep(problem, "照片.png", PNG, by=member(Role.INSPECTOR, problem.bureau))

    cancel = reverse("reports:evidence-cancel", args=[evidence.pk])
    assert clerk.post(cancel, {"because": "传错"}).status_code == 403


def test_inspector_cancels_her_own_upload(client, problem):
    inspector = member(Role.INSPECTOR, problem.bureau)
    client.force_login(inspector, backend="reports.views.backend.LedgerBackend")
    evidence = keep(problem, "照片.png", PNG, by=inspector)

    client.post(reverse("reports:evidence-cancel", args=[evidence.pk]), {"because": "传错"})

    evidence.refresh_from_db()
    assert evidence.is_cancelled
