"""All bureaus on one page, a row each, in the order of the organisation; never ranked.

Where they are many, the page shows the places directly below (provinces, cities), each with what
its bureaus add up to, and leads down; nobody gets thousands of rows unasked.
"""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.periods import YearStart, assessment_year
from reports.domain.progress import NOTHING, Tally
from reports.models import Unit
from reports.models.choices import REPORT_STATE_LABELS, clauses, day_label, labelled
from reports.models.units import PATH_SEGMENT
from reports.selectors.bureaus import with_head, with_report
from reports.selectors.places import (
    Place,
    Under,
    dues_below,
    found_at_bureaus,
    path_behind,
    places_below,
    sum_of,
)
from reports.selectors.progress import BureauDues, SetStrip, bureau_dues
from reports.selectors.scope import Scope, paths_above
from reports.templatetags.figures import Axis
from reports.views.mixins import DayMixin, tally_words
from reports.views.scoped import ScopeMixin
from reports.views.selection import ticked

PER_PAGE = 50
# More bureaus than this are shown by the place they lie in.
MOST_BUREAUS = 60
REPORT_WORDS = dict(labelled(REPORT_STATE_LABELS))


@dataclass(slots=True)
class Strip:
    """One schedule set of a bureau as a small strip with its words and its list."""

    rows: list
    axis: Axis
    label: str
    href: str


@dataclass(slots=True)
class Row:
    """A bureau as the dashboard shows it; the addresses end where a verdict may follow."""

    bureau: Unit
    note: str
    first_person: str
    acting: bool
    tally: Tally
    first_person_tally: Tally
    lacking: int
    strips: list[Strip]
    problems_open: int
    problems_closed: int
    measures_overdue: int
    report_pk: int | None
    report_word: str
    query: str


def home_of(scope: Scope) -> str | None:
    """Where somebody who works in one place lands; None: the page over all bureaus."""
    bureaus = {g.bureau_id for g in scope.reading}
    if len(bureaus) != 1 or None in bureaus:
        return None
    units = {g.unit_id for g in scope.reading}
    if all(g.kind == "unit" and not g.unit_is_bureau for g in scope.reading) and len(units) == 1:
        return reverse("reports:unit-detail", args=[units.pop()])
    return reverse("reports:bureau-detail", args=[bureaus.pop()])


class Dashboard(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/dashboard.html"

    def dispatch(self, request, *args, **kwargs):
        # Administrators see no records; what is theirs is in the admin.
        if self.scope.grants and not self.scope.reads_anything:
            audits = self.scope.allows(Act.READ_AUDIT_LOG)
            return redirect("reports:audit-log-list" if audits else "admin:index")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if home := home_of(self.scope):
            kept = {k: v for k, v in request.GET.items() if k in {"year", "on"}}
            return redirect(f"{home}?{urlencode(kept)}" if kept else home)
        return super().get(request, *args, **kwargs)

    @cached_property
    def at(self) -> str:
        """The path of the place that the address names; empty: all that one sees."""
        path = self.request.GET.get("at", "")
        trees = [g for g in self.scope.reading if g.kind == "tree"]
        if path and not (is_path(path) and any(g.path <= path < g.path_end for g in trees)):
            raise Http404
        return path

    @cached_property
    def bureaus(self) -> list[Unit]:
        """The bureaus in their order with the places above them, no more than a page needs."""
        units = self.visible(Unit.objects.bureaus()).existing_in(self.year).in_order()
        if self.at:
            units = units.filter(path__gte=self.at, path__lt=path_behind(self.at))
        units = with_report(with_head(units, self.on), self.year)
        units = units.select_related("parent__parent__parent")
        if self.page_number == 1:
            return list(units[: max(MOST_BUREAUS, PER_PAGE) + 1])
        start = (self.page_number - 1) * PER_PAGE
        return list(units[start : start + PER_PAGE + 1])

    @cached_property
    def page_number(self) -> int:
        typed = self.request.GET.get("page", "1")
        return max(int(typed), 1) if typed.isdecimal() and len(typed) < 6 else 1

    @cached_property
    def way(self) -> list[Unit]:
        """The units from the top down to the place shown, itself the last; none at the top."""
        if not self.at:
            return []
        units = [self.bureaus[0]] if self.bureaus else []
        while units and units[-1].parent is not None:
            units.append(units[-1].parent)
        if not any(unit.path == self.at for unit in units):
            above = Unit.objects.filter(path__in=[*paths_above(self.at), self.at])
            units = list(above.order_by("-path"))
        found = [unit for unit in reversed(units) if self.at.startswith(unit.path)]
        if not found or found[-1].path != self.at:
            raise Http404
        return found

    @cached_property
    def place(self) -> Under | None:
        """Whose bureaus are shown: the place of the address, else the top of the scope."""
        if self.way:
            unit = self.way[-1]
            return Under(unit.pk, unit.label, unit.path, unit.path_end)
        tops = {g.unit_id: g for g in self.scope.reading}
        top = next(iter(tops.values()))
        if len(tops) != 1 or top.kind != "tree":
            return None
        return Under(top.unit_id, top.unit_name, top.path, top.path_end)

    def places(self) -> list[Place]:
        """The places to show instead of single bureaus; none where those are few, or asked for."""
        if self.place is None or len(self.bureaus) <= MOST_BUREAUS or self.page_number > 1:
            return []
        if ticked(self.request, "all"):
            return []
        days = {"year": self.year, "on": self.on, "today": self.today}
        found = places_below(self.place, **days)
        if all(place.is_bureau for place in found.values()):
            return []
        dues_below(found, self.place, **days)
        return list(found.values())

    def get_context_data(self, **kwargs):
        kept = urlencode(self.kept())
        context = super().get_context_data(**kwargs) | {
            "keep_query": kept,
            "title": self.way[-1].label if self.way else self.scope_name(),
            "above": self.above(kept),
        }
        if places := self.places():
            shared = f"under={self.place.pk}&{kept}"
            return context | {
                "places": [
                    PlaceRow(p, f"{'bureau' if p.is_bureau else 'under'}={p.pk}&{kept}")
                    for p in places
                ],
                "place_totals": PlaceRow(sum_of(places), shared),
                "all_query": f"{urlencode({'at': self.place.path, 'all': 1})}&{kept}",
            }
        more = len(self.bureaus) > PER_PAGE
        rows = self.rows(self.bureaus[:PER_PAGE])
        return context | {
            "rows": rows,
            "totals": totals(rows),
            "page_number": self.page_number,
            "more": more,
            "whole": self.page_number == 1 and not more,
        }

    def above(self, kept: str) -> list[tuple[str, str]]:
        """The way down to the place shown, as far as one may see it: names and addresses."""
        trees = [g for g in self.scope.reading if g.kind == "tree"]
        return [
            (unit.label, f"?at={unit.path}&{kept}" if unit.path != self.at else "")
            for unit in self.way
            if any(g.path <= unit.path < g.path_end for g in trees)
        ]

    def scope_name(self) -> str:
        names = [g.unit_name for g in self.scope.reading if g.kind == "tree"]
        return names[0] if len(names) == 1 else _("总览")

    def kept(self) -> dict[str, object]:
        return {"year": self.year} | ({"on": self.on} if self.on != self.today else {})

    def rows(self, bureaus: list[Unit]) -> list[Row]:
        """Three queries for any number of bureaus."""
        ids = [bureau.pk for bureau in bureaus]
        days = {"year": self.year, "on": self.on, "today": self.today}
        dues = bureau_dues(ids, **days)
        problems, overdue = found_at_bureaus(ids, **days)
        kept = urlencode(self.kept())
        return [
            self.row(b, dues.get(b.pk) or BureauDues(), problems, overdue, kept) for b in bureaus
        ]

    def row(self, bureau, dues, problems, overdue, kept) -> Row:
        open_, closed = problems.get(bureau.pk, (0, 0))
        query = f"bureau={bureau.pk}&{kept}"
        return Row(
            bureau=bureau,
            note=note_of(bureau, dues, self.year),
            first_person=bureau.head_name or "",
            acting=bool(bureau.head_acting),
            tally=dues.tally,
            first_person_tally=dues.first_person,
            lacking=dues.lacking,
            strips=[strip_of(strip, self.year, query) for strip in dues.sets.values()],
            problems_open=open_,
            problems_closed=closed,
            measures_overdue=overdue.get(bureau.pk, 0),
            report_pk=bureau.report_pk,
            report_word=str(REPORT_WORDS[bureau.report_state]) if bureau.report_pk else "",
            query=query,
        )


def is_path(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) % PATH_SEGMENT == 0 and len(text) < 160


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place of several bureaus as the dashboard shows it, and the part of an address for it."""

    of: Place
    query: str


def totals(rows: list[Row]) -> dict[str, object]:
    """The columns of the page summed; a sum of what is shown, so that it always adds up."""
    return {
        "tally": sum((row.tally for row in rows), NOTHING),
        "first_person": sum((row.first_person_tally for row in rows), NOTHING),
        "lacking": sum(row.lacking for row in rows),
        "problems_open": sum(row.problems_open for row in rows),
        "problems_closed": sum(row.problems_closed for row in rows),
        "measures_overdue": sum(row.measures_overdue for row in rows),
    }


def strip_of(strip: SetStrip, year: int, query: str) -> Strip:
    whole = assessment_year(year, YearStart(*strip.year_start))
    return Strip(
        rows=list(strip.rows.values()),
        axis=Axis(whole.first, whole.last),
        label=tally_words(strip.name, strip.tally),
        href=f"{reverse('reports:due-list')}?{query}&set={strip.set_id}",
    )


def note_of(bureau: Unit, dues: BureauDues, year: int) -> str:
    """What sets a bureau apart: begun within the year, another year, no ledger."""
    if bureau.ledger_from is None:
        return _("未启用台账")
    notes = []
    since = bureau.ledger_from
    if since.year == year and (since.month, since.day) != (1, 1):
        notes.append(_("%(day)s起使用") % {"day": day_label(since, since)})
    for month, day in {s.year_start for s in dues.sets.values()} - {(1, 1)}:
        notes.append(_("考核年度自%(month)s月%(day)s日") % {"month": month, "day": day})
    return clauses(notes)
