"""What the reader makes of our own small reports, against the answers written beside them."""

from pathlib import Path

from tools.corpus import scores_of

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


def test_own_corpus_is_read_as_its_answers_say():
    scores, remarks = scores_of(CORPUS)

    assert remarks == []
    assert (scores["recognised"].expected, scores["sections"].expected) == (11, 82)
    assert (scores["problems"].recall, scores["figures"].precision) == (1.0, 1.0)
