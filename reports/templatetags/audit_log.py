"""How the audit log says what was done, and to what."""

from datetime import datetime

from django import template
from django.utils.timezone import localtime

from reports.models import AuditEntry
from reports.models.choices import AUDIT_DETAIL_LABELS, audit_doing

register = template.Library()


@register.filter
def doing_label(entry: AuditEntry) -> str:
    """问题·修改; a command by its own name, and what has no words by that of its address."""
    return audit_doing(entry.action)


@register.filter
def exact(value: datetime) -> str:
    """2026-03-18 14:05:09, local time: an audit counts seconds."""
    return f"{localtime(value):%Y-%m-%d %H:%M:%S}"


@register.filter
def detail_label(name: str) -> str:
    """The word for the name of a detail; a name without one stays."""
    return str(AUDIT_DETAIL_LABELS.get(name, name))
