import uuid
from dataclasses import replace
from datetime import date, datetime

import pytest

from reports.actions.delivered_records import lay_record_kinds
from reports.actions.evidence import Reference, add_evidence
from reports.actions.measures import edit_measure
from reports.actions.meetings import correct_meeting, draft_of
from reports.actions.problems import ProblemDraft, edit_problem, register_problem
from reports.actions.records import (
    MustConfirm,
    RecordDraft,
    add_record,
    add_records,
    cancel_record,
    edit_record,
)
from reports.actions.refusals import Refused
from reports.domain.record_kinds import HEADINGS, KINDS
from reports.models import EvidenceUse, RecordField, RecordKind, ReportHeading, WorkRecord
from tests.factories import (
    NOON,
    AppointmentFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ProblemSourceFactory,
    RecordFieldFactory,
    RecordKindFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
MAY = date(2026, 5, 1)


@pytest.fixture
def unit():
    return UnitFactory()


@pytest.fixture
def kind():
    kind = RecordKindFactory()
    RecordFieldFactory(kind=kind, code="audience", label="受众", counter="人次", in_totals=True)
    RecordFieldFactory(
        kind=kind, code="topic", label="主题", type="choice", choices=["反诈", "禁毒"]
    )
    return kind


@pytest.fixture
def draft(unit, kind):
    return RecordDraft(
        unit=unit, kind=kind, on=date(2026, 6, 9), title=" 反诈进社区 ", values={"audience": 80.0}
    )


@pytest.fixture
def total(unit, kind):
    return RecordDraft(
        unit=unit, kind=kind, on=MAY, is_total=True, amount=12, source="月报", values={}
    )


def enter(draft, **how):
    return add_record(draft, by=UserFactory(), at=NOON, today=TODAY, **how)[0]


def refused(action, *args, **how):
    with pytest.raises(Refused) as refusal:
        action(*args, **how)
    return refusal.value.reasons


def test_a_record_is_entered(draft, unit, kind):
    record = enter(draft)

    record.refresh_from_db()
    assert (record.unit, record.bureau, record.kind) == (unit, unit.bureau, kind)
    assert (record.title, record.on, record.amount) == ("反诈进社区", date(2026, 6, 9), 1)
    assert record.values == {"audience": 80}
    assert record.initials.split()[0] == "fzjsq"
    assert record.history.count() == 1


def test_the_post_of_that_day_is_kept(draft, unit):
    person = PersonFactory(unit=unit)
    before, after = PostFactory(code="deputy"), PostFactory(code="chief")
    AppointmentFactory(person=person, post=before, last_day=date(2026, 6, 9))
    AppointmentFactory(person=person, post=after, first_day=date(2026, 6, 10))

    record = enter(replace(draft, person=person))

    assert record.person_post == before


def test_a_post_in_the_unit_comes_before_one_elsewhere(draft, unit):
    person = PersonFactory(unit=unit)
    AppointmentFactory(person=person, unit=UnitFactory(), post=PostFactory(code="first"))
    own = AppointmentFactory(person=person, post=PostFactory(code="second", is_capacity=True))

    record = enter(replace(draft, person=person))

    assert record.person_post == own.post


def test_two_presses_make_one_record(draft):
    draft = replace(draft, once=uuid.uuid4())

    found = [add_record(draft, by=None, at=NOON, today=TODAY) for _n in range(2)]

    assert [made for _record, made in found] == [True, False]
    assert found[0][0] == found[1][0]
    assert WorkRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "请填写名称。"),
        ({"on": date(2026, 6, 11)}, "日期不能晚于今天：做完再录入。"),
        ({"values": {"audience": -1}}, "受众：数字不能小于零。"),
        ({"values": {"topic": "赌博"}}, "主题：请从所列选项中选择。"),
        ({"values": {"gone": 1}}, "gone：该种类没有此栏。"),
    ],
)
def test_entering_refuses(draft, change, said):
    assert refused(enter, replace(draft, **change)) == [said]


def test_a_unit_that_was_not_there_is_refused(draft):
    unit = UnitFactory(opened_on=date(2026, 6, 10), name="新设派出所")

    reasons = refused(enter, replace(draft, unit=unit))

    assert reasons == ["新设派出所在2026年6月9日尚未设立或已停用。"]


def test_a_unit_outside_every_bureau_is_refused(draft):
    city = UnitFactory(parent=None, kind__code="city")

    reasons = refused(enter, replace(draft, unit=city))

    assert reasons == ["该单位不属于任何分局，不能录入工作记录。"]


def test_a_kind_out_of_use_is_refused(draft, kind):
    kind.is_active = False
    kind.save()

    assert refused(enter, draft) == ["该种类已停用，不能再录入。"]


def test_names_of_parties_are_refused_where_cases_are_concerned(draft, kind):
    kind.is_case = True
    kind.save()

    reasons = refused(enter, replace(draft, title="信访人张三"))

    assert reasons == ["涉及具体案件的只写编号，请删去当事人姓名。"]


def test_a_plan_item_of_another_bureau_is_refused(draft):
    reasons = refused(enter, replace(draft, measure=MeasureFactory()))

    assert reasons == ["对应的年度安排和会议须属于同一分局。"]


def test_a_total_is_called_by_its_kind_and_month(total):
    record = enter(total)

    assert (record.title, record.amount, record.on) == ("法治宣传（2026年5月合计）", 12, MAY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": " "}, "按月合计须写明数据来源。"),
        ({"values": {"topic": "反诈"}}, "主题：此栏不填合计。"),
        ({"on": date(2026, 5, 2)}, "按月合计请选择月份。"),
    ],
)
def test_a_total_refuses(total, change, said):
    assert refused(enter, replace(total, **change)) == [said]


def test_a_kind_that_takes_no_totals(total, kind):
    kind.takes_totals = False
    kind.save()

    assert refused(enter, total) == ["该种类须逐条录入，不能按月填合计。"]


def test_a_second_total_of_the_month_is_refused(total):
    enter(total)

    assert refused(enter, replace(total, amount=13), confirmed=True) == [
        "该单位该月的合计已录入，请修改已有的合计。"
    ]


def test_a_total_beside_single_records_is_asked_about_first(draft, total):
    enter(replace(draft, on=date(2026, 5, 20)))

    with pytest.raises(MustConfirm) as question:
        enter(total)
    enter(total, confirmed=True)

    assert question.value.reasons == [
        "该单位该月已有逐条录入的记录。两者并存时只计逐条录入的数量，合计不计入。"
    ]
    assert WorkRecord.objects.filter(is_total=True).count() == 1


def test_a_single_record_beside_a_total_is_asked_about_first(draft, total):
    enter(total)

    with pytest.raises(MustConfirm) as question:
        enter(replace(draft, on=date(2026, 5, 20)))

    assert question.value.reasons == [
        "该单位该月已填合计。再逐条录入的，只计逐条录入的数量，合计不再计入。"
    ]


def test_a_month_that_is_not_over_is_asked_about_first(total):
    with pytest.raises(MustConfirm) as question:
        enter(replace(total, on=date(2026, 6, 1)))

    assert question.value.reasons == ["该月尚未结束，所填合计可能不全。"]


def test_what_looks_the_same_is_asked_about_first(draft):
    enter(draft)

    with pytest.raises(MustConfirm) as question:
        enter(draft)

    assert question.value.reasons == ["该单位当日已有同名记录，请核对是否重复录入。"]


def test_many_are_entered_with_their_own_moments(draft, total):
    moments = [NOON, datetime(2026, 6, 2, 9, tzinfo=NOON.tzinfo)]

    add_records([draft, total], by=None, at=moments, today=TODAY)

    found = WorkRecord.objects.order_by("-on")
    assert [(row.title, row.recorded_at) for row in found] == [
        ("反诈进社区", moments[0]),
        ("法治宣传（2026年5月合计）", moments[1]),
    ]
    assert [row.history.count() for row in found] == [1, 1]


def test_of_many_a_bad_one_stops_all(draft):
    bad = replace(draft, title="")

    reasons = refused(add_records, [draft, bad], by=None, at=[NOON, NOON], today=TODAY)

    assert (reasons, WorkRecord.objects.count()) == (["请填写名称。"], 0)


# --- correcting and cancelling ------------------------------------------------------------------


def edit(record, draft, **how):
    return edit_record(record_id=record.pk, draft=draft, today=TODAY, **how)


def test_a_record_is_corrected_and_the_history_keeps_what_it_was(draft):
    record = enter(draft)

    edit(record, replace(draft, title="禁毒进校园", values={"audience": 90}))

    record.refresh_from_db()
    assert (record.title, record.values, record.initials.split()[0]) == (
        "禁毒进校园",
        {"audience": 90},
        "jdjxy",
    )
    assert [row.title for row in record.history.order_by("history_id")] == [
        "反诈进社区",
        "禁毒进校园",
    ]


def test_correcting_refuses_another_kind_and_another_bureau(draft):
    record = enter(draft)
    other = RecordKindFactory(code="training", name="培训")

    reasons = [
        refused(edit, record, replace(draft, kind=other, values={})),
        refused(edit, record, replace(draft, unit=UnitFactory())),
    ]

    assert reasons == [
        ["种类和录入方式不能改；录错的，请作废后重新录入。"],
        ["不能改到别的分局；请作废后在该分局录入。"],
    ]


def test_a_day_after_the_problem_was_found_is_refused(draft, unit):
    record = enter(replace(draft, on=date(2026, 6, 1)))
    ProblemFactory(unit=unit, record=record, found_on=date(2026, 6, 2))

    reasons = refused(edit, record, replace(draft, on=date(2026, 6, 3)))

    assert reasons == ["由此登记的问题1发现于2026年6月2日，日期不能改到此后。"]


def test_moving_a_record_into_a_month_with_a_total_is_asked_about(draft, total):
    record = enter(draft)
    enter(total)

    with pytest.raises(MustConfirm):
        edit(record, replace(draft, on=date(2026, 5, 20)))
    edit(record, replace(draft, on=date(2026, 5, 20)), confirmed=True)

    record.refresh_from_db()
    assert record.on == date(2026, 5, 20)


def cancel(record, because="重复录入"):
    return cancel_record(record_id=record.pk, because=because, by=UserFactory(), at=NOON)


def test_a_cancelled_record_stays_with_its_reason(draft):
    record = cancel(enter(draft))

    record.refresh_from_db()
    assert (record.is_cancelled, record.cancelled_because) == (True, "重复录入")
    assert refused(cancel, record) == ["该记录已作废。"]
    assert refused(edit, record, draft) == ["该记录已作废，不能再修改。"]


def test_cancelling_refuses_without_a_reason_and_while_a_problem_rests_on_it(draft, unit):
    record = enter(draft)
    ProblemFactory(unit=unit, record=record, found_on=TODAY)

    assert refused(cancel, record, because=" ") == [
        "请写明作废原因。",
        "已据此登记问题1，请先作废这些问题。",
    ]


def test_after_a_total_is_cancelled_another_may_be_entered(total):
    cancel(enter(total))

    again = enter(replace(total, amount=9))

    assert again.amount == 9


def test_files_and_references_belong_to_the_record(draft):
    record = enter(draft)

    add_evidence(
        target=record, references=[Reference(title="签到表", keeper="内勤")], by=None, at=NOON
    )

    use = EvidenceUse.objects.get()
    assert (use.record, use.evidence.unit) == (record, record.unit)


# --- what work brings to light ------------------------------------------------------------------


def problem(unit, **more):
    return ProblemDraft(
        unit=unit, title="笔录缺页", source=ProblemSourceFactory(), found_on=TODAY, **more
    )


def test_a_problem_knows_the_work_that_found_it(draft, unit):
    record = enter(draft)

    found = register_problem(problem(unit, record=record), by=None, at=NOON, today=TODAY)

    assert (found.record, list(record.problems.all())) == (record, [found])


def test_a_correction_of_the_problem_keeps_it(draft, unit):
    record = enter(draft)
    given = problem(unit, record=record)
    found = register_problem(given, by=None, at=NOON, today=TODAY)

    edit_problem(problem_id=found.pk, draft=problem(unit), by=UserFactory(), at=NOON, today=TODAY)

    found.refresh_from_db()
    assert found.record == record


def test_work_elsewhere_cancelled_or_later_finds_no_problem(draft, unit):
    late = WorkRecordFactory(unit=unit, on=TODAY)
    gone = cancel(enter(draft))

    reasons = [
        refused(register_problem, problem(unit, record=record), by=None, at=NOON, today=TODAY)
        for record in (WorkRecordFactory(), gone)
    ]
    reasons.append(
        refused(
            register_problem,
            replace(problem(unit, record=late), found_on=date(2026, 6, 9)),
            by=None,
            at=NOON,
            today=TODAY,
        )
    )

    assert reasons == [
        ["发现问题的工作和述法须属于同一分局。"],
        ["发现问题的工作或述法已作废，不能据以登记问题。"],
        ["发现日期早于开展该项工作或述法的日期。"],
    ]


# --- initials of what is found by them ----------------------------------------------------------


def test_initials_follow_the_title_wherever_it_changes(unit):
    measure = MeasureFactory(unit=unit, title="案卷评查")
    meeting = MeetingFactory(unit=unit, title="法制例会")
    found = register_problem(problem(unit), by=None, at=NOON, today=TODAY)

    first = [row.initials.split()[0] for row in (measure, found)]
    edit_measure(
        measure_id=measure.pk,
        title="业务培训",
        standard="",
        responsible=None,
        unit=unit,
        problems=(),
        plan_year=2026,
    )
    correct_meeting(
        meeting_id=meeting.pk,
        draft=replace(draft_of(meeting, []), title="法制大会"),
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )
    edit_problem(
        problem_id=found.pk,
        draft=replace(problem(unit), title="案卷缺页", source=found.source),
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )

    for row in (measure, meeting, found):
        row.refresh_from_db()
    assert first == ["ajpc", "blqy"]
    assert [row.initials.split()[0] for row in (measure, meeting, found)] == [
        "ywpx",
        "fzdh",
        "ajqy",
    ]


# --- what a ledger is delivered with ------------------------------------------------------------


def test_kinds_are_laid_once_and_what_is_there_stays():
    source = ProblemSourceFactory(code="case_review")
    lay_record_kinds()
    RecordKind.objects.filter(code="publicity").update(name="普法活动")
    RecordField.objects.filter(kind__code="publicity", code="copies").delete()

    lay_record_kinds()

    review = RecordKind.objects.get(code="case_file_review")
    assert RecordKind.objects.count() == len(KINDS)
    assert ReportHeading.objects.count() == len(HEADINGS)
    assert RecordKind.objects.get(code="publicity").name == "普法活动"
    assert not RecordField.objects.filter(kind__code="publicity", code="copies").exists()
    assert (review.problem_source, review.heading.name) == (source, "执法监督")


def test_every_delivered_kind_can_be_entered(unit):
    lay_record_kinds()
    plain = {"text": "内容", "number": 1, "day": "2026-06-09", "yes_no": False}
    drafts = [
        RecordDraft(
            unit=unit,
            kind=kind,
            on=TODAY,
            title="示2026-1",
            values={
                each.code: each.choices[0] if each.type == "choice" else plain[each.type]
                for each in kind.fields.all()
            },
        )
        for kind in RecordKind.objects.order_by("pk")
    ]

    add_records(drafts, by=None, at=[NOON] * len(drafts), today=TODAY)

    assert WorkRecord.objects.count() == len(KINDS)
