import pytest

from reports.domain.similar import Likeness, Told, likeness, most_like, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        ("卷", set()),
        ("卷宗", {"卷宗"}),
        ("涉案财物", {"涉案", "案财", "财物"}),
        ("卷宗，超期", {"卷宗", "超期"}),
        ("110接警 DNA", {"110", "接警", "dna"}),
    ],
)
def test_words_are_pairs_of_characters_and_whole_words_of_letters(text, words):
    assert words_of(text) == words


def test_same_title_is_as_like_as_can_be():
    found = likeness(Told("涉案财物登记超时"), Told("涉案财物登记超时"))

    assert (found.words, found.phrases, found.strong) == (1.0, ("涉案财物登记超时",), True)


def test_nothing_in_common_is_nought():
    found = likeness(Told("涉案财物登记超时"), Told("接警反馈简单"))

    assert found == Likeness(0.0)
    assert not found.similar


def test_two_empty_titles_share_nothing():
    assert likeness(Told(""), Told("")).words == 0.0


def test_words_in_common_are_named_in_the_order_of_the_newer_title():
    found = likeness(Told("登记超时，涉案财物混放"), Told("涉案财物登记超时"))

    assert found.phrases == ("登记超时", "涉案财物")


def test_letters_are_named_as_whole_words():
    assert likeness(Told("DNA采样遗漏"), Told("dna入库遗漏")).phrases == ("dna", "遗漏")


def test_what_stands_in_every_title_weighs_little():
    plain = likeness(Told("送达工作不规范"), Told("笔录工作不规范"))

    assert not plain.strong
    assert plain.phrases == ()


@pytest.mark.parametrize(
    ("new", "similar", "strong"),
    [
        (Told("卷宗装订顺序混乱"), True, False),
        (Told("卷宗装订顺序混乱", themes=frozenset({1})), True, True),
        (Told("卷宗装订顺序混乱", cause_kinds=frozenset({7})), True, True),
        (Told("卷宗装订顺序混乱", themes=frozenset({2})), True, False),
    ],
)
def test_same_theme_or_cause_kind_makes_it_stronger(new, similar, strong):
    earlier = Told("卷宗装订目录缺失页码", themes=frozenset({1}), cause_kinds=frozenset({7}))

    found = likeness(new, earlier)

    assert (found.similar, found.strong) == (similar, strong)


def test_a_theme_alone_makes_nothing_similar():
    same = frozenset({1})

    assert most_like(Told("卷宗超期", same), [(1, Told("接警反馈简单", same))]) == []


def test_most_like_comes_first_and_of_equals_the_one_named_first():
    new = Told("涉案财物登记超时")
    earlier = [
        (1, Told("涉案财物管理混乱")),
        (2, Told("涉案财物登记超时")),
        (3, Told("涉案财物登记超时")),
        (4, Told("接警反馈简单")),
    ]

    found = most_like(new, earlier, most=2)

    assert [key for key, _ in found] == [2, 3]
    assert [key for key, _ in most_like(new, earlier)] == [2, 3, 1]
