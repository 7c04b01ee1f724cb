"""Every number of the dashboard, the bureau page and the unit page opens the list it counts."""

import re
from datetime import date, timedelta
from html import unescape

import pytest

from reports.actions.measures import report_progress
from reports.actions.meetings import MeetingDraft, record_meetings
from reports.actions.schedules import plan_dues
from reports.actions.waivers import grant_waiver
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due
from reports.models.choices import OwedBy
from reports.selectors.progress import bureau_dues
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    MeasureFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
COUNTED = re.compile(r'<a [^>]*href="([^"]+)"[^>]*data-count="(\d+)"')


@pytest.fixture
def city():
    """Two bureaus with their own and their stations' dues: met, late, missed, waived, lacking."""
    top = CityFactory()
    for _n in range(2):
        bureau = BureauFactory(parent=top)
        station = UnitFactory(parent=bureau, ledger_from=None)
        UnitFactory(parent=bureau, ledger_from=None)
        ScheduleVersionFactory(schedule__set__unit=bureau, cadence=Cadence.MONTH.value)
        ScheduleVersionFactory(
            schedule__set__unit=bureau,
            schedule__of_first_person=True,
            cadence=Cadence.QUARTER.value,
            expected_evidence=["minutes"],
        )
        ScheduleVersionFactory(
            schedule__set__unit=bureau,
            cadence=Cadence.WEEK.value,
            owed_by=OwedBy.KINDS.value,
            owing_kinds=[station.kind],
        )
        problem = ProblemFactory(unit=station)
        ProblemFactory(unit=bureau)
        MeasureFactory(unit=station, problems=(problem,), due_on=date(2026, 6, 1))
        MeasureFactory(unit=station, due_on=date(2026, 6, 20))
        done = MeasureFactory(unit=bureau, due_on=date(2026, 6, 1))
        report_progress(
            measure_id=done.pk,
            on=date(2026, 5, 20),
            text="已完成",
            by=None,
            at=NOON,
            today=TODAY,
            finishes=True,
        )
    plan_dues(today=TODAY, year=2026)
    settle()
    return top


def settle():
    """Meetings for two dues in three, one of them late; a waiver for one in five."""
    kind = Due.objects.select_related("version").first().version.meeting_kind_id
    past = Due.objects.filter(period_last__lt=TODAY).select_related("unit", "version")
    drafts = []
    for n, due in enumerate(past.order_by("pk")):
        if n % 5 == 4:
            grant_waiver(
                due_id=due.pk,
                reason="全员安保",
                granted_on=due.period_last,
                by=UserFactory(),
                at=NOON,
                today=TODAY,
            )
        elif n % 3:
            late = n % 7 == 1 and due.version.cadence == Cadence.MONTH
            held = date(2026, due.period_last.month % 12 + 1, 2) if late else due.period_first
            if held <= TODAY:
                drafts.append(MeetingDraft(due.unit, kind, "会议", held, due_ids=(due.pk,)))
    record_meetings(drafts, by=None, at=NOON, today=TODAY)


@pytest.fixture
def walk(client):
    def follow(role, unit, address):
        """Each counted link of a page with its number and the rows of the list behind it."""
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        page = client.get(address)
        assert page.status_code == 200
        found = {}
        for href, number in COUNTED.findall(page.content.decode()):
            answer = client.get(unescape(href))
            assert answer.status_code == 200, href
            found[unescape(href)] = (int(number), answer.context["table"].paginator.count)
        return found

    return follow


@pytest.mark.parametrize("day", ["", "?year=2026&on=2026-03-31"])
def test_every_number_of_the_dashboard_is_the_length_of_its_list(city, walk, day):
    found = walk(Role.SUPERVISOR, city, f"/{day}")

    assert len(found) >= 10
    assert {h: shown for h, (shown, _) in found.items()} == {
        h: listed for h, (_, listed) in found.items()
    }


@pytest.mark.parametrize("day", ["", "?year=2026&on=2026-03-31"])
def test_every_number_of_the_bureau_page_is_the_length_of_its_list(city, walk, day):
    bureau = city.children.order_by("path").first()

    found = walk(Role.LEGAL_OFFICER, bureau, f"/bureaus/{bureau.pk}/{day}")

    assert len(found) >= 6
    assert {h: shown for h, (shown, _) in found.items()} == {
        h: listed for h, (_, listed) in found.items()
    }


def test_every_number_of_the_unit_page_is_the_length_of_its_list(city, walk):
    station = city.children.first().children.order_by("path").first()

    found = walk(Role.CLERK, station, f"/units/{station.pk}/")

    assert len(found) >= 4
    assert {h: shown for h, (shown, _) in found.items()} == {
        h: listed for h, (_, listed) in found.items()
    }


def test_kept_counts_say_what_the_dues_say(city):
    ids = list(city.children.values_list("pk", flat=True))

    kept = bureau_dues(ids, year=2026, on=TODAY, today=TODAY)

    assert kept == bureau_dues(ids, year=2026, on=TODAY, today=TODAY + timedelta(days=1))
    assert kept[ids[0]].tally.missed > 0
