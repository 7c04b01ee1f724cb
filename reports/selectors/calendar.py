"""The calendar of the state, as staff keep it."""

from reports.domain.calendar import Holidays
from reports.models import Holiday
from reports.models.choices import DayKind


def holidays() -> Holidays:
    """All days off and make-up workdays in the table, as the value the rules work with."""
    free, worked = [], []
    for day, kind in Holiday.objects.values_list("day", "kind"):
        (free if kind == DayKind.HOLIDAY else worked).append(day)
    return Holidays.of(free, worked)
