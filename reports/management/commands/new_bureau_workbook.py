from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.refusals import Refused
from reports.exchange.setup_workbook import new_workbook, the_bureau
from reports.exchange.sheet_kinds import Place


class Command(BaseCommand):
    help = gettext_lazy(
        "写出一本建账工作簿（.xlsx）：各类表格、填写说明、示例行和下拉列表；"
        "填好后用read_bureau_workbook读入。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--bureau", metavar="NAME")

    def handle(self, *, file, bureau, **options):
        now = timezone.now()
        try:
            place = Place(bureau=the_bureau(bureau), today=timezone.localdate(now), at=now)
            content = new_workbook(place)
            with Path(file).open("xb") as target:
                target.write(content)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except FileExistsError as error:
            raise CommandError(_("文件已存在：%(name)s") % {"name": file}) from error
        except OSError as error:
            told = {"name": file, "error": error.strerror or error}
            raise CommandError(_("%(name)s不能写入：%(error)s") % told) from error
        self.stdout.write(_("已写出：%(name)s") % {"name": file})
