"""Fills an empty ledger with bureaus of a few shapes: on one day the same rows at every run.

Four bureaus are made by the actions of the product: 14 stations, four schedules of their own and
one more, two duties of the first person, three schedules owed by every station: about 1,040 dues
a year with a meeting for each that was met, 100 problems with a measure each, 20 people. All
others are copies of them by turns (``bench.copies``). One more bureau has 45 stations, for the
table of units × periods. ``audit_ledger`` finds no difference in what is copied.
"""

import sys
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count

from bench.copies import TABLES, Copies, WithoutIndexes
from reports.actions.initials import initials_of
from reports.actions.schedules import (
    ScheduleDraft,
    VersionDraft,
    create_schedules,
    plan_dues,
    recount_dues,
)
from reports.actions.units import UnitDraft, create_units
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import (
    Account,
    Appointment,
    Discharge,
    Due,
    Measure,
    Meeting,
    MeetingKind,
    Membership,
    Person,
    Post,
    Problem,
    ProblemMove,
    ProblemSource,
    Progress,
    Schedule,
    ScheduleSet,
    Unit,
    UnitKind,
)
from reports.models.choices import OwedBy
from reports.models.units import KEY_DIGITS, POSITION_DIGITS

NOON = datetime.now(ZoneInfo("Asia/Shanghai"))
DAY = NOON.date()
YEAR = DAY.year
PATTERNS = 4
UNITS_BELOW = 14
UNITS_OF_THE_LARGE = 45
PEOPLE_OF_A_BUREAU = 6
PROBLEMS = 100
PASSWORD = "bench-ledger-2026"  # nosec B105 # a word, no password
FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
PLACES = "城关东风西湖南岭北桥新华建设解放和平光明红旗"
TITLES = ("取证链条不完整", "卷宗装订不规范", "涉案财物未及时入库", "办案区看管记录缺项")


@dataclass(frozen=True, slots=True)
class Size:
    """How many bureaus lie in how many cities and provinces, with how many years of ledger."""

    bureaus: int
    cities: int = 0
    provinces: int = 0
    years: int = 1


def fill(size: Size) -> dict[str, object]:
    """Make the ledger; returns what was made and what ``bench.run`` asks for."""
    began = time.perf_counter()
    call_command("seed_holidays", verbosity=0)
    kinds = {
        code: UnitKind.objects.create(code=code, name=name, files_report=code == "bureau")
        for code, name in (
            ("ministry", "公安部"),
            ("province", "省级公安机关"),
            ("city", "市局"),
            ("bureau", "分局"),
            ("station", "派出所"),
        )
    }
    top, cities = tree(kinds, size)
    Post.objects.create(code="first_person", name="第一责任人", is_capacity=True)
    Post.objects.create(code="part_reviewer", name="兼职法制员", is_capacity=True)
    Post.objects.create(code="leader", name="局领导", single_holder=False)
    MeetingKind.objects.create(code="meeting", name="会议")
    ProblemSource.objects.create(code="self", name="自查")
    first = cities[0]
    bureaus = pattern_bureaus(kinds, first, size)
    logins(top, first, bureaus[0])
    tell("patterns", began)
    multiply(size, cities, [bureau.pk for bureau in bureaus[:PATTERNS]])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    tell("statistics", began)
    return describe() | {"filled in s": round(time.perf_counter() - began)}


def describe() -> dict[str, object]:
    """What is in a ledger that was filled like this, and the keys that pages are asked for by."""
    bureau = Membership.objects.get(user__username="legal").unit
    weekly = Schedule.objects.filter(name="每周学习").annotate(
        units=Count("set__unit__units_below")
    )
    station = Membership.objects.get(user__username="clerk").unit
    open_due = Due.objects.filter(unit=station, period_first__lte=DAY, period_last__gte=DAY)
    above = Unit.objects.filter(kind__code__in=["province", "city"]).in_order()
    return {
        "bureaus": Unit.objects.bureaus().count(),
        "units": Unit.objects.count(),
        "people": Person.objects.count(),
        "dues": Due.objects.count(),
        "meetings": Meeting.objects.count(),
        "problems": Problem.objects.count(),
        "bureau": bureau.pk,
        "due": open_due.order_by("pk").first().pk,
        "weekly": weekly.order_by("-units", "pk").first().pk,
        "province": next((u.path for u in above if u.kind.code == "province"), ""),
        "city": next(u.path for u in above if u.kind.code == "city"),
    }


def tell(what: str, began: float) -> None:
    print(f"   {what}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def tree(kinds: dict[str, UnitKind], size: Size) -> tuple[Unit, list[Unit]]:
    """What stands above the bureaus: the top unit and the cities, in the order of the tree."""
    if not size.cities:
        (top,) = create_units(
            [UnitDraft(name="测试市公安局", kind=kinds["city"])], by=None, at=NOON
        )
        return top, [top]
    if not size.provinces:
        drafts = [UnitDraft(name="测试省公安厅", kind=kinds["province"])]
        above = drafts * size.cities
    else:
        drafts = [UnitDraft(name="公安部", kind=kinds["ministry"])]
        drafts += [
            UnitDraft(name=f"第{n + 1}省公安厅", kind=kinds["province"], parent=drafts[0])
            for n in range(size.provinces)
        ]
        above = [drafts[1 + n * size.provinces // size.cities] for n in range(size.cities)]
    number = len(drafts)
    drafts += [
        UnitDraft(name=f"第{n + 1}市公安局", kind=kinds["city"], parent=parent)
        for n, parent in enumerate(above)
    ]
    units = create_units(drafts, by=None, at=NOON)
    return units[0], units[number:]


def pattern_bureaus(kinds: dict[str, UnitKind], city: Unit, size: Size) -> list[Unit]:
    """The patterns and the large bureau, with all that belongs to them, made by the actions."""
    begins = date(YEAR - size.years + 1, 1, 1)
    drafts, bureaus = [], []
    for n in range(PATTERNS + 1):
        below = UNITS_BELOW if n < PATTERNS else UNITS_OF_THE_LARGE
        bureau = UnitDraft(
            name=bureau_name(n), kind=kinds["bureau"], parent=city, ledger_from=begins
        )
        bureaus.append(bureau)
        drafts.append(bureau)
        drafts += [
            UnitDraft(name=station_name(k), kind=kinds["station"], parent=bureau)
            for k in range(below)
        ]
    made = create_units(drafts, by=None, at=NOON)
    bureaus = [unit for unit in made if unit.kind_id == kinds["bureau"].pk]
    people(made)
    schedules(bureaus, kinds["station"], begins)
    for year in range(begins.year, YEAR + 1):
        plan_dues(today=DAY, year=year)
    user = User.objects.create_user("submitter"), User.objects.create_user("verifier")
    for place, bureau in enumerate(bureaus):
        meetings(bureau, place)
        problems(bureau, place, user)
    return bureaus


def bureau_name(n: int) -> str:
    return f"{PLACES[n % len(PLACES) // 2 * 2 :][:2]}第{n + 1}分局"


def station_name(k: int) -> str:
    return f"{PLACES[k * 2 % len(PLACES) :][:2]}{k + 1}派出所"


def person_name(n: int) -> str:
    return FAMILY[n % 20] + GIVEN[n // 20 % 20] + GIVEN[n // 400 % 20]


def people(units: list[Unit]) -> None:
    """A holder of a post for every unit, and a few more leaders for every bureau."""
    posts = {post.code: post for post in Post.objects.all()}
    rows, held = [], []
    for unit in units:
        number = PEOPLE_OF_A_BUREAU if unit.is_bureau else 1
        for k in range(number):
            name = person_name(len(rows))
            rows.append(Person(name=name, unit=unit, initials=initials_of(name, limit=80)))
            code = "part_reviewer" if number == 1 else "leader" if k else "first_person"
            held.append(posts[code])
    made = Person.objects.bulk_create(rows)
    Appointment.objects.bulk_create(
        Appointment(
            person=person,
            unit=person.unit,
            post=post,
            first_day=date(2015, 1, 1),
            single_holder=post.single_holder,
        )
        for person, post in zip(made, held, strict=True)
    )


def logins(top: Unit, city: Unit, bureau: Unit) -> None:
    station = Unit.objects.filter(parent=bureau).in_order().first()
    for name, role, unit in (
        ("supervisor", Role.SUPERVISOR, top),
        ("citywide", Role.SUPERVISOR, city),
        ("legal", Role.LEGAL_OFFICER, bureau),
        ("leader", Role.LEADER, bureau),
        ("clerk", Role.CLERK, station),
    ):
        user = User.objects.create_user(name, password=PASSWORD)
        Account.objects.create(user=user, must_change_password=False)
        Membership.objects.create(user=user, unit=unit, role=role.value)


RHYTHMS = {
    "四个一": (
        ("法制通报会", Cadence.WEEK),
        ("党委会专题研究", Cadence.MONTH),
        ("法制例会", Cadence.QUARTER),
        ("法制大会", Cadence.YEAR),
        ("案件评审会", Cadence.MONTH),
    ),
    "第一责任人履职": (("党委会议", Cadence.HALF_YEAR), ("办公会议", Cadence.HALF_YEAR)),
    "所队学习": (
        ("每周学习", Cadence.WEEK),
        ("每月评析", Cadence.MONTH),
        ("季度讲评", Cadence.QUARTER),
    ),
}


def schedules(bureaus: list[Unit], station: UnitKind, begins: date) -> None:
    """Sets of every bureau: the four ones, the duties of the first person, what stations owe."""
    meeting = MeetingKind.objects.get()
    drafts = []
    for bureau in bureaus:
        for position, (name, each) in enumerate(RHYTHMS.items()):
            of = ScheduleSet.objects.create(unit=bureau, name=name, position=position)
            below = name == "所队学习"
            drafts += [
                ScheduleDraft(
                    set=of,
                    name=title,
                    of_first_person=name == "第一责任人履职",
                    position=place,
                    version=VersionDraft(
                        first_day=begins - timedelta(days=6),
                        cadence=cadence,
                        legal_basis="测试",
                        asked_by="测试",
                        meeting_kind_id=meeting.pk,
                        expected_evidence=("minutes",) if title == "案件评审会" else (),
                        owed_by=OwedBy.KINDS if below else OwedBy.ITSELF,
                        owing_kinds=(station,) if below else (),
                    ),
                )
                for place, (title, cadence) in enumerate(each)
            ]
    create_schedules(drafts, by=None, at=NOON)


@transaction.atomic
def meetings(bureau: Unit, place: int) -> None:
    """A meeting for most of what is over or running, a few made up afterwards, a few never held."""
    kind = MeetingKind.objects.get()
    dues = Due.objects.filter(bureau=bureau, period_first__lte=DAY, not_applicable_because="")
    dues = list(dues.select_related("schedule").order_by("pk"))
    held, late = [], []
    for n, due in enumerate(dues):
        turn = (n * 7 + place * 3) % 17
        on = due.period_first + (due.period_last - due.period_first) * (turn % 4) // 4
        if turn == 5 and (due.period_last - due.period_first).days > 20:
            on = due.period_last + timedelta(days=10)
        elif turn in (3, 5):
            continue
        if on > DAY:
            continue
        held.append((due, on))
        late.append(on > due.period_last)
    made = Meeting.objects.bulk_create(
        [
            Meeting(
                unit_id=due.unit_id,
                bureau=bureau,
                kind=kind,
                title=due.schedule.name,
                held_on=on,
                recorded_at=NOON,
                initials=initials_of(due.schedule.name, limit=200),
            )
            for due, on in held
        ],
        batch_size=500,
    )
    Discharge.objects.bulk_create(
        [
            Discharge(
                meeting=meeting,
                due=due,
                is_late=is_late,
                due_bureau=bureau,
                meeting_bureau=bureau,
            )
            for meeting, (due, _on), is_late in zip(made, held, late, strict=True)
        ],
        batch_size=500,
    )
    recount_dues([due.pk for due, _on in held])


# From which state to which a problem came, by which move.
WAY = (
    ("register", "", "registered"),
    ("assign", "registered", "assigned"),
    ("start", "assigned", "in_hand"),
    ("submit", "in_hand", "submitted"),
    ("close", "submitted", "closed"),
)


@transaction.atomic
def problems(bureau: Unit, place: int, users: tuple[User, User]) -> None:
    """Problems of all units, three of five closed, each with a measure and its progress."""
    submitter, verifier = users
    source = ProblemSource.objects.get()
    units = list(Unit.objects.filter(bureau=bureau).in_order())
    leader = Person.objects.filter(unit=bureau).order_by("pk").first()
    for n in range(PROBLEMS):
        closed = n % 5 < 3
        found = date(YEAR, 1, 4) + timedelta(days=(n * 3 + place) % 250)
        common = {"bureau": bureau, "unit": units[n % len(units)], "recorded_at": NOON}
        closed_on = found + timedelta(days=60) if closed else None
        closed = closed and closed_on <= DAY
        problem = Problem.objects.bulk_create([
            Problem(
                **common,
                year=YEAR,
                number=str(n + 1),
                title=TITLES[n % len(TITLES)],
                initials=initials_of(TITLES[n % len(TITLES)], limit=200),
                source=source,
                found_on=found,
                due_on=found + timedelta(days=90),
                leader=leader,
                state="closed" if closed else "in_hand",
                submitted_by=submitter if closed else None,
                closed_on=closed_on if closed else None,
                closed_by=verifier if closed else None,
            )
        ])[0]  # fmt: skip
        ProblemMove.objects.bulk_create(
            ProblemMove(
                problem=problem,
                move=move,
                from_state=before,
                to_state=after,
                on=found + timedelta(days=step * 15),
                recorded_at=NOON,
                recorded_by=verifier if move == "close" else submitter,
            )
            for step, (move, before, after) in enumerate(WAY if closed else WAY[:3])
        )
        done_on = found + timedelta(days=40) if closed else None
        measure = Measure.objects.bulk_create([
            Measure(
                **common,
                title=f"整改{TITLES[n % len(TITLES)]}的清单",
                set_on=found,
                due_on=found + timedelta(days=90 + n % 200),
                done_on=done_on,
                responsible=leader,
            )
        ])[0]  # fmt: skip
        measure.problems.through.objects.create(measure=measure, problem=problem)
        Progress.objects.create(
            measure=measure,
            on=done_on or found + timedelta(days=20),
            text="已完成" if closed else "正在整改",
            finishes=closed,
            recorded_at=NOON,
        )


def multiply(size: Size, cities: list[Unit], patterns: list[int]) -> None:
    """Copies of the pattern bureaus until there are as many bureaus as wanted."""
    began = time.perf_counter()
    count = size.bureaus - len(patterns) - 1
    if count < 1:
        return
    homes = [cities[n * len(cities) // count] for n in range(count)]
    copies = Copies(patterns, count, {})

    def path_of(unit: Unit):
        def path(n: int) -> str:
            bureau = f"{position(n):0{POSITION_DIGITS}d}{key(unit.bureau_id, n):0{KEY_DIGITS}d}"
            own = f"{unit.position:0{POSITION_DIGITS}d}{key(unit.pk, n):0{KEY_DIGITS}d}"
            return homes[n].path + bureau + ("" if unit.is_bureau else own)

        return path

    def key(old: int, n: int) -> int:
        return copies.key(Unit, old, n)

    def position(n: int) -> int:
        # Behind the pattern bureaus, which lie in the first city.
        return 1000 + n % 1000

    def of_unit(unit: Unit):
        own = {"path": path_of(unit)}
        if unit.is_bureau:
            own |= {
                "name": lambda n: bureau_name(n + PATTERNS + 1),
                "initials": lambda n: initials_of(bureau_name(n + PATTERNS + 1), limit=200),
                "parent_id": lambda n: homes[n].pk,
                "position": position,
                "depth": lambda n: homes[n].depth + 1,
            }
        return own

    def of_person(person: Person):
        def name(n: int) -> str:
            return person_name(n * 23 + person.pk)

        return {"name": name, "initials": lambda n: initials_of(name(n), limit=80)}

    copies.own = {Unit: of_unit, Person: of_person}
    with WithoutIndexes():
        for model, _way, _along in TABLES:
            # One commit a table: SQLite alone would make one a row.
            with transaction.atomic():
                copies.write(model)
            tell(model.__name__, began)
    tell("indexes", began)
