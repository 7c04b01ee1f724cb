"""Annual reports, honours and a handful of real files of the fictional city."""

from datetime import date

from reports.actions.evidence import Upload, add_evidence
from reports.actions.honours import HonourDraft, add_honours
from reports.actions.meetings import cancel_meeting
from reports.actions.summaries import compile_report, sign_report
from reports.models import Meeting
from reports.models.choices import EvidenceKind, HonourKind, HonourLevel

from .city import BUREAUS, DEMO_BUREAU
from .files import pdf, png
from .stage import Stage

UNSIGNED, NOT_YET = "江北分局", "高新分局"
CORRECTED = "江南分局"
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


def report_years(stage: Stage) -> None:
    """Last year's report is signed by most bureaus; this year's is begun by some."""
    last = stage.year - 1
    for row in BUREAUS:
        bureau = stage.bureaus[row.short]
        if row.short == NOT_YET:
            continue
        legal = stage.legal_user(row.short)
        compiled_on, signed_on = date(stage.year, 1, 22), date(stage.year, 2, 20)
        if compiled_on <= stage.today:
            at = stage.moment(compiled_on, 11)
            report = compile_report(
                bureau=bureau, year=last, by=legal, at=at, today=min(compiled_on, stage.today)
            )
            signer = stage.holder(bureau, "first_person", signed_on)
            if row.short != UNSIGNED and signed_on <= stage.today and signer is not None:
                # Whoever signed then may have left since, and her login with her.
                leader = stage.users.get(f"{row.short}:leader")
                leader = leader if leader and leader.pk == signer.user_id else None
                sign_report(
                    report_id=report.pk,
                    signer=signer,
                    signed_on=signed_on,
                    by=leader or legal,
                    at=stage.moment(signed_on, 16),
                    today=signed_on,
                    from_paper=leader is None,
                )
                if row.short == CORRECTED:
                    _correct_last_year(stage, row.short)
        if row.short in DRAFTING:
            compile_report(
                bureau=bureau, year=stage.year, by=legal, at=stage.now, today=stage.today
            )


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
