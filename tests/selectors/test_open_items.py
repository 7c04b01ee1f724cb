"""Six items that a published rectification notice left open, with the months it gave them."""

from datetime import date

import pytest

from reports.domain.problems import ProblemClass
from reports.selectors.problems import problems_for
from tests.factories import NOON, ProblemFactory, UnitFactory

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FED_BACK = date(2023, 8, 8)
ITEMS = [
    ("高标准农田", date(2024, 3, 1), date(2024, 3, 31)),
    ("粮食储备项目", date(2024, 12, 1), date(2024, 12, 31)),
    ("渔港建设", date(2025, 12, 1), date(2025, 12, 31)),
    ("海上养殖改造", date(2024, 12, 1), date(2024, 12, 31)),
    ("防洪防潮工程", date(2026, 12, 1), date(2026, 12, 31)),
    ("企业改制", date(2024, 12, 1), date(2024, 12, 31)),
]


@pytest.fixture
def items():
    unit = UnitFactory()
    top = ProblemFactory(unit=unit, title="巡察反馈", found_on=FED_BACK, counts=False, due_on=None)
    return [
        ProblemFactory(
            unit=unit,
            parent=top,
            title=title,
            found_on=FED_BACK,
            due_on=month,
            due_is_month=True,
            kind=ProblemClass.DATED,
            raised_from_above=True,
            raised_by="巡察组",
        )
        for title, month, _last in ITEMS
    ]


def test_a_month_is_due_on_its_last_day_as_far_as_december_2026(items):
    assert [(item.number, item.due_on, item.due_is_month) for item in items] == [
        (f"1.{n}", last, True) for n, (_title, _month, last) in enumerate(ITEMS, 1)
    ]


@pytest.mark.parametrize(
    ("day", "late"),
    [
        (date(2024, 3, 31), []),
        (date(2024, 4, 1), ["高标准农田"]),
        (date(2025, 1, 1), ["高标准农田", "粮食储备项目", "海上养殖改造", "企业改制"]),
        (TODAY, ["高标准农田", "粮食储备项目", "渔港建设", "海上养殖改造", "企业改制"]),
    ],
)
def test_what_is_overdue_on_a_day(items, day, late):
    overdue = problems_for(None, on=day, today=TODAY, overdue=True)

    assert sorted(row.title for row in overdue) == sorted(late)
    assert problems_for(None, on=day, today=TODAY, state="open").filter(counts=True).count() == 6
