"""Wording a section on its page, two who do it at once, versions, remarks, linked records."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Comment, KeptText, Paragraph, TextVersion
from tests.factories import (
    BureauFactory,
    CommentFactory,
    FormulaFactory,
    HandInFactory,
    KeptTextFactory,
    MeetingFactory,
    ParagraphFactory,
    SectionFactory,
    SentenceFactory,
    SourceFactory,
    UnitFactory,
    UserFactory,
    member,
    walk_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def section():
    """Two paragraphs of one section, typed by hand."""
    found = SectionFactory(report__bureau=BureauFactory(), report__year=2026)
    for position, text in enumerate(("甲事已办。", "乙事已办。"), start=1):
        paragraph = ParagraphFactory(section=found, position=position)
        SentenceFactory(paragraph=paragraph, text=text)
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


def editor(section):
    return page("report-section-edit", section.report_id, section.pk)


def words(answer):
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def form_data(answer, **changes):
    """What the page would send back if nothing was typed, and then some changes."""
    data = {}
    for field in answer.context["form"]:
        value = field.value()
        if value is not False:
            data[field.html_name] = "" if value is None else value
        if field.field.show_hidden_initial:
            data[field.html_initial_name] = value
    return data | changes


def first(section):
    return section.paragraphs.order_by("position").first()


def rows(section):
    return [
        "".join(s.text for s in paragraph.sentences.order_by("position"))
        for paragraph in section.paragraphs.order_by("position")
    ]


# --- the editor ---------------------------------------------------------------------------------


def test_a_paragraph_moves_and_what_was_typed_is_saved(client, come, section):
    come(Role.LEGAL_OFFICER, section.report.bureau)
    key = first(section).pk
    data = form_data(client.get(editor(section)), shift=f"down:{key}")
    data[f"text_{key}"] = "甲事办结。"

    answer = client.post(editor(section), data)

    assert answer["Location"] == f"{editor(section)}#p{key}"
    assert rows(section) == ["乙事已办。", "甲事办结。"]


def test_a_paragraph_is_added_in_its_place_and_another_goes(client, come, section):
    come(Role.LEGAL_OFFICER, section.report.bureau)
    key = first(section).pk
    data = form_data(client.get(editor(section)), added="丙事待办。", place="0")

    client.post(editor(section), data | {f"remove_{key}": "on"})

    assert rows(section) == ["丙事待办。", "乙事已办。"]
    assert not Paragraph.objects.filter(pk=key).exists()


def test_nothing_typed_says_that_nothing_changed(client, come, section):
    come(Role.LEGAL_OFFICER, section.report.bureau)

    answer = client.post(editor(section), form_data(client.get(editor(section))), follow=True)

    assert "没有改动，不用保存。" in words(answer)
    assert not TextVersion.objects.exists()


def test_two_who_word_a_section_lose_nothing(client, come, section):
    """The first saves; the second sees that text beside hers, and saves over it knowingly."""
    key = first(section).pk
    come(Role.LEGAL_OFFICER, section.report.bureau)
    hers = form_data(client.get(editor(section)))
    his = hers | {f"text_{key}": "甲事由张三办结。"}
    client.post(editor(section), his)
    come(Role.LEGAL_OFFICER, section.report.bureau)

    answer = client.post(editor(section), hers | {f"text_{key}": "甲事由李四办结。"})

    said = words(answer)
    assert answer.status_code == 200
    assert "“其他”在您编辑期间已被他人修改" in said
    assert [(run.change, run.text) for run in answer.context["beside"][key]] == [
        ("same", "甲事由"),
        ("removed", "张三"),
        ("added", "李四"),
        ("same", "办结。"),
    ]
    # What both left alone is not compared.
    assert set(answer.context["beside"]) == {key}
    assert answer.context["form"][f"text_{key}"].value() == "甲事由李四办结。"
    assert rows(section)[0] == "甲事由张三办结。"
    kept = KeptText.objects.get()
    assert (kept.text, kept.settled_at) == ("甲事由李四办结。\n\n乙事已办。", None)
    assert "甲事由李四办结。" in words(client.get(page("report-detail", section.report_id)))

    again = form_data(answer)
    client.post(editor(section), again)

    assert rows(section)[0] == "甲事由李四办结。"
    assert not KeptText.objects.filter(settled_at__isnull=True).exists()
    assert [v.text[0]["paragraphs"][0]["text"] for v in TextVersion.objects.order_by("number")] == [
        "甲事由张三办结。",
        "甲事由李四办结。",
    ]


def test_words_for_a_paragraph_that_went_are_not_lost(client, come, section):
    key = first(section).pk
    come(Role.LEGAL_OFFICER, section.report.bureau)
    data = form_data(client.get(editor(section)))
    client.post(editor(section), data | {f"remove_{key}": "on"})

    answer = client.post(
        editor(section), data | {f"text_{key}": "甲事补充。", "added": "另有丙事。"}
    )

    assert answer.context["form"]["added"].value() == "甲事补充。\n另有丙事。"


def test_a_kept_text_is_told_until_it_is_settled(client, come, section):
    user = come(Role.LEGAL_OFFICER, section.report.bureau)
    kept = KeptText.objects.create(
        section=section, text="另一段文字", recorded_by=user, recorded_at="2026-06-10T00:00Z"
    )
    detail = page("report-detail", section.report_id)

    before = "另一段文字" in words(client.get(detail))
    client.post(page("report-kept", section.report_id, kept.pk))

    assert (before, "另一段文字" in words(client.get(detail))) == (True, False)


def test_a_report_under_review_has_no_editor(client, come, section):
    walk_report(section.report, "countersign", "send")
    come(Role.LEGAL_OFFICER, section.report.bureau)

    answer = client.get(editor(section), follow=True)

    assert answer.redirect_chain == [(section.report.get_absolute_url(), 302)]
    assert "退回起草后才能改动" in words(answer)


@pytest.mark.parametrize("more", [1, 3])
def test_the_editor_takes_the_same_queries(client, come, section, django_assert_num_queries, more):
    for position in range(more):
        paragraph = ParagraphFactory(section=section, position=position + 3)
        SentenceFactory(paragraph=paragraph)
        CommentFactory(paragraph=paragraph)
    come(Role.LEGAL_OFFICER, section.report.bureau)

    with django_assert_num_queries(24):
        client.get(editor(section))


# --- beside the text ----------------------------------------------------------------------------


def test_a_typed_sentence_waits_for_proof_and_a_formula_does_not(client, come, section):
    formula = FormulaFactory()
    other = first(section).sentences.get()
    other.formula = formula
    other.save()
    come(Role.LEGAL_OFFICER, section.report.bureau)

    answer = client.get(page("report-detail", section.report_id))

    lacking = [pk for pk, proof in answer.context["proofs"].items() if proof.lacks_proof]
    waiting = section.paragraphs.last().sentences.get()
    assert lacking == [waiting.pk]
    assert answer.content.decode().count('class="lacks no-print"') == 1


def test_a_record_is_found_linked_and_stands_beside_its_sentence(client, come, section):
    bureau = section.report.bureau
    meeting = MeetingFactory(unit=UnitFactory(parent=bureau), title="法制通报会")
    MeetingFactory(unit=bureau, title="警示教育")
    MeetingFactory(title="别局法制通报会")
    come(Role.LEGAL_OFFICER, bureau)
    sentence = first(section).sentences.get()
    address = page("report-sentence-link", section.report_id, sentence.pk)

    found = client.get(f"{address}?kind=meeting&q=通报")
    client.post(f"{address}?kind=meeting&q=通报", {"records": f"meeting-{meeting.pk}"})
    read = client.get(f"{page('report-detail', section.report_id)}?s={sentence.pk}")

    assert [each.pk for each in found.context["offered"]] == [meeting.pk]
    assert [each.label for each in read.context["behind"]] == ["法制通报会"]
    assert read.content.decode().count('class="proof-item"') == 1
    source = sentence.sources.get()
    client.post(address, {"unlink": source.pk})
    assert not sentence.sources.exists()


def test_a_record_of_another_bureau_is_not_linked(client, come, section):
    foreign = MeetingFactory()
    come(Role.LEGAL_OFFICER, section.report.bureau)
    sentence = first(section).sentences.get()
    address = page("report-sentence-link", section.report_id, sentence.pk)

    answer = client.post(f"{address}?kind=meeting", {"records": f"meeting-{foreign.pk}"})

    assert answer.status_code == 200
    assert not sentence.sources.exists()


def test_an_inspector_remarks_and_the_compiler_answers(client, come, section):
    report = section.report
    come(Role.INSPECTOR, report.bureau)
    client.post(
        page("report-comment", report.pk, first(section).pk),
        {"text": "请补充数据", "unit": "不能代填"},
    )
    comment = Comment.objects.get()
    told = words(client.get(page("report-detail", report.pk)))
    come(Role.LEGAL_OFFICER, report.bureau)
    settle = page("report-comment-settle", report.pk, comment.pk)

    empty = client.post(settle, {"answer": ""})
    client.post(settle, {"answer": "已补充"})

    assert comment.text == "请补充数据"
    assert "1 条意见待处理" in told
    assert empty.context["form"].errors.keys() == {"answer"}
    comment.refresh_from_db()
    assert comment.answer == "已补充"
    assert "待处理" not in words(client.get(page("report-detail", report.pk)))


# --- versions -----------------------------------------------------------------------------------


def test_versions_are_listed_and_compared(client, come, section):
    come(Role.LEGAL_OFFICER, section.report.bureau)
    key = first(section).pk
    for text in ("召开43次。", "召开45次。", "召开45次会议。"):
        data = form_data(client.get(editor(section)))
        client.post(editor(section), data | {f"text_{key}": text})
    address = page("report-versions", section.report_id)

    last = client.get(address).content.decode()
    chosen = client.get(f"{address}?old=1&new=2").content.decode()

    assert re.findall(r"<(ins|del)>.*?</span>(.*?)</\1>", last.split("<ins>新增")[1]) == [
        ("ins", "会议")
    ]
    found = re.findall(r"<(ins|del)><span[^>]*>(.*?)</span>(.*?)</\1>", chosen)
    assert found == [("del", "删去：", "43"), ("ins", "新写：", "45")]


@pytest.mark.parametrize("more", [1, 3])
def test_versions_take_the_same_queries(client, come, section, django_assert_num_queries, more):
    come(Role.LEGAL_OFFICER, section.report.bureau)
    key = first(section).pk
    for number in range(more + 1):
        data = form_data(client.get(editor(section)))
        client.post(editor(section), data | {f"text_{key}": f"召开{number}次。"})

    with django_assert_num_queries(7):
        client.get(page("report-versions", section.report_id))


# --- pages beside the editor ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["report-edit", "report-hand-ins", "report-step", "report-sentence-link"]
)
def test_pages_beside_the_editor_take_the_same_queries(client, come, section, name):
    report = section.report
    come(Role.LEGAL_OFFICER, report.bureau)
    taken = []
    for rows in (1, 3):
        for n in range(rows):
            more = SectionFactory(report=report, position=10 * rows + n)
            said = SentenceFactory(paragraph__section=more)
            CommentFactory(paragraph=said.paragraph, recorded_by=UserFactory())
            KeptTextFactory(section=more, recorded_by=UserFactory())
            HandInFactory(report=report)
            meeting = MeetingFactory(unit=report.bureau, held_on=date(report.year, 3, 4))
            SourceFactory(sentence=said, meeting=meeting, figure="")
        keys = {"report-step": ["countersign"], "report-sentence-link": [said.pk]}
        with CaptureQueriesContext(connection) as found:
            answer = client.get(page(name, report.pk, *keys.get(name, [])))
        assert answer.status_code == 200
        taken.append(len(found))

    assert taken[0] == taken[1]
