"""The first responsible person of the demo bureau: duties, deeds, accounts given. All invented."""

from datetime import date

from reports.actions.first_person import (
    AccountDraft,
    DeedDraft,
    adopt_list,
    confirm_list,
    record_account,
    record_deed,
)
from reports.actions.problems import ProblemDraft, register_problems
from reports.domain.first_person import AccountForm, DeedForm, DeedKind, DutyLevel
from reports.models import (
    DutyList,
    Measure,
    Meeting,
    Notice,
    Problem,
    SuperiorTask,
    Unit,
    WorkRecord,
)

from .city import BUREAUS, DEMO_BUREAU
from .dice import dice
from .stage import Stage, days

KINDS, FORMS = DeedKind, DeedForm
# Month, day, kind, form, what it is linked to, what it is called, occasion, document, days until it
# was entered. Without a name it is called like what it is linked to.
ROWS = (
    (1, 15, KINDS.DEPLOYED, FORMS.MEETING, "", "部署年度法治公安建设重点任务", "局党委会", "", 2),
    (2, 12, KINDS.STUDY, FORMS.MEETING, "meeting", "", "局党委会会前学法", "", 1),
    (
        2,
        25,
        KINDS.REVIEWED,
        FORMS.INSTRUCTION,
        "",
        "审阅法治政府建设年度报告送审稿",
        "",
        "东公呈〔%s〕6号",
        1,
    ),
    (3, 12, KINDS.ASKED, FORMS.INSTRUCTION, "problem", "", "在法制大队专报上批示", "", 3),
    (
        3,
        26,
        KINDS.COUNSEL,
        FORMS.MEETING,
        "",
        "听取法律顾问对办案场所改造合同的意见",
        "局长办公会议",
        "",
        1,
    ),
    (
        4,
        9,
        KINDS.COORDINATED,
        FORMS.MEETING,
        "",
        "协调涉案财物集中保管场所选址",
        "专题协调会",
        "",
        12,
    ),
    (4, 22, KINDS.SUPERVISED, FORMS.INSTRUCTION, "task", "", "在上级通知上批示", "", 2),
    (
        5,
        7,
        KINDS.REPORT_HEARD,
        FORMS.MEETING,
        "",
        "听取执法质量考评情况汇报",
        "执法管理委员会会议",
        "",
        1,
    ),
    (
        5,
        28,
        KINDS.DEPLOYED,
        FORMS.RESEARCH,
        "",
        "部署执法办案管理中心规范运行",
        "到执法办案管理中心调研",
        "",
        1,
    ),
    (5, 20, KINDS.COORDINATED, FORMS.RESEARCH, "", "协调执法记录仪配备", "到派出所调研", "", 1),
    (5, 26, KINDS.SUPERVISED, FORMS.INSTRUCTION, "task", "", "在上级通知上批示", "", 1),
    (6, 3, KINDS.ASKED, FORMS.INSTRUCTION, "problem", "", "在督察通报上批示", "", 2),
    (6, 11, KINDS.ASKED, FORMS.MEETING, "problem", "", "听取整改进展时过问", "", 2),
    (6, 26, KINDS.SUPERVISED, FORMS.INSTRUCTION, "measure", "", "在进展报告上批示", "", 1),
    (
        7,
        16,
        KINDS.COORDINATED,
        FORMS.RESEARCH,
        "",
        "协调派出所案卷评查力量统筹",
        "到派出所调研",
        "",
        4,
    ),
    (
        8,
        20,
        KINDS.REVIEWED,
        FORMS.INSTRUCTION,
        "",
        "审阅规范性文件清理意见",
        "",
        "东公法〔%s〕21号",
        1,
    ),
    (9, 10, KINDS.COURT, FORMS.OTHER, "court", "行政机关负责人出庭应诉", "区人民法院", "", 2),
    (9, 24, KINDS.SUPERVISED, FORMS.INSTRUCTION, "notice", "督办警情流转", "在督办单上批示", "", 1),
    (10, 15, KINDS.STUDY, FORMS.MEETING, "meeting", "", "局党委会会前学法", "", 1),
    (
        10,
        29,
        KINDS.COUNSEL,
        FORMS.MEETING,
        "",
        "听取公职律师对采购合同范本的意见",
        "局长办公会议",
        "",
        2,
    ),
    (11, 12, KINDS.ASKED, FORMS.INSTRUCTION, "problem", "", "在检查通报上批示", "", 1),
)
LAST_YEAR = (
    (3, 18, KINDS.DEPLOYED, FORMS.MEETING, "", "部署执法规范化建设年度任务", "局党委会", "", 2),
    (
        6,
        17,
        KINDS.ASKED,
        FORMS.INSTRUCTION,
        "",
        "过问办案区安全隐患整改",
        "在督察专报上批示",
        "",
        1,
    ),
    (9, 9, KINDS.COORDINATED, FORMS.RESEARCH, "", "协调法制员配备", "到派出所调研", "", 1),
    (11, 20, KINDS.SUPERVISED, FORMS.INSTRUCTION, "", "督办上年度报告所列问题整改", "", "", 3),
)
COMMENTS = (
    "述法内容完整，能够对照职责逐项说明；法制员配备须抓紧落实。",
    "对存在问题分析不够，案卷质量问题的整改措施要写明时限。",
)
NAMED = "述法反映案卷自查不经常，评查发现的问题未逐项销号"


def lead_in_person(stage: Stage) -> None:
    """Lists of two years, what two holders of the post did, and last year's accounts given."""
    bureau = stage.bureaus[DEMO_BUREAU]
    _lists(stage, bureau)
    for year, rows in ((stage.year - 1, LAST_YEAR), (stage.year, ROWS)):
        for number, row in enumerate(rows):
            _deed(stage, bureau, year, number, row)
    _accounts(stage, bureau)


def _lists(stage: Stage, bureau: Unit) -> None:
    """Adopted last year, confirmed, and taken over this year with its confirmation."""
    legal = stage.legal_user(DEMO_BUREAU)
    source = DutyList.objects.get(unit=None, level=DutyLevel.GOVERNMENT_HEAD.value)
    last = adopt_list(source_id=source.pk, bureau=bureau, year=stage.year - 1, by=legal)
    confirm_list(list_id=last.pk, by=legal, on=date(stage.year - 1, 1, 9))
    adopt_list(source_id=last.pk, bureau=bureau, year=stage.year, by=legal)


def _deed(stage: Stage, bureau: Unit, year: int, number: int, row: tuple) -> None:
    month, day, kind, form, link, title, occasion, document, later = row
    on = date(year, month, day)
    person = stage.holder(bureau, "first_person", on)
    if on > stage.today or person is None:
        return
    links = _linked(bureau, link, on, person.pk, number)
    record_deed(
        DeedDraft(
            unit=bureau,
            person=person,
            on=on,
            kind=kind,
            form=form,
            title=title or next((each.title for each in links.values()), "研究法治建设工作"),
            occasion=occasion,
            document_number=document % year if document else "",
            links=links,
        ),
        by=stage.legal_user(DEMO_BUREAU),
        at=stage.moment(on + days(later)),
        today=stage.today,
    )


def _linked(bureau: Unit, what: str, on: date, person: int, number: int) -> dict[str, object]:
    """A record of the ledger that was there on the day; none where there is none."""
    rows = {
        "meeting": Meeting.objects.standing().filter(
            bureau=bureau, presided_by=person, held_on__range=(on - days(60), on)
        ),
        "problem": Problem.objects.standing().filter(bureau=bureau, found_on__lte=on),
        "measure": Measure.objects.standing().filter(bureau=bureau, set_on__lte=on),
        "task": SuperiorTask.objects.filter(
            bureau=bureau, issued_on__lte=on, cancelled_at__isnull=True
        ),
        "notice": Notice.objects.filter(
            bureau=bureau, approved_on__lte=on, cancelled_at__isnull=True
        ),
        "court": WorkRecord.objects.standing().filter(
            bureau=bureau, kind__code="court_appearance", on__range=(on - days(90), on)
        ),
    }
    if what not in rows:
        return {}
    order = {"meeting": "-held_on", "court": "-on"}.get(what, "-pk")
    found = list(rows[what].order_by(order, "pk")[: number + 1])
    if not found:
        return {}
    return {"record" if what == "court" else what: found[dice(what, number) % len(found)]}


def _accounts(stage: Stage, bureau: Unit) -> None:
    """The head at the meeting of January, stations in writing until March; the last two not yet."""
    year = stage.year - 1
    legal = stage.legal_user(DEMO_BUREAU)
    (row,) = [each for each in BUREAUS if each.short == DEMO_BUREAU]
    stations = [stage.units[DEMO_BUREAU, each.name] for each in row.stations]
    places = [(bureau, "first_person"), *((unit, "station_head") for unit in stations[:-2])]
    for number, (unit, post) in enumerate(places):
        on = date(stage.year, 1, 20) + days(number * 4)
        person = stage.holder(unit, post, date(year, 12, 31))
        if on > stage.today or person is None:
            continue
        commented = number < len(COMMENTS)
        account = record_account(
            AccountDraft(
                unit=unit,
                person=person,
                year=year,
                form=AccountForm.MEETING if number == 0 else AccountForm.WRITTEN,
                on=on,
                before="市局党委" if number == 0 else "局党委",
                comment=COMMENTS[number] if commented else "",
                commented_by="市局法治办（示例）" if number == 0 else "局党委书记" * commented,
            ),
            by=legal,
            at=stage.moment(on + days(1)),
            today=stage.today,
        )
        if number == 1:
            register_problems(
                [
                    ProblemDraft(
                        unit=unit,
                        title=NAMED,
                        source=stage.sources["accountability"],
                        found_on=on,
                        account=account,
                        due_on=date(stage.year, 6, 30),
                    )
                ],
                by=legal,
                at=stage.moment(on + days(2)),
                today=stage.today,
            )
