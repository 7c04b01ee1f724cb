"""One factory a model: nothing random, the smallest valid object."""

from .access import AccountFactory, MembershipFactory, UserFactory, member
from .calendar import HolidayFactory
from .meetings import (
    AgendaItemFactory,
    AgendaKindFactory,
    AttendanceFactory,
    DischargeFactory,
    MeetingFactory,
    MeetingKindFactory,
)
from .people import (
    AppointmentFactory,
    CertificateFactory,
    ExaminationFactory,
    PersonFactory,
    PostFactory,
)
from .schedules import (
    DueFactory,
    ScheduleFactory,
    ScheduleSetFactory,
    ScheduleVersionFactory,
    WaiverFactory,
)
from .units import (
    NOON,
    BureauFactory,
    CityFactory,
    UnitFactory,
    UnitKindFactory,
    UnitNameFactory,
)

__all__ = [
    "NOON",
    "AccountFactory",
    "AgendaItemFactory",
    "AgendaKindFactory",
    "AppointmentFactory",
    "AttendanceFactory",
    "BureauFactory",
    "CertificateFactory",
    "CityFactory",
    "DischargeFactory",
    "DueFactory",
    "ExaminationFactory",
    "HolidayFactory",
    "MeetingFactory",
    "MeetingKindFactory",
    "MembershipFactory",
    "PersonFactory",
    "PostFactory",
    "ScheduleFactory",
    "ScheduleSetFactory",
    "ScheduleVersionFactory",
    "UnitFactory",
    "UnitKindFactory",
    "UnitNameFactory",
    "UserFactory",
    "WaiverFactory",
    "member",
]
