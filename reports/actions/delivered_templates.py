"""The templates of the annual report that a ledger is delivered with; bureaus copy them."""

from datetime import datetime

from django.db import transaction

from reports.actions.report_templates import write_sections
from reports.domain.report_templates import DELIVERED
from reports.models import ReportTemplate


@transaction.atomic
def lay_templates(*, at: datetime) -> None:
    """Three orders of the report's parts: that of the regulation, the first responsible person in
    front, and within part one; what is there stays."""
    there = set(ReportTemplate.objects.values_list("code", flat=True))
    for position, plan in enumerate(DELIVERED, start=1):
        if plan.code in there:
            continue
        template = ReportTemplate(code=plan.code, name=plan.name, position=position * 10)
        template._history_date = at
        template.save()
        write_sections(template, plan)
