"""Which columns the ledger of meetings has: a bureau decides."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.models import BureauSetting, Unit
from reports.models.choices import LEDGER_COLUMN_LABELS, LedgerColumn, listed
from reports.selectors.meeting_ledger import ALWAYS


class CannotSetColumns(Refused):
    """The columns cannot be like this."""


@transaction.atomic
def set_meeting_columns(
    *, bureau: Unit, columns: Iterable[LedgerColumn], by: User | None, at: datetime
) -> BureauSetting:
    """Keep the columns of a bureau's ledgers of meetings, in their order; each counts once.

    Refuses a unit that is no bureau, and leaving out one of those that are always there: the day
    held, the day of entry and the name.
    """
    wanted = list(dict.fromkeys(columns))
    reasons = []
    if not bureau.is_bureau:
        reasons.append(_("会议台账的栏目由分局统一设定。"))
    if lacking := [column for column in ALWAYS if column not in wanted]:
        names = listed(LEDGER_COLUMN_LABELS[column] for column in lacking)
        reasons.append(_("%(names)s不能省去。") % {"names": names})
    if reasons:
        raise CannotSetColumns(reasons)
    # The bureau is locked, so that two savings make one row.
    list(Unit.objects.select_for_update().filter(pk=bureau.pk).values_list("pk"))
    setting = BureauSetting.objects.filter(bureau=bureau).first() or BureauSetting(bureau=bureau)
    setting.meeting_columns = [column.value for column in wanted]
    setting._history_user, setting._history_date = by, at
    setting.save()
    return setting
