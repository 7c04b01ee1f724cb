"""Draws ``docs/speed.svg`` from ``bench/results``: page and floor side by side, size by size.

Prints the same as the table of the README.
"""

import json
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = {
    "city": "市（50个分局，SQLite）",
    "province": "省（500个分局，SQLite）",
    "national": "全国（3000个分局，PostgreSQL）",
    "decade": "全国十年（PostgreSQL）",
}
NAMES = {
    "dashboard": "总览",
    "a province": "总览：一个省",
    "a city": "总览：一个市",
    "bureau page": "分局页",
    "list of dues": "应开事项列表",
    "list of dues, deep": "应开事项列表（深页）",
    "dues missed": "应开事项：未落实",
    "list of meetings": "会议列表",
    "list of meetings, deep": "会议列表（深页）",
    "list of problems": "问题列表",
    "list of problems, deep": "问题列表（深页）",
    "list of measures": "措施列表",
    "dues of a bureau": "一个分局的应开事项",
    "grid of 45 units": "逐期总表（45个单位）",
    "my work, legal officer": "我的待办（法制大队）",
    "my work, clerk": "我的待办（派出所）",
    "search, clerk": "搜索（派出所）",
    "search, ministry": "搜索（全国）",
    "a due": "一项应开事项",
}
LABEL, PLOT, ROW, TOP = 190, 520, 26, 64
STYLE = """
text { font: 13px "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; fill: #1d2733; }
.of { font-weight: 600; } .dim { fill: #5b6775; font-size: 12px; }
.page { fill: #1d4a86; } .floor { fill: #b4bfcc; } .back { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
 text { fill: #e4e9ef; } .dim { fill: #a3afbc; }
 .page { fill: #7fb0f0; } .floor { fill: #566272; } .back { fill: #161b22; }
}
"""


def rows_of(size: str) -> list[tuple[str, float, float | None]]:
    """Name of a page, its median and that of its floor in milliseconds."""
    path = ROOT / "bench" / "results" / f"{size}.json"
    if not path.exists():
        return []
    pages = json.loads(path.read_text())["pages"]
    return [(NAMES[n], p["p50"], p.get("floor p50")) for n, p in pages.items() if n in NAMES]


def drawn(sizes: dict[str, list[tuple[str, float, float | None]]]) -> str:
    parts, y = [], TOP
    for size, rows in sizes.items():
        longest = max(max(page, floor or 0) for _name, page, floor in rows)
        parts.append(f'<text class="of" x="16" y="{y}">{escape(SIZES[size])}</text>')
        y += 10
        for name, page, floor in rows:
            words = f"{page:.0f} ms" + (f"，底线 {floor:.0f} ms" if floor else "")
            wide = max(page / longest * PLOT, 1)
            parts.append(f'<text x="{LABEL}" y="{y + 13}" text-anchor="end">{name}</text>')
            parts.append(
                f'<rect class="page" x="{LABEL + 8}" y="{y + 2}" width="{wide:.0f}" height="9">'
                f"<title>{name}：{words}</title></rect>"
            )
            if floor:
                thin = max(floor / longest * PLOT, 1)
                parts.append(
                    f'<rect class="floor" x="{LABEL + 8}" y="{y + 12}" width="{thin:.0f}" '
                    f'height="5"/>'
                )
            place = LABEL + 16 + max(wide, (floor or 0) / longest * PLOT)
            parts.append(f'<text class="dim" x="{place:.0f}" y="{y + 13}">{words}</text>')
            y += ROW
        y += 30
    wide, high = LABEL + PLOT + 190, y
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
        f'height="{high}" role="img" aria-label="各页面用时与底线"><style>{STYLE}</style>'
        f'<rect class="back" width="{wide}" height="{high}"/>'
        f'<text x="16" y="26" class="of">各页面用时的中位数</text>'
        f'<rect class="page" x="190" y="16" width="24" height="9"/>'
        f'<text class="dim" x="220" y="26">页面</text>'
        f'<rect class="floor" x="270" y="18" width="24" height="5"/>'
        f'<text class="dim" x="300" y="26">底线：同一页面手写两条SQL和一个模板</text>'
        + "\n".join(parts)
        + "</svg>\n"
    )


COLUMNS = ("queries", "database ms", "p50", "p95", "p50 of 8", "p95 of 8", "floor p50", "ratio")


def table() -> str:
    lines = ["| size | page | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 2) + "|"]
    for size in SIZES:
        path = ROOT / "bench" / "results" / f"{size}.json"
        pages = json.loads(path.read_text()).get("pages", {}) if path.exists() else {}
        for name, page in pages.items():
            cells = [size, name, *(page.get(column, "–") for column in COLUMNS)]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    sizes = {size: rows for size in SIZES if (rows := rows_of(size))}
    (ROOT / "docs" / "speed.svg").write_text(drawn(sizes))
    print(table())


if __name__ == "__main__":
    main()
