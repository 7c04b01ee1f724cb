"""Wording a section, two who word it at once, remarks, linked records and earlier versions."""

import pytest

from reports.actions.report_editing import (
    CannotComment,
    CannotEdit,
    CannotLink,
    SectionChanged,
    TextEdit,
    add_comment,
    edit_report,
    keep_text,
    link_records,
    settle_comment,
    settle_kept,
    unlink_record,
)
from reports.actions.summaries import compile_report
from reports.models import KeptText, Paragraph, Section, TextVersion
from reports.selectors.report_reading import compare_versions
from tests.factories import (
    NOON,
    BureauFactory,
    HonourFactory,
    MeetingFactory,
    ParagraphFactory,
    ProblemFactory,
    SectionFactory,
    SentenceFactory,
    UserFactory,
    walk_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def section():
    """Three paragraphs of one section, typed by hand."""
    found = SectionFactory()
    for position, text in enumerate(("甲事已办。", "乙事已办。", "丙事已办。"), start=1):
        paragraph = ParagraphFactory(section=found, position=position, heading=f"第{position}")
        SentenceFactory(paragraph=paragraph, text=text)
    return found


def rows(section):
    return [
        "".join(s.text for s in paragraph.sentences.order_by("position"))
        for paragraph in section.paragraphs.order_by("position")
    ]


def pks(section):
    return list(section.paragraphs.order_by("position").values_list("pk", flat=True))


def edit(section, by=None, **kwargs):
    return edit_report(
        report_id=section.report_id,
        edit=TextEdit(**kwargs),
        by=by,
        at=NOON,
        today=TODAY,
    )


# --- one section --------------------------------------------------------------------------------


def test_only_the_section_that_changed_is_written(section):
    other = SectionFactory(report=section.report, position=2)
    SentenceFactory(paragraph__section=other, text="丁事已办。")
    first = pks(section)[0]

    edit(section, texts={first: "甲事办结。"}, bases={section.pk: 0, other.pk: 0})

    revisions = dict(Section.objects.values_list("pk", "revision"))
    assert revisions == {section.pk: 1, other.pk: 0}
    (version,) = TextVersion.objects.all()
    assert (version.number, version.why) == (1, "修改 其他")
    assert version.text[0]["paragraphs"][0] == {"heading": "第1", "text": "甲事办结。"}


def test_paragraphs_move_are_added_and_go(section):
    first, second, third = pks(section)

    edit(section, shift=(third, -1))
    moved = rows(section)
    edit(section, added={section.pk: ("", "新事待办。")}, places={section.pk: first})
    added = rows(section)
    edit(section, removed={second})

    assert moved == ["甲事已办。", "丙事已办。", "乙事已办。"]
    assert added == ["甲事已办。", "新事待办。", "丙事已办。", "乙事已办。"]
    assert rows(section) == ["甲事已办。", "新事待办。", "丙事已办。"]
    kept = TextVersion.objects.get(number=2).text[0]["paragraphs"]
    assert [each["text"] for each in kept][-1] == "乙事已办。"


@pytest.mark.parametrize(("place", "found"), [(0, 0), (None, 3)])
def test_a_new_paragraph_stands_first_or_last(section, place, found):
    places = {} if place is None else {section.pk: place}

    edit(section, added={section.pk: ("", "新事待办。")}, places=places)

    assert rows(section).index("新事待办。") == found


def test_the_first_paragraph_does_not_move_up(section):
    edited = edit(section, shift=(pks(section)[0], -1))

    assert (edited.is_changed, rows(section)[0]) == (False, "甲事已办。")
    assert not TextVersion.objects.exists()


def test_the_second_of_two_is_refused_and_nothing_of_hers_is_written(section):
    first = pks(section)[0]
    edit(section, texts={first: "甲事由张三办结。"}, bases={section.pk: 0})

    with pytest.raises(SectionChanged, match="已被他人修改"):
        edit(section, texts={first: "甲事由李四办结。"}, bases={section.pk: 0})

    assert rows(section)[0] == "甲事由张三办结。"


def test_the_same_page_sent_again_changes_nothing(section):
    first = pks(section)[0]
    edit(section, texts={first: "甲事办结。"}, bases={section.pk: 0})

    again = edit(section, texts={first: "甲事办结。"}, bases={section.pk: 0})

    assert (again.is_changed, TextVersion.objects.count()) == (False, 1)


def test_what_was_kept_is_settled_by_saving_over_it(section):
    user, other = UserFactory(), UserFactory()
    mine = keep_text(section_id=section.pk, text="我的文字", by=user, at=NOON)
    again = keep_text(section_id=section.pk, text="我的文字", by=user, at=NOON)
    hers = keep_text(section_id=section.pk, text="她的文字", by=other, at=NOON)

    edit(section, by=user, texts={pks(section)[0]: "我的文字。"}, bases={section.pk: 0})

    assert (again, KeptText.objects.count()) == (mine, 2)
    assert list(KeptText.objects.filter(settled_at__isnull=True)) == [hers]
    settle_kept(kept_id=hers.pk, at=NOON)
    assert not KeptText.objects.filter(settled_at__isnull=True).exists()


def test_a_new_compilation_is_noticed_by_who_words_the_section():
    bureau = BureauFactory()
    HonourFactory(bureau=bureau, title="优秀单位")
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    before = dict(report.sections.values_list("role", "revision"))
    HonourFactory(bureau=bureau, title="先进集体")

    compile_report(bureau=bureau, year=2026, **STAMP)

    after = dict(report.sections.values_list("role", "revision"))
    changed = {role for role, revision in after.items() if revision != before[role]}
    assert changed == {"achievements"}


@pytest.mark.parametrize("steps", [("countersign", "send"), ("countersign", "send", "review")])
def test_a_text_under_review_stands_still(section, steps):
    walk_report(section.report, *steps)

    with pytest.raises(CannotEdit, match="退回起草后才能改动"):
        edit(section, texts={pks(section)[0]: "改一下。"})


def test_a_text_that_is_countersigned_may_be_worded(section):
    walk_report(section.report, "countersign")

    edit(section, texts={pks(section)[0]: "甲事按会签意见修改。"})

    assert rows(section)[0] == "甲事按会签意见修改。"


# --- versions -----------------------------------------------------------------------------------


def test_any_two_versions_are_compared_by_words(section):
    first = pks(section)[0]
    edit(section, texts={first: "全年召开会议43次。"})
    edit(section, texts={first: "全年召开例会45次。"})
    old, new = TextVersion.objects.order_by("number")

    (compared,) = compare_versions(old, new)

    changed = [each for each in compared.paragraphs if each.is_changed]
    assert [(run.change, run.text) for run in changed[0].text] == [
        ("same", "全年召开"),
        ("removed", "会议43"),
        ("added", "例会45"),
        ("same", "次。"),
    ]
    assert (len(changed), len(compared.paragraphs)) == (1, 3)


# --- remarks ------------------------------------------------------------------------------------


def test_a_remark_is_made_once_and_answered_once(section):
    user, other = UserFactory(), UserFactory()
    where = {"paragraph_id": pks(section)[0], "by": user, "at": NOON}
    comment = add_comment(text=" 请补充数据 ", unit="政治处", **where)
    again = add_comment(text="请补充数据", unit="政治处", **where)

    settled = settle_comment(comment_id=comment.pk, answer="已补充", by=user, at=NOON)

    assert (again, comment.text) == (comment, "政治处：请补充数据")
    assert (settled.answer, settled.settled_by) == ("已补充", user)
    with pytest.raises(CannotComment, match="已经处理：已补充"):
        settle_comment(comment_id=comment.pk, answer="未采纳", by=other, at=NOON)


def test_remarks_that_cannot_be(section):
    user, first = UserFactory(), pks(section)[0]
    comment = add_comment(paragraph_id=first, text="请补充", by=user, at=NOON)
    walk_report(section.report, "countersign", "send", "review", "deliberate", "sign")

    with pytest.raises(CannotComment, match="请写明处理情况"):
        settle_comment(comment_id=comment.pk, answer=" ", by=user, at=NOON)
    with pytest.raises(CannotComment, match="不能再改"):
        add_comment(paragraph_id=first, text="再补充", by=user, at=NOON)


def test_a_paragraph_with_an_open_remark_does_not_go(section):
    first, second, _third = pks(section)
    user = UserFactory()
    comment = add_comment(paragraph_id=second, text="请补充", by=user, at=NOON)

    with pytest.raises(CannotEdit) as refused:
        edit(section, removed={second})
    settle_comment(comment_id=comment.pk, answer="不再写入", by=user, at=NOON)
    edit(section, removed={second})

    assert "请先处理" in refused.value.by_field[f"text_{second}"][0]
    comment.refresh_from_db()
    assert (comment.paragraph_id, Paragraph.objects.filter(pk=second).exists()) == (first, False)


# --- linked records -----------------------------------------------------------------------------


def test_records_are_linked_once_and_taken_off(section):
    user = UserFactory()
    sentence = section.paragraphs.first().sentences.get()
    meeting, problem = MeetingFactory(), ProblemFactory()
    links = [("meeting", meeting.pk), ("problem", problem.pk)]

    new = link_records(sentence_id=sentence.pk, records=links, by=user, at=NOON)
    again = link_records(sentence_id=sentence.pk, records=links[:1], by=user, at=NOON)
    source = sentence.sources.get(problem=problem)
    unlink_record(source_id=source.pk)
    unlink_record(source_id=source.pk)

    assert (new, again) == (2, 0)
    (left,) = sentence.sources.all()
    assert (left.meeting, left.linked_by, left.linked_at) == (meeting, user, NOON)


def test_links_that_cannot_be(section):
    user = UserFactory()
    compiled = SentenceFactory(paragraph__section=section, paragraph__position=9, is_compiled=True)
    source = compiled.sources.create(figure="honours/list")
    typed = section.paragraphs.first().sentences.get()

    with pytest.raises(CannotLink, match="不用手工关联"):
        link_records(sentence_id=compiled.pk, records=[("problem", 1)], by=user, at=NOON)
    with pytest.raises(CannotLink, match="请选择"):
        link_records(sentence_id=typed.pk, records=[("person", 1)], by=user, at=NOON)
    with pytest.raises(CannotLink, match="随台账更新，不能取消"):
        unlink_record(source_id=source.pk)
