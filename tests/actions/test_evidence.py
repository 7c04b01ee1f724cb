import hashlib
import os
import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.actions.evidence import (
    CannotKeepEvidence,
    CannotReviewEvidence,
    Reference,
    Upload,
    add_evidence,
    atomic_with_files,
    cancel_evidence,
    reasons_against_file,
    review_evidence,
)
from reports.models import Evidence
from reports.models.choices import ReviewState
from tests.factories import (
    NOON,
    DischargeFactory,
    MeasureFactory,
    MeetingFactory,
    ProblemFactory,
    ProgressFactory,
    UserFactory,
)

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 64


def zipped(*names):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("纪要.pdf", PDF),
        ("纪要.PDF", PDF),
        ("纪要.docx", DOCX),
        ("台账.xlsx", XLSX),
        ("旧纪要.doc", OLE),
        ("旧纪要.wps", OLE),
        ("旧台账.xls", OLE),
        ("旧台账.et", OLE),
        ("版式.ofd", zipped("OFD.xml", "Doc_0/Document.xml")),
        ("照片.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 20),
        ("照片.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20),
        ("照片.gif", b"GIF89a" + b"\x00" * 20),
        ("照片.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 "),
        ("照片.bmp", b"BM" + b"\x00" * 20),
        ("扫描.tif", b"II*\x00" + b"\x00" * 20),
        ("说明.txt", "会议纪要".encode()),
        ("说明.txt", "会议纪要".encode("gb18030")),
    ],
)
def test_files_of_daily_work_are_kept(name, content):
    assert reasons_against_file(SimpleUploadedFile(name, content)) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.pdf", b"", "“空.pdf”是空文件。"),
        ("程序.exe", b"MZ\x90\x00", "“程序.exe”的格式不能上传"),
        ("压缩.zip", zipped("a.txt"), "“压缩.zip”的格式不能上传"),
        ("网页.html", b"<script>", "“网页.html”的格式不能上传"),
        ("图.svg", b"<svg/>", "“图.svg”的格式不能上传"),
        ("程序.pdf", b"MZ\x90\x00", "“程序.pdf”的内容与扩展名不符"),
        ("照片.jpg", PDF, "“照片.jpg”的内容与扩展名不符"),
        ("压缩.docx", zipped("a.txt"), "“压缩.docx”的内容与扩展名不符"),
        ("坏.docx", b"PK\x03\x04 not a zip", "“坏.docx”的内容与扩展名不符"),
        ("表.docx", XLSX, "“表.docx”的内容与扩展名不符"),
        ("文.txt", b"\x00\x01\x02", "“文.txt”的内容与扩展名不符"),
        (
            "宏.docx",
            zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "“宏.docx”含有宏",
        ),
    ],
)
def test_content_decides_not_the_name(name, content, said):
    (reason,) = reasons_against_file(SimpleUploadedFile(name, content))

    assert reason.startswith(said)


def test_too_large_is_refused_with_the_limit(settings):
    settings.EVIDENCE_MAX_MB = 1

    (reason,) = reasons_against_file(SimpleUploadedFile("大.pdf", PDF + b"x" * 1024 * 1024))

    assert reason == "“大.pdf”超过 1 MB，请压缩或拆分后再传。"


@pytest.mark.django_db
def test_file_is_kept_under_a_name_of_our_own_with_its_hash(evidence_store):
    problem, user = ProblemFactory(), UserFactory()

    (evidence,) = add_evidence(
        target=problem,
        uploads=[Upload(SimpleUploadedFile("../../整改 报告.pdf", PDF))],
        by=user,
        at=NOON,
    )

    (path,) = kept(evidence_store)
    assert path.parent == evidence_store / "2026" / "06"
    assert path.name.endswith(".pdf")
    assert "整改" not in path.name
    assert path.read_bytes() == PDF
    assert (evidence.sha256, evidence.original_name, evidence.title, evidence.size) == (
        hashlib.sha256(PDF).hexdigest(),
        "整改 报告.pdf",
        "整改 报告",
        len(PDF),
    )
    assert (evidence.unit, evidence.bureau, evidence.recorded_by) == (
        problem.unit,
        problem.bureau,
        user,
    )


@pytest.mark.django_db
def test_one_bad_file_keeps_none(evidence_store):
    files = [SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.pdf", b"MZ")]

    with pytest.raises(CannotKeepEvidence):
        add_evidence(target=MeasureFactory(), uploads=[Upload(f) for f in files], by=None, at=NOON)

    assert kept(evidence_store) == []


@pytest.mark.django_db
def test_nothing_is_left_on_disk_when_what_follows_fails(evidence_store):
    measure = MeasureFactory()

    def record_and_fail():
        with atomic_with_files():
            upload = Upload(SimpleUploadedFile("纪要.pdf", PDF))
            add_evidence(target=measure, uploads=[upload], by=None, at=NOON)
            assert len(kept(evidence_store)) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        record_and_fail()

    assert kept(evidence_store) == []
    assert not measure.evidence_uses.exists()


@pytest.mark.django_db
def test_reference_without_a_file_names_its_keeper():
    progress = ProgressFactory()

    with pytest.raises(CannotKeepEvidence):
        add_evidence(target=progress, references=[Reference("纪要", " ")], by=None, at=NOON)
    (evidence,) = add_evidence(
        target=progress,
        references=[Reference("党委会纪要", "办公室", number="〔2026〕3号", day=date(2026, 6, 1))],
        by=None,
        at=NOON,
    )

    assert evidence.is_reference
    assert evidence.uses.get().progress == progress
    assert evidence.unit == progress.measure.unit


@pytest.mark.django_db
def test_cancelled_evidence_stays_with_its_reason(evidence_store):
    user = UserFactory()
    upload = Upload(SimpleUploadedFile("纪要.pdf", PDF))
    (evidence,) = add_evidence(target=ProblemFactory(), uploads=[upload], by=user, at=NOON)

    with pytest.raises(CannotKeepEvidence):
        cancel_evidence(evidence_id=evidence.pk, because=" ", by=user, at=NOON)
    cancel_evidence(evidence_id=evidence.pk, because="传错", by=user, at=NOON)

    evidence.refresh_from_db()
    assert evidence.is_cancelled
    assert len(kept(evidence_store)) == 1


# --- review -------------------------------------------------------------------------------------


def handed_in(target, by=None):
    upload = Upload(SimpleUploadedFile("纪要.pdf", PDF))
    (evidence,) = add_evidence(target=target, uploads=[upload], by=by, at=NOON)
    return evidence


def review(evidence, by, state=ReviewState.RETURNED, note="看不清", at=NOON):
    return review_evidence(evidence_id=evidence.pk, state=state, note=note, by=by, at=at)


@pytest.mark.django_db
def test_returned_evidence_says_who_when_and_why_and_proves_nothing(evidence_store):
    officer, evidence = UserFactory(), handed_in(MeetingFactory())

    review(evidence, officer, note="  没有签名  ")

    evidence.refresh_from_db()
    assert (evidence.review, evidence.review_note) == (ReviewState.RETURNED, "没有签名")
    assert (evidence.reviewed_by, evidence.reviewed_at) == (officer, NOON)
    assert not evidence.proves
    assert evidence not in Evidence.objects.proving()
    assert len(kept(evidence_store)) == 1


@pytest.mark.django_db
def test_a_later_review_takes_the_place_of_an_earlier_one_which_stays_readable(evidence_store):
    officer, evidence = UserFactory(), handed_in(MeetingFactory())
    review(evidence, officer)

    accepted = review(evidence, officer, ReviewState.ACCEPTED, "")

    assert accepted.proves
    assert [row.review for row in evidence.history.order_by("history_id")] == [
        "",
        "returned",
        "accepted",
    ]


@pytest.mark.django_db
def test_review_counts_the_dues_of_its_meetings_anew(evidence_store):
    discharge = DischargeFactory(due__version__expected_evidence=["minutes"])
    due, officer = discharge.due, UserFactory()
    evidence = handed_in(discharge.meeting)

    def lacks():
        due.refresh_from_db()
        return due.lacks_evidence

    assert lacks() == 0
    review(evidence, officer)
    assert lacks() == 1
    review(evidence, officer, ReviewState.ACCEPTED, "")
    assert lacks() == 0


@pytest.mark.django_db
def test_nobody_reviews_her_own_upload(evidence_store):
    officer = UserFactory()
    evidence = handed_in(MeetingFactory(), by=officer)

    with pytest.raises(CannotReviewEvidence, match="自己上传的材料须由他人审核"):
        review(evidence, officer, ReviewState.ACCEPTED, "")

    evidence.refresh_from_db()
    assert evidence.review == ""


@pytest.mark.django_db
def test_review_refuses_what_makes_no_sense(evidence_store):
    officer = UserFactory()
    evidence, of_problem = handed_in(MeetingFactory()), handed_in(ProblemFactory())

    with pytest.raises(CannotReviewEvidence, match="请写明原因"):
        review(evidence, officer, note=" ")
    with pytest.raises(CannotReviewEvidence, match="只审核会议的材料"):
        review(of_problem, officer)
    review(evidence, officer)
    with pytest.raises(CannotReviewEvidence, match="已是这一审核结果"):
        review(evidence, officer)
    cancel_evidence(evidence_id=evidence.pk, because="传错", by=officer, at=NOON)
    with pytest.raises(CannotReviewEvidence, match="已作废"):
        review(evidence, officer, ReviewState.ACCEPTED, "")


@pytest.mark.django_db
def test_file_is_on_the_disk_before_its_row_is_written(evidence_store, monkeypatch):
    synced = []
    real = os.fsync

    def noting(descriptor):
        name = os.readlink(f"/proc/self/fd/{descriptor}")
        synced.append((name, Evidence.objects.count()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    (kept,) = add_evidence(
        target=MeetingFactory(),
        by=None,
        at=NOON,
        uploads=[Upload(SimpleUploadedFile("a.pdf", b"%PDF-1.4"))],
    )

    path = evidence_store / kept.file.name
    assert synced == [(str(path), 0), (str(path.parent), 0)]
