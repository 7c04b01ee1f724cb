from datetime import date

import pytest

from reports.domain.tasks import (
    AgainstDone,
    TaskFacts,
    TaskStanding,
    reasons_against_done,
    task_standing,
)

ISSUED, DUE = date(2026, 3, 2), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        ({}, DUE, TaskStanding.IN_TIME),
        ({}, date(2026, 7, 1), TaskStanding.OVERDUE),
        ({"due_on": None}, date(2030, 1, 1), TaskStanding.IN_TIME),
        ({"done_on": DUE}, date(2026, 8, 1), TaskStanding.DONE_IN_TIME),
        ({"done_on": date(2026, 7, 1)}, date(2026, 8, 1), TaskStanding.DONE_LATE),
        ({"done_on": date(2026, 7, 5)}, date(2026, 7, 4), TaskStanding.OVERDUE),
        ({"done_on": date(2026, 7, 5)}, date(2026, 6, 4), TaskStanding.IN_TIME),
        ({"due_on": None, "done_on": DUE}, DUE, TaskStanding.DONE_IN_TIME),
        ({"cancelled": True}, date(2026, 7, 1), TaskStanding.CANCELLED),
    ],
)
def test_standing(facts, on, expected):
    assert task_standing(TaskFacts(ISSUED, **{"due_on": DUE, **facts}), on) == expected


@pytest.mark.parametrize(
    ("facts", "how", "expected"),
    [
        ({}, {}, []),
        ({}, {"result": " "}, [AgainstDone.NO_RESULT]),
        ({}, {"on": date(2026, 6, 11)}, [AgainstDone.IN_FUTURE]),
        ({}, {"on": date(2026, 3, 1)}, [AgainstDone.BEFORE_ISSUED]),
        ({}, {"open_measures": 1}, [AgainstDone.MEASURES_OPEN]),
        ({"done_on": DUE}, {"result": ""}, [AgainstDone.ALREADY_DONE]),
        ({"cancelled": True}, {"result": ""}, [AgainstDone.CANCELLED]),
    ],
)
def test_reasons_against_done(facts, how, expected):
    asked = {
        "on": date(2026, 6, 10),
        "today": date(2026, 6, 10),
        "result": "已清理",
        "open_measures": 0,
        **how,
    }

    assert reasons_against_done(TaskFacts(ISSUED, **facts), **asked) == expected
