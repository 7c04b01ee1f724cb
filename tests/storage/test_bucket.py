"""Evidence in a bucket: the same pages, hashes and refusals as with a folder."""

import hashlib
import zipfile

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client

from reports.actions.evidence import Upload, add_evidence, atomic_with_files
from reports.actions.jobs import making_file
from reports.domain.access import Role
from reports.exchange.whole_ledger import CannotReadLedger, FileEntry, _Placed
from reports.models import Evidence, Job
from reports.selectors.audit import evidence_differences
from tests.factories import MeetingFactory, member

pytest.importorskip("storages")
moto = pytest.importorskip("moto.server")

from config.storages import EvidenceBucket  # noqa: E402

KEYS = {"access_key": "trial", "secret_key": "trial-secret", "region_name": "us-east-1"}
CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 8192  # 2 MiB: more than stays in memory


@pytest.fixture(scope="module")
def server():
    started = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture
def node(server, request):
    """Makes the storage of one more web node: a client of its own of the same bucket."""
    name = request.node.name.replace("_", "-")[-60:].strip("-")

    def another(**options):
        return EvidenceBucket(**KEYS, bucket_name=name, **{"endpoint_url": server} | options)

    another().connection.create_bucket(Bucket=name)
    return another


@pytest.fixture
def kept_in(monkeypatch):
    """Lets this process be the node with that storage."""

    def use(storage):
        for model in (Evidence, Job):
            monkeypatch.setattr(model._meta.get_field("file"), "storage", storage)
        return storage

    return use


def hand_in(content=CONTENT, by=None):
    meeting = MeetingFactory()
    by = by or member(Role.LEGAL_OFFICER, meeting.bureau)
    [evidence] = add_evidence(
        target=meeting,
        uploads=[Upload(ContentFile(content, name="会议记录.pdf"))],
        by=by,
        at=meeting.recorded_at,
    )
    return evidence, by


def names_in(storage):
    return sorted(each.key for each in storage.bucket.objects.all())


def content_of(storage, name):
    with storage.open(name, "rb") as stored:
        return stored.read()


def page_of(user, evidence):
    client = Client(raise_request_exception=False)
    client.force_login(user, settings.AUTHENTICATION_BACKENDS[-1])
    return client.get(f"/evidence/{evidence.pk}/")


@pytest.mark.django_db
def test_one_node_takes_the_file_in_and_another_hands_it_out(node, kept_in):
    kept_in(node())
    evidence, officer = hand_in()

    kept_in(node())
    response = page_of(officer, Evidence.objects.get())

    assert b"".join(response.streaming_content) == CONTENT
    assert evidence.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert list(evidence_differences()) == []


@pytest.mark.django_db
def test_who_may_not_see_it_does_not_get_it(node, kept_in):
    kept_in(node())
    evidence, _officer = hand_in()
    stranger = member(Role.LEGAL_OFFICER, MeetingFactory().bureau)

    assert page_of(stranger, evidence).status_code == 404


@pytest.mark.django_db
def test_a_file_has_no_address_of_its_own(node, kept_in):
    kept_in(node())
    evidence, _officer = hand_in()

    with pytest.raises(ValueError, match="asks who"):
        _ = evidence.file.url


@pytest.mark.django_db
def test_what_is_missing_or_altered_in_the_bucket_is_named(node, kept_in):
    storage = kept_in(node())
    gone, officer = hand_in()
    altered, _officer = hand_in()
    storage.bucket.Object(gone.file.name).delete()
    storage.bucket.Object(altered.file.name).put(Body=b"%PDF-1.4 another")

    found = [(each.pk, each.field) for each in evidence_differences()]

    assert found == [(gone.pk, "file"), (altered.pk, "sha256")]
    assert page_of(officer, gone).status_code == 404


@pytest.mark.django_db
def test_a_file_is_never_written_over(node):
    first, second = node(), node()
    names = [
        storage.save("2026/06/one.pdf", ContentFile(content, name="one.pdf"))
        for storage, content in ((first, b"first"), (second, b"second"))
    ]

    assert names[0] == "2026/06/one.pdf"
    assert len(set(names)) == 2
    assert [content_of(first, name) for name in names] == [b"first", b"second"]


@pytest.mark.django_db
def test_a_refused_record_leaves_nothing_in_the_bucket(node, kept_in):
    storage = kept_in(node())

    def refused():
        with atomic_with_files():
            hand_in()
            assert len(names_in(storage)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        refused()

    assert names_in(storage) == []


@pytest.mark.django_db
def test_what_a_job_makes_goes_to_the_bucket(node, kept_in):
    storage = kept_in(node())
    job = Job(kind="pack_evidence")

    with making_file(job, ".zip") as made:
        made.write(b"a pack")

    assert names_in(storage) == [job.file.name]
    assert content_of(node(), job.file.name) == b"a pack"


@pytest.mark.django_db
def test_a_bucket_that_does_not_answer_is_no_missing_file(node, kept_in):
    kept_in(node())
    evidence, officer = hand_in()
    kept_in(node(endpoint_url="http://127.0.0.1:9"))

    response = page_of(officer, evidence)

    assert response.status_code == 503
    assert "暂时无法使用" in response.content.decode()


def archived(path, name, content):
    """A file of a whole ledger in its archive, and how it is entered there."""
    entry = FileEntry(name, len(content), hashlib.sha256(content).hexdigest())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry.member, content)
    return zipfile.ZipFile(path), entry


def test_the_files_of_a_whole_ledger_go_to_the_bucket(node, tmp_path):
    storage = node()
    archive, entry = archived(tmp_path / "ledger.zip", "2026/06/one.pdf", b"first")

    with archive, _Placed() as placed:
        placed.write(archive, entry, storage)
        placed.move()
        placed.stays()

    assert names_in(storage) == ["2026/06/one.pdf"]
    assert content_of(storage, "2026/06/one.pdf") == b"first"


def test_nothing_of_a_refused_ledger_stays_in_the_bucket(node, tmp_path):
    storage = node()
    storage.save("2026/06/two.pdf", ContentFile(b"another"))
    archive, one = archived(tmp_path / "one.zip", "2026/06/one.pdf", b"first")
    again, two = archived(tmp_path / "two.zip", "2026/06/two.pdf", b"second")

    def refused():
        with _Placed() as placed:
            placed.write(archive, one, storage)
            placed.write(again, two, storage)

    with archive, again, pytest.raises(CannotReadLedger, match=r"two\.pdf"):
        refused()

    assert names_in(storage) == ["2026/06/two.pdf"]
    assert content_of(storage, "2026/06/two.pdf") == b"another"
