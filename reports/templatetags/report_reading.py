"""What stands beside the text of a report, and two versions of it as one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.comparisons import Change, Run
from reports.domain.report_moves import ReportStep
from reports.models.choices import REPORT_STEP_LABELS

register = template.Library()


@register.simple_tag
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key."""
    return found.get(key) if found else None


@register.simple_tag
def changes(runs: Iterable[Run]) -> SafeString:
    """Two texts as one: what went and what came is marked by element and by word, not by colour."""
    return format_html_join("", "{}", ((_run(run),) for run in runs))


def _run(run: Run) -> object:
    if run.change == Change.SAME:
        return run.text
    if run.change == Change.REMOVED:
        return format_html(
            '<del><span class="visually-hidden">{}</span>{}</del>', _("删去："), run.text
        )
    return format_html(
        '<ins><span class="visually-hidden">{}</span>{}</ins>', _("新写："), run.text
    )


@register.filter
def step_words(step: ReportStep | None, move: Any) -> object:
    """What a line of the history is called: the step on the way, or what was done."""
    return move.get_move_display() if step is None else REPORT_STEP_LABELS[step]


@register.filter
def days_words(left: int | None) -> str:
    """How many days are left until a limit, or have passed since."""
    if left is None:
        return ""
    if left < 0:
        return ngettext("逾期%(n)s天", "逾期%(n)s天", -left) % {"n": -left}
    if left == 0:
        return _("今天到期")
    return ngettext("还有%(n)s天", "还有%(n)s天", left) % {"n": left}
