"""The days off of the state with what a change of them would do, and the year of what is due."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.generic import FormView, TemplateView, View

from reports.actions.calendar import (
    Changed,
    enter_days,
    known_years,
    lacking_days,
    take_out_days,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.calendar import Holidays, holidays_missing, weeks_of_month
from reports.domain.dues import Verdict
from reports.domain.periods import Period
from reports.exchange.calendar import (
    CalendarImport,
    calendar_workbook,
    compare_drafts,
    compare_known_days,
    due_calendar,
    read_calendar,
)
from reports.exchange.sheets import XLSX, disposition, file_name
from reports.forms.calendar import (
    HolidayForm,
    HolidayImportForm,
    TakeOutForm,
    keep_read,
)
from reports.models import Holiday, Unit
from reports.models.choices import (
    VERDICT_LABELS,
    DayKind,
    clauses,
    day_label,
    month_label,
)
from reports.selectors.calendar import (
    Compared,
    DayDraft,
    DayOfYear,
    DueLine,
    EntryState,
    HeldLine,
    VerdictChange,
    calendar_year,
    compared,
    days_of_year,
    holidays,
    lines_of_month,
    own_dues,
    told,
    verdict_changes,
    years_entered,
)
from reports.selectors.dues import address_of_dues
from reports.templatetags.figures import CLASSES
from reports.views.mixins import FIRST_YEAR, LAST_YEAR, DayMixin, refused
from reports.views.scoped import ScopeMixin

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MONTHS = range(1, 13)


# --- days off -----------------------------------------------------------------------------------


class HolidayPage(ScopeMixin, DayMixin):
    """One calendar serves all: whoever reads records may look, and who keeps it, who reads none."""

    shows_records = False
    needs = None

    @cached_property
    def may_manage(self) -> bool:
        return self.scope.allows(Act.MANAGE_CALENDAR)

    def dispatch(self, request, *args, **kwargs):
        if self.scope.grants and not (self.scope.reads_anything or self.may_manage):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        return super().dispatch(request, *args, **kwargs)


class HolidayList(HolidayPage, TemplateView):
    template_name = "reports/calendar/holidays.html"

    def get_context_data(self, **kwargs):
        found = calendar_year(self.year)
        return super().get_context_data(**kwargs) | {
            "months": [
                (month_label(month), sheet_of(self.year, month, found.days)) for month in MONTHS
            ],
            "entries": found.entries,
            "taken_out": found.taken_out,
            "free": sum(row.kind == DayKind.HOLIDAY for row in found.days.values()),
            "worked": sum(row.kind == DayKind.WORKDAY for row in found.days.values()),
            "missing": holidays_missing(self.today, years_entered(self.today)),
            "may_manage": self.may_manage,
            "before": self.year - 1 if self.year > FIRST_YEAR else None,
            "after": self.year + 1 if self.year < LAST_YEAR else None,
        }


@dataclass(frozen=True, slots=True)
class DaySquare:
    """A day on the sheet of its month, and what the table says of it."""

    day: date
    kind: str
    name: str


def sheet_of(year: int, month: int, days: dict[date, Holiday]) -> list[list[DaySquare | None]]:
    """The weeks of a month with what is entered."""
    return [
        [
            DaySquare(
                day, days[day].kind if day in days else "", days[day].name if day in days else ""
            )
            if day
            else None
            for day in week
        ]
        for week in weeks_of_month(year, month)
    ]


class HolidayTemplate(HolidayPage, View):
    """The entries of a year as a table that can be filled in and imported."""

    def get(self, request):
        rows = Holiday.objects.filter(day__year=self.year).order_by("day")
        title = _("%(year)s年节假日") % {"year": self.year}
        response = HttpResponse(calendar_workbook(rows, year=self.year), content_type=XLSX_TYPE)
        response["Content-Disposition"] = disposition(file_name(title, self.today, XLSX))
        response["Cache-Control"] = "private, no-store"
        return response


class ChangePage(HolidayPage, FormView):
    """A change of the calendar: first what it would do, then, confirmed as it was seen, done.

    The confirmation names what was shown. Where that is no longer so, because somebody else was
    quicker or another day was typed, the page shows anew instead of writing.
    """

    needs = Act.MANAGE_CALENDAR
    template_name = "reports/calendar/change.html"
    heading: Any = ""
    confirm: Any = ""

    def form_valid(self, form):
        try:
            shown = self.rehearsed(form)
            seen = self.request.POST.get("seen", "")
            if "confirm" in self.request.POST and shown["nothing"] is False:
                if seen == shown["seen"]:
                    return self.done(self.write(form))
                shown["stale"] = bool(seen)
        except Refused as refusal:
            return refused(self, form, refusal)
        return self.render_to_response(self.get_context_data(form=form, **shown))

    def rehearsed(self, form) -> dict[str, Any]:
        """What the change would do; ``seen`` is what the confirmation must name."""
        raise NotImplementedError

    def write(self, form) -> Changed:
        raise NotImplementedError

    def done(self, changed: Changed) -> HttpResponse:
        messages.success(self.request, changed_in_words(changed))
        return redirect(f"{reverse('reports:holiday-list')}?year={self.year_changed}")

    year_changed: int = 0

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now(), "today": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "confirm": self.confirm,
        }

    def of_entries(self, pairs: list[Compared]) -> dict[str, Any]:
        """The preview of days that are entered or corrected."""
        kept = holidays()
        free = [p.draft.day for p in pairs if p.draft.kind == DayKind.HOLIDAY]
        worked = [p.draft.day for p in pairs if p.draft.kind == DayKind.WORKDAY]
        change = changed_verdicts(kept, kept.entered(free, worked), self.today)
        lines = told(pairs)
        return {
            "lines": lines,
            "change": change,
            "nothing": all(line.state == EntryState.UNCHANGED for line in lines),
            "seen": fingerprint(lines, change),
        }


def changed_verdicts(kept: Holidays, after: Holidays, today: date) -> VerdictChange:
    return verdict_changes(after, kept.differing(after), today=today)


def fingerprint(*shown: object) -> str:
    """A short name of what a preview shows."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def changed_in_words(changed: Changed) -> str:
    """新录入3天，改正1天；应开事项已重新核算，更新12项。"""
    parts = [
        word % {"n": count}
        for word, count in (
            (ngettext("新录入%(n)s天", "新录入%(n)s天", changed.entered), changed.entered),
            (ngettext("改正%(n)s天", "改正%(n)s天", changed.corrected), changed.corrected),
            (ngettext("去掉%(n)s天", "去掉%(n)s天", changed.taken_out), changed.taken_out),
        )
        if count
    ]
    what = clauses(parts)
    if changed.job is not None:
        return _("%(what)s。应开事项将由后台任务重新核算，请在“后台任务”中查看进度。") % {
            "what": what
        }
    if changed.planned is None or not changed.planned.changed:
        return _("%(what)s。没有应开事项需要更新。") % {"what": what}
    return _("%(what)s。应开事项已重新核算，更新%(n)s项。") % {
        "what": what,
        "n": changed.planned.changed,
    }


def asked_days(query) -> dict[str, str]:
    """First and last day of an address, where they are days; a form begins with them."""
    found = {}
    for part, name in (("first", "first_day"), ("last", "last_day")):
        try:
            found[name] = date.fromisoformat(query.get(part, "")).isoformat()
        except ValueError:
            continue
    return found


class HolidayEnter(ChangePage):
    form_class = HolidayForm
    heading = gettext_lazy("录入放假和调休")
    confirm = gettext_lazy("确认保存")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"today": self.today}

    def get_initial(self):
        """A day that is entered begins with what stands there."""
        initial = asked_days(self.request.GET)
        if "first_day" in initial:
            kept = Holiday.objects.filter(day=initial["first_day"]).first()
            if kept is not None:
                initial |= {"kind": kept.kind, "name": kept.name, "source": kept.source}
        return initial

    def rehearsed(self, form):
        return self.of_entries(compared(form.drafts))

    def write(self, form):
        self.year_changed = form.days[0].year
        return enter_days(form.drafts, **self.acting)


class HolidayTakeOut(ChangePage):
    form_class = TakeOutForm
    heading = gettext_lazy("去掉录入的日期")
    confirm = gettext_lazy("确认去掉")

    def get_initial(self):
        return asked_days(self.request.GET)

    def rehearsed(self, form):
        rows = list(Holiday.objects.filter(day__in=form.days).order_by("day"))
        if not rows:
            form.add_error("first_day", _("这些日期没有录入，无需去掉。"))
            return {"nothing": True}
        pairs = [Compared(DayDraft(r.day, DayKind(r.kind), r.name, r.source), r) for r in rows]
        kept = holidays()
        change = changed_verdicts(
            kept, kept.entered(taken_out=[row.day for row in rows]), self.today
        )
        lines = told(pairs)
        return {
            "lines": lines,
            "taking_out": True,
            "change": change,
            "nothing": False,
            "seen": fingerprint(lines, change),
        }

    def write(self, form):
        self.year_changed = form.days[0].year
        return take_out_days(form.days, because=form.cleaned_data["because"], **self.acting)


class HolidayImport(ChangePage):
    """A table of days, all rows or none, each row with its outcome before anything is written."""

    form_class = HolidayImportForm
    template_name = "reports/calendar/import.html"
    heading = gettext_lazy("导入节假日表")
    confirm = gettext_lazy("确认导入")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"years": known_years()}

    def read(self, form) -> CalendarImport:
        data = form.cleaned_data
        if data["file"]:
            content = data["file"].read()
            return read_calendar(content, file_name=data["file"].name, today=self.today)
        if data["built_in"]:
            return compare_known_days(lacking_days(data["built_in"]))
        return compare_drafts(data["read"])

    def rehearsed(self, form):
        try:
            found = self.read(form)
        except Refused as refusal:
            form.add_error("file", refusal.reasons)
            return {"nothing": True}
        shown = {"found": found, "from_file": bool(form.cleaned_data["file"])}
        counts = {state.value: found.count(state) for state in EntryState}
        refusing = sum(bool(line.complaints) for line in found.lines)
        shown |= {"counts": counts, "refusing": refusing}
        if refusing:
            return shown | {"nothing": True}
        self.drafts = found.drafts
        return shown | self.of_entries(found.pairs) | {"read": keep_read(found.drafts)}

    def write(self, form):
        self.year_changed = self.drafts[0].day.year
        return enter_days(self.drafts, **self.acting)


# --- the year of what is due and held -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A number on a day: of meetings held, or of periods that end and are not done."""

    css: str
    count: int


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the year as it is drawn; where there is something, it leads to its lines."""

    day: date
    marks: tuple[Mark, ...] = ()
    href: str = ""
    said: str = ""


class YearCalendar(ScopeMixin, DayMixin, TemplateView):
    """Twelve months of one unit or bureau: what was held, and what ends when."""

    template_name = "reports/calendar/year.html"

    @cached_property
    def keys(self) -> dict[str, int]:
        """The unit or the bureau that the address names; a unit is the narrower one."""
        for part in ("unit", "bureau"):
            if typed := self.request.GET.get(part, ""):
                if not (typed.isascii() and typed.isdigit() and len(typed) <= 15):
                    raise Http404
                return {part: int(typed)}
        return {}

    @cached_property
    def choices(self) -> list[Unit]:
        """The places one may turn to: of one bureau its units, of several the bureaus."""
        rows = self.scope.units().in_order()
        return list(rows.bureaus() if self.scope.sees_many_bureaus else rows)

    @cached_property
    def place(self) -> tuple[str, Unit]:
        """Whose calendar it is, and by which part of the address its lists are narrowed."""
        if self.scope.sees_many_bureaus and "unit" in self.keys:
            return "unit", self.get_visible(Unit.objects.all(), self.keys["unit"])
        part, key = next(iter(self.keys.items()), self.own)
        found = next((each for each in self.choices if each.pk == key), None)
        if found is None or (part == "bureau" and not found.is_bureau):
            raise Http404
        return part, found

    @property
    def own(self) -> tuple[str, int | None]:
        """The unit or bureau one works in; of those over many bureaus the first."""
        for grant in self.scope.reading:
            if grant.kind == "unit":
                return "unit", grant.unit_id
            if grant.kind == "bureau":
                return "bureau", grant.bureau_id
        return "bureau", self.choices[0].pk if self.choices else None

    @cached_property
    def month(self) -> int:
        typed = self.request.GET.get("month", "")
        if typed.isascii() and typed.isdigit() and 1 <= int(typed[:3]) <= 12:
            return int(typed)
        return self.on.month if self.year == self.on.year else 1

    @cached_property
    def selection(self) -> dict[str, int]:
        part, unit = self.place
        return {part: unit.pk}

    @property
    def as_of(self) -> dict[str, str]:
        return {"on": self.on.isoformat()} if self.days.is_past else {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**{"place": None} | kwargs)
        if self.own[1] is None and not self.keys:
            return context
        part, unit = self.place
        days = days_of_year(self.scope, year=self.year, on=self.on, **self.selection)
        whole = Period(date(self.year, self.month, 1), weeks_end(self.year, self.month))
        lines = lines_of_month(self.scope, whole, on=self.on, **self.selection)
        return context | {
            "place": unit,
            "part": part,
            "whole_bureau": part == "bureau",
            "choices": self.choices if not self.outside_choices else [],
            "choice_part": "bureau" if self.scope.sees_many_bureaus else "unit",
            "may_choose_whole": self.own[0] == "bureau" and not self.scope.sees_many_bureaus,
            "months": [self.drawn(month, days) for month in MONTHS],
            "month": self.month,
            "month_name": month_label(self.month),
            "lines": [(each.day, self.held(each.held), self.due(each.due)) for each in lines],
            "held_total": sum(day.held for day in days.values()),
            "held_href": self.meetings(year=self.year),
            "marks": self.legend(),
        }

    @property
    def outside_choices(self) -> bool:
        return self.scope.sees_many_bureaus and "unit" in self.keys

    def legend(self) -> list[tuple[str, str]]:
        """Each mark with its word."""
        return [
            ("held", _("召开次数")),
            *((CLASSES[v.value], str(VERDICT_LABELS[v])) for v in reversed(list(DAY_VERDICTS))),
        ]

    def address(self, month: int, day: date | None = None) -> str:
        parts: dict[str, object] = {**self.selection, "year": self.year, "month": month}
        return f"?{urlencode(parts | self.as_of)}#" + (f"day-{day.day}" if day else "month")

    def drawn(self, month: int, days: dict[date, DayOfYear]) -> tuple[int, str, str, list]:
        weeks = [
            [self.square(day, days.get(day)) if day else None for day in week]
            for week in weeks_of_month(self.year, month)
        ]
        return month, month_label(month), self.address(month), weeks

    def square(self, day: date, found: DayOfYear | None) -> CalendarDay:
        if found is None:
            return CalendarDay(day)
        marks = [Mark("held", found.held)] if found.held else []
        marks += [Mark(CLASSES[verdict.value], count) for verdict, count in found.ends.items()]
        said = [_("召开%(n)s次") % {"n": found.held}] if found.held else []
        said += [
            _("%(word)s%(n)s项") % {"word": VERDICT_LABELS[verdict], "n": count}
            for verdict, count in found.ends.items()
        ]
        words = _("%(period)s：%(said)s") % {"period": day_label(day, day), "said": clauses(said)}
        return CalendarDay(day, tuple(marks), self.address(day.month, day), words)

    def held(self, lines: list[HeldLine]) -> list[tuple[HeldLine, str]]:
        return [
            (
                line,
                reverse("reports:meeting-detail", args=[line.meeting_id])
                if line.meeting_id
                else self.meetings(kind=line.kind_id, from_day=line.day, to_day=line.day),
            )
            for line in lines
        ]

    def meetings(self, **narrowed: object) -> str:
        parts = urlencode({**self.selection, **narrowed, **self.as_of})
        return f"{reverse('reports:meeting-list')}?{parts}"

    def due(self, lines: list[DueLine]) -> list[tuple[DueLine, str]]:
        return [(line, self.due_href(line)) for line in lines]

    def due_href(self, line: DueLine) -> str:
        if line.due_id:
            address = reverse("reports:due-detail", args=[line.due_id])
            return f"{address}?{urlencode(self.as_of)}" if self.as_of else address
        return address_of_dues(
            verdicts=[line.verdict.value],
            schedule=line.schedule_id,
            begins=line.begins,
            ends=line.day,
            **self.selection,
            **self.as_of,
        )


DAY_VERDICTS = (Verdict.UPCOMING, Verdict.OPEN, Verdict.AWAITING, Verdict.MISSED)


def weeks_end(year: int, month: int) -> date:
    """The last day of the month."""
    return [day for day in weeks_of_month(year, month)[-1] if day][-1]


class DueCalendar(ScopeMixin, DayMixin, View):
    """One's own dues of this and the next year as a file for any calendar program."""

    def get(self, request):
        content = due_calendar(
            own_dues(self.scope, today=self.today),
            on=self.today,
            at=timezone.now(),
            address_of=lambda due: request.build_absolute_uri(due.get_absolute_url()),
        )
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        title = pgettext("name of a file", "应开应办")
        response["Content-Disposition"] = disposition(file_name(title, self.today, "ics"))
        response["Cache-Control"] = "private, no-store"
        return response
