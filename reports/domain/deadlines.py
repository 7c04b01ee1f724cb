"""Due days given as a number of days: calendar days or workdays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from reports.domain.calendar import Holidays
from reports.domain.periods import ONE_DAY


@dataclass(frozen=True, slots=True)
class Within:
    """ "Within 30 days", "within 10 working days" (30日内、10个工作日内)."""

    days: int
    workdays: bool = False


def due_within(begin: date, within: Within, holidays: Holidays) -> date:
    """The last day of the term: counted from the day after ``begin``; a term of calendar days that
    would end on a day off ends on the next workday (Civil Code of the PRC, articles 201 and 203).

    Raises ValueError for less than one day.
    """
    if within.days < 1:
        raise ValueError(f"no term of {within.days} days")
    if within.workdays:
        return holidays.add_workdays(begin, within.days)
    last = begin + timedelta(days=within.days)
    while not holidays.is_workday(last):
        last += ONE_DAY
    return last


def begin_of_term(
    due_on: date, within: Within, begins: Iterable[date | None], holidays: Holidays
) -> date | None:
    """Of the days a term may have begun on, in this order, the one that gives the due day.

    None when none does: the due day was changed since, and the number of days says nothing.
    """
    return next(
        (day for day in begins if day is not None and due_within(day, within, holidays) == due_on),
        None,
    )
