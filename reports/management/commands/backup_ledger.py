import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.backups import Made, note_backup
from reports.actions.refusals import Refused
from reports.exchange.backups import back_up
from reports.management.passphrases import add_passphrase_arguments, passphrase_of
from reports.models.choices import BackupKind


class Command(BaseCommand):
    help = gettext_lazy(
        "把数据库和佐证材料备份成一个文件，备份时照常使用。给出口令则加密（age格式）："
        "环境变量BACKUP_PASSPHRASE、--passphrase-file或--encrypt（当场输入）。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--encrypt", action="store_true")
        add_passphrase_arguments(parser)

    def handle(self, *, file, encrypt, passphrase_file, **options):
        path = Path(file)
        passphrase = passphrase_of(passphrase_file, ask="twice" if encrypt else "")
        at = timezone.now()
        made = Made(str(path.absolute()), encrypted=bool(passphrase), taken_at=at)
        by = os.environ.get("USER") or f"uid {os.getuid()}"
        try:
            done = back_up(path, at=at, by=by, passphrase=passphrase)
        except Refused as refusal:
            self.note(made, ok=False, message=str(refusal))
            raise CommandError(str(refusal)) from refusal
        said = done.sentence()
        made = Made(made.file, done.size, made.encrypted, at)
        self.note(made, ok=True, message=said)
        for trouble in done.troubles:
            self.stderr.write(trouble)
        self.stdout.write(_("已备份：") + said)

    def note(self, made, *, ok, message):
        """A ledger that cannot note it was backed up all the same."""
        try:
            note_backup(
                kind=BackupKind.BACKUP, made=made, ok=ok, message=message, at=timezone.now()
            )
        except Exception as error:  # the disk may be full, the database away
            self.stderr.write(_("未能登记备份结果：%(error)s") % {"error": str(error)[:200]})
