"""What was found wrong in the fictional city, what is done about it, and how far it has come."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from reports.actions.evidence import Reference, add_evidence
from reports.actions.measures import (
    MeasureDraft,
    ask_extension,
    decide_extension,
    drop_measure,
    report_progress,
    set_measure,
    set_measures,
)
from reports.actions.problems import (
    Cause,
    ProblemDraft,
    look_back,
    move_problem,
    register_problems,
)
from reports.domain.problems import Decision, LookBackResult, ProblemClass, ProblemMove
from reports.models import Measure, Problem, Unit
from reports.models.choices import EvidenceKind

from .city import BUREAUS, CITY, DEMO_BUREAU
from .dice import dice, pick
from .stage import Stage, days, history_of


@dataclass(frozen=True, slots=True)
class Fault:
    """A shortcoming, where it was seen, why it came about, and what is done."""

    title: str
    description: str
    cause: str
    source: str
    measures: tuple[str, ...]
    kind: ProblemClass = ProblemClass.DATED
    themes: tuple[str, ...] = ("cases",)
    cause_kind: str = "responsibility"


FAULTS = (
    Fault(
        "涉案财物登记不及时",
        "抽查发现部分涉案财物超过规定时限才入库，登记表与实物标签不一致。",
        "办案与保管两头管，交接责任没有落到人。",
        "supervision",
        ("逐件清点在库涉案财物并补登手续", "明确交接责任人，每周核对一次"),
        themes=("property",),
    ),
    Fault(
        "接报警反馈内容过于简单",
        "部分警情反馈只有处理结果，看不出处置过程和依据。",
        "民警对反馈要求不熟悉，值班领导当日审核不到位。",
        "self_check",
        ("制定警情反馈样例并组织学习",),
        themes=("alarms",),
        cause_kind="skill",
    ),
    Fault(
        "行政案件超期未结",
        "有案件超过法定办理期限，未按规定报批延长。",
        "案件期限提醒靠人工，换班时未交接。",
        "case_review",
        ("逐案制定清理计划", "建立期限临近提醒"),
        cause_kind="supervision",
    ),
    Fault(
        "询问笔录未告知权利义务",
        "个别笔录缺少权利义务告知，或告知后无本人签名。",
        "使用旧模板，法制员审核时未发现。",
        "case_review",
        ("停用旧模板，统一使用新样式", "法制员逐份复核近三个月笔录"),
        themes=("cases", "files"),
        cause_kind="supervision",
    ),
    Fault(
        "执法记录仪视频上传不完整",
        "现场处置视频存在断点，部分未在规定时间内上传。",
        "设备老化，存储空间不足，未指定专人管理。",
        "supervision",
        ("更换老化设备", "指定专人每日检查上传情况"),
        themes=("premises", "files"),
        cause_kind="means",
    ),
    Fault(
        "法律文书送达不规范",
        "送达回证漏填送达时间，留置送达缺少见证人签名。",
        "送达工作交由辅警协助，民警未当场核对。",
        "petition",
        ("开展文书送达专题培训",),
        themes=("files",),
    ),
    Fault(
        "场所检查记录填写不全",
        "检查记录缺少检查人签名和整改意见，无法证明检查过程。",
        "检查任务集中，记录事后补填。",
        "self_check",
        ("启用移动端检查表，现场填写",),
        ProblemClass.AT_ONCE,
        themes=("premises",),
    ),
    Fault(
        "未成年人案件合适成年人到场不及时",
        "个别案件询问开始后合适成年人才到场。",
        "合适成年人名册更新不及时，夜间联系不上。",
        "procuratorate",
        ("会同有关部门更新合适成年人名册", "落实夜间值班联系人"),
        cause_kind="rules",
    ),
    Fault(
        "执法办案场所安全检查流于形式",
        "人身安全检查登记内容雷同，未写明检查发现的物品。",
        "办案场所管理员职责不清，检查缺少监督。",
        "above",
        ("修订办案场所管理细则", "督察每月抽查一次检查视频"),
        themes=("premises",),
    ),
    Fault(
        "法制员审核意见落实不到位",
        "审核提出的补充证据意见未落实即移送。",
        "审核意见没有跟踪，缺少反馈环节。",
        "self_check",
        ("建立审核意见台账，逐条销号",),
        ProblemClass.STANDING,
        themes=("cases", "files"),
        cause_kind="rules",
    ),
    Fault(
        "行政复议答复材料准备不充分",
        "答复书未针对申请人主张逐项说明，证据目录不完整。",
        "办案单位对复议程序不熟悉，未提前与法制部门会商。",
        "above",
        ("编写复议答复指引", "落实复议案件会商制度"),
        themes=("files",),
        cause_kind="skill",
    ),
    Fault(
        "民警证据意识和诉讼意识有待提高",
        "部分民警重口供、轻客观证据，出庭作证准备不足。",
        "培训与实战脱节，案例教学偏少。",
        "last_report",
        ("组织旁听庭审和模拟出庭", "每半月开展一次案例讲评"),
        ProblemClass.STANDING,
        cause_kind="skill",
    ),
)
STEPS_FORWARD = (
    "已完成摸底，列出清单逐项整改。",
    "已组织专题培训，相关人员全部参加。",
    "完成大部分整改任务，剩余事项正在办理。",
    "经法制大队抽查，未再发现同类问题。",
)

# What becomes of a fault: (found how many days ago, how far it came).
FATES = (
    (412, "closed"),
    (398, "closed late"),
    (371, "from above closed"),
    (300, "closed"),
    (176, "overdue"),
    (150, "reopened"),
    (118, "closed"),
    (96, "repeated"),
    (74, "awaiting above"),
    (58, "returned"),
    (41, "extension"),
    (33, "submitted"),
    (16, "in hand"),
    (9, "assigned"),
    (3, "registered"),
)
# A bureau that has just joined brings nothing older along.
NEWCOMERS_DAYS = 60


@dataclass(slots=True)
class _Case:
    """One problem on its way."""

    stage: Stage
    short: str
    problem: Problem
    fault: Fault
    fate: str

    @property
    def verifier(self) -> User:
        users = self.stage.users
        return users.get(f"{self.short}:inspector") or self.stage.legal_user(self.short)

    def day(self, after: int) -> date:
        return min(self.problem.found_on + days(after), self.stage.today)

    def move(self, move: ProblemMove, after: int, by: User, **more: object) -> None:
        on = self.day(after)
        at = self.stage.moment(on, 15, dice(self.problem.title, self.short, after) % 60)
        with history_of(by, at):
            self.problem = move_problem(
                problem_id=self.problem.pk,
                move=move,
                on=on,
                by=by,
                at=at,
                today=self.stage.today,
                **more,
            )


def find_problems(stage: Stage) -> int:
    """Register the problems of every bureau and let each go its way; how many."""
    cases: list[_Case] = []
    for row in BUREAUS:
        cases += _register(stage, row.short)
    for case in cases:
        _go(case)
    return len(cases)


def _register(stage: Stage, short: str) -> list[_Case]:
    newcomer = stage.rows[short].ledger_from is not None
    fates = [
        (ago, fate)
        for number, (ago, fate) in enumerate(FATES)
        if (not newcomer or ago <= NEWCOMERS_DAYS)
        and (short == DEMO_BUREAU or dice("fate", short, number) >= 200)
    ]
    drafts, facts, moments = [], [], []
    turn = dice("first fault", short)
    for number, (ago, fate) in enumerate(fates):
        fault = FAULTS[(turn + number) % len(FAULTS)]
        fault = _fitting(fault, fate, turn + number)
        found = stage.today - days(ago)
        unit = _where(stage, short, number)
        above = fate in ("awaiting above", "from above closed")
        source = stage.sources["above" if above else fault.source]
        drafts.append(
            ProblemDraft(
                unit=unit,
                title=fault.title,
                source=source,
                found_on=found,
                description=fault.description,
                causes=(Cause(fault.cause, stage.cause_kinds[fault.cause_kind]),),
                themes=tuple(stage.themes[code] for code in fault.themes),
                source_document=f"{CITY}执法检查通报〔{found.year}〕{number + 3}号"
                if above
                else "",
                raised_from_above=above,
                raised_by=CITY if above else "",
                kind=fault.kind,
                joint_units=_joint(stage, short, unit, number),
            )
        )
        facts.append((fault, fate))
        moments.append(stage.moment(found + days(12 if number == 4 else 0), 10, number))
    legal = stage.legal_user(short)
    problems = []
    for draft, moment in zip(drafts, moments, strict=True):
        with history_of(legal, moment):
            problems += register_problems([draft], by=legal, at=moment, today=stage.today)
    return [
        _Case(stage, short, problem, fault, fate)
        for problem, (fault, fate) in zip(problems, facts, strict=True)
    ]


def _fitting(fault: Fault, fate: str, number: int) -> Fault:
    """A fault from outside is not closed by ourselves; a repeated one is that of last year."""
    if fate == "repeated":
        return FAULTS[-1]
    wanted = ("above",) if fate in ("awaiting above", "from above closed") else ()
    if wanted and fault.source not in wanted:
        return FAULTS[8 if number % 2 else 10]
    if not wanted and (fault.source in ("above", "procuratorate", "last_report")):
        return FAULTS[number % 7]
    return fault


def _where(stage: Stage, short: str, number: int) -> Unit:
    """Stations in turn; the first station has the most, a few lie with the legal unit."""
    if number % 5 == 3:
        return stage.units[short, "执法办案管理中心"]
    stations = [
        stage.units[short, station.name]
        for station in stage.rows[short].stations
        if station.opened is None and not station.closed_last_year
    ]
    return stations[0] if number % 3 == 1 else stations[(number * 3 + 1) % len(stations)]


def _joint(stage: Stage, short: str, unit: Unit, number: int) -> tuple[Unit, ...]:
    team = stage.units[short, "法制大队"]
    return (team,) if number % 4 == 0 and unit.pk != team.pk else ()


def _go(case: _Case) -> None:
    """Assign, set measures, report, submit … as far as the fate says."""
    stage, fate = case.stage, case.fate
    if fate == "registered":
        return
    legal, clerk = stage.legal_user(case.short), stage.clerk_user(case.short)
    due = _due_day(case)
    head = stage.holder(case.problem.unit, "station_head", case.day(3))
    case.move(
        ProblemMove.ASSIGN,
        3,
        legal,
        leader=stage.holder(stage.bureaus[case.short], "in_charge", case.day(3)),
        responsible=head,
        due_on=due,
    )
    measures = _set(case, due)
    if fate == "assigned":
        return
    case.move(ProblemMove.START, 5, clerk)
    if fate == "repeated":
        _repeat(case)
    _report(case, measures[0], 12, STEPS_FORWARD[0], clerk)
    if fate in ("in hand", "overdue", "repeated", "extension"):
        _unfinished(case, measures, clerk, legal)
        return
    late = 20 if fate == "closed late" else 0
    last = 28 if fate != "submitted" else 24
    for measure in measures:
        _report(case, measure, last + late, STEPS_FORWARD[3], clerk, finishes=True)
    proof = Reference(
        "整改情况及佐证材料", case.problem.unit.name, kind=EvidenceKind.MATERIAL, day=case.day(last)
    )
    at = stage.moment(case.day(last + 2 + late), 9)
    add_evidence(target=case.problem, references=[proof], by=clerk, at=at)
    case.move(ProblemMove.SUBMIT, last + 2 + late, clerk, reason="整改完成，请核查。")
    _verified(case, last + 6 + late, legal, clerk)


def _due_day(case: _Case) -> date:
    if case.fate == "overdue":
        return case.stage.today - days(25)
    if case.fate == "extension":
        return case.stage.today + days(6)
    return case.problem.found_on + days(45 if case.fate != "repeated" else 160)


def _set(case: _Case, due: date) -> list[Measure]:
    stage, problem = case.stage, case.problem
    drafts = [
        MeasureDraft(
            unit=problem.unit,
            title=title,
            set_on=case.day(3),
            problems=(problem,),
            standard="有记录可查，抽查不再出现同类问题。" if number == 0 else "",
            responsible=problem.responsible,
            due_on=due,
            due_is_month=number == 1,
        )
        for number, title in enumerate(case.fault.measures)
    ]
    return set_measures(
        drafts,
        by=stage.legal_user(case.short),
        at=stage.moment(case.day(3), 15, 30),
        today=stage.today,
    )


def _report(
    case: _Case,
    measure: Measure,
    after: int,
    text: str,
    by: User,
    *,
    finishes: bool = False,
    basically: bool = False,
) -> None:
    on = case.day(after)
    at = case.stage.moment(on, 16, dice(measure.title, after) % 60)
    with history_of(by, at):
        report_progress(
            measure_id=measure.pk,
            on=on,
            text=text,
            by=by,
            at=at,
            today=case.stage.today,
            finishes=finishes,
            basically_done=basically,
        )


def _unfinished(case: _Case, measures: list[Measure], clerk: User, legal: User) -> None:
    """Still in hand: with progress, without, basically done, or with an extension asked for."""
    if case.fate == "overdue":
        _report(case, measures[0], 60, STEPS_FORWARD[2], clerk, basically=True)
    if case.fate == "repeated":
        _report(case, measures[0], 50, STEPS_FORWARD[1], clerk)
        _report(case, measures[0], 85, STEPS_FORWARD[2], clerk)
    if case.fate != "extension":
        return
    stage = case.stage
    on = stage.today - days(2)
    at = stage.moment(on, 11)
    extension = ask_extension(
        measure_id=measures[0].pk,
        new_due_on=stage.today + days(36),
        reason="部分设备采购尚未到货，需顺延一个月。",
        asked_on=on,
        by=clerk,
        at=at,
        today=stage.today,
    )
    if dice("granted", case.short) < 400:
        with history_of(legal, stage.now):
            decide_extension(
                extension_id=extension.pk,
                granted=True,
                note="情况属实，同意延期。",
                on=stage.today - days(1),
                by=legal,
                today=stage.today,
            )


def _verified(case: _Case, after: int, legal: User, clerk: User) -> None:
    """What the other side says of it."""
    stage, fate = case.stage, case.fate
    if fate == "submitted":
        return
    if fate == "returned":
        case.move(
            ProblemMove.RETURN,
            after,
            case.verifier,
            reason="抽查三份材料仍有两份不符合要求，请继续整改后再报。",
        )
        return
    if fate in ("awaiting above", "from above closed"):
        case.move(ProblemMove.VERIFY, after, case.verifier, reason="核查属实，报请认定。")
        if fate == "from above closed":
            document = f"{CITY}整改认定通知〔{case.day(after + 15).year}〕8号"
            case.move(
                ProblemMove.CLOSE,
                after + 16,
                legal,
                decision=Decision(document, case.day(after + 15)),
            )
        return
    case.move(ProblemMove.CLOSE, after, case.verifier, reason="经实地核查，整改到位。")
    if fate == "reopened":
        on = case.day(after + 60)
        at = stage.moment(on, 14)
        with history_of(case.verifier, at):
            look_back(
                problem_id=case.problem.pk,
                on=on,
                result=LookBackResult.RELAPSED,
                checker=stage.holder(stage.bureaus[case.short], "in_charge", on),
                note="回头看发现同类问题又有发生，须重新整改。",
                by=case.verifier,
                at=at,
                today=stage.today,
            )
        with history_of(legal, at):
            set_measure(
                MeasureDraft(
                    unit=case.problem.unit,
                    title="法制大队驻点指导一个月",
                    set_on=on,
                    problems=(Problem.objects.get(pk=case.problem.pk),),
                    due_on=stage.today + days(20),
                ),
                by=legal,
                at=at,
                today=stage.today,
            )


def _repeat(case: _Case) -> None:
    """It stood in the reports of two years before, too."""
    stage = case.stage
    earlier = None
    for back in (2, 1):
        found = date(stage.year - back, 2, 20)
        (row,) = register_problems(
            [
                ProblemDraft(
                    unit=case.problem.unit,
                    title=case.fault.title,
                    source=stage.sources["last_report"],
                    found_on=found,
                    description=case.fault.description,
                    causes=(Cause(case.fault.cause, stage.cause_kinds[case.fault.cause_kind]),),
                    kind=ProblemClass.STANDING,
                    repeats=earlier,
                )
            ],
            by=stage.legal_user(case.short),
            at=stage.moment(found, 9),
            today=stage.today,
        )
        _close_as_standing(case, row, found)
        earlier = row
    with history_of(stage.legal_user(case.short), stage.moment(case.day(5), 16)):
        problem = Problem.objects.get(pk=case.problem.pk)
        problem.repeats = earlier
        problem.save()


def _close_as_standing(case: _Case, problem: Problem, found: date) -> None:
    """A standing item of a year ends as 转常态, and comes back in the next one."""
    old = _Case(case.stage, case.short, problem, case.fault, "closed")
    stage = case.stage
    legal, clerk = stage.legal_user(case.short), stage.clerk_user(case.short)
    old.move(
        ProblemMove.ASSIGN,
        10,
        legal,
        leader=stage.holder(stage.bureaus[case.short], "in_charge", old.day(10)),
    )
    measure = _set(old, found + days(300))[0]
    old.move(ProblemMove.START, 12, clerk)
    for each in Measure.objects.filter(problems=problem).order_by("pk"):
        _report(old, each, 280 - (each.pk == measure.pk), STEPS_FORWARD[3], clerk, finishes=True)
    old.move(ProblemMove.SUBMIT, 282, clerk, reason="年度任务完成，转为常态工作。")
    old.move(ProblemMove.CLOSE, 285, old.verifier, reason="转常态。")


PLAN_ITEMS = (
    ("制定法制工作人员培训计划并组织实施", 3),
    ("开展执法资格和业务知识测试", 6),
    ("完善公检法联席会议机制", 9),
    ("组织民警出庭应诉、旁听庭审", 11),
    ("开展辅警法律知识轮训", 10),
)


def plan_the_year(stage: Stage) -> None:
    """The plan items of last year, this year and the next, as the annual reports set them."""
    for row in BUREAUS:
        bureau = stage.bureaus[row.short]
        if bureau.ledger_from.year == stage.year:
            continue
        legal = stage.legal_user(row.short)
        team = stage.units[row.short, "法制大队"]
        for year in (stage.year - 1, stage.year):
            set_on = date(year, 1, 20)
            if set_on > stage.today:
                continue
            drafts = [
                MeasureDraft(
                    unit=team,
                    title=title,
                    set_on=set_on,
                    plan_year=year,
                    due_on=date(year, month, 1),
                    due_is_month=True,
                )
                for title, month in PLAN_ITEMS
            ]
            measures = set_measures(
                drafts, by=legal, at=stage.moment(set_on, 10), today=stage.today
            )
            _work_on_plan(stage, row.short, measures, year)


def _work_on_plan(stage: Stage, short: str, measures: list[Measure], year: int) -> None:
    legal = stage.legal_user(short)
    for measure in measures:
        finished = measure.due_on - days(dice("plan", short, measure.title, year) % 40)
        if dice("slow", short, measure.title, year) < 150:
            finished = measure.due_on + days(30)
        if finished > stage.today:
            continue
        at = stage.moment(finished, 16)
        with history_of(legal, at):
            if dice("dropped", short, measure.title, year) < 40:
                drop_measure(
                    measure_id=measure.pk,
                    on=finished,
                    because="与市局统一安排的同类工作合并实施。",
                    by=legal,
                    today=stage.today,
                )
                continue
            report_progress(
                measure_id=measure.pk,
                on=finished,
                text=pick(("已按计划完成。", "已完成，有关材料存档。"), short, measure.title),
                by=legal,
                at=at,
                today=stage.today,
                finishes=True,
            )
