"""A volume with its evidence as one ZIP: a folder for each item, every file once, an index.

What several items rest on lies with the first of them; the index of the others points there.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.actions.jobs import Tell, drop_old_files, making_file
from reports.domain.assessments import plain_points
from reports.exchange.assessments import finding_word, volume_docx
from reports.exchange.evidence_pack import (
    CannotPack,
    Packed,
    against_packing,
    copy_file,
    file_name,
    kind_word,
    pack_evidence,
    reference_words,
    safe_name,
    write_text,
)
from reports.exchange.sheets import workbook
from reports.models import Assessment, Evidence, Job
from reports.models.choices import (
    ITEM_GAP_LABELS,
    VISIBILITY_LABELS,
    EvidenceKind,
    Visibility,
    listed,
)
from reports.selectors.assessments import ItemLine, ProofLine, Volume, files_of, volume_of
from reports.selectors.packs import PackFile
from reports.selectors.scope import Scope, scope_of

NUMBER_LENGTH, TEXT_LENGTH, TITLE_LENGTH = 12, 24, 24


@dataclass(frozen=True, slots=True)
class AssessmentOrder:
    """What was asked for: kept as the arguments of the job."""

    assessment_id: int
    unit_id: int
    year: int
    references: bool
    why: str

    def arguments(self) -> dict[str, object]:
        """With the unit and the year, as for any pack: who may fetch it is asked of the unit."""
        return {
            "assessment": self.assessment_id,
            "unit": self.unit_id,
            "year": self.year,
            "kinds": [kind.value for kind in EvidenceKind],
            "references": self.references,
            "why": self.why,
        }


def pack(job: Job, today: date, tell: Tell) -> str:
    """Make the pack a job asks for: of a volume, or of a unit and year."""
    if "assessment" in job.arguments:
        return pack_assessment(job, today, tell)
    return pack_evidence(job, today, tell)


def pack_assessment(job: Job, today: date, tell: Tell) -> str:
    """Make the pack of a volume and keep it with the job; what came of it, in words.

    What may go in is decided now, by what who asked may read today. A file that is missing, or
    not what it was when it was kept, is left out and named. Raises ``CannotPack``.
    """
    drop_old_files(at=job.started_at)
    if job.asked_by is None or not job.asked_by.is_active:
        raise CannotPack([_("发起人的账号已停用。")])
    scope = scope_of(job.asked_by, today=today)
    rows = scope.limit(Assessment.objects.select_related("unit__bureau"))
    assessment = rows.filter(pk=job.arguments["assessment"]).first()
    if assessment is None:
        raise CannotPack([_("发起人已无权查看该迎检卷。")])
    volume = volume_of(assessment)
    moment = localtime(job.started_at)
    by = job.asked_by
    about = [
        (_("单位"), assessment.unit.name),
        (_("迎检卷"), assessment.title),
        (_("年度"), assessment.year),
        (_("用途"), job.arguments["why"]),
        (_("打包人"), by.get_full_name() or by.get_username()),
        (_("打包时间"), moment.replace(tzinfo=None)),
    ]
    with making_file(job, ".zip") as target:
        packed = write_volume(
            target,
            volume,
            scope=scope,
            references=bool(job.arguments["references"]),
            about=about,
            moment=moment,
            tell=tell,
        )
    return summary(packed)


@dataclass(frozen=True, slots=True)
class VolumeLine:
    """A line of the index: an item, a proof of it, a file of the proof."""

    item: ItemLine
    proof: ProofLine | None = None
    file: PackFile | None = None
    path: str = ""
    note: str = ""


@dataclass(slots=True)
class PackedVolume(Packed):
    """What went into the pack of a volume."""

    index: list[VolumeLine] = field(default_factory=list)
    # What could not be packed, by where it is stored: it is tried once.
    refused: dict[str, str] = field(default_factory=dict)
    bare: int = 0


def summary(packed: PackedVolume) -> str:
    """One sentence on what went in and what lacks, one on what could not be packed."""
    said = _(
        "共收入%(files)s个文件（%(size)s），登记索引%(references)s条；%(bare)s项没有佐证。"
    ) % {
        "files": packed.files,
        "size": filesizeformat(packed.size),
        "references": packed.references,
        "bare": packed.bare,
    }
    if not packed.troubles:
        return said
    return said + _("未能收入：%(names)s。") % {"names": listed(packed.troubles[:3])}


def write_volume(
    target: BinaryIO,
    volume: Volume,
    *,
    scope: Scope,
    references: bool,
    about: list[tuple[str, Any]],
    moment: datetime,
    tell: Tell,
) -> PackedVolume:
    """Write the archive: the volume as .docx, the files item by item, the index and the hashes."""
    proofs = [p for line in volume.lines for p in line.proofs if not p.is_cancelled]
    files = files_of(scope, proofs, references=references)
    storage = Evidence._meta.get_field("file").storage
    total = 1 + len({f.stored for rows in files.values() for f in rows if not f.is_reference})
    packed = PackedVolume()
    placed: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for number, line in enumerate(volume.lines, start=1):
            folder = _folder(number, line)
            standing = [proof for proof in line.proofs if not proof.is_cancelled]
            if not standing:
                packed.bare += 1
                packed.index.append(VolumeLine(line))
            for place, proof in enumerate(standing, start=1):
                own = files.get((proof.kind, proof.key), [])
                if not own:
                    packed.index.append(VolumeLine(line, proof, note=_without(proof)))
                for at, file in enumerate(own, start=1):
                    path = f"{folder}/{place:02}-{safe_name(proof.title, TITLE_LENGTH)}"
                    path = f"{path}/{file_name(at, file)}"
                    _put(archive, storage, packed, placed, VolumeLine(line, proof, file, path))
                    tell(packed.done, total)
        docx = volume_docx(volume, at=moment)
        write_text(archive, packed, f"{safe_name(_('迎检卷'), TITLE_LENGTH)}.docx", [docx], moment)
        write_text(archive, packed, "index.html", _html(packed, about), moment)
        write_text(archive, packed, "index.xlsx", [_xlsx(packed, about)], moment)
        sums = [f"{digest}  {name}\n".encode() for digest, name in packed.sums]
        write_text(archive, packed, "SHA256SUMS.txt", sums, moment)
    tell(total, total)
    return packed


def _folder(number: int, line: ItemLine) -> str:
    """001-1.2-党委专题研究: numbered, so that folders stand in the order of the volume."""
    code = safe_name(line.item.number, NUMBER_LENGTH)
    return f"{number:03}-{code}-{safe_name(line.item.text, TEXT_LENGTH)}"


def _without(proof: ProofLine) -> str:
    return "" if proof.has_evidence else _("没有材料")


def _put(
    archive: zipfile.ZipFile,
    storage: Any,
    packed: PackedVolume,
    placed: dict[str, str],
    line: VolumeLine,
) -> None:
    """One file at its place; one that lies there already is pointed to."""
    file, path = line.file, line.path
    assert file is not None
    if file.is_reference:
        packed.references += 1
        packed.index.append(VolumeLine(line.item, line.proof, file, note=reference_words(file)))
        return
    if file.stored in placed:
        packed.index.append(VolumeLine(line.item, line.proof, file, placed[file.stored]))
        return
    if file.stored in packed.refused:
        note = packed.refused[file.stored]
        packed.index.append(VolumeLine(line.item, line.proof, file, note=note))
        return
    trouble = against_packing(storage, file)
    if trouble:
        packed.refused[file.stored] = trouble
        packed.troubles.append(_("%(path)s（%(why)s）") % {"path": path, "why": trouble})
        packed.index.append(VolumeLine(line.item, line.proof, file, note=trouble))
        return
    copy_file(archive, storage, file, path, lambda: None)
    placed[file.stored] = path
    packed.files += 1
    packed.size += file.size
    packed.sums.append((file.sha256, path))
    packed.index.append(line)


# --- the index ----------------------------------------------------------------------------------


def headings() -> list[str]:
    """The headings of the index."""
    return [
        _("编号"),
        _("考核内容"),
        _("分值"),
        _("自评"),
        _("佐证"),
        _("记录"),
        _("日期"),
        _("文件"),
        _("种类"),
        _("公开属性"),
        _("说明"),
    ]


def cells(line: VolumeLine) -> list[Any]:
    """A line of the index, in the order of ``headings``."""
    item, proof, file = line.item.item, line.proof, line.file
    start = [item.number, item.text, plain_points(item.points), finding_word(item.finding)]
    if proof is None:
        gaps = listed(ITEM_GAP_LABELS[gap] for gap in line.item.gaps)
        return [*start, "", "", None, "", "", "", gaps]
    start += [proof.word, proof.title, proof.day]
    if file is None:
        return [*start, "", "", "", line.note]
    visible = str(VISIBILITY_LABELS[Visibility(file.visibility)])
    return [*start, line.path, kind_word(file.kind), visible, line.note]


def _xlsx(packed: PackedVolume, about: list[tuple[str, Any]]) -> bytes:
    rows = [headings(), *(cells(line) for line in packed.index)]
    return workbook(
        rows,
        sheet=_("目录"),
        about=[*about, (_("未能收入"), listed(packed.troubles) or _("无"))],
    )


# The pack leaves the site: its page brings its own few rules, and asks for nothing from outside.
_STYLE = """
body { font: 14px/1.55 "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif;
  margin: 1.5rem auto; max-width: 78rem; padding: 0 1rem; color: #1a2230; background: #fff; }
h1 { font-size: 1.4rem; margin: 0 0 .6rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #c3c9d2; padding: .25rem .5rem; text-align: left; vertical-align: top; }
th { background: #eef2f7; font-weight: 600; white-space: nowrap; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } tr { page-break-inside: avoid; }
  thead { display: table-header-group; } @page { size: A4 landscape; margin: 12mm; } }
"""


def _html(packed: PackedVolume, about: Iterable[tuple[str, Any]]) -> Iterator[bytes]:
    """The index to read in any browser, with a link to each file; a piece at a time."""
    yield (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
    ).encode()
    yield format_html("<title>{0}</title></head><body><h1>{0}</h1>", _("迎检卷目录")).encode()
    yield format_html_join("", "<p>{} {}</p>", about).encode()
    yield format_html("<p>{}</p>", summary(packed)).encode()
    heads = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in headings()))
    yield format_html("<table><thead><tr>{}</tr></thead><tbody>", heads).encode()
    for line in packed.index:
        values = ["" if value is None else value for value in cells(line)]
        if line.path:
            at = values.index(line.path)
            name = line.path.rpartition("/")[2]
            values[at] = format_html('<a href="{}">{}</a>', quote(line.path), name)
        shown = format_html_join("", "<td>{}</td>", ((value,) for value in values))
        yield format_html("<tr>{}</tr>", shown).encode()
    yield b"</tbody></table></body></html>"
