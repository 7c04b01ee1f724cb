"""Notices (督办单): as a list, as one page, what waits for whom, and what one may be about."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from reports.domain.access import MAY, Act, Role
from reports.domain.dues import Verdict
from reports.domain.notices import (
    NoticeFacts,
    NoticeMove,
    NoticeState,
    NoticeStep,
    days_late,
    notice_step,
)
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.problems import ProblemMove
from reports.models import (
    Appointment,
    Evidence,
    EvidenceUse,
    IssuingOffice,
    Notice,
    NoticeItem,
    Person,
    Problem,
    Reply,
    Unit,
)
from reports.models import NoticeMove as NoticeMoveRow
from reports.models import ProblemMove as ProblemMoveRow
from reports.models.choices import VERDICT_LABELS_BY_WORDS, day_label, listed
from reports.selectors.bureaus import label_of
from reports.selectors.dues import dues_for
from reports.selectors.measures import measures_for
from reports.selectors.minutes import full_name
from reports.selectors.problems import problems_for
from reports.selectors.scope import Scope

OUT = (NoticeState.APPROVED.value, NoticeState.RECEIVED.value)
REPLIED = (NoticeState.ANSWERED.value, NoticeState.ENDED.value)


class NoticeWaits(StrEnum):
    """What a notice waits for."""

    APPROVE = "approve"
    RECEIVE = "receive"
    REPLY = "reply"
    END = "end"


def notices_waiting(scope: Scope, today: date) -> dict[NoticeWaits, QuerySet[Notice]]:
    """The notices that wait for the user of the scope, by what they wait for; no query is run.

    To be signed: drafts of others at offices of one's own level; to be received and replied to:
    those to the unit one keeps; to be ended: those answered to one's own office, and for the legal
    officer those from above that her bureau answered. Only what the roles allow is a key.
    """
    rows = Notice.objects.filter(cancelled_at__isnull=True, drafted_on__lte=today)
    found = {}
    if scope.allows(Act.APPROVE_NOTICE):
        own = NoticeMoveRow.objects.filter(
            notice=OuterRef("pk"), to_state=NoticeState.DRAFT.value, recorded_by=scope.user_id
        )
        found[NoticeWaits.APPROVE] = rows.filter(
            offices_at_hand(scope, Act.APPROVE_NOTICE), ~Exists(own), state=NoticeState.DRAFT.value
        )
    if scope.allows(Act.ANSWER_NOTICE):
        mine = rows.filter(unit__in=_kept_units(scope))
        found[NoticeWaits.RECEIVE] = mine.filter(state=NoticeState.APPROVED.value)
        found[NoticeWaits.REPLY] = mine.filter(state=NoticeState.RECEIVED.value)
    if scope.allows(Act.ISSUE_NOTICE):
        above = Q(pk__in=[])
        for g in scope.grants:
            if Act.RECORD_SIGNED_DECISION in MAY[g.role] and g.bureau_id:
                above |= Q(office__isnull=True, bureau=g.bureau_id)
        found[NoticeWaits.END] = rows.filter(
            offices_at_hand(scope, Act.ISSUE_NOTICE) | above, state=NoticeState.ANSWERED.value
        )
    return found


def offices_at_hand(scope: Scope, act: Act, prefix: str = "office__") -> Q:
    """Notices (or with an empty prefix offices) of the user's own level: of the bureau, or of the
    units above the bureaus. A supervisor may act for any bureau, but is not expected to."""
    found = Q(pk__in=[])
    for g in scope.grants:
        if act not in MAY[g.role] or g.kind == "none":
            continue
        if g.kind == "tree":
            path = {
                f"{prefix}unit__path__gte": g.path,
                f"{prefix}unit__path__lt": g.path_end,
                f"{prefix}unit__bureau__isnull": True,
            }
            found |= Q(**path)
        elif g.kind == "bureau":
            found |= Q(**{f"{prefix}unit__bureau": g.bureau_id})
        else:
            path = f"{prefix}unit__path"
            found |= Q(**{f"{path}__gte": g.path, f"{path}__lt": g.path_end})
    return found


def _kept_units(scope: Scope) -> list[int]:
    """The units that the user answers for: the clerk's own, and of the legal officer the bureau."""
    clerk = {g.unit_id for g in scope.grants if g.role == Role.CLERK}
    legal = [g for g in scope.grants if g.role == Role.LEGAL_OFFICER and g.bureau_id]
    return sorted(clerk | {g.bureau_id for g in legal} | {g.unit_id for g in legal})


# --- who may ------------------------------------------------------------------------------------


def may_issue(scope: Scope, notice: Notice) -> bool:
    """Whether the user acts for its issuer: changes the draft, sends back, ends, cancels.

    For one from above, which nobody here issued, it is who records decisions made on paper. Wants
    ``office__unit__bureau``, ``unit`` and ``bureau`` loaded, as the following do.
    """
    if notice.office is None:
        return scope.may(Act.RECORD_SIGNED_DECISION, notice)
    return scope.may(Act.ISSUE_NOTICE, notice.office.unit)


def may_approve(scope: Scope, notice: Notice) -> bool:
    """Whether the role lets the user sign it; that drafters never do is a rule of its own."""
    return notice.office is not None and scope.may(Act.APPROVE_NOTICE, notice.office.unit)


def may_record_approval(scope: Scope, notice: Notice) -> bool:
    """Whether the user may record that it was signed on paper: who acts for the issuer."""
    return notice.office is not None and may_issue(scope, notice)


def may_step(scope: Scope, notice: Notice, step: NoticeStep) -> bool:
    """Whether the role allows a step of the table."""
    if not step.by_issuer:
        return scope.may(step.act, notice)
    if step.move == NoticeMove.APPROVE:
        return may_approve(scope, notice)
    return may_issue(scope, notice)


def offices_for(scope: Scope) -> QuerySet[IssuingOffice]:
    """The offices in whose name the user may draft: those of her own level."""
    found = IssuingOffice.objects.filter(offices_at_hand(scope, Act.ISSUE_NOTICE, prefix=""))
    return found.select_related("unit__bureau").order_by("unit__path", "name")


def units_to_urge(scope: Scope, act: Act, *, today: date) -> QuerySet[Unit]:
    """The units that a notice may go to: bureaus and what is below them, within the scope."""
    units = scope.units(act).filter(bureau__isnull=False).existing_on(today)
    return units.select_related("bureau").in_order()


def signing_units(office: IssuingOffice) -> list[int]:
    """The units whose people sign for an office: its own, the one above it, and its bureau."""
    unit = office.unit
    return sorted({pk for pk in (unit.pk, unit.parent_id, unit.bureau_id) if pk is not None})


def holders_since(units: Iterable[int], day: date) -> QuerySet[Person]:
    """Who held a post of the units on that day or later; on which days is asked when it is known.

    Heads come before others: in the order of the posts.
    """
    terms = Appointment.objects.filter(unit__in=list(units)).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=day)
    )
    ranked = terms.select_related("post").order_by("post__is_capacity", "post__position", "pk")
    own = ranked.filter(person=OuterRef("pk"))
    return (
        Person.objects.filter(pk__in=terms.values("person_id"))
        .annotate(
            is_capacity=Subquery(own.values("post__is_capacity")[:1]),
            rank=Subquery(own.values("post__position")[:1]),
        )
        .select_related("unit")
        .prefetch_related(Prefetch("appointments", ranked, to_attr="held"))
        .order_by("is_capacity", "rank", "pk")
    )


# --- the list -----------------------------------------------------------------------------------

OPEN = "open"
LATE, LATE_WAITING, LATE_ANSWERED = "late", "waiting", "answered"


def notices_for(
    scope: Scope | None,
    *,
    on: date,
    today: date,
    bureau: int | None = None,
    unit: int | None = None,
    year: int | None = None,
    state: str = "",
    late: str = "",
    cancelled: bool = False,
) -> QuerySet[Notice]:
    """The notices of a scope (None: all) as of a day, with ``state_then`` and ``answered_then``.

    ``state``: ``open`` (neither ended nor cancelled), one of the states, or empty for all. With
    ``year``: those drafted or signed in it, and those from before that had not ended. ``late``:
    past its day without an answer (``waiting``), answered after it (``answered``), or either
    (``late``). Cancelled ones are left out unless asked for.
    """
    rows = Notice.objects.all()
    if not cancelled:
        rows = rows.filter(cancelled_at__isnull=True)
    if scope is not None:
        rows = scope.limit(rows)
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    if unit is not None:
        rows = rows.filter(unit=unit)
    rows = with_state(rows.filter(drafted_on__lte=on), on, today)
    if state == OPEN:
        rows = rows.exclude(state_then=NoticeState.ENDED.value)
    elif state:
        rows = rows.filter(state_then=state)
    if year is not None:
        rows = rows.filter(
            Q(drafted_on__year=year)
            | Q(approved_on__year=year)
            | Q(drafted_on__year__lt=year) & ~Q(state_then=NoticeState.ENDED.value)
        )
    waiting = Q(state_then__in=OUT, answer_by__lt=on)
    answered = Q(answered_then__gt=F("answer_by"))
    if late in (LATE, LATE_WAITING, LATE_ANSWERED):
        rows = rows.filter(
            {LATE: waiting | answered, LATE_WAITING: waiting, LATE_ANSWERED: answered}[late]
        )
    return (
        rows.annotate(
            issuer=Case(
                When(office__isnull=True, then=F("issued_by")),
                default=F("office__name"),
                output_field=CharField(),
            ),
            as_of=Value(on, output_field=DateField()),
        )
        .select_related("office", "unit", "bureau")
        .order_by("-drafted_on", "-pk")
    )


def with_state(rows: QuerySet[Notice], on: date, today: date) -> QuerySet[Notice]:
    """``state_then``, ``approved_then`` and ``answered_then``; of an earlier day from the steps
    made by then."""
    if on >= today:
        return rows.annotate(
            state_then=F("state"), approved_then=F("approved_on"), answered_then=F("answered_on")
        )
    steps = NoticeMoveRow.objects.filter(notice=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
    answered = steps.filter(to_state=NoticeState.ANSWERED.value)
    rows = rows.annotate(state_then=Subquery(steps.values("to_state")[:1]))
    return rows.annotate(
        approved_then=Case(
            When(approved_on__lte=on, then=F("approved_on")), output_field=DateField()
        ),
        answered_then=Case(
            When(state_then__in=REPLIED, then=Subquery(answered.values("on")[:1])),
            output_field=DateField(),
        ),
    )


def late_days(notice: Notice, on: date) -> int:
    """How many days late it was answered, or is not yet, as of a day; wants ``state_then``."""
    state = getattr(notice, "state_then", notice.state)
    if notice.is_cancelled or state in (None, NoticeState.DRAFT):
        return 0
    answered = getattr(notice, "answered_then", notice.answered_on)
    return days_late(notice.answer_by, answered, on)


# --- one notice ---------------------------------------------------------------------------------


@dataclass(slots=True)
class ItemRecord:
    """One item with its replies; ``answered``: since it was last sent back."""

    item: NoticeItem
    replies: list[Reply] = field(default_factory=list)
    answered: bool = False
    subject: str = ""
    href: str = ""

    @property
    def last(self) -> Reply | None:
        return self.replies[-1] if self.replies else None


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """Everything the page of a notice shows beside its own fields, as of a day."""

    items: list[ItemRecord]
    moves: list[NoticeMoveRow]
    scans: list[Evidence]

    def facts(self, notice: Notice) -> NoticeFacts:
        return facts_from(notice, self.items, self.moves)


def items_of(notice: Notice) -> list[NoticeItem]:
    """The items of a notice in order, with all that tells what they are about: one query."""
    items = notice.items.select_related(
        "problem__unit",
        "problem__bureau",
        "measure__unit",
        "measure__bureau",
        "due__unit",
        "due__bureau",
        "due__schedule__set",
        "due__version",
        "due__person",
    )
    return list(items.order_by("position"))


def notice_record(
    notice: Notice, scope: Scope | None, *, on: date | None = None, files: bool = False
) -> NoticeRecord:
    """Its items, replies and steps made by a day (None: all): three queries.

    What an item is about is a link only where the scope lets it be read. With ``files`` each reply
    has its files in ``files``, and ``scans`` are what the notice itself was recorded from: one
    query more.
    """
    moves = notice.moves.select_related("recorded_by").order_by("pk")
    replies = Reply.objects.filter(item__notice=notice)
    if on is not None:
        moves, replies = moves.filter(on__lte=on), replies.filter(on__lte=on)
    steps = list(moves)
    said = defaultdict(list)
    for reply in replies.select_related("approved_by", "recorded_by").order_by("pk"):
        reply.files = []
        said[reply.item_id].append(reply)
    since = sent_back_at(steps)
    records = []
    for item in items_of(notice):
        found = said[item.pk]
        fresh = any(since is None or reply.recorded_at > since for reply in found)
        subject, href = subject_of(item, scope)
        records.append(ItemRecord(item, found, fresh, subject, href))
    replied = {reply.pk: reply for found in said.values() for reply in found}
    scans = _files(notice, scope, replied) if files and scope is not None else []
    return NoticeRecord(records, steps, scans)


def _files(notice: Notice, scope: Scope, replied: dict[int, Reply]) -> list[Evidence]:
    """Puts the files that the scope shows onto the replies, and gives those of the notice."""
    readable = scope.limit(Evidence.objects.all()).values("pk")
    uses = EvidenceUse.objects.filter(
        Q(notice=notice) | Q(reply__in=list(replied)),
        evidence__cancelled_at__isnull=True,
        evidence__in=readable,
    )
    scans = []
    for use in uses.select_related("evidence").order_by("pk"):
        if use.reply_id is None:
            scans.append(use.evidence)
        else:
            replied[use.reply_id].files.append(use.evidence)
    return scans


def subject_of(item: NoticeItem, scope: Scope | None) -> tuple[str, str]:
    """What an item is about in words, and its address where the scope lets it be read."""
    about = item.problem or item.measure or item.due
    if about is None:
        return "", ""
    if item.problem:
        words = _("问题 %(number)s %(title)s") % {
            "number": item.problem.number,
            "title": item.problem.title,
        }
    elif item.measure:
        words = _("措施 %(title)s") % {"title": item.measure.title}
    else:
        words = f"{item.due.schedule.name} {label_of(item.due)}"
    readable = scope is not None and scope.may(Act.READ, about)
    return words, about.get_absolute_url() if readable else ""


def sent_back_at(moves: Iterable[NoticeMoveRow]):
    """The moment it was last sent back; None if it never was. The steps in their order."""
    before, found = "", None
    for move in moves:
        if (before, move.to_state) == (NoticeState.ANSWERED.value, NoticeState.RECEIVED.value):
            found = move.recorded_at
        before = move.to_state
    return found


def facts_from(
    notice: Notice, items: Iterable[ItemRecord], moves: Iterable[NoticeMoveRow]
) -> NoticeFacts:
    """What the rules ask of it, from what was read of it. A reply is a step, too. Pure."""
    moves, items = list(moves), list(items)
    replied = [reply.on for record in items for reply in record.replies]
    draft = NoticeState.DRAFT.value
    return NoticeFacts(
        state=NoticeState(notice.state),
        drafted_on=notice.drafted_on,
        answer_by=notice.answer_by,
        drafters=frozenset(
            move.recorded_by_id for move in moves if move.to_state == draft and move.recorded_by_id
        ),
        last_step_on=max([move.on for move in moves] + replied, default=None),
        answered=tuple(record.answered for record in items),
        from_above=notice.office_id is None,
    )


def possible_steps(scope: Scope, notice: Notice) -> list[NoticeStep]:
    """The steps from here that the role allows, in the order of the table."""
    state = NoticeState(notice.state)
    steps = (notice_step(move, state) for move in NoticeMove)
    return [step for step in steps if step is not None and may_step(scope, notice, step)]


# --- what a notice may be about -----------------------------------------------------------------


class Why(StrEnum):
    """Why something is offered for a notice, in the order of the page."""

    CHOSEN = "chosen"
    PROBLEM_OVERDUE = "problem_overdue"
    PROBLEM_RETURNED = "problem_returned"
    MEASURE_OVERDUE = "measure_overdue"
    DUE_MISSED = "due_missed"


MOST_OFFERED = 40
A_YEAR = timedelta(days=365)
WORDS_OF_DEMAND = 300


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing a notice may be about, with the demand in words; ``running`` names a notice that
    demands it already and has not ended."""

    why: Why
    kind: str  # "problem", "measure", "due"
    pk: int
    title: str
    unit: str
    note: str
    demand: str
    running: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.pk}"


@dataclass(frozen=True, slots=True)
class Offers:
    """All that is offered, by why; ``more`` are the kinds of which only the first are."""

    rows: tuple[Offer, ...] = ()
    more: frozenset[Why] = frozenset()


def offers_for(
    scope: Scope,
    unit: Unit,
    *,
    today: date,
    problem: Problem | None = None,
    items: Iterable[NoticeItem] = (),
    but: int | None = None,
) -> Offers:
    """What is overdue or was returned in a unit, and what was chosen besides: four queries.

    Of a bureau: its problems and measures with those of its units, and the dues it owes itself;
    dues of the last year. ``problem`` is offered whether overdue or not, so are the ``items`` of a
    draft with the words they have there. ``but``: the draft itself, which is no other notice.
    """
    place = {"bureau": unit.pk} if unit.is_bureau else {"unit": unit.pk}
    most = MOST_OFFERED + 1
    last = ProblemMoveRow.objects.filter(problem=OuterRef("pk")).order_by("-on", "-pk")
    late = Q(due_then__lt=today, as_published=False)
    sent_back = Q(last_move__in=[ProblemMove.RETURN.value, ProblemMove.REOPEN.value])
    problems = problems_for(scope, on=today, today=today, state="open", **place).annotate(
        last_move=Subquery(last.values("move")[:1]),
        last_on=Subquery(last.values("on")[:1]),
        is_late=Case(When(late, then=Value(True)), default=Value(False)),
    )
    problems = problems.filter(late | sent_back)
    undone = measures_for(scope, on=today, today=today, overdue=True, **place)
    missed = dues_for(scope, on=today, unit=unit.pk, verdicts=[Verdict.MISSED.value]).filter(
        period_last__gte=today - A_YEAR
    )
    missed = missed.select_related("unit", "schedule__set", "version", "person").order_by(
        "-period_last", "schedule__position", "pk"
    )
    found: dict[str, tuple[Why, object]] = {}
    more = set()
    for why, kind, rows in (
        (Why.PROBLEM_OVERDUE, "problem", problems.order_by("-is_late", "due_then", "pk")),
        (Why.MEASURE_OVERDUE, "measure", undone),
        (Why.DUE_MISSED, "due", missed),
    ):
        shown = list(rows[:most])
        for row in shown[:MOST_OFFERED]:
            returned = kind == "problem" and not row.is_late
            found[f"{kind}-{row.pk}"] = (Why.PROBLEM_RETURNED if returned else why, row)
        if len(shown) == most:
            # Of problems in one query: the last kind of them that is shown goes on.
            more.add(found[f"{kind}-{shown[-2].pk}"][0])
    if problem is not None:
        found.setdefault(f"problem-{problem.pk}", (Why.CHOSEN, problem))
    words = {}
    for item in items:
        for kind in ("problem", "measure", "due"):
            if about := getattr(item, kind):
                key = f"{kind}-{about.pk}"
                found.setdefault(key, (Why.CHOSEN, about))
                words[key] = item.demand
    running = _running(found, but)
    return Offers(
        tuple(
            _offer(key, why, row, today, words.get(key), running.get(key, ""))
            for key, (why, row) in sorted(found.items(), key=lambda each: _ORDER[each[1][0]])
        ),
        frozenset(more),
    )


_ORDER = {why: place for place, why in enumerate(Why)}


def _running(found: dict[str, tuple[Why, object]], but: int | None) -> dict[str, str]:
    """Of each key the notice that demands it and has not ended: one query."""
    keys = defaultdict(list)
    for key in found:
        kind, pk = key.split("-")
        keys[kind].append(int(pk))
    if not keys:
        return {}
    about = Q(pk__in=[])
    for kind, pks in keys.items():
        about |= Q(**{f"{kind}__in": pks})
    items = NoticeItem.objects.filter(about, notice__cancelled_at__isnull=True)
    items = items.exclude(notice__state=NoticeState.ENDED.value).exclude(notice=but)
    running = {}
    for item in items.select_related("notice").order_by("pk"):
        kind, pk = next((k, getattr(item, f"{k}_id")) for k in keys if getattr(item, f"{k}_id"))
        running[f"{kind}-{pk}"] = str(item.notice)
    return running


def _offer(key: str, why: Why, row, today: date, demand: str | None, running: str) -> Offer:
    kind, pk = key.split("-")
    title = f"{row.schedule.name} {label_of(row)}" if kind == "due" else row.title
    if kind == "problem":
        title = f"{row.number} {row.title}"
    if demand is None:
        with override(DOCUMENT_LANGUAGE):
            demand = demand_of(kind, why, row, today)[:WORDS_OF_DEMAND]
    owner = row.owner if kind == "due" else row.unit.label
    return Offer(
        why, kind, int(pk), title, str(owner), _note(kind, why, row, today), demand, running
    )


def _note(kind: str, why: Why, row, today: date) -> str:
    """How it stands, in the language of the page."""
    if kind == "due":
        return (
            str(VERDICT_LABELS_BY_WORDS[row.schedule.words][row.verdict])
            if why != Why.CHOSEN
            else ""
        )
    if why == Why.PROBLEM_RETURNED:
        return _("%(day)s退回") % {"day": day_label(row.last_on)}
    due = getattr(row, "due_then", row.due_on)
    if due is None or due >= today:
        return ""
    late = (today - due).days
    said = {"day": day_label(due), "n": late}
    return ngettext("%(day)s到期，逾期%(n)s天", "%(day)s到期，逾期%(n)s天", late) % said


def demand_of(kind: str, why: Why, row, today: date) -> str:
    """The demand on one thing, as the notice words it until somebody words it otherwise."""
    if kind == "due":
        said = {
            "schedule": row.schedule.name,
            "period": label_of(row),
            "verdict": VERDICT_LABELS_BY_WORDS[row.schedule.words][Verdict.MISSED],
        }
        return _("%(schedule)s%(period)s%(verdict)s，请说明原因并提出改进措施。") % said
    said = {"title": row.title}
    if kind == "problem":
        said["number"] = row.number
    due = getattr(row, "due_then", row.due_on)
    said["day"] = day_label(due) if due else ""
    if kind == "measure":
        if due is None:
            return _("措施“%(title)s”请抓紧落实，报告进展情况。") % said
        return _("措施“%(title)s”应于%(day)s前完成，至今未完成，请抓紧落实并报告完成情况。") % said
    if why == Why.PROBLEM_RETURNED:
        said["day"] = day_label(row.last_on)
        return (
            _("问题“%(title)s”（编号%(number)s）于%(day)s被退回，请按要求整改到位后重新提交核查。")
            % said
        )
    if due is not None and due < today:
        return (
            _(
                "问题“%(title)s”（编号%(number)s）整改期限为%(day)s，至今未销号，请抓紧整改并说明逾期原因。"
            )
            % said
        )
    return _("问题“%(title)s”（编号%(number)s）请抓紧整改，报告整改进展情况。") % said


# --- on paper -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One line of the table: its number, the demand, and what the unit says so far."""

    number: int
    demand: str
    reply: tuple[str, ...]
    reply_day: str


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """Everything the notice and its return slip say, in order; what is not known is empty."""

    title: str
    mark: str
    number: str
    to: str
    subject: str
    text: tuple[str, ...]
    items: tuple[PaperItem, ...]
    answer_by: str
    approver: str
    issuer: str
    day: str
    slip_title: str
    receiver: str
    received_day: str
    head: str
    answered_day: str
    late: str
    ended: str


def notice_paper(notice: Notice, *, today: date) -> NoticePaper:
    """A notice in the language of the document: three queries.

    Wants office, unit, bureau, approver and receiver loaded.
    """
    with override(DOCUMENT_LANGUAGE):
        record = notice_record(notice, None)
        signed = next(
            (m.recorded_by for m in record.moves if m.to_state == NoticeState.APPROVED), None
        )
        late = days_late(notice.answer_by, notice.answered_on, today)
        last = [each.last for each in record.items if each.last is not None]
        return NoticePaper(
            title=_("督办单"),
            mark=_mark(notice),
            number=notice.number,
            to=full_name(notice.unit, notice.bureau),
            subject=notice.title,
            text=tuple(line.strip() for line in notice.text.splitlines() if line.strip()),
            items=tuple(_paper_item(each) for each in record.items),
            answer_by=day_label(notice.answer_by),
            approver=_approver(notice, signed),
            issuer=notice.office.name if notice.office else notice.issued_by,
            day=day_label(notice.approved_on) if notice.approved_on else "",
            slip_title=_("督办单回执"),
            receiver=_name(notice.received_by),
            received_day=day_label(notice.received_on) if notice.received_on else "",
            head=listed(dict.fromkeys(reply.approved_by.name for reply in last)),
            answered_day=day_label(notice.answered_on) if notice.answered_on else "",
            late=(
                ngettext("逾期%(n)s天回复", "逾期%(n)s天回复", late) % {"n": late}
                if late and notice.answered_on
                else ""
            ),
            ended=notice.ended_note,
        )


def _mark(notice: Notice) -> str:
    if notice.is_cancelled:
        return _("已作废")
    if notice.state == NoticeState.DRAFT:
        return _("拟稿，未签发")
    return _("据来文登记") if notice.office_id is None else ""


def _approver(notice: Notice, signed) -> str:
    """Who signed it; whoever has no record as a person is named by the login."""
    if notice.office_id is None or notice.approved_on is None:
        return ""
    return notice.approver.name if notice.approver else _name(signed)


def _name(user) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def _paper_item(record: ItemRecord) -> PaperItem:
    said = record.last
    return PaperItem(
        number=record.item.position,
        demand=record.item.demand,
        reply=tuple(said.text.splitlines()) if said else (),
        reply_day=day_label(said.on) if said else "",
    )
