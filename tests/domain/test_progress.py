from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.dues import Verdict
from reports.domain.progress import NOTHING, Tally

verdicts = st.lists(st.sampled_from(Verdict), max_size=40)


def test_each_verdict_is_counted_under_its_name():
    tally = Tally.of(
        verdict for times, verdict in enumerate(Verdict, start=1) for _ in range(times)
    )

    assert tally == Tally(
        upcoming=1, open=2, awaiting=3, met=4, late=5, missed=6, waived=7, not_applicable=8
    )


@pytest.mark.parametrize(
    ("tally", "done", "owed", "share"),
    [
        (NOTHING, 0, 0, None),
        (Tally(waived=3, not_applicable=2, open=1, awaiting=1, upcoming=9), 0, 0, None),
        (Tally(met=3, late=1, missed=4, open=5), 4, 8, Fraction(1, 2)),
        (Tally(missed=2), 0, 2, Fraction(0)),
        (Tally(met=2), 2, 2, Fraction(1)),
    ],
)
def test_owed_is_met_late_and_missed(tally, done, owed, share):
    assert (tally.done, tally.owed, tally.share) == (done, owed, share)


def test_nothing_is_empty():
    assert NOTHING.planned == 0
    assert NOTHING + Tally(met=1) == Tally(met=1)


def test_no_count_is_negative():
    with pytest.raises(ValueError, match="missed=-1"):
        Tally(missed=-1)


@given(verdicts, verdicts)
def test_tallies_add_up(some, others):
    assert Tally.of(some) + Tally.of(others) == Tally.of(some + others)
    assert Tally.of(some).planned == len(some)
