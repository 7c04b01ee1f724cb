from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.actions.runs import note_run
from reports.actions.schedules import plan_dues
from reports.models.choices import RunKind


class Command(BaseCommand):
    help = "Make the dues of this and the next year, or of one year. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, help="that year only")

    def handle(self, *, year, verbosity, **options):
        planned = plan_dues(today=timezone.localdate(), year=year)
        said = _("新增%(made)s项，更新%(changed)s项，移除%(removed)s项。") % {
            "made": planned.made,
            "changed": planned.changed,
            "removed": planned.removed,
        }
        note_run(kind=RunKind.PLAN_DUES, at=timezone.now(), message=said)
        if verbosity:
            self.stdout.write(said)
