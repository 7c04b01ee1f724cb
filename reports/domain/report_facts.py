"""What a report is written from: lines of records, and the pieces of text that are written.

Plain values in the order in which they are told; everything that counts is a figure by its key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zlib import crc32

from reports.domain.problems import ProblemState
from reports.domain.summaries import Numbering, SectionRole

# Slots are stored in a column of this length.
LONGEST_SLOT = 60


def slot_of(paragraph: str, part: str) -> str:
    """What a sentence is about, as ``paragraph/part``; one that is too long is shortened."""
    slot = f"{paragraph}/{part}"
    if len(slot) <= LONGEST_SLOT:
        return slot
    return f"{slot[: LONGEST_SLOT - 9]}.{crc32(slot.encode()):08x}"


@dataclass(frozen=True, slots=True)
class SentenceDraft:
    """A sentence and the records it was written from.

    ``slot`` says what the sentence is about, as ``paragraph/part``: a later compilation finds the
    sentence again by it. ``sources`` are pairs of the kind and the key of a record.
    """

    slot: str
    text: str
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ParagraphDraft:
    """A paragraph; ``key`` is the first half of the slots of its sentences."""

    key: str
    heading: str
    sentences: tuple[SentenceDraft, ...]


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """One of the parts that the regulation asks for."""

    role: SectionRole
    heading: str
    paragraphs: tuple[ParagraphDraft, ...]
    numbering: Numbering = Numbering.CHAPTERS


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A schedule that was owed in the year."""

    pk: int
    name: str
    set_id: int
    set_name: str
    is_meeting: bool = True
    of_first_person: bool = False
    units: int = 1
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem that was open or closed in the year."""

    pk: int
    title: str
    description: str
    cause: str
    state: ProblemState
    closed_on: date | None = None
    due_on: date | None = None
    due_is_month: bool = False
    since_year: int | None = None
    years_running: int = 1
    as_published: bool = False
    measures: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Something planned for the next year."""

    pk: int
    title: str
    unit: str
    due_on: date | None = None
    due_is_month: bool = False


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """What the report of the year before admitted or promised, and what became of it.

    ``record`` is the problem or measure it was carried over to, as a pair of kind and key;
    ``is_problem`` tells what was admitted from what was promised.
    """

    text: str
    answered: bool
    dropped: bool = False
    record: tuple[str, int] | None = None
    pk: int | None = None
    is_problem: bool = True


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A number of a kind of work record, by the code of its figure."""

    code: str
    label: str
    counter: str


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """What a kind of work record is told apart by; ``choices`` are codes with words."""

    label: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A kind of work record of which something was done.

    ``records`` are the single ones, the newest first; ``titles`` stand where all may be named.
    """

    code: str
    name: str
    counter: str
    heading: str
    fields: tuple[FieldLine, ...] = ()
    choices: tuple[ChoiceLine, ...] = ()
    records: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeedLine:
    """One thing that the first responsible person saw to."""

    pk: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task from above."""

    pk: int
    title: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An entered number; ``before`` and ``behind`` are the words round it: 约, 余."""

    pk: int
    code: str
    name: str
    before: str = ""
    behind: str = ""


@dataclass(frozen=True, slots=True)
class MissLine:
    """A schedule whose misses somebody decided to admit, with the cause."""

    schedule: ScheduleLine
    cause: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who leads, by posts and never by names, and the standing bodies."""

    head: str = ""
    in_charge: tuple[str, ...] = ()
    committees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class YearFacts:
    """All that a report is written from; ``values`` are the figures by key.

    ``period`` names the days of a text that is no annual report: 2026年上半年.
    """

    year: int
    on: date
    values: Mapping[str, Any]
    schedules: Sequence[ScheduleLine] = ()
    meetings: Sequence[tuple[int, str]] = ()
    problems: Sequence[ProblemLine] = ()
    honours: Sequence[tuple[int, str, str]] = ()
    plan: Sequence[PlanLine] = ()
    promises: Sequence[PromiseLine] = ()
    period: str = ""
    organisation: Organisation = Organisation()
    records: Sequence[RecordLine] = ()
    deeds: Sequence[DeedLine] = ()
    tasks: Sequence[TaskLine] = ()
    indicators: Sequence[IndicatorLine] = ()
    misses: Sequence[MissLine] = ()

    @property
    def in_period(self) -> str:
        """2026年, or the words of another span."""
        return self.period or f"{self.year}年"

    @property
    def this(self) -> str:
        """What happened within the days: 当年, or 期间."""
        return "期间" if self.period else "当年"


def day_words(day: date, year: int) -> str:
    """A day in the report: without its year where it is the report's own."""
    days = f"{day.month}月{day.day}日"
    return days if day.year == year else f"{day.year}年{days}"


def limit_words(day: date, month_only: bool, year: int) -> str:
    """A due day, or its month where no more is set."""
    if not month_only:
        return day_words(day, year)
    return f"{day.month}月" if day.year == year else f"{day.year}年{day.month}月"


def stopped(text: str) -> str:
    """One line with a full stop at its end."""
    line = "".join(part.strip() for part in text.split("\n"))
    return line if line.endswith(("。", "！", "？", "”", "）")) else line.rstrip("；;，,.、") + "。"
