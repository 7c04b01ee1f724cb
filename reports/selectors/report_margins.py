"""What stands beside the text of a report and not in it: misses, repeats, words that go too far.

The text gives the true number held; the margin, on the screen and in the checking copy, says what
was missed, late or there before, each with its number and its list.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.report_text import claims_in, plain_name
from reports.domain.summaries import tokens_of
from reports.models import AnnualReport, MissDecision, Source
from reports.selectors.report_facts import years_running_of
from reports.selectors.report_figures import Figure
from reports.selectors.report_paragraphs import ParagraphRead, SectionRead
from reports.selectors.year_records import REPEATS

MISSED, LATE, AWAITING, REPEATED, CLAIM = "missed", "late", "awaiting", "repeated", "claim"
TONES = {MISSED: "bad", LATE: "warn", AWAITING: "warn", REPEATED: "warn", CLAIM: "bad"}


@dataclass(frozen=True, slots=True)
class Margin:
    """A remark beside a paragraph; ``number`` opens the list at ``url``."""

    code: str
    tone: str
    text: str
    number: int | None = None
    url: str = ""


def margins_of(
    report: AnnualReport, sections: Sequence[SectionRead], figures: Mapping[str, Figure]
) -> dict[int, list[Margin]]:
    """The remarks beside the paragraphs of a report, by paragraph: one query."""
    repeats = _repeats(report)
    found: dict[int, list[Margin]] = {}
    for section in sections:
        for paragraph in section.paragraphs:
            remarks = _of_dues(paragraph, figures) + repeats.get(paragraph.pk, [])
            if remarks:
                found[paragraph.pk] = remarks
    return found


def _of_dues(paragraph: ParagraphRead, figures: Mapping[str, Figure]) -> list[Margin]:
    keys = [key for sentence in paragraph.sentences for key in tokens_of(sentence.text)]
    names = dict.fromkeys(key.rsplit(":", 1)[0] for key in keys if key.startswith("schedule:"))
    found, broken = [], False
    for name in names:
        for code in (MISSED, LATE, AWAITING):
            figure = figures.get(f"{name}:{code}")
            if figure is not None and figure.value:
                label = _told(figure)
                found.append(Margin(code, TONES[code], label, figure.value, figure.url))
                broken = True
    if broken:
        text = "".join(part.text for s in paragraph.sentences for part in s.parts)
        for word in claims_in(text):
            words = _("文中“%(word)s”与记录不符") % {"word": word}
            found.append(Margin(CLAIM, TONES[CLAIM], words))
    return found


def _told(figure: Figure) -> str:
    """法制例会·未召开, whatever rhythm the name of the schedule has."""
    name, dot, kind = figure.label.rpartition("·")
    return f"{plain_name(name)}{dot}{kind}" if dot else figure.label


def _repeats(report: AnnualReport) -> dict[int, list[Margin]]:
    """The problems of each paragraph that had been listed before."""
    rows = Source.objects.filter(
        sentence__paragraph__section__report=report, problem__repeats__isnull=False
    )
    columns = ("problem__title", "problem__year", "problem__repeats__year", *REPEATS)
    found: dict[int, dict[int, Margin]] = defaultdict(dict)
    for row in rows.order_by("pk").values("sentence__paragraph_id", "problem_id", *columns):
        of = found[row["sentence__paragraph_id"]]
        if row["problem_id"] not in of:
            of[row["problem_id"]] = _repeated(row)
    return {paragraph: list(of.values()) for paragraph, of in found.items()}


def _repeated(row: Mapping[str, Any]) -> Margin:
    years = years_running_of(row)
    if years > 1:
        words = ngettext("连续%(n)s年列入", "连续%(n)s年列入", years) % {"n": years}
    else:
        words = _("%(year)s年已经列入") % {"year": row["problem__repeats__year"]}
    text = _("“%(title)s”%(words)s") % {"title": row["problem__title"], "words": words}
    url = reverse("reports:problem-detail", args=[row["problem_id"]])
    return Margin(REPEATED, TONES[REPEATED], text, None, url)


@dataclass(frozen=True, slots=True)
class Miss:
    """A schedule that was missed, and what was decided about it."""

    schedule: int
    name: str
    figure: Figure
    decision: MissDecision | None


def misses_of(report: AnnualReport, figures: Mapping[str, Figure]) -> list[Miss]:
    """Each schedule with a miss in the order of the figures, with its decision: one query."""
    rows = MissDecision.objects.filter(report=report).select_related("recorded_by")
    decided = {row.schedule_id: row for row in rows}
    found = []
    for key, figure in figures.items():
        name, _colon, kind = key.rpartition(":")
        if name.startswith("schedule:") and kind == MISSED and figure.value:
            schedule = int(name.removeprefix("schedule:"))
            label = plain_name(figure.name or figure.label.rpartition("·")[0])
            found.append(Miss(schedule, label, figure, decided.get(schedule)))
    return found
