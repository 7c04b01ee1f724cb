"""The year's other work in the fictional city: publicity, training, petitions, courts, reviews."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from reports.actions.evidence import Reference, add_evidence
from reports.actions.measures import MeasureDraft, report_progress, set_measures
from reports.actions.problems import Cause, ProblemDraft, register_problems
from reports.actions.records import RecordDraft, add_records
from reports.domain.problems import ProblemClass
from reports.models import Measure, Person, RecordKind, Unit
from reports.models.choices import EvidenceKind
from reports.selectors.records import with_fields

from .city import BUREAUS, DEMO_BUREAU, BureauRow
from .dice import dice, pick
from .stage import Stage, days, history_of

TEAM, INSPECTION, POLITICS, PETITIONS = "法制大队", "督察大队", "政治处", "信访科"
ENTERED_LATE = 60  # of a thousand
REVIEW_DAYS_AGO = 40
TOPICS = ("反诈", "防盗", "禁赌", "禁毒", "打架斗殴", "交通安全", "未成年人保护")
FORMS = ("案例", "问答", "讲座", "海报", "现场咨询", "新媒体")
PLACES = ("文化广场", "中心小学", "农贸市场", "社区活动室", "长途汽车站", "建筑工地", "物流园区")
LESSONS = (
    ("法律法规", "治安管理处罚法修订要点"),
    ("执法办案", "电子数据提取和固定"),
    ("案例讲评", "退回补充侦查案件讲评"),
    ("应诉复议", "行政诉讼举证规则"),
    ("习近平法治思想", "习近平法治思想专题学习"),
    ("执法办案", "现场处置规范用语"),
)
REVIEWED = (
    ("重大决策", "智慧警务二期建设方案"),
    ("合同", "涉案财物委托保管合同"),
    ("规范性文件", "娱乐场所备案管理规定"),
    ("党内文件", "关于加强法治队伍建设的意见"),
    ("合同", "执法记录仪采购合同"),
    ("重大决策", "派出所辖区调整方案"),
)
OWN = (
    ("案件审核工作规定", "修订"),
    ("涉案财物管理办法", "制定"),
    ("行政案件快速办理指引", "制定"),
    ("执法过错责任追究暂行规定", "废止"),
)
CHECKS = ("接报案和受立案", "办案场所安全", "涉案财物保管", "执法记录仪使用", "卷宗归档")
CAMPAIGNS = ("执法突出问题专项整治", "涉案财物专项清理", "电信网络诈骗打击治理专项行动")


@dataclass(slots=True)
class Ledger:
    """One bureau whose records are made: the year's plan items by what they are for."""

    stage: Stage
    row: BureauRow
    kinds: dict[str, RecordKind]
    plans: dict[tuple[str, int], Measure]

    @property
    def bureau(self) -> Unit:
        return self.stage.bureaus[self.row.short]

    @property
    def is_demo(self) -> bool:
        return self.row.short == DEMO_BUREAU

    def unit(self, name: str) -> Unit:
        return self.stage.units.get((self.row.short, name), self.bureau)

    @property
    def stations(self) -> list[Unit]:
        """Those that are there all the time."""
        found = (self.unit(each.name) for each in self.row.stations)
        return [unit for unit in found if unit.opened_on is None and unit.closed_on is None]

    def person(self, post: str, day: date, unit: Unit | None = None) -> Person | None:
        return self.stage.holder(unit or self.bureau, post, day)

    def number(self, *words: object, low: int = 1, high: int = 10) -> int:
        return low + dice(self.row.short, *words) * (high - low + 1) // 1000


def keep_records(stage: Stage) -> int:
    """Enter a year and a half of work records of every sample bureau; how many."""
    kinds = {kind.code: kind for kind in with_fields(RecordKind.objects.all())}
    plans = _plan(stage)
    made = 0
    for row in BUREAUS:
        ledger = Ledger(stage, row, kinds, plans if row.short == DEMO_BUREAU else {})
        made += _enter(ledger, list(_drafts(ledger)))
    _review_finds_a_problem(stage, kinds)
    return made


def _enter(ledger: Ledger, drafts: list[RecordDraft]) -> int:
    """By the clerk what her own station did, by the legal officer the rest."""
    stage, short = ledger.stage, ledger.row.short
    clerk, legal = stage.clerk_user(short), stage.legal_user(short)
    home = clerk.person.unit_id
    groups: dict[User, list[RecordDraft]] = {clerk: [], legal: []}
    for draft in drafts:
        if draft.on <= stage.today:
            groups[clerk if draft.unit.pk == home else legal].append(draft)
    for user, own in groups.items():
        moments = [stage.moment(_entered(ledger, draft), 16, 20) for draft in own]
        add_records(own, by=user, at=moments, today=stage.today)
    return sum(len(own) for own in groups.values())


def _entered(ledger: Ledger, draft: RecordDraft) -> date:
    """Mostly on the day or the next; a total within the first days of the next month."""
    word = (ledger.row.short, draft.kind.code, draft.unit.name, draft.on)
    if draft.is_total:
        return _next_month(draft.on) + days(1 + dice("total", *word) % 4)
    late = 8 + dice("how late", *word) % 12 if dice("late", *word) < ENTERED_LATE else 0
    return (draft.last_day or draft.on) + days(late or dice("soon", *word) % 3)


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _months(ledger: Ledger) -> Iterator[date]:
    """The months from the beginning of the ledger on, at most since January of last year."""
    stage = ledger.stage
    begun = ledger.bureau.ledger_from or date(stage.year - 1, 1, 1)
    month = max(date(stage.year - 1, 1, 1), begun.replace(day=1))
    while month <= stage.today:
        yield month
        month = _next_month(month)


def _drafts(ledger: Ledger) -> Iterator[RecordDraft]:
    for month in _months(ledger):
        if ledger.is_demo or month.month % 3 == 0:
            for make in MONTHLY:
                yield from make(ledger, month)
    if ledger.is_demo:
        for year in (ledger.stage.year - 1, ledger.stage.year):
            for make in YEARLY:
                yield from make(ledger, year)


def _on(ledger: Ledger, month: date, *words: object) -> date:
    """A workday of the month."""
    day = month.replace(day=1 + dice(ledger.row.short, month, *words) % 27)
    while not ledger.stage.calendar.is_workday(day):
        day += days(1)
    return day


# --- every month --------------------------------------------------------------------------------


def _publicity(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    for number, station in enumerate(ledger.stations[:3]):
        if number and (month.month + number) % 2:
            continue
        topic = pick(TOPICS, ledger.row.short, station.name, month)
        form = pick(FORMS, "form", ledger.row.short, station.name, month)
        place = pick(PLACES, "place", ledger.row.short, station.name, month)
        yield RecordDraft(
            unit=station,
            kind=ledger.kinds["publicity"],
            on=_on(ledger, month, "publicity", number),
            title=f"{topic}宣传进{place}",
            values={
                "topic": topic,
                "form": form,
                "place": place,
                "audience": ledger.number("audience", station.name, month, low=30, high=260),
                "copies": ledger.number("copies", station.name, month, low=50, high=400),
            },
            measure=ledger.plans.get(("publicity", month.year)),
        )


def _training(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    subject, name = pick(LESSONS, "lesson", ledger.row.short, month)
    day = _on(ledger, month, "training")
    yield RecordDraft(
        unit=ledger.unit(TEAM),
        kind=ledger.kinds["training"],
        on=day,
        title=name,
        person=ledger.person("squad_head", day, ledger.unit(TEAM)),
        values={
            "subject": subject,
            "hours": 2 if dice("hours", ledger.row.short, month) < 700 else 1.5,
            "police": ledger.number("police", month, low=35, high=80),
            "auxiliary": ledger.number("auxiliary", month, low=10, high=40),
        },
        measure=ledger.plans.get(("training", month.year)),
    )


def _reception(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    day = _on(ledger, month, "reception")
    head = month.month % 3 == 1
    yield RecordDraft(
        unit=ledger.bureau,
        kind=ledger.kinds["petition_reception"],
        on=day,
        title=f"示信访〔{month.year}〕{month.month * 3}号",
        person=ledger.person("bureau_head" if head else "in_charge", day),
        second_person=ledger.person("director", day, ledger.unit(PETITIONS)),
        values={
            "visits": ledger.number("visits", month, low=1, high=4),
            "people": ledger.number("visitors", month, low=1, high=9),
            "result": pick(("化解", "化解", "稳控", "办理中"), "result", ledger.row.short, month),
        },
    )


def _check(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    about = pick(CHECKS, "check", ledger.row.short, month)
    first = _on(ledger, month, "check")
    yield RecordDraft(
        unit=ledger.unit(INSPECTION),
        kind=ledger.kinds["enforcement_check"],
        on=first,
        last_day=min(first + days(2), max(first, ledger.stage.today)),
        title=f"{about}检查",
        person=ledger.person("squad_head", first, ledger.unit(INSPECTION)),
        values={
            "element": "综合",
            "aim": f"{about}是否规范",
            "checked": ledger.number("checked", month, low=15, high=60),
            "found": ledger.number("found", month, low=0, high=5),
            "result": "问题已现场反馈，限期改正。",
        },
    )


def _legal_review(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    subject, name = pick(REVIEWED, "reviewed", ledger.row.short, month)
    day = _on(ledger, month, "legal review")
    yield RecordDraft(
        unit=ledger.unit(TEAM),
        kind=ledger.kinds["legal_review"],
        on=day,
        title=name,
        person=ledger.person("legal_officer", day, ledger.unit(TEAM)),
        values={
            "subject": subject,
            "opinion": pick(("同意", "修改后同意", "修改后同意"), "op", ledger.row.short, month),
            "workdays": ledger.number("workdays", month, low=1, high=5),
        },
    )


def _file_review(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    if month.month % 3 != 2 and ledger.is_demo:
        return
    day = _on(ledger, month, "file review")
    files = ledger.number("files", month, low=30, high=60)
    yield RecordDraft(
        unit=ledger.unit(TEAM),
        kind=ledger.kinds["case_file_review"],
        on=day,
        title=f"{(month.month - 1) // 3 + 1}季度案卷评查",
        person=ledger.person("squad_head", day, ledger.unit(TEAM)),
        values={
            "files": files,
            "good": files * 2 // 5,
            "poor": ledger.number("poor", month, low=0, high=3),
            "found": ledger.number("faults", month, low=1, high=6),
        },
    )


# Code, unit by name, low and high of the amount, where the numbers come from.
TOTALS = (
    ("mediation", "", 8, 26, "110接处警系统"),
    ("permits", "指挥中心", 180, 420, "行政许可办理系统"),
    ("published", POLITICS, 6, 24, "门户网站后台"),
    ("reconsideration", TEAM, 0, 3, "行政复议案件台账"),
)


def _totals(ledger: Ledger, month: date) -> Iterator[RecordDraft]:
    if month == ledger.stage.today.replace(day=1):
        return
    for code, name, low, high, source in TOTALS:
        units = [ledger.unit(name)] if name else ledger.stations[: 2 if ledger.is_demo else 1]
        for unit in units:
            amount = ledger.number(code, unit.name, month, low=low, high=high)
            yield RecordDraft(
                unit=unit,
                kind=ledger.kinds[code],
                on=month,
                is_total=True,
                amount=amount,
                source=source,
                values=_shares(code, amount),
            )


def _shares(code: str, amount: int) -> dict[str, int]:
    if code == "mediation":
        return {"succeeded": amount * 9 // 10}
    if code == "permits":
        refused = amount // 50
        return {"received": amount, "granted": amount - refused, "refused": refused}
    if code == "reconsideration":
        return {"received": amount, "accepted": amount, "upheld": amount}
    return {}


MONTHLY: tuple[Callable[[Ledger, date], Iterator[RecordDraft]], ...] = (
    _publicity,
    _training,
    _reception,
    _check,
    _legal_review,
    _file_review,
    _totals,
)


# --- in the year, of the demo bureau alone --------------------------------------------------------


def _court(ledger: Ledger, year: int) -> Iterator[RecordDraft]:
    """A head once for each instance; a second hearing without; one station sued in its own name."""
    kind, station = ledger.kinds["court_appearance"], ledger.stations[1]
    bureau, own = "以分局名义", "以本单位名义"
    hearings = (
        (ledger.bureau, (3, 12), "示行应〔%s〕1号", "一审", bureau, True),
        (ledger.bureau, (4, 16), "示行应〔%s〕1号", "一审", bureau, False),
        (ledger.bureau, (5, 21), "示行应〔%s〕1号", "二审", bureau, True),
        (station, (4, 9), "示行应〔%s〕2号", "一审", own, True),
        (ledger.bureau, (5, 14), "示行应〔%s〕3号", "一审", bureau, False),
        (ledger.bureau, (10, 15), "示行应〔%s〕4号", "一审", bureau, True),
    )
    for unit, (month, day), number, instance, sued, head in hearings:
        on = date(year, month, day)
        post = "station_head" if unit is station else "in_charge" if head else "legal_officer"
        place = unit if unit is station or head else ledger.unit(TEAM)
        yield RecordDraft(
            unit=unit,
            kind=kind,
            on=on,
            title=pick(("治安行政处罚", "交通管理处罚", "信息公开答复"), number, year),
            person=ledger.person(post, on, place),
            values={"case": number % year, "instance": instance, "sued": sued, "head": head},
        )


def _petitions(ledger: Ledger, year: int) -> Iterator[RecordDraft]:
    for number, (month, result) in enumerate(((2, "化解"), (3, "稳控"), (4, "办理中")), 1):
        on = date(year, month, 18)
        values: dict[str, str | int] = {"visits": number + 1, "result": result}
        if result == "化解":
            values["settled_on"] = date(year, month + 2, 9).isoformat()
        yield RecordDraft(
            unit=ledger.bureau,
            kind=ledger.kinds["petition_case"],
            on=on,
            title=f"示信包〔{year}〕{number}号",
            person=ledger.person("bureau_head" if number == 1 else "in_charge", on),
            second_person=ledger.person("director", on, ledger.unit(PETITIONS)),
            values=values,
        )


def _papers(ledger: Ledger, year: int) -> Iterator[RecordDraft]:
    for number, (name, action) in enumerate(OWN, 1):
        on = date(year, 1 + number, 11)
        yield RecordDraft(
            unit=ledger.unit(TEAM),
            kind=ledger.kinds["own_document"],
            on=on,
            title=f"{ledger.row.short}{name}",
            document_number=f"示公发〔{year}〕{number + 7}号",
            values={"action": action, "effective": (on + days(20)).isoformat()},
        )


def _campaigns(ledger: Ledger, year: int) -> Iterator[RecordDraft]:
    for number, name in enumerate(CAMPAIGNS):
        on = date(year, 2 + number * 3, 10)
        yield RecordDraft(
            unit=ledger.unit(TEAM),
            kind=ledger.kinds["special_campaign"],
            on=on,
            last_day=on + days(60),
            title=name,
            person=ledger.person("in_charge", on),
            values={
                "aim": "整治不规范执法行为，健全常态机制",
                "result": "制定整改措施，逐项销号。",
                "checked": ledger.number("campaign", year, number, low=40, high=90),
                "found": ledger.number("campaign found", year, number, low=3, high=12),
            },
        )


def _others(ledger: Ledger, year: int) -> Iterator[RecordDraft]:
    kinds, team, politics = ledger.kinds, ledger.unit(TEAM), ledger.unit(POLITICS)
    counsel = {"role": "法律顾问", "service": "咨询意见", "opinion": "建议补充听证程序。"}
    rows: tuple[tuple[str, Unit, tuple[int, int], str, dict[str, object]], ...] = (
        ("counsel_work", team, (3, 5), "警务技术用房租赁事项咨询", counsel),
        (
            "case_published",
            politics,
            (4, 15),
            "某某冒充客服诈骗老年人典型案例",
            {"area": "刑事案件", "channel": "新媒体"},
        ),
        (
            "police_authority",
            ledger.unit(INSPECTION),
            (3, 27),
            f"示维权〔{year}〕1号",
            {"kind": "阻碍执法", "dealt": 2, "comforted": 1, "outcome": "依法处理"},
        ),
        (
            "survey",
            politics,
            (5, 22),
            "上半年执法满意度测评",
            {"asked": 620, "score": 96.4 if year % 2 else 97.2, "by": "第三方机构"},
        ),
        (
            "participation",
            politics,
            (1, 9),
            "警营开放日",
            {"form": "警营开放", "people": 180, "opinions": 14, "adopted": 6},
        ),
        (
            "information_request",
            team,
            (4, 2),
            f"示依申请〔{year}〕1号",
            {"reply": "部分公开", "in_time": 1},
        ),
        (
            "proposals",
            ledger.unit("指挥中心"),
            (5, 28),
            "关于整治夜间飙车扰民的建议",
            {"kind": "人大代表建议", "role": "主办", "result": "已经解决"},
        ),
        ("testimony", ledger.stations[0], (5, 6), f"示刑证〔{year}〕1号", {"court": "刑事"}),
        (
            "litigation",
            team,
            (4, 24),
            f"示行应〔{year}〕2号",
            {"received": 1, "accepted": 1, "upheld": 1},
        ),
    )
    for code, unit, (month, day), title, values in rows:
        on = date(year, month, day)
        yield RecordDraft(unit=unit, kind=kinds[code], on=on, title=title, values=values)


YEARLY: tuple[Callable[[Ledger, int], Iterator[RecordDraft]], ...] = (
    _court,
    _petitions,
    _papers,
    _campaigns,
    _others,
)


# --- what hangs on them ---------------------------------------------------------------------------


def _plan(stage: Stage) -> dict[tuple[str, int], Measure]:
    """The publicity plan and the training plan of the demo bureau, last year's and this one's."""
    legal, team = stage.legal_user(DEMO_BUREAU), stage.units[DEMO_BUREAU, TEAM]
    found: dict[tuple[str, int], Measure] = {}
    for year in (stage.year - 1, stage.year):
        on = date(year, 1, 20)
        if on > stage.today:
            continue
        (publicity,) = set_measures(
            [
                MeasureDraft(
                    unit=team,
                    title="落实年度普法宣传计划",
                    standard="每个派出所每两个月至少开展1场普法宣传。",
                    set_on=on,
                    plan_year=year,
                    due_on=date(year, 12, 1),
                    due_is_month=True,
                )
            ],
            by=legal,
            at=stage.moment(on, 10, 40),
            today=stage.today,
        )
        found["publicity", year] = publicity
        training = Measure.objects.filter(
            bureau=stage.bureaus[DEMO_BUREAU], plan_year=year, title__contains="培训计划"
        ).first()
        if training is not None:
            found["training", year] = training
        _tell_progress(stage, publicity, year)
    return found


def _tell_progress(stage: Stage, publicity: Measure, year: int) -> None:
    """Half-way in May, done in November."""
    legal = stage.legal_user(DEMO_BUREAU)
    told = (
        (date(year, 5, 29), "各派出所按计划开展普法宣传，反诈主题占半数以上。", 45, False),
        (date(year, 11, 20), "年度普法宣传计划全部完成。", 100, True),
    )
    for on, text, percent, finishes in told:
        if on > stage.today:
            continue
        with history_of(legal, stage.moment(on, 16)):
            report_progress(
                measure_id=publicity.pk,
                on=on,
                text=text,
                percent=percent,
                finishes=finishes,
                by=legal,
                at=stage.moment(on, 16),
                today=stage.today,
            )


def _review_finds_a_problem(stage: Stage, kinds: dict[str, RecordKind]) -> None:
    """A case-file review, its paper where it is kept, and the problem that it brought to light."""
    team, legal = stage.units[DEMO_BUREAU, TEAM], stage.legal_user(DEMO_BUREAU)
    on = stage.today - days(REVIEW_DAYS_AGO)
    draft = RecordDraft(
        unit=team,
        kind=kinds["case_file_review"],
        on=on,
        title="行政处罚案卷专项评查",
        person=stage.holder(team, "squad_head", on),
        values={"files": 48, "good": 21, "poor": 3, "found": 4},
    )
    at = stage.moment(on, 17)
    (record,) = add_records([draft], by=legal, at=[at], today=stage.today)
    add_evidence(
        target=record,
        references=[
            Reference(
                title="案卷评查情况通报",
                number=f"示公法通〔{on.year}〕9号",
                keeper="法制大队内勤",
                day=on,
                kind=EvidenceKind.MATERIAL,
            )
        ],
        by=legal,
        at=at,
    )
    later = stage.moment(on + days(2), 10)
    with history_of(legal, later):
        register_problems(
            [
                ProblemDraft(
                    unit=team,
                    title="处罚决定书送达回证填写不完整",
                    description="抽查48卷，其中3卷送达回证缺送达时间或者见证人签名。",
                    source=stage.sources["case_review"],
                    found_on=on,
                    causes=(
                        Cause("审核时只看决定书，未看送达材料。", stage.cause_kinds["supervision"]),
                    ),
                    themes=(stage.themes["files"],),
                    kind=ProblemClass.DATED,
                    due_on=on + days(90),
                    record=record,
                )
            ],
            by=legal,
            at=later,
            today=stage.today,
        )
