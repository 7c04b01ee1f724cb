"""Sets a document as PDF: a program of its own, started once for each document.

``python typeset.py LAYOUT MOMENT`` reads the document as JSON and writes the PDF. typst keeps what
it once set, more than 200 MB of it in a process that lives on; here it is gone with the process.
Offline: no face of the machine and nothing of a network is used. All words are handed over as data,
so that no text of a report is ever read as code.
"""

import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst


def main(layout: Path, moment: int) -> None:
    """Sets what stands in the standard input by a layout, as made at that second."""
    faces = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(pylopdf_fonts_zh_cn.serif_path().parent)],
    )
    made = typst.compile(
        layout.read_bytes(),
        font_paths=faces,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"document": sys.stdin.buffer.read().decode()},
        timestamp=moment,
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
