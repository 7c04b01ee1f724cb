"""Certificates of people: entered, renewed, cancelled."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.domain.qualifications import (
    AgainstCertificate,
    Held,
    reasons_against_certificate,
    reasons_against_renewal,
)
from reports.models import Certificate, CertificateKind, Person
from reports.models.choices import AGAINST_CERTIFICATE_SENTENCES


class CannotEnterCertificate(Refused):
    """The certificate cannot be entered, renewed or cancelled like this."""


@dataclass(frozen=True, slots=True, eq=False)
class CertificateDraft:
    """A certificate as entered."""

    person: Person
    kind: CertificateKind
    number: str = ""
    issued_by: str = ""
    issued_on: date | None = None
    valid_until: date | None = None


@transaction.atomic
def add_certificates(
    drafts: Iterable[CertificateDraft], *, by: User | None, at: datetime, today: date
) -> list[Certificate]:
    """Enter certificates.

    Refuses a day of issue in the future, an end before it, a kind that expires without an end,
    the same number of the same kind once more, and another one of a kind that expires while the
    person holds one that was not renewed.
    """
    drafts = list(drafts)
    # Whoever enters one of the same person at once waits here, and then sees this one.
    people = {draft.person.pk for draft in drafts}
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=people))
    held = _held(people)
    rows = []
    for draft in drafts:
        number = draft.number.strip()
        _refuse(
            reasons_against_certificate(
                kind=draft.kind.pk,
                expires=draft.kind.expires,
                number=number,
                issued_on=draft.issued_on,
                valid_until=draft.valid_until,
                today=today,
                held=held[draft.person.pk],
            )
        )
        held[draft.person.pk].append(Held(draft.kind.pk, number, is_renewed=False))
        rows.append(_row(draft))
    return list(bulk_create(Certificate, rows, by=by, at=at))


def add_certificate(
    draft: CertificateDraft, *, by: User | None, at: datetime, today: date
) -> Certificate:
    """Enter one certificate; refuses like ``add_certificates``."""
    return add_certificates([draft], by=by, at=at, today=today)[0]


@transaction.atomic
def renew_certificate(
    *,
    certificate_id: int,
    number: str,
    issued_by: str,
    issued_on: date | None,
    valid_until: date | None,
    by: User | None,
    at: datetime,
    today: date,
) -> Certificate:
    """Enter what replaces a certificate: the old one then no longer counts as expiring.

    Refuses a certificate that is cancelled or renewed already (of two who renew it the second is
    told), an end that is not later than the old one, and what entering refuses.
    """
    old = (
        Certificate.objects.select_for_update(of=("self",))
        .select_related("person", "kind")
        .get(pk=certificate_id)
    )
    _refuse(
        reasons_against_renewal(
            cancelled=old.is_cancelled,
            renewed=Certificate.objects.filter(renews=old).exists(),
            old_until=old.valid_until,
            new_until=valid_until,
        )
    )
    draft = CertificateDraft(old.person, old.kind, number, issued_by, issued_on, valid_until)
    _refuse(
        reasons_against_certificate(
            kind=old.kind_id,
            expires=old.kind.expires,
            number=number.strip(),
            issued_on=issued_on,
            valid_until=valid_until,
            today=today,
            held=(),
            renews=True,
        )
    )
    row = _row(draft)
    row.renews = old
    row._history_user, row._history_date = by, at
    row.save()
    return row


@transaction.atomic
def cancel_certificate(
    *, certificate_id: int, because: str, by: User | None, at: datetime
) -> Certificate:
    """A certificate entered by mistake: stays visible with the reason and proves nothing.

    What it renewed stands as it did before. Refuses one that is cancelled, one that was renewed,
    and an empty reason.
    """
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate_id)
    if row.is_cancelled:
        _refuse([AgainstCertificate.CANCELLED])
    if Certificate.objects.filter(renews=row).exists():
        raise CannotEnterCertificate([_("该证件已经换发；录入有误的，请先作废换发后的证件。")])
    if not because.strip():
        raise CannotEnterCertificate([_("请写明作废原因。")])
    row.cancelled_at, row.cancelled_by, row.cancelled_because = at, by, because.strip()
    row.renews = None
    row._history_user, row._history_date = by, at
    row.save()
    return row


def _held(people: set[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    rows = Certificate.objects.standing().filter(person__in=people)
    for person, kind, number, renewed in rows.values_list(
        "person_id", "kind_id", "number", "renewed_by"
    ):
        found[person].append(Held(kind, number, renewed is not None))
    return found


def _refuse(against: Iterable[object]) -> None:
    if reasons := [AGAINST_CERTIFICATE_SENTENCES[each] for each in against]:
        raise CannotEnterCertificate(reasons)


def _row(draft: CertificateDraft) -> Certificate:
    return Certificate(
        person=draft.person,
        kind=draft.kind,
        number=draft.number.strip(),
        issued_by=draft.issued_by.strip(),
        issued_on=draft.issued_on,
        valid_until=draft.valid_until,
    )
