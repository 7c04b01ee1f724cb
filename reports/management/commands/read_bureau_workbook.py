from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.refusals import Refused
from reports.exchange.setup_workbook import read_workbook, the_bureau
from reports.exchange.sheet_kinds import Place


class Command(BaseCommand):
    help = gettext_lazy(
        "读入填好的建账工作簿：全部工作表读入，或者一行也不读入。--dry-run只试读，逐格列出问题。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--bureau", metavar="NAME")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *, file, bureau, dry_run, **options):
        now = timezone.now()
        path = Path(file)
        try:
            unit = the_bureau(bureau)
            results = read_workbook(
                path.read_bytes(),
                file_name=path.name,
                place=lambda: Place(
                    bureau=unit, today=timezone.localdate(now), at=now, source=path.name
                ),
                dry_run=dry_run,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            told = {"name": file, "error": error.strerror or error}
            raise CommandError(_("%(name)s无法打开：%(error)s") % told) from error
        for result in results:
            told = {
                "sheet": result.name,
                "new": result.new,
                "changed": result.changed,
                "unchanged": result.unchanged,
            }
            self.stdout.write(
                _("%(sheet)s：新增%(new)s行，修改%(changed)s行，未变%(unchanged)s行") % told
            )
            for cell, reason in result.faults:
                self.stderr.write(f"{result.name} {cell} {reason}".replace("  ", " "))
        faults = sum(len(result.faults) for result in results)
        if faults:
            raise CommandError(_("有%(n)s处需要改正，没有读入任何一行。") % {"n": faults})
        self.stdout.write(_("试读完毕，没有写入台账。") if dry_run else _("已全部读入。"))
