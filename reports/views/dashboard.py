"""All bureaus on one page, a row each, in the order of the organisation; never ranked."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from reports.domain.periods import YearStart, assessment_year
from reports.domain.progress import NOTHING, Tally
from reports.models import Unit
from reports.models.choices import REPORT_STATE_LABELS, clauses, day_label, labelled
from reports.selectors.bureaus import with_head, with_report
from reports.selectors.measures import overdue_by_bureau
from reports.selectors.problems import problem_counts_by_bureau
from reports.selectors.progress import BureauDues, SetStrip, bureau_dues
from reports.selectors.scope import Scope
from reports.templatetags.figures import Axis
from reports.views.mixins import DayMixin, tally_words
from reports.views.scoped import ScopeMixin

PER_PAGE = 50
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
            return redirect("admin:index")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if home := home_of(self.scope):
            kept = {k: v for k, v in request.GET.items() if k in {"year", "on"}}
            return redirect(f"{home}?{urlencode(kept)}" if kept else home)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        number = max(int(p) if (p := self.request.GET.get("page", "1")).isdecimal() else 1, 1)
        start = (number - 1) * PER_PAGE
        units = self.visible(Unit.objects.bureaus()).existing_in(self.year).in_order()
        units = with_report(with_head(units, self.on), self.year)
        bureaus = list(units[start : start + PER_PAGE + 1])
        more, bureaus = len(bureaus) > PER_PAGE, bureaus[:PER_PAGE]
        rows = self.rows(bureaus)
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "keep_query": urlencode(self.kept()),
            "totals": totals(rows),
            "page_number": number,
            "more": more,
            "whole": number == 1 and not more,
            "title": self.scope_name(),
        }

    def scope_name(self) -> str:
        names = [g.unit_name for g in self.scope.reading if g.kind == "tree"]
        return names[0] if len(names) == 1 else _("总览")

    def kept(self) -> dict[str, object]:
        return {"year": self.year} | ({"on": self.on} if self.on != self.today else {})

    def rows(self, bureaus: list[Unit]) -> list[Row]:
        """Four queries for any number of bureaus."""
        ids = [bureau.pk for bureau in bureaus]
        days = {"year": self.year, "on": self.on, "today": self.today}
        dues = bureau_dues(ids, **days)
        problems = problem_counts_by_bureau(ids, **days)
        overdue = overdue_by_bureau(ids, on=self.on)
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
