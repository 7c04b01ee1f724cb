"""Every address × every role × own unit, other unit, other bureau.

An address that nobody put into the table fails. 200 open, 302 elsewhere, 403 inside one's scope but
not allowed, 404 outside it.
"""

from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from reports.actions.evidence import Upload, add_evidence
from reports.domain.access import Role
from reports.models import AnnualReport, Honour, Problem
from reports.models.choices import JobKind
from tests.factories import (
    NOON,
    AccountGivenFactory,
    AgendaPaperFactory,
    AnnualReportFactory,
    AppointmentFactory,
    AuditEntryFactory,
    BureauFactory,
    CallItemFactory,
    CertificateFactory,
    CityFactory,
    CommentFactory,
    DeedFactory,
    DeletedRecordFactory,
    DeputyFactory,
    DraftFactory,
    DueFactory,
    DutyListFactory,
    ExaminationFactory,
    ExtensionFactory,
    FigureFactory,
    HandInFactory,
    HonourFactory,
    ImportedTextFactory,
    IndicatorFactory,
    ItemProofFactory,
    JobFactory,
    KeptTextFactory,
    LookBackItemFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MeetingFactory,
    MilestoneFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    PromiseFactory,
    PublicFormFactory,
    ReportTemplateFactory,
    ScheduleVersionFactory,
    SentenceFactory,
    SheetImportFactory,
    StaffingRuleFactory,
    SumRuleFactory,
    SuperiorTaskFactory,
    UnitFactory,
    UserFactory,
    WaiverFactory,
    WaiverOrderFactory,
    WaiverRequestFactory,
    WorkRecordFactory,
    member,
    notice_at,
)

pytestmark = pytest.mark.django_db

CLERK, LEGAL, INSPECTOR, LEADER = "clerk", "legal", "inspector", "leader"
SUPERVISOR, SYSTEM, SECURITY, AUDIT = "supervisor", "system", "security", "audit"
PLACES = ("own", "other", "foreign")

# What a reader meets at own unit, other unit of the bureau, other bureau.
READING = {
    CLERK: (200, 404, 404),
    LEGAL: (200, 200, 404),
    INSPECTOR: (200, 200, 404),
    LEADER: (200, 200, 404),
    SUPERVISOR: (200, 200, 200),
    SYSTEM: (403, 403, 403),
    SECURITY: (403, 403, 403),
    AUDIT: (403, 403, 403),
}
# What belongs to a bureau as a whole: a clerk of a station does not see it.
OF_BUREAU = READING | {CLERK: (404, 404, 404)}
# The rules of a bureau are open to everyone in it.
RULES = READING | {CLERK: (200, 200, 404)}
LIST = {role: (200 if codes[0] == 200 else 403,) * 3 for role, codes in READING.items()}


def only(*roles, of=READING, **exceptions):
    """Only these roles may; the others are told so where they may read. ``clerk=…`` overrides."""
    table = {
        role: tuple(403 if code == 200 and role not in roles else code for code in codes)
        for role, codes in of.items()
    }
    return table | exceptions


def moved(table):
    """What is posted answers with another address."""
    return {
        role: tuple(302 if code == 200 else code for code in codes) for role, codes in table.items()
    }


def first_asked(table, *roles):
    """A role that lacks the act altogether is told so before anything is looked up."""
    return {role: codes if role in roles else (403,) * 3 for role, codes in table.items()}


# Who can record nothing anywhere is told so before anything is looked up.
NO_CLERKS = (INSPECTOR, LEADER, SUPERVISOR)
HOME = {
    CLERK: (302,) * 3,
    LEGAL: (302,) * 3,
    INSPECTOR: (302,) * 3,
    LEADER: (302,) * 3,
    SUPERVISOR: (200,) * 3,
    SYSTEM: (302,) * 3,
    SECURITY: (302,) * 3,
    AUDIT: (302,) * 3,
}
BUREAUS = {
    role: (302,) * 3 if role in (CLERK, LEGAL, INSPECTOR, LEADER) else codes
    for role, codes in LIST.items()
}

# Only the legal officer compiles; others are told so before anything is looked up.
OFFICER = {role: (200 if role == LEGAL else 403,) * 3 for role in READING}
IN_BUREAU = OFFICER | {LEGAL: (200, 200, 404)}
AFTER_POST = OFFICER | {LEGAL: (302, 302, 404)}
# What sums up several bureaus is for who reads several.
CITY = {role: (200 if role == SUPERVISOR else 403,) * 3 for role in READING}
# Everybody follows what she asked for; one oversees all of it.
JOBS = {role: (200 if role == SYSTEM else 404,) * 3 for role in READING} | {
    SECURITY: (403,) * 3,
    AUDIT: (403,) * 3,
}
# One calendar serves all bureaus: everybody reads it, the system administrator keeps it.
CALENDAR = LIST | {SYSTEM: (200,) * 3}
# Whoever may enter something may choose what; what cannot be entered where is told there.
ENTERING = {role: (200 if role in (CLERK, LEGAL, INSPECTOR) else 403,) * 3 for role in READING}
KEEPER = {role: (200 if role == SYSTEM else 403,) * 3 for role in READING}
# The audit administrator alone reads the log.
AUDITOR = {role: (200 if role == AUDIT else 403,) * 3 for role in READING}

MATRIX = {
    "dashboard": HOME,
    "audit-log-list": AUDITOR,
    "audit-seal-list": AUDITOR,
    "audit-entry-detail": AUDITOR,
    "todo": LIST,
    "search": LIST,
    "leave": LIST,
    "leave-cancel": dict.fromkeys(READING, (404,) * 3)
    | dict.fromkeys((SYSTEM, SECURITY, AUDIT), (403,) * 3),
    "reminder": LIST,
    "bureau-list": BUREAUS,
    "bureau-detail": OF_BUREAU,
    "unit-detail": READING,
    "due-list": LIST,
    "due-detail": READING,
    "due-waive": only(LEGAL, LEADER, SUPERVISOR),
    "due-note": only(CLERK, LEGAL),
    "waiver-ask": only(CLERK, LEGAL),
    "waiver-decide": only(LEGAL, LEADER, SUPERVISOR),
    "grid": LIST,
    "waiver-order-list": LIST,
    "waiver-order-new": {
        role: ((200,) * 3 if role in (LEGAL, LEADER, SUPERVISOR) else (403,) * 3)
        for role in READING
    },
    "waiver-order-detail": READING,
    "waiver-order-withdraw": moved(only(LEGAL, LEADER, SUPERVISOR)),
    "meeting-list": LIST,
    "meeting-new": only(CLERK, LEGAL) | dict.fromkeys(NO_CLERKS, (403,) * 3),
    "meeting-detail": READING,
    "meeting-edit": only(CLERK, LEGAL),
    "meeting-cancel": only(CLERK, LEGAL),
    "meeting-discharges": only(LEGAL),
    "meeting-unconfirmed": {
        role: (200 if role in (CLERK, LEGAL) else 403,) * 3 for role in READING
    },
    "meeting-minutes": READING,
    "meeting-minutes-docx": READING,
    "meeting-ledger": READING,
    "meeting-columns": only(LEGAL, of=OF_BUREAU),
    "agenda-list": LIST,
    "agenda-new": only(CLERK, LEGAL) | dict.fromkeys(NO_CLERKS, (403,) * 3),
    "agenda-detail": READING,
    "agenda-edit": only(CLERK, LEGAL),
    "agenda-print": READING,
    "agenda-record": only(CLERK, LEGAL),
    "evidence-file": READING,
    "evidence-view": READING,
    "evidence-review": only(LEGAL),
    "evidence-lacking": LIST,
    "evidence-pack": READING,
    "evidence-cancel": only(CLERK, LEGAL),
    "evidence-add": only(CLERK, LEGAL, INSPECTOR),
    "person-list": LIST,
    "person-detail": READING,
    "person-merge": only(LEGAL),
    "appointment-new": first_asked(READING, LEGAL),
    "appointment-edit": only(LEGAL),
    "appointment-end": only(LEGAL),
    "appointment-hand-over": only(LEGAL),
    "appointment-sheet": READING,
    "appointment-sheet-docx": READING,
    "who": READING,
    "post-list": LIST,
    "post-detail": LIST,
    "staffing": LIST,
    "staffing-print": LIST,
    "gap-list": LIST,
    "remark-list": LIST,
    "staffing-rule-list": LIST,
    "staffing-rule-new": {role: ((200,) * 3 if role == LEGAL else (403,) * 3) for role in READING},
    "staffing-rule-edit": only(LEGAL, of=RULES),
    "staffing-rule-end": only(LEGAL, of=RULES),
    "certificate-list": LIST,
    "certificate-new": only(LEGAL),
    "certificate-renew": only(LEGAL),
    "certificate-cancel": only(LEGAL),
    "examination-list": LIST,
    "examination-new": {role: ((200,) * 3 if role == LEGAL else (403,) * 3) for role in READING},
    "examination-detail": READING,
    "examination-edit": only(LEGAL),
    "examination-results": only(LEGAL),
    "examination-cancel": only(LEGAL),
    "duty-list": LIST,
    "own-duties": moved(LIST),
    "duty-list-detail": RULES,
    "duty-list-adopt": AFTER_POST,
    "duty-list-edit": IN_BUREAU,
    "duty-list-confirm": AFTER_POST,
    "duty-list-print": RULES,
    "person-duties": READING,
    "person-duties-print": READING,
    "person-duties-docx": READING,
    "unit-duties": READING,
    "unit-duties-print": READING,
    "unit-duties-docx": READING,
    "deed-list": LIST,
    "deed-new": {role: (200 if role in (CLERK, LEGAL, LEADER) else 403,) * 3 for role in READING},
    "deed-detail": READING,
    "deed-edit": only(CLERK, LEGAL),
    "deed-cancel": only(CLERK, LEGAL),
    "account-list": LIST,
    "account-print": LIST,
    "account-new": {role: (200 if role in (CLERK, LEGAL) else 403,) * 3 for role in READING},
    "account-detail": READING,
    "account-edit": only(CLERK, LEGAL),
    "account-cancel": only(CLERK, LEGAL),
    "calendar": READING,
    "calendar-ics": LIST,
    "security-settings": {
        role: (200 if role == SECURITY else 403,) * 3 for role in (*READING, SYSTEM, SECURITY)
    },
    "holiday-list": CALENDAR,
    "holiday-template": CALENDAR,
    "holiday-enter": KEEPER,
    "holiday-take-out": KEEPER,
    "holiday-import": KEEPER,
    "schedule-list": LIST,
    "schedule-new": {role: ((200,) * 3 if role == LEGAL else (403,) * 3) for role in READING},
    "schedule-detail": RULES,
    "schedule-edit": only(LEGAL, of=RULES),
    "schedule-end": only(LEGAL, of=RULES),
    "schedule-set-edit": only(LEGAL, of=RULES),
    "problem-list": LIST,
    "problem-ledger": LIST,
    "problem-figures": LIST,
    "problem-slip": READING,
    "problem-slip-docx": READING,
    "problem-new": {
        role: ((200,) * 3 if role in (LEGAL, INSPECTOR) else (403,) * 3) for role in READING
    },
    "problem-rules": LIST,
    "problem-bulk": IN_BUREAU,
    "problem-detail": READING,
    "problem-edit": only(LEGAL, INSPECTOR),
    "problem-cancel": only(LEGAL, INSPECTOR),
    "problem-extend": only(CLERK, LEGAL),
    "problem-look-back": only(LEGAL, INSPECTOR),
    "problem-review": only(LEGAL, INSPECTOR),
    "problem-plan-look-back": only(LEGAL, INSPECTOR),
    "problem-move": only(LEGAL),
    "measure-list": LIST,
    "milestone-new": only(LEGAL),
    "milestone-done": only(CLERK, LEGAL),
    "record-list": LIST,
    "record-sheet": LIST,
    "record-new": ENTERING,
    "record-totals": first_asked(only(CLERK, LEGAL, INSPECTOR), CLERK, LEGAL, INSPECTOR),
    "record-detail": READING,
    "record-edit": only(CLERK, LEGAL, INSPECTOR),
    "record-cancel": only(CLERK, LEGAL),
    "bureau-plan": OF_BUREAU,
    "bureau-plan-print": OF_BUREAU,
    "task-list": LIST,
    "task-sheet": LIST,
    "task-new": {role: ((200,) * 3 if role == LEGAL else (403,) * 3) for role in READING},
    "task-detail": READING,
    "task-edit": only(LEGAL),
    "task-done": only(LEGAL),
    "task-cancel": only(LEGAL),
    "round-list": LIST,
    "round-new": {
        role: ((200,) * 3 if role in (LEGAL, INSPECTOR) else (403,) * 3) for role in READING
    },
    "round-detail": OF_BUREAU,
    "round-edit": only(LEGAL, INSPECTOR, of=OF_BUREAU),
    "round-sample": only(LEGAL, INSPECTOR, of=OF_BUREAU),
    "round-item": only(LEGAL, INSPECTOR, of=OF_BUREAU),
    "round-end": only(LEGAL, INSPECTOR, of=OF_BUREAU),
    "round-cancel": only(LEGAL, INSPECTOR, of=OF_BUREAU),
    "round-print": OF_BUREAU,
    "round-docx": OF_BUREAU,
    "notice-list": LIST,
    "notice-new": dict.fromkeys(READING, (403,) * 3)
    | {LEGAL: (200, 200, 404), SUPERVISOR: (200, 200, 200)},
    "notice-record": IN_BUREAU,
    "notice-detail": READING,
    "notice-edit": only(LEGAL, SUPERVISOR, of=OF_BUREAU),
    "notice-approve": only(LEADER, SUPERVISOR, of=OF_BUREAU),
    "notice-signed": only(LEGAL, SUPERVISOR, of=OF_BUREAU),
    "notice-receive": only(CLERK, LEGAL),
    "notice-reply": only(CLERK, LEGAL),
    "notice-send-back": only(LEGAL, SUPERVISOR),
    "notice-end": only(LEGAL, SUPERVISOR),
    "notice-cancel": only(LEGAL, SUPERVISOR),
    "notice-print": READING,
    "notice-docx": READING,
    "measure-new": {role: ((200,) * 3 if role == LEGAL else (403,) * 3) for role in READING},
    "measure-edit": only(LEGAL),
    "measure-progress": only(CLERK, LEGAL),
    "measure-extend": only(CLERK, LEGAL),
    "measure-drop": only(LEGAL),
    "measure-cancel": only(LEGAL),
    "extension-decide": only(LEGAL, LEADER, SUPERVISOR),
    "waiver-withdraw": moved(only(LEGAL, LEADER, SUPERVISOR)),
    "measure-detail": READING,
    "report-list": LIST,
    "report-detail": OF_BUREAU,
    "report-print": OF_BUREAU,
    "report-docx": OF_BUREAU,
    "report-pdf": OF_BUREAU,
    "report-text": OF_BUREAU,
    "report-html": OF_BUREAU,
    "report-check": OF_BUREAU,
    "report-check-docx": OF_BUREAU,
    "report-check-pdf": OF_BUREAU,
    "report-new": {role: ((200,) * 3 if role == LEGAL else (403,) * 3) for role in READING},
    "report-checks": OF_BUREAU,
    "report-public": OF_BUREAU,
    "report-public-begin": first_asked(moved(OF_BUREAU), LEGAL),
    "report-public-cut": first_asked(OF_BUREAU, LEGAL),
    "report-public-seen": only(LEGAL, INSPECTOR, LEADER, of=OF_BUREAU),
    "report-public-check": only(LEGAL, of=OF_BUREAU),
    "report-public-back": moved(only(LEGAL, INSPECTOR, LEADER, of=OF_BUREAU)),
    "report-public-publish": moved(only(LEGAL, of=OF_BUREAU)),
    "report-public-print": OF_BUREAU,
    "report-public-docx": OF_BUREAU,
    "report-public-pdf": OF_BUREAU,
    "report-public-text": OF_BUREAU,
    "report-public-html": OF_BUREAU,
    "report-public-slip": OF_BUREAU,
    "report-compile": first_asked(moved(OF_BUREAU), LEGAL),
    "report-edit": first_asked(OF_BUREAU, LEGAL),
    "report-miss": AFTER_POST,
    "report-formula": IN_BUREAU,
    "report-span-new": OFFICER,
    "report-call-list": LIST,
    "report-call-new": OFFICER,
    "report-call-detail": OF_BUREAU,
    "report-call-edit": IN_BUREAU,
    "report-call-tick": AFTER_POST,
    "report-template-list": LIST,
    "report-template-detail": RULES,
    "report-template-copy": AFTER_POST,
    "report-template-edit": IN_BUREAU,
    "report-sign": moved(only(LEGAL, of=OF_BUREAU)),
    "report-step": only(LEGAL, of=OF_BUREAU),
    "report-steps": LIST,
    "report-city": LIST,
    "report-correct": first_asked(OF_BUREAU, LEGAL),
    "report-hand-ins": OF_BUREAU,
    "report-hand-in": first_asked(OF_BUREAU, LEGAL),
    "report-section-edit": first_asked(OF_BUREAU, LEGAL),
    "report-versions": OF_BUREAU,
    "report-comment": only(LEGAL, INSPECTOR, LEADER, of=OF_BUREAU),
    "report-comment-settle": first_asked(OF_BUREAU, LEGAL),
    "report-kept": first_asked(moved(OF_BUREAU), LEGAL),
    "report-sentence-link": first_asked(OF_BUREAU, LEGAL),
    "promise-list": OF_BUREAU,
    "promise-gather": first_asked(moved(OF_BUREAU), LEGAL),
    "promise-decide": first_asked(OF_BUREAU, LEGAL),
    "promise-take-back": first_asked(moved(OF_BUREAU), LEGAL),
    "honour-new": first_asked(OF_BUREAU, LEGAL),
    "honour-edit": first_asked(OF_BUREAU, LEGAL),
    "honour-list": LIST,
    "honour-add": OFFICER,
    "bureau-year": OF_BUREAU,
    "indicator-list": LIST,
    "indicator-detail": RULES,
    "indicator-new": OFFICER,
    "indicator-edit": first_asked(RULES, LEGAL),
    "sum-list": LIST,
    "sum-new": OFFICER,
    "sum-edit": first_asked(RULES, LEGAL),
    "figure-sheet": READING,
    "figure-year": READING,
    "figure-year-print": READING,
    "figure-detail": READING,
    "figure-check": {role: (200 if role in (LEGAL, INSPECTOR) else 403,) * 3 for role in READING},
    "assessment-list": LIST,
    "assessment-new": OFFICER,
    "assessment-template": LIST,
    "assessment-detail": OF_BUREAU,
    "assessment-edit": IN_BUREAU,
    "assessment-import": IN_BUREAU,
    "assessment-print": OF_BUREAU,
    "assessment-docx": OF_BUREAU,
    "assessment-sheet": OF_BUREAU,
    "assessment-pack": OF_BUREAU,
    "assessment-item": OF_BUREAU,
    "assessment-item-new": IN_BUREAU,
    "assessment-item-edit": IN_BUREAU,
    "assessment-prove": AFTER_POST,
    "assessment-take-over": AFTER_POST,
    "assessment-unprove": AFTER_POST,
    "report-compare": OF_BUREAU,
    "report-coverage": OF_BUREAU,
    "city-summary": CITY,
    "city-summary-docx": CITY,
    "city-summary-sheet": CITY,
    # Nobody meets the first page of a ledger that has begun.
    "start": dict.fromkeys(READING, (404,) * 3),
    "system": KEEPER,
    "job-list": LIST | {SYSTEM: (200,) * 3},
    "deleted-list": {role: (200 if role == LEGAL else 403,) * 3 for role in READING},
    "deleted-restore": first_asked(moved(OF_BUREAU), LEGAL),
    "imports": OFFICER,
    "export-bureau": IN_BUREAU,
    "import-texts": LIST,
    "import-text-new": OFFICER,
    "import-text": OF_BUREAU,
    "import-text-preview": IN_BUREAU,
    "import-text-at-once": AFTER_POST,
    "import-text-give-up": AFTER_POST,
    "import-text-reopen": AFTER_POST,
    "import-draft": AFTER_POST,
    "import-sheets": LIST,
    "import-sheet-new": OFFICER,
    "import-sheet-export": OFFICER,
    "import-sheet": OF_BUREAU,
    # Its file is gone: the page leads back to the list.
    "import-sheet-columns": AFTER_POST,
    "import-sheet-check": AFTER_POST,
    "import-sheet-rows": AFTER_POST,
    "import-sheet-enter": AFTER_POST,
    "import-sheet-drop": AFTER_POST,
    "job-detail": JOBS | {LEGAL: (200, 200, 404)},
    "job-file": JOBS | {LEGAL: (200, 200, 404), SYSTEM: (403,) * 3},
    "job-plan": {role: (302 if role == LEGAL else 403,) * 3 for role in READING},
    "job-audit": {role: (302 if role == SYSTEM else 403,) * 3 for role in READING},
}

# How a place becomes an address: the record that stands for it.
RECORDS = {
    "audit-entry-detail": lambda p: [p.entry.pk],
    "bureau-detail": lambda p: [p.unit.bureau_id],
    "unit-detail": lambda p: [p.unit.pk],
    "due-detail": lambda p: [p.due.pk],
    "due-waive": lambda p: [p.due.pk],
    "due-note": lambda p: [p.due.pk],
    "waiver-ask": lambda p: [p.due.pk],
    "waiver-decide": lambda p: [p.due.pk, p.request.pk],
    "waiver-order-detail": lambda p: [p.order.pk],
    "waiver-order-withdraw": lambda p: [p.order.pk],
    "meeting-detail": lambda p: [p.meeting.pk],
    "meeting-edit": lambda p: [p.meeting.pk],
    "meeting-cancel": lambda p: [p.meeting.pk],
    "meeting-discharges": lambda p: [p.meeting.pk],
    "meeting-minutes": lambda p: [p.meeting.pk],
    "meeting-minutes-docx": lambda p: [p.meeting.pk],
    "meeting-ledger": lambda p: [p.unit.pk],
    "meeting-columns": lambda p: [p.unit.bureau_id],
    "agenda-detail": lambda p: [p.paper.pk],
    "agenda-edit": lambda p: [p.paper.pk],
    "agenda-print": lambda p: [p.paper.pk],
    "agenda-record": lambda p: [p.paper.pk],
    "evidence-file": lambda p: [p.evidence.pk],
    "evidence-view": lambda p: [p.evidence.pk],
    "evidence-review": lambda p: [p.evidence.pk],
    "evidence-pack": lambda p: [p.unit.pk],
    "evidence-cancel": lambda p: [p.evidence.pk],
    "evidence-add": lambda p: ["meeting", p.meeting.pk],
    "person-detail": lambda p: [p.person.pk],
    "staffing-rule-edit": lambda p: [p.staffing_rule.pk],
    "staffing-rule-end": lambda p: [p.staffing_rule.pk],
    "certificate-new": lambda p: [p.person.pk],
    "certificate-renew": lambda p: [p.certificate.pk],
    "certificate-cancel": lambda p: [p.certificate.pk],
    "examination-detail": lambda p: [p.examination.pk],
    "examination-edit": lambda p: [p.examination.pk],
    "examination-results": lambda p: [p.examination.pk],
    "examination-cancel": lambda p: [p.examination.pk],
    "person-merge": lambda p: [p.person.pk],
    "appointment-edit": lambda p: [p.appointment.pk],
    "appointment-end": lambda p: [p.appointment.pk],
    "appointment-hand-over": lambda p: [p.appointment.pk],
    "appointment-sheet": lambda p: [p.appointment.pk],
    "appointment-sheet-docx": lambda p: [p.appointment.pk],
    "post-detail": lambda p: [p.appointment.post_id],
    "duty-list-detail": lambda p: [p.duty_list.pk],
    "duty-list-adopt": lambda p: [p.duty_list.pk],
    "duty-list-edit": lambda p: [p.duty_list.pk],
    "duty-list-confirm": lambda p: [p.duty_list.pk],
    "duty-list-print": lambda p: [p.duty_list.pk],
    "person-duties": lambda p: [p.chief.pk],
    "person-duties-print": lambda p: [p.chief.pk],
    "person-duties-docx": lambda p: [p.chief.pk],
    "unit-duties": lambda p: [p.unit.pk],
    "unit-duties-print": lambda p: [p.unit.pk],
    "unit-duties-docx": lambda p: [p.unit.pk],
    "deed-detail": lambda p: [p.deed.pk],
    "deed-edit": lambda p: [p.deed.pk],
    "deed-cancel": lambda p: [p.deed.pk],
    "account-detail": lambda p: [p.account.pk],
    "account-edit": lambda p: [p.account.pk],
    "account-cancel": lambda p: [p.account.pk],
    "schedule-detail": lambda p: [p.schedule.pk],
    "schedule-edit": lambda p: [p.schedule.pk],
    "schedule-end": lambda p: [p.schedule.pk],
    "schedule-set-edit": lambda p: [p.schedule.set_id],
    "problem-detail": lambda p: [p.problem.pk],
    "problem-slip": lambda p: [p.solved.pk],
    "problem-slip-docx": lambda p: [p.solved.pk],
    "problem-edit": lambda p: [p.problem.pk],
    "problem-cancel": lambda p: [p.problem.pk],
    "problem-extend": lambda p: [p.problem.pk],
    "problem-look-back": lambda p: [p.problem.pk],
    "problem-review": lambda p: [p.problem.pk],
    "problem-plan-look-back": lambda p: [p.problem.pk],
    "problem-bulk": lambda p: ["assign"],
    "problem-move": lambda p: [p.problem.pk, "assign"],
    "measure-detail": lambda p: [p.measure.pk],
    "milestone-new": lambda p: [p.measure.pk],
    "milestone-done": lambda p: [p.measure.pk, p.milestone.pk],
    "record-detail": lambda p: [p.record.pk],
    "record-edit": lambda p: [p.record.pk],
    "record-cancel": lambda p: [p.record.pk],
    "bureau-plan": lambda p: [p.unit.bureau_id],
    "bureau-plan-print": lambda p: [p.unit.bureau_id],
    "task-detail": lambda p: [p.task.pk],
    "task-edit": lambda p: [p.task.pk],
    "task-done": lambda p: [p.task.pk],
    "task-cancel": lambda p: [p.task.pk],
    "round-detail": lambda p: [p.round.pk],
    "round-edit": lambda p: [p.round.pk],
    "round-sample": lambda p: [p.round.pk],
    "round-item": lambda p: [p.round.pk, p.round_item.pk],
    "round-end": lambda p: [p.round.pk],
    "round-cancel": lambda p: [p.round.pk],
    "round-print": lambda p: [p.round.pk],
    "round-docx": lambda p: [p.round.pk],
    "measure-edit": lambda p: [p.measure.pk],
    "measure-progress": lambda p: [p.measure.pk],
    "measure-extend": lambda p: [p.measure.pk],
    "measure-drop": lambda p: [p.measure.pk],
    "measure-cancel": lambda p: [p.measure.pk],
    "notice-detail": lambda p: [p.signed_notice.pk],
    "notice-edit": lambda p: [p.draft_notice.pk],
    "notice-approve": lambda p: [p.draft_notice.pk],
    "notice-signed": lambda p: [p.draft_notice.pk],
    "notice-receive": lambda p: [p.signed_notice.pk],
    "notice-reply": lambda p: [p.received_notice.pk],
    "notice-send-back": lambda p: [p.answered_notice.pk],
    "notice-end": lambda p: [p.answered_notice.pk],
    "notice-cancel": lambda p: [p.signed_notice.pk],
    "notice-print": lambda p: [p.signed_notice.pk],
    "notice-docx": lambda p: [p.signed_notice.pk],
    "extension-decide": lambda p: [p.extension.pk],
    "waiver-withdraw": lambda p: [p.due.pk, p.waiver.pk],
    "report-detail": lambda p: [p.report.pk],
    "report-print": lambda p: [p.report.pk],
    "report-docx": lambda p: [p.report.pk],
    "report-pdf": lambda p: [p.report.pk],
    "report-text": lambda p: [p.report.pk],
    "report-html": lambda p: [p.report.pk],
    "report-check": lambda p: [p.report.pk],
    "report-check-docx": lambda p: [p.report.pk],
    "report-check-pdf": lambda p: [p.report.pk],
    "report-checks": lambda p: [p.report.pk],
    "report-public": lambda p: [p.public_form.report_id],
    "report-public-begin": lambda p: [p.public_form.report_id],
    "report-public-cut": lambda p: [p.public_form.report_id, p.public_sentence.pk],
    "report-public-seen": lambda p: [p.public_form.report_id],
    "report-public-check": lambda p: [p.public_form.report_id],
    "report-public-back": lambda p: [p.public_form.report_id],
    "report-public-publish": lambda p: [p.public_form.report_id],
    "report-public-print": lambda p: [p.public_form.report_id],
    "report-public-docx": lambda p: [p.public_form.report_id],
    "report-public-pdf": lambda p: [p.public_form.report_id],
    "report-public-text": lambda p: [p.public_form.report_id],
    "report-public-html": lambda p: [p.public_form.report_id],
    "report-public-slip": lambda p: [p.public_form.report_id],
    "report-compile": lambda p: [p.report.pk],
    "report-edit": lambda p: [p.report.pk],
    "report-miss": lambda p: [p.report.pk, p.schedule.pk],
    "report-formula": lambda p: [p.report.pk],
    "report-call-detail": lambda p: [p.call_item.call_id],
    "report-call-edit": lambda p: [p.call_item.call_id],
    "report-call-tick": lambda p: [p.call_item.pk],
    "report-template-detail": lambda p: [p.template.pk],
    "report-template-copy": lambda p: [p.template.pk],
    "report-template-edit": lambda p: [p.template.pk],
    "report-sign": lambda p: [p.report.pk],
    "report-step": lambda p: [p.report.pk, "countersign"],
    "report-correct": lambda p: [p.public_form.report_id],
    "report-hand-ins": lambda p: [p.hand_in.report_id],
    "report-hand-in": lambda p: [p.hand_in.report_id, p.hand_in.pk],
    "report-section-edit": lambda p: [p.kept.section.report_id, p.kept.section_id],
    "report-versions": lambda p: [p.report.pk],
    "report-comment": lambda p: [p.kept.section.report_id, p.remark.paragraph_id],
    "report-comment-settle": lambda p: [p.kept.section.report_id, p.remark.pk],
    "report-kept": lambda p: [p.kept.section.report_id, p.kept.pk],
    "report-sentence-link": lambda p: [p.kept.section.report_id, p.typed.pk],
    "leave-cancel": lambda p: [p.leave.pk],
    "promise-list": lambda p: [p.unit.bureau_id],
    "promise-gather": lambda p: [p.unit.bureau_id],
    "promise-decide": lambda p: [p.promise.pk],
    "promise-take-back": lambda p: [p.promise.pk],
    "honour-new": lambda p: [p.report.pk],
    "honour-edit": lambda p: [p.honour.pk],
    "bureau-year": lambda p: [p.unit.bureau_id],
    "indicator-detail": lambda p: [p.indicator.pk],
    "indicator-edit": lambda p: [p.indicator.pk],
    "sum-edit": lambda p: [p.sum.pk],
    "figure-detail": lambda p: [p.figure.pk],
    "assessment-detail": lambda p: [p.proof.item.assessment_id],
    "assessment-edit": lambda p: [p.proof.item.assessment_id],
    "assessment-import": lambda p: [p.proof.item.assessment_id],
    "assessment-print": lambda p: [p.proof.item.assessment_id],
    "assessment-docx": lambda p: [p.proof.item.assessment_id],
    "assessment-sheet": lambda p: [p.proof.item.assessment_id],
    "assessment-pack": lambda p: [p.proof.item.assessment_id],
    "assessment-item-new": lambda p: [p.proof.item.assessment_id],
    "assessment-item": lambda p: [p.proof.item_id],
    "assessment-item-edit": lambda p: [p.proof.item_id],
    "assessment-prove": lambda p: [p.proof.item_id],
    "assessment-take-over": lambda p: [p.proof.item_id],
    "assessment-unprove": lambda p: [p.proof.pk],
    "report-compare": lambda p: [p.report.pk],
    "report-coverage": lambda p: [p.report.pk],
    "export-bureau": lambda p: [p.unit.bureau_id],
    "import-text": lambda p: [p.imported.pk],
    "import-text-preview": lambda p: [p.imported.pk],
    "import-text-at-once": lambda p: [p.imported.pk],
    "import-text-give-up": lambda p: [p.imported.pk],
    "import-text-reopen": lambda p: [p.imported.pk],
    "import-draft": lambda p: [p.draft.pk],
    "import-sheet-export": lambda p: ["units"],
    "import-sheet": lambda p: [p.sheet.pk],
    "import-sheet-columns": lambda p: [p.sheet.pk],
    "import-sheet-check": lambda p: [p.sheet.pk],
    "import-sheet-rows": lambda p: [p.sheet.pk],
    "import-sheet-enter": lambda p: [p.sheet.pk],
    "import-sheet-drop": lambda p: [p.sheet.pk],
    "job-detail": lambda p: [p.job.pk],
    "job-file": lambda p: [p.pack.pk],
    "deleted-restore": lambda p: [p.deleted.pk],
}
METHODS = dict.fromkeys(
    (
        *("waiver-withdraw", "waiver-order-withdraw"),
        *("report-compile", "job-plan", "job-audit", "deleted-restore"),
        *("report-miss", "report-call-tick", "report-template-copy"),
        *("report-public-begin", "report-public-seen", "report-kept"),
        *("promise-gather", "promise-take-back", "leave-cancel"),
        *("duty-list-adopt", "duty-list-confirm"),
        *("assessment-prove", "assessment-take-over", "assessment-unprove"),
        *("import-text-at-once", "import-text-give-up", "import-text-reopen", "import-draft"),
        *("import-sheet-check", "import-sheet-rows", "import-sheet-enter", "import-sheet-drop"),
    ),
    "post",
)
QUERIES = {
    "problem-bulk": lambda p: f"?pick={p.problem.pk}",
    "record-totals": lambda p: f"?kind={p.record.kind_id}&unit={p.unit.pk}",
    "agenda-new": lambda p: f"?unit={p.unit.pk}",
    "appointment-new": lambda p: f"?unit={p.unit.pk}",
    "calendar": lambda p: f"?unit={p.unit.pk}",
    "who": lambda p: f"?unit={p.unit.pk}",
    "figure-sheet": lambda p: f"?unit={p.unit.pk}",
    "figure-year": lambda p: f"?unit={p.unit.pk}",
    "figure-year-print": lambda p: f"?unit={p.unit.pk}",
    "meeting-new": lambda p: f"?unit={p.unit.pk}",
    "notice-new": lambda p: f"?unit={p.unit.pk}",
    "notice-record": lambda p: f"?unit={p.unit.pk}",
}


@pytest.fixture
def world():
    """A city of two bureaus; the same records in each of three stations."""
    city = CityFactory()
    near, far = BureauFactory(parent=city), BureauFactory(parent=city)
    places = {}
    for name, bureau in (("own", near), ("other", near), ("foreign", far)):
        places[name] = place(UnitFactory(parent=bureau, ledger_from=None))
    for bureau, names in ((near, ("own", "other")), (far, ("foreign",))):
        rule = ScheduleVersionFactory(schedule__set__unit=bureau)
        report = AnnualReport.objects.create(
            bureau=bureau, year=2025, title="年度报告", recorded_at=NOON
        )
        honour = Honour.objects.create(bureau=bureau, year=2025, title="优秀单位")
        said, public_form = published_form(bureau)
        worded = worded_draft(bureau)
        duties = DutyListFactory(unit=bureau)
        call_item = CallItemFactory(call__unit=bureau)
        template = ReportTemplateFactory(code=f"own-{bureau.pk}", unit=bureau)
        draft = DraftFactory(text=ImportedTextFactory(bureau=bureau))
        sheet = SheetImportFactory(bureau=bureau, state="checked")
        for name in names:
            places[name].sheet = sheet
            places[name].deleted = DeletedRecordFactory(bureau=bureau)
            places[name].duty_list = duties
            places[name].call_item, places[name].template = call_item, template
            places[name].proof = ItemProofFactory(item__assessment__unit=bureau)
            places[name].schedule, places[name].report = rule.schedule, report
            places[name].public_sentence, places[name].public_form = said, public_form
            places[name].hand_in = HandInFactory(report=public_form.report)
            places[name].kept, places[name].remark, places[name].typed = worded
            places[name].honour = HonourFactory(bureau=bureau)
            places[name].honour = honour
            places[name].promise = PromiseFactory(bureau=bureau, report=report)
            places[name].leave = DeputyFactory()
            places[name].draft, places[name].imported = draft, draft.text
    own = places["own"].unit
    logins = {
        CLERK: member(Role.CLERK, own),
        LEGAL: member(Role.LEGAL_OFFICER, near),
        INSPECTOR: member(Role.INSPECTOR, near),
        LEADER: member(Role.LEADER, near),
        SUPERVISOR: member(Role.SUPERVISOR, city),
        SYSTEM: member(Role.SYSTEM_ADMIN, city),
        SECURITY: member(Role.SECURITY_ADMIN, city),
        AUDIT: member(Role.AUDIT_ADMIN, city),
    }
    for name in PLACES:
        places[name].entry = AuditEntryFactory()
        asked_by = None if name == "foreign" else logins[LEGAL]
        places[name].job = JobFactory(asked_by=asked_by)
        # One that was asked for while its unit could still be read.
        places[name].pack = JobFactory(
            kind=JobKind.PACK_EVIDENCE,
            arguments={"unit": places[name].unit.pk, "year": 2026},
            asked_by=logins[LEGAL],
            started_at=NOON,
            ended_at=NOON,
            file=places[name].evidence.file.name,
        )
    return SimpleNamespace(places=places, logins=logins)


def published_form(bureau):
    """A sentence of a signed report, and the published form that was begun of it."""
    signer = PersonFactory(unit=bureau)
    signed = {"state": "signed", "signed_on": NOON.date(), "signer": signer}
    report = AnnualReportFactory(bureau=bureau, year=2024, **signed)
    said = SentenceFactory(paragraph__section__report=report)
    return said, PublicFormFactory(report=report)


def worded_draft(bureau):
    """What lies beside the text of a draft: a kept text, a remark, a typed sentence."""
    typed = SentenceFactory(paragraph__section__report__bureau=bureau)
    kept = KeptTextFactory(section=typed.paragraph.section)
    return kept, CommentFactory(paragraph=typed.paragraph), typed


def place(unit):
    """One of each record in a unit."""
    meeting = MeetingFactory(unit=unit)
    upload = Upload(SimpleUploadedFile("记录.txt", "会议记录".encode()))
    (evidence,) = add_evidence(target=meeting, uploads=[upload], by=None, at=NOON)
    due = DueFactory(unit=unit)
    found = LookBackRoundFactory(bureau=unit.bureau)
    return SimpleNamespace(
        unit=unit,
        meeting=meeting,
        paper=AgendaPaperFactory(unit=unit),
        evidence=evidence,
        due=due,
        waiver=WaiverFactory(due=due),
        request=WaiverRequestFactory(due=due),
        order=WaiverOrderFactory(unit=unit),
        person=(person := PersonFactory(unit=unit)),
        appointment=AppointmentFactory(person=person),
        chief=(chief := headed_by(unit)),
        deed=DeedFactory(unit=unit, person=chief),
        account=AccountGivenFactory(unit=unit, person=chief, post=PostFactory()),
        certificate=CertificateFactory(person__unit=unit),
        examination=ExaminationFactory(unit=unit),
        staffing_rule=StaffingRuleFactory(unit=unit.bureau),
        problem=ProblemFactory(unit=unit),
        solved=solved(unit),
        measure=(measure := MeasureFactory(unit=unit)),
        milestone=MilestoneFactory(measure=measure),
        task=SuperiorTaskFactory(unit=unit),
        record=WorkRecordFactory(unit=unit),
        indicator=(indicator := IndicatorFactory(unit=unit.bureau)),
        sum=SumRuleFactory(whole=indicator),
        figure=FigureFactory(unit=unit, indicator=indicator),
        round=found,
        round_item=LookBackItemFactory(round=found, problem=ProblemFactory(unit=unit)),
        extension=ExtensionFactory(measure=measure),
        draft_notice=notice_at("draft", unit=unit),
        signed_notice=notice_at("approved", unit=unit),
        received_notice=notice_at("received", unit=unit),
        answered_notice=notice_at("answered", unit=unit),
    )


def headed_by(unit):
    """Who answers for the unit."""
    person = PersonFactory(unit=unit)
    AppointmentFactory(person=person, post=PostFactory(code="station_head", heads_unit=True))
    return person


def solved(unit):
    """A problem that has a closing slip."""
    problem = ProblemFactory(unit=unit)
    closed = {"state": "closed", "closed_on": NOON.date(), "closed_by": UserFactory()}
    Problem.objects.filter(pk=problem.pk).update(**closed)
    return problem


def logged_in(user):
    client = Client()
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return client


def names_of_addresses():
    """The name of every address in the ledger's own list."""
    entries = get_resolver("reports.urls").url_patterns
    return [entry.name for entry in entries if isinstance(entry, URLPattern)]


def test_every_address_is_in_the_matrix():
    assert sorted(set(names_of_addresses()) - set(MATRIX)) == []
    assert sorted(set(MATRIX) - set(names_of_addresses())) == []


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_address_by_role_and_place(world, name):
    found = {}
    for role, user in world.logins.items():
        client = logged_in(user)
        codes = []
        for where in PLACES:
            target = world.places[where]
            arguments = RECORDS[name](target) if name in RECORDS else []
            query = QUERIES[name](target) if name in QUERIES else ""
            address = reverse(f"reports:{name}", args=arguments) + query
            answer = getattr(client, METHODS.get(name, "get"))(address)
            codes.append(answer.status_code)
            b"".join(answer.streaming_content if answer.streaming else ())
        found[role] = tuple(codes)

    assert found == MATRIX[name]


def test_no_page_writes_when_it_is_read(world):
    client, here = logged_in(world.logins[LEGAL]), world.places["own"]
    wrote = []

    def watch(execute, sql, params, many, context):
        verb = sql.split(maxsplit=1)[0].upper()
        if verb in {"INSERT", "UPDATE", "DELETE"} and "reports_auditentry" not in sql:
            wrote.append((name, sql[:60]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        for name in sorted(set(MATRIX) - set(METHODS)):
            arguments = RECORDS[name](here) if name in RECORDS else []
            query = QUERIES[name](here) if name in QUERIES else ""
            answer = client.get(reverse(f"reports:{name}", args=arguments) + query)
            b"".join(answer.streaming_content if answer.streaming else ())

    assert wrote == []
