"""How far the import of a sheet is, as a badge."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.domain.imports import SheetState
from reports.models import SheetImport
from reports.models.choices import SHEET_STATE_LABELS

register = template.Library()

TONES = {
    SheetState.COLUMNS: "warn",
    SheetState.CHECKING: "info",
    SheetState.CHECKED: "warn",
    SheetState.ENTERING: "info",
    SheetState.ENTERED: "good",
    SheetState.DROPPED: "quiet",
}


@register.simple_tag
def sheet_state_badge(sheet: SheetImport) -> SafeString:
    """The state in words, with its colour."""
    state = SheetState(sheet.state)
    return format_html(
        '<span class="badge-v {}">{}</span>', TONES[state], SHEET_STATE_LABELS[state]
    )
