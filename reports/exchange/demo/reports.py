"""Annual reports, honours and a handful of real files of the fictional city."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reports.actions.evidence import Upload, add_evidence
from reports.actions.honours import HonourDraft, add_honours
from reports.actions.meetings import AgendaDraft, MeetingDraft, cancel_meeting, record_meeting
from reports.actions.report_editing import (
    TextEdit,
    add_comment,
    edit_report,
    link_records,
    settle_comment,
)
from reports.actions.report_moves import add_addressee, correct_report, hand_in, move_report
from reports.actions.summaries import compile_report
from reports.domain.report_moves import ReportStep, hand_in_limit
from reports.models import AgendaItem, AnnualReport, Meeting, Paragraph, Person, Sentence
from reports.models.choices import EvidenceKind, HonourKind, HonourLevel

from .city import BUREAUS, DEMO_BUREAU
from .files import pdf, png
from .stage import Stage

UNSIGNED, NOT_YET = "江北分局", "高新分局"
CORRECTED = "江南分局"
HANDED_LATE, SECOND_VERSION = "西城分局", "临港分局"
# To whom the report goes, and how.
ADDRESSEES: Mapping[str, str] = {
    "示例市公安局法制支队": "公文交换",
    "区委全面依法治区委员会办公室": "机要交换",
}
# Written by hand: the first sentence is proved by a record, the second waits for one.
WRITTEN = (
    "工作机制建设",
    "健全法制部门列席党委会制度，重大决策事项先听取法制意见。建立与检察机关、审判机关的会商机制。",
)
DRAFTING = (DEMO_BUREAU, "临港分局")


def award(stage: Stage) -> None:
    """Honours of last year."""
    add_honours(
        [
            HonourDraft(
                stage.bureaus[row.short],
                stage.year - 1,
                title,
                "示例省公安厅",
                kind=(HonourKind.ASSESSMENT if "考评" in title else HonourKind.HONOUR).value,
                level=HonourLevel.PROVINCE.value,
            )
            for row in BUREAUS
            for title in row.honours
        ],
        by=None,
        at=stage.now,
        today=stage.today,
    )


def attach_files(stage: Stage) -> None:
    """Minutes and photos of the last meetings of one station and its bureau."""
    short = DEMO_BUREAU
    station = stage.units[short, stage.rows[short].stations[0].name]
    for unit, by in (
        (station, stage.clerk_user(short)),
        (stage.bureaus[short], stage.legal_user(short)),
    ):
        held = Meeting.objects.standing().filter(unit=unit).order_by("-held_on", "title")
        for number, meeting in enumerate(held[:4]):
            name = f"{meeting.title}记录"
            lines = (name, f"时间：{meeting.held_on}", f"单位：{unit.name}", meeting.summary)
            uploads = [Upload(pdf(f"{name}.pdf", lines), EvidenceKind.MINUTES, name)]
            if number % 2 == 0:
                photo = f"{meeting.title}现场"
                uploads.append(Upload(png(f"{photo}.png", number * 9), EvidenceKind.PHOTO, photo))
            at = min(meeting.recorded_at, stage.now)
            add_evidence(target=meeting, uploads=uploads, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Way:
    """The days on which a bureau's report of last year takes its steps."""

    compiled: date
    edited: date
    countersigned: date
    settled: date
    sent: date
    reviewed: date
    deliberated: date
    signed: date
    handed: date


def report_years(stage: Stage) -> None:
    """Last year's report goes its way in most bureaus; this year's is begun by some."""
    for row in BUREAUS:
        short = row.short
        if short != NOT_YET:
            _last_year(stage, short)
        if short in DRAFTING:
            compile_report(
                bureau=stage.bureaus[short],
                year=stage.year,
                by=stage.legal_user(short),
                at=stage.now,
                today=stage.today,
            )


def _last_year(stage: Stage, short: str) -> None:
    year = stage.year
    way = Way(
        compiled=date(year, 1, 22),
        edited=date(year, 1, 26),
        countersigned=date(year, 1, 28),
        settled=date(year, 2, 3),
        sent=date(year, 2, 5),
        reviewed=date(year, 2, 9),
        deliberated=date(year, 2, 12),
        signed=date(year, 2, 20),
        handed=date(year, 3, 9) if short == HANDED_LATE else date(year, 2, 26),
    )
    if way.compiled > stage.today:
        return
    report = compile_report(
        bureau=stage.bureaus[short],
        year=year - 1,
        by=stage.legal_user(short),
        at=stage.moment(way.compiled, 11),
        today=way.compiled,
    )
    if way.edited <= stage.today:
        _word(stage, short, report, way.edited)
    if way.settled <= stage.today:
        _countersign(stage, short, report, way)
    if way.sent <= stage.today:
        _step(stage, short, report, ReportStep.SEND, way.sent)
    if way.reviewed <= stage.today:
        _decide(stage, short, report, ReportStep.REVIEW, "in_charge", way.reviewed)
    if way.deliberated <= stage.today:
        item = _deliberation(stage, short, way.deliberated)
        _step(stage, short, report, ReportStep.DELIBERATE, way.deliberated, item=item)
    if short == UNSIGNED or way.signed > stage.today:
        return
    _decide(stage, short, report, ReportStep.SIGN, "first_person", way.signed)
    _hand_over(stage, short, report, way)
    if short == CORRECTED:
        _correct_last_year(stage, short)
    if short == SECOND_VERSION:
        _second_version(stage, short, report)


def _step(
    stage: Stage,
    short: str,
    report: AnnualReport,
    step: ReportStep,
    on: date,
    **more: object,
) -> None:
    move_report(
        report_id=report.pk,
        step=step,
        on=on,
        by=more.pop("by", None) or stage.legal_user(short),
        at=stage.moment(on, 16),
        today=on,
        **more,
    )


def _decide(
    stage: Stage, short: str, report: AnnualReport, step: ReportStep, post: str, on: date
) -> None:
    """By the holder's own login, or from the sheet: whoever decided then may have left since."""
    person = stage.holder(stage.bureaus[short], post, on)
    login = stage.users.get(f"{short}:leader")
    own = login is not None and person is not None and login.pk == person.user_id
    _step(
        stage,
        short,
        report,
        step,
        on,
        person=person,
        from_paper=not own,
        by=login if own else None,
    )


def _word(stage: Stage, short: str, report: AnnualReport, on: date) -> None:
    """A paragraph by hand: one sentence rests on a record, the other waits for one."""
    section = report.sections.get(role="achievements")
    legal, at = stage.legal_user(short), stage.moment(on, 10)
    edit_report(
        report_id=report.pk,
        edit=TextEdit(added={section.pk: WRITTEN}, bases={section.pk: section.revision}),
        by=legal,
        at=at,
        today=on,
    )
    said = Sentence.objects.filter(
        paragraph__section=section, paragraph__heading=WRITTEN[0]
    ).first()
    held = Meeting.objects.standing().filter(unit=stage.bureaus[short], held_on__year=report.year)
    meeting = held.order_by("-held_on", "pk").first()
    if said is not None and meeting is not None:
        link_records(sentence_id=said.pk, records=[("meeting", meeting.pk)], by=legal, at=at)


def _countersign(stage: Stage, short: str, report: AnnualReport, way: Way) -> None:
    legal = stage.legal_user(short)
    _step(
        stage,
        short,
        report,
        ReportStep.COUNTERSIGN,
        way.countersigned,
        units=["政治处", "指挥中心", "督察大队"],
    )
    paragraph = Paragraph.objects.filter(section__report=report, section__role="problems")
    first = paragraph.order_by("position").first()
    if first is None:
        return
    comment = add_comment(
        paragraph_id=first.pk,
        text="请补充培训覆盖面不够的原因。",
        unit="政治处",
        by=legal,
        at=stage.moment(way.countersigned, 17),
    )
    settle_comment(
        comment_id=comment.pk,
        answer="已与政治处核对，原因以问题台账所列为准，未改动文字。",
        by=legal,
        at=stage.moment(way.settled, 9),
    )


def _deliberation(stage: Stage, short: str, on: date) -> AgendaItem:
    bureau = stage.bureaus[short]
    chair: Person | None = stage.holder(bureau, "first_person", on)
    meeting = record_meeting(
        MeetingDraft(
            unit=bureau,
            kind_id=stage.meeting_kinds["party_committee"].pk,
            title="党委会（审议年度报告）",
            held_on=on,
            presided_by_id=chair.pk if chair else None,
            summary="审议上年度法治政府建设情况报告。",
            legal_sat_in=True,
            agenda=(
                AgendaDraft(
                    f"审议{stage.year - 1}年度法治政府建设情况报告",
                    involves_law=True,
                    legal_opinion="报告数据与台账一致，建议通过。",
                    outcome="decided",
                    resolution="原则同意，按程序签发报送。",
                ),
            ),
        ),
        by=stage.legal_user(short),
        at=stage.moment(on, 18),
        today=stage.today,
    )
    return meeting.agenda.select_related("meeting__kind", "meeting__unit__kind").get()


def _hand_over(stage: Stage, short: str, report: AnnualReport, way: Way) -> None:
    """To everyone it goes to; one bureau is late with it."""
    legal = stage.legal_user(short)
    limit = hand_in_limit(report.year)
    known = set(report.hand_ins.values_list("addressee", flat=True))
    for name in ADDRESSEES:
        if name not in known:
            add_addressee(
                report_id=report.pk,
                addressee=name,
                due_on=limit,
                by=legal,
                at=stage.moment(way.signed, 17),
                today=way.signed,
            )
    if way.handed > stage.today:
        return
    for row in report.hand_ins.order_by("pk"):
        hand_in(
            hand_in_id=row.pk,
            handed_on=way.handed,
            how=ADDRESSEES.get(row.addressee, "公文交换"),
            by=legal,
            at=stage.moment(way.handed, 15),
            today=way.handed,
        )


def _second_version(stage: Stage, short: str, report: AnnualReport) -> None:
    """One report is corrected in spring: a second version takes the whole way again."""
    begun = date(stage.year, 4, 13)
    if begun > stage.today:
        return
    new = correct_report(
        report_id=report.pk,
        reason="荣誉名称与授予文件不一致，据文件更正。",
        by=stage.legal_user(short),
        at=stage.moment(begun, 10),
        today=begun,
    )
    _step(stage, short, new, ReportStep.COUNTERSIGN, begun, units=["政治处"])
    _step(stage, short, new, ReportStep.SEND, begun)


def _correct_last_year(stage: Stage, short: str) -> None:
    """A meeting of last year proves to be entered twice after the report was signed: drift."""
    held = Meeting.objects.standing().filter(
        unit=stage.bureaus[short], kind__code="commentary", held_on__year=stage.year - 1
    )
    meeting = held.order_by("held_on").first()
    if meeting is not None:
        cancel_meeting(
            meeting_id=meeting.pk,
            because="核查发现与案件会商同场合并召开，重复记录，作废。",
            by=stage.legal_user(short),
            at=stage.moment(date(stage.year, 4, 9), 10),
        )
