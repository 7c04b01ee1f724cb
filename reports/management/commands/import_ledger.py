from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.beginning import make_administrators
from reports.actions.refusals import Refused
from reports.exchange.whole_ledger import read_ledger


class Command(BaseCommand):
    help = gettext_lazy(
        "把export_ledger写成的文件读入空台账：全部读入，或者一行也不读入。"
        "一个分局的文件不带密码，须同时写明三名新管理员的登录名。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--system-admin", metavar="LOGIN")
        parser.add_argument("--security-admin", metavar="LOGIN")
        parser.add_argument("--audit-admin", metavar="LOGIN")

    def handle(self, *, file, system_admin, security_admin, audit_admin, **options):
        names = [system_admin, security_admin, audit_admin]
        if any(names) and not all(names):
            raise CommandError(_("请同时写明--system-admin、--security-admin和--audit-admin。"))
        logins = []

        def finish():
            if all(names):
                logins.extend(make_administrators(names=names, at=timezone.now()))

        try:
            manifest, moved = read_ledger(Path(file), finish=finish)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for trouble in moved.troubles:
            self.stderr.write(trouble)
        self.stdout.write(_("已导入：") + moved.sentence())
        if logins:
            self.stdout.write(_("以下密码只显示这一次，首次登录时须修改："))
            for login in logins:
                self.stdout.write(f"  {login.username}  {login.password}")
        elif manifest.bureau:
            self.stdout.write(_("文件不带密码，登录前请用manage.py changepassword为账号设置密码。"))
        self.stdout.write(_("请运行manage.py audit_ledger核对。"))
