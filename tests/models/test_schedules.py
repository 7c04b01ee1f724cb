"""``DueQuerySet.with_verdict`` says in SQL what ``domain.dues.verdict`` says of the same facts;
a version says in words when it is owed, and what its periods are called."""

from datetime import date, timedelta
from itertools import product

import pytest

from reports.domain.dues import Verdict
from reports.domain.periods import YearStart
from reports.models import Due, ScheduleVersion, Unit
from reports.models.choices import period_label
from tests.factories import DueFactory, ScheduleVersionFactory

pytestmark = pytest.mark.django_db

# June 2026, recorded within five workdays: until 7 July.
IN_TIME = (None, date(2026, 6, 1), date(2026, 6, 20), date(2026, 6, 30))
LATE = (None, date(2026, 7, 3), date(2026, 7, 20))
WAIVED = (None, date(2026, 5, 28), date(2026, 6, 15), date(2026, 7, 10))
NOT_APPLICABLE = (
    ("", None),
    ("absent", None),
    ("absent", date(2026, 6, 10)),
    ("not_begun", None),
    ("no_workday", None),
    ("no_workday", date(2026, 6, 10)),
)
DAYS = (
    date(2026, 5, 27),
    date(2026, 5, 28),
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 6, 9),
    date(2026, 6, 10),
    date(2026, 6, 20),
    date(2026, 6, 30),
    date(2026, 7, 1),
    date(2026, 7, 3),
    date(2026, 7, 7),
    date(2026, 7, 8),
    date(2026, 7, 20),
    date(2026, 12, 31),
)


@pytest.fixture
def every_due():
    """A unit for every combination of facts, with one due: June 2026."""
    version = ScheduleVersionFactory()
    owner = version.schedule.set.unit
    combinations = list(product(IN_TIME, LATE, WAIVED, NOT_APPLICABLE))
    units = Unit.objects.bulk_create(
        Unit(name=f"{n}所", kind=owner.kind, parent=owner, bureau=owner, path=f"{n:022d}")
        for n in range(len(combinations))
    )
    return Due.objects.bulk_create(
        DueFactory.build(
            version=version,
            unit=unit,
            met_on=met,
            met_late_on=late,
            waived_on=waived,
            not_applicable_because=because,
            not_applicable_on=since,
        )
        for unit, (met, late, waived, (because, since)) in zip(units, combinations, strict=True)
    )


@pytest.mark.usefixtures("every_due")
def test_sql_and_domain_agree_on_every_verdict():
    seen = set()

    for on in DAYS:
        for due in Due.objects.with_verdict(on):
            assert due.verdict == due.verdict_on(on).value, (due.facts, on)
            seen.add(due.verdict)

    assert seen == {verdict.value for verdict in Verdict}


def test_of_verdicts_leaves_those_that_have_one_of_them():
    version = ScheduleVersionFactory()
    met = DueFactory(version=version, day=date(2026, 4, 1), met_on=date(2026, 4, 9))
    missed = DueFactory(version=version, day=date(2026, 3, 1))
    DueFactory(version=version, day=date(2026, 6, 10))
    on = date(2026, 6, 10)

    found = Due.objects.of_verdicts(on, [Verdict.MET, Verdict.MISSED])

    assert set(found) == {met, missed}


def test_a_later_fact_does_not_exist_in_sql_either():
    due = DueFactory(met_on=date(2026, 6, 20))

    before = Due.objects.with_verdict(due.met_on - timedelta(days=1)).get()

    assert before.verdict == "open"


# --- what a rhythm is called --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ({"cadence": "week"}, "每周至少1次"),
        ({"cadence": "half_month", "at_least": 2}, "每半月至少2次"),
        ({"cadence": "month", "every": 2, "at_least": 3, "at_most": 4}, "每2个月3至4次"),
        ({"cadence": "month", "at_most": 1}, "每月1次"),
        ({"cadence": "month", "months": [11, 3]}, "每年3月、11月至少1次"),
        ({"cadence": "week", "months": [3]}, "每年3月每周至少1次"),
        ({"cadence": "week", "parity": "odd"}, "单周至少1次"),
        ({"cadence": "week", "parity": "even"}, "双周至少1次"),
        (
            {"cadence": "quarter", "counted_in": "minutes", "at_least": 120},
            "每季度至少120分钟",
        ),
        (
            {"cadence": "quarter", "counted_in": "minutes", "at_least": 120, "at_most": 180},
            "每季度120至180分钟",
        ),
        (
            {"cadence": "quarter", "window": "after", "window_days": 15},
            "每季度结束后15日内至少1次",
        ),
        (
            {"cadence": "year", "window": "until", "window_month": 3, "window_day": 31},
            "每年结束后，3月31日前至少1次",
        ),
        ({"cadence": "month", "window": "by_day", "window_day": 20}, "每月20日前至少1次"),
    ],
)
def test_a_rhythm_in_words(rule, label):
    assert ScheduleVersion(**rule).rhythm == label


@pytest.mark.parametrize(
    ("rule", "start", "labels"),
    [
        (
            {"cadence": "quarter", "window": "after", "window_days": 15},
            YearStart(1, 1),
            [
                "上年第4季度（1月1日—15日）",
                "第1季度（4月1日—15日）",
                "第2季度（7月1日—15日）",
                "第3季度（10月1日—15日）",
            ],
        ),
        (
            {"cadence": "year", "window": "until", "window_month": 3, "window_day": 31},
            YearStart(1, 1),
            ["2025年度（1月1日—3月31日）"],
        ),
        (
            {"cadence": "year", "window": "until", "window_month": 3, "window_day": 31},
            YearStart(11, 1),
            ["2025年度（2025年11月1日—2026年3月31日）"],
        ),
        (
            {"cadence": "half_year", "window": "by_day", "window_day": 20},
            YearStart(1, 1),
            ["上半年（1月1日—6月20日）", "下半年（7月1日—12月20日）"],
        ),
        (
            {"cadence": "quarter", "window": "by_day", "window_day": 25},
            YearStart(10, 21),
            [
                "第1季度（10月21日—12月25日）",
                "第2季度（1月21日—3月25日）",
                "第3季度（4月21日—6月25日）",
                "第4季度（7月21日—9月25日）",
            ],
        ),
        (
            {"cadence": "half_year", "window": "by_day", "window_day": 10},
            YearStart(10, 21),
            ["上半年（2025年10月21日—2026年4月10日）", "下半年（4月21日—10月10日）"],
        ),
        (
            {"cadence": "month", "months": [3, 11]},
            YearStart(10, 21),
            ["11月（10月21日—11月20日）", "3月（2月21日—3月20日）"],
        ),
    ],
)
def test_what_the_periods_of_2026_are_called(rule, start, labels):
    rhythm = ScheduleVersion(**rule).rhythm_from(start)

    assert [period_label(each, rhythm) for each in rhythm.periods_of(2026)] == labels


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        (10, ["11月（10月21日—11月10日）", "12月（11月21日—12月10日）"]),
        (20, ["11月（10月21日—11月20日）", "12月（11月21日—12月20日）"]),
        (25, ["11月（10月21日—25日）", "12月（11月21日—25日）"]),
    ],
)
def test_what_a_day_of_the_month_is_called_in_a_year_from_21_october(day, labels):
    """The name is that of the year's own month, the days say until when."""
    rhythm = ScheduleVersion(cadence="month", window="by_day", window_day=day).rhythm_from(
        YearStart(10, 21)
    )

    assert [period_label(each, rhythm) for each in rhythm.periods_of(2026)[:2]] == labels


def test_a_day_that_the_month_has_not_is_called_its_last():
    version = ScheduleVersionFactory(cadence="year", window="until", window_month=4, window_day=31)

    assert "4月30日前" in version.rhythm
