import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.evidence import Upload, add_evidence
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.models import Due, Job
from reports.models.choices import EvidenceKind, JobKind, OwedBy
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    EvidenceFactory,
    JobFactory,
    MeetingKindFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

TODAY = date(2026, 6, 10)
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


# --- a page of its own --------------------------------------------------------------------------


@pytest.fixture
def enter(client):
    def log_in(user):
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def rule(station):
    """Every station meets monthly and shows minutes and a sign-in sheet."""
    version = ScheduleVersionFactory(
        schedule__set__unit=station.bureau,
        schedule__name="每月例会",
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
        expected_evidence=["minutes", "sign_in"],
    )
    plan_dues(today=TODAY, year=2026)
    return version


def hold(unit, day=TODAY, *, month=6, title="例会"):
    due = Due.objects.get(unit=unit, period_first=date(2026, month, 1))
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title=title,
        held_on=day,
        due_ids=(due.pk,),
    )
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def hand_in(meeting, kind, by=None, name="文件.png", content=PNG):
    upload = Upload(SimpleUploadedFile(name, content), kind)
    (evidence,) = add_evidence(target=meeting, uploads=[upload], by=by, at=NOON)
    return evidence


def page_of(name, *arguments):
    return reverse(f"reports:{name}", args=arguments)


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("照片.png", PNG, '<img src="{url}" alt="{title}">'),
        ("纪要.pdf", b"%PDF-1.7\n", '<object class="paper" type="application/pdf"'),
        ("说明.txt", b"text", "这种文件不能在页面内显示，请下载后查看。"),
    ],
)
def test_a_file_is_shown_within_the_page_where_that_is_safe(clerk, problem, name, content, shown):
    evidence = keep(problem, name, content)

    page = clerk.get(page_of("evidence-view", evidence.pk)).content.decode()

    assert shown.format(url=evidence.get_absolute_url(), title=evidence.title) in page
    assert evidence.sha256 in page
    assert f'download="{name}"' in page


def test_the_page_of_a_reference_says_where_it_is(clerk, station):
    evidence = EvidenceFactory(unit=station, reference_number="〔2026〕3号")

    page = clerk.get(page_of("evidence-view", evidence.pk)).content.decode()

    assert "文件没有上传，只登记了索引。" in page
    assert "〔2026〕3号" in page
    assert f'"{page_of("evidence-file", evidence.pk)}"' not in page


def test_a_browser_without_a_pdf_viewer_is_led_to_the_file(clerk, station, rule):
    evidence = hand_in(hold(station), EvidenceKind.MINUTES, name="纪要.pdf", content=b"%PDF-1.7\n")

    page = clerk.get(page_of("evidence-view", evidence.pk)).content.decode()

    instead = page.partition("<object")[2].partition("</object>")[0]
    address = page_of("evidence-file", evidence.pk)
    assert "请点“打开”单独查看" in instead
    assert re.findall(r'<a class="[^"]+" href="([^"]+)"(?: download="([^"]+)")?>', instead) == [
        (address, ""),
        (address, "纪要.pdf"),
    ]
    file = clerk.get(address)
    file.close()
    assert file["Content-Disposition"].startswith("inline")


def test_the_page_tells_what_was_done_to_it(enter, station, rule):
    evidence = hand_in(hold(station), EvidenceKind.MINUTES)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))
    officer.post(page_of("evidence-review", evidence.pk), {"state": "returned", "note": "缺页"})

    page = officer.get(page_of("evidence-view", evidence.pk))

    changed = {change.field: (change.before, change.after) for change in page.context["changes"]}
    assert changed["审核"] == ("", "已退回")
    assert changed["审核意见"] == ("", "缺页")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_evidence_takes_as_many_queries(
    enter, station, rule, rows, django_assert_num_queries
):
    months = range(1, rows + 1)
    held = [hold(station, date(2026, month, 5), month=month) for month in months]
    evidence, *_others = [hand_in(meeting, EvidenceKind.PHOTO) for meeting in held]
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))
    officer.get(page_of("evidence-view", evidence.pk))

    with django_assert_num_queries(8):
        response = officer.get(page_of("evidence-view", evidence.pk))

    assert len(response.context["elsewhere"]) == rows - 1


# --- the meeting page ---------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_meeting_page_takes_as_many_queries_whatever_it_shows(
    enter, station, rule, rows, django_assert_num_queries
):
    meeting = hold(station)
    for month in range(1, rows + 1):
        hand_in(meeting, EvidenceKind.PHOTO)
        hand_in(hold(station, date(2026, month, 5), month=month), EvidenceKind.PHOTO)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))
    officer.get(meeting.get_absolute_url())

    # One more than for anybody else: where the same files are used.
    with django_assert_num_queries(11):
        response = officer.get(meeting.get_absolute_url())

    assert [len(each.elsewhere) for each in response.context["evidence"]] == [rows] * rows


def test_the_meeting_page_says_what_is_there_and_what_is_lacking(enter, station, rule):
    meeting = hold(station)
    paper = hand_in(meeting, EvidenceKind.MINUTES, name="纪要.pdf", content=b"%PDF-1.7\n")
    picture = hand_in(meeting, EvidenceKind.PHOTO)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))

    response = officer.get(meeting.get_absolute_url())

    checklist = response.context["checklist"]
    assert [(line.label, line.is_lacking) for line in checklist] == [
        ("会议记录", False),
        ("签到表", True),
        ("照片", False),
    ]
    page = response.content.decode()
    assert f'<img src="{picture.get_absolute_url()}"' in page
    assert f'<code class="sha" title="{paper.sha256}">{paper.sha256}</code>' in page
    assert page_of("evidence-review", paper.pk) in page


def test_only_who_reviews_is_told_of_the_same_file_elsewhere(enter, station, rule):
    meeting, other = hold(station), hold(station, date(2026, 5, 6), month=5, title="五月例会")
    evidence = hand_in(meeting, EvidenceKind.PHOTO)
    hand_in(other, EvidenceKind.PHOTO)
    pages = (meeting.get_absolute_url(), page_of("evidence-view", evidence.pk))

    def told(user):
        client = enter(user)
        return ["同一文件还用于 1 次会议" in client.get(page).content.decode() for page in pages]

    officer = member(Role.LEGAL_OFFICER, station.bureau)
    assert told(officer) == [True, True]
    assert told(member(Role.CLERK, station)) == [False, False]
    assert told(member(Role.INSPECTOR, station.bureau)) == [False, False]
    review = enter(officer).get(page_of("evidence-review", evidence.pk))
    assert review.context["elsewhere"] == [other]


# --- review -------------------------------------------------------------------------------------


def test_returning_takes_the_evidence_from_the_due_and_tells_the_unit(enter, station, rule):
    meeting = hold(station)
    evidence = hand_in(meeting, EvidenceKind.MINUTES)
    hand_in(meeting, EvidenceKind.SIGN_IN)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))

    answer = officer.post(
        page_of("evidence-review", evidence.pk), {"state": "returned", "note": "没有签名"}
    )

    assert answer["Location"] == meeting.get_absolute_url()
    assert meeting.discharges.get().due.lacks_evidence == 1
    page = enter(member(Role.CLERK, station)).get("/todo/").content.decode()
    assert "没有签名" in page
    assert f"{page_of('evidence-add', 'meeting', meeting.pk)}?kind=minutes" in page


def test_returning_without_a_reason_is_said_at_the_field_and_nothing_is_lost(enter, station, rule):
    evidence = hand_in(hold(station), EvidenceKind.MINUTES)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))

    response = officer.post(page_of("evidence-review", evidence.pk), {"state": "returned"})

    form = response.context["form"]
    assert form.errors == {"note": ["退回材料请写明原因，便于重新提交。"]}
    assert form["state"].value() == "returned"
    assert 'name="csrfmiddlewaretoken"' in response.content.decode().split("<main", 1)[1]
    evidence.refresh_from_db()
    assert evidence.review == ""


def test_a_refusal_of_the_action_is_shown(enter, station, rule):
    evidence = hand_in(hold(station), EvidenceKind.MINUTES)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))
    said = {"state": "accepted", "note": ""}
    officer.post(page_of("evidence-review", evidence.pk), said)

    response = officer.post(page_of("evidence-review", evidence.pk), said)

    assert response.context["form"].non_field_errors() == ["该材料已是这一审核结果。"]


def test_an_officer_neither_reviews_her_own_upload_nor_is_offered_to(enter, station, rule):
    user = member(Role.LEGAL_OFFICER, station.bureau)
    meeting = hold(station)
    evidence = hand_in(meeting, EvidenceKind.MINUTES, by=user)
    page = page_of("evidence-review", evidence.pk)

    assert enter(user).post(page, {"state": "accepted"}).status_code == 403
    assert page not in enter(user).get(meeting.get_absolute_url()).content.decode()


def test_evidence_of_a_problem_is_not_reviewed_here(enter, problem):
    evidence = keep(problem, "照片.png", PNG)
    officer = enter(member(Role.LEGAL_OFFICER, problem.bureau))

    assert officer.get(page_of("evidence-review", evidence.pk)).status_code == 404


# --- handing in later ---------------------------------------------------------------------------


def test_the_form_proposes_what_is_lacking_and_comes_back(enter, station, rule):
    meeting = hold(station)
    hand_in(meeting, EvidenceKind.MINUTES)
    clerk = enter(member(Role.CLERK, station))
    page = page_of("evidence-add", "meeting", meeting.pk)

    assert clerk.get(page).context["form"]["kind"].value() == "sign_in"
    assert clerk.get(f"{page}?kind=photo").context["form"]["kind"].value() == "photo"
    assert clerk.get(f"{page}?kind=bad").context["form"]["kind"].value() == "sign_in"
    answer = clerk.post(
        f"{page}?from=lacking",
        {
            "kind": "sign_in",
            "visibility": "public",
            "files": SimpleUploadedFile("签到.png", PNG),
        },
    )

    assert answer["Location"] == page_of("evidence-lacking")
    kept = meeting.evidence_uses.order_by("pk").last().evidence
    assert (kept.kind, kept.visibility) == ("sign_in", "public")


# --- what is lacking ----------------------------------------------------------------------------


def test_the_list_of_what_is_lacking_agrees_with_the_meetings(enter, station, rule):
    bare = hold(station, date(2026, 5, 6), month=5)
    half = hold(station)
    hand_in(half, EvidenceKind.MINUTES)
    full = hold(station, date(2026, 4, 7), month=4)
    hand_in(full, EvidenceKind.MINUTES)
    hand_in(full, EvidenceKind.SIGN_IN)
    officer = enter(member(Role.LEGAL_OFFICER, station.bureau))

    def rows(query=""):
        response = officer.get(f"{page_of('evidence-lacking')}{query}")
        return [row.record for row in response.context["table"].rows], response.context["totals"]

    assert rows() == ([bare, half], {"missing": 3})
    meetings = officer.get("/meetings/?lacking=on").context["table"]
    assert {row.record for row in meetings.rows} == {bare, half}
    assert rows("?kind=minutes") == ([bare], {"missing": 2})
    assert rows(f"?unit={station.bureau.pk}") == ([], {})
    assert rows("?place=没有这个单位") == ([], {})
    assert rows("?on=2026-05-31") == ([bare], {"missing": 2})
    assert rows("?year=2025") == ([], {})
    assert rows("?year=2025&all_years=on") == ([bare, half], {"missing": 3})
    assert rows("?returned=on") == ([], {})


def test_a_row_of_the_list_leads_to_handing_in(enter, station, rule):
    meeting = hold(station)
    page = page_of("evidence-lacking")
    button = f"{page_of('evidence-add', 'meeting', meeting.pk)}?kind=minutes&amp;from=lacking"

    assert button in enter(member(Role.CLERK, station)).get(page).content.decode()
    assert button not in enter(member(Role.LEADER, station.bureau)).get(page).content.decode()


def test_the_list_is_exported_with_its_words(enter, station, rule):
    hold(station)
    clerk = enter(member(Role.CLERK, station))

    lines = b"".join(clerk.get(f"{page_of('evidence-lacking')}?_export=csv").streaming_content)

    assert lines.decode("utf-8-sig").splitlines() == [
        "召开单位,分局,召开日期,会议,缺少的材料,缺几种,会后天数",
        f"{station.name},{station.bureau.name},2026-06-10,例会,会议记录、签到表,2,0",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries(enter, station, rule, rows, django_assert_num_queries):
    for month in range(1, rows + 1):
        hold(station, date(2026, month, 5), month=month)
    clerk = enter(member(Role.CLERK, station))
    clerk.get(page_of("evidence-lacking"))

    with django_assert_num_queries(7):
        response = clerk.get(page_of("evidence-lacking"))

    assert len(response.context["table"].rows) == rows


# --- the pack -----------------------------------------------------------------------------------


def test_a_pack_is_asked_for_with_its_purpose(enter, station, rule):
    user = member(Role.CLERK, station)
    said = {"year": "2026", "kinds": ["minutes", "photo"], "why": " 年度考核 ", "references": "on"}

    answer = enter(user).post(page_of("evidence-pack", station.pk), said)

    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert (job.kind, job.asked_by, job.arguments) == (
        JobKind.PACK_EVIDENCE,
        user,
        {
            "unit": station.pk,
            "year": 2026,
            "kinds": ["minutes", "photo"],
            "references": True,
            "why": "年度考核",
        },
    )


def test_without_a_purpose_nothing_is_packed_and_nothing_typed_is_lost(enter, station, rule):
    clerk = enter(member(Role.CLERK, station))

    response = clerk.post(
        page_of("evidence-pack", station.pk), {"year": "2026", "kinds": ["photo"], "why": " "}
    )

    form = response.context["form"]
    assert form.errors == {"why": ["请写明用途。"]}
    assert form["kinds"].value() == ["photo"]
    assert not Job.objects.exists()


def test_the_page_of_packs_shows_ones_own_of_the_unit(enter, station, rule):
    user = member(Role.CLERK, station)
    said = {"kind": JobKind.PACK_EVIDENCE, "started_at": NOON, "ended_at": NOON, "state": "done"}
    arguments = {"unit": station.pk, "year": 2026, "why": "年度考核"}
    own = JobFactory(asked_by=user, arguments=arguments, file="packs/a.zip", **said)
    JobFactory(asked_by=user, arguments=arguments | {"unit": station.bureau.pk}, **said)
    JobFactory(asked_by=member(Role.CLERK, station), arguments=arguments, **said)

    response = enter(user).get(page_of("evidence-pack", station.pk))

    assert list(response.context["jobs"]) == [own]
    assert page_of("job-file", own.pk) in response.content.decode()
    assert response.context["form"]["year"].value() == 2026


def test_units_above_the_bureaus_are_packed_bureau_by_bureau(enter):
    bureau = BureauFactory(parent=CityFactory())
    supervisor = enter(member(Role.SUPERVISOR, bureau.parent))

    assert supervisor.get(page_of("evidence-pack", bureau.parent.pk)).status_code == 403
    assert supervisor.get(page_of("evidence-pack", bureau.pk)).status_code == 200
