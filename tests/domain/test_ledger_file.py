"""How a value is written, which names are safe, and what a manifest must say."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest

from reports.domain.ledger_file import (
    FORMAT_VERSION,
    ColumnKind,
    FileEntry,
    Manifest,
    OtherVersion,
    TableEntry,
    What,
    as_json,
    file_entry_of,
    from_json,
    is_bomb,
    is_unsafe,
    manifest_of,
)

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ColumnKind.INTEGER, 7),
        (ColumnKind.FLOAT, 1.5),
        (ColumnKind.TEXT, "四个一 “”\u2028\n"),
        (ColumnKind.BOOLEAN, False),
        (ColumnKind.DAY, date(2024, 2, 29)),
        (ColumnKind.MOMENT, datetime(2024, 2, 29, 8, 0, 0, 123456, UTC)),
        (ColumnKind.TIME, time(9, 30)),
        (ColumnKind.DECIMAL, Decimal("12.50")),
        (ColumnKind.DECIMAL, Decimal("-0.0000001")),
        (ColumnKind.UUID, UUID("12345678123456781234567812345678")),
        (ColumnKind.JSON, {"months": [3, 11], "none": None}),
        (ColumnKind.FILE, "ab/纪要.pdf"),
        (ColumnKind.FILE, ""),
        (ColumnKind.DAY, None),
    ],
)
def test_value_comes_back_as_it_was(kind, value):
    line = json.dumps({"value": value}, ensure_ascii=False, default=as_json)

    assert from_json(kind, json.loads(line)["value"]) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ColumnKind.INTEGER, "7"),
        (ColumnKind.INTEGER, True),
        (ColumnKind.INTEGER, 7.0),
        (ColumnKind.BOOLEAN, 1),
        (ColumnKind.TEXT, 7),
        (ColumnKind.TEXT, ["x"]),
        (ColumnKind.DAY, "2024-02-30"),
        (ColumnKind.DAY, 20240229),
        (ColumnKind.MOMENT, "2024-02-29T08:00:00"),
        (ColumnKind.DECIMAL, "1e9"),
        (ColumnKind.DECIMAL, "NaN"),
        (ColumnKind.DECIMAL, 12.5),
        (ColumnKind.UUID, "x"),
        (ColumnKind.FILE, "../x"),
    ],
)
def test_value_of_another_kind_is_refused(kind, given):
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds will do
        from_json(kind, given)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//x",
        "./x",
        "a/",
        "C:x",
        "a\\..\\x",
        "a\0b",
        "a\nb",
        "x ",
        "a/ b",
        "\u202etxt.exe",
        "长" * 251,
    ],
)
def test_name_that_could_lead_elsewhere_is_unsafe(name):
    assert is_unsafe(name)


@pytest.mark.parametrize("name", ["a.pdf", "2026/ab/纪要（定稿）.pdf", "..a", "a..b", ".x"])
def test_plain_name_is_safe(name):
    assert not is_unsafe(name)


@pytest.mark.parametrize(
    ("size", "packed", "expected"),
    [(900_000, 1, False), (3_000_000, 10_000, False), (3_000_001, 10_000, True), (2**31, 0, True)],
)
def test_what_grows_beyond_measure_is_a_bomb(size, packed, expected):
    assert is_bomb(size=size, packed=packed) is expected


def manifest():
    return Manifest(
        what=What.BUREAU,
        bureau={"id": 3, "name": "东城分局"},
        product="Fazhi Ledger",
        made_at="2026-06-10T12:00:00+08:00",
        made_by="丁某",
        migrations={"reports": ["0001_first"]},
        tables=(TableEntry("reports.unit", 1, 2, HASH),),
        files=TableEntry("files.jsonl", 0, 0, HASH),
    )


def test_manifest_comes_back_as_it_was():
    assert manifest_of(json.loads(json.dumps(manifest().as_data()))) == manifest()


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"what": "half"},
        {"tables": [{"name": "reports.unit"}]},
        {"tables": [{"name": "../x", "rows": 1, "size": 1, "sha256": HASH}]},
        {"tables": [{"name": "reports.unit", "rows": 1, "size": 1, "sha256": HASH}] * 2},
        {"files": {"rows": -1, "size": 0, "sha256": HASH}},
        {"files": {"rows": 0, "size": 0, "sha256": "x"}},
        {"migrations": []},
        {"bureau": 7},
    ],
)
def test_manifest_of_another_shape_is_refused(change):
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds will do
        manifest_of(manifest().as_data() | change)


def test_manifest_of_another_version_says_which():
    with pytest.raises(OtherVersion) as other:
        manifest_of(manifest().as_data() | {"format_version": FORMAT_VERSION + 1})

    assert str(other.value) == str(FORMAT_VERSION + 1)


def test_file_without_a_hash_was_missing():
    assert file_entry_of({"name": "a.pdf", "size": 0, "sha256": ""}).is_missing
    assert file_entry_of({"name": "a.pdf", "size": 2, "sha256": HASH}) == FileEntry(
        "a.pdf", 2, HASH
    )


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"name": "../a", "size": 0, "sha256": ""},
        {"name": "a", "size": "0", "sha256": ""},
        {"name": "a", "size": 0, "sha256": "x"},
        {"name": 7, "size": 0, "sha256": ""},
    ],
)
def test_line_that_is_no_file_is_refused(data):
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kinds will do
        file_entry_of(data)
