"""The minutes of a meeting as a .docx in the official format."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.official_docx import OfficialDocument
from reports.selectors.minutes import Minutes, MinutesItem


def minutes_docx(minutes: Minutes, *, at: datetime) -> bytes:
    """The same words as the printed page, made at the moment ``at``. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(minutes.title, author=minutes.issuer, at=at)
        if minutes.mark:
            made.mark(minutes.mark)
        made.blank()
        for label, words in minutes.facts:
            made.text(words, lead=_("%(label)s：") % {"label": label})
        made.text(minutes.opening)
        for line in minutes.summary:
            made.text(line)
        for item in minutes.items:
            _write(made, item)
        if minutes.legal:
            made.text("\n".join(minutes.legal), lead=_("法制部门列席意见："))
        made.blank()
        for label, names in (*minutes.attendance, *minutes.recorded):
            made.listing(label, names)
        made.signature(minutes.issuer, minutes.day)
        return made.to_bytes()


def _write(made: OfficialDocument, item: MinutesItem) -> None:
    made.heading(item.title)
    if item.result:
        made.text(item.result, lead=_("结果："))
    if item.resolution:
        made.text("\n".join(item.resolution), lead=_("议定事项："))
    if item.legal_opinion:
        made.text("\n".join(item.legal_opinion), lead=_("法制意见："))
