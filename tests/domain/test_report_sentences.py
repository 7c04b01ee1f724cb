"""What each sort of records says: for nothing, for one and for many; no word beyond the count."""

from datetime import date

import pytest

from reports.domain.problems import ProblemState
from reports.domain.report_facts import LONGEST_SLOT, slot_of
from reports.domain.report_templates import DELIVERED, STATUTORY, Part, Plan, SectionPlan
from reports.domain.report_text import (
    ChoiceLine,
    DeedLine,
    FieldLine,
    IndicatorLine,
    MissLine,
    Organisation,
    ProblemLine,
    PromiseLine,
    RecordLine,
    ScheduleLine,
    TaskLine,
    YearFacts,
    claims_in,
    compose,
    span_title,
    span_words,
)
from reports.domain.summaries import SectionRole, pieces_of

ON = date(2026, 12, 31)
WEEKLY = ScheduleLine(7, "每周法制通报会", 1, "“四个一”制度")


def read(text, values):
    """The sentence with its figures in place."""
    return "".join(p.text or str(values[p.key]) for p in pieces_of(text))


def paragraphs_of(draw, values, heading="", **facts):
    plan = Plan("one", "一", (SectionPlan(SectionRole.OTHER, "", (Part(heading, (draw,)),)),))
    return compose(YearFacts(2026, ON, values, **facts), plan)[0].paragraphs


def told(draw, values, **facts):
    return [
        read(sentence.text, values)
        for paragraph in paragraphs_of(draw, values, **facts)
        for sentence in paragraph.sentences
    ]


PUBLICITY = RecordLine(
    "publicity",
    "法治宣传",
    "场",
    "publicity",
    (FieldLine("records:publicity:audience", "受众", "人次"),),
    (
        ChoiceLine(
            "主题", (("records:publicity:topic_1", "反诈"), ("records:publicity:topic_4", "禁毒"))
        ),
    ),
    (11, 12),
)


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        (
            {"records:publicity:count": 1, "records:publicity:topic_1": 1},
            ["开展法治宣传1场；主题：反诈。"],
        ),
        (
            {
                "records:publicity:count": 12,
                "records:publicity:audience": 3400,
                "records:publicity:topic_1": 5,
                "records:publicity:topic_4": 3,
            },
            ["开展法治宣传12场，受众3400人次；按主题分：反诈5场、禁毒3场。"],
        ),
        ({"records:publicity:count": 2}, ["开展法治宣传2场。"]),
    ],
)
def test_work_records_of_a_heading(values, sentences):
    assert told("records:publicity", values, records=[PUBLICITY]) == sentences


def test_no_work_records_say_nothing():
    assert told("records:publicity", {}) == []
    assert told("records:training", {"records:publicity:count": 2}, records=[PUBLICITY]) == []


def test_work_records_are_the_sources_of_their_sentence():
    (paragraph,) = paragraphs_of(
        "records:publicity", {"records:publicity:count": 2}, records=[PUBLICITY]
    )

    assert paragraph.sentences[0].sources == (("record", 11), ("record", 12))


def test_documents_are_called_by_name_and_cases_never():
    document = RecordLine(
        "own_document", "制度文件", "件", "rules", titles=("《甲办法》", "《乙》")
    )
    case = RecordLine("mediation", "矛盾纠纷调解", "件", "rules", titles=("张某案",))
    values = {"records:own_document:count": 2, "records:mediation:count": 1}

    assert told("records:rules", values, records=[document, case]) == [
        "制定、修订或者废止制度文件2件（《甲办法》；《乙》）。",
        "调解矛盾纠纷1件。",
    ]


def test_a_kind_of_ones_own_is_called_by_its_name():
    own = RecordLine("patrol-2", "巡逻宣防", "次", "lawful")

    assert told("records:lawful", {"records:patrol-2:count": 3}, records=[own]) == ["巡逻宣防3次。"]


def test_other_records_are_those_no_part_names():
    plan = Plan(
        "two",
        "二",
        (
            SectionPlan(
                SectionRole.OTHER,
                "",
                (Part("普法", ("records:publicity",)), Part("其他", ("records",))),
            ),
        ),
    )
    other = RecordLine("survey", "满意度测评", "次", "openness")
    values = {"records:publicity:count": 2, "records:survey:count": 1}

    found = compose(YearFacts(2026, ON, values, records=[PUBLICITY, other]), plan)[0].paragraphs

    assert [(p.key, p.heading, len(p.sentences)) for p in found] == [
        ("records:publicity", "普法", 1),
        ("records", "其他", 1),
    ]


def test_counsel_is_told_once():
    lines = [
        RecordLine("counsel_work", "法律顾问、公职律师工作", "件", "leadership"),
        RecordLine("legal_review", "合法性审核", "件", "rules"),
    ]
    values = {
        "records:counsel_work:count": 3,
        "records:legal_review:count": 1,
        "meetings:sat_in": 12,
    }

    sections = compose(YearFacts(2026, ON, values, records=lines))

    sentences = [read(s.text, values) for p in sections[0].paragraphs for s in p.sentences]
    assert sentences == [
        "法律顾问、公职律师办理法律事务3件。",
        "完成合法性审核1件。",
        "法制部门列席会议12次。",
    ]


@pytest.mark.parametrize(
    ("of", "values", "sentences"),
    [
        (Organisation(), {}, []),
        (Organisation("局长"), {}, ["由局长任推进法治建设第一责任人。"]),
        (
            Organisation("主持工作的副局长", ("副局长", "政委"), ("执法管理委员会",)),
            {"organisation:committees": 1},
            [
                "由主持工作的副局长任推进法治建设第一责任人，由副局长、政委分管法治工作。",
                "设有执法管理委员会。",
            ],
        ),
        (
            Organisation(committees=("党委会", "执法管理委员会")),
            {"organisation:committees": 2},
            ["设有会议机构2个：党委会、执法管理委员会。"],
        ),
        (
            Organisation(),
            {
                "organisation:first_class": 7,
                "organisation:first_class_full": 6,
                "organisation:others_reviewed": 4,
            },
            ["一类派出所7个，配备专职法制员的6个；其他单位中设有法制员的4个。"],
        ),
        (
            Organisation(),
            {"organisation:first_class": 1},
            ["一类派出所1个，尚未配备专职法制员。"],
        ),
        (
            Organisation(),
            {"organisation:others_reviewed": 1},
            ["所属单位中设有法制员的1个。"],
        ),
    ],
)
def test_organisation(of, values, sentences):
    assert told("organisation", values, organisation=of) == sentences


@pytest.mark.parametrize(
    ("lines", "values", "sentences"),
    [
        ([], {}, []),
        ([], {"tasks:total": 0}, []),
        (
            [TaskLine(1, "开展规范执法检查", True)],
            {"tasks:total": 1, "tasks:done": 1},
            ["承办上级部署的任务1项，已完成1项。", "已完成的：开展规范执法检查。"],
        ),
        (
            [TaskLine(1, "甲", True), TaskLine(2, "乙", False), TaskLine(3, "丙", False)],
            {"tasks:total": 3, "tasks:done": 1, "tasks:open": 2, "tasks:overdue": 1},
            [
                "承办上级部署的任务3项，已完成1项，正在办理2项（其中逾期1项）。",
                "已完成的：甲。",
                "正在办理的：乙；丙。",
            ],
        ),
    ],
)
def test_tasks_from_above(lines, values, sentences):
    assert told("tasks", values, tasks=lines) == sentences


def test_tasks_know_their_records():
    lines = [TaskLine(1, "甲", True), TaskLine(2, "乙", False)]

    (paragraph,) = paragraphs_of("tasks", {"tasks:total": 2}, tasks=lines)

    assert [s.sources for s in paragraph.sentences] == [
        (("task", 1), ("task", 2)),
        (("task", 1),),
        (("task", 2),),
    ]


@pytest.mark.parametrize(
    ("lines", "values", "sentences"),
    [
        ([], {}, []),
        (
            [IndicatorLine(5, "alarms", "警情数", "约", "起")],
            {"indicator:alarms": 12000},
            ["警情数约12000起。"],
        ),
        (
            [
                IndicatorLine(5, "cases", "受理案件", "", "件"),
                IndicatorLine(6, "cases_closed", "受理案件：已办结", "", "余件"),
            ],
            {"indicator:cases": 30, "indicator:cases_closed": 20},
            ["受理案件30件，受理案件已办结20余件。"],
        ),
    ],
)
def test_indicators_keep_the_words_they_were_stated_with(lines, values, sentences):
    assert told("indicators", values, indicators=lines) == sentences


@pytest.mark.parametrize(
    ("deeds", "values", "sentences"),
    [
        ([], {}, []),
        (
            [DeedLine(1, "deployed", "案件质量提升")],
            {"deeds:deployed": 1},
            ["主要负责人对重要工作亲自部署1项：案件质量提升。"],
        ),
        (
            [DeedLine(n, "asked", f"事项{n}") for n in range(1, 8)],
            {"deeds:asked": 7},
            ["主要负责人对重大问题亲自过问7项：事项1；事项2；事项3；事项4；事项5等。"],
        ),
        (
            [DeedLine(1, "study", "学宪法"), DeedLine(2, "court", "出庭")],
            {"deeds:study": 1, "deeds:court": 1},
            ["主要负责人参加法治学习1次，出庭应诉1次。"],
        ),
    ],
)
def test_what_was_done_in_person(deeds, values, sentences):
    assert told("first_person", values, deeds=deeds) == sentences


def test_problems_stand_open_first_then_admitted_misses_then_closed():
    closed = ProblemLine(1, "已改", "", "", ProblemState.CLOSED, date(2026, 5, 1))
    still = ProblemLine(2, "未改", "", "审核不严", ProblemState.IN_HAND, years_running=3)
    values = {"schedule:7:owed": 52, "schedule:7:met": 51, "schedule:7:missed": 1}
    facts = {"problems": [closed, still], "misses": [MissLine(WEEKLY, "安保任务重")]}

    found = paragraphs_of("problems", values, **facts)

    assert [(p.key, p.heading) for p in found] == [
        ("problems", ""),
        ("problem:2", "未改"),
        ("miss:7", "法制通报会未按规定次数召开"),
        ("problem:1", "已改"),
    ]
    assert [read(s.text, values) for s in found[2].sentences] == [
        "法制通报会应召开52次，按期召开51次，未召开1次。",
        "主要原因：安保任务重。",
    ]
    assert found[2].sentences[0].sources == (("schedule", 7),)
    assert found[1].sentences[0].text == "该问题连续3年列入。"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            [PromiseLine("案卷不全。", True, pk=4)],
            "2025年度报告承认的问题1个，已经解决的1个：“案卷不全”。",
        ),
        (
            [
                PromiseLine("甲", True, pk=4),
                PromiseLine("乙", True, dropped=True, pk=5),
                PromiseLine("丙", False, pk=6),
                PromiseLine("丁", False, pk=7),
            ],
            (
                "2025年度报告承认的问题4个，已经解决的1个：“甲”；因情况变化不再办理的1个：“乙”；"
                "尚未解决的2个：“丙”、“丁”。"
            ),
        ),
    ],
)
def test_last_years_problems_say_what_became_of_them(lines, sentence):
    found = paragraphs_of("problems", {}, promises=lines)

    assert found[-1].key == "last_year"
    assert found[-1].sentences[0].text == sentence
    assert found[-1].sentences[0].sources[0] == ("promise", 4)


def test_last_years_steps_are_no_problems():
    found = paragraphs_of("problems", {}, promises=[PromiseLine("办班", True, is_problem=False)])

    assert [p.key for p in found] == ["problems"]


# --- words that go too far ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "broken"),
    [
        ({"owed": 52, "met": 52}, False),
        ({"owed": 52, "met": 51, "missed": 1}, True),
        ({"owed": 52, "met": 51, "late": 1}, True),
        ({"owed": 1, "missed": 1}, True),
    ],
)
def test_no_rhythm_is_claimed_however_well_it_was_kept(counts, broken):
    values = {f"schedule:7:{kind}": number for kind, number in counts.items()}

    (sentence,) = told("schedules", values, schedules=[WEEKLY])

    assert claims_in(sentence) == []
    assert sentence.startswith(f"法制通报会应召开{counts['owed']}次")
    assert ("未召开" in sentence or "补开" in sentence) == broken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("每周一次法制通报会，每月一次学习", ["每周", "每月"]),
        ("各单位均已完成，全部达标", ["均", "全部"]),
        ("平均用时三天，人均2次，均衡推进", []),
        ("召开51次", []),
    ],
)
def test_claims_in(text, words):
    assert claims_in(text) == words


# --- other days ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), "2026年第一季度"),
        (date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
        (date(2026, 1, 1), date(2026, 6, 30), "2026年上半年"),
        (date(2026, 7, 1), date(2026, 12, 31), "2026年下半年"),
        (date(2026, 1, 1), date(2026, 12, 31), "2026年"),
        (date(2026, 2, 1), date(2026, 2, 28), "2026年2月"),
        (date(2026, 2, 1), date(2026, 5, 31), "2026年2—5月"),
        (date(2026, 3, 5), date(2026, 5, 9), "2026年3月5日至5月9日"),
        (date(2025, 12, 5), date(2026, 1, 9), "2025年12月5日至2026年1月9日"),
        (date(2025, 12, 1), date(2026, 1, 31), "2025年12月1日至2026年1月31日"),
    ],
)
def test_span_words(first, last, words):
    assert span_words(first, last) == words
    assert span_title(first, last) == f"{words}法治政府建设工作情况"


def test_another_span_speaks_of_its_days():
    values = {"problems:found": 2, "problems:closed": 1, "measures:done": 1, "next:total": 1}

    sections = compose(YearFacts(2026, date(2026, 3, 31), values, period="2026年第一季度"))

    assert [s.heading for s in sections] == [
        "2026年第一季度法治政府建设主要举措和成效",
        "存在的不足和原因",
        "主要负责人履行推进法治建设第一责任人职责情况",
        "下一步工作安排",
    ]
    assert [read(s.text, values) for s in sections[1].paragraphs[0].sentences] == [
        "2026年第一季度发现问题2个，期间销号1个。",
        "期间完成措施1项。",
    ]


def test_slots_fit_their_column():
    slot = slot_of("records:" + "a" * 40, "b" * 40)

    assert len(slot) == LONGEST_SLOT
    assert slot != slot_of("records:" + "a" * 40, "b" * 39 + "c")


@pytest.mark.parametrize("plan", [*DELIVERED, STATUTORY], ids=lambda plan: plan.code)
def test_nothing_on_record_says_nothing_but_that(plan):
    sections = compose(YearFacts(2026, ON, {}), plan)

    sentences = [s.text for section in sections for p in section.paragraphs for s in p.sentences]
    assert sentences == ["2026年度台账没有登记问题。"]
