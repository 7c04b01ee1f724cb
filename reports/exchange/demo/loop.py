"""How feedback from above is worked off in the sample bureau: a tree of items, step by step."""

from datetime import date

from reports.actions.evidence import Reference, add_evidence
from reports.actions.measures import MeasureDraft, report_progress, set_measures
from reports.actions.notices import (
    ItemDraft,
    NoticeDraft,
    approve_notice,
    draft_notice,
    receive_notice,
)
from reports.actions.problems import Cause, ProblemDraft, move_problem, register_problems
from reports.actions.rounds import RoundDraft, check_item, choose_sample, order_round
from reports.actions.tasks import TaskDraft, set_task
from reports.domain.deadlines import Within
from reports.domain.problems import (
    Decision,
    LookBackResult,
    ProblemClass,
    ProblemMove,
    ProblemState,
)
from reports.models import IssuingOffice, Problem
from reports.models.choices import EvidenceKind

from .city import CITY, DEMO_BUREAU
from .stage import Stage, days, history_of

# Heading, then its items: title, theme, kind of cause, cause, how far it came.
FEEDBACK = (
    (
        "接处警和受立案环节",
        (
            ("个别警情未按规定时限反馈", "alarms", "responsibility", "值班交接不清。", "closed"),
            ("部分报案未当场出具接受凭证", "cases", "skill", "民警对文书要求不熟。", "closed"),
            ("立案审查超期未说明理由", "cases", "supervision", "期限监督靠人工。", "nearly"),
        ),
    ),
    (
        "涉案财物和办案场所管理",
        (
            ("在库财物账实不一致", "property", "responsibility", "交接责任未落到人。", "closed"),
            ("办案区同步录音录像保存期不足", "premises", "means", "存储设备老化。", "in hand"),
            ("案卷装订和移交不及时", "files", "rules", "缺少移交时限规定。", "in hand"),
        ),
    ),
)
FOUND_DAYS_AGO = 110


def work_off_feedback(stage: Stage) -> int:
    """The feedback of a check by the city, item by item; how many problems it made."""
    bureau, legal = stage.bureaus[DEMO_BUREAU], stage.legal_user(DEMO_BUREAU)
    found = stage.today - days(FOUND_DAYS_AGO)
    common = {
        "unit": bureau,
        "source": stage.sources["above"],
        "source_document": f"{CITY}执法检查反馈意见〔{found.year}〕6号",
        "source_day": found,
        "received_on": found + days(2),
        "found_on": found + days(2),
        "raised_from_above": True,
        "raised_by": CITY,
    }

    def register(**own: object) -> Problem:
        at = stage.moment(found + days(3), 10)
        with history_of(legal, at):
            draft = ProblemDraft(**common | own)
            return register_problems([draft], by=legal, at=at, today=stage.today)[0]

    top = register(title="市局执法检查反馈问题", counts=False, kind=ProblemClass.DATED)
    # All are registered before the first is worked off: nothing is put below what has closed.
    listed: list[tuple[Problem, str]] = []
    groups = [register(title=heading, parent=top, counts=False) for heading, _items in FEEDBACK]
    for group, (_heading, items) in zip(groups, FEEDBACK, strict=True):
        for title, theme, cause_kind, cause, fate in items:
            item = register(
                title=title,
                parent=group,
                unit=stage.units[DEMO_BUREAU, "执法办案管理中心"],
                themes=(stage.themes[theme],),
                causes=(Cause(cause, stage.cause_kinds[cause_kind]),),
                target="反馈事项全部整改，年底前复查不反弹。",
            )
            listed.append((item, fate))
    for item, fate in listed:
        _go(stage, item, fate, found)
    return 1 + len(groups) + len(listed)


def _go(stage: Stage, item: Problem, fate: str, found: date) -> None:
    legal, clerk = stage.legal_user(DEMO_BUREAU), stage.clerk_user(DEMO_BUREAU)
    bureau = stage.bureaus[DEMO_BUREAU]

    def move(what: ProblemMove, after: int, by: object, **more: object) -> None:
        on = min(found + days(after), stage.today)
        at = stage.moment(on, 15)
        with history_of(by, at):
            move_problem(
                problem_id=item.pk, move=what, on=on, by=by, at=at, today=stage.today, **more
            )

    move(
        ProblemMove.ASSIGN,
        6,
        legal,
        leader=stage.holder(bureau, "in_charge", found + days(6)),
        due_on=(stage.today + days(40)) if fate != "closed" else found + days(80),
        due_is_month=True,
    )
    at = stage.moment(found + days(6), 16)
    (measure,) = set_measures(
        [
            MeasureDraft(
                unit=item.unit,
                title=f"逐项核查并整改：{item.title}",
                standard="有清单、有记录，复查合格。",
                set_on=found + days(6),
                problems=(Problem.objects.get(pk=item.pk),),
                due_on=found + days(70) if fate == "closed" else stage.today + days(30),
                due_is_month=True,
            )
        ],
        by=legal,
        at=at,
        today=stage.today,
    )
    move(ProblemMove.START, 8, clerk)
    done = fate == "closed"
    on = found + days(60)
    report_progress(
        measure_id=measure.pk,
        on=on,
        text="已逐件核查并完成整改。" if done else "已列出清单，正在逐件整改。",
        by=clerk,
        at=stage.moment(on, 11),
        today=stage.today,
        finishes=done,
    )
    if fate == "nearly":
        move(ProblemMove.NEARLY, 90, clerk, reason="已完成九成，剩余两件待补充材料。")
    if not done:
        return
    proof = Reference("整改材料汇编", item.unit.name, kind=EvidenceKind.MATERIAL, day=on)
    add_evidence(target=item, references=[proof], by=clerk, at=stage.moment(on, 12))
    move(ProblemMove.SUBMIT, 64, clerk, reason="整改完成，请核查。")
    move(ProblemMove.VERIFY, 68, stage.users[f"{DEMO_BUREAU}:inspector"], reason="核查属实。")
    decided = found + days(82)
    decision = Decision(f"{CITY}整改认定通知〔{decided.year}〕11号", decided)
    move(ProblemMove.CLOSE, 84, legal, decision=decision)


def supervise(stage: Stage) -> None:
    """Offices that issue notices, two notices, an item from the procuratorate, a task, a round."""
    squad = stage.units[DEMO_BUREAU, "法制大队"]
    office = IssuingOffice.objects.create(
        unit=squad, name=f"{DEMO_BUREAU}法制大队", prefix="东公法督"
    )
    IssuingOffice.objects.create(unit=stage.city, name=f"{CITY}法制支队", prefix="示公法督")
    _notices(stage, office)
    _recommendation(stage)
    _task(stage)
    _round(stage)


def _notices(stage: Stage, office: IssuingOffice) -> None:
    """One on an overdue problem, received and not yet answered; one still to be signed."""
    legal, clerk = stage.legal_user(DEMO_BUREAU), stage.clerk_user(DEMO_BUREAU)
    station = clerk.person.unit
    overdue = Problem.objects.standing().filter(
        bureau=stage.bureaus[DEMO_BUREAU], due_on__lt=stage.today, state=ProblemState.IN_HAND.value
    )
    late = overdue.order_by("pk").first()
    drafts = [
        (late.unit, late, "督办逾期未整改问题", "请说明逾期原因，明确完成时限并报送整改情况。"),
        (station, None, "督办法制学习记录补录", "请核对本季度法制学习记录，逐次补齐材料。"),
    ]
    for number, (unit, problem, title, demand) in enumerate(drafts):
        on = stage.today - days(9 - number * 8)
        at = stage.moment(on, 9, 20)
        with history_of(legal, at):
            notice = draft_notice(
                NoticeDraft(
                    office=office,
                    unit=unit,
                    title=title,
                    answer_by=on + days(15),
                    drafted_on=on,
                    items=(ItemDraft(demand, problem_id=problem.pk if problem else None),),
                    text="请按期办结，并将办理情况经单位负责人审批后回复。",
                ),
                by=legal,
                at=at,
                today=stage.today,
            )
        if number:
            continue
        signing = {"on": on + days(1), "today": stage.today}
        leader = stage.users["leader"]
        at = stage.moment(on + days(1), 10)
        with history_of(leader, at):
            approve_notice(notice_id=notice.pk, by=leader, at=at, **signing)
        receiver = clerk if unit == station else legal
        at = stage.moment(on + days(2), 9)
        with history_of(receiver, at):
            receive_notice(
                notice_id=notice.pk, on=on + days(2), by=receiver, at=at, today=stage.today
            )


def _recommendation(stage: Stage) -> None:
    """A paper of the procuratorate came in and wants a reply."""
    legal = stage.legal_user(DEMO_BUREAU)
    received = stage.today - days(20)
    at = stage.moment(received, 16)
    with history_of(legal, at):
        draft = ProblemDraft(
            unit=stage.units[DEMO_BUREAU, "法制大队"],
            title="社区矫正对象信息通报不及时",
            description="个别信息未在规定时限内通报有关单位。",
            source=stage.sources["procuratorate"],
            source_document=f"示东检建〔{received.year}〕2号",
            source_day=received - days(3),
            received_on=received,
            reply_due_on=received + days(60),
            found_on=received,
            raised_from_above=True,
            raised_by="示例区人民检察院",
            causes=(Cause("信息交接没有固定渠道。", stage.cause_kinds["rules"]),),
            themes=(stage.themes["cases"],),
            within=Within(60),
        )
        register_problems([draft], by=legal, at=at, today=stage.today)


def _task(stage: Stage) -> None:
    """An item of the city's yearly plan, with a measure that answers it."""
    legal = stage.legal_user(DEMO_BUREAU)
    squad = stage.units[DEMO_BUREAU, "法制大队"]
    issued = date(stage.year, 1, 20) if stage.today > date(stage.year, 2, 20) else stage.today
    at = stage.moment(issued, 15)
    with history_of(legal, at):
        task = set_task(
            TaskDraft(
                unit=squad,
                issuer=CITY,
                document=f"{CITY}年度法治建设工作要点",
                item="第三项",
                title="建立行政执法案卷交叉评查机制",
                issued_on=issued,
                due_on=date(stage.year, 12, 1),
                due_is_month=True,
            ),
            by=legal,
            at=at,
            today=stage.today,
        )
        set_measures(
            [
                MeasureDraft(
                    unit=squad,
                    title="每季度组织一次所队案卷交叉评查",
                    standard="全年四次，每次有通报。",
                    set_on=issued,
                    task=task,
                    due_on=date(stage.year, 12, 31),
                )
            ],
            by=legal,
            at=at,
            today=stage.today,
        )


def _round(stage: Stage) -> None:
    """A round over closed problems that the leader in charge of the bureau checks himself."""
    bureau, legal = stage.bureaus[DEMO_BUREAU], stage.legal_user(DEMO_BUREAU)
    ordered = stage.today - days(12)
    at = stage.moment(ordered, 10)
    checker = stage.holder(bureau, "in_charge", ordered)
    closed = Problem.objects.standing().filter(
        bureau=bureau, state=ProblemState.CLOSED.value, closed_on__lt=ordered, as_published=False
    )
    sample = [p.pk for p in closed.filter(counts=True).order_by("pk")[:3]]
    with history_of(legal, at):
        made = order_round(
            RoundDraft(
                bureau=bureau,
                title="已销号问题回头看",
                ordered_on=ordered,
                due_on=ordered + days(30),
                checkers=(checker,),
                document_number=f"东公法〔{ordered.year}〕17号",
            ),
            by=legal,
            at=at,
            today=stage.today,
        )
    choose_sample(round_id=made.pk, chosen=sample, shown=sample)
    on = ordered + days(6)
    at = stage.moment(on, 15)
    with history_of(legal, at):
        check_item(
            item_id=made.items.order_by("pk").first().pk,
            on=on,
            result=LookBackResult.HELD,
            checker=checker,
            note="抽查十份材料，未发现同类问题。",
            by=legal,
            at=at,
            today=stage.today,
        )
