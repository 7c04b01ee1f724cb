"""Rounds of later checks as the eye meets them."""

from datetime import date

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.domain.look_backs import RoundStanding
from reports.domain.problems import LookBackResult
from reports.models import LookBackRound
from reports.models.choices import LOOK_BACK_RESULT_LABELS, ROUND_STANDING_LABELS
from reports.selectors.rounds import round_standing_of
from reports.templatetags.reports_ui import state_badge

register = template.Library()
STANDING_TONES = {
    RoundStanding.RUNNING: "info",
    RoundStanding.OVERDUE: "bad",
    RoundStanding.ENDED: "good",
    RoundStanding.ENDED_LATE: "warn",
    RoundStanding.CANCELLED: "quiet",
}
RESULT_TONES = {
    LookBackResult.HELD: "good",
    LookBackResult.INSUFFICIENT: "warn",
    LookBackResult.RELAPSED: "bad",
}


@register.simple_tag
def round_badge(found: LookBackRound, on: date) -> SafeString:
    """How a round stands on a day."""
    standing = round_standing_of(found, on)
    return state_badge("", str(ROUND_STANDING_LABELS[standing]), STANDING_TONES[standing])


@register.simple_tag
def result_badge(result: LookBackResult | None) -> SafeString:
    """What a later check found, or that nobody has checked yet."""
    if result is None:
        return state_badge("", str(_("待检查")), "quiet")
    return state_badge("", str(LOOK_BACK_RESULT_LABELS[result]), RESULT_TONES[result])


@register.filter
def result_word(result: LookBackResult | None) -> str:
    return str(_("待检查") if result is None else LOOK_BACK_RESULT_LABELS[result])
