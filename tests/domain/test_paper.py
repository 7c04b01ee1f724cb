import pytest

from reports.domain.paper import (
    BOTTOM_MM,
    LEFT_MM,
    LINE_PT,
    LINES,
    PAGE_MM,
    RIGHT_MM,
    TOP_MM,
    numeral,
)


def test_the_type_area_is_that_of_the_standard():
    width = PAGE_MM[0] - LEFT_MM - RIGHT_MM
    height = PAGE_MM[1] - TOP_MM - BOTTOM_MM

    assert (width, height) == (156, 225)
    assert int(height / 25.4 * 72 / LINE_PT) == LINES


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (99, "九十九"), (100, "100")]
)
def test_headings_are_numbered_in_words_as_far_as_they_go(number, words):
    assert numeral(number) == words
