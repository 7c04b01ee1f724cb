"""Every model of the ledger; a module that is not named here makes no table."""

from .access import Account, Membership
from .calendar import Holiday
from .evidence import Evidence, EvidenceUse
from .jobs import Job
from .measures import Extension, Measure, Progress
from .meetings import AgendaItem, AgendaKind, Attendance, Discharge, Meeting, MeetingKind
from .people import Appointment, Certificate, Examination, Person, Post
from .problems import LookBack, Problem, ProblemMove, ProblemSource
from .records import Honour
from .schedules import Due, DueCount, Schedule, ScheduleSet, ScheduleVersion, Waiver
from .summaries import (
    AnnualReport,
    FrozenFigure,
    Paragraph,
    ReportMove,
    Section,
    Sentence,
    Source,
)
from .units import Unit, UnitKind, UnitName

__all__ = [
    "Account",
    "AgendaItem",
    "AgendaKind",
    "AnnualReport",
    "Appointment",
    "Attendance",
    "Certificate",
    "Discharge",
    "Due",
    "DueCount",
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
]
