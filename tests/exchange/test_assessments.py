import hashlib
import zipfile
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from python_calamine import CalamineWorkbook

from reports.actions.evidence import Reference, Upload, add_evidence
from reports.actions.jobs import ask_job, take_job, work_job
from reports.domain.access import Role
from reports.exchange.assessment_pack import AssessmentOrder, pack
from reports.exchange.assessments import (
    Complaint,
    items_workbook,
    read_table,
    volume_docx,
)
from reports.exchange.sheets import workbook
from reports.exchange.workbooks import CannotRead
from reports.models import Evidence, Job
from reports.models.choices import EvidenceKind, JobKind, JobState
from reports.selectors.assessments import volume_of
from tests.factories import (
    NOON,
    AssessmentFactory,
    AssessmentItemFactory,
    ItemProofFactory,
    MeetingFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db

HEADS = ["编号", "类别", "考核内容", "分值"]


def table(*rows):
    return workbook([HEADS, *rows], sheet="考核表")


def read(content, assessment=None):
    return read_table(
        content, file_name="考核表.xlsx", assessment=assessment or AssessmentFactory()
    )


# --- in -------------------------------------------------------------------------------------------


def test_every_row_of_a_table_is_read_with_its_outcome():
    item = AssessmentItemFactory(number="1", heading="组织领导", text="旧内容")
    same = AssessmentItemFactory(assessment=item.assessment, number="2", heading="类", text="同")
    content = table(
        ["1", "组织领导", "新内容", 5], ["2", "类", same.text, None], ["3", "", "增加", 2.5]
    )

    found = read(content, item.assessment)

    assert [(line.number, line.state, line.points) for line in found.lines] == [
        (2, "changed", "5"),
        (3, "unchanged", ""),
        (4, "new", "2.5"),
    ]
    assert (found.ok, found.sheet, found.points) == (True, "考核表", "7.5")


def test_faults_are_told_with_the_address_of_their_cell_and_hold_up_the_table():
    found = read(table(["1", "类", "内容", "五分"], ["1", "类", "", 2], ["2", "类", "好", 1]))

    assert [line.complaints for line in found.lines] == [
        [Complaint("D2", "分值应是不小于0的数字，最多两位小数。")],
        [Complaint("C3", "请填写考核内容。"), Complaint("A3", "编号与第2行重复。")],
        [],
    ]
    assert (found.ok, found.refusing) == (False, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            workbook([["甲", "乙"], ["1", "2"]], sheet="表"),
            "前10行没有找到表头：至少要有“编号”和“考核内容”两列。",
        ),
        (workbook([HEADS], sheet="表"), "表头下面没有内容。"),
        (
            workbook([HEADS, *([str(n), "", "内容", 1] for n in range(501))], sheet="表"),
            "一次最多导入500项。",
        ),
        (b"", "文件是空的。"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content, sentence):
    with pytest.raises(CannotRead) as refusal:
        read(content)

    assert refusal.value.reasons == [sentence]


def test_the_table_of_findings_can_be_read_again_and_changes_nothing():
    item = AssessmentItemFactory(
        number="1.1",
        heading="组织领导",
        points=Decimal("2.50"),
        finding="met",
        own_points=Decimal(2),
        basis="有记录",
    )
    content = items_workbook(volume_of(item.assessment))

    found = read(content, item.assessment)

    assert [line.state for line in found.lines] == ["unchanged"]
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [
        ["编号", "类别", "考核内容", "分值", "自评结论", "自评分", "自评依据", "佐证", "待补"],
        ["1.1", "组织领导", item.text, 2.5, "达到", 2.0, "有记录", "", "无佐证"],
    ]


# --- out ------------------------------------------------------------------------------------------


def test_the_volume_as_a_document():
    item = AssessmentItemFactory(
        assessment__title="法治考核",
        assessment__basis="考核通知",
        number="1.1",
        heading="组织领导",
        text="专题研究",
        points=Decimal(5),
        finding="partly",
        own_points=Decimal(3),
        basis="研究三次",
    )
    unit = item.assessment.unit
    meeting = MeetingFactory(unit=unit, title="党委会")
    ItemProofFactory(item=item, meeting=meeting)

    made = Document(BytesIO(volume_docx(volume_of(item.assessment), at=NOON)))

    lines = [p.text.strip() for p in made.paragraphs if p.text.strip()]
    day = f"2026年{meeting.held_on.month}月{meeting.held_on.day}日"
    assert lines == [
        "法治考核",
        "迎检卷",
        "考核通知",
        unit.name,
        "2026年度",
        "目录",
        "1.1　专题研究",
        "自评表",
        "一、组织领导",
        "1.1　专题研究",
        "自评：部分达到，自评3分（分值5分）",
        "依据：研究三次",
        f"佐证：1．会议：党委会（{day}，{unit.label}）",
    ]
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["编号", "考核内容", "分值", "自评", "自评分"],
        ["1.1", "专题研究", "5", "部分达到", "3"],
        ["", "合计", "5", "", "3"],
    ]


PDF = b"%PDF-1.7\n"


@pytest.fixture
def store(evidence_store, monkeypatch):
    storage = FileSystemStorage(location=evidence_store, base_url=None)
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)
    return evidence_store


@pytest.fixture
def proved(store):
    """Two items rest on the same meeting, one on another without evidence; one on nothing."""
    item = AssessmentItemFactory(number="1.1", text="专题研究")
    unit = item.assessment.unit
    other = AssessmentItemFactory(assessment=item.assessment, number="1.2", text="第一责任人")
    AssessmentItemFactory(assessment=item.assessment, number="1.3", text="述法")
    meeting = MeetingFactory(unit=unit, title="党委会")
    bare = MeetingFactory(unit=unit, title="局务会")
    file = SimpleUploadedFile("纪要.pdf", PDF + b"minutes")
    reference = Reference("会议记录", "党委办", number="〔2026〕3号")
    add_evidence(
        target=meeting,
        uploads=[Upload(file, EvidenceKind.MINUTES)],
        references=[reference],
        by=None,
        at=NOON,
    )
    for target, record in ((item, meeting), (other, meeting), (other, bare)):
        ItemProofFactory(item=target, meeting=record)
    return item.assessment


def packed(assessment, user, *, references=True):
    order = AssessmentOrder(assessment.pk, assessment.unit_id, assessment.year, references, "迎检")
    ask_job(kind=JobKind.PACK_EVIDENCE, arguments=order.arguments(), by=user, at=NOON)
    return work_job(
        job=take_job(at=NOON),
        today=NOON.date(),
        clock=lambda: NOON,
        more={JobKind.PACK_EVIDENCE: pack},
    )


def index_of(job):
    with job.file.open("rb") as made, zipfile.ZipFile(made) as archive:
        book = CalamineWorkbook.from_filelike(BytesIO(archive.read("index.xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    return [(row[0], row[5], row[7], row[10]) for row in rows[1:]]


def test_a_pack_has_a_folder_for_each_item_and_every_file_once(proved):
    job = packed(proved, member(Role.LEGAL_OFFICER, proved.unit))

    minutes = "001-1.1-专题研究/01-党委会/01-会议记录.pdf"
    with job.file.open("rb") as made, zipfile.ZipFile(made) as archive:
        names, sums = archive.namelist(), archive.read("SHA256SUMS.txt").decode()
        content = archive.read(minutes)
    assert (job.state, job.message) == (
        JobState.DONE.value,
        "共收入1个文件（16\xa0字节），登记索引2条；1项没有佐证。",
    )
    assert names == [minutes, "迎检卷.docx", "index.html", "index.xlsx", "SHA256SUMS.txt"]
    assert content == PDF + b"minutes"
    assert sums.splitlines()[0] == f"{hashlib.sha256(content).hexdigest()}  {minutes}"
    kept = "〔2026〕3号，保管：党委办"
    assert index_of(job) == [
        ("1.1", "党委会", minutes, ""),
        ("1.1", "党委会", "", kept),
        ("1.2", "党委会", minutes, ""),
        ("1.2", "党委会", "", kept),
        ("1.2", "局务会", "", "没有材料"),
        ("1.3", "", "", "未自评、无佐证"),
    ]


def test_references_stay_out_where_they_are_not_asked_for(proved):
    job = packed(proved, member(Role.LEGAL_OFFICER, proved.unit), references=False)

    assert [line[3] for line in index_of(job)] == ["", "", "没有材料", "未自评、无佐证"]


def test_a_file_that_is_not_what_was_kept_is_left_out_and_named(proved, store):
    kept = Evidence.objects.exclude(file="").get()
    (store / kept.file.name).write_bytes(b"other")

    job = packed(proved, member(Role.LEGAL_OFFICER, proved.unit))

    path = "001-1.1-专题研究/01-党委会/01-会议记录.pdf"
    assert job.message == (
        "共收入0个文件（0\xa0字节），登记索引2条；1项没有佐证。"
        f"未能收入：{path}（与存入时的校验值不符）。"
    )


def test_who_may_no_longer_read_the_volume_gets_none(proved):
    job = packed(proved, member(Role.CLERK, UnitFactory(parent=proved.unit, ledger_from=None)))

    assert (job.state, job.message) == (
        JobState.FAILED.value,
        "未能完成：发起人已无权查看该迎检卷。",
    )
