import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.exchange.published_reports import report_as_text, report_of_file

FORMATS = ("json", "text")


class Command(BaseCommand):
    help = gettext_lazy(
        "读取已公布的法治政府建设年度报告（.txt、.docx、.html），"
        "列出可以建立的条目及其出处；只读取，不写入台账，逐项确认在网页上进行。"
    )
    requires_system_checks = []
    read = staticmethod(report_of_file)
    worded = staticmethod(report_as_text)
    offers_text = True

    def create_parser(self, prog_name, subcommand, **kwargs):
        parser = super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)
        parser.error = self.refuse
        return parser

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        # Reading is all a command does: drafts are confirmed one by one, with their sentence.
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--format", default="text", metavar="|".join(FORMATS))
        if self.offers_text:
            parser.add_argument("--with-text", action="store_true")

    def handle(self, **options):
        if options["format"] not in FORMATS:
            self.refuse(
                _("%(option)s: “%(text)s”无法识别，只能是 %(allowed)s")
                % {"option": "--format", "text": options["format"], "allowed": "、".join(FORMATS)}
            )
        read = [
            self.read(Path(name), with_text=options.get("with_text", False))
            for name in options["files"]
        ]
        found = [data for data, _readable in read]
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n\n".join(map(self.worded, found)))
        if not all(readable for _data, readable in read):
            self.fail()

    def fail(self):
        if self._called_from_command_line:
            sys.exit(1)
        raise CommandError(_("有文件无法读取。"), returncode=1)

    def refuse(self, message):
        """One line saying what is wrong; no usage, no trace."""
        line = " ".join(str(message).split())
        if self._called_from_command_line:
            self.stderr.write(line)
            sys.exit(2)
        raise CommandError(line, returncode=2)
