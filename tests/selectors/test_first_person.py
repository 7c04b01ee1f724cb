from datetime import date

import pytest

from reports.actions.problems import cancel_problem
from reports.domain.access import Act, Role
from reports.domain.first_person import DeedKind
from reports.selectors.first_person import (
    DeedCounts,
    accounts_for,
    address_of_deeds,
    adoptable,
    deed_counts,
    deeds_for,
    holders_for,
    kinds_of,
    linked_record,
    performance_of,
    post_on,
    terms_of_person,
    terms_of_unit,
    terms_shown,
    yet_to_give,
)
from reports.selectors.first_person_paper import performance_paper
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AccountGivenFactory,
    AppointmentFactory,
    BureauFactory,
    DeedFactory,
    DischargeFactory,
    DueFactory,
    DutyListFactory,
    FirstPersonDutyFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
LEFT, CAME = date(2026, 5, 17), date(2026, 5, 18)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def first_person():
    return PostFactory(code="first_person", is_capacity=True, position=90)


@pytest.fixture
def old(bureau, first_person):
    person = PersonFactory(unit=bureau, name="旧某")
    head = PostFactory(code="bureau_head", heads_unit=True, position=1)
    for post in (head, first_person):
        AppointmentFactory(person=person, post=post, last_day=LEFT)
    return person


@pytest.fixture
def new(bureau, first_person, old):
    person = PersonFactory(unit=bureau, name="新某", user=UserFactory())
    AppointmentFactory(person=person, post=first_person, first_day=CAME)
    return person


@pytest.fixture
def legal(bureau):
    return scope_of(member(Role.LEGAL_OFFICER, bureau), today=TODAY)


def deed(person, **fields):
    return DeedFactory(person=person, unit=person.unit, **fields)


# --- numbers -------------------------------------------------------------------------------------


def test_kinds_of_words():
    four = ("deployed", "asked", "coordinated", "supervised")

    assert kinds_of(["four"]) == four
    assert kinds_of(["study", "four", "asked"]) == (*four, "study")
    assert kinds_of(["no such"]) == ()


def test_counts_are_those_of_the_list(bureau, new, legal):
    deed(new)
    deed(new, kind="asked", on=date(2026, 6, 1))
    deed(new, kind="asked", on=date(2026, 6, 10))
    deed(new, kind="study", on=date(2025, 6, 1))
    deed(new, kind="asked", on=date(2026, 6, 11))
    cancelled = deed(new, kind="court")
    type(cancelled).objects.filter(pk=cancelled.pk).update(
        cancelled_at=NOON, cancelled_because="误录"
    )
    DeedFactory()

    counts = deed_counts(legal, on=TODAY, year=2026, bureau=bureau.pk)

    listed = deeds_for(legal, on=TODAY, year=2026, bureau=bureau.pk)
    assert counts == DeedCounts.of(each.kind for each in listed)
    assert counts.four == {
        DeedKind.DEPLOYED: 1,
        DeedKind.ASKED: 2,
        DeedKind.COORDINATED: 0,
        DeedKind.SUPERVISED: 0,
    }
    assert (counts.in_person, counts.total) == (3, 3)
    assert deed_counts(legal, on=date(2026, 6, 1), year=2026).in_person == 2
    assert deed_counts(legal, on=TODAY).total == 4
    assert deed_counts(None, on=TODAY).total == 5


def test_list_selects(bureau, old, new, legal):
    one, two = deed(old, on=date(2026, 3, 2)), deed(new, kind="study")

    assert list(deeds_for(legal, on=TODAY)) == [two, one]
    assert list(deeds_for(legal, on=TODAY, person=old.pk)) == [one]
    assert list(deeds_for(legal, on=TODAY, kinds=["four"])) == [one]
    assert list(deeds_for(legal, on=TODAY, kinds=["study"])) == [two]


def test_address_of_a_list():
    four = [kind.value for kind in DeedKind][:4]

    assert address_of_deeds(kinds=four, unit=3, person=None) == "/deeds/?unit=3&kind=four"
    assert address_of_deeds(kinds=["study"], year=2026) == "/deeds/?year=2026&kind=study"


def test_the_record_behind_a_deed_is_read_within_the_scope(bureau, new, legal):
    problem = ProblemFactory(unit=bureau)
    linked, bare = deed(new, problem=problem), deed(new)
    stranger = scope_of(member(Role.LEGAL_OFFICER, BureauFactory()), today=TODAY)

    assert linked_record(legal, linked) == problem
    assert linked_record(stranger, linked) is None
    assert linked_record(legal, bare) is None


# --- who may be recorded -------------------------------------------------------------------------


def keys(holders):
    return [(each.person, each.unit, each.post.code) for each in holders]


def test_who_may_be_recorded(bureau, old, new, legal):
    station = UnitFactory(parent=bureau)
    chief = PersonFactory(unit=station)
    AppointmentFactory(person=chief, post=PostFactory(code="station_head", heads_unit=True))
    AppointmentFactory(person=PersonFactory(unit=station), post=PostFactory(code="clerk"))
    gone = PersonFactory(unit=station)
    AppointmentFactory(
        person=gone,
        post=PostFactory(code="station_head"),
        first_day=date(2023, 1, 1),
        last_day=date(2024, 12, 31),
    )
    clerk = scope_of(member(Role.CLERK, station), today=TODAY)
    leader = member(Role.LEADER, bureau, user=new.user)

    assert keys(holders_for(legal, Act.RECORD_DEED, today=TODAY)) == [
        (new, bureau, "first_person"),
        (old, bureau, "first_person"),
        (chief, station, "station_head"),
    ]
    assert keys(holders_for(clerk, Act.RECORD_DEED, today=TODAY)) == [
        (chief, station, "station_head")
    ]
    own = holders_for(scope_of(leader, today=TODAY), Act.RECORD_DEED, today=TODAY)
    assert keys(own) == [(new, bureau, "first_person")]
    reader = scope_of(member(Role.SUPERVISOR, bureau), today=TODAY)
    assert holders_for(reader, Act.RECORD_DEED, today=TODAY) == []


def test_the_capacity_comes_before_the_post(bureau, old):
    assert post_on(old.pk, bureau.pk, LEFT).post.code == "first_person"
    assert post_on(old.pk, bureau.pk, CAME) is None


# --- the page ------------------------------------------------------------------------------------


@pytest.fixture
def half_year(bureau):
    """Owed twice a year by the bureau, as a duty of its first responsible person."""
    return ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="党委会听取汇报",
        schedule__of_first_person=True,
        cadence="half_year",
    )


def due_of(version, day, **fields):
    return DueFactory(version=version, day=day, **fields)


def shown(scope, person, *, year=2026, on=TODAY):
    terms = terms_shown(terms_of_person(scope, person.pk, year=year, on=on), None)
    return performance_of(scope, terms, year=year, on=on, of_person=True)


def test_each_page_tells_of_its_own_term(bureau, old, new, legal, half_year):
    monthly = ScheduleVersionFactory(
        schedule__set=half_year.schedule.set, schedule__of_first_person=True
    )
    by_old = due_of(monthly, date(2026, 4, 10), met_on=date(2026, 4, 20))
    missed = due_of(monthly, date(2026, 3, 10))
    by_new = due_of(monthly, date(2026, 5, 10), met_on=CAME)
    running = due_of(half_year, TODAY)
    DueFactory(unit=bureau)
    before, after = deed(old, on=LEFT), deed(new, on=CAME)

    of_old, of_new = shown(legal, old), shown(legal, new)

    assert [term.post.code for term in of_old.terms] == ["first_person"]
    assert (of_old.deeds, of_new.deeds) == ([before], [after])
    assert set(of_old.dues) == {by_old, missed}
    assert (of_old.done, of_old.owed) == ([by_old], [missed])
    assert (of_new.done, of_new.owed) == ([by_new], [running])


def test_the_page_of_the_unit_tells_of_both(bureau, old, new, legal, half_year):
    running = due_of(half_year, TODAY)
    one, two = deed(old, on=LEFT), deed(new, on=CAME)
    terms = terms_of_unit(legal, bureau.pk, year=2026, on=TODAY)

    found = performance_of(legal, terms, year=2026, on=TODAY, of_person=False)

    assert [term.person for term in found.terms] == [old, new]
    assert (found.deeds, found.owed) == ([one, two], [running])


def test_as_of_an_earlier_day(bureau, old, new, legal, half_year):
    due = due_of(half_year, TODAY, met_on=date(2026, 6, 3))
    deed(old, on=date(2026, 5, 12))

    found = shown(legal, old, on=date(2026, 5, 11))

    assert (found.deeds, found.done, found.owed) == ([], [], [due])
    assert terms_of_person(legal, new.pk, year=2026, on=date(2026, 5, 11)) == []


def test_records_stand_under_the_duties_they_show(bureau, old, new, legal, half_year):
    listed = DutyListFactory(unit=bureau, post=PostFactory(code="first_person"))
    asked = FirstPersonDutyFactory(duty_list=listed, position=1, deed_kinds=["asked"])
    heard = FirstPersonDutyFactory(duty_list=listed, position=2, deed_kinds=["report_heard"])
    empty = FirstPersonDutyFactory(duty_list=listed, position=3, deed_kinds=["asked", "court"])
    heard.schedules.set([half_year.schedule])
    by_kind = deed(new, kind="asked", on=CAME)
    named = deed(new, kind="asked", on=date(2026, 6, 1))
    named.duties.set([heard])
    other = deed(new, kind="study", on=date(2026, 6, 2))
    due = due_of(half_year, TODAY, met_on=date(2026, 6, 3))
    meeting = MeetingFactory(unit=bureau, presided_by=new, held_on=date(2026, 6, 3))
    DischargeFactory(due=due, meeting=meeting)
    DutyListFactory(unit=bureau, year=2025)

    found = shown(legal, new)

    (sheet,) = found.sheets
    assert sheet.duty_list == listed
    assert [item.duty for item in sheet.items] == [asked, heard, empty]
    assert [item.deeds for item in sheet.items] == [[by_kind], [named], [by_kind]]
    assert [item.dues for item in sheet.items] == [[], [due], []]
    assert sheet.items[1].lines == [(named, None), (None, due)]
    assert [each.meeting for each in sheet.items[1].dues[0].counting] == [meeting]
    assert (found.other_deeds, found.other_dues) == ([other], [])


def test_a_duty_that_is_only_owed_has_no_record(bureau, old, new, legal, half_year):
    listed = DutyListFactory(unit=bureau, post=PostFactory(code="first_person"))
    FirstPersonDutyFactory(duty_list=listed).schedules.set([half_year.schedule])
    due = due_of(half_year, TODAY)

    ((item,),) = [sheet.items for sheet in shown(legal, new).sheets]

    assert (item.dues, item.is_empty) == ([due], True)


def test_a_clerk_sees_the_station_alone(bureau, old, new):
    station = UnitFactory(parent=bureau)
    AppointmentFactory(
        person=old,
        unit=station,
        post=PostFactory(code="station_head", heads_unit=True),
        first_day=CAME,
    )
    at_bureau = deed(old, on=LEFT)
    at_station = DeedFactory(person=old, unit=station, on=CAME)
    clerk = scope_of(member(Role.CLERK, station), today=TODAY)

    terms = terms_of_person(clerk, old.pk, year=2026, on=TODAY)
    found = performance_of(clerk, terms, year=2026, on=TODAY, of_person=True)

    assert [term.unit for term in terms] == [station]
    assert found.deeds == [at_station]
    assert list(deeds_for(clerk, on=TODAY)) == [at_station]
    assert at_bureau not in deeds_for(clerk, on=TODAY)


# --- the paper -----------------------------------------------------------------------------------


def test_paper_numbers_the_records_behind_its_lines(bureau, old, new, legal, half_year):
    listed = DutyListFactory(unit=bureau, post=PostFactory(code="first_person"), title="职责清单")
    duty = FirstPersonDutyFactory(
        duty_list=listed, position=1, text="听取汇报", deed_kinds=["asked"]
    )
    duty.schedules.set([half_year.schedule])
    FirstPersonDutyFactory(duty_list=listed, position=2, text="学法用法")
    deed(new, kind="asked", on=date(2026, 6, 5), title="过问案卷评查", form="research")
    deed(new, kind="asked", on=CAME, title="过问受案立案", document_number="示公发〔2026〕1号")
    due = due_of(half_year, TODAY, met_on=date(2026, 6, 3))
    DischargeFactory(
        due=due,
        meeting=MeetingFactory(
            unit=bureau, presided_by=new, held_on=date(2026, 6, 3), title="党委会"
        ),
    )

    paper = performance_paper(shown(legal, new), of_person=True)

    assert paper.title == "新某2026年履行法治建设\n第一责任人职责情况"
    assert (paper.issuer, paper.mark, paper.day) == (
        "东城分局",
        "职责清单待与正式文本核对",
        "2026年6月10日",
    )
    assert paper.facts == (
        ("单位", "东城分局"),
        ("任职", "第一责任人（5月18日起）"),
        ("统计截至", "2026年6月10日"),
    )
    assert [(section.number, section.title) for section in paper.sections] == [
        ("一", "四个亲自"),
        ("二", "职责清单"),
        ("三", "本年度尚待落实"),
    ]
    assert paper.sections[0].lines == (
        "重要工作亲自部署：本年度尚无记录。",
        "重大问题亲自过问：2项（记录1、3）。",
        "重点环节亲自协调：本年度尚无记录。",
        "重要任务亲自督办：本年度尚无记录。",
    )
    assert [(item.heading, item.lines) for item in paper.sections[1].items] == [
        (
            "1．听取汇报",
            (
                "重大问题亲自过问：2项（记录1、3）。",
                "党委会听取汇报，上半年（1月1日—6月30日）：按期召开，6月3日（记录2）。",
            ),
        ),
        ("2．学法用法", ("本年度尚无记录。",)),
    ]
    assert paper.sections[2].lines == ("没有尚待落实的事项。",)
    assert [record.cells()[:5] for record in paper.records] == [
        ("1", "5月18日", "重大问题亲自过问", "过问受案立案", "批示，示公发〔2026〕1号"),
        ("2", "6月3日", "党委会听取汇报", "党委会", "按期召开，新某主持"),
        ("3", "6月5日", "重大问题亲自过问", "过问案卷评查", "调研"),
    ]


def test_paper_tells_what_is_owed(bureau, old, new, legal, half_year):
    due_of(half_year, TODAY)

    paper = performance_paper(shown(legal, new), of_person=True)

    assert paper.sections[-1].lines == ("党委会听取汇报，上半年（1月1日—6月30日）：本期待开。",)
    assert (paper.records, paper.mark) == ((), "")


# --- lists to adopt, accounts to give -------------------------------------------------------------


def test_what_a_bureau_may_adopt(bureau, legal):
    delivered = [DutyListFactory(unit=None, year=None, level=level) for level in ("party_head",)]
    last = DutyListFactory(unit=bureau, year=2025, level="bureau")
    DutyListFactory(unit=bureau, year=2024, level="government_head")
    DutyListFactory(year=2025, level="government_head")

    found = [
        (each.level.value, each.delivered, each.last_year)
        for each in adoptable(legal, bureau, year=2026)
    ]

    assert found == [("party_head", delivered[0], None), ("bureau", None, last)]
    DutyListFactory(unit=bureau, year=2026, level="bureau")
    assert [each.level for each in adoptable(legal, bureau, year=2026)] == ["party_head"]


def test_who_has_given_no_account_yet(bureau, old, new, legal):
    station = UnitFactory(parent=bureau)
    chief = PersonFactory(unit=station)
    AppointmentFactory(person=chief, post=PostFactory(code="station_head", heads_unit=True))
    AppointmentFactory(person=PersonFactory(unit=station), post=PostFactory(code="clerk"))
    AppointmentFactory(post=PostFactory(code="station_head"))

    def waiting(year=2025, on=TODAY, **chosen):
        found = yet_to_give(legal, year=year, on=on, **chosen)
        return [(each.person, each.unit) for each in found]

    assert waiting() == [(old, bureau), (chief, station)]
    assert waiting(unit=station.pk) == [(chief, station)]
    assert waiting(year=2026) == [(new, bureau), (chief, station)]
    assert waiting(year=2023) == []

    AccountGivenFactory(person=chief, unit=station, on=date(2026, 1, 20))
    assert waiting() == [(old, bureau)]
    assert waiting(on=date(2026, 1, 19)) == [(old, bureau), (chief, station)]
    assert waiting(year=2026) == [(new, bureau), (chief, station)]


def test_accounts_of_a_year_with_the_problems_named(bureau, old, legal):
    given = AccountGivenFactory(person=old, unit=bureau)
    ProblemFactory(unit=bureau, account=given)
    cancelled = ProblemFactory(unit=bureau, account=given)
    cancel_problem(problem_id=cancelled.pk, because="误录", by=UserFactory(), at=NOON)
    AccountGivenFactory(person=old, unit=bureau, year=2024)
    AccountGivenFactory()

    rows = accounts_for(legal, on=TODAY, year=2025)

    assert [(each, each.problems_named) for each in rows] == [(given, 1)]
    assert list(accounts_for(legal, on=date(2026, 1, 19), year=2025)) == []
