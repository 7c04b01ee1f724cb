"""What stops a reader in a report, and what must not."""

from datetime import date

import pytest

from reports.domain.report_checks import (
    PIECE,
    Advice,
    AgainstPattern,
    FindingKind,
    Passage,
    Pattern,
    Rule,
    Standing,
    Words,
    reasons_against_pattern,
    same_heading,
    secrecy_findings,
    wording_findings,
)
from reports.domain.summaries import WordingKind

YEAR, ON = 2025, date(2026, 1, 20)
RULES = (
    Rule("枫桥式交派出所", "枫桥式公安派出所", WordingKind.TYPO, "公安部命名"),
    Rule("《治安处罚法》", "《中华人民共和国治安管理处罚法》", WordingKind.TITLE),
    Rule("《治安管理处罚法》", "《中华人民共和国治安管理处罚法》", WordingKind.TITLE),
    Rule("监察委", "监察委员会", WordingKind.TITLE),
    Rule("劳动教养", "", WordingKind.OUTDATED),
    Rule("请补充", "", WordingKind.PLACEHOLDER),
)
THOUGHT = "以习近平新时代中国特色社会主义思想为指导"
AIM_OF_2015 = "职能科学、权责法定、执法严明、公开公正、廉洁高效、守法诚信"
FORMULAS = (
    Standing(THOUGHT, date(2017, 10, 24)),
    Standing(AIM_OF_2015, date(2015, 12, 23), date(2021, 8, 1)),
)


def passage(text, *, compiled=False, heading=False, key=7):
    return Passage(3, key, (Words(text, compiled),), heading)


def found_in(text, **kwargs):
    found = wording_findings(
        [passage(text, **kwargs)], rules=RULES, formulas=FORMULAS, year=YEAR, on=ON
    )
    return [(each.kind, each.quoted, each.advice, each.right) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "获评“枫桥式交派出所”。",
            (FindingKind.TYPO, "枫桥式交派出所", Advice.WRITE, "枫桥式公安派出所"),
        ),
        (
            "依照《治安处罚法》办理。",
            (
                FindingKind.TITLE,
                "《治安处罚法》",
                Advice.WRITE,
                "《中华人民共和国治安管理处罚法》",
            ),
        ),
        (
            "依照《治安管理处罚法》办理。",
            (
                FindingKind.TITLE,
                "《治安管理处罚法》",
                Advice.WRITE_IN_FULL,
                "《中华人民共和国治安管理处罚法》",
            ),
        ),
        ("配合监察委工作。", (FindingKind.TITLE, "监察委", Advice.WRITE, "监察委员会")),
        ("清理劳动教养文书。", (FindingKind.OUTDATED, "劳动教养", Advice.LEAVE_OUT, "")),
        ("数据请补充。", (FindingKind.PLACEHOLDER, "请补充", Advice.FILL_IN, "")),
        ("全年共办理××起。", (FindingKind.PLACEHOLDER, "××", Advice.FILL_IN, "")),
        ("全年共办理XX起。", (FindingKind.PLACEHOLDER, "XX", Advice.FILL_IN, "")),
        (
            "按【43｜法制例会】召开。",
            (FindingKind.PLACEHOLDER, "【43｜法制例会】", Advice.FILL_IN, ""),
        ),
        ("某年某月召开。", (FindingKind.PLACEHOLDER, "某年某月", Advice.FILL_IN, "")),
        ("办结多少件？？", (FindingKind.PLACEHOLDER, "？？", Advice.FILL_IN, "")),
        (
            "坚持以习近平新时代有中国特色社会主义思想为指导，",
            (
                FindingKind.FORMULA,
                "以习近平新时代有中国特色社会主义思想为指导",
                Advice.COMPARE,
                THOUGHT,
            ),
        ),
        (
            f"建设{AIM_OF_2015}的法治政府。",
            (FindingKind.OUTDATED, AIM_OF_2015, Advice.NO_LONGER, ""),
        ),
        ("办理案件,今年上升。", (FindingKind.PUNCTUATION, ",", Advice.FULL_WIDTH, "，")),
        ("2024年查处案件12起。", (FindingKind.YEAR, "2024年", Advice.CHECK_YEAR, "2025")),
        ("2024年，分局召开例会。", (FindingKind.YEAR, "2024年", Advice.CHECK_YEAR, "2025")),
        ("（已经完成。", (FindingKind.BRACKETS, "（", Advice.PAIR, "")),
        ("已经完成”。", (FindingKind.BRACKETS, "”", Advice.PAIR, "")),
        ("执法质量,群众满意。", (FindingKind.PUNCTUATION, ",", Advice.FULL_WIDTH, "，")),
        ("已经完成。。", (FindingKind.PUNCTUATION, "。。", Advice.ONE_MARK, "")),
        ("民警 进行培训。", (FindingKind.PUNCTUATION, " ", Advice.NO_SPACE, "")),
        ("办理１２件。", (FindingKind.PUNCTUATION, "１２", Advice.WRITE, "12")),
        ("区府办[2025]12号。", (FindingKind.PUNCTUATION, "[2025]", Advice.WRITE, "〔2025〕")),
        ("区府办【2025】12号。", (FindingKind.PUNCTUATION, "【2025】", Advice.WRITE, "〔2025〕")),
        ("工作的的开展。", (FindingKind.DOUBLED, "的的", Advice.ONCE, "的")),
        ("进一步进一步加强。", (FindingKind.DOUBLED, "进一步进一步", Advice.ONCE, "进一步")),
    ],
)
def test_it_is_found(text, expected):
    assert found_in(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "获评“枫桥式公安派出所”。",
        "《中华人民共和国治安管理处罚法》（以下简称《治安管理处罚法》）施行后，《治安管理处罚法》培训全覆盖。",
        "配合监察委员会工作。",
        f"坚持{THOUGHT}，深入学习。",
        "2025年召开例会43次，2026年继续。",
        "同比2024年上升。",
        "自2022年全面推行，2023年起每季通报。",
        "2021年至2025年规划收官。",
        "按照《法治政府建设实施纲要（2021—2025年）》推进，落实《2024年普法清单》。",
        "区府办〔2024〕12号文件下发。",
        "连续10年获评，2016年以来从未间断。",
        "（一）“110”接处警12:30前完成（含夜间）。",
        "为了了解情况，及时通报以及及时整改，把把关。",
        "一项一项核对，逐条逐条落实，认真研究。",
        "执法“三项制度”……全面落实——常抓不懈。",
        "指标12,345件，占比3.5%。",
        "",
    ],
)
def test_it_is_not_found(text):
    assert found_in(text) == []


def test_a_compiled_sentence_may_speak_of_another_year():
    assert found_in("2024年列入的问题已销号。", compiled=True) == []


def test_a_short_title_may_follow_the_full_one_in_another_paragraph():
    passages = [
        passage("《中华人民共和国治安管理处罚法》施行。", key=1),
        passage("学习《治安管理处罚法》。", key=2),
    ]

    assert wording_findings(passages, rules=RULES, year=YEAR, on=ON) == []


def test_a_finding_says_where_it_is():
    passages = [passage("开头。", key=1), passage("获评“枫桥式交派出所”。", key=2)]

    (found,) = wording_findings(passages, rules=RULES, year=YEAR, on=ON)

    assert (found.section, found.passage, found.start, found.end) == (3, 2, 3, 10)
    assert (found.note, found.times, found.is_heading) == ("公安部命名", 1, False)


def test_the_same_thing_within_a_paragraph_is_told_once():
    (found,) = wording_findings([passage("甲,乙,丙,丁")], year=YEAR, on=ON)

    assert (found.start, found.times) == (1, 3)


def test_headings_may_have_spaces():
    assert found_in("目 录", heading=True) == []


def test_one_bracket_of_another_width_is_one_finding():
    found = found_in("（已经完成)。")

    assert [each[:2] for each in found] == [(FindingKind.BRACKETS, ")")]


# --- patterns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "reasons"),
    [
        (r"\d{17}[\dXx]", []),
        (r"(?<!\d)1[3-9]\d{9}(?!\d)", []),
        (r"(?:民警|辅警)[王李]\w{1,2}", []),
        (r"(?:ab){2,3}", []),
        (r"[(a+]+x", []),
        ("(", [AgainstPattern.NOT_READABLE]),
        ("a" * 201, [AgainstPattern.TOO_LONG]),
        ("", [AgainstPattern.FINDS_NOTHING]),
        ("a*", [AgainstPattern.FINDS_NOTHING]),
        ("(a+)+b", [AgainstPattern.REPEATS_REPEATED]),
        ("(a|b)+", [AgainstPattern.REPEATS_REPEATED]),
        ("(?:ab?){3}", [AgainstPattern.REPEATS_REPEATED]),
        ("a+b+c+d+", [AgainstPattern.TOO_MANY_REPEATS]),
        (r"(a)\1", [AgainstPattern.REFERS_BACK]),
    ],
)
def test_which_patterns_may_be_kept(pattern, reasons):
    assert reasons_against_pattern(pattern) == reasons


PHONE = Pattern("手机号码", r"(?<!\d)1[3-9]\d{9}(?!\d)", "不得公开")


def secrets_in(text, patterns=(PHONE,), names=()):
    return [
        (each.quoted, each.advice, each.right)
        for each in secrecy_findings([passage(text)], patterns, names=names)
    ]


def test_a_pattern_finds_with_its_name_and_note():
    (found,) = secrecy_findings([passage("联系电话13800000000。")], [PHONE])

    assert (found.kind, found.quoted, found.start) == (FindingKind.SECRECY, "13800000000", 4)
    assert (found.advice, found.right, found.note) == (Advice.LOOK, "手机号码", "不得公开")


def test_a_pattern_that_cannot_be_read_is_passed_over():
    assert secrets_in("13800000000", [Pattern("坏", "("), PHONE]) == [
        ("13800000000", Advice.LOOK, "手机号码")
    ]


def test_a_number_across_two_pieces_is_found_once():
    text = "字" * (PIECE - 5) + "13800000000" + "字" * PIECE

    assert secrets_in(text) == [("13800000000", Advice.LOOK, "手机号码")]


def test_of_two_findings_on_each_other_the_longer_one_stays():
    wide = Pattern("电话", r"电话1\d{10}")

    assert secrets_in("电话13800000000", [PHONE, wide]) == [
        ("电话13800000000", Advice.LOOK, "电话")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("法制大队欧阳明远牵头。", ["欧阳明远"]),
        ("民警高峰带队。", ["高峰"]),
        ("局长高峰主持。", ["高峰"]),
        ("早高峰执勤。", []),
        ("高峰时段执勤。", []),
        ("没有人名。", []),
    ],
)
def test_names_of_the_bureau(text, expected):
    found = secrets_in(text, (), ["高峰", "欧阳明远", "林"])

    assert found == [(name, Advice.NAME, "") for name in expected]


@pytest.mark.parametrize(
    ("asked", "written", "same"),
    [
        ("普法宣传", "法治宣传和普法", True),
        ("普法宣传", "普法宣传", True),
        ("行政复议", "普法宣传", False),
        ("", "普法宣传", False),
    ],
)
def test_which_headings_speak_of_the_same(asked, written, same):
    assert same_heading(asked, written) is same
