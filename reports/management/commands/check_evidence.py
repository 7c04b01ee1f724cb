import sys
from collections import Counter
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.stored_files import set_orphans_aside
from reports.selectors.differences import table_name
from reports.selectors.stored_files import FileFault, faulty_files

# Somebody may be handing it in right now.
YOUNG = timedelta(days=1)


class Command(BaseCommand):
    help = gettext_lazy(
        "逐个核对佐证材料文件：缺失的、与存入时的校验值不符的、没有记录引用的，一一列出；"
        "有缺失或不符时返回1。--set-aside把一天以前的无记录文件移入.orphans目录，不删除。"
    )

    def add_arguments(self, parser):
        parser.add_argument("--set-aside", action="store_true")

    def handle(self, *, set_aside, **options):
        words = {
            FileFault.MISSING: _("文件缺失"),
            FileFault.ALTERED: _("与存入时的校验值不符"),
            FileFault.ORPHAN: _("没有记录引用"),
        }
        found = Counter()
        try:
            for each in faulty_files():
                found[each.fault] += 1
                table = each.table.partition(".")[2]
                whose = f"{table_name(table)} {each.key}" if table else ""
                self.stdout.write(" ".join([words[each.fault], each.name, whose]).strip())
            moved = set_orphans_aside(before=timezone.now() - YOUNG) if set_aside else []
        except OSError as error:
            raise CommandError(_("材料目录不能读写：%(error)s") % {"error": error}) from error
        if moved:
            self.stdout.write(_("已移开%(n)s个文件。") % {"n": len(moved)})
        bad = found[FileFault.MISSING] + found[FileFault.ALTERED]
        if bad:
            self.stderr.write(_("共%(n)s个文件有问题。") % {"n": bad})
            sys.exit(1)
        self.stdout.write(_("材料文件核对无误。"))
