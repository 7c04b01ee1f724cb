from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.beginning import start_ledger, usual_unit_kinds
from reports.actions.calendar import seed_untouched_years
from reports.actions.refusals import Refused

QUESTIONS = {
    "unit": gettext_lazy("最上级单位的名称"),
    "kind": gettext_lazy("单位类别（%(codes)s）"),
    "system_admin": gettext_lazy("系统管理员的登录名"),
    "security_admin": gettext_lazy("安全管理员的登录名"),
    "audit_admin": gettext_lazy("审计管理员的登录名"),
}


class Command(BaseCommand):
    help = (
        "Make the top unit and the first three administrators of an empty ledger. Asks for what the"
        " options do not say, and prints the three passwords, once."
    )

    def add_arguments(self, parser):
        parser.add_argument("--unit", help="name of the top unit")
        parser.add_argument("--kind", help="code of its kind, such as city or bureau")
        parser.add_argument("--system-admin", help="login of the system administrator")
        parser.add_argument("--security-admin", help="login of the security administrator")
        parser.add_argument("--audit-admin", help="login of the audit administrator")

    def handle(self, **options):
        answers = {name: options[name] or self.ask(name) for name in QUESTIONS}
        now = timezone.now()
        try:
            logins = start_ledger(
                unit_name=answers["unit"],
                kind_code=answers["kind"],
                system_admin=answers["system_admin"],
                security_admin=answers["security_admin"],
                audit_admin=answers["audit_admin"],
                at=now,
                today=timezone.localdate(now),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        seed_untouched_years(by=None, at=now, today=timezone.localdate(now))
        self.stdout.write(_("台账已启用。以下密码只显示这一次，首次登录时须修改："))
        for login in logins:
            self.stdout.write(f"  {login.username}  {login.password}")

    def ask(self, name):
        codes = " ".join(kind.code for kind in usual_unit_kinds())
        try:
            return input(f"{QUESTIONS[name] % {'codes': codes}}：")
        except EOFError as error:
            raise CommandError(
                _("缺少参数：--%(name)s") % {"name": name.replace("_", "-")}
            ) from error
