"""Notices (督办单) as the eye meets them."""

from datetime import date

from django import template
from django.db.models import Model
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.access import Act
from reports.domain.notices import STEPS, NoticeState
from reports.models import Notice, NoticeMove
from reports.models.choices import NOTICE_MOVE_LABELS, NOTICE_STATE_LABELS
from reports.selectors.notices import late_days
from reports.templatetags.reports_ui import state_badge

register = template.Library()
TONES = {
    NoticeState.DRAFT: "quiet",
    NoticeState.APPROVED: "warn",
    NoticeState.RECEIVED: "info",
    NoticeState.ANSWERED: "info",
    NoticeState.ENDED: "good",
}


@register.simple_tag
def notice_badge(notice: Notice) -> SafeString:
    """Where a notice stands, as of the day it was read for."""
    if notice.is_cancelled:
        return state_badge("", str(_("已作废")), "quiet")
    state = NoticeState(getattr(notice, "state_then", None) or notice.state)
    return state_badge("", str(NOTICE_STATE_LABELS[state]), TONES[state])


@register.filter
def notice_late(notice: Notice, on: date) -> int:
    """How many days late, as of a day; 0 in time."""
    return late_days(notice, on)


@register.simple_tag
def late_words(notice: Notice, on: date) -> str:
    """逾期3天未回复, 逾期3天回复, or nothing."""
    late = late_days(notice, on)
    if not late:
        return ""
    if getattr(notice, "answered_then", notice.answered_on):
        return ngettext("逾期%(n)s天回复", "逾期%(n)s天回复", late) % {"n": late}
    return ngettext("逾期%(n)s天未回复", "逾期%(n)s天未回复", late) % {"n": late}


@register.simple_tag(takes_context=True)
def may_urge(context: template.Context, record: Model) -> bool:
    """Whether the reader may issue a notice about a unit or a record; wants its bureau loaded."""
    scope = context.get("scope")
    return scope is not None and scope.may(Act.ISSUE_NOTICE, record)


@register.simple_tag
def step_word(moves: list[NoticeMove], place: int) -> str:
    """What a step of the timeline was, from where it led and from where it came."""
    state = NoticeState(moves[place].to_state)
    before = NoticeState(moves[place - 1].to_state) if place else None
    if state == NoticeState.DRAFT:
        return _("改稿") if before == NoticeState.DRAFT else _("拟稿")
    if before is None:
        return _("登记来文")
    made = [step.move for step in STEPS if (step.before, step.after) == (before, state)]
    return str(NOTICE_MOVE_LABELS[made[0]] if made else NOTICE_STATE_LABELS[state])
