"""What rules count agrees with the lists; entered years, sums and last year's value."""

from datetime import date
from decimal import Decimal as D

import pytest

from reports.domain.access import Role
from reports.domain.figures import Change, FigureValue, SumStanding, Wording
from reports.domain.indicators import Counted, Rule, What
from reports.models import Figure, Indicator, WorkRecord
from reports.selectors.figures import (
    late_by,
    sheet_lines,
    unchecked_by_unit,
    unit_lines,
    value_of,
    year_table,
)
from reports.selectors.indicators import (
    Asked,
    days_of_years,
    defined,
    having,
    indicators_for,
    rows_counted,
    rule_words,
    same_day,
    set_for,
)
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    DeedFactory,
    DueFactory,
    ExaminationFactory,
    FigureFactory,
    HonourFactory,
    IndicatorFactory,
    MeetingFactory,
    ProblemFactory,
    RecordFieldFactory,
    RecordKindFactory,
    SumRuleFactory,
    UnitFactory,
    UnitKindFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STATION, BUREAU = "station", "bureau"


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局", short_name="")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", short_name="")


def counted(rule, **rest):
    return IndicatorFactory(made="counted", rule=rule, **rest)


def entered(*kinds, **rest):
    indicator = IndicatorFactory(**rest)
    indicator.unit_kinds.set(UnitKindFactory(code=code) for code in kinds)
    return indicator


def line(place, indicator, *, year=2026, on=TODAY):
    table = year_table(None, place, year=year, on=on, today=TODAY)
    return next(each for each in table.lines if each.indicator == indicator)


def numbers(found):
    return [None if cell.value is None else int(cell.value.value) for cell in found.months]


def months(place, indicator, *values, year=2026, **rest):
    for month, value in enumerate(values, start=1):
        if value is not None:
            FigureFactory(
                indicator=indicator, unit=place, year=year, month=month, value=value, **rest
            )


# --- counted -------------------------------------------------------------------------------------


def test_records_are_counted_by_amount_rows_and_field(bureau, station):
    kind = RecordKindFactory(code="publicity")
    RecordFieldFactory(kind=kind, code="audience")
    WorkRecordFactory(unit=station, kind=kind, amount=3, values={"audience": 40})
    WorkRecordFactory(unit=bureau, kind=kind, on=date(2026, 2, 3), values={"audience": 60})
    WorkRecordFactory(unit=station, kind=RecordKindFactory(code="training"))
    WorkRecordFactory(unit=UnitFactory(), kind=kind)
    amount = counted({"of": "records", "kind": "publicity"})
    rows = counted({"of": "records", "kind": "publicity", "what": "number"})
    audience = counted({"of": "records", "kind": "publicity", "what": "field", "field": "audience"})

    assert numbers(line(bureau, amount)) == [0, 1, 0, 0, 3, 0, *[None] * 6]
    assert line(bureau, amount).value == FigureValue(D(4))
    assert line(station, amount).value == FigureValue(D(3))
    assert line(bureau, rows).value == FigureValue(D(2))
    assert line(bureau, audience).value == FigureValue(D(100))


def test_records_are_narrowed_by_the_value_of_a_field(bureau, station):
    kind = RecordKindFactory(code="petition_case")
    for result in ("化解", "化解", "稳控"):
        WorkRecordFactory(unit=station, kind=kind, values={"result": result})
    settled = counted({"of": "records", "kind": "petition_case", "where": {"result": "化解"}})

    assert line(bureau, settled).value == FigureValue(D(2))
    assert "where=result%3A%E5%8C%96%E8%A7%A3" in line(bureau, settled).href
    assert having(WorkRecord.objects.all(), ["result:化解"]).count() == 2
    assert having(WorkRecord.objects.all(), ["result__contains:化"]).count() == 3


def test_cancelled_and_later_records_count_nothing(bureau, station):
    kind = RecordKindFactory(code="publicity")
    WorkRecordFactory(unit=station, kind=kind, on=date(2026, 6, 20))
    WorkRecordFactory(unit=station, kind=kind, cancelled_at=NOON, cancelled_because="误录")
    amount = counted({"of": "records", "kind": "publicity"})

    assert line(bureau, amount).value == FigureValue(D(0))


def test_total_beside_single_records_is_not_counted_twice(bureau, station):
    kind = RecordKindFactory(code="publicity")
    WorkRecordFactory(unit=station, kind=kind)
    WorkRecordFactory(
        unit=station, kind=kind, on=date(2026, 5, 1), is_total=True, amount=9, source="月报"
    )
    amount = counted({"of": "records", "kind": "publicity"})

    assert line(bureau, amount).value == FigureValue(D(1))


def test_record_stays_with_the_bureau_that_kept_it(bureau, station):
    kind = RecordKindFactory(code="publicity")
    WorkRecordFactory(unit=UnitFactory(), bureau=bureau, kind=kind)
    amount = counted({"of": "records", "kind": "publicity"})

    assert line(bureau, amount).value == FigureValue(D(1))


def test_meetings_problems_and_deeds_are_counted_by_month(bureau, station):
    MeetingFactory(unit=station, held_on=date(2026, 3, 4))
    ProblemFactory(unit=station, found_on=date(2026, 4, 4))
    ProblemFactory(unit=station, found_on=date(2026, 4, 5), counts=False)
    DeedFactory(unit=bureau, bureau=bureau, on=date(2026, 1, 6))
    meetings = counted({"of": "meetings"})
    found = counted({"of": "problems", "what": "found"})
    deeds = counted({"of": "deeds"})

    assert numbers(line(bureau, meetings)) == [0, 0, 1, 0, 0, 0, *[None] * 6]
    assert numbers(line(bureau, found)) == [0, 0, 0, 1, 0, 0, *[None] * 6]
    assert numbers(line(bureau, deeds)) == [1, 0, 0, 0, 0, 0, *[None] * 6]


def test_dues_are_told_by_the_year_alone(bureau, station):
    DueFactory(unit=station, met_on=date(2026, 5, 5), day=date(2026, 5, 6))
    DueFactory(unit=station, day=date(2026, 4, 6))
    kept = counted({"of": "dues", "what": "kept"}, counter="%", is_share=True, decimals=1)

    found = line(bureau, kept)

    assert numbers(found) == [None] * 12
    assert found.value == FigureValue(D("50.0"), None, D(1), D(2))


def test_share_of_nothing_is_neither_nought_nor_all(bureau):
    kept = counted({"of": "dues", "what": "kept"}, counter="%", is_share=True)

    assert line(bureau, kept).value is None


def test_pass_rate_divides_the_sums(bureau, station):
    ExaminationFactory(unit=station, held_on=date(2026, 2, 1), participants=30, passed=20)
    ExaminationFactory(unit=bureau, held_on=date(2026, 3, 1), participants=10, passed=10)
    rate = counted(
        {"of": "examinations", "what": "pass_rate"}, counter="%", is_share=True, decimals=1
    )

    assert line(bureau, rate).value == FigureValue(D("75.0"), None, D(30), D(40))


def test_honours_count_for_the_unit_that_received_them(bureau, station):
    HonourFactory(bureau=bureau)
    HonourFactory(bureau=bureau, unit=station, awarded_on=date(2026, 7, 1))
    HonourFactory(bureau=bureau, unit=station)
    honours = counted({"of": "honours"})

    assert line(bureau, honours).value == FigureValue(D(2))
    assert line(station, honours).value == FigureValue(D(1))


def test_last_year_is_counted_up_to_the_same_day(bureau, station):
    kind = RecordKindFactory(code="publicity")
    for on in (date(2025, 6, 10), date(2025, 6, 11), date(2026, 6, 9)):
        WorkRecordFactory(unit=station, kind=kind, on=on)
    amount = counted({"of": "records", "kind": "publicity"})

    found = line(bureau, amount)

    assert (found.before, found.change) == (FigureValue(D(1)), Change(D(0), D("0.0")))
    assert "year=2025&on=2025-06-10" in found.before_href
    assert line(bureau, amount, year=2025).value == FigureValue(D(2))


def test_rows_of_a_rule_are_those_of_its_list(bureau, station):
    kind = RecordKindFactory(code="publicity")
    row = WorkRecordFactory(unit=station, kind=kind)
    WorkRecordFactory(unit=UnitFactory(), kind=kind)
    rule = Rule(Counted.RECORDS, What.AMOUNT, "publicity")

    found = rows_counted(rule, Asked(None, 2026, TODAY, TODAY, bureau.pk, None))

    assert list(found) == [row]


@pytest.mark.parametrize(
    ("on", "year", "day"),
    [
        (date(2026, 6, 10), 2025, date(2025, 6, 10)),
        (date(2028, 2, 29), 2027, date(2027, 2, 28)),
    ],
)
def test_same_day_of_another_year(on, year, day):
    assert same_day(on, year) == day


def test_days_of_years_end_with_the_year_and_not_before_it_begins():
    assert days_of_years(2026, TODAY) == {2026: TODAY, 2025: date(2025, 6, 10)}
    assert days_of_years(2025, TODAY) == {2025: date(2025, 12, 31), 2024: date(2024, 12, 31)}
    assert days_of_years(2027, TODAY) == {}


def test_rule_is_said_in_words():
    kind = RecordKindFactory(code="petition_case", name="领导包案")
    RecordFieldFactory(kind=kind, code="result", label="结果", type="choice")
    rule = {"of": "records", "kind": "petition_case", "where": {"result": "化解"}}
    counted(rule)
    (of,) = defined(Indicator.objects.all())

    assert rule_words(of) == "工作记录，“领导包案”，“结果”为“化解”的，数量之和"


# --- entered -------------------------------------------------------------------------------------


def test_year_of_a_unit_is_the_sum_of_its_months(station):
    alarms = entered(STATION)
    months(station, alarms, 1, 2, 3, 4, 5)
    months(station, alarms, 2, 2, 2, 2, 2, 9, 9, year=2025)

    found = line(station, alarms)

    assert numbers(found) == [1, 2, 3, 4, 5, *[None] * 7]
    assert (found.value, found.year.missing) == (FigureValue(D(15)), ())
    assert (found.before, found.change) == (FigureValue(D(10)), Change(D(5), D("50.0")))


def test_missing_month_leaves_the_year_open(station):
    alarms = entered(STATION)
    months(station, alarms, 1, None, 3, 4, 5)

    found = line(station, alarms)

    assert (found.value, found.year.missing, found.change) == (None, (2,), None)


def test_change_is_not_said_where_last_year_lacks_a_month(station):
    alarms = entered(STATION)
    months(station, alarms, 1, 2, 3, 4, 5)
    months(station, alarms, 2, None, 2, 2, 2, year=2025)

    assert line(station, alarms).before is None
    assert line(station, alarms).change is None


def test_month_that_was_not_over_on_the_day_is_not_known_yet(station):
    alarms = entered(STATION)
    months(station, alarms, 1, 2, 3, 4, 5)

    found = line(station, alarms, on=date(2026, 3, 31))

    assert numbers(found) == [1, 2, 3, *[None] * 9]
    assert found.value == FigureValue(D(6))


def test_bureau_is_the_sum_of_its_units_and_says_who_lacks(bureau, station):
    alarms = entered(STATION)
    other = UnitFactory(parent=bureau)
    months(station, alarms, 1, 2, 3, 4, 5)
    months(other, alarms, 1, 2, None, 4, 5)

    found = line(bureau, alarms)

    assert numbers(found) == [2, 4, None, 8, 10, *[None] * 7]
    assert [cell.missing for cell in found.months] == [0, 0, 1, *[0] * 9]
    assert (found.value, found.year.missing) == (None, (3,))


def test_unit_that_was_not_there_yet_lacks_nothing(bureau, station):
    alarms = entered(STATION)
    UnitFactory(parent=bureau, opened_on=date(2026, 6, 1))
    months(station, alarms, 1, 2, 3, 4, 5)

    assert line(bureau, alarms).value == FigureValue(D(15))


def test_own_figure_of_the_bureau_stands_beside_what_its_units_reported(bureau, station):
    alarms = entered(STATION, BUREAU)
    months(station, alarms, 1, 2, 3, 4, 5)
    months(bureau, alarms, 1, 2, 9, 4, 5)

    found = line(bureau, alarms)

    assert found.value == FigureValue(D(21))
    assert [cell.disagrees for cell in found.months] == [False, False, True, *[False] * 9]


def test_year_that_was_entered_and_months_that_differ_are_both_shown(station):
    alarms = entered(STATION)
    months(station, alarms, *[1] * 12, year=2025)
    FigureFactory(indicator=alarms, unit=station, year=2025, month=None, value=13)

    found = line(station, alarms, year=2025)

    assert (found.value, found.year.of_months, found.year.disagrees) == (
        FigureValue(D(13)),
        FigureValue(D(12)),
        True,
    )


def test_target_is_kept_apart_from_the_result(station):
    alarms = entered(STATION)
    months(station, alarms, 1, 2, 3, 4, 5)
    FigureFactory(
        indicator=alarms,
        unit=station,
        month=None,
        is_target=True,
        value=40,
        wording=Wording.NOT_BELOW.value,
    )

    found = line(station, alarms)

    assert (found.value, found.target) == (
        FigureValue(D(15)),
        FigureValue(D(40), Wording.NOT_BELOW),
    )


def test_per_cent_that_somebody_else_worked_out_is_not_added_up(bureau):
    survey = entered(BUREAU, counter="%", decimals=2)
    months(bureau, survey, 97, 98)
    FigureFactory(indicator=survey, unit=bureau, year=2025, month=None, value=D("97.55"))

    assert line(bureau, survey).value is None
    assert line(bureau, survey, year=2025).value == FigureValue(D("97.55"))


def test_cancelled_figure_counts_nothing(station):
    alarms = entered(STATION)
    months(station, alarms, 1, cancelled_at=NOON, cancelled_because="误录")

    assert numbers(line(station, alarms)) == [None] * 12


def test_indicator_of_other_kinds_is_not_in_the_table(station):
    entered("squad")

    assert year_table(None, station, year=2026, on=TODAY, today=TODAY).lines == ()


def test_indicators_of_a_bureau_hold_in_it_alone(bureau, station):
    delivered, own = IndicatorFactory(), IndicatorFactory(unit=bureau)
    foreign = IndicatorFactory(unit=BureauFactory())

    assert list(set_for(indicators_for(None), station)) == [delivered, own]
    assert list(set_for(indicators_for(None), foreign.unit)) == [delivered, foreign]


# --- sums ----------------------------------------------------------------------------------------


def test_sum_that_does_not_come_out_is_shown_with_its_month(bureau):
    whole, closed, opened = (entered(BUREAU, name=name) for name in ("收", "结", "存"))
    SumRuleFactory(whole=whole, name="收＝结＋存").parts.set([closed, opened])
    months(bureau, whole, 5, 5, 5, 5, 5)
    months(bureau, closed, 3, 3, 3, 3, 3)
    months(bureau, opened, 2, 2, 1, 2, 2)

    table = year_table(None, bureau, year=2026, on=TODAY, today=TODAY)

    (found,) = table.disagreeing
    assert (found.name, found.year.difference) == ("收＝结＋存", D(1))
    assert [(month, checked.difference) for month, checked in found.months] == [(3, D(1))]


def test_sum_with_a_missing_part_cannot_be_checked(bureau):
    whole, closed, opened = (entered(BUREAU) for _n in range(3))
    SumRuleFactory(whole=whole).parts.set([closed, opened])
    months(bureau, whole, 5, 5, 5, 5, 5)
    months(bureau, closed, 3, 3, 3, 3, 3)

    table = year_table(None, bureau, year=2026, on=TODAY, today=TODAY)

    assert table.disagreeing == []
    assert [each.year.standing for each in table.sums] == [SumStanding.CANNOT_BE_CHECKED]


# --- many units, sheets, checking ----------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_year_costs_the_same_whatever_there_is(bureau, rows, django_assert_num_queries):
    kind = RecordKindFactory(code="publicity")
    for _n in range(rows):
        unit = UnitFactory(parent=bureau)
        WorkRecordFactory(unit=unit, kind=kind)
        counted({"of": "records", "kind": "publicity"})
        months(unit, entered(STATION), 1, 2, 3)

    with django_assert_num_queries(6):
        table = year_table(None, bureau, year=2026, on=TODAY, today=TODAY)

    assert len(table.lines) == 2 * rows


def test_units_stand_in_the_order_of_the_organisation(bureau, station):
    alarms = entered(STATION)
    more = UnitFactory(parent=bureau, name="二所", short_name="")
    months(station, alarms, 1)
    months(more, alarms, 9)
    (of,) = defined(Indicator.objects.filter(pk=alarms.pk))
    scope = scope_of(member(Role.LEGAL_OFFICER, bureau), today=TODAY)

    lines = unit_lines(scope, of, [bureau, station, more], year=2026, on=TODAY, today=TODAY)

    assert [(each.place.name, numbers(each)[0]) for each in lines] == [
        ("东城分局", 10),
        ("一所", 1),
        ("二所", 9),
    ]


def test_sheet_has_last_month_and_last_year_beside_it(bureau, station):
    alarms = entered(STATION)
    counted({"of": "meetings"})
    for year, month, value in ((2026, 1, 4), (2025, 12, 3), (2025, 1, 2)):
        FigureFactory(indicator=alarms, unit=station, year=year, month=month, value=value)
    scope = scope_of(member(Role.CLERK, station), today=TODAY)

    lines = sheet_lines(scope, station, defined(Indicator.objects.all()), year=2026, month=1)

    assert [
        (each.indicator, value_of(each.figure).value, each.last_month.value, each.last_year.value)
        for each in lines
    ] == [(alarms, D(4), D(3), D(2))]


@pytest.mark.parametrize(("day", "late"), [(7, 0), (8, 8), (30, 30)])
def test_late_entry_says_how_late(station, day, late):
    figure = FigureFactory(unit=station, month=5)

    assert late_by(figure, date(2026, 6, day)) == late


def test_units_with_unchecked_figures_and_how_many(bureau, station):
    FigureFactory(unit=station)
    FigureFactory(unit=station, indicator=IndicatorFactory())
    FigureFactory(unit=bureau)

    found = unchecked_by_unit(Figure.objects.standing())

    assert found == [(bureau, 1), (station, 2)]
