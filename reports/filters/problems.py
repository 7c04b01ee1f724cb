from collections.abc import Mapping
from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.domain.problem_figures import Age, ClosedHow, Part
from reports.models import CauseKind, Problem, ProblemCause, ProblemSource, ProblemTheme
from reports.models.choices import (
    AGE_LABELS,
    CLOSED_HOW_LABELS,
    PART_LABELS,
    PROBLEM_CLASS_LABELS,
    PROBLEM_STATE_LABELS,
    labelled,
)
from reports.selectors.problems import (
    closed_as,
    in_part,
    of_age,
    problems_for,
    reply_overdue,
    without_movement,
)
from reports.selectors.scope import Scope

from .base import DayFilter, PlaceFilter

TICKED = ("1", "on", "true", "True")
OVERDUE = {"1": 0, "30": 30, "90": 90}
NONE = "none"  # no kind of cause was given


def ticked(query: Mapping[str, str], part: str) -> bool:
    return query.get(part, "") in TICKED


def year_asked(query: Mapping[str, str], year: int) -> int | None:
    """The year whose register is asked for; None: that of all years."""
    return None if ticked(query, "all_years") else year


def problems_asked(
    scope: Scope,
    query: Mapping[str, str],
    keys: Mapping[str, int],
    *,
    on: date,
    today: date,
    year: int | None,
) -> QuerySet[Problem]:
    """The problems an address asks for, before its filter; ``keys`` what it names by key."""
    of = {name: keys[name] for name in ("bureau", "unit") if name in keys}
    people = {name: keys[name] for name in ("leader", "responsible") if name in keys}
    asked = "1" if ticked(query, "overdue") else query.get("overdue", "")
    return problems_for(
        scope,
        on=on,
        today=today,
        year=year,
        state=query.get("state", ""),
        overdue=asked in OVERDUE,
        overdue_for=OVERDUE.get(asked, 0),
        cancelled=ticked(query, "cancelled"),
        **of,
    ).filter(**people)


class Select(forms.Select):
    """A choice that once was a tick: what old addresses call ``on`` is its first value.

    Its name says how it is laid out.
    """

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return "1" if value in TICKED else value


class TickFilter(filters.BooleanFilter):
    """A tick; without it nothing is narrowed."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, widget=forms.CheckboxInput, **kwargs)


class ProblemFilter(filters.FilterSet):
    """The page has read state, overdue, year and cancelled by the function behind the numbers.

    ``on`` is the day as of which the list speaks. ``further`` names the fields that stay folded
    away until they are used.
    """

    place = PlaceFilter()
    q = filters.CharFilter(label=_("编号或内容"), method="that_say")
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[("open", _("在办（未销号）")), *labelled(PROBLEM_STATE_LABELS)],
        empty_label=_("全部"),
        method="as_read",
    )
    counted = filters.ChoiceFilter(
        label=_("计数"),
        choices=labelled(PART_LABELS),
        empty_label=_("全部"),
        method="as_read",
        widget=Select,
    )
    kind = filters.ChoiceFilter(
        label=_("整改类别"), choices=labelled(PROBLEM_CLASS_LABELS), empty_label=_("全部")
    )
    source = filters.ModelChoiceFilter(
        label=_("来源"),
        queryset=ProblemSource.objects.order_by("position", "pk"),
        empty_label=_("全部"),
    )
    overdue = filters.ChoiceFilter(
        label=_("超期"),
        choices=[
            ("1", _("已超期限")),
            ("30", _("超期30日以上")),
            ("90", _("超期90日以上")),
        ],
        empty_label=_("不限"),
        method="as_read",
        widget=Select,
    )
    theme = filters.ModelChoiceFilter(
        label=_("要素"),
        queryset=ProblemTheme.objects.order_by("position", "pk"),
        empty_label=_("全部"),
        method="that_are_about",
    )
    cause = filters.ModelChoiceFilter(
        label=_("原因类别"),
        queryset=CauseKind.objects.order_by("position", "pk"),
        empty_label=_("全部"),
        null_label=_("未分类"),
        null_value=NONE,
        method="that_come_from",
    )
    raised = filters.ChoiceFilter(
        label=_("提出方"),
        choices=[("own", _("本局自己发现")), ("above", _("上级或外部提出"))],
        empty_label=_("全部"),
        method="that_were_raised",
    )
    raised_by = filters.CharFilter(label=_("提出机关"), lookup_expr="icontains")
    led_by = filters.CharFilter(
        label=_("责任领导"), field_name="leader__name", lookup_expr="icontains"
    )
    found_year = filters.NumberFilter(
        label=_("发现年度"),
        field_name="found_on",
        lookup_expr="year",
        min_value=2000,
        max_value=2100,
    )
    found_first = DayFilter(label=_("发现日期自"), field_name="found_on", lookup_expr="gte")
    found_last = DayFilter(label=_("发现日期至"), field_name="found_on", lookup_expr="lte")
    age = filters.ChoiceFilter(
        label=_("在办时长"), choices=labelled(AGE_LABELS), empty_label=_("不限"), method="of_age"
    )
    closed_first = DayFilter(label=_("销号日期自"), field_name="closed_then", lookup_expr="gte")
    closed_last = DayFilter(label=_("销号日期至"), field_name="closed_then", lookup_expr="lte")
    closed_in = filters.ChoiceFilter(
        label=_("销号是否按期"),
        choices=labelled(CLOSED_HOW_LABELS),
        empty_label=_("不限"),
        method="that_closed",
    )
    silent = TickFilter(label=_("超过规定天数无进展"), method="that_are_silent")
    taken_on = TickFilter(label=_("领导领办"), method="that_are_taken_on")
    repeats = TickFilter(label=_("往年已列入"), method="that_repeat")
    reply_late = TickFilter(label=_("来文逾期未回复"), method="that_wait_for_a_reply")
    all_years = TickFilter(label=_("各年度"), method="as_read")
    cancelled = TickFilter(label=_("含已作废"), method="as_read")

    further = (
        "silent",
        "theme",
        "cause",
        "raised",
        "raised_by",
        "led_by",
        "found_year",
        "found_first",
        "found_last",
        "age",
        "closed_first",
        "closed_last",
        "closed_in",
        "taken_on",
        "repeats",
        "reply_late",
        "all_years",
        "cancelled",
    )

    class Meta:
        model = Problem
        fields: list[str] = []

    def __init__(self, *args: Any, on: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.on = on

    @property
    def is_readable(self) -> bool:
        """What was typed makes sense; otherwise nothing is listed."""
        return not self.is_bound or self.is_valid()

    @property
    def part(self) -> Part | None:
        """The part of the totals that is shown; None: everything."""
        value = self.form.cleaned_data.get("counted") if self.is_bound and self.is_valid() else ""
        return Part(value) if value else None

    @property
    def shows_cancelled(self) -> bool:
        return self.is_bound and self.is_valid() and bool(self.form.cleaned_data.get("cancelled"))

    @property
    def whole(self) -> QuerySet:
        """The list without the choice of one part of its totals."""
        if not self.is_readable:
            return self.queryset.none()
        return super().filter_queryset(self.queryset.all()) if self.is_bound else self.queryset

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        return in_part(super().filter_queryset(queryset), self.part)

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(number=words)
            | Q(title__icontains=words)
            | Q(description__icontains=words)
            | Q(pk__in=ProblemCause.objects.filter(text__icontains=words).values("problem"))
            | Q(source_document__icontains=words)
        )

    def that_are_silent(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return without_movement(rows, self.on) if value else rows

    def that_are_about(self, rows: QuerySet, name: str, value: ProblemTheme) -> QuerySet:
        about = Problem.themes.through.objects.filter(problemtheme=value)
        return rows.filter(pk__in=about.values("problem_id"))

    def that_come_from(self, rows: QuerySet, name: str, value: CauseKind | str) -> QuerySet:
        if value == NONE:
            told = ProblemCause.objects.filter(kind__isnull=False)
            return rows.exclude(pk__in=told.values("problem_id"))
        return rows.filter(pk__in=ProblemCause.objects.filter(kind=value).values("problem_id"))

    def that_were_raised(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(raised_from_above=value == "above")

    def of_age(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return of_age(rows, Age(value), self.on)

    def that_closed(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return closed_as(rows, ClosedHow(value))

    def that_are_taken_on(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(taken_on=True) if value else rows

    def that_repeat(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(repeats__isnull=False) if value else rows

    def that_wait_for_a_reply(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return reply_overdue(rows, self.on) if value else rows
