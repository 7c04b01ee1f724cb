"""What every change of a report leaves behind: its line in the history and the whole text."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from reports.models import AnnualReport, ReportMove, Section, TextVersion
from reports.models.choices import REPORT_MOVE_LABELS
from reports.models.choices import ReportMove as Move
from reports.selectors.report_reading import text_now


def note_step(
    report: AnnualReport,
    move: Move,
    on: date,
    *,
    by: User | None,
    at: datetime,
    today: date,
    **said: Any,
) -> ReportMove:
    """Write the line of the history, and the text as it stands after it.

    ``said``: what else the line says, such as ``to_state``, ``note``, ``person``, ``meeting``.
    """
    row = ReportMove.objects.create(
        report=report, move=move.value, on=on, recorded_at=at, recorded_by=by, **said
    )
    keep_version(report, str(said.get("note", "")), move, by=by, at=at, today=today)
    return row


def keep_version(
    report: AnnualReport, note: str, move: Move, *, by: User | None, at: datetime, today: date
) -> TextVersion:
    """Keep the whole text under the next number.

    After a new compilation the revision of every section that changed grows, so that whoever words
    it at that moment notices.
    """
    last = report.text_versions.order_by("-number").first()
    text = text_now(report, today)
    if move == Move.COMPILE and last is not None:
        before = {each.get("section"): each for each in last.text}
        changed = [each["section"] for each in text if each != before.get(each["section"])]
        Section.objects.filter(pk__in=changed).update(revision=F("revision") + 1)
    why = f"{REPORT_MOVE_LABELS[move]} {note}".strip()
    return TextVersion.objects.create(
        report=report,
        number=last.number + 1 if last is not None else 1,
        why=why[:120],
        text=text,
        recorded_at=at,
        recorded_by=by,
    )
