"""Keys and records of another bureau, typed into the pages of the loop of problems."""

import pytest
from django.urls import reverse

from reports.actions.notices import (
    CannotDraftNotice,
    ItemDraft,
    NoticeFromAbove,
    record_notice_from_above,
)
from reports.actions.problems import move_problem
from reports.domain.access import Role
from reports.domain.problems import ProblemMove
from reports.models import Notice
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    IssuingOfficeFactory,
    MeasureFactory,
    NoticeFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def stations(city):
    """Two stations of two bureaus of a city."""
    return [UnitFactory(parent=BureauFactory(parent=city)) for _n in range(2)]


@pytest.mark.parametrize("key", ["²", "9" * 30, "9" * 5000, "x", "-1"])
@pytest.mark.parametrize(
    "address",
    [
        "/measures/new/?problem={}",
        "/measures/new/?task={}",
        "/measures/new/?unit={}",
        "/problems/new/?unit={}",
        "/problems/bulk/assign/?pick={}",
        "/problems/bulk/due/?pick={}",
        "/problems/?source={}",
        "/problems/?leader={}",
        "/problems/ledger/?page={}",
        "/notices/new/?unit={}",
        "/notices/new/?problem={}",
        "/rounds/?year={}",
        "/tasks/new/?like={}",
    ],
)
def test_key_that_is_none_breaks_nothing(enter, address, key):
    client = enter(Role.LEGAL_OFFICER, BureauFactory())

    response = client.get(address.format(key), follow=True)

    assert response.status_code in (200, 404)


def test_notice_to_one_bureau_speaks_of_nothing_in_another(enter, city, stations):
    here, there = stations
    foreign = ProblemFactory(unit=there, title="案卷超期")
    IssuingOfficeFactory(unit=city)
    client = enter(Role.SUPERVISOR, city)
    address = f"{reverse('reports:notice-new')}?unit={here.pk}&problem={foreign.pk}"

    assert client.get(address).status_code == 404
    data = {"title": "督办", "drafted_on": "2026-06-10", "answer_by": "2026-06-20"}
    assert client.post(address, data | {f"pick_problem-{foreign.pk}": "on"}).status_code == 404
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("kind", ["problem", "measure"])
def test_no_notice_is_drafted_or_recorded_about_another_bureau(stations, kind):
    here, there = stations
    factory = {"problem": ProblemFactory, "measure": MeasureFactory}[kind]
    items = (ItemDraft("请整改", **{f"{kind}_id": factory(unit=there).pk}),)
    said = ["督办事项须是承办单位所在分局的事项。"]

    with pytest.raises(CannotDraftNotice) as drafted:
        NoticeFactory(unit=here, items=items)
    with pytest.raises(CannotDraftNotice) as recorded:
        record_notice_from_above(
            NoticeFromAbove("市局", "示公督1号", here, "督办", TODAY, TODAY, items),
            by=UserFactory(),
            at=NOON,
            today=TODAY,
        )

    assert (drafted.value.reasons, recorded.value.reasons) == (said, said)


def test_timeline_names_a_problem_of_another_unit_by_its_number_alone(enter, stations):
    station = stations[0]
    other = UnitFactory(parent=station.bureau)
    taking = ProblemFactory(unit=other, title="二所的问题")
    merged = ProblemFactory(unit=station)
    move_problem(
        problem_id=merged.pk,
        move=ProblemMove.MERGE,
        on=TODAY,
        reason="重复",
        target=taking,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )

    page = enter(Role.CLERK, station).get(merged.get_absolute_url()).content.decode()

    assert f"并入：{taking.number}" in page
    assert "二所的问题" not in page
