from datetime import datetime, time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.audit_log import prune_entries
from reports.actions.refusals import Refused
from reports.domain.dates import day_typed
from reports.management.audit_trail import shell_doer


class Command(BaseCommand):
    help = gettext_lazy(
        "清理审计日志：把某日以前整批封存的条目写入文件后移出。至少保存180天，封存链仍可校验。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--before", metavar="DAY", required=True)
        parser.add_argument("--file", metavar="FILE.jsonl.gz", required=True)

    def handle(self, *, before, file, **options):
        now = timezone.now()
        today = timezone.localdate(now)
        day = day_typed(before, near=today)
        if day is None:
            raise CommandError(_("--before须写成2026-03-31这样的日期。"))
        path = Path(file)
        try:
            pruned = prune_entries(
                before=day,
                midnight=timezone.make_aware(datetime.combine(day, time())),
                file=path,
                doer=shell_doer(),
                at=now,
                today=today,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except FileExistsError as error:
            raise CommandError(_("文件已存在：%(file)s") % {"file": path}) from error
        except OSError as error:
            raise CommandError(
                _("不能写入文件%(file)s：%(error)s") % {"file": path, "error": error.strerror}
            ) from error
        self.stdout.write(
            _("已写入%(file)s并移出%(count)s条；文件SHA-256：%(value)s")
            % {"file": path, "count": pruned.count, "value": pruned.sha256}
        )
