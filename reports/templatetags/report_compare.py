"""Two texts as one, changes with their sign, and how a report stands."""

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.comparisons import Change, Run
from reports.domain.figures import plain
from reports.domain.problems import ProblemState
from reports.models.choices import PROBLEM_STATE_LABELS

register = template.Library()

STATES = {
    "same": ("quiet", gettext_lazy("未变")),
    "changed": ("warn", gettext_lazy("改动")),
    "added": ("good", gettext_lazy("新增")),
    "removed": ("bad", gettext_lazy("删去")),
}
TAGS = {Change.ADDED: "ins", Change.REMOVED: "del"}


@register.filter
def state_tone(state: str) -> str:
    """The tone of what became of a paragraph."""
    return STATES[state][0]


@register.filter
def state_word(state: str) -> str:
    """The word of what became of a paragraph."""
    return str(STATES[state][1])


@register.simple_tag
def marked_runs(runs: Iterable[Run]) -> SafeString:
    """The text with what went in ``del`` and what came in ``ins``; a reader hears the words, too.

    What went and what came is said in words for who sees no strokes.
    """
    return format_html_join("", "{}", ((_marked(run),) for run in runs))


def _marked(run: Run) -> SafeString | str:
    if run.change == Change.SAME:
        return run.text
    word = _("删去：") if run.change == Change.REMOVED else _("新写：")
    spoken = format_html('<span class="visually-hidden">{}</span>', word)
    if run.change == Change.REMOVED:
        return format_html("<del>{}{}</del>", spoken, run.text)
    return format_html("<ins>{}{}</ins>", spoken, run.text)


@register.filter
def number(value: Decimal | int | None) -> str:
    """A figure as it is read; a dash where a report does not have it."""
    return "—" if value is None else plain(Decimal(value), groups=True)


@register.filter
def signed(value: Decimal | None) -> str:
    """A change with its sign; a dash where there is nothing to compare, 持平 where it is nought."""
    if value is None:
        return "—"
    if not value:
        return _("持平")
    return f"{'+' if value > 0 else '−'}{number(abs(value))}"


@register.simple_tag
def problem_state(state: str) -> SafeString:
    """The state of a problem as a badge."""
    label = PROBLEM_STATE_LABELS[ProblemState(state)]
    return format_html('<span class="badge-v info">{}</span>', label)
