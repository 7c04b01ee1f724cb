"""What every change of a report asks first and leaves behind: whether the report is open, its line
in the history and the whole text.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.report_moves import EDITABLE
from reports.domain.summaries import ReportState
from reports.models import AnnualReport, ReportMove, Section, TextVersion
from reports.models.choices import REPORT_MOVE_LABELS, REPORT_STATE_LABELS, day_label
from reports.models.choices import ReportMove as Move
from reports.selectors.report_reading import text_now


def refuse_unless_open(
    report: AnnualReport,
    refusal: type[Refused],
    states: Collection[ReportState] = EDITABLE,
) -> None:
    """Refuse what changes a report that is signed, published, or just being looked at."""
    if report.state == ReportState.SIGNED:
        raise refusal(
            [
                _("报告已于%(day)s由%(signer)s签发，正文和数据已固定，不能再改。")
                % {"day": day_label(report.signed_on), "signer": report.signer}
            ]
        )
    if report.state == ReportState.PUBLISHED:
        raise refusal([_("这是已公开的文本，不能汇编、修改或签发。")])
    if report.state not in states:
        state = REPORT_STATE_LABELS[ReportState(report.state)]
        raise refusal([_("报告正在%(state)s，退回起草后才能改动。") % {"state": state}])


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
