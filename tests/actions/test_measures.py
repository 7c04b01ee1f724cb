from datetime import date

import pytest

from reports.actions.measures import (
    add_milestone,
    ask_extension,
    cancel_measure,
    decide_extension,
    drop_measure,
    edit_measure,
    finish_milestone,
    report_progress,
)
from reports.actions.refusals import Refused
from reports.domain.deadlines import Within
from tests.factories import (
    NOON,
    BureauFactory,
    HolidayFactory,
    MeasureFactory,
    MilestoneFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def refused(action, **how):
    with pytest.raises(Refused) as refusal:
        action(**how)
    return refusal.value.reasons


def report(measure, text="已开展一期", on=TODAY, **how):
    return report_progress(
        measure_id=measure.pk, on=on, text=text, by=None, at=NOON, today=TODAY, **how
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "请填写措施。"),
        ({"plan_year": None}, "请选择对应的问题或上级任务，或填写列入哪一年度的工作安排。"),
        ({"set_on": date(2026, 6, 11)}, "确定日期不能晚于今天。"),
        ({"due_on": date(2026, 5, 1)}, "完成期限早于措施确定日期。"),
    ],
)
def test_setting_refuses(change, said):
    assert said in refused(lambda: MeasureFactory(**change))


def test_measure_and_problem_belong_to_one_bureau():
    assert refused(lambda: MeasureFactory(problems=(ProblemFactory(),))) == [
        "措施与问题须属于同一分局。"
    ]


def test_due_month_is_due_on_its_last_day():
    measure = MeasureFactory(due_on=date(2028, 2, 1), due_is_month=True)

    assert measure.due_on == date(2028, 2, 29)


def test_progress_finishes_the_measure_and_nothing_follows():
    measure = MeasureFactory()

    report(measure, on=date(2026, 6, 1), basically_done=True)
    measure.refresh_from_db()
    assert measure.done_on is None
    report(measure, text="全部完成", finishes=True)

    measure.refresh_from_db()
    assert measure.done_on == TODAY
    assert refused(lambda: report(measure, text="又一期")) == ["该措施已完成，不能再办理。"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"text": " "}, "请填写进展情况。"),
        ({"on": date(2026, 6, 11)}, "日期不能晚于今天。"),
        ({"on": date(2026, 5, 1)}, "日期早于措施确定日期。"),
        (
            {"finishes": True, "basically_done": True},
            "“已完成”和“基本完成”只能选一项：基本完成的仍算未完成。",
        ),
    ],
)
def test_progress_refuses(how, said):
    measure = MeasureFactory()

    assert refused(lambda: report(measure, **how)) == [said]


def test_progress_is_not_entered_twice():
    measure = MeasureFactory()
    report(measure)

    assert refused(lambda: report(measure)) == ["同一天已有相同的进展。"]


def ask(by, measure=None, problem=None, new_due_on=date(2026, 8, 31), asked_on=TODAY):
    return ask_extension(
        measure_id=measure and measure.pk,
        problem_id=problem and problem.pk,
        new_due_on=new_due_on,
        reason="等待平台改造",
        asked_on=asked_on,
        by=by,
        at=NOON,
        today=TODAY,
    )


def decide(extension, by, granted=True, note="", on=TODAY):
    return decide_extension(
        extension_id=extension.pk, granted=granted, note=note, on=on, by=by, today=TODAY
    )


def test_extension_is_granted_by_another_and_keeps_both_days():
    clerk, legal, measure = UserFactory(), UserFactory(), MeasureFactory()
    extension = ask(clerk, measure)

    assert refused(lambda: decide(extension, clerk)) == ["延期须由申请人以外的人批准。"]
    granted = decide(extension, legal)

    measure.refresh_from_db()
    assert (granted.old_due_on, measure.due_on) == (date(2026, 6, 30), date(2026, 8, 31))
    assert refused(lambda: decide(extension, legal)) == ["该申请已经决定。"]


def test_extension_of_a_problem():
    clerk, legal, problem = UserFactory(), UserFactory(), ProblemFactory()

    decide(ask(clerk, problem=problem), legal)

    problem.refresh_from_db()
    assert problem.due_on == date(2026, 8, 31)


def test_refused_extension_changes_nothing_and_says_why():
    measure = MeasureFactory()
    extension = ask(UserFactory(), measure)

    assert refused(lambda: decide(extension, UserFactory(), granted=False)) == [
        "不同意延期的，请写明理由。"
    ]
    decide(extension, UserFactory(), granted=False, note="可按期完成")

    measure.refresh_from_db()
    assert measure.due_on == date(2026, 6, 30)


def test_request_of_a_finished_measure_can_only_be_refused():
    measure = MeasureFactory()
    extension = ask(UserFactory(), measure)
    report(measure, finishes=True)

    assert refused(lambda: decide(extension, UserFactory())) == ["已完成或已终止，不能延期。"]
    assert decide(extension, UserFactory(), granted=False, note="已完成").granted is False


def test_extension_is_asked_for_in_time_and_once():
    late, measure, clerk = MeasureFactory(due_on=TODAY), MeasureFactory(), UserFactory()

    assert refused(lambda: ask(clerk, late)) == ["延期须在期限到期之前申请。"]
    assert refused(lambda: ask(clerk, measure, new_due_on=date(2026, 6, 30))) == [
        "新期限须晚于原期限。"
    ]
    ask(clerk, measure)
    assert refused(lambda: ask(clerk, measure)) == ["已有待批的延期申请。"]


def test_dropping_and_cancelling_say_why():
    measure, user = MeasureFactory(), UserFactory()

    assert refused(
        drop_measure, measure_id=measure.pk, on=TODAY, because="", by=user, today=TODAY
    ) == ["终止措施须写明原因。"]
    drop_measure(measure_id=measure.pk, on=TODAY, because="并入专项整治", by=user, today=TODAY)
    assert refused(lambda: report(measure)) == ["该措施已终止，不能再办理。"]
    cancel_measure(measure_id=measure.pk, because="重复", by=user, at=NOON)

    measure.refresh_from_db()
    assert measure.is_cancelled


def test_editing_keeps_the_bureau_and_records_what_changed():
    measure = MeasureFactory()
    given = {
        "measure_id": measure.pk,
        "title": "开展轮训",
        "standard": "",
        "responsible": None,
        "problems": (),
        "plan_year": 2026,
    }

    assert refused(edit_measure, unit=UnitFactory(parent=BureauFactory()), **given) == [
        "不能改到别的分局；请作废后在该分局另设措施。"
    ]
    edit_measure(unit=measure.unit, **given)

    measure.refresh_from_db()
    assert measure.title == "开展轮训"
    assert measure.history.first().title == "开展轮训"


def test_joint_units_and_people_are_kept_and_lie_in_the_bureau():
    unit = UnitFactory()
    joint, leader = UnitFactory(parent=unit.bureau), PersonFactory(unit=unit)

    measure = MeasureFactory(unit=unit, joint_units=(joint,), leader=leader)

    assert (list(measure.joint_units.all()), measure.leader) == ([joint], leader)
    assert refused(lambda: MeasureFactory(unit=unit, joint_units=(unit,))) == [
        "责任单位不能同时是配合单位。"
    ]
    foreign = UnitFactory(parent=BureauFactory())
    assert refused(lambda: MeasureFactory(unit=unit, joint_units=(foreign,))) == [
        "配合单位须属于同一分局。"
    ]


@pytest.mark.parametrize(
    ("within", "due_on"),
    [
        (Within(30), date(2026, 6, 8)),
        (Within(10, workdays=True), date(2026, 5, 22)),
    ],
)
def test_a_term_in_days_gives_the_due_day(within, due_on):
    HolidayFactory(day=date(2026, 5, 9), kind="workday")
    HolidayFactory(day=date(2026, 5, 15), kind="holiday")

    measure = MeasureFactory(set_on=date(2026, 5, 8), within=within, due_on=None)

    assert measure.due_on == due_on


def test_nothing_new_says_so_and_moves_nothing():
    measure = MeasureFactory()

    entry = report(measure, text="", nothing_new=True)

    assert (entry.text, entry.nothing_new) == ("本期无新进展。", True)
    assert refused(lambda: report(measure, text="又", nothing_new=True, percent=10)) == [
        "无新进展的，不填完成百分比。"
    ]


def test_a_per_cent_is_kept_and_a_finish_is_never_before_an_entry():
    measure = MeasureFactory()

    assert report(measure, percent=60).percent == 60
    assert refused(lambda: report(measure, text="完成", finishes=True, on=date(2026, 6, 9))) == [
        "完成日期早于已报的进展。"
    ]
    assert refused(lambda: report(measure, text="完成", finishes=True, percent=60)) == [
        "已完成的，完成百分比应为100，或者不填。"
    ]


def milestone(measure, title="完成第一批", due_on=date(2026, 6, 15), due_is_month=False):
    return add_milestone(
        measure_id=measure.pk,
        title=title,
        due_on=due_on,
        due_is_month=due_is_month,
        by=UserFactory(),
        at=NOON,
    )


def test_milestone_lies_within_the_measure_and_of_a_month_on_its_last_day():
    measure = MeasureFactory()

    assert milestone(measure, due_on=date(2026, 6, 1), due_is_month=True).due_on == date(
        2026, 6, 30
    )
    assert refused(lambda: milestone(measure, title="")) == ["请填写节点。"]
    assert refused(lambda: milestone(measure, due_on=date(2026, 5, 6))) == [
        "节点期限早于措施确定日期。"
    ]
    assert refused(lambda: milestone(measure, due_on=date(2026, 7, 1))) == [
        "节点期限晚于措施的完成期限。"
    ]
    milestone(measure)
    assert refused(lambda: milestone(measure)) == ["已有同一期限的同名节点。"]


def test_milestone_is_done_once_and_not_in_the_future():
    step = MilestoneFactory()

    def finish(on=TODAY):
        return finish_milestone(milestone_id=step.pk, on=on, today=TODAY)

    assert refused(lambda: finish(date(2026, 6, 11))) == ["完成日期应在措施确定日期与今天之间。"]
    assert finish().done_on == TODAY
    assert refused(finish) == ["该节点已经登记完成。"]


def test_a_month_is_extended_until_its_last_day_and_stays_a_month():
    clerk, leader = UserFactory(), UserFactory()
    measure = MeasureFactory(due_on=date(2026, 6, 1), due_is_month=True)

    # Asked for on a day of the due month, before its last day.
    extension = ask(clerk, measure, new_due_on=date(2026, 8, 31))
    decide(extension, leader)

    measure.refresh_from_db()
    assert (extension.old_due_on, measure.due_on, measure.due_is_month) == (
        date(2026, 6, 30),
        date(2026, 8, 31),
        True,
    )


def test_on_the_last_day_of_the_due_month_it_is_too_late_to_ask():
    measure = MeasureFactory(set_on=date(2026, 5, 7), due_on=date(2026, 5, 8), due_is_month=True)

    assert refused(lambda: ask(UserFactory(), measure, asked_on=date(2026, 5, 31))) == [
        "延期须在期限到期之前申请。"
    ]
    assert ask(UserFactory(), measure, asked_on=date(2026, 5, 30)).old_due_on == date(2026, 5, 31)


def test_editing_leaves_what_it_answered_even_if_that_has_ended():
    problem = ProblemFactory()
    measure = MeasureFactory(unit=problem.unit, problems=(problem,), plan_year=None)
    problem.state = "dismissed"
    problem.save()

    edit_measure(
        measure_id=measure.pk,
        title="补齐",
        standard="",
        responsible=None,
        unit=measure.unit,
        problems=(problem,),
        plan_year=None,
    )

    measure.refresh_from_db()
    assert (measure.title, list(measure.problems.all())) == ("补齐", [problem])
