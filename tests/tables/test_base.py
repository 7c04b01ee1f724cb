import django_tables2 as tables
import pytest

from reports.models import Unit
from reports.tables.base import MOST_PER_PAGE, CappedPaginator, HouseTable


class UnitTable(HouseTable):
    name = tables.Column()
    position = tables.Column()

    class Meta(HouseTable.Meta):
        model = Unit
        fields = ("name", "position")


@pytest.mark.parametrize(
    ("asked", "ordering"),
    [
        ("name", ("name", "pk")),
        ("-name", ("-name", "pk")),
        ("name,-position", ("name", "-position", "pk")),
        ("nonsense", ("pk",)),
        (None, ("pk",)),
    ],
)
def test_every_order_ends_with_the_key(asked, ordering):
    table = UnitTable(Unit.objects.all(), order_by=asked)

    assert table.data.data.query.order_by == ordering


def test_order_of_the_queryset_stays_when_nothing_is_asked():
    table = UnitTable(Unit.objects.order_by("-pk"))

    assert table.data.data.query.order_by == ("-pk",)


@pytest.mark.parametrize(
    ("asked", "given"), [(50, 50), (1_000_000, MOST_PER_PAGE), (0, 1), (-5, 1)]
)
def test_page_is_never_everything_and_never_nothing(asked, given):
    assert CappedPaginator([], asked).per_page == given
