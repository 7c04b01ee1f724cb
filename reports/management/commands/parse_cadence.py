import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.wording_cadence import told_in

FORMATS = ("json", "text")


class Command(BaseCommand):
    help = gettext_lazy("读出文字中的制度频次、学时天数要求和期限；不读写数据库。")
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("texts", nargs="+", metavar="TEXT")
        parser.add_argument("--format", default="text", metavar="|".join(FORMATS))

    def handle(self, *, texts, **options):
        if options["format"] not in FORMATS:
            raise CommandError(_("--format: 只能是 json 或 text"), returncode=2)
        parsed = [_parsed(sys.stdin.read() if text == "-" else text) for text in texts]
        if options["format"] == "json":
            self.stdout.write(json.dumps(parsed, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(line for each in parsed for line in _lines(each)))


def _parsed(text):
    told = told_in(text)
    return {
        "text": text,
        "schedules": [each.as_json() for each in told.schedules],
        "quotas": [each.as_json() for each in told.quotas],
        "due_dates": [each.as_json() for each in told.due_dates],
    }


def _lines(parsed):
    """The text, and below it a line for each thing found: its phrase, then what it says."""
    yield " ".join(parsed["text"].split())
    for kind in ("schedules", "quotas", "due_dates"):
        for each in parsed[kind]:
            said = [f"{name}={value}" for name, value in each.items() if _is_said(name, value)]
            yield f"  {kind}: {each['phrase']}  {' '.join(said)}"


def _is_said(name, value):
    return name not in ("phrase", "start", "end") and value is not None
