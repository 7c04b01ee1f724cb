"""The year loop: what last year's report admitted and promised, and what becomes of it.

Each admitted problem and each promised step is answered for one by one: taken on as an item of this
year, merged into one that is there, done already, or dropped with a reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# The overview of a part counts records; it admits and promises nothing itself.
OVERVIEWS = frozenset({"problems", "next", "last_year"})
LONGEST_TITLE = 150


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of the report; ``about`` is what it speaks of where it was compiled, as
    ``problem:12``, and empty where it was typed. The records are those it rests on.
    """

    pk: int | None
    text: str
    about: str = ""
    problem: int | None = None
    measure: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of the report."""

    heading: str
    sentences: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that the report admits or promises, with the first sentence that says it."""

    text: str
    sentence: int | None = None
    problem: int | None = None
    measure: int | None = None


def promises_in(passages: Iterable[Passage]) -> list[Found]:
    """What the paragraphs of one part admit or promise, in their order.

    A paragraph with a heading is one thing and is called by its heading; of one without, each
    sentence is. The overview that a compiled part begins with is none.
    """
    found = []
    for passage in passages:
        told = [each for each in passage.sentences if each.text.strip()]
        if not passage.heading.strip():
            found += [
                Found(each.text.strip(), each.pk, each.problem, each.measure)
                for each in told
                if each.about not in OVERVIEWS
            ]
            continue
        found.append(
            Found(
                plain_heading(passage.heading),
                next((each.pk for each in told), None),
                next((each.problem for each in told if each.problem), None),
                next((each.measure for each in told if each.measure), None),
            )
        )
    return found


def plain_heading(heading: str) -> str:
    """A heading without the number it brings along: （一）执法规范化水平有待提高。"""
    text = heading.strip()
    if text[:1] in "（(":
        number, closed, rest = text[1:].replace(")", "）", 1).partition("）")
        if closed and rest.strip() and set(number) <= set("一二三四五六七八九十0123456789"):
            text = rest.strip()
    return text.rstrip("。")


def title_of(text: str) -> str:
    """What a record that takes it on is called: its first sentence, as long as a title may be."""
    first = text.strip().split("。")[0].strip()
    return first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1] + "…"


class AgainstDecision(StrEnum):
    """Why a decision is refused; the words stand with the other labels."""

    NO_NOTE = "no_note"
    NO_REASON = "no_reason"
    NO_TARGET = "no_target"
    TARGET_FOREIGN = "target_foreign"
    TARGET_GONE = "target_gone"
    OTHER_YEAR = "other_year"
    YEAR_NOT_BEGUN = "year_not_begun"


@dataclass(frozen=True, slots=True)
class MergeTarget:
    """The record that it would be merged into."""

    same_bureau: bool
    gone: bool  # cancelled, merged itself, dismissed or dropped


def reasons_against_merging(target: MergeTarget | None) -> list[AgainstDecision]:
    """Why it may not be merged into the record; empty when it may."""
    if target is None:
        return [AgainstDecision.NO_TARGET]
    reasons = []
    if not target.same_bureau:
        reasons.append(AgainstDecision.TARGET_FOREIGN)
    if target.gone:
        reasons.append(AgainstDecision.TARGET_GONE)
    return reasons


def reasons_against_taking_on(*, year: int, begins_on: date) -> list[AgainstDecision]:
    """Why it may not be taken on from that day: it is an item of the year it is carried into."""
    return [] if begins_on.year == year else [AgainstDecision.OTHER_YEAR]


def reasons_against_ending(decision: str, reason: str) -> list[AgainstDecision]:
    """Why it may not be called done, or dropped: either says in words how or why."""
    if reason.strip():
        return []
    return [AgainstDecision.NO_NOTE if decision == "done" else AgainstDecision.NO_REASON]
