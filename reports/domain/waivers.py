"""Waivers: who decides on them, what speaks against one, and how far a notice reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.domain.access import Role
from reports.domain.calendar import Holidays
from reports.domain.dues import DueFacts
from reports.domain.periods import Period

# Who excuses what a bureau owes itself; others only record it from the signed sheet.
DECIDES_FOR_A_BUREAU = frozenset({Role.LEADER, Role.SUPERVISOR})


class AgainstWaiver(StrEnum):
    """Why a waiver is not asked for, not granted, or not decided on."""

    NO_REASON = "no_reason"
    ASKED_IN_FUTURE = "asked_in_future"
    IN_FUTURE = "in_future"
    MET = "met"
    MADE_UP = "made_up"
    WAIVED = "waived"
    NOT_OWED = "not_owed"
    ASKED = "asked"
    NO_SIGNER = "no_signer"
    OWN_REQUEST = "own_request"
    BEFORE_ASKED = "before_asked"
    DECIDED = "decided"
    NO_NOTE = "no_note"


def reasons_against_granting(
    facts: DueFacts,
    *,
    reason: str,
    granted_on: date,
    today: date,
    asked: bool = False,
    from_paper: bool = False,
    signed: bool = False,
) -> list[AgainstWaiver]:
    """Why the due may not be excused by somebody of their own accord; empty when it may.

    ``asked``: a request for it waits, and is decided on instead. ``from_paper`` needs somebody
    who signed.
    """
    reasons = [] if reason.strip() else [AgainstWaiver.NO_REASON]
    if granted_on > today:
        reasons.append(AgainstWaiver.IN_FUTURE)
    reasons += _against_excusing(facts)
    if asked:
        reasons.append(AgainstWaiver.ASKED)
    if from_paper and not signed:
        reasons.append(AgainstWaiver.NO_SIGNER)
    return reasons


def reasons_against_asking(
    facts: DueFacts, *, reason: str, asked_on: date, today: date, asked: bool
) -> list[AgainstWaiver]:
    """Why no waiver may be asked for, before the period or after; empty when it may.

    ``asked``: another request waits already.
    """
    reasons = [] if reason.strip() else [AgainstWaiver.NO_REASON]
    if asked_on > today:
        reasons.append(AgainstWaiver.ASKED_IN_FUTURE)
    reasons += _against_excusing(facts)
    if facts.met_late_on is not None:
        reasons.append(AgainstWaiver.MADE_UP)
    if facts.not_applicable_because is not None:
        reasons.append(AgainstWaiver.NOT_OWED)
    if asked:
        reasons.append(AgainstWaiver.ASKED)
    return reasons


def reasons_against_deciding(
    facts: DueFacts,
    *,
    granted: bool,
    note: str,
    asked_on: date,
    asked_by: int | None,
    decided_on: date,
    decided_by: int,
    today: date,
    decided_before: bool = False,
    from_paper: bool = False,
    signed: bool = False,
) -> list[AgainstWaiver]:
    """Why a request may not be granted, or refused, by this person on that day; empty when it may.

    Never by who asked. What was met or excused meanwhile can only be refused, which needs words.
    """
    if decided_before:
        return [AgainstWaiver.DECIDED]
    reasons = []
    if asked_by is not None and asked_by == decided_by:
        reasons.append(AgainstWaiver.OWN_REQUEST)
    if decided_on > today:
        reasons.append(AgainstWaiver.IN_FUTURE)
    if decided_on < asked_on:
        reasons.append(AgainstWaiver.BEFORE_ASKED)
    if from_paper and not signed:
        reasons.append(AgainstWaiver.NO_SIGNER)
    if granted:
        return reasons + _against_excusing(facts)
    return reasons if note.strip() else [*reasons, AgainstWaiver.NO_NOTE]


def _against_excusing(facts: DueFacts) -> list[AgainstWaiver]:
    reasons = []
    if facts.met_on is not None:
        reasons.append(AgainstWaiver.MET)
    if facts.waived_on is not None:
        reasons.append(AgainstWaiver.WAIVED)
    return reasons


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a period the days of a notice cover, in workdays."""

    workdays: int
    covered: int
    inside: bool

    @property
    def whole(self) -> bool:
        """Nothing is left of the period, or no day of it on which anybody works."""
        return self.inside or self.workdays == self.covered > 0

    @property
    def share(self) -> float:
        """The covered part of the workdays; of a period without any, nought."""
        return self.covered / self.workdays if self.workdays else 0.0


def coverage(period: Period, notice: Period, holidays: Holidays) -> Coverage | None:
    """What the days of the notice cover of the period; None where they share no day."""
    if not period.overlaps(notice.first, notice.last):
        return None
    shared = Period(max(period.first, notice.first), min(period.last, notice.last))
    return Coverage(
        workdays=holidays.workdays_in(period),
        covered=holidays.workdays_in(shared),
        inside=shared == period,
    )


def reasons_against_ordering(facts: DueFacts, *, asked: bool) -> list[AgainstWaiver]:
    """Why a notice leaves the due as it is; empty when it may be excused by it."""
    reasons = _against_excusing(facts)
    if facts.met_late_on is not None:
        reasons.append(AgainstWaiver.MADE_UP)
    if facts.not_applicable_because is not None:
        reasons.append(AgainstWaiver.NOT_OWED)
    if asked:
        reasons.append(AgainstWaiver.ASKED)
    return reasons


def needs_signed_sheet(roles: Iterable[Role], *, of_bureau: bool) -> bool:
    """Whether who holds these roles there may excuse the due only from a signed sheet."""
    return of_bureau and not DECIDES_FOR_A_BUREAU & frozenset(roles)
