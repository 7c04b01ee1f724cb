"""A finished report as one structure, whichever form it is read in.

The printed page, the files for Word and WPS, the PDF and the texts for a web page are all made from
it, so that numbers of headings, notes, days and document numbers are settled once (GB/T 9704-2012:
一、（一）1.（1）; 2024年2月22日; 〔2024〕12号).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from reports.domain.paper import numeral
from reports.domain.report_text import NUMERALS
from reports.domain.summaries import Numbering

# --- what a report is made of --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence before it has its place: its words, the records behind it, whether it has none.

    A line break within the words begins a new paragraph.
    """

    text: str
    behind: tuple[str, ...] = ()
    unproved: bool = False


@dataclass(frozen=True, slots=True)
class RawParagraph:
    """A paragraph as it is kept: its heading may bring a number of its own, in any writing."""

    heading: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class RawSection:
    """A part of the report as it is kept."""

    heading: str
    paragraphs: tuple[RawParagraph, ...]
    numbering: Numbering = Numbering.CHAPTERS


# --- what is read --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a paragraph; ``note`` is the number of the note after them, 0 for none.

    ``mark``: what the checking copy says behind a sentence without a record.
    """

    text: str
    note: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note of the checking copy: the records behind a sentence."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text that may run over many lines of paper.

    ``level`` 1 to 4 is a heading of that level with its ``number``; 0 is text, which may begin with
    a number and a heading of its own (一是…). ``notes`` belong to its runs.
    """

    level: int
    number: str = ""
    heading: str = ""
    runs: tuple[Run, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def lead(self) -> str:
        """What it begins with: the number and the heading."""
        return self.number + self.heading

    @property
    def text(self) -> str:
        """All its words, without notes and marks."""
        return self.lead + "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: its heading, where it has one, is its first paragraph."""

    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a web page says of the report, in the order in which pages say it."""

    index_number: str = ""
    issued_on: str = ""
    issuer: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures beside the text: the heads of the columns, rows of as many cells, shares of width."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report with everything that any form of it shows; what is empty is left out.

    ``title`` has a line for the issuer where the title does not name it. ``signed_by``, ``mark``
    (草稿), ``addressee`` and ``remarks`` are words as they are printed. ``signed_by`` and
    ``internal``, further remarks, stay away from a web page; ``hints`` and ``tables`` belong to the
    checking copy.
    """

    title: tuple[str, ...]
    issuer: str
    sections: tuple[Section, ...]
    number: str = ""
    signed_by: str = ""
    mark: str = ""
    addressee: str = ""
    day: str = ""
    signature: str = ""
    remarks: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    shows_metadata: bool = False
    hints: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def name(self) -> str:
        """The title in one line."""
        return "".join(self.title)

    def paragraphs(self) -> Iterator[Paragraph]:
        """Headings and text from above to below."""
        for section in self.sections:
            yield from section.paragraphs

    def notes(self) -> list[Note]:
        """All notes in their order."""
        return [note for paragraph in self.paragraphs() for note in paragraph.notes]


# --- words ---------------------------------------------------------------------------------------

# An invisible mark could make a reader see other words than a program; the joiner and the selectors
# of variants are parts of visible signs.
_INVISIBLE_BUT_NEEDED = "\u200d\ufe0e\ufe0f"


def clean(text: str) -> str:
    """The words without marks that nobody sees: controls, halves of characters, directions.

    Line ends become one sort, a tabulator a space.
    """
    lines = re.sub("\r\n?|[\v\f\x85\u2028\u2029]", "\n", text).replace("\t", " ")
    return "".join(mark for mark in lines if mark == "\n" or _is_seen(mark))


def _is_seen(mark: str) -> bool:
    if mark in _INVISIBLE_BUT_NEEDED:
        return True
    # The last two of each plane are no characters; what is merely younger than this list may be.
    return unicodedata.category(mark) not in {"Cc", "Cf", "Cs"} and ord(mark) & 0xFFFE != 0xFFFE


def one_line(text: str) -> str:
    """The words of a heading: cleaned, on one line."""
    return " ".join(part.strip() for part in clean(text).split("\n") if part.strip())


def paper_day(day: date | None) -> str:
    """A day as an official document writes it, without leading noughts: 2024年2月22日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


_NUMBER = re.compile(
    r"[\[（(【〔［〖{]\s*((?:19|20)\d\d)\s*年?\s*[\]）)】〕］〗}]\s*(?:第?\s*0*(\d+)\s*号)?"
)


def document_number(typed: str) -> str:
    """A document number in the one right writing: 杭公法[2024]第012号 → 杭公法〔2024〕12号.

    GB/T 9704-2012, 7.2.5: the year in full in hexagonal brackets, no 第, no leading noughts.
    """

    def right(found: re.Match[str]) -> str:
        number = f"{found.group(2)}号" if found.group(2) else ""
        return f"〔{found.group(1)}〕{number}"

    line = unicodedata.normalize("NFC", one_line(typed)).translate(_DIGITS)
    return _NUMBER.sub(right, line)


_DIGITS = {ord("０") + value: str(value) for value in range(10)}

# --- numbers of headings -------------------------------------------------------------------------

_CHINESE = f"[{NUMERALS[1:]}]{{1,3}}"
_OWN = (
    (1, re.compile(rf"({_CHINESE})\s*[、.．]\s*")),
    (2, re.compile(rf"[（(]\s*({_CHINESE})\s*[)）]\s*[、.．]?\s*")),
    (3, re.compile(r"(\d{1,2})\s*(?:[.．](?!\d)|、)\s*")),
    (4, re.compile(r"[（(]\s*(\d{1,2})\s*[)）]\s*[、.．]?\s*")),
)
_ORDINAL = re.compile(rf"({_CHINESE})是\s*[，,：:]?\s*")
ORDINAL = 0
# What a heading within a paragraph may end with.
_ENDS = ("。", "！", "？", "；", "：", "…")


def value_of(numeral_: str) -> int:
    """What a number of a heading counts: 十二 and 12 are twelve."""
    if numeral_.isdigit():
        return int(numeral_)
    tens, ten, ones = numeral_.rpartition("十")
    if not ten:
        return NUMERALS.index(numeral_) if numeral_ in NUMERALS else 0
    return (NUMERALS.index(tens) if tens else 1) * 10 + (NUMERALS.index(ones) if ones else 0)


def number_words(level: int, value: int) -> str:
    """The number of a heading: 一、（一）1.（1）by its level, 一是 for an ordinal."""
    if level == ORDINAL:
        return f"{numeral(value)}是"
    words = numeral(value) if level < 3 else str(value)
    return {1: f"{words}、", 2: f"（{words}）", 3: f"{words}.", 4: f"（{words}）"}[level]


def own_number(heading: str) -> tuple[int, int, str] | None:
    """The level, the value and the rest of a heading that brings its number, in any writing."""
    for level, pattern in (*_OWN, (ORDINAL, _ORDINAL)):
        found = pattern.match(heading)
        if found and heading[found.end() :] and _counts(found.group(1)):
            return level, value_of(found.group(1)), heading[found.end() :]
    return None


def _counts(typed: str) -> bool:
    """Whether a row of numerals is a number as headings have it: 二十一, not 一一 or 十十."""
    value = int(typed) if typed.isdigit() else _value_or_none(typed)
    return bool(value) and (typed.isdigit() or numeral(value or 0) == typed)


def _value_or_none(typed: str) -> int:
    try:
        return value_of(typed)
    except ValueError:
        return 0


class _Counter:
    """Counts headings level by level; one that brings its number is believed."""

    def __init__(self) -> None:
        self._at = dict.fromkeys(range(5), 0)

    def numbered(self, level: int, heading: str, *, counts: bool = True) -> tuple[int, str, str]:
        """The level, the number in words and the heading without it."""
        own = own_number(heading)
        if own is not None and (own[0] != ORDINAL or level == ORDINAL):
            level, value, heading = own
        elif counts:
            value = self._at[level] + 1
        else:
            return level, "", heading
        self._at[level] = value
        for below in range(level + 1 if level else 5, 5):
            self._at[below] = 0
        if level in (1, 2):
            self._at[ORDINAL] = 0
        return level, number_words(level, value), heading


def lay_out(
    sections: Iterable[RawSection], *, checking: bool = False, mark: str = ""
) -> tuple[Section, ...]:
    """The parts of a report with their numbers; with ``checking`` its notes and marks, too.

    A heading that brings its own number keeps it, in the right writing, and the next one counts on
    from there. Notes are numbered through the whole report; ``mark`` stands behind a sentence that
    has no record. What has neither heading nor words is left out.
    """
    marked = mark if checking else ""
    counter, taken, found = _Counter(), [0], []
    for section in sections:
        paragraphs: list[Paragraph] = []
        heading = one_line(section.heading)
        if heading:
            paragraphs.append(_heading(*counter.numbered(1, heading)))
        for raw in section.paragraphs:
            paragraphs += _paragraphs(raw, section.numbering, counter, taken, checking, marked)
        if paragraphs:
            found.append(Section(tuple(paragraphs)))
    return tuple(found)


def _heading(level: int, number: str, heading: str) -> Paragraph:
    """A heading on a line of its own ends without a full stop."""
    return Paragraph(level, number, heading.rstrip("。"))


def _paragraphs(
    raw: RawParagraph,
    numbering: Numbering,
    counter: _Counter,
    taken: list[int],
    checking: bool,
    mark: str,
) -> list[Paragraph]:
    heading, found = one_line(raw.heading), []
    number = lead = ""
    if heading:
        level = ORDINAL if numbering == Numbering.ORDINALS else 2
        counts = numbering != Numbering.PLAIN
        level, number, heading = counter.numbered(level, heading, counts=counts)
        if level != ORDINAL:
            found.append(_heading(level, number, heading))
            number = ""
        else:
            lead = heading if heading.endswith(_ENDS) else f"{heading}。"
    for runs, notes in _lines(raw.said, taken, checking, mark):
        found.append(Paragraph(0, number, lead, tuple(runs), tuple(notes)))
        number = lead = ""
    if lead:
        found.append(Paragraph(0, number, lead))
    return found


def _lines(
    said: Sequence[Said], taken: list[int], checking: bool, mark: str
) -> Iterator[tuple[list[Run], list[Note]]]:
    """The lines of a paragraph, each as its runs and the notes to them."""
    runs: list[Run] = []
    notes: list[Note] = []
    for sentence in said:
        parts = clean(sentence.text).split("\n")
        last = max((at for at, part in enumerate(parts) if part.strip()), default=-1)
        for at, part in enumerate(parts):
            if at and runs:
                yield runs, notes
                runs, notes = [], []
            if not part.strip():
                continue
            words = part if runs else part.lstrip(" \u3000")
            number = 0
            if checking and sentence.behind and at == last:
                taken[0] += 1
                number = taken[0]
                notes.append(Note(number, "；".join(one_line(words) for words in sentence.behind)))
            runs.append(Run(words, number, mark if sentence.unproved and at == last else ""))
    if runs:
        yield runs, notes


def text_width(words: str) -> float:
    """How many characters of full width the words take; figures and Latin letters take half."""
    return sum(1.0 if unicodedata.east_asian_width(mark) in "WFA" else 0.5 for mark in words)


def signature_pads(issuer: str, day: str) -> tuple[float, float]:
    """How many characters the issuer and the day stand from the right margin, one centred above the
    other.

    The day stands four characters in; a name much wider than it keeps two (GB/T 9704-2012, 7.3.5).
    """
    wider = (text_width(issuer) - text_width(day)) / 2
    of_issuer = max(2.0, 4 - wider)
    return of_issuer, of_issuer + wider
