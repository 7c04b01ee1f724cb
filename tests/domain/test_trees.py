import pytest

from reports.domain.trees import (
    ancestors,
    children_of,
    rolled_up,
    subtree,
    walk,
    would_make_cycle,
)

CITY = {"city": None, "east": "city", "west": "city", "station": "east", "squad": "station"}
CIRCLE = {"a": "b", "b": "c", "c": "a"}


def test_children_of_each_node():
    assert children_of(CITY) == {
        None: ["city"],
        "city": ["east", "west"],
        "east": ["station"],
        "station": ["squad"],
    }


@pytest.mark.parametrize(
    ("node", "above"),
    [("city", []), ("east", ["city"]), ("squad", ["station", "east", "city"]), ("other", [])],
)
def test_ancestors(node, above):
    assert list(ancestors(node, CITY)) == above


def test_ancestors_of_a_circle_are_refused():
    with pytest.raises(ValueError, match="its own ancestor"):
        list(ancestors("a", CIRCLE))


@pytest.mark.parametrize(
    ("node", "parent", "cycle"),
    [
        ("east", None, False),
        ("east", "west", False),
        ("east", "east", True),
        ("east", "station", True),
        ("east", "squad", True),
        ("squad", "city", False),
    ],
)
def test_would_make_cycle(node, parent, cycle):
    assert would_make_cycle(node, parent, CITY) is cycle


def test_walk_goes_parent_first_in_the_order_given():
    assert list(walk(CITY)) == [
        ("city", 0),
        ("east", 1),
        ("station", 2),
        ("squad", 3),
        ("west", 1),
    ]


def test_subtree():
    assert subtree("east", CITY) == ["east", "station", "squad"]
    assert subtree("west", CITY) == ["west"]


def test_counts_rolled_up():
    assert rolled_up({"squad": 2, "west": 1, "east": 4}, CITY) == {
        "city": 7,
        "east": 6,
        "west": 1,
        "station": 2,
        "squad": 2,
    }
