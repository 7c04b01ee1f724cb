import sys
from collections import Counter

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.actions.runs import note_run
from reports.models.choices import RunKind
from reports.selectors.audit import audit_findings, audit_steps
from reports.selectors.differences import difference_sentence


class Command(BaseCommand):
    help = (
        "Recount everything that is kept; one line for each difference. Exit 1 if there is any."
        " What only wants attention is said as a warning and does not count."
    )

    def handle(self, *, verbosity, **options):
        found: Counter[str] = Counter()
        for step in audit_steps():
            if verbosity > 1:
                self.stdout.write(str(step.name))
            for difference in step.differences():
                found[difference.table] += 1
                self.stdout.write(difference_sentence(difference))
        summed, warnings = audit_findings(found, timezone.localdate())
        note_run(
            kind=RunKind.AUDIT_LEDGER, at=timezone.now(), succeeded=not found, message=str(summed)
        )
        for warning in warnings:
            self.stdout.write(warning)
        if found:
            self.stderr.write(summed)
            sys.exit(1)
        self.stdout.write(summed)
