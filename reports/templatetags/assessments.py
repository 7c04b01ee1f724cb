"""What the pages of assessments show."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from reports.domain.assessments import plain_points
from reports.domain.summaries import OwnFinding
from reports.models import Assessment
from reports.models.choices import OWN_FINDING_LABELS

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """Points as they are written: 5, 2.5; nothing for none."""
    return plain_points(value)


@register.filter
def finding_word(code: str) -> str:
    """The word of an own finding."""
    return str(OWN_FINDING_LABELS[OwnFinding(code)]) if code else _("未自评")


@register.simple_tag
def progress_words(assessment: Assessment, progress: Mapping[int, Any]) -> str:
    """How many of the items have a finding: 8 / 12."""
    found = progress.get(assessment.pk)
    return f"{found.found} / {found.items}" if found else "0 / 0"
