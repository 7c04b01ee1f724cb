"""The delivered lists: laid once, and telling what they should from what they must not."""

from datetime import date

import pytest

from reports.actions.delivered_wording import SECRETS, STANDING, delivered_rules, lay_wording
from reports.domain.report_checks import (
    FindingKind,
    Passage,
    Pattern,
    Rule,
    Standing,
    Words,
    reasons_against_pattern,
    secrecy_findings,
    wording_findings,
)
from reports.domain.summaries import WordingKind
from reports.models import Formula, SecrecyPattern, WordingRule
from tests.factories import NOON

RULES = tuple(
    Rule(row.wrong, row.right, WordingKind(row.kind), row.note) for row in delivered_rules()
)
PATTERNS = tuple(Pattern(*row) for row in SECRETS)
FORMULAS = tuple(Standing(text, first, last) for _t, text, _s, first, last in STANDING)


@pytest.mark.django_db
def test_the_lists_are_laid_once_and_what_staff_changed_stays():
    lay_wording(at=NOON)
    WordingRule.objects.filter(wrong="布署").update(is_active=False, right="安排")
    SecrecyPattern.objects.filter(name="警号").update(pattern="警号[0-9]{6}")
    Formula.objects.filter(title="执法要求").update(title="执法要求（新）")
    before = [model.objects.count() for model in (WordingRule, SecrecyPattern, Formula)]

    lay_wording(at=NOON)

    assert [model.objects.count() for model in (WordingRule, SecrecyPattern, Formula)] == before
    assert WordingRule.objects.get(wrong="布署").right == "安排"
    assert before == [len(RULES), len(SECRETS), len(STANDING)]


def test_the_lists_are_long_enough_and_fit_their_columns():
    assert len(RULES) >= 60
    assert len(SECRETS) >= 12
    assert len(STANDING) >= 8
    assert len({rule.wrong for rule in RULES}) == len(RULES)
    assert [rule for rule in RULES if max(len(rule.wrong), len(rule.right)) > 120] == []
    assert [row for row in SECRETS if reasons_against_pattern(row[1]) or len(row[1]) > 200] == []


def test_no_right_form_is_itself_wrong():
    passages = [Passage(1, n, (Words(f"按{rule.right}办"),)) for n, rule in enumerate(RULES)]

    found = wording_findings(passages, rules=RULES, year=2025, on=date(2026, 1, 20))

    ours = {FindingKind.TITLE, FindingKind.OUTDATED, FindingKind.TYPO, FindingKind.FORMULA}
    assert [(each.quoted, each.right) for each in found if each.kind in ours] == []


def test_every_rule_finds_its_wrong_form():
    missed = []
    for rule in RULES:
        passage = Passage(1, 1, (Words(f"民警{rule.wrong}工作"),))
        found = wording_findings([passage], rules=[rule], year=2025, on=date(2026, 1, 20))
        if rule.wrong not in {each.quoted for each in found}:
            missed.append(rule.wrong)

    assert missed == []


@pytest.mark.parametrize("text", [text for _t, text, _s, _f, last in STANDING if last is None])
def test_a_formula_in_force_is_no_finding(text):
    passage = Passage(1, 1, (Words(f"{text}。"),))

    found = wording_findings(
        [passage], rules=RULES, formulas=FORMULAS, year=2025, on=date(2026, 1, 20)
    )

    assert found == []


def test_the_slips_of_a_real_report_are_found():
    """What a published report of 2023 printed."""
    texts = (
        "派出所光荣成为全国“枫桥式交派出所”。",
        "“职能科学、权责法定、执法严明、公开公正、廉洁高效、守法诚信”的法治政府总体建设目标",
        "积极配合人大、政协、监察委、法院、检察院工作。",
    )
    passages = [Passage(1, number, (Words(text),)) for number, text in enumerate(texts)]

    found = wording_findings(
        passages, rules=RULES, formulas=FORMULAS, year=2023, on=date(2024, 2, 22)
    )

    assert [(each.passage, each.kind) for each in found] == [
        (0, FindingKind.FORMULA),
        (1, FindingKind.OUTDATED),
        (2, FindingKind.TITLE),
    ]


def secrets_in(text):
    return [
        (each.right, each.quoted)
        for each in secrecy_findings([Passage(1, 1, (Words(text),))], PATTERNS)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证号33010219900101123X。", [("身份证号", "33010219900101123X")]),
        ("联系电话13812345678。", [("手机号码", "13812345678")]),
        ("值班电话0571-88888888。", [("固定电话", "0571-88888888")]),
        ("账户6222021234567890123。", [("银行卡号", "6222021234567890123")]),
        ("查获车辆浙A12345一辆。", [("车牌号", "浙A12345")]),
        ("案件A3301025500002024010001。", [("案件编号", "A3301025500002024010001")]),
        (
            "杭公（西）行罚决字〔2024〕01234号。",
            [("法律文书文号", "公（西）行罚决字〔2024〕01234号")],
        ),
        ("犯罪嫌疑人王小明，系本地人。", [("当事人姓名", "嫌疑人王小明")]),
        ("信访人李强因征地上访。", [("当事人姓名", "信访人李强")]),
        ("民警周立等三人受奖。", [("民警、辅警姓名", "民警周立")]),
        ("张某某盗窃案。", [("化名当事人", "张某某")]),
        ("住本区示例路12号。", [("门牌地址", "住本区示例路12号")]),
        ("属于机密级文件。", [("密级标志", "机密")]),
        ("文件标注秘密★10年。", [("密级标志", "秘密")]),
        ("涉及警务工作秘密。", [("工作秘密", "警务工作秘密")]),
        ("依靠线人破案。", [("侦查手段", "线人")]),
        ("泄露举报人信息。", [("举报人信息", "举报人信息")]),
        ("配备枪支30支。", [("警力和装备", "枪支30")]),
        ("警号012345。", [("警号", "警号012345")]),
        ("邮箱fzdd@example.com。", [("电子邮箱", "fzdd@example.com")]),
        ("系统10.20.30.40停机。", [("网络地址", "10.20.30.40")]),
    ],
)
def test_what_the_secrecy_check_looks_at(text, expected):
    assert secrets_in(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "开展保密教育，保守国家秘密和商业秘密，严防失密泄密。",
        "全年办理行政案件1234件，罚没款物合计12345678元。",
        "当事人程序权利得到保障，当事人在场。",
        "民警执法能力提升，民警和辅警全员培训。",
        "区府办〔2024〕12号文件要求。",
        "落实信访人接待制度，信访人满意率98.5%。",
        "坚持110接处警，2024年1月1日至12月31日。",
        "群众耳目一新。",
        "沿江路派出所、人民路派出所达标。",
        "版本2.0上线，指标3.14。",
    ],
)
def test_what_the_secrecy_check_leaves_alone(text):
    assert secrets_in(text) == []
