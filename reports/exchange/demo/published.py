"""What one bureau's annual report for 2023 publishes, as facts in our own words.

Nothing is published about single meetings, deadlines or days in office, so the bureau has no
ledger day: nothing is owed, nothing is overdue, nothing is invented.
"""

from datetime import date

from reports.actions.honours import HonourDraft, add_honours
from reports.actions.measures import MeasureDraft, set_measures
from reports.actions.people import AppointmentDraft, PersonDraft, appoint_many, create_people
from reports.actions.problems import Cause, ProblemDraft, register_problems
from reports.actions.schedules import ScheduleDraft, VersionDraft, create_schedules
from reports.actions.units import UnitDraft, create_units
from reports.domain.periods import Cadence
from reports.domain.problems import ProblemClass
from reports.domain.summaries import ReportState
from reports.models import AnnualReport, ScheduleSet, Unit

from .city import FIRST_CLASS
from .stage import Stage

NAME = "市公安局萧山区分局"
YEAR, ISSUED_ON = 2023, date(2024, 2, 22)
FIRST_DAY = date(2023, 1, 1)
SOURCE = "据年度报告"
INDEX = "H027/2024-76630"
TOPIC = "公安、安全、司法/公安"
PARTY, GROUP, ENFORCE, OFFICE = "党委", "公安法治建设领导小组", "执法管理委员会", "局长办公会议"
STATIONS = 7
ASKED_BY = "分局党委"

FOUR_ONES = (
    ("法制通报会", Cadence.WEEK, "briefing", "", ""),
    ("党委会专题研究", Cadence.MONTH, "", "rule_of_law", PARTY),
    ("法制例会", Cadence.QUARTER, "legal_session", "", ""),
    ("法制大会", Cadence.YEAR, "conference", "", ""),
)
HALF_YEARLY = (
    ("主持召开党委会议", "", "hear_report", PARTY),
    ("主持召开办公会议", "office_meeting", "", OFFICE),
    ("主持召开法治建设领导机构会议", "leading_group", "", GROUP),
)
PLATFORMS = (
    ("半月小讲堂", Cadence.HALF_MONTH, "half_month_lecture"),
    ("一周一案讨论", Cadence.WEEK, "case_of_week"),
)
PROBLEMS = (
    (
        "依法行政水平需要提高",
        (
            "少数民警对法律和业务不够熟，证据和诉讼意识弱，遇到复杂敏感情况处置不当；"
            "阻碍执行职务的案件仍有发生，部分民警因怕被投诉而回避执法。"
        ),
        "群众要求越来越高，恶意信访和投诉干扰正常执法；个别民警素质能力跟不上。",
    ),
    (
        "执法监督和保障需要加强",
        (
            "监督力量分在法制（信访）、指挥中心、政治处、督察几处，力量没有拢到一起；"
            "办案民警对全过程管理参与不多，离规范化要求有差距。"
        ),
        "监督职责分在几家，缺少统筹；民警只顾自己经手的环节，不了解五类执法要素的全程要求。",
    ),
    (
        "群众的法治需求需要更好满足",
        "三个效果的统一做得不够，群众的获得感、满意度和参与程度不高。",
        "影响稳定的因素增多，公安处在矛盾前沿，群众期待不断提高。",
    ),
)
NEXT_YEAR = (
    "制定法制工作人员素质培训计划",
    "执行依法行政工作考核制度",
    "健全法律顾问制度和依法决策机制",
    "加强规范性文件监管和行政执法监督检查",
    "推进政务公开，接受社会监督",
    "公检法联席会、协调会常态化",
    "落实出庭应诉和出庭作证",
    "办好半月小讲堂、一周一案讨论和法律知识测试，实现培训全覆盖",
    "发挥辅警在执法建设中的作用",
)
HONOURS = (
    ("执法质量考评连续两年全市第一", "", ""),
    ("连续十年获评全省公安机关执法质量优秀单位", "", ""),
    ("执法办案管理中心得到公安部肯定", "", ""),
    ("省厅“公安大脑”建设最佳改革突破奖（执法办案管理中心）", "省公安厅", ""),
    ("全国“枫桥式公安派出所”：钱江世纪城派出所", "", ""),
)


def publish(stage: Stage) -> None:
    """Enter the bureau and what it made public."""
    at = stage.now
    bureau = UnitDraft(NAME, stage.kinds["bureau"], short_name="萧山区分局", position=20)
    bodies = [
        UnitDraft(name, stage.kinds["committee"], bureau)
        for name in (PARTY, GROUP, ENFORCE, OFFICE)
    ]
    stations = [
        UnitDraft(f"{FIRST_CLASS.name}{number}", stage.kinds["station1"], bureau, grade="一类")
        for number in range(1, STATIONS + 1)
    ]
    made = create_units([bureau, *bodies, *stations], by=None, at=at)
    stage.published = made[0]
    units = {unit.name: unit for unit in made}
    (chief,) = create_people([PersonDraft("张亮", made[0])], by=None, at=at)
    held = [
        (made[0], "bureau_head"),
        (made[0], "first_person"),
        (units[GROUP], "chair"),
    ]
    appoint_many(
        [
            AppointmentDraft(chief, unit, stage.posts[post], FIRST_DAY, document_number=SOURCE)
            for unit, post in held
        ],
        by=None,
        at=at,
    )
    _schedules(stage, units)
    _problems(stage)
    add_honours(
        [HonourDraft(made[0], YEAR, title, awarded_by) for title, awarded_by, _unit in HONOURS],
        by=None,
        at=at,
        today=stage.today,
    )
    _report(stage)


def _schedules(stage: Stage, units: dict[str, Unit]) -> None:
    drafts = []
    rows: dict[str, list[tuple]] = {
        "“四个一”制度": [(*row, "", "meeting", False) for row in FOUR_ONES],
        "第一责任人履职": [
            (name, Cadence.HALF_YEAR, kind, agenda, body, "first_person", "meeting", True)
            for name, kind, agenda, body in HALF_YEARLY
        ],
        "执法能力培养": [(*row, "", "", "", "work", False) for row in PLATFORMS],
    }
    for number, (name, rules) in enumerate(rows.items(), start=1):
        of = ScheduleSet(unit=stage.published, name=name, position=number)
        of._history_user, of._history_date = None, stage.now
        of.save()
        for position, rule in enumerate(rules, start=1):
            title, cadence, kind, agenda, body, presided, words, of_first_person = rule
            drafts.append(
                ScheduleDraft(
                    set=of,
                    name=title,
                    words=words,
                    of_first_person=of_first_person,
                    position=position,
                    version=VersionDraft(
                        first_day=FIRST_DAY,
                        cadence=cadence,
                        legal_basis=f"{YEAR}年度法治政府建设年度报告（{INDEX}）",
                        asked_by=ASKED_BY,
                        meeting_kind_id=stage.meeting_kinds[kind].pk if kind else None,
                        agenda_kind_id=stage.agenda_kinds[agenda].pk if agenda else None,
                        body_id=units[body].pk if body else None,
                        presided_by_id=stage.posts[presided].pk if presided else None,
                    ),
                )
            )
    create_schedules(drafts, by=None, at=stage.now)


def _problems(stage: Stage) -> None:
    """Found when the report was issued: that is the only day known of them."""
    register_problems(
        [
            ProblemDraft(
                unit=stage.published,
                title=title,
                source=stage.sources["self_check"],
                found_on=date(YEAR, 12, 31),
                description=description,
                causes=(Cause(cause),),
                source_document=INDEX,
                kind=ProblemClass.STANDING,
                as_published=True,
            )
            for title, description, cause in PROBLEMS
        ],
        by=None,
        at=stage.now,
        today=stage.today,
    )
    set_measures(
        [
            MeasureDraft(
                unit=stage.published,
                title=title,
                set_on=ISSUED_ON,
                plan_year=YEAR + 1,
                as_published=True,
            )
            for title in NEXT_YEAR
        ],
        by=None,
        at=stage.now,
        today=stage.today,
    )


def _report(stage: Stage) -> None:
    report = AnnualReport(
        bureau=stage.published,
        year=YEAR,
        title=f"{NAME}{YEAR}年度法治政府建设年度报告",
        state=ReportState.PUBLISHED.value,
        issuer=NAME,
        index_number=INDEX,
        issued_on=ISSUED_ON,
        topic=TOPIC,
        is_published_text=True,
        recorded_at=stage.now,
    )
    report._history_user, report._history_date = None, stage.now
    report.save()
