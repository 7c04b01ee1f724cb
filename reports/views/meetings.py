"""Meetings: the list, one meeting, and recording one within a minute."""

from contextlib import suppress
from datetime import date, timedelta
from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import CannotKeepEvidence, Reference, Upload, add_evidence
from reports.actions.meetings import (
    AgendaDraft,
    CannotCancelMeeting,
    CannotRecordMeeting,
    MeetingDraft,
    cancel_meeting,
    correct_meeting,
    record_meeting,
)
from reports.domain.access import Act
from reports.filters.meetings import MeetingFilter
from reports.forms.meetings import AgendaFormSet, CancelForm, MeetingForm
from reports.models import AgendaKind, Due, Evidence, Meeting, MeetingKind, Person, Unit
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind
from reports.selectors.bureaus import label_of
from reports.selectors.history import changes_of
from reports.selectors.meetings import Candidate, candidate_dues, meetings_for, suggested_chair
from reports.tables.meetings import MeetingTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class MeetingList(SelectionMixin, ScopeMixin, TablePage):
    table_class = MeetingTable
    filterset_class = MeetingFilter
    template_name = "reports/meetings/list.html"
    title = gettext_lazy("会议")
    empty_hint = gettext_lazy("还没有会议记录。在单位页或应开事项页点“记录会议”即可录入。")
    selections: ClassVar = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "kind": (MeetingKind, gettext_lazy("会议种类")),
        "presided_by": (Person, gettext_lazy("主持人")),
    }

    @property
    def shown_year(self) -> int | None:
        parts = self.request.GET
        by_days = parts.get("from_day") or parts.get("to_day")
        return None if by_days and "year" not in parts else self.year

    def get_queryset(self):
        keys = dict(self.keys)
        chair = keys.pop("presided_by", None)
        cancelled = self.request.GET.get("cancelled") in {"on", "true", "True", "1"}
        rows = meetings_for(
            self.scope, on=self.on, year=self.shown_year, cancelled=cancelled, **keys
        )
        if chair is not None:
            rows = rows.filter(presided_by=chair)
        return rows.select_related("unit", "bureau", "kind", "presided_by")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "may_record": self.scope.allows(Act.RECORD_MEETING),
        }


class MeetingPage(ScopeMixin, DayMixin):
    """What the pages about one meeting share."""

    @cached_property
    def meeting(self) -> Meeting:
        return self.get_visible(
            Meeting.objects.select_related(
                "unit",
                "bureau",
                "kind",
                "presided_by",
                "presiding_post",
                "recorded_by",
                "cancelled_by",
            ),
            self.kwargs["pk"],
        )


class MeetingDetail(MeetingPage, TemplateView):
    template_name = "reports/meetings/detail.html"

    def get_context_data(self, **kwargs):
        meeting = self.meeting
        discharges = list(
            meeting.discharges.select_related(
                "due", "due__unit", "due__schedule", "due__schedule__set", "due__version"
            ).order_by("-counts", "due__period_last", "pk")
        )
        evidence = list(
            Evidence.objects.filter(uses__meeting=meeting)
            .select_related("recorded_by")
            .order_by("pk")
        )
        return super().get_context_data(**kwargs) | {
            "meeting": meeting,
            "discharges": [(d, label_of(d.due)) for d in discharges],
            "evidence": evidence,
            "lacking": lacking_kinds(discharges, evidence),
            "agenda": meeting.agenda.select_related("kind").order_by("position"),
            "attendances": meeting.attendances.select_related("unit", "person").order_by("pk"),
            "changes": changes_of(meeting),
            "may_correct": self.scope.may(Act.RECORD_MEETING, meeting) and not meeting.is_cancelled,
            "may_cancel": self.scope.may(Act.CANCEL_RECORD, meeting) and not meeting.is_cancelled,
            "may_add_evidence": self.scope.may(Act.ADD_EVIDENCE, meeting)
            and not meeting.is_cancelled,
        }


def lacking_kinds(discharges, evidence) -> list[str]:
    """Kinds of evidence that the rules expect and the meeting has not."""
    have = {e.kind for e in evidence if not e.is_cancelled}
    wanted = {k for d in discharges if d.counts for k in d.due.version.expected_evidence}
    return [str(EVIDENCE_KIND_LABELS[EvidenceKind(k)]) for k in sorted(wanted - have)]


class MeetingFormPage(ScopeMixin, DayMixin, FormView):
    """The form of a meeting: new or corrected."""

    form_class = MeetingForm
    template_name = "reports/meetings/form.html"
    meeting: Meeting | None = None

    # What the form starts with, from the address and the due one comes from.

    @cached_property
    def due(self) -> Due | None:
        """The due one comes from, named in the address."""
        typed = self.request.GET.get("due", "")
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit():
            raise Http404
        due = self.get_visible(
            Due.objects.select_related(
                "unit", "bureau", "schedule", "schedule__set", "version", "version__body"
            ),
            int(typed),
        )
        self.require(Act.RECORD_MEETING, due)
        return due

    @cached_property
    def units(self):
        units = self.scope.units(Act.RECORD_MEETING).filter(bureau__isnull=False)
        return units.existing_in(self.today.year).in_order()

    @cached_property
    def start_unit(self) -> Unit | None:
        if self.meeting is not None:
            return self.meeting.unit
        if self.due is not None:
            return self.due.version.body or self.due.unit
        typed = self.request.GET.get("unit", "")
        if typed:
            if not typed.isascii() or not typed.isdigit():
                raise Http404
            unit = self.get_visible(Unit.objects.select_related("bureau"), int(typed))
            self.require(Act.RECORD_MEETING, unit)
            return unit
        own = [g.unit_id for g in self.scope.grants]
        return self.units.filter(pk__in=own).first() or self.units.first()

    @cached_property
    def start_day(self) -> date:
        """Today, the day named in the address, or for what is over the last day it could be."""
        with suppress(ValueError):
            return min(date.fromisoformat(self.request.GET.get("held_on", "")), self.today)
        if self.due is not None and self.due.period_last < self.today:
            last = self.due.period_last
            return last - timedelta(days=max(last.weekday() - 4, 0)) if last.weekday() > 4 else last
        return self.today

    @cached_property
    def posted(self) -> tuple[Unit | None, date]:
        """Unit and day as they now stand in the form, for the dues that may be ticked."""
        unit, day = self.start_unit, self.meeting.held_on if self.meeting else self.start_day
        if self.request.method == "POST":
            with suppress(ValueError):
                day = date.fromisoformat(self.request.POST.get("held_on", ""))
            key = self.request.POST.get("unit", "")
            if self.meeting is None and key.isdigit():
                unit = self.units.select_related("bureau").filter(pk=int(key)).first() or unit
        return unit, min(day, self.today)

    @cached_property
    def candidates(self) -> list[Candidate]:
        unit, day = self.posted
        if unit is None:
            return []
        found = candidate_dues(unit, day)
        if self.meeting is not None:
            have = {c.due.pk for c in found}
            held = self.meeting.discharges.select_related(
                "due", "due__unit", "due__schedule", "due__schedule__set", "due__version"
            )
            found += [
                Candidate(d.due, d.due.period_last < day, False)
                for d in held
                if d.due_id not in have
            ]
        return found

    @property
    def shown_for(self) -> str:
        unit, day = self.posted
        return f"{unit.pk if unit else ''}/{day}"

    def people(self):
        unit, _day = self.posted
        if unit is None:
            return Person.objects.none()
        within = Q(unit=unit) | Q(appointments__unit__in=[unit.pk, unit.bureau_id])
        people = Person.objects.filter(within).select_related("unit").distinct()
        return people.order_by("unit__path", "pk")

    def get_form_kwargs(self):
        unit, _day = self.posted
        below = Unit.objects.none()
        if unit is not None:
            below = self.scope.units().filter(bureau=unit.bureau_id).exclude(pk=unit.pk).in_order()
        return super().get_form_kwargs() | {
            "units": self.units,
            "people": self.people(),
            "candidates": self.candidates,
            "attending": below,
            "correcting": self.meeting is not None,
        }

    @cached_property
    def leading(self) -> Due | None:
        """The due that decides what kind of meeting this probably is."""
        if self.due is not None:
            return self.due
        return next((c.due for c in self.candidates if c.ticked), None)

    def ticked(self) -> list[int]:
        """What the meeting can count for, as far as it is of one kind with the leading due."""
        if self.leading is None:
            return []
        version = self.leading.version
        return [
            c.due.pk
            for c in self.candidates
            if c.due.pk == self.leading.pk
            or (
                c.ticked
                and c.due.version.meeting_kind_id == version.meeting_kind_id
                and c.due.version.agenda_kind_id in {None, version.agenda_kind_id}
            )
        ]

    def get_initial(self):
        unit, day = self.posted
        due = self.leading
        chair = suggested_chair(unit, due, day) if unit else None
        kind = due.version.meeting_kind_id if due else None
        return {
            "held_on": day,
            "unit": unit.pk if unit else None,
            "kind": kind,
            "presided_by": chair.person_id if chair else None,
            "dues": self.ticked(),
            "shown_for": self.shown_for,
        }

    def agenda_initial(self) -> list[dict[str, object]]:
        if self.leading is not None and self.leading.version.agenda_kind_id:
            return [{"kind": self.leading.version.agenda_kind_id}]
        return []

    @cached_property
    def agenda(self):
        data = self.request.POST if self.request.method == "POST" else None
        kinds = AgendaKind.objects.order_by("position", "pk")
        return AgendaFormSet(
            data, initial=self.agenda_initial(), prefix="agenda", form_kwargs={"kinds": kinds}
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = context["form"]
        unit, day = self.posted
        chosen = {str(v) for v in (form["dues"].value() or [])}
        return context | {
            "meeting": self.meeting,
            "unit": unit,
            "picks": [(c, label_of(c.due), str(c.due.pk) in chosen) for c in self.candidates],
            "days_after": (self.today - day).days,
            "agenda": self.agenda,
            "more_open": any(form[name].errors for name in form.more if name in form.fields)
            or any(form[name].value() for name in form.more if name in form.fields),
            "shown_for": self.shown_for,
            "recent": self.recent(unit),
        }

    def recent(self, unit: Unit | None):
        """The unit's last meetings, so that nothing is entered twice."""
        if unit is None:
            return []
        rows = Meeting.objects.standing().filter(unit=unit).select_related("kind")
        return rows.order_by("-held_on", "-pk")[:6]

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        moved = request.POST.get("shown_for") not in {"", self.shown_for}
        if "refresh" in request.POST or moved:
            return self.show_again(form)
        if form.is_valid() and self.agenda.is_valid():
            return self.form_valid(form)
        return self.form_invalid(form)

    def show_again(self, form):
        """Day or unit changed: other dues can be met. Everything typed stays."""
        data = self.request.POST.copy()
        data.setlist("dues", [str(pk) for pk in self.ticked()])
        data["shown_for"] = self.shown_for
        fresh = self.form_class(
            data, **{k: v for k, v in self.get_form_kwargs().items() if k not in {"data", "files"}}
        )
        fresh._errors = {}
        messages.info(
            self.request,
            _("日期或单位已变，可计入的事项已相应更新，请核对后保存；已选的文件需要重新选择。"),
        )
        return self.render_to_response(self.get_context_data(form=fresh))

    def draft(self, form) -> MeetingDraft:
        data = form.cleaned_data
        unit = self.meeting.unit if self.meeting else data["unit"]
        return MeetingDraft(
            unit=unit,
            kind_id=data["kind"].pk,
            title=data["title"] or str(data["kind"]),
            held_on=data["held_on"],
            due_ids=tuple(due.pk for due in data["dues"]),
            presided_by_id=data["presided_by"].pk if data["presided_by"] else None,
            place=data["place"],
            summary=data["summary"],
            legal_sat_in=data["legal_sat_in"],
            legal_opinion=data["legal_opinion"],
            agenda=tuple(
                AgendaDraft(
                    title=row["title"],
                    kind_id=row["kind"].pk if row["kind"] else None,
                    involves_law=row["involves_law"],
                    legal_opinion=row["legal_opinion"],
                )
                for row in (f.cleaned_data for f in self.agenda)
                if row.get("title")
            ),
            attending_unit_ids=tuple(unit.pk for unit in data["attending"]),
            outside=tuple(n.strip() for n in data["outside"].split("、") if n.strip()),
            once=data["once"],
        )

    def refuse(self, form, refusal):
        if isinstance(refusal, CannotRecordMeeting) and refusal.by_due:
            for reason in refusal.reasons:
                form.add_error("dues", reason)
        else:
            field = "minutes" if isinstance(refusal, CannotKeepEvidence) else None
            for reason in refusal.reasons:
                form.add_error(field if field in form.fields else None, reason)
        return self.form_invalid(form)


class MeetingNew(MeetingFormPage):
    needs = Act.RECORD_MEETING

    def form_valid(self, form):
        if not self.scope.may(Act.RECORD_MEETING, form.cleaned_data["unit"]):
            raise PermissionDenied(_("您不能为这个单位记录会议。"))
        at = timezone.now()
        try:
            with transaction.atomic():
                before = Meeting.objects.filter(once=form.cleaned_data["once"]).exists()
                meeting = record_meeting(
                    self.draft(form), by=self.request.user, at=at, today=self.today
                )
                if not before:
                    self.keep_evidence(meeting, form, at)
        except (CannotRecordMeeting, CannotKeepEvidence) as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, self.told(meeting))
        return redirect(meeting)

    def keep_evidence(self, meeting, form, at):
        data = form.cleaned_data
        kinds = (
            ("minutes", EvidenceKind.MINUTES),
            ("sign_in", EvidenceKind.SIGN_IN),
            ("other", EvidenceKind.MATERIAL),
        )
        uploads = [Upload(file, kind) for name, kind in kinds for file in data[name]]
        references = []
        if data["reference_title"]:
            references.append(reference_of(data, EvidenceKind.MINUTES))
        if uploads or references:
            add_evidence(
                target=meeting, uploads=uploads, references=references, by=self.request.user, at=at
            )

    def told(self, meeting: Meeting) -> str:
        rows = list(meeting.discharges.select_related("due__schedule"))
        counting = [row.due.schedule.name for row in rows if row.counts]
        if not rows:
            return _("会议已记录，未计入任何应开事项。")
        if len(counting) < len(rows):
            return _("会议已记录；有的应开事项未能计入，原因见下。")
        return _("会议已记录，计入：%(names)s。") % {"names": "、".join(counting)}


def reference_of(data, kind: EvidenceKind) -> Reference:
    return Reference(
        title=data["reference_title"],
        keeper=data["reference_keeper"],
        number=data["reference_number"],
        item=data["reference_item"],
        day=data["reference_day"],
        kind=kind,
    )


class MeetingEdit(MeetingFormPage):
    @cached_property
    def meeting(self) -> Meeting:
        return self.get_visible(
            Meeting.objects.select_related("unit", "bureau", "kind"), self.kwargs["pk"]
        )

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.RECORD_MEETING, self.meeting)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        m = self.meeting
        return {
            "held_on": m.held_on,
            "unit": m.unit_id,
            "kind": m.kind_id,
            "title": m.title,
            "presided_by": m.presided_by_id,
            "dues": list(m.discharges.values_list("due_id", flat=True)),
            "place": m.place,
            "summary": m.summary,
            "legal_sat_in": m.legal_sat_in,
            "legal_opinion": m.legal_opinion,
            "attending": list(
                m.attendances.filter(unit__isnull=False).values_list("unit_id", flat=True)
            ),
            "outside": "、".join(
                m.attendances.exclude(outside="").values_list("outside", flat=True)
            ),
            "shown_for": self.shown_for,
        }

    def agenda_initial(self):
        return list(
            self.meeting.agenda.order_by("position").values(
                "title", "kind", "involves_law", "legal_opinion"
            )
        )

    def form_valid(self, form):
        try:
            meeting = correct_meeting(
                meeting_id=self.meeting.pk,
                draft=self.draft(form),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotRecordMeeting as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, _("会议记录已更正，更正前后的内容可在“修改记录”中查看。"))
        return redirect(meeting)


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
