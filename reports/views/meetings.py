"""Meetings: the list, one meeting, and recording one within a minute."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import (
    CannotKeepEvidence,
    Reference,
    Upload,
    add_evidence,
    atomic_with_files,
)
from reports.actions.meetings import (
    AgendaDraft,
    CannotCancelMeeting,
    CannotRecordMeeting,
    MeetingDraft,
    OutsidePresent,
    cancel_meeting,
    correct_meeting,
    draft_of,
    record_meeting,
)
from reports.domain.access import Act
from reports.filters.meetings import MeetingFilter
from reports.forms.meetings import FILE_KINDS, AgendaFormSet, CancelForm, MeetingForm
from reports.models import AgendaKind, Due, Evidence, Meeting, Person, Unit
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, listed
from reports.selectors.bureaus import label_of
from reports.selectors.history import changes_of
from reports.selectors.meetings import (
    Candidate,
    candidate_dues,
    chairs,
    meetings_for,
    recent_dues,
    suggested_chair,
)
from reports.tables.meetings import MeetingTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class MeetingList(SelectionMixin, ScopeMixin, TablePage):
    table_class = MeetingTable
    filterset_class = MeetingFilter
    template_name = "reports/meetings/list.html"
    title = pgettext_lazy("several", "会议")
    empty_hint = gettext_lazy("还没有会议记录。在单位页或应开事项页点“记录会议”即可录入。")
    selections: ClassVar = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
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
            Meeting.objects.select_related(
                "unit",
                "bureau",
                "kind",
                "presided_by__unit__bureau",
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
                "due",
                "due__unit",
                "due__bureau",
                "due__schedule",
                "due__schedule__set",
                "due__version",
            ).order_by("-counts", "due__period_last", "pk")
        )
        evidence = list(
            Evidence.objects.filter(uses__meeting=meeting)
            .select_related("recorded_by")
            .order_by("pk")
        )
        return super().get_context_data(**kwargs) | {
            "meeting": meeting,
            # A joint session is seen by every unit that took part, its other units are not.
            "may_read_unit": self.scope.may(Act.READ, meeting),
            "may_read_chair": meeting.presided_by is not None
            and self.scope.may(Act.READ, meeting.presided_by),
            "discharges": [
                (d, label_of(d.due), self.scope.may(Act.READ, d.due)) for d in discharges
            ],
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
    return [str(EVIDENCE_KIND_LABELS[kind]) for kind in EvidenceKind if kind in wanted - have]


def kinds_in_words(kinds: set[str]) -> str:
    return listed(EVIDENCE_KIND_LABELS[kind] for kind in EvidenceKind if kind in kinds)


def kinds_of(due: Due) -> set[tuple[str, str]]:
    """What a meeting must be, or hold, to count for the due."""
    version = due.version
    kinds = (("meeting", version.meeting_kind_id), ("item", version.agenda_kind_id))
    return {(what, str(pk)) for what, pk in kinds if pk is not None}


NOT_IN_THE_FORM = (
    "people",
    "starts_at",
    "ends_at",
    "late_because",
    "merged_because",
    "needs_confirmation",
    "paper_id",
)


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
                "unit__bureau",
                "bureau",
                "schedule",
                "schedule__set",
                "version__body__bureau",
                "version__presided_by",
            ),
            int(typed),
        )
        self.require(Act.RECORD_MEETING, due)
        return due

    @cached_property
    def units(self):
        units = self.scope.units(Act.RECORD_MEETING).filter(bureau__isnull=False)
        there = units.existing_in(self.today.year)
        return (there | units.filter(pk=self.start_key)).in_order()

    @cached_property
    def start_key(self) -> int | None:
        """The unit one comes from, which may have been closed since."""
        return self.start_unit.pk if self.due or self.request.GET.get("unit") else None

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
        units = self.units.select_related("bureau")
        return units.filter(pk__in=own).first() or units.first()

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
        found = candidate_dues(unit, day, self.attending)
        if self.meeting is not None:
            held = self.meeting.discharges.select_related(
                "due__unit", "due__schedule__set", "due__version__presided_by"
            )
            own = {d.due_id: d.due for d in held}
            found = [replace(c, met_on=None) if c.due.pk in own else c for c in found]
            have = {c.due.pk for c in found}
            found += [
                Candidate(due, due.period_last < day) for pk, due in own.items() if pk not in have
            ]
        return found

    @cached_property
    def attending(self) -> list[int]:
        """The units that take part as well, as far as they are ticked and of the bureau."""
        if self.request.method == "POST":
            typed = self.request.POST.getlist("attending")
            keys = [int(key) for key in typed if key.isascii() and key.isdigit()]
            return list(self.may_attend.filter(pk__in=keys).values_list("pk", flat=True))
        if self.meeting is not None:
            units = self.meeting.attendances.filter(unit__isnull=False)
            return list(units.order_by("unit_id").values_list("unit_id", flat=True))
        return []

    @cached_property
    def may_attend(self):
        unit, _day = self.posted
        if unit is None:
            return Unit.objects.none()
        below = self.scope.units().filter(bureau=unit.bureau_id, kind__is_body=False)
        if self.meeting is not None:
            below |= Unit.objects.filter(attendances__meeting=self.meeting)
        return below.exclude(pk=unit.pk).distinct().in_order()

    @property
    def shown_for(self) -> str:
        """Whose dues of which day the ticks are of."""
        unit, day = self.posted
        joint = "/".join(str(pk) for pk in sorted(self.attending))
        return f"{unit.pk if unit else ''}/{day}/{joint}"

    @cached_property
    def chairs(self) -> list[tuple[str, str, int]]:
        unit, day = self.posted
        if unit is None:
            return []
        return chairs(unit, day, also=self.meeting.presided_by_id if self.meeting else None)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "units": self.units,
            "chairs": self.chairs,
            "candidates": self.candidates,
            "attending": self.may_attend,
            "today": self.today,
            "correcting": self.meeting is not None,
        }

    @cached_property
    def leading(self) -> Due | None:
        """The due that decides what kind of meeting this probably is.

        Once a kind stands in the form, only a due that it can meet; another unit starts anew.
        """
        if self.due is not None:
            return self.due
        fitting = (c.due for c in self.candidates if c.ticked)
        if self.request.method == "POST" and not self.other_unit:
            kinds = self.typed_kinds
            fitting = (due for due in fitting if kinds & kinds_of(due))
        return next(fitting, None)

    @property
    def other_unit(self) -> bool:
        before = self.request.POST.get("shown_for", "").partition("/")[0]
        return before != self.shown_for.partition("/")[0]

    @property
    def typed_kinds(self) -> set[tuple[str, str]]:
        """The kind of the meeting and of its items as they stand in the form."""
        data = self.request.POST
        items = {v for k, v in data.items() if k.startswith("agenda-") and k.endswith("-kind")}
        return {("meeting", data.get("kind", ""))} | {("item", value) for value in items}

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
            "back": self.meeting or self.due or unit,
            "picks": [(c, label_of(c.due), str(c.due.pk) in chosen) for c in self.candidates],
            "day": day,
            "days_after": (self.today - day).days,
            "agenda": self.agenda,
            "agenda_open": bool(self.agenda.initial_forms) or self.agenda_touched,
            "joint_open": form.touched("attending", "outside"),
            "more_open": form.touched("place", "summary", "legal_sat_in", "legal_opinion"),
            "reference_open": form.touched("reference_title", "reference_keeper"),
            "files": self.file_fields(form),
            "files_lost": bool(self.request.FILES),
            "shown_for": self.shown_for,
            **self.beside(unit),
        }

    @property
    def agenda_touched(self) -> bool:
        return self.agenda.is_bound and (
            any(row.has_changed() for row in self.agenda) or not self.agenda.is_valid()
        )

    def file_fields(self, form) -> dict[str, object]:
        """The inputs of the kinds that the rules expect, and the rest; none when correcting."""
        wanted = {
            kind
            for c in self.candidates
            if not c.late and not c.met_on
            for kind in c.due.version.expected_evidence
        }
        names = [kind.value for kind in FILE_KINDS if kind.value in form.fields]
        main = [name for name in names if name in wanted] or names[:2]
        return {
            "main": [form[name] for name in main],
            "rest": [form[name] for name in names if name not in main],
            "rest_open": any(form[name].errors for name in names if name not in main),
            "expected": listed(str(EVIDENCE_KIND_LABELS[EvidenceKind(k)]) for k in sorted(wanted)),
        }

    def beside(self, unit: Unit | None) -> dict[str, object]:
        """The unit's recent periods and meetings, so that nothing is forgotten or entered twice."""
        if unit is None:
            return {"recent_dues": [], "recent": []}
        rows = Meeting.objects.standing().filter(unit=unit).select_related("kind")
        return {
            "recent_dues": [(due, label_of(due)) for due in recent_dues(unit, self.today)],
            "recent": rows.order_by("-held_on", "-pk")[:5],
        }

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        moved = request.POST.get("shown_for", "") not in {"", self.shown_for}
        ahead = form.has_error("held_on")
        if "refresh" in request.POST or (moved and not ahead):
            return self.show_again()
        if form.is_valid() and self.agenda.is_valid():
            return self.form_valid(form)
        return self.form_invalid(form)

    def show_again(self):
        """Day or units changed: other dues can be met. Everything typed stays."""
        data = self.request.POST.copy()
        data.setlist("dues", [str(pk) for pk in self.ticked()])
        if data.get("presided_by") not in {str(key) for _place, _label, key in self.chairs}:
            data["presided_by"] = str(self.get_initial().get("presided_by") or "")
        if self.other_unit and self.leading and self.leading.version.meeting_kind_id:
            data["kind"] = str(self.leading.version.meeting_kind_id)
        kwargs = self.get_form_kwargs() | {"data": data, "files": None}
        fresh = self.form_class(**kwargs)
        fresh._errors = {}
        said = _("日期或单位已变，可计入的事项已相应更新，请核对后保存。")
        if self.request.FILES:
            said = _("日期或单位已变，可计入的事项已相应更新，请核对并重新选择文件后保存。")
        messages.info(self.request, said)
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
            presided_by_id=data["presided_by"],
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
            outside=tuple(
                OutsidePresent(name.strip())
                for name in re.split(r"[、,，;；]", data["outside"])
                if name.strip()
            ),
            once=data["once"],
            **self.kept,
        )

    @property
    def kept(self) -> dict[str, object]:
        """What a correction leaves as it was entered."""
        if self.meeting is None:
            return {}
        before = draft_of(self.meeting, ())
        return {name: getattr(before, name) for name in NOT_IN_THE_FORM}

    def refuse(self, form, refusal):
        field = None
        if isinstance(refusal, CannotRecordMeeting) and refusal.by_due:
            field = "dues"
        elif isinstance(refusal, CannotKeepEvidence):
            field = EvidenceKind.MINUTES.value
        for reason in refusal.reasons:
            form.add_error(field, reason)
        return self.form_invalid(form)


class MeetingNew(MeetingFormPage):
    needs = Act.RECORD_MEETING

    def form_valid(self, form):
        if not self.scope.may(Act.RECORD_MEETING, form.cleaned_data["unit"]):
            raise PermissionDenied(_("您不能为这个单位记录会议。"))
        at = timezone.now()
        try:
            with atomic_with_files():
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
        uploads = [Upload(file, kind) for kind in FILE_KINDS for file in data[kind.value]]
        references = []
        if data["reference_title"]:
            references.append(reference_of(data))
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
        return _("会议已记录，计入：%(names)s。") % {"names": listed(counting)}


def reference_of(data) -> Reference:
    return Reference(
        title=data["reference_title"],
        keeper=data["reference_keeper"],
        number=data["reference_number"],
        item=data["reference_item"],
        day=data["reference_day"],
        kind=EvidenceKind(data["reference_kind"] or EvidenceKind.MINUTES),
    )


class MeetingEdit(MeetingFormPage):
    @cached_property
    def meeting(self) -> Meeting:
        return self.get_visible(
            Meeting.objects.select_related("unit__bureau", "bureau", "kind"), self.kwargs["pk"]
        )

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.RECORD_MEETING, self.meeting)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if self.meeting.is_cancelled:
            messages.error(request, _("会议记录已作废，不能再修改。"))
            return redirect(self.meeting)
        return super().get(request, *args, **kwargs)

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
            "attending": self.attending,
            "outside": "、".join(
                m.attendances.exclude(outside="").values_list("outside", flat=True)
            ),
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
