"""Words of duties, deeds and accounts given."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.urls import reverse

from reports.domain.access import Act
from reports.domain.first_person import DeedKind
from reports.models import Appointment, Deed, Due, WorkRecord
from reports.models.choices import DEED_KIND_LABELS, listed
from reports.selectors.first_person import link_of
from reports.selectors.first_person import post_words as words_of_post

register = template.Library()


@register.filter
def deed_kind(code: str) -> str:
    """The word of a kind: 重要工作亲自部署."""
    return str(DEED_KIND_LABELS[DeedKind(code)])


@register.filter
def deed_kinds(codes: Iterable[str]) -> str:
    """Several kinds in a row."""
    return listed(deed_kind(code) for code in codes)


@register.filter
def held_as(term: Appointment) -> str:
    """第一责任人（主持工作）"""
    return words_of_post(term)


@register.filter
def period_of(labels: Mapping[int, str], due: Due) -> str:
    """What the period of a due is called, from the names the page has."""
    return labels[due.pk]


@register.filter
def links_something(deed: Deed) -> bool:
    """Whether the deed refers to a record, which need not be read for that."""
    return link_of(deed) is not None


@register.simple_tag(takes_context=True)
def deed_of(context: template.Context, what: str, record: Model) -> str:
    """Where the record is noted as a deed of a leader; empty for who may not.

    ``what`` is the column that keeps it; wants its unit and bureau loaded. Work about individual
    cases is offered as an appearance in court, never as one of the 四个亲自.
    """
    scope = context.get("scope")
    if scope is None or context.get("is_past_day") or not scope.may(Act.RECORD_DEED, record):
        return ""
    parts: dict[str, object] = {what: record.pk}
    if isinstance(record, WorkRecord) and record.kind.is_case:
        parts["kind"] = DeedKind.COURT.value
    return f"{reverse('reports:deed-new')}?{urlencode(parts)}"
