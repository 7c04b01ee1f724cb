"""The words people see for the codes of the domain, and the codes that only storage needs."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.domain.access import Role
from reports.domain.counting import WhyNot
from reports.domain.dues import MakeUp, NotApplicable, Verdict
from reports.domain.periods import Cadence
from reports.domain.problems import ProblemClass, ProblemMove, ProblemState
from reports.domain.summaries import ReportState, SectionRole


def labelled(labels: Mapping[StrEnum, object]) -> list[tuple[str, object]]:
    """Choices as plain strings, so that migrations never import the domain."""
    return [(member.value, label) for member, label in labels.items()]


class PersonKind(StrEnum):
    POLICE = "police"
    AUXILIARY = "auxiliary"
    OTHER = "other"


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    WORKDAY = "workday"


class ScheduleWords(StrEnum):
    MEETING = "meeting"
    WORK = "work"


class OwedBy(StrEnum):
    ITSELF = "itself"
    KINDS = "kinds"


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


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ReportMove(StrEnum):
    COMPILE = "compile"
    EDIT = "edit"
    SIGN = "sign"


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
}
SCHEDULE_WORDS_LABELS = {
    ScheduleWords.MEETING: _("会议"),
    ScheduleWords.WORK: _("其他事项"),
}

WHY_NOT_LABELS = {
    WhyNot.CANCELLED: _("会议记录已作废"),
    WhyNot.OTHER_BUREAU: _("不属于同一分局"),
    WhyNot.OTHER_UNIT: _("不是应落实的单位或机构召开的"),
    WhyNot.OTHER_KIND: _("会议种类不符"),
    WhyNot.NO_AGENDA_ITEM: _("没有规定的议题"),
    WhyNot.NOT_PRESIDED: _("不是规定的岗位人员主持"),
    WhyNot.LEGAL_ABSENT: _("法制部门未列席"),
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
}

PERSON_KIND_LABELS = {
    PersonKind.POLICE: _("民警"),
    PersonKind.AUXILIARY: _("辅警"),
    PersonKind.OTHER: _("其他人员"),
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
    ProblemState.SUBMITTED: _("待核查"),
    ProblemState.AWAITING_ABOVE: _("待上级认定"),
    ProblemState.CLOSED: _("已销号"),
}
PROBLEM_MOVE_LABELS = {
    ProblemMove.REGISTER: _("登记问题"),
    ProblemMove.ASSIGN: _("交办"),
    ProblemMove.START: _("开始整改"),
    ProblemMove.SUBMIT: _("提交核查"),
    ProblemMove.RETURN: _("退回"),
    ProblemMove.VERIFY: _("核查通过，报上级认定"),
    ProblemMove.CLOSE: _("销号"),
    ProblemMove.REOPEN: _("重新整改"),
}
PROBLEM_CLASS_LABELS = {
    ProblemClass.AT_ONCE: _("立行立改"),
    ProblemClass.DATED: _("限期整改"),
    ProblemClass.STANDING: _("长期坚持"),
}

REPORT_STATE_LABELS = {
    ReportState.DRAFT: _("起草"),
    ReportState.SIGNED: _("已签发"),
    ReportState.PUBLISHED: _("已公开"),
}
REPORT_MOVE_LABELS = {
    ReportMove.COMPILE: _("汇编"),
    ReportMove.EDIT: _("修改"),
    ReportMove.SIGN: _("签发"),
}
SECTION_ROLE_LABELS = {
    SectionRole.ACHIEVEMENTS: _("举措和成效"),
    SectionRole.PROBLEMS: _("不足和原因"),
    SectionRole.FIRST_PERSON: _("第一责任人履职"),
    SectionRole.NEXT_YEAR: _("下一年度安排"),
    SectionRole.OTHER: pgettext_lazy("section", "其他"),
}

JOB_KIND_LABELS = {
    JobKind.PLAN_DUES: _("编排年度应开事项"),
    JobKind.AUDIT_LEDGER: _("核对台账"),
}
JOB_STATE_LABELS = {
    JobState.WAITING: _("等待中"),
    JobState.RUNNING: _("进行中"),
    JobState.DONE: _("已完成"),
    JobState.FAILED: _("失败"),
}
