"""The sample data: the same day gives the same rows, and nothing in them contradicts itself."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from reports.domain.access import Role
from reports.domain.dues import Verdict, verdict
from reports.exchange.demo.load import LedgerNotEmpty, load_demo
from reports.models import (
    AnnualReport,
    Appointment,
    Due,
    Evidence,
    FrozenFigure,
    Measure,
    Meeting,
    Membership,
    Problem,
    ProblemMove,
    Progress,
    Unit,
)
from reports.selectors.audit import all_differences
from tests.conftest import SHANGHAI

NOW = datetime(2026, 6, 10, 18, tzinfo=SHANGHAI)
TODAY = NOW.date()
PASSWORD = "demo-ledger-2026"
# What the rows say, without the keys that every load deals anew.
SAID = {
    Unit: ("name", "kind__code", "parent__name", "bureau__name", "opened_on", "closed_on"),
    Appointment: ("person__name", "unit__name", "post__code", "first_day", "last_day", "acting"),
    Due: (
        *("unit__name", "bureau__name", "schedule__name", "period_first", "period_last"),
        *("counted", "met_on", "met_late_on", "waived_on", "lacks_evidence"),
        "not_applicable_because",
    ),
    Meeting: (
        *("unit__name", "title", "held_on", "recorded_at", "recorded_by__username"),
        *("presided_by__name", "summary", "cancelled_because"),
    ),
    Evidence: ("title", "kind", "sha256", "reference_number", "recorded_at"),
    Problem: ("bureau__name", "year", "number", "title", "state", "closed_on", "reopened"),
    ProblemMove: ("problem__title", "move", "on", "recorded_at", "recorded_by__username"),
    Measure: ("bureau__name", "title", "set_on", "due_on", "done_on", "dropped_on"),
    Progress: ("measure__title", "on", "text", "recorded_at"),
    AnnualReport: ("bureau__name", "year", "state", "signed_on", "signer__name"),
    FrozenFigure: ("report__bureau__name", "label", "value"),
}


def digests():
    return {
        model.__name__: sha256(
            "\n".join(sorted(map(repr, model.objects.values_list(*said)))).encode()
        ).hexdigest()
        for model, said in SAID.items()
    }


@pytest.fixture(scope="module")
def loads(django_db_setup, django_db_blocker):
    """Two loads of one day; the rows of the second stay for the tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        with transaction.atomic():
            load_demo(now=NOW, password=PASSWORD)
            first = digests()
            transaction.set_rollback(True)
        load_demo(now=NOW, password=PASSWORD)
        yield first, digests()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def loaded(loads, db):
    return loads


def test_the_same_day_gives_the_same_rows(loaded):
    first, second = loaded

    assert first == second


def test_a_recount_finds_nothing():
    assert list(all_differences()) == []


def test_a_ledger_with_units_is_left_alone():
    with pytest.raises(LedgerNotEmpty):
        load_demo(now=NOW, password=PASSWORD)


def test_the_published_bureau_owes_nothing_and_nothing_of_it_is_overdue():
    bureau = Unit.objects.get(name="市公安局萧山区分局")

    assert bureau.ledger_from is None
    assert not bureau.is_fictional
    assert not Due.objects.filter(bureau=bureau).exists()
    assert not Meeting.objects.filter(bureau=bureau).exists()
    assert Problem.objects.filter(bureau=bureau, as_published=True).count() == 3
    assert Measure.objects.filter(bureau=bureau, plan_year=2024).count() == 9
    assert not Measure.objects.filter(bureau=bureau).overdue_on(TODAY).exists()
    report = AnnualReport.objects.get(bureau=bureau)
    assert (report.index_number, report.issued_on, report.state, report.is_published_text) == (
        "H027/2024-76630",
        date(2024, 2, 22),
        "published",
        True,
    )


def test_the_week_of_spring_festival_is_not_owed():
    week = Due.objects.filter(version__cadence="week", period_first=date(2026, 2, 16))

    assert week.count() > 50
    reasons = set(week.values_list("not_applicable_because", flat=True))
    assert reasons <= {"no_workday", "not_begun", "absent"}
    assert "no_workday" in reasons
    assert set(week.with_verdict(TODAY).values_list("verdict", flat=True)) == {"not_applicable"}


def test_what_a_year_looks_like():
    rows = Due.objects.in_year(2026).with_verdict(TODAY)
    seen = set(rows.values_list("verdict", flat=True))

    assert seen == {
        *("met", "met_late", "missed", "waived", "not_applicable"),
        *("open", "awaiting", "upcoming"),
    }
    assert rows.filter(lacks_evidence__gt=0).exists()
    assert Meeting.objects.filter(cancelled_at__isnull=False).exists()
    assert not Meeting.objects.filter(held_on__gt=TODAY).exists()
    assert not Meeting.objects.filter(recorded_at__gt=NOW).exists()
    assert set(Problem.objects.values_list("state", flat=True)) == {
        *("registered", "assigned", "in_hand", "nearly_done", "submitted"),
        *("awaiting_above", "closed"),
    }


def test_the_city_is_invented_and_says_so():
    assert Unit.objects.filter(is_fictional=True).count() > 120
    city = Unit.objects.get(name="示例市公安局")
    assert not Unit.objects.under(city).filter(is_fictional=False).exists()
    assert Unit.objects.filter(name="芦荻派出所", opened_on=date(2026, 5, 18)).exists()
    assert Unit.objects.filter(closed_on__isnull=False).count() == 1
    assert Unit.objects.bureaus().filter(ledger_from=date(2026, 9, 1)).count() == 1
    assert Appointment.objects.filter(acting=True, post__code="first_person").exists()


def test_demo_logins_have_their_roles_and_nobody_is_superuser():
    roles = Membership.objects.filter(user__account__is_demo=True)

    assert set(roles.values_list("user__username", "unit__name", "role")) == {
        ("clerk", "鼓楼街派出所", Role.CLERK),
        ("legal", "法制大队", Role.LEGAL_OFFICER),
        ("inspector", "督察大队", Role.INSPECTOR),
        ("leader", "示例市公安局东城分局", Role.LEADER),
        ("supervisor", "示例市公安局", Role.SUPERVISOR),
        ("supervisor", "市公安局萧山区分局", Role.SUPERVISOR),
        ("system", "示例市公安局", Role.SYSTEM_ADMIN),
        ("security", "示例市公安局", Role.SECURITY_ADMIN),
    }
    assert not User.objects.filter(is_superuser=True).exists()
    demo = User.objects.filter(account__is_demo=True)
    assert all(user.check_password(PASSWORD) for user in demo)
    others = User.objects.filter(account__is_demo=False)
    assert not any(user.has_usable_password() for user in others)
    leader = demo.get(username="leader").person
    assert Appointment.objects.filter(person=leader, post__code="first_person").exists()


def test_history_tells_the_day_of_the_story():
    closed = Problem.objects.filter(state="closed").first()
    move = closed.moves.latest("pk")

    entry = closed.history.filter(history_type="~").latest()

    assert (entry.history_date, entry.history_user) == (move.recorded_at, move.recorded_by)


def test_kept_copies_agree_with_their_meetings():
    wrong = Due.objects.filter(discharges__meeting_bureau__isnull=False).exclude(
        discharges__meeting_bureau=F("bureau")
    )

    assert not wrong.exists()


def test_sql_and_domain_agree_on_every_edge_of_every_due():
    """The first and the last day, the last one for recording, and the days beside them."""
    facts = {due.pk: due.facts for due in Due.objects.all()}
    asked = defaultdict(set)
    for pk, each in facts.items():
        for edge in (each.period.first, each.period.last, each.awaits_until):
            for shift in (-1, 0, 1):
                asked[edge + timedelta(days=shift)].add(pk)
    seen = set()
    wrong = []

    for on, keys in asked.items():
        rows = Due.objects.with_verdict(on).filter(pk__in=keys).order_by()
        for pk, found in rows.values_list("pk", "verdict"):
            seen.add(found)
            if found != verdict(facts[pk], on):
                wrong.append((pk, on, found))

    assert wrong == []
    assert seen == {each.value for each in Verdict}
    assert len(facts) > 10_000
