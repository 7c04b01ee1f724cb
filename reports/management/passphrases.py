"""Where commands take a passphrase from: never from the command line, which others can read."""

import getpass
import os
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

VARIABLE = "BACKUP_PASSPHRASE"


def add_passphrase_arguments(parser):
    parser.add_argument("--passphrase-file", metavar="FILE")


def passphrase_of(file, *, ask=""):
    """The passphrase, or "" when none is given; ``ask`` "once" or "twice" asks at the terminal."""
    if file:
        try:
            said = Path(file).read_text().strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            told = {"name": file, "error": getattr(error, "strerror", None) or error}
            raise CommandError(_("%(name)s不能读取：%(error)s") % told) from error
        if not said:
            raise CommandError(_("口令文件是空的。"))
        return said
    if said := os.environ.get(VARIABLE, ""):
        return said
    if not ask:
        return ""
    said = getpass.getpass(_("口令："))
    if ask == "twice" and getpass.getpass(_("再输入一次：")) != said:
        raise CommandError(_("两次输入的口令不同。"))
    if not said:
        raise CommandError(_("没有输入口令。"))
    return said
