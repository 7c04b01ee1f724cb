"""What lies in a pack, who gets it, and what it costs."""

import hashlib
import subprocess
import sys
import zipfile
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from reports.actions.evidence import (
    Reference,
    Upload,
    add_evidence,
    cancel_evidence,
    review_evidence,
)
from reports.actions.jobs import ask_job, take_job, work_job
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.actions.units import move_unit
from reports.actions.waivers import grant_waiver, keep_signed_sheet
from reports.domain.access import Role
from reports.exchange.evidence_pack import PackOrder, pack_evidence, safe_name
from reports.models import Due, Job, Membership
from reports.models.choices import EvidenceKind, JobKind, JobState, OwedBy, ReviewState, Visibility
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleSetFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    member,
)

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 6, 10)
PDF, PNG = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
EVERYTHING = tuple(kind.value for kind in EvidenceKind)


@pytest.fixture
def store(evidence_store, monkeypatch):
    storage = FileSystemStorage(location=evidence_store, base_url=None)
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)
    return evidence_store


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局", parent=CityFactory())


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", ledger_from=None)


@pytest.fixture
def rules(bureau):
    """Two monthly schedules of the stations; the first asks for minutes and a sign-in sheet."""
    of = ScheduleSetFactory(unit=bureau)
    found = [
        ScheduleVersionFactory(
            schedule__set=of,
            schedule__name=name,
            schedule__position=place,
            owed_by=OwedBy.KINDS.value,
            owing_kinds=[UnitKindFactory(code="station")],
            expected_evidence=expected,
        )
        for place, (name, expected) in enumerate(
            [("法制学习", ["minutes", "sign_in"]), ("案件/评析", [])]
        )
    ]
    plan_dues(today=TODAY, year=2026)
    return found


def due(unit, rule, month):
    return Due.objects.get(unit=unit, schedule=rule.schedule, period_first=date(2026, month, 1))


def hold(unit, day, *dues, title="例会", **kwargs):
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title=title,
        held_on=day,
        due_ids=tuple(each.pk for each in dues),
        **kwargs,
    )
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def keep(target, name, content, kind=EvidenceKind.MINUTES, **kwargs):
    upload = Upload(SimpleUploadedFile(name, content), kind, **kwargs)
    (evidence,) = add_evidence(target=target, uploads=[upload], by=None, at=NOON)
    return evidence


def pack(user, unit, *, kinds=EVERYTHING, references=True, year=2026):
    order = PackOrder(unit.pk, year, tuple(kinds), references, "年度考核")
    ask_job(kind=JobKind.PACK_EVIDENCE, arguments=order.arguments(), by=user, at=NOON)
    return work_job(
        job=take_job(at=NOON),
        today=TODAY,
        clock=lambda: NOON + timedelta(minutes=3),
        more={JobKind.PACK_EVIDENCE: pack_evidence},
    )


def opened(job):
    with job.file.storage.open(job.file.name) as kept:
        return zipfile.ZipFile(BytesIO(kept.read()))


INDEX = ["index.html", "index.xlsx", "SHA256SUMS.txt"]


def files_of(job):
    return [name for name in opened(job).namelist() if name not in INDEX]


def sheet(job, name):
    first, *rows = cells_of(job, name)
    return [dict(zip(first, row, strict=True)) for row in rows]


def cells_of(job, name):
    book = CalamineWorkbook.from_filelike(BytesIO(opened(job).read("index.xlsx")))
    return book.get_sheet_by_name(name).to_python()


# --- what lies in it ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_files_lie_in_numbered_folders_by_schedule_and_meeting(store, station, rules):
    study, review = rules
    march = hold(station, date(2026, 3, 18), due(station, study, 3), title="3月学习")
    keep(march, "签到.png", PNG, EvidenceKind.SIGN_IN)
    keep(march, "纪要.pdf", PDF)
    april = hold(station, date(2026, 4, 2), due(station, review, 4), title="4月评析")
    keep(april, "纪要.pdf", PDF)
    loose = hold(station, date(2026, 5, 6), title="临时会")
    keep(loose, "照片.png", PNG, EvidenceKind.PHOTO)
    keep(hold(station, date(2025, 5, 6), title="去年的"), "照片.png", PNG)

    job = pack(member(Role.CLERK, station), station)

    assert job.state == JobState.DONE
    assert opened(job).namelist() == [
        "01-法制学习/2026-03-18-3月学习/01-会议记录.pdf",
        "01-法制学习/2026-03-18-3月学习/02-签到表.png",
        "02-案件 评析/2026-04-02-4月评析/01-会议记录.pdf",
        "03-其他会议/2026-05-06-临时会/01-照片.png",
        *INDEX,
    ]
    assert job.message == "共收入4个文件（74\xa0字节），登记索引0条；0次会议缺少材料。"


@pytest.mark.django_db
def test_index_says_of_each_file_what_it_is(store, station, rules):
    meeting = hold(station, date(2026, 3, 18), due(station, rules[0], 3), title="3月学习")
    keep(meeting, "纪要.pdf", PDF, visibility=Visibility.PUBLIC)
    reference = Reference(
        "签到表", "档案室", number="〔2026〕3号", item="第2项", kind=EvidenceKind.SIGN_IN
    )
    add_evidence(target=meeting, references=[reference], by=None, at=NOON)

    job = pack(member(Role.CLERK, station), station)

    first, second = sheet(job, "目录")
    assert {name: value for name, value in first.items() if value != ""} == {
        "序号": 1,
        "制度": "法制学习",
        "周期": "3月（3月1日—31日）",
        "单位": "一所",
        "会议": "3月学习",
        "召开日": date(2026, 3, 18),
        "录入日": TODAY,
        "文件": "01-法制学习/2026-03-18-3月学习/01-会议记录.pdf",
        "种类": "会议记录",
        "名称": "纪要",
        "大小（字节）": len(PDF),
        "SHA-256": hashlib.sha256(PDF).hexdigest(),
        "公开属性": "公开",
    }
    assert (second["文件"], second["索引"]) == ("", "〔2026〕3号，第2项，保管：档案室")
    page = opened(job).read("index.html").decode()
    assert "01-%E6%B3%95%E5%88%B6%E5%AD%A6%E4%B9%A0/2026-03-18-3%E6%9C%88" in page
    assert hashlib.sha256(PDF).hexdigest() in page
    assert "〔2026〕3号，第2项，保管：档案室" in page
    assert "src=" not in page


@pytest.mark.django_db
def test_who_packed_it_and_why_stands_in_the_index(store, station, rules):
    clerk = member(Role.CLERK, station)
    clerk.first_name = "王某"
    clerk.save()

    job = pack(clerk, station)

    told = dict(cells_of(job, "说明"))
    assert len(told.pop("校验码（SHA-256）")) == 64
    assert told == {
        "单位": "一所",
        "年度": 2026,
        "材料种类": "会议记录、签到表、会议通知、照片、其他材料、签批件",
        "索引": "包含",
        "用途": "年度考核",
        "打包人": "王某",
        "申请时间": datetime.fromisoformat("2026-06-10T12:00"),
        "打包时间": datetime.fromisoformat("2026-06-10T12:00"),
        "未能收入": "无",
    }
    assert "王某" in opened(job).read("index.html").decode()


@pytest.mark.django_db
def test_sums_are_those_of_everything_else_in_the_pack(store, station, rules):
    keep(hold(station, date(2026, 3, 18)), "纪要.pdf", PDF)

    job = pack(member(Role.CLERK, station), station)

    archive = opened(job)
    lines = archive.read("SHA256SUMS.txt").decode().splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    assert sums == {
        name: hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
        if name != "SHA256SUMS.txt"
    }
    assert archive.testzip() is None


@pytest.mark.django_db
def test_what_is_compressed_already_is_only_stored(store, station, rules):
    meeting = hold(station, date(2026, 3, 18))
    keep(meeting, "纪要.pdf", PDF)
    keep(meeting, "说明.txt", "会议纪要".encode(), EvidenceKind.MATERIAL)

    archive = opened(pack(member(Role.CLERK, station), station))

    kinds = {Path(i.filename).name: i.compress_type for i in archive.infolist()}
    assert kinds["01-会议记录.pdf"] == zipfile.ZIP_STORED
    assert kinds["02-其他材料.txt"] == kinds["index.html"] == zipfile.ZIP_DEFLATED


@pytest.mark.django_db
def test_a_meeting_of_two_schedules_is_packed_once(store, station, rules):
    both = [due(station, rule, 3) for rule in rules]
    keep(hold(station, date(2026, 3, 18), *both, title="3月学习"), "纪要.pdf", PDF)

    job = pack(member(Role.CLERK, station), station)

    assert files_of(job) == ["01-法制学习/2026-03-18-3月学习/01-会议记录.pdf"]
    assert [(r["制度"], r["文件"] != "", r["说明"]) for r in sheet(job, "目录")] == [
        ("法制学习", True, ""),
        ("案件/评析", False, "与序号1是同一次会议，材料见该处"),
    ]


@pytest.mark.django_db
def test_a_joint_session_is_named_and_stays_in_the_pack_of_its_unit(store, station, bureau, rules):
    joint = hold(
        bureau,
        date(2026, 3, 18),
        due(station, rules[0], 3),
        title="全局学习",
        attending_unit_ids=(station.pk,),
    )
    keep(joint, "纪要.pdf", PDF)

    of_station = pack(member(Role.CLERK, station), station)
    of_bureau = pack(member(Role.LEGAL_OFFICER, bureau), bureau)

    assert files_of(of_station) == []
    (row,) = sheet(of_station, "目录")
    assert (row["会议"], row["说明"]) == (
        "全局学习",
        "由东城分局统一召开，材料在该单位的材料包中",
    )
    assert sheet(of_station, "缺少的材料") == []
    assert files_of(of_bureau) == ["01-法制学习/2026-03-18-全局学习/01-会议记录.pdf"]
    assert [r["缺少的材料"] for r in sheet(of_bureau, "缺少的材料")] == ["签到表"]


@pytest.mark.django_db
def test_units_below_have_their_name_in_the_folder(store, station, bureau, rules):
    for number in (1, 2):
        meeting = hold(station, date(2026, 3, 18), title="学习")
        keep(meeting, f"{number}.pdf", PDF)

    job = pack(member(Role.LEGAL_OFFICER, bureau), bureau)

    assert files_of(job) == [
        "01-其他会议/2026-03-18-一所-学习/01-会议记录.pdf",
        "01-其他会议/2026-03-18-一所-学习-2/01-会议记录.pdf",
    ]


@pytest.mark.django_db
def test_what_proves_nothing_stays_out_and_is_lacking(store, station, rules):
    officer = member(Role.LEGAL_OFFICER, station.bureau)
    meeting = hold(station, date(2026, 3, 18), due(station, rules[0], 3), title="3月学习")
    cancelled, returned = keep(meeting, "一.pdf", PDF), keep(meeting, "二.pdf", PDF)
    accepted = keep(meeting, "签到.png", PNG, EvidenceKind.SIGN_IN)
    cancel_evidence(evidence_id=cancelled.pk, because="传错", by=officer, at=NOON)
    for evidence, state in ((returned, "returned"), (accepted, "accepted")):
        review_evidence(
            evidence_id=evidence.pk, state=ReviewState(state), note="看过", by=officer, at=NOON
        )

    job = pack(officer, station)

    assert [r["说明"] for r in sheet(job, "目录")] == ["已审核"]
    assert files_of(job) == ["01-法制学习/2026-03-18-3月学习/01-签到表.png"]
    assert [(r["会议"], r["缺少的材料"]) for r in sheet(job, "缺少的材料")] == [
        ("3月学习", "会议记录")
    ]
    assert job.message.endswith("1次会议缺少材料。")


@pytest.mark.django_db
def test_kinds_and_references_are_those_asked_for(store, station, rules):
    meeting = hold(station, date(2026, 3, 18), due(station, rules[0], 3), title="3月学习")
    keep(meeting, "照片.png", PNG, EvidenceKind.PHOTO)
    add_evidence(target=meeting, references=[Reference("记录", "档案室")], by=None, at=NOON)
    clerk = member(Role.CLERK, station)

    photos = pack(clerk, station, kinds=["photo"])
    minutes = pack(clerk, station, kinds=["minutes", "sign_in"], references=False)

    assert files_of(photos) == ["01-法制学习/2026-03-18-3月学习/01-照片.png"]
    assert sheet(photos, "缺少的材料") == []
    assert files_of(minutes) == []
    assert [r["名称"] for r in sheet(minutes, "目录")] == [""]
    # That the minutes are in a safe is known, whether or not the index lists it.
    assert [r["缺少的材料"] for r in sheet(minutes, "缺少的材料")] == ["签到表"]


@pytest.mark.django_db
def test_the_signed_sheet_of_a_waiver_lies_under_its_schedule(store, station, rules):
    waiver = grant_waiver(
        due_id=due(station, rules[0], 3).pk,
        reason="安保",
        granted_on=date(2026, 3, 2),
        by=UserFactory(),
        at=NOON,
        today=TODAY,
        signer=PersonFactory(unit=station),
        from_paper=True,
    )
    keep(waiver, "批件.pdf", PDF, EvidenceKind.DECISION)

    job = pack(member(Role.CLERK, station), station)

    assert files_of(job) == ["01-法制学习/2026-03-02-经批准免开/01-签批件.pdf"]


@pytest.mark.django_db
def test_a_sheet_signed_for_two_units_is_in_the_pack_of_both(store, station, bureau, rules):
    second = UnitFactory(parent=bureau, name="二所", ledger_from=None)
    plan_dues(today=TODAY, year=2026)
    signed = {"signer": PersonFactory(unit=bureau), "from_paper": True, "reason": "安保"}
    common = {"granted_on": date(2026, 3, 2), "by": UserFactory(), "at": NOON, "today": TODAY}
    waivers = [
        grant_waiver(due_id=due(unit, rules[0], 3).pk, **signed, **common)
        for unit in (station, second)
    ]
    sheet = Upload(SimpleUploadedFile("批件.pdf", PDF), EvidenceKind.DECISION)
    keep_signed_sheet(waivers, sheet, by=None, at=NOON)
    legal = member(Role.LEGAL_OFFICER, bureau)

    packed = [files_of(pack(legal, unit)) for unit in (station, second)]

    assert packed == [["01-法制学习/2026-03-02-经批准免开/01-签批件.pdf"]] * 2
    # Who reads the second unit alone does not read what is kept with the first.
    assert files_of(pack(member(Role.CLERK, second), second)) == []


# --- what is wrong with a file ------------------------------------------------------------------


@pytest.mark.django_db
def test_missing_and_altered_files_are_named_and_the_rest_is_packed(store, station, rules):
    meeting = hold(station, date(2026, 3, 18), title="学习")
    gone, altered, good = (keep(meeting, f"{n}.pdf", PDF + b"%d" % n) for n in range(3))
    (store / gone.file.name).unlink()
    (store / altered.file.name).write_bytes(PDF + b"x")

    job = pack(member(Role.CLERK, station), station)

    folder = "01-其他会议/2026-03-18-学习"
    assert job.state == JobState.DONE
    assert job.message == (
        f"共收入1个文件（{len(PDF) + 1}\xa0字节），登记索引0条；0次会议缺少材料。"
        f"2个文件未能收入：{folder}/01-会议记录.pdf（文件缺失）、"
        f"{folder}/02-会议记录.pdf（与存入时的校验值不符）。"
    )
    assert files_of(job) == [f"{folder}/03-会议记录.pdf"]
    assert [(r["SHA-256"], r["说明"]) for r in sheet(job, "目录")] == [
        (gone.sha256, "文件缺失"),
        (altered.sha256, "与存入时的校验值不符"),
        (good.sha256, ""),
    ]
    assert "与存入时的校验值不符" in opened(job).read("index.html").decode()


@pytest.mark.django_db
def test_names_never_lead_out_of_the_folder(store, station, rules):
    title = '..\\../会:议*"<b>\u202egpj'
    keep(hold(station, date(2026, 3, 18), title=title), "纪要.pdf", PDF)

    job = pack(member(Role.CLERK, station), station)

    assert files_of(job) == ["01-其他会议/2026-03-18-会 议 b gpj/01-会议记录.pdf"]
    assert "<b>" not in opened(job).read("index.html").decode()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("3月 学习", "3月 学习"),
        ("a/b\\c:d*e?f", "a b c d e f"),
        (" ..", "-"),
        ("结尾的点. ", "结尾的点"),
        ("长" * 50, "长" * 40),
        ("\u202e反向", "反向"),
    ],
)
def test_names_are_safe_everywhere(text, name):
    assert safe_name(text, 40) == name


# --- who gets it --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_pack_has_what_who_asked_may_read_when_it_is_made(store, station, bureau, rules):
    clerk = member(Role.CLERK, station)
    order = PackOrder(station.pk, 2026, EVERYTHING, True, "年度考核")
    ask_job(kind=JobKind.PACK_EVIDENCE, arguments=order.arguments(), by=clerk, at=NOON)
    Membership.objects.filter(user=clerk).update(last_day=TODAY - timedelta(days=1))

    job = work_job(
        job=take_job(at=NOON),
        today=TODAY,
        clock=lambda: NOON,
        more={JobKind.PACK_EVIDENCE: pack_evidence},
    )

    assert (job.state, job.message) == (
        JobState.FAILED,
        "未能完成：发起人已无权查看该单位。",
    )
    assert not job.file


@pytest.mark.django_db
def test_a_login_that_was_closed_packs_nothing(store, station):
    clerk = member(Role.CLERK, station)
    clerk.is_active = False
    clerk.save()

    assert pack(clerk, station).message == "未能完成：发起人的账号已停用。"


@pytest.mark.django_db
def test_a_city_is_packed_bureau_by_bureau(store, bureau):
    supervisor = member(Role.SUPERVISOR, bureau.parent)

    assert pack(supervisor, bureau.parent).message == "未能完成：请逐个分局打包。"
    assert pack(supervisor, bureau).state == JobState.DONE


@pytest.mark.django_db
def test_other_units_are_not_in_it(store, station, bureau, rules):
    keep(hold(UnitFactory(parent=bureau), date(2026, 3, 18)), "别的.pdf", PDF)
    keep(hold(UnitFactory(), date(2026, 3, 18)), "别的.pdf", PDF)

    assert files_of(pack(member(Role.LEGAL_OFFICER, bureau), station)) == []


@pytest.mark.django_db
def test_what_a_unit_did_in_another_bureau_stays_with_that_bureau(store, station, bureau, rules):
    keep(hold(station, date(2026, 3, 18), due(station, rules[0], 3)), "旧局.pdf", PDF)
    grown = BureauFactory(parent=bureau.parent)
    move_unit(unit=station, parent=grown, on=date(2026, 6, 5), by=None, at=NOON, today=TODAY)
    station.refresh_from_db()

    assert files_of(pack(member(Role.LEGAL_OFFICER, grown), station)) == []
    assert sheet(pack(member(Role.LEGAL_OFFICER, grown), station), "目录") == []


@pytest.mark.django_db
def test_a_worker_that_must_stop_leaves_no_half_pack(store, station, rules):
    keep(hold(station, date(2026, 3, 18)), "纪要.pdf", PDF)
    order = PackOrder(station.pk, 2026, EVERYTHING, True, "年度考核")
    clerk = member(Role.CLERK, station)
    ask_job(kind=JobKind.PACK_EVIDENCE, arguments=order.arguments(), by=clerk, at=NOON)

    job = work_job(
        job=take_job(at=NOON),
        today=TODAY,
        clock=lambda: NOON,
        keep_going=lambda: False,
        more={JobKind.PACK_EVIDENCE: pack_evidence},
    )

    assert (job.state, str(job.file)) == (JobState.WAITING, "")
    assert list((store / "packs").iterdir()) == []


# --- what it costs ------------------------------------------------------------------------------


def test_three_hundred_mebibytes_need_less_than_a_hundred_of_memory(tmp_path):
    folder = tmp_path / "var"
    done = subprocess.run(
        [sys.executable, "-m", "tests.exchange.pack_in_process", str(folder), "300"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    before, after, _seconds = done.stdout.split()
    assert (folder / "pack.zip").stat().st_size > 300 * 1024 * 1024
    assert int(after) - int(before) < 100 * 1024


@pytest.mark.django_db
def test_as_much_is_read_for_three_meetings_as_for_one(store, station, rules):
    clerk = member(Role.CLERK, station)

    def read():
        with CaptureQueriesContext(connection) as context:
            pack(clerk, station)
        return sum(query["sql"].startswith("SELECT") for query in context.captured_queries)

    keep(hold(station, date(2026, 3, 18), due(station, rules[0], 3)), "纪要.pdf", PDF)
    for_one = read()
    for month in (4, 5):
        keep(hold(station, date(2026, month, 8), due(station, rules[0], month)), "纪要.pdf", PDF)
    # Progress is written whenever a hundredth is done; rows may come through a cursor.
    assert (for_one, read()) == (for_one, for_one)
    assert for_one in {14, 15}
