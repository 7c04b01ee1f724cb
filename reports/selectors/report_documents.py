"""A report as the one structure that its print and all its files are made from.

With ``checking`` it is the checking copy (核查稿): a numbered note of the records behind each
sentence, a mark where there is none, what to look at and the figures at the end. What is handed in
has none of that.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.official_text import (
    Document,
    Metadata,
    RawParagraph,
    RawSection,
    Said,
    Table,
    clean,
    document_number,
    lay_out,
    one_line,
    paper_day,
    text_width,
)
from reports.domain.paper import DOCUMENT_LANGUAGE, TITLE_CHARACTERS
from reports.domain.summaries import Numbering, ReportState, tokens_of
from reports.models import AnnualReport, Sentence
from reports.models.choices import clauses
from reports.selectors.report_facts import records_behind
from reports.selectors.report_figures import Figure
from reports.selectors.report_margins import CLAIM, LATE, margins_of
from reports.selectors.report_paragraphs import SectionRead, SentenceRead, sections_of
from reports.selectors.summaries import gaps_of, published_records, shown_figures
from reports.selectors.year_records import KINDS, YearRecords, duty_rows, report_day

# A text that was signed, or taken over from what was published, changes no more.
FROZEN = frozenset({ReportState.SIGNED.value, ReportState.PUBLISHED.value})
# What the table of the checking copy counts of each schedule.
COLUMNS = ("owed", "met", "late", "missed", "waived")
# Figures that count the dues of a schedule, or of several.
OF_DUES = frozenset({"schedule", "dues", "first_person"})


def document_of(report: AnnualReport, *, today: date, checking: bool = False) -> Document:
    """The report as it is printed, in the language of the document, whatever the reader's.

    ``report`` with bureau and signer loaded. Eleven queries at most; one more for the checking
    copy, and nine while it is a draft. A draft says that it is one. Refuses nothing.
    """
    with override(DOCUMENT_LANGUAGE):
        records = None if report.is_published_text else records_behind(report, today)
        shown, _now = shown_figures(report, today, records)
        figures = {figure.key: figure for figure in shown}
        sections = sections_of(report, figures)
        proofs = _proofs_of(report) if checking else {}
        raw = _published(report) if report.is_published_text else []
        raw += _raw(report, sections, figures, proofs)
        return Document(
            title=_title(report),
            issuer=_issuer(report),
            sections=lay_out(raw, checking=checking, mark=_("［待补佐证］")),
            number=document_number(report.document_number),
            signed_by=_signed_by(report),
            mark=_mark(report, checking),
            addressee=_addressee(report),
            day=paper_day(_issued_on(report)) if _is_frozen(report) else "",
            signature="" if report.is_published_text else _issuer(report),
            remarks=_in_brackets(_remarks(report, today)),
            internal=_in_brackets(_internal(report)),
            metadata=Metadata(
                one_line(report.index_number),
                paper_day(_issued_on(report)),
                _issuer(report),
                one_line(report.topic),
            ),
            shows_metadata=report.is_published_text and bool(report.index_number),
            hints=tuple(_hints(report, sections, figures, proofs, today, records))
            if checking
            else (),
            tables=_tables(shown) if checking else (),
        )


def document_day(report: AnnualReport, today: date) -> date:
    """The day that the name of a file carries: a draft is as of today."""
    return (_issued_on(report) if _is_frozen(report) else None) or today


def _issued_on(report: AnnualReport) -> date | None:
    """成文日期 is the day of the signing unless another is set."""
    return report.issued_on or report.signed_on


def _is_frozen(report: AnnualReport) -> bool:
    return report.state in FROZEN


def _issuer(report: AnnualReport) -> str:
    return one_line(report.issuer) or one_line(report.bureau.name)


def _title(report: AnnualReport) -> tuple[str, ...]:
    """The issuer stands above a title that does not name it.

    One that begins with it and is too long for a line is broken there, not within a word.
    """
    issuer = _issuer(report)
    lines = [line.strip() for line in clean(report.title).split("\n") if line.strip()]
    names = [name for name in (issuer, report.bureau.name) if name]
    if not any(name in report.title for name in names):
        return (issuer, *lines)
    if len(lines) == 1 and text_width(lines[0]) > TITLE_CHARACTERS:
        for name in names:
            if lines[0].startswith(name) and lines[0] != name:
                return name, lines[0].removeprefix(name).strip()
    return tuple(lines)


def _signed_by(report: AnnualReport) -> str:
    if report.is_published_text:
        return ""
    # Room to sign by hand where nobody has signed yet.
    name = one_line(report.signer.name) if report.signer else "\u3000" * 5
    return _("签发人：%(name)s") % {"name": name}


def _mark(report: AnnualReport, checking: bool) -> str:
    draft = "" if _is_frozen(report) else _("草稿，未签发")
    return clauses(part for part in (_("核查稿") if checking else "", draft) if part)


def _addressee(report: AnnualReport) -> str:
    names = one_line(report.addressee).rstrip("：:")
    return _("%(addressee)s：") % {"addressee": names} if names else ""


def _in_brackets(remarks: Iterable[str]) -> tuple[str, ...]:
    """Remarks (附注) stand in brackets under the day: GB/T 9704-2012, 7.3.8."""
    return tuple(_("（%(words)s）") % {"words": words} for words in remarks)


def _remarks(report: AnnualReport, today: date) -> Iterable[str]:
    if report.is_published_text:
        return
    as_of = _("数据截至%(day)s。") % {"day": paper_day(report_day(report, today))}
    yield as_of if _is_frozen(report) else as_of + _("本件为草稿，数据随台账更新。")


def _internal(report: AnnualReport) -> Iterable[str]:
    if report.from_paper and report.signer:
        told = {"name": one_line(report.signer.name), "day": paper_day(report.signed_on)}
        yield _("凭签批件录入：%(name)s于%(day)s在纸质件上签发。") % told


# --- the text -----------------------------------------------------------------------------------


def _raw(
    report: AnnualReport,
    sections: Sequence[SectionRead],
    figures: Mapping[str, Figure],
    proofs: Mapping[int, "Proof"],
) -> list[RawSection]:
    return [
        RawSection(
            section.heading,
            tuple(
                RawParagraph(
                    paragraph.heading,
                    tuple(_said(each, figures, proofs) for each in paragraph.sentences),
                )
                for paragraph in section.paragraphs
            ),
            section.numbering,
        )
        for section in sections
    ]


def _said(
    sentence: SentenceRead, figures: Mapping[str, Figure], proofs: Mapping[int, "Proof"]
) -> Said:
    text = "".join(part.text for part in sentence.parts)
    proof = proofs.get(sentence.pk)
    if proof is None:
        return Said(text)
    counted = tuple(_figures_behind(sentence.text, figures))
    # A schedule whose numbers stand there is named by them.
    behind = (*counted, *proof.words, *(proof.schedules if not counted else ()))
    unproved = not behind and not sentence.is_compiled
    return Said(text, tuple(dict.fromkeys(behind)), unproved)


def _published(report: AnnualReport) -> list[RawSection]:
    """What is known of a text that was published: its problems, and its steps for the next year."""
    problems, measures = published_records(report)
    words = _(
        "以下内容据已公开的年度报告整理；报告未公布的数据，此处不列。"
        "该局未启用台账，没有应开应办事项。"
    )
    found = [RawSection("", (RawParagraph("", (Said(words),)),), Numbering.PLAIN)]
    if problems:
        paragraphs = [
            RawParagraph(
                problem.title,
                tuple(
                    Said(f"{line}\n")
                    for line in (
                        problem.description,
                        _("原因：%(cause)s") % {"cause": problem.cause} if problem.cause else "",
                    )
                    if line
                ),
            )
            for problem in problems
        ]
        found.append(RawSection(_("报告所列问题"), tuple(paragraphs), Numbering.PLAIN))
    if measures:
        lines = tuple(RawParagraph("", (Said(measure.title),)) for measure in measures)
        found.append(RawSection(_("报告所列下一年度措施"), lines, Numbering.PLAIN))
    return found


# --- the checking copy --------------------------------------------------------------------------


@dataclass(slots=True)
class Proof:
    """The records behind one sentence in words, and the problems among them that came back."""

    words: list[str] = field(default_factory=list)
    schedules: list[str] = field(default_factory=list)
    repeats: list[tuple[str, int]] = field(default_factory=list)


COLUMNS_OF_PROOF = (
    "pk",
    "formula__title",
    "sources__schedule__name",
    "sources__problem__number",
    "sources__problem__title",
    "sources__problem__repeats__year",
    "sources__measure__title",
    "sources__meeting__title",
    "sources__meeting__held_on",
    "sources__honour__title",
    "sources__honour__awarded_by",
    "sources__record__title",
    "sources__record__on",
    "sources__deed__title",
    "sources__deed__on",
    "sources__task__document",
    "sources__task__title",
    "sources__promise__text",
    "sources__promise__year",
    "sources__indicator__name",
)


def _proofs_of(report: AnnualReport) -> dict[int, Proof]:
    """What the sentences of a report rest on, by sentence: one query."""
    rows = Sentence.objects.filter(paragraph__section__report=report)
    found: dict[int, Proof] = defaultdict(Proof)
    for row in rows.order_by("pk", "sources__pk").values(*COLUMNS_OF_PROOF):
        proof = found[row["pk"]]
        proof.words += [words for words in _records_in(row) if words not in proof.words]
        if name := row["sources__schedule__name"]:
            proof.schedules.append(_("制度：%(name)s") % {"name": name})
        if repeated := row["sources__problem__repeats__year"]:
            proof.repeats.append((row["sources__problem__title"], repeated))
    return found


def _records_in(row: Mapping[str, Any]) -> Iterable[str]:
    told = {name.removeprefix("sources__"): value for name, value in row.items()}
    for name in ("meeting__held_on", "record__on", "deed__on"):
        told[name] = paper_day(told[name])
    words = {
        "formula__title": _("规范表述：%(formula__title)s"),
        "problem__title": _("问题%(problem__number)s：%(problem__title)s"),
        "measure__title": _("措施：%(measure__title)s"),
        "meeting__title": _("会议：%(meeting__title)s（%(meeting__held_on)s）"),
        "honour__title": _("荣誉：%(honour__title)s"),
        "record__title": _("工作记录：%(record__title)s（%(record__on)s）"),
        "deed__title": _("履职：%(deed__title)s（%(deed__on)s）"),
        "task__title": _("上级任务：%(task__document)s %(task__title)s"),
        "promise__text": _("上年度报告所列：%(promise__text)s"),
        "indicator__name": _("指标：%(indicator__name)s"),
    }
    for name, sentence in words.items():
        if told[name]:
            yield sentence % told


def _figures_behind(text: str, figures: Mapping[str, Figure]) -> Iterable[str]:
    """The figures of a sentence; of a schedule all that is not nought, whatever the sentence says.

    What a sentence leaves out, such as what was missed, a checker should see.
    """
    keys = tokens_of(text)
    of_dues = [key.rsplit(":", 1)[0] for key in keys if key.split(":")[0] in OF_DUES]
    for name in dict.fromkeys(of_dues):
        kinds = [figures.get(f"{name}:{kind}") for kind in KINDS]
        counted = [figure for figure in kinds if figure and figure.value]
        if counted:
            # A frozen figure has kept its label alone: 法制例会·应召开.
            labels = [figure.label.rpartition("·") for figure in counted]
            parts = [
                f"{label[2]} {figure.value}" for label, figure in zip(labels, counted, strict=True)
            ]
            yield _("%(name)s：%(value)s") % {"name": labels[0][0], "value": clauses(parts)}
    for key in dict.fromkeys(keys):
        figure = figures.get(key)
        if figure is not None and key.split(":")[0] not in OF_DUES:
            yield f"{figure.label} {figure.value}"


def _hints(
    report: AnnualReport,
    sections: Sequence[SectionRead],
    figures: Mapping[str, Figure],
    proofs: Mapping[int, Proof],
    today: date,
    records: YearRecords | None,
) -> Iterable[str]:
    """What a checker should look at: misses, what came back, what is incomplete."""
    for figure in figures.values():
        if figure.key.startswith("schedule:") and figure.key.endswith(":missed") and figure.value:
            yield _("未落实：%(label)s %(n)s") % {"label": figure.label, "n": figure.value}
    yield from _beside(report, sections, figures)
    repeats = [pair for proof in proofs.values() for pair in proof.repeats]
    for title, year in dict.fromkeys(repeats):
        yield _("重复出现：“%(title)s”%(year)s年已经列入") % {"title": title, "year": year}
    if not _is_frozen(report):
        for gap in gaps_of(report, sections, figures, today, records):
            yield _("%(badge)s：%(text)s") % {"badge": gap.badge, "text": gap.text}


def _beside(
    report: AnnualReport, sections: Sequence[SectionRead], figures: Mapping[str, Figure]
) -> Iterable[str]:
    """What else the margin says: what was late, and words that the records contradict."""
    for paragraph in margins_of(report, sections, figures).values():
        for each in paragraph:
            if each.code == LATE:
                yield _("逾期：%(label)s %(n)s") % {"label": each.text, "n": each.number}
            elif each.code == CLAIM:
                yield each.text


def _tables(figures: Sequence[Figure]) -> tuple[Table, ...]:
    """The figures of duties by schedule, then all others by their groups."""
    found = []
    if rows := duty_rows(figures):
        cells = [
            (
                _("%(group)s：%(name)s") % {"group": row.group, "name": row.name}
                if not row.is_total
                else row.name,
                *(str(row.by_kind[kind].value) if kind in row.by_kind else "" for kind in COLUMNS),
            )
            for row in rows
        ]
        heads = (_("制度"), _("应落实"), _("按期"), _("补开或逾期"), _("未落实"), _("免开免办"))
        found.append(Table(_("附：制度落实数据"), heads, tuple(cells), (4, 1, 1, 1, 1, 1)))
    others = [
        (str(figure.group), str(figure.label), str(figure.value))
        for figure in figures
        if figure.key.split(":")[0] not in OF_DUES
    ]
    if others:
        titles = (_("分类"), _("数据"), _("数值"))
        found.append(Table(_("附：其他数据"), titles, tuple(others), (3, 6, 2)))
    return tuple(found)
