from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.actions.calendar import seed_holidays
from reports.actions.refusals import Refused
from reports.actions.schedules import replan


class Command(BaseCommand):
    help = "Enter the days off and make-up workdays of a year that the program knows."

    def add_arguments(self, parser):
        parser.add_argument("--year", type=int, required=True)

    def handle(self, *, year, **options):
        now = timezone.now()
        try:
            new = seed_holidays(year=year, by=None, at=now)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if new:
            replan(bureau_ids=None, today=timezone.localdate(now))
        self.stdout.write(
            _("%(year)s年：新录入%(new)s天。程序所带数据可能缺少调休上班日，请与通知核对。")
            % {"year": year, "new": new}
        )
