"""The lines of the list of what waits, in words: for its page and for the mail that tells of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.problems import ProblemState
from reports.models import Due, Unit
from reports.models.choices import (
    PROBLEM_STATE_LABELS,
    VERDICT_LABELS_BY_WORDS,
    ScheduleWords,
    day_label,
)
from reports.selectors.bureaus import label_of
from reports.selectors.todo import Waiting, WaitingRow

WEEK = 7
# What each kind is called in a badge …
BADGES = {
    Waiting.RECORD: gettext_lazy("待记录"),
    Waiting.CONFIRM: gettext_lazy("待确认"),
    Waiting.RETURNED: gettext_lazy("材料退回"),
    Waiting.NOTICE_RECEIVE: gettext_lazy("督办单待签收"),
    Waiting.NOTICE_REPLY: gettext_lazy("督办单待回复"),
    Waiting.NOTICE_APPROVE: gettext_lazy("督办单待签发"),
    Waiting.NOTICE_END: gettext_lazy("督办单待办结"),
    Waiting.REPLY: gettext_lazy("来文待回复"),
    Waiting.MEASURE: gettext_lazy("措施将到期"),
    Waiting.TASK: gettext_lazy("上级任务"),
    Waiting.WORK: gettext_lazy("待整改"),
    Waiting.SECOND_KEY: gettext_lazy("待代为核查"),
    Waiting.VERIFY: gettext_lazy("待核查"),
    Waiting.ABOVE: gettext_lazy("待上级认定"),
    Waiting.ASSIGN: gettext_lazy("待交办"),
    Waiting.EXTENSION: gettext_lazy("延期待批"),
    Waiting.WAIVER: gettext_lazy("免开待批"),
    Waiting.ROUND: gettext_lazy("回头看检查"),
    Waiting.LOOK_BACK: gettext_lazy("待回头看"),
    Waiting.REVIEW: gettext_lazy("待评估"),
    Waiting.SILENT: gettext_lazy("无进展"),
    Waiting.REPORT_REVIEW: gettext_lazy("报告待审核"),
    Waiting.SIGN: gettext_lazy("报告待签发"),
    Waiting.HAND_IN: gettext_lazy("报告待报送"),
    Waiting.COMMENT: gettext_lazy("意见待处理"),
    Waiting.PUBLIC_CHECK: gettext_lazy("公开稿待复核"),
    Waiting.PUBLIC_APPROVE: gettext_lazy("公开稿待批准"),
    Waiting.GATHER: gettext_lazy("上年报告"),
    Waiting.PROMISE: gettext_lazy("上年报告事项"),
    Waiting.EVIDENCE: gettext_lazy("缺材料"),
    Waiting.CERTIFICATE: gettext_lazy("证件到期"),
}
# … and over a list of them.
HEADINGS = {
    Waiting.RECORD: gettext_lazy("待记录的会议和事项"),
    Waiting.CONFIRM: gettext_lazy("辅警录入、待确认的会议"),
    Waiting.RETURNED: gettext_lazy("退回重交的材料"),
    Waiting.NOTICE_RECEIVE: gettext_lazy("待签收的督办单"),
    Waiting.NOTICE_REPLY: gettext_lazy("待回复的督办单"),
    Waiting.NOTICE_APPROVE: gettext_lazy("待签发的督办单"),
    Waiting.NOTICE_END: gettext_lazy("已回复、待办结的督办单"),
    Waiting.REPLY: gettext_lazy("待回复的来文"),
    Waiting.MEASURE: gettext_lazy("即将到期和已逾期的措施"),
    Waiting.TASK: gettext_lazy("即将到期和已逾期的上级任务"),
    Waiting.WORK: gettext_lazy("本单位整改的问题"),
    Waiting.SECOND_KEY: gettext_lazy("分局无人可核查、待上级代为核查的问题"),
    Waiting.VERIFY: gettext_lazy("待核查的问题"),
    Waiting.ABOVE: gettext_lazy("待上级认定的问题"),
    Waiting.ASSIGN: gettext_lazy("待交办的问题"),
    Waiting.EXTENSION: gettext_lazy("待批的延期"),
    Waiting.WAIVER: gettext_lazy("待决定的免开申请"),
    Waiting.ROUND: gettext_lazy("回头看检查中待查的问题"),
    Waiting.LOOK_BACK: gettext_lazy("到期应回头看的问题"),
    Waiting.REVIEW: gettext_lazy("到期应评估的长期问题"),
    Waiting.SILENT: gettext_lazy("较长时间没有进展的措施"),
    Waiting.REPORT_REVIEW: gettext_lazy("待审核的年度报告"),
    Waiting.SIGN: gettext_lazy("待签发的年度报告"),
    Waiting.HAND_IN: gettext_lazy("30日内应报送和逾期未报送的年度报告"),
    Waiting.COMMENT: gettext_lazy("年度报告中待处理的意见"),
    Waiting.PUBLIC_CHECK: gettext_lazy("待复核的公开稿"),
    Waiting.PUBLIC_APPROVE: gettext_lazy("待批准的公开稿"),
    Waiting.GATHER: gettext_lazy("尚未列出事项的上年报告"),
    Waiting.PROMISE: gettext_lazy("待处理的上年报告事项"),
    Waiting.EVIDENCE: gettext_lazy("缺材料的会议和事项"),
    Waiting.CERTIFICATE: gettext_lazy("90日内到期和已过期的证件"),
}
BUTTONS = {
    Waiting.RECORD: gettext_lazy("记录会议"),
    Waiting.CONFIRM: gettext_lazy("核对确认"),
    Waiting.RETURNED: gettext_lazy("重交"),
    Waiting.NOTICE_RECEIVE: gettext_lazy("签收"),
    Waiting.NOTICE_REPLY: gettext_lazy("回复"),
    Waiting.NOTICE_APPROVE: gettext_lazy("签发"),
    Waiting.NOTICE_END: gettext_lazy("办结"),
    Waiting.REPLY: gettext_lazy("录入回复"),
    Waiting.MEASURE: gettext_lazy("报进展"),
    Waiting.TASK: gettext_lazy("报落实情况"),
    Waiting.WORK: gettext_lazy("提交核查"),
    Waiting.SECOND_KEY: gettext_lazy("代为核查"),
    Waiting.VERIFY: gettext_lazy("核查"),
    Waiting.ABOVE: gettext_lazy("录入认定"),
    Waiting.ASSIGN: gettext_lazy("交办"),
    Waiting.EXTENSION: gettext_lazy("审批"),
    Waiting.WAIVER: gettext_lazy("审批"),
    Waiting.ROUND: gettext_lazy("录入结果"),
    Waiting.LOOK_BACK: gettext_lazy("回头看"),
    Waiting.REVIEW: gettext_lazy("评估"),
    Waiting.SILENT: gettext_lazy("报进展"),
    Waiting.REPORT_REVIEW: gettext_lazy("审核"),
    Waiting.SIGN: gettext_lazy("签发"),
    Waiting.HAND_IN: gettext_lazy("录入报送"),
    Waiting.COMMENT: gettext_lazy("处理"),
    Waiting.PUBLIC_CHECK: gettext_lazy("复核"),
    Waiting.PUBLIC_APPROVE: gettext_lazy("批准"),
    Waiting.GATHER: gettext_lazy("列出"),
    Waiting.PROMISE: gettext_lazy("处理"),
    Waiting.EVIDENCE: gettext_lazy("补交"),
    Waiting.CERTIFICATE: gettext_lazy("查看"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what, where and why, by when, and the next step.

    ``instead_of``: the person on leave for whom it waits; empty for one's own.
    """

    why: Waiting
    what: str
    detail: str
    when: str
    tone: str
    badge: str
    href: str
    button: str
    day: date | None
    instead_of: str = ""


def lines_of(rows: Sequence[WaitingRow], *, today: date) -> list[Line]:
    """The rows in words: two queries, for the units and for the dues among them."""
    units = Unit.objects.in_bulk({row.unit for row in rows})
    keys = [due for row in rows if (due := _due_key(row))]
    dues = Due.objects.select_related("person", "unit", "schedule__set", "version").in_bulk(keys)
    return [_line(row, units.get(row.unit), dues.get(_due_key(row)), today) for row in rows]


def _due_key(row: WaitingRow) -> int | None:
    if row.why in (Waiting.RECORD, Waiting.EVIDENCE):
        return row.pk
    return row.key if row.why == Waiting.WAIVER else None


def _line(row: WaitingRow, unit: Unit | None, due: Due | None, today: date) -> Line:
    place = due.owner if due is not None else unit.label if unit is not None else ""
    told = [str(place), *_told(row, due, today)]
    return Line(
        why=row.why,
        what=_what(row),
        detail=" · ".join(part for part in told if part),
        when=_when(row, today),
        tone=_tone(row, today),
        badge=_badge(row, due, today),
        href=_address(row),
        button=_button(row),
        day=row.day,
        instead_of=row.instead_of,
    )


def _what(row: WaitingRow) -> str:
    if row.why == Waiting.CERTIFICATE:
        number = row.key or 0
        return ngettext(
            "%(n)s件证件90日内到期或已过期", "%(n)s件证件90日内到期或已过期", number
        ) % {"n": number}
    numbered = row.tag and row.why != Waiting.RETURNED
    return f"{row.tag} {row.what}" if numbered else row.what


def _told(row: WaitingRow, due: Due | None, today: date) -> list[str]:
    """What else must be known to see why it waits."""
    other = day_label(row.other, today) if row.other else ""
    if row.why == Waiting.WAIVER:
        return [label_of(due) if due else "", row.note]
    if due is not None:
        return [label_of(due)]
    if row.why == Waiting.CONFIRM:
        return [_("%(day)s召开") % {"day": other}]
    if row.why == Waiting.ABOVE and row.note:
        return [_("等待%(body)s认定") % {"body": row.note}]
    if row.why == Waiting.EXTENSION:
        return [_("申请延至%(day)s") % {"day": other}]
    if row.why == Waiting.ASSIGN:
        return [_("%(day)s发现") % {"day": other}]
    if row.why == Waiting.SILENT:
        return [_("最近进展%(day)s") % {"day": other} if other else _("设定后没有报过进展")]
    if row.why == Waiting.GATHER:
        return [_("列出其中承认的问题和提出的安排")]
    if row.why == Waiting.WORK:
        return [str(PROBLEM_STATE_LABELS[ProblemState(row.note)])]
    return [row.note]


def _when(row: WaitingRow, today: date) -> str:
    """By when, in words: how many days are left, or have passed."""
    if row.day is None:
        return ""
    days = (row.day - today).days
    if row.why == Waiting.RECORD and days < 0 and row.other:
        return _("本期已过，请在%(day)s前补录") % {"day": day_label(row.other, today)}
    if days < 0:
        return ngettext("逾期%(n)s天", "逾期%(n)s天", -days) % {"n": -days}
    if days == 0:
        return _("今天到期")
    told = {"n": days, "day": day_label(row.day, today)}
    return ngettext("%(day)s到期，还有%(n)s天", "%(day)s到期，还有%(n)s天", days) % told


def _tone(row: WaitingRow, today: date) -> str:
    if row.day is None:
        return "open"
    days = (row.day - today).days
    return "missed" if days < 0 else "late" if days <= WEEK else "open"


def _badge(row: WaitingRow, due: Due | None, today: date) -> str:
    if row.why == Waiting.RECORD and due is not None:
        labels = VERDICT_LABELS_BY_WORDS[ScheduleWords(due.schedule.words)]
        return str(labels[due.verdict_on(today)])
    if row.why == Waiting.MEASURE and row.day is not None and row.day < today:
        return _("措施逾期")
    return str(BADGES[row.why])


def _button(row: WaitingRow) -> str:
    if row.why == Waiting.WORK and row.note == ProblemState.ASSIGNED:
        return _("开始整改")
    return str(BUTTONS[row.why])


def _address(row: WaitingRow) -> str:
    """Where the next step is made."""
    if row.why == Waiting.RECORD:
        return f"{reverse('reports:meeting-new')}?due={row.pk}"
    if row.why == Waiting.RETURNED:
        return f"{reverse('reports:evidence-add', args=['meeting', row.key])}?kind={row.tag}"
    if row.why == Waiting.WAIVER:
        return reverse("reports:waiver-decide", args=[row.key, row.pk])
    if row.why == Waiting.ROUND:
        return reverse("reports:round-detail", args=[row.key])
    if row.why == Waiting.CERTIFICATE:
        return f"{reverse('reports:certificate-list')}?bureau={row.pk}&state=due"
    if row.why == Waiting.GATHER:
        return f"{reverse('reports:promise-list', args=[row.unit])}"
    if row.why == Waiting.REPORT_REVIEW:
        return reverse("reports:report-step", args=[row.pk, "review"])
    if row.why == Waiting.HAND_IN:
        return reverse("reports:report-hand-in", args=[row.key, row.pk])
    if row.why == Waiting.COMMENT:
        return reverse("reports:report-comment-settle", args=[row.key, row.pk])
    if row.why in (Waiting.PUBLIC_CHECK, Waiting.PUBLIC_APPROVE):
        return reverse("reports:report-public", args=[row.key])
    if row.why == Waiting.WORK:
        move = "start" if row.note == ProblemState.ASSIGNED else "submit"
        return reverse("reports:problem-move", args=[row.pk, move])
    if row.why in MOVES:
        return reverse("reports:problem-move", args=[row.pk, MOVES[row.why]])
    return reverse(f"reports:{PAGES[row.why]}", args=[row.pk])


MOVES = {Waiting.ASSIGN: "assign", Waiting.ABOVE: "close"}
PAGES = {
    Waiting.CONFIRM: "meeting-detail",
    Waiting.NOTICE_RECEIVE: "notice-detail",
    Waiting.NOTICE_REPLY: "notice-detail",
    Waiting.NOTICE_APPROVE: "notice-detail",
    Waiting.NOTICE_END: "notice-detail",
    Waiting.REPLY: "problem-edit",
    Waiting.MEASURE: "measure-progress",
    Waiting.TASK: "task-done",
    Waiting.SECOND_KEY: "problem-detail",
    Waiting.VERIFY: "problem-detail",
    Waiting.EXTENSION: "extension-decide",
    Waiting.LOOK_BACK: "problem-look-back",
    Waiting.REVIEW: "problem-review",
    Waiting.SILENT: "measure-progress",
    Waiting.SIGN: "report-sign",
    Waiting.PROMISE: "promise-decide",
    Waiting.EVIDENCE: "due-detail",
}


class Part:
    """The lines of one span of urgency under their heading."""

    def __init__(self, heading: str, tone: str, lines: list[Line]):
        self.heading, self.tone, self.lines = heading, tone, lines


def parts_of(lines: Iterable[Line], *, today: date) -> list[Part]:
    """The lines by urgency: past their day, within a week, later, and without a day."""
    spans: dict[str, list[Line]] = {"past": [], "week": [], "later": [], "none": []}
    for line in lines:
        if line.day is None:
            span = "none"
        else:
            days = (line.day - today).days
            span = "past" if days < 0 else "week" if days <= WEEK else "later"
        spans[span].append(line)
    headings = {
        "past": (_("已过期限"), "bad"),
        "week": (_("七日内到期"), "warn"),
        "later": (_("以后到期"), ""),
        "none": (_("没有期限的"), ""),
    }
    return [Part(*headings[span], found) for span, found in spans.items() if found]
