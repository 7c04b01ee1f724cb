"""What became of a paragraph, changes of figures with their sign, and how a problem stands."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


@register.filter
def state_tone(state: str) -> str:
    """The tone of what became of a paragraph."""
    return STATES[state][0]


@register.filter
def state_word(state: str) -> str:
    """The word of what became of a paragraph."""
    return str(STATES[state][1])


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
