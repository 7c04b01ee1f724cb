from django.utils.translation import gettext_lazy

from reports.exchange.published_reports import notice_as_text, notice_of_file
from reports.management.commands.import_report import Command as ReadingCommand


class Command(ReadingCommand):
    help = gettext_lazy(
        "读取整改情况通报（.txt、.docx、.html），列出逐项问题、措施及其出处；只读取，"
        "不写入台账，逐项确认在网页上进行。"
    )
    read = staticmethod(notice_of_file)
    worded = staticmethod(notice_as_text)
    offers_text = False
