import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.backups import Made, note_backup
from reports.actions.refusals import Refused
from reports.exchange.restores import restore
from reports.management.passphrases import VARIABLE, add_passphrase_arguments, passphrase_of
from reports.models.choices import BackupKind
from reports.selectors.audit import all_differences
from reports.selectors.differences import difference_sentence


class Command(BaseCommand):
    help = gettext_lazy(
        "把backup_ledger写成的文件恢复到空的数据库和空的材料目录：全部恢复，或者什么也不留。"
        "--test恢复到临时的地方，核对后删除，并登记这次演练。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--test", action="store_true")
        parser.add_argument("--ask", action="store_true")
        add_passphrase_arguments(parser)

    def handle(self, *, file, test, ask, passphrase_file, **options):
        path = Path(file)
        passphrase = passphrase_of(passphrase_file, ask="once" if ask else "")
        if test:
            self.test(path, passphrase)
            return
        try:
            restored = restore(path, passphrase=passphrase)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if restored.older:
            call_command("migrate", interactive=False, verbosity=0)
        told = {"rows": restored.rows, "files": restored.files}
        said = _("共%(rows)s行、%(files)s个文件。") % told
        made = Made(str(path.absolute()), restored.size, restored.encrypted, restored.made_at)
        note_backup(kind=BackupKind.RESTORED, made=made, ok=True, message=said, at=timezone.now())
        self.stdout.write(_("已恢复：") + said)
        # What was missing when the backup was made is missing now; it is said, and stays said.
        found = [difference_sentence(each) for each in all_differences()]
        for line in found:
            self.stderr.write(line)
        if found:
            self.stderr.write(_("恢复完成，但核对发现%(n)s处不一致。") % {"n": len(found)})
            sys.exit(1)
        self.stdout.write(_("核对无误。"))

    def test(self, path, passphrase):
        """In a process of its own, in a place of its own: nothing of this ledger is touched."""
        made = Made(str(path.absolute()), path.stat().st_size if path.is_file() else 0)
        try:
            with throw_away_place() as place:
                done = subprocess.run(
                    [sys.executable, "manage.py", "restore_ledger", str(path.absolute())],
                    cwd=settings.BASE_DIR,
                    env=os.environ | place | {VARIABLE: passphrase},
                    capture_output=True,
                    text=True,
                )
        except (OSError, DatabaseError) as error:
            raise CommandError(
                _("不能建立演练用的地方：%(error)s") % {"error": " ".join(str(error).split())}
            ) from error
        lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
        said = lines[0] if done.returncode == 0 and lines else (lines or ["?"])[-1]
        said = said.removeprefix("CommandError: ")
        note_backup(
            kind=BackupKind.TEST,
            made=made,
            ok=done.returncode == 0,
            message=said,
            at=timezone.now(),
        )
        if done.returncode:
            raise CommandError(_("恢复演练未通过：%(error)s") % {"error": said})
        self.stdout.write(_("恢复演练通过。") + said)


@contextmanager
def throw_away_place():
    """The environment of a ledger beside this one, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=".test-", dir=settings.VAR_ROOT) as folder:
        place = {
            "VAR_ROOT": folder,
            "EVIDENCE_ROOT": f"{folder}/evidence",
            "SECRET_KEY": settings.SECRET_KEY,
        }
        if connection.vendor == "sqlite":
            yield place | {"DATABASE_URL": f"sqlite:///{folder}/ledger.sqlite3"}
            return
        name = f"ledger_test_{secrets.token_hex(6)}"
        # A database is not made within a transaction, so by a connection of its own.
        with closing(connection.copy()) as other:
            with other.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
            try:
                yield place | {"DATABASE_URL": address_of(name)}
            finally:
                with other.cursor() as cursor:
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def address_of(name):
    known = connection.settings_dict
    who = f"{quote(known['USER'], safe='')}:{quote(known['PASSWORD'], safe='')}"
    place = f"{quote(known['HOST'], safe='')}:{known['PORT'] or 5432}"
    return f"postgresql://{who}@{place}/{name}"
