"""The words people see for the codes of the domain, and the codes that only storage needs."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language, gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Role
from reports.domain.assessments import (
    AgainstAssessment,
    AgainstFinding,
    AgainstProof,
    ItemGap,
)
from reports.domain.assessments import TableFault as ItemTableFault
from reports.domain.audit_log import AgainstPruning, AuditFault, AuditKind, AuditResult
from reports.domain.calendar_table import Fault, TableFault
from reports.domain.counting import WhyNot
from reports.domain.court import CourtRemark
from reports.domain.dates import Unreadable
from reports.domain.dues import CountedIn, DueReason, MakeUp, NotApplicable, ReasonCode, Verdict
from reports.domain.examinations import AgainstExamination
from reports.domain.figures import (
    AgainstNumber,
    AgainstShare,
    FigureValue,
    Made,
    Wording,
    plain,
)
from reports.domain.first_person import (
    AccountForm,
    AgainstAccount,
    AgainstDeed,
    DeedForm,
    DeedKind,
    DutyLevel,
    Objection,
)
from reports.domain.handovers import AgainstHandOver, AgainstMergingPeople, AgainstMergingUnits
from reports.domain.imports import (
    DraftDecision,
    DraftKind,
    RowVerdict,
    SheetKind,
    SheetState,
    TextKind,
    TextState,
)
from reports.domain.indicators import (
    AgainstFigure,
    AgainstIndicator,
    AgainstRule,
    Counted,
    What,
)
from reports.domain.look_backs import AgainstEnding, RoundStanding
from reports.domain.measure_wording import Open, Remark
from reports.domain.measures import (
    AgainstExtension,
    AgainstProgress,
    MeasureStanding,
    MeasureState,
    MilestoneStanding,
)
from reports.domain.notices import AgainstNotice, NoticeMove, NoticeState
from reports.domain.periods import (
    Cadence,
    NumberedPeriod,
    Parity,
    PeriodName,
    Rhythm,
    Window,
    WindowKind,
)
from reports.domain.problem_figures import Age, ClosedHow, Part
from reports.domain.problems import (
    Against,
    AgainstLookBack,
    LookBackResult,
    Need,
    ProblemClass,
    ProblemMove,
    ProblemState,
    Refusal,
)
from reports.domain.promises import AgainstDecision
from reports.domain.public_forms import AgainstPublic
from reports.domain.qualifications import AgainstCertificate, Validity
from reports.domain.records import AgainstRecord, AgainstValue, Caution, FieldType
from reports.domain.rectification import ItemState, NoticeTotal
from reports.domain.reminders import AgainstDeputy
from reports.domain.report_checks import Advice, AgainstPattern, FindingKind
from reports.domain.report_moves import (
    AgainstCorrection,
    AgainstHandIn,
    AgainstStep,
    Holder,
    ReportStep,
    StepNeed,
    StepRefusal,
)
from reports.domain.report_templates import AgainstTemplate, Draw
from reports.domain.sheet_cells import CellFault
from reports.domain.staffing import AgainstStaffing, RemarkKind
from reports.domain.summaries import (
    AgainstText,
    Numbering,
    OwnFinding,
    PublicState,
    ReportKind,
    ReportState,
    SectionRole,
    WordingKind,
)
from reports.domain.system import Health
from reports.domain.tasks import AgainstDone, TaskStanding
from reports.domain.waivers import AgainstWaiver
from reports.domain.wording_kinds import NoReport


def labelled(labels: Mapping[StrEnum, object]) -> list[tuple[str, object]]:
    """Choices as plain strings, so that migrations never import the domain."""
    return [(member.value, label) for member, label in labels.items()]


class PersonKind(StrEnum):
    POLICE = "police"
    AUXILIARY = "auxiliary"
    OTHER = "other"


class CertificateGroup(StrEnum):
    ENFORCEMENT = "enforcement"
    POLICE_LEVEL = "police_level"
    NATIONAL = "national"
    OTHER = "other"


class HonourKind(StrEnum):
    HONOUR = "honour"
    ASSESSMENT = "assessment"
    APPROVAL = "approval"
    PRACTICE = "practice"


class HonourLevel(StrEnum):
    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    WORKDAY = "workday"


class ScheduleWords(StrEnum):
    MEETING = "meeting"
    WORK = "work"
    SUBMISSION = "submission"


class OwedBy(StrEnum):
    ITSELF = "itself"
    KINDS = "kinds"
    HOLDERS = "holders"
    ROSTER = "roster"


class Presence(StrEnum):
    PRESENT = "present"
    SITTING_IN = "sitting_in"
    LEAVE = "leave"
    ABSENT = "absent"


class ReviewState(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"


class Outcome(StrEnum):
    DECIDED = "decided"
    NOTED = "noted"
    DEFERRED = "deferred"
    NOT_REACHED = "not_reached"


class PointKind(StrEnum):
    CARRIED = "carried"
    PROBLEM = "problem"
    MEASURE = "measure"
    DUE = "due"
    EVIDENCE = "evidence"
    ASKED = "asked"
    OTHER = "other"


class ProblemColumn(StrEnum):
    """A column of the ledger of problems."""

    NUMBER = "number"
    TITLE = "title"
    SOURCE = "source"
    DOCUMENT = "document"
    RAISED_BY = "raised_by"
    FOUND_ON = "found_on"
    ENTERED_ON = "entered_on"
    THEMES = "themes"
    DESCRIPTION = "description"
    CAUSES = "causes"
    TARGET = "target"
    STANDARD = "standard"
    MEASURES = "measures"
    UNIT = "unit"
    JOINT_UNITS = "joint_units"
    LEADER = "leader"
    TAKEN_ON = "taken_on"
    RESPONSIBLE = "responsible"
    DUE_ON = "due_on"
    KIND = "kind"
    PROGRESS = "progress"
    STATE = "state"
    CLOSED_ON = "closed_on"
    VERIFIER = "verifier"
    LOOK_BACK = "look_back"
    REPEATS = "repeats"
    COUNTS = "counts"
    FORMER_NUMBERS = "former_numbers"


class LedgerColumn(StrEnum):
    """A column of the ledger of meetings."""

    NUMBER = "number"
    HELD_ON = "held_on"
    ENTERED_ON = "entered_on"
    TITLE = "title"
    KIND = "kind"
    UNIT = "unit"
    CHAIR = "chair"
    ATTENDANCE = "attendance"
    AGENDA = "agenda"
    COUNTS = "counts"
    EVIDENCE = "evidence"
    REMARKS = "remarks"
    TIMES = "times"
    PLACE = "place"
    RESOLUTIONS = "resolutions"
    LEGAL = "legal"
    ENTERED_BY = "entered_by"


class EvidenceKind(StrEnum):
    MINUTES = "minutes"
    SIGN_IN = "sign_in"
    NOTICE = "notice"
    PHOTO = "photo"
    MATERIAL = "material"
    DECISION = "decision"


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class JobKind(StrEnum):
    PLAN_DUES = "plan_dues"
    AUDIT_LEDGER = "audit_ledger"
    PACK_EVIDENCE = "pack_evidence"
    CHECK_SHEET = "check_sheet"
    ENTER_SHEET = "enter_sheet"
    PACK_LEDGER = "pack_ledger"


class RunKind(StrEnum):
    """What runs by itself on the machine, and leaves word that it did."""

    WORKER = "worker"
    PLAN_DUES = "plan_dues"
    AUDIT_LEDGER = "audit_ledger"


class BackupKind(StrEnum):
    BACKUP = "backup"
    TEST = "test"
    RESTORED = "restored"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PromiseKind(StrEnum):
    PROBLEM = "problem"
    STEP = "step"


class PromiseDecision(StrEnum):
    TAKEN_ON = "taken_on"
    MERGED = "merged"
    DONE = "done"
    DROPPED = "dropped"


class HowOften(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class ReportMove(StrEnum):
    COMPILE = "compile"
    EDIT = "edit"
    COUNTERSIGN = "countersign"
    REVIEW = "review"
    COMMITTEE = "committee"
    RETURN = "return"
    SIGN = "sign"
    HAND_IN = "hand_in"
    CORRECT = "correct"
    PUBLISH = "publish"


CADENCE_LABELS = {
    Cadence.WEEK: _("周"),
    Cadence.HALF_MONTH: _("半月"),
    Cadence.MONTH: _("月"),
    Cadence.QUARTER: _("季度"),
    Cadence.HALF_YEAR: _("半年"),
    Cadence.YEAR: _("年"),
}

# How a rhythm is said: every period, and every n of them.
EVERY_LABELS = {
    Cadence.WEEK: _("每周"),
    Cadence.HALF_MONTH: _("每半月"),
    Cadence.MONTH: _("每月"),
    Cadence.QUARTER: _("每季度"),
    Cadence.HALF_YEAR: _("每半年"),
    Cadence.YEAR: _("每年"),
}
EVERY_N_LABELS = {
    Cadence.WEEK: _("每%(n)s周"),
    Cadence.HALF_MONTH: _("每%(n)s个半月"),
    Cadence.MONTH: _("每%(n)s个月"),
    Cadence.QUARTER: _("每%(n)s个季度"),
    Cadence.HALF_YEAR: _("每%(n)s个半年"),
    Cadence.YEAR: _("每%(n)s年"),
}

MEETING_VERDICT_LABELS = {
    Verdict.MET: _("按期召开"),
    Verdict.MET_LATE: _("补开"),
    Verdict.MISSED: _("未召开"),
    Verdict.AWAITING: _("待录入"),
    Verdict.OPEN: _("本期待开"),
    Verdict.UPCOMING: _("未到期"),
    Verdict.WAIVED: _("经批准免开"),
    Verdict.NOT_APPLICABLE: _("不适用"),
}
WORK_VERDICT_LABELS = {
    Verdict.MET: _("按期落实"),
    Verdict.MET_LATE: _("逾期落实"),
    Verdict.MISSED: _("未落实"),
    Verdict.AWAITING: _("待录入"),
    Verdict.OPEN: _("本期待落实"),
    Verdict.UPCOMING: _("未到期"),
    Verdict.WAIVED: _("经批准免办"),
    Verdict.NOT_APPLICABLE: _("不适用"),
}
SUBMISSION_VERDICT_LABELS = {
    Verdict.MET: _("按期报送"),
    Verdict.MET_LATE: _("逾期报送"),
    Verdict.MISSED: _("未报送"),
    Verdict.AWAITING: _("待录入"),
    Verdict.OPEN: _("本期待报送"),
    Verdict.UPCOMING: _("未到期"),
    Verdict.WAIVED: _("经批准免报"),
    Verdict.NOT_APPLICABLE: _("不适用"),
}
# Where both kinds stand together, as in the filter of the list of dues.
VERDICT_LABELS = {
    Verdict.MET: _("按期"),
    Verdict.MET_LATE: _("补开或逾期落实"),
    Verdict.MISSED: _("未召开或未落实"),
    Verdict.AWAITING: _("待录入"),
    Verdict.OPEN: _("本期待办"),
    Verdict.UPCOMING: _("未到期"),
    Verdict.WAIVED: _("经批准免开免办"),
    Verdict.NOT_APPLICABLE: _("不适用"),
}
VERDICT_LABELS_BY_WORDS = {
    ScheduleWords.MEETING: MEETING_VERDICT_LABELS,
    ScheduleWords.WORK: WORK_VERDICT_LABELS,
    ScheduleWords.SUBMISSION: SUBMISSION_VERDICT_LABELS,
}

NOT_APPLICABLE_LABELS = {
    NotApplicable.ABSENT: _("该期单位未设立或已停用"),
    NotApplicable.NOT_BEGUN: _("台账尚未启用"),
    NotApplicable.NO_WORKDAY: _("该期没有工作日"),
}

MAKE_UP_LABELS = {
    MakeUp.NEVER: _("不得补开"),
    MakeUp.NEXT_PERIOD: _("下一周期结束前可补开"),
    MakeUp.DAYS: _("若干天内可补开"),
}

OWED_BY_LABELS = {
    OwedBy.ITSELF: _("本单位"),
    OwedBy.KINDS: _("下属各类单位"),
    OwedBy.HOLDERS: _("某一岗位的每名在任人员"),
    OwedBy.ROSTER: _("在册的每名人员"),
}
SCHEDULE_WORDS_LABELS = {
    ScheduleWords.MEETING: _("会议"),
    ScheduleWords.WORK: _("其他事项"),
    ScheduleWords.SUBMISSION: _("报送"),
}
COUNTED_IN_LABELS = {
    CountedIn.TIMES: _("次数"),
    CountedIn.MINUTES: _("时长（分钟）"),
}
PARITY_LABELS = {
    Parity.ODD: _("单周"),
    Parity.EVEN: _("双周"),
}
WINDOW_LABELS = {
    WindowKind.AFTER: _("每个周期结束后若干日内"),
    WindowKind.UNTIL: _("次年某月某日前"),
    WindowKind.BY_DAY: _("周期最后一月的某日前"),
}
PRESENCE_LABELS = {
    Presence.PRESENT: _("出席"),
    Presence.SITTING_IN: _("列席"),
    Presence.LEAVE: _("请假"),
    Presence.ABSENT: _("缺席"),
}
REVIEW_STATE_LABELS = {
    ReviewState.ACCEPTED: _("已审核"),
    ReviewState.RETURNED: _("已退回"),
}
OUTCOME_LABELS = {
    Outcome.DECIDED: _("已议定"),
    Outcome.NOTED: _("已通报"),
    Outcome.DEFERRED: _("缓议，下次再议"),
    Outcome.NOT_REACHED: _("未议及"),
}
POINT_KIND_LABELS = {
    PointKind.CARRIED: _("上次未办结的议题"),
    PointKind.PROBLEM: _("新登记的问题"),
    PointKind.MEASURE: _("逾期或无进展的措施"),
    PointKind.DUE: _("未召开、未落实的事项"),
    PointKind.EVIDENCE: _("缺少的材料"),
    PointKind.ASKED: _("规定议题"),
    PointKind.OTHER: _("其他议题"),
}
LEDGER_COLUMN_LABELS = {
    LedgerColumn.NUMBER: _("序号"),
    LedgerColumn.HELD_ON: _("召开日"),
    LedgerColumn.ENTERED_ON: _("录入日"),
    LedgerColumn.TITLE: _("会议名称"),
    LedgerColumn.KIND: _("会议种类"),
    LedgerColumn.UNIT: _("召开单位"),
    LedgerColumn.CHAIR: _("主持人"),
    LedgerColumn.ATTENDANCE: _("参加"),
    LedgerColumn.AGENDA: _("主要议题"),
    LedgerColumn.COUNTS: _("计入"),
    LedgerColumn.EVIDENCE: _("材料"),
    LedgerColumn.REMARKS: _("备注"),
    LedgerColumn.TIMES: _("起止时间"),
    LedgerColumn.PLACE: _("地点"),
    LedgerColumn.RESOLUTIONS: _("议定事项"),
    LedgerColumn.LEGAL: _("法制列席"),
    LedgerColumn.ENTERED_BY: _("录入人"),
}

WHY_NOT_LABELS = {
    WhyNot.CANCELLED: _("会议记录已作废"),
    WhyNot.OTHER_BUREAU: _("不属于同一分局"),
    WhyNot.OTHER_UNIT: _("不是应落实的单位或机构召开的"),
    WhyNot.OTHER_KIND: _("会议种类不符"),
    WhyNot.NO_AGENDA_ITEM: _("没有规定的议题"),
    WhyNot.NOT_PRESIDED: _("不是规定的岗位人员主持"),
    WhyNot.LEGAL_ABSENT: _("法制部门未列席"),
    WhyNot.NO_LEGAL_OPINION: _("涉法议题没有记录法制意见"),
    WhyNot.NOT_ATTENDED: _("本人没有参加"),
    WhyNot.NO_TIMES: _("没有填写起止时间"),
    WhyNot.TOO_SHORT: _("时长不足"),
    WhyNot.OTHER_PERIOD: _("已用于补开较早的一期，不能同时计入本期"),
    WhyNot.BY_DECISION: _("法制大队更正为不计入"),
    WhyNot.NOT_CONFIRMED: _("辅警录入，待民警确认"),
    WhyNot.BEFORE_PERIOD: _("早于该周期"),
    WhyNot.AFTER_PERIOD: _("已过该周期，且不得补开"),
    WhyNot.TOO_LATE: _("已过补开期限"),
}

ROLE_LABELS = {
    Role.CLERK: _("内勤"),
    Role.LEGAL_OFFICER: _("法制大队民警"),
    Role.INSPECTOR: _("监督部门"),
    Role.LEADER: _("局领导"),
    Role.SUPERVISOR: _("上级法制部门"),
    Role.SYSTEM_ADMIN: _("系统管理员"),
    Role.SECURITY_ADMIN: _("安全管理员"),
    Role.AUDIT_ADMIN: _("审计管理员"),
}

AUDIT_KIND_LABELS = {
    AuditKind.LOGIN: _("登录"),
    AuditKind.LOGIN_REFUSED: _("登录失败"),
    AuditKind.LOCKED_OUT: _("锁定登录"),
    AuditKind.LOGOUT: _("退出"),
    AuditKind.CHANGE: _("变更"),
    AuditKind.DOWNLOAD: _("导出下载"),
    AuditKind.PERSONAL: _("查看个人信息"),
    AuditKind.REFUSED: _("拒绝访问"),
    AuditKind.ADMINISTRATION: _("后台管理"),
    AuditKind.COMMAND: _("服务器命令"),
}

AUDIT_RESULT_LABELS = {
    AuditResult.DONE: _("成功"),
    AuditResult.UNCHANGED: _("未作更改"),
    AuditResult.REFUSED: _("被拒绝"),
    AuditResult.FAILED: _("出错"),
}

# The first and the last word of the name of an address, as the audit log says them.
AUDIT_THINGS = {
    "account": _("述法"),
    "agenda": _("议题单"),
    "appointment": _("任职"),
    "assessment": _("迎检卷"),
    "audit": _("审计日志"),
    "bureau": _("分局"),
    "calendar": _("日历"),
    "certificate": _("证件"),
    "city-summary": _("全市年度汇总"),
    "deed": _("履职记录"),
    "due": _("应开会议/应办事项"),
    "duty-list": _("职责清单"),
    "evidence": _("佐证材料"),
    "examination": _("考试"),
    "export": _("台账导出"),
    "extension": _("延期"),
    "figure": _("数据"),
    "gap": _("岗位空缺"),
    "holiday": _("节假日"),
    "honour": _("荣誉"),
    "import": _("导入"),
    "indicator": _("指标"),
    "job": _("后台任务"),
    "dashboard": _("总览"),
    "leave": _("请假代办"),
    "login": _("登录"),
    "logout": _("退出"),
    "deleted": _("回收站"),
    "grid": _("落实情况表"),
    "imports": _("导入"),
    "search": _("搜索"),
    "security-settings": _("安全设置"),
    "start": _("启用法治台账"),
    "system": _("系统状况"),
    "todo": _("我的待办"),
    "who": _("某日由谁负责"),
    "measure": _("措施"),
    "meeting": _("会议"),
    "milestone": _("节点"),
    "notice": _("督办单"),
    "own-duties": _("本人履职"),
    "password": _("本人密码"),
    "person": _("人员"),
    "post": _("岗位"),
    "problem": _("问题"),
    "promise": _("上年报告事项"),
    "record": _("工作记录"),
    "reminder": _("邮件提醒"),
    "remark": _("任职提示"),
    "report": _("年度报告"),
    "round": _("回头看"),
    "schedule": _("制度"),
    "staffing": _("法制员配备"),
    "sum": _("勾稽关系"),
    "task": _("上级任务"),
    "unit": _("单位"),
    "waiver": _("免开"),
    "auth_user": _("账号"),
    "reports_membership": _("权限"),
    "reports_person": _("人员"),
    "reports_unit": _("单位"),
}

AUDIT_VERBS = {
    "add": _("新建"),
    "approve": _("批准"),
    "ask": _("申请"),
    "audit": _("核对"),
    "begin": _("起草"),
    "bulk": _("批量办理"),
    "cancel": _("作废"),
    "change": _("修改"),
    "check": _("核对"),
    "changelist": _("列表"),
    "columns": _("对应列"),
    "compile": _("编制"),
    "confirm": _("确认"),
    "correct": _("改正"),
    "decide": _("审批"),
    "detail": _("页面"),
    "docx": _("Word文件"),
    "done": _("办结"),
    "draft": _("草稿"),
    "drop": _("放弃"),
    "duties": _("履职情况"),
    "edit": _("修改"),
    "end": _("终止"),
    "enter": _("入库"),
    "export": _("导出"),
    "extend": _("申请延期"),
    "file": _("文件"),
    "html": _("网页文件"),
    "ics": _("日历文件"),
    "import": _("导入"),
    "list": _("列表"),
    "merge": _("合并"),
    "move": _("流转"),
    "new": _("新建"),
    "note": _("备注"),
    "pack": _("打包"),
    "pdf": _("PDF文件"),
    "plan": _("编排"),
    "print": _("打印"),
    "progress": _("报告进展"),
    "receive": _("签收"),
    "record": _("补录"),
    "renew": _("换证"),
    "reply": _("答复"),
    "reset": _("重置密码"),
    "restore": _("恢复"),
    "review": _("复核"),
    "sheet": _("表格"),
    "signed": _("凭签批件录入"),
    "step": _("流转"),
    "template": _("模板"),
    "text": _("文本文件"),
    "view": _("查看"),
    "waive": _("免开"),
}

AUDIT_DETAIL_LABELS = {
    "method": _("方法"),
    "path": _("地址"),
    "fields": _("填写的栏目"),
    "picked": _("选中的编号"),
    "reason": _("用途"),
    "unknown": _("没有此账号"),
    "options": _("命令选项"),
    "work": _("由后台任务进程办理"),
    "entries": _("校验条数"),
    "seals": _("校验批数"),
    "unsealed": _("待封存条数"),
    "seal": _("封存"),
    "last_seal": _("最后一批的封存值"),
    "fault": _("不符之处"),
    "before": _("清理截止日"),
    "count": _("条数"),
    "last_key": _("末条编号"),
    "file_sha256": _("文件SHA-256"),
}

AUDIT_FAULT_SENTENCES = {
    AuditFault.CHAIN: _("与上一批的封存值不衔接"),
    AuditFault.COUNT: _("条数与封存时不符"),
    AuditFault.CONTENT: _("内容与封存时不符"),
    AuditFault.BEFORE: _("更早的封存缺失"),
    AuditFault.ANCHOR: _("封存起点之前的条目缺失，也没有清理记录"),
}

AGAINST_PRUNING_SENTENCES = {
    AgainstPruning.TOO_YOUNG: _("审计日志至少保存180天，所写日期离今天不足180天。"),
    AgainstPruning.NOT_SEALED: _("该日以前没有整批封存的条目。"),
    AgainstPruning.NOT_INTACT: _("审计日志校验不符，未清理；请先运行manage.py verify_audit_log。"),
}

PERSON_KIND_LABELS = {
    PersonKind.POLICE: _("民警"),
    PersonKind.AUXILIARY: _("辅警"),
    PersonKind.OTHER: _("其他人员"),
}
CERTIFICATE_GROUP_LABELS = {
    CertificateGroup.ENFORCEMENT: _("行政执法证"),
    CertificateGroup.POLICE_LEVEL: _("执法资格等级"),
    CertificateGroup.NATIONAL: _("法律职业资格"),
    CertificateGroup.OTHER: pgettext_lazy("certificate", "其他"),
}

HONOUR_KIND_LABELS = {
    HonourKind.HONOUR: _("荣誉称号"),
    HonourKind.ASSESSMENT: _("考评结果"),
    HonourKind.APPROVAL: _("肯定性批示"),
    HonourKind.PRACTICE: _("经验推广"),
}
HONOUR_LEVEL_LABELS = {
    HonourLevel.NATION: _("国家级"),
    HonourLevel.PROVINCE: _("省级"),
    HonourLevel.CITY: _("市级"),
    HonourLevel.DISTRICT: _("区县级"),
}

DUTY_LEVEL_LABELS = {
    DutyLevel.PARTY_HEAD: _("县级党委主要负责人"),
    DutyLevel.GOVERNMENT_HEAD: _("县级政府主要负责人"),
    DutyLevel.BUREAU: _("本局实施办法"),
}
DEED_KIND_LABELS = {
    DeedKind.DEPLOYED: _("重要工作亲自部署"),
    DeedKind.ASKED: _("重大问题亲自过问"),
    DeedKind.COORDINATED: _("重点环节亲自协调"),
    DeedKind.SUPERVISED: _("重要任务亲自督办"),
    DeedKind.STUDY: _("学法"),
    DeedKind.REPORT_HEARD: _("听取汇报"),
    DeedKind.REVIEWED: _("审阅文件"),
    DeedKind.COURT: _("出庭应诉"),
    DeedKind.COUNSEL: _("听取法律顾问意见"),
}
DEED_FORM_LABELS = {
    DeedForm.INSTRUCTION: _("批示"),
    DeedForm.MEETING: pgettext_lazy("form", "会议"),
    DeedForm.RESEARCH: _("调研"),
    DeedForm.OTHER: pgettext_lazy("form", "其他"),
}
ACCOUNT_FORM_LABELS = {
    AccountForm.MEETING: _("会议述法"),
    AccountForm.WRITTEN: _("书面述法"),
}

RECORD_FIELD_LABELS = {
    FieldType.TEXT: _("文字"),
    FieldType.NUMBER: _("数字"),
    FieldType.CHOICE: _("选项"),
    FieldType.DAY: pgettext_lazy("type", "日期"),
    FieldType.YES_NO: _("是或否"),
}

MADE_LABELS = {
    Made.COUNTED: _("据记录统计"),
    Made.ENTERED: _("填报"),
}
FIGURE_WORDING_LABELS = {
    Wording.MORE: _("余"),
    Wording.NEAR: _("近"),
    Wording.ABOUT: _("约"),
    Wording.OVER: _("超过"),
    Wording.NOT_BELOW: _("不低于"),
}
# How a value that is not exact is said with its counter: 1200余件, 近300人次.
FIGURE_WORDS = {
    Wording.MORE: _("%(n)s余%(counter)s"),
    Wording.NEAR: _("近%(n)s%(counter)s"),
    Wording.ABOUT: _("约%(n)s%(counter)s"),
    Wording.OVER: _("超过%(n)s%(counter)s"),
    Wording.NOT_BELOW: _("不低于%(n)s%(counter)s"),
}
COUNTED_LABELS = {
    Counted.RECORDS: _("工作记录"),
    Counted.PROBLEMS: pgettext_lazy("several", "问题"),
    Counted.MEETINGS: _("会议和活动"),
    Counted.DUES: _("制度落实"),
    Counted.EXAMINATIONS: pgettext_lazy("several", "考试"),
    Counted.DEEDS: pgettext_lazy("several", "履职记录"),
    Counted.HONOURS: pgettext_lazy("several", "荣誉"),
}
WHAT_LABELS = {
    What.NUMBER: pgettext_lazy("counted", "记录条数"),
    What.AMOUNT: pgettext_lazy("counted", "数量之和"),
    What.FIELD: pgettext_lazy("counted", "某一数字栏之和"),
    What.FOUND: pgettext_lazy("counted", "发现数"),
    What.CLOSED: pgettext_lazy("counted", "销号数"),
    What.OWED: pgettext_lazy("counted", "应落实数"),
    What.MET: pgettext_lazy("counted", "按期落实数"),
    What.MISSED: pgettext_lazy("counted", "未落实数"),
    What.KEPT: pgettext_lazy("counted", "按期落实率"),
    What.PASSED: pgettext_lazy("counted", "合格人数"),
    What.PASS_RATE: pgettext_lazy("counted", "合格率"),
}
AGAINST_NUMBER_SENTENCES = {
    AgainstNumber.NOT_A_NUMBER: _(
        "“%(typed)s”不是数字，请写成1200、1,200或1.2万；没有数据的留空。"
    ),
    AgainstNumber.TOO_FINE: _("“%(typed)s”小数过多，本指标最多%(decimals)s位小数。"),
    AgainstNumber.TOO_LARGE: _("“%(typed)s”过大，请核对。"),
    AgainstNumber.NEGATIVE: _("“%(typed)s”小于零，请核对。"),
}
AGAINST_SHARE_SENTENCES = {
    AgainstShare.ONE_IS_MISSING: _("占比须同时填写分子和分母。"),
    AgainstShare.NOTHING_TO_DIVIDE: _("分母为零，没有占比；请留空。"),
    AgainstShare.MORE_THAN_ALL: _("分子大于分母，请核对。"),
}
AGAINST_RULE_SENTENCES = {
    AgainstRule.NO_RULE: _("据记录统计的指标，须写明统计规则。"),
    AgainstRule.UNKNOWN_PART: _("统计规则中有不认识的内容。"),
    AgainstRule.UNKNOWN_SOURCE: _("统计规则没有写明统计哪类记录。"),
    AgainstRule.UNKNOWN_WHAT: _("这类记录不能这样统计。"),
    AgainstRule.NO_KIND: _("请选择统计哪一种工作记录。"),
    AgainstRule.KIND_OUT_OF_PLACE: _("这类记录不分种类。"),
    AgainstRule.NO_FIELD: _("请选择对哪一栏求和。"),
    AgainstRule.FIELD_OUT_OF_PLACE: _("只有对某一栏求和时才选栏目。"),
    AgainstRule.BAD_CODE: _("统计规则中的代码有误。"),
    AgainstRule.BAD_WHERE: _("统计规则中的限定条件有误。"),
}
AGAINST_INDICATOR_SENTENCES = {
    AgainstIndicator.NO_NAME: _("请填写指标名称。"),
    AgainstIndicator.NO_COUNTER: _("请填写计量单位。"),
    AgainstIndicator.NO_RULE_FOR_ENTERED: _("填报的指标没有统计规则。"),
    AgainstIndicator.YEARS_BACKWARDS: _("截止年度早于起始年度。"),
    AgainstIndicator.TOO_FINE: _("小数最多四位。"),
    AgainstIndicator.SHARE_NEEDS_PERCENT: _("占比以百分比计，计量单位应填百分号。"),
}
AGAINST_FIGURE_SENTENCES = {
    AgainstFigure.COUNTED: _("该指标据记录统计，不能填报。"),
    AgainstFigure.NOT_FOR_UNIT: _("该指标不适用于这个单位或这一年度。"),
    AgainstFigure.NO_SOURCE: _("请写明数据来源。"),
    AgainstFigure.IN_FUTURE: _("该月尚未开始，不能填报。"),
    AgainstFigure.ALREADY_THERE: _("该单位这一时段的数据已经填报，请刷新后核对。"),
    AgainstFigure.NO_REASON: _("改动已填报的数据，须写明原因。"),
    AgainstFigure.NOTHING_CHANGED: _("没有改动。"),
    AgainstFigure.CANCELLED: _("该数据已作废。"),
    AgainstFigure.CHECKED_ALREADY: _("该数据已经核对。"),
    AgainstFigure.OWN_FIGURE: _("须由填报人以外的人核对。"),
    AgainstFigure.NO_DENOMINATOR: _("占比须填写分子和分母。"),
}

DAY_KIND_LABELS = {
    DayKind.HOLIDAY: _("放假"),
    DayKind.WORKDAY: _("调休上班"),
}

EVIDENCE_KIND_LABELS = {
    EvidenceKind.MINUTES: _("会议记录"),
    EvidenceKind.SIGN_IN: _("签到表"),
    EvidenceKind.NOTICE: _("会议通知"),
    EvidenceKind.PHOTO: _("照片"),
    EvidenceKind.MATERIAL: _("其他材料"),
    EvidenceKind.DECISION: _("签批件"),
}
VISIBILITY_LABELS = {
    Visibility.PUBLIC: pgettext_lazy("visibility", "公开"),
    Visibility.INTERNAL: pgettext_lazy("visibility", "内部"),
}

PROBLEM_STATE_LABELS = {
    ProblemState.REGISTERED: _("登记"),
    ProblemState.ASSIGNED: _("已交办"),
    ProblemState.IN_HAND: _("整改中"),
    ProblemState.NEARLY_DONE: _("基本完成"),
    ProblemState.SUBMITTED: _("待核查"),
    ProblemState.AWAITING_ABOVE: _("待上级认定"),
    ProblemState.CLOSED: _("已销号"),
    ProblemState.MERGED: _("已并入"),
    ProblemState.DISMISSED: pgettext_lazy("state", "不予列入"),
}
PROBLEM_MOVE_LABELS = {
    ProblemMove.REGISTER: _("登记问题"),
    ProblemMove.ASSIGN: _("交办"),
    ProblemMove.START: _("开始整改"),
    ProblemMove.NEARLY: _("报基本完成"),
    ProblemMove.SUBMIT: _("提交核查"),
    ProblemMove.RETURN: _("退回"),
    ProblemMove.VERIFY: _("核查通过，报上级认定"),
    ProblemMove.CLOSE: _("销号"),
    ProblemMove.REOPEN: _("重新整改"),
    ProblemMove.MERGE: _("并入其他问题"),
    ProblemMove.DISMISS: _("不予列入"),
    ProblemMove.FOLLOW: _("随下级问题变动"),
}
# What a move asks for, as the printed help says it.
NEED_LABELS = {
    Need.REASON: _("写明原因"),
    Need.OTHER_THAN_SUBMITTER: _("办理人不是提交人"),
    Need.THREE_NAMES: _("提交人、责任领导、核查人为三个不同的人"),
    Need.DECISION: _("提出机关的认定文号和日期"),
    Need.MEASURES_FINISHED: _("措施全部完成或者写明原因终止（立行立改的可以没有措施）"),
    Need.EVIDENCE: _("该类问题应有的佐证材料"),
    Need.STATEMENT: _("写明核查情况"),
    Need.TARGET: _("选定本分局尚未办结的另一问题"),
    Need.NO_OTHER_VERIFIER: _("分局内除提交人、责任领导外没有其他人可以核查"),
}
PROBLEM_CLASS_LABELS = {
    ProblemClass.AT_ONCE: _("立行立改"),
    ProblemClass.DATED: _("限期整改"),
    ProblemClass.STANDING: _("长期坚持"),
}
PART_LABELS = {
    Part.COUNTED: _("计入问题数"),
    Part.CLOSED: _("计入：已销号"),
    Part.NEARLY: _("计入：基本完成"),
    Part.OPEN: _("计入：其余在办"),
    Part.UNCOUNTED: _("不计入问题数"),
    Part.LEFT_OUT: _("已并入、不予列入"),
}
AGE_LABELS = {
    Age.MONTH: _("30日以内"),
    Age.QUARTER: _("31至90日"),
    Age.HALF_YEAR: _("91至180日"),
    Age.MORE: _("超过180日"),
}
CLOSED_HOW_LABELS = {
    ClosedHow.DATED: _("有期限的销号"),
    ClosedHow.IN_TIME: _("按期销号"),
    ClosedHow.LATE: _("逾期销号"),
}
PROBLEM_COLUMN_LABELS = {
    ProblemColumn.NUMBER: _("编号"),
    ProblemColumn.TITLE: _("问题"),
    ProblemColumn.SOURCE: _("来源"),
    ProblemColumn.DOCUMENT: _("来源文件"),
    ProblemColumn.RAISED_BY: _("提出机关"),
    ProblemColumn.FOUND_ON: _("发现日期"),
    ProblemColumn.ENTERED_ON: _("录入日期"),
    ProblemColumn.THEMES: _("要素"),
    ProblemColumn.DESCRIPTION: _("具体表现"),
    ProblemColumn.CAUSES: _("原因"),
    ProblemColumn.TARGET: _("整改目标"),
    ProblemColumn.STANDARD: _("销号标准"),
    ProblemColumn.MEASURES: _("措施"),
    ProblemColumn.UNIT: _("牵头单位"),
    ProblemColumn.JOINT_UNITS: _("配合单位"),
    ProblemColumn.LEADER: _("责任领导"),
    ProblemColumn.TAKEN_ON: _("领导领办"),
    ProblemColumn.RESPONSIBLE: _("责任人"),
    ProblemColumn.DUE_ON: _("整改期限"),
    ProblemColumn.KIND: _("整改类别"),
    ProblemColumn.PROGRESS: _("进展"),
    ProblemColumn.STATE: _("状态"),
    ProblemColumn.CLOSED_ON: _("销号日期"),
    ProblemColumn.VERIFIER: _("核查人"),
    ProblemColumn.LOOK_BACK: _("回头看"),
    ProblemColumn.REPEATS: _("是否连续列入"),
    ProblemColumn.COUNTS: _("计数"),
    ProblemColumn.FORMER_NUMBERS: _("曾用编号"),
}
LOOK_BACK_RESULT_LABELS = {
    LookBackResult.HELD: _("巩固"),
    LookBackResult.INSUFFICIENT: _("不到位"),
    LookBackResult.RELAPSED: _("反弹"),
}
NOTICE_STATE_LABELS = {
    NoticeState.DRAFT: _("拟稿"),
    NoticeState.APPROVED: _("已签发，待签收"),
    NoticeState.RECEIVED: _("已签收，待回复"),
    NoticeState.ANSWERED: _("已回复"),
    NoticeState.ENDED: _("已办结"),
}
NOTICE_MOVE_LABELS = {
    NoticeMove.APPROVE: _("签发"),
    NoticeMove.RECEIVE: _("签收"),
    NoticeMove.ANSWER: _("回复"),
    NoticeMove.SEND_BACK: _("退回重新办理"),
    NoticeMove.END: _("办结"),
}
AGAINST_NOTICE_SENTENCES = {
    AgainstNotice.NOT_FROM_HERE: _("督办单现在的状态不能办理此项。"),
    AgainstNotice.IN_FUTURE: _("日期不能晚于今天。"),
    AgainstNotice.BEFORE_LAST_STEP: _("日期早于上一环节的日期。"),
    AgainstNotice.NO_ITEMS: _("督办单还没有督办事项，不能签发。"),
    AgainstNotice.NO_APPROVER: _("请选择签发人。"),
    AgainstNotice.APPROVER_DRAFTED: _("拟稿人、改稿人不能签发自己拟的督办单。"),
    AgainstNotice.ANSWER_DAY_PASSED: _("回复期限早于签发日期，请先修改回复期限。"),
    AgainstNotice.NOT_ANSWERED: _("还有督办事项没有回复，请逐项回复。"),
    AgainstNotice.NO_NOTE: _("请写明意见。"),
}
PROMISE_KIND_LABELS = {
    PromiseKind.PROBLEM: _("承认的问题"),
    PromiseKind.STEP: _("提出的安排"),
}
PROMISE_DECISION_LABELS = {
    PromiseDecision.TAKEN_ON: _("列入本年"),
    PromiseDecision.MERGED: _("并入已有事项"),
    PromiseDecision.DONE: _("已经完成"),
    PromiseDecision.DROPPED: _("不再办理"),
}
AGAINST_DECISION_SENTENCES = {
    AgainstDecision.NO_NOTE: _("已经完成的，请写明完成情况。"),
    AgainstDecision.NO_REASON: _("不再办理的，须写明原因。"),
    AgainstDecision.NO_TARGET: _("请选择并入的事项。"),
    AgainstDecision.TARGET_FOREIGN: _("只能并入本分局的事项。"),
    AgainstDecision.TARGET_GONE: _("所选事项已作废、终止或者并入其他事项，请另选。"),
    AgainstDecision.OTHER_YEAR: _("列入日期须在办理年度之内。"),
    AgainstDecision.YEAR_NOT_BEGUN: _("该年度尚未开始。"),
}
AGAINST_DEPUTY_SENTENCES = {
    AgainstDeputy.ONESELF: _("代办人不能是本人。"),
    AgainstDeputy.ENDS_BEFORE: _("截止日期早于起始日期。"),
    AgainstDeputy.PAST: _("这段时间已经过去。"),
    AgainstDeputy.TOO_LONG: _("代办时间最长一年，请核对日期。"),
    AgainstDeputy.OVERLAPS: _("这段时间里已经指定了代办人，请先取消。"),
    AgainstDeputy.DEPUTY_AWAY: _("所选人员这段时间也请假，请另选。"),
    AgainstDeputy.NO_RIGHTS: _(
        "所选人员在您的单位没有办理这些事项的权限，不能代办；请另选，或先由安全管理员授权。"
    ),
}
HOW_OFTEN_LABELS = {
    HowOften.DAILY: _("每天一次"),
    HowOften.WEEKLY: _("每周一次"),
    HowOften.NEVER: _("不发邮件"),
}

REPORT_STATE_LABELS = {
    ReportState.DRAFT: _("起草"),
    ReportState.COUNTERSIGN: _("会签"),
    ReportState.REVIEW: _("审核"),
    ReportState.COMMITTEE: _("党委会审议"),
    ReportState.SIGNED: _("已签发"),
    ReportState.PUBLISHED: _("已公开"),
}
REPORT_KIND_LABELS = {
    ReportKind.ANNUAL: _("年度报告"),
    ReportKind.SPAN: _("阶段材料"),
}
PUBLIC_STATE_LABELS = {
    PublicState.DRAFT: _("待自查"),
    PublicState.SELF_CHECKED: _("待复核"),
    PublicState.SECOND_CHECKED: _("待批准"),
    PublicState.APPROVED: _("待公开"),
    PublicState.PUBLISHED: _("已公开"),
}
NUMBERING_LABELS = {
    Numbering.CHAPTERS: _("一、（一）1.（1）"),
    Numbering.ORDINALS: _("一是…二是…"),
    Numbering.PLAIN: _("不编号"),
}
WORDING_KIND_LABELS = {
    WordingKind.FORMULA: _("规范表述"),
    WordingKind.TITLE: _("法律和机构名称"),
    WordingKind.OUTDATED: _("过时说法"),
    WordingKind.TYPO: _("错别字"),
    WordingKind.PLACEHOLDER: _("占位文字"),
}
OWN_FINDING_LABELS = {
    OwnFinding.MET: _("达到"),
    OwnFinding.PARTLY: _("部分达到"),
    OwnFinding.NOT_MET: _("未达到"),
    OwnFinding.NOT_ASKED: _("不涉及"),
}
ITEM_TABLE_FAULT_SENTENCES = {
    ItemTableFault.NO_NUMBER: _("请填写编号。"),
    ItemTableFault.LONG_NUMBER: _("编号不能超过20个字。"),
    ItemTableFault.NUMBER_TWICE: _("编号与第%(about)s行重复。"),
    ItemTableFault.NO_TEXT: _("请填写考核内容。"),
    ItemTableFault.LONG_TEXT: _("考核内容不能超过2000个字。"),
    ItemTableFault.LONG_HEADING: _("类别不能超过100个字。"),
    ItemTableFault.NOT_POINTS: _("分值应是不小于0的数字，最多两位小数。"),
    ItemTableFault.POINTS_BELOW_OWN: _("该项已自评%(about)s分，分值不能更低。"),
}
AGAINST_FINDING_SENTENCES = {
    AgainstFinding.NO_FINDING: _("请选择自评结论。"),
    AgainstFinding.NO_BASIS: _("请写明自评依据。"),
    AgainstFinding.ABOVE_POINTS: _("自评分不能高于分值。"),
    AgainstFinding.BELOW_NOUGHT: _("自评分不能小于0。"),
    AgainstFinding.POINTS_NOT_ASKED: _("不涉及的项不计自评分。"),
    AgainstFinding.FULL_NOT_MET: _("未达到的项不能自评满分。"),
}
AGAINST_PROOF_SENTENCES = {
    AgainstProof.TWICE: _("这条记录已经列在本项佐证中。"),
    AgainstProof.CANCELLED: _("这条记录已作废，不能作为佐证。"),
    AgainstProof.ELSEWHERE: _("只能列本分局的记录作佐证。"),
}
ITEM_GAP_LABELS = {
    ItemGap.NO_FINDING: _("未自评"),
    ItemGap.NO_PROOF: _("无佐证"),
    ItemGap.NO_EVIDENCE: _("佐证缺材料"),
    ItemGap.CANCELLED: _("含已作废记录"),
}
AGAINST_ASSESSMENT_SENTENCES = {
    AgainstAssessment.SAME_TITLE: _("该年度已有同名的迎检卷。"),
    AgainstAssessment.FOLLOWS_ELSEWHERE: _("上年度卷须是本分局的迎检卷。"),
    AgainstAssessment.FOLLOWS_LATER: _("上年度卷的年度须早于本卷。"),
    AgainstAssessment.NUMBER_TWICE: _("本卷已有同一编号的考核项。"),
    AgainstAssessment.BELOW_OWN: _("该项的自评分高于这一分值，请先修改自评。"),
    AgainstAssessment.HAS_PROOFS: _("该项已有自评或佐证，不能删除。"),
    AgainstAssessment.NOTHING_TO_IMPORT: _("表格与本卷现有的考核项相同，没有可导入的内容。"),
}
# What may prove an item of an assessment, and the words of each.
PROOF_LABELS = {
    "schedule": _("制度"),
    "meeting": _("会议"),
    "problem": _("问题"),
    "measure": _("措施"),
    "record": _("工作记录"),
    "deed": _("履职记录"),
    "honour": _("荣誉"),
    "evidence": _("佐证材料"),
}
REPORT_MOVE_LABELS = {
    ReportMove.COMPILE: _("汇编"),
    ReportMove.EDIT: _("修改"),
    ReportMove.COUNTERSIGN: _("送会签"),
    ReportMove.REVIEW: _("送审核"),
    ReportMove.COMMITTEE: _("提交党委会审议"),
    ReportMove.RETURN: _("退回修改"),
    ReportMove.SIGN: _("签发"),
    ReportMove.HAND_IN: _("报送"),
    ReportMove.CORRECT: _("更正"),
    ReportMove.PUBLISH: _("公开"),
}
DRAW_LABELS = {
    Draw.FORMULA: _("规范表述（由人选用）"),
    Draw.ORGANISATION: _("领导责任、会议机构和法制员配备"),
    Draw.SCHEDULES: _("各项制度落实情况"),
    Draw.COUNSEL: _("法律顾问、公职律师、合法性审核和法制列席"),
    Draw.MEETINGS: _("会议和活动"),
    Draw.PROMISES: _("上年度报告所列事项的落实"),
    Draw.TASKS: _("上级任务"),
    Draw.PLAN: _("年度工作安排完成情况"),
    Draw.HONOURS: _("荣誉和考评结果"),
    Draw.INDICATORS: _("填报的指标数据"),
    Draw.RECORDS: _("工作记录：未单列的其他小标题"),
    Draw.PROBLEMS: _("问题、原因和整改"),
    Draw.FIRST_PERSON: _("第一责任人履职"),
    Draw.NEXT_YEAR: _("下一年度安排"),
}
AGAINST_TEMPLATE_SENTENCES = {
    AgainstTemplate.NO_NAME: _("请填写模板名称。"),
    AgainstTemplate.NO_SECTION: _("模板至少要有一个章节和一个段落。"),
    AgainstTemplate.NO_HEADING: _("“%(about)s”章节没有标题。"),
    AgainstTemplate.UNKNOWN_DRAW: _("“%(about)s”不是可用的取材。"),
    AgainstTemplate.DRAWN_TWICE: _("“%(about)s”在模板中出现了两次，同样的记录只能写一处。"),
}
SECTION_ROLE_LABELS = {
    SectionRole.ACHIEVEMENTS: _("举措和成效"),
    SectionRole.PROBLEMS: _("不足和原因"),
    SectionRole.FIRST_PERSON: _("第一责任人履职"),
    SectionRole.NEXT_YEAR: _("下一年度安排"),
    SectionRole.OTHER: pgettext_lazy("section", "其他"),
}

NO_REPORT_REASONS = {
    NoReport.EMPTY: _("文件里没有文字。"),
    NoReport.GOVERNMENT_WORK: _("这是政府工作报告，不是法治政府建设年度报告。"),
    NoReport.LAW: _("这是法规或者制度条文，不是法治政府建设年度报告。"),
    NoReport.NOTICE: _("这是通知或者公告，不是法治政府建设年度报告。"),
    NoReport.PLAN: _("这是工作要点或者方案，没有总结已做的工作。"),
    NoReport.NEWS: _("这是新闻报道，不是法治政府建设年度报告。"),
    NoReport.RECTIFICATION: _("这是整改情况通报，请按整改通报导入。"),
    NoReport.OTHER_REPORT: _("这是其他方面的报告，不是法治政府建设年度报告。"),
    NoReport.WITHOUT_CHAPTERS: _("只有标题，没有读到报告的各个部分。"),
    NoReport.NO_SUCH_TEXT: _("没有读到法治政府建设年度报告的标题和各个部分。"),
}
NOTICE_TOTAL_LABELS = {
    NoticeTotal.TOTAL: _("问题数"),
    NoticeTotal.DONE: _("完成"),
    NoticeTotal.BASICALLY_DONE: _("基本完成"),
    NoticeTotal.NOT_DONE: _("未完成"),
    NoticeTotal.STANDING: _("长期坚持"),
    NoticeTotal.SUM: _("各项之和"),
}
NOTICE_ITEM_STATE_LABELS = {
    ItemState.DONE: _("完成"),
    ItemState.BASICALLY_DONE: _("基本完成"),
    ItemState.NOT_DONE: _("未完成"),
    ItemState.STANDING: _("长期坚持"),
}

TEXT_KIND_LABELS = {
    TextKind.REPORT: _("已公布的年度报告"),
    TextKind.NOTICE: _("整改情况通报"),
}
TEXT_STATE_LABELS = {
    TextState.OPEN: _("待确认"),
    TextState.ENTERED: _("已入库"),
    TextState.DROPPED: _("已放弃"),
}
DRAFT_KIND_LABELS = {
    DraftKind.UNIT: _("单位"),
    DraftKind.POST: _("岗位和人员"),
    DraftKind.SCHEDULE_SET: _("制度组"),
    DraftKind.SCHEDULE: _("制度"),
    DraftKind.QUOTA: _("学时和天数要求"),
    DraftKind.PROBLEM: _("问题"),
    DraftKind.MEASURE: _("措施和下年度安排"),
    DraftKind.FIGURE: _("数据"),
    DraftKind.HONOUR: _("荣誉"),
}
DRAFT_DECISION_LABELS = {
    DraftDecision.TAKE: _("采用"),
    DraftDecision.MERGE: _("并入已有"),
    DraftDecision.DROP: _("不采用"),
}
# What a draft of a text is made of, by the name of the field.
DRAFT_FIELD_LABELS = {
    "name": _("名称"),
    "kind": _("类别"),
    "parent": _("上级"),
    "short_name": _("简称"),
    "grade": _("等级"),
    "opened_on": _("启用日期"),
    "person": _("人员"),
    "new_person": _("新增人员姓名"),
    "unit": _("单位"),
    "post": _("岗位"),
    "first_day": _("自何日起"),
    "acting": _("主持工作"),
    "month": _("考核年度起始月"),
    "day": _("考核年度起始日"),
    "set": _("制度组"),
    "new_set": _("新制度组名称"),
    "words": _("事项性质"),
    "of_first_person": _("第一责任人履职事项"),
    "cadence": _("周期"),
    "every": _("每几个周期"),
    "at_least": _("至少"),
    "at_most": _("至多"),
    "counted_in": _("按什么计"),
    "usual": _("只作参考，不产生应开"),
    "months": _("只在这些月份"),
    "window": _("固定期限"),
    "window_days": _("期限天数"),
    "window_month": _("期限月"),
    "window_day": _("期限日"),
    "meeting_kind": _("会议种类"),
    "new_meeting_kind": _("新会议种类名称"),
    "agenda_kind": _("须有议题"),
    "new_agenda_kind": _("新议题种类名称"),
    "body": _("会议机构"),
    "presided_by": _("须由何岗位主持"),
    "legal_basis": _("依据"),
    "asked_by": _("由谁要求"),
    "title": _("标题"),
    "source": _("来源"),
    "found_on": _("发现日期"),
    "description": _("具体表现"),
    "causes": _("原因"),
    "due_on": _("期限"),
    "due_is_month": _("期限只到月份"),
    "target": _("整改目标"),
    "leader": _("责任领导"),
    "responsible": _("责任人"),
    "raised_from_above": _("上级或外部提出"),
    "raised_by": _("提出机关"),
    "counts": _("计入问题数"),
    "set_on": _("确定日期"),
    "plan_year": _("列入哪一年度的工作安排"),
    "problem": _("对应的问题"),
    "standard": _("完成标准"),
    "progress": _("进展情况"),
    "progress_on": _("进展日期"),
    "outcome": _("完成情况"),
    "indicator": _("指标"),
    "year": _("年度"),
    "is_target": _("目标值"),
    "value": _("数值"),
    "numerator": _("分子"),
    "denominator": _("分母"),
    "wording": _("表述"),
    "awarded_by": _("授予机关"),
    "awarded_on": _("授予日期"),
    "level": _("级别"),
}
SHEET_KIND_LABELS = {
    SheetKind.UNITS: _("单位"),
    SheetKind.PEOPLE: _("人员"),
    SheetKind.APPOINTMENTS: _("任职"),
    SheetKind.SCHEDULES: _("制度"),
    SheetKind.MEETINGS: _("会议"),
    SheetKind.PROBLEMS: _("问题"),
    SheetKind.MEASURES: _("措施"),
    SheetKind.RECORDS: _("工作记录"),
    SheetKind.CERTIFICATES: _("证件和资格"),
    SheetKind.FIGURES: _("指标数据"),
    SheetKind.HOLIDAYS: _("节假日"),
}
SHEET_STATE_LABELS = {
    SheetState.COLUMNS: _("待确认各列"),
    SheetState.CHECKING: _("比对中"),
    SheetState.CHECKED: _("待确认入库"),
    SheetState.ENTERING: _("入库中"),
    SheetState.ENTERED: _("已入库"),
    SheetState.DROPPED: _("已放弃"),
}
ROW_VERDICT_LABELS = {
    RowVerdict.NEW: _("新增"),
    RowVerdict.CHANGED: _("有改动"),
    RowVerdict.UNCHANGED: _("无变化"),
    RowVerdict.REFUSED: _("不能导入"),
}
# What is wrong with a cell of a sheet; ``value`` is what stands there, or what is told of it.
CELL_FAULT_SENTENCES = {
    CellFault.MISSING: _("“%(value)s”必须填写。"),
    CellFault.TOO_LONG: _("内容过长，最多%(value)s个字。"),
    CellFault.NO_DAY: _("“%(value)s”不是日期，请写成2024-03-05或2024年3月5日。"),
    CellFault.NO_SUCH_DAY: _("没有“%(value)s”这一天，请核对。"),
    CellFault.NO_YEAR: _("“%(value)s”没有写年份，请写成2024年3月5日。"),
    CellFault.MONTH_ONLY: _("“%(value)s”只写到月份，这里要写到日。"),
    CellFault.MONTH_UNCLEAR: _("“%(value)s”看不出是1月还是10月，请写成2024年1月或2024年10月。"),
    CellFault.NO_HOUR: _("“%(value)s”不是时间，请写成14:30。"),
    CellFault.NO_NUMBER: _("“%(value)s”不是数字，请只填阿拉伯数字。"),
    CellFault.NOT_WHOLE: _("“%(value)s”应为整数。"),
    CellFault.NOT_A_YEAR: _("“%(value)s”不是年份，请写成2024。"),
    CellFault.NO_MONTHS: _("“%(value)s”不是月份，请写成3、11。"),
    CellFault.NO_YES_NO: _("“%(value)s”请改为“是”或“否”。"),
    CellFault.ERROR_VALUE: _("公式计算出错（%(value)s），请改为实际内容。"),
    CellFault.UNKNOWN_WORD: _("没有“%(value)s”，请核对名称，或先把它录入本局台账。"),
    CellFault.NEAR_WORD: _("没有“%(value)s”，是不是“%(near)s”？请改成台账中的名称。"),
    CellFault.SEVERAL: _("“%(value)s”不止一个，请写全称；人员请写成姓名（单位）。"),
    CellFault.FIXED: _("“%(value)s”录入后不能通过表格修改。"),
    CellFault.NO_RECORD: _(
        "找不到这一行原来的记录：可能已作废，或不属于本局。如要新增，请删去本行“记录标识”。"
    ),
    CellFault.RECORD_TWICE: _("与第%(value)s行是同一条记录，请只保留一行。"),
    CellFault.SAME_TWICE: _("与第%(value)s行重复，请只保留一行。"),
    CellFault.SEVERAL_RECORDS: _(
        "台账中有%(value)s条与本行相符，分不清是哪一条；请从台账导出后在导出的表格上修改。"
    ),
}

BACKUP_KIND_LABELS = {
    BackupKind.BACKUP: _("备份"),
    BackupKind.TEST: _("恢复演练"),
    BackupKind.RESTORED: _("恢复"),
}
JOB_KIND_LABELS = {
    JobKind.PLAN_DUES: _("编排年度应开事项"),
    JobKind.AUDIT_LEDGER: _("核对台账"),
    JobKind.PACK_EVIDENCE: _("打包佐证材料"),
    JobKind.CHECK_SHEET: _("比对表格"),
    JobKind.ENTER_SHEET: _("表格入库"),
    JobKind.PACK_LEDGER: _("导出台账"),
}
RUN_KIND_LABELS = {
    RunKind.WORKER: _("后台任务进程"),
    RunKind.PLAN_DUES: _("编排年度应开事项"),
    RunKind.AUDIT_LEDGER: _("核对台账"),
}
HEALTH_LABELS = {
    Health.GOOD: pgettext_lazy("state of the machine", "正常"),
    Health.ATTENTION: pgettext_lazy("state of the machine", "注意"),
    Health.FAULT: pgettext_lazy("state of the machine", "故障"),
}
JOB_STATE_LABELS = {
    JobState.WAITING: _("等待中"),
    JobState.RUNNING: _("进行中"),
    JobState.DONE: _("已完成"),
    JobState.FAILED: _("失败"),
}


# Reasons of a due.

REASON_SENTENCES = {
    ReasonCode.ABSENT: _("%(period)s：该期单位未设立或已停用"),
    ReasonCode.NOT_BEGUN: _("%(period)s：台账尚未启用"),
    ReasonCode.NO_WORKDAY: _("%(period)s：该期没有工作日"),
    ReasonCode.MET: _("%(period)s：%(day)s有记录"),
    ReasonCode.MET_LATE: _("%(period)s：期内未足，%(day)s补齐"),
    ReasonCode.WAIVED: _("%(period)s：%(day)s批准免除"),
    ReasonCode.UPCOMING: _("%(period)s：未到期，%(day)s开始"),
    ReasonCode.OPEN_NOTHING: _("%(period)s：尚无记录，%(day)s截止"),
    ReasonCode.OPEN_PART: _("%(period)s：已记%(counted)s次，应有%(at_least)s次，%(day)s截止"),
    ReasonCode.AWAITING_NOTHING: _("%(period)s：尚无记录，录入截止%(day)s"),
    ReasonCode.AWAITING_PART: _(
        "%(period)s：已记%(counted)s次，应有%(at_least)s次，录入截止%(day)s"
    ),
    ReasonCode.MISSED_NOTHING: _("%(period)s：无记录"),
    ReasonCode.MISSED_PART: _("%(period)s：只记%(counted)s次，应有%(at_least)s次"),
}
MET_SEVERAL_SENTENCE = _("%(period)s：%(day)s记满%(at_least)s次")
# The same where minutes of sessions are counted.
MINUTES_SENTENCES = REASON_SENTENCES | {
    ReasonCode.MET: _("%(period)s：%(day)s累计满%(at_least)s分钟"),
    ReasonCode.OPEN_PART: _("%(period)s：已累计%(counted)s分钟，应满%(at_least)s分钟，%(day)s截止"),
    ReasonCode.AWAITING_PART: _(
        "%(period)s：已累计%(counted)s分钟，应满%(at_least)s分钟，录入截止%(day)s"
    ),
    ReasonCode.MISSED_PART: _("%(period)s：只累计%(counted)s分钟，应满%(at_least)s分钟"),
}
OVER_SENTENCES = {
    CountedIn.TIMES: _("%(sentence)s；共%(counted)s次，多于规定的%(at_most)s次"),
    CountedIn.MINUTES: _("%(sentence)s；共%(counted)s分钟，多于规定的%(at_most)s分钟"),
}


def day_label(day: date, beside: date | None = None) -> str:
    """A day in words; without its year where ``beside`` is a day of the same year."""
    return _day_label(day, beside is not None and beside.year == day.year, get_language())


# Pages name the same days and periods over and over; formatting them is slower than the query.
@lru_cache(maxsize=8192)
def _day_label(day: date, short: bool, language: str | None) -> str:
    if short:
        return dateformat.format(day, pgettext("format of a day", "n月j日"))
    return dateformat.format(day, pgettext("format of a day", "Y年n月j日"))


def days_label(first: date, last: date) -> str:
    """A span of days, nothing said twice: 3月18日—24日."""
    return _days_label(first, last, get_language())


@lru_cache(maxsize=8192)
def _days_label(first: date, last: date, language: str | None) -> str:
    if first.year != last.year:
        ends = day_label(first), day_label(last)
    elif first.month != last.month:
        ends = day_label(first, last), day_label(last, first)
    else:
        ends = (
            dateformat.format(first, pgettext("first day of a span in one month", "n月j日")),
            dateformat.format(last, pgettext("last day of a span in one month", "j日")),
        )
    return gettext("%(first)s—%(last)s") % {"first": ends[0], "last": ends[1]}


def month_label(month: int) -> str:
    """A month by its name: 3月."""
    return dateformat.format(date(2000, month, 1), pgettext("format of a month", "n月"))


def period_name(name: PeriodName) -> str:
    """What a period is called in its year: 第12周, 3月上半月, 1月—5月, 第1季度, 上半年."""
    alone = name.first == name.last
    numbers = {"first": name.first, "last": name.last}
    if name.of_last_year and name.cadence != Cadence.YEAR:
        return gettext("上年%(name)s") % {"name": period_name(replace(name, of_last_year=False))}
    if name.cadence == Cadence.WEEK:
        return (gettext("第%(first)s周") if alone else gettext("第%(first)s—%(last)s周")) % numbers
    if name.cadence == Cadence.QUARTER:
        if alone:
            return gettext("第%(first)s季度") % numbers
        return gettext("第%(first)s—%(last)s季度") % numbers
    if name.cadence == Cadence.HALF_YEAR and alone:
        return gettext("上半年") if name.first == 1 else gettext("下半年")
    if name.cadence in (Cadence.HALF_YEAR, Cadence.YEAR):
        return gettext("%(year)s年度") % {"year": name.year}
    first = _month_or_half(name.first_month, name.first_half)
    last = _month_or_half(name.last_month, name.last_half)
    return first if alone else gettext("%(first)s—%(last)s") % {"first": first, "last": last}


def _month_or_half(month: int | None, half: int | None) -> str:
    label = month_label(month or 1)
    if half is None:
        return label
    return (gettext("%(month)s上半月") if half == 1 else gettext("%(month)s下半月")) % {
        "month": label
    }


def period_label(numbered: NumberedPeriod, rhythm: Rhythm) -> str:
    """A period with its days: 第12周（3月18日—24日）."""
    return _period_label(numbered, rhythm, get_language())


@lru_cache(maxsize=8192)
def _period_label(numbered: NumberedPeriod, rhythm: Rhythm, language: str | None) -> str:
    return gettext("%(name)s（%(days)s）") % {
        "name": period_name(rhythm.name_of(numbered)),
        "days": days_label(numbered.period.first, numbered.period.last),
    }


def reason_sentence(reason: DueReason, label: str) -> str:
    """Why a due has its verdict, in words; ``label`` is what its period is called."""
    sentence = REASON_SENTENCES[reason.code]
    if reason.counted_in == CountedIn.MINUTES:
        sentence = MINUTES_SENTENCES[reason.code]
    elif reason.code == ReasonCode.MET and reason.at_least > 1:
        sentence = MET_SEVERAL_SENTENCE
    said = sentence % {
        "period": label,
        "day": day_label(reason.day, reason.period.last) if reason.day else "",
        "counted": reason.counted,
        "at_least": reason.at_least,
    }
    if not reason.is_over:
        return said
    return OVER_SENTENCES[reason.counted_in] % {
        "sentence": said,
        "counted": reason.counted,
        "at_most": reason.at_most,
    }


def listed(words: Iterable[object]) -> str:
    """Words one after the other: 派出所、大队."""
    return gettext("、").join(str(word) for word in words)


def clauses(words: Iterable[object]) -> str:
    """Parts of a sentence one after the other: 会议种类不符，没有规定的议题."""
    return gettext("，").join(str(word) for word in words)


def figure_words(value: FigureValue, *, counter: str = "", decimals: int = 0) -> str:
    """A value as a report says it: 1200余件, 近300人次, 98.5%; exact without a word."""
    told = {"n": plain(value.value, decimals=decimals, groups=True), "counter": counter}
    if value.wording is None:
        return gettext("%(n)s%(counter)s") % told
    return str(FIGURE_WORDS[value.wording]) % told


def amount_label(number: int, counted_in: CountedIn) -> str:
    """How much was held or is owed: 2 次, 120 分钟."""
    if counted_in == CountedIn.MINUTES:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", number) % {"n": number}
    return ngettext("%(n)s 次", "%(n)s 次", number) % {"n": number}


def every_label(rhythm: Rhythm) -> str:
    """When something is owed, without how often: 每周, 每2个月, 每年3月、11月, 单周."""
    if rhythm.window is not None:
        return _window_label(rhythm, rhythm.window)
    if rhythm.parity is not None:
        every: str = str(PARITY_LABELS[rhythm.parity])
    elif rhythm.every == 1:
        every = str(EVERY_LABELS[rhythm.cadence])
    else:
        every = EVERY_N_LABELS[rhythm.cadence] % {"n": rhythm.every}
    if not rhythm.months:
        return every
    months = listed(month_label(month) for month in sorted(rhythm.months))
    if rhythm.cadence == Cadence.MONTH:
        return gettext("每年%(months)s") % {"months": months}
    return gettext("每年%(months)s%(every)s") % {"months": months, "every": every}


def _window_label(rhythm: Rhythm, window: Window) -> str:
    plain = every_label(Rhythm(rhythm.cadence, rhythm.every, rhythm.start))
    if window.kind == WindowKind.AFTER:
        return gettext("%(every)s结束后%(days)s日内") % {"every": plain, "days": window.days}
    if window.kind == WindowKind.UNTIL:
        last = monthrange(2000, window.month)[1]
        day = day_label(date(2000, window.month, min(window.day, last)), date(2000, 1, 1))
        return gettext("%(every)s结束后，%(day)s前") % {"every": plain, "day": day}
    return gettext("%(every)s%(day)s日前") % {"every": plain, "day": window.day}


def rhythm_label(
    rhythm: Rhythm,
    at_least: int = 1,
    at_most: int | None = None,
    counted_in: CountedIn = CountedIn.TIMES,
) -> str:
    """How often something is owed: 每周至少1次, 每2个月3至4次, 每季度至少120分钟."""
    every = every_label(rhythm)
    told = {"rhythm": every, "times": at_least, "most": at_most}
    if counted_in == CountedIn.MINUTES:
        if at_most is None:
            return gettext("%(rhythm)s至少%(times)s分钟") % told
        return gettext("%(rhythm)s%(times)s至%(most)s分钟") % told
    if at_most is None:
        return ngettext("%(rhythm)s至少%(times)s次", "%(rhythm)s至少%(times)s次", at_least) % told
    if at_most == at_least:
        return ngettext("%(rhythm)s%(times)s次", "%(rhythm)s%(times)s次", at_least) % told
    return gettext("%(rhythm)s%(times)s至%(most)s次") % told


MEASURE_STATE_LABELS = {
    MeasureState.OPEN: pgettext_lazy("measure", "进行中"),
    MeasureState.DONE: pgettext_lazy("measure", "已完成"),
    MeasureState.DROPPED: pgettext_lazy("measure", "已终止"),
}
MEASURE_STANDING_LABELS = {
    MeasureStanding.IN_TIME: _("正常推进"),
    MeasureStanding.OVERDUE: _("逾期未完成"),
    MeasureStanding.NO_MOVEMENT: _("长期无进展"),
    MeasureStanding.DONE_IN_TIME: _("按期完成"),
    MeasureStanding.DONE_LATE: _("逾期完成"),
    MeasureStanding.DROPPED: pgettext_lazy("measure", "已终止"),
}

MILESTONE_STANDING_LABELS = {
    MilestoneStanding.IN_TIME: pgettext_lazy("milestone", "未到期"),
    MilestoneStanding.OVERDUE: pgettext_lazy("milestone", "逾期未完成"),
    MilestoneStanding.DONE_IN_TIME: _("按期完成"),
    MilestoneStanding.DONE_LATE: _("逾期完成"),
    MilestoneStanding.LEFT: pgettext_lazy("milestone", "未单独登记完成"),
}
TASK_STANDING_LABELS = {
    TaskStanding.IN_TIME: pgettext_lazy("task", "正在落实"),
    TaskStanding.OVERDUE: pgettext_lazy("task", "逾期未完成"),
    TaskStanding.DONE_IN_TIME: _("按期完成"),
    TaskStanding.DONE_LATE: _("逾期完成"),
    TaskStanding.CANCELLED: _("已作废"),
}
ROUND_STANDING_LABELS = {
    RoundStanding.RUNNING: pgettext_lazy("round", "检查中"),
    RoundStanding.OVERDUE: pgettext_lazy("round", "逾期未结束"),
    RoundStanding.ENDED: pgettext_lazy("round", "已结束"),
    RoundStanding.ENDED_LATE: pgettext_lazy("round", "逾期结束"),
    RoundStanding.CANCELLED: _("已作废"),
}

# What the wording of a measure leaves open; a hint, never a refusal.
MEASURE_OPEN_SENTENCES = {
    Open.WHO: _("没有写明责任人。"),
    Open.WHEN: _("没有写明期限。"),
    Open.TEST: _("没有写明做到什么程度算完成。"),
}
MEASURE_VAGUE_SENTENCE = _("“%(phrase)s”看不出做到什么程度算完成，请写明数量、成果或标准。")


def remark_sentence(remark: Remark) -> str:
    """What a measure leaves open, in words."""
    if remark.open == Open.TEST and remark.phrase:
        return MEASURE_VAGUE_SENTENCE % {"phrase": remark.phrase}
    return str(MEASURE_OPEN_SENTENCES[remark.open])


# Why a move of a problem, or an extension, is refused.
AGAINST_MOVE_SENTENCES = {
    Against.NOT_FROM_HERE: _("问题现处“%(state)s”，不能%(move)s。"),
    Against.BEFORE_FOUND: _("日期早于发现日期（%(found_on)s）。"),
    Against.BEFORE_LAST_MOVE: _("日期早于上一环节的日期（%(last_move_on)s）。"),
    Against.IN_FUTURE: _("日期不能晚于今天。"),
    Against.NO_REASON: _("请写明原因。"),
    Against.SUBMITTER_VERIFIES: _("提交人不能核查、退回或销号自己提交的问题。"),
    Against.NO_SUBMITTER: _("没有提交人，不能销号。"),
    Against.NO_LEADER: _("请先确定责任领导：销号须有提交人、责任领导、核查人三人署名。"),
    Against.LEADER_IS_SUBMITTER: _("责任领导不能同时是提交人。"),
    Against.LEADER_IS_VERIFIER: _("责任领导不能同时是核查人。"),
    Against.NO_DECISION_DOCUMENT: _("请填写提出机关的认定文号。"),
    Against.NO_DECISION_DAY: _("请填写提出机关的认定日期。"),
    Against.DECISION_AFTER_MOVE: _("认定日期（%(decided_on)s）晚于销号日期。"),
    Against.DECISION_BEFORE_FOUND: _("认定日期早于发现日期（%(found_on)s）。"),
    Against.NO_MEASURE: _("该问题还没有整改措施，不能销号。"),
    Against.MEASURE_OPEN: _("措施“%(title)s”尚未完成或终止。"),
    Against.LACKS_EVIDENCE: _("该类问题销号须有佐证材料，还缺：%(kinds)s。"),
    Against.NO_STATEMENT: _("请写明核查情况。"),
    Against.NO_TARGET: _("请选择并入哪一个问题。"),
    Against.TARGET_ENDED: _("拟并入的问题已经办结，不能并入。"),
    Against.TARGET_ITSELF: _("不能并入自身或自身的下级问题。"),
    Against.TARGET_FOREIGN: _("拟并入的问题须属于同一分局。"),
    Against.TARGET_NOT_FROM_ABOVE: _("上级或外部提出的问题，只能并入同为上级或外部提出的问题。"),
    Against.OTHERS_VERIFY: _("分局内还有其他人可以核查，不由上级代为核查。"),
    Against.FOLLOWS_ITEMS: _("该问题下有计数的下级问题，状态随下级问题变动，不能单独办理。"),
}
AGAINST_LOOK_BACK_SENTENCES = {
    AgainstLookBack.NOT_CLOSED: _("只有已销号的问题才需要回头看。"),
    AgainstLookBack.WRONG_DAY: _("回头看日期应在销号日期与今天之间。"),
    AgainstLookBack.NO_NOTE: _("不到位或者反弹的，须写明情况。"),
    AgainstLookBack.CHECKER_SUBMITTED: _("提交人不能检查自己提交的问题。"),
    AgainstLookBack.CHECKER_VERIFIED: _("核查人不能再检查自己核查销号的问题。"),
}
AGAINST_PROGRESS_SENTENCES = {
    AgainstProgress.DONE_AND_NEARLY: _("“已完成”和“基本完成”只能选一项：基本完成的仍算未完成。"),
    AgainstProgress.NOTHING_NEW_AND_DONE: _("无新进展的，不能同时填报已完成或基本完成。"),
    AgainstProgress.NOTHING_NEW_AND_PERCENT: _("无新进展的，不填完成百分比。"),
    AgainstProgress.PERCENT_OUT_OF_RANGE: _("完成百分比应在0至100之间。"),
    AgainstProgress.DONE_BELOW_A_HUNDRED: _("已完成的，完成百分比应为100，或者不填。"),
}
AGAINST_DONE_SENTENCES = {
    AgainstDone.CANCELLED: _("该任务已作废，不能再办理。"),
    AgainstDone.ALREADY_DONE: _("该任务已经办结。"),
    AgainstDone.NO_RESULT: _("请写明落实情况。"),
    AgainstDone.IN_FUTURE: _("完成日期不能晚于今天。"),
    AgainstDone.BEFORE_ISSUED: _("完成日期早于下达日期。"),
    AgainstDone.MEASURES_OPEN: _("还有措施没有完成或终止，请先办结措施。"),
}
# The rule is named: who is refused must be able to read it up.
AGAINST_DEED_SENTENCES = {
    AgainstDeed.IN_FUTURE: _("日期不能晚于今天：做了再记录。"),
    AgainstDeed.NO_TITLE: _("请填写事项。"),
    AgainstDeed.HELD_NO_POST: _(
        "该人员当日未在该单位任职，请核对日期；任职尚未录入的，先录入任职。"
    ),
    AgainstDeed.SEVERAL_LINKS: _("一条履职记录只能关联一项记录。"),
    AgainstDeed.LINK_ELSEWHERE: _("所关联的记录不属于该分局。"),
    AgainstDeed.LINK_CANCELLED: _("所关联的记录已作废。"),
    AgainstDeed.LINKED_BEFORE: _("该人员已以同一履职方式记录过这项记录，不重复计算。"),
    AgainstDeed.CASE_LINKED: _(
        "所关联的工作记录涉及具体案件。“四个亲自”只记工作事项；根据《领导干部干预司法活动、插手"
        "具体案件处理的记录、通报和责任追究规定》（中办发〔2015〕23号），不得关联个案。"
    ),
    AgainstDeed.CASE_IN_TITLE: _(
        "事项中的“%(passage)s”指向具体案件。履职记录只记工作事项；根据《领导干部干预司法活动、插手"
        "具体案件处理的记录、通报和责任追究规定》（中办发〔2015〕23号），不得记录个案。"
    ),
    AgainstDeed.CASE_IN_OCCASION: _(
        "场合中的“%(passage)s”指向具体案件。履职记录只记工作事项；根据《领导干部干预司法活动、插手"
        "具体案件处理的记录、通报和责任追究规定》（中办发〔2015〕23号），不得记录个案。"
    ),
    AgainstDeed.CASE_IN_NUMBER: _(
        "文号“%(passage)s”是案件编号。履职记录只记工作事项；根据《领导干部干预司法活动、插手"
        "具体案件处理的记录、通报和责任追究规定》（中办发〔2015〕23号），不得记录个案。"
    ),
    AgainstDeed.PARTY_NAMED: _("“%(passage)s”点出了当事人或案件名称；出庭应诉只写案号，不写姓名。"),
}
AGAINST_ACCOUNT_SENTENCES = {
    AgainstAccount.IN_FUTURE: _("述法日期不能晚于今天。"),
    AgainstAccount.BEFORE_ITS_YEAR: _("述法日期早于述法年度。"),
    AgainstAccount.HELD_NO_POST: _("该人员在述法年度未在该单位任职。"),
    AgainstAccount.NOBODY: _("请填写述法对象。"),
    AgainstAccount.MEETING_OF_A_PAPER: _("书面述法不关联会议。"),
    AgainstAccount.MEETING_ELSEWHERE: _("所选会议不属于该分局，或已作废。"),
    AgainstAccount.COMMENT_OF_NOBODY: _("填写了点评意见的，请填写点评人。"),
    AgainstAccount.GIVEN_BEFORE: _("该人员该年度的述法已录入。"),
}
AGAINST_ENDING_SENTENCES = {
    AgainstEnding.NO_ITEMS: _("还没有选取检查的问题，不能结束。"),
    AgainstEnding.ITEMS_OPEN: _("还有问题没有检查结果，不能结束。"),
    AgainstEnding.NO_CONCLUSION: _("请写明总体情况。"),
    AgainstEnding.WRONG_DAY: _("结束日期应在部署日期与今天之间。"),
    AgainstEnding.BEFORE_LAST_CHECK: _("结束日期早于最后一次检查的日期。"),
}
AGAINST_EXTENSION_SENTENCES = {
    AgainstExtension.NO_DUE_DAY: _("没有完成期限，无须延期。"),
    AgainstExtension.ENDED: _("已完成或已终止，不能延期。"),
    AgainstExtension.ASKED_TOO_LATE: _("延期须在期限到期之前申请。"),
    AgainstExtension.NOT_LATER: _("新期限须晚于原期限。"),
    AgainstExtension.OWN_REQUEST: _("延期须由申请人以外的人批准。"),
    AgainstExtension.GRANTED_BEFORE_ASKED: _("批准日期早于申请日期。"),
    AgainstExtension.IN_FUTURE: _("日期不能晚于今天。"),
}


def refusal_sentence(refusal: Refusal) -> str:
    """Why a move of a problem is refused, in words."""
    data: dict[str, object] = {
        name: day_label(value) if isinstance(value, date) else value
        for name, value in refusal.data.items()
    }
    if refusal.code == Against.NOT_FROM_HERE:
        state = data["state"]
        data = {
            "state": PROBLEM_STATE_LABELS[ProblemState(state)] if state else gettext("未登记"),
            "move": PROBLEM_MOVE_LABELS[ProblemMove(data["move"])],
        }
    if refusal.code == Against.LACKS_EVIDENCE:
        kinds = [EVIDENCE_KIND_LABELS[EvidenceKind(kind)] for kind in refusal.data["kinds"]]
        data = {"kinds": listed(kinds)}
    return AGAINST_MOVE_SENTENCES[refusal.code] % data


# Why an annual report is refused.
REPORT_STEP_LABELS = {
    ReportStep.COUNTERSIGN: _("送会签"),
    ReportStep.SEND: _("送审核"),
    ReportStep.REVIEW: _("审核同意"),
    ReportStep.DELIBERATE: _("党委会审议"),
    ReportStep.SIGN: _("签发"),
    ReportStep.RETURN: _("退回起草"),
}
HOLDER_LABELS = {
    Holder.IN_CHARGE: _("分管领导"),
    Holder.FIRST_PERSON: _("第一责任人（含主持工作的）"),
}
STEP_NEED_LABELS = {
    StepNeed.TEXT: _("已有正文"),
    StepNeed.UNITS: _("写明会签单位"),
    StepNeed.REASON: _("写明理由"),
    StepNeed.MEETING: _("审核以后召开的党委会和议题"),
    StepNeed.DELIBERATED: _("已经党委会审议"),
}
AGAINST_STEP_SENTENCES = {
    AgainstStep.FROZEN: _("报告已经签发或公开，不能再“%(step)s”。"),
    AgainstStep.NOT_FROM_HERE: _("报告现处“%(state)s”，不能“%(step)s”。"),
    AgainstStep.ALREADY: _("党委会审议情况已经录入。"),
    AgainstStep.IN_FUTURE: _("日期不能晚于今天。"),
    AgainstStep.BEFORE_LAST: _("日期早于上一环节（%(on)s），请核对。"),
    AgainstStep.BEFORE_FIGURES: _(
        "签发日期早于数据截至日（%(on)s）。请先在编辑页把“数据截至”改为签发当日或以前。"
    ),
    AgainstStep.NOT_HOLDER: _("%(person)s在%(on)s不是本局%(holder)s，不能办理。"),
    AgainstStep.NO_TEXT: _("报告还没有正文，请先汇编。"),
    AgainstStep.NO_UNITS: _("请写明会签单位。"),
    AgainstStep.NO_REASON: _("请写明退回的理由。"),
    AgainstStep.NO_MEETING: _("请选择审议报告的党委会和议题。"),
    AgainstStep.OTHER_MEETING: _("所选会议不是本局党委会，或已作废。"),
    AgainstStep.MEETING_BEFORE: _("所选会议在审核（%(on)s）以前召开，不能作为审议本稿的会议。"),
    AgainstStep.NO_ITEM: _("所选议题缓议或未议及，不能作为审议依据。"),
    AgainstStep.NOT_DELIBERATED: _("还没有录入党委会审议情况，不能签发。"),
}
AGAINST_CORRECTION_SENTENCES = {
    AgainstCorrection.NOT_SIGNED: _("报告还没有签发，直接修改即可，不用另出更正版本。"),
    AgainstCorrection.NOT_CURRENT: _("这一版已被更正，请从现行版本更正。"),
    AgainstCorrection.NO_REASON: _("请写明更正的原因。"),
}
AGAINST_HAND_IN_SENTENCES = {
    AgainstHandIn.NOT_SIGNED: _("签发以后才能报送。"),
    AgainstHandIn.THERE: _("该报送对象已经列出，期限不同，请核对。"),
    AgainstHandIn.IN_FUTURE: _("报送日期不能晚于今天。"),
    AgainstHandIn.BEFORE_SIGNING: _("报送日期早于签发日期，请核对。"),
    AgainstHandIn.HANDED: _("向%(addressee)s报送已于%(day)s录入，请核对。"),
}
AGAINST_TEXT_SENTENCES = {
    AgainstText.UNKNOWN_FIGURE: _("“%(mark)s”不是台账中的数据。数据只能保留或整个删去。"),
    AgainstText.CHANGED_FIGURE: _(
        "“%(mark)s”的数字被改动；台账中现为%(value)s，数据不能手工修改。"
    ),
    AgainstText.RAW_TOKEN: _("正文中不能出现“%(mark)s”。"),
}

# What the check of a report's wording and of its secrets found.
FINDING_LABELS = {
    FindingKind.SECRECY: _("保密检查"),
    FindingKind.PLACEHOLDER: _("占位文字"),
    FindingKind.TITLE: _("法律和机构名称"),
    FindingKind.OUTDATED: _("过时说法"),
    FindingKind.TYPO: _("错别字"),
    FindingKind.FORMULA: _("规范表述"),
    FindingKind.YEAR: _("年份"),
    FindingKind.BRACKETS: _("括号和引号"),
    FindingKind.PUNCTUATION: _("标点"),
    FindingKind.DOUBLED: _("重复字词"),
}
ADVICE_SENTENCES = {
    Advice.WRITE: _("建议写作“%(right)s”。"),
    Advice.WRITE_IN_FULL: _("首次出现宜用全称“%(right)s”。"),
    Advice.LEAVE_OUT: _("建议删去或改写。"),
    Advice.FILL_IN: _("应填写实际内容或删去。"),
    Advice.FULL_WIDTH: _("中文中应用全角标点“%(right)s”。"),
    Advice.ONE_MARK: _("标点重复，应只留一个。"),
    Advice.PAIR: _("在本段内没有另一半。"),
    Advice.ONCE: _("字词重复，核对是否应为“%(right)s”。"),
    Advice.CHECK_YEAR: _("报告年度为%(right)s年，核对年份。"),
    Advice.COMPARE: _("与规范表述“%(right)s”相近而不一致，核对。"),
    Advice.NO_LONGER: _("该表述已停用，改用现行表述。"),
    Advice.NO_SPACE: _("字间不应有空格。"),
    Advice.LOOK: _("疑似%(right)s，核对是否可以公开。"),
    Advice.NAME: _("与本局人员姓名相同，核对是否可以公开。"),
}
AGAINST_PATTERN_SENTENCES = {
    AgainstPattern.NOT_READABLE: _("不是正确的正则表达式，请核对括号和转义。"),
    AgainstPattern.TOO_LONG: _("正则表达式过长，请拆成几项。"),
    AgainstPattern.FINDS_NOTHING: _("该表达式可以匹配空内容，请写明至少要有的字符。"),
    AgainstPattern.REPEATS_REPEATED: _(
        "重复的括号内不能再有不定次数的重复或“|”，否则检查可能很久不结束。"
    ),
    AgainstPattern.TOO_MANY_REPEATS: _("不限次数的重复（*、+）最多用三处。"),
    AgainstPattern.REFERS_BACK: _("不能引用前面的括号（如 \\1）。"),
}
# Why the published form is refused.
AGAINST_PUBLIC_SENTENCES = {
    AgainstPublic.NOT_SIGNED: _("报告签发后才能制作公开稿。"),
    AgainstPublic.TAKEN_OVER: _("该报告据已公开的文本录入，不再另做公开稿。"),
    AgainstPublic.NOT_ANNUAL: _("只有年度报告制作公开稿。"),
    AgainstPublic.NOT_CURRENT: _("报告已有更正版本，请在现行版本上办理。"),
    AgainstPublic.THERE_ALREADY: _("公开稿已经建立。"),
    AgainstPublic.OTHER_STATE: _("公开稿的状态已有变化，请刷新后再办。"),
    AgainstPublic.FROZEN: _("公开稿已批准，文字已固定，不能再改。"),
    AgainstPublic.BEING_CHECKED: _("公开稿正在审查，要修改请先退回。"),
    AgainstPublic.IN_FUTURE: _("日期不能晚于今天。"),
    AgainstPublic.BEFORE_SIGNING: _("日期早于报告签发日期（%(signed_on)s）。"),
    AgainstPublic.BEFORE_LAST_STEP: _("日期早于上一环节。"),
    AgainstPublic.SAME_PERSON: _("自查、复核、批准须由三个不同的人办理。"),
    AgainstPublic.NOT_IN_CHARGE: _(
        "%(person)s在%(on)s不是本局的分管领导或第一责任人，不能批准公开。"
    ),
    AgainstPublic.NOT_OF_BUREAU: _("审查人须为本局人员。"),
    AgainstPublic.NO_OPINION: _("请写明审查意见。"),
    AgainstPublic.NO_REASON: _("请写明理由。"),
    AgainstPublic.UNSETTLED: _("还有保密检查发现没有处理：删去、改写，或写明可以公开的理由。"),
    AgainstPublic.NOTHING_LEFT: _("公开稿没有留下任何内容。"),
    AgainstPublic.NOWHERE: _("请填写公开网址或索引号，至少一项。"),
    AgainstPublic.BEFORE_APPROVAL: _("公开日期早于批准日期。"),
    AgainstPublic.NOT_THERE: _("该句不在本报告中。"),
    AgainstPublic.SAME_TEXT: _("改写后的文字与原文相同。"),
    AgainstPublic.HAS_TOKEN: _("改写的文字中不能出现“{{”“}}”。"),
}

# Why a waiver is not asked for, granted or decided on.
AGAINST_WAIVER_SENTENCES = {
    AgainstWaiver.NO_REASON: _("请写明免开理由。"),
    AgainstWaiver.ASKED_IN_FUTURE: _("申请日期不能晚于今天。"),
    AgainstWaiver.IN_FUTURE: _("批准日期不能晚于今天。"),
    AgainstWaiver.MET: _("该期已按期落实，无需免开。"),
    AgainstWaiver.MADE_UP: _("该期已补开，无需免开。"),
    AgainstWaiver.WAIVED: _("该期已批准免开。"),
    AgainstWaiver.NOT_OWED: _("该期本来不需落实，无需免开。"),
    AgainstWaiver.ASKED: _("该期已有免开申请，正在等待决定。"),
    AgainstWaiver.NO_SIGNER: _("凭签批件录入的，须注明签批人。"),
    AgainstWaiver.OWN_REQUEST: _("申请人不能批准自己的申请。"),
    AgainstWaiver.BEFORE_ASKED: _("决定日期早于申请日期。"),
    AgainstWaiver.DECIDED: _("该申请已经决定。"),
    AgainstWaiver.NO_NOTE: _("不同意的，请写明理由。"),
}

AGAINST_HAND_OVER_SENTENCES = {
    AgainstHandOver.SAME_PERSON: _("接任人与原任职人员是同一人。"),
    AgainstHandOver.NOT_AFTER_ITS_BEGIN: _("接任日期须晚于原任职日期。"),
}
AGAINST_MERGING_PEOPLE_SENTENCES = {
    AgainstMergingPeople.SAME_ENTRY: _("不能并入本条自己。"),
    AgainstMergingPeople.MERGED_ALREADY: _("本条已并入另一条，请刷新页面核对。"),
    AgainstMergingPeople.KEPT_IS_MERGED: _("所选的一条已并入别的人员，请选择仍在用的一条。"),
    AgainstMergingPeople.OTHER_BUREAU: _("两条人员的所在单位不属于同一分局，不能合并。"),
    AgainstMergingPeople.TWO_LOGINS: _(
        "两条人员各有登录账号，请先由系统管理员处理其中一个账号，再合并。"
    ),
    AgainstMergingPeople.DUES_TWICE: _(
        "两条人员在“%(names)s”的同一周期都已有落实记录，请先作废重复的一次。"
    ),
}
AGAINST_MERGING_UNITS_SENTENCES = {
    AgainstMergingUnits.SAME_UNIT: _("不能并入自己。"),
    AgainstMergingUnits.OTHER_BUREAU: _("两个单位不属于同一分局，不能合并。"),
    AgainstMergingUnits.FILES_REPORT: _("单独编制年度报告的单位（分局）不能并入其他单位。"),
    AgainstMergingUnits.INTO_ITS_OWN: _("不能并入自己的下级单位。"),
    AgainstMergingUnits.COMES_BACK: _("所选单位此前已并入本单位，不能互相并入。"),
    AgainstMergingUnits.ENDS_BEFORE: _("并入单位在合并之日的次日不存在。"),
    AgainstMergingUnits.CLOSED_ALREADY: _("本单位已停用或已并入其他单位，请刷新页面核对。"),
}

# Why a cell is not taken for a day, or a row not for days of the calendar.
UNREADABLE_DAY_SENTENCES = {
    Unreadable.NOTHING: _("没有填写日期。"),
    Unreadable.NO_YEAR: _("“%(value)s”没有写明年份，请写成2026-02-15。"),
    Unreadable.NO_SUCH_DAY: _("“%(value)s”：没有这一天。"),
    Unreadable.NOT_A_DAY: _("“%(value)s”不是日期，请写成2026-02-15或2026年2月15日。"),
    Unreadable.BACKWARDS: _("“%(value)s”：截止日期早于起始日期。"),
}
TABLE_FAULT_SENTENCES = {
    TableFault.NO_KIND: _("没有填写类型：放假，还是调休上班。"),
    TableFault.UNKNOWN_KIND: _("不认识类型“%(value)s”，请写“放假”或“调休上班”。"),
    TableFault.TOO_LONG: _("连续%(value)s天，过长；请核对起止日期。"),
    TableFault.TWICE: _("与第%(value)s行是同一天。"),
}


def objection_sentence(objection: Objection) -> str:
    """Why something cannot be recorded as a deed, with the passage it is about."""
    return str(AGAINST_DEED_SENTENCES[objection.code]) % {"passage": objection.passage}


def fault_sentence(fault: Fault) -> str:
    """What is wrong with a cell, in words."""
    sentences: Mapping[StrEnum, object] = UNREADABLE_DAY_SENTENCES | TABLE_FAULT_SENTENCES
    return str(sentences[fault.why]) % {"value": str(fault.value)[:40]}


# Why a work record, or what one of its fields holds, is refused; what is asked before it is saved.
AGAINST_RECORD_SENTENCES = {
    AgainstRecord.FUTURE: _("日期不能晚于今天：做完再录入。"),
    AgainstRecord.NO_TITLE: _("请填写名称。"),
    AgainstRecord.ENDS_IN_FUTURE: _("结束日期不能晚于今天。"),
    AgainstRecord.ENDS_BEFORE: _("结束日期早于开始日期。"),
    AgainstRecord.NO_TOTALS: _("该种类须逐条录入，不能按月填合计。"),
    AgainstRecord.NO_SOURCE: _("按月合计须写明数据来源。"),
    AgainstRecord.NO_AMOUNT: _("数量不能小于零。"),
    AgainstRecord.NOT_FIRST_OF_MONTH: _("按月合计请选择月份。"),
    AgainstRecord.TOTAL_WITH_END: _("按月合计没有结束日期。"),
    AgainstRecord.NAMES_SOMEONE: _("涉及具体案件的只写编号，请删去当事人姓名。"),
}
AGAINST_VALUE_SENTENCES = {
    AgainstValue.MISSING: _("请填写此栏。"),
    AgainstValue.NO_TEXT: _("此栏应为文字。"),
    AgainstValue.TOO_LONG: _("此栏最多300字。"),
    AgainstValue.NO_NUMBER: _("请填写数字。"),
    AgainstValue.NEGATIVE: _("数字不能小于零。"),
    AgainstValue.TOO_LARGE: _("数字过大，请核对。"),
    AgainstValue.NOT_WHOLE: _("请填写整数。"),
    AgainstValue.TOO_FINE: _("最多两位小数。"),
    AgainstValue.NOT_OFFERED: _("请从所列选项中选择。"),
    AgainstValue.NO_DAY: _("请填写日期，如 2026-03-31 或 2026年3月31日。"),
    AgainstValue.NO_YES_OR_NO: _("请选择是或否。"),
    AgainstValue.NOT_IN_TOTALS: _("此栏不填合计。"),
    AgainstValue.UNKNOWN: _("该种类没有此栏。"),
}
CAUTION_SENTENCES = {
    Caution.SINGLES_THERE: _(
        "该单位该月已有逐条录入的记录。两者并存时只计逐条录入的数量，合计不计入。"
    ),
    Caution.TOTAL_THERE: _("该单位该月已填合计。再逐条录入的，只计逐条录入的数量，合计不再计入。"),
    Caution.MONTH_NOT_OVER: _("该月尚未结束，所填合计可能不全。"),
    Caution.LOOKS_THE_SAME: _("该单位当日已有同名记录，请核对是否重复录入。"),
}
COURT_REMARK_SENTENCES = {
    CourtRemark.NO_HEAD_POST: _("登记为负责人出庭，但出庭人当日不担任该单位负责人职务，请核对。"),
    CourtRemark.NOBODY_NAMED: _("登记为负责人出庭，但没有选择出庭人。"),
    CourtRemark.OWN_HEAD_ABSENT: _(
        "以本单位名义被诉，该审级单位负责人尚未出庭。负责人在同一审级出庭一次即可。"
    ),
}

# Staffing, certificates and examinations.
AGAINST_STAFFING_SENTENCES = {
    AgainstStaffing.NO_POSTS: _("请至少选择一个岗位。"),
    AgainstStaffing.NOBODY: _("至少人数应为1人以上。"),
    AgainstStaffing.ENDS_BEFORE: _("截止日期早于起始日期。"),
    AgainstStaffing.TWICE: _("该单位对同一类别、同一等级已有同期适用的标准，请先截止原标准。"),
}
VALIDITY_LABELS = {
    Validity.CANCELLED: _("已作废"),
    Validity.NOT_YET: _("尚未发证"),
    Validity.RENEWED: _("已换发"),
    Validity.EXPIRED: _("已过期"),
    Validity.EXPIRING: _("90日内到期"),
    Validity.GOOD: pgettext_lazy("certificate", "有效"),
}
AGAINST_CERTIFICATE_SENTENCES = {
    AgainstCertificate.FUTURE: _("发证日期不能晚于今天。"),
    AgainstCertificate.ENDS_BEFORE: _("有效期早于发证日期。"),
    AgainstCertificate.NO_END: _("该种证件有有效期，请填写有效期至。"),
    AgainstCertificate.SAME_NUMBER: _("该人员已有同种类、同编号的证件。"),
    AgainstCertificate.TO_RENEW: _("该人员已有该种证件，到期换证的请在原证件上办理“换发”。"),
    AgainstCertificate.CANCELLED: _("该证件已作废。"),
    AgainstCertificate.RENEWED: _("该证件已经换发。"),
    AgainstCertificate.NOT_LATER: _("新证件的有效期须晚于原证件。"),
}
AGAINST_EXAMINATION_SENTENCES = {
    AgainstExamination.NO_NAME: _("请填写考试名称。"),
    AgainstExamination.FUTURE: _("考试日期不能晚于今天。"),
    AgainstExamination.MORE_PASSED: _("合格人数不能多于参考人数。"),
    AgainstExamination.CANCELLED: _("该考试已作废。"),
    AgainstExamination.TWICE: _("该单位当日的同名考试已经录入。"),
}
REMARK_KIND_LABELS = {
    RemarkKind.HEADS: _("专职岗位由主要负责人担任"),
    RemarkKind.UNQUALIFIED: _("不具备任职资格"),
    RemarkKind.FIRST_REVIEW: _("初次法制审核未取得法律职业资格"),
}


def rate_label(part: int, whole: int) -> str:
    """A share with its numerator and denominator: 42/45（93.3%）; of nothing there is no share."""
    if not whole:
        return gettext("无成绩")
    percent = f"{part / whole:.1%}".replace(".0%", "%")
    return gettext("%(part)s/%(whole)s（%(percent)s）") % {
        "part": part,
        "whole": whole,
        "percent": percent,
    }


def step_refusal_sentence(refusal: StepRefusal, person: object = None) -> str:
    """Why a step of the annual report is refused, in words; ``person``: who was to decide."""
    data = {
        name: day_label(value) if isinstance(value, date) else value
        for name, value in refusal.data.items()
    }
    if "state" in data:
        data["state"] = REPORT_STATE_LABELS[ReportState(data["state"])]
    if "step" in data:
        data["step"] = REPORT_STEP_LABELS[ReportStep(data["step"])]
    if "holder" in data:
        data["holder"] = HOLDER_LABELS[Holder(data["holder"])]
        data["person"] = person or gettext("此人")
    return str(AGAINST_STEP_SENTENCES[refusal.code]) % data


def audit_doing(action: str) -> str:
    """The words for the name of an address, a job or a command."""
    if action in {kind.value for kind in JobKind}:
        return str(JOB_KIND_LABELS[JobKind(action)])
    words = action.removeprefix("admin:")
    split = "_" if action.startswith("admin:") else "-"
    stem, _split, verb = words.rpartition(split)
    while stem and stem not in AUDIT_THINGS:
        stem = stem.rpartition(split)[0]
    thing = AUDIT_THINGS.get(stem or words)
    if thing is None:
        return action
    return f"{thing}·{AUDIT_VERBS[verb]}" if verb in AUDIT_VERBS else str(thing)
