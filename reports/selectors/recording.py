"""What a meeting may count for as it stands in the form, and what the form suggests."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from reports.domain.counting import STILL_RECORDED, MeetingFacts, WhyNot, reasons_not_counting
from reports.domain.dues import CountedIn, MakeUp, NotApplicable, default_make_up
from reports.domain.periods import Cadence
from reports.models import Appointment, BureauSetting, Due, Meeting, Person, Unit
from reports.models.choices import WHY_NOT_LABELS, PersonKind, clauses, day_label, listed
from reports.selectors.bureaus import label_of
from reports.selectors.rules import counting_rule, make_up_limit

RECENT = timedelta(days=35)
MOST_RECENT = 9
NEWEST = 5
WAITING = frozenset({"open", "awaiting", "missed"})
# What is over and can no longer be made up is still explained for as long.
EXPLAINED = timedelta(days=62)
EXPLAINED_WEEKLY = timedelta(days=7)
LAST_POSITION = 10**6
# So many names stand in a line before it says how many there are.
NAMES_SHOWN = 6
# The people of units that take part are listed as long as they are no more than this.
MOST_LISTED = 100
NEVER_MADE_UP = [
    cadence.value for cadence in Cadence if default_make_up(cadence).kind == MakeUp.NEVER
]
# What may still be completed in the form itself is no reason to leave a due unticked.
TO_COMPLETE = frozenset(
    {WhyNot.LEGAL_ABSENT, WhyNot.NO_LEGAL_OPINION, WhyNot.NO_TIMES, WhyNot.NOT_ATTENDED}
)
Row = tuple[int, int, int | None]


class Holding(NamedTuple):
    """A post that somebody holds somewhere, or held."""

    person: int
    unit: int
    post: int
    first_day: date
    last_day: date | None
    acting: bool
    post__name: str
    post__is_capacity: bool
    post__position: int

    def holds_on(self, day: date) -> bool:
        """Whether the post was held on that day."""
        return self.first_day <= day and (self.last_day is None or self.last_day >= day)


@dataclass(slots=True)
class PostsHeld:
    """Who held which post where: loaded once for many meetings, or for a page."""

    rows: dict[int, list[Holding]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, person_ids: Iterable[int]) -> "PostsHeld":
        """The appointments of these people, of any day: one query."""
        return cls._from(Appointment.objects.filter(person__in=set(person_ids)))

    @classmethod
    def around(
        cls, day: date, unit_ids: Iterable[int | None], person_ids: Iterable[int] = ()
    ) -> "PostsHeld":
        """What everybody held on that day who held a post in one of the units, and what these
        people held: one query.
        """
        rows = Appointment.objects.in_office_on(day)
        there = rows.filter(unit__in={pk for pk in unit_ids if pk is not None})
        return cls._from(
            rows.filter(Q(person__in=there.values("person")) | Q(person__in=set(person_ids)))
        )

    @classmethod
    def _from(cls, rows: QuerySet[Appointment]) -> "PostsHeld":
        found = cls()
        ordered = rows.order_by("post__position", "pk").values_list(*Holding._fields)
        for each in map(Holding._make, ordered):
            found.rows[each.person].append(each)
        return found

    def held(self, person_id: int | None, unit_ids: set[int], day: date) -> list[tuple[int, bool]]:
        """Posts (and whether acting) of the person in any of the units on that day, in order."""
        return [
            (each.post, each.acting)
            for each in self.rows.get(person_id, ())
            if each.unit in unit_ids and each.holds_on(day)
        ]

    def there_on(self, day: date, unit_ids: Collection[int | None]) -> list[Holding]:
        """What was held in the units on that day: posts before capacities, each in its order."""
        found = [
            each
            for rows in self.rows.values()
            for each in rows
            if each.unit in unit_ids and each.holds_on(day)
        ]
        return sorted(found, key=lambda each: (each.post__is_capacity, each.post__position))


@dataclass(frozen=True, slots=True)
class Sketch:
    """A meeting as far as counting asks about it, recorded or still standing in the form.

    ``present`` are those who took part, with whoever presided.
    """

    unit_id: int
    bureau_id: int | None
    held_on: date
    kind_id: int | None = None
    agenda_kind_ids: frozenset[int] = frozenset()
    presided_by_id: int | None = None
    attending_unit_ids: frozenset[int] = frozenset()
    present: frozenset[int] = frozenset()
    minutes: int | None = None
    legal_sits_in: bool = False
    law_items: int = 0
    law_items_with_opinion: int = 0
    confirmed: bool = True

    def facts_for(self, due: Due, posts: PostsHeld) -> MeetingFacts:
        """What the meeting brings for that due; a post counts where it is held for the due."""
        here = {self.unit_id, due.unit_id, due.version.body_id or due.unit_id}
        held = posts.held(self.presided_by_id, here, self.held_on)
        return MeetingFacts(
            held_on=self.held_on,
            unit_id=self.unit_id,
            bureau_id=self.bureau_id,
            kind_id=self.kind_id,
            attending_unit_ids=self.attending_unit_ids,
            agenda_kind_ids=self.agenda_kind_ids,
            presiding_post_ids=frozenset(post for post, _acting in held),
            legal_sits_in=self.legal_sits_in,
            minutes=self.minutes,
            attending_person_ids=self.present,
            law_items=self.law_items,
            law_items_with_opinion=self.law_items_with_opinion,
            confirmed=self.confirmed,
        )


def reasons_against(sketch: Sketch, due: Due, posts: PostsHeld) -> list[WhyNot]:
    """Why the meeting does not count for the due; empty when it does.

    Wants ``due.version`` and ``due.schedule.set`` loaded.
    """
    return reasons_not_counting(
        sketch.facts_for(due, posts),
        counting_rule(due.version, unit_id=due.unit_id, person_id=due.person_id),
        due.period,
        due.bureau_id,
        make_up_limit(due),
    )


# --- what it can count for ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due beside a meeting: whether it makes up, and what speaks against counting it.

    ``met_on`` is the day since which the due is met without this meeting: another one adds
    nothing, unless the rule looks at how many there are (``more``). ``own``: the meeting is held
    against it already.
    """

    due: Due
    late: bool
    met_on: date | None = None
    whys: tuple[WhyNot, ...] = ()
    own: bool = False

    @property
    def more(self) -> bool:
        """Met already, and still of interest: minutes add up, and at most so many are asked."""
        due = self.due
        counts_more = due.at_most is not None or due.counted_in == CountedIn.MINUTES
        return self.met_on is not None and counts_more

    @property
    def is_possible(self) -> bool:
        """Whether it may be ticked; then ``whys`` say what the meeting lacks of its form."""
        settled = self.due.waived_on is not None or (self.met_on is not None and not self.more)
        return (self.own or not settled) and STILL_RECORDED.issuperset(self.whys)

    @property
    def ticked(self) -> bool:
        """Its own period, owed and not yet met: what a clerk would choose herself."""
        wanted = not self.late and not self.due.not_applicable_because
        return wanted and self.is_possible and TO_COMPLETE.issuperset(self.whys)


def dues_around(
    unit: Unit,
    held_on: date,
    *,
    attending_ids: Iterable[int] = (),
    person_ids: Iterable[int] = (),
) -> list[Due]:
    """The dues that a meeting held by the unit on that day has to do with: one query.

    Those of the unit, of the units that attend and of the people who take part, whose period
    holds the day; and earlier ones that were not met, as far as they could be made up or it is
    worth saying why not. Of the units that attend and of people only what they owe themselves.
    """
    holders = [unit.pk, *attending_ids]
    whose = Q(unit__in=holders, version__body__isnull=True) | Q(version__body__in=holders)
    whose |= Q(unit=unit.pk) | Q(person__in=list(person_ids), version__body__isnull=True)
    never = Q(version__make_up=MakeUp.NEVER.value)
    never |= Q(version__make_up="", version__cadence__in=NEVER_MADE_UP)
    unmet = Q(
        met_on__isnull=True,
        met_late_on__isnull=True,
        waived_on__isnull=True,
        not_applicable_because="",
    )
    earlier = unmet & (~never | Q(period_last__gte=held_on - EXPLAINED_WEEKLY))
    rows = (
        Due.objects.filter(whose, period_first__lte=held_on, bureau=unit.bureau_id)
        .filter(not_applicable_because__in=["", NotApplicable.NO_WORKDAY.value])
        .filter(Q(period_last__gte=held_on) | earlier)
        .select_related(
            "unit", "person", "schedule", "schedule__set", "version", "version__presided_by"
        )
    )
    return sorted(
        rows,
        key=lambda due: (
            due.period_last < held_on,
            due.unit_id != unit.pk,
            due.unit.path,
            due.schedule.set.position,
            due.schedule.position,
            due.schedule_id,
            -due.period_last.toordinal(),
            due.pk,
        ),
    )


def candidates_among(
    dues: Iterable[Due], sketch: Sketch, posts: PostsHeld, *, own: Collection[int] = ()
) -> list[Candidate]:
    """Each due beside the meeting as it stands; no query.

    Whether one is met is said as of the day held, so that a meeting entered later is not turned
    away; ``own`` are the dues that this very meeting is held against already. Of each row of
    periods that are over, only the newest is explained where it cannot be made up.
    """
    found, explained = [], set()
    for due in dues:
        late = due.period_last < sketch.held_on
        mine = due.pk in own
        met = due.met_on if due.met_on is not None and due.met_on <= sketch.held_on else None
        whys = tuple(reasons_against(sketch, due, posts))
        each = Candidate(due, late, None if mine else met, whys, mine)
        long_ago = due.period_last < sketch.held_on - EXPLAINED and not _only_the_kind(each)
        known = row_of(due) in explained
        if late and (long_ago or known) and not each.is_possible and not mine:
            continue
        if late:
            explained.add(row_of(due))
        found.append(each)
    return found


def row_of(due: Due) -> Row:
    """Whose periods they are: the schedule, the unit and the person."""
    return due.schedule_id, due.unit_id, due.person_id


# --- the same in words --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pick:
    """One line of the ticks: a due, or those of many units or people in one period.

    ``warning`` says what the meeting lacks now to count.
    """

    dues: tuple[Due, ...]
    label: str
    who: str
    notes: tuple[str, ...]
    warning: str
    chosen: bool

    @property
    def name(self) -> str:
        return self.dues[0].schedule.name

    @property
    def value(self) -> str:
        """The keys that the ticked line stands for."""
        return ",".join(str(due.pk) for due in self.dues)


@dataclass(frozen=True, slots=True)
class Impossible:
    """A due, or those of many, that the meeting cannot count for, with the reasons.

    ``only_kind``: it would count if the meeting were of another kind, or had the item.
    """

    due: Due
    label: str
    who: str
    why: str
    only_kind: bool


def picks_among(
    candidates: Iterable[Candidate],
    chosen: Collection[int],
    *,
    unit: Unit | None,
    names: Mapping[int, str],
) -> list[Pick]:
    """What may be ticked. The unit's own dues stand alone; those of many units or people that
    are alike are one line. ``names`` are the people of the page by key. Pure.
    """
    lines: dict[Hashable, list[Candidate]] = defaultdict(list)
    for each in candidates:
        if not each.is_possible:
            continue
        due = each.due
        # A line of people counts for those who were there, so it is ticked as a whole.
        ticked = due.pk in chosen and due.person_id is None
        lacking = frozenset(each.whys) - {WhyNot.NOT_ATTENDED}
        lines[(*_line(due, unit), ticked, lacking, each.met_on is not None)].append(each)
    return [
        Pick(
            dues=tuple(each.due for each in rows),
            label=label_of(rows[0].due),
            who=_listed_some([_who_owes(each.due, unit, names) for each in rows]),
            notes=tuple(_notes_on(rows[0])),
            warning=_warning_of(rows[0]),
            chosen=any(each.due.pk in chosen for each in rows),
        )
        for rows in lines.values()
    ]


def impossible_among(
    candidates: Iterable[Candidate], *, unit: Unit | None, names: Mapping[int, str]
) -> list[Impossible]:
    """What the meeting cannot count for, with the reason in the words of the rules. Pure."""
    lines: dict[Hashable, list[Candidate]] = defaultdict(list)
    for each in candidates:
        if not each.is_possible:
            lines[(*_line(each.due, unit), why_impossible(each))].append(each)
    return [
        Impossible(
            due=rows[0].due,
            label=label_of(rows[0].due),
            who=_listed_some([_who_owes(each.due, unit, names) for each in rows]),
            why=why_impossible(rows[0]),
            only_kind=_only_the_kind(rows[0]),
        )
        for rows in lines.values()
    ]


def why_impossible(each: Candidate) -> str:
    """Why the meeting cannot count for the due."""
    due = each.due
    if due.waived_on is not None:
        return _("该期已经批准免除")
    if each.met_on is not None and not each.more:
        if due.person_id is not None:
            return _("本期已经完成")
        return _("该期%(day)s已达到应开次数，不再计入") % {
            "day": day_label(each.met_on, each.met_on)
        }
    hard = [why for why in each.whys if why not in STILL_RECORDED]
    # Another kind of meeting would not help where the day is past.
    decisive = [why for why in hard if why in {WhyNot.AFTER_PERIOD, WhyNot.TOO_LATE}]
    return clauses(WHY_NOT_LABELS[why] for why in decisive or hard)


def asks_hours(due: Due) -> bool:
    """Whether the rule of the due asks when the meeting began and ended."""
    return due.counted_in == CountedIn.MINUTES or due.version.min_minutes is not None


def asks_legal(due: Due) -> bool:
    """Whether the rule of the due asks for the legal unit."""
    return due.version.legal_must_sit_in or due.version.legal_on_law_items


def _line(due: Due, unit: Unit | None) -> tuple[int, date, int | None]:
    alone = due.person_id is None and unit is not None and due.unit_id == unit.pk
    return due.schedule_id, due.period_first, due.pk if alone else None


def _who_owes(due: Due, unit: Unit | None, names: Mapping[int, str]) -> str:
    if due.person_id is not None:
        return names.get(due.person_id) or due.person.name
    return "" if unit is not None and due.unit_id == unit.pk else due.unit.label


def _listed_some(names: list[str]) -> str:
    """Some of the names, and how many there are."""
    if len(names) <= NAMES_SHOWN:
        return listed(name for name in names if name)
    return _("%(names)s等%(n)s个") % {"names": listed(names[:NAMES_SHOWN]), "n": len(names)}


def _notes_on(each: Candidate) -> list[str]:
    """What one should know before ticking the line."""
    due, version = each.due, each.due.version
    notes = [_standing_of(each)]
    if version.presided_by:
        notes.append(_("须由%(post)s主持") % {"post": version.presided_by})
    if version.legal_must_sit_in:
        notes.append(_("须法制部门列席"))
    if version.legal_on_law_items:
        notes.append(_("涉法议题须有法制列席和意见"))
    if version.min_minutes:
        notes.append(_("每次不少于%(n)s分钟") % {"n": version.min_minutes})
    if due.person_id is not None:
        notes.append(_("只计入出席、列席的人"))
    return notes


def _standing_of(each: Candidate) -> str:
    """How the period stands."""
    due = each.due
    numbers = {"n": due.at_least, "counted": due.counted}
    if each.met_on is not None:
        return _("该期已达到要求，再计入的只作累计")
    if each.late:
        return _("该期已过，勾选后记为补开")
    if due.not_applicable_because:
        return _("该期没有工作日，不要求召开")
    if due.counted_in == CountedIn.MINUTES:
        return _("应满%(n)s分钟，已累计%(counted)s分钟") % numbers
    if due.at_least > 1:
        return _("应有%(n)s次，已计入%(counted)s次") % numbers
    return _("本期尚无记录")


def _warning_of(each: Candidate) -> str:
    """What it lacks to count that filling in the rest of the form will not mend."""
    whys = [WHY_NOT_LABELS[why] for why in each.whys if why not in TO_COMPLETE]
    return _("勾选后只作记录，暂不计入：%(why)s") % {"why": clauses(whys)} if whys else ""


def _only_the_kind(each: Candidate) -> bool:
    settled = each.due.waived_on is not None or (each.met_on is not None and not each.more)
    hard = {why for why in each.whys if why not in STILL_RECORDED}
    return not settled and bool(hard) and hard <= {WhyNot.OTHER_KIND, WhyNot.NO_AGENDA_ITEM}


# --- who was there ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Someone:
    """A person who may have been there: of which unit, with the posts held on that day.

    ``rank`` orders those who may have presided (None: could not); ``listed`` is whether the list
    of who was there has her.
    """

    pk: int
    name: str
    unit_id: int
    place: str
    posts: str
    rank: tuple[int, bool, int] | None
    listed: bool

    @property
    def label(self) -> str:
        return " · ".join(part for part in (self.name, self.posts) if part)


def people_around(
    unit: Unit,
    day: date,
    held: PostsHeld,
    *,
    attending_ids: Collection[int] = (),
    chair: int | None = None,
    also: Iterable[int] = (),
) -> list[Someone]:
    """Who may have presided or taken part, in the order of posts: one query.

    Of the unit (its kind loaded): its own people and who holds a post in it; who holds a post in
    the bureau may have presided, and is a member where the unit is a body. ``held`` are the posts
    around unit and bureau. The people of units
    that attend are listed up to ``MOST_LISTED``. The ``chair`` and ``also`` are people named
    before, whatever became of them.
    """
    also = set(also)
    is_body = unit.kind.is_body
    posts: dict[int, list[str]] = defaultdict(list)
    ranks: dict[int, tuple[int, bool, int]] = {}
    for each in held.there_on(day, {unit.pk, unit.bureau_id}):
        posts[each.person].append(each.post__name)
        rank = (int(each.unit != unit.pk), each.post__is_capacity, each.post__position)
        ranks[each.person] = min(ranks.get(each.person, rank), rank)
    home = {unit.pk, *attending_ids} | ({unit.bureau_id} if is_body else set())
    there = Q(unit__in=home, merged_into__isnull=True)
    there &= Q(left_on__isnull=True) | Q(left_on__gte=day)
    there &= Q(joined_on__isnull=True) | Q(joined_on__lte=day)
    rows = list(
        Person.objects.filter(there | Q(pk__in=[*posts, *also, chair or 0]))
        .select_related("unit")
        .order_by("unit__path", "pk")
    )
    guests = {p.pk for p in rows if p.unit_id in set(attending_ids) - {unit.pk}}
    if len(guests) > MOST_LISTED:
        home -= set(attending_ids) - {unit.pk}
    last = (0, True, LAST_POSITION)
    found = []
    for p in rows:
        rank = ranks.get(p.pk) or (last if p.unit_id == unit.pk or p.pk == chair else None)
        here = p.unit_id == unit.pk or (p.pk in posts and (is_body or rank[0] == 0))
        found.append(
            Someone(
                pk=p.pk,
                name=p.name,
                unit_id=unit.pk if here else p.unit_id,
                place=unit.label if here else p.unit.label,
                posts=listed(dict.fromkeys(posts.get(p.pk, ()))),
                rank=rank,
                listed=here or p.unit_id in home or p.pk in also,
            )
        )
    places = {unit.pk: -1} | {p.unit_id: at for at, p in enumerate(rows) if p.unit_id != unit.pk}
    behind = (2, True, LAST_POSITION)
    return sorted(found, key=lambda one: (places[one.unit_id], one.rank or behind))


def chairs_among(people: Iterable[Someone], unit: Unit) -> list[tuple[str, str, int]]:
    """Who may have presided: place, name with posts, key; the unit's own people first. Pure."""
    able = sorted((one for one in people if one.rank is not None), key=lambda one: one.rank)
    return [
        (unit.label if one.rank[0] == 0 else unit.bureau.label, one.label, one.pk) for one in able
    ]


def units_of_chair(unit: Unit, due: Due | None) -> set[int | None]:
    """Where whoever presides may hold her post: the unit, its bureau, and who owes the due."""
    return {unit.pk, unit.bureau_id} | ({due.unit_id} if due is not None else set())


def suggested_chair(unit: Unit, due: Due | None, held_on: date, held: PostsHeld) -> int | None:
    """Who probably presided: the holder of the post that the rule demands, else of the first post.

    Capacities come after posts: a station's chief presides, not its legal reviewer. Who owes the
    due herself is who did it. ``held`` are the posts around ``units_of_chair``. Pure.
    """
    if due is not None and due.person_id is not None:
        return due.person_id
    if due is not None and due.version.presided_by_id:
        there = held.there_on(held_on, units_of_chair(unit, due))
        able = [each for each in there if each.post == due.version.presided_by_id]
        first = min(able, key=lambda each: each.first_day, default=None)
        return first.person if first else None
    # A body has members, not posts: whoever leads the bureau leads it.
    there = held.there_on(held_on, {unit.pk, unit.bureau_id if unit.kind.is_body else unit.pk})
    first = min(
        there,
        key=lambda each: (
            each.unit != unit.pk,
            each.post__is_capacity,
            each.post__position,
            each.first_day,
        ),
        default=None,
    )
    return first.person if first else None


# --- what was before ----------------------------------------------------------------------------


def recent_dues(unit: Unit, today: date) -> list[Due]:
    """The unit's last and running periods with their verdict; first those that wait for a record.

    One query.
    """
    recent = Due.objects.filter(unit=unit, period_first__lte=today, period_last__gte=today - RECENT)
    rows = recent.with_verdict(today).exclude(verdict="not_applicable")
    found = rows.select_related("person", "schedule", "schedule__set", "version").order_by(
        "-period_first", "schedule__position", "pk"
    )
    return sorted(found, key=lambda due: due.verdict not in WAITING)[:MOST_RECENT]


def last_like(unit: Unit, kind_id: int, held_on: date) -> Meeting | None:
    """The unit's last meeting of the kind until that day: one query."""
    return _held_until(unit, kind_id, held_on).first()


def _held_until(unit: Unit, kind_id: int | None, held_on: date) -> QuerySet[Meeting]:
    rows = Meeting.objects.standing().filter(unit=unit, kind=kind_id, held_on__lte=held_on)
    return rows.order_by("-held_on", "-pk")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a unit held before: its newest meetings, and the last one until a day like another."""

    newest: list[Meeting] = field(default_factory=list)
    before: list[Meeting] = field(default_factory=list)

    @classmethod
    def of(
        cls, unit: Unit, kind_id: int | None, held_on: date, *, but: Meeting | None = None
    ) -> "Earlier":
        """The newest meetings of the unit, and the last of the kind until that day: one query.

        ``but`` is never like itself.
        """
        rows = Meeting.objects.standing().filter(unit=unit).order_by("-held_on", "-pk")
        pk = but.pk if but is not None else None
        like = _held_until(unit, kind_id, held_on).exclude(pk=pk)
        wanted = Q(pk__in=rows.values("pk")[:NEWEST]) | Q(pk__in=like.values("pk")[:1])
        found = list(rows.filter(wanted).select_related("kind"))
        before = [each for each in found if each.held_on <= held_on and each.pk != pk]
        return cls(found[:NEWEST], before)

    def last_like(self, kind_id: int | None) -> Meeting | None:
        """The last one of the kind that was asked for, or that all the newest are of."""
        return next((each for each in self.before if each.kind_id == kind_id), None)


def entry_waits(user_id: int, bureau_id: int | None) -> bool:
    """Whether what the user enters waits for an officer: an auxiliary, where the bureau says so.

    One query.
    """
    auxiliary = Person.objects.filter(user=user_id, kind=PersonKind.AUXILIARY.value)
    wishes = BureauSetting.objects.filter(bureau=bureau_id, auxiliary_waits=True)
    return wishes.filter(Exists(auxiliary)).exists()
