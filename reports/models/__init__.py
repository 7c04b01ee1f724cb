"""Every model of the ledger; a module that is not named here makes no table."""

from .access import Account, Membership
from .calendar import Holiday
from .evidence import Evidence, EvidenceUse
from .jobs import Job
from .measures import Extension, Measure, Progress
from .meetings import (
    AgendaItem,
    AgendaKind,
    AgendaPaper,
    AgendaPoint,
    Attendance,
    Discharge,
    Meeting,
    MeetingKind,
)
from .people import Appointment, Certificate, Examination, Person, Post
from .problems import LookBack, Problem, ProblemMove, ProblemSource
from .records import Honour
from .schedules import (
    Due,
    DueCount,
    DueNote,
    Schedule,
    ScheduleSet,
    ScheduleVersion,
    Waiver,
    WaiverOrder,
    WaiverRequest,
)
from .summaries import (
    AnnualReport,
    FrozenFigure,
    Paragraph,
    ReportMove,
    Section,
    Sentence,
    Source,
)
from .units import BureauSetting, Unit, UnitKind, UnitName

__all__ = [
    "Account",
    "AgendaItem",
    "AgendaKind",
    "AgendaPaper",
    "AgendaPoint",
    "AnnualReport",
    "Appointment",
    "Attendance",
    "BureauSetting",
    "Certificate",
    "Discharge",
    "Due",
    "DueCount",
    "DueNote",
    "Evidence",
    "EvidenceUse",
    "Examination",
    "Extension",
    "FrozenFigure",
    "Holiday",
    "Honour",
    "Job",
    "LookBack",
    "Measure",
    "Meeting",
    "MeetingKind",
    "Membership",
    "Paragraph",
    "Person",
    "Post",
    "Problem",
    "ProblemMove",
    "ProblemSource",
    "Progress",
    "ReportMove",
    "Schedule",
    "ScheduleSet",
    "ScheduleVersion",
    "Section",
    "Sentence",
    "Source",
    "Unit",
    "UnitKind",
    "UnitName",
    "Waiver",
    "WaiverOrder",
    "WaiverRequest",
]
