"""When a reminder by mail is due, and who may stand in for a person on leave."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from reports.domain.access import MAY, Act, Role

MONDAY = 0


def is_due(how_often: str, *, sent_on: date | None, on: date) -> bool:
    """Whether a person who wants ``daily`` or ``weekly`` mail gets one on that day.

    At most one a day; weekly ones on Mondays.
    """
    if sent_on is not None and sent_on >= on:
        return False
    return how_often == "daily" or (how_often == "weekly" and on.weekday() == MONDAY)


def stands_in(role: Role, roles_there: Iterable[Role]) -> bool:
    """Whether someone with these roles at the place may do all that the role may do there.

    Standing in lends no rights: the deputy acts with the deputy's own.
    """
    own: set[Act] = set()
    for each in roles_there:
        own |= MAY[each]
    return MAY[role] <= own


class AgainstDeputy(StrEnum):
    """Why a deputy cannot be named; the words stand with the other labels."""

    ONESELF = "oneself"
    ENDS_BEFORE = "ends_before"
    PAST = "past"
    TOO_LONG = "too_long"
    OVERLAPS = "overlaps"
    DEPUTY_AWAY = "deputy_away"
    NO_RIGHTS = "no_rights"


LONGEST_LEAVE = timedelta(days=366)


def reasons_against_deputy(
    *,
    oneself: bool,
    able: bool,
    overlaps: bool,
    deputy_away: bool,
    first_day: date,
    last_day: date,
    today: date,
) -> list[AgainstDeputy]:
    """Why the deputy cannot be named between the days; empty when she can.

    ``able``: she may do at every place what the person on leave may. ``overlaps``: there is a
    deputy for some of the days already. ``deputy_away``: she is on leave herself in these days.
    """
    checks = (
        (AgainstDeputy.ONESELF, oneself),
        (AgainstDeputy.ENDS_BEFORE, last_day < first_day),
        (AgainstDeputy.PAST, last_day < today),
        (AgainstDeputy.TOO_LONG, last_day - first_day > LONGEST_LEAVE),
        (AgainstDeputy.OVERLAPS, overlaps),
        (AgainstDeputy.DEPUTY_AWAY, deputy_away),
        (AgainstDeputy.NO_RIGHTS, not able and not oneself),
    )
    return [reason for reason, found in checks if found]
