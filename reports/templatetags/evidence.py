"""How a piece of evidence is shown."""

from django import template

from reports.actions.evidence import INLINE
from reports.models import Evidence, Meeting
from reports.models.choices import EVIDENCE_KIND_LABELS, listed
from reports.selectors.evidence import lacking_kinds

register = template.Library()


@register.filter
def shown_as(evidence: Evidence) -> str:
    """ "picture" or "pdf" where a browser shows it within a page, otherwise nothing."""
    if not evidence.file or evidence.media_type not in INLINE:
        return ""
    return "picture" if evidence.media_type.startswith("image/") else "pdf"


@register.inclusion_tag("reports/evidence/review_badge.html")
def review_badge(evidence: Evidence) -> dict[str, object]:
    """Whether it was looked at and what came of it."""
    return {"evidence": evidence}


@register.filter
def lacking_words(meeting: Meeting) -> str:
    """The kinds a meeting of the list of lacking evidence lacks: 会议记录、签到表"""
    return listed(EVIDENCE_KIND_LABELS[kind] for kind in lacking_kinds(meeting))


@register.filter
def first_lacking(meeting: Meeting) -> str:
    """The code of the first of them, for the form that hands it in."""
    return next((kind.value for kind in lacking_kinds(meeting)), "")
