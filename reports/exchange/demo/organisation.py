"""Units, posts, people, logins and schedules of the fictional city."""

from datetime import date

from django.contrib.auth.models import User

from reports.actions.access import grant_membership
from reports.actions.beginning import lay_problem_words, usual_unit_kinds
from reports.actions.delivered import lay_posts
from reports.actions.delivered_columns import lay_column_names
from reports.actions.delivered_first_person import lay_duty_lists
from reports.actions.delivered_indicators import lay_indicators
from reports.actions.delivered_records import lay_record_kinds
from reports.actions.delivered_templates import lay_templates
from reports.actions.delivered_wording import lay_wording
from reports.actions.people import (
    AppointmentDraft,
    PersonDraft,
    appoint_many,
    create_people,
)
from reports.actions.schedules import ScheduleDraft, VersionDraft, create_schedules
from reports.actions.units import UnitDraft, create_units
from reports.domain.access import Role
from reports.domain.dues import CountedIn
from reports.domain.periods import Cadence
from reports.models import (
    Account,
    AgendaKind,
    CauseKind,
    MeetingKind,
    Person,
    Post,
    ProblemSource,
    ProblemTheme,
    ScheduleSet,
    Unit,
    UnitKind,
)
from reports.models.choices import ROLE_LABELS, OwedBy, PersonKind

from .city import (
    AGENDA_KINDS,
    BUREAUS,
    BY_REFERENCE,
    CITY,
    DEMO_BUREAU,
    DOUBLE_SURNAMES,
    FIRST_CLASS,
    MEETING_KINDS,
    SUBMISSIONS,
    SURNAMES,
    BureauRow,
    Rule,
)
from .dice import dice, pick
from .stage import Holder, Stage, days


def lay_tables(stage: Stage) -> None:
    """Kinds, posts and sources: the words that staff would enter first."""
    kinds = usual_unit_kinds()
    kinds.append(UnitKind(code=FIRST_CLASS.code, name=FIRST_CLASS.name, position=45))
    stage.kinds = {kind.code: kind for kind in UnitKind.objects.bulk_create(kinds)}
    lay_posts(at=stage.now, more={"station": (FIRST_CLASS.code,)})
    stage.posts = {post.code: post for post in Post.objects.all()}
    stage.meeting_kinds = _numbered(MeetingKind, MEETING_KINDS)
    MeetingKind.objects.filter(code__in=BY_REFERENCE).update(by_reference=True)
    MeetingKind.objects.filter(code__in=SUBMISSIONS).update(is_submission=True)
    stage.agenda_kinds = _numbered(AgendaKind, AGENDA_KINDS)
    lay_problem_words()
    lay_duty_lists(at=stage.now)
    lay_record_kinds()
    lay_indicators(at=stage.now, more={"station": (FIRST_CLASS.code,)})
    lay_wording(at=stage.now)
    lay_templates(at=stage.now)
    lay_column_names()
    stage.sources = {source.code: source for source in ProblemSource.objects.all()}
    stage.themes = {theme.code: theme for theme in ProblemTheme.objects.all()}
    stage.cause_kinds = {kind.code: kind for kind in CauseKind.objects.all()}


def _numbered(model: type, rows: tuple[tuple[str, str], ...]) -> dict[str, object]:
    made = model.objects.bulk_create(
        model(code=code, name=name, position=position * 10)
        for position, (code, name) in enumerate(rows, start=1)
    )
    return {row.code: row for row in made}


def make_units(stage: Stage) -> None:
    """The whole tree in one call."""
    drafts: dict[tuple[str, str], UnitDraft] = {}
    city = UnitDraft(CITY, stage.kinds["city"], is_fictional=True, position=10)
    for row in BUREAUS:
        bureau = UnitDraft(
            row.name,
            stage.kinds["bureau"],
            city,
            short_name=row.short,
            ledger_from=row.ledger_from or first_day_of_ledger(stage, row),
            is_fictional=True,
        )
        drafts[row.short, ""] = bureau
        for name in row.committees:
            drafts[row.short, name] = _below(stage, name, "committee", bureau)
        for name, kind in row.departments:
            drafts[row.short, name] = _below(stage, name, kind, bureau)
        for station in row.stations:
            closed = date(stage.year - 1, 9, 30) if station.closed_last_year else None
            first_class = station.grade == "一类"
            drafts[row.short, station.name] = UnitDraft(
                station.name,
                stage.kinds[FIRST_CLASS.code if first_class else "station"],
                bureau,
                grade=station.grade,
                opened_on=station.opened,
                closed_on=closed,
                is_fictional=True,
            )
        stage.rows[row.short] = row
    made = create_units([city, *drafts.values()], by=None, at=stage.now)
    stage.city = made[0]
    stage.units = dict(zip(drafts, made[1:], strict=True))
    stage.bureaus = {row.short: stage.units[row.short, ""] for row in BUREAUS}


def _below(stage: Stage, name: str, kind: str, bureau: UnitDraft) -> UnitDraft:
    return UnitDraft(name, stage.kinds[kind], bureau, is_fictional=True)


def first_day_of_ledger(stage: Stage, row: BureauRow) -> date:
    """The day on which the earliest year begins that holds a day of last year."""
    last = stage.year - 1
    if any(each.month != 1 for each in row.sets):
        return date(last - 1, 10, 27)
    return min(date.fromisocalendar(last, 1, 1), date(last, 1, 1))


# --- people -------------------------------------------------------------------------------------


class _Cast:
    """People and their terms, gathered and then entered in one call each."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.people: list[PersonDraft] = []
        self.terms: list[tuple[PersonDraft, Unit, str, date, date | None, bool, str]] = []

    def person(self, unit: Unit, *words: object, left: date | None = None) -> PersonDraft:
        place = full_name(self.stage, unit)
        draft = PersonDraft(name_of(place, *words), unit, PersonKind.POLICE, left)
        self.people.append(draft)
        return draft

    def term(
        self,
        person: PersonDraft,
        unit: Unit,
        post: str,
        first: date,
        last: date | None = None,
        acting: bool = False,
        document: str = "",
    ) -> None:
        if unit.opened_on and first < unit.opened_on:
            first = unit.opened_on
        self.terms.append((person, unit, post, first, last or unit.closed_on, acting, document))

    def enter(self) -> dict[int, Person]:
        stage = self.stage
        made = dict(
            zip(
                map(id, self.people),
                create_people(self.people, by=None, at=stage.now),
                strict=True,
            )
        )
        drafts = [
            AppointmentDraft(made[id(person)], unit, stage.posts[post], *term)
            for person, unit, post, *term in self.terms
        ]
        appoint_many(drafts, by=None, at=stage.now)
        for person, unit, post, first, last, acting, _document in self.terms:
            stage.holders[unit.pk, post].append(Holder(made[id(person)], first, last, acting))
        return made


# A person's days in a post: first and last, whether acting, and by which document.
_Term = tuple[PersonDraft, date, date | None, bool, str]


def full_name(stage: Stage, unit: Unit) -> str:
    """The unit with its bureau, for there is a legal unit in every bureau."""
    bureau = next((b.name for b in stage.bureaus.values() if b.pk == unit.bureau_id), "")
    return f"{bureau} {unit.name}"


def name_of(*words: object) -> str:
    """张某某, 王某, seldom 欧阳某某: nobody's name."""
    if dice("double", *words) < 25:
        return pick(DOUBLE_SURNAMES, *words) + "某某"
    return pick(SURNAMES, *words) + ("某" if dice("short", *words) < 300 else "某某")


def make_people(stage: Stage) -> None:
    """Everybody of the city, then the logins."""
    cast = _Cast(stage)
    clerks: dict[str, PersonDraft] = {}
    legal: dict[str, PersonDraft] = {}
    inspectors: dict[str, PersonDraft] = {}
    for row in BUREAUS:
        _bureau_people(stage, cast, row)
        for name, kind in row.departments:
            unit = stage.units[row.short, name]
            head = cast.person(unit, "head")
            post = "squad_head" if kind == "squad" else "director"
            cast.term(head, unit, post, _since(stage, unit, "head"))
            reviewer = cast.person(unit, "reviewer")
            if kind == "squad":
                cast.term(reviewer, unit, "instructor", _since(stage, unit, "second"))
        team = stage.units[row.short, "法制大队"]
        legal[row.short] = cast.person(team, "officer")
        cast.term(legal[row.short], team, "legal_officer", _since(stage, team, "officer"))
        second = cast.person(team, "second officer")
        cast.term(second, team, "legal_officer", _since(stage, team, "second officer"))
        cast.term(second, team, "public_lawyer", _since(stage, team, "lawyer"))
        inspectors[row.short] = cast.person(stage.units[row.short, "督察大队"], "inspector")
        for station in row.stations:
            unit = stage.units[row.short, station.name]
            clerk = _station_people(stage, cast, unit, station.grade, station.reviewer)
            clerks.setdefault(row.short, clerk)
    made = cast.enter()
    _logins(stage, made, clerks, legal, inspectors)


def _since(stage: Stage, unit: Unit, what: str) -> date:
    """A day one to three years back, of its own for every term."""
    shift = dice(full_name(stage, unit), what) * 9 // 10
    return date(stage.year - 3, 3, 1) + days(shift)


def _bureau_people(stage: Stage, cast: _Cast, row: BureauRow) -> None:
    bureau = stage.bureaus[row.short]
    start = date(stage.year - 4, 6, 1) + days(dice(row.short, "head") // 2)
    deputies = [cast.person(bureau, "deputy", number) for number in range(3)]
    commissar = cast.person(bureau, "commissar")
    if row.short == "西城分局":
        chiefs = _changed_head(stage, cast, bureau, start, deputies[0])
    elif row.short == DEMO_BUREAU:
        chiefs = _replaced_head(stage, cast, bureau, start)
    else:
        chiefs = [(cast.person(bureau, "head"), start, None, False, "")]
    committees = [stage.units[row.short, name] for name in row.committees]
    for person, *term in chiefs:
        for post in ("bureau_head", "first_person"):
            cast.term(person, bureau, post, *term)
        for committee in committees:
            cast.term(person, committee, "chair", *term)
    cast.term(commissar, bureau, "commissar", start + days(147))
    cast.term(deputies[1], bureau, "in_charge", start)
    for number, deputy in enumerate(deputies):
        cast.term(deputy, bureau, "deputy_head", start - days(211 * number))
    for committee in committees:
        for member in (commissar, *deputies):
            cast.term(member, committee, "member", start + days(147))
    counsel = cast.person(bureau, "counsel")
    cast.term(counsel, bureau, "counsel", date(stage.year - 2, 1, 1))


def _changed_head(
    stage: Stage, cast: _Cast, bureau: Unit, start: date, deputy: PersonDraft
) -> list[_Term]:
    """The old head leaves in February, a deputy acts, the new one comes in May."""
    left, came = date(stage.year, 2, 27), date(stage.year, 5, 18)
    old = cast.person(bureau, "old head", left=left)
    new = cast.person(bureau, "new head")
    return [
        (old, start, left, False, ""),
        (deputy, left + days(1), came - days(1), True, ""),
        (new, came, None, False, ""),
    ]


def _replaced_head(stage: Stage, cast: _Cast, bureau: Unit, start: date) -> list[_Term]:
    """The head of the demo bureau changes in the last May that has passed, without a day between.

    The old one goes to another authority; his posts all go to the new one by one document.
    """
    came = date(stage.year, 5, 18)
    if came > stage.today:
        came = date(stage.year - 1, 5, 18)
    old = cast.person(bureau, "old head", left=came - days(1))
    new = cast.person(bureau, "head")
    before = f"示公任〔{start.year}〕12号"
    return [
        (old, start, came - days(1), False, before),
        (new, came, None, False, f"示公任〔{came.year}〕8号"),
    ]


def _station_people(
    stage: Stage, cast: _Cast, unit: Unit, grade: str, has_reviewer: bool
) -> PersonDraft:
    """Head, instructor, legal reviewer and clerk; gives the clerk."""
    since = _since(stage, unit, "head")
    if dice(unit.name, "changed") < 150 and unit.opened_on is None and unit.closed_on is None:
        change = date(stage.year, 3, 1) + days(dice(unit.name, "when") // 12)
        old = cast.person(unit, "old head")
        cast.term(old, unit, "station_head", since, change - days(1))
        since = change
    head = cast.person(unit, "head")
    cast.term(head, unit, "station_head", since)
    instructor = cast.person(unit, "instructor")
    cast.term(instructor, unit, "instructor", _since(stage, unit, "instructor"))
    if has_reviewer:
        reviewer = cast.person(unit, "reviewer")
        post = "full_reviewer" if grade == "一类" else "part_reviewer"
        cast.term(reviewer, unit, post, _since(stage, unit, "reviewer"))
    clerk = cast.person(unit, "clerk")
    cast.term(clerk, unit, "office_clerk", _since(stage, unit, "clerk"))
    return clerk


# --- logins -------------------------------------------------------------------------------------


def _logins(
    stage: Stage,
    made: dict[int, Person],
    clerks: dict[str, PersonDraft],
    legal: dict[str, PersonDraft],
    inspectors: dict[str, PersonDraft],
) -> None:
    """The demo logins, and for the other bureaus those that entered what is entered."""
    for row in BUREAUS:
        demo = row.short == DEMO_BUREAU
        clerk, officer = made[id(clerks[row.short])], made[id(legal[row.short])]
        bureau = stage.bureaus[row.short]
        names = {
            "clerk": ("clerk" if demo else f"{row.login}-clerk", clerk, clerk.unit, Role.CLERK),
            "legal": (
                "legal" if demo else f"{row.login}-legal",
                officer,
                officer.unit,
                Role.LEGAL_OFFICER,
            ),
        }
        if demo:
            inspector = made[id(inspectors[row.short])]
            leader = stage.holder(bureau, "first_person", stage.today)
            names["inspector"] = ("inspector", inspector, inspector.unit, Role.INSPECTOR)
            names["leader"] = ("leader", leader, bureau, Role.LEADER)
        for what, (username, person, unit, role) in names.items():
            stage.users[f"{row.short}:{what}"] = _login(
                stage, username, person, [unit], role, demo=demo
            )
    administrators = (
        ("system", Role.SYSTEM_ADMIN),
        ("security", Role.SECURITY_ADMIN),
        ("audit", Role.AUDIT_ADMIN),
    )
    for username, role in administrators:
        name = str(ROLE_LABELS[role])
        _login(stage, username, None, [stage.city], role, demo=True, name=name)


def _login(
    stage: Stage,
    username: str,
    person: Person | None,
    units: list[Unit],
    role: Role,
    *,
    demo: bool,
    name: str = "",
) -> User:
    user = User(username=username, first_name=person.name if person else name)
    user.set_unusable_password()
    user.save()
    Account.objects.create(user=user, must_change_password=not demo, is_demo=demo)
    for unit in units:
        grant_membership(user=user, unit=unit, role=role, by=None, at=stage.now, today=stage.today)
    if person is not None:
        person.user = user
        person._history_user, person._history_date = None, stage.now
        person.save()
    stage.users[username] = user
    return user


def make_supervisor(stage: Stage) -> None:
    """One person of the city's legal unit, who also reads the published bureau."""
    _login(
        stage,
        "supervisor",
        None,
        [stage.city, stage.published],
        Role.SUPERVISOR,
        demo=True,
        name="市局法制支队",
    )


# --- schedules ----------------------------------------------------------------------------------


def make_schedules(stage: Stage) -> None:
    """The sets of every bureau with their first rules."""
    drafts, facts = [], []
    for row in BUREAUS:
        bureau = stage.bureaus[row.short]
        for number, entry in enumerate(row.sets, start=1):
            of = ScheduleSet(
                unit=bureau,
                name=entry.name,
                year_start_month=entry.month,
                year_start_day=entry.day,
                position=number,
            )
            of._history_user, of._history_date = None, stage.now
            of.save()
            for position, rule in enumerate(entry.rules, start=1):
                version = version_of(stage, row.short, rule, date(stage.year - 2, 1, 1))
                drafts.append(
                    ScheduleDraft(
                        set=of,
                        name=rule.name,
                        version=version,
                        words=rule.words,
                        of_first_person=rule.first_person,
                        position=position,
                    )
                )
                facts.append((rule, row.short))
    made = create_schedules(drafts, by=None, at=stage.now)
    for schedule, (rule, short) in zip(made, facts, strict=True):
        stage.rules[schedule.pk] = (schedule, rule, short)


def version_of(
    stage: Stage, short: str, rule: Rule, first_day: date, at_least: int | None = None
) -> VersionDraft:
    """The rule as it is entered."""
    kind = stage.meeting_kinds.get(rule.kind)
    agenda = stage.agenda_kinds.get(rule.agenda)
    body = stage.units.get((short, rule.body)) if rule.body else None
    presided = stage.posts.get(rule.presided)
    return VersionDraft(
        first_day=first_day,
        cadence=Cadence(rule.cadence),
        legal_basis=rule.basis,
        asked_by=rule.asked_by,
        every=rule.every,
        at_least=at_least or rule.at_least,
        make_up=rule.make_up,
        months=rule.months,
        window=rule.window,
        window_days=rule.window_days,
        window_month=rule.window_month,
        window_day=rule.window_day,
        usual=rule.usual,
        counted_in=(CountedIn.MINUTES if rule.minutes else CountedIn.TIMES).value,
        at_most=rule.at_most,
        owing_post_id=stage.posts[rule.holders].pk if rule.holders else None,
        meeting_kind_id=kind.pk if kind else None,
        agenda_kind_id=agenda.pk if agenda and not kind else None,
        body_id=body.pk if body else None,
        presided_by_id=presided.pk if presided else None,
        legal_must_sit_in=rule.legal,
        expected_evidence=rule.evidence,
        owed_by=OwedBy.HOLDERS if rule.holders else OwedBy.KINDS if rule.owed_by else OwedBy.ITSELF,
        owing_kinds=tuple(stage.kinds[code] for code in rule.owed_by),
    )
