from datetime import date, datetime, time
from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from environs import Env

from reports.actions.accounts import random_password
from reports.exchange.demo.load import LedgerNotEmpty, load_demo


class Command(BaseCommand):
    help = "Load the sample data into an empty ledger. DEMO_PASSWORD chooses the password."

    def add_arguments(self, parser):
        parser.add_argument(
            "--on", type=date.fromisoformat, help="the day the story is told on (default: today)"
        )

    def handle(self, *, on, verbosity, **options):
        now = timezone.localtime()
        if on is not None:
            if on > now.date():
                raise CommandError(f"--on {on}：不能晚于今天。")
            now = datetime.combine(on, time(18), now.tzinfo)
        chosen = Env().str("DEMO_PASSWORD", "")
        password = chosen or random_password()
        started = monotonic()
        try:
            loaded = load_demo(now=now, password=password, tell=self.teller(verbosity))
        except LedgerNotEmpty:
            self.stdout.write("台账已有单位，不再载入示例数据。")
            return
        self.stdout.write(
            f"已载入示例数据：单位{loaded.units}个，应开事项{loaded.dues}项，会议{loaded.meetings}次，"
            f"问题{loaded.problems}个，用时{monotonic() - started:.1f}秒。"
        )
        self.stdout.write(f"演示账号：{'  '.join(loaded.logins)}")
        if not chosen:
            self.stdout.write(f"密码（只显示这一次）：{password}")

    def teller(self, verbosity):
        begun = monotonic()

        def tell(step):
            if verbosity > 1:
                self.stdout.write(f"  {monotonic() - begun:5.1f} s  {step}")

        return tell
