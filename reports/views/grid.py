"""The whole year of a schedule or a set at a glance: units × periods."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from reports.domain.dues import CountedIn
from reports.domain.periods import YearStart, assessment_year
from reports.models import Schedule, ScheduleSet, Unit
from reports.models.choices import COUNTED_IN_LABELS, days_label
from reports.selectors.dues import DONE, OWED, address_of_dues
from reports.selectors.grid import (
    Block,
    bureaus_to_choose,
    grid_of,
    pages_of_bureaus,
    schedules_with_dues,
)
from reports.selectors.rules import year_start
from reports.templatetags.grid import Addresses
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin
from reports.views.selection import Chosen, SelectionMixin

# Of more bureaus than that a list to choose from helps nobody.
BUREAUS_SHOWN = 300
OF_SET, OF_SCHEDULE = "set", "schedule"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One schedule of the page: its table, and where the table leads."""

    block: Block
    heading: str
    note: str
    to: Addresses


class UnitGrid(SelectionMixin, ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/grid/grid.html"
    title = gettext_lazy("逐期总表")
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "schedule": (Schedule, gettext_lazy("制度")),
        "set": (ScheduleSet, gettext_lazy("制度组")),
    }

    @cached_property
    def keys(self) -> dict[str, int]:
        """The form names a set or a schedule in one field: set-3, schedule-9."""
        keys = dict(super().keys)
        what, dash, key = self.request.GET.get("of", "").partition("-")
        if dash and what in (OF_SET, OF_SCHEDULE) and key.isascii() and key.isdigit():
            keys = {part: pk for part, pk in keys.items() if part not in (OF_SET, OF_SCHEDULE)}
            keys[what] = int(key[:15])
        return keys

    # ── What is shown ────────────────────────────────────────────────────────────────────────

    @cached_property
    def bureaus(self) -> list[Unit]:
        """Those to choose from, for who sees many."""
        return bureaus_to_choose(self.scope, BUREAUS_SHOWN) if self.scope.sees_many_bureaus else []

    @cached_property
    def bureau(self) -> int | None:
        """The bureau the page is of; where nothing at all is named, the first one."""
        named = self.keys.get("bureau")
        if named is not None:
            known = {*self.scope.bureau_ids, *(unit.pk for unit in self.bureaus)}
            if named not in known and not self.visible(Unit.objects.filter(pk=named)).exists():
                raise Http404
            return named
        if not self.bureaus or {OF_SET, OF_SCHEDULE, "unit"} & set(self.keys):
            return None
        return self.bureaus[0].pk

    @cached_property
    def options(self) -> list[Schedule]:
        """What may be chosen: of one bureau everything, of many what belongs together."""
        named = {}
        if self.scope.sees_many_bureaus:
            named = {"schedule": self.keys.get(OF_SCHEDULE), "schedule_set": self.keys.get(OF_SET)}
        return schedules_with_dues(self.scope, year=self.year, bureau=self.bureau, **named)

    @cached_property
    def schedules(self) -> list[Schedule]:
        """The schedule that is named, or all of the set; without either the first set."""
        pk, of = self.keys.get(OF_SCHEDULE), self.keys.get(OF_SET)
        found = [each for each in self.options if pk == each.pk or of == each.set_id]
        if found:
            return found
        # Another bureau chosen in the form has sets of its own.
        if (pk or of) and not (self.options and "of" in self.request.GET):
            return self.without_dues(**({"pk": pk} if pk else {"set": of}))
        first = self.options[0].set_id if self.options else None
        return [each for each in self.options if each.set_id == first]

    def without_dues(self, **named: int) -> list[Schedule]:
        """What is named owes nothing in this year; outside the scope it does not exist."""
        rows = self.visible(Schedule.objects.filter(**named)).select_related("set", "set__unit")
        found = list(rows.order_by("position", "pk"))
        if not found:
            raise Http404
        return found

    @cached_property
    def pages(self) -> list[list[int]]:
        """Bureaus page by page, where a schedule is owed in several."""
        if self.bureau is not None:
            return [[self.bureau]]
        above = any(each.set.unit.bureau_id is None for each in self.schedules)
        if not (self.scope.sees_many_bureaus and above) or "unit" in self.keys:
            return [[]]
        keys = [each.pk for each in self.schedules]
        return pages_of_bureaus(self.scope, schedules=keys, year=self.year)

    @cached_property
    def page(self) -> int:
        typed = self.request.GET.get("page", "")
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
        return min(max(number, 1), len(self.pages))

    def get_context_data(self, **kwargs):
        blocks = grid_of(
            self.scope,
            schedules=self.schedules,
            year=self.year,
            on=self.on,
            bureaus=self.pages[self.page - 1],
            unit=self.keys.get("unit"),
        )
        words = {each.words for each in self.schedules}
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "sheets": [self.sheet(block) for block in blocks],
            "subject": self.subject,
            "year_note": self.year_note,
            "words": words.pop() if len(words) == 1 else "",
            "choices": self.choices,
            "selected": self.selected,
            "bureaus": self.bureaus if len(self.bureaus) <= BUREAUS_SHOWN else [],
            "bureau": self.bureau,
            "page": self.page,
            "last_page": len(self.pages),
            "list_address": address_of_dues(**self.same(None)),
        }

    @cached_property
    def chosen(self) -> list[Chosen]:
        """The head says of what the page is; only a unit is a selection to take back."""
        if "unit" not in self.keys:
            return []
        unit = get_object_or_404(self.visible(Unit.objects.all()), pk=self.keys["unit"])
        return [Chosen("unit", _("单位"), unit.name)]

    # ── Words and addresses ──────────────────────────────────────────────────────────────────

    @property
    def subject(self) -> str:
        if len(self.schedules) == 1:
            return self.schedules[0].name
        return self.schedules[0].set.name if self.schedules else ""

    @property
    def year_note(self) -> str:
        """The days of an assessment year that is not the calendar year."""
        starts = {year_start(each.set) for each in self.schedules} - {YearStart(1, 1)}
        if len(starts) != 1:
            return ""
        whole = assessment_year(self.year, starts.pop())
        return _("考核年度 %(days)s") % {"days": days_label(whole.first, whole.last)}

    @property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Sets as groups: the whole set first, where it has several schedules, then each."""
        groups: dict[int, tuple[str, list[tuple[str, str]]]] = {}
        for each in self.options:
            group = groups.setdefault(each.set_id, (each.set.name, []))
            group[1].append((f"{OF_SCHEDULE}-{each.pk}", each.name))
        for of, (name, entries) in groups.items():
            if len(entries) > 1:
                whole = _("%(set)s（全部%(n)s项）") % {"set": name, "n": len(entries)}
                entries.insert(0, (f"{OF_SET}-{of}", whole))
        return list(groups.values())

    @property
    def selected(self) -> str:
        if len(self.schedules) == 1:
            return f"{OF_SCHEDULE}-{self.schedules[0].pk}"
        return f"{OF_SET}-{self.schedules[0].set_id}" if self.schedules else ""

    def same(self, schedule: int | None) -> dict[str, object]:
        """What every list opened from here is of."""
        keys = {"year": self.year, "on": self.on.isoformat() if self.days.is_past else None}
        if schedule is not None:
            return keys | {"schedule": schedule}
        named = {"schedule_set" if k == OF_SET else k: v for k, v in self.keys.items()}
        if not {"schedule_set", OF_SCHEDULE} & named.keys() and self.schedules:
            named["schedule_set"] = self.schedules[0].set_id
        if self.bureau is not None:
            named["bureau"] = self.bureau
        return keys | named

    def sheet(self, block: Block) -> Sheet:
        same = self.same(block.schedule.pk)
        kept = {"year": self.year} | ({"on": self.on} if self.days.is_past else {})
        dues = reverse("reports:due-list")
        notes = [block.rhythm]
        if block.counted_in == CountedIn.MINUTES:
            notes.append(str(COUNTED_IN_LABELS[block.counted_in]))
        return Sheet(
            block=block,
            heading=block.schedule.name,
            note=" · ".join(notes),
            to=Addresses(
                due=dues,
                unit=reverse("reports:unit-detail", args=[0]).removesuffix("0/"),
                bureau=reverse("reports:bureau-list"),
                kept=f"?{urlencode(kept)}",
                all=address_of_dues(**same),
                done=address_of_dues(verdicts=DONE, **same),
                owed=address_of_dues(verdicts=OWED, **same),
                by_bureau=self.scope.sees_many_bureaus,
            ),
        )
