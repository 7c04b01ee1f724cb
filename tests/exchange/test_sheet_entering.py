"""Rows of every kind become records that say what the rows say, new ones and changed ones."""

import pytest
from django.db import transaction

from reports.domain.imports import RowVerdict, SheetKind
from reports.exchange.sheet_kinds import KINDS, Line, Place
from reports.models import (
    Appointment,
    Figure,
    Measure,
    Meeting,
    Person,
    Problem,
    Schedule,
    Unit,
    WorkRecord,
)
from tests.factories import NOON

from .sheet_bureau import full_bureau

pytestmark = pytest.mark.django_db

# A record of each kind by what tells it, and what makes a new one of it.
NEW = {
    SheetKind.UNITS: ("河口派出所", {"name": "新设派出所", "position": "90"}),
    SheetKind.PEOPLE: ("范某", {"name": "新某"}),
    SheetKind.APPOINTMENTS: ("范某", {"first_day": "2023-01-01", "last_day": "2023-12-31"}),
    SheetKind.SCHEDULES: ("季度专题会", {"name": "月度专题会"}),
    SheetKind.MEETINGS: ("执法质量专题会", {"title": "执法质量专题会（二）"}),
    SheetKind.PROBLEMS: (
        "=接处警登记不及时",
        {"title": "接处警登记缺项", "found_on": "2026-02-05"},
    ),
    SheetKind.MEASURES: ("修订登记办法", {"title": "修订检查办法"}),
    SheetKind.RECORDS: ("进社区", {"title": "进企业"}),
    SheetKind.CERTIFICATES: ("基本级执法资格", {"number": "009"}),
    SheetKind.FIGURES: ("办结率", {"month": "5"}),
    SheetKind.HOLIDAYS: ("劳动节", {"day": "2026-05-04"}),
}
CHANGED = {
    SheetKind.UNITS: ("河口派出所", {"grade": "二类", "short_name": "河口"}),
    SheetKind.PEOPLE: ("范某", {"kind": "其他人员", "joined_on": "2025-01-06"}),
    SheetKind.APPOINTMENTS: ("范某", {"last_day": "2026-05-31"}),
    SheetKind.SCHEDULES: ("法制通报会", {"at_least": "2", "first_day": "2026-07-01"}),
    SheetKind.MEETINGS: ("第十周例会", {"place": "二楼", "presided_by": "范某"}),
    SheetKind.PROBLEMS: ("卷宗不齐", {"target": "齐全", "joint_units": "江东分局"}),
    SheetKind.MEASURES: ("全年培训计划", {"standard": "覆盖全员", "responsible": "范某"}),
    SheetKind.RECORDS: ("进校园", {"amount": "3", "details": "形式：展板"}),
    SheetKind.FIGURES: ("行政案件受理数", {"value": "26"}),
    SheetKind.HOLIDAYS: ("劳动节", {"source": "通知二"}),
}
MODELS = {
    SheetKind.UNITS: Unit,
    SheetKind.PEOPLE: Person,
    SheetKind.APPOINTMENTS: Appointment,
    SheetKind.SCHEDULES: Schedule,
    SheetKind.MEETINGS: Meeting,
    SheetKind.PROBLEMS: Problem,
    SheetKind.MEASURES: Measure,
    SheetKind.RECORDS: WorkRecord,
    SheetKind.FIGURES: Figure,
}


def place_of(bureau):
    return Place(bureau=bureau, today=NOON.date(), at=NOON, source="表.xlsx")


def record_of(kind, bureau, word):
    """The key and the texts of the record that a word tells."""
    rows = KINDS[kind].rows_out(place_of(bureau))
    return next((key, texts) for key, texts in rows if word in texts.values())


def entered(kind, bureau, line):
    (row,) = KINDS[kind].check([line], place_of(bureau))
    assert row.faults == []
    with transaction.atomic():
        done = KINDS[kind].enter([row], place_of(bureau))
    return row.verdict, done


@pytest.mark.parametrize("kind", NEW)
def test_a_new_row_becomes_a_record_that_says_the_same(kind):
    bureau = full_bureau()
    word, more = NEW[kind]
    _key, texts = record_of(kind, bureau, word)
    before = {key for key, _texts in KINDS[kind].rows_out(place_of(bureau))}

    done = entered(kind, bureau, Line(7, texts | more))

    (made,) = [
        (key, texts) for key, texts in KINDS[kind].rows_out(place_of(bureau)) if key not in before
    ]
    shown = {column.name for column in KINDS[kind].columns if column.shown}
    said = {name: text for name, text in made[1].items() if name not in shown}
    assert done == (RowVerdict.NEW, 1)
    assert said == {name: text for name, text in (texts | more).items() if name not in shown}
    if kind in MODELS:
        record = MODELS[kind].objects.get(pk=int(made[0].partition(":")[2]))
        assert (record.imported_from, record.imported_row) == ("表.xlsx", 7)


@pytest.mark.parametrize("kind", CHANGED)
def test_a_changed_row_changes_what_it_says_and_nothing_else(kind):
    bureau = full_bureau()
    word, more = CHANGED[kind]
    key, texts = record_of(kind, bureau, word)

    done = entered(kind, bureau, Line(7, texts | more, key=key))

    after = [texts for _key, texts in KINDS[kind].rows_out(place_of(bureau))]
    assert done == (RowVerdict.CHANGED, 1)
    assert texts | more in after
    assert texts not in after


def test_a_certificate_that_is_there_is_not_edited():
    bureau = full_bureau()
    key, texts = record_of(SheetKind.CERTIFICATES, bureau, "008")

    (row,) = KINDS[SheetKind.CERTIFICATES].check(
        [Line(2, texts | {"issued_by": "别处"}, {"issued_by": "E2"}, key)], place_of(bureau)
    )

    assert row.faults == [
        {
            "cell": "E2",
            "reason": "证件录入后不能改：换发的请办理换发，录入有误的请作废后重新录入。",
        }
    ]


def test_the_first_entry_of_the_history_has_the_joint_units():
    bureau = full_bureau()

    problem = Problem.objects.get(title="=接处警登记不及时")

    assert [entry.history_type for entry in problem.history.all()] == ["+"]
    assert sorted(row.unit.name for row in problem.history.get().joint_units.all()) == [
        "桥西派出所",
        bureau.name,
    ]
