"""What was held in the fictional city, week by week, and what was not."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from django.contrib.auth.models import User

from reports.actions.evidence import Reference, keep_references
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    PersonPresent,
    cancel_meeting,
    record_meetings,
)
from reports.actions.waivers import grant_waiver
from reports.domain.periods import Cadence, Period
from reports.models import Due, Meeting, Unit
from reports.models.choices import EvidenceKind
from reports.selectors.rules import make_up_limit

from .city import DEMO_BUREAU, Rule
from .dice import dice, pick
from .stage import Stage, days
from .words import CANCEL_REASONS, OPINIONS, PLACES, TOPICS, WAIVER_REASONS

# Of a thousand: not held, held later to make it up, entered late.
MISSED = {
    Cadence.WEEK: 25,
    Cadence.HALF_MONTH: 40,
    Cadence.MONTH: 20,
    Cadence.QUARTER: 0,
    Cadence.HALF_YEAR: 0,
    Cadence.YEAR: 0,
}
MADE_UP = {Cadence.MONTH: 45, Cadence.QUARTER: 70, Cadence.HALF_YEAR: 60}
ENTERED_LATE = 45
WITHOUT_SIGN_IN = 40
SESSION = 90  # minutes of a session where minutes are counted


@dataclass(slots=True)
class Plan:
    """A meeting that was held, before it is entered."""

    draft: MeetingDraft
    at: datetime
    by: User
    evidence: tuple[str, ...] = ()
    short: str = ""
    rule: Rule | None = None
    dues: list[Due] = field(default_factory=list)


def hold_meetings(stage: Stage) -> int:
    """Enter everything that was held until today; how many meetings."""
    dues = list(
        Due.objects.prefetch_related("version", "schedule__set", "unit", "person")
        .filter(schedule__in=stage.rules, period_first__lte=stage.today)
        .order_by("period_first", "schedule_id", "unit__path")
    )
    excused = _excuse(stage, dues)
    plans = _plan_all(stage, [due for due in dues if due.pk not in excused])
    by_user: dict[int, list[Plan]] = defaultdict(list)
    for plan in sorted(plans, key=lambda plan: (plan.at, plan.draft.title)):
        by_user[plan.by.pk].append(plan)
    entered: list[tuple[Plan, Meeting]] = []
    for group in by_user.values():
        meetings = record_meetings(
            [plan.draft for plan in group],
            by=group[0].by,
            at=[plan.at for plan in group],
            today=stage.today,
        )
        entered += zip(group, meetings, strict=True)
    _keep_evidence(stage, entered)
    _cancel_some(stage, entered)
    return len(entered)


def _plan_all(stage: Stage, dues: list[Due]) -> list[Plan]:
    plans: list[Plan] = []
    together: dict[tuple[str, int, date], list[Due]] = defaultdict(list)
    committee: dict[tuple[str, int, int], Plan] = {}
    half_years: list[tuple[Due, Rule, str]] = []
    for due in dues:
        if due.not_applicable_because:
            continue
        _schedule, rule, short = stage.rules[due.schedule_id]
        if rule.first_person and rule.body == "党委":
            half_years.append((due, rule, short))
            continue
        if rule.joint and due.period_first.day <= 7:
            together[short, due.schedule_id, due.period_first].append(due)
            continue
        if (plan := _held(stage, due, rule, short)) is None:
            continue
        plans.append(plan)
        plans += _again(stage, due, rule, short, plan)
        if rule.body == "党委" and plan.draft.held_on <= due.period_last:
            committee[short, plan.draft.held_on.year, plan.draft.held_on.month] = plan
    plans += _joint(stage, together)
    plans += _half_years_of_committee(stage, half_years, committee)
    return plans


def _held(stage: Stage, due: Due, rule: Rule, short: str) -> Plan | None:
    """The meeting held for the due; None when none was (yet)."""
    words = (due.unit.name, short, rule.name, due.period_first, due.person_id and due.person.name)
    words = tuple(word for word in words if word)
    cadence = Cadence(due.version.cadence)
    chance = dice("held", *words)
    if chance < MISSED[cadence] or _left_for_the_clerk(stage, due, rule, short):
        return None
    day = _day_within(stage, due.period, rule, *words)
    if day is None:
        return None
    if chance > 999 - MADE_UP.get(cadence, 0):
        day = _day_to_make_up(stage, due, rule, *words)
    if day is None or day > stage.today or not due.unit.exists_on(day):
        return None
    plan = _plan(stage, due, rule, short, day)
    return plan if plan.at <= stage.now else None


def _left_for_the_clerk(stage: Stage, due: Due, rule: Rule, short: str) -> bool:
    """The first station has not entered last week yet, and missed a week before."""
    first = stage.rows[short].stations[0].name
    if short != DEMO_BUREAU or due.unit.name != first or rule.cadence != Cadence.WEEK:
        return False
    ago = (stage.today - due.period_last).days
    return 1 <= ago <= 7 or 36 <= ago <= 42


def _again(stage: Stage, due: Due, rule: Rule, short: str, first: Plan) -> list[Plan]:
    """Where more than one is asked for: a week after each other, mostly."""
    plans = []
    sessions = -(-due.at_least // SESSION) if rule.minutes else due.at_least
    for number in range(1, sessions):
        day = first.draft.held_on + days(7 * number)
        words = (due.unit.name, short, rule.name, due.period_first, number)
        if day > min(due.period_last, stage.today) or dice("again", *words) < 60:
            continue
        plan = _plan(stage, due, rule, short, day)
        if plan.at <= stage.now:
            plan.draft = replace(plan.draft, title=f"{plan.draft.title}（第{number + 1}次）")
            plans.append(plan)
    return plans


def _day_within(stage: Stage, period: Period, rule: Rule, *words: object) -> date | None:
    """A workday of the period: weekly ones on the unit's usual day, long ones not at once."""
    workdays = [
        period.first + days(shift)
        for shift in range(period.days)
        if stage.calendar.is_workday(period.first + days(shift))
    ]
    if not workdays:
        return None
    if rule.cadence == Cadence.WEEK:
        usual = dice("weekday", words[0], rule.name) % 5
        if dice("moved", *words) < 80:
            usual += 1
        return workdays[min(usual, len(workdays) - 1)]
    if rule.cadence == Cadence.YEAR:
        return workdays[min(len(workdays) - 1, 45 + dice(*words) // 60)]
    if rule.cadence == Cadence.HALF_YEAR:
        return workdays[int(len(workdays) * (0.55 + dice(*words) / 2500))]
    return workdays[min(len(workdays) - 1, int(len(workdays) * (0.2 + dice(*words) / 1400)))]


def _day_to_make_up(stage: Stage, due: Due, rule: Rule, *words: object) -> date | None:
    """A workday soon after the period, while it may be made up."""
    until = make_up_limit(due)
    if until is None:
        return None
    first = due.period_last + days(1)
    soon = Period(first, min(until, first + days(20)))
    return _day_within(stage, soon, replace(rule, cadence=Cadence.MONTH), *words)


def _plan(stage: Stage, due: Due, rule: Rule, short: str, day: date) -> Plan:
    """The meeting for one due, as its clerk enters it."""
    unit = stage.units[short, rule.body] if rule.body else due.unit
    number = due.number
    topic = pick(TOPICS[rule.topics], due.unit.name, rule.name, due.period_first)
    title = _title(rule, due, day)
    agenda = _agenda(stage, rule, topic)
    presided = _presiding(stage, due, rule, short, day)
    draft = MeetingDraft(
        unit=unit,
        kind_id=_kind(stage, rule),
        title=title,
        held_on=day,
        due_ids=(due.pk,),
        presided_by_id=presided.pk if presided else None,
        place=pick(PLACES, unit.name, number) if dice("place", unit.name, day) < 600 else "",
        summary=f"{topic}。",
        legal_sat_in=rule.legal,
        legal_opinion=pick(OPINIONS, title, day) if rule.legal else "",
        agenda=agenda,
        starts_at=time(14, 30) if rule.minutes else None,
        ends_at=time(16, 0) if rule.minutes else None,
        people=(PersonPresent(due.person_id),) if due.person_id else (),
    )
    return Plan(
        draft,
        _entered_at(stage, day, unit.name, title),
        _recorder(stage, due.unit, short),
        _evidence(due, title, day),
        short,
        rule,
        [due],
    )


def _title(rule: Rule, due: Due, day: date) -> str:
    name = rule.name
    for every in ("每周", "每月", "每季", "每年", "每半年", "半年"):
        name = name.removeprefix(every)
    if rule.cadence == Cadence.WEEK:
        return f"第{due.number}周{name}"
    if rule.cadence == Cadence.YEAR:
        return f"{day.year}年{name}"
    if rule.cadence == Cadence.QUARTER:
        return f"第{due.number}季度{name}"
    return f"{day.month}月{name}"


def _kind(stage: Stage, rule: Rule) -> int:
    code = rule.kind or {"党委": "party_committee"}.get(rule.body, "office_meeting")
    return stage.meeting_kinds[code].pk


def _agenda(stage: Stage, rule: Rule, topic: str) -> tuple[AgendaDraft, ...]:
    if not rule.agenda:
        return ()
    kind = stage.agenda_kinds[rule.agenda].pk
    items = [AgendaDraft(topic, kind, involves_law=True)]
    if rule.first_person:
        study = stage.agenda_kinds["study_thought"].pk
        items.insert(0, AgendaDraft("集中学习", study))
    return tuple(items)


def _presiding(stage: Stage, due: Due, rule: Rule, short: str, day: date):
    """Who presided: the post the rule asks for, else the head; once it was the wrong one."""
    bureau = stage.bureaus[short]
    if due.person_id:
        return due.person
    if rule.words == "submission":
        return None
    if rule.presided:
        if short == "江北分局" and rule.body == "局长办公会议" and day.month > 6:
            return stage.holder(bureau, "in_charge", day)
        return stage.holder(bureau, rule.presided, day)
    if rule.body:
        return stage.holder(stage.units[short, rule.body], "chair", day)
    if due.unit_id != bureau.pk:
        for post in ("station_head", "squad_head", "director"):
            if person := stage.holder(due.unit, post, day):
                second = stage.holder(due.unit, "instructor", day)
                return second if second and dice("second", day, due.unit.name) < 350 else person
        return None
    if rule.cadence in (Cadence.WEEK, Cadence.HALF_MONTH):
        team = stage.units[short, "法制大队"]
        if dice("who", short, day) < 400:
            return stage.holder(team, "squad_head", day)
    return stage.holder(bureau, "in_charge", day)


def _entered_at(stage: Stage, day: date, *words: object) -> datetime:
    """The same or the next day, now and then one to three weeks later."""
    chance = dice("entered", day, *words)
    minute = dice("minute", day, *words) % 60
    late = 8 + chance % 13 if chance < ENTERED_LATE else (chance % 5 == 0)
    entered = day + days(int(late))
    if entered > stage.today:
        # It is held but not entered yet, unless it was entered at once.
        entered = day if chance >= ENTERED_LATE else entered
    moment = stage.moment(entered, 16 + chance % 2, minute)
    return moment if entered <= stage.today else stage.now + days(1)


def _recorder(stage: Stage, unit: Unit, short: str) -> User:
    below = unit.pk != stage.bureaus[short].pk
    return stage.clerk_user(short) if below else stage.legal_user(short)


def _evidence(due: Due, title: str, day: date) -> tuple[str, ...]:
    wanted = tuple(due.version.expected_evidence)
    if "sign_in" in wanted and dice("sign-in", title, day, due.unit.name) < WITHOUT_SIGN_IN:
        return tuple(kind for kind in wanted if kind != "sign_in")
    if wanted == ("minutes",) and dice("minutes", title, day, due.unit.name) < 15:
        return ()
    return wanted


def _joint(stage: Stage, together: dict[tuple[str, int, date], list[Due]]) -> list[Plan]:
    """One session for all stations, entered once by the legal unit."""
    plans = []
    for (short, _schedule, first), dues in together.items():
        rule = stage.rules[dues[0].schedule_id][1]
        host = stage.units[short, "法制大队"]
        day = _day_within(stage, dues[0].period, rule, host.name, short, rule.name, first)
        if day is None or day > stage.today:
            continue
        dues = [due for due in dues if due.unit.exists_on(day)]
        if not dues:
            continue
        plan = _plan(stage, dues[0], rule, short, day)
        head = stage.holder(host, "squad_head", day)
        plan.draft = replace(
            plan.draft,
            unit=host,
            title=f"第{dues[0].number}周法制学习（全局集中）",
            due_ids=tuple(due.pk for due in dues),
            presided_by_id=head.pk if head else None,
            place="视频会议",
            attending_unit_ids=tuple(due.unit_id for due in dues),
        )
        plan.by, plan.dues = stage.legal_user(short), dues
        if plan.at <= stage.now:
            plans.append(plan)
    return plans


def _half_years_of_committee(
    stage: Stage,
    half_years: list[tuple[Due, Rule, str]],
    committee: dict[tuple[str, int, int], Plan],
) -> list[Plan]:
    """The half-yearly committee meeting is the monthly one of that month, with more items."""
    plans = []
    for due, rule, short in half_years:
        day = _day_within(stage, due.period, rule, due.unit.name, short, due.period_first)
        if day is None:
            continue
        same = committee.get((short, day.year, day.month))
        chief = stage.holder(stage.bureaus[short], "first_person", day)
        if same is None or chief is None:
            plan = _plan(stage, due, rule, short, day)
            if day <= stage.today and plan.at <= stage.now:
                plans.append(plan)
            continue
        items = _agenda(stage, rule, pick(TOPICS[rule.topics], short, day))
        same.draft = replace(
            same.draft,
            due_ids=(*same.draft.due_ids, due.pk),
            presided_by_id=chief.pk,
            agenda=(*items, *same.draft.agenda),
        )
        same.dues.append(due)
    return plans


# --- what else is on record ---------------------------------------------------------------------


def _excuse(stage: Stage, dues: list[Due]) -> set[int]:
    """A few dues were excused, by the leader in charge or from a signed sheet."""
    excused = set()
    for due in dues:
        rule, short = stage.rules[due.schedule_id][1:]
        if due.not_applicable_because or rule.cadence not in (Cadence.WEEK, Cadence.HALF_MONTH):
            continue
        if dice("excused", short, due.unit.name, rule.name, due.period_first) >= 4:
            continue
        granted_on = due.period_first + days(1)
        if granted_on > stage.today:
            continue
        grant_waiver(
            due_id=due.pk,
            reason=pick(WAIVER_REASONS, due.unit.name, due.period_first),
            granted_on=granted_on,
            by=stage.legal_user(short),
            at=stage.moment(granted_on),
            today=stage.today,
            signer=stage.holder(stage.bureaus[short], "in_charge", granted_on),
            from_paper=True,
        )
        excused.add(due.pk)
    return excused


def _keep_evidence(stage: Stage, entered: list[tuple[Plan, Meeting]]) -> None:
    """Papers stay in their safes; the ledger says where."""
    kept: dict[int, list[tuple[Meeting, Reference, datetime]]] = defaultdict(list)
    users = {}
    for plan, meeting in entered:
        users[plan.by.pk] = plan.by
        for kind in plan.evidence:
            kept[plan.by.pk].append((meeting, _reference(plan, kind), plan.at))
    for pk, rows in kept.items():
        keep_references(rows, by=users[pk])


def _reference(plan: Plan, kind: str) -> Reference:
    day = plan.draft.held_on
    committee = plan.rule is not None and plan.rule.body == "党委"
    keeper = "政治处（党委秘书）" if committee else f"{plan.draft.unit.label}档案柜"
    what = "签到表" if kind == "sign_in" else "记录"
    number = f"〔{day.year}〕{day:%m%d}号"
    return Reference(
        title=f"{plan.draft.title}{what}",
        keeper=keeper,
        number=f"党委会纪要{number}" if committee else f"会议登记{number}",
        item=plan.draft.agenda[0].title if committee and plan.draft.agenda else "",
        day=day,
        kind=EvidenceKind(kind),
    )


def _cancel_some(stage: Stage, entered: list[tuple[Plan, Meeting]]) -> None:
    """Entered by mistake: it stays visible and counts nothing."""
    chosen = [
        (plan, meeting)
        for plan, meeting in entered
        if plan.rule is not None
        and plan.rule.cadence == Cadence.WEEK
        and len(plan.dues) == 1
        and dice("cancel", plan.short, plan.draft.title, plan.draft.unit.name, meeting.held_on) < 1
    ]
    for plan, meeting in chosen[:8]:
        cancel_meeting(
            meeting_id=meeting.pk,
            because=pick(CANCEL_REASONS, plan.draft.title),
            by=plan.by,
            at=min(plan.at + days(1), stage.now),
        )
