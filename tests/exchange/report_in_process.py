"""Makes the files of a long report in a process of its own and prints what that cost.

``python -m tests.exchange.report_in_process FOLDER PAGES``: the peak of the memory in KiB before
and after, that of the program that sets the PDF, and the seconds that PDF and .docx took. Both lie
in the folder afterwards.
"""

import os
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

WORDS = "全年召开法制通报会49次，受理来信来访126件，化解124件，“四个一”制度落实情况见附表。"
AT = datetime(2026, 6, 10, tzinfo=UTC)


def peak(whose: int = resource.RUSAGE_SELF) -> int:
    return resource.getrusage(whose).ru_maxrss


def main(folder: Path, pages: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    import django

    django.setup()
    from reports.domain.official_text import Document, RawParagraph, RawSection, Said, lay_out
    from reports.exchange.report_docx import report_docx
    from reports.exchange.report_pdf import report_pdf

    # A page holds some 22 lines of 28 characters; a paragraph of four sentences takes seven.
    paragraphs = tuple(
        RawParagraph("组织领导" if n % 4 == 0 else "", (Said(WORDS),) * 4)
        for n in range(pages * 22 // 7 + 1)
    )
    document = Document(
        title=("东城分局", "2025年度法治政府建设情况报告"),
        issuer="东城分局",
        sections=lay_out([RawSection("主要举措和成效", paragraphs)]),
        day="2026年2月1日",
        signature="东城分局",
    )
    before, begun = peak(), time.monotonic()
    pdf = report_pdf(document, at=AT)
    of_pdf = time.monotonic() - begun
    docx = report_docx(document, at=AT)
    of_docx = time.monotonic() - begun - of_pdf
    after, of_program = peak(), peak(resource.RUSAGE_CHILDREN)
    (folder / "report.pdf").write_bytes(pdf)
    (folder / "report.docx").write_bytes(docx)
    sys.stdout.write(f"{before} {after} {of_program} {of_pdf:.2f} {of_docx:.2f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
