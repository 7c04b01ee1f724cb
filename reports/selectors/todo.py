"""What waits for a person: one list, silent when there is nothing to say.

The list is one query over everything, and so is its count. What waits for somebody on leave waits
for the deputy, too, as far as the deputy may do it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from reports.domain.access import Act, Role
from reports.domain.problems import LEFT_OUT, ProblemClass, ProblemState
from reports.domain.summaries import PublicState
from reports.models import (
    AnnualReport,
    Due,
    Extension,
    Measure,
    Membership,
    Problem,
    Promise,
    PublicForm,
    SecrecyStep,
    SuperiorTask,
)
from reports.selectors.certificates import bureaus_with_certificates_to_renew
from reports.selectors.evidence import returned_to
from reports.selectors.measures import silent_on
from reports.selectors.meetings import to_confirm
from reports.selectors.notices import NoticeWaits, notices_waiting
from reports.selectors.problem_facts import VERIFYING
from reports.selectors.promises import GIVEN
from reports.selectors.report_reading import (
    comments_waiting,
    hand_ins_due,
    reports_to_review,
    reports_to_sign,
)
from reports.selectors.rounds import look_backs_due, rounds_waiting
from reports.selectors.scope import Scope
from reports.selectors.waivers import requests_to_decide

SOON = timedelta(days=14)  # a duty of the whole year need not wait in the list from January on
HAND_IN_SOON = timedelta(days=30)
EVIDENCE_FOR = timedelta(days=92)  # what has lacked papers for longer is on its own list
MOST_ROWS = 2000  # more are counted and not read
NEVER = date(9999, 12, 31)  # of what has no day: it sorts behind everything that has one
AT_WORK = (ProblemState.ASSIGNED, ProblemState.IN_HAND, ProblemState.NEARLY_DONE)


class Waiting(StrEnum):
    """Why something waits; of two with the same day the former comes first."""

    RECORD = "record"
    CONFIRM = "confirm"
    RETURNED = "returned"
    NOTICE_RECEIVE = "notice_receive"
    NOTICE_REPLY = "notice_reply"
    NOTICE_APPROVE = "notice_approve"
    NOTICE_END = "notice_end"
    REPLY = "reply"
    MEASURE = "measure"
    TASK = "task"
    WORK = "work"
    SECOND_KEY = "second_key"
    VERIFY = "verify"
    ABOVE = "above"
    ASSIGN = "assign"
    EXTENSION = "extension"
    WAIVER = "waiver"
    ROUND = "round"
    LOOK_BACK = "look_back"
    REVIEW = "review"
    SILENT = "silent"
    REPORT_REVIEW = "report_review"
    SIGN = "sign"
    HAND_IN = "hand_in"
    COMMENT = "comment"
    PUBLIC_CHECK = "public_check"
    PUBLIC_APPROVE = "public_approve"
    GATHER = "gather"
    PROMISE = "promise"
    EVIDENCE = "evidence"
    CERTIFICATE = "certificate"


class Shape(NamedTuple):
    """Which columns of a kind make its line: by when, its words, its unit, and what else it says.

    ``other`` is a second day: since when, or of an extension until when. ``key`` leads to a page.
    """

    what: object
    unit: object
    day: str = ""
    other: str = ""
    note: str = ""
    tag: str = ""
    key: str = ""


_PROBLEM = {"what": "title", "unit": "unit_id", "tag": "number"}
_NOTICE = {"what": "title", "unit": "unit_id", "tag": "number", "other": "drafted_on"}
_DUE = {"what": "schedule__name", "unit": "unit_id"}
_REPORT = Shape("title", "bureau_id")
SHAPES: dict[Waiting, Shape] = {
    Waiting.RECORD: Shape(**_DUE, day="period_last", other="awaits_until"),
    Waiting.CONFIRM: Shape("title", "unit_id", other="held_on"),
    Waiting.RETURNED: Shape("title", "unit_id", note="review_note", tag="kind", key="meeting_pk"),
    Waiting.NOTICE_RECEIVE: Shape(**_NOTICE, day="answer_by"),
    Waiting.NOTICE_REPLY: Shape(**_NOTICE, day="answer_by"),
    Waiting.NOTICE_APPROVE: Shape(**_NOTICE),
    Waiting.NOTICE_END: Shape(**_NOTICE),
    Waiting.REPLY: Shape(
        **_PROBLEM, day="reply_due_on", other="received_on", note="source_document"
    ),
    Waiting.MEASURE: Shape("title", "unit_id", day="due_on"),
    Waiting.TASK: Shape("title", "unit_id", day="due_on", note="document"),
    Waiting.WORK: Shape(**_PROBLEM, day="due_on", note="state"),
    Waiting.SECOND_KEY: Shape(**_PROBLEM, day="due_on"),
    Waiting.VERIFY: Shape(**_PROBLEM, day="due_on"),
    Waiting.ABOVE: Shape(**_PROBLEM, day="due_on", note="raised_by"),
    Waiting.ASSIGN: Shape(**_PROBLEM, day="due_on", other="found_on"),
    Waiting.EXTENSION: Shape(
        Coalesce("measure__title", "problem__title"),
        Coalesce("measure__unit_id", "problem__unit_id"),
        day="old_due_on",
        other="new_due_on",
    ),
    Waiting.WAIVER: Shape("due__schedule__name", "due__unit_id", note="reason", key="due_id"),
    Waiting.ROUND: Shape(
        "problem__title",
        "problem__unit_id",
        day="round__due_on",
        note="round__title",
        tag="problem__number",
        key="round_id",
    ),
    Waiting.LOOK_BACK: Shape(**_PROBLEM, day="look_back_on"),
    Waiting.REVIEW: Shape(**_PROBLEM, day="review_on"),
    Waiting.SILENT: Shape("title", "unit_id", other="moved_on"),
    Waiting.REPORT_REVIEW: _REPORT,
    Waiting.SIGN: _REPORT,
    Waiting.HAND_IN: Shape(
        "report__title", "report__bureau_id", day="due_on", note="addressee", key="report_id"
    ),
    Waiting.COMMENT: Shape(
        "text",
        "paragraph__section__report__bureau_id",
        note="paragraph__section__heading",
        key="paragraph__section__report_id",
    ),
    Waiting.PUBLIC_CHECK: Shape("report__title", "report__bureau_id", key="report_id"),
    Waiting.PUBLIC_APPROVE: Shape("report__title", "report__bureau_id", key="report_id"),
    Waiting.GATHER: _REPORT,
    Waiting.PROMISE: Shape("text", "bureau_id"),
    Waiting.EVIDENCE: Shape(**_DUE, other="period_last"),
    Waiting.CERTIFICATE: Shape("name", "pk", day="renew_by", key="to_renew"),
}
_NOTICES = {
    NoticeWaits.APPROVE: Waiting.NOTICE_APPROVE,
    NoticeWaits.RECEIVE: Waiting.NOTICE_RECEIVE,
    NoticeWaits.REPLY: Waiting.NOTICE_REPLY,
    NoticeWaits.END: Waiting.NOTICE_END,
}


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """One kind of thing that waits, as a queryset; ``instead_of``: for whom the user stands in."""

    why: Waiting
    rows: QuerySet
    instead_of: str = ""


def waiting_for(scope: Scope, *, today: date) -> list[WaitingGroup]:
    """Everything that waits for the user of the scope on that day; no query is run yet.

    After the user's own comes what waits for each person on leave for whom the user stands in.
    """
    groups = _of_one(scope, today)
    for name, lent in scope.stands_in:
        groups += [replace(group, instead_of=name) for group in _of_one(lent, today)]
    return groups


def _of_one(scope: Scope, today: date) -> list[WaitingGroup]:
    found = {
        **_meetings(scope, today),
        **_problems(scope, today),
        **_measures(scope, today),
        **_decisions(scope, today),
        **_year(scope, today),
        **_people(scope, today),
    }
    return [WaitingGroup(why, rows) for why, rows in found.items()]


def _meetings(scope: Scope, today: date) -> dict[Waiting, QuerySet]:
    if not scope.allows(Act.RECORD_MEETING):
        return {}
    own = _own_dues(scope)
    running = Q(period_last__gte=today, period_last__lte=today + SOON)
    to_record = own.filter(running | Q(period_last__lt=today), awaits_until__gte=today)
    return {
        Waiting.RECORD: to_record.filter(period_first__lte=today)
        .with_verdict(today)
        .filter(verdict__in=["open", "awaiting"]),
        Waiting.CONFIRM: to_confirm(scope),
        Waiting.EVIDENCE: own.filter(lacks_evidence__gt=0, period_last__gte=today - EVIDENCE_FOR),
        Waiting.RETURNED: returned_to(_own_units(scope)),
    }


def _own_dues(scope: Scope) -> QuerySet[Due]:
    """The dues that the user's own unit records: a legal officer's are those of the bureau."""
    own = Q(pk__in=[])
    for g in scope.grants:
        if g.role == Role.CLERK:
            own |= Q(unit=g.unit_id)
        elif g.role == Role.LEGAL_OFFICER and g.bureau_id:
            own |= Q(unit=g.bureau_id)
    return Due.objects.filter(own)


def _own_units(scope: Scope) -> list[int]:
    """The units whose work the user does: the clerk's, and the legal officer's unit and bureau."""
    clerk = [g.unit_id for g in scope.grants if g.role == Role.CLERK]
    legal = [g for g in scope.grants if g.role == Role.LEGAL_OFFICER and g.bureau_id]
    return sorted({*clerk, *(g.bureau_id for g in legal), *(g.unit_id for g in legal)})


def _problems(scope: Scope, today: date) -> dict[Waiting, QuerySet]:
    standing = Problem.objects.standing().filter(as_published=False)
    moving = standing.filter(follows=False)
    found = {}
    if scope.allows(Act.SUBMIT_PROBLEM):
        own = moving.filter(unit__in=_own_units(scope))
        found[Waiting.WORK] = own.filter(state__in=AT_WORK)
    if scope.allows(Act.ASSIGN_PROBLEM):
        here = scope.limit(moving, Act.ASSIGN_PROBLEM)
        found[Waiting.ASSIGN] = here.filter(state=ProblemState.REGISTERED)
        found[Waiting.REPLY] = (
            scope.limit(Problem.objects.standing(), Act.ASSIGN_PROBLEM)
            .filter(reply_due_on__lte=today + SOON, replied_on__isnull=True)
            .exclude(state__in=[state.value for state in LEFT_OUT])
        )
    if scope.allows(Act.VERIFY_PROBLEM):
        here = scope.limit(moving, Act.VERIFY_PROBLEM)
        found[Waiting.VERIFY] = _to_verify(here, scope)
        found[Waiting.REVIEW] = scope.limit(standing, Act.VERIFY_PROBLEM).filter(
            kind=ProblemClass.STANDING, review_on__lte=today, state__in=STILL_OPEN
        )
    if scope.allows(Act.CLOSE_PROBLEM):
        here = scope.limit(moving, Act.CLOSE_PROBLEM)
        found[Waiting.ABOVE] = here.filter(state=ProblemState.AWAITING_ABOVE).exclude(
            submitted_by=scope.user_id
        )
    if scope.allows(Act.SECOND_KEY):
        here = _to_verify(scope.limit(moving, Act.SECOND_KEY), scope)
        found[Waiting.SECOND_KEY] = here.filter(~Exists(_other_verifiers(today)))
    if scope.allows(Act.RUN_LOOK_BACK):
        found[Waiting.LOOK_BACK] = look_backs_due(scope, today)
    if scope.reads_anything:
        # Whoever was ordered to check, whatever the role.
        found[Waiting.ROUND] = rounds_waiting(scope, today)
    return found


STILL_OPEN = [
    state.value for state in ProblemState if state not in LEFT_OUT and state != ProblemState.CLOSED
]


def _to_verify(rows: QuerySet, scope: Scope) -> QuerySet:
    """Submitted by others; of the bureau's own also led by others: three names."""
    rows = rows.filter(state=ProblemState.SUBMITTED).exclude(submitted_by=scope.user_id)
    return rows.exclude(leader__user=scope.user_id, raised_from_above=False)


def _other_verifiers(today: date) -> QuerySet[Membership]:
    """Who in the bureau could verify: the SQL voice of ``problem_facts.others_verify``."""
    able = Membership.objects.valid_on(today).filter(
        role__in=VERIFYING, unit__bureau=OuterRef("bureau"), user__is_active=True
    )
    return able.filter(
        ~Q(user=Coalesce(OuterRef("submitted_by"), 0)),
        ~Q(user=Coalesce(OuterRef("leader__user"), 0)),
    )


def _measures(scope: Scope, today: date) -> dict[Waiting, QuerySet]:
    if not scope.allows(Act.REPORT_PROGRESS):
        return {}
    own = Measure.objects.standing().filter(unit__in=_own_units(scope), as_published=False)
    by = today + SOON
    tasks = SuperiorTask.objects.filter(cancelled_at__isnull=True, done_on__isnull=True)
    return {
        Waiting.TASK: scope.limit(tasks, Act.SET_MEASURE).filter(due_on__lte=by),
        Waiting.MEASURE: own.open_on(today).filter(due_on__lte=by),
        Waiting.SILENT: silent_on(own.filter(Q(due_on__isnull=True) | Q(due_on__gt=by)), today),
    }


def _decisions(scope: Scope, today: date) -> dict[Waiting, QuerySet]:
    found = {_NOTICES[what]: rows for what, rows in notices_waiting(scope, today).items()}
    if scope.allows(Act.GRANT_EXTENSION) and not scope.holds(Role.SUPERVISOR):
        measures = scope.limit(Measure.objects.standing(), Act.GRANT_EXTENSION)
        problems = scope.limit(Problem.objects.standing(), Act.GRANT_EXTENSION)
        found[Waiting.EXTENSION] = Extension.objects.filter(
            Q(measure__in=measures.values("pk")) | Q(problem__in=problems.values("pk")),
            decided_on__isnull=True,
        ).exclude(recorded_by=scope.user_id)
    if scope.allows(Act.WAIVE_DUE):
        found[Waiting.WAIVER] = requests_to_decide(scope)
    return found


def _year(scope: Scope, today: date) -> dict[Waiting, QuerySet]:
    """What the turn of the year brings: reports on their way, promises to be answered for."""
    found = {}
    reports = AnnualReport.objects.all()
    forms = PublicForm.objects.filter(report__is_current=True)
    if scope.allows(Act.SIGN_REPORT):
        here = scope.limit(reports, Act.SIGN_REPORT)
        found[Waiting.REPORT_REVIEW] = reports_to_review(scope, here, today)
        found[Waiting.SIGN] = reports_to_sign(scope, here, today)
        found[Waiting.PUBLIC_APPROVE] = forms.filter(
            report__in=here.values("pk"), state=PublicState.SECOND_CHECKED.value
        )
    if scope.allows(Act.CHECK_SECRECY):
        here = scope.limit(reports, Act.CHECK_SECRECY)
        # Who checked first is not the one to check again.
        mine = SecrecyStep.objects.filter(form=OuterRef("pk"), recorded_by=scope.user_id)
        found[Waiting.PUBLIC_CHECK] = forms.filter(
            ~Exists(mine), report__in=here.values("pk"), state=PublicState.SELF_CHECKED.value
        )
    if scope.allows(Act.COMPILE_REPORT):
        here = scope.limit(reports, Act.COMPILE_REPORT)
        found[Waiting.HAND_IN] = hand_ins_due(here, today + HAND_IN_SOON)
        found[Waiting.COMMENT] = comments_waiting(here)
    if scope.allows(Act.CARRY_OVER):
        set_out = Promise.objects.filter(report=OuterRef("pk"))
        found[Waiting.GATHER] = scope.limit(reports, Act.CARRY_OVER).filter(
            ~Exists(set_out), state__in=GIVEN, year=today.year - 1
        )
        found[Waiting.PROMISE] = scope.limit(Promise.objects.all(), Act.CARRY_OVER).filter(
            decision="", year__lte=today.year
        )
    return found


def _people(scope: Scope, today: date) -> dict[Waiting, QuerySet]:
    """One line a bureau for all certificates that must be renewed."""
    if not scope.allows(Act.MANAGE_PEOPLE):
        return {}
    return {Waiting.CERTIFICATE: bureaus_with_certificates_to_renew(scope, today)}


# --- counted and read ---------------------------------------------------------------------------


def count_waiting(scope: Scope, *, today: date) -> int:
    """How many things wait: one query whatever the roles. What waits twice counts once."""
    parts = [
        group.rows.order_by()
        .annotate(w_why=Value(group.why.value, CharField()), w_pk=F("pk"))
        .values_list("w_why", "w_pk")
        for group in waiting_for(scope, today=today)
    ]
    if not parts:
        return 0
    return parts[0].union(*parts[1:]).count() if len(parts) > 1 else parts[0].count()


class WaitingRow(NamedTuple):
    """One thing that waits, as the query over everything gives it; see ``Shape``."""

    why: Waiting
    pk: int
    day: date | None
    other: date | None
    what: str
    unit: int
    note: str
    tag: str
    key: int | None
    instead_of: str


COLUMNS = ("why", "pk", "day", "other", "what", "unit", "note", "tag", "key", "instead_of")


def _columns(group: WaitingGroup) -> QuerySet:
    """The rows of a kind in the columns that all kinds share."""
    shape = SHAPES[group.why]

    def day_of(name: str):
        known = Coalesce(name, Value(NEVER)) if name else Value(NEVER)
        return Cast(known, DateField())

    def text_of(name: object):
        return Cast(F(name) if isinstance(name, str) else name, TextField())

    nothing = Value("", TextField())
    return (
        group.rows.order_by()
        .annotate(
            w_why=Value(group.why.value, TextField()),
            w_pk=Cast("pk", BigIntegerField()),
            w_day=day_of(shape.day),
            w_other=day_of(shape.other),
            w_what=text_of(shape.what),
            w_unit=Cast(shape.unit, BigIntegerField()),
            w_note=text_of(shape.note) if shape.note else nothing,
            w_tag=text_of(shape.tag) if shape.tag else nothing,
            w_key=Cast(shape.key or Value(0), BigIntegerField()),
            w_instead_of=Value(group.instead_of, TextField()),
        )
        .values_list(*(f"w_{name}" for name in COLUMNS))
    )


def rows_waiting(scope: Scope, *, today: date, only: Waiting | None = None) -> list[WaitingRow]:
    """Everything that waits, most urgent first: by its day, then by kind. One query.

    What waits for the user and for a person on leave is the user's own. Not more than
    ``MOST_ROWS`` are read, those due first.
    """
    groups = [g for g in waiting_for(scope, today=today) if only in (None, g.why)]
    parts = [_columns(group) for group in groups]
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    found: dict[tuple[Waiting, int], WaitingRow] = {}
    for row in map(_row, rows.order_by("w_day")[:MOST_ROWS]):
        at = (row.why, row.pk)
        if at not in found or not row.instead_of:
            found[at] = row
    order = {why: place for place, why in enumerate(Waiting)}
    return sorted(found.values(), key=lambda row: (row.day or NEVER, order[row.why], row.pk))


def _row(values: tuple) -> WaitingRow:
    why, pk, day, other, what, unit, note, tag, key, instead_of = values
    return WaitingRow(
        Waiting(why),
        pk,
        None if day == NEVER else day,
        None if other == NEVER else other,
        what,
        unit,
        note,
        tag,
        key or None,
        instead_of,
    )


def first_of_each(
    rows: Iterable[WaitingRow], most: int
) -> tuple[list[WaitingRow], dict[Waiting, int]]:
    """The first rows of each kind in their order, and how many there are of the kinds cut short."""
    rows = list(rows)
    numbers = Counter(row.why for row in rows)
    seen: Counter[Waiting] = Counter()
    kept = []
    for row in rows:
        seen[row.why] += 1
        if seen[row.why] <= most:
            kept.append(row)
    return kept, {why: n for why, n in numbers.items() if n > most}
