import pytest

from reports.domain.summaries import Drift, drift


@pytest.mark.parametrize(
    ("frozen", "now", "expected"),
    [
        ({}, {}, []),
        ({"met": 52}, {"met": 52}, []),
        ({"met": 52, "missed": 0}, {"missed": 1, "met": 51}, [("met", 52, 51), ("missed", 0, 1)]),
        ({"met": 52}, {}, [("met", 52, None)]),
        ({}, {"met": 52}, [("met", None, 52)]),
        ({"a": 1, "b": 2}, {"c": 3, "b": 4}, [("a", 1, None), ("b", 2, 4), ("c", None, 3)]),
        ({"a": None}, {}, [("a", None, None)]),
    ],
)
def test_drift(frozen, now, expected):
    assert drift(frozen, now) == [Drift(*each) for each in expected]
