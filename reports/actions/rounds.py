"""Rounds of later checks (回头看检查): ordered, sampled, checked item by item, ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.problems import look_back
from reports.actions.refusals import Refused
from reports.domain.look_backs import Worked, free_checkers, reasons_against_ending
from reports.domain.problems import LookBackResult, ProblemState
from reports.models import LookBack, LookBackItem, LookBackRound, Person, Problem, Unit
from reports.models.choices import (
    AGAINST_ENDING_SENTENCES,
    LOOK_BACK_RESULT_LABELS,
    day_label,
    listed,
)
from reports.selectors.problem_facts import login_of
from reports.selectors.rounds import items_so_far, running


class CannotOrderRound(Refused):
    """The round cannot be ordered, changed or cancelled like this."""


class CannotSample(Refused):
    """The sample cannot be chosen like this."""


class CannotCheckItem(Refused):
    """The result cannot be entered."""


class CannotEndRound(Refused):
    """The round cannot be ended yet, or not any more."""


@dataclass(frozen=True, slots=True)
class RoundDraft:
    """A round as ordered: by which paper, from when until when, and who checks."""

    bureau: Unit
    title: str
    ordered_on: date
    due_on: date
    checkers: tuple[Person, ...]
    document_number: str = ""


@transaction.atomic
def order_round(draft: RoundDraft, *, by: User, at: datetime, today: date) -> LookBackRound:
    """Order a round of later checks.

    Refuses an empty title, nobody who checks, a checker of another bureau, a day in the future, a
    due day before it, and the same round once more.
    """
    reasons = _against(draft, today)
    twin = LookBackRound.objects.filter(
        bureau=draft.bureau,
        title=draft.title.strip(),
        ordered_on=draft.ordered_on,
        cancelled_at__isnull=True,
    )
    if not reasons and twin.exists():
        reasons.append(_("同一天已部署同名的检查。"))
    if reasons:
        raise CannotOrderRound(reasons)
    made = LookBackRound.objects.create(
        bureau=draft.bureau,
        year=draft.ordered_on.year,
        title=draft.title.strip(),
        document_number=draft.document_number.strip(),
        ordered_on=draft.ordered_on,
        due_on=draft.due_on,
        recorded_at=at,
        recorded_by=by,
    )
    made.checkers.set(draft.checkers)
    return made


@transaction.atomic
def edit_round(*, round_id: int, draft: RoundDraft, today: date) -> LookBackRound:
    """Correct the order of a running round; who has checked an item stays a checker."""
    found = _running(round_id, CannotOrderRound)
    reasons = _against(draft, today)
    kept = {each.pk for each in draft.checkers}
    checked = Person.objects.filter(look_backs__item__round=found).exclude(pk__in=kept).distinct()
    if names := [person.name for person in checked.order_by("pk")]:
        reasons.append(
            _("%(names)s已录有检查结果，不能从检查人员中去掉。") % {"names": listed(names)}
        )
    first = items_so_far(found).filter(look_back__isnull=False).order_by("look_back__on").first()
    if first and draft.ordered_on > first.look_back.on:
        reasons.append(_("部署日期晚于已有的检查日期。"))
    if draft.ordered_on.year != found.year:
        reasons.append(_("部署日期不能改到别的年度；请作废后重新部署。"))
    if reasons:
        raise CannotOrderRound(reasons)
    found.title, found.document_number = draft.title.strip(), draft.document_number.strip()
    found.ordered_on, found.due_on = draft.ordered_on, draft.due_on
    found.save()
    found.checkers.set(draft.checkers)
    return found


@transaction.atomic
def choose_sample(*, round_id: int, chosen: Collection[int], shown: Collection[int]) -> int:
    """Take the ``chosen`` of the ``shown`` problems into the sample, and the others of them out.

    What was not shown stays as it is; what has its result stays in. Gives the size of the sample.
    A problem of another bureau does not exist. Refuses one that is not closed or that another
    running round checks, and one that none of the checkers may check because they submitted or
    verified it.
    """
    found = _running(round_id, CannotSample)
    present = dict(found.items.values_list("problem_id", "look_back_id"))
    wanted = [pk for pk in dict.fromkeys(chosen) if pk in set(shown) and pk not in present]
    problems = Problem.objects.select_for_update().filter(pk__in=wanted, bureau=found.bureau_id)
    problems = problems.order_by("pk")
    new = list(problems)
    checkers = list(found.checkers.order_by("pk"))
    elsewhere = set(
        LookBackItem.objects.filter(
            problem__in=wanted,
            look_back__isnull=True,
            round__in=running(LookBackRound.objects.all()).values("pk"),
        ).values_list("problem_id", flat=True)
    )
    reasons = [reason for each in new for reason in _against_item(each, checkers, elsewhere)]
    if len(new) < len(wanted):
        # Its words are not told to who typed its key.
        reasons.append(_("所选的问题中有的不是本局的问题。"))
    if reasons:
        raise CannotSample(reasons)
    out = [pk for pk in shown if pk in present and present[pk] is None and pk not in chosen]
    found.items.filter(problem__in=out, look_back__isnull=True).delete()
    LookBackItem.objects.bulk_create(LookBackItem(round=found, problem=each) for each in new)
    return found.items.count()


@transaction.atomic
def check_item(
    *,
    item_id: int,
    on: date,
    result: LookBackResult,
    checker: Person,
    note: str,
    by: User,
    at: datetime,
    today: date,
    due_on: date | None = None,
) -> LookBack:
    """Enter what was found of one item; what did not hold is re-opened.

    Refuses an item that has its result, a checker who was not ordered to check, a day before the
    order, and whatever ``look_back`` refuses: who submitted or verified it does not check it.
    """
    found = _running(LookBackItem.objects.values_list("round_id", flat=True).get(pk=item_id))
    item = LookBackItem.objects.select_for_update().get(pk=item_id)
    if item.look_back_id is not None:
        raise CannotCheckItem([_already_checked(item)])
    reasons = []
    if not found.checkers.filter(pk=checker.pk).exists():
        reasons.append(_("%(name)s不是本次检查的检查人员。") % {"name": checker.name})
    if on < found.ordered_on:
        reasons.append(_("检查日期早于部署日期。"))
    if reasons:
        raise CannotCheckItem(reasons)
    item.look_back = look_back(
        problem_id=item.problem_id,
        on=on,
        result=result,
        note=note,
        by=by,
        at=at,
        today=today,
        checker=checker,
        due_on=due_on,
    )
    item.save()
    return item.look_back


@transaction.atomic
def end_round(*, round_id: int, on: date, conclusion: str, today: date) -> LookBackRound:
    """End a round with what it found as a whole, when every item has its result."""
    found = _running(round_id, CannotEndRound)
    days = [day for (day,) in found.items.values_list("look_back__on") if day is not None]
    against = reasons_against_ending(
        items=found.items.count(),
        checked=len(days),
        conclusion=conclusion,
        on=on,
        ordered_on=found.ordered_on,
        today=today,
        last_check_on=max(days, default=None),
    )
    if against:
        raise CannotEndRound([AGAINST_ENDING_SENTENCES[each] for each in against])
    found.ended_on, found.conclusion = on, conclusion.strip()
    found.save()
    return found


@transaction.atomic
def cancel_round(*, round_id: int, because: str, by: User, at: datetime) -> LookBackRound:
    """A round ordered by mistake: stays visible with the reason, and nothing waits for it.

    What was found of its items happened and stays with the problems.
    """
    found = LookBackRound.objects.select_for_update().get(pk=round_id)
    if found.is_cancelled:
        raise CannotOrderRound([_("该检查已作废。")])
    if not because.strip():
        raise CannotOrderRound([_("请写明作废原因。")])
    found.cancelled_at, found.cancelled_by = at, by
    found.cancelled_because = because.strip()
    found.save()
    return found


def _running(round_id: int, refusal: type[Refused] = CannotCheckItem) -> LookBackRound:
    found = LookBackRound.objects.select_for_update().get(pk=round_id)
    if found.is_cancelled:
        raise refusal([_("该检查已作废，不能再办理。")])
    if found.ended_on is not None:
        raise refusal([_("该检查已经结束，不能再办理。")])
    return found


def _against(draft: RoundDraft, today: date) -> list[str]:
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写名称。"))
    if not draft.checkers:
        reasons.append(_("请选择检查人员。"))
    if draft.bureau.bureau_id != draft.bureau.pk:
        reasons.append(_("回头看检查由分局部署。"))
    if any(each.unit.bureau_id != draft.bureau.pk for each in draft.checkers):
        reasons.append(_("检查人员须是本局人员。"))
    if draft.ordered_on > today:
        reasons.append(_("部署日期不能晚于今天。"))
    if draft.due_on < draft.ordered_on:
        reasons.append(_("完成期限早于部署日期。"))
    return reasons


def _against_item(
    problem: Problem, checkers: Sequence[Person], elsewhere: Collection[int]
) -> list[str]:
    told = {"number": problem.number, "title": problem.title}
    if problem.is_cancelled or problem.state != ProblemState.CLOSED:
        return [_("“%(number)s %(title)s”没有销号，不需要回头看。") % told]
    if problem.pk in elsewhere:
        return [_("“%(number)s %(title)s”已列入另一次检查，尚无结果。") % told]
    worked = Worked(problem.submitted_by_id, problem.closed_by_id)
    logins = [login for each in checkers if (login := login_of(each)) is not None]
    if not free_checkers(worked, logins):
        return [
            _("“%(number)s %(title)s”由检查人员本人提交或核查，没有人可以检查，请增加检查人员。")
            % told
        ]
    return []


def _already_checked(item: LookBackItem) -> str:
    found = LookBack.objects.select_related("checker").get(pk=item.look_back_id)
    return _("该问题已有检查结果：%(name)s%(day)s认定为“%(result)s”。") % {
        "name": found.checker.name if found.checker else "",
        "day": day_label(found.on),
        "result": LOOK_BACK_RESULT_LABELS[LookBackResult(found.result)],
    }
