from datetime import date

import pytest

from reports.domain.access import Role
from reports.domain.periods import Period
from reports.domain.staffing import RemarkKind, Totals
from reports.models import Unit
from reports.selectors.bureaus import appointments_in
from reports.selectors.scope import scope_of
from reports.selectors.staffing import (
    Standing,
    coverage_by_bureau,
    coverage_of,
    empty_posts,
    existing,
    facts_of,
    gaps_in_year,
    open_gaps,
    proposals,
    remarks_for,
    remarks_of_person,
    row_of,
    unit_rows,
    with_remarks,
    year_of,
)
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CertificateFactory,
    CertificateKindFactory,
    CityFactory,
    PersonFactory,
    PostFactory,
    StaffingRuleFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def full():
    return PostFactory(
        code="full_reviewer", name="专职法制员", single_holder=False, is_full_time=True, position=1
    )


@pytest.fixture
def part():
    return PostFactory(code="part_reviewer", name="兼职法制员", single_holder=False, position=2)


@pytest.fixture
def rule(bureau, full, part):
    found = StaffingRuleFactory(unit=bureau)
    found.posts.set([full, part])
    return found


@pytest.fixture
def scope(bureau):
    return scope_of(member(Role.LEGAL_OFFICER, bureau), today=TODAY)


def coverage(scope, *, year=2026, on=TODAY):
    span = year_of(year)
    rows = unit_rows(existing(scope, first=span.first, last=on))
    facts = facts_of(rows, first=span.first, last=on)
    return with_remarks(coverage_of(facts, year=year, on=on), facts, on=on)


def told(gaps):
    return [(g.unit.label, g.what, g.word, g.first, g.last, g.days, g.is_open) for g in gaps]


@pytest.mark.usefixtures("rule")
def test_twenty_three_days_without_a_reviewer(scope, station, part):
    AppointmentFactory(person__unit=station, post=part, last_day=date(2026, 3, 8))
    now = AppointmentFactory(person__unit=station, post=part, first_day=date(2026, 4, 1))

    (line,) = coverage(scope)
    gaps = gaps_in_year(scope, year=2026, on=TODAY)

    assert (line.standing, line.held, line.at_least, line.days) == (Standing.KEPT, 1, 1, 23)
    assert line.lacking == [Period(date(2026, 3, 9), date(2026, 3, 31))]
    assert [held.person_id for held in line.holders] == [now.person_id]
    assert line.asked == "专职法制员或兼职法制员至少1人"
    assert told(gaps) == [
        (
            "一所",
            "专职法制员或兼职法制员",
            "未配备",
            date(2026, 3, 9),
            date(2026, 3, 31),
            23,
            False,
        )
    ]


def test_a_part_time_reviewer_does_not_count_where_a_full_time_one_is_asked_for(
    scope, station, bureau, full, part
):
    strict = StaffingRuleFactory(unit=bureau)
    strict.posts.set([full])
    StaffingRuleFactory(unit=bureau, kind=UnitKindFactory(code="squad")).posts.set([part])
    AppointmentFactory(person__unit=station, person__name="李某", post=part)

    (line,) = coverage(scope)

    assert (line.standing, line.held, line.holders) == (Standing.LACKING, 0, [])
    assert line.other_words == "另有李某（兼职法制员），不计入"
    # From the first of the year to today, both included.
    assert line.days == 161


def test_a_rule_of_the_bureau_goes_before_one_of_the_city(scope, station, bureau, rule, full):
    StaffingRuleFactory(unit=bureau.parent, at_least=3).posts.set([full])

    (line,) = coverage(scope)

    assert line.asked == "专职法制员或兼职法制员至少1人"
    rule.delete()
    (line,) = coverage(scope)
    assert line.asked == "专职法制员至少3人"


def test_a_unit_without_a_rule_counts_nowhere(scope, station):
    (line,) = coverage(scope)

    assert (line.standing, line.days, line.totals) == (Standing.NO_RULE, 0, Totals())
    assert gaps_in_year(scope, year=2026, on=TODAY) == []


@pytest.mark.usefixtures("rule")
def test_days_are_counted_while_the_unit_exists_and_the_ledger_runs(bureau, scope):
    bureau.ledger_from = date(2026, 5, 1)
    bureau.save()
    UnitFactory(parent=bureau, name="新所", opened_on=date(2026, 6, 1))
    UnitFactory(parent=bureau, name="旧所", closed_on=date(2026, 5, 31))
    UnitFactory(parent=bureau, name="早已撤销", closed_on=date(2025, 5, 31))

    gaps = gaps_in_year(scope, year=2026, on=TODAY)

    assert [(g.unit.label, g.first, g.days, g.is_open) for g in gaps] == [
        ("新所", date(2026, 6, 1), 10, True),
        ("旧所", date(2026, 5, 1), 31, False),
    ]


@pytest.mark.usefixtures("rule")
def test_nothing_is_lacking_before_the_ledger_begins(bureau, scope, station):
    bureau.ledger_from = date(2026, 7, 1)
    bureau.save()

    assert gaps_in_year(scope, year=2026, on=TODAY) == []
    assert coverage(scope) == []


@pytest.mark.usefixtures("rule")
def test_a_gap_tells_its_true_beginning_and_counts_the_days_of_the_year(scope, station, part):
    AppointmentFactory(person__unit=station, post=part, last_day=date(2025, 12, 21))

    (now,) = gaps_in_year(scope, year=2026, on=TODAY)
    (then,) = gaps_in_year(scope, year=2025, on=TODAY)

    assert (now.first, now.days, now.is_open) == (date(2025, 12, 22), 161, True)
    assert (then.first, then.days) == (date(2025, 12, 22), 10)


def test_posts_that_must_be_filled_are_empty_by_their_kind(scope, bureau, station):
    chief = PostFactory(code="station_head", name="所长", must_be_filled=True)
    chief.kinds.add(station.kind)
    first = PostFactory(code="first_person", must_be_filled=True)
    first.kinds.add(bureau.kind)
    AppointmentFactory(person__unit=bureau, post=first)
    AppointmentFactory(person__unit=station, post=chief, last_day=date(2026, 5, 31))

    gaps = gaps_in_year(scope, year=2026, on=TODAY)

    assert told(gaps) == [
        ("一所", "所长", "空缺", date(2026, 6, 1), TODAY, 10, True),
    ]


@pytest.mark.usefixtures("rule")
def test_the_number_of_the_bureau_page_is_that_of_the_list(scope, bureau, station, part):
    chief = PostFactory(code="station_head", name="所长", must_be_filled=True)
    chief.kinds.add(station.kind)
    other = UnitFactory(parent=bureau, name="二所")
    AppointmentFactory(person__unit=station, post=part)
    AppointmentFactory(person__unit=other, post=chief)
    units = [bureau, station, other]

    counted = open_gaps(
        [row_of(unit, bureau) for unit in units],
        on=TODAY,
        held=appointments_in([unit.pk for unit in units], TODAY),
    )
    listed = [gap for gap in gaps_in_year(scope, year=2026, on=TODAY) if gap.is_open]
    asked = empty_posts(Unit.objects.all(), TODAY)

    assert [(g.unit.pk, g.what, g.word) for g in counted] == [
        (station.pk, "所长", "空缺"),
        (other.pk, "专职法制员或兼职法制员", "未配备"),
    ]
    assert [(g.unit.pk, g.what, g.word) for g in listed] == [
        (g.unit.pk, g.what, g.word) for g in counted
    ]
    assert [(g.unit.pk, g.first, g.days) for g in asked] == [
        (g.unit.pk, date(2025, 1, 1), 526) for g in counted
    ]


def test_a_full_time_reviewer_who_heads_the_unit_is_remarked_on(scope, station, bureau, full):
    StaffingRuleFactory(unit=bureau).posts.set([full])
    chief = PostFactory(code="station_head", name="所长", heads_unit=True)
    person = PersonFactory(unit=station, name="张某")
    AppointmentFactory(person=person, post=full)
    AppointmentFactory(person=person, post=chief)

    (line,) = coverage(scope)

    assert [(r.kind, r.person) for r in line.remarks] == [(RemarkKind.HEADS, "张某")]
    assert [r.kind for r in remarks_for(scope, on=TODAY)] == [RemarkKind.HEADS]
    own = remarks_of_person(person, person.appointments.all(), [], on=TODAY)
    assert [r.kind for r in own] == [RemarkKind.HEADS]
    assert remarks_of_person(person, [], [], on=TODAY) == []


def test_a_holder_without_a_qualification_of_the_post_is_remarked_on(scope, station):
    basic = CertificateKindFactory()
    post = PostFactory(code="part_reviewer", name="兼职法制员", single_holder=False)
    post.qualifications.add(basic)
    lacks = AppointmentFactory(person__unit=station, post=post)
    has = AppointmentFactory(person__unit=station, post=post)
    CertificateFactory(person=has.person, kind=basic)
    cancelled = CertificateFactory(person=lacks.person, kind=basic)
    cancelled.cancelled_at, cancelled.cancelled_because = "2026-06-01T00:00Z", "录错"
    cancelled.save()

    found = remarks_for(scope, on=TODAY)

    assert [(r.kind, r.person_id, r.unit.label) for r in found] == [
        (RemarkKind.UNQUALIFIED, lacks.person_id, "一所")
    ]


def test_who_first_reviews_without_the_national_qualification_is_remarked_on(scope, bureau):
    squad = UnitFactory(parent=bureau, name="法制大队")
    reviewing = PostFactory(
        code="legal_officer", name="法制民警", single_holder=False, reviews_decisions=True
    )
    national = CertificateKindFactory(code="national", group="national")
    begins = {"post": reviewing, "person__unit": squad, "first_day": date(2024, 1, 1)}
    new = AppointmentFactory(**begins)
    CertificateFactory(person=new.person, kind=national, issued_on=date(2024, 6, 1))
    passed = AppointmentFactory(**begins)
    CertificateFactory(person=passed.person, kind=national, issued_on=date(2023, 6, 1))
    # Reviewed elsewhere before the rule: what is not within the scope counts, too.
    old = AppointmentFactory(**begins)
    AppointmentFactory(
        person=old.person,
        unit=UnitFactory(),
        post=reviewing,
        first_day=date(2016, 1, 1),
        last_day=date(2017, 1, 1),
    )

    found = remarks_for(scope, on=TODAY)

    assert [(r.kind, r.person_id, r.since) for r in found] == [
        (RemarkKind.FIRST_REVIEW, new.person_id, date(2024, 1, 1))
    ]
    own = [
        remarks_of_person(each.person, [each], each.person.certificates.all(), on=TODAY)
        for each in (new, passed, old)
    ]
    assert [[r.kind for r in rows] for rows in own] == [[RemarkKind.FIRST_REVIEW], [], []]


@pytest.mark.usefixtures("rule")
def test_sums_by_bureau(bureau, station, part):
    other = BureauFactory(parent=bureau.parent, name="西城分局")
    UnitFactory(parent=other)
    AppointmentFactory(person__unit=station, post=part)
    scope = scope_of(member(Role.SUPERVISOR, bureau.parent), today=TODAY)

    rows = coverage_by_bureau(coverage(scope))

    # The rule is the bureau's own: the other one has none.
    assert [(row.bureau.label, row.totals) for row in rows] == [
        ("东城分局", Totals(1, 1, 0, 0)),
        ("西城分局", Totals()),
    ]


def test_the_usual_three_are_proposed_with_what_the_ledger_knows(scope, bureau, full, part):
    station = UnitKindFactory()
    brigade = UnitFactory(
        parent=bureau, name="交通警察大队", kind=UnitKindFactory(code="squad", name="大队")
    )

    found = proposals(scope)

    assert [each.parts for each in found] == [
        (("unit", bureau.pk), ("kind", station.pk), ("posts", full.pk), ("grade", "一类")),
        (("unit", bureau.pk), ("kind", station.pk), ("posts", full.pk), ("posts", part.pk)),
        (("unit", brigade.pk), ("kind", brigade.kind_id), ("posts", full.pk)),
    ]


@pytest.mark.usefixtures("rule")
@pytest.mark.parametrize("rows", [1, 3])
def test_a_fixed_number_of_queries(scope, bureau, part, rows, django_assert_num_queries):
    for n in range(rows):
        AppointmentFactory(person__unit=UnitFactory(parent=bureau, name=f"{n}所"), post=part)

    with django_assert_num_queries(4):
        gaps_in_year(scope, year=2026, on=TODAY)
    # Units, rules, posts, terms, certificates, reviewing.
    with django_assert_num_queries(6):
        lines = coverage(scope)
    with django_assert_num_queries(5):
        remarks_for(scope, on=TODAY)

    assert len(lines) == rows
