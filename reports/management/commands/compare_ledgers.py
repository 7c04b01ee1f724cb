import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.refusals import Refused
from reports.exchange.ledger_compare import compare_files


class Command(BaseCommand):
    help = gettext_lazy(
        "逐表比对两个export_ledger文件，例如换数据库前后各导出一次；有不同的表逐一列出，返回1。"
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs=2, metavar="FILE")

    def handle(self, *, files, **options):
        try:
            one, differing = compare_files(*(Path(name) for name in files))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for name, here, there in differing:
            told = {"name": name, "here": "-" if here is None else here}
            told["there"] = "-" if there is None else there
            self.stdout.write(_("%(name)s：%(here)s行，%(there)s行，内容不同") % told)
        if differing:
            self.stderr.write(_("共%(n)s个表不同。") % {"n": len(differing)})
            sys.exit(1)
        told = {"n": len(one.tables), "rows": sum(entry.rows for entry in one.tables)}
        self.stdout.write(_("%(n)s个表、%(rows)s行，全部相同。") % told)
