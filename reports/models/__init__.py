"""Every model of the ledger; a module that is not named here makes no table."""

from .access import Account, Membership
from .calendar import Holiday
from .evidence import Evidence, EvidenceUse
from .jobs import Job
from .measures import Extension, Measure, Milestone, Progress, SuperiorTask
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
from .notices import IssuingOffice, Notice, NoticeItem, NoticeMove, Reply
from .people import Appointment, Certificate, Examination, Person, Post
from .problems import (
    CauseKind,
    LookBack,
    LookBackItem,
    LookBackRound,
    Problem,
    ProblemCause,
    ProblemMove,
    ProblemReview,
    ProblemRule,
    ProblemSource,
    ProblemTheme,
)
from .promises import Promise
from .records import Honour
from .reminders import Deputy, Reminder
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
    "CauseKind",
    "Certificate",
    "Deputy",
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
    "IssuingOffice",
    "Job",
    "LookBack",
    "LookBackItem",
    "LookBackRound",
    "Measure",
    "Meeting",
    "MeetingKind",
    "Membership",
    "Milestone",
    "Notice",
    "NoticeItem",
    "NoticeMove",
    "Paragraph",
    "Person",
    "Post",
    "Problem",
    "ProblemCause",
    "ProblemMove",
    "ProblemReview",
    "ProblemRule",
    "ProblemSource",
    "ProblemTheme",
    "Progress",
    "Promise",
    "Reminder",
    "Reply",
    "ReportMove",
    "Schedule",
    "ScheduleSet",
    "ScheduleVersion",
    "Section",
    "Sentence",
    "Source",
    "SuperiorTask",
    "Unit",
    "UnitKind",
    "UnitName",
    "Waiver",
    "WaiverOrder",
    "WaiverRequest",
]
