"""The steps of a report on their pages, hand-ins, corrections, and the view of the city."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from reports.actions.report_moves import correct_report
from reports.domain.access import Role
from reports.models import HandIn
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    CityFactory,
    CommentFactory,
    HandInFactory,
    PersonFactory,
    PublicFormFactory,
    ReportCallFactory,
    SentenceFactory,
    committee_item,
    holder_of,
    member,
    sign_off,
    walk_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局", parent=CityFactory())


@pytest.fixture
def report(bureau):
    found = AnnualReportFactory(bureau=bureau, year=2025)
    SentenceFactory(paragraph__section__report=found)
    return found


@pytest.fixture
def come(client):
    def come(role, unit, **kwargs):
        user = member(role, unit, **kwargs)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return user

    return come


def page(name, *keys):
    return reverse(f"reports:{name}", args=keys)


def words(answer):
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def step(client, report, name, **data):
    address = page("report-step", report.pk, name)
    return client.post(address, {"on": "2026-06-10"} | data, follow=True)


def offered(client, report):
    answer = client.get(page("report-detail", report.pk))
    return [name for name, _label, _onward in answer.context["steps"]]


def test_the_whole_way_page_by_page(client, come, bureau, report):
    """The legal officer carries it along; decisions on paper are entered with their names."""
    leader, chief = holder_of(bureau, "in_charge"), holder_of(bureau, "first_person")
    item = committee_item(bureau)
    come(Role.LEGAL_OFFICER, bureau)
    seen = [offered(client, report)]

    step(client, report, "countersign", units="政治处、督察大队", expected="draft")
    seen.append(offered(client, report))
    step(client, report, "send", expected="countersign")
    seen.append(offered(client, report))
    step(client, report, "review", person=leader.pk, expected="review")
    seen.append(offered(client, report))
    step(client, report, "deliberate", item=item.pk, expected="committee")
    seen.append(offered(client, report))
    answer = step(client, report, "sign", person=chief.pk, expected="committee")

    assert seen == [
        ["countersign"],
        ["return", "send"],
        ["return", "review"],
        ["return", "deliberate"],
        ["return", "sign"],
    ]
    report.refresh_from_db()
    assert (report.state, report.signer, report.from_paper) == ("signed", chief, True)
    assert report.sha256 in words(answer)


def test_the_leader_in_charge_reviews_as_herself(client, come, bureau, report):
    walk_report(report, "countersign", "send")
    user = come(Role.LEADER, bureau)
    person = holder_of(bureau, "in_charge", user=user)

    seen = client.get(page("report-step", report.pk, "review"))
    step(client, report, "review", expected="review")

    assert f"以{person.name}的名义办理" in words(seen)
    move = report.moves.last()
    assert (move.to_state, move.person, move.from_paper, move.recorded_by) == (
        "committee",
        person,
        False,
        user,
    )


def test_a_leader_without_the_post_is_told_whose_step_it_is(client, come, bureau, report):
    walk_report(report, "countersign", "send")
    holder_of(bureau, "first_person", user=come(Role.LEADER, bureau))

    answer = client.get(page("report-step", report.pk, "review"))

    assert (answer.status_code, offered(client, report)) == (403, ["return"])
    assert "“审核同意”由本局分管领导办理。" in words(answer)


def test_what_is_typed_stays_when_a_step_is_refused(client, come, bureau, report):
    come(Role.LEGAL_OFFICER, bureau)

    answer = step(client, report, "countersign", units="政治处", on="2026-06-11", expected="draft")

    assert "日期不能晚于今天。" in words(answer)
    assert answer.context["form"]["units"].value() == "政治处"


def test_the_second_of_two_is_told(client, come, bureau, report):
    walk_report(report, "countersign", "send", "review")
    come(Role.LEGAL_OFFICER, bureau)

    answer = step(client, report, "return", reason="数据有误", expected="review")

    assert "报告现处“党委会审议”，请核对后再办。" in words(answer)
    report.refresh_from_db()
    assert report.state == "committee"


def test_open_remarks_are_listed_before_a_decision(client, come, bureau, report):
    CommentFactory(paragraph=report.sections.get().paragraphs.get(), text="请核对口径")
    walk_report(report, "countersign", "send")
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.get(page("report-step", report.pk, "review"))

    assert [each.text for each in answer.context["remarks"]] == ["请核对口径"]


@pytest.mark.parametrize("name", ["sign", "nonsense"])
def test_a_step_that_is_not_from_here(client, come, bureau, report, name):
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.get(page("report-step", report.pk, name), follow=True)

    if name == "sign":
        assert "报告现处“起草”，不能“签发”。" in words(answer)
    else:
        assert answer.status_code == 404


def test_the_table_of_steps_says_who_and_what(client, come, bureau):
    come(Role.LEADER, bureau)

    answer = client.get(page("report-steps"))

    assert [str(rule["step"]) for rule in answer.context["rules"]] == [
        "送会签",
        "送审核",
        "审核同意",
        "党委会审议",
        "签发",
        "签发",
        "退回起草",
    ]
    assert "须当日任本局第一责任人（含主持工作的）" in words(answer)


# --- handing in, correcting ---------------------------------------------------------------------


def test_addressees_are_listed_and_handed_in_to(client, come, bureau, report):
    ReportCallFactory(unit=bureau, year=2025, issued_by="市局", due_on=date(2026, 6, 20))
    sign_off(report)
    come(Role.LEGAL_OFFICER, bureau)
    address = page("report-hand-ins", report.pk)

    first = words(client.get(address))
    client.post(address, {"addressee": "区法治办", "due_on": "2026-06-08"})
    second = words(client.get(address))
    row = HandIn.objects.get(addressee="市局")
    early = client.post(
        page("report-hand-in", report.pk, row.pk), {"handed_on": "2026-06-01", "how": "机要"}
    )
    client.post(
        page("report-hand-in", report.pk, row.pk), {"handed_on": "2026-06-10", "how": "机要"}
    )

    assert "还有10天" in first
    assert "逾期2天" in second
    assert "早于签发日期" in words(early)
    row.refresh_from_db()
    assert (row.handed_on, row.how) == (TODAY, "机要")


def test_the_call_for_the_year_asks_nothing_of_a_text_of_other_days(client, come, bureau):
    ReportCallFactory(unit=bureau, year=2025, issued_by="市局", due_on=date(2026, 3, 1))
    days = {"kind": "span", "first_day": date(2025, 1, 1), "last_day": date(2025, 6, 30)}
    span = signed(bureau, **days)
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.get(page("report-hand-ins", span.pk))

    assert answer.context["calls"] == []
    assert answer.context["form"].initial == {"due_on": TODAY}


def test_an_old_version_says_that_it_was_corrected(client, come, bureau, report):
    sign_off(report)
    come(Role.LEGAL_OFFICER, bureau)
    address = page("report-correct", report.pk)

    empty = client.post(address, {"reason": ""})
    new = client.post(address, {"reason": "名称有误"}, follow=True)
    old = client.get(report.get_absolute_url())

    assert empty.context["form"].errors.keys() == {"reason"}
    assert "这是第2版，更正的原因：名称有误。" in words(new)
    assert "本版已由第2版更正，原因：名称有误。" in words(old)
    assert old.context["drift"] == []
    again = client.get(address, follow=True)
    assert "已被更正" in words(again)


# --- the city -----------------------------------------------------------------------------------


def signed(bureau, **kwargs):
    return AnnualReportFactory(
        bureau=bureau,
        year=2025,
        state="signed",
        signed_on=date(2026, 2, 1),
        signer=PersonFactory(unit=bureau),
        **kwargs,
    )


def test_the_city_sees_who_handed_in_and_who_is_late(client, come):
    city = CityFactory()
    ledger = {"parent": city, "ledger_from": date(2025, 1, 1)}
    done, late, none, waits = (BureauFactory(name=name, **ledger) for name in "甲乙丙丁")
    BureauFactory(name="戊", parent=city, ledger_from=date(2026, 1, 1))
    HandInFactory(report=signed(done), due_on=date(2026, 3, 1), handed_on=date(2026, 2, 27))
    HandInFactory(report=signed(late), due_on=date(2026, 6, 8))
    PublicFormFactory(report=late.annual_reports.get(), address="https://example.org/a")
    HandInFactory(report=signed(waits), due_on=date(2026, 6, 20))
    come(Role.SUPERVISOR, city)

    rows = client.get(page("report-city")).context["rows"]
    only = client.get(f"{page('report-city')}?late=1&report_year=2025").context["rows"]

    assert [(row.bureau, row.is_handed, row.days_late, row.address) for row in rows] == [
        (done, True, 0, ""),
        (late, False, 2, "https://example.org/a"),
        (none, False, 101, ""),
        (waits, False, 0, ""),
    ]
    assert [row.bureau for row in only] == [late, none]


def test_a_report_that_is_being_corrected_stays_handed_in(client, come, bureau, report):
    bureau.ledger_from = date(2025, 1, 1)
    bureau.save()
    sign_off(report, on=date(2026, 2, 1))
    HandInFactory(report=report, due_on=date(2026, 3, 1), handed_on=date(2026, 2, 20))
    correct_report(report_id=report.pk, reason="有误", by=None, at=NOON, today=TODAY)
    come(Role.SUPERVISOR, bureau.parent)

    (row,) = client.get(page("report-city")).context["rows"]

    assert (row.report.version, row.is_handed, row.is_late) == (2, True, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_city_takes_the_same_queries(client, come, django_assert_num_queries, rows):
    city = CityFactory()
    for _n in range(rows):
        report = signed(BureauFactory(parent=city, ledger_from=date(2025, 1, 1)))
        HandInFactory(report=report)
        PublicFormFactory(report=report)
    come(Role.SUPERVISOR, city)

    with django_assert_num_queries(8):
        answer = client.get(page("report-city"))

    assert len(answer.context["rows"]) == rows
