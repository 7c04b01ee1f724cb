from datetime import date

import pytest

from reports.actions.certificates import (
    CannotEnterCertificate,
    CertificateDraft,
    add_certificate,
    cancel_certificate,
    renew_certificate,
)
from reports.models import Certificate
from tests.factories import (
    NOON,
    CertificateFactory,
    CertificateKindFactory,
    PersonFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
ENTRY = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def card():
    return CertificateKindFactory(code="enforcement", name="行政执法证", expires=True)


@pytest.fixture
def held(card):
    return CertificateFactory(kind=card, number="A1", valid_until=date(2026, 8, 1))


def renewing(row, **facts):
    given = {
        "number": "A1",
        "issued_by": "市政府",
        "issued_on": TODAY,
        "valid_until": date(2031, 8, 1),
    }
    return renew_certificate(certificate_id=row.pk, **{**given, **facts}, **ENTRY)


def test_a_certificate_is_entered_with_its_history():
    user = UserFactory()
    draft = CertificateDraft(PersonFactory(), CertificateKindFactory(), " 12 ", " 省厅 ", TODAY)

    row = add_certificate(draft, by=user, at=NOON, today=TODAY)

    row.refresh_from_db()
    assert (row.number, row.issued_by, row.issued_on) == ("12", "省厅", TODAY)
    assert row.history.get().history_user == user


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"valid_until": None}, "该种证件有有效期，请填写有效期至。"),
        ({"issued_on": date(2026, 6, 11)}, "发证日期不能晚于今天。"),
        (
            {"issued_on": TODAY, "valid_until": date(2026, 6, 9)},
            "有效期早于发证日期。",
        ),
    ],
)
def test_what_cannot_be_is_refused(card, facts, reason):
    given = {"valid_until": date(2031, 1, 1), **facts}

    with pytest.raises(CannotEnterCertificate) as refusal:
        add_certificate(CertificateDraft(PersonFactory(), card, **given), **ENTRY)

    assert refusal.value.reasons == [reason]
    assert not Certificate.objects.exists()


def test_the_same_page_sent_again_enters_nothing_twice(card, held):
    draft = CertificateDraft(held.person, card, "A1", valid_until=date(2031, 1, 1))

    with pytest.raises(CannotEnterCertificate) as same:
        add_certificate(draft, **ENTRY)
    with pytest.raises(CannotEnterCertificate) as another:
        add_certificate(
            CertificateDraft(held.person, card, "B2", valid_until=date(2031, 1, 1)), **ENTRY
        )

    assert same.value.reasons == ["该人员已有同种类、同编号的证件。"]
    assert another.value.reasons == ["该人员已有该种证件，到期换证的请在原证件上办理“换发”。"]
    assert Certificate.objects.get() == held


def test_a_renewal_links_to_the_old_one_once(held):
    new = renewing(held)

    with pytest.raises(CannotEnterCertificate) as refusal:
        renewing(held)

    assert (new.renews, new.person, new.kind) == (held, held.person, held.kind)
    assert refusal.value.reasons == ["该证件已经换发。"]
    assert Certificate.objects.count() == 2


def test_a_renewal_must_be_good_for_longer(held):
    with pytest.raises(CannotEnterCertificate) as refusal:
        renewing(held, valid_until=held.valid_until)

    assert refusal.value.reasons == ["新证件的有效期须晚于原证件。"]


def test_a_mistaken_renewal_is_cancelled_and_the_old_one_stands_again(held):
    user = UserFactory()
    wrong = renewing(held)

    with pytest.raises(CannotEnterCertificate) as refusal:
        cancel_certificate(certificate_id=held.pk, because="录错", by=user, at=NOON)
    cancel_certificate(certificate_id=wrong.pk, because=" 录错人 ", by=user, at=NOON)
    right = renewing(held)

    wrong.refresh_from_db()
    assert refusal.value.reasons == ["该证件已经换发；录入有误的，请先作废换发后的证件。"]
    assert (wrong.cancelled_because, wrong.cancelled_by, wrong.renews) == ("录错人", user, None)
    assert right.renews == held


@pytest.mark.parametrize("because", ["", "  "])
def test_cancelling_needs_a_reason_and_happens_once(held, because):
    with pytest.raises(CannotEnterCertificate) as refusal:
        cancel_certificate(certificate_id=held.pk, because=because, by=None, at=NOON)
    cancel_certificate(certificate_id=held.pk, because="录错", by=None, at=NOON)
    with pytest.raises(CannotEnterCertificate) as again:
        cancel_certificate(certificate_id=held.pk, because="录错", by=None, at=NOON)

    assert refusal.value.reasons == ["请写明作废原因。"]
    assert again.value.reasons == ["该证件已作废。"]


def test_a_cancelled_certificate_is_not_renewed(held):
    cancel_certificate(certificate_id=held.pk, because="录错", by=None, at=NOON)

    with pytest.raises(CannotEnterCertificate) as refusal:
        renewing(held)

    assert refusal.value.reasons == ["该证件已作废。"]
