"""The whole ledger, or one bureau, out and back in; every bad file refused."""

import json
import os
import zipfile
from datetime import date
from functools import cache
from hashlib import sha256
from io import BytesIO

import factory
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, connection, transaction
from django.db.models import F

import tests.factories
from reports.actions.jobs import work_job
from reports.domain.access import Role
from reports.domain.ledger_file import FILES, MANIFEST, ColumnKind
from reports.exchange.ledger_schema import schema_text
from reports.exchange.whole_ledger import (
    CannotFindBureau,
    CannotReadLedger,
    LedgerOrder,
    find_bureau,
    pack_ledger,
    read_ledger,
    write_ledger,
)
from reports.models import Due, Evidence, Job, Meeting, Membership, Person, Problem, Unit
from reports.models.choices import JobKind, JobState
from reports.selectors.whole_ledger import (
    LEFT_OUT,
    WHOLE_ONLY,
    bureau_rows,
    bureau_tables,
    filled_tables,
    references,
    tables,
    whole_rows,
)
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    DueFactory,
    EvidenceFactory,
    EvidenceUseFactory,
    JobFactory,
    MeetingFactory,
    MembershipFactory,
    PersonFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db


@cache
def every_factory():
    found = {}
    for name in dir(tests.factories):
        each = getattr(tests.factories, name)
        if isinstance(each, type) and issubclass(each, factory.django.DjangoModelFactory):
            found[name] = each
    return list(found.values())


def contents():
    """Every table that a file holds: its rows as text."""
    return {table.name: [repr(row) for row in whole_rows(table)] for table in tables()}


def wipe():
    for table in tables():
        rows = table.model._base_manager.all()
        rows._raw_delete(rows.db)


def out(path, bureau=None):
    with path.open("wb") as target:
        return write_ledger(target, bureau=bureau, at=NOON, by="导出人")


@pytest.fixture
def ledger(evidence_store):
    """A row of every model, and one stored file."""
    for each in every_factory():
        each()
    unit = UnitFactory()
    for user in User.objects.all():
        MembershipFactory(user=user, unit=unit)
    evidence = EvidenceFactory(unit=unit, bureau=unit.bureau)
    name = Evidence._meta.get_field("file").storage.save("ab/纪要.pdf", ContentFile(b"%PDF-1"))
    Evidence.objects.filter(pk=evidence.pk).update(
        file=name, size=6, sha256=sha256(b"%PDF-1").hexdigest()
    )
    return evidence_store


# --- nothing is forgotten -----------------------------------------------------------------------


def test_every_model_is_in_the_file_or_named_as_left_out():
    every = {
        model._meta.label_lower
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    }

    assert {table.name for table in tables()} | set(LEFT_OUT) == every
    assert {table.name for table in tables()} & set(LEFT_OUT) == set()


def test_what_belongs_to_the_place_alone_is_in_the_whole_file_only():
    assert {table.name for table in tables()} - {t.name for t in bureau_tables()} == WHOLE_ONLY


def test_page_about_the_file_says_what_the_models_say():
    with open("docs/ledger-file.md", encoding="utf-8") as page:
        assert page.read() == schema_text()


# --- all of it ----------------------------------------------------------------------------------


def test_every_table_comes_back_as_it_was(ledger, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "ledger.zip"
    before = contents()
    bare = [t.name for t in tables() if t.name.startswith("reports.") and not before[t.name]]
    moved = out(path)
    wipe()
    os.remove(ledger / "ab" / "纪要.pdf")

    manifest, read = read_ledger(path)

    assert contents() == before
    assert [name for name in bare if "historical" not in name and "_" not in name] == []
    assert (ledger / "ab" / "纪要.pdf").read_bytes() == b"%PDF-1"
    assert (moved.rows, moved.files, moved.size) == (read.rows, read.files, read.size)
    assert moved.rows == sum(len(rows) for rows in before.values())
    assert (manifest.made_by, manifest.bureau) == ("导出人", None)


def test_new_rows_get_keys_behind_those_that_came(ledger, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "ledger.zip"
    out(path)
    last = Unit.objects.order_by("pk").last().pk
    wipe()

    read_ledger(path)

    assert BureauFactory().pk > last


def test_manifest_counts_and_hashes_every_member(ledger, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "ledger.zip"

    out(path)

    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        names = set(archive.namelist())
        for entry in [*manifest["tables"], manifest["files"]]:
            text = archive.read(entry["member"])
            assert (len(text), text.count(b"\n")) == (entry["size"], entry["rows"])
            assert sha256(text).hexdigest() == entry["sha256"]
        stored = archive.getinfo("evidence/ab/纪要.pdf")
    members = {entry["member"] for entry in manifest["tables"]}
    assert names == members | {MANIFEST, FILES, "evidence/ab/纪要.pdf"}
    assert stored.compress_type == zipfile.ZIP_STORED


def test_missing_and_changed_files_are_named_and_stop_nothing(ledger, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "ledger.zip"
    (ledger / "ab" / "纪要.pdf").write_bytes(b"other")

    changed = out(path)
    (ledger / "ab" / "纪要.pdf").unlink()
    missing = out(path)
    wipe()
    _manifest, read = read_ledger(path)

    assert [t for t in changed.troubles if "纪要" in t] == ["ab/纪要.pdf（与存入时的校验值不符）"]
    assert [t for t in missing.troubles if "纪要" in t] == ["ab/纪要.pdf（文件缺失）"]
    assert read.troubles == missing.troubles


def test_every_kind_of_column_is_among_the_rows(ledger):
    kinds = {column.kind for table in tables() for column in table.columns}

    assert kinds == set(ColumnKind) - {ColumnKind.FLOAT}


# --- what is refused ----------------------------------------------------------------------------


@cache
def small_file():
    """The bytes of the file of a small ledger; they are the same for every test."""
    unit = UnitFactory(name="东门派出所")
    evidence = EvidenceFactory(unit=unit, bureau=unit.bureau)
    storage = Evidence._meta.get_field("file").storage
    name = storage.save("纪要.pdf", ContentFile(b"%PDF-1"))
    Evidence.objects.filter(pk=evidence.pk).update(file=name, size=6, sha256="0" * 64)
    target = BytesIO()
    write_ledger(target, bureau=None, at=NOON, by="导出人")
    wipe()
    storage.delete(name)
    return target.getvalue()


@pytest.fixture
def made(evidence_store, tmp_path_factory):
    """A file of a small ledger, whose place is empty."""
    path = tmp_path_factory.mktemp("out") / "ledger.zip"
    path.write_bytes(small_file())
    return path


def rewritten(path, change, *, manifest=None, rename=None):
    """The same file with members changed, their entries in the manifest made to fit."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    told = json.loads(parts[MANIFEST])
    for entry in [*told["tables"], told["files"]]:
        if entry["member"] in parts:
            text = parts[entry["member"]]
            entry |= {
                "rows": text.count(b"\n"),
                "size": len(text),
                "sha256": sha256(text).hexdigest(),
            }
    if manifest:
        manifest(told)
    parts[MANIFEST] = json.dumps(told).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


UNITS = "tables/reports.unit.jsonl"


def change_units(old, new):
    def change(parts):
        assert old in parts[UNITS].decode()
        parts[UNITS] = parts[UNITS].decode().replace(old, new, 1).encode()

    return change


def nothing(parts):
    return


def more(name, text=b"x"):
    return lambda parts: parts.update({name: text})


def less(name):
    return lambda parts: parts.pop(name)


BAD = {
    "traversal": ({"change": more("evidence/../../x.pdf")}, "文件内有不安全的路径"),
    "absolute": ({"change": more("/etc/x")}, "文件内有不安全的路径"),
    "backslash": ({"change": more("evidence/a:b.pdf")}, "文件内有不安全的路径"),
    "unknown": ({"change": more("evidence/x.pdf")}, "文件内有未登记的成员：evidence/x.pdf"),
    "bomb": ({"change": more("evidence/x.pdf", bytes(5_000_000))}, "evidence/x.pdf的压缩比异常"),
    "no table": ({"change": less(UNITS)}, f"文件不完整，缺少{UNITS}"),
    "no file": ({"change": less("evidence/纪要.pdf")}, "文件不完整，缺少evidence/纪要.pdf"),
    "other file": (
        {"change": more("evidence/纪要.pdf", b"%PDF-2")},
        "evidence/纪要.pdf与校验值不符",
    ),
    "version": (
        {"change": nothing, "manifest": lambda told: told.update(format_version=9)},
        "文件格式为第9版，本程序只能读取第1版。",
    ),
    "format": (
        {"change": nothing, "manifest": lambda told: told.update(format="else")},
        "manifest.json无法识别。",
    ),
    "no list": ({"change": nothing, "manifest": lambda told: told.pop("tables")}, "manifest.json"),
    "migration": (
        {"change": nothing, "manifest": lambda told: told["migrations"].update(reports=["0001"])},
        "数据表的版本不同（reports：",
    ),
    "tables": (
        {"change": nothing, "manifest": lambda told: told["tables"].pop()},
        "数据表不符：",
    ),
    "rows": (
        {"change": nothing, "manifest": lambda told: told["files"].update(rows=7)},
        "files.jsonl的行数与登记的不符。",
    ),
    "hash": (
        {"change": nothing, "manifest": lambda told: told["files"].update(sha256="0" * 64)},
        "files.jsonl与校验值不符",
    ),
    "size": (
        {"change": nothing, "manifest": lambda told: told["files"].update(size=1)},
        "files.jsonl的大小与登记的不符。",
    ),
    "json": ({"change": change_units("{", "[")}, "reports.unit第1行无法识别。"),
    "column": ({"change": change_units('"grade"', '"degree"')}, "reports.unit第1行无法识别。"),
    "value": ({"change": change_units('"depth": 0', '"depth": "0"')}, "reports.unit第1行"),
    "length": (
        {"change": change_units('"东门派出所"', json.dumps("长" * 101))},
        "reports.unit第",
    ),
    "reference": (
        {"change": lambda parts: parts.update({UNITS: b""})},
        "记录之间的引用不完整",
    ),
    "named file": (
        {"change": lambda parts: parts.update({"tables/reports.evidence.jsonl": b""})},
        "材料文件与记录不符：纪要.pdf",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_one_line_and_nothing_stays(made, evidence_store, name):
    how, said = BAD[name]
    rewritten(made, **how)

    with pytest.raises(CannotReadLedger) as refusal:
        read_ledger(made)

    assert str(refusal.value).startswith(said)
    assert "\n" not in str(refusal.value)
    assert filled_tables() == []
    assert list(evidence_store.iterdir()) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_truncated_file_is_refused(made, share):
    data = made.read_bytes()
    made.write_bytes(data[: int(len(data) * share)])

    with pytest.raises(CannotReadLedger, match=r"^文件损坏或不完整："):
        read_ledger(made)

    assert filled_tables() == []


def test_flipped_byte_is_refused(made):
    with zipfile.ZipFile(made) as archive:
        info = archive.getinfo(UNITS)
    data = bytearray(made.read_bytes())
    data[info.header_offset + 30 + len(UNITS) + 40] ^= 0xFF
    made.write_bytes(data)

    with pytest.raises(CannotReadLedger):
        read_ledger(made)

    assert filled_tables() == []


def test_name_twice_is_refused(made):
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(UNITS, b"")

    with pytest.raises(CannotReadLedger, match="重名"):
        read_ledger(made)


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"text")

    with pytest.raises(CannotReadLedger, match=r"^文件损坏或不完整："):
        read_ledger(path)
    with pytest.raises(CannotReadLedger, match=r"^没有这个文件："):
        read_ledger(tmp_path / "y.zip")


def test_ledger_with_a_row_is_no_place_for_another(made):
    UserFactory()

    with pytest.raises(CannotReadLedger) as refusal:
        read_ledger(made)

    assert str(refusal.value) == "只能导入空台账：1个数据表已有内容（auth.user）。"
    assert User.objects.count() == 1


def test_file_of_another_content_at_the_same_place_is_kept(made, evidence_store):
    (evidence_store / "纪要.pdf").write_bytes(b"mine")

    with pytest.raises(CannotReadLedger, match=r"材料目录中已有另一个纪要\.pdf"):
        read_ledger(made)

    assert filled_tables() == []
    assert [each.name for each in evidence_store.iterdir()] == ["纪要.pdf"]
    assert (evidence_store / "纪要.pdf").read_bytes() == b"mine"


# --- one bureau ---------------------------------------------------------------------------------


def marked(bureau, mark):
    """Records of a bureau, each with a word by which it would be known anywhere."""
    station = UnitFactory(parent=bureau, name=f"{mark}派出所")
    user = UserFactory(username=f"{mark}user", last_name=mark)
    MembershipFactory(user=user, unit=bureau, role=Role.LEGAL_OFFICER.value)
    person = PersonFactory(name=f"{mark}人", unit=station)
    AppointmentFactory(person=person, unit=station)
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, schedule__set__name=f"{mark}制度", schedule__name=f"{mark}例会"
    )
    due = DueFactory(unit=bureau, bureau=bureau, schedule=version.schedule, version=version)
    meeting = MeetingFactory(unit=station, bureau=bureau, title=f"{mark}会议")
    ProblemFactory(unit=station, title=f"{mark}问题", responsible=person)
    EvidenceUseFactory(
        evidence=EvidenceFactory(unit=station, bureau=bureau, title=f"{mark}纪要"), meeting=meeting
    )
    return due


@pytest.fixture
def two(evidence_store):
    """A city with two bureaus."""
    city = UnitFactory(name="市局", parent=None)
    near = BureauFactory(name="甲甲分局", parent=city, ledger_from=None)
    far = BureauFactory(name="乙乙分局", parent=city, ledger_from=None)
    return near, far, marked(near, "甲甲"), marked(far, "乙乙")


def text_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_file_of_a_bureau_has_nothing_of_another(two, tmp_path):
    near, _far, *_dues = two

    out(tmp_path / "near.zip", bureau=near)

    parts = text_of(tmp_path / "near.zip")
    assert [name for name, text in parts.items() if "乙乙" in text] == []
    found = {name.removeprefix("tables/") for name, text in parts.items() if "甲甲" in text}
    assert {name for name in found if "historical" not in name} == {
        MANIFEST,
        "auth.user.jsonl",
        "reports.evidence.jsonl",
        "reports.meeting.jsonl",
        "reports.person.jsonl",
        "reports.problem.jsonl",
        "reports.schedule.jsonl",
        "reports.scheduleset.jsonl",
        "reports.unit.jsonl",
    }


def all_in(bureau):
    """Put every row into one bureau, one of each model at least."""
    Unit.objects.exclude(pk=bureau.pk).update(bureau=bureau)
    for table in tables():
        if table.model is not Unit and any(c.name == "bureau_id" for c in table.columns):
            rows = table.model._base_manager.all()
            try:
                with transaction.atomic():
                    rows.update(bureau=bureau.pk)
            except IntegrityError:  # one a year
                rows.update(bureau=bureau.pk, year=F("pk") + 2000)


def test_every_table_of_a_bureau_comes_with_it(ledger):
    """One row of everything: no model has a rule by which its rows would be lost."""
    bureau = BureauFactory()
    all_in(bureau)

    rows = bureau_rows(bureau)

    lost = [
        table.name
        for table in bureau_tables()
        if table.model._base_manager.exists() and not rows.own[table.model]
    ]
    assert lost == []


def test_file_of_a_bureau_is_closed(two, tmp_path):
    near, far, *_dues = two
    guest = PersonFactory(name="借调人", unit=far)
    Problem.objects.filter(bureau=near).update(leader=guest)
    out(tmp_path / "near.zip", bureau=near)
    wipe()

    manifest, _moved = read_ledger(tmp_path / "near.zip")

    assert manifest.bureau == {"id": near.pk, "name": "甲甲分局"}
    assert sorted(Unit.objects.values_list("name", flat=True)) == sorted(
        ["市局", "甲甲分局", "甲甲派出所", "乙乙分局"]
    )
    assert sorted(Person.objects.values_list("name", flat=True)) == ["借调人", "甲甲人"]
    assert list(Due.objects.values_list("bureau", flat=True)) == [near.pk]
    for table in bureau_tables():
        for each in references(table.model):
            told = table.model._base_manager.exclude(**{each.name: None})
            keys = set(told.values_list(each.attname, flat=True))
            there = each.related_model._base_manager.filter(pk__in=keys)
            assert there.count() == len(keys), f"{table.name}.{each.name}"
    connection.check_constraints()


def test_no_login_of_a_bureau_keeps_its_password_and_no_other_can_be_used(two, tmp_path):
    near, *_rest = two
    member(Role.SUPERVISOR, near.parent, user__username="city")
    Unit.objects.filter(pk=near.pk).update(ledger_from=date(2026, 1, 1))
    Meeting.objects.filter(bureau=near).update(recorded_by=User.objects.get(username="city"))
    out(tmp_path / "near.zip", bureau=near)
    wipe()

    read_ledger(tmp_path / "near.zip")

    assert sorted(User.objects.values_list("username", "is_active", "password")) == [
        ("city", False, "!"),
        ("甲甲user", True, "!"),
    ]
    assert list(Membership.objects.values_list("user__username", flat=True)) == ["甲甲user"]
    assert Unit.objects.get(pk=near.pk).ledger_from == date(2026, 1, 1)


def test_bureau_is_found_by_name_short_name_or_key():
    bureau = BureauFactory(name="东城分局", short_name="东城")

    assert find_bureau("东城分局") == find_bureau("东城") == find_bureau(str(bureau.pk)) == bureau
    with pytest.raises(CannotFindBureau, match="没有名为“西城”的分局。"):
        find_bureau("西城")


# --- asked for on a page ------------------------------------------------------------------------


@pytest.fixture
def job_store(monkeypatch, tmp_path):
    storage = FileSystemStorage(location=tmp_path / "jobs", base_url=None)
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)


def asked(role, bureau):
    user = member(role, bureau)
    order = LedgerOrder(bureau.pk, "归档").arguments()
    return JobFactory(
        kind=JobKind.PACK_LEDGER.value,
        arguments=order,
        asked_by=user,
        state=JobState.RUNNING.value,
        started_at=NOON,
    )


def work(job):
    return work_job(
        job=job,
        today=date(2026, 6, 10),
        clock=lambda: NOON,
        more={JobKind.PACK_LEDGER: pack_ledger},
    )


def test_job_of_a_legal_officer_makes_the_file(two, job_store):
    near, *_rest = two

    job = work(asked(Role.LEGAL_OFFICER, near))

    with job.file.open("rb") as kept, zipfile.ZipFile(kept) as archive:
        told = json.loads(archive.read(MANIFEST))
    assert job.state == JobState.DONE.value
    assert told["bureau"] == {"id": near.pk, "name": "甲甲分局"}


def test_job_of_who_may_not_is_refused(two, job_store):
    near, *_rest = two

    job = work(asked(Role.INSPECTOR, near))

    assert (job.state, job.message) == (
        JobState.FAILED.value,
        "未能完成：发起人已无权导出该分局的台账。",
    )
    assert not job.file
