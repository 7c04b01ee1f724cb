from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.audit_log import Doing, write_entry
from reports.domain.audit_log import AuditKind, AuditResult
from reports.management.audit_trail import shell_doer
from reports.models.choices import AUDIT_FAULT_SENTENCES
from reports.selectors.audit_log import VERIFIED, verify


class Command(BaseCommand):
    help = gettext_lazy("逐条重算审计日志的封存链；不符时指出第一批并以1退出。")

    def handle(self, **options):
        found = verify()
        details = {"entries": found.entries, "seals": found.seals, "unsealed": found.unsealed}
        result = AuditResult.DONE
        if found.fault is not None:
            result = AuditResult.FAILED
            details |= {"seal": found.seal.pk, "fault": found.fault.value}
        elif found.last is not None:
            details |= {"last_seal": found.last.sha256}
        write_entry(
            doer=shell_doer(),
            doing=Doing(AuditKind.COMMAND, VERIFIED, details=details),
            at=timezone.now(),
            result=result,
        )
        if found.fault is not None:
            raise CommandError(
                _("第%(number)s批（条目%(first)s—%(last)s）不符：%(why)s。")
                % {
                    "number": found.seal.pk,
                    "first": found.seal.first_key,
                    "last": found.seal.last_key,
                    "why": AUDIT_FAULT_SENTENCES[found.fault],
                }
            )
        self.stdout.write(
            _("审计日志完整：%(seals)s批，%(entries)s条，另有%(unsealed)s条待封存。")
            % {"seals": found.seals, "entries": found.entries, "unsealed": found.unsealed}
        )
        if found.last is not None:
            self.stdout.write(_("最后一批的封存值：%(value)s") % {"value": found.last.sha256})
