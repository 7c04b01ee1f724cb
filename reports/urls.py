"""Every address of the site in one list, grouped by concept."""

from django.urls import URLPattern, URLResolver, path

from reports.views.agenda import (
    AgendaDetail,
    AgendaEdit,
    AgendaList,
    AgendaNew,
    AgendaPrint,
    AgendaRecord,
)
from reports.views.appointments import (
    AppointmentEdit,
    AppointmentEnd,
    AppointmentHandOver,
    AppointmentNew,
)
from reports.views.bureaus import BureauDetail, UnitDetail
from reports.views.calendar import (
    DueCalendar,
    HolidayEnter,
    HolidayImport,
    HolidayList,
    HolidayTakeOut,
    HolidayTemplate,
    YearCalendar,
)
from reports.views.certificates import (
    CertificateCancel,
    CertificateList,
    CertificateNew,
    CertificateRenew,
)
from reports.views.dashboard import Dashboard
from reports.views.deeds import (
    AccountCancel,
    AccountDetail,
    AccountEdit,
    AccountList,
    AccountNew,
    AccountPrint,
    DeedCancel,
    DeedDetail,
    DeedEdit,
    DeedList,
    DeedNew,
)
from reports.views.dues import (
    DueDetail,
    DueList,
    DueNoteAdd,
    DueWaive,
    WaiverAsk,
    WaiverDecide,
    WaiverWithdraw,
)
from reports.views.evidence import (
    EvidenceAdd,
    EvidenceCancel,
    EvidenceFile,
    EvidenceLacking,
    EvidencePack,
    EvidenceReview,
    EvidenceView,
)
from reports.views.examinations import (
    ExaminationCancel,
    ExaminationDetail,
    ExaminationEdit,
    ExaminationList,
    ExaminationNew,
    ExaminationResults,
)
from reports.views.figures import (
    FigureCheck,
    FigureDetail,
    FigureSheet,
    FigureYear,
    FigureYearPrint,
)
from reports.views.first_person import (
    DutyListAdopt,
    DutyListConfirm,
    DutyListDetail,
    DutyListEdit,
    DutyListPrint,
    DutyLists,
    OwnDuties,
    PersonDuties,
    PersonDutiesDocx,
    PersonDutiesPrint,
    UnitDuties,
    UnitDutiesDocx,
    UnitDutiesPrint,
)
from reports.views.grid import UnitGrid
from reports.views.handovers import HandOverDocx, HandOverPrint
from reports.views.honours import HonourAdd, HonourEdit, HonourList, HonourNew
from reports.views.indicators import (
    IndicatorDetail,
    IndicatorEdit,
    IndicatorList,
    IndicatorNew,
    SumEdit,
    SumList,
    SumNew,
)
from reports.views.jobs import JobAudit, JobDetail, JobFile, JobList, JobPlan
from reports.views.measures import (
    ExtensionDecide,
    MeasureCancel,
    MeasureDetail,
    MeasureDrop,
    MeasureEdit,
    MeasureExtend,
    MeasureList,
    MeasureNew,
    MeasureProgress,
    MilestoneDone,
    MilestoneNew,
)
from reports.views.meeting_papers import (
    MeetingColumns,
    MeetingLedger,
    MeetingMinutes,
    MeetingMinutesDocx,
)
from reports.views.meetings import (
    MeetingCancel,
    MeetingDetail,
    MeetingDischarges,
    MeetingList,
    MeetingUnconfirmed,
)
from reports.views.merging import PersonMerge
from reports.views.notices import (
    NoticeApprove,
    NoticeCancel,
    NoticeDetail,
    NoticeDocx,
    NoticeEdit,
    NoticeEnd,
    NoticeList,
    NoticeNew,
    NoticePrint,
    NoticeReceive,
    NoticeRecordNew,
    NoticeReply,
    NoticeSendBack,
    NoticeSigned,
)
from reports.views.people import PersonDetail, PersonList
from reports.views.posts import PostDetail, PostList
from reports.views.problem_bulk import ProblemBulk
from reports.views.problem_figures import ProblemFiguresPage
from reports.views.problem_papers import ClosingSlipDocx, ClosingSlipPrint, ProblemLedger
from reports.views.problem_rules import ProblemRules
from reports.views.problems import (
    ProblemCancel,
    ProblemDetail,
    ProblemEdit,
    ProblemExtend,
    ProblemList,
    ProblemLookBack,
    ProblemMoveView,
    ProblemNew,
    ProblemPlanLookBack,
    ProblemReviewNew,
)
from reports.views.promises import (
    PromiseDecide,
    PromiseGather,
    PromiseList,
    PromiseTakeBack,
)
from reports.views.recording import MeetingEdit, MeetingNew
from reports.views.records import (
    BureauPlan,
    BureauPlanPrint,
    RecordCancel,
    RecordDetail,
    RecordEdit,
    RecordList,
    RecordNew,
    RecordSheet,
    RecordTotals,
)
from reports.views.reminders import Leave, LeaveCancel, MailReminder
from reports.views.rounds import (
    RoundCancel,
    RoundDetail,
    RoundDocx,
    RoundEdit,
    RoundEnd,
    RoundItem,
    RoundList,
    RoundNew,
    RoundPrint,
    RoundSample,
)
from reports.views.schedules import (
    ScheduleDetail,
    ScheduleEdit,
    ScheduleEnd,
    ScheduleList,
    ScheduleNew,
    ScheduleSetEdit,
)
from reports.views.search import Search
from reports.views.staffing import (
    CoverageMap,
    CoveragePrint,
    GapList,
    RemarkList,
    StaffingRuleEdit,
    StaffingRuleEnd,
    StaffingRuleList,
    StaffingRuleNew,
)
from reports.views.summaries import (
    ReportCompile,
    ReportDetail,
    ReportEdit,
    ReportList,
    ReportNew,
    ReportPrint,
    ReportSign,
)
from reports.views.tasks import (
    TaskCancel,
    TaskDetail,
    TaskDone,
    TaskEdit,
    TaskList,
    TaskNew,
    TaskSheet,
)
from reports.views.todo import Todo
from reports.views.units import BureauList
from reports.views.waivers import (
    WaiverOrderDetail,
    WaiverOrderList,
    WaiverOrderNew,
    WaiverOrderWithdraw,
)
from reports.views.who import Who
from reports.views.year import BureauYear

app_name = "reports"

urlpatterns: list[URLPattern | URLResolver] = [
    # What one sees first
    path("", Dashboard.as_view(), name="dashboard"),
    path("todo/", Todo.as_view(), name="todo"),
    path("search/", Search.as_view(), name="search"),
    path("account/leave/", Leave.as_view(), name="leave"),
    path("account/leave/<int:pk>/cancel/", LeaveCancel.as_view(), name="leave-cancel"),
    path("account/reminder/", MailReminder.as_view(), name="reminder"),
    # Units
    path("bureaus/", BureauList.as_view(), name="bureau-list"),
    path("bureaus/<int:pk>/", BureauDetail.as_view(), name="bureau-detail"),
    path("bureaus/<int:pk>/year/", BureauYear.as_view(), name="bureau-year"),
    path("units/<int:pk>/", UnitDetail.as_view(), name="unit-detail"),
    # Dues
    path("dues/", DueList.as_view(), name="due-list"),
    path("dues/<int:pk>/", DueDetail.as_view(), name="due-detail"),
    path("dues/<int:pk>/waive/", DueWaive.as_view(), name="due-waive"),
    path(
        "dues/<int:pk>/waivers/<int:waiver_pk>/withdraw/",
        WaiverWithdraw.as_view(),
        name="waiver-withdraw",
    ),
    path("dues/<int:pk>/waivers/ask/", WaiverAsk.as_view(), name="waiver-ask"),
    path(
        "dues/<int:pk>/waivers/<int:request_pk>/decide/",
        WaiverDecide.as_view(),
        name="waiver-decide",
    ),
    path("dues/<int:pk>/notes/", DueNoteAdd.as_view(), name="due-note"),
    path("grid/", UnitGrid.as_view(), name="grid"),
    # Notices that excuse many dues
    path("waiver-orders/", WaiverOrderList.as_view(), name="waiver-order-list"),
    path("waiver-orders/new/", WaiverOrderNew.as_view(), name="waiver-order-new"),
    path("waiver-orders/<int:pk>/", WaiverOrderDetail.as_view(), name="waiver-order-detail"),
    path(
        "waiver-orders/<int:pk>/withdraw/",
        WaiverOrderWithdraw.as_view(),
        name="waiver-order-withdraw",
    ),
    # Meetings
    path("meetings/", MeetingList.as_view(), name="meeting-list"),
    path("meetings/new/", MeetingNew.as_view(), name="meeting-new"),
    path("meetings/unconfirmed/", MeetingUnconfirmed.as_view(), name="meeting-unconfirmed"),
    path("meetings/<int:pk>/", MeetingDetail.as_view(), name="meeting-detail"),
    path("meetings/<int:pk>/edit/", MeetingEdit.as_view(), name="meeting-edit"),
    path("meetings/<int:pk>/cancel/", MeetingCancel.as_view(), name="meeting-cancel"),
    path("meetings/<int:pk>/discharges/", MeetingDischarges.as_view(), name="meeting-discharges"),
    path("meetings/<int:pk>/minutes/", MeetingMinutes.as_view(), name="meeting-minutes"),
    path(
        "meetings/<int:pk>/minutes.docx",
        MeetingMinutesDocx.as_view(),
        name="meeting-minutes-docx",
    ),
    path("units/<int:pk>/meeting-ledger/", MeetingLedger.as_view(), name="meeting-ledger"),
    path("bureaus/<int:pk>/meeting-columns/", MeetingColumns.as_view(), name="meeting-columns"),
    # Agenda papers
    path("agendas/", AgendaList.as_view(), name="agenda-list"),
    path("agendas/new/", AgendaNew.as_view(), name="agenda-new"),
    path("agendas/<int:pk>/", AgendaDetail.as_view(), name="agenda-detail"),
    path("agendas/<int:pk>/edit/", AgendaEdit.as_view(), name="agenda-edit"),
    path("agendas/<int:pk>/print/", AgendaPrint.as_view(), name="agenda-print"),
    path("agendas/<int:pk>/record/", AgendaRecord.as_view(), name="agenda-record"),
    # Evidence
    path("evidence/<int:pk>/", EvidenceFile.as_view(), name="evidence-file"),
    path("evidence/<int:pk>/view/", EvidenceView.as_view(), name="evidence-view"),
    path("evidence/<int:pk>/review/", EvidenceReview.as_view(), name="evidence-review"),
    path("evidence/<int:pk>/cancel/", EvidenceCancel.as_view(), name="evidence-cancel"),
    path("evidence/lacking/", EvidenceLacking.as_view(), name="evidence-lacking"),
    path("evidence/add/<slug:what>/<int:pk>/", EvidenceAdd.as_view(), name="evidence-add"),
    path("units/<int:pk>/evidence-pack/", EvidencePack.as_view(), name="evidence-pack"),
    # People
    path("people/", PersonList.as_view(), name="person-list"),
    path("people/<int:pk>/", PersonDetail.as_view(), name="person-detail"),
    path("people/<int:pk>/merge/", PersonMerge.as_view(), name="person-merge"),
    path("people/appointments/new/", AppointmentNew.as_view(), name="appointment-new"),
    path("people/appointments/<int:pk>/edit/", AppointmentEdit.as_view(), name="appointment-edit"),
    path("people/appointments/<int:pk>/end/", AppointmentEnd.as_view(), name="appointment-end"),
    path(
        "people/appointments/<int:pk>/hand-over/",
        AppointmentHandOver.as_view(),
        name="appointment-hand-over",
    ),
    path("people/appointments/<int:pk>/sheet/", HandOverPrint.as_view(), name="appointment-sheet"),
    path(
        "people/appointments/<int:pk>/sheet.docx",
        HandOverDocx.as_view(),
        name="appointment-sheet-docx",
    ),
    path("who/", Who.as_view(), name="who"),
    path("posts/", PostList.as_view(), name="post-list"),
    path("posts/<int:pk>/", PostDetail.as_view(), name="post-detail"),
    # Staffing: units against their rules, gaps, certificates, examinations
    path("staffing/", CoverageMap.as_view(), name="staffing"),
    path("staffing/print/", CoveragePrint.as_view(), name="staffing-print"),
    path("staffing/remarks/", RemarkList.as_view(), name="remark-list"),
    path("staffing/rules/", StaffingRuleList.as_view(), name="staffing-rule-list"),
    path("staffing/rules/new/", StaffingRuleNew.as_view(), name="staffing-rule-new"),
    path("staffing/rules/<int:pk>/edit/", StaffingRuleEdit.as_view(), name="staffing-rule-edit"),
    path("staffing/rules/<int:pk>/end/", StaffingRuleEnd.as_view(), name="staffing-rule-end"),
    path("gaps/", GapList.as_view(), name="gap-list"),
    path("certificates/", CertificateList.as_view(), name="certificate-list"),
    path("people/<int:pk>/certificates/new/", CertificateNew.as_view(), name="certificate-new"),
    path("certificates/<int:pk>/renew/", CertificateRenew.as_view(), name="certificate-renew"),
    path("certificates/<int:pk>/cancel/", CertificateCancel.as_view(), name="certificate-cancel"),
    path("examinations/", ExaminationList.as_view(), name="examination-list"),
    path("examinations/new/", ExaminationNew.as_view(), name="examination-new"),
    path("examinations/<int:pk>/", ExaminationDetail.as_view(), name="examination-detail"),
    path("examinations/<int:pk>/edit/", ExaminationEdit.as_view(), name="examination-edit"),
    path(
        "examinations/<int:pk>/results/",
        ExaminationResults.as_view(),
        name="examination-results",
    ),
    path("examinations/<int:pk>/cancel/", ExaminationCancel.as_view(), name="examination-cancel"),
    # The first responsible person: duties, deeds, accounts given
    path("duties/", DutyLists.as_view(), name="duty-list"),
    path("duties/mine/", OwnDuties.as_view(), name="own-duties"),
    path("duties/<int:pk>/", DutyListDetail.as_view(), name="duty-list-detail"),
    path("duties/<int:pk>/adopt/", DutyListAdopt.as_view(), name="duty-list-adopt"),
    path("duties/<int:pk>/edit/", DutyListEdit.as_view(), name="duty-list-edit"),
    path("duties/<int:pk>/confirm/", DutyListConfirm.as_view(), name="duty-list-confirm"),
    path("duties/<int:pk>/print/", DutyListPrint.as_view(), name="duty-list-print"),
    path("people/<int:pk>/duties/", PersonDuties.as_view(), name="person-duties"),
    path("people/<int:pk>/duties/print/", PersonDutiesPrint.as_view(), name="person-duties-print"),
    path("people/<int:pk>/duties.docx", PersonDutiesDocx.as_view(), name="person-duties-docx"),
    path("units/<int:pk>/duties/", UnitDuties.as_view(), name="unit-duties"),
    path("units/<int:pk>/duties/print/", UnitDutiesPrint.as_view(), name="unit-duties-print"),
    path("units/<int:pk>/duties.docx", UnitDutiesDocx.as_view(), name="unit-duties-docx"),
    path("deeds/", DeedList.as_view(), name="deed-list"),
    path("deeds/new/", DeedNew.as_view(), name="deed-new"),
    path("deeds/<int:pk>/", DeedDetail.as_view(), name="deed-detail"),
    path("deeds/<int:pk>/edit/", DeedEdit.as_view(), name="deed-edit"),
    path("deeds/<int:pk>/cancel/", DeedCancel.as_view(), name="deed-cancel"),
    path("accounts/", AccountList.as_view(), name="account-list"),
    path("accounts/print/", AccountPrint.as_view(), name="account-print"),
    path("accounts/new/", AccountNew.as_view(), name="account-new"),
    path("accounts/<int:pk>/", AccountDetail.as_view(), name="account-detail"),
    path("accounts/<int:pk>/edit/", AccountEdit.as_view(), name="account-edit"),
    path("accounts/<int:pk>/cancel/", AccountCancel.as_view(), name="account-cancel"),
    # Schedules
    path("schedules/", ScheduleList.as_view(), name="schedule-list"),
    path("schedules/new/", ScheduleNew.as_view(), name="schedule-new"),
    path("schedules/<int:pk>/", ScheduleDetail.as_view(), name="schedule-detail"),
    path("schedules/<int:pk>/edit/", ScheduleEdit.as_view(), name="schedule-edit"),
    path("schedules/<int:pk>/end/", ScheduleEnd.as_view(), name="schedule-end"),
    path("schedules/sets/<int:pk>/edit/", ScheduleSetEdit.as_view(), name="schedule-set-edit"),
    # Calendar
    path("calendar/", YearCalendar.as_view(), name="calendar"),
    path("calendar/dues.ics", DueCalendar.as_view(), name="calendar-ics"),
    path("holidays/", HolidayList.as_view(), name="holiday-list"),
    path("holidays/enter/", HolidayEnter.as_view(), name="holiday-enter"),
    path("holidays/take-out/", HolidayTakeOut.as_view(), name="holiday-take-out"),
    path("holidays/import/", HolidayImport.as_view(), name="holiday-import"),
    path("holidays/table.xlsx", HolidayTemplate.as_view(), name="holiday-template"),
    # Problems
    path("problems/", ProblemList.as_view(), name="problem-list"),
    path("problems/new/", ProblemNew.as_view(), name="problem-new"),
    path("problems/moves/", ProblemRules.as_view(), name="problem-rules"),
    path("problems/bulk/<slug:what>/", ProblemBulk.as_view(), name="problem-bulk"),
    path("problems/ledger/", ProblemLedger.as_view(), name="problem-ledger"),
    path("problems/figures/", ProblemFiguresPage.as_view(), name="problem-figures"),
    path("problems/<int:pk>/", ProblemDetail.as_view(), name="problem-detail"),
    path("problems/<int:pk>/slip/", ClosingSlipPrint.as_view(), name="problem-slip"),
    path("problems/<int:pk>/slip.docx", ClosingSlipDocx.as_view(), name="problem-slip-docx"),
    path("problems/<int:pk>/edit/", ProblemEdit.as_view(), name="problem-edit"),
    path("problems/<int:pk>/cancel/", ProblemCancel.as_view(), name="problem-cancel"),
    path("problems/<int:pk>/extend/", ProblemExtend.as_view(), name="problem-extend"),
    path("problems/<int:pk>/look-back/", ProblemLookBack.as_view(), name="problem-look-back"),
    path("problems/<int:pk>/review/", ProblemReviewNew.as_view(), name="problem-review"),
    path(
        "problems/<int:pk>/plan-look-back/",
        ProblemPlanLookBack.as_view(),
        name="problem-plan-look-back",
    ),
    path("problems/<int:pk>/<slug:move>/", ProblemMoveView.as_view(), name="problem-move"),
    # Measures
    path("measures/", MeasureList.as_view(), name="measure-list"),
    path("measures/new/", MeasureNew.as_view(), name="measure-new"),
    path("measures/<int:pk>/", MeasureDetail.as_view(), name="measure-detail"),
    path("measures/<int:pk>/edit/", MeasureEdit.as_view(), name="measure-edit"),
    path("measures/<int:pk>/progress/", MeasureProgress.as_view(), name="measure-progress"),
    path("measures/<int:pk>/milestones/", MilestoneNew.as_view(), name="milestone-new"),
    path(
        "measures/<int:pk>/milestones/<int:milestone>/done/",
        MilestoneDone.as_view(),
        name="milestone-done",
    ),
    path("measures/<int:pk>/extend/", MeasureExtend.as_view(), name="measure-extend"),
    path("measures/<int:pk>/drop/", MeasureDrop.as_view(), name="measure-drop"),
    path("measures/<int:pk>/cancel/", MeasureCancel.as_view(), name="measure-cancel"),
    path("tasks/", TaskList.as_view(), name="task-list"),
    path("tasks/sheet/", TaskSheet.as_view(), name="task-sheet"),
    path("tasks/new/", TaskNew.as_view(), name="task-new"),
    path("tasks/<int:pk>/", TaskDetail.as_view(), name="task-detail"),
    path("tasks/<int:pk>/edit/", TaskEdit.as_view(), name="task-edit"),
    path("tasks/<int:pk>/done/", TaskDone.as_view(), name="task-done"),
    path("tasks/<int:pk>/cancel/", TaskCancel.as_view(), name="task-cancel"),
    path("records/", RecordList.as_view(), name="record-list"),
    path("records/print/", RecordSheet.as_view(), name="record-sheet"),
    path("records/new/", RecordNew.as_view(), name="record-new"),
    path("records/totals/", RecordTotals.as_view(), name="record-totals"),
    path("records/<int:pk>/", RecordDetail.as_view(), name="record-detail"),
    path("records/<int:pk>/edit/", RecordEdit.as_view(), name="record-edit"),
    path("records/<int:pk>/cancel/", RecordCancel.as_view(), name="record-cancel"),
    path("bureaus/<int:pk>/plan/", BureauPlan.as_view(), name="bureau-plan"),
    path("bureaus/<int:pk>/plan/print/", BureauPlanPrint.as_view(), name="bureau-plan-print"),
    path("rounds/", RoundList.as_view(), name="round-list"),
    path("rounds/new/", RoundNew.as_view(), name="round-new"),
    path("rounds/<int:pk>/", RoundDetail.as_view(), name="round-detail"),
    path("rounds/<int:pk>/edit/", RoundEdit.as_view(), name="round-edit"),
    path("rounds/<int:pk>/sample/", RoundSample.as_view(), name="round-sample"),
    path("rounds/<int:pk>/items/<int:item>/", RoundItem.as_view(), name="round-item"),
    path("rounds/<int:pk>/end/", RoundEnd.as_view(), name="round-end"),
    path("rounds/<int:pk>/cancel/", RoundCancel.as_view(), name="round-cancel"),
    path("rounds/<int:pk>/print/", RoundPrint.as_view(), name="round-print"),
    path("rounds/<int:pk>/docx/", RoundDocx.as_view(), name="round-docx"),
    path("extensions/<int:pk>/", ExtensionDecide.as_view(), name="extension-decide"),
    # Notices
    path("notices/", NoticeList.as_view(), name="notice-list"),
    path("notices/new/", NoticeNew.as_view(), name="notice-new"),
    path("notices/record/", NoticeRecordNew.as_view(), name="notice-record"),
    path("notices/<int:pk>/", NoticeDetail.as_view(), name="notice-detail"),
    path("notices/<int:pk>/edit/", NoticeEdit.as_view(), name="notice-edit"),
    path("notices/<int:pk>/approve/", NoticeApprove.as_view(), name="notice-approve"),
    path("notices/<int:pk>/signed/", NoticeSigned.as_view(), name="notice-signed"),
    path("notices/<int:pk>/receive/", NoticeReceive.as_view(), name="notice-receive"),
    path("notices/<int:pk>/reply/", NoticeReply.as_view(), name="notice-reply"),
    path("notices/<int:pk>/send-back/", NoticeSendBack.as_view(), name="notice-send-back"),
    path("notices/<int:pk>/end/", NoticeEnd.as_view(), name="notice-end"),
    path("notices/<int:pk>/cancel/", NoticeCancel.as_view(), name="notice-cancel"),
    path("notices/<int:pk>/print/", NoticePrint.as_view(), name="notice-print"),
    path("notices/<int:pk>/notice.docx", NoticeDocx.as_view(), name="notice-docx"),
    # Indicators and figures
    path("indicators/", IndicatorList.as_view(), name="indicator-list"),
    path("indicators/new/", IndicatorNew.as_view(), name="indicator-new"),
    path("indicators/sums/", SumList.as_view(), name="sum-list"),
    path("indicators/sums/new/", SumNew.as_view(), name="sum-new"),
    path("indicators/sums/<int:pk>/", SumEdit.as_view(), name="sum-edit"),
    path("indicators/<int:pk>/", IndicatorDetail.as_view(), name="indicator-detail"),
    path("indicators/<int:pk>/edit/", IndicatorEdit.as_view(), name="indicator-edit"),
    path("figures/", FigureSheet.as_view(), name="figure-sheet"),
    path("figures/check/", FigureCheck.as_view(), name="figure-check"),
    path("figures/year/", FigureYear.as_view(), name="figure-year"),
    path("figures/year/print/", FigureYearPrint.as_view(), name="figure-year-print"),
    path("figures/<int:pk>/", FigureDetail.as_view(), name="figure-detail"),
    # Annual reports
    path("reports/", ReportList.as_view(), name="report-list"),
    path("reports/new/", ReportNew.as_view(), name="report-new"),
    path("reports/<int:pk>/", ReportDetail.as_view(), name="report-detail"),
    path("reports/<int:pk>/compile/", ReportCompile.as_view(), name="report-compile"),
    path("reports/<int:pk>/edit/", ReportEdit.as_view(), name="report-edit"),
    path("reports/<int:pk>/sign/", ReportSign.as_view(), name="report-sign"),
    path("reports/<int:pk>/print/", ReportPrint.as_view(), name="report-print"),
    path("reports/<int:pk>/honours/new/", HonourNew.as_view(), name="honour-new"),
    path("honours/", HonourList.as_view(), name="honour-list"),
    path("honours/new/", HonourAdd.as_view(), name="honour-add"),
    path("honours/<int:pk>/", HonourEdit.as_view(), name="honour-edit"),
    # What last year's report admitted and promised
    path("bureaus/<int:pk>/promises/", PromiseList.as_view(), name="promise-list"),
    path("bureaus/<int:pk>/promises/gather/", PromiseGather.as_view(), name="promise-gather"),
    path("promises/<int:pk>/", PromiseDecide.as_view(), name="promise-decide"),
    path("promises/<int:pk>/take-back/", PromiseTakeBack.as_view(), name="promise-take-back"),
    # Longer work
    path("jobs/", JobList.as_view(), name="job-list"),
    path("jobs/plan/", JobPlan.as_view(), name="job-plan"),
    path("jobs/audit/", JobAudit.as_view(), name="job-audit"),
    path("jobs/<int:pk>/", JobDetail.as_view(), name="job-detail"),
    path("jobs/<int:pk>/file/", JobFile.as_view(), name="job-file"),
]
