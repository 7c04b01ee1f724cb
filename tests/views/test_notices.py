"""Notices on the screen: drafted, signed, received, answered, ended, printed."""

import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from reports.domain.access import Role
from reports.models import Evidence, EvidenceUse, Notice
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    IssuingOfficeFactory,
    NoticeFactory,
    NoticeItemFactory,
    PersonFactory,
    ProblemFactory,
    ReplyFactory,
    UnitFactory,
    member,
    notice_at,
)
from tests.pages import Form

pytestmark = pytest.mark.django_db
NEW, RECORD, LIST = "/notices/new/", "/notices/record/", "/notices/"
TODAY = date(2026, 6, 10)


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def bureau(city):
    return BureauFactory(parent=city, name="江北分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", ledger_from=None)


@pytest.fixture
def office(bureau):
    return IssuingOfficeFactory(unit=bureau, name="江北分局法制大队", prefix="江公法督")


@pytest.fixture
def head(station):
    return AppointmentFactory(person=PersonFactory(unit=station, name="李所长")).person


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.user = member(role, unit)
        client.force_login(client.user, backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def at(notice, page):
    return reverse(f"reports:notice-{page}", args=[notice.pk])


def pdf(name="签批.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 ...", "application/pdf")


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- drafting -----------------------------------------------------------------------------------


def test_an_overdue_problem_is_ticked_and_drafted(enter, bureau, station, office):
    problem = ProblemFactory(unit=station, title="台账不全", due_on=date(2026, 6, 1))
    legal = enter(Role.LEGAL_OFFICER, bureau)
    form = Form(legal.get(f"{NEW}?unit={station.pk}"))
    key = f"problem-{problem.pk}"

    answer = form.send(
        legal, **{f"pick_{key}": "on", "free_1": "请报送情况", "answer_by": "2026-06-20"}
    )

    notice = Notice.objects.get()
    assert answer.url == notice.get_absolute_url()
    assert (notice.office, notice.unit, notice.state, notice.drafted_on) == (
        office,
        station,
        "draft",
        TODAY,
    )
    assert list(notice.items.values_list("problem", "demand")) == [
        (problem.pk, form.data[f"demand_{key}"]),
        (None, "请报送情况"),
    ]


def test_from_a_problem_it_is_ticked_already(enter, bureau, station, office):
    problem = ProblemFactory(unit=station, title="台账不全", due_on=date(2026, 7, 1))
    legal = enter(Role.LEGAL_OFFICER, bureau)

    form = Form(legal.get(f"{NEW}?problem={problem.pk}"))
    form.send(legal, answer_by="2026-06-20")

    notice = Notice.objects.get()
    assert (notice.unit, notice.title) == (station, "“台账不全”问题的整改")
    assert [item.problem for item in notice.items.all()] == [problem]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(enter, bureau, station, office):
    ProblemFactory(unit=station, due_on=date(2026, 6, 1))
    legal = enter(Role.LEGAL_OFFICER, bureau)
    form = Form(legal.get(f"{NEW}?unit={station.pk}"))

    answer = form.send(legal, answer_by="", title="改过的事由", free_1="请报送情况")

    assert answer.context["form"].errors == {"answer_by": ["这个字段是必填项。"]}
    again = Form(answer)
    assert (again.data["title"], again.data["free_1"]) == ("改过的事由", "请报送情况")
    assert not Notice.objects.exists()


def test_nothing_ticked_is_refused(enter, bureau, station, office):
    legal = enter(Role.LEGAL_OFFICER, bureau)
    form = Form(legal.get(f"{NEW}?unit={station.pk}"))

    answer = form.send(legal, answer_by="2026-06-20")

    assert answer.context["form"].non_field_errors() == ["请至少勾选或填写一项督办事项。"]


def test_a_ticked_item_needs_its_demand(enter, bureau, station, office):
    problem = ProblemFactory(unit=station, due_on=date(2026, 6, 1))
    legal = enter(Role.LEGAL_OFFICER, bureau)
    form = Form(legal.get(f"{NEW}?unit={station.pk}"))
    key = f"problem-{problem.pk}"

    answer = form.send(
        legal, **{f"pick_{key}": "on", f"demand_{key}": " ", "answer_by": "2026-06-20"}
    )

    assert answer.context["form"].errors == {f"demand_{key}": ["勾选的事项须写明督办要求。"]}


def test_without_an_office_one_is_told_where_to_set_it(enter, bureau, station):
    answer = enter(Role.LEGAL_OFFICER, bureau).get(f"{NEW}?unit={station.pk}")

    assert answer.context["lacks_office"]
    assert "还没有您可以使用的督办单制发机关" in answer.content.decode()


def test_the_unit_is_looked_for_by_name(enter, bureau, station, office):
    UnitFactory(parent=bureau, name="二所", ledger_from=None)

    answer = enter(Role.LEGAL_OFFICER, bureau).get(NEW, {"q": "一所"})

    assert answer.context["found"] == [station]


@pytest.mark.parametrize("query", ["unit=abc", "unit=999999", "problem=999999", "unit=9" * 20])
def test_what_does_not_exist_is_not_found(enter, bureau, query):
    assert enter(Role.LEGAL_OFFICER, bureau).get(f"{NEW}?{query}").status_code == 404


def test_a_supervisor_drafts_for_an_office_above(enter, city, bureau, station, office):
    above = IssuingOfficeFactory(unit=city, name="市局法制支队")
    supervisor = enter(Role.SUPERVISOR, city)
    form = Form(supervisor.get(f"{NEW}?unit={station.pk}"))

    form.send(supervisor, answer_by="2026-06-20", free_1="请报告整改情况")

    notice = Notice.objects.get()
    assert (notice.office, notice.bureau) == (above, bureau)
    # An office of the bureau is not the supervisor's to use.
    refused = form.send(supervisor, office=str(office.pk), answer_by="2026-06-20", free_1="一")
    assert list(refused.context["form"].errors) == ["office"]


def test_a_draft_is_changed(enter, bureau, station, office):
    legal = enter(Role.LEGAL_OFFICER, bureau)
    notice = NoticeFactory(unit=station, office=office, by=legal.user)
    form = Form(legal.get(at(notice, "edit")))

    answer = form.send(legal, title="改过的事由", free_2="请补报")

    notice.refresh_from_db()
    assert answer.url == notice.get_absolute_url()
    assert notice.title == "改过的事由"
    assert [item.demand for item in notice.items.order_by("position")] == ["请说明原因", "请补报"]


def test_what_is_signed_cannot_be_changed_any_more(enter, bureau, station):
    notice = notice_at("approved", unit=station)
    legal = enter(Role.LEGAL_OFFICER, bureau)

    answer = legal.get(at(notice, "edit"), follow=True)

    assert answer.redirect_chain == [(notice.get_absolute_url(), 302)]
    assert said(answer) == ["督办单现为“已签发，待签收”，2026年6月2日由系统办理。"]


# --- from above ---------------------------------------------------------------------------------


def test_one_from_above_is_recorded_with_its_scan(enter, bureau, station, evidence_store):
    legal = enter(Role.LEGAL_OFFICER, bureau)
    form = Form(legal.get(f"{RECORD}?unit={station.pk}"))

    form.send(
        legal,
        issued_by="省公安厅法制总队",
        number="省公法督〔2026〕12号",
        issued_on="2026-06-05",
        title="执法问题的整改",
        answer_by="2026-06-30",
        free_1="请报告整改情况",
        scan=pdf(),
    )

    notice = Notice.objects.get()
    assert (notice.state, notice.number, notice.office, notice.approved_on) == (
        "approved",
        "省公法督〔2026〕12号",
        None,
        date(2026, 6, 5),
    )
    assert list(EvidenceUse.objects.values_list("notice", "evidence__kind")) == [
        (notice.pk, "decision")
    ]


# --- signing ------------------------------------------------------------------------------------


def test_a_leader_signs(enter, bureau, station, office):
    notice = NoticeFactory(unit=station, office=office)
    leader = enter(Role.LEADER, bureau)

    answer = leader.post(at(notice, "approve"), follow=True)

    notice.refresh_from_db()
    assert (notice.number, notice.approved_on) == ("江公法督〔2026〕1号", TODAY)
    assert said(answer) == ["已签发，文号江公法督〔2026〕1号。"]


def test_opening_the_page_signs_nothing(enter, bureau, station, office):
    notice = NoticeFactory(unit=station, office=office)

    enter(Role.LEADER, bureau).get(at(notice, "approve"))

    notice.refresh_from_db()
    assert notice.state == "draft"


def test_who_drafted_sees_why_she_cannot_sign(enter, city, station):
    supervisor = enter(Role.SUPERVISOR, city)
    notice = NoticeFactory(unit=station, office=IssuingOfficeFactory(unit=city), by=supervisor.user)

    page = supervisor.get(notice.get_absolute_url())
    answer = supervisor.post(at(notice, "approve"))

    sentence = "拟稿人、改稿人不能签发自己拟的督办单。"
    assert [button.reasons for button in page.context["buttons"]] == [[sentence]]
    assert answer.context["form"].non_field_errors() == [sentence]


def test_a_signed_sheet_is_recorded(enter, bureau, station, office, evidence_store):
    chief = AppointmentFactory(person=PersonFactory(unit=bureau, name="王局长")).person
    legal = enter(Role.LEGAL_OFFICER, bureau)
    notice = NoticeFactory(unit=station, office=office, by=legal.user)
    sent = {"signer": chief.pk, "on": "2026-06-09"}

    without = legal.post(at(notice, "signed"), sent)
    legal.post(at(notice, "signed"), sent | {"scan": pdf()})

    notice.refresh_from_db()
    assert without.context["form"].errors == {"scan": ["这个字段是必填项。"]}
    assert (notice.approver, notice.approved_on, notice.from_paper) == (
        chief,
        date(2026, 6, 9),
        True,
    )
    assert list(EvidenceUse.objects.values_list("notice", "evidence__kind")) == [
        (notice.pk, "decision")
    ]


def test_a_refused_sheet_leaves_neither_number_nor_file(
    enter, bureau, station, office, evidence_store
):
    chief = AppointmentFactory(person=PersonFactory(unit=bureau)).person
    legal = enter(Role.LEGAL_OFFICER, bureau)
    notice = NoticeFactory(unit=station, office=office, by=legal.user)
    broken = SimpleUploadedFile("签批.pdf", b"no pdf", "application/pdf")

    answer = legal.post(
        at(notice, "signed"), {"signer": chief.pk, "on": "2026-06-09", "scan": broken}
    )

    notice.refresh_from_db()
    assert answer.context["form"].non_field_errors() == [
        "“签批.pdf”的内容与扩展名不符，可能已损坏或被改名。"
    ]
    assert (notice.state, notice.number) == ("draft", "")
    assert not Evidence.objects.exists()
    assert [path for path in evidence_store.rglob("*") if path.is_file()] == []


def test_the_evidence_of_a_notice_leads_back_to_it(enter, bureau, station, office, evidence_store):
    chief = AppointmentFactory(person=PersonFactory(unit=bureau)).person
    legal = enter(Role.LEGAL_OFFICER, bureau)
    notice = NoticeFactory(unit=station, office=office, by=legal.user)
    legal.post(at(notice, "signed"), {"signer": chief.pk, "on": "2026-06-09", "scan": pdf()})
    evidence = Evidence.objects.get()

    answer = legal.get(reverse("reports:evidence-view", args=[evidence.pk]))

    assert answer.context["target"] == notice


# --- receiving and replying ---------------------------------------------------------------------


def test_a_clerk_receives_and_answers(enter, station, head, evidence_store):
    notice = notice_at("approved", unit=station)
    NoticeItemFactory(notice=notice, position=2)
    first, second = notice.items.order_by("position")
    clerk = enter(Role.CLERK, station)

    clerk.post(at(notice, "receive"), {"on": "2026-06-10"})
    form = Form(clerk.get(at(notice, "reply")))
    photo = SimpleUploadedFile("照片.txt", b"photo")
    saved = form.send(clerk, **{f"text_{first.pk}": "已整改", f"files_{first.pk}": photo})
    notice.refresh_from_db()
    state_when_saved = notice.state
    again = Form(clerk.get(at(notice, "reply")))
    early = again.send(clerk, answer="1")
    again.send(clerk, answer="1", **{f"text_{second.pk}": "已报告"})

    notice.refresh_from_db()
    assert saved.url == notice.get_absolute_url()
    assert state_when_saved == "received"
    assert form.data["approved_by"] == str(head.pk)
    assert again.data[f"text_{first.pk}"] == "已整改"
    assert early.context["form"].non_field_errors() == ["还有督办事项没有回复，请逐项回复。"]
    assert (notice.state, notice.answered_on, notice.received_by) == (
        "answered",
        TODAY,
        clerk.user,
    )
    assert [list(item.replies.values_list("text", flat=True)) for item in (first, second)] == [
        ["已整改"],
        ["已报告"],
    ]
    assert list(EvidenceUse.objects.values_list("reply__item", flat=True)) == [first.pk]


def test_replies_from_paper_need_the_sheet(enter, station, head, evidence_store):
    notice = notice_at("received", unit=station)
    clerk = enter(Role.CLERK, station)
    item = notice.items.get()
    form = Form(clerk.get(at(notice, "reply")))
    filled = {f"text_{item.pk}": "已整改", "from_paper": "on"}

    without = form.send(clerk, **filled)
    form.send(clerk, answer="1", scan=pdf(), **filled)

    reply = item.replies.get()
    assert without.context["form"].errors == {"scan": ["请上传签批件扫描件。"]}
    assert (reply.from_paper, reply.approved_by) == (True, head)
    assert list(EvidenceUse.objects.values_list("reply", "evidence__kind")) == [
        (reply.pk, "decision")
    ]


def test_files_need_words(enter, station, head, evidence_store):
    notice = notice_at("received", unit=station)
    NoticeItemFactory(notice=notice, position=2)
    first, second = notice.items.order_by("position")
    clerk = enter(Role.CLERK, station)
    form = Form(clerk.get(at(notice, "reply")))

    answer = form.send(
        clerk, **{f"text_{first.pk}": "已整改", f"files_{second.pk}": pdf("照片.pdf")}
    )

    assert answer.context["form"].errors == {
        f"text_{second.pk}": ["上传附件的事项须填写办理情况。"]
    }


def test_the_second_who_receives_is_told_what_happened(enter, station):
    notice = notice_at("approved", unit=station)
    clerk = enter(Role.CLERK, station)
    clerk.post(at(notice, "receive"), {"on": "2026-06-10"})
    first = clerk.user.username

    second = enter(Role.CLERK, station)
    answer = second.post(at(notice, "receive"), {"on": "2026-06-10"}, follow=True)

    assert said(answer)[-1] == f"督办单现为“已签收，待回复”，2026年6月10日由{first}办理。"
    assert notice.moves.filter(to_state="received").count() == 1


def test_the_issuer_sends_back_and_ends(enter, bureau, station, head, the_day):
    notice = notice_at("received", unit=station)
    item = notice.items.get()
    clerk = enter(Role.CLERK, station)
    Form(clerk.get(at(notice, "reply"))).send(clerk, answer="1", **{f"text_{item.pk}": "已整改"})
    legal = enter(Role.LEGAL_OFFICER, bureau)
    wordless = legal.post(at(notice, "send-back"), {"note": "", "on": "2026-06-10"})
    legal.post(at(notice, "send-back"), {"note": "没有写原因", "on": "2026-06-10"})
    notice.refresh_from_db()
    sent_back = notice.state

    the_day.move_to(datetime(2026, 6, 10, 15, tzinfo=ZoneInfo("Asia/Shanghai")))
    clerk = enter(Role.CLERK, station)
    Form(clerk.get(at(notice, "reply"))).send(
        clerk, answer="1", **{f"text_{item.pk}": "原因是交接遗漏"}
    )
    legal = enter(Role.LEGAL_OFFICER, bureau)
    legal.post(at(notice, "end"), {"note": "同意办结", "on": "2026-06-10"})

    notice.refresh_from_db()
    assert list(wordless.context["form"].errors) == ["note"]
    assert sent_back == "received"
    assert (notice.state, notice.ended_note) == ("ended", "同意办结")
    assert [reply.text for reply in item.replies.order_by("pk")] == ["已整改", "原因是交接遗漏"]


def test_one_from_above_is_ended_by_the_legal_officer_only(enter, city, bureau, station):
    notice = notice_at("answered", unit=station)
    Notice.objects.filter(pk=notice.pk).update(office=None, issued_by="省厅", serial=None)

    by_supervisor = enter(Role.SUPERVISOR, city).get(at(notice, "end"))
    enter(Role.LEGAL_OFFICER, bureau).post(
        at(notice, "end"), {"note": "省厅认可", "on": "2026-06-10"}
    )

    notice.refresh_from_db()
    assert by_supervisor.status_code == 403
    assert notice.state == "ended"


def test_cancelling_says_why(enter, bureau, station):
    notice = notice_at("approved", unit=station)
    legal = enter(Role.LEGAL_OFFICER, bureau)

    answer = legal.post(at(notice, "cancel"), {"because": "发错单位"}, follow=True)

    notice.refresh_from_db()
    assert notice.cancelled_because == "发错单位"
    assert said(answer) == ["督办单已作废。"]
    assert answer.context["buttons"] == []


# --- the list and the page ----------------------------------------------------------------------


def listed(client, **query):
    return {row.record for row in client.get(LIST, query).context["table"].rows}


def test_the_list_is_filtered(enter, bureau, station):
    waiting = notice_at("received", unit=station, answer_by=date(2026, 6, 5), title="台账")
    other = notice_at("answered", unit=UnitFactory(parent=bureau, name="二所", ledger_from=None))
    draft = NoticeFactory(unit=station, title="问题")
    legal = enter(Role.LEGAL_OFFICER, bureau)

    found = {
        query: listed(legal, **dict([query]))
        for query in (
            ("state", "open"),
            ("state", "draft"),
            ("late", "late"),
            ("late", "answered"),
            ("unit", str(station.pk)),
            ("q", "台账"),
            ("q", "说明原因"),
            ("issuer", "没有这个机关"),
            ("place", "二所"),
            ("year", "2025"),
        )
    }

    assert found == {
        ("state", "open"): {waiting, other, draft},
        ("state", "draft"): {draft},
        ("late", "late"): {waiting},
        ("late", "answered"): set(),
        ("unit", str(station.pk)): {waiting, draft},
        ("q", "台账"): {waiting},
        ("q", "说明原因"): {waiting, other, draft},
        ("issuer", "没有这个机关"): set(),
        ("place", "二所"): {other},
        ("year", "2025"): set(),
    }


def test_lateness_is_said_on_the_page_and_in_the_list(enter, bureau, station):
    notice = notice_at("received", unit=station, answer_by=date(2026, 6, 5))
    legal = enter(Role.LEGAL_OFFICER, bureau)

    page = legal.get(notice.get_absolute_url()).content.decode()
    row = legal.get(LIST).content.decode()

    assert page.count("逾期5天未回复") == 1
    assert '<span class="bad">5</span>' in row


def test_the_list_costs_a_fixed_number_of_queries(
    enter, bureau, station, django_assert_num_queries
):
    legal = enter(Role.LEGAL_OFFICER, bureau)
    legal.get(LIST)

    for _n in range(2):
        notice_at("received", unit=station)
        with django_assert_num_queries(6):
            assert legal.get(LIST).status_code == 200


def test_the_page_costs_a_fixed_number_of_queries(
    enter, bureau, station, head, django_assert_num_queries
):
    legal = enter(Role.LEGAL_OFFICER, bureau)
    notice = notice_at("received", unit=station)
    ReplyFactory(item=notice.items.get(), approved_by=head)
    legal.get(notice.get_absolute_url())

    for number in (1, 3):
        for _n in range(number - 1):
            item = NoticeItemFactory(notice=notice, problem=ProblemFactory(unit=station))
            ReplyFactory(item=item, approved_by=head)
        with django_assert_num_queries(10):
            assert legal.get(notice.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("page", "queries"),
    [("new", 10), ("edit", 10), ("reply", 10), ("approve", 8), ("signed", 10), ("end", 8)],
)
def test_pages_of_steps_cost_a_fixed_number_of_queries(
    enter, bureau, station, office, head, django_assert_num_queries, page, queries
):
    states = {"reply": "received", "end": "answered"}
    AppointmentFactory(person=PersonFactory(unit=bureau))
    role = Role.LEADER if page == "approve" else Role.LEGAL_OFFICER
    client = enter(role, bureau)
    notice = notice_at(states.get(page, "draft"), unit=station, office=office)
    address = f"{NEW}?unit={station.pk}" if page == "new" else at(notice, page)
    client.get(address)

    for number in (1, 3):
        for _n in range(number):
            problem = ProblemFactory(unit=station, due_on=date(2026, 6, 1))
            NoticeItemFactory(notice=notice, problem=problem)
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200


def test_a_past_day_shows_what_was_then(enter, bureau, station):
    notice = NoticeFactory(unit=station, drafted_on=date(2026, 6, 1))
    enter(Role.LEADER, bureau).post(at(notice, "approve"))
    legal = enter(Role.LEGAL_OFFICER, bureau)

    then = legal.get(f"{notice.get_absolute_url()}?on=2026-06-05")

    assert then.context["notice"].state_then == "draft"
    assert [move.to_state for move in then.context["record"].moves] == ["draft"]
    assert then.context["buttons"] == []


# --- doors --------------------------------------------------------------------------------------


def test_a_unit_page_leads_to_a_new_notice_for_who_may(enter, bureau, station):
    address = f'href="{NEW}?unit={station.pk}"'
    page = reverse("reports:unit-detail", args=[station.pk])

    found = {
        role: address in enter(role, bureau).get(page).content.decode()
        for role in (Role.LEGAL_OFFICER, Role.INSPECTOR, Role.LEADER)
    }

    assert found == {Role.LEGAL_OFFICER: True, Role.INSPECTOR: False, Role.LEADER: False}


def test_a_problem_page_leads_to_a_new_notice_for_who_may(enter, bureau, station):
    problem = ProblemFactory(unit=station)
    address = f'href="{NEW}?problem={problem.pk}"'

    found = {
        role: address in enter(role, bureau).get(problem.get_absolute_url()).content.decode()
        for role in (Role.LEGAL_OFFICER, Role.INSPECTOR)
    }

    assert found == {Role.LEGAL_OFFICER: True, Role.INSPECTOR: False}


# --- on paper -----------------------------------------------------------------------------------


def test_print_and_file_say_the_same(enter, bureau, station, head):
    notice = notice_at("answered", unit=station, answer_by=date(2026, 6, 2), text="请逐项办理。")
    ReplyFactory(item=notice.items.get(), approved_by=head, text="已整改")
    legal = enter(Role.LEGAL_OFFICER, bureau)

    page = legal.get(at(notice, "print"), headers={"accept-language": "en"}).content.decode()
    file = Document(io.BytesIO(legal.get(at(notice, "docx")).content))

    words = [p.text for p in file.paragraphs]
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    for said_there in (notice.number, "江北分局一所：", "请逐项办理。", "督办单回执"):
        assert said_there in page
        assert said_there in words
    for said_there in ("请说明原因", "已整改", "2026年6月3日"):
        assert said_there in page
        assert said_there in cells
    assert "备注：逾期2天回复" in words
    assert "逾期2天回复" in page


def test_the_print_costs_a_fixed_number_of_queries(
    enter, bureau, station, django_assert_num_queries
):
    legal = enter(Role.LEGAL_OFFICER, bureau)
    notice = notice_at("received", unit=station)
    legal.get(at(notice, "print"))

    for number in (1, 3):
        for _n in range(number - 1):
            NoticeItemFactory(notice=notice)
        with django_assert_num_queries(7):
            assert legal.get(at(notice, "print")).status_code == 200
