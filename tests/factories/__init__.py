"""One factory a model: nothing random, the smallest valid object."""

from .access import AccountFactory, MembershipFactory, UserFactory, member
from .calendar import HolidayFactory
from .evidence import EvidenceFactory, EvidenceUseFactory
from .jobs import JobFactory
from .measures import ExtensionFactory, MeasureFactory, ProgressFactory
from .meetings import (
    AgendaItemFactory,
    AgendaKindFactory,
    AgendaPaperFactory,
    AgendaPointFactory,
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
from .records import HonourFactory
from .schedules import (
    DueFactory,
    DueNoteFactory,
    ScheduleFactory,
    ScheduleSetFactory,
    ScheduleVersionFactory,
    WaiverFactory,
    WaiverOrderFactory,
    WaiverRequestFactory,
)
from .summaries import (
    AnnualReportFactory,
    FrozenFigureFactory,
    ParagraphFactory,
    ReportMoveFactory,
    SectionFactory,
    SentenceFactory,
    SourceFactory,
)
from .units import (
    NOON,
    BureauFactory,
    BureauSettingFactory,
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
    "AgendaPaperFactory",
    "AgendaPointFactory",
    "AnnualReportFactory",
    "AppointmentFactory",
    "AttendanceFactory",
    "BureauFactory",
    "BureauSettingFactory",
    "CertificateFactory",
    "CityFactory",
    "DischargeFactory",
    "DueFactory",
    "DueNoteFactory",
    "EvidenceFactory",
    "EvidenceUseFactory",
    "ExaminationFactory",
    "ExtensionFactory",
    "FrozenFigureFactory",
    "HolidayFactory",
    "HonourFactory",
    "JobFactory",
    "LookBackFactory",
    "MeasureFactory",
    "MeetingFactory",
    "MeetingKindFactory",
    "MembershipFactory",
    "ParagraphFactory",
    "PersonFactory",
    "PostFactory",
    "ProblemFactory",
    "ProblemMoveFactory",
    "ProblemSourceFactory",
    "ProgressFactory",
    "ReportMoveFactory",
    "ScheduleFactory",
    "ScheduleSetFactory",
    "ScheduleVersionFactory",
    "SectionFactory",
    "SentenceFactory",
    "SourceFactory",
    "UnitFactory",
    "UnitKindFactory",
    "UnitNameFactory",
    "UserFactory",
    "WaiverFactory",
    "WaiverOrderFactory",
    "WaiverRequestFactory",
    "member",
]
