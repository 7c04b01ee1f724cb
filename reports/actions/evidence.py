"""Keeping files and references: content decides what a file is, never its name."""

import hashlib
import os
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import transaction
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.meetings import refresh_evidence_of_meetings, refresh_meeting_evidence
from reports.actions.refusals import Refused
from reports.models import (
    AccountGiven,
    AnnualReport,
    Deed,
    Evidence,
    EvidenceUse,
    LookBack,
    Measure,
    Meeting,
    Notice,
    Problem,
    Progress,
    Reply,
    Waiver,
    WorkRecord,
)
from reports.models.choices import EvidenceKind, ReviewState, Visibility, listed

HEAD = 4096
ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Extension → media type; what is not here is not kept.
MEDIA = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".doc": "application/msword",
    ".wps": "application/vnd.ms-works",
    ".xls": "application/vnd.ms-excel",
    ".et": "application/vnd.ms-excel",
    ".ofd": "application/ofd",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
}
# What a browser may show within the page; everything else is a download.
INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/gif", "image/webp"})
STARTS = {
    ".pdf": (b"%PDF-",),
    ".doc": (OLE,),
    ".wps": (OLE,),
    ".xls": (OLE,),
    ".et": (OLE,),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".bmp": (b"BM",),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".tiff": (b"II*\x00", b"MM\x00*"),
}
# A zip is what it holds.
HELD = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".ofd": "OFD.xml"}


class CannotKeepEvidence(Refused):
    """The file or reference cannot be kept; each sentence names the file."""


class CannotReviewEvidence(Refused):
    """It is not there to be judged, not by this person, or not without a reason."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    file: File
    kind: EvidenceKind = EvidenceKind.MINUTES
    title: str = ""
    visibility: Visibility = Visibility.INTERNAL


@dataclass(frozen=True, slots=True)
class Reference:
    """What stays in its safe: where to find it."""

    title: str
    keeper: str
    number: str = ""
    item: str = ""
    day: date | None = None
    kind: EvidenceKind = EvidenceKind.MINUTES


Target = (
    Meeting
    | Problem
    | Measure
    | Progress
    | Waiver
    | AnnualReport
    | Notice
    | Reply
    | LookBack
    | WorkRecord
    | Deed
    | AccountGiven
)


# The files written since the outermost ``atomic_with_files`` began.
_written: ContextVar[list[FieldFile] | None] = ContextVar("written", default=None)


@contextmanager
def atomic_with_files() -> Iterator[None]:
    """A transaction that leaves no file behind when it fails.

    Doors that record something together with its files wrap both calls in one.
    """
    outer, mine = _written.get(), []
    token = _written.set(mine)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for file in mine:
            file.storage.delete(file.name)
        raise
    finally:
        _written.reset(token)
    if outer is not None:
        outer.extend(mine)


def add_evidence(
    *,
    target: Target,
    by: User | None,
    at: datetime,
    uploads: Iterable[Upload] = (),
    references: Iterable[Reference] = (),
) -> list[Evidence]:
    """Keep files and references as evidence of one thing, all or none.

    Refuses what is empty, too large (``EVIDENCE_MAX_MB``), of a kind not kept, or not what its
    name says; nothing is left on disk when it refuses or the transaction fails.
    """
    uploads, references = list(uploads), list(references)
    reasons = [reason for each in uploads for reason in reasons_against_file(each.file)]
    reasons += [
        _("“%(title)s”：请填写材料名称和保管人或保管部门。") % {"title": each.title}
        for each in references
        if not each.keeper.strip() or not each.title.strip()
    ]
    if reasons:
        raise CannotKeepEvidence(reasons)
    unit, bureau = _owner(target)
    common = {"unit": unit, "bureau": bureau, "recorded_at": at, "recorded_by": by}
    with atomic_with_files():
        kept = [_keep_file(upload, common) for upload in uploads]
        kept += [_keep_reference(reference, common) for reference in references]
        name = _name(target)
        EvidenceUse.objects.bulk_create(
            EvidenceUse(evidence=evidence, **{name: target}) for evidence in kept
        )
        if isinstance(target, Meeting):
            refresh_meeting_evidence(target.pk)
    return kept


@transaction.atomic
def keep_references(
    rows: Sequence[tuple[Meeting, Reference, datetime]], *, by: User | None
) -> list[Evidence]:
    """Note in bulk where papers of meetings are kept; each with its meeting and moment of entry.

    Refuses one without a title or keeper.
    """
    if reasons := _against_references(reference for _meeting, reference, _at in rows):
        raise CannotKeepEvidence(reasons)
    if not rows:
        return []
    kept = [
        _reference_row(
            reference,
            {
                "unit_id": meeting.unit_id,
                "bureau_id": meeting.bureau_id,
                "recorded_at": at,
                "recorded_by": by,
            },
        )
        for meeting, reference, at in rows
    ]
    bulk_create(Evidence, kept, by=by, at=max(at for _meeting, _reference, at in rows))
    EvidenceUse.objects.bulk_create(
        (
            EvidenceUse(evidence=evidence, meeting=meeting)
            for evidence, (meeting, _reference, _at) in zip(kept, rows, strict=True)
        ),
        batch_size=500,
    )
    refresh_evidence_of_meetings({meeting.pk for meeting, _reference, _at in rows})
    return kept


@transaction.atomic
def cancel_evidence(*, evidence_id: int, because: str, by: User, at: datetime) -> Evidence:
    """Evidence entered by mistake: stays readable with the reason, proves nothing any more."""
    evidence = Evidence.objects.select_for_update().get(pk=evidence_id)
    if evidence.is_cancelled:
        raise CannotKeepEvidence([_("该材料已作废。")])
    if not because.strip():
        raise CannotKeepEvidence([_("请写明作废原因。")])
    evidence.cancelled_at, evidence.cancelled_by = at, by
    evidence.cancelled_because = because.strip()
    evidence.save()
    for use in evidence.uses.filter(meeting__isnull=False):
        refresh_meeting_evidence(use.meeting_id)
    return evidence


@transaction.atomic
def review_evidence(
    *, evidence_id: int, state: ReviewState, note: str, by: User, at: datetime
) -> Evidence:
    """Accept evidence of a meeting, or return it with the reason; then it proves nothing any more.

    Who may review is the door's question. Refuses what was cancelled, what proves no meeting,
    one's own upload, a return without a reason, and saying the same again. A later review takes
    the place of an earlier one, which stays in the history.
    """
    evidence = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence_id)
    note = note.strip()
    meetings = list(
        evidence.uses.filter(meeting__isnull=False).values_list("meeting_id", flat=True)
    )
    reasons = []
    if evidence.is_cancelled:
        reasons.append(_("该材料已作废。"))
    if not meetings:
        reasons.append(_("这里只审核会议的材料；问题、措施的材料随核查一并认定。"))
    if evidence.recorded_by_id == by.pk:
        reasons.append(_("自己上传的材料须由他人审核。"))
    if state == ReviewState.RETURNED and not note:
        reasons.append(_("退回材料请写明原因，便于重新提交。"))
    if (evidence.review, evidence.review_note) == (state.value, note):
        reasons.append(_("该材料已是这一审核结果。"))
    if reasons:
        raise CannotReviewEvidence(reasons)
    evidence.review, evidence.review_note = state.value, note
    evidence.reviewed_by, evidence.reviewed_at = by, at
    evidence.save()
    refresh_evidence_of_meetings(meetings)
    return evidence


def reasons_against_file(file: File) -> list[str]:
    """Why a file cannot be kept, naming it; empty when it can. Reads, and rewinds, the file."""
    name = PurePath(file.name or "").name
    ending = PurePath(name).suffix.lower()
    said = {"name": name, "most": settings.EVIDENCE_MAX_MB, "kinds": listed(sorted(MEDIA))}
    if not file.size:
        return [_("“%(name)s”是空文件。") % said]
    if file.size > settings.EVIDENCE_MAX_MB * 1024 * 1024:
        return [_("“%(name)s”超过 %(most)s MB，请压缩或拆分后再传。") % said]
    if ending not in MEDIA:
        return [_("“%(name)s”的格式不能上传；可以上传：%(kinds)s。") % said]
    if not _is_what_it_says(file, ending):
        return [_("“%(name)s”的内容与扩展名不符，可能已损坏或被改名。") % said]
    if ending in HELD and _has_macros(file):
        return [_("“%(name)s”含有宏，请另存为不含宏的文件后再传。") % said]
    return []


def _is_what_it_says(file: File, ending: str) -> bool:
    head = _head(file)
    if ending in STARTS:
        return head.startswith(STARTS[ending])
    if ending == ".webp":
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if ending in HELD:
        return head.startswith(ZIP) and HELD[ending] in _members(file)
    return _is_text(file)


def _head(file: File) -> bytes:
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return head


def _members(file: File) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return []
    finally:
        file.seek(0)


def _has_macros(file: File) -> bool:
    return any(name.lower().endswith("vbaproject.bin") for name in _members(file))


def _is_text(file: File) -> bool:
    file.seek(0)
    data = file.read()
    file.seek(0)
    if b"\x00" in data:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _owner(target: Target) -> tuple[object, object]:
    if isinstance(target, Progress):
        return target.measure.unit, target.measure.bureau
    if isinstance(target, Waiver):
        return target.due.unit, target.due.bureau
    if isinstance(target, Reply):
        return target.item.notice.unit, target.item.notice.bureau
    if isinstance(target, AnnualReport):
        return target.bureau, target.bureau
    if isinstance(target, LookBack):
        return target.problem.unit, target.problem.bureau
    return target.unit, target.bureau


def _name(target: Model) -> str:
    if isinstance(target, LookBack):
        return "look_back"
    if isinstance(target, WorkRecord):
        return "record"
    if isinstance(target, AccountGiven):
        return "account"
    return "report" if isinstance(target, AnnualReport) else type(target).__name__.lower()


def _keep_file(upload: Upload, common: dict[str, object]) -> Evidence:
    """Store the file under a name of our own, with its hash."""
    name = "".join(each for each in upload.file.name or "" if each.isprintable())
    original = PurePath(name).name[-200:]
    ending = PurePath(original).suffix.lower()
    evidence = Evidence(
        kind=upload.kind.value,
        title=(upload.title.strip() or PurePath(original).stem)[:150],
        visibility=upload.visibility.value,
        original_name=original,
        media_type=MEDIA[ending],
        size=upload.file.size,
        sha256=_sha256(upload.file),
        **common,
    )
    folder = f"{common['recorded_at']:%Y/%m}"
    evidence.file.save(f"{folder}/{uuid.uuid4().hex}{ending}", upload.file, save=False)
    _note(evidence.file)
    _settle(evidence.file)
    evidence.save()
    return evidence


def _note(file: FieldFile) -> None:
    written = _written.get()
    if written is not None:
        written.append(file)


def _settle(file: FieldFile) -> None:
    """On the disk before the row says so: the database syncs at its commit, a plain file never."""
    try:
        path = file.storage.path(file.name)
    except NotImplementedError:
        # A storage without folders has it when the upload is acknowledged.
        return
    for each in (path, os.path.dirname(path)):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _against_references(references: Iterable[Reference]) -> list[str]:
    return [
        _("“%(title)s”：请填写保管人或保管部门。") % {"title": each.title}
        for each in references
        if not each.keeper.strip() or not each.title.strip()
    ]


def _keep_reference(reference: Reference, common: dict[str, object]) -> Evidence:
    evidence = _reference_row(reference, common)
    evidence.save()
    return evidence


def _reference_row(reference: Reference, common: dict[str, object]) -> Evidence:
    return Evidence(
        kind=reference.kind.value,
        title=reference.title.strip(),
        reference_number=reference.number.strip(),
        reference_item=reference.item.strip(),
        reference_day=reference.day,
        reference_keeper=reference.keeper.strip(),
        **common,
    )


def _sha256(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
