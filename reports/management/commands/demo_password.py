from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from environs import Env

from reports.actions.accounts import random_password


class Command(BaseCommand):
    help = "Give the demo logins a new password and print it, once. DEMO_PASSWORD chooses it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--only-if-missing",
            action="store_true",
            help="leave a password alone that was set before, unless DEMO_PASSWORD differs",
        )

    def handle(self, *, only_if_missing, **options):
        if not settings.DEMO:
            raise CommandError(_("只有演示模式（DEMO=1）才有演示账号。"))
        users = User.objects.filter(account__is_demo=True).order_by("pk")
        try:
            known = list(users)
        except DatabaseError as error:
            raise CommandError(_("还没有演示数据，请先运行 make setup。")) from error
        if not known:
            if only_if_missing:
                return
            raise CommandError(_("还没有演示数据，请先运行 make setup。"))
        self.stdout.write(
            _("演示账号：%(names)s") % {"names": "  ".join(user.username for user in known)}
        )
        chosen = Env().str("DEMO_PASSWORD", "")
        if only_if_missing and self.may_stay(known, chosen):
            self.stdout.write(_("密码未变；忘记了可运行 make demo-password。"))
            return
        password = chosen or random_password()
        users.update(password=make_password(password))
        self.stdout.write(_("密码（只显示这一次）：%(password)s") % {"password": password})

    def may_stay(self, users, chosen):
        if chosen:
            return check_password(chosen, users[0].password)
        return all(user.has_usable_password() for user in users)
