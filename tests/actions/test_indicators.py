"""Indicators defined; figures recorded a sheet at a time, corrected, checked; sums declared."""

from datetime import date, datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest

from reports.actions.delivered_indicators import (
    delivered_indicators,
    delivered_sums,
    lay_indicators,
)
from reports.actions.indicators import (
    CannotCheckFigures,
    CannotRecordFigures,
    CannotSetIndicator,
    FigureDraft,
    IndicatorDraft,
    MonthlyFigure,
    Recorded,
    Sheet,
    check_figures,
    drop_sum,
    edit_indicator,
    record_many,
    record_sheet,
    set_indicator,
    set_sum,
)
from reports.domain.figures import Made, Wording
from reports.domain.indicators import read_rule
from reports.models import Figure, Indicator, SumRule
from tests.factories import (
    NOON,
    BureauFactory,
    FigureFactory,
    IndicatorFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def unit():
    return UnitFactory(name="一所")


@pytest.fixture
def clerk():
    return UserFactory(first_name="李内勤")


def record(unit, *drafts, year=2026, month=5, because="", by=None, today=TODAY, at=NOON, **sheet):
    return record_sheet(
        Sheet(unit, year, month, **sheet), drafts, because=because, by=by, at=at, today=today
    )


def row(indicator, value=None, source="月报表", **rest):
    return FigureDraft(indicator, None if value is None else D(value), source=source, **rest)


def standing():
    return list(
        Figure.objects.standing()
        .order_by("indicator_id", "pk")
        .values_list("indicator__name", "value", "wording", "source")
    )


# --- a sheet -------------------------------------------------------------------------------------


def test_sheet_is_recorded_whole(unit, clerk):
    alarms, cases = IndicatorFactory(name="警情"), IndicatorFactory(name="案件")

    done = record(unit, row(alarms, 12), row(cases, 0, wording=None), by=clerk)

    assert done == Recorded(new=2)
    assert standing() == [("警情", D(12), "", "月报表"), ("案件", D(0), "", "月报表")]
    figure = Figure.objects.first()
    assert (figure.bureau, figure.recorded_by, figure.recorded_at) == (unit.bureau, clerk, NOON)


def test_blank_row_is_not_nought(unit):
    assert record(unit, row(IndicatorFactory(), None)) == Recorded()
    assert standing() == []


def test_one_bad_row_keeps_the_whole_sheet_out(unit):
    good, bad = IndicatorFactory(name="警情"), IndicatorFactory(name="案件")

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(good, 12), row(bad, 3, source=" "))

    assert refusal.value.by_indicator == {bad.pk: ["请写明数据来源。"]}
    assert standing() == []


def test_same_page_sent_twice_changes_nothing_twice(unit):
    draft = row(IndicatorFactory(name="警情"), 12)
    record(unit, draft)

    assert record(unit, draft) == Recorded()
    assert Figure.objects.count() == 1


def test_correction_keeps_the_earlier_value_with_its_reason(unit, clerk):
    alarms = IndicatorFactory(name="警情")
    record(unit, row(alarms, 12))
    first = Figure.objects.get()

    done = record(unit, row(alarms, 13, shown=first.pk), because="漏报一起", by=clerk)

    assert done == Recorded(corrected=1)
    first.refresh_from_db()
    assert (first.cancelled_because, first.cancelled_by) == ("漏报一起", clerk)
    assert standing() == [("警情", D(13), "", "月报表")]


def test_row_cleared_is_taken_back_with_its_reason(unit):
    alarms = IndicatorFactory()
    record(unit, row(alarms, 12))
    first = Figure.objects.get()

    assert record(unit, row(alarms, None, shown=first.pk), because="填错单位") == Recorded(
        taken_back=1
    )
    assert standing() == []
    assert Figure.objects.get().cancelled_because == "填错单位"


def test_correction_without_a_reason_is_refused(unit):
    alarms = IndicatorFactory()
    record(unit, row(alarms, 12))
    first = Figure.objects.get()

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(alarms, 13, shown=first.pk))

    assert refusal.value.by_indicator == {alarms.pk: ["改动已填报的数据，须写明原因。"]}
    assert not Figure.objects.get().is_cancelled


def test_second_of_two_at_once_is_told_what_happened(unit, clerk):
    alarms = IndicatorFactory()
    record(unit, row(alarms, 12), by=clerk)

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(alarms, 15), because="x")

    told = "该数据在您打开本页后已由李内勤填报为12，请核对后再填。"
    assert refusal.value.by_indicator == {alarms.pk: [told]}
    assert [value for _name, value, *_rest in standing()] == [D(12)]


def test_row_that_was_only_shown_does_not_undo_what_another_corrected(unit):
    alarms, cases = IndicatorFactory(name="警情"), IndicatorFactory(name="案件")
    record(unit, row(alarms, 12))
    first = Figure.objects.get()
    record(unit, row(alarms, 13, shown=first.pk), because="漏报一起")

    done = record(unit, row(alarms, 12, shown=first.pk), row(cases, 3))

    assert done == Recorded(new=1)
    assert [(name, value) for name, value, *_rest in standing()] == [
        ("警情", D(13)),
        ("案件", D(3)),
    ]


def test_share_is_what_its_parts_give(unit):
    share = IndicatorFactory(name="出庭应诉率", counter="%", is_share=True, decimals=1)

    record(unit, row(share, 99, numerator=D(2), denominator=D(3)))

    figure = Figure.objects.get()
    assert (figure.value, figure.numerator, figure.denominator) == (D("66.7"), D(2), D(3))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({}, "占比须填写分子和分母。"),
        ({"numerator": D(2)}, "占比须同时填写分子和分母。"),
        ({"numerator": D(0), "denominator": D(0)}, "分母为零，没有占比；请留空。"),
        ({"numerator": D(4), "denominator": D(3)}, "分子大于分母，请核对。"),
    ],
)
def test_share_without_its_parts_is_refused(unit, parts, reason):
    share = IndicatorFactory(counter="%", is_share=True)

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(share, 50, **parts))

    assert refusal.value.reasons == [reason]
    assert standing() == []


def test_counted_indicator_is_not_entered(unit):
    counted = IndicatorFactory(made="counted", rule={"of": "meetings"})

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(counted, 5))

    assert refusal.value.reasons == ["该指标据记录统计，不能填报。"]


def test_indicator_of_other_kinds_or_years_is_not_entered(unit):
    of_squads = IndicatorFactory()
    of_squads.unit_kinds.add(UnitKindFactory(code="squad"))
    ended = IndicatorFactory(last_year=2025)

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(of_squads, 5), row(ended, 6))

    sentence = "该指标不适用于这个单位或这一年度。"
    assert refusal.value.by_indicator == {of_squads.pk: [sentence], ended.pk: [sentence]}


def test_month_that_has_not_begun_is_refused_but_a_target_is_not(unit):
    alarms = IndicatorFactory()

    with pytest.raises(CannotRecordFigures) as refusal:
        record(unit, row(alarms, 5), month=7)
    record(unit, row(alarms, 900, wording=Wording.NOT_BELOW), month=None, year=2027, is_target=True)

    assert refusal.value.reasons == ["该月尚未开始，不能填报。"]
    assert [(figure.year, figure.is_target) for figure in Figure.objects.all()] == [(2027, True)]


def test_target_stands_beside_the_result_of_the_same_year(unit):
    alarms = IndicatorFactory()
    record(unit, row(alarms, 900), month=None, year=2025)

    record(unit, row(alarms, 950), month=None, year=2025, is_target=True)

    assert Figure.objects.standing().count() == 2


# --- many at once --------------------------------------------------------------------------------


def test_many_keep_their_own_moments_and_checkers(unit, clerk):
    checker = UserFactory()
    at = datetime(2026, 2, 3, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    sheet = Sheet(unit, 2026, 1)

    record_many([MonthlyFigure(sheet, row(IndicatorFactory(), 5), at, clerk, NOON, checker)])

    figure = Figure.objects.get()
    assert (figure.recorded_at, figure.recorded_by, figure.checked_by) == (at, clerk, checker)
    assert figure.history.get().history_date == at


def test_many_are_all_or_none(unit):
    draft = row(IndicatorFactory(), 5, source="")

    with pytest.raises(CannotRecordFigures):
        record_many(
            [
                MonthlyFigure(Sheet(unit, 2026, 1), row(IndicatorFactory(), 5), NOON, None),
                MonthlyFigure(Sheet(unit, 2026, 1), draft, NOON, None),
            ]
        )

    assert standing() == []


# --- checking ------------------------------------------------------------------------------------


def test_another_person_checks_several_at_once(clerk):
    figures = [FigureFactory(recorded_by=clerk) for _n in range(2)]
    officer = UserFactory()

    number = check_figures(figure_ids=[f.pk for f in figures], by=officer, at=NOON)

    assert number == 2
    assert {f.checked_by for f in Figure.objects.all()} == {officer}
    assert check_figures(figure_ids=[figures[0].pk], by=officer, at=NOON) == 0


def test_nobody_checks_what_she_entered_herself(clerk):
    mine = FigureFactory(recorded_by=clerk, indicator=IndicatorFactory(name="警情"))
    other = FigureFactory()

    with pytest.raises(CannotCheckFigures) as refusal:
        check_figures(figure_ids=[mine.pk, other.pk], by=clerk, at=NOON)

    assert refusal.value.reasons == ["警情：须由填报人以外的人核对。"]
    assert Figure.objects.filter(checked_at__isnull=False).count() == 0


def test_figure_checked_by_another_or_cancelled_is_refused(clerk):
    checked = FigureFactory(checked_at=NOON, checked_by=UserFactory())
    gone = FigureFactory(cancelled_at=NOON, cancelled_because="误录")

    with pytest.raises(CannotCheckFigures) as refusal:
        check_figures(figure_ids=[checked.pk, gone.pk], by=clerk, at=NOON)

    assert [reason.partition("：")[2] for reason in refusal.value.reasons] == [
        "该数据已经核对。",
        "该数据已作废。",
    ]


# --- definitions ---------------------------------------------------------------------------------


def draft(**changes):
    return IndicatorDraft(**{"name": "受理案件", "counter": "件", "made": Made.ENTERED} | changes)


def test_indicator_of_a_bureau_gets_a_code_of_its_own():
    bureau = BureauFactory()
    kind = UnitKindFactory()

    first = set_indicator(draft(unit=bureau, unit_kinds=[kind]), by=None, at=NOON)
    second = set_indicator(draft(unit=bureau, name="办结"), by=None, at=NOON)

    assert [first.code, second.code] == [f"own-{bureau.pk}", f"own-{bureau.pk}-2"]
    assert list(first.unit_kinds.all()) == [kind]


def test_counted_indicator_needs_a_rule():
    with pytest.raises(CannotSetIndicator) as refusal:
        set_indicator(draft(made=Made.COUNTED), by=None, at=NOON)
    made = set_indicator(draft(made=Made.COUNTED, rule={"of": "problems"}), by=None, at=NOON)

    assert refusal.value.reasons == ["据记录统计的指标，须写明统计规则。"]
    assert made.rule == {"of": "problems", "what": "found"}


def test_same_name_at_the_same_unit_is_refused():
    bureau = BureauFactory()
    set_indicator(draft(unit=bureau), by=None, at=NOON)

    with pytest.raises(CannotSetIndicator) as refusal:
        set_indicator(draft(unit=bureau), by=None, at=NOON)
    set_indicator(draft(unit=BureauFactory()), by=None, at=NOON)

    assert refusal.value.reasons == ["已有同名的指标。"]
    assert Indicator.objects.count() == 2


def test_indicator_with_figures_keeps_how_it_is_made():
    indicator = IndicatorFactory(name="受理案件")
    FigureFactory(indicator=indicator)

    with pytest.raises(CannotSetIndicator) as refusal:
        edit_indicator(
            indicator_id=indicator.pk,
            draft=draft(made=Made.COUNTED, rule={"of": "meetings"}),
            by=None,
            at=NOON,
        )
    edited = edit_indicator(
        indicator_id=indicator.pk, draft=draft(definition="不含移送"), by=None, at=NOON
    )

    assert refusal.value.reasons == ["该指标已有数据，不能改变数据产生方式或是否占比。请另设指标。"]
    assert edited.definition == "不含移送"


# --- sums ----------------------------------------------------------------------------------------


@pytest.fixture
def three():
    return [IndicatorFactory(name=name) for name in ("收案", "结案", "存案")]


def sum_of(whole, *parts, name="收＝结＋存", **rest):
    return set_sum(name=name, whole=whole, parts=parts, by=None, at=NOON, **rest)


def test_sum_is_declared_changed_and_taken_back(three):
    rule = sum_of(*three)
    sum_of(*three, name="收案＝结案＋存案", sum_id=rule.pk)

    assert [str(each) for each in SumRule.objects.all()] == ["收案＝结案＋存案"]
    assert list(rule.parts.order_by("pk")) == three[1:]

    drop_sum(sum_id=rule.pk, by=None, at=NOON)
    drop_sum(sum_id=rule.pk, by=None, at=NOON)

    assert SumRule.objects.count() == 0
    assert rule.name == "收＝结＋存"


def test_sum_that_can_never_come_out_is_refused(three):
    whole, closed, opened = three
    share = IndicatorFactory(counter="%", is_share=True)

    def reasons(*args):
        with pytest.raises(CannotSetIndicator) as refusal:
            sum_of(*args)
        return refusal.value.reasons

    assert reasons(whole, closed) == ["至少选择两个分项指标。"]
    assert reasons(whole, whole, closed) == ["合计指标不能同时是分项指标。"]
    assert reasons(whole, closed, share) == ["占比不能相加。", "计量单位不同的指标不能相加。"]
    sum_of(whole, closed, opened)
    assert reasons(whole, opened, closed) == ["该勾稽关系已经设置。"]


# --- delivered -----------------------------------------------------------------------------------


def test_delivered_indicators_can_be_counted_or_entered():
    lay_indicators(at=NOON)

    words = delivered_indicators()
    assert Indicator.objects.count() == len(words) == len({each.code for each in words})
    assert [each.code for each in words if each.rule and read_rule(each.rule)[1]] == []
    assert SumRule.objects.count() == len(delivered_sums())
    assert sorted(Indicator.objects.filter(no_comparison=True).values_list("code", flat=True)) == [
        "fines",
        "penalties",
    ]


def test_what_is_there_stays_when_they_are_laid_again():
    lay_indicators(at=NOON)
    Indicator.objects.filter(code="alarms").update(name="接警数")
    before = Indicator.history.count()

    lay_indicators(at=NOON)

    assert Indicator.objects.get(code="alarms").name == "接警数"
    assert Indicator.history.count() == before
    assert SumRule.objects.count() == len(delivered_sums())


def test_delivered_indicators_apply_to_kinds_that_are_there():
    station, first_class = UnitKindFactory(), UnitKindFactory(code="station1")

    lay_indicators(at=NOON, more={"station": ("station1",)})

    kinds = Indicator.objects.get(code="penalties").unit_kinds
    assert list(kinds.order_by("pk")) == [station, first_class]


def test_today_is_given_not_asked_for(unit):
    record(unit, row(IndicatorFactory(), 5), today=date(2026, 5, 31), month=5)

    assert Figure.objects.count() == 1
