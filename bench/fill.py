"""Fills an empty ledger with bureaus of one shape: on one day the same rows at every run.

One bureau has 14 departments and stations, four schedules of its own, three half-yearly duties
and two schedules owed by every unit below it: about 1,000 dues a year. One more bureau has 45
stations, for the table of units × periods.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Mod

from reports.actions.schedules import (
    ScheduleDraft,
    VersionDraft,
    create_schedules,
    plan_dues,
    recount_kept,
)
from reports.actions.units import UnitDraft, create_units
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import (
    Account,
    Appointment,
    Due,
    Measure,
    Meeting,
    MeetingKind,
    Membership,
    Person,
    Post,
    Problem,
    ProblemSource,
    Schedule,
    ScheduleSet,
    Unit,
    UnitKind,
)
from reports.models.choices import OwedBy

NOON = datetime.now(ZoneInfo("Asia/Shanghai"))
DAY = NOON.date()
YEAR = DAY.year
UNITS_BELOW = 14
UNITS_OF_THE_LARGE = 45
PASSWORD = "bench-ledger-2026"


def fill(bureaus: int) -> dict[str, int]:
    """Make the ledger; returns what was made."""
    kinds = {
        code: UnitKind.objects.create(code=code, name=name, files_report=code == "bureau")
        for code, name in (("city", "市局"), ("bureau", "分局"), ("station", "派出所"))
    }
    city = UnitDraft(name="测试市公安局", kind=kinds["city"])
    drafts = [city]
    for b in range(bureaus + 1):
        below = UNITS_BELOW if b < bureaus else UNITS_OF_THE_LARGE
        bureau = UnitDraft(
            name=f"第{b + 1}分局", kind=kinds["bureau"], parent=city, ledger_from=date(YEAR, 1, 1)
        )
        drafts.append(bureau)
        drafts += [
            UnitDraft(name=f"第{n + 1}派出所", kind=kinds["station"], parent=bureau)
            for n in range(below)
        ]
    create_units(drafts, by=None, at=NOON)
    people(kinds)
    schedules(kinds["station"])
    planned = plan_dues(today=DAY, year=YEAR)
    settle()
    records()
    return {
        "bureaus": bureaus,
        "units": Unit.objects.count(),
        "dues": planned.made,
        "meetings": Meeting.objects.count(),
        "problems": Problem.objects.count(),
        "weekly of the large": Schedule.objects.filter(name="每周学习").latest("pk").pk,
    }


def people(kinds: dict[str, UnitKind]) -> None:
    """A login for the city and one for the first bureau; a holder of a post for every unit."""
    first = Post.objects.create(code="first_person", name="第一责任人", is_capacity=True)
    reviewer = Post.objects.create(code="part_reviewer", name="兼职法制员", is_capacity=True)
    units = list(Unit.objects.in_order())
    made = Person.objects.bulk_create([Person(name="张某某", unit=unit) for unit in units])
    Appointment.objects.bulk_create(
        Appointment(
            person=person,
            unit=person.unit,
            post=first if person.unit.kind_id == kinds["bureau"].pk else reviewer,
            first_day=date(2025, 1, 1),
        )
        for person in made
        if person.unit.parent_id
    )
    bureau = Unit.objects.bureaus().in_order().first()
    for name, role, unit in (
        ("supervisor", Role.SUPERVISOR, units[0]),
        ("legal", Role.LEGAL_OFFICER, bureau),
    ):
        user = User.objects.create_user(name, password=PASSWORD)
        Account.objects.create(user=user, must_change_password=False)
        Membership.objects.create(user=user, unit=unit, role=role.value)


def schedules(station: UnitKind) -> None:
    """Sets of every bureau: the four ones, the duties of the first person, what stations owe."""
    meeting = MeetingKind.objects.create(code="meeting", name="会议")
    rhythm = {
        "四个一": (
            ("法制通报会", Cadence.WEEK),
            ("党委会专题研究", Cadence.MONTH),
            ("法制例会", Cadence.QUARTER),
            ("法制大会", Cadence.YEAR),
        ),
        "第一责任人履职": (("党委会议", Cadence.HALF_YEAR), ("办公会议", Cadence.HALF_YEAR)),
        "所队学习": (("每周学习", Cadence.WEEK), ("每月评析", Cadence.MONTH)),
    }
    drafts = []
    for bureau in Unit.objects.bureaus().in_order():
        for position, (name, each) in enumerate(rhythm.items()):
            of = ScheduleSet.objects.create(unit=bureau, name=name, position=position)
            below = name == "所队学习"
            drafts += [
                ScheduleDraft(
                    set=of,
                    name=title,
                    of_first_person=name == "第一责任人履职",
                    position=place,
                    version=VersionDraft(
                        first_day=date(YEAR, 1, 1) - timedelta(days=6),
                        cadence=cadence,
                        legal_basis="测试",
                        asked_by="测试",
                        meeting_kind_id=meeting.pk,
                        owed_by=OwedBy.KINDS if below else OwedBy.ITSELF,
                        owing_kinds=(station,) if below else (),
                    ),
                )
                for place, (title, cadence) in enumerate(each)
            ]
    create_schedules(drafts, by=None, at=NOON)


@transaction.atomic
def settle() -> None:
    """What meetings would have settled: most dues met, some late, some missed, some lacking."""
    done = Due.objects.filter(period_last__lt=DAY).alias(turn=Mod(F("pk"), 17))
    done.exclude(turn__in=[3, 5]).update(counted=1, met_on=F("period_first"))
    done.filter(turn=5, awaits_until__lte=DAY).update(counted=1, met_late_on=F("awaits_until"))
    done.filter(turn=7).update(lacks_evidence=1)
    recount_kept(Q())


def records() -> None:
    """Meetings, problems and measures in every unit."""
    kind = MeetingKind.objects.get()
    source = ProblemSource.objects.create(code="self", name="自查")
    user = User.objects.get(username="legal")
    problems, measures, meetings = [], [], []
    for unit in Unit.objects.filter(bureau__isnull=False).in_order():
        for n in range(12):
            held = date(YEAR, n % 11 + 1, 5)
            meetings.append(
                Meeting(
                    unit=unit,
                    bureau_id=unit.bureau_id,
                    kind=kind,
                    title="会议",
                    held_on=held,
                    recorded_at=NOON,
                )
            )
        closed = unit.pk % 3 == 0
        problems.append(
            Problem(
                unit=unit,
                bureau_id=unit.bureau_id,
                year=YEAR,
                number=str(unit.pk),
                title="取证链条不完整",
                source=source,
                found_on=date(YEAR, 3, 1),
                due_on=date(YEAR, 12, 1),
                recorded_at=NOON,
                state="closed" if closed else "in_hand",
                closed_on=date(YEAR, 6, 1) if closed else None,
                closed_by=user if closed else None,
            )
        )
        measures.append(
            Measure(
                unit=unit,
                bureau_id=unit.bureau_id,
                title="建立证据审查清单",
                set_on=date(YEAR, 3, 1),
                due_on=date(YEAR, 11, 1) + timedelta(days=unit.pk % 60),
                recorded_at=NOON,
            )
        )
    Meeting.objects.bulk_create(meetings, batch_size=1000)
    Problem.objects.bulk_create(problems, batch_size=1000)
    Measure.objects.bulk_create(measures, batch_size=1000)
