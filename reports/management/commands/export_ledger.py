import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.refusals import Refused
from reports.exchange.ledger_schema import schema_text
from reports.exchange.whole_ledger import find_bureau, write_ledger


class Command(BaseCommand):
    help = gettext_lazy(
        "把整个台账或一个分局连同材料写成一个文件，可读入空台账；格式见docs/ledger-file.md。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FILE")
        parser.add_argument("--bureau", metavar="NAME")
        parser.add_argument("--schema", action="store_true")

    def handle(self, *, file, bureau, schema, **options):
        if schema:
            self.stdout.write(schema_text(), ending="")
            return
        if not file:
            raise CommandError(_("请写明要写入的文件。"))
        path = Path(file)
        if path.exists():
            raise CommandError(_("文件已存在：%(name)s") % {"name": path})
        part = path.with_name(f"{path.name}.part")
        by = os.environ.get("USER") or f"uid {os.getuid()}"
        try:
            found = find_bureau(bureau) if bureau else None
            # The file holds what the database holds: nobody but its owner reads it.
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as target:
                moved = write_ledger(target, bureau=found, at=timezone.now(), by=by)
                target.flush()
                os.fsync(target.fileno())
            part.rename(path)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            told = {"name": path, "error": error.strerror or error}
            raise CommandError(_("%(name)s不能写入：%(error)s") % told) from error
        finally:
            part.unlink(missing_ok=True)
        for trouble in moved.troubles:
            self.stderr.write(trouble)
        self.stdout.write(_("已导出：") + moved.sentence())
