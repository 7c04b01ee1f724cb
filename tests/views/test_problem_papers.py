"""The register's filter and totals, the ledger on paper, the closing slip and the figures."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from reports.actions.problems import Cause, Signed, move_problem
from reports.domain.access import Role
from reports.domain.problems import Decision, ProblemClass, ProblemMove
from reports.models import CauseKind, Problem, ProblemTheme
from reports.models.choices import ProblemColumn
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    LookBackFactory,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    ProblemMoveFactory,
    ProblemSourceFactory,
    ProgressFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
USUAL = [
    "编号",
    "问题",
    "来源",
    "发现日期",
    "录入日期",
    "措施",
    "牵头单位",
    "责任领导",
    "整改期限",
    "状态",
]
LIST, LEDGER, FIGURES = (
    reverse(f"reports:problem-{name}") for name in ("list", "ledger", "figures")
)


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局", short_name="")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", short_name="")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def closed(problem, on=date(2026, 6, 1)):
    """A problem as its closing leaves it."""
    ProblemMoveFactory(problem=problem, move="close", to_state="closed", on=on)
    Problem.objects.filter(pk=problem.pk).update(
        state="closed", closed_on=on, closed_by=UserFactory()
    )
    return problem


# --- the list -----------------------------------------------------------------------------------


def shown(answer):
    return {row.record for row in answer.context["table"].rows}


@pytest.fixture
def register(station):
    """One problem for each way of narrowing, and one that no way finds."""
    theme = ProblemTheme.objects.get_or_create(code="cases", defaults={"name": "案件"})[0]
    kind = CauseKind.objects.get_or_create(code="skill", defaults={"name": "能力素质"})[0]
    leader = PersonFactory(unit=station.bureau, name="李建国")
    source = ProblemSourceFactory(code="above", name="上级检查")
    recent = {"unit": station, "found_on": date(2026, 6, 8)}
    return {
        "plain": ProblemFactory(**recent, causes=(Cause("甲", kind),)),
        "theme": ProblemFactory(**recent, themes=(theme,), causes=(Cause("甲", kind),)),
        "cause": ProblemFactory(**recent, causes=(Cause("甲"),)),
        "source": ProblemFactory(**recent, source=source, causes=(Cause("甲", kind),)),
        "above": ProblemFactory(
            **recent, raised_from_above=True, raised_by="市检察院", causes=(Cause("甲", kind),)
        ),
        "leader": ProblemFactory(
            **recent, leader=leader, taken_on=True, causes=(Cause("甲", kind),)
        ),
        "reply": ProblemFactory(
            **recent, reply_due_on=date(2026, 6, 9), causes=(Cause("甲", kind),)
        ),
        "old": ProblemFactory(
            unit=station,
            found_on=date(2025, 3, 1),
            due_on=date(2026, 3, 1),
            causes=(Cause("甲", kind),),
        ),
        "late": closed(
            ProblemFactory(
                unit=station,
                found_on=date(2026, 5, 20),
                due_on=date(2026, 5, 31),
                causes=(Cause("甲", kind),),
            )
        ),
        "uncounted": ProblemFactory(**recent, counts=False, causes=(Cause("甲", kind),)),
        "key": (theme.pk, source.pk),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("theme={theme}", {"theme"}),
        ("cause=none", {"cause"}),
        ("source={source}", {"source"}),
        ("raised=above", {"above"}),
        ("raised_by=检察院", {"above"}),
        ("led_by=建国", {"leader"}),
        ("taken_on=1", {"leader"}),
        ("reply_late=1", {"reply"}),
        ("found_year=2025", {"old"}),
        ("found_last=2026-05-19", {"old"}),
        ("found_first=2026-05-20&found_last=2026-05-20", {"late"}),
        ("age=more", {"old"}),
        ("overdue=90", {"old"}),
        ("overdue=on", {"old"}),
        ("silent=1", {"old"}),
        ("closed_in=late", {"late"}),
        ("closed_in=in_time", set()),
        ("state=closed&counted=1", {"late"}),
        ("counted=closed", {"late"}),
        ("counted=0", {"uncounted"}),
        ("counted=nearly", set()),
        ("counted=left_out", set()),
        ("repeats=1", set()),
        ("state=merged", set()),
    ],
)
def test_list_narrows(legal, register, query, names):
    theme, source = register["key"]
    query = query.format(theme=theme, source=source)

    answer = legal.get(f"{LIST}?{query}")

    assert answer.context["filter"].form.errors == {}
    assert shown(answer) == {register[name] for name in names}
    assert answer.context["table"].paginator.count == len(names)


def test_list_refuses_what_makes_no_sense_beside_the_field(legal, register):
    answer = legal.get(f"{LIST}?found_year=99999")

    assert list(answer.context["filter"].form.errors) == ["found_year"]
    assert shown(answer) == set()


def test_totals_stay_those_of_the_list_whichever_part_is_shown(legal, register):
    for query in ("", "counted=closed", "counted=0"):
        totals = legal.get(f"{LIST}?{query}").context["problem_totals"]

        assert (totals.counted, totals.closed, totals.open, totals.uncounted) == (9, 1, 8, 1)


def test_list_counts_cancelled_rows_that_are_asked_for(legal, station):
    gone = ProblemFactory(unit=station)
    Problem.objects.filter(pk=gone.pk).update(cancelled_at=NOON, cancelled_because="录错")

    answer = legal.get(f"{LIST}?cancelled=1")

    assert answer.context["table"].paginator.count == 1
    assert answer.context["problem_totals"].rows == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_with_everything_chosen_costs_the_same(
    legal, station, rows, django_assert_num_queries
):
    for _n in range(rows):
        ProblemFactory(unit=station, found_on=date(2026, 1, 5))

    with django_assert_num_queries(9):
        answer = legal.get(f"{LIST}?silent=1&counted=open&age=180&raised=own&overdue=&q=登记")

    assert len(shown(answer)) == rows


# --- the ledger ---------------------------------------------------------------------------------


def labels(answer):
    return [label for _column, label in answer.context["columns"]]


def cells(answer):
    return [dict(row) for _problem, row in answer.context["rows"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_ledger_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    for _n in range(rows):
        problem = ProblemFactory(unit=station)
        ProgressFactory(measure=MeasureFactory(unit=station, problems=(problem,)))

    with django_assert_num_queries(8):
        answer = legal.get(LEDGER)

    assert labels(answer) == USUAL
    assert len(answer.context["rows"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_full_print_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    for _n in range(rows):
        problem = ProblemFactory(unit=station)
        ProgressFactory(measure=MeasureFactory(unit=station, problems=(problem,)))
    every = "&".join(f"columns={column.value}" for column in ProblemColumn)

    with django_assert_num_queries(13):
        answer = legal.get(f"{LEDGER}?print=1&{every}")

    assert len(labels(answer)) == len(ProblemColumn) == 28


def test_ledger_stands_in_the_order_of_its_numbers(legal, station):
    root = ProblemFactory(unit=station, title="甲", due_on=None)
    for n in range(11):
        ProblemFactory(unit=station, title=f"甲{n}", parent=root, due_on=None)
    ProblemFactory(unit=station, title="乙", found_on=date(2026, 5, 1), due_on=None)

    numbers = [row[ProblemColumn.NUMBER] for row in cells(legal.get(LEDGER))]

    assert numbers == ["2026年1", *(f"2026年1.{n}" for n in range(1, 12)), "2026年2"]


def test_columns_are_those_of_the_address_and_both_days_always(legal, station):
    ProblemFactory(unit=station)

    one = legal.get(f"{LEDGER}?columns=causes&columns=nonsense")
    short = legal.get(f"{LEDGER}?columns=causes,progress")

    assert labels(one) == ["编号", "问题", "发现日期", "录入日期", "原因"]
    assert labels(short) == ["编号", "问题", "发现日期", "录入日期", "原因", "进展"]
    assert labels(legal.get(f"{LEDGER}?columns=nonsense")) == USUAL


def test_cells_say_what_the_record_says(legal, station):
    leader = PersonFactory(unit=station.bureau, name="李建国")
    earlier = ProblemFactory(unit=station, found_on=date(2025, 5, 6), due_on=None)
    problem = ProblemFactory(
        unit=station,
        title="案卷缺页",
        leader=leader,
        repeats=earlier,
        joint_units=(UnitFactory(parent=station.bureau, name="二所", short_name=""),),
        causes=(Cause("责任不明"), Cause("培训不足")),
        due_on=date(2026, 6, 30),
        due_is_month=True,
    )
    first = MeasureFactory(unit=station, title="补齐案卷", problems=(problem,))
    MeasureFactory(unit=station, title="开展培训", problems=(problem,))
    ProgressFactory(measure=first, on=date(2026, 6, 1), text="已补\n一半")
    closed(problem)
    LookBackFactory(problem=problem, on=date(2026, 6, 9))
    every = ",".join(column.value for column in ProblemColumn)

    row = cells(legal.get(f"{LEDGER}?columns={every}&found_year=2026"))[0]

    said = {ProblemColumn(column): value for column, value in row.items()}
    assert said[ProblemColumn.CAUSES] == "1. 责任不明\n2. 培训不足"
    assert said[ProblemColumn.MEASURES] == "1. 补齐案卷\n2. 开展培训"
    assert said[ProblemColumn.PROGRESS] == "1. 2026年6月1日：已补 一半\n2. 尚无进展"
    assert said[ProblemColumn.DUE_ON] == "2026年6月"
    assert said[ProblemColumn.JOINT_UNITS] == "二所"
    assert said[ProblemColumn.LEADER] == "李建国"
    assert said[ProblemColumn.REPEATS] == "连续2年列入"
    assert said[ProblemColumn.STATE] == "已销号"
    assert said[ProblemColumn.CLOSED_ON] == date(2026, 6, 1)
    assert said[ProblemColumn.LOOK_BACK] == "2026年6月9日：巩固"
    assert said[ProblemColumn.COUNTS] == "计入"


def test_print_is_chinese_says_its_totals_and_what_it_was_narrowed_to(legal, station):
    ProblemFactory(unit=station)
    ProblemFactory(unit=station, counts=False)
    legal.cookies["django_language"] = "en"

    page = legal.get(f"{LEDGER}?print=1&raised=own").content.decode()

    assert "<h1>东城分局2026年问题台账</h1>" in page
    assert "计入问题数1个：已销号0、基本完成0、其余在办1；另有不计数1条" in page
    assert "提出方：本局自己发现" in page
    assert '<th scope="col" class="c-found_on">发现日期</th>' in page


def test_ledger_has_pages_of_thirty_and_prints_whole(legal, station):
    for _n in range(31):
        ProblemFactory(unit=station, due_on=None)

    assert len(cells(legal.get(f"{LEDGER}?page=2"))) == 1
    assert len(cells(legal.get(f"{LEDGER}?print=1"))) == 31


def test_spreadsheet_has_typed_days_and_says_its_totals(legal, station):
    ProblemFactory(unit=station, title="=1+1")

    answer = legal.get(f"{LEDGER}?_export=xlsx")

    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    heads, row = book.get_sheet_by_index(0).to_python()
    assert heads == USUAL
    assert row[:5] == ["2026年1", "=1+1", "自查", date(2026, 5, 6), TODAY]
    about = dict(line[:2] for line in book.get_sheet_by_index(1).to_python())
    assert about["合计"] == "计入问题数1个：已销号0、基本完成0、其余在办1"


def test_who_sees_many_bureaus_chooses_one(enter, bureau, station):
    ProblemFactory(unit=station)
    supervisor = enter(Role.SUPERVISOR, bureau.parent)

    none = supervisor.get(LEDGER)
    assert (cells(none), none.context["bureaus"]) == ([], [bureau])
    answer = supervisor.get(f"{LEDGER}?bureau={bureau.pk}")
    assert len(cells(answer)) == 1
    assert answer.context["title"] == "东城分局2026年问题台账"


def test_a_place_outside_the_scope_does_not_exist(legal):
    other = BureauFactory()

    for address in (LEDGER, FIGURES):
        assert legal.get(f"{address}?bureau={other.pk}").status_code == 404


# --- the closing slip ---------------------------------------------------------------------------


def slip_of(problem, name="slip"):
    return reverse(f"reports:problem-{name}", args=[problem.pk])


def go(problem, by, move, on=TODAY, **how):
    return move_problem(
        problem_id=problem.pk, move=ProblemMove(move), on=on, by=by, at=NOON, today=TODAY, **how
    )


@pytest.fixture
def solved(station):
    """An own problem that three people brought to its end; the verifier signed on paper."""
    people = [UserFactory(first_name=name, last_name="") for name in ("任提交", "丁核查", "牛领导")]
    leader = PersonFactory(unit=station.bureau, name="牛领导", user=people[2])
    problem = ProblemFactory(
        unit=station,
        title="案卷缺页",
        kind=ProblemClass.AT_ONCE,
        leader=leader,
        causes=(Cause("责任不明"),),
        due_on=date(2026, 6, 30),
    )
    for move in ("assign", "start", "submit"):
        go(problem, people[0], move, reason="已整改")
    signer = PersonFactory(unit=station.bureau, name="丁核查")
    return go(problem, people[1], "close", reason="属实", signed=Signed(signer))


def words(answer):
    return {line.label: line.lines for line in answer.context["slip"].lines}


def test_slip_names_the_three_with_their_days(legal, solved):
    said = words(legal.get(slip_of(solved)))

    assert said["提交人"] == ("任提交，2026年6月10日", "已整改")
    assert said["责任领导"] == ("牛领导，2026年6月10日",)
    assert said["核查人"] == ("丁核查（凭签批件录入），2026年6月10日", "属实")
    assert said["原因"] == ("责任不明",)
    assert said["结论"] == ("2026年6月10日已销号。",)
    assert "上级认定" not in said


def test_slip_of_a_problem_from_above_says_the_decision(legal, station):
    submitter, verifier = UserFactory(first_name="任提交"), UserFactory(first_name="丁核查")
    problem = ProblemFactory(
        unit=station, raised_from_above=True, raised_by="市局", kind=ProblemClass.AT_ONCE
    )
    for move in ("assign", "start", "submit"):
        go(problem, submitter, move, reason="已整改")
    go(problem, verifier, "verify", reason="属实")
    decision = Decision("市局整改函〔2026〕3号", date(2026, 6, 9))
    go(problem, verifier, "close", decision=decision)

    said = words(legal.get(slip_of(problem)))

    assert said["核查人"][1:] == ("属实",)
    assert said["上级认定"] == ("市局认定，市局整改函〔2026〕3号（2026年6月9日）",)


def test_slip_lists_measures_with_results_and_the_look_back(legal, station):
    problem = ProblemFactory(unit=station, due_on=None)
    measure = MeasureFactory(unit=station, title="补齐案卷", problems=(problem,))
    ProgressFactory(measure=measure, text="全部补齐")
    closed(problem)
    Problem.objects.filter(pk=problem.pk).update(look_back_on=date(2026, 9, 1))

    said = words(legal.get(slip_of(problem)))

    assert said["措施及结果"] == ("1. 补齐案卷（一所）", "结果：全部补齐")
    assert said["回头看"] == ("拟于2026年9月1日",)


@pytest.mark.parametrize("name", ["slip", "slip-docx"])
def test_there_is_no_slip_before_the_closing(legal, station, name):
    open_, done = ProblemFactory(unit=station), closed(ProblemFactory(unit=station))

    assert legal.get(slip_of(open_, name)).status_code == 404
    assert legal.get(slip_of(done, name), {"on": "2026-05-31"}).status_code == 404
    assert legal.get(slip_of(done, name)).status_code == 200


def test_slip_is_chinese_and_the_file_says_the_same(legal, solved):
    legal.cookies["django_language"] = "en"

    page = legal.get(slip_of(solved)).content.decode()
    file = legal.get(slip_of(solved, "slip-docx"))

    assert "<h1>东城分局<br>问题销号单</h1>" in page
    texts = [p.text for p in Document(BytesIO(file.content)).paragraphs]
    assert texts[:2] == ["东城分局", "问题销号单"]
    assert "核查人：丁核查（凭签批件录入），2026年6月10日" in texts
    assert "编号：2026年第1号" in texts


@pytest.mark.parametrize("rows", [1, 3])
def test_slip_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    problem = ProblemFactory(unit=station, causes=tuple(Cause(f"因{n}") for n in range(rows)))
    for _n in range(rows):
        ProgressFactory(measure=MeasureFactory(unit=station, problems=(problem,)))
    closed(problem)

    with django_assert_num_queries(9):
        answer = legal.get(slip_of(problem))

    assert len(words(answer)["原因"]) == rows


# --- figures ------------------------------------------------------------------------------------


def numbers_in(answer):
    """Every number on the page, with the address it opens."""
    context = answer.context
    found = [context["open"], *(count for _label, count in context["ages"])]
    for table in (context["sources"], context["causes"]):
        for line in (*table.lines, table.sums):
            found += [*line.counts, line.total]
    for line in context["closed"]:
        found += [line.dated, line.in_time, line.late]
    return found


@pytest.mark.parametrize("query", ["", "?on=2026-06-02", "?year=2025"])
def test_every_number_of_the_figures_opens_its_list(legal, register, query):
    answer = legal.get(f"{FIGURES}{query}")

    numbers = numbers_in(answer)
    assert any(count.number for count in numbers)
    for count in numbers:
        assert len(shown(legal.get(count.href))) == count.number, count.href


@pytest.mark.parametrize("rows", [1, 3])
def test_figures_take_the_same_queries(legal, station, rows, django_assert_num_queries):
    for _n in range(rows):
        ProblemFactory(unit=station)

    with django_assert_num_queries(8):
        answer = legal.get(FIGURES)

    assert answer.context["open"].number == rows


def test_chart_says_its_numbers_to_who_cannot_see_it(legal, station):
    ProblemFactory(unit=station)

    page = legal.get(FIGURES).content.decode()

    assert '<svg class="bars" role="img" aria-labelledby="sources-title sources-words"' in page
    assert '<title id="sources-title">历年问题来源</title>' in page
    assert "2025年合计0；2026年合计1：自查1</desc>" in page


def test_nothing_closed_is_no_share(legal, station):
    ProblemFactory(unit=station)

    page = legal.get(FIGURES).content.decode()

    assert page.count('<span class="none">无销号</span>') == 5


def test_bureau_page_counts_what_is_overdue_and_silent(legal, bureau, register):
    context = legal.get(bureau.get_absolute_url()).context

    for name, query in (("overdue", "overdue=1"), ("silent", "state=open&silent=1")):
        listed = shown(legal.get(f"{LIST}?{context['query']}&{query}"))
        assert context[f"problems_{name}"] == len(listed) == 1
