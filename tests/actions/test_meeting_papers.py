import pytest

from reports.actions.meeting_ledger import CannotSetColumns, set_meeting_columns
from reports.models import BureauSetting
from reports.models.choices import LedgerColumn
from tests.factories import NOON, BureauFactory, BureauSettingFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
ALWAYS = [LedgerColumn.TITLE, LedgerColumn.HELD_ON, LedgerColumn.ENTERED_ON]


def test_a_bureau_keeps_its_columns_in_their_order():
    bureau, user = BureauFactory(), UserFactory()

    set_meeting_columns(
        bureau=bureau, columns=[*ALWAYS, LedgerColumn.PLACE, *ALWAYS], by=user, at=NOON
    )

    setting = BureauSetting.objects.get()
    assert setting.meeting_columns == ["title", "held_on", "entered_on", "place"]
    assert [entry.history_user for entry in setting.history.all()] == [user]


def test_its_other_wishes_stay():
    setting = BureauSettingFactory(auxiliary_waits=True)

    set_meeting_columns(bureau=setting.bureau, columns=ALWAYS, by=None, at=NOON)

    setting.refresh_from_db()
    assert (BureauSetting.objects.count(), setting.auxiliary_waits) == (1, True)
    assert setting.meeting_columns == ["title", "held_on", "entered_on"]


@pytest.mark.parametrize("missing", ALWAYS)
def test_what_is_always_there_cannot_be_left_out(missing):
    words = {"title": "会议名称", "held_on": "召开日", "entered_on": "录入日"}
    columns = [column for column in ALWAYS if column != missing]

    with pytest.raises(CannotSetColumns) as refused:
        set_meeting_columns(bureau=BureauFactory(), columns=columns, by=None, at=NOON)

    assert refused.value.reasons == [f"{words[missing]}不能省去。"]
    assert BureauSetting.objects.count() == 0


def test_a_station_has_no_columns_of_its_own():
    with pytest.raises(CannotSetColumns) as refused:
        set_meeting_columns(bureau=UnitFactory(), columns=ALWAYS, by=None, at=NOON)

    assert refused.value.reasons == ["会议台账的栏目由分局统一设定。"]
