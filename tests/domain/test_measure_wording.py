import pytest

from reports.domain.measure_wording import (
    Open,
    Remark,
    Worded,
    has_test,
    left_open,
    says_when,
    vague_phrases,
)

WHO, WHEN = Remark(Open.WHO), Remark(Open.WHEN)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("进一步加强执法监督", ["进一步加强"]),
        ("持续推进执法规范化建设", ["持续推进"]),
        ("不断提高办案质量，切实增强证据意识", ["不断提高", "切实增强"]),
        ("加大案件审核力度", ["加大案件审核力度"]),
        ("强化民警法治意识", ["强化民警法治意识"]),
        ("高度重视，抓好抓实，确保落到实处", ["高度重视", "抓好抓实", "落到实处"]),
        ("持续推进，持续推进", ["持续推进"]),
        ("每月抽查案卷30份", []),
        ("6月底前补齐2025年以来缺失的送达回证", []),
    ],
)
def test_vague_phrases_are_quoted_as_written(title, found):
    assert vague_phrases(title) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("6月底前完成清点", True),
        ("6月30日前完成清点", True),
        ("年底前完成轮训", True),
        ("10个工作日内补办手续", True),
        ("每周通报一次", True),
        ("每半月开一次小讲堂", True),
        ("第三季度组织测试", True),
        ("立即整改", True),
        ("组织业务培训", False),
        ("规范涉案财物管理", False),
        ("学习新修订的治安管理处罚法", False),
    ],
)
def test_a_day_a_term_or_a_rhythm_is_a_when(text, said):
    assert says_when(text) is said


@pytest.mark.parametrize(
    ("text", "can_fail"),
    [
        ("每月抽查案卷30份", True),
        ("组织两期培训", True),
        ("受案登记率达到100%", True),
        ("涉案物品逐件登记", True),
        ("办案民警培训全覆盖", True),
        ("超期案件清零", True),
        ("印发涉案财物管理办法", True),
        ("补齐缺失的送达回证，办结全部手续", True),
        ("修订接处警流程", True),
        ("加强接处警规范化", False),
        ("组织业务培训", False),
        ("完善制度", False),
        ("印发，制度", False),
    ],
)
def test_a_number_or_a_product_is_a_test(text, can_fail):
    assert has_test(text) is can_fail


@pytest.mark.parametrize(
    ("worded", "remarks"),
    [
        (
            Worded("进一步加强执法监督"),
            [WHO, WHEN, Remark(Open.TEST, "进一步加强")],
        ),
        (Worded("进一步加强执法监督", has_person=True), [WHEN, Remark(Open.TEST, "进一步加强")]),
        (
            Worded("持续推进规范化建设", has_person=True, has_due=True),
            [Remark(Open.TEST, "持续推进")],
        ),
        (Worded("组织业务培训", has_person=True, has_due=True), [Remark(Open.TEST)]),
        (Worded("每月抽查案卷30份"), [WHO]),
        (Worded("每月抽查案卷30份", has_person=True), []),
        (
            Worded("组织业务培训", "参训民警考试全部合格", has_person=True, has_due=True),
            [],
        ),
        # A standard in one's own words is believed, one of vague words alone is none.
        (Worded("组织业务培训", "法制员当庭能说清依据", has_person=True, has_due=True), []),
        (
            Worded("组织业务培训", "执法水平明显提升", has_person=True, has_due=True),
            [Remark(Open.TEST, "明显提升")],
        ),
        (
            Worded("组织业务培训", "进一步增强能力，取得实效", has_person=True, has_due=True),
            [Remark(Open.TEST, "进一步增强")],
        ),
        # Vague words do no harm beside something that can fail.
        (
            Worded("进一步加强监督，每月抽查案卷30份", has_person=True),
            [],
        ),
        # The due month may stand in the standard.
        (Worded("修订接处警流程", "9月底前印发", has_person=True), []),
    ],
)
def test_what_a_measure_leaves_open(worded, remarks):
    assert left_open(worded) == remarks
