"""Staffing rules, certificates and examinations of the fictional city."""

from datetime import date
from decimal import Decimal

from reports.actions.certificates import CertificateDraft, add_certificates
from reports.actions.examinations import (
    ExaminationDraft,
    enter_examination,
    set_results,
)
from reports.actions.people import (
    AppointmentDraft,
    PersonDraft,
    appoint_many,
    create_people,
    end_appointment,
)
from reports.actions.staffing import StaffingDraft, set_staffing_rules
from reports.domain.examinations import Result
from reports.models import Appointment, CertificateKind, Person, Unit
from reports.models.choices import PersonKind

from .city import BUREAUS, DEMO_BUREAU, FIRST_CLASS
from .dice import dice, pick
from .organisation import full_name, name_of
from .stage import Stage, days

BASIS = "《全市公安机关法制员管理办法》第%s条（示例）"
CERTIFIER, ISSUER = "示例市人民政府（示例）", "示例省公安厅（示例）"
# Squads that handle cases have a reviewer of their own; traffic has a full-time one.
CASE_SQUADS = {"刑事侦查大队": "part_reviewer", "治安管理大队": "part_reviewer"}
TRAFFIC = "交通警察大队"
# Of the demo bureau: one class-one station has lost its full-time reviewer, and at one station
# nobody reviewed for 23 days between two reviewers.
WITHOUT_FULL_TIME, WITH_A_GAP, GAP_DAYS = "文庙派出所", "青年路派出所", 23
# At a third one the chief is the full-time reviewer, and a new legal officer has not passed yet.
CHIEF_REVIEWS, LEGAL_SQUAD = "经济技术开发区（临空经济示范区）派出所", "法制大队"


def staff_units(stage: Stage) -> None:
    """Rules of every bureau, who reviews in its squads, two changes, certificates and tests."""
    _rules(stage)
    _squads(stage)
    _changes(stage)
    _certificates(stage)
    _examinations(stage)


def _rules(stage: Stage) -> None:
    full, part = stage.posts["full_reviewer"], stage.posts["part_reviewer"]
    since = date(stage.year - 2, 1, 1)
    drafts = []
    for row in BUREAUS:
        bureau = stage.bureaus[row.short]
        drafts += [
            StaffingDraft(
                bureau, stage.kinds[FIRST_CLASS.code], (full,), since, basis=BASIS % "六"
            ),
            StaffingDraft(bureau, stage.kinds["station"], (full, part), since, basis=BASIS % "七"),
        ]
        for name, kind in row.departments:
            unit = stage.units[row.short, name]
            if name in CASE_SQUADS:
                drafts.append(
                    StaffingDraft(unit, stage.kinds[kind], (full, part), since, basis=BASIS % "八")
                )
            elif name == TRAFFIC:
                drafts.append(
                    StaffingDraft(unit, stage.kinds[kind], (full,), since, basis=BASIS % "九")
                )
    set_staffing_rules(drafts, by=None, at=stage.now)


def _squads(stage: Stage) -> None:
    """A reviewer for each squad that must have one."""
    places: list[tuple[Unit, str]] = []
    for row in BUREAUS:
        for name, _kind in row.departments:
            if name in CASE_SQUADS or name == TRAFFIC:
                post = CASE_SQUADS.get(name, "full_reviewer")
                places.append((stage.units[row.short, name], post))
    drafts = [
        PersonDraft(name_of(full_name(stage, unit), "squad reviewer"), unit, PersonKind.POLICE)
        for unit, _post in places
    ]
    people = create_people(drafts, by=None, at=stage.now)
    since = date(stage.year - 2, 3, 1)
    appoint_many(
        [
            AppointmentDraft(
                person, unit, stage.posts[post], since + days(dice(full_name(stage, unit)) // 3)
            )
            for person, (unit, post) in zip(people, places, strict=True)
        ],
        by=None,
        at=stage.now,
    )


def _changes(stage: Stage) -> None:
    """Two stations of the demo bureau lose their reviewer; one of them finds another.

    At a third the chief takes over, and a new legal officer begins.
    """
    today = stage.today
    last_empty = min(date(stage.year, 3, 31), today - days(1))
    left = last_empty - days(GAP_DAYS)
    station = stage.units[DEMO_BUREAU, WITH_A_GAP]
    end_appointment(
        appointment=_reviewing(station, "part_reviewer"), on=left, by=None, at=stage.now
    )
    lost = stage.units[DEMO_BUREAU, WITHOUT_FULL_TIME]
    gone = max(date(stage.year, 1, 1), today - days(40)) - days(1)
    end_appointment(appointment=_reviewing(lost, "full_reviewer"), on=gone, by=None, at=stage.now)
    led = stage.units[DEMO_BUREAU, CHIEF_REVIEWS]
    ended = date(stage.year - 1, 9, 30)
    end_appointment(appointment=_reviewing(led, "full_reviewer"), on=ended, by=None, at=stage.now)
    squad = stage.units[DEMO_BUREAU, LEGAL_SQUAD]
    drafts = [
        PersonDraft(name_of(full_name(stage, unit), "next reviewer"), unit, PersonKind.POLICE)
        for unit in (station, lost, squad)
    ]
    people = create_people(drafts, by=None, at=stage.now)
    part, full = stage.posts["part_reviewer"], stage.posts["full_reviewer"]
    chief = _reviewing(led, "station_head").person
    appoint_many(
        [
            AppointmentDraft(people[0], station, part, last_empty + days(1)),
            AppointmentDraft(people[1], lost, part, gone + days(1)),
            AppointmentDraft(chief, led, full, ended + days(1)),
            AppointmentDraft(
                people[2], squad, stage.posts["legal_officer"], date(stage.year - 1, 10, 8)
            ),
        ],
        by=None,
        at=stage.now,
    )


def _reviewing(unit: Unit, post: str) -> Appointment:
    return Appointment.objects.get(unit=unit, post__code=post, last_day__isnull=True)


# --- certificates -------------------------------------------------------------------------------

_LEVELS = ("police_basic", "police_middle", "police_high")


def _certificates(stage: Stage) -> None:
    """What people who handle cases hold; some must be renewed soon, few lack what their post asks.

    Whoever reviews decisions or is a public lawyer has the national qualification, but for a new
    officer of one legal unit, who began to review before passing.
    """
    kinds = {kind.code: kind for kind in CertificateKind.objects.all()}
    posts: dict[int, set[str]] = {}
    holding = Appointment.objects.in_office_on(stage.today).filter(unit__is_fictional=True)
    for person_id, code in holding.values_list("person_id", "post__code"):
        posts.setdefault(person_id, set()).add(code)
    drafts = []
    people = Person.objects.filter(unit__bureau__in=stage.bureaus.values(), left_on=None)
    rows = people.filter(pk__in=posts).select_related("unit").order_by("unit__path", "pk")
    for number, person in enumerate(rows, start=1):
        drafts += _of_person(stage, person, number, posts[person.pk], kinds)
    add_certificates(drafts, by=None, at=stage.now, today=stage.today)


def _of_person(
    stage: Stage,
    person: Person,
    number: int,
    posts: set[str],
    kinds: dict[str, CertificateKind],
) -> list[CertificateDraft]:
    place = (full_name(stage, person.unit), person.name, number)
    if posts & {"counsel"}:
        return []
    issued = stage.today - days(150 + dice("card", *place) * 3 // 2)
    five_years = date(issued.year + 5, issued.month, min(issued.day, 28))
    # A card in twelve runs out within the next ninety days, few have done so already.
    chance = dice("expires", *place)
    if chance < 80:
        until = stage.today + days(5 + chance)
        issued = date(until.year - 5, until.month, min(until.day, 28))
    elif chance < 95:
        until = stage.today - days(3 + chance - 80)
        issued = date(until.year - 5, until.month, min(until.day, 28))
    else:
        until = max(five_years, stage.today + days(100))
    card = f"SL{number:05}"
    found = [CertificateDraft(person, kinds["enforcement"], card, CERTIFIER, issued, until)]
    leads = posts & {"bureau_head", "commissar", "deputy_head", "squad_head", "station_head"}
    reviews = posts & {"full_reviewer", "part_reviewer", "legal_officer", "public_lawyer"}
    if leads or reviews:
        level = _LEVELS[1] if dice("level", *place) < 800 else _LEVELS[2]
    else:
        level = _LEVELS[0]
    # A few part-time reviewers have not sat the examination yet.
    if not (posts == {"part_reviewer"} and dice("none", *place) < 60):
        passed = date(stage.year - 4, pick((5, 11), *place), 20)
        found.append(CertificateDraft(person, kinds[level], f"ZG{number:05}", ISSUER, passed))
    if posts & {"legal_officer", "public_lawyer"}:
        late = person.name == name_of(full_name(stage, person.unit), "next reviewer")
        if not late:
            passed = date(stage.year - 5, 3, 15)
            found.append(CertificateDraft(person, kinds["national"], f"FL{number:05}", "", passed))
    return found


# --- examinations -------------------------------------------------------------------------------

_TESTS = (
    ("执法资格等级考试（示例）", "公安执法基础知识", 5, 16),
    ("法律知识季度测试（示例）", "行政处罚法、治安管理处罚法", 9, 12),
)
PASS_MARK = Decimal(60)


def _examinations(stage: Stage) -> None:
    """Two a year of each bureau; the demo bureau has the result of each person."""
    for row in BUREAUS:
        bureau = stage.bureaus[row.short]
        people = list(
            Person.objects.filter(unit__bureau=bureau, left_on=None).order_by("unit__path", "pk")
        )
        for year in (stage.year - 1, stage.year):
            for name, subject, month, day in _TESTS:
                held = date(year, month, day)
                if held > stage.today:
                    continue
                results = [
                    _result(person, row.short, number, held)
                    for number, person in enumerate(people, start=1)
                ]
                taken = [each for each in results if each.score is not None]
                draft = ExaminationDraft(
                    unit=bureau,
                    name=name,
                    subject=subject,
                    held_on=held,
                    pass_mark=PASS_MARK,
                    participants=len(taken),
                    passed=sum(each.score >= PASS_MARK for each in taken),
                )
                entered = enter_examination(draft, by=None, at=stage.now, today=stage.today)
                if row.short == DEMO_BUREAU:
                    set_results(examination_id=entered.pk, results=taken, by=None, at=stage.now)


def _result(person: Person, bureau: str, number: int, held: date) -> Result:
    """One in eight was on duty; few fail."""
    chance = dice("test", bureau, number, held)
    if chance < 125:
        return Result(person.pk)
    score = 45 + chance % 14 if chance < 180 else 62 + chance % 38
    return Result(person.pk, Decimal(score))
