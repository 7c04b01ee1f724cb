"""The sample data: the same day gives the same rows, and nothing in them contradicts itself."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from reports.domain.access import Role
from reports.domain.dues import Verdict, verdict
from reports.domain.staffing import RemarkKind
from reports.exchange.demo.load import LedgerNotEmpty, load_demo
from reports.models import (
    AccountGiven,
    AnnualReport,
    Appointment,
    Certificate,
    Deed,
    Due,
    DutyList,
    Evidence,
    Examination,
    Figure,
    FrozenFigure,
    Honour,
    Measure,
    Meeting,
    Membership,
    Problem,
    ProblemMove,
    Progress,
    PublicForm,
    RecordKind,
    SecrecyStep,
    Unit,
    WorkRecord,
)
from reports.selectors.audit import all_differences
from reports.selectors.certificates import with_validity
from reports.selectors.figures import year_table
from reports.selectors.first_person import deed_counts, yet_to_give
from reports.selectors.handovers import open_items, successor_of, with_successor
from reports.selectors.honours import running
from reports.selectors.records import court_instances, plan_items, records_for
from reports.selectors.scope import scope_of
from reports.selectors.staffing import (
    Standing,
    coverage_of,
    facts_of,
    remarks_for,
    unit_rows,
)
from tests.conftest import SHANGHAI

NOW = datetime(2026, 6, 10, 18, tzinfo=SHANGHAI)
TODAY = NOW.date()
PASSWORD = "demo-ledger-2026"
# What the rows say, without the keys that every load deals anew.
SAID = {
    Unit: ("name", "kind__code", "parent__name", "bureau__name", "opened_on", "closed_on"),
    Appointment: ("person__name", "unit__name", "post__code", "first_day", "last_day", "acting"),
    Due: (
        *("unit__name", "bureau__name", "schedule__name", "period_first", "period_last"),
        *("counted", "met_on", "met_late_on", "waived_on", "lacks_evidence"),
        "not_applicable_because",
    ),
    Meeting: (
        *("unit__name", "title", "held_on", "recorded_at", "recorded_by__username"),
        *("presided_by__name", "summary", "cancelled_because"),
    ),
    Evidence: ("title", "kind", "sha256", "reference_number", "recorded_at"),
    Problem: ("bureau__name", "year", "number", "title", "state", "closed_on", "reopened"),
    ProblemMove: ("problem__title", "move", "on", "recorded_at", "recorded_by__username"),
    Measure: ("bureau__name", "title", "set_on", "due_on", "done_on", "dropped_on"),
    Progress: ("measure__title", "on", "text", "recorded_at"),
    WorkRecord: ("unit__name", "kind__code", "on", "title", "amount", "values", "recorded_at"),
    Deed: ("unit__name", "person__name", "post__code", "on", "kind", "title", "recorded_at"),
    AccountGiven: ("unit__name", "person__name", "year", "on", "comment", "recorded_at"),
    Figure: ("indicator__code", "unit__name", "year", "month", "value", "source", "recorded_at"),
    Honour: ("bureau__name", "year", "kind", "level", "title", "awarded_on"),
    AnnualReport: ("bureau__name", "year", "state", "signed_on", "signer__name"),
    FrozenFigure: ("report__bureau__name", "label", "value"),
}


def digests():
    return {
        model.__name__: sha256(
            "\n".join(sorted(map(repr, model.objects.values_list(*said)))).encode()
        ).hexdigest()
        for model, said in SAID.items()
    }


@pytest.fixture(scope="module")
def loads(django_db_setup, django_db_blocker):
    """Two loads of one day; the rows of the second stay for the tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        with transaction.atomic():
            load_demo(now=NOW, password=PASSWORD)
            first = digests()
            transaction.set_rollback(True)
        load_demo(now=NOW, password=PASSWORD)
        yield first, digests()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def loaded(loads, db):
    return loads


def test_the_same_day_gives_the_same_rows(loaded):
    first, second = loaded

    assert first == second


def test_a_recount_finds_nothing():
    assert list(all_differences()) == []


def test_a_ledger_with_units_is_left_alone():
    with pytest.raises(LedgerNotEmpty):
        load_demo(now=NOW, password=PASSWORD)


def test_the_published_bureau_owes_nothing_and_nothing_of_it_is_overdue():
    bureau = Unit.objects.get(name="市公安局萧山区分局")

    assert bureau.ledger_from is None
    assert not bureau.is_fictional
    assert not Due.objects.filter(bureau=bureau).exists()
    assert not Meeting.objects.filter(bureau=bureau).exists()
    assert Problem.objects.filter(bureau=bureau, as_published=True).count() == 3
    assert Measure.objects.filter(bureau=bureau, plan_year=2024).count() == 9
    assert not Measure.objects.filter(bureau=bureau).overdue_on(TODAY).exists()
    report = AnnualReport.objects.get(bureau=bureau)
    assert (report.index_number, report.issued_on, report.state, report.is_published_text) == (
        "H027/2024-76630",
        date(2024, 2, 22),
        "published",
        True,
    )


def test_the_week_of_spring_festival_is_not_owed():
    week = Due.objects.filter(version__cadence="week", period_first=date(2026, 2, 16))

    assert week.count() > 50
    reasons = set(week.values_list("not_applicable_because", flat=True))
    assert reasons <= {"no_workday", "not_begun", "absent"}
    assert "no_workday" in reasons
    assert set(week.with_verdict(TODAY).values_list("verdict", flat=True)) == {"not_applicable"}


def test_what_a_year_looks_like():
    rows = Due.objects.in_year(2026).with_verdict(TODAY)
    seen = set(rows.values_list("verdict", flat=True))

    assert seen == {
        *("met", "met_late", "missed", "waived", "not_applicable"),
        *("open", "awaiting", "upcoming"),
    }
    assert rows.filter(lacks_evidence__gt=0).exists()
    assert Meeting.objects.filter(cancelled_at__isnull=False).exists()
    assert not Meeting.objects.filter(held_on__gt=TODAY).exists()
    assert not Meeting.objects.filter(recorded_at__gt=NOW).exists()
    assert set(Problem.objects.values_list("state", flat=True)) == {
        *("registered", "assigned", "in_hand", "nearly_done", "submitted"),
        *("awaiting_above", "closed"),
    }


def test_the_city_is_invented_and_says_so():
    assert Unit.objects.filter(is_fictional=True).count() > 120
    city = Unit.objects.get(name="示例市公安局")
    assert not Unit.objects.under(city).filter(is_fictional=False).exists()
    assert Unit.objects.filter(name="芦荻派出所", opened_on=date(2026, 5, 18)).exists()
    assert Unit.objects.filter(closed_on__isnull=False).count() == 1
    assert Unit.objects.bureaus().filter(ledger_from=date(2026, 9, 1)).count() == 1
    assert Appointment.objects.filter(acting=True, post__code="first_person").exists()


def test_demo_logins_have_their_roles_and_nobody_is_superuser():
    roles = Membership.objects.filter(user__account__is_demo=True)

    assert set(roles.values_list("user__username", "unit__name", "role")) == {
        ("clerk", "鼓楼街派出所", Role.CLERK),
        ("legal", "法制大队", Role.LEGAL_OFFICER),
        ("inspector", "督察大队", Role.INSPECTOR),
        ("leader", "示例市公安局东城分局", Role.LEADER),
        ("supervisor", "示例市公安局", Role.SUPERVISOR),
        ("supervisor", "市公安局萧山区分局", Role.SUPERVISOR),
        ("system", "示例市公安局", Role.SYSTEM_ADMIN),
        ("security", "示例市公安局", Role.SECURITY_ADMIN),
        ("audit", "示例市公安局", Role.AUDIT_ADMIN),
    }
    assert not User.objects.filter(is_superuser=True).exists()
    demo = User.objects.filter(account__is_demo=True)
    assert all(user.check_password(PASSWORD) for user in demo)
    others = User.objects.filter(account__is_demo=False)
    assert not any(user.has_usable_password() for user in others)
    leader = demo.get(username="leader").person
    assert Appointment.objects.filter(person=leader, post__code="first_person").exists()


def test_the_first_responsible_person_answers_the_four_with_records():
    """Two holders of the year, each with all four; what is linked names its record."""
    bureau = Unit.objects.get(short_name="东城分局")
    terms = Appointment.objects.filter(unit=bureau, post__code="first_person").order_by("first_day")
    holders = [term.person for term in terms]

    found = {
        person: deed_counts(None, on=TODAY, year=2026, unit=bureau.pk, person=person.pk)
        for person in holders
    }

    assert [0 in counts.four.values() for counts in found.values()] == [False, False]
    assert deed_counts(None, on=TODAY, unit=bureau.pk).total >= 12
    linked = Deed.objects.filter(bureau=bureau, problem__isnull=False)
    assert linked.count() == linked.filter(title=F("problem__title")).count() > 0
    assert not Deed.objects.exclude(post__code="first_person").exists()
    lists = DutyList.objects.filter(unit=bureau).order_by("year")
    assert [(each.year, each.needs_check) for each in lists] == [(2025, False), (2026, False)]


def test_account_was_given_for_last_year():
    given = AccountGiven.objects.filter(bureau__short_name="东城分局")

    assert {(each.year, each.on.year, each.on.month <= 3) for each in given} == {(2025, 2026, True)}
    assert given.filter(post__code="first_person").count() == 1
    assert given.filter(post__code="station_head").count() > 3
    assert Problem.objects.filter(account__in=given, source__code="accountability").count() == 1
    scope = scope_of(User.objects.get(username="legal"), today=TODAY)
    assert yet_to_give(scope, year=2025, on=TODAY).filter(post__code="station_head").count() == 2


def test_who_reviews_in_the_demo_bureau():
    """One class-one station without a full-time reviewer, and 23 days without one elsewhere."""
    units = unit_rows(Unit.objects.filter(bureau__short_name="东城分局"))
    facts = facts_of(units, first=None, last=TODAY)

    lines = coverage_of(facts, year=2026, on=TODAY)

    lacking = [line for line in lines if line.standing == Standing.LACKING]
    assert [(line.unit.name, line.unit.grade, line.held) for line in lacking] == [
        ("文庙派出所", "一类", 0),
        ("南塘派出所", "二类", 0),
    ]
    days = {line.unit.name: line.days for line in lines if line.days}
    assert set(days) == {"文庙派出所", "青年路派出所", "南塘派出所"}
    assert days["青年路派出所"] == 23


def test_some_certificates_must_be_renewed_and_some_holders_are_remarked_on():
    scope = scope_of(User.objects.get(username="legal"), today=TODAY)
    states = Counter(
        with_validity(Certificate.objects.all(), TODAY).values_list("stands", flat=True)
    )

    remarks = {(remark.unit.name, remark.kind) for remark in remarks_for(scope, on=TODAY)}

    assert set(states) == {"good", "expiring", "expired"}
    assert remarks >= {
        ("法制大队", RemarkKind.FIRST_REVIEW),
        ("经济技术开发区（临空经济示范区）派出所", RemarkKind.HEADS),
    }
    assert Examination.objects.filter(unit__short_name="东城分局").count() == 3


def test_history_tells_the_day_of_the_story():
    closed = Problem.objects.filter(state="closed").first()
    move = closed.moves.latest("pk")

    entry = closed.history.filter(history_type="~").latest()

    assert (entry.history_date, entry.history_user) == (move.recorded_at, move.recorded_by)


def test_a_report_is_made_public_by_three_people():
    form = PublicForm.objects.get()

    assert (form.report.bureau.label, form.report.year, form.state) == (
        "东城分局",
        2025,
        "published",
    )
    assert form.cuts.exclude(instead="").exists()
    assert form.cuts.filter(instead="").exists()
    steps = SecrecyStep.objects.exclude(to_state="").order_by("pk")
    assert list(steps.values_list("to_state", flat=True)) == [
        "self_checked",
        "second_checked",
        "approved",
        "published",
    ]
    assert len({step.person_id for step in steps[:3]} - {None}) == 3


def test_kept_copies_agree_with_their_meetings():
    wrong = Due.objects.filter(discharges__meeting_bureau__isnull=False).exclude(
        discharges__meeting_bureau=F("bureau")
    )

    assert not wrong.exists()


def test_sql_and_domain_agree_on_every_edge_of_every_due():
    """The first and the last day, the last one for recording, and the days beside them."""
    facts = {due.pk: due.facts for due in Due.objects.all()}
    asked = defaultdict(set)
    for pk, each in facts.items():
        for edge in (each.period.first, each.period.last, each.awaits_until):
            for shift in (-1, 0, 1):
                asked[edge + timedelta(days=shift)].add(pk)
    seen = set()
    wrong = []

    for on, keys in asked.items():
        rows = Due.objects.with_verdict(on).filter(pk__in=keys).order_by()
        for pk, found in rows.values_list("pk", "verdict"):
            seen.add(found)
            if found != verdict(facts[pk], on):
                wrong.append((pk, on, found))

    assert wrong == []
    assert seen == {each.value for each in Verdict}
    assert len(facts) > 10_000


def test_a_year_and_a_half_of_other_work_is_recorded():
    bureau = Unit.objects.get(short_name="东城分局")
    rows = WorkRecord.objects.filter(bureau=bureau)
    instances = court_instances(records_for(None, on=TODAY, bureau=bureau.pk, year=TODAY.year))

    assert rows.count() >= 150
    assert set(rows.values_list("kind__code", flat=True)) == set(
        RecordKind.objects.values_list("code", flat=True)
    )
    assert not rows.filter(on__gt=TODAY).exists()
    assert rows.filter(is_total=True).count() >= 50
    # The second hearing of an instance asks for no head any more.
    assert [len(each.days) for each in instances if each.head_appeared] == [2, 1, 1]
    assert [each.head_appeared for each in instances].count(False) == 1


def test_a_review_found_a_problem_and_the_plan_is_carried_out():
    found = Problem.objects.get(record__isnull=False)
    items = plan_items(None, found.bureau_id, year=TODAY.year, on=TODAY, today=TODAY)

    assert (found.record.kind.code, found.source.code) == ("case_file_review", "case_review")
    assert [item.measure.title for item in items if item.records] == [
        "制定法制工作人员培训计划并组织实施",
        "落实年度普法宣传计划",
    ]


def test_figures_of_two_years_are_reported_and_one_sum_does_not_come_out():
    bureau = Unit.objects.get(short_name="东城分局")
    table = year_table(None, bureau, year=TODAY.year, on=TODAY, today=TODAY)

    (wrong,) = table.disagreeing
    assert (wrong.name, [month for month, _checked in wrong.months]) == (
        "受理案件＝已办结＋在办",
        [3],
    )
    assert table.line("alarms").year.missing == (4,)
    assert table.line("cases_received").change is not None
    assert table.line("satisfaction").target is not None
    reporting = Figure.objects.filter(year=TODAY.year).values_list("bureau__short_name", flat=True)
    assert set(reporting) == {"东城分局", "临港分局", "江北分局", "江南分局", "西城分局"}
    assert not Figure.objects.filter(checked_by=F("recorded_by")).exists()
    assert Figure.objects.filter(checked_at__isnull=True).exists()


def test_honours_run_for_two_years():
    rows = Honour.objects.filter(bureau__short_name="东城分局")

    assert sorted(running(rows).values()) == [1, 1, 1, 1, 2, 2]
    assert set(rows.values_list("kind", flat=True)) == {
        "honour",
        "assessment",
        "approval",
        "practice",
    }


def test_the_head_of_the_demo_bureau_changed_in_may():
    held = Appointment.objects.filter(
        unit__name="示例市公安局东城分局", post__code="first_person"
    ).order_by("first_day")
    old, new = held

    assert (old.last_day, new.first_day) == (date(2026, 5, 17), date(2026, 5, 18))
    assert new.document_number == "示公任〔2026〕8号"
    presided = Meeting.objects.filter(presided_by__in=[old.person, new.person])
    assert presided.filter(held_on__lte=old.last_day).exists()
    assert presided.filter(held_on__gte=new.first_day).exists()
    assert {(meeting.presided_by_id, meeting.held_on >= new.first_day) for meeting in presided} == {
        (old.person_id, False),
        (new.person_id, True),
    }


def test_what_the_old_head_led_is_on_her_hand_over_sheet():
    rows = with_successor(Appointment.objects.all()).select_related(
        "person", "post", "unit__bureau", "unit__kind", "home_unit"
    )
    old = rows.get(
        unit__name="示例市公安局东城分局", post__code="first_person", last_day__isnull=False
    )

    found = open_items(old, None, on=old.last_day, today=TODAY)

    title = "涉案财物管理场所分散，出入库登记不及时"
    led = [row.title for row in found.problems if row.leader_id_then == old.person_id]
    measures = [row for row in found.measures if row.leader_id_then == old.person_id]
    assert led == [title]
    assert [row.problems.get().title for row in measures] == [title]
    assert Problem.objects.get(title=title).leader.name == successor_of(old)


def test_a_reviewer_is_seconded_by_the_legal_unit():
    seconded = Appointment.objects.get(home_unit__isnull=False)

    assert (seconded.unit.name, seconded.home_unit.name) == ("石桥派出所", "法制大队")
