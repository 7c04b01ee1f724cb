"""Passing a post on, and merging what was entered twice: what is allowed, with reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.domain.terms import Term, overlaps


class AgainstHandOver(StrEnum):
    """Why a post cannot be passed on like this."""

    SAME_PERSON = "same_person"
    NOT_AFTER_ITS_BEGIN = "not_after_its_begin"


def reasons_against_handing_over(
    term: Term, *, on: date, same_person: bool, acting: bool, acting_after: bool
) -> list[AgainstHandOver]:
    """Whoever acts in a post may be given it in full; otherwise another person takes over.

    The new holder begins on ``on``, at least a day after the old one began.
    """
    reasons = []
    if same_person and not (acting and not acting_after):
        reasons.append(AgainstHandOver.SAME_PERSON)
    if on <= term.first_day:
        reasons.append(AgainstHandOver.NOT_AFTER_ITS_BEGIN)
    return reasons


class AgainstMergingPeople(StrEnum):
    """Why two entries of a person cannot become one."""

    SAME_ENTRY = "same_entry"
    MERGED_ALREADY = "merged_already"
    KEPT_IS_MERGED = "kept_is_merged"
    OTHER_BUREAU = "other_bureau"
    TWO_LOGINS = "two_logins"
    DUES_TWICE = "dues_twice"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the rule asks of an entry of a person."""

    key: int
    bureau: int | None
    login: int | None
    is_merged: bool


def reasons_against_merging(gone: Entry, kept: Entry) -> list[AgainstMergingPeople]:
    """Why the entry ``gone`` cannot be merged into ``kept``: never two logins, nor two bureaus."""
    reasons = []
    if gone.key == kept.key:
        reasons.append(AgainstMergingPeople.SAME_ENTRY)
    if gone.is_merged:
        reasons.append(AgainstMergingPeople.MERGED_ALREADY)
    if kept.is_merged:
        reasons.append(AgainstMergingPeople.KEPT_IS_MERGED)
    if gone.bureau != kept.bureau:
        reasons.append(AgainstMergingPeople.OTHER_BUREAU)
    if gone.login is not None and kept.login is not None:
        reasons.append(AgainstMergingPeople.TWO_LOGINS)
    return reasons


@dataclass(frozen=True, slots=True)
class HeldTerm:
    """A term in a post of a unit, by the key of its row."""

    key: int
    unit: int
    post: int
    term: Term


def terms_that_clash(
    gone: Iterable[HeldTerm], kept: Iterable[HeldTerm]
) -> list[tuple[HeldTerm, HeldTerm]]:
    """Pairs of terms in the same post that share a day: one person cannot hold it twice."""
    kept = list(kept)
    return [
        (one, other)
        for one in gone
        for other in kept
        if (one.unit, one.post) == (other.unit, other.post) and overlaps(one.term, other.term)
    ]


class AgainstMergingUnits(StrEnum):
    """Why a unit cannot be merged into another."""

    SAME_UNIT = "same_unit"
    OTHER_BUREAU = "other_bureau"
    FILES_REPORT = "files_report"
    INTO_ITS_OWN = "into_its_own"
    COMES_BACK = "comes_back"
    ENDS_BEFORE = "ends_before"
    CLOSED_ALREADY = "closed_already"


@dataclass(frozen=True, slots=True)
class Merging:
    """Two units as far as the rule asks: ``successors`` are the keys behind the receiving one."""

    key: int
    into: int
    bureau: int | None
    into_bureau: int | None
    files_report: bool = False
    into_is_below: bool = False
    successors: frozenset[int] = frozenset()
    into_closes_on: date | None = None
    into_opens_on: date | None = None
    closed_on: date | None = None
    merged_into: int | None = None


def reasons_against_merging_units(facts: Merging, on: date) -> list[AgainstMergingUnits]:
    """``on`` is the last day of the unit; from the day after the other one is in its place.

    A unit that is closed already may be told its successor afterwards, with the day it closed on.
    A bureau is not merged: its ledger and its report are its own.
    """
    reasons = []
    if facts.key == facts.into:
        return [AgainstMergingUnits.SAME_UNIT]
    if facts.files_report:
        reasons.append(AgainstMergingUnits.FILES_REPORT)
    if facts.bureau != facts.into_bureau:
        reasons.append(AgainstMergingUnits.OTHER_BUREAU)
    if facts.into_is_below:
        reasons.append(AgainstMergingUnits.INTO_ITS_OWN)
    if facts.key in facts.successors:
        reasons.append(AgainstMergingUnits.COMES_BACK)
    if (facts.into_closes_on is not None and facts.into_closes_on <= on) or (
        facts.into_opens_on is not None and (facts.into_opens_on - on).days > 1
    ):
        reasons.append(AgainstMergingUnits.ENDS_BEFORE)
    if facts.merged_into is not None or (facts.closed_on is not None and facts.closed_on != on):
        reasons.append(AgainstMergingUnits.CLOSED_ALREADY)
    return reasons
