"""What is typed for a value, how it may be said, shares, years from months, sums, changes."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.figures import (
    AgainstNumber,
    AgainstShare,
    Change,
    FigureValue,
    SumStanding,
    SumToCheck,
    Together,
    Typed,
    Wording,
    YearValue,
    added_up,
    change,
    check_sums,
    decimals_of,
    is_honest,
    months_over,
    number_typed,
    plain,
    reasons_against_share,
    share_of,
    step_of,
    sums_that_disagree,
    together,
    trimmed,
    year_value,
)

MORE, NEAR, ABOUT = Wording.MORE, Wording.NEAR, Wording.ABOUT
OVER, NOT_BELOW = Wording.OVER, Wording.NOT_BELOW


def values(*numbers):
    """January on, as many months as there are numbers; None is a month left blank."""
    return {
        month: FigureValue(D(number))
        for month, number in enumerate(numbers, start=1)
        if number is not None
    }


# --- what is typed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "counter", "typed"),
    [
        ("1200", "件", Typed(D(1200))),
        ("1,200", "件", Typed(D(1200))),
        ("１，２００", "件", Typed(D(1200))),
        (" 1 200 件 ", "件", Typed(D(1200))),
        ("1200件", "件", Typed(D(1200))),
        ("98.50", "%", Typed(D("98.5"))),
        ("98.5％", "%", Typed(D("98.5"))),
        ("1.2万", "件", Typed(D(12000))),
        ("0", "件", Typed(D(0))),
        ("1200余件", "件", Typed(D(1200), MORE)),
        ("1.2万余", "件", Typed(D(12000), MORE)),
        ("1200多", "件", Typed(D(1200), MORE)),
        ("近300人次", "人次", Typed(D(300), NEAR)),
        ("约1.5万", "人次", Typed(D(15000), ABOUT)),
        ("超过1000", "件", Typed(D(1000), OVER)),
        ("不低于90%", "%", Typed(D(90), NOT_BELOW)),
    ],
)
def test_number_typed_reads_what_clerks_write(text, counter, typed):
    assert number_typed(text, counter=counter) == typed


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_blank_is_no_value_and_not_wrong(text):
    assert number_typed(text) == Typed()
    assert number_typed(text).is_blank


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("—", AgainstNumber.NOT_A_NUMBER),
        ("无", AgainstNumber.NOT_A_NUMBER),
        ("12,34", AgainstNumber.NOT_A_NUMBER),
        ("1e5", AgainstNumber.NOT_A_NUMBER),
        ("٣", AgainstNumber.NOT_A_NUMBER),
        ("约1200余", AgainstNumber.NOT_A_NUMBER),
        ("-3", AgainstNumber.NEGATIVE),
        ("1.23456", AgainstNumber.TOO_FINE),
        ("1" * 15, AgainstNumber.TOO_LARGE),
    ],
)
def test_number_typed_refuses(text, why):
    assert number_typed(text) == Typed(against=why)


def test_number_is_as_fine_as_its_indicator():
    assert number_typed("1.5", decimals=0) == Typed(against=AgainstNumber.TOO_FINE)
    assert number_typed("1.5万", decimals=0) == Typed(D(15000))
    assert number_typed("0.4200", decimals=2) == Typed(D("0.42"))


@given(st.decimals(min_value=0, max_value=10**13, places=4))
def test_what_is_shown_can_be_typed_again(value):
    assert number_typed(plain(value, groups=True)).value == value
    assert number_typed(plain(value)).value == value


@given(st.decimals(min_value=0, max_value=10**13, places=4))
def test_trimmed_is_the_same_value_in_as_few_digits(value):
    assert trimmed(value) == value
    assert "E" not in str(trimmed(value))
    assert decimals_of(value) <= 4


# --- honest words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "step"),
    [(1200, 100), (1000, 1000), (350, 10), (1234, 1), (0, 1), ("1.5", "0.1")],
)
def test_step_is_the_place_of_the_last_digit(stated, step):
    assert step_of(D(stated)) == D(step)


@pytest.mark.parametrize(
    ("stated", "wording", "honest", "not_honest"),
    [
        (1200, None, (1200,), (1199, 1201)),
        (1200, MORE, (1201, 1299), (1200, 1300, 1100)),
        (300, NEAR, (299, 201), (300, 301, 200)),
        (1200, ABOUT, (1200, 1150, 1250), (1149, 1251)),
        (1000, OVER, (1001, 9000), (1000, 999)),
        (90, NOT_BELOW, (90, 98), (89,)),
    ],
)
def test_wording_must_hold_against_the_exact_value(stated, wording, honest, not_honest):
    assert [is_honest(D(stated), wording, D(exact)) for exact in honest] == [True] * len(honest)
    assert [is_honest(D(stated), wording, D(exact)) for exact in not_honest] == [False] * len(
        not_honest
    )


# --- shares --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "share"),
    [
        (1, 3, 2, "33.33"),
        (2, 3, 2, "66.67"),
        (1, 8, 1, "12.5"),
        (1, 16, 1, "6.3"),
        (5, 5, 0, "100"),
    ],
)
def test_share_rounds_half_up(numerator, denominator, decimals, share):
    assert share_of(D(numerator), D(denominator), decimals=decimals) == D(share)


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 4))
def test_share_is_right_to_half_its_last_digit(part, whole, decimals):
    share = share_of(D(part), D(whole), decimals=decimals)

    assert abs(share - D(part) * 100 / D(whole)) <= D(1).scaleb(-decimals) / 2


@pytest.mark.parametrize(
    ("numerator", "denominator", "against"),
    [
        (None, None, []),
        (D(1), None, [AgainstShare.ONE_IS_MISSING]),
        (None, D(1), [AgainstShare.ONE_IS_MISSING]),
        (D(0), D(0), [AgainstShare.NOTHING_TO_DIVIDE]),
        (D(3), D(2), [AgainstShare.MORE_THAN_ALL]),
        (D(0), D(2), []),
        (D(2), D(2), []),
    ],
)
def test_share_needs_both_of_its_parts(numerator, denominator, against):
    assert reasons_against_share(numerator, denominator) == against


# --- a year from its months ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "months"), [(2025, [*range(1, 13)]), (2026, [1, 2, 3, 4, 5]), (2027, [])]
)
def test_only_months_that_have_ended_are_over(year, months):
    assert list(months_over(year, 2026, 6)) == months


def test_year_is_the_sum_when_no_month_that_is_over_is_missing():
    found = year_value(values(1, 2, 3), None, over=[1, 2])

    assert found == YearValue(FigureValue(D(6)), (), FigureValue(D(6)))


def test_year_with_a_missing_month_has_no_value():
    found = year_value(values(1, None, 3), None, over=[1, 2, 3])

    assert found == YearValue(None, (2,), None)


def test_nought_is_a_value_and_blank_is_not():
    assert year_value(values(0, 0), None, over=[1, 2]).value == FigureValue(D(0))
    assert year_value({}, None, over=[]).value is None


def test_entered_year_and_months_that_differ_disagree():
    entered = FigureValue(D(7))

    differing = year_value(values(1, 2, 3), entered, over=[1, 2, 3])
    alike = year_value(values(1, 2, 4), entered, over=[1, 2, 3])
    unknown = year_value(values(1, None, 3), entered, over=[1, 2, 3])

    assert (differing.value, differing.disagrees) == (entered, True)
    assert (alike.value, alike.disagrees) == (entered, False)
    assert (unknown.value, unknown.disagrees) == (entered, False)


def test_entered_year_in_words_agrees_when_the_words_are_honest():
    assert not year_value(values(600, 650), FigureValue(D(1200), MORE), over=[1, 2]).disagrees
    assert year_value(values(600, 600), FigureValue(D(1200), MORE), over=[1, 2]).disagrees


def test_year_of_a_share_divides_the_sums():
    months = {
        1: FigureValue(D(50), None, D(1), D(2)),
        2: FigureValue(D(100), None, D(6), D(6)),
    }

    found = year_value(months, None, over=[1, 2], is_share=True, decimals=1)

    assert found.value == FigureValue(D("87.5"), None, D(7), D(8))


def test_per_cent_without_its_parts_never_adds_up():
    entered = FigureValue(D(98))

    assert year_value(values(97, 99), None, over=[1, 2], adds_up=False) == YearValue(None)
    assert year_value(values(97, 99), entered, over=[1, 2], adds_up=False) == YearValue(
        entered, entered=entered
    )


def test_sum_of_values_that_are_not_exact_is_not_exact():
    assert added_up([FigureValue(D(100), MORE), FigureValue(D(3))]) == FigureValue(D(103), ABOUT)
    assert added_up([]) is None
    assert added_up([FigureValue(D(50))], is_share=True) is None


# --- sums that must agree ------------------------------------------------------------------------

RULE = SumToCheck("收＝结＋存", "received", ("closed", "open"))


def checked(received, closed, opened):
    found = {"received": received, "closed": closed, "open": opened}
    known = {key: FigureValue(D(n)) if n is not None else None for key, n in found.items()}
    (one,) = check_sums([RULE], known)
    return one


@pytest.mark.parametrize(
    ("numbers", "standing", "difference"),
    [
        ((5, 3, 2), SumStanding.AGREES, D(0)),
        ((5, 3, 1), SumStanding.DISAGREES, D(1)),
        ((5, 3, 4), SumStanding.DISAGREES, D(-2)),
        ((5, 3, None), SumStanding.CANNOT_BE_CHECKED, None),
        ((None, 3, 2), SumStanding.CANNOT_BE_CHECKED, None),
        ((0, 0, 0), SumStanding.AGREES, D(0)),
    ],
)
def test_sum_is_checked_only_when_nothing_is_missing(numbers, standing, difference):
    found = checked(*numbers)

    assert (found.standing, found.difference) == (standing, difference)


def test_sum_of_what_is_not_exact_cannot_be_checked():
    known = {
        "received": FigureValue(D(100), MORE),
        "closed": FigureValue(D(60)),
        "open": FigureValue(D(30)),
    }

    assert check_sums([RULE], known)[0].standing == SumStanding.CANNOT_BE_CHECKED
    assert sums_that_disagree([RULE], known) == []


def test_sums_that_disagree_name_whole_parts_and_difference():
    known = {key: FigureValue(D(n)) for key, n in (("received", 5), ("closed", 3), ("open", 1))}

    (found,) = sums_that_disagree([RULE], known)

    assert (found.rule, found.whole, found.parts, found.difference) == (
        RULE,
        D(5),
        (D(3), D(1)),
        D(1),
    )


# --- this year and last --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (None, 3, None),
        (3, None, None),
        (6, 4, Change(D(2), D("50.0"))),
        (4, 6, Change(D(-2), D("-33.3"))),
        (4, 0, Change(D(4), None)),
        (0, 0, Change(D(0), None)),
    ],
)
def test_change_only_where_both_years_are_there(now, before, expected):
    known = [None if n is None else FigureValue(D(n)) for n in (now, before)]

    assert change(*known) == expected


def test_change_of_a_share_is_in_percentage_points():
    found = change(FigureValue(D("98.5")), FigureValue(D("97")), is_share=True)

    assert found == Change(D("1.5"), None, in_points=True)


def test_change_of_what_is_not_exact_says_so():
    assert not change(FigureValue(D(1200), MORE), FigureValue(D(1000))).is_exact


# --- whose value ---------------------------------------------------------------------------------


def test_bureau_is_what_its_units_add_up_to():
    reported = {7: FigureValue(D(3)), 8: FigureValue(D(4))}

    assert together(None, reported, [7, 8]) == Together(FigureValue(D(7)), 0, FigureValue(D(7)))


def test_bureau_without_one_of_its_units_has_no_sum():
    assert together(None, {7: FigureValue(D(3))}, [7, 8]) == Together(None, 1, None)


def test_own_figure_of_a_bureau_stands_and_says_when_the_units_differ():
    reported = {7: FigureValue(D(3)), 8: FigureValue(D(4))}
    own = FigureValue(D(9))

    assert together(own, reported, [7, 8]) == Together(own, 0, FigureValue(D(7)), disagrees=True)
    assert together(own, {}, []) == Together(own)
    assert together(own, reported, [7, 8], adds_up=False) == Together(own)
