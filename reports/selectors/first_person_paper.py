"""A leader's year as a paper for giving account (述法材料): facts with the records behind them.

It says what is on record and what is not; whose work was good it does not say.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from reports.domain.dues import Verdict
from reports.domain.first_person import DeedForm, DeedKind
from reports.domain.paper import DOCUMENT_LANGUAGE, numeral
from reports.models import Appointment, Deed, Due
from reports.models.choices import (
    ACCOUNT_FORM_LABELS,
    DEED_FORM_LABELS,
    DEED_KIND_LABELS,
    VERDICT_LABELS_BY_WORDS,
    clauses,
    day_label,
    days_label,
    listed,
)
from reports.selectors.bureaus import label_of
from reports.selectors.dues import DONE
from reports.selectors.first_person import DutySheet, Performance, post_words
from reports.selectors.minutes import full_name


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A row of the annex: what a line of the paper refers to by its number."""

    number: int
    day: str
    kind: str
    title: str
    how: str
    entered: str

    def cells(self) -> tuple[str, ...]:
        return (str(self.number), self.day, self.kind, self.title, self.how, self.entered)


@dataclass(frozen=True, slots=True)
class PaperItem:
    """A duty with the lines that show it; none: nothing is on record."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A heading of the first level with plain lines and items."""

    title: str
    lines: tuple[str, ...] = ()
    items: tuple[PaperItem, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class PerformancePaper:
    """Everything the paper says, in order."""

    title: str
    issuer: str
    mark: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[PaperSection, ...]
    records: tuple[PaperRecord, ...]
    note: str
    day: str


def record_columns() -> tuple[str, ...]:
    """The headings of the annex."""
    return (
        _("序号"),
        _("日期"),
        _("履职方式"),
        _("事项"),
        _("形式、场合和文号"),
        _("录入日期"),
    )


def performance_paper(performance: Performance, *, of_person: bool) -> PerformancePaper:
    """The paper of a person's term, or of a post over the year: no query beyond those done."""
    with override(DOCUMENT_LANGUAGE):
        numbers = _Numbers(performance)
        return PerformancePaper(
            title=_title(performance, of_person),
            issuer=full_name(performance.unit, performance.unit.bureau),
            mark=_mark(performance),
            facts=tuple(_facts(performance, of_person)),
            sections=tuple(
                replace(section, number=numeral(place))
                for place, section in enumerate(_sections(performance, numbers), 1)
            ),
            records=tuple(numbers.rows),
            note=_("本材料由法治台账据记录生成，只列事实；括号内为附件中的记录序号。"),
            day=day_label(performance.on),
        )


class _Numbers:
    """The records in the order of their days, numbered from 1."""

    def __init__(self, performance: Performance):
        self.of_deed: dict[int, int] = {}
        self.of_due: dict[int, int] = {}
        self.rows: list[PaperRecord] = []
        # The paper is of one year: its days go without it.
        self.year = date(performance.year, 1, 1)
        found = [(deed.on, 0, deed.pk, deed) for deed in performance.deeds]
        found += [(due.met_on or due.met_late_on, 1, due.pk, due) for due in performance.done]
        for number, (_day, is_due, pk, record) in enumerate(sorted(found, key=lambda x: x[:3]), 1):
            (self.of_due if is_due else self.of_deed)[pk] = number
            row = _due_row if is_due else _deed_row
            self.rows.append(row(number, record, self.year))

    def cited(self, numbers: Iterable[int]) -> str:
        """（记录1、4）"""
        return _("（记录%(numbers)s）") % {"numbers": listed(sorted(numbers))}


def _deed_row(number: int, deed: Deed, year: date) -> PaperRecord:
    how = [
        str(DEED_FORM_LABELS[DeedForm(deed.form)]),
        *(each for each in (deed.occasion, deed.document_number) if each),
    ]
    return PaperRecord(
        number=number,
        day=day_label(deed.on, year),
        kind=str(DEED_KIND_LABELS[DeedKind(deed.kind)]),
        title=deed.title,
        how=clauses(how),
        entered=day_label(localtime(deed.recorded_at).date(), year),
    )


def _due_row(number: int, due: Due, year: date) -> PaperRecord:
    done = due.met_on or due.met_late_on
    meetings = [each.meeting for each in due.counting]
    words = [_verdict(due)]
    chairs = dict.fromkeys(m.presided_by.name for m in meetings if m.presided_by)
    if chairs:
        words.append(_("%(names)s主持") % {"names": listed(chairs)})
    entered = [localtime(m.recorded_at).date() for m in meetings]
    return PaperRecord(
        number=number,
        day=day_label(done, year),
        kind=due.schedule.name,
        title=listed(dict.fromkeys(m.title for m in meetings)) or label_of(due),
        how=clauses(words),
        entered=day_label(max(entered), year) if entered else "",
    )


def _title(performance: Performance, of_person: bool) -> str:
    told = {"year": performance.year, "unit": performance.unit.name}
    if not of_person:
        return _("%(unit)s%(year)s年\n法治建设第一责任人履职情况") % told
    told["name"] = performance.terms[0].person.name
    return _("%(name)s%(year)s年履行法治建设\n第一责任人职责情况") % told


def _mark(performance: Performance) -> str:
    if any(sheet.duty_list.needs_check for sheet in performance.sheets):
        return _("职责清单待与正式文本核对")
    return ""


def _facts(performance: Performance, of_person: bool) -> Iterable[tuple[str, str]]:
    yield _("单位"), full_name(performance.unit, performance.unit.bureau)
    yield (
        _("任职"),
        listed(
            term_words(term, performance.year, with_name=not of_person)
            for term in performance.terms
        ),
    )
    yield _("统计截至"), day_label(performance.on)
    for account in performance.accounts:
        told = {"day": day_label(account.on), "before": account.before}
        form = str(ACCOUNT_FORM_LABELS[account.form])
        yield _("述法"), clauses([form, _("%(day)s，向%(before)s") % told])


def term_words(term: Appointment, year: int, *, with_name: bool = True) -> str:
    """张某，第一责任人（1月1日—5月17日）: the days of the year that the term covers."""
    who = clauses([term.person.name, post_words(term)]) if with_name else post_words(term)
    begun = term.first_day.year == year
    ended = term.last_day is not None and term.last_day.year == year
    if begun and ended:
        days = days_label(term.first_day, term.last_day)
    elif begun:
        days = _("%(day)s起") % {"day": day_label(term.first_day, term.first_day)}
    elif ended:
        days = _("至%(day)s") % {"day": day_label(term.last_day, term.last_day)}
    else:
        return who
    return _("%(who)s（%(days)s）") % {"who": who, "days": days}


def _sections(performance: Performance, numbers: _Numbers) -> Iterable[PaperSection]:
    four = tuple(_kind_line(kind, performance.deeds, numbers) for kind in performance.counts.four)
    yield PaperSection(_("四个亲自"), four)
    for sheet in performance.sheets:
        yield PaperSection(sheet.duty_list.title, items=tuple(_items(sheet, numbers)))
    rest = [
        *_kind_lines(performance.other_deeds, numbers),
        *_due_lines(performance.other_dues, numbers),
    ]
    if rest:
        title = _("未对应职责条目的记录") if performance.sheets else _("履职记录")
        yield PaperSection(title, tuple(rest))
    owed = tuple(_owed_line(due) for due in performance.owed)
    yield PaperSection(_("本年度尚待落实"), owed or (_("没有尚待落实的事项。"),))


def _items(sheet: DutySheet, numbers: _Numbers) -> Iterable[PaperItem]:
    for item in sheet.items:
        lines = [*_kind_lines(item.deeds, numbers), *_due_lines(item.dues, numbers)]
        if item.is_empty:
            lines = [_("本年度尚无记录。"), *lines]
        told = {"number": item.duty.position, "text": item.duty.text}
        yield PaperItem(_("%(number)s．%(text)s") % told, tuple(lines))


def _kind_lines(deeds: list[Deed], numbers: _Numbers) -> Iterable[str]:
    there = {deed.kind for deed in deeds}
    return [_kind_line(kind, deeds, numbers) for kind in DeedKind if kind.value in there]


def _kind_line(kind: DeedKind, deeds: list[Deed], numbers: _Numbers) -> str:
    """重要工作亲自部署：2项（记录1、4）"""
    found = [numbers.of_deed[deed.pk] for deed in deeds if deed.kind == kind.value]
    told = {"kind": DEED_KIND_LABELS[kind], "n": len(found)}
    if not found:
        return _("%(kind)s：本年度尚无记录。") % told
    told["cited"] = numbers.cited(found)
    return (
        ngettext("%(kind)s：%(n)s项%(cited)s。", "%(kind)s：%(n)s项%(cited)s。", len(found)) % told
    )


def _due_lines(dues: list[Due], numbers: _Numbers) -> Iterable[str]:
    """党委会听取法治建设汇报，上半年：按期召开，6月3日（记录5）; without a number what is owed."""
    for due in dues:
        told = {"name": clauses([due.schedule.name, label_of(due)]), "verdict": _verdict(due)}
        if due.verdict not in DONE:
            yield _("%(name)s：%(verdict)s。") % told
            continue
        told["day"] = day_label(due.met_on or due.met_late_on, numbers.year)
        told["cited"] = numbers.cited([numbers.of_due[due.pk]])
        yield _("%(name)s：%(verdict)s，%(day)s%(cited)s。") % told


def _owed_line(due: Due) -> str:
    told = {"name": clauses([due.schedule.name, label_of(due)]), "verdict": _verdict(due)}
    return _("%(name)s：%(verdict)s。") % told


def _verdict(due: Due) -> str:
    return str(VERDICT_LABELS_BY_WORDS[due.schedule.words][Verdict(due.verdict)])
