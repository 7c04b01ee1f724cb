"""The operating manual as PDF: the few marks of Markdown that it uses, set by typst on A4."""

import json
import re
import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst

ROOT = Path(__file__).resolve().parent.parent
# Words come as data and are never read as code; only the marks below make anything of them.
LAYOUT = """
#let it = json(bytes(sys.inputs.document))
#set document(title: it.title, date: none)
#set page(paper: "a4", margin: (x: 21mm, top: 19mm, bottom: 19mm), numbering: "1")
#set text(font: it.face, size: it.size * 1pt, lang: it.lang, cjk-latin-spacing: auto)
#set par(leading: 0.72em, spacing: 0.9em, justify: true)
#let piece(p) = if p.kind == "code" { text(font: it.mono, size: 0.9em, p.text) } else if p.kind == "strong" { text(font: it.strong, weight: "bold", p.text) } else { p.text }
#let line(pieces) = pieces.map(piece).join()
#for block in it.blocks {
  if block.kind == "title" { align(center, text(size: 15pt, font: it.strong, weight: "bold", line(block.words))) ; v(1mm) }
  if block.kind == "heading" { std.block(above: 1.25em, below: 0.7em, sticky: true, text(size: 11.5pt, font: it.strong, weight: "bold", line(block.words))) }
  if block.kind == "paragraph" { par(line(block.words)) }
  if block.kind == "list" { list(..block.items.map(line), spacing: 0.65em) }
  if block.kind == "steps" { enum(..block.items.map(line), spacing: 0.65em) }
  if block.kind == "table" {
    set par(justify: false, leading: 0.55em)
    table(columns: block.widths.map(w => w * 1fr), inset: (x: 1.6mm, y: 1.45mm), stroke: 0.4pt + luma(150),
      table.header(..block.head.map(c => text(font: it.strong, weight: "bold", line(c)))), ..block.rows.map(row => row.map(line)).flatten())
  }
}
"""  # noqa: E501
MARK = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
# The Chinese faces have one weight, so what is strong is set in the other face.
CHINESE = {
    "size": 10,
    "face": ["Noto Serif SC"],
    "strong": ["Noto Sans SC"],
    "mono": ["DejaVu Sans Mono", "Noto Sans SC"],
}
LATIN = {
    "size": 9.7,
    "face": ["Libertinus Serif", "Noto Serif SC"],
    "strong": ["Libertinus Serif", "Noto Sans SC"],
    "mono": ["DejaVu Sans Mono", "Noto Sans SC"],
}
Pieces = list[dict[str, str]]


def pieces(text: str) -> Pieces:
    """Plain, strong and code, in their order."""
    found: Pieces = []
    last = 0
    for match in MARK.finditer(text):
        if match.start() > last:
            found.append({"kind": "plain", "text": text[last : match.start()]})
        code, strong = match.groups()
        found.append({"kind": "code" if code else "strong", "text": code or strong})
        last = match.end()
    if last < len(text):
        found.append({"kind": "plain", "text": text[last:]})
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(lines: list[str]) -> dict[str, object]:
    """Columns as wide as what stands in them asks, within measure."""
    head, rows = cells(lines[0]), [cells(line) for line in lines[2:]]
    widths = []
    for place in range(len(head)):
        longest = max(len(row[place].encode("gb18030", "replace")) for row in [head, *rows])
        widths.append(max(8, min(longest, 70)) ** 0.75)
    return {
        "kind": "table",
        "widths": widths,
        "head": [pieces(cell) for cell in head],
        "rows": [[pieces(cell) for cell in row] for row in rows],
    }


def blocks(text: str) -> list[dict[str, object]]:
    """Title, headings, paragraphs, lists and tables, in their order."""
    found: list[dict[str, object]] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = part.split("\n")
        if part.startswith("# "):
            found.append({"kind": "title", "words": pieces(part[2:])})
        elif part.startswith("## "):
            found.append({"kind": "heading", "words": pieces(part[3:])})
        elif part.startswith("|"):
            found.append(table(lines))
        elif part.startswith("- "):
            found.append({"kind": "list", "items": [pieces(line[2:]) for line in lines]})
        elif part.startswith("1. "):
            items = [pieces(line.split(". ", 1)[1]) for line in lines]
            found.append({"kind": "steps", "items": items})
        else:
            found.append({"kind": "paragraph", "words": pieces(part)})
    return found


def make_pdf(text: str) -> bytes:
    """The manual as PDF; the same text gives the same bytes."""
    folder = pylopdf_fonts_zh_cn.serif_path().parent
    faces = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)]
    )
    chinese = sum("一" <= character <= "鿿" for character in text) > len(text) // 5
    document = {
        "title": text.split("\n", 1)[0].removeprefix("# "),
        "lang": "zh" if chinese else "en",
        **(CHINESE if chinese else LATIN),
        "blocks": blocks(text),
    }
    return typst.compile(
        LAYOUT.encode(),
        font_paths=faces,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
        timestamp=0,
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        source = Path(name)
        source.with_suffix(".pdf").write_bytes(make_pdf(source.read_text()))
