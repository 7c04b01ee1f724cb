import pytest

from reports.selectors.waivers import units_at
from tests.factories import BureauFactory, CityFactory, UnitFactory, UnitKindFactory

pytestmark = pytest.mark.django_db


def test_a_notice_names_units_of_a_bureau_without_its_bodies_and_above_them_bureaus():
    city = CityFactory()
    bureau = BureauFactory(parent=city)
    station = UnitFactory(parent=bureau)
    UnitFactory(parent=bureau, kind=UnitKindFactory(code="committee", is_body=True))

    assert list(units_at(bureau)) == [bureau, station]
    assert list(units_at(city)) == [bureau]
