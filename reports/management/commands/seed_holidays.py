from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.actions.calendar import seed_holidays, seed_untouched_years
from reports.actions.refusals import Refused


class Command(BaseCommand):
    help = (
        "Enter the days off and make-up workdays that the program knows: of a year, or of every"
        " year that nobody has entered a day of. Leaves alone what staff entered or took out."
    )

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, help="that year only")

    def handle(self, *, year, verbosity, **options):
        now = timezone.now()
        written = {"by": None, "at": now, "today": timezone.localdate(now)}
        try:
            new = (
                seed_untouched_years(**written)
                if year is None
                else seed_holidays(year=year, **written)
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if not verbosity:
            return
        told = {"year": year, "new": new}
        self.stdout.write(
            (_("新录入%(new)s天。") if year is None else _("%(year)s年：新录入%(new)s天。")) % told
        )
        self.stdout.write(_("程序所带数据可能缺少调休上班日，请与通知核对。"))
