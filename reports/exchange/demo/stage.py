"""What is shared while the sample data are made: the day, the rows by name, who holds what."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from reports.domain.calendar import Holidays
from reports.models import (
    AgendaKind,
    CauseKind,
    Measure,
    MeetingKind,
    Person,
    Post,
    Problem,
    ProblemSource,
    ProblemTheme,
    Schedule,
    Unit,
    UnitKind,
)

from .city import BureauRow, Rule

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class Holder:
    person: Person
    first: date
    last: date | None
    acting: bool


@dataclass(slots=True)
class Stage:
    """The rows that later steps need, by the names the tables use."""

    now: datetime
    today: date
    year: int
    kinds: dict[str, UnitKind] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    meeting_kinds: dict[str, MeetingKind] = field(default_factory=dict)
    agenda_kinds: dict[str, AgendaKind] = field(default_factory=dict)
    sources: dict[str, ProblemSource] = field(default_factory=dict)
    themes: dict[str, ProblemTheme] = field(default_factory=dict)
    cause_kinds: dict[str, CauseKind] = field(default_factory=dict)
    city: Unit | None = None
    published: Unit | None = None
    bureaus: dict[str, Unit] = field(default_factory=dict)
    units: dict[tuple[str, str], Unit] = field(default_factory=dict)
    rows: dict[str, BureauRow] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    holders: dict[tuple[int, str], list[Holder]] = field(default_factory=lambda: defaultdict(list))
    rules: dict[int, tuple[Schedule, Rule, str]] = field(default_factory=dict)
    calendar: Holidays = field(default_factory=Holidays)

    def moment(self, day: date, hour: int = 17, minute: int = 0) -> datetime:
        """A moment of that day, never later than now."""
        return min(datetime.combine(day, time(hour, minute), SHANGHAI), self.now)

    def holder(self, unit: Unit, post: str, day: date) -> Person | None:
        """Who holds the post of the unit on the day."""
        found = [
            each
            for each in self.holders[unit.pk, post]
            if each.first <= day and (each.last is None or day <= each.last)
        ]
        return min(found, key=lambda each: each.acting).person if found else None

    def legal_user(self, bureau: str) -> User:
        return self.users[f"{bureau}:legal"]

    def clerk_user(self, bureau: str) -> User:
        return self.users[f"{bureau}:clerk"]


@contextmanager
def history_of(by: User | None, at: datetime) -> Iterator[None]:
    """Field history written within says that day and that user, not the day of loading."""
    models = (Problem, Measure)
    for model in models:
        model._history_date, model._history_user = at, by
    try:
        yield
    finally:
        for model in models:
            del model._history_date, model._history_user


def days(count: int) -> timedelta:
    return timedelta(days=count)
