"""My list: what waits for who is logged in, and nothing else."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from reports.models import Due, Evidence, Extension, Measure, Meeting, Problem, WaiverRequest
from reports.models.choices import (
    PROBLEM_STATE_LABELS,
    REPORT_STATE_LABELS,
    VERDICT_LABELS_BY_WORDS,
    ScheduleWords,
    day_label,
)
from reports.selectors.bureaus import label_of
from reports.selectors.todo import Waiting, waiting_for
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

SHOWN = 50
HEADINGS = {
    Waiting.RECORD: gettext_lazy("待记录的会议和事项"),
    Waiting.CONFIRM: gettext_lazy("辅警录入、待确认的会议"),
    Waiting.EVIDENCE: gettext_lazy("缺材料"),
    Waiting.RETURNED: gettext_lazy("退回重交的材料"),
    Waiting.ASSIGN: gettext_lazy("待交办的问题"),
    Waiting.VERIFY: gettext_lazy("待核查的问题"),
    Waiting.WORK: gettext_lazy("本单位整改的问题"),
    Waiting.MEASURE: gettext_lazy("即将到期和已逾期的措施"),
    Waiting.EXTENSION: gettext_lazy("待批的延期"),
    Waiting.WAIVER: gettext_lazy("待决定的免开申请"),
    Waiting.SIGN: gettext_lazy("待签发的年度报告"),
}
RELATED = {
    Due: ("unit", "person", "schedule", "schedule__set", "version"),
    Problem: ("unit",),
    Measure: ("unit",),
    Extension: ("measure", "problem"),
    WaiverRequest: ("due__unit", "due__person", "due__version", "due__schedule__set"),
    Evidence: ("unit",),
    Meeting: ("unit", "kind", "recorded_by"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list: what, where, by when, and the next step."""

    what: str
    detail: str
    tone: str
    badge: str
    href: str
    button: str


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    items: list[Item]
    more: bool


class Todo(ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/todo.html"

    def get_context_data(self, **kwargs):
        groups = [
            group
            for waiting in waiting_for(self.scope, today=self.today)
            if (group := self.group(waiting)).items
        ]
        return super().get_context_data(**kwargs) | {"groups": groups}

    def group(self, waiting) -> Group:
        related = RELATED.get(waiting.rows.model, ("bureau",))
        rows = list(waiting.rows.select_related(*related)[: SHOWN + 1])
        word = WORDED[waiting.why]
        return Group(
            str(HEADINGS[waiting.why]),
            [word(row, self.today) for row in rows[:SHOWN]],
            len(rows) > SHOWN,
        )


def due_to_record(due: Due, today) -> Item:
    labels = VERDICT_LABELS_BY_WORDS[ScheduleWords(due.schedule.words)]
    verdict = due.verdict_on(today)
    return Item(
        what=due.schedule.name,
        detail=f"{due.owner} · {label_of(due)}",
        tone="open" if verdict == "open" else "late",
        badge=str(labels[verdict]),
        href=f"{reverse('reports:meeting-new')}?due={due.pk}",
        button=_("记录会议"),
    )


def to_confirm(meeting: Meeting, today) -> Item:
    who = meeting.recorded_by.get_full_name() or meeting.recorded_by.username
    told = {"unit": meeting.unit.label, "day": day_label(meeting.held_on, today), "who": who}
    return Item(
        what=meeting.title,
        detail=_("%(unit)s · %(day)s · %(who)s录入") % told,
        tone="late",
        badge=_("待确认"),
        href=meeting.get_absolute_url(),
        button=_("查看"),
    )


def due_lacking(due: Due, today) -> Item:
    return Item(
        what=due.schedule.name,
        detail=f"{due.unit.label} · {label_of(due)}",
        tone="late",
        badge=_("缺材料"),
        href=due.get_absolute_url(),
        button=_("补交"),
    )


def returned(row: Evidence, today) -> Item:
    add = reverse("reports:evidence-add", args=["meeting", row.meeting_pk])
    return Item(
        what=row.title,
        detail=_("%(unit)s：%(why)s") % {"unit": row.unit.label, "why": row.review_note},
        tone="missed",
        badge=str(row.get_review_display()),
        href=f"{add}?kind={row.kind}",
        button=_("重交"),
    )


def problem(row: Problem, today) -> Item:
    return Item(
        what=f"{row.number} {row.title}",
        detail=row.unit.label,
        tone="late" if row.state in {"submitted", "awaiting_above"} else "open",
        badge=str(dict(PROBLEM_STATE_LABELS)[row.state]),
        href=row.get_absolute_url(),
        button=_("查看"),
    )


def measure(row: Measure, today) -> Item:
    late = row.due_on < today
    return Item(
        what=row.title,
        detail=_("%(unit)s，期限%(day)s")
        % {"unit": row.unit.label, "day": day_label(row.due_on, today)},
        tone="missed" if late else "open",
        badge=_("已逾期") if late else _("将到期"),
        href=row.get_absolute_url(),
        button=_("报进展"),
    )


def extension(row: Extension, today) -> Item:
    return Item(
        what=(row.measure or row.problem).title,
        detail=_("%(old)s改为%(new)s")
        % {"old": day_label(row.old_due_on), "new": day_label(row.new_due_on)},
        tone="late",
        badge=_("延期"),
        href=reverse("reports:extension-decide", args=[row.pk]),
        button=_("审批"),
    )


def waiver(row: WaiverRequest, today) -> Item:
    due = row.due
    told = {"owner": due.owner, "period": label_of(due), "why": row.reason}
    return Item(
        what=due.schedule.name,
        detail=_("%(owner)s · %(period)s：%(why)s") % told,
        tone="late",
        badge=_("免开申请"),
        href=reverse("reports:waiver-decide", args=[due.pk, row.pk]),
        button=_("审批"),
    )


def report(row, today) -> Item:
    return Item(
        what=row.title,
        detail=row.bureau.label,
        tone="late",
        badge=str(dict(REPORT_STATE_LABELS)[row.state]),
        href=row.get_absolute_url(),
        button=_("查看"),
    )


WORDED = {
    Waiting.RECORD: due_to_record,
    Waiting.CONFIRM: to_confirm,
    Waiting.EVIDENCE: due_lacking,
    Waiting.RETURNED: returned,
    Waiting.ASSIGN: problem,
    Waiting.VERIFY: problem,
    Waiting.WORK: problem,
    Waiting.MEASURE: measure,
    Waiting.EXTENSION: extension,
    Waiting.WAIVER: waiver,
    Waiting.SIGN: report,
}
