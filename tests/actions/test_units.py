from datetime import date

import pytest

from reports.actions.schedules import plan_dues
from reports.actions.units import (
    CannotChangeUnit,
    UnitDraft,
    close_unit,
    create_unit,
    create_units,
    edit_unit,
    merge_unit,
    move_unit,
    rename_unit,
    reopen_unit,
    rewrite_tree,
    set_ledger_from,
)
from reports.models import Appointment, Due, Unit
from reports.selectors.units import unit_differences
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UnitNameFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}


def refusal(action, **kwargs):
    with pytest.raises(CannotChangeUnit) as caught:
        action(**kwargs)
    return caught.value.reasons


def names_in_order():
    return list(Unit.objects.in_order().values_list("name", flat=True))


def test_create_units_takes_parents_from_among_the_drafts_in_any_order():
    bureau_kind, station_kind = UnitKindFactory(code="bureau"), UnitKindFactory()
    bureau = UnitDraft("东城分局", bureau_kind)
    drafts = [
        UnitDraft("一所", station_kind, bureau),
        bureau,
        UnitDraft("二所", station_kind, bureau),
    ]

    made = create_units(drafts, by=None, at=NOON)

    assert [unit.name for unit in made] == ["一所", "东城分局", "二所"]
    assert names_in_order() == ["东城分局", "一所", "二所"]
    assert {unit.bureau_id for unit in made} == {made[1].pk}
    assert [unit.depth for unit in made] == [1, 0, 1]
    assert [unit.history.count() for unit in made] == [1, 1, 1]
    assert list(unit_differences()) == []


def test_create_units_costs_the_same_queries_for_many(django_assert_max_num_queries):
    kind, bureau = UnitKindFactory(), BureauFactory()

    with django_assert_max_num_queries(12):
        create_units([UnitDraft(f"{n}所", kind, bureau) for n in range(30)], by=None, at=NOON)


def test_a_sibling_may_be_added_in_between():
    bureau = BureauFactory(name="分局")
    UnitFactory(name="一所", parent=bureau, position=10)
    UnitFactory(name="三所", parent=bureau, position=30)

    UnitFactory(name="二所", parent=bureau, position=20)

    assert names_in_order() == ["分局", "一所", "二所", "三所"]


def test_under_is_the_unit_and_all_below_it():
    bureau, other = BureauFactory(), BureauFactory()
    squad = UnitFactory(parent=bureau)
    team = UnitFactory(parent=squad)
    UnitFactory(parent=other)

    assert list(Unit.objects.under(bureau).in_order()) == [bureau, squad, team]


def test_initials_hold_every_reading():
    unit = UnitFactory(name="重庆路派出所")

    assert {"cqlpcs", "zqlpcs"} <= set(unit.initials.split())


def test_a_name_is_borne_once_under_a_parent():
    bureau = BureauFactory()
    UnitFactory(name="一所", parent=bureau)
    draft = UnitDraft("一所", UnitKindFactory(), bureau)

    assert refusal(create_unit, draft=draft, **NOW) == ["同一上级单位下已有名为“一所”的单位。"]
    assert Unit.objects.filter(name="一所").count() == 1


def test_move_unit_rewrites_the_subtree():
    old, new = BureauFactory(), BureauFactory()
    squad = UnitFactory(parent=old)
    team = UnitFactory(parent=squad)

    moved = move_unit(unit=squad, parent=new, on=date(2026, 6, 1), **NOW)

    team.refresh_from_db()
    assert (moved.bureau, team.bureau) == (new, new)
    assert (moved.under_parent_since, team.under_parent_since) == (date(2026, 6, 1),) * 2
    assert list(Unit.objects.under(new).in_order()) == [new, squad, team]
    assert list(unit_differences()) == []


def test_move_unit_refuses_a_circle_and_a_future_day():
    squad = UnitFactory()
    team = UnitFactory(parent=squad)

    assert refusal(move_unit, unit=squad, parent=team, on=date(2026, 6, 11), **NOW) == [
        "不能移到自己或自己的下级单位之下。",
        "划转日期不能晚于今天。",
    ]


def test_move_unit_refuses_a_closed_parent():
    closed = BureauFactory(name="旧分局", closed_on=date(2026, 1, 31))

    assert refusal(move_unit, unit=UnitFactory(), parent=closed, on=TODAY, **NOW) == [
        "上级单位“旧分局”该日不存在。"
    ]


def test_close_unit_ends_the_terms_that_run():
    held = AppointmentFactory()

    close_unit(unit=held.unit, on=date(2026, 5, 31), **NOW)

    held.refresh_from_db()
    assert held.last_day == date(2026, 5, 31)
    assert held.history.count() == 2
    assert Unit.objects.existing_on(TODAY).filter(pk=held.unit_id).count() == 0


def test_close_unit_refuses_a_future_day_and_open_units_below():
    bureau = BureauFactory()
    UnitFactory(name="一所", parent=bureau)

    assert refusal(close_unit, unit=bureau, on=date(2026, 6, 11), **NOW) == [
        "停用日期不能晚于今天。",
        "下级单位“一所”仍在运行，请先停用或划转。",
    ]


def test_close_unit_refuses_terms_that_begin_later():
    held = AppointmentFactory(first_day=date(2026, 6, 5), person__name="张某某")

    assert refusal(close_unit, unit=held.unit, on=date(2026, 6, 1), **NOW) == [
        "张某某的“所长”任职从2026年6月5日开始，晚于停用日期。"
    ]
    assert Appointment.objects.get().last_day is None


def test_reopen_unit_takes_back_a_mistake():
    unit = UnitFactory(closed_on=date(2026, 1, 31))

    assert reopen_unit(unit=unit, **NOW).closed_on is None


def test_rename_unit_keeps_the_earlier_name():
    unit = UnitFactory(name="城关派出所", opened_on=date(2020, 1, 1))

    rename_unit(unit=unit, name="东关派出所", on=date(2026, 6, 1), **NOW)

    unit.refresh_from_db()
    old = unit.earlier_names.get()
    assert (unit.name, unit.initials.split()[0]) == ("东关派出所", "dgpcs")
    assert (old.name, old.first_day, old.last_day) == (
        "城关派出所",
        date(2020, 1, 1),
        date(2026, 5, 31),
    )


def test_rename_unit_without_a_day_corrects_a_slip():
    unit = UnitFactory(name="城关派出索")

    rename_unit(unit=unit, name="城关派出所", on=None, **NOW)

    assert unit.earlier_names.count() == 0


def test_rename_unit_refuses_a_day_before_the_last_renaming():
    unit = UnitNameFactory().unit

    assert refusal(rename_unit, unit=unit, name="新所", on=date(2025, 12, 1), **NOW) == [
        "更名日期须晚于现名称启用之日（2026年1月1日）。"
    ]


def test_only_a_bureau_keeps_a_ledger():
    assert refusal(set_ledger_from, unit=UnitFactory(), day=TODAY, **NOW) == [
        "只有单独编制年度报告的单位（分局）才设台账起始日。"
    ]


def test_edit_unit_moves_it_among_its_siblings():
    bureau = BureauFactory(name="分局")
    UnitFactory(name="一所", parent=bureau)
    second = UnitFactory(name="二所", parent=bureau)

    edit_unit(
        unit=second, kind=second.kind, short_name="", grade="", position=5, opened_on=None, **NOW
    )

    assert names_in_order() == ["分局", "二所", "一所"]
    assert list(unit_differences()) == []


def test_edit_unit_that_becomes_a_bureau_takes_its_units_along():
    city = CityFactory()
    bureau = UnitFactory(parent=city)
    station = UnitFactory(parent=bureau)

    edit_unit(
        unit=bureau,
        kind=UnitKindFactory(code="bureau"),
        short_name="",
        grade="",
        position=bureau.position,
        opened_on=None,
        **NOW,
    )

    station.refresh_from_db()
    assert station.bureau == bureau


def test_differences_name_what_was_tampered_with():
    unit = UnitFactory()
    right = unit.path
    Unit.objects.filter(pk=unit.pk).update(path="1", depth=7)

    assert [(d.pk, d.field, d.kept, d.expected) for d in unit_differences()] == [
        (unit.pk, "path", "1", right),
        (unit.pk, "depth", 7, 1),
    ]
    assert rewrite_tree() == 1
    assert list(unit_differences()) == []


def test_differences_find_a_circle():
    one = UnitFactory()
    two = UnitFactory(parent=one)
    Unit.objects.filter(pk=one.pk).update(parent=two)

    assert {(d.pk, d.field) for d in unit_differences()} == {
        (one.pk, "parent"),
        (two.pk, "parent"),
    }


# --- merging ------------------------------------------------------------------------------------

LAST_DAY = date(2026, 5, 31)


def test_merging_closes_the_unit_and_names_its_successor():
    bureau = BureauFactory()
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    held = AppointmentFactory(person__unit=old)

    merge_unit(unit=old, into=new, on=LAST_DAY, **NOW)

    old.refresh_from_db()
    held.refresh_from_db()
    assert (old.succeeded_by, old.closed_on, held.last_day) == (new, LAST_DAY, LAST_DAY)


def test_open_problems_stay_with_the_unit_that_was_merged():
    bureau = BureauFactory()
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    problem = ProblemFactory(unit=old)

    merge_unit(unit=old, into=new, on=LAST_DAY, **NOW)

    problem.refresh_from_db()
    assert problem.unit == old


def test_dues_stop_with_a_merged_unit():
    bureau = BureauFactory()
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    ScheduleVersionFactory(schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[old.kind])
    plan_dues(today=TODAY, year=2026)

    merge_unit(unit=old, into=new, on=LAST_DAY, **NOW)

    owed = Due.objects.filter(not_applicable_because="", year=2026).values_list("unit", "number")
    assert sorted(owed) == sorted(
        [*((old.pk, n) for n in range(1, 6)), *((new.pk, n) for n in range(1, 13))]
    )


def test_merging_once_more_changes_nothing():
    bureau = BureauFactory()
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    merge_unit(unit=old, into=new, on=LAST_DAY, **NOW)
    entries = old.history.count()

    merge_unit(unit=old, into=new, on=LAST_DAY, **NOW)

    assert old.history.count() == entries


def test_a_closed_unit_is_told_its_successor_afterwards():
    bureau = BureauFactory()
    old = UnitFactory(parent=bureau, closed_on=date(2026, 4, 30))
    new = UnitFactory(parent=bureau)

    refused = refusal(merge_unit, unit=old, into=new, on=LAST_DAY, **NOW)
    merge_unit(unit=old, into=new, on=date(2026, 4, 30), **NOW)

    old.refresh_from_db()
    assert refused == ["本单位已停用或已并入其他单位，请刷新页面核对。"]
    assert old.succeeded_by == new


def test_units_are_not_merged_in_a_circle():
    bureau = BureauFactory()
    one, two, three = (UnitFactory(parent=bureau) for _n in range(3))
    merge_unit(unit=one, into=two, on=date(2026, 3, 31), **NOW)
    merge_unit(unit=two, into=three, on=date(2026, 4, 30), **NOW)

    reasons = refusal(merge_unit, unit=three, into=one, on=LAST_DAY, **NOW)

    assert reasons == [
        "所选单位此前已并入本单位，不能互相并入。",
        "并入单位在合并之日的次日不存在。",
    ]


@pytest.mark.parametrize(
    ("of", "into", "sentence"),
    [
        ("own", "foreign", "两个单位不属于同一分局，不能合并。"),
        ("bureau", "own", "单独编制年度报告的单位（分局）不能并入其他单位。"),
        ("own", "below", "不能并入自己的下级单位。"),
    ],
)
def test_what_is_not_merged(of, into, sentence):
    bureau = BureauFactory()
    own = UnitFactory(parent=bureau)
    units = {
        "bureau": bureau,
        "own": own,
        "below": UnitFactory(parent=own),
        "foreign": UnitFactory(),
    }

    reasons = refusal(merge_unit, unit=units[of], into=units[into], on=LAST_DAY, **NOW)

    assert reasons[0] == sentence
    assert not Unit.objects.filter(succeeded_by__isnull=False).exists()


def test_what_stops_a_closing_stops_a_merging():
    bureau = BureauFactory()
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    UnitFactory(parent=old, name="警务室")

    reasons = refusal(merge_unit, unit=old, into=new, on=LAST_DAY, **NOW)

    assert reasons == ["下级单位“警务室”仍在运行，请先停用或划转。"]


def test_reopening_forgets_the_successor():
    bureau = BureauFactory()
    old, new = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    merge_unit(unit=old, into=new, on=LAST_DAY, **NOW)

    reopen_unit(unit=old, **NOW)

    old.refresh_from_db()
    assert (old.closed_on, old.succeeded_by) == (None, None)
