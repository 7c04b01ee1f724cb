"""The year loop: what last year's report admitted and promised is answered for one by one."""

from dataclasses import replace
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.measures import MeasureDraft, set_measure
from reports.actions.problems import ProblemDraft, move_problem, register_problem
from reports.actions.refusals import Refused
from reports.domain.problems import OPEN, ProblemMove, ProblemState
from reports.domain.promises import (
    AgainstDecision,
    MergeTarget,
    reasons_against_ending,
    reasons_against_merging,
    reasons_against_taking_on,
)
from reports.models import AnnualReport, Measure, Problem, ProblemSource, Promise, Unit
from reports.models.choices import (
    AGAINST_DECISION_SENTENCES,
    PROMISE_DECISION_LABELS,
    PromiseDecision,
)
from reports.selectors.promises import GIVEN, found_in

# Where a problem that an annual report admitted is registered from.
LAST_REPORT = "last_report"
MOVES_OVER = OPEN - {ProblemState.SUBMITTED, ProblemState.AWAITING_ABOVE}


class CannotGather(Refused):
    """Nothing can be carried over from last year's report."""


class CannotDecide(Refused):
    """The decision is not allowed, with every reason."""


@transaction.atomic
def gather_promises(
    *, bureau: Unit, year: int, by: User | None, at: datetime, today: date
) -> list[Promise]:
    """Set out what the report of the year before admitted and promised, one row a thing.

    Safe to repeat: what is there stays as it is and only what is new is added; gives back the new
    rows. Refuses a year that has not begun, and a report that is missing or not yet signed.
    """
    list(Unit.objects.select_for_update().filter(pk=bureau.pk).values_list("pk"))
    if year > today.year:
        raise CannotGather([AGAINST_DECISION_SENTENCES[AgainstDecision.YEAR_NOT_BEGUN]])
    report = AnnualReport.objects.annual().filter(bureau=bureau, year=year - 1).first()
    if report is None:
        raise CannotGather([_("没有%(year)s年度的报告，无从列出。") % {"year": year - 1}])
    if report.state not in GIVEN:
        raise CannotGather([_("%(year)s年度的报告尚未签发，签发后再列出。") % {"year": year - 1}])
    there: dict[str, dict[str, int]] = {}
    for kind, text, position in Promise.objects.filter(report=report).values_list(
        "kind", "text", "position"
    ):
        there.setdefault(kind, {})[text] = position
    made = []
    for kind, found in found_in(report).items():
        known = there.setdefault(kind.value, {})
        for each in found:
            if each.text in known:
                continue
            known[each.text] = max(known.values(), default=0) + 1
            made.append(
                Promise(
                    bureau=bureau,
                    year=year,
                    report=report,
                    sentence_id=each.sentence,
                    kind=kind.value,
                    position=known[each.text],
                    text=each.text,
                    earlier_problem_id=each.problem,
                    earlier_measure_id=each.measure,
                    recorded_at=at,
                    recorded_by=by,
                )
            )
    bulk_create(Promise, made, by=by, at=at)
    return made


@transaction.atomic
def take_on_as_problem(
    *,
    promise_id: int,
    draft: ProblemDraft,
    by: User,
    at: datetime,
    today: date,
    move_earlier: bool = False,
) -> Promise:
    """Register what was admitted as a problem of the year, linked to its origin.

    The source is last year's report whatever the draft says; the problem the report spoke of is
    the one it repeats. With ``move_earlier`` that one, where it is still open, is merged into the
    new one with its measures. Refuses another bureau, a day outside the year, and what registering
    refuses.
    """
    promise = _undecided(promise_id, by)
    reasons = reasons_against_taking_on(year=promise.year, begins_on=draft.found_on)
    _refuse(reasons, foreign=draft.unit.bureau_id != promise.bureau_id)
    earlier = promise.earlier_problem
    report = promise.report
    problem = register_problem(
        replace(
            draft,
            source=_last_report(),
            source_document=report.title[:120],
            source_day=report.issued_on or report.signed_on,
            repeats=earlier if earlier and earlier.year < promise.year else None,
        ),
        by=by,
        at=at,
        today=today,
    )
    if move_earlier and earlier is not None and may_move_over(earlier):
        move_problem(
            problem_id=earlier.pk,
            move=ProblemMove.MERGE,
            on=draft.found_on,
            by=by,
            at=at,
            today=today,
            reason=_("转入%(year)s年度继续整改。") % {"year": promise.year},
            target=problem,
        )
    promise.problem = problem
    return _decide(promise, PromiseDecision.TAKEN_ON, by=by, today=today)


def _last_report() -> ProblemSource:
    """The source of what a report admitted; a ledger begun without it gets it."""
    source, _made = ProblemSource.objects.get_or_create(
        code=LAST_REPORT, defaults={"name": _("上年度报告")}
    )
    return source


def may_move_over(earlier: Problem) -> bool:
    """Whether the earlier problem is open, at hand, and moves by itself."""
    return (
        not earlier.is_cancelled
        and ProblemState(earlier.state) in MOVES_OVER
        and not earlier.children.standing().filter(counts=True).exists()
    )


@transaction.atomic
def take_on_as_measure(
    *, promise_id: int, draft: MeasureDraft, by: User, at: datetime, today: date
) -> Promise:
    """Set what was promised as a plan item of the year. Refuses as ``take_on_as_problem``."""
    promise = _undecided(promise_id, by)
    reasons = reasons_against_taking_on(year=promise.year, begins_on=draft.set_on)
    _refuse(reasons, foreign=draft.unit.bureau_id != promise.bureau_id)
    promise.measure = set_measure(replace(draft, plan_year=promise.year), by=by, at=at, today=today)
    return _decide(promise, PromiseDecision.TAKEN_ON, by=by, today=today)


@transaction.atomic
def merge_promise(
    *,
    promise_id: int,
    by: User,
    today: date,
    problem: Problem | None = None,
    measure: Measure | None = None,
) -> Promise:
    """What is at work already answers for it: a problem or a measure of the bureau."""
    promise = _undecided(promise_id, by)
    record = problem or measure
    target = record and MergeTarget(record.bureau_id == promise.bureau_id, _is_gone(record))
    _refuse(reasons_against_merging(target))
    promise.problem, promise.measure = problem, measure
    return _decide(promise, PromiseDecision.MERGED, by=by, today=today)


@transaction.atomic
def end_promise(
    *, promise_id: int, decision: PromiseDecision, reason: str, by: User, today: date
) -> Promise:
    """Done already, with what was done; or dropped, with the reason. Either must be said."""
    promise = _undecided(promise_id, by)
    _refuse(reasons_against_ending(decision.value, reason))
    promise.reason = reason.strip()
    return _decide(promise, decision, by=by, today=today)


@transaction.atomic
def take_back_decision(*, promise_id: int) -> Promise:
    """Open the question again. Its former answer stays in the history of the row.

    Refuses while a problem or measure that was made for it stands: that is cancelled first.
    """
    promise = Promise.objects.select_for_update(of=("self",)).get(pk=promise_id)
    if not promise.decision:
        raise CannotDecide([_("该事项还没有处理。")])
    made = promise.problem or promise.measure
    if promise.decision == PromiseDecision.TAKEN_ON and not made.is_cancelled:
        raise CannotDecide([_("已为该事项建立记录“%(what)s”，须先作废该记录。") % {"what": made}])
    promise.decision, promise.reason, promise.decided_on = "", "", None
    promise.decided_by = promise.problem = promise.measure = None
    promise.save()
    return promise


def _undecided(promise_id: int, by: User) -> Promise:
    """The row, locked; of two who decide the second is told what the first did."""
    promise = Promise.objects.select_for_update(of=("self",)).get(pk=promise_id)
    if promise.decision:
        who = promise.decided_by
        told = {
            "who": (who.get_full_name() or who.get_username()) if who else _("他人"),
            "decision": PROMISE_DECISION_LABELS[PromiseDecision(promise.decision)],
        }
        if who == by:
            raise CannotDecide([_("该事项已处理为“%(decision)s”。") % told])
        raise CannotDecide([_("%(who)s已将该事项处理为“%(decision)s”，请核对。") % told])
    return promise


def _decide(promise: Promise, decision: PromiseDecision, *, by: User, today: date) -> Promise:
    promise.decision, promise.decided_on, promise.decided_by = decision.value, today, by
    promise.save()
    return promise


def _is_gone(record: Problem | Measure) -> bool:
    if record.is_cancelled:
        return True
    if isinstance(record, Measure):
        return record.dropped_on is not None
    return record.state in {ProblemState.MERGED, ProblemState.DISMISSED}


def _refuse(reasons: list[AgainstDecision], *, foreign: bool = False) -> None:
    codes = [*reasons, *([AgainstDecision.TARGET_FOREIGN] if foreign else [])]
    if codes:
        raise CannotDecide([AGAINST_DECISION_SENTENCES[code] for code in codes])
