"""The pages of problems beside the plain list: registering, the record, reviews, rules, bulk."""

from datetime import date

import pytest
from django.urls import reverse

from reports.actions.measures import ask_extension, decide_extension, report_progress
from reports.actions.notices import ItemDraft
from reports.actions.problems import Cause, look_back, move_problem, review_problem
from reports.domain.access import Role
from reports.domain.deadlines import Within
from reports.domain.problems import MOVES, LookBackResult, ProblemClass, ProblemMove
from reports.models import Extension, NoticeItem, Problem
from tests.factories import (
    NOON,
    BureauFactory,
    CauseKindFactory,
    CityFactory,
    EvidenceFactory,
    EvidenceUseFactory,
    MeasureFactory,
    NoticeFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    ProblemThemeFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
CLOSING = (ProblemMove.ASSIGN, ProblemMove.START, ProblemMove.SUBMIT)


@pytest.fixture
def station():
    return UnitFactory()


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def legal(enter, station):
    return enter(Role.LEGAL_OFFICER, station.bureau)


def address(name, problem, *more):
    return reverse(f"reports:problem-{name}", args=[problem.pk, *more])


def act(problem, move, *, by=None, on=TODAY, **how):
    return move_problem(
        problem_id=problem.pk,
        move=move,
        on=on,
        by=by or UserFactory(),
        at=NOON,
        today=TODAY,
        **{"reason": "有"} | how,
    )


def closed(problem, *, leader=None, on=TODAY):
    """Closed by three people; what is at once needs neither measure nor proof."""
    leader = leader or PersonFactory(unit=problem.unit)
    act(problem, ProblemMove.ASSIGN, on=on, leader=leader)
    for move in (ProblemMove.START, ProblemMove.SUBMIT, ProblemMove.CLOSE):
        problem = act(problem, move, on=on)
    return problem


def new_problem(station, **given):
    """What the browser sends of the form of a new problem."""
    plain = {
        "unit": station.pk,
        "title": "行政案件超过期限未结",
        "found_on": "2026-06-09",
        "source": ProblemSourceFactory().pk,
        "kind": "dated",
        "counts": "on",
    }
    return plain | given


def register(client, station, **given):
    return client.post(reverse("reports:problem-new"), new_problem(station, **given))


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- registering --------------------------------------------------------------------------------


def test_two_causes_with_their_kinds_themes_and_a_term_are_registered(legal, station):
    kind, theme = CauseKindFactory(), ProblemThemeFactory()

    response = legal.post(
        reverse("reports:problem-new"),
        new_problem(
            station,
            cause_1="提醒靠人工",
            cause_kind_1=kind.pk,
            cause_2="换班未交接",
            themes=[theme.pk],
            due_within="10",
            due_in_workdays="on",
        ),
        follow=True,
    )

    problem = Problem.objects.get()
    assert [(c.text, c.kind) for c in problem.causes.all()] == [
        ("提醒靠人工", kind),
        ("换班未交接", None),
    ]
    assert list(problem.themes.all()) == [theme]
    assert problem.due_on == date(2026, 6, 23)
    assert said(response) == [
        "已登记，编号1。整改期限：自发现之日起10个工作日内，即2026年6月23日。"
    ]
    assert response.context["term"] == "自发现之日起10个工作日内"


def test_a_day_and_a_number_of_days_together_are_refused_and_nothing_is_lost(legal, station):
    response = register(legal, station, due_on="2026-07-01", due_within="10", target="限期清零")

    form = response.context["form"]
    assert form.errors == {"due_within": ["期限日期和限期天数只填一项。"]}
    assert form["target"].value() == "限期清零"
    assert Problem.objects.count() == 0


def test_paper_that_wants_a_reply_opens_its_fields(legal, station):
    paper = ProblemSourceFactory(code="court", name="司法建议", wants_reply=True)

    folded = register(legal, station, title="").context["form"]
    opened = register(legal, station, title="", source=paper.pk).context["form"]

    assert (folded.wants_reply(), opened.wants_reply()) == (False, True)


def test_folded_part_with_something_in_it_stands_open(legal, station):
    form = register(legal, station, title="", cause_3="第三条", reply_document="回〔2026〕1号")

    assert form.context["form"].open_parts() == {"paper", "causes"}


def test_strongly_similar_problem_is_shown_before_it_is_saved_and_nothing_is_lost(legal, station):
    earlier = ProblemFactory(
        unit=station, title="行政案件超期未结", found_on=date(2025, 3, 1), due_on=None
    )

    shown = register(legal, station, cause_1="提醒靠人工")
    saved = register(legal, station, cause_1="提醒靠人工", shown=[earlier.pk])

    assert [each.problem for each in shown.context["similar"]] == [earlier]
    assert shown.context["form"]["cause_1"].value() == "提醒靠人工"
    assert saved.status_code == 302
    assert Problem.objects.get(year=2026).repeats is None


def test_button_beside_a_similar_problem_links_it(legal, station):
    earlier = ProblemFactory(
        unit=station, title="行政案件超期未结", found_on=date(2025, 3, 1), due_on=None
    )

    legal.post(reverse("reports:problem-new"), new_problem(station, link=earlier.pk))
    problem = Problem.objects.get(year=2026)
    page = legal.get(problem.get_absolute_url())

    assert problem.repeats == earlier
    assert page.context["record"].years == 2
    assert "连续2年列入" in page.content.decode()


def test_what_is_hardly_similar_is_no_reason_to_ask(legal, station):
    ProblemFactory(unit=station, title="接报警反馈简单", found_on=date(2025, 3, 1), due_on=None)

    assert register(legal, station).status_code == 302


def test_problem_of_the_same_year_is_shown_but_not_linked(legal, station):
    twin = ProblemFactory(unit=station, title="行政案件超期未结")

    (found,) = register(legal, station).context["similar"]

    assert (found.problem, found.may_link) == (twin, False)


def test_problems_of_another_bureau_are_not_similar(legal, station):
    ProblemFactory(title="行政案件超期未结", found_on=date(2025, 3, 1), due_on=None)

    assert register(legal, station).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_form_costs_the_same_however_many_problems_there_are(
    legal, station, rows, django_assert_num_queries
):
    for _ in range(rows):
        ProblemFactory(unit=station, found_on=date(2025, 3, 1), due_on=None)

    with django_assert_num_queries(11):
        response = legal.get(reverse("reports:problem-new"))

    assert len(response.context["form"].fields["repeats"].queryset) == rows


# --- the record ---------------------------------------------------------------------------------


def whole(problem, rows):
    """Everything that can hang on a problem, so many times."""
    by, other = UserFactory(), UserFactory()
    for n in range(rows):
        ProblemFactory(unit=problem.unit, parent=problem, counts=False)
        measure = MeasureFactory(unit=problem.unit, problems=(problem,))
        report_progress(
            measure_id=measure.pk, on=TODAY, text=f"第{n}次", by=by, at=NOON, today=TODAY
        )
        EvidenceUseFactory(
            evidence=EvidenceFactory(unit=problem.unit), meeting=None, problem=problem
        )
        notice = NoticeFactory(
            unit=problem.unit, items=(ItemDraft("请报告", problem_id=problem.pk),)
        )
        type(notice).objects.filter(pk=notice.pk).update(
            state="approved", number=f"公法督〔2026〕{n + 1}号", approved_on=TODAY
        )
        review_problem(
            problem_id=problem.pk,
            on=TODAY,
            text=f"坚持{n}",
            next_on=None,
            by=by,
            at=NOON,
            today=TODAY,
        )
        extension = ask_extension(
            problem_id=problem.pk,
            new_due_on=date(2026, 8, 1 + n),
            reason="多",
            asked_on=TODAY,
            by=by,
            at=NOON,
            today=TODAY,
        )
        decide_extension(
            extension_id=extension.pk,
            granted=True,
            note="",
            on=TODAY,
            by=other,
            today=TODAY,
        )


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_whatever_hangs_on_it(legal, station, rows, django_assert_num_queries):
    problem = ProblemFactory(unit=station, kind=ProblemClass.STANDING)
    act(problem, ProblemMove.ASSIGN)
    whole(problem, rows)

    with django_assert_num_queries(17):
        response = legal.get(problem.get_absolute_url())

    record = response.context["record"]
    assert len(record.items) == len(record.measures) == len(record.reviews) == rows
    assert len(record.timeline) == 2 + 7 * rows


def test_timeline_is_in_the_order_of_the_days(legal, station):
    problem = ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE, due_on=None)
    measure = MeasureFactory(unit=station, problems=(problem,), set_on=date(2026, 5, 8))
    act(problem, ProblemMove.ASSIGN, on=date(2026, 5, 7))
    act(problem, ProblemMove.START, on=date(2026, 5, 9))
    report_progress(
        measure_id=measure.pk, on=date(2026, 5, 20), text="半", by=None, at=NOON, today=TODAY
    )

    entries = legal.get(problem.get_absolute_url()).context["record"].timeline

    assert [(entry.what, getattr(entry.row, "move", ""), entry.on.day) for entry in entries] == [
        ("move", "register", 6),
        ("move", "assign", 7),
        ("measure", "", 8),
        ("move", "start", 9),
        ("progress", "", 20),
    ]


def test_line_of_the_timeline_says_when_it_was_entered_if_later(legal, station):
    problem = ProblemFactory(unit=station)
    act(problem, ProblemMove.ASSIGN, on=date(2026, 6, 8))

    page = legal.get(problem.get_absolute_url()).content.decode()

    assert page.count("录入于6月10日") == 2


def test_draft_of_a_notice_is_not_told(legal, station):
    problem = ProblemFactory(unit=station)
    NoticeFactory(unit=station, items=(ItemDraft("请报告", problem_id=problem.pk),))

    record = legal.get(problem.get_absolute_url()).context["record"]

    assert NoticeItem.objects.filter(problem=problem).count() == 1
    assert [entry.what for entry in record.timeline] == ["move"]


def test_past_day_knows_no_later_fact(legal, station):
    problem = ProblemFactory(unit=station)
    act(problem, ProblemMove.ASSIGN, on=date(2026, 6, 1))
    act(problem, ProblemMove.START)

    record = legal.get(problem.get_absolute_url(), {"on": "2026-06-02"}).context["record"]

    assert [entry.row.move for entry in record.timeline] == ["register", "assign"]


def test_tree_shows_every_item_and_totals_of_flagged_ones_only(legal, station):
    problem = ProblemFactory(unit=station)
    first = ProblemFactory(unit=station, parent=problem, kind=ProblemClass.AT_ONCE)
    second = ProblemFactory(unit=station, parent=problem)
    below = ProblemFactory(unit=station, parent=second, counts=False)
    closed(first)

    response = legal.get(problem.get_absolute_url())
    record = response.context["record"]

    assert [(item.problem.number, item.depth) for item in record.items] == [
        ("1.1", 0),
        ("1.2", 0),
        ("1.2.1", 1),
    ]
    assert below.counts is False
    totals = record.totals
    assert (totals.counted, totals.closed, totals.nearly, totals.open) == (2, 1, 0, 1)
    assert response.context["follows"] is True
    assert response.context["buttons"] == []


def test_tenth_item_comes_after_the_ninth(legal, station):
    problem = ProblemFactory(unit=station)
    for _ in range(10):
        ProblemFactory(unit=station, parent=problem)

    record = legal.get(problem.get_absolute_url()).context["record"]

    assert [item.problem.number for item in record.items] == [f"1.{n}" for n in range(1, 11)]


def test_merged_problem_and_its_target_name_each_other(legal, station):
    target, merged = ProblemFactory(unit=station), ProblemFactory(unit=station)

    answer = legal.post(
        address("move", merged, "merge"),
        {"expected_state": "registered", "on": "2026-06-10", "target": target.pk, "reason": "同"},
    )
    of_target = legal.get(target.get_absolute_url()).context["record"]
    of_merged = legal.get(merged.get_absolute_url())

    assert answer.status_code == 302
    assert [each.pk for each in of_target.merged] == [merged.pk]
    assert of_merged.context["problem"].merged_into == target
    assert target.get_absolute_url() in of_merged.content.decode()


def test_dismissed_with_its_reason(legal, station):
    problem = ProblemFactory(unit=station)

    legal.post(
        address("move", problem, "dismiss"),
        {"expected_state": "registered", "on": "2026-06-10", "reason": "不属实"},
    )

    problem.refresh_from_db()
    assert (problem.state, problem.moves.last().reason) == ("dismissed", "不属实")


def test_term_is_counted_from_the_day_of_assigning(legal, station):
    problem = ProblemFactory(unit=station, due_on=None)

    answer = legal.post(
        address("move", problem, "assign"),
        {
            "expected_state": "registered",
            "on": "2026-06-10",
            "due_within": "10",
            "due_in_workdays": "on",
        },
        follow=True,
    )

    assert said(answer) == [
        "已办理：交办。问题现为“已交办”。整改期限：自交办之日起10个工作日内，即2026年6月24日。"
    ]
    assert answer.context["term"] == "自交办之日起10个工作日内"


def test_term_given_at_registration_is_kept_when_the_day_is_left_empty(legal, station):
    problem = ProblemFactory(unit=station, due_on=None, within=Within(30))
    page = legal.get(address("move", problem, "assign"))

    answer = legal.post(
        address("move", problem, "assign"),
        {"expected_state": "registered", "on": "2026-06-10"},
        follow=True,
    )

    form = page.context["form"]
    assert form["due_on"].value() is None
    assert form["due_on"].help_text == "不填即按原定期限2026年6月5日。"
    assert answer.context["term"] == "自发现之日起30日内"


def test_move_of_what_follows_its_items_is_not_even_opened(legal, station):
    problem = ProblemFactory(unit=station)
    ProblemFactory(unit=station, parent=problem)

    answer = legal.get(address("move", problem, "assign"), follow=True)

    assert answer.redirect_chain == [(problem.get_absolute_url(), 302)]
    assert said(answer) == ["该问题下有计数的下级问题，状态随下级问题变动，不能单独办理。"]


def test_number_of_days_is_not_said_once_the_due_day_was_extended(legal, station):
    problem = ProblemFactory(unit=station, due_on=None, within=Within(30))
    Problem.objects.filter(pk=problem.pk).update(due_on=date(2026, 8, 1))

    assert legal.get(problem.get_absolute_url()).context["term"] == ""


@pytest.mark.parametrize(
    ("given", "overdue"),
    [
        ({"reply_due_on": date(2026, 6, 9)}, True),
        ({"reply_due_on": date(2026, 6, 10)}, False),
        ({"reply_due_on": date(2026, 6, 9), "replied_on": date(2026, 6, 10)}, False),
    ],
)
def test_reply_that_is_late_is_marked(legal, station, given, overdue):
    problem = ProblemFactory(unit=station, received_on=date(2026, 5, 8), **given)

    assert legal.get(problem.get_absolute_url()).context["reply_overdue"] is overdue


def test_clerk_of_another_station_sees_no_title_of_what_she_may_not_read(enter, station):
    other = UnitFactory(parent=station.bureau)
    earlier = ProblemFactory(unit=other, title="别所的事", found_on=date(2025, 3, 1), due_on=None)
    problem = ProblemFactory(unit=station, repeats=earlier)
    clerk = enter(Role.CLERK, station)

    page = clerk.get(problem.get_absolute_url()).content.decode()

    assert "2025年 1" in page
    assert "别所的事" not in page


def test_supervisor_turns_the_second_key_where_nobody_else_can_verify(enter):
    city = CityFactory()
    station = UnitFactory(parent=BureauFactory(parent=city))
    problem = ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE)
    act(problem, ProblemMove.ASSIGN, leader=PersonFactory(unit=station))
    act(problem, ProblemMove.START)
    act(problem, ProblemMove.SUBMIT)
    supervisor = enter(Role.SUPERVISOR, city)

    page = supervisor.get(problem.get_absolute_url())
    move = supervisor.get(address("move", problem, "close"))

    assert [(b.label, b.second_key) for b in page.context["buttons"]] == [
        ("退回", True),
        ("销号", True),
    ]
    assert "代为核查：销号" in move.content.decode()


# --- reviews and look-backs ---------------------------------------------------------------------


def test_review_is_entered_with_the_day_of_the_next(legal, station):
    problem = ProblemFactory(unit=station, kind=ProblemClass.STANDING, due_on=None)

    legal.post(
        address("review", problem),
        {"on": "2026-06-10", "text": "坚持较好", "next_on": "2026-09-10"},
    )

    problem.refresh_from_db()
    assert problem.review_on == date(2026, 9, 10)
    assert [(r.on, r.text) for r in problem.reviews.all()] == [(TODAY, "坚持较好")]


def test_review_of_a_dated_problem_is_refused_beside_what_was_typed(legal, station):
    problem = ProblemFactory(unit=station)

    form = legal.post(address("review", problem), {"on": "2026-06-10", "text": "好"}).context[
        "form"
    ]

    assert form.non_field_errors() == ["只有长期坚持的问题才定期评估。"]
    assert form["text"].value() == "好"


def test_review_day_that_has_passed_is_marked(legal, station):
    problem = ProblemFactory(
        unit=station, kind=ProblemClass.STANDING, due_on=None, review_on=date(2026, 6, 9)
    )

    assert legal.get(problem.get_absolute_url()).context["review_overdue"] is True


def test_standing_problem_ends_by_becoming_routine(enter, station):
    problem = ProblemFactory(unit=station, kind=ProblemClass.STANDING, due_on=None)
    act(problem, ProblemMove.ASSIGN, leader=PersonFactory(unit=station))
    act(problem, ProblemMove.START)
    act(problem, ProblemMove.SUBMIT)
    legal = enter(Role.LEGAL_OFFICER, station.bureau)

    labels = [b.label for b in legal.get(problem.get_absolute_url()).context["buttons"]]

    assert labels == ["退回", "转常态"]


def test_look_back_is_planned_and_taken_back(legal, station):
    problem = closed(ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE))

    planned = legal.post(address("plan-look-back", problem), {"on": "2026-07-10"}, follow=True)
    problem.refresh_from_db()
    on = problem.look_back_on
    legal.post(address("plan-look-back", problem), {"on": ""})
    problem.refresh_from_db()

    assert said(planned) == ["已定于2026年7月10日回头看。"]
    assert (on, problem.look_back_on) == (date(2026, 7, 10), None)


def test_look_back_is_not_planned_for_what_is_open(legal, station):
    problem = ProblemFactory(unit=station)

    form = legal.post(address("plan-look-back", problem), {"on": "2026-07-10"}).context["form"]

    assert form.non_field_errors() == ["只有已销号的问题才需要回头看。"]


def test_results_of_look_backs_are_told(legal, station):
    problem = closed(ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE))
    look_back(
        problem_id=problem.pk,
        on=TODAY,
        result=LookBackResult.RELAPSED,
        note="又有发生",
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )

    record = legal.get(problem.get_absolute_url()).context["record"]

    assert [check.result for check in record.look_backs] == ["relapsed"]
    assert {entry.what for entry in record.timeline} == {"move", "look_back"}


# --- the printed rules --------------------------------------------------------------------------


def test_rules_have_a_row_for_every_step_of_the_table(legal, django_assert_num_queries):
    with django_assert_num_queries(5):
        response = legal.get(reverse("reports:problem-rules"))

    rules = response.context["rules"]
    assert [rule.step for rule in rules] == list(MOVES)
    assert response.content.decode().count('<td class="move">') == len(MOVES)


def test_rule_says_who_may_and_what_it_needs_in_words(legal):
    rules = legal.get(reverse("reports:problem-rules")).context["rules"]

    (merge,) = [rule for rule in rules if rule.step.move == ProblemMove.MERGE]

    assert (merge.move, merge.before, merge.after, merge.roles, merge.raised, merge.needs) == (
        "并入其他问题",
        "登记、已交办、整改中、基本完成",
        "已并入",
        "法制大队民警",
        "不限",
        ["写明原因", "选定本分局尚未办结的另一问题"],
    )


# --- several at once ----------------------------------------------------------------------------


def bulk(what):
    return reverse("reports:problem-bulk", args=[what])


def test_only_who_assigns_may_tick_and_only_what_is_open(enter, station):
    problem = ProblemFactory(unit=station)
    closed(ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE))
    ticks = {}
    for role in (Role.LEGAL_OFFICER, Role.INSPECTOR):
        page = enter(role, station.bureau).get(reverse("reports:problem-list")).content.decode()
        ticks[role] = page.count('name="pick"'), f'value="{problem.pk}" form="bulk"' in page

    assert ticks == {Role.LEGAL_OFFICER: (1, True), Role.INSPECTOR: (0, False)}


def test_preview_shows_what_can_and_why_not_and_writes_nothing(legal, station):
    whole_one = ProblemFactory(unit=station)
    lacking = ProblemFactory(unit=station, causes=())

    response = legal.post(
        bulk("assign"),
        {"pick": [whole_one.pk, lacking.pk], "on": "2026-06-10", "step": "preview"},
    )

    context = response.context
    assert [line.before for line in context["able"]] == [whole_one]
    assert [(line.before, line.outcome.reasons) for line in context["unable"]] == [
        (lacking, ("交办前请先写明原因。",))
    ]
    assert set(Problem.objects.values_list("state", flat=True)) == {"registered"}


def test_confirmed_are_assigned_and_the_rest_is_told(legal, station):
    whole_one = ProblemFactory(unit=station)
    lacking = ProblemFactory(unit=station, causes=())

    response = legal.post(
        bulk("assign"),
        {
            "pick": [whole_one.pk, lacking.pk],
            "on": "2026-06-10",
            "step": "confirm",
            "goes": [f"{whole_one.pk}:registered"],
        },
        follow=True,
    )

    assert said(response) == ["已交办1个问题。", "另有1个按预览所列原因没有办理。"]
    assert dict(Problem.objects.values_list("pk", "state")) == {
        whole_one.pk: "assigned",
        lacking.pk: "registered",
    }


def test_when_one_changed_after_the_preview_nothing_is_done(legal, station):
    one, other = ProblemFactory(unit=station), ProblemFactory(unit=station)
    act(other, ProblemMove.ASSIGN)

    response = legal.post(
        bulk("assign"),
        {
            "pick": [one.pk, other.pk],
            "on": "2026-06-10",
            "step": "confirm",
            "goes": [f"{one.pk}:registered", f"{other.pk}:registered"],
        },
    )

    assert said(response) == ["预览之后情况有变化，没有办理任何一项，请重新核对后确认。"]
    assert [line.before for line in response.context["able"]] == [one]
    one.refresh_from_db()
    assert one.state == "registered"


def test_sent_twice_assigns_once(legal, station):
    problem = ProblemFactory(unit=station)
    sent = {
        "pick": [problem.pk],
        "on": "2026-06-10",
        "step": "confirm",
        "goes": [f"{problem.pk}:registered"],
    }

    legal.post(bulk("assign"), sent)
    legal.post(bulk("assign"), sent)

    assert [move.move for move in problem.moves.order_by("pk")] == ["register", "assign"]


def test_due_days_change_and_extensions_are_asked_for(legal, station):
    registered, at_work = ProblemFactory(unit=station), ProblemFactory(unit=station)
    act(at_work, ProblemMove.ASSIGN)

    response = legal.post(
        bulk("due"),
        {
            "pick": [registered.pk, at_work.pk],
            "due_on": "2026-07-31",
            "reason": "专项任务集中",
            "step": "confirm",
            "goes": [f"{registered.pk}:registered", f"{at_work.pk}:assigned"],
        },
        follow=True,
    )

    registered.refresh_from_db()
    assert said(response) == ["已改期1个问题。已申请延期1个问题，待批准。"]
    assert registered.due_on == date(2026, 7, 31)
    assert [(e.problem, e.reason) for e in Extension.objects.all()] == [(at_work, "专项任务集中")]


def test_extensions_want_a_reason_and_registered_ones_do_not(legal, station):
    registered, at_work = ProblemFactory(unit=station), ProblemFactory(unit=station)
    act(at_work, ProblemMove.ASSIGN)
    sent = {"due_on": "2026-07-31", "step": "preview"}

    direct = legal.post(bulk("due"), sent | {"pick": [registered.pk]})
    asked = legal.post(bulk("due"), sent | {"pick": [registered.pk, at_work.pk]})

    assert len(direct.context["able"]) == 1
    assert asked.context["form"].errors == {"reason": ["请写明延期理由。"]}


def test_back_from_the_preview_keeps_what_was_typed(legal, station):
    problem = ProblemFactory(unit=station)

    response = legal.post(
        bulk("assign"), {"pick": [problem.pk], "on": "2026-06-09", "step": "edit"}
    )

    assert response.context["form"]["on"].value() == "2026-06-09"


def test_nothing_ticked_leads_back_to_the_list(legal):
    response = legal.get(bulk("assign"), follow=True)

    assert response.redirect_chain == [(reverse("reports:problem-list"), 302)]
    assert said(response) == ["请先在问题台账中勾选要办理的问题。"]


def test_problem_of_another_bureau_cannot_be_ticked(legal):
    foreign = ProblemFactory()

    assert legal.get(bulk("assign"), {"pick": foreign.pk}).status_code == 404


def test_inspector_assigns_nothing_at_once(enter, station):
    problem = ProblemFactory(unit=station)
    inspector = enter(Role.INSPECTOR, station.bureau)

    assert inspector.get(bulk("assign"), {"pick": problem.pk}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_ticked_problems_cost_the_same_however_many(
    legal, station, rows, django_assert_num_queries
):
    problems = [ProblemFactory(unit=station) for _ in range(rows)]

    with django_assert_num_queries(6):
        response = legal.get(bulk("assign"), {"pick": [p.pk for p in problems]})

    assert response.context["problems"] == problems


def test_cause_is_not_lost_when_assigned_from_the_form(legal, station):
    problem = ProblemFactory(unit=station, causes=())

    legal.post(
        address("move", problem, "assign"),
        {"expected_state": "registered", "on": "2026-06-10", "cause_1": "责任不明"},
    )

    problem.refresh_from_db()
    assert (problem.state, problem.cause) == ("assigned", Cause("责任不明").text)
