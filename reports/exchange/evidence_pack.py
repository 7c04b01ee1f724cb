"""The evidence of a unit and year as one ZIP: numbered folders, an index, hashes, what is lacking.

Files are read and written a mebibyte at a time, so that a pack of gigabytes needs no more memory
than a small one.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, BinaryIO
from urllib.parse import quote

from django.core.files.storage import Storage
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.actions.jobs import Tell, drop_old_files, making_file
from reports.actions.refusals import Refused
from reports.exchange.sheets import workbook
from reports.models import Evidence, Job, Unit
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    REVIEW_STATE_LABELS,
    VISIBILITY_LABELS,
    EvidenceKind,
    ReviewState,
    Visibility,
    clauses,
    day_label,
    listed,
)
from reports.selectors.packs import PackEntry, PackFile, PackSchedule, pack_contents
from reports.selectors.scope import scope_of

CHUNK = 1024 * 1024
# What gains nothing from being compressed once more.
COMPRESSED = frozenset({".pdf", ".docx", ".xlsx", ".ofd", ".jpg", ".jpeg", ".png", ".gif", ".webp"})
NAMED_TROUBLES = 3
# A path stays short enough for Windows in a folder of its own.
SCHEDULE_LENGTH, ENTRY_LENGTH = 30, 40


class CannotPack(Refused):
    """Who asked may not see the unit (any more), or there is no such unit."""


@dataclass(frozen=True, slots=True)
class PackOrder:
    """What was asked for: kept as the arguments of the job."""

    unit_id: int
    year: int
    kinds: tuple[str, ...]
    references: bool
    why: str

    def arguments(self) -> dict[str, object]:
        return {
            "unit": self.unit_id,
            "year": self.year,
            "kinds": list(self.kinds),
            "references": self.references,
            "why": self.why,
        }

    @classmethod
    def of(cls, arguments: dict[str, Any]) -> "PackOrder":
        return cls(
            unit_id=int(arguments["unit"]),
            year=int(arguments["year"]),
            kinds=tuple(arguments["kinds"]),
            references=bool(arguments["references"]),
            why=str(arguments["why"]),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the index: a file, a reference, or a meeting without either."""

    schedule: str
    periods: str
    entry: PackEntry
    file: PackFile | None = None
    path: str = ""
    note: str = ""


@dataclass(slots=True)
class Packed:
    """What went into the pack, and what did not."""

    lines: list[Line] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    files: int = 0
    references: int = 0
    size: int = 0
    # The number of the first line of each entry, for those that point to it.
    first: dict[int, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.files + len(self.troubles)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.first.setdefault(id(line.entry), len(self.lines))

    def lacking(self) -> list[Line]:
        """Each meeting that lacks something, once."""
        found = {}
        for line in self.lines:
            if line.entry.lacking and line.entry.home is None:
                found.setdefault(id(line.entry), line)
        return list(found.values())


def pack_evidence(job: Job, today: date, tell: Tell) -> str:
    """Make the pack that a job asks for and keep it with the job; what came of it, in words.

    What may go in is decided now, by what who asked may read today. A file that is missing, or
    not what it was when it was kept, is left out and named. Raises ``CannotPack``.
    """
    drop_old_files(at=job.started_at)
    order = PackOrder.of(job.arguments)
    if job.asked_by is None or not job.asked_by.is_active:
        raise CannotPack([_("发起人的账号已停用。")])
    scope = scope_of(job.asked_by, today=today)
    unit = scope.units().select_related("bureau", "kind").filter(pk=order.unit_id).first()
    if unit is None:
        raise CannotPack([_("发起人已无权查看该单位。")])
    if unit.bureau is None:
        raise CannotPack([_("请逐个分局打包。")])
    contents = pack_contents(
        scope, unit, year=order.year, kinds=order.kinds, references=order.references
    )
    about = about_pack(order, unit, job)
    moment = localtime(job.started_at)
    with making_file(job, ".zip") as target:
        packed = write_pack(target, contents, unit=unit, about=about, moment=moment, tell=tell)
    return summary(packed)


def about_pack(order: PackOrder, unit: Unit, job: Job) -> list[tuple[str, Any]]:
    """Who packed what when and why: stands in the index of the pack."""
    by = job.asked_by
    return [
        (_("单位"), unit.name),
        (_("年度"), order.year),
        (_("材料种类"), listed(EVIDENCE_KIND_LABELS[EvidenceKind(kind)] for kind in order.kinds)),
        (_("索引"), _("包含") if order.references else _("不包含")),
        (_("用途"), order.why),
        (_("打包人"), by.get_full_name() or by.get_username() if by else ""),
        (_("申请时间"), localtime(job.asked_at).replace(tzinfo=None)),
        (_("打包时间"), localtime(job.started_at).replace(tzinfo=None)),
    ]


def summary(packed: Packed) -> str:
    """One sentence on what went in, one on what lacks, one on what could not be packed."""
    said = [
        _(
            "共收入%(files)s个文件（%(size)s），登记索引%(references)s条；%(lacking)s次会议缺少材料。"
        )
        % {
            "files": packed.files,
            "size": filesizeformat(packed.size),
            "references": packed.references,
            "lacking": len(packed.lacking()),
        }
    ]
    number = len(packed.troubles)
    told = {"n": number, "names": listed(packed.troubles[:NAMED_TROUBLES])}
    if number > NAMED_TROUBLES:
        said.append(_("%(n)s个文件未能收入，包括%(names)s，其余见目录。") % told)
    elif number:
        sentence = ngettext(
            "%(n)s个文件未能收入：%(names)s。", "%(n)s个文件未能收入：%(names)s。", number
        )
        said.append(sentence % told)
    return "".join(said)


# --- the archive --------------------------------------------------------------------------------


def write_pack(
    target: BinaryIO,
    contents: Sequence[PackSchedule],
    *,
    unit: Unit,
    about: list[tuple[str, Any]],
    moment: datetime,
    tell: Tell,
) -> Packed:
    """Write the archive: the files of each schedule and meeting, then the index and the hashes.

    ``moment`` is written as that of the index; files keep the moment they were handed in.
    """
    storage = Evidence._meta.get_field("file").storage
    total = 1 + sum(
        not file.is_reference for each in contents for entry in each.entries for file in entry.files
    )
    packed = Packed()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        folders = _Folders(unit)
        for number, schedule in enumerate(contents, start=1):
            folders.begin(number, schedule)
            for entry in schedule.entries:
                _pack_entry(archive, storage, schedule, entry, folders, packed, tell, total)
        write_text(archive, packed, "index.html", _html(packed, about), moment)
        write_text(archive, packed, "index.xlsx", [_xlsx(packed, about)], moment)
        sums = [f"{digest}  {name}\n".encode() for digest, name in packed.sums]
        write_text(archive, packed, "SHA256SUMS.txt", sums, moment)
    tell(total, total)
    return packed


class _Folders:
    """Names of folders: numbered, short, safe everywhere, and each only once."""

    def __init__(self, unit: Unit):
        self.unit = unit.label
        self.schedule = ""
        self.taken: set[str] = set()
        self.of: dict[int, str] = {}

    def begin(self, number: int, schedule: PackSchedule) -> None:
        self.schedule = f"{number:02}-{safe_name(schedule.name, SCHEDULE_LENGTH)}"

    def name(self, entry: PackEntry) -> str:
        """The folder of the entry, the same whenever it is asked for."""
        if id(entry) not in self.of:
            parts = [f"{entry.held_on}"]
            if entry.unit != self.unit:
                parts.append(safe_name(entry.unit, ENTRY_LENGTH))
            parts.append(safe_name(entry.title, ENTRY_LENGTH))
            plain = folder = f"{self.schedule}/{'-'.join(parts)}"
            again = 1
            while folder.casefold() in self.taken:
                again += 1
                folder = f"{plain}-{again}"
            self.taken.add(folder.casefold())
            self.of[id(entry)] = folder
        return self.of[id(entry)]


def _pack_entry(
    archive: zipfile.ZipFile,
    storage: Storage,
    schedule: PackSchedule,
    entry: PackEntry,
    folders: _Folders,
    packed: Packed,
    tell: Tell,
    total: int,
) -> None:
    """The files of one meeting, with their lines of the index."""
    line = {"schedule": schedule.name, "periods": listed(entry.periods), "entry": entry}
    if entry.kept_by:
        note = _("由%(unit)s统一召开，材料在该单位的材料包中") % {"unit": entry.kept_by}
        packed.add(Line(**line, note=note))
        return
    if entry.home is not None:
        note = _("与序号%(n)s是同一次会议，材料见该处") % {"n": packed.first[id(entry.home)]}
        packed.add(Line(**line, note=note))
        return
    if not entry.files:
        packed.add(Line(**line))
    place = 0
    for file in entry.files:
        if file.is_reference:
            packed.references += 1
            packed.add(Line(**line, file=file, note=_note(file)))
            continue
        place += 1
        path = f"{folders.name(entry)}/{file_name(place, file)}"
        trouble = against_packing(storage, file)
        if trouble:
            packed.troubles.append(_("%(path)s（%(why)s）") % {"path": path, "why": trouble})
            packed.add(Line(**line, file=file, note=trouble))
        else:
            copy_file(archive, storage, file, path, lambda: tell(packed.done, total))
            packed.files += 1
            packed.size += file.size
            packed.sums.append((file.sha256, path))
            packed.add(Line(**line, file=file, path=path, note=_note(file)))
        tell(packed.done, total)


def against_packing(storage: Storage, file: PackFile) -> str:
    """Why a stored file cannot be packed, in words; empty when it is what was kept.

    It is read once for its hash and then once more into the archive: what is written into a ZIP
    cannot be taken out again.
    """
    digest = hashlib.sha256()
    try:
        with storage.open(file.stored, "rb") as stored:
            for chunk in iter(lambda: stored.read(CHUNK), b""):
                digest.update(chunk)
    except FileNotFoundError:
        return _("文件缺失")
    except OSError:
        return _("文件读取失败")
    return "" if digest.hexdigest() == file.sha256 else _("与存入时的校验值不符")


def copy_file(
    archive: zipfile.ZipFile, storage: Storage, file: PackFile, path: str, on_the_way: Any
) -> None:
    """Write a stored file into the archive, a mebibyte at a time; ``on_the_way`` hears of each."""
    info = _info(path, localtime(file.entered_at), file.size)
    if PurePath(path).suffix in COMPRESSED:
        info.compress_type = zipfile.ZIP_STORED
    with storage.open(file.stored, "rb") as stored, archive.open(info, "w") as written:
        for chunk in iter(lambda: stored.read(CHUNK), b""):
            written.write(chunk)
            on_the_way()


def _info(path: str, moment: datetime, size: int = 0) -> zipfile.ZipInfo:
    # The format knows no day before 1980.
    when = max(moment.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    info = zipfile.ZipInfo(path, when)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.file_size = size
    return info


def write_text(
    archive: zipfile.ZipFile, packed: Packed, path: str, parts: Iterable[bytes], moment: datetime
) -> None:
    """Write parts of a text into the archive as they come, and keep its hash."""
    digest = hashlib.sha256()
    with archive.open(_info(path, moment), "w", force_zip64=True) as written:
        for part in parts:
            digest.update(part)
            written.write(part)
    packed.sums.append((digest.hexdigest(), path))


# --- names --------------------------------------------------------------------------------------

# What some system forbids in a name, and marks that turn a name around for the eye.
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+')


def safe_name(text: str, most: int) -> str:
    """Text as a name of a file or folder that every system takes, of at most that length."""
    kept = " ".join(_UNSAFE.sub(" ", text).split())[:most].strip(" .")
    return kept or "-"


def file_name(place: int, file: PackFile) -> str:
    """01-会议记录.pdf: the place within the meeting, the kind, and the ending it was kept with."""
    ending = PurePath(file.stored).suffix.lower()
    return f"{place:02}-{safe_name(kind_word(file.kind), ENTRY_LENGTH)}{ending}"


def kind_word(kind: str) -> str:
    return str(EVIDENCE_KIND_LABELS[EvidenceKind(kind)])


def _note(file: PackFile) -> str:
    return str(REVIEW_STATE_LABELS[ReviewState(file.review)]) if file.review else ""


# --- the index ----------------------------------------------------------------------------------


def headings() -> list[str]:
    return [
        _("序号"),
        _("制度"),
        _("周期"),
        _("单位"),
        _("会议"),
        _("召开日"),
        _("录入日"),
        _("文件"),
        _("种类"),
        _("名称"),
        _("大小（字节）"),
        _("SHA-256"),
        _("公开属性"),
        _("索引"),
        _("说明"),
    ]


def cells(number: int, line: Line) -> list[Any]:
    """A line of the index, in the order of ``headings``."""
    entry, file = line.entry, line.file
    start = [
        number,
        line.schedule,
        line.periods,
        entry.unit,
        entry.title,
        entry.held_on,
        entry.entered_on,
        line.path,
    ]
    if file is None:
        return [*start, "", "", "", "", "", "", line.note]
    return [
        *start,
        kind_word(file.kind),
        file.title,
        file.size if file.stored else "",
        file.sha256,
        str(VISIBILITY_LABELS[Visibility(file.visibility)]),
        reference_words(file),
        line.note,
    ]


def reference_words(file: PackFile) -> str:
    """文号，议题，日期，保管：… of what is kept elsewhere; empty for a file."""
    if not file.is_reference:
        return ""
    parts = [file.number, file.item, day_label(file.day) if file.day else ""]
    return clauses(
        [*(part for part in parts if part), _("保管：%(keeper)s") % {"keeper": file.keeper}]
    )


def lacking_headings() -> list[str]:
    return [_("序号"), _("制度"), _("周期"), _("单位"), _("会议"), _("召开日"), _("缺少的材料")]


def lacking_cells(number: int, line: Line) -> list[Any]:
    entry = line.entry
    return [
        number,
        line.schedule,
        line.periods,
        entry.unit,
        entry.title,
        entry.held_on,
        listed(entry.lacking),
    ]


def _xlsx(packed: Packed, about: list[tuple[str, Any]]) -> bytes:
    rows = (cells(number, line) for number, line in enumerate(packed.lines, start=1))
    lacking = (lacking_cells(number, line) for number, line in enumerate(packed.lacking(), start=1))
    return workbook(
        _with_headings(headings(), rows),
        sheet=_("目录"),
        about=[*about, (_("未能收入"), listed(packed.troubles) or _("无"))],
        more=[(_("缺少的材料"), _with_headings(lacking_headings(), lacking))],
    )


def _with_headings(first: list[str], rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    yield first
    yield from rows


# The pack leaves the site: its page brings its own few rules, and asks for nothing from outside.
_STYLE = """
body { font: 14px/1.55 "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif;
  margin: 1.5rem auto; max-width: 78rem; padding: 0 1rem; color: #1a2230; background: #fff; }
h1 { font-size: 1.4rem; margin: 0 0 .6rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; grid-gap: .2rem 1rem; margin: 0; }
dt { color: #515c6a; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: #515c6a; }
th, td { border: 1px solid #c3c9d2; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #eef2f7; font-weight: 600; white-space: nowrap; }
td.n { text-align: right; white-space: nowrap; } td.day { white-space: nowrap; }
code { font: .75rem/1.3 Consolas, monospace; word-break: break-all; }
.warn { color: #8a5306; } .bad { color: #ad241b; font-weight: 600; } small { color: #515c6a; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } tr { page-break-inside: avoid; }
  thead { display: table-header-group; } @page { size: A4 landscape; margin: 12mm; } }
"""


def _html(packed: Packed, about: list[tuple[str, Any]]) -> Iterator[bytes]:
    """The index to read in any browser, with a link to each file; a piece at a time."""
    title = _("佐证材料目录")
    yield (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
    ).encode()
    yield format_html("<title>{0}</title></head><body><h1>{0}</h1><dl>", title).encode()
    yield format_html_join("", "<dt>{}</dt><dd>{}</dd>", _about_words(about)).encode()
    yield format_html("</dl><p>{}</p>", summary(packed)).encode()
    if packed.troubles:
        yield format_html('<h2 class="bad">{}</h2><ul>', _("未能收入的文件")).encode()
        yield format_html_join("", "<li>{}</li>", ((each,) for each in packed.troubles)).encode()
        yield b"</ul>"
    lacking = packed.lacking()
    yield format_html("<h2>{}</h2>", _("缺少的材料")).encode()
    if lacking:
        yield _table_head(lacking_headings())
        for number, line in enumerate(lacking, start=1):
            yield _row(lacking_cells(number, line))
        yield b"</tbody></table>"
    else:
        yield format_html("<p>{}</p>", _("不缺材料。")).encode()
    schedule = None
    for number, line in enumerate(packed.lines, start=1):
        if line.schedule != schedule:
            yield b"" if schedule is None else b"</tbody></table>"
            schedule = line.schedule
            yield format_html("<h2>{}</h2>", schedule).encode()
            yield _table_head(_shown_headings())
        yield _line_row(number, line)
    yield b"</body></html>" if schedule is None else b"</tbody></table></body></html>"


def _about_words(about: list[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in about:
        moment = isinstance(value, datetime)
        yield name, f"{day_label(value.date())} {value:%H:%M}" if moment else str(value)


def _table_head(names: Iterable[str]) -> bytes:
    heads = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in names))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>", heads).encode()


def _row(values: Iterable[Any]) -> bytes:
    shown = format_html_join("", "<td>{}</td>", ((value,) for value in values))
    return format_html("<tr>{}</tr>", shown).encode()


def _shown_headings() -> list[str]:
    return [
        _("序号"),
        _("周期"),
        _("会议"),
        _("召开日"),
        _("录入日"),
        _("文件"),
        _("大小"),
        _("SHA-256"),
        _("公开属性"),
        _("说明"),
    ]


def _line_row(number: int, line: Line) -> bytes:
    entry, file = line.entry, line.file
    shown: Any = ""
    if file is not None:
        word = kind_word(file.kind)
        shown = (
            format_html('<a href="{}">{}</a>', quote(line.path), PurePath(line.path).name)
            if line.path
            else word
        )
        below = file.title if file.stored else clauses([file.title, reference_words(file)])
        shown = format_html("{}<br><small>{}</small>", shown, below)
    elif entry.lacking:
        shown = format_html('<span class="warn">{}</span>', _("没有材料"))
    elif not line.note:
        shown = "—"
    return format_html(
        "<tr><td>{}</td><td>{}</td><td>{}<br><small>{}</small></td>"
        '<td class="day">{}</td><td class="day">{}</td><td>{}</td><td class="n">{}</td>'
        "<td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
        number,
        line.periods,
        entry.title,
        entry.unit,
        entry.held_on,
        entry.entered_on,
        shown,
        filesizeformat(file.size) if file and file.stored else "",
        file.sha256 if file else "",
        VISIBILITY_LABELS[Visibility(file.visibility)] if file else "",
        line.note,
    ).encode()
