"""One factory a model: nothing random, the smallest valid object."""

from .access import AccountFactory, MembershipFactory, UserFactory, member
from .calendar import HolidayFactory
from .evidence import EvidenceFactory, EvidenceUseFactory
from .measures import ExtensionFactory, MeasureFactory, ProgressFactory
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
from .problems import (
    LookBackFactory,
    ProblemFactory,
    ProblemMoveFactory,
    ProblemSourceFactory,
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
    "EvidenceFactory",
    "EvidenceUseFactory",
    "ExaminationFactory",
    "ExtensionFactory",
    "HolidayFactory",
    "LookBackFactory",
    "MeasureFactory",
    "MeetingFactory",
    "MeetingKindFactory",
    "MembershipFactory",
    "PersonFactory",
    "PostFactory",
    "ProblemFactory",
    "ProblemMoveFactory",
    "ProblemSourceFactory",
    "ProgressFactory",
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
