from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.domain.access import Role
from reports.exchange.sheets import workbook
from reports.models import Assessment, AssessmentItem, ItemProof, Job
from tests.factories import (
    AssessmentFactory,
    AssessmentItemFactory,
    BureauFactory,
    CityFactory,
    ItemProofFactory,
    MeetingFactory,
    ScheduleFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


@pytest.fixture
def legal(client, bureau):
    client.force_login(member(Role.LEGAL_OFFICER, bureau))
    return client


@pytest.fixture
def item(bureau):
    return AssessmentItemFactory(assessment__unit=bureau, number="1.1", points=Decimal(5))


def at(name, *keys):
    return reverse(f"reports:{name}", args=keys)


def page(client, address, **more):
    return client.get(address, **more).content.decode()


# --- numbers of queries ---------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        AssessmentItemFactory(assessment__unit=bureau)

    with django_assert_num_queries(7):
        legal.get(at("assessment-list") + "?year=2026")


def filled(bureau, rows):
    """A volume with last year's beside it; each item is proved by a meeting."""
    before = AssessmentFactory(unit=bureau, year=2025)
    made = AssessmentFactory(unit=bureau, follows=before)
    for n in range(rows):
        for of in (before, made):
            item = AssessmentItemFactory(assessment=of, number=str(n))
            ItemProofFactory(item=item, meeting=MeetingFactory(unit=bureau))
            ItemProofFactory(item=item, meeting=None, schedule=ScheduleFactory(set__unit=bureau))
    return made, item


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("assessment-detail", 8),
        ("assessment-print", 7),
        # A file is told to the audit log.
        ("assessment-docx", 8),
        ("assessment-sheet", 8),
    ],
)
def test_a_volume_takes_the_same_queries(
    legal, bureau, rows, name, number, django_assert_num_queries
):
    made, _item = filled(bureau, rows)

    with django_assert_num_queries(number):
        legal.get(at(name, made.pk))


@pytest.mark.parametrize("rows", [1, 3])
def test_an_item_takes_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    _made, item = filled(bureau, rows)

    with django_assert_num_queries(10):
        legal.get(at("assessment-item", item.pk) + "?kind=meeting&q=")


# --- the volume -----------------------------------------------------------------------------------


def test_a_volume_is_begun_and_offers_last_years(legal, bureau):
    before = AssessmentFactory(unit=bureau, year=2025, title="法治考核")

    form = legal.get(at("assessment-new")).context["form"]
    data = {"title": "法治考核", "year": "2026", "basis": "通知", "follows": before.pk}
    answer = legal.post(at("assessment-new"), data)

    made = Assessment.objects.get(year=2026)
    assert form.initial == {
        "unit": bureau.pk,
        "year": 2026,
        "title": "法治考核",
        "follows": before.pk,
    }
    assert answer["Location"] == made.get_absolute_url()
    assert (made.unit, made.follows, made.basis) == (bureau, before, "通知")


def test_a_refused_volume_keeps_what_was_typed(legal, bureau):
    AssessmentFactory(unit=bureau, year=2026, title="法治考核")

    answer = legal.post(
        at("assessment-new"), {"title": "法治考核", "year": "2026", "basis": "通知"}
    )

    assert answer.context["form"].non_field_errors() == ["该年度已有同名的迎检卷。"]
    assert answer.context["form"]["basis"].value() == "通知"


def test_a_volume_is_corrected(legal, item):
    data = {"title": "新名称", "year": "2026", "basis": ""}

    legal.post(at("assessment-edit", item.assessment_id), data)

    assert Assessment.objects.get().title == "新名称"


def test_items_are_narrowed_to_a_gap_or_a_finding(legal, item):
    AssessmentItemFactory(assessment=item.assessment, finding="not_asked", basis="没有")
    address = item.assessment.get_absolute_url()

    shown = {
        only: [
            row["item"].number
            for _heading, rows in legal.get(f"{address}?only={only}").context["groups"]
            for row in rows
        ]
        for only in ("no_proof", "none", "not_asked", "unknown")
    }

    other = str(AssessmentItem.objects.last().number)
    assert shown == {
        "no_proof": ["1.1"],
        "none": ["1.1"],
        "not_asked": [other],
        "unknown": ["1.1", other],
    }


def test_who_only_reads_sees_no_buttons(client, bureau, item):
    client.force_login(member(Role.LEADER, bureau))

    assert client.get(item.assessment.get_absolute_url()).context["may_keep"] is False
    answer = client.post(at("assessment-item", item.pk), {"finding": "met", "basis": "有"})
    assert answer.status_code == 403


# --- the table ------------------------------------------------------------------------------------


def upload(*rows, name="考核表.xlsx"):
    content = workbook([["编号", "类别", "考核内容", "分值"], *rows], sheet="表")
    return {"file": SimpleUploadedFile(name, content)}


def test_a_table_is_shown_first_and_entered_when_confirmed(legal, bureau):
    assessment = AssessmentFactory(unit=bureau)
    address = at("assessment-import", assessment.pk)

    shown = legal.post(address, upload(["1", "甲", "内容", 5], ["2", "", "再", 3]))
    assert AssessmentItem.objects.count() == 0
    answer = legal.post(address, {"read": shown.context["read"]})

    assert answer["Location"] == assessment.get_absolute_url()
    assert list(
        AssessmentItem.objects.order_by("position").values_list("number", "heading", "points")
    ) == [("1", "甲", Decimal(5)), ("2", "甲", Decimal(3))]
    assert Assessment.objects.get().imported_from == "考核表.xlsx"


def test_a_table_with_a_fault_cannot_be_confirmed(legal, bureau):
    assessment = AssessmentFactory(unit=bureau)

    answer = legal.post(at("assessment-import", assessment.pk), upload(["1", "甲", "", 5]))

    assert answer.context["read"] == ""
    assert "<b>C2</b> 请填写考核内容。" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({}, "file", "请选择表格。"),
        ({"read": "forged"}, "read", "预览已过期，请重新选择表格。"),
    ],
)
def test_nothing_to_import_is_said(legal, bureau, data, field, sentence):
    answer = legal.post(at("assessment-import", AssessmentFactory(unit=bureau).pk), data)

    assert answer.context["form"].errors[field] == [sentence]


# --- items ----------------------------------------------------------------------------------------


def test_an_item_is_added_corrected_and_removed(legal, item):
    assessment = item.assessment
    data = {"number": "1.2", "heading": "甲", "text": "内容", "points": "3"}

    legal.post(at("assessment-item-new", assessment.pk), data)
    made = AssessmentItem.objects.get(number="1.2")
    legal.post(at("assessment-item-edit", made.pk), data | {"text": "新内容"})
    made.refresh_from_db()
    answer = legal.post(at("assessment-item-edit", made.pk), {"remove": "1"})

    assert made.text == "新内容"
    assert answer["Location"] == assessment.get_absolute_url()
    assert list(assessment.items.all()) == [item]


def test_one_walks_from_item_to_item(legal, item):
    after = AssessmentItemFactory(assessment=item.assessment, number="1.2")

    first, last = (
        legal.get(at("assessment-item", each.pk)).context["item"] for each in (item, after)
    )

    assert (first.before_pk, first.after_pk, first.after_number) == (None, after.pk, "1.2")
    assert (last.before_pk, last.before_number, last.after_pk) == (item.pk, "1.1", None)


def test_a_finding_is_kept(legal, item):
    data = {"finding": "partly", "own_points": "3.5", "basis": "研究三次"}

    answer = legal.post(at("assessment-item", item.pk), data)

    item.refresh_from_db()
    assert answer.status_code == 302
    assert (item.finding, item.own_points, item.basis) == ("partly", Decimal("3.5"), "研究三次")


def test_a_refused_finding_says_why_beside_the_field(legal, item):
    data = {"finding": "met", "own_points": "6", "basis": ""}

    form = legal.post(at("assessment-item", item.pk), data).context["form"]

    assert form.errors == {"basis": ["请写明自评依据。"], "own_points": ["自评分不能高于分值。"]}
    assert form["own_points"].value() == "6"


def test_a_record_is_found_put_to_the_item_and_taken_out(legal, bureau, item):
    meeting = MeetingFactory(unit=bureau, title="党委会专题研究", held_on=date(2026, 3, 4))
    address = at("assessment-item", item.pk)

    hits = legal.get(f"{address}?kind=meeting&q=专题").context["hits"]
    data = {"kind": "meeting", "key": meeting.pk, "q": "专题"}
    answer = legal.post(at("assessment-prove", item.pk), data)
    again = legal.post(at("assessment-prove", item.pk), data, follow=True)

    assert [hit.key for hit in hits] == [meeting.pk]
    assert answer["Location"] == f"{address}?kind=meeting&q=%E4%B8%93%E9%A2%98#find"
    assert "这条记录已经列在本项佐证中。" in again.content.decode()
    proof = ItemProof.objects.get()
    assert proof.meeting == meeting

    legal.post(at("assessment-unprove", proof.pk))

    assert ItemProof.objects.count() == 0


def test_a_record_that_may_not_be_seen_does_not_exist(legal, item):
    foreign = MeetingFactory(held_on=date(2026, 3, 4))

    answer = legal.post(at("assessment-prove", item.pk), {"kind": "meeting", "key": foreign.pk})

    assert answer.status_code == 404


def test_rules_of_last_year_are_taken_over(legal, bureau):
    before = AssessmentItemFactory(assessment__unit=bureau, assessment__year=2025, number="1")
    item = AssessmentItemFactory(
        assessment__unit=bureau, assessment__follows=before.assessment, number="1"
    )
    rule = ScheduleFactory(set__unit=bureau)
    proof = ItemProofFactory(item=before, meeting=None, schedule=rule)

    offers = legal.get(at("assessment-item", item.pk)).context["offers"]
    legal.post(at("assessment-take-over", item.pk), {"proof": [proof.pk]})

    assert [offer.pk for offer in offers] == [proof.pk]
    assert [each.schedule for each in item.proofs.all()] == [rule]


# --- out ------------------------------------------------------------------------------------------


def test_the_print_has_cover_contents_findings_and_items(legal, bureau, item):
    ItemProofFactory(item=item, meeting=MeetingFactory(unit=bureau, title="党委会"))

    text = page(legal, at("assessment-print", item.assessment_id), HTTP_ACCEPT_LANGUAGE="en")

    assert text.count(f'id="item-{item.pk}"') == 1
    assert text.count(f'href="#item-{item.pk}"') == 1
    for words in ("迎检卷", "目录", "自评表", "会议：党委会（"):
        assert words in text


def test_a_pack_is_asked_for(legal, item):
    data = {"why": "迎接考核", "references": "on"}

    answer = legal.post(at("assessment-pack", item.assessment_id), data)

    job = Job.objects.get()
    assert answer["Location"] == job.get_absolute_url()
    assert (job.arguments["assessment"], job.arguments["unit"], job.arguments["why"]) == (
        item.assessment_id,
        item.assessment.unit_id,
        "迎接考核",
    )
