import sys

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.selectors.audit import audit_steps, audit_warnings
from reports.selectors.differences import difference_sentence


class Command(BaseCommand):
    help = (
        "Recount everything that is kept; one line for each difference. Exit 1 if there is any."
        " What only wants attention is said as a warning and does not count."
    )

    def handle(self, *, verbosity, **options):
        found = 0
        for step in audit_steps():
            if verbosity > 1:
                self.stdout.write(str(step.name))
            for difference in step.differences():
                found += 1
                self.stdout.write(difference_sentence(difference))
        for warning in audit_warnings(timezone.localdate()):
            self.stdout.write(_("提醒：%(warning)s") % {"warning": warning})
        if found:
            self.stderr.write(_("共%(number)s处不一致。") % {"number": found})
            sys.exit(1)
        self.stdout.write(_("核对无误。"))
