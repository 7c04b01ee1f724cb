"""Meetings: the list, one meeting, what it counts for, and those that wait for an officer."""

from dataclasses import dataclass
from typing import ClassVar

from django.contrib import messages
from django.db.models import F
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.meetings import (
    CannotCancelMeeting,
    CannotRecordMeeting,
    cancel_meeting,
    confirm_meetings,
    correct_discharge,
    draft_of,
    sketch_of,
    tick_of,
)
from reports.domain.access import Act
from reports.domain.counting import counting_twice
from reports.domain.imports import SheetKind
from reports.filters.meetings import MeetingFilter
from reports.forms.base import keys_in
from reports.forms.meetings import CancelForm, DischargeForm
from reports.models import Attendance, Discharge, Due, Meeting, Person, Unit
from reports.models.choices import PRESENCE_LABELS
from reports.selectors.bureaus import label_of
from reports.selectors.evidence import MeetingEvidence, evidence_of_meeting
from reports.selectors.history import changes_of
from reports.selectors.meetings import meetings_for, to_confirm
from reports.selectors.names import with_name_then
from reports.selectors.recording import (
    PostsHeld,
    candidates_among,
    dues_around,
    impossible_among,
)
from reports.tables.base import DEEPEST
from reports.tables.meetings import MeetingTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

# What a row of the list and of its export tells; four whole records would cost twice as much.
SHOWN = (
    *("held_on", "title", "minutes", "recorded_at"),
    *("cancelled_at", "needs_confirmation", "confirmed_at"),
    *("unit__name", "unit__short_name", "bureau__name", "bureau__short_name"),
    *("kind__name", "presided_by__name"),
)


class MeetingList(SelectionMixin, ScopeMixin, TablePage):
    table_class = MeetingTable
    filterset_class = MeetingFilter
    template_name = "reports/meetings/list.html"
    sheet_kind = SheetKind.MEETINGS
    counts_at_most = DEEPEST
    title = pgettext_lazy("several", "会议")
    empty_hint = gettext_lazy("还没有会议记录。在单位页或应开事项页点“记录会议”即可录入。")
    selections: ClassVar = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "presided_by": (Person, gettext_lazy("主持人")),
    }

    def get_queryset(self):
        keys = dict(self.keys)
        chair = keys.pop("presided_by", None)
        cancelled = ticked(self.request, "cancelled")
        rows = meetings_for(
            self.scope, on=self.on, year=self.shown_year, cancelled=cancelled, **keys
        )
        if chair is not None:
            rows = rows.filter(presided_by=chair)
        return rows.select_related("unit", "bureau", "kind", "presided_by").only(*SHOWN)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "shown_year": self.shown_year,
            "may_record": self.scope.allows(Act.RECORD_MEETING),
        }


class MeetingPage(ScopeMixin, DayMixin):
    """What the pages about one meeting share."""

    @cached_property
    def meeting(self) -> Meeting:
        return self.get_visible(
            with_name_then(Meeting.objects.all(), F("held_on")).select_related(
                "unit",
                "bureau",
                "kind",
                "presided_by__unit__bureau",
                "presiding_post",
                "recorded_by",
                "cancelled_by",
                "confirmed_by",
            ),
            self.kwargs["pk"],
        )


def told_together(discharges: list[Discharge]) -> list[list[Discharge]]:
    """The discharges by line of the page: what differs in nothing but the unit is one line."""
    lines: dict[object, list[Discharge]] = {}
    for row in discharges:
        due = row.due
        alike = (due.schedule_id, due.period_first, row.counts, row.is_late, row.why_not)
        alone = due.person_id or row.merged_because or row.decided_by_id
        lines.setdefault(row.pk if alone else alike, []).append(row)
    return list(lines.values())


class MeetingDetail(MeetingPage, TemplateView):
    template_name = "reports/meetings/detail.html"

    def get_context_data(self, **kwargs):
        meeting = self.meeting
        discharges = list(
            meeting.discharges.select_related(
                "due",
                "decided_by",
                "due__unit",
                "due__person",
                "due__bureau",
                "due__schedule",
                "due__schedule__set",
                "due__version",
            ).order_by("-counts", "due__period_last", "pk")
        )
        evidence = evidence_of_meeting(self.scope, meeting, discharges)
        standing = not meeting.is_cancelled
        return super().get_context_data(**kwargs) | {
            "meeting": meeting,
            # A joint session is seen by every unit that took part, its other units are not.
            "may_read_unit": self.scope.may(Act.READ, meeting),
            "may_read_chair": meeting.presided_by is not None
            and self.scope.may(Act.READ, meeting.presided_by),
            "facts": facts_of(meeting, discharges, evidence),
            "discharges": [
                (label_of(rows[0].due), [(d, self.scope.may(Act.READ, d.due)) for d in rows])
                for rows in told_together(discharges)
            ],
            "evidence": evidence.rows,
            "checklist": evidence.checklist,
            "agenda": meeting.agenda.select_related("kind").order_by("position"),
            "attendance": by_presence(meeting),
            "changes": changes_of(meeting),
            "may_correct": self.scope.may(Act.RECORD_MEETING, meeting) and standing,
            "may_correct_discharges": self.scope.may(Act.CORRECT_DISCHARGE, meeting) and standing,
            "may_cancel": self.scope.may(Act.CANCEL_RECORD, meeting) and standing,
            "may_confirm": not meeting.is_confirmed
            and to_confirm(self.scope).filter(pk=meeting.pk).exists(),
            "may_add_evidence": self.scope.may(Act.ADD_EVIDENCE, meeting) and standing,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """Three facts that are never one: it was held, it counts, it is proved."""

    counting: int
    not_counting: int
    waits: bool
    lacking: tuple[str, ...]
    asked: int


def facts_of(meeting: Meeting, discharges: list[Discharge], evidence: MeetingEvidence) -> Facts:
    counting = sum(d.counts for d in discharges)
    return Facts(
        counting=counting,
        not_counting=len(discharges) - counting,
        waits=not meeting.is_confirmed,
        lacking=tuple(evidence.lacking),
        asked=sum(bool(line.asked_by) for line in evidence.checklist),
    )


def by_presence(meeting: Meeting) -> list[tuple[object, list[Attendance]]]:
    """Who was there, by the way they were: units and bodies from outside before people."""
    rows = meeting.attendances.select_related("unit", "person").order_by("pk")
    found: dict[str, list[Attendance]] = {}
    for row in sorted(rows, key=lambda row: row.person_id is not None):
        found.setdefault(row.presence, []).append(row)
    return [
        (label, found[presence.value])
        for presence, label in PRESENCE_LABELS.items()
        if presence.value in found
    ]


class MeetingCancel(MeetingPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.CANCEL_RECORD, self.meeting)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "record": self.meeting,
            "title": _("作废会议记录"),
        }

    def form_valid(self, form):
        try:
            cancel_meeting(
                meeting_id=self.meeting.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotCancelMeeting as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, _("会议记录已作废。"))
        return redirect(self.meeting)


class MeetingDischarges(MeetingPage, FormView):
    """The legal officer corrects what a meeting counts for."""

    form_class = DischargeForm
    template_name = "reports/meetings/discharges.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.CORRECT_DISCHARGE, self.meeting)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.meeting.is_cancelled:
            messages.error(request, _("会议记录已作废，不能再修改。"))
            return redirect(self.meeting)
        return super().get(request, *args, **kwargs)

    @cached_property
    def held(self) -> list[Discharge]:
        rows = self.meeting.discharges.select_related(
            "decided_by",
            "due__unit",
            "due__person",
            "due__schedule__set",
            "due__version__presided_by",
        )
        return list(rows.order_by("-counts", "due__period_last", "pk"))

    @cached_property
    def others(self):
        """The dues the meeting is not counted for: those it could be, and those it cannot."""
        draft = draft_of(self.meeting, ())
        sketch = sketch_of(draft)
        counting = {row.due_id for row in self.held if row.counts}
        dues = dues_around(
            self.meeting.unit,
            self.meeting.held_on,
            attending_ids=draft.attending_unit_ids,
            person_ids=sketch.present,
        )
        have = {due.pk for due in dues}
        dues += [row.due for row in self.held if row.due_id not in have]
        posts = PostsHeld.of([draft.presided_by_id] if draft.presided_by_id else [])
        rows = candidates_among(dues, sketch, posts)
        return [each for each in rows if each.due.pk not in counting]

    @cached_property
    def changes(self) -> list[tuple[str, str]]:
        """Every correction that may be made, by its code and in words."""
        off = [
            (f"off-{row.due_id}", _("不再计入“%(due)s”") % {"due": name_of(row.due)})
            for row in self.held
            if row.counts
        ]
        on, day = [], self.meeting.held_on
        counting = [tick_of(row.due, day) for row in self.held if row.counts]
        for each in self.others:
            if each.is_possible and not each.whys:
                said = _("计入“%(due)s”") % {"due": name_of(each.due)}
                if counting_twice([*counting, tick_of(each.due, day)]):
                    said = _("计入“%(due)s”（与另一期合并召开，更正理由即合并召开的理由）") % {
                        "due": name_of(each.due)
                    }
                on.append((f"on-{each.due.pk}", said))
        return off + on

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"changes": self.changes}

    def get_context_data(self, **kwargs):
        able = {code for code, _said in self.changes}
        unable = [each for each in self.others if f"on-{each.due.pk}" not in able]
        return super().get_context_data(**kwargs) | {
            "meeting": self.meeting,
            "held": [(row, name_of(row.due)) for row in self.held],
            "unable": impossible_among(unable, unit=self.meeting.unit, names={}),
        }

    def form_valid(self, form):
        verb, _dash, key = form.cleaned_data["change"].partition("-")
        because = form.cleaned_data["because"]
        try:
            correct_discharge(
                meeting_id=self.meeting.pk,
                due_id=int(key),
                counts=verb == "on",
                because=because,
                merged_because=because,
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotRecordMeeting as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("计入情况已更正。"))
        return redirect(self.meeting)


def name_of(due: Due) -> str:
    """每周法制学习 · 第47周（…）, with the unit or person. Wants them loaded."""
    return f"{due.schedule.name} · {label_of(due)} · {due.owner}"


class MeetingUnconfirmed(ScopeMixin, DayMixin, TemplateView):
    """What auxiliaries entered and the user may confirm, all at once or one by one."""

    template_name = "reports/meetings/unconfirmed.html"
    needs = Act.RECORD_MEETING

    def get_context_data(self, **kwargs):
        rows = to_confirm(self.scope).select_related("unit", "kind", "presided_by", "recorded_by")
        rows = list(rows.order_by("held_on", "pk")[: MOST_CONFIRMED + 1])
        return super().get_context_data(**kwargs) | {
            "rows": rows[:MOST_CONFIRMED],
            "more": len(rows) > MOST_CONFIRMED,
        }

    def post(self, request, *args, **kwargs):
        keys = keys_in(request.POST.getlist("meeting"))
        mine = list(to_confirm(self.scope).filter(pk__in=keys).values_list("pk", flat=True))
        if not mine:
            messages.error(request, _("请勾选要确认的会议。"))
            return redirect("reports:meeting-unconfirmed")
        try:
            count = confirm_meetings(meeting_ids=mine, by=request.user, at=timezone.now())
        except CannotRecordMeeting as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect("reports:meeting-unconfirmed")
        said = ngettext("已确认%(n)s次会议。", "已确认%(n)s次会议。", count)
        messages.success(request, said % {"n": count})
        if request.POST.get("one"):
            return redirect("reports:meeting-detail", mine[0])
        return redirect("reports:meeting-unconfirmed")


MOST_CONFIRMED = 100
