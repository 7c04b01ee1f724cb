"""Every kind of difference is planted once, and found."""

from datetime import date, timedelta

import pytest

from reports.actions.access import grant_membership
from reports.actions.evidence import Reference, Upload, add_evidence
from reports.actions.measures import MeasureDraft, report_progress, set_measure
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.people import AppointmentDraft, appoint_many
from reports.actions.schedules import plan_dues
from reports.actions.waivers import grant_waiver
from reports.domain.access import Role
from reports.exchange.demo.files import pdf
from reports.models import (
    AnnualReport,
    Appointment,
    Discharge,
    Due,
    DueCount,
    Evidence,
    Meeting,
    Membership,
    Problem,
    ScheduleVersion,
    Unit,
    Waiver,
)
from reports.models.measures import Measure
from reports.selectors.audit import all_differences
from tests.factories import (
    NOON,
    BureauFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def ledger():
    """A small ledger in which all is right."""
    bureau, other = BureauFactory(), BureauFactory()
    station = UnitFactory(parent=bureau)
    version = ScheduleVersionFactory(schedule__set__unit=bureau, expected_evidence=["minutes"])
    plan_dues(today=TODAY, year=2026)
    june = Due.objects.get(period_first=date(2026, 6, 1))
    meeting = record_meeting(
        MeetingDraft(
            unit=bureau,
            kind_id=MeetingKindFactory().pk,
            title="法制通报会",
            held_on=date(2026, 6, 8),
            due_ids=(june.pk,),
        ),
        **NOW,
    )
    add_evidence(
        target=meeting,
        uploads=[Upload(pdf("记录.pdf", ("会议记录",)))],
        references=[Reference("签到表", "档案室")],
        by=None,
        at=NOON,
    )
    april = Due.objects.get(period_first=date(2026, 4, 1))
    user = UserFactory()
    grant_waiver(due_id=april.pk, reason="安保", granted_on=TODAY, by=user, at=NOON, today=TODAY)
    problem = ProblemFactory(unit=station)
    measure = set_measure(MeasureDraft(station, "补登记", date(2026, 5, 6), (problem,)), **NOW)
    report_progress(measure_id=measure.pk, on=TODAY, text="完成", finishes=True, **NOW)
    post = PostFactory()
    people = [PersonFactory(unit=station), PersonFactory(unit=station)]
    appoint_many(
        [
            AppointmentDraft(people[0], station, post, date(2025, 1, 1), date(2025, 12, 31)),
            AppointmentDraft(people[1], station, post, date(2026, 1, 1)),
        ],
        by=None,
        at=NOON,
    )
    grant_membership(user=user, unit=bureau, role=Role.CLERK, **NOW)
    AnnualReport.objects.create(bureau=bureau, year=2025, title="报告", recorded_at=NOON)
    assert list(all_differences()) == []
    return {"bureau": bureau, "other": other, "station": station, "version": version, "june": june}


def plant(model, **wrong):
    """Write past every action, as only a mistake or a hand in the database could."""
    return lambda ledger: model.objects.filter(
        pk=model.objects.order_by("pk").values_list("pk", flat=True)[0]
    ).update(**{name: value(ledger) if callable(value) else value for name, value in wrong.items()})


def on_june(**wrong):
    return lambda ledger: Due.objects.filter(pk=ledger["june"].pk).update(**wrong)


PLANTED = {
    "path": (plant(Unit, path="1"), ("Unit", "path")),
    "depth": (plant(Unit, depth=7), ("Unit", "depth")),
    "bureau": (
        lambda ledger: Unit.objects.filter(pk=ledger["station"].pk).update(bureau=ledger["other"]),
        ("Unit", "bureau"),
    ),
    "own ancestor": (
        lambda ledger: Unit.objects.filter(pk=ledger["bureau"].pk).update(
            parent=ledger["station"].pk
        ),
        ("Unit", "parent"),
    ),
    "single holder": (
        plant(Appointment, single_holder=False),
        ("Appointment", "single_holder"),
    ),
    "two holders": (
        plant(Appointment, last_day=date(2026, 2, 1)),
        ("Appointment", "first_day"),
    ),
    "counted": (on_june(counted=3), ("Due", "counted")),
    "met": (on_june(met_on=date(2026, 6, 9)), ("Due", "met_on")),
    "not met": (on_june(met_on=None), ("Due", "met_on")),
    "met late": (on_june(met_late_on=date(2026, 7, 9)), ("Due", "met_late_on")),
    "lacking": (on_june(lacks_evidence=1), ("Due", "lacks_evidence")),
    "awaits until": (on_june(awaits_until=TODAY), ("Due", "awaits_until")),
    "not applicable": (
        on_june(not_applicable_because="absent"),
        ("Due", "not_applicable_because"),
    ),
    "waived without a waiver": (on_june(waived_on=TODAY), ("Due", "waived_on")),
    "waiver moved": (plant(Waiver, granted_on=date(2026, 5, 1)), ("Due", "waived_on")),
    "times": (on_june(at_least=2), ("Due", "at_least")),
    "period": (on_june(period_last=date(2026, 6, 29)), ("Due", "period_last")),
    "no ledger": (
        lambda ledger: Unit.objects.filter(pk=ledger["bureau"].pk).update(ledger_from=None),
        ("Due", "bureau_id"),
    ),
    "recording days": (plant(ScheduleVersion, recording_days=9), ("Due", "awaits_until")),
    "kept count": (plant(DueCount, total=9), ("DueCount", "total")),
    "kept count of nothing": (
        lambda ledger: DueCount.objects.filter(period_first=date(2026, 6, 1)).update(year=2031),
        ("DueCount", "total"),
    ),
    "cancelled": (
        plant(Meeting, cancelled_at=NOON, cancelled_because="重复"),
        ("Discharge", "counts"),
    ),
    "held later": (plant(Meeting, held_on=date(2026, 7, 8)), ("Discharge", "is_late")),
    "other bureau": (
        plant(Meeting, bureau=lambda ledger: ledger["other"]),
        ("Discharge", "meeting_bureau_id"),
    ),
    "copies of the bureau": (
        plant(
            Discharge,
            due_bureau=lambda ledger: ledger["other"],
            meeting_bureau=lambda ledger: ledger["other"],
        ),
        ("Discharge", "due_bureau_id"),
    ),
    "state": (plant(Problem, state="in_hand"), ("Problem", "state")),
    "re-opened": (plant(Problem, reopened=1), ("Problem", "reopened")),
    "done": (plant(Measure, done_on=None), ("Measure", "done_on")),
    "frozen": (
        lambda ledger: AnnualReport.objects.update(
            state="signed", signed_on=TODAY, signer=PersonFactory(unit=ledger["bureau"])
        ),
        ("AnnualReport", "frozen_figures"),
    ),
    "roles": (
        lambda ledger: [
            Membership.objects.create(
                user=Membership.objects.get().user, unit=ledger["bureau"], role=role
            )
            for role in ("system_admin",)
        ],
        ("Membership", "role"),
    ),
    "digest": (plant(Evidence, sha256="0" * 64), ("Evidence", "sha256")),
    "file": (plant(Evidence, file="2026/06/nowhere.pdf"), ("Evidence", "file")),
}


@pytest.mark.parametrize("name", PLANTED)
def test_recount_finds_what_was_planted(ledger, name):
    spoil, expected = PLANTED[name]

    spoil(ledger)

    assert expected in {(found.table, found.field) for found in all_differences()}


def test_recount_asks_the_same_number_of_questions_whatever_there_is(
    ledger, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(60) as few:
        list(all_differences())
    for shift in range(3):
        kind = MeetingKindFactory()
        due = Due.objects.get(period_first=date(2026, 1 + shift, 1))
        held_on = due.period_first + timedelta(days=3)
        draft = MeetingDraft(ledger["bureau"], kind.pk, "会", held_on, (due.pk,))
        record_meeting(draft, **NOW)
        ProblemFactory(unit=ledger["station"])

    with django_assert_num_queries(len(few)):
        assert list(all_differences()) == []
