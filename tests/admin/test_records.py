"""Kinds of work records are data: one made here works on the pages at once."""

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import RecordField, RecordKind, WorkRecord
from tests.factories import (
    BureauFactory,
    CityFactory,
    RecordFieldFactory,
    RecordKindFactory,
    ReportHeadingFactory,
    UnitFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db
NEW = {
    "code": "drill",
    "name": "应急演练",
    "counter": "次",
    "takes_totals": "on",
    "is_active": "on",
    "position": "10",
}


@pytest.fixture
def system(client):
    client.force_login(member(Role.SYSTEM_ADMIN, CityFactory()))
    return client


def fields(*rows, there=0):
    """The rows of the inline as the page sends them."""
    sent = {
        "fields-TOTAL_FORMS": str(len(rows)),
        "fields-INITIAL_FORMS": str(there),
        "fields-MIN_NUM_FORMS": "0",
        "fields-MAX_NUM_FORMS": "1000",
    }
    for number, row in enumerate(rows):
        sent |= {f"fields-{number}-{name}": value for name, value in row.items()}
    return sent


SCENE = {
    "label": "场景",
    "code": "scene",
    "type": "choice",
    "choices": "火灾\n 闯关 \n\n火灾",
    "position": "1",
}
PEOPLE = {
    "label": "参加",
    "code": "people",
    "type": "number",
    "counter": "人次",
    "is_required": "on",
    "in_totals": "on",
    "position": "2",
}


def test_a_new_kind_works_on_the_pages_at_once(system, client):
    heading = ReportHeadingFactory()

    answer = system.post(
        reverse("admin:reports_recordkind_add"),
        NEW | {"heading": heading.pk} | fields(SCENE, PEOPLE),
    )

    kind = RecordKind.objects.get()
    assert answer.status_code == 302
    assert [(f.code, f.choices) for f in kind.fields.order_by("position")] == [
        ("scene", ["火灾", "闯关"]),
        ("people", []),
    ]
    station = UnitFactory()
    client.force_login(member(Role.CLERK, station))
    address = f"{reverse('reports:record-new')}?kind={kind.pk}"
    assert "参加（人次）" in client.get(address).content.decode()
    client.post(
        address,
        {
            "on": "2026-06-09",
            "unit": station.pk,
            "title": "夜间演练",
            "f_scene": "闯关",
            "f_people": "24",
        },
    )
    assert WorkRecord.objects.get().values == {"scene": "闯关", "people": 24}
    page = client.get(reverse("reports:record-list"), {"kind": kind.pk}).content.decode()
    assert 'data-label="参加">24</td>' in page


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (SCENE | {"choices": " "}, "选项栏至少写一个选项。"),
        (SCENE | {"in_totals": "on"}, "只有数字栏可以合计。"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(system, row, said):
    answer = system.post(reverse("admin:reports_recordkind_add"), NEW | fields(row))

    assert said in answer.content.decode()
    assert not RecordKind.objects.exists()


def test_what_records_hold_keeps_its_code_and_type(system):
    kind = RecordKindFactory(code="drill", name="应急演练")
    field = RecordFieldFactory(kind=kind, code="people", label="参加")
    WorkRecordFactory(kind=kind)
    address = reverse("admin:reports_recordkind_change", args=[kind.pk])
    row = PEOPLE | {"id": field.pk, "kind": kind.pk, "in_totals": ""}

    refused = system.post(address, NEW | fields(row | {"code": "persons"}, there=1))
    system.post(address, NEW | fields(row | {"label": "参加人数", "DELETE": "on"}, there=1))

    assert "该种类已有记录，代码和类型不能再改" in refused.content.decode()
    assert [(f.code, f.label) for f in RecordField.objects.all()] == [("people", "参加人数")]


def test_a_field_nobody_filled_in_may_go(system):
    kind = RecordKindFactory(code="drill", name="应急演练")
    field = RecordFieldFactory(kind=kind, code="people")
    row = PEOPLE | {"id": field.pk, "kind": kind.pk, "DELETE": "on"}

    system.post(
        reverse("admin:reports_recordkind_change", args=[kind.pk]), NEW | fields(row, there=1)
    )

    assert not RecordField.objects.exists()


def test_a_legal_officer_reads_kinds_and_changes_none(client):
    kind = RecordKindFactory()
    RecordFieldFactory(kind=kind)
    client.force_login(member(Role.LEGAL_OFFICER, BureauFactory()))
    address = reverse("admin:reports_recordkind_change", args=[kind.pk])

    codes = client.get(address).status_code, client.post(address, NEW).status_code

    assert codes == (200, 403)
