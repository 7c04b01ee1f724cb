"""What an entry says to the seal, and what never stands in one."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.domain.audit_log import (
    AgainstPruning,
    AuditFault,
    Entry,
    canonical,
    changed_table,
    clean,
    fault_of,
    named_fields,
    reasons_against_pruning,
    sealed,
)

ENTRY = Entry(
    key=7,
    at=datetime(2026, 6, 10, 4, 0, 0, 5, tzinfo=UTC),
    kind="change",
    result="done",
    login_key=3,
    login="clerk",
    address="10.0.0.1",
    unit="城南派出所",
    action="problem-edit",
    object_type="problem",
    object_key="12",
    object_label="",
    status=None,
    details={"path": "/problems/12/edit/", "fields": ["title"]},
)


def test_entry_has_the_same_bytes_everywhere():
    shanghai = replace(ENTRY, at=ENTRY.at.astimezone(ZoneInfo("Asia/Shanghai")))
    turned = replace(ENTRY, details=dict(reversed(ENTRY.details.items())))

    assert canonical(ENTRY).decode() == (
        '[7,"2026-06-10T04:00:00.000005+00:00","change","done",3,"clerk","10.0.0.1","城南派出所",'
        '"problem-edit","problem","12","",null,'
        '{"fields":["title"],"path":"/problems/12/edit/"}]'
    )
    assert canonical(shanghai) == canonical(turned) == canonical(ENTRY)


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("key", 8),
        ("at", ENTRY.at.replace(microsecond=6)),
        ("kind", "login"),
        ("result", "refused"),
        ("login_key", 4),
        ("login", "legal"),
        ("address", "10.0.0.2"),
        ("unit", ""),
        ("action", "problem-new"),
        ("object_type", "measure"),
        ("object_key", "13"),
        ("object_label", "x"),
        ("status", 200),
        ("details", {}),
    ],
)
def test_every_column_is_sealed(changed, value):
    seal = sealed([ENTRY], previous="a")

    assert fault_of(seal, [ENTRY], previous="a") is None
    altered = replace(ENTRY, **{changed: value})
    assert fault_of(seal, [altered], previous="a") == AuditFault.CONTENT


def test_seal_knows_its_place_and_its_number():
    other = replace(ENTRY, key=9)
    seal = sealed([ENTRY, other], previous="")

    assert (seal.first_key, seal.last_key, seal.count, seal.previous) == (7, 9, 2, "")
    assert fault_of(seal, [ENTRY], previous="") == AuditFault.COUNT
    assert fault_of(seal, [ENTRY, other], previous="b") == AuditFault.CHAIN
    assert fault_of(replace(seal, previous="b"), [ENTRY, other], previous="b") == AuditFault.CONTENT


def test_nothing_cannot_be_sealed():
    with pytest.raises(ValueError, match="needs entries"):
        sealed([], previous="")


@pytest.mark.parametrize(
    ("before", "rows", "reasons"),
    [
        (date(2025, 12, 12), 5, []),
        (date(2025, 12, 13), 5, [AgainstPruning.TOO_YOUNG]),
        (date(2025, 12, 12), 0, [AgainstPruning.NOT_SEALED]),
    ],
)
def test_entries_are_kept_180_days(before, rows, reasons):
    today = date(2026, 6, 10)

    assert reasons_against_pruning(before=before, today=today, sealed_rows=rows) == reasons


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('INSERT INTO "reports_problem" ("a") VALUES (%s)', "reports_problem"),
        ('INSERT OR IGNORE INTO "reports_unit" ("a") VALUES (%s)', "reports_unit"),
        ('  update reports_due SET "a" = 1', "reports_due"),
        ('DELETE FROM "auth_user" WHERE 1', "auth_user"),
        ('SELECT * FROM "reports_due"', ""),
        ('INSERT INTO "django_session" ("a") VALUES (%s)', ""),
        ('UPDATE "axes_accessattempt" SET "a" = 1', ""),
        ('INSERT INTO "reports_auditentry" ("a") VALUES (%s)', ""),
        ('INSERT INTO "reports_auditentryx" ("a") VALUES (%s)', "reports_auditentryx"),
        ("SAVEPOINT x", ""),
    ],
)
def test_what_counts_as_a_change(sql, table):
    assert changed_table(sql) == table


def test_words_fit_on_a_line():
    assert clean("a\n b\x00\u202ec", 5) == "a b c"
    assert clean("长" * 300) == "长" * 200


def test_fields_are_named_without_what_was_typed():
    assert named_fields(["title", "csrfmiddlewaretoken", "body", "title"]) == ["body", "title"]
    assert len(named_fields(str(n) for n in range(100))) == 60
