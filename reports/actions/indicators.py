"""Indicators defined, their figures entered, corrected and checked; sums declared.

Nothing disappears: a figure that is corrected is cancelled with the reason, and the new one is
recorded beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create, bulk_update
from reports.actions.recycle import throw_away
from reports.actions.refusals import Refused
from reports.domain.figures import (
    AgainstShare,
    Made,
    Wording,
    reasons_against_share,
    share_of,
)
from reports.domain.indicators import (
    AgainstFigure,
    Applies,
    Rule,
    codes_taken,
    read_rule,
    reasons_against_checking,
    reasons_against_figure,
    reasons_against_indicator,
)
from reports.models import Figure, Indicator, SumRule, Unit, UnitKind
from reports.models.choices import (
    AGAINST_FIGURE_SENTENCES,
    AGAINST_INDICATOR_SENTENCES,
    AGAINST_RULE_SENTENCES,
    AGAINST_SHARE_SENTENCES,
    listed,
)


class CannotSetIndicator(Refused):
    """The indicator, or the sum, cannot be kept like this."""


class CannotRecordFigures(Refused):
    """A sheet is recorded whole or not at all; ``by_indicator`` says what is wrong where."""

    def __init__(
        self,
        reasons: Iterable[object] = (),
        by_indicator: Mapping[int, Sequence[object]] | None = None,
    ):
        self.by_indicator = {
            key: [str(each) for each in found] for key, found in (by_indicator or {}).items()
        }
        every = [*reasons, *(each for found in self.by_indicator.values() for each in found)]
        super().__init__(dict.fromkeys(every))
        self.general = [str(reason) for reason in reasons]


class CannotCheckFigures(Refused):
    """Somebody else has to check these, or they have been checked already."""


# --- definitions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndicatorDraft:
    """An indicator as defined; ``unit`` None means delivered, for everyone."""

    name: str
    counter: str
    made: Made
    unit: Unit | None = None
    code: str = ""
    definition: str = ""
    decimals: int = 0
    unit_kinds: Sequence[UnitKind] = ()
    first_year: int | None = None
    last_year: int | None = None
    rule: Mapping[str, Any] = field(default_factory=dict)
    is_share: bool = False
    no_comparison: bool = False
    position: int = 0


@transaction.atomic
def set_indicator(draft: IndicatorDraft, *, by: User | None, at: datetime) -> Indicator:
    """Define an indicator of a bureau, or (``unit`` None) one for everyone.

    Refuses one without a name or counter, a counted one without a rule that can be counted by, a
    share that is not in per cent, more than four decimals, years that end before they begin, and
    a name that holds at the same unit already.
    """
    rule = _refuse_bad_indicator(draft, None)
    taken = set(Indicator.objects.values_list("code", flat=True))
    code = draft.code or codes_taken(f"own-{draft.unit.pk if draft.unit else 0}", taken)
    if draft.code and draft.code in taken:
        raise CannotSetIndicator([_("代码“%(code)s”已被使用。") % {"code": draft.code}])
    indicator = Indicator(unit=draft.unit, code=code, **_columns(draft, rule))
    indicator._history_user, indicator._history_date = by, at
    indicator.save()
    indicator.unit_kinds.set(draft.unit_kinds)
    return indicator


@transaction.atomic
def edit_indicator(
    *, indicator_id: int, draft: IndicatorDraft, by: User | None, at: datetime
) -> Indicator:
    """Correct a definition; unit and code stay, its history keeps what it was.

    Refuses what ``set_indicator`` refuses, and to count or to share otherwise what has figures.
    """
    indicator = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator_id)
    rule = _refuse_bad_indicator(draft, indicator)
    changes = draft.made.value != indicator.made or draft.is_share != indicator.is_share
    if changes and indicator.figures.standing().exists():
        raise CannotSetIndicator(
            [_("该指标已有数据，不能改变数据产生方式或是否占比。请另设指标。")]
        )
    for name, value in _columns(draft, rule).items():
        setattr(indicator, name, value)
    indicator._history_user, indicator._history_date = by, at
    indicator.save()
    indicator.unit_kinds.set(draft.unit_kinds)
    return indicator


def _columns(draft: IndicatorDraft, rule: Rule | None) -> dict[str, Any]:
    return {
        "name": draft.name.strip(),
        "definition": draft.definition.strip(),
        "counter": draft.counter.strip(),
        "decimals": draft.decimals,
        "first_year": draft.first_year,
        "last_year": draft.last_year,
        "made": draft.made.value,
        "rule": rule.as_json() if rule else {},
        "is_share": draft.is_share or bool(rule and rule.is_share),
        "no_comparison": draft.no_comparison,
        "position": draft.position,
    }


def _refuse_bad_indicator(draft: IndicatorDraft, now: Indicator | None) -> Rule | None:
    rule, against_rule = None, []
    if draft.made == Made.COUNTED:
        rule, against_rule = read_rule(draft.rule)
    against = reasons_against_indicator(
        name=draft.name,
        counter=draft.counter,
        made=draft.made,
        has_rule=bool(draft.rule),
        decimals=draft.decimals,
        is_share=draft.is_share or bool(rule and rule.is_share),
        first_year=draft.first_year,
        last_year=draft.last_year,
    )
    reasons = [AGAINST_INDICATOR_SENTENCES[each] for each in against]
    reasons += [AGAINST_RULE_SENTENCES[each] for each in against_rule]
    unit = now.unit if now is not None else draft.unit
    alike = Indicator.objects.filter(name=draft.name.strip(), unit=unit)
    if alike.exclude(pk=now.pk if now else None).exists():
        reasons.append(_("已有同名的指标。"))
    if reasons:
        raise CannotSetIndicator(reasons)
    return rule


@transaction.atomic
def set_sum(
    *,
    name: str,
    whole: Indicator,
    parts: Sequence[Indicator],
    by: User | None,
    at: datetime,
    sum_id: int | None = None,
) -> SumRule:
    """Declare that one indicator is the sum of others, or change what was declared.

    Refuses fewer than two parts, a whole that is its own part, shares (they do not add up),
    counters that differ, and the same sum once more.
    """
    reasons = []
    keys = {part.pk for part in parts}
    if not name.strip():
        reasons.append(_("请填写名称。"))
    if len(keys) < 2:
        reasons.append(_("至少选择两个分项指标。"))
    if whole.pk in keys:
        reasons.append(_("合计指标不能同时是分项指标。"))
    if any(each.is_share for each in (whole, *parts)):
        reasons.append(_("占比不能相加。"))
    if len({each.counter for each in (whole, *parts)}) > 1:
        reasons.append(_("计量单位不同的指标不能相加。"))
    for other in SumRule.objects.filter(whole=whole).exclude(pk=sum_id).prefetch_related("parts"):
        if {part.pk for part in other.parts.all()} == keys:
            reasons.append(_("该勾稽关系已经设置。"))
    if reasons:
        raise CannotSetIndicator(reasons)
    rule = SumRule.objects.select_for_update().get(pk=sum_id) if sum_id else SumRule()
    rule.name, rule.whole = name.strip(), whole
    rule._history_user, rule._history_date = by, at
    rule.save()
    rule.parts.set(parts)
    return rule


@transaction.atomic
def drop_sum(*, sum_id: int, by: User | None, at: datetime) -> None:
    """Take a declared sum back, into the recycle bin. One that is gone already is no fault."""
    rule = SumRule.objects.select_for_update().filter(pk=sum_id).first()
    if rule is not None:
        throw_away(rule, bureau=rule.whole.unit, by=by, at=at)


# --- figures -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigureDraft:
    """One row of a sheet; ``value`` None leaves it blank, which is not nought.

    ``shown`` is the key of the figure that the sheet showed there: another one since then has been
    entered by somebody else. Of a share the value is what numerator and denominator give.
    """

    indicator: Indicator
    value: Decimal | None = None
    wording: Wording | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source: str = ""
    shown: int | None = None

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.numerator is None and self.denominator is None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Whose figures, of which month (None: the whole year), and whether they are targets."""

    unit: Unit
    year: int
    month: int | None
    is_target: bool = False

    @property
    def first_day(self) -> date:
        return date(self.year, self.month or 1, 1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a sheet brought: how many are new, corrected, and taken back."""

    new: int = 0
    corrected: int = 0
    taken_back: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.new or self.corrected or self.taken_back)


@transaction.atomic
def record_sheet(
    sheet: Sheet,
    drafts: Sequence[FigureDraft],
    *,
    because: str = "",
    by: User | None,
    at: datetime,
    today: date,
) -> Recorded:
    """Record the rows of a sheet, all or none.

    A row as it stands already, or as it was shown, is left alone, so that a page sent twice
    changes nothing twice. What differs from the figure it showed is corrected: the earlier one is
    cancelled with the reason, the new one recorded; a blank row takes it back. Refuses a counted
    indicator, one that does not apply, a month that has not begun (a target may be of any year),
    no source, a share without what it divides or not within it, a correction without a reason, and
    a row that somebody else has filled in since the sheet was shown.
    """
    rows = Figure.objects.select_for_update(of=("self",)).filter(
        unit=sheet.unit, year=sheet.year, month=sheet.month, is_target=sheet.is_target
    )
    ever = {row.pk: row for row in rows.select_related("recorded_by")}
    there = {row.indicator_id: row for row in ever.values() if not row.is_cancelled}
    kinds = _kinds_of(draft.indicator for draft in drafts)
    wrong: dict[int, list[object]] = {}
    new, old = [], []
    for draft in drafts:
        now = there.get(draft.indicator.pk)
        untouched = draft.shown in ever and _is_same(draft, ever[draft.shown])
        if untouched or _is_same(draft, now):
            continue
        reasons = _against_row(sheet, draft, now, kinds[draft.indicator.pk], because, today)
        if reasons:
            wrong[draft.indicator.pk] = reasons
        if now is not None:
            old.append(now)
        if not draft.is_blank:
            new.append(draft)
    if wrong:
        raise CannotRecordFigures(by_indicator=wrong)
    for row in old:
        row.cancelled_at, row.cancelled_by = at, by
        row.cancelled_because = because.strip()
    if old:
        bulk_update(
            Figure, old, ("cancelled_at", "cancelled_by", "cancelled_because"), by=by, at=at
        )
    try:
        with transaction.atomic():
            bulk_create(Figure, [_figure(sheet, draft, by, at) for draft in new], by=by, at=at)
    except IntegrityError as error:
        raise CannotRecordFigures(
            [AGAINST_FIGURE_SENTENCES[AgainstFigure.ALREADY_THERE]]
        ) from error
    corrected = len({row.indicator_id for row in old} & {draft.indicator.pk for draft in new})
    return Recorded(len(new) - corrected, corrected, len(old) - corrected)


def _kinds_of(indicators: Iterable[Indicator]) -> dict[int, Applies]:
    found = {each.pk: each for each in indicators}
    kinds: dict[int, set[int]] = defaultdict(set)
    through = Indicator.unit_kinds.through.objects.filter(indicator__in=found)
    for pk, kind in through.values_list("indicator_id", "unitkind_id"):
        kinds[pk].add(kind)
    return {
        pk: Applies(frozenset(kinds[pk]), each.first_year, each.last_year)
        for pk, each in found.items()
    }


def _value(draft: FigureDraft) -> Decimal | None:
    """A share is what its parts give; what else was typed for it counts nothing."""
    if draft.indicator.is_share:
        if not draft.denominator or draft.numerator is None:
            return None
        decimals = draft.indicator.decimals
        return share_of(draft.numerator, draft.denominator, decimals=decimals)
    return draft.value


def _is_same(draft: FigureDraft, now: Figure | None) -> bool:
    if now is None:
        return draft.is_blank
    return not draft.is_blank and (
        (_value(draft), draft.numerator, draft.denominator)
        == (now.value, now.numerator, now.denominator)
        and (draft.wording.value if draft.wording else "") == now.wording
        and draft.source.strip() in ("", now.source)
    )


def _against_row(
    sheet: Sheet,
    draft: FigureDraft,
    now: Figure | None,
    applies: Applies,
    because: str,
    today: date,
) -> list[object]:
    if (now.pk if now else None) != draft.shown:
        return [_seen_since(now)]
    if now is not None and not because.strip():
        return [AGAINST_FIGURE_SENTENCES[AgainstFigure.NO_REASON]]
    if draft.is_blank:
        return []
    against = reasons_against_figure(
        applies,
        made=Made(draft.indicator.made),
        kind=sheet.unit.kind_id,
        year=sheet.year,
        begins_after_today=not sheet.is_target and sheet.first_day > today,
        source=draft.source,
    )
    reasons: list[object] = [AGAINST_FIGURE_SENTENCES[each] for each in against]
    if draft.indicator.is_share:
        reasons += _against_share(draft)
    return reasons


def _against_share(draft: FigureDraft) -> list[object]:
    if draft.numerator is None and draft.denominator is None:
        return [AGAINST_FIGURE_SENTENCES[AgainstFigure.NO_DENOMINATOR]]
    found: list[AgainstShare] = reasons_against_share(draft.numerator, draft.denominator)
    return [AGAINST_SHARE_SENTENCES[each] for each in found]


def _seen_since(now: Figure | None) -> str:
    if now is None:
        return _("该数据在您打开本页后已被作废，请核对后再填。")
    who = now.recorded_by
    name = (who.get_full_name() or who.get_username()) if who else _("系统")
    told = {"name": name, "value": f"{now.value.normalize():f}"}
    return _("该数据在您打开本页后已由%(name)s填报为%(value)s，请核对后再填。") % told


def _figure(sheet: Sheet, draft: FigureDraft, by: User | None, at: datetime) -> Figure:
    return Figure(
        indicator=draft.indicator,
        bureau_id=sheet.unit.bureau_id,
        unit=sheet.unit,
        year=sheet.year,
        month=sheet.month,
        is_target=sheet.is_target,
        value=_value(draft),
        wording=draft.wording.value if draft.wording else "",
        numerator=draft.numerator if draft.indicator.is_share else None,
        denominator=draft.denominator if draft.indicator.is_share else None,
        source=draft.source.strip(),
        recorded_by=by,
        recorded_at=at,
    )


@dataclass(frozen=True, slots=True)
class MonthlyFigure:
    """A figure of the sample data or of an import: as it was recorded then."""

    sheet: Sheet
    draft: FigureDraft
    at: datetime
    by: User | None
    checked_at: datetime | None = None
    checked_by: User | None = None
    imported_from: str = ""
    imported_row: int | None = None


def record_many(figures: Sequence[MonthlyFigure]) -> list[Figure]:
    """Record figures of many units and months at once, each as of its own moment.

    Refuses, all or none, what ``record_sheet`` refuses of a row, with a month that began after it
    was recorded among it.
    """
    kinds = _kinds_of(each.draft.indicator for each in figures)
    rows, wrong = [], {}
    for each in figures:
        day = localtime(each.at).date()
        applies = kinds[each.draft.indicator.pk]
        if reasons := _against_row(each.sheet, each.draft, None, applies, "", day):
            wrong[each.draft.indicator.pk] = reasons
        row = _figure(each.sheet, each.draft, each.by, each.at)
        row.checked_at, row.checked_by = each.checked_at, each.checked_by
        row.imported_from, row.imported_row = each.imported_from, each.imported_row
        rows.append(row)
    if wrong:
        raise CannotRecordFigures(by_indicator=wrong)
    with transaction.atomic():
        return list(bulk_create(Figure, rows, by=None, at=figures[0].at)) if rows else []


@transaction.atomic
def check_figures(*, figure_ids: Sequence[int], by: User, at: datetime) -> int:
    """Confirm figures, all or none; gives how many were confirmed now.

    Refuses those that the checker entered, that are cancelled, or that another has checked; what
    the same person has checked already is left as it is.
    """
    rows = list(
        Figure.objects.select_for_update(of=("self",))
        .filter(pk__in=figure_ids)
        .select_related("indicator", "unit")
        .order_by("pk")
    )
    to_check, refused = [], defaultdict(list)
    for row in rows:
        if row.checked_by_id == by.pk:
            continue
        against = reasons_against_checking(
            cancelled=row.is_cancelled,
            checked=row.checked_at is not None,
            entered_by=row.recorded_by_id,
            checker=by.pk,
        )
        for reason in against:
            refused[reason].append(row.indicator.name)
        to_check.append(row)
    if refused:
        raise CannotCheckFigures(
            _("%(names)s：%(why)s")
            % {"names": listed(dict.fromkeys(names)), "why": AGAINST_FIGURE_SENTENCES[reason]}
            for reason, names in refused.items()
        )
    for row in to_check:
        row.checked_at, row.checked_by = at, by
    if to_check:
        bulk_update(Figure, to_check, ("checked_at", "checked_by"), by=by, at=at)
    return len(to_check)
