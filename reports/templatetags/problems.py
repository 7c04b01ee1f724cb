"""Problems and measures as the eye meets them."""

from datetime import date, datetime

from django import template
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.measures import MeasureStanding
from reports.domain.problems import ENDED
from reports.models import Measure, Problem
from reports.models.choices import MEASURE_STANDING_LABELS, day_label, month_label
from reports.selectors import problem_papers
from reports.selectors.measures import standing_of
from reports.selectors.problem_record import Entry
from reports.selectors.problems import is_overdue
from reports.templatetags.reports_ui import state_badge

register = template.Library()


@register.simple_tag
def problem_badge(problem: Problem) -> SafeString:
    """Where a problem stands; what is only read from a published text says so."""
    if problem.is_cancelled:
        return state_badge("", str(_("已作废")), "quiet")
    if problem.as_published and problem.state != "closed":
        return state_badge("", str(_("据已公开报告")), "quiet")
    return state_badge(getattr(problem, "state_then", problem.state), str(problem.state_word))


@register.simple_tag
def measure_badge(measure: Measure, on: date) -> SafeString:
    """How a measure stands on a day; 基本完成 is still open."""
    if measure.is_cancelled:
        return state_badge("", str(_("已作废")), "quiet")
    stands = standing_of(measure, on)
    if stands in (MeasureStanding.IN_TIME, MeasureStanding.NO_MOVEMENT):
        if measure.as_published:
            return state_badge("", str(_("据已公开报告")), "quiet")
        if getattr(measure, "nearly_done", False):
            return state_badge("in_time", str(_("基本完成")))
    return state_badge(stands.value, str(MEASURE_STANDING_LABELS[stands]))


@register.simple_tag
def due_words(day: date | None, month_only: bool = False, beside: date | None = None) -> str:
    """A due day, or only its month."""
    if day is None:
        return ""
    if not month_only:
        return day_label(day, beside)
    return _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}


@register.filter
def problem_overdue(problem: Problem, on: date) -> bool:
    return is_overdue(problem, on)


@register.filter
def decision_words(document: str) -> str:
    return problem_papers.decision_words(document)


@register.filter
def problem_ended(problem: Problem) -> bool:
    return getattr(problem, "state_then", problem.state) in ENDED


@register.filter
def measure_overdue(measure: Measure, on: date) -> bool:
    return not measure.is_cancelled and standing_of(measure, on) == MeasureStanding.OVERDUE


@register.filter
def entered_later(entered: datetime | None, happened: date | None) -> str:
    """事后n日录入, from day 8 on."""
    if not entered or not happened:
        return ""
    late = (localtime(entered).date() - happened).days
    return ngettext("事后%(n)s日录入", "事后%(n)s日录入", late) % {"n": late} if late > 7 else ""


@register.filter
def entered_on(entered: datetime | None, happened: date | None) -> str:
    """录入于6月9日, where it was entered on a later day; from day 8 on 录入于6月9日，事后9日."""
    if not entered or not happened:
        return ""
    day = localtime(entered).date()
    late = (day - happened).days
    if late <= 0:
        return ""
    words = {"day": day_label(day, happened), "n": late}
    if late <= 7:
        return _("录入于%(day)s") % words
    return ngettext("录入于%(day)s，事后%(n)s日", "录入于%(day)s，事后%(n)s日", late) % words


GOOD_MOVES, WARNING_MOVES = frozenset({"close"}), frozenset({"return", "reopen"})


@register.simple_tag
def timeline_tone(entry: Entry) -> str:
    """The mark of a line of the timeline: what ends well or badly, and what is only beside it."""
    row = entry.row
    if entry.what == "move":
        if row.move in GOOD_MOVES or row.to_state == "closed":
            return "good"
        return "warn" if row.move in WARNING_MOVES or row.from_state == "closed" else ""
    if entry.what == "look_back":
        return "good" if row.passed else "bad"
    if entry.what == "evidence":
        return "quiet cancelled" if row.is_cancelled else "quiet"
    return "warn" if entry.what == "notice" else "quiet"


@register.simple_tag
def problem_name(problem: Problem) -> str:
    """2025年 1.2 卷宗超期: a problem named beside one of another year."""
    return problem.named_with_year
