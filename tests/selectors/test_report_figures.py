"""Work records, deeds, tasks, units and indicators as figures: of a year, of other days."""

from datetime import date

import pytest

from reports.domain.access import Role
from reports.models import SuperiorTask
from reports.selectors.report_figures import ReportKey, more_records
from reports.selectors.year_records import figures_from, records_of
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    DeedFactory,
    FigureFactory,
    IndicatorFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    RecordFieldFactory,
    RecordKindFactory,
    ReportHeadingFactory,
    ScheduleVersionFactory,
    SuperiorTaskFactory,
    UnitFactory,
    UnitKindFactory,
    WorkRecordFactory,
    holder_of,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FIRST_QUARTER = (date(2026, 1, 1), date(2026, 3, 31))


def figures(key):
    return {each.key: each.value for each in figures_from(records_of([key], TODAY)[key])}


def year(bureau, on=TODAY):
    return ReportKey(bureau.pk, 2026, on)


def quarter(bureau):
    return ReportKey(bureau.pk, 2026, FIRST_QUARTER[1], *FIRST_QUARTER)


def only(found, *families):
    return {key: value for key, value in found.items() if key.split(":")[0] in families}


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


def test_work_records_with_their_numbers_and_choices(bureau):
    kind = RecordKindFactory(heading=ReportHeadingFactory())
    RecordFieldFactory(kind=kind, code="audience", label="受众", type="number")
    RecordFieldFactory(
        kind=kind,
        code="topic",
        label="主题",
        type="choice",
        choices=["反诈", "禁毒"],
        is_required=True,
    )
    values = {"audience": 30, "topic": "禁毒"}
    WorkRecordFactory(unit=bureau, kind=kind, on=date(2026, 2, 3), values=values)
    WorkRecordFactory(unit=bureau, kind=kind, on=date(2026, 5, 3), values=values)
    WorkRecordFactory(unit=bureau, kind=kind, on=date(2025, 5, 3), values=values)
    WorkRecordFactory(unit=BureauFactory(), kind=kind)

    assert only(figures(year(bureau)), "records") == {
        "records:publicity:count": 2,
        "records:publicity:audience": 60,
        "records:publicity:topic_2": 2,
    }
    assert only(figures(quarter(bureau)), "records") == {
        "records:publicity:count": 1,
        "records:publicity:audience": 30,
        "records:publicity:topic_2": 1,
    }
    assert only(figures(year(bureau, date(2026, 1, 31))), "records") == {}


def test_a_total_beside_single_records_is_not_counted_twice(bureau):
    WorkRecordFactory(unit=bureau, on=date(2026, 2, 3))
    WorkRecordFactory(unit=bureau, on=date(2026, 2, 1), is_total=True, amount=9, source="合计")

    assert only(figures(year(bureau)), "records") == {"records:publicity:count": 1}


def test_deeds_are_those_of_the_first_responsible_person(bureau):
    head = holder_of(bureau, "first_person")
    deputy = PersonFactory(unit=bureau)
    AppointmentFactory(person=deputy, post=PostFactory(code="in_charge"))
    DeedFactory(unit=bureau, person=head)
    DeedFactory(unit=bureau, person=head, kind="study", on=date(2026, 2, 3))
    DeedFactory(unit=bureau, person=deputy)

    assert only(figures(year(bureau)), "deeds") == {"deeds:deployed": 1, "deeds:study": 1}
    assert only(figures(quarter(bureau)), "deeds") == {"deeds:study": 1}


def test_tasks_of_the_days_and_those_carried_into_them(bureau):
    SuperiorTaskFactory(unit=bureau, issued_on=date(2025, 5, 1), due_on=date(2026, 2, 1))
    SuperiorTaskFactory(unit=bureau, issued_on=date(2026, 5, 1))
    done(SuperiorTaskFactory(unit=bureau, issued_on=date(2025, 5, 1)), date(2025, 9, 1))
    done(SuperiorTaskFactory(unit=bureau, issued_on=date(2026, 1, 5)), date(2026, 2, 1))

    assert only(figures(year(bureau)), "tasks")["tasks:total"] == 3
    assert only(figures(quarter(bureau)), "tasks") == {
        "tasks:total": 2,
        "tasks:done": 1,
        "tasks:open": 1,
        "tasks:overdue": 1,
    }


def done(task, day):
    SuperiorTask.objects.filter(pk=task.pk).update(done_on=day, result="已办结")


def test_units_with_their_reviewers(bureau):
    first_class = [UnitFactory(parent=bureau, grade="一类") for _n in range(2)]
    other = UnitFactory(parent=bureau)
    UnitFactory(parent=bureau)
    UnitFactory(parent=bureau, kind=UnitKindFactory(code="committee", is_body=True))
    for unit, code in ((first_class[0], "full_reviewer"), (other, "part_reviewer")):
        AppointmentFactory(person=PersonFactory(unit=unit), post=PostFactory(code=code))

    assert only(figures(year(bureau)), "organisation") == {
        "organisation:committees": 1,
        "organisation:first_class": 2,
        "organisation:first_class_full": 1,
        "organisation:others_reviewed": 1,
    }


def test_entered_indicators_of_the_year_and_of_whole_months(bureau):
    monthly = IndicatorFactory(code="cases")
    fines = IndicatorFactory(code="fines", no_comparison=True)
    for each in (monthly, fines):
        each.unit_kinds.add(bureau.kind)
    for month in range(1, 6):
        for each in (monthly, fines):
            FigureFactory(indicator=each, unit=bureau, year=2026, month=month, value=10)

    assert only(figures(year(bureau)), "indicator") == {"indicator:cases": 50}
    assert only(figures(quarter(bureau)), "indicator") == {"indicator:cases": 30}
    days = ReportKey(bureau.pk, 2026, TODAY, date(2026, 1, 15), date(2026, 3, 31))
    assert only(figures(days), "indicator") == {}


def test_several_reports_at_once_read_as_each_alone(bureau):
    other = BureauFactory()
    for unit in (bureau, other):
        full(unit)
    keys = [year(bureau), quarter(bureau), year(other), year(bureau, date(2026, 4, 30))]

    together = records_of(keys, TODAY)

    assert {
        key: {each.key: each.value for each in figures_from(together[key])} for key in keys
    } == {key: figures(key) for key in keys}


def full(bureau):
    head = holder_of(bureau, "first_person")
    rule = ScheduleVersionFactory(schedule__set__unit=bureau)
    WorkRecordFactory(unit=bureau, on=date(2026, 2, 3))
    WorkRecordFactory(unit=bureau)
    DeedFactory(unit=bureau, person=head)
    SuperiorTaskFactory(unit=bureau)
    MeetingFactory(unit=bureau, held_on=date(2026, 2, 9), legal_sat_in=True)
    MeetingFactory(unit=bureau, held_on=date(2026, 5, 9))
    ProblemFactory(unit=bureau, found_on=date(2026, 2, 9))
    MeasureFactory(unit=bureau)
    return rule


@pytest.mark.parametrize("of", [year, quarter])
def test_what_a_figure_opens_has_as_many_rows(client, bureau, of):
    full(bureau)
    full(BureauFactory(parent=bureau.parent))
    user = member(Role.SUPERVISOR, bureau.parent)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    key = of(bureau)
    lists = ("records", "deeds", "tasks", "meetings", "problems", "schedule", "dues", "plan")
    found = [
        each
        for each in figures_from(records_of([key], TODAY)[key])
        if each.key.split(":")[0] in lists and each.url
    ]

    opened = {each.key: client.get(each.url).context["table"].paginator.count for each in found}

    assert opened == {each.key: each.value for each in found}
    assert {"records:publicity:count", "tasks:total", "meetings:sat_in"} <= set(opened)


@pytest.mark.parametrize("rows", [1, 3])
def test_more_records_take_the_same_queries(django_assert_num_queries, rows):
    keys = []
    for n in range(rows):
        bureau = BureauFactory()
        full(bureau)
        keys += [year(bureau, date(2026, 5, 1 + n)), quarter(bureau)]
    FigureFactory(indicator=IndicatorFactory(), unit=bureau)

    with django_assert_num_queries(8):
        more_records(keys)
