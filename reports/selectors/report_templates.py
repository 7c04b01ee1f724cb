"""Templates of the annual report: which a bureau may use, and what their parts draw on in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from reports.domain.report_templates import OF_HEADING, Draw, heading_of
from reports.domain.summaries import SectionRole
from reports.models import Formula, ReportHeading, ReportTemplate, Unit
from reports.models.choices import DRAW_LABELS, NUMBERING_LABELS, SECTION_ROLE_LABELS
from reports.selectors.report_facts import plan_from
from reports.selectors.scope import Scope


def templates_for(scope: Scope) -> QuerySet[ReportTemplate]:
    """The templates of a scope: delivered ones first, then those of bureaus."""
    rows = scope.limit(ReportTemplate.objects.all())
    return rows.select_related("unit").order_by(
        F("unit__path").asc(nulls_first=True), "position", "pk"
    )


def templates_to_use(bureau: Unit, *, year: int) -> QuerySet[ReportTemplate]:
    """The templates in use that a bureau may compile a report of the year with: its own first."""
    rows = ReportTemplate.objects.filter(Q(unit__isnull=True) | Q(unit=bureau), is_active=True)
    rows = rows.filter(Q(year__isnull=True) | Q(year=year))
    return rows.select_related("unit").order_by(F("unit").desc(nulls_last=True), "position", "pk")


def headings_named() -> dict[str, str]:
    """The headings of work records by code, in their order: one query."""
    rows = ReportHeading.objects.order_by("position", "pk")
    return dict(rows.values_list("code", "name"))


def draw_label(code: str, headings: Mapping[str, str]) -> str:
    """What a code draws on, in words: 工作记录：普法宣传."""
    heading = heading_of(code)
    if heading:
        return _("工作记录：%(heading)s") % {"heading": headings.get(heading, heading)}
    if code in set(Draw):
        return str(DRAW_LABELS[Draw(code)])
    if code in set(SectionRole):
        return str(SECTION_ROLE_LABELS[SectionRole(code)])
    return code


def draw_choices(headings: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every code that a part may draw on, with its words, in the order of the registry."""
    found = []
    for draw in Draw:
        if draw == Draw.RECORDS:
            codes = [f"{OF_HEADING}{code}" for code in headings]
            found += [(code, draw_label(code, headings)) for code in codes]
        found.append((draw.value, draw_label(draw.value, headings)))
    return found


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part of a template as its page shows it."""

    heading: str
    draws: tuple[str, ...]
    asks: str


@dataclass(frozen=True, slots=True)
class SectionShown:
    """A section of a template as its page shows it."""

    role: str
    heading: str
    numbering: str
    parts: tuple[PartShown, ...]


def template_shown(template: ReportTemplate) -> list[SectionShown]:
    """The sections of a template with their words: three queries."""
    headings = headings_named()
    return [
        SectionShown(
            str(SECTION_ROLE_LABELS[section.role]),
            _heading_shown(section.heading),
            str(NUMBERING_LABELS[section.numbering]),
            tuple(
                PartShown(
                    part.heading,
                    tuple(draw_label(code, headings) for code in part.draws),
                    part.asks,
                )
                for part in section.parts
            ),
        )
        for section in plan_from(template).sections
    ]


def _heading_shown(heading: str) -> str:
    """The years stand open, as in a blank form."""
    return heading.replace("{year}", "××××").replace("{next_year}", "××××")


def formulas_on(day: date) -> QuerySet[Formula]:
    """The standing formulas that hold on a day."""
    rows = Formula.objects.filter(first_day__lte=day)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=day))
    return rows.order_by("position", "pk")
