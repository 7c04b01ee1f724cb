"""Milestones of measures and tasks from above as the eye meets them."""

from datetime import date

from django import template
from django.utils.safestring import SafeString

from reports.domain.measures import MilestoneStanding
from reports.domain.tasks import TaskStanding
from reports.models import Measure, SuperiorTask
from reports.models.choices import MILESTONE_STANDING_LABELS, TASK_STANDING_LABELS
from reports.selectors.measures import days_silent, remarks_on
from reports.selectors.tasks import task_standing_of
from reports.templatetags.reports_ui import state_badge

register = template.Library()
QUIET = {MilestoneStanding.LEFT: "quiet", TaskStanding.CANCELLED: "quiet"}


@register.simple_tag
def milestone_badge(standing: MilestoneStanding) -> SafeString:
    """How a step of a measure stands."""
    return state_badge(
        standing.value, str(MILESTONE_STANDING_LABELS[standing]), QUIET.get(standing, "")
    )


@register.simple_tag
def task_badge(task: SuperiorTask, on: date) -> SafeString:
    """How a task from above stands on a day."""
    standing = task_standing_of(task, on)
    return state_badge(standing.value, str(TASK_STANDING_LABELS[standing]), QUIET.get(standing, ""))


@register.filter
def task_overdue(task: SuperiorTask, on: date) -> bool:
    return task_standing_of(task, on) == TaskStanding.OVERDUE


@register.filter
def silent_days(measure: Measure, on: date) -> int:
    """For how many days nothing was told, where silence is remarked on; else 0."""
    days = days_silent(measure, on)
    return days if days > measure.silence_days else 0


@register.filter
def is_vague(measure: Measure) -> bool:
    """Whether its wording leaves something open; only said while it is open."""
    ended = measure.done_on is not None or measure.dropped_on is not None
    return not ended and bool(remarks_on(measure))


@register.simple_tag(takes_context=True)
def this_query(context: template.Context) -> str:
    """``?…`` of this page without page and export, to show the same selection elsewhere."""
    parts = context["request"].GET.copy()
    for name in ("page", "_export", "sort"):
        parts.pop(name, None)
    return f"?{parts.urlencode()}" if parts else ""
