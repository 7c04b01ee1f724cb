from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.audit_log import seal_all


class Command(BaseCommand):
    help = gettext_lazy("封存审计日志中尚未封存的条目；work_jobs每分钟自动进行。")

    def handle(self, **options):
        seals = seal_all(at=timezone.now())
        for seal in seals:
            self.stdout.write(
                _("已封存%(first)s—%(last)s，共%(count)s条，封存值%(value)s")
                % {
                    "first": seal.first_key,
                    "last": seal.last_key,
                    "count": seal.count,
                    "value": seal.sha256,
                }
            )
        if not seals:
            self.stdout.write(_("没有待封存的条目，或者有人正在写入。"))
