"""Texts kept with their drafts, decided one by one, and entered whole or not at all."""

from datetime import date, timedelta

import pytest

from reports.actions.beginning import lay_problem_words
from reports.actions.entered_texts import CannotEnter, enter_text
from reports.actions.imported_texts import (
    CannotChangeText,
    CannotDecide,
    Choice,
    TextDraft,
    decide_at_once,
    decide_draft,
    give_up_text,
    keep_text,
    reopen_text,
    stamp_of,
)
from reports.domain.imports import DraftDecision, DraftKind, TextKind, TextState
from reports.exchange.imported_texts import NotRecognised, bring_in
from reports.models import (
    Appointment,
    Draft,
    Due,
    Figure,
    Honour,
    ImportedText,
    Indicator,
    Measure,
    MeetingKind,
    Origin,
    Person,
    Problem,
    Schedule,
    ScheduleSet,
    Unit,
)
from reports.selectors.imported_texts import (
    AtOnce,
    at_once,
    existing_of,
    twins_of,
    values_of,
)
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    DraftFactory,
    ImportedTextFactory,
    IndicatorFactory,
    OriginFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    UnitKindFactory,
    UserFactory,
)
from tests.texts import NOTICE, REPORT

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
KINDS = (
    ("department", "部门", False),
    ("squad", "大队", False),
    ("station", "派出所", False),
    ("committee", "会议机构", True),
)


@pytest.fixture
def bureau():
    """A bureau on its first day: a few of the delivered words, and nothing else."""
    for code, name, is_body in KINDS:
        UnitKindFactory(code=code, name=name, is_body=is_body)
    lay_problem_words()
    PostFactory(code="first_person", name="第一责任人")
    IndicatorFactory(name="法治培训", counter="场次")
    return BureauFactory(parent=CityFactory(), name="河西分局", ledger_from=None)


@pytest.fixture
def officer():
    return UserFactory(first_name="沈小雨")


def brought(bureau, officer, text=REPORT, kind=TextKind.REPORT):
    found, _is_new = bring_in(
        bureau=bureau,
        kind=kind,
        file_name="文本.txt",
        text=text,
        by=officer,
        at=NOON,
        today=TODAY,
    )
    return found


def decide(draft, decision, by, *, given=None, twin=None, seen=None, at=NOON):
    draft.refresh_from_db()
    relation, key = twin or ("", None)
    return decide_draft(
        draft_id=draft.pk,
        choice=Choice(decision, given, relation, key),
        seen=stamp_of(draft) if seen is None else seen,
        by=by,
        at=at,
    )


def take_all(text, by):
    """Everything that needs no more words is taken or merged, the rest dropped."""
    for kind in DraftKind:
        drafts = list(text.drafts.filter(kind=kind.value).order_by("position"))
        plan = at_once(drafts, existing_of(kind, text.bureau))
        merged = dict(plan.merged)
        for draft in drafts:
            if twin := merged.get(draft.pk):
                decide(draft, DraftDecision.MERGE, by, twin=(twin.relation, twin.pk))
            elif draft.pk in plan.new:
                decide(draft, DraftDecision.TAKE, by)
            else:
                decide(draft, DraftDecision.DROP, by)


def enter(text, by, **more):
    asked = {"drop_undecided": False, "by": by, "at": NOON, "today": TODAY} | more
    return enter_text(text_id=text.pk, **asked)


def only(text, kind, number=0):
    return list(text.drafts.filter(kind=kind.value).order_by("position"))[number]


def counted():
    models = (Unit, Person, ScheduleSet, Schedule, Problem, Measure, Figure, Honour, MeetingKind)
    return [model.objects.count() for model in models]


# --- keeping -------------------------------------------------------------------------------------


def test_text_is_kept_word_for_word_and_nothing_enters_unseen(bureau, officer):
    before = counted()

    text = brought(bureau, officer)

    assert text.text == REPORT
    assert (text.year, text.title) == (2024, "河西分局2024年度法治政府建设年度报告")
    assert text.drafts.filter(decision="").count() == text.drafts.count() > 15
    assert counted() == before


def test_same_text_again_proposes_nothing_new(bureau, officer):
    text = brought(bureau, officer)
    drafts = Draft.objects.count()

    again = brought(bureau, officer)

    assert again == text
    assert Draft.objects.count() == drafts


def test_text_that_another_kept_while_it_was_read_is_given_and_not_kept_twice(bureau, officer):
    text = brought(bureau, officer)
    drafts = Draft.objects.count()
    again = TextDraft(bureau, TextKind.REPORT, "再次.txt", REPORT, "", 2024, {}, ())

    assert keep_text(again, by=officer, at=NOON) == (text, False)
    assert (ImportedText.objects.count(), Draft.objects.count()) == (1, drafts)


def test_other_bureau_has_the_same_text_of_its_own(bureau, officer):
    text = brought(bureau, officer)

    other = brought(BureauFactory(parent=bureau.parent, name="河东分局"), officer)

    assert other != text


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        (TextKind.REPORT, "今天天气很好。", "没有读到法治政府建设年度报告的标题和各个部分。"),
        (TextKind.NOTICE, "今天天气很好。", "没有读到整改情况通报的内容。"),
        (TextKind.NOTICE, " ", "文件里没有文字。"),
        (TextKind.REPORT, NOTICE, "这是整改情况通报，请按整改通报导入。"),
    ],
)
def test_what_is_no_such_text_is_not_kept(bureau, officer, kind, text, reason):
    with pytest.raises(NotRecognised) as refusal:
        brought(bureau, officer, text, kind)

    assert refusal.value.reasons == [reason]
    assert not ImportedText.objects.exists()


# --- deciding ------------------------------------------------------------------------------------


def test_decision_is_kept_with_who_and_when(bureau, officer):
    draft = only(brought(bureau, officer), DraftKind.PROBLEM)

    decide(draft, DraftDecision.TAKE, officer)

    draft.refresh_from_db()
    assert (draft.decision, draft.decided_by, draft.decided_at) == ("take", officer, NOON)
    assert draft.given["title"] == "执法监督力量分散"


def test_same_decision_again_changes_nothing(bureau, officer):
    draft = only(brought(bureau, officer), DraftKind.HONOUR)
    decide(draft, DraftDecision.TAKE, officer)

    decide(draft, DraftDecision.TAKE, officer, seen="", at=NOON + timedelta(hours=1))

    draft.refresh_from_db()
    assert draft.decided_at == NOON


def test_of_two_at_once_the_second_is_told(bureau, officer):
    draft = only(brought(bureau, officer), DraftKind.HONOUR)
    decide(draft, DraftDecision.TAKE, officer)

    with pytest.raises(CannotDecide) as refusal:
        decide(draft, DraftDecision.DROP, UserFactory(), seen="")

    assert refusal.value.reasons == ["沈小雨已于2026年6月10日处理该条目：采用。请核对后再办。"]
    draft.refresh_from_db()
    assert draft.decision == "take"


def test_taking_all_leaves_what_another_decided_meanwhile(bureau, officer):
    text = brought(bureau, officer)
    draft = only(text, DraftKind.HONOUR)
    shown = AtOnce((draft.pk,), (), ())
    decide(draft, DraftDecision.DROP, UserFactory(first_name="另一人"))

    taken = decide_at_once(text_id=text.pk, kind=DraftKind.HONOUR, plan=shown, by=officer, at=NOON)

    draft.refresh_from_db()
    assert (taken, draft.decision, draft.decided_by.first_name) == (0, "drop", "另一人")


def test_decision_taken_back_leaves_the_draft_open(bureau, officer):
    draft = only(brought(bureau, officer), DraftKind.HONOUR)
    decide(draft, DraftDecision.DROP, officer)

    decide(draft, None, officer)

    draft.refresh_from_db()
    assert (draft.decision, draft.decided_by, stamp_of(draft)) == ("", None, "")


def test_figure_is_not_taken_before_an_indicator_is_chosen(bureau, officer):
    draft = only(brought(bureau, officer), DraftKind.FIGURE)

    with pytest.raises(CannotDecide) as refusal:
        decide(draft, DraftDecision.TAKE, officer)

    assert refusal.value.reasons == ["还须填写：指标。"]


def test_merging_wants_a_record_of_the_bureau(bureau, officer):
    draft = only(brought(bureau, officer), DraftKind.PROBLEM)
    foreign = ProblemFactory()
    gone = ProblemFactory(unit=bureau)
    Problem.objects.filter(pk=gone.pk).update(cancelled_at=NOON, cancelled_because="重复")
    wrong = (("problem", foreign.pk), ("problem", gone.pk), ("unit", bureau.pk), ("problem", None))

    for twin in wrong:
        with pytest.raises(CannotDecide):
            decide(draft, DraftDecision.MERGE, officer, twin=twin)

    draft.refresh_from_db()
    assert draft.decision == ""


def test_text_that_is_not_open_is_left_alone(bureau, officer):
    text = brought(bureau, officer)
    give_up_text(text_id=text.pk, because="不是本局的", by=officer, at=NOON)

    with pytest.raises(CannotDecide):
        decide(only(text, DraftKind.HONOUR), DraftDecision.TAKE, officer)
    with pytest.raises(CannotEnter):
        enter(text, officer, drop_undecided=True)


def test_giving_up_wants_a_reason_and_can_be_undone(bureau, officer):
    text = brought(bureau, officer)

    with pytest.raises(CannotChangeText):
        give_up_text(text_id=text.pk, because=" ", by=officer, at=NOON)
    given_up = give_up_text(text_id=text.pk, because="重复", by=officer, at=NOON)
    opened = reopen_text(text_id=text.pk)

    assert (given_up.state, given_up.reading["given_up_because"]) == (TextState.DROPPED, "重复")
    assert (opened.state, opened.ended_at) == (TextState.OPEN, None)


# --- entering a report ---------------------------------------------------------------------------


def test_report_becomes_a_running_ledger(bureau, officer):
    text = brought(bureau, officer)
    take_all(text, officer)

    done = enter(text, officer, ledger_from=date(2025, 1, 1))

    rules = {
        (row.set.name, row.name): (row.words, row.versions.get())
        for row in Schedule.objects.select_related("set")
    }
    party = Unit.objects.get(name="党委", bureau=bureau)
    assert [(key, words, version.cadence) for key, (words, version) in rules.items()] == [
        (("“三个一”制度", "法制讲评会"), "meeting", "week"),
        (("“三个一”制度", "党委会专题研究"), "meeting", "month"),
        (("“三个一”制度", "法治大会"), "meeting", "year"),
        (("第一责任人履职", "主持召开党委会议"), "meeting", "half_year"),
        (("第一责任人履职", "主持召开办公会议"), "meeting", "half_year"),
        (("法治建设工作制度", "学习培训"), "work", "year"),
    ]
    study = rules["“三个一”制度", "党委会专题研究"][1]
    assert (study.agenda_kind.name, study.body) == ("法治专题研究", party)
    heads = rules["第一责任人履职", "主持召开办公会议"][1]
    assert (heads.presided_by.code, heads.first_day) == ("first_person", date(2025, 1, 1))
    assert rules["法治建设工作制度", "学习培训"][1].at_least == 2400
    assert Due.objects.filter(schedule__name="法制讲评会", year=2025).count() == 51
    assert list(Problem.objects.values_list("title", "year", "as_published")) == [
        ("执法监督力量分散", 2024, True),
        ("群众满意度有待提高", 2024, True),
    ]
    assert list(Measure.objects.values_list("title", "plan_year", "due_on")) == [
        ("完善监督机制", 2025, date(2025, 6, 30)),
        ("创新普法形式", 2025, None),
    ]
    assert Honour.objects.get().unit == Unit.objects.get(name="滨江派出所")
    text.refresh_from_db()
    assert (text.state, done.merged) == (TextState.ENTERED, 0)


def test_every_record_says_which_sentence_it_came_from(bureau, officer):
    text = brought(bureau, officer)
    take_all(text, officer)

    done = enter(text, officer)

    assert Origin.objects.count() == done.made == text.drafts.filter(decision="take").count()
    problem = Problem.objects.get(title="执法监督力量分散")
    draft = problem.origins.get().draft
    assert REPORT[draft.start : draft.end].startswith("执法监督力量分散。")


def test_what_is_dropped_leaves_nothing_in_the_ledger(bureau, officer):
    text = brought(bureau, officer)
    before = counted()
    for draft in text.drafts.all():
        decide(draft, DraftDecision.DROP, officer)

    with pytest.raises(CannotEnter) as refusal:
        enter(text, officer)

    assert refusal.value.reasons == ["没有采用或并入任何条目。"]
    assert counted() == before


def test_undecided_drafts_are_asked_about(bureau, officer):
    text = brought(bureau, officer)
    decide(only(text, DraftKind.PROBLEM), DraftDecision.TAKE, officer)

    with pytest.raises(CannotEnter) as refusal:
        enter(text, officer)
    enter(text, officer, drop_undecided=True)

    number = text.drafts.count() - 1
    assert refusal.value.reasons == [
        f"还有{number}条没有处理，请先处理，或确认未处理的一律不采用。"
    ]
    assert text.drafts.filter(decision="drop").count() == number


def test_refusal_of_one_is_told_beside_it_and_nothing_is_written(bureau, officer):
    text = brought(bureau, officer)
    take_all(text, officer)
    problem, measure = only(text, DraftKind.PROBLEM), only(text, DraftKind.MEASURE)
    late = values_of(problem) | {"found_on": "2026-07-01"}
    decide(problem, DraftDecision.TAKE, officer, given=late)
    early = values_of(measure) | {"set_on": "2025-12-01"}
    decide(measure, DraftDecision.TAKE, officer, given=early)
    before = counted()

    with pytest.raises(CannotEnter) as refusal:
        enter(text, officer)

    assert refusal.value.by_draft == {
        problem.pk: ["发现日期不能晚于今天。"],
        measure.pk: ["完成期限早于措施确定日期。"],
    }
    assert counted() == before
    assert not Origin.objects.exists()


def test_draft_that_names_a_dropped_one_is_refused(bureau, officer):
    text = brought(bureau, officer)
    take_all(text, officer)
    of = only(text, DraftKind.SCHEDULE_SET)
    decide(of, DraftDecision.DROP, officer)

    with pytest.raises(CannotEnter) as refusal:
        enter(text, officer)

    first = only(text, DraftKind.SCHEDULE)
    assert refusal.value.by_draft[first.pk] == [
        f"“制度组”所选的第{of.position}条没有采用，请采用该条或另选。"
    ]
    assert len(refusal.value.by_draft) == 3


def test_person_of_another_bureau_answers_for_nothing_here(bureau, officer):
    text = brought(bureau, officer)
    draft = only(text, DraftKind.PROBLEM)
    stranger = PersonFactory(unit=BureauFactory(parent=bureau.parent, name="河东分局"))
    given = values_of(draft) | {"responsible": stranger.pk, "unit": f"u{bureau.pk}"}
    decide(draft, DraftDecision.TAKE, officer, given=given)

    with pytest.raises(CannotEnter) as refusal:
        enter(text, officer, drop_undecided=True)

    assert refusal.value.by_draft == {draft.pk: ["所选的人员不属于该分局。"]}
    assert not Problem.objects.exists()


def test_text_is_entered_once(bureau, officer):
    text = brought(bureau, officer)
    take_all(text, officer)
    enter(text, officer)
    after = counted()

    with pytest.raises(CannotEnter) as refusal:
        enter(text, officer)

    assert refusal.value.reasons == ["该文本已经办结。"]
    assert counted() == after


def test_opened_again_only_the_rest_is_entered(bureau, officer):
    text = brought(bureau, officer)
    first, second = only(text, DraftKind.PROBLEM), only(text, DraftKind.PROBLEM, 1)
    decide(first, DraftDecision.TAKE, officer)
    enter(text, officer, drop_undecided=True)
    reopen_text(text_id=text.pk)

    with pytest.raises(CannotDecide):
        decide(first, DraftDecision.DROP, officer)
    decide(second, DraftDecision.TAKE, officer)
    enter(text, officer)

    assert Problem.objects.count() == Origin.objects.count() == 2


def test_person_and_post_are_entered_when_the_day_is_given(bureau, officer):
    text = brought(bureau, officer)
    draft = only(text, DraftKind.POST)
    values = values_of(draft) | {"first_day": "2024-02-01"}
    decide(draft, DraftDecision.TAKE, officer, given=values)

    enter(text, officer, drop_undecided=True)

    held = Appointment.objects.get()
    assert (held.person.name, held.post.code, held.unit) == ("李明", "first_person", bureau)
    assert sorted(
        name
        for origin in Origin.objects.all()
        for name in ("person", "appointment")
        if getattr(origin, name)
    ) == ["appointment", "person"]


def test_figure_goes_to_the_indicator_that_was_chosen(bureau, officer):
    text = brought(bureau, officer)
    draft = only(text, DraftKind.FIGURE)
    indicator = Indicator.objects.get()
    decide(draft, DraftDecision.TAKE, officer, given=values_of(draft) | {"indicator": indicator.pk})

    enter(text, officer, drop_undecided=True)

    figure = Figure.objects.get()
    assert (figure.indicator, figure.value, figure.year) == (indicator, 12, 2024)
    assert figure.origins.get().draft == draft


# --- the same once more, in another text ---------------------------------------------------------


def test_another_text_is_merged_with_what_was_made_of_the_first(bureau, officer):
    text = brought(bureau, officer)
    take_all(text, officer)
    enter(text, officer)
    after = counted()

    other = brought(bureau, officer, REPORT + "（另见附件。）\n")
    take_all(other, officer)
    done = enter(other, officer)

    assert counted() == after
    assert (done.made, done.merged) == (0, other.drafts.filter(decision="merge").count())
    assert Problem.objects.get(title="执法监督力量分散").origins.count() == 2


def test_same_passage_is_known_under_another_name(bureau, officer):
    text = brought(bureau, officer)
    first = only(text, DraftKind.PROBLEM)
    named = values_of(first) | {"title": "监督职责分在几家"}
    decide(first, DraftDecision.TAKE, officer, given=named)
    enter(text, officer, drop_undecided=True)

    other = brought(bureau, officer, "河西公安\n" + REPORT)

    draft = only(other, DraftKind.PROBLEM)
    twins = twins_of(draft, existing_of(DraftKind.PROBLEM, bureau))
    assert [row.pk for row in twins] == [Problem.objects.get().pk]


# --- a notice ------------------------------------------------------------------------------------


def test_notice_becomes_problems_with_parents_and_measures(bureau, officer):
    text = brought(bureau, officer, NOTICE, TextKind.NOTICE)
    take_all(text, officer)

    enter(text, officer)

    rows = Problem.objects.order_by("number")
    assert [(p.number, p.title, p.kind, p.due_on, p.due_is_month, p.counts) for p in rows] == [
        ("1", "案件办理不规范的问题", "dated", None, False, False),
        ("1.1", "卷宗归档超期", "dated", date(2024, 9, 30), True, True),
        ("1.2", "文书填写错误", "standing", None, False, True),
    ]
    assert {(p.raised_by, p.found_on, p.unit.name) for p in rows} == {
        ("区委第二巡察组", date(2024, 5, 20), "法制大队")
    }
    first, second = Measure.objects.order_by("pk")
    assert first.problems.get().number == "1.1"
    assert (first.done_on is not None, second.done_on) == (True, None)


def test_origin_is_of_the_draft_alone():
    draft = DraftFactory(text=ImportedTextFactory())

    origin = OriginFactory(draft=draft)

    assert origin.schedule.origins.get() == origin
