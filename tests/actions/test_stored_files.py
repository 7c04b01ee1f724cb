"""Files that are gone, changed or nobody's are found and named; none is ever deleted."""

import os
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from reports.actions import stored_files
from reports.actions.evidence import Upload, add_evidence
from reports.actions.stored_files import set_orphans_aside
from reports.models import Evidence, Job
from reports.selectors import stored_files as reading
from reports.selectors.stored_files import FaultyFile, FileFault, faulty_files, orphans
from tests.factories import NOON, JobFactory, MeetingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(evidence_store, monkeypatch):
    storage = FileSystemStorage(location=evidence_store, base_url=None)
    for module in (stored_files, reading):
        monkeypatch.setattr(module, "storages", {"evidence": storage})
    return evidence_store


@pytest.fixture
def papers(folder):
    uploads = [
        Upload(SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4 " + name.encode())) for name in "abc"
    ]
    return add_evidence(target=MeetingFactory(), by=None, at=NOON, uploads=uploads)


def test_files_as_they_were_handed_in_are_fine(papers):
    assert list(faulty_files()) == []


def test_missing_altered_and_nobodys_files_are_named(papers, folder, capsys):
    gone, changed, _fine = papers
    os.unlink(folder / gone.file.name)
    (folder / changed.file.name).write_bytes(b"%PDF-1.4 x")
    (folder / "stray.pdf").write_bytes(b"x")

    found = list(faulty_files())
    with pytest.raises(SystemExit) as left:
        call_command("check_evidence")

    assert found == [
        FaultyFile(FileFault.MISSING, gone.file.name, "reports.evidence", gone.pk),
        FaultyFile(FileFault.ALTERED, changed.file.name, "reports.evidence", changed.pk),
        FaultyFile(FileFault.ORPHAN, "stray.pdf"),
    ]
    assert left.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        f"文件缺失 {gone.file.name} 佐证材料 {gone.pk}",
        f"与存入时的校验值不符 {changed.file.name} 佐证材料 {changed.pk}",
        "没有记录引用 stray.pdf",
    ]


def test_packs_of_jobs_belong_to_them_and_are_not_looked_for(folder):
    JobFactory(file="packs/gone.zip")
    (folder / "packs").mkdir()
    (folder / "packs" / "there.zip").write_bytes(b"x")
    job = JobFactory()
    Job.objects.filter(pk=job.pk).update(file="packs/there.zip")

    assert list(faulty_files()) == []


def test_old_strays_are_set_aside_and_young_ones_stay(papers, folder):
    (folder / "2026").mkdir(exist_ok=True)
    for name in ("2026/old.pdf", "young.pdf"):
        (folder / name).write_bytes(b"x")
    os.utime(folder / "2026" / "old.pdf", (1, 1))

    moved = set_orphans_aside(before=NOON - timedelta(days=1))
    left = orphans()

    assert moved == ["2026/old.pdf"]
    assert left == ["young.pdf"]
    assert (folder / ".orphans" / "2026" / "old.pdf").read_bytes() == b"x"
    assert Evidence.objects.count() == 3
