"""What an agenda is drawn up from: everything that is open as of a day, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext_lazy

from reports.domain.access import Act
from reports.domain.dues import Verdict
from reports.domain.measures import MeasureStanding
from reports.domain.paper import DOCUMENT_LANGUAGE, numeral
from reports.domain.problems import ENDED
from reports.models import (
    AgendaItem,
    AgendaKind,
    AgendaPaper,
    AgendaPoint,
    Due,
    Measure,
    Meeting,
    Problem,
    Unit,
)
from reports.models.choices import (
    POINT_KIND_LABELS,
    VERDICT_LABELS_BY_WORDS,
    Outcome,
    PointKind,
    ScheduleWords,
    clauses,
    day_label,
    listed,
    period_name,
)
from reports.selectors.bureaus import label_of
from reports.selectors.dues import address_of_dues, dues_for
from reports.selectors.measures import OPEN, measures_for, standing_of, with_last_progress
from reports.selectors.meetings import lacking_evidence, meetings_for
from reports.selectors.problems import problems_for
from reports.selectors.recording import dues_around
from reports.selectors.rules import rhythm_of
from reports.selectors.scope import Scope

# An item that was left over comes back for a year; then somebody must have forgotten it on purpose.
LEFT_FOR = timedelta(days=366)
NAMED = 3  # units that a title names; the note names all of them
MOST_EACH = 15  # problems, or measures, that are a point each; the rest are one together
APART = 2  # periods of a schedule that are a point each; more are put together
TITLE = 200
LEFT = (Outcome.DEFERRED.value, Outcome.NOT_REACHED.value)


@dataclass(frozen=True, slots=True)
class Ref:
    """What a point speaks of, by key; written into a page and read from it again."""

    kind: PointKind = PointKind.OTHER
    problem_id: int | None = None
    measure_id: int | None = None
    due_id: int | None = None
    item_id: int | None = None

    @property
    def code(self) -> str:
        """``measure.0.12.0.0``"""
        keys = (self.problem_id, self.measure_id, self.due_id, self.item_id)
        return ".".join([self.kind.value, *(str(key or 0) for key in keys)])

    @classmethod
    def of(cls, code: str) -> "Ref":
        """The reference a code stands for; ValueError when it stands for none."""
        kind, *keys = code.split(".")
        known = kind in {each.value for each in PointKind}
        if len(keys) != 4 or not known or not all(k.isascii() and k.isdigit() for k in keys):
            raise ValueError(f"no reference: {code}")
        return cls(PointKind(kind), *(int(key[:15]) or None for key in keys))

    @property
    def label(self) -> object:
        """Where the point comes from, in words."""
        return POINT_KIND_LABELS[self.kind]

    @property
    def speaks_of(self) -> bool:
        return any((self.problem_id, self.measure_id, self.due_id, self.item_id))


@dataclass(frozen=True, slots=True)
class Link:
    """A record, or the list of those that were counted; its label speaks the page's language."""

    label: object
    href: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A point that the ledger proposes; title and note are in the language of the document."""

    ref: Ref
    title: str
    note: str = ""
    agenda_kind_id: int | None = None
    involves_law: bool = False
    links: tuple[Link, ...] = ()

    @property
    def key(self) -> tuple[str, int | None]:
        """What makes two points the same; a demanded item is known by its kind."""
        asked = self.agenda_kind_id if self.ref.kind == PointKind.ASKED else None
        return self.ref.code, asked


@dataclass(frozen=True, slots=True)
class Place:
    """Whose business a meeting deals with: a bureau's or one of its bodies' that of all units."""

    unit: Unit

    @property
    def is_whole_bureau(self) -> bool:
        return self.unit.is_bureau or self.unit.kind.is_body

    @property
    def keys(self) -> dict[str, int]:
        """As lists and their addresses take it."""
        if self.is_whole_bureau:
            return {"bureau": self.unit.bureau_id}
        return {"unit": self.unit.pk}


@dataclass(frozen=True, slots=True)
class Proposed:
    """All that is proposed, and since when things are new."""

    points: tuple[Proposal, ...]
    last: Meeting | None
    since: date


def last_held(unit: Unit) -> Meeting | None:
    """The last meeting of the unit that is no submission, with its kind: one query."""
    held = Meeting.objects.standing().filter(unit=unit, kind__is_submission=False)
    return held.select_related("kind").order_by("-held_on", "-pk").first()


def propose(
    scope: Scope,
    unit: Unit,
    kind_id: int,
    *,
    last: Meeting | None,
    agenda_kinds: Iterable[AgendaKind],
    today: date,
    planned_on: date,
    due: Due | None = None,
) -> Proposed:
    """The points of the next meeting of that kind, drawn from what is open today.

    ``last`` is the last one of that kind, ``agenda_kinds`` are those there are, in order.

    In order: what the rules of the dues demand that it could discharge, what was left over,
    problems registered since the last such meeting, measures overdue or without movement, dues
    missed since, evidence lacking. ``unit`` with its kind loaded; the scope limits everything.
    Six queries.
    """
    since = last.held_on if last else date(today.year, 1, 1)
    place = Place(unit)
    with override(DOCUMENT_LANGUAGE):
        left = list(_left_over(unit, kind_id, today))
        worded = {each.title for each in left}
        taken = {ref.problem_id for ref in (each.ref for each in left)}
        set_before = {each.ref.measure_id for each in left}
        missed_before = {each.ref.due_id for each in left}
        points = [
            *_asked(unit, kind_id, agenda_kinds, planned_on, due),
            *left,
            *_together(
                [
                    each
                    for each in _new_problems(scope, place, last, since, today)
                    if each.ref.problem_id not in taken
                ],
                place,
            ),
            *_together(
                [
                    each
                    for each in _standing_still(scope, place, today)
                    if each.ref.measure_id not in set_before
                ],
                place,
            ),
            *(
                each
                for each in _missed(scope, place, since, today)
                if each.ref.due_id not in missed_before
            ),
            *(each for each in _lacking(scope, place, today) if each.title not in worded),
        ]
    return Proposed(tuple(points), last, since)


# --- where points come from ---------------------------------------------------------------------


def _asked(
    unit: Unit,
    kind_id: int,
    agenda_kinds: Iterable[AgendaKind],
    planned_on: date,
    due: Due | None,
) -> Iterator[Proposal]:
    """The items that the rules demand of such a meeting on that day (规定议题)."""
    dues = [
        each
        for each in dues_around(unit, planned_on)
        if each.period_last >= planned_on
        and each.met_on is None
        and each.waived_on is None
        and not each.not_applicable_because
    ]
    if due is not None and due not in dues:
        dues.insert(0, due)
    wanted: dict[int, Due] = {}
    for each in dues:
        version = each.version
        fits = version.meeting_kind_id in {None, kind_id} or (due is not None and each == due)
        # An item that the rule wants before another body cannot be dealt with here.
        here = version.body_id in {None, unit.pk}
        if version.agenda_kind_id and fits and here:
            wanted.setdefault(version.agenda_kind_id, each)
    for kind in agenda_kinds:
        if (each := wanted.get(kind.pk)) is None:
            continue
        yield Proposal(
            Ref(PointKind.ASKED, due_id=each.pk),
            kind.name,
            _("“%(schedule)s”%(period)s规定的议题。")
            % {"schedule": each.schedule.name, "period": _period(each)},
            agenda_kind_id=kind.pk,
            links=(due_link(each),),
        )


def _left_over(unit: Unit, kind_id: int, today: date) -> Iterator[Proposal]:
    """Items of earlier such meetings that were put off, not reached, or left open, and not since.

    One that has no outcome comes back only where the record it speaks of is still open.
    """
    problem_open = Q(problem__isnull=False, problem__cancelled_at=None) & ~Q(
        problem__state__in=[state.value for state in ENDED]
    )
    measure_open = Q(measure__isnull=False, measure__cancelled_at=None) & Q(
        measure__done_on=None, measure__dropped_on=None
    )
    due_open = Q(due__isnull=False, due__met_on=None, due__met_late_on=None) & Q(
        due__waived_on=None, due__not_applicable_because=""
    )
    again = AgendaItem.objects.filter(
        carried_from=OuterRef("pk"), meeting__cancelled_at__isnull=True
    )
    rows = (
        AgendaItem.objects.filter(
            Q(outcome__in=LEFT) | Q(outcome="") & (problem_open | measure_open | due_open),
            ~Exists(again),
            meeting__unit=unit,
            meeting__kind=kind_id,
            meeting__cancelled_at__isnull=True,
            meeting__held_on__lte=today,
            meeting__held_on__gt=today - LEFT_FOR,
        )
        .select_related("meeting")
        .order_by("meeting__held_on", "meeting_id", "position")
    )
    for item in rows:
        meeting = item.meeting
        said = {"day": day_label(meeting.held_on), "meeting": meeting.title}
        if item.outcome == Outcome.DEFERRED:
            note = _("%(day)s%(meeting)s缓议。") % said
        elif item.outcome == Outcome.NOT_REACHED:
            note = _("%(day)s%(meeting)s未议及。") % said
        else:
            note = _("%(day)s%(meeting)s列入议程，尚未办结。") % said
        if item.resolution:
            note = f"{note}\n{item.resolution}"
        yield Proposal(
            Ref(PointKind.CARRIED, item.problem_id, item.measure_id, item.due_id, item.pk),
            item.title,
            note,
            item.kind_id,
            item.involves_law,
            (meeting_link(meeting),),
        )


def _new_problems(
    scope: Scope, place: Place, last: Meeting | None, since: date, today: date
) -> Iterator[Proposal]:
    """Open problems found, or entered, after the last such meeting; not those it raised itself."""
    rows = problems_for(scope, on=today, today=today, state=OPEN, **place.keys)
    rows = rows.filter(
        Q(found_on__gt=since) | Q(recorded_at__date__gt=since, found_on__lte=since),
        as_published=False,
    )
    if last is not None:
        rows = rows.exclude(meeting=last)
    for problem in rows.order_by("found_on", "pk"):
        told = [
            _("%(day)s发现") % {"day": day_label(problem.found_on)},
            _("来源：%(source)s") % {"source": problem.source.name},
            _("牵头单位：%(unit)s") % {"unit": problem.unit.label},
        ]
        if problem.due_then:
            told.append(_("整改期限%(day)s") % {"day": day_label(problem.due_then)})
        yield Proposal(
            Ref(PointKind.PROBLEM, problem_id=problem.pk),
            fitting(_("研究问题：%(title)s") % {"title": problem.title}),
            sentence(told),
            links=(Link(f"{problem.number} {problem.title}", problem.get_absolute_url()),),
        )


def _standing_still(scope: Scope, place: Place, today: date) -> Iterator[Proposal]:
    """Measures past their due day, or without any movement for a month."""
    rows = measures_for(scope, on=today, today=today, state=OPEN, **place.keys)
    for measure in with_last_progress(rows, today):
        how = standing_of(measure, today)
        told = [_("责任单位：%(unit)s") % {"unit": measure.unit.label}]
        if measure.due_then:
            told.append(_("完成期限%(day)s") % {"day": day_label(measure.due_then)})
        if how == MeasureStanding.OVERDUE:
            late = (today - measure.due_then).days
            told.append(ngettext("已逾期%(days)s日", "已逾期%(days)s日", late) % {"days": late})
        elif how != MeasureStanding.NO_MOVEMENT:
            continue
        told.append(
            _("最近进展%(day)s") % {"day": day_label(measure.progress_on)}
            if measure.progress_on
            else _("尚未报告进展")
        )
        yield Proposal(
            Ref(PointKind.MEASURE, measure_id=measure.pk),
            fitting(_("督办措施：%(title)s") % {"title": measure.title}),
            sentence(told),
            links=(Link(measure.title, measure.get_absolute_url()),),
        )


def _together(points: Sequence[Proposal], place: Place) -> Iterator[Proposal]:
    """As they are; what goes beyond what a meeting can speak of one by one is one point."""
    if len(points) <= MOST_EACH:
        yield from points
        return
    shown, rest = points[: MOST_EACH - 1], points[MOST_EACH - 1 :]
    yield from shown
    number, kind = len(rest), rest[0].ref.kind
    if kind == PointKind.PROBLEM:
        title = ngettext("其他新登记的问题%(n)s项", "其他新登记的问题%(n)s项", number)
        address, label = "reports:problem-list", gettext_lazy("问题台账")
    else:
        title = ngettext("其他逾期或无进展的措施%(n)s项", "其他逾期或无进展的措施%(n)s项", number)
        address, label = "reports:measure-list", pgettext_lazy("several", "措施")
    parts = urlencode(place.keys | {"state": OPEN})
    yield Proposal(
        Ref(kind),
        title % {"n": number},
        "\n".join(each.title for each in rest),
        links=(Link(label, f"{reverse(address)}?{parts}"),),
    )


def _missed(scope: Scope, place: Place, since: date, today: date) -> Iterator[Proposal]:
    """Dues that came to be missed since, summed: 一所、二所第12周法制学习未召开."""
    rows = dues_for(scope, on=today, verdicts=[Verdict.MISSED.value], **place.keys)
    rows = rows.filter(awaits_until__gte=since, period_last__lte=today).select_related(
        "unit", "person", "schedule__set", "version"
    )
    schedules: dict[int, dict[date, list[Due]]] = defaultdict(lambda: defaultdict(list))
    for due in rows.order_by(
        "schedule__set__position", "schedule__position", "schedule_id", "period_first", "unit__path"
    ):
        schedules[due.schedule_id][due.period_first].append(due)
    for periods in schedules.values():
        apart = [[dues] for dues in periods.values()]
        groups = apart if len(apart) <= APART else [list(periods.values())]
        for group in groups:
            yield _missed_point(place, group)


def _missed_point(place: Place, group: Sequence[list[Due]]) -> Proposal:
    """One point of the dues of one schedule; each list holds those of one period."""
    dues = [due for period in group for due in period]
    first, newest = group[0][0], group[-1][0]
    who = list(dict.fromkeys(_owner(due) for due in dues))
    told = {
        "who": _named(who),
        "schedule": first.schedule.name,
        "word": VERDICT_LABELS_BY_WORDS[ScheduleWords(first.schedule.words)][Verdict.MISSED],
        "period": _period(first),
    }
    if len(group) == 1:
        title = _("%(who)s%(period)s%(schedule)s%(word)s") % told
        note = sentence([listed(who)]) if len(who) > NAMED else ""
    else:
        told["n"] = len(group)
        title = ngettext(
            "%(who)s%(schedule)s%(n)s期%(word)s", "%(who)s%(schedule)s%(n)s期%(word)s", len(group)
        )
        title %= told
        note = "\n".join(
            _("%(period)s：%(names)s。")
            % {"period": _period(period[0]), "names": listed(_owner(due) for due in period)}
            for period in group
        )
    return Proposal(
        Ref(PointKind.DUE, due_id=newest.pk),
        fitting(title),
        note,
        links=(missed_link(place, dues) if len(dues) > 1 else due_link(first),),
    )


def _lacking(scope: Scope, place: Place, today: date) -> Iterator[Proposal]:
    """One point for all meetings of the year that lack expected evidence, unit by unit."""
    rows = meetings_for(scope, on=today, year=today.year, **place.keys)
    counts = list(
        lacking_evidence(rows)
        .order_by()
        .values("unit", "unit__name", "unit__short_name", "unit__path")
        .annotate(number=Count("pk"))
        .order_by("unit__path")
    )
    number = sum(row["number"] for row in counts)
    if not number:
        return
    title = ngettext(
        "督促补交会议材料：%(n)s次会议缺少材料",
        "督促补交会议材料：%(n)s次会议缺少材料",
        number,
    ) % {"n": number}
    names = [
        _("%(unit)s%(n)s次")
        % {"unit": row["unit__short_name"] or row["unit__name"], "n": row["number"]}
        for row in counts
    ]
    yield Proposal(
        Ref(PointKind.EVIDENCE),
        title,
        sentence([listed(names)]) if len(names) > 1 or place.is_whole_bureau else "",
        links=(lacking_link(place, today.year),),
    )


def _owner(due: Due) -> str:
    return due.person.name if due.person_id else due.unit.label


def _named(who: Sequence[str]) -> str:
    if len(who) <= NAMED:
        return listed(who)
    told = {"names": listed(who[:NAMED]), "n": len(who)}
    return _("%(names)s等%(n)s个") % told


def _period(due: Due) -> str:
    """第12周, without its days."""
    return period_name(rhythm_of(due.version, due.schedule.set).name_of(due.numbered))


def sentence(parts: Iterable[object]) -> str:
    """Parts as a sentence with its end."""
    return _("%(text)s。") % {"text": clauses(parts)}


def fitting(title: str) -> str:
    """A title as long as a column holds."""
    return title if len(title) <= TITLE else f"{title[: TITLE - 1]}…"


# --- where the records are ----------------------------------------------------------------------


def due_link(due: Due) -> Link:
    """One due with its period."""
    label = lazy(lambda: f"{due.schedule.name} · {label_of(due)}", str)()
    return Link(label, due.get_absolute_url())


def meeting_link(meeting: Meeting) -> Link:
    """A meeting with its day."""
    label = lazy(lambda: f"{meeting.title} · {day_label(meeting.held_on)}", str)()
    return Link(label, meeting.get_absolute_url())


def missed_link(place: Place, dues: Sequence[Due]) -> Link:
    """The list of exactly these dues of one schedule, as long as nothing is entered for them."""
    address = address_of_dues(
        verdicts=[Verdict.MISSED.value],
        schedule=dues[0].schedule_id,
        from_day=min(due.period_last for due in dues),
        to_day=max(due.period_first for due in dues),
        **place.keys,
    )
    name, number = dues[0].schedule.name, len(dues)
    label = lazy(lambda: f"{name} · {number_label(number)}", str)()
    return Link(label, address)


def period_link(place: Place, due: Due) -> Link:
    """The list of the dues of all units in that period: one point may speak of several."""
    address = address_of_dues(
        schedule=due.schedule_id, from_day=due.period_last, to_day=due.period_first, **place.keys
    )
    return Link(lazy(lambda: f"{due.schedule.name} · {label_of(due)}", str)(), address)


def number_label(number: int) -> str:
    """How many dues: 5项."""
    return ngettext("%(n)s项", "%(n)s项", number) % {"n": number}


def lacking_link(place: Place, year: int) -> Link:
    """The list of the meetings that lack evidence."""
    parts = urlencode(place.keys | {"year": year})
    return Link(gettext_lazy("缺少的材料"), f"{reverse('reports:evidence-lacking')}?{parts}")


# --- papers -------------------------------------------------------------------------------------


def papers_for(
    scope: Scope,
    *,
    year: int | None = None,
    bureau: int | None = None,
    unit: int | None = None,
) -> QuerySet[AgendaPaper]:
    """The agenda papers of a scope; ``year`` is that of the planned day.

    ``points_count`` says how many points each has, ``held_then`` and ``meeting_pk`` when and as
    what it was recorded.
    """
    rows = scope.limit(AgendaPaper.objects.all())
    wanted = {"planned_on__year": year, "bureau": bureau, "unit": unit}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    held = Meeting.objects.standing().filter(paper=OuterRef("pk"))
    return rows.annotate(
        points_count=Count("points"),
        held_then=Subquery(held.values("held_on")[:1]),
        meeting_pk=Subquery(held.values("pk")[:1]),
    ).select_related("unit", "bureau", "kind")


def meeting_of(paper: AgendaPaper) -> Meeting | None:
    """The meeting that was recorded from the paper and stands; a cancelled one is none."""
    return Meeting.objects.standing().filter(paper=paper).first()


def came_out_of(meeting: Meeting, scope: Scope) -> list[Problem | Measure]:
    """The problems and measures that a meeting led to, as far as the user may see them.

    Two queries.
    """
    problems = scope.limit(Problem.objects.standing().filter(meeting=meeting)).order_by("pk")
    measures = scope.limit(Measure.objects.standing().filter(meeting=meeting)).order_by("pk")
    return [*problems, *measures]


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point of a paper, what it speaks of as far as the user may see it, and its outcome."""

    point: AgendaPoint
    links: tuple[Link, ...]
    item: AgendaItem | None = None

    @property
    def note_lines(self) -> list[str]:
        """What is told of it, line by line."""
        return [line.strip() for line in self.point.note.splitlines() if line.strip()]

    @property
    def numeral(self) -> str:
        """Its number on paper: 一, 十二."""
        return numeral(self.point.position)


def points_of(
    paper: AgendaPaper, scope: Scope, *, meeting: Meeting | None = None
) -> list[PointRow]:
    """The points of a paper in their order; with ``meeting``, what was decided on each.

    Two queries, three with a meeting. ``paper`` with unit and its kind loaded.
    """
    points = list(
        paper.points.select_related(
            "agenda_kind",
            "problem__unit",
            "problem__bureau",
            "measure__unit",
            "measure__bureau",
            "due__unit",
            "due__bureau",
            "due__version",
            "due__schedule__set",
            "item__meeting__unit",
            "item__meeting__bureau",
        ).order_by("position")
    )
    items: dict[str, AgendaItem] = {}
    if meeting is not None:
        items = {item.title: item for item in meeting.agenda.order_by("-position")}
    return [
        PointRow(point, links_of(point, scope, paper), items.get(point.title)) for point in points
    ]


def links_of(point: AgendaPoint, scope: Scope, paper: AgendaPaper) -> tuple[Link, ...]:
    """Where the records of a point are found; those outside the scope are left out."""
    found = []
    if point.item is not None and scope.may(Act.READ, point.item.meeting):
        found.append(meeting_link(point.item.meeting))
    if (problem := point.problem) is not None and scope.may(Act.READ, problem):
        found.append(Link(f"{problem.number} {problem.title}", problem.get_absolute_url()))
    if (measure := point.measure) is not None and scope.may(Act.READ, measure):
        found.append(Link(measure.title, measure.get_absolute_url()))
    if point.due is not None and scope.may(Act.READ, point.due):
        place = Place(paper.unit)
        alone = point.kind != PointKind.DUE or not place.is_whole_bureau
        alone = alone or point.due.unit_id == paper.unit_id
        found.append(due_link(point.due) if alone else period_link(place, point.due))
    if point.kind == PointKind.EVIDENCE:
        found.append(lacking_link(Place(paper.unit), paper.planned_on.year))
    return tuple(found)


def beyond(scope: Scope, refs: Iterable[Ref], *, known: Iterable[Ref] = ()) -> set[Ref]:
    """Which of the references do not exist or lie outside the scope; four queries at most.

    ``known`` are those that the paper holds already: they stay whoever edits it.
    """
    old = set(known)
    asked = {ref for ref in refs if ref.speaks_of and ref not in old}
    return {
        ref
        for name, rows in (
            ("problem_id", Problem.objects.all()),
            ("measure_id", Measure.objects.all()),
            ("due_id", Due.objects.all()),
        )
        for ref in _unseen(asked, name, scope.limit(rows))
    } | _unseen_items(scope, asked)


def _unseen(asked: set[Ref], name: str, rows: QuerySet[Model]) -> set[Ref]:
    keys = {getattr(ref, name) for ref in asked} - {None}
    if not keys:
        return set()
    seen = {None, *rows.filter(pk__in=keys).values_list("pk", flat=True)}
    return {ref for ref in asked if getattr(ref, name) not in seen}


def _unseen_items(scope: Scope, asked: set[Ref]) -> set[Ref]:
    seen = scope.limit(Meeting.objects.all()).values("pk")
    return _unseen(asked, "item_id", AgendaItem.objects.filter(meeting__in=seen))


def ref_of(point: AgendaPoint) -> Ref:
    """What a stored point speaks of."""
    return Ref(
        PointKind(point.kind), point.problem_id, point.measure_id, point.due_id, point.item_id
    )


def proposal_of(row: PointRow) -> Proposal:
    """A stored point as the form shows it."""
    point = row.point
    return Proposal(
        ref_of(point),
        point.title,
        point.note,
        point.agenda_kind_id,
        point.involves_law,
        row.links,
    )


def not_yet_on(paper_points: Iterable[Proposal], proposed: Proposed) -> Proposed:
    """What is proposed now and not on the paper already."""
    there = {each.key for each in paper_points}
    return replace(
        proposed, points=tuple(each for each in proposed.points if each.key not in there)
    )
