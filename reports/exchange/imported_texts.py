"""A published text on its way into the ledger: read, compared with what is there, and kept."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.actions.imported_texts import TextDraft, keep_text, kept_already
from reports.actions.refusals import Refused
from reports.domain.drafts import drafts_of_notice, drafts_of_report, title_line
from reports.domain.imports import TextKind
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.rectification import read_notice
from reports.domain.wording import NoReport, read_report
from reports.models import ImportedText, Unit
from reports.models.choices import NO_REPORT_REASONS
from reports.selectors.draft_proposals import propose

# What the reader says beside the drafts.
KEPT = ("metadata", "sections", "first_person", "stated_totals", "found_totals", "differences")


class NotRecognised(Refused):
    """The text is no report, or no notice; nothing is kept."""


def bring_in(
    *,
    bureau: Unit,
    kind: TextKind,
    file_name: str,
    text: str,
    by: User,
    at: datetime,
    today: date,
) -> tuple[ImportedText, bool]:
    """Read a text and keep it with its drafts; gives it, and whether it is new.

    The same text of the same bureau proposes nothing new. Refuses in a sentence what is no text
    of its kind, and one in which nothing was found.
    """
    if there := kept_already(bureau, text):
        return there, False
    if kind == TextKind.NOTICE:
        notice = read_notice(text)
        data, why = notice.as_data(), _no_notice(notice.why_not)
        drafts = [] if why else drafts_of_notice(text, data)
    else:
        report = read_report(text)
        data = report.as_data()
        why = str(NO_REPORT_REASONS[report.why_not]) if report.why_not else ""
        drafts = [] if why else drafts_of_report(text, data)
    if why or not drafts:
        raise NotRecognised([why or _("文本中没有读出可以录入的内容。")])
    metadata = data["metadata"]
    with override(DOCUMENT_LANGUAGE):
        name = _title_of(kind, metadata, file_name, text)
        propose(
            bureau,
            kind,
            title=name,
            source=text,
            metadata=metadata,
            drafts=drafts,
            today=today,
        )
    draft = TextDraft(
        bureau=bureau,
        kind=kind,
        file_name=file_name,
        text=text,
        title=name,
        year=metadata["year"],
        reading={key: data[key] for key in KEPT if key in data},
        drafts=drafts,
    )
    return keep_text(draft, by=by, at=at)


def _title_of(kind: TextKind, metadata: Mapping[str, Any], file_name: str, text: str) -> str:
    """The text's own title; of a report without one, whose it is and of which year."""
    if metadata["title"]:
        return str(metadata["title"])
    told = {"issuer": metadata["issuer"], "year": metadata["year"]}
    if kind == TextKind.REPORT and all(told.values()):
        return _("%(issuer)s%(year)s年度法治政府建设年度报告") % told
    return title_line(text) or file_name.rpartition(".")[0] or file_name


def _no_notice(why: NoReport | None) -> str:
    if why is None:
        return ""
    if why == NoReport.EMPTY:
        return _("文件里没有文字。")
    if why == NoReport.WITHOUT_CHAPTERS:
        return _("没有读到逐项列出的整改问题。")
    return _("没有读到整改情况通报的内容。")
