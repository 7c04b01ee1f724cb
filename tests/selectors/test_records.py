from datetime import date, datetime
from decimal import Decimal

import pytest

from reports.domain.access import Role
from reports.domain.court import CourtRemark
from reports.domain.records import counted
from reports.selectors.records import (
    amounts_by_year,
    beside,
    counting,
    court_instances,
    court_remark,
    field_sums,
    last_month,
    plan_items,
    recent_kinds,
    record_counts,
    records_for,
    values_shown,
    with_doubled,
)
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    MeasureFactory,
    PersonFactory,
    PostFactory,
    RecordFieldFactory,
    RecordKindFactory,
    ReportHeadingFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def unit():
    return UnitFactory()


def total(unit, month=date(2026, 5, 1), amount=20, **more):
    return WorkRecordFactory(
        unit=unit, on=month, is_total=True, amount=amount, source="月报", **more
    )


def counts(on=TODAY, **narrowed):
    return record_counts(records_for(None, on=on, year=2026, **narrowed), on=on)


def test_single_records_and_totals_of_other_months_add_up(unit):
    kind = WorkRecordFactory(unit=unit).kind
    WorkRecordFactory(unit=unit, on=date(2026, 3, 2))
    total(unit, date(2026, 4, 1), 7)

    found = counts()

    assert found.amounts == {(kind.pk, 3): 1, (kind.pk, 4): 7, (kind.pk, 5): 1}
    assert (found.of(kind.pk), found.of(kind.pk, 4), found.left_out) == (9, 7, {})
    assert found.months(kind.pk) == [0, 0, 1, 7, 1, 0, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("singles", "whole", "amount"), [(2, 20, 2), (0, 20, 20), (2, None, 2), (0, 0, 0)]
)
def test_what_counts_in_sql_is_what_counts_by_the_rule(unit, singles, whole, amount):
    kind = RecordKindFactory()
    for _n in range(singles):
        WorkRecordFactory(unit=unit)
    if whole is not None:
        total(unit, amount=whole)

    found = counts().of(kind.pk)

    assert found == counted(singles=singles, single_rows=singles, total=whole) == amount


def test_a_total_left_out_is_said(unit):
    kind = WorkRecordFactory(unit=unit).kind
    doubled = total(unit)

    found = counts()
    rows = with_doubled(records_for(None, on=TODAY), TODAY)

    assert (found.of(kind.pk), found.left_out_of(kind.pk)) == (1, 1)
    assert [row for row in rows if row.doubled] == [doubled]
    assert doubled not in counting(records_for(None, on=TODAY), TODAY)


def test_a_total_of_another_unit_or_kind_counts(unit):
    kind = WorkRecordFactory(unit=unit).kind
    total(UnitFactory(parent=unit.parent))
    other = RecordKindFactory(code="training", name="培训")
    total(unit, kind=other, amount=3)

    found = counts()

    assert (found.of(kind.pk), found.of(other.pk), found.left_out) == (21, 3, {})


def test_a_cancelled_record_counts_nothing_and_lets_the_total_count(unit):
    single = WorkRecordFactory(unit=unit)
    single.cancelled_at, single.cancelled_because = NOON, "重复"
    single.save()
    total(unit)

    assert counts().of(single.kind_id) == 20


def test_as_of_a_day_what_came_later_does_not_exist(unit):
    kind = WorkRecordFactory(unit=unit, on=date(2026, 5, 20)).kind
    entered = datetime(2026, 6, 2, 9, tzinfo=NOON.tzinfo)
    total(unit, date(2026, 4, 1), 7, recorded_at=entered)

    found = {day: counts(on=day).of(kind.pk) for day in (date(2026, 5, 19), date(2026, 5, 20))}

    assert found == {date(2026, 5, 19): 7, date(2026, 5, 20): 8}


def test_a_total_counts_once_its_month_is_over_or_it_was_entered(unit):
    entered = datetime(2026, 5, 20, 9, tzinfo=NOON.tzinfo)
    kind = total(unit, date(2026, 5, 1), 7, recorded_at=entered).kind
    late = UnitFactory(parent=unit.parent)
    total(late, date(2026, 5, 1), 5)

    found = [counts(on=date(2026, 5, day)).of(kind.pk) for day in (19, 20, 30, 31)]

    assert found == [0, 7, 7, 12]


def test_headings_group_the_kinds_in_their_order(unit):
    later = ReportHeadingFactory(code="later", position=20)
    first = ReportHeadingFactory(code="first", position=10)
    kinds = [
        RecordKindFactory(code=code, heading=heading)
        for code, heading in (("a", later), ("b", first), ("c", None))
    ]
    for kind in kinds:
        WorkRecordFactory(unit=unit, kind=kind)

    found = counts().by_heading()

    assert found == [
        (first, [(kinds[1], 1)]),
        (later, [(kinds[0], 1)]),
        (None, [(kinds[2], 1)]),
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_counts_cost_the_same_queries(unit, rows, django_assert_num_queries):
    for _n in range(rows):
        WorkRecordFactory(unit=unit)

    with django_assert_num_queries(2):
        assert sum(counts().amounts.values()) == rows


def test_numbers_open_the_rows_they_count(unit):
    kind = WorkRecordFactory(unit=unit).kind
    total(unit)
    total(unit, date(2026, 4, 1), 7)

    rows = counting(records_for(None, on=TODAY, year=2026, kind=kind.pk), TODAY)

    assert sum(row.amount for row in rows) == counts().of(kind.pk) == 8


def test_this_year_beside_the_last(unit):
    kind = WorkRecordFactory(unit=unit).kind
    total(unit, date(2025, 5, 1), 30)

    found = amounts_by_year(records_for(None, on=TODAY), on=TODAY)

    assert found == {(kind.pk, 2025): 30, (kind.pk, 2026): 1}


def test_sums_of_fields_follow_the_rows_that_count(unit):
    kind = RecordKindFactory()
    audience = RecordFieldFactory(kind=kind, in_totals=True)
    hours = RecordFieldFactory(kind=kind, code="hours", counter="学时")
    copies = RecordFieldFactory(kind=kind, code="copies")
    WorkRecordFactory(unit=unit, kind=kind, values={"audience": 30, "hours": 1.5})
    WorkRecordFactory(unit=unit, kind=kind, values={"audience": 12})
    total(unit, kind=kind, values={"audience": 500})
    total(unit, date(2026, 4, 1), kind=kind, values={"audience": 100})
    # A field of the same code elsewhere is another field.
    WorkRecordFactory(unit=unit, kind=RecordKindFactory(code="x", name="x"), values={"audience": 9})

    found = field_sums(records_for(None, on=TODAY), [audience, hours, copies], on=TODAY)

    assert found == {audience.pk: Decimal(142), hours.pk: Decimal("1.5"), copies.pk: None}


def test_what_each_scope_counts():
    city = CityFactory()
    near, far = BureauFactory(parent=city), BureauFactory(parent=city)
    own, other = UnitFactory(parent=near), UnitFactory(parent=near)
    for place in (own, other, UnitFactory(parent=far)):
        kind = WorkRecordFactory(unit=place).kind

    seen = {}
    for role, place in (
        (Role.CLERK, own),
        (Role.LEGAL_OFFICER, near),
        (Role.SUPERVISOR, city),
        (Role.SYSTEM_ADMIN, city),
    ):
        scope = scope_of(member(role, place), today=TODAY)
        rows = records_for(scope, on=TODAY, year=2026)
        seen[role] = record_counts(rows, on=TODAY).of(kind.pk)

    assert seen == {
        Role.CLERK: 1,
        Role.LEGAL_OFFICER: 2,
        Role.SUPERVISOR: 3,
        Role.SYSTEM_ADMIN: 0,
    }


def test_records_are_narrowed_by_what_they_name(unit):
    person = PersonFactory(unit=unit)
    first = WorkRecordFactory(unit=unit, person=person, on=date(2026, 1, 5))
    second = WorkRecordFactory(unit=unit, second_person=person, on=date(2025, 12, 5))

    found = {
        "person": list(records_for(None, on=TODAY, person=person.pk)),
        "year": list(records_for(None, on=TODAY, year=2025)),
        "month": list(records_for(None, on=TODAY, month=1)),
    }

    assert found == {"person": [first, second], "year": [second], "month": [first]}


def test_what_is_there_beside(unit):
    first = WorkRecordFactory(unit=unit, title="宣传")
    WorkRecordFactory(unit=unit, on=date(2026, 5, 1))
    total(unit)
    WorkRecordFactory(unit=unit, on=date(2026, 6, 1))

    found = beside(unit, first.kind, first.on, title="宣传")
    others = beside(unit, first.kind, first.on, title="宣传", but=first.pk)

    assert (found.singles, found.totals, found.same) == (2, 1, 1)
    assert (others.singles, others.totals, others.same) == (1, 1, 0)


def test_the_month_before_of_the_sheet(unit):
    kind = RecordKindFactory()
    audience = RecordFieldFactory(kind=kind, in_totals=True)
    total(unit, date(2025, 12, 1), 7, kind=kind, values={"audience": 70})

    january = last_month(unit, kind, [audience], date(2026, 1, 1), on=TODAY)
    march = last_month(unit, kind, [audience], date(2026, 3, 1), on=TODAY)

    assert (january.month, january.amount, january.sums) == (
        date(2025, 12, 1),
        7,
        {"audience": Decimal(70)},
    )
    assert (march.amount, march.sums) == (None, {"audience": None})


def test_own_kinds_come_first_the_latest_before_the_others(unit):
    user = UserFactory()
    kinds = [RecordKindFactory(code=code) for code in ("a", "b", "c")]
    for hour, kind in ((8, kinds[2]), (9, kinds[0]), (10, kinds[2])):
        WorkRecordFactory(
            unit=unit, kind=kind, recorded_by=user, recorded_at=NOON.replace(hour=hour)
        )
    WorkRecordFactory(unit=unit, kind=kinds[1])

    assert recent_kinds(user.pk, kinds) == [kinds[2], kinds[0]]


def test_values_are_said_in_the_order_of_the_fields(unit):
    kind = RecordKindFactory()
    fields = [
        RecordFieldFactory(kind=kind, code="head", label="出庭", type="yes_no"),
        RecordFieldFactory(kind=kind, code="day", label="施行", type="day"),
        RecordFieldFactory(kind=kind, code="n", label="受众", counter="人次"),
        RecordFieldFactory(kind=kind, code="empty", label="空"),
    ]
    record = WorkRecordFactory(
        unit=unit, kind=kind, values={"n": 0, "day": "2026-05-01", "head": False}
    )

    found = [(each.label, each.value, each.counter) for each in values_shown(record, fields)]

    assert found == [("出庭", "否", ""), ("施行", "2026年5月1日", ""), ("受众", 0, "人次")]


# --- plan items ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_plan_items_with_what_was_done_in_two_queries(unit, rows, django_assert_num_queries):
    bureau = unit.bureau
    measures = [MeasureFactory(unit=unit) for _n in range(rows)]
    MeasureFactory(unit=unit, plan_year=2025)
    record = WorkRecordFactory(unit=unit, measure=measures[0])
    total(unit, measure=measures[0])
    april = total(unit, date(2026, 4, 1), 7, measure=measures[0])
    scope = scope_of(member(Role.LEGAL_OFFICER, bureau), today=TODAY)

    with django_assert_num_queries(2):
        items = plan_items(scope, bureau.pk, year=2026, on=TODAY, today=TODAY)

    assert [item.measure for item in items] == measures
    assert items[0].done == ((record.kind, 8),)
    assert april in items[0].records
    assert [item.records for item in items[1:]] == [()] * (rows - 1)


# --- in court -----------------------------------------------------------------------------------


def court(unit, on, head, instance="一审", sued="以分局名义", **more):
    kind = RecordKindFactory(code="court_appearance", name="出庭应诉")
    values = {"case": "示1号", "instance": instance, "sued": sued, "head": head}
    return WorkRecordFactory(unit=unit, kind=kind, on=on, values=values, **more)


def test_instances_are_counted_not_hearings(unit):
    court(unit, date(2026, 3, 2), True)
    court(unit, date(2026, 4, 2), False)
    court(unit, date(2026, 5, 2), False, instance="二审")
    WorkRecordFactory(unit=unit)

    found = court_instances(records_for(None, on=TODAY))

    assert [(each.instance, each.head_on, len(each.days)) for each in found] == [
        ("一审", date(2026, 3, 2), 2),
        ("二审", None, 1),
    ]


def test_who_appeared_is_held_against_the_posts_of_that_day(unit):
    head = PersonFactory(unit=unit)
    post = PostFactory(code="station_head", name="所长", heads_unit=True)
    AppointmentFactory(person=head, post=post, last_day=date(2026, 4, 30))
    own = "以本单位名义"

    remarks = [
        court_remark(court(unit, date(2026, 4, 2), True, sued=own, person=head)),
        court_remark(court(unit, date(2026, 5, 2), True, sued=own, person=head)),
        court_remark(court(unit, date(2026, 5, 3), False, sued=own)),
        court_remark(court(unit, date(2026, 5, 3), False, sued=own, instance="二审")),
        court_remark(court(unit, date(2026, 5, 4), False, instance="二审")),
        court_remark(WorkRecordFactory(unit=unit)),
    ]

    assert remarks == [
        None,
        CourtRemark.NO_HEAD_POST,
        None,
        CourtRemark.OWN_HEAD_ABSENT,
        None,
        None,
    ]


def test_a_deputy_is_a_head_of_the_bureau(unit):
    deputy = PersonFactory(unit=unit.bureau)
    AppointmentFactory(person=deputy, post=PostFactory(code="deputy_head", name="副局长"))

    assert court_remark(court(unit.bureau, date(2026, 4, 2), True, person=deputy)) is None
