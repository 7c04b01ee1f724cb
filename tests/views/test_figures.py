"""The sheet of a month, checking, the year of a place and of an indicator; nothing compared."""

from datetime import date
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reports.domain.access import Role
from reports.models import Figure, Indicator, SumRule
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    FigureFactory,
    IndicatorFactory,
    RecordKindFactory,
    SumRuleFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    WorkRecordFactory,
    member,
)
from tests.pages import Form

pytestmark = pytest.mark.django_db
SHEET, CHECK, YEAR = (reverse(f"reports:figure-{name}") for name in ("sheet", "check", "year"))
PRINT = reverse("reports:figure-year-print")


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局", short_name="")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", short_name="")


@pytest.fixture
def second(bureau, station):
    return UnitFactory(parent=bureau, name="二所", short_name="")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


def entered(*kinds, **rest):
    indicator = IndicatorFactory(**rest)
    indicator.unit_kinds.set(UnitKindFactory(code=code) for code in kinds)
    return indicator


def standing(**of):
    return list(
        Figure.objects.standing()
        .filter(**of)
        .order_by("indicator_id", "month")
        .values_list("indicator__name", "month", "value", "wording", "source")
    )


# --- the sheet -----------------------------------------------------------------------------------


def test_clerk_enters_a_month_from_the_page_alone(enter, station):
    alarms, cases = entered("station", name="警情"), entered("station", name="案件")
    client = enter(Role.CLERK, station)
    page = Form(client.get(f"{SHEET}?year=2026&month=5"))

    answer = page.send(
        client, source="系统导出", **{f"v{alarms.pk}": "1,200余", f"v{cases.pk}": ""}
    )

    assert answer.status_code == 302
    assert standing() == [("警情", 5, D(1200), "more", "系统导出")]
    assert Figure.objects.get().recorded_by == client.user


def test_sheet_opens_with_the_last_month_that_is_over(enter, station):
    entered("station")

    page = enter(Role.CLERK, station).get(SHEET)

    assert (page.context["sheet_year"], page.context["sheet_month"]) == (2026, 5)


def test_sheet_shows_last_month_last_year_and_the_source_used_before(enter, station):
    alarms = entered("station")
    FigureFactory(indicator=alarms, unit=station, month=4, value=7, source="接处警系统")
    FigureFactory(indicator=alarms, unit=station, year=2025, month=5, value=8)

    page = enter(Role.CLERK, station).get(f"{SHEET}?year=2026&month=5")

    (row,) = page.context["rows"]
    assert (row.line.last_month.value, row.line.last_year.value) == (D(7), D(8))
    assert Form(page).data["source"] == "接处警系统"


def test_nothing_typed_is_lost_when_one_row_is_wrong(enter, station):
    alarms, cases = entered("station", name="警情"), entered("station", name="案件")
    client = enter(Role.CLERK, station)
    page = Form(client.get(f"{SHEET}?year=2026&month=5"))

    answer = page.send(client, source="系统导出", **{f"v{alarms.pk}": "12", f"v{cases.pk}": "很多"})

    wrong = {row.line.indicator.name: row.errors for row in answer.context["rows"]}
    assert wrong == {
        "警情": [],
        "案件": ["“很多”不是数字，请写成1200、1,200或1.2万；没有数据的留空。"],
    }
    again = Form(answer).data
    assert (again[f"v{alarms.pk}"], again[f"v{cases.pk}"]) == ("12", "很多")
    assert standing() == []


def test_what_the_action_refuses_stands_beside_its_row(enter, station):
    alarms = entered("station", name="警情")
    client = enter(Role.CLERK, station)
    page = Form(client.get(f"{SHEET}?year=2026&month=5"))

    answer = page.send(client, **{f"v{alarms.pk}": "12"})

    (row,) = answer.context["rows"]
    assert row.errors == ["请写明数据来源。"]


def test_correction_asks_why_and_keeps_what_was(enter, station):
    alarms = entered("station", name="警情")
    first = FigureFactory(indicator=alarms, unit=station, month=5, value=12)
    client = enter(Role.CLERK, station)
    page = Form(client.get(f"{SHEET}?year=2026&month=5"))

    refused = page.send(client, **{f"v{alarms.pk}": "13"})
    page.send(client, because="漏报一起", **{f"v{alarms.pk}": "13"})

    assert [row.errors for row in refused.context["rows"]] == [["改动已填报的数据，须写明原因。"]]
    assert standing() == [("警情", 5, D(13), "", "月报表")]
    first.refresh_from_db()
    assert first.cancelled_because == "漏报一起"
    detail = client.get(reverse("reports:figure-detail", args=[first.pk]))
    assert [value.value for _row, value in detail.context["entries"]] == [D(13), D(12)]


def test_share_is_entered_by_its_parts(enter, bureau):
    share = entered("bureau", name="出庭应诉率", counter="%", is_share=True, decimals=1)
    client = enter(Role.LEGAL_OFFICER, bureau)
    page = Form(client.get(f"{SHEET}?year=2026&month=5&unit={bureau.pk}"))

    wrong = page.send(client, source="台账", **{f"n{share.pk}": "3", f"d{share.pk}": "2"})
    page.send(client, source="台账", **{f"n{share.pk}": "2", f"d{share.pk}": "3"})

    assert [row.errors for row in wrong.context["rows"]] == [["分子大于分母，请核对。"]]
    assert standing() == [("出庭应诉率", 5, D("66.7"), "", "台账")]


def test_same_sheet_sent_twice_is_recorded_once(enter, station):
    alarms = entered("station", name="警情")
    client = enter(Role.CLERK, station)
    page = Form(client.get(f"{SHEET}?year=2026&month=5"))

    for _time in range(2):
        page.send(client, source="系统导出", **{f"v{alarms.pk}": "12"})

    assert Figure.objects.count() == 1


def test_targets_are_set_by_the_legal_officer_alone(enter, bureau, station):
    alarms = entered("station", name="警情")
    address = f"{SHEET}?year=2026&sheet=target&unit={station.pk}"
    data = {f"v{alarms.pk}": "900", "source": "工作要点"}

    assert enter(Role.CLERK, station).post(address, data).status_code == 403
    assert enter(Role.LEGAL_OFFICER, bureau).post(address, data).status_code == 302
    assert [(f.value, f.is_target, f.month) for f in Figure.objects.all()] == [(D(900), True, None)]


def test_reader_sees_the_sheet_without_fields(enter, bureau, station):
    entered("station")
    client = enter(Role.LEADER, bureau)

    page = client.get(f"{SHEET}?year=2026&month=5&unit={station.pk}")

    assert page.context["may_enter"] is False
    assert client.post(f"{SHEET}?unit={station.pk}", {}).status_code == 403


def test_unit_of_another_bureau_does_not_exist(enter, bureau):
    foreign = UnitFactory()

    assert enter(Role.LEGAL_OFFICER, bureau).get(f"{SHEET}?unit={foreign.pk}").status_code == 404
    assert enter(Role.LEGAL_OFFICER, bureau).get(f"{YEAR}?unit={foreign.pk}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_sheet_costs_the_same_whatever_its_rows(enter, station, rows, django_assert_num_queries):
    for _n in range(rows):
        FigureFactory(indicator=entered("station"), unit=station, month=5)
    client = enter(Role.CLERK, station)

    # session, user, scope, what waits; units, indicators, figures
    with django_assert_num_queries(7):
        page = client.get(f"{SHEET}?year=2026&month=5")

    assert len(page.context["rows"]) == rows


# --- checking ------------------------------------------------------------------------------------


def test_figures_are_checked_one_unit_at_a_time(enter, bureau, station, second):
    mine = FigureFactory(unit=station, recorded_by=UserFactory())
    FigureFactory(unit=second)
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = client.get(CHECK)
    client.post(f"{CHECK}?unit={station.pk}", {"figure": [mine.pk]})

    assert page.context["units"] == [(station, 1), (second, 1)]
    assert [row for row, _value, _late in page.context["rows"]] == [mine]
    mine.refresh_from_db()
    assert mine.checked_by == client.user


def test_own_figures_cannot_be_ticked_nor_sent(enter, bureau, station):
    client = enter(Role.LEGAL_OFFICER, bureau)
    own = FigureFactory(unit=station, recorded_by=client.user)

    page = client.get(CHECK)
    client.post(CHECK, {"figure": [own.pk]})

    assert f'value="{own.pk}"' not in page.content.decode()
    own.refresh_from_db()
    assert own.checked_at is None


def test_figure_of_another_bureau_cannot_be_checked(enter, bureau):
    foreign = FigureFactory()

    answer = enter(Role.INSPECTOR, bureau).post(CHECK, {"figure": [foreign.pk]})

    assert answer.status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_checking_costs_the_same_whatever_waits(
    enter, bureau, station, rows, django_assert_num_queries
):
    for _n in range(rows):
        FigureFactory(unit=station, indicator=IndicatorFactory())
    client = enter(Role.LEGAL_OFFICER, bureau)

    with django_assert_num_queries(6):  # session, user, scope, what waits; units, figures
        page = client.get(CHECK)

    assert len(page.context["rows"]) == rows


# --- the year ------------------------------------------------------------------------------------


def sheet_of(answer, number=0):
    return (
        CalamineWorkbook.from_filelike(BytesIO(answer.content))
        .get_sheet_by_index(number)
        .to_python()
    )


@pytest.fixture
def cases(bureau):
    """Received, closed and open cases of five months; in March one is forgotten."""
    found = [entered("bureau", name=name) for name in ("收案", "结案", "存案")]
    SumRuleFactory(whole=found[0], name="收＝结＋存").parts.set(found[1:])
    for month in range(1, 6):
        for indicator, value in zip(found, (5, 3, 1 if month == 3 else 2), strict=True):
            FigureFactory(indicator=indicator, unit=bureau, month=month, value=value)
    return found


def test_year_says_which_sums_do_not_come_out(enter, bureau, cases):
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = client.get(f"{YEAR}?unit={bureau.pk}")
    paper = client.get(f"{PRINT}?unit={bureau.pk}")

    assert [sum_.name for sum_ in page.context["table"].disagreeing] == ["收＝结＋存"]
    assert "3月相差+1" in page.content.decode()
    assert "3月相差+1" in paper.content.decode()


def test_file_has_the_numbers_of_the_page(enter, bureau, cases):
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = client.get(f"{YEAR}?unit={bureau.pk}")
    answer = client.get(f"{YEAR}?unit={bureau.pk}&_export=xlsx")

    head, *rows = sheet_of(answer)
    assert head[:4] == ["指标", "计量单位", "数据产生方式", "1月"]
    assert [(row[0], *row[3:9], row[15]) for row in rows] == [
        (
            line.indicator.name,
            *(float(cell.value.value) if cell.value else "" for cell in line.months[:6]),
            float(line.value.value),
        )
        for line in page.context["table"].lines
    ]
    assert sheet_of(answer, 1)[1][0] == "收＝结＋存"


def test_clerk_has_the_year_of_her_unit_and_not_that_of_the_bureau(enter, bureau, station):
    alarms = entered("station")
    FigureFactory(indicator=alarms, unit=station, month=5, value=4)
    client = enter(Role.CLERK, station)

    page = client.get(YEAR)

    assert page.context["place"] == station
    assert client.get(f"{YEAR}?unit={bureau.pk}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_year_costs_the_same_whatever_there_is(enter, bureau, rows, django_assert_num_queries):
    kind = RecordKindFactory(code="publicity")
    for _n in range(rows):
        unit = UnitFactory(parent=bureau)
        WorkRecordFactory(unit=unit, kind=kind)
        IndicatorFactory(made="counted", rule={"of": "records", "kind": "publicity"})
        FigureFactory(indicator=entered("station"), unit=unit)
    client = enter(Role.LEGAL_OFFICER, bureau)

    # session, user, scope, what waits; units, indicators, figures, counts, kinds, sums
    with django_assert_num_queries(10):
        page = client.get(f"{YEAR}?unit={bureau.pk}")

    assert len(page.context["table"].lines) == 2 * rows


# --- nothing on penalties stands beside another unit's -----------------------------------------


@pytest.fixture
def fines(bureau, station, second):
    """Values that occur nowhere else, so that a page can be searched for them."""
    indicator = entered("station", name="罚款金额", no_comparison=True)
    FigureFactory(indicator=indicator, unit=station, month=5, value=710711)
    FigureFactory(indicator=indicator, unit=second, month=5, value=820822)
    return indicator


SHOWN = {"710,711", "710711", "820,822", "820822"}


def units_shown(answer):
    """Whose values a page, a paper or a file shows."""
    if answer["Content-Type"].startswith("text/html"):
        text = answer.content.decode()
    else:
        text = "\n".join(str(cell) for row in sheet_of(answer) for cell in row)
    return {value.replace(",", "")[:3] for value in SHOWN if value in text}


@pytest.mark.parametrize("role", [Role.LEGAL_OFFICER, Role.LEADER, Role.INSPECTOR])
def test_no_view_shows_two_units_of_what_is_not_compared(enter, bureau, station, fines, role):
    client = enter(role, bureau)
    addresses = [
        fines.get_absolute_url(),
        f"{fines.get_absolute_url()}?unit={station.pk}",
        f"{SHEET}?year=2026&month=5&unit={station.pk}",
        f"{YEAR}?unit={bureau.pk}",
        f"{YEAR}?unit={station.pk}",
        f"{YEAR}?unit={station.pk}&_export=xlsx",
        f"{YEAR}?unit={bureau.pk}&_export=xlsx",
        f"{PRINT}?unit={bureau.pk}",
        f"{PRINT}?unit={station.pk}",
        reverse("reports:bureau-year", args=[bureau.pk]),
        reverse("reports:indicator-list"),
        f"{reverse('reports:indicator-list')}?_export=xlsx",
        *([CHECK, f"{CHECK}?unit={station.pk}"] if role != Role.LEADER else []),
        reverse("reports:figure-detail", args=[Figure.objects.get(unit=station).pk]),
    ]

    shown = {address: units_shown(client.get(address)) for address in addresses}

    assert {address: units for address, units in shown.items() if len(units) > 1} == {}
    assert shown[f"{YEAR}?unit={station.pk}&_export=xlsx"] == {"710"}


def test_supervisor_sees_one_bureau_of_what_is_not_compared(enter, bureau, fines):
    other = BureauFactory(parent=bureau.parent)
    far = UnitFactory(parent=other)
    FigureFactory(indicator=fines, unit=far, month=5, value=930933)
    client = enter(Role.SUPERVISOR, bureau.parent)

    page = client.get(fines.get_absolute_url())

    assert [line.place for line in page.context["lines"]] == [bureau]
    assert "930,933" not in page.content.decode()


def test_what_may_be_compared_stands_in_the_order_of_the_organisation(
    enter, bureau, station, second
):
    alarms = entered("station", name="警情")
    FigureFactory(indicator=alarms, unit=station, month=5, value=1)
    FigureFactory(indicator=alarms, unit=second, month=5, value=9)

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{alarms.get_absolute_url()}?sort=-value")

    assert [line.place for line in page.context["lines"]] == [bureau, station, second]


# --- indicators and sums -------------------------------------------------------------------------


def test_legal_officer_defines_an_indicator_that_is_counted(enter, bureau):
    kind = RecordKindFactory(code="mediation", name="调解")
    client = enter(Role.LEGAL_OFFICER, bureau)
    data = {
        "name": "调解数",
        "counter": "件",
        "decimals": "0",
        "unit": bureau.pk,
        "made": "counted",
        "counts": "records",
        "what": "number",
        "kind": f"records:{kind.code}",
    }

    client.post(reverse("reports:indicator-new"), data)

    indicator = Indicator.objects.get()
    assert (indicator.unit, indicator.rule) == (
        bureau,
        {"of": "records", "what": "number", "kind": "mediation"},
    )
    page = client.get(indicator.get_absolute_url())
    assert page.context["rule"] == "工作记录，“调解”，记录条数"


def test_rule_that_does_not_hold_is_told_beside_its_field(enter, bureau):
    client = enter(Role.LEGAL_OFFICER, bureau)
    data = {"name": "x", "counter": "件", "decimals": "0", "unit": bureau.pk, "made": "counted"}

    nothing = client.post(reverse("reports:indicator-new"), data)
    wrong = client.post(
        reverse("reports:indicator-new"), data | {"counts": "meetings", "what": "closed"}
    )

    assert nothing.context["form"].errors == {"counts": ["请选择统计哪类记录。"]}
    assert wrong.context["form"].errors == {"what": ["这类记录只能统计：记录条数。"]}


def test_delivered_indicator_is_not_changed_by_a_bureau(enter, bureau):
    delivered, own = IndicatorFactory(), IndicatorFactory(unit=bureau)
    client = enter(Role.LEGAL_OFFICER, bureau)

    codes = [
        client.get(reverse("reports:indicator-edit", args=[each.pk])).status_code
        for each in (delivered, own)
    ]

    assert codes == [403, 200]


def test_indicator_of_another_bureau_does_not_exist(enter, bureau):
    foreign = IndicatorFactory(unit=BureauFactory())

    answer = enter(Role.LEGAL_OFFICER, bureau).get(foreign.get_absolute_url())

    assert answer.status_code == 404


def test_bureau_declares_sums_of_its_own_indicators(enter, bureau):
    whole, closed, opened = (IndicatorFactory(unit=bureau) for _n in range(3))
    client = enter(Role.LEGAL_OFFICER, bureau)
    data = {"name": "收＝结＋存", "whole": whole.pk, "parts": [closed.pk, opened.pk]}

    client.post(reverse("reports:sum-new"), data)
    rule = SumRule.objects.get()
    page = client.get(reverse("reports:sum-list"))
    client.post(reverse("reports:sum-edit", args=[rule.pk]), {"drop": "1"})

    assert [(each, may) for each, may in page.context["rules"]] == [(rule, True)]
    assert SumRule.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_indicators_costs_the_same(enter, bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        entered("station")
    client = enter(Role.LEGAL_OFFICER, bureau)

    # session, user, scope, what waits; count, rows, kinds, kinds to choose from
    with django_assert_num_queries(8):
        page = client.get(reverse("reports:indicator-list"))

    assert len(page.context["table"].rows) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_indicator_costs_the_same_whatever_its_units(
    enter, bureau, rows, django_assert_num_queries
):
    alarms = entered("station")
    for _n in range(rows):
        FigureFactory(indicator=alarms, unit=UnitFactory(parent=bureau), month=5)
    client = enter(Role.LEGAL_OFFICER, bureau)

    # session, user, scope, what waits; indicator, units, figures, kinds, where from, history
    with django_assert_num_queries(10):
        page = client.get(alarms.get_absolute_url())

    assert len(page.context["lines"]) == 1 + rows


def test_as_of_a_past_day_the_running_month_is_not_shown(enter, bureau, station):
    alarms = entered("station")
    FigureFactory(indicator=alarms, unit=station, month=5, recorded_at=NOON)

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{YEAR}?unit={station.pk}&on=2026-05-20")

    (line,) = page.context["table"].lines
    assert [cell.value for cell in line.months] == [None] * 12
    assert page.context["on"] == date(2026, 5, 20)
