"""What qualifies a person for a post, and how long a certificate is still good."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.domain.terms import Term

EXPIRES_SOON = 90  # days before the end in which a certificate is listed for renewal
# The clause on first reviewers came in with the amendment in force from that day; in the law as
# revised in 2021 it is the third paragraph of article 58.
FIRST_REVIEWERS_FROM = date(2018, 1, 1)


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate that stands: its kind, and the days on which it is good (None: unknown)."""

    kind: int
    issued_on: date | None = None
    valid_until: date | None = None
    is_national: bool = False

    def good_on(self, day: date) -> bool:
        """Whether it proves something on the day; an unknown day of issue is no objection."""
        return (self.issued_on is None or self.issued_on <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def qualified_on(proofs: Iterable[Proof], kinds: Collection[int], day: date) -> bool:
    """Whether one of the kinds is proved on the day; a post that asks for none has everybody."""
    return not kinds or any(proof.kind in kinds and proof.good_on(day) for proof in proofs)


def first_review_without_national(
    reviewing: Iterable[Term], proofs: Iterable[Proof]
) -> date | None:
    """The day on which someone began to review decisions without the national qualification.

    ``reviewing`` are all terms, in any unit, in posts that review decisions on penalties. None
    where the first of them began before the rule, or where the qualification was there that day.

    Article 58 paragraph 3 of the law on administrative penalties (行政处罚法第五十八条第三款，
    2021年修订；2018年1月1日起施行): 初次从事行政处罚决定法制审核的人员，应当通过国家统一法律
    职业资格考试取得法律职业资格.
    """
    first = min((term.first_day for term in reviewing), default=None)
    if first is None or first < FIRST_REVIEWERS_FROM:
        return None
    if any(proof.is_national and proof.good_on(first) for proof in proofs):
        return None
    return first


class Validity(StrEnum):
    """How a certificate stands on a day."""

    CANCELLED = "cancelled"
    NOT_YET = "not_yet"
    RENEWED = "renewed"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    GOOD = "good"


def validity(
    *,
    on: date,
    issued_on: date | None,
    valid_until: date | None,
    renewed_on: date | None = None,
    cancelled: bool = False,
) -> Validity:
    """How the certificate stands on the day; ``renewed_on`` is when its renewal was issued.

    The last day belongs to it. One that was renewed neither expires nor has expired.
    """
    if cancelled:
        return Validity.CANCELLED
    if issued_on is not None and issued_on > on:
        return Validity.NOT_YET
    if renewed_on is not None and renewed_on <= on:
        return Validity.RENEWED
    if valid_until is None:
        return Validity.GOOD
    left = (valid_until - on).days
    if left < 0:
        return Validity.EXPIRED
    return Validity.EXPIRING if left <= EXPIRES_SOON else Validity.GOOD


class AgainstCertificate(StrEnum):
    """Why a certificate cannot be entered like this."""

    FUTURE = "future"
    ENDS_BEFORE = "ends_before"
    NO_END = "no_end"
    SAME_NUMBER = "same_number"
    TO_RENEW = "to_renew"
    CANCELLED = "cancelled"
    RENEWED = "renewed"
    NOT_LATER = "not_later"


@dataclass(frozen=True, slots=True)
class Held:
    """A standing certificate of the person, as the rules on entering another see it."""

    kind: int
    number: str
    is_renewed: bool


def reasons_against_certificate(
    *,
    kind: int,
    expires: bool,
    number: str,
    issued_on: date | None,
    valid_until: date | None,
    today: date,
    held: Iterable[Held],
    renews: bool = False,
) -> list[AgainstCertificate]:
    """Why the certificate may not be entered; empty when it may.

    A kind that expires needs its last day; the same number of the same kind is entered once; and
    who still holds one of a kind that expires renews that one, else it would go on expiring.
    """
    against = []
    held = list(held)
    if issued_on is not None and issued_on > today:
        against.append(AgainstCertificate.FUTURE)
    if issued_on is not None and valid_until is not None and valid_until < issued_on:
        against.append(AgainstCertificate.ENDS_BEFORE)
    if expires and valid_until is None:
        against.append(AgainstCertificate.NO_END)
    # A renewed card often keeps its number.
    if number and not renews and any(h.kind == kind and h.number == number for h in held):
        against.append(AgainstCertificate.SAME_NUMBER)
    elif expires and not renews and any(h.kind == kind and not h.is_renewed for h in held):
        against.append(AgainstCertificate.TO_RENEW)
    return against


def reasons_against_renewal(
    *, cancelled: bool, renewed: bool, old_until: date | None, new_until: date | None
) -> list[AgainstCertificate]:
    """Why a certificate may not be renewed: cancelled, renewed already, or not good for longer."""
    if cancelled:
        return [AgainstCertificate.CANCELLED]
    if renewed:
        return [AgainstCertificate.RENEWED]
    if old_until is not None and new_until is not None and new_until <= old_until:
        return [AgainstCertificate.NOT_LATER]
    return []
