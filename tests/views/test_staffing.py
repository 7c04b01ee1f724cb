from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reports.domain.access import Role
from reports.domain.staffing import Totals
from reports.models import StaffingRule
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    PersonFactory,
    PostFactory,
    StaffingRuleFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
MAP, PRINT, GAPS, REMARKS = "/staffing/", "/staffing/print/", "/gaps/", "/staffing/remarks/"
RULES, NEW = "/staffing/rules/", "/staffing/rules/new/"


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(name="示例市公安局"), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def part():
    return PostFactory(code="part_reviewer", name="兼职法制员", single_holder=False)


@pytest.fixture
def rule(bureau, part):
    found = StaffingRuleFactory(unit=bureau, basis="第七条")
    found.posts.set([part])
    return found


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def lines(response):
    return [(line.unit.label, line.standing, line.days) for line in response.context["lines"]]


def shown(response):
    return [row.record for row in response.context["table"].rows]


# ── The map ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("rows", [1, 3])
def test_the_map_shows_every_unit_in_the_same_queries(
    legal, bureau, part, rows, django_assert_num_queries
):
    for n in range(rows):
        AppointmentFactory(person__unit=UnitFactory(parent=bureau, name=f"{n}所"), post=part)
    legal.get(MAP)

    # Session, user, scope, what waits; units, rules, posts, terms, certificates, reviewing.
    with django_assert_num_queries(10):
        response = legal.get(MAP)

    assert lines(response) == [(f"{n}所", "kept", 0) for n in range(rows)]
    assert response.context["totals"] == Totals(rows, rows, 0, 0)


@pytest.mark.usefixtures("rule")
def test_the_map_says_what_is_lacking_in_words(legal, station, part):
    AppointmentFactory(person__unit=station, post=part, last_day=date(2026, 3, 8))
    AppointmentFactory(person__unit=station, post=part, first_day=date(2026, 4, 1))

    response = legal.get(MAP)

    assert lines(response) == [("一所", "kept", 23)]
    assert response.context["totals"] == Totals(1, 1, 0, 23)
    assert 'aria-label="2026年：3月9日—31日未配备，共23天"' in response.text


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["一所", "二所"]),
        ("?standing=lacking", ["二所"]),
        ("?standing=kept", ["一所"]),
        ("?short=on", ["二所"]),
        ("?place=一", ["一所"]),
        ("?place=东城", ["一所", "二所"]),
        ("?unruled=on", ["一所", "二所", "政治处"]),
        ("?on=2025-01-31&year=2025", ["一所", "二所"]),
        # The band is empty: the ledger had not begun; how it stands today is told all the same.
        ("?year=2024", ["一所", "二所"]),
    ],
)
def test_the_map_is_narrowed(legal, bureau, station, part, query, names):
    AppointmentFactory(person__unit=station, post=part, first_day=date(2025, 1, 1))
    UnitFactory(parent=bureau, name="二所")
    UnitFactory(parent=bureau, name="政治处", kind=UnitKindFactory(code="department"))

    response = legal.get(MAP + query)

    assert [name for name, _standing, _days in lines(response)] == names


@pytest.mark.usefixtures("rule")
def test_a_kind_narrows_and_a_wrong_one_says_so(legal, station):
    kind = station.kind_id

    assert [name for name, *_ in lines(legal.get(f"{MAP}?kind={kind}"))] == ["一所"]
    wrong = legal.get(f"{MAP}?kind=x")
    assert list(wrong.context["form"].errors) == ["kind"]
    assert lines(wrong) == []


def test_without_a_rule_the_map_leads_to_the_rules(legal, enter, bureau, station):
    response = legal.get(MAP)

    assert "还没有适用的配备标准" in response.text
    assert f'<a class="btn btn-main" href="{RULES}">' in response.text
    assert (
        f'<a class="btn btn-main" href="{RULES}">'
        not in enter(Role.INSPECTOR, bureau).get(MAP).text
    )


@pytest.mark.usefixtures("rule")
def test_a_clerk_sees_her_own_unit_alone(enter, bureau, station):
    UnitFactory(parent=bureau, name="二所")

    response = enter(Role.CLERK, station).get(MAP)

    assert lines(response) == [("一所", "lacking", 161)]


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("rows", [1, 3])
def test_a_supervisor_begins_with_the_bureaus_and_goes_down(
    enter, bureau, station, rows, django_assert_num_queries
):
    others = [BureauFactory(parent=bureau.parent, name=f"{n}分局") for n in range(rows)]
    client = enter(Role.SUPERVISOR, bureau.parent)
    client.get(MAP)

    # Remarks are told of one bureau only: two queries fewer.
    with django_assert_num_queries(8):
        response = client.get(MAP)

    assert [(row.bureau.label, row.totals) for row in response.context["bureaus"]] == [
        ("东城分局", Totals(1, 0, 1, 161))
    ]
    down = client.get(f"{MAP}?bureau={bureau.pk}")
    assert lines(down) == [("一所", "lacking", 161)]
    assert client.get(f"{MAP}?bureau={others[0].pk}").status_code == 200
    assert client.get(f"{MAP}?bureau={BureauFactory().pk}").status_code == 404
    assert client.get(f"{MAP}?bureau=x").status_code == 404


def test_another_bureau_is_not_there(legal, rule):
    assert legal.get(f"{MAP}?bureau={BureauFactory().pk}").status_code == 404


@pytest.mark.usefixtures("rule")
def test_the_print_has_a_mark_for_each_month_and_stays_chinese(legal, station, part):
    AppointmentFactory(
        person__unit=station, person__name="张某", post=part, last_day=date(2026, 3, 8)
    )
    AppointmentFactory(
        person__unit=station, person__name="李某", post=part, first_day=date(2026, 4, 1)
    )

    response = legal.get(PRINT, headers={"accept-language": "en"})

    cells = [cell.split("</td>")[0] for cell in response.text.split('<td class="month">')[1:]]
    assert cells == ["●", "●", "◐23", "●", "●", "●", *[""] * 6]
    assert "有标准的单位1个，目前已配备1个、未配备0个，本年度缺员23天" in response.text
    assert "李某（兼职法制员）" in response.text


def sheet_of(response):
    return (
        CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()
    )


@pytest.mark.usefixtures("rule")
def test_the_spreadsheet_asks_why_and_has_what_is_shown(legal, station):
    asked = legal.get(f"{MAP}?_export=xlsx")

    response = legal.get(f"{MAP}?_export=xlsx&reason=核对")

    assert "请填写用途" in asked.text
    head, row = sheet_of(response)
    assert dict(zip(head, row, strict=True)) | {"1月": ""} == {
        "分局": "东城分局",
        "单位": "一所",
        "类别": "派出所",
        "等级": "",
        "配备标准": "兼职法制员至少1人",
        "依据": "第七条",
        "至少人数": 1,
        "现有人数": 0,
        "人员": "",
        "目前情况": "未配备",
        **{f"{n}月": "" for n in (1, 7, 8, 9, 10, 11, 12)},
        "2月": "○28",
        "3月": "○31",
        "4月": "○30",
        "5月": "○31",
        "6月": "○10",
        "缺员天数": 161,
        "缺员时段": "1月1日—6月10日",
        "提示": "",
    }


@pytest.mark.usefixtures("rule", "station")
def test_the_sums_by_bureau_hold_no_names_and_ask_for_no_reason(enter, bureau):
    response = enter(Role.SUPERVISOR, bureau.parent).get(f"{MAP}?_export=xlsx")

    assert sheet_of(response) == [
        ["分局", "有标准的单位", "目前已配备", "目前未配备", "本年度缺员天数"],
        ["东城分局", 1, 0, 1, 161],
    ]


# ── Gaps and remarks ─────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("rows", [1, 3])
def test_the_gaps_take_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for n in range(rows):
        UnitFactory(parent=bureau, name=f"{n}所")
    legal.get(GAPS)

    with django_assert_num_queries(8):
        response = legal.get(GAPS)

    assert [(gap.unit.label, gap.days) for gap in shown(response)] == [
        (f"{n}所", 161) for n in range(rows)
    ]
    assert response.context["totals"] == {"days": 161 * rows}


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [("一所", "未配备"), ("二所", "空缺"), ("二所", "未配备")]),
        ("?state=open", [("二所", "空缺"), ("二所", "未配备")]),
        ("?state=ended", [("一所", "未配备")]),
        ("?what=rule", [("一所", "未配备"), ("二所", "未配备")]),
        ("?what=post", [("二所", "空缺")]),
        ("?place=二", [("二所", "空缺"), ("二所", "未配备")]),
        ("?on=2026-03-20&state=open", [("一所", "未配备"), ("二所", "空缺"), ("二所", "未配备")]),
    ],
)
def test_the_gaps_are_narrowed(legal, bureau, station, part, query, found):
    chief = PostFactory(code="station_head", name="所长", must_be_filled=True)
    chief.kinds.add(station.kind)
    AppointmentFactory(person__unit=station, post=chief)
    AppointmentFactory(person__unit=station, post=part, last_day=date(2026, 3, 8))
    AppointmentFactory(person__unit=station, post=part, first_day=date(2026, 4, 1))
    UnitFactory(parent=bureau, name="二所")

    response = legal.get(GAPS + query)

    assert [(gap.unit.label, gap.word) for gap in shown(response)] == found


@pytest.mark.usefixtures("rule")
def test_a_wrong_filter_is_said_and_shows_nothing(legal, station):
    response = legal.get(f"{GAPS}?state=sometime")

    assert shown(response) == []
    assert list(response.context["filter"].form.errors) == ["state"]


@pytest.mark.usefixtures("rule")
def test_the_gaps_of_one_unit_and_of_the_scope(enter, bureau, station):
    other = UnitFactory(parent=bureau, name="二所")
    client = enter(Role.CLERK, station)

    assert [gap.unit.label for gap in shown(client.get(GAPS))] == ["一所"]
    assert client.get(f"{GAPS}?unit={other.pk}").status_code == 404
    client = enter(Role.LEGAL_OFFICER, bureau)
    assert [gap.unit.label for gap in shown(client.get(f"{GAPS}?unit={other.pk}"))] == ["二所"]


@pytest.mark.usefixtures("rule")
def test_the_bureau_page_counts_what_the_gaps_list(legal, bureau, station):
    UnitFactory(parent=bureau, name="二所")

    page = legal.get(f"/bureaus/{bureau.pk}/")

    address = f"{GAPS}?bureau={bureau.pk}&state=open"
    assert page.context["gaps_open"] == 2
    assert f'href="{address.replace("&", "&amp;")}" data-count="2"' in page.text
    assert len(shown(legal.get(address))) == 2
    assert [line.unfilled for line in page.context["unit_rows"]] == ["未配备", "未配备"]
    unit = legal.get(f"/units/{station.pk}/")
    assert [(gap.what, gap.word) for gap in unit.context["empty_posts"]] == [
        ("兼职法制员", "未配备")
    ]


def test_remarks_are_listed_in_the_same_queries(legal, station, django_assert_num_queries):
    chief = PostFactory(code="station_head", name="所长", heads_unit=True)
    full = PostFactory(code="full_reviewer", name="专职法制员", is_full_time=True)
    person = PersonFactory(unit=station, name="张某")
    AppointmentFactory(person=person, post=chief)
    AppointmentFactory(person=person, post=full)
    legal.get(REMARKS)

    with django_assert_num_queries(9):
        response = legal.get(REMARKS)

    assert [(r.person, r.kind) for r in shown(response)] == [("张某", "heads")]
    assert "专职法制员由单位主要负责人担任" in response.text
    assert shown(legal.get(f"{REMARKS}?kind=first_review")) == []


def test_the_export_of_remarks_asks_why(legal, station):
    asked = legal.get(f"{REMARKS}?_export=csv")
    given = legal.get(f"{REMARKS}?_export=csv&reason=核对")

    assert "请填写用途" in asked.text
    assert given.streaming


# ── The rules ────────────────────────────────────────────────────────────────────────────────


def typed(bureau, part, **facts):
    given = {
        "unit": bureau.pk,
        "kind": UnitKindFactory().pk,
        "grade": "",
        "posts": [part.pk],
        "at_least": 1,
        "basis": "第七条",
        "first_day": "2026-01-01",
        "last_day": "",
    }
    return {**given, **facts}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_rules_take_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for n in range(rows):
        StaffingRuleFactory(unit=bureau, grade=f"{n}类").posts.set([PostFactory()])
    legal.get(RULES)

    with django_assert_num_queries(6):
        response = legal.get(RULES)

    assert [line.rule.grade for line in response.context["lines"]] == [
        f"{n}类" for n in range(rows)
    ]


def test_a_rule_is_set_and_what_is_wrong_is_said(legal, bureau, part):
    wrong = legal.post(NEW, typed(bureau, part, posts=[], last_day="2025-12-31"))
    done = legal.post(NEW, typed(bureau, part))
    again = legal.post(NEW, typed(bureau, part))

    assert wrong.context["form"].errors == {
        "posts": ["这个字段是必填项。"],
        "last_day": ["截止日期早于起始日期。"],
    }
    assert wrong.context["form"]["basis"].value() == "第七条"
    assert (done.status_code, done.url) == (302, RULES)
    assert again.context["form"].non_field_errors() == [
        "该单位对同一类别、同一等级已有同期适用的标准，请先截止原标准。"
    ]
    rule = StaffingRule.objects.get()
    assert (rule.unit, rule.at_least, list(rule.posts.all())) == (bureau, 1, [part])


def test_units_of_another_bureau_are_no_choice(legal, part):
    response = legal.post(NEW, typed(BureauFactory(), part))

    assert list(response.context["form"].errors) == ["unit"]


def test_without_rules_the_usual_three_are_offered_as_a_filled_form(legal, bureau, part):
    kind = UnitKindFactory()

    offered = legal.get(RULES).context["proposals"]
    form = legal.get(f"{NEW}?unit={bureau.pk}&kind={kind.pk}&posts={part.pk}&grade=一类")

    assert len(offered) == 3
    initial = form.context["form"].initial
    assert (initial["unit"], initial["kind"], initial["posts"], initial["grade"]) == (
        bureau.pk,
        kind.pk,
        [part.pk],
        "一类",
    )


def test_a_rule_is_corrected_and_ended(legal, bureau, part, rule):
    edit = reverse("reports:staffing-rule-edit", args=[rule.pk])
    end = reverse("reports:staffing-rule-end", args=[rule.pk])

    legal.post(edit, typed(bureau, part, at_least=2))
    early = legal.post(end, {"on": "2025-12-31"})
    legal.post(end, {"on": "2026-05-31"})

    rule.refresh_from_db()
    assert (rule.at_least, rule.last_day) == (2, date(2026, 5, 31))
    assert early.context["form"].non_field_errors() == ["截止日期早于起始日期。"]
    page = legal.get(RULES)
    assert [line.rule for line in page.context["lines"]] == []
    assert [line.rule for line in page.context["ended"]] == [rule]
    assert legal.get(edit).context["changes"]


def test_what_is_set_above_is_read_and_not_changed(legal, bureau):
    above = StaffingRuleFactory(unit=bureau.parent)

    page = legal.get(RULES)
    edit = legal.get(reverse("reports:staffing-rule-edit", args=[above.pk]))

    assert [(line.rule, line.may) for line in page.context["lines"]] == [(above, False)]
    assert edit.status_code == 403
