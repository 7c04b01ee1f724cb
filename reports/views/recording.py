"""Recording a meeting within a minute, and correcting one: the form and what it proposes."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from reports.actions.evidence import (
    CannotKeepEvidence,
    Reference,
    Upload,
    add_evidence,
    atomic_with_files,
)
from reports.actions.meetings import (
    THERE,
    AgendaDraft,
    CannotRecordMeeting,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    correct_meeting,
    draft_of,
    record_meeting_once,
)
from reports.domain.access import Act
from reports.domain.counting import WhyNot, minutes_between
from reports.domain.dates import day_typed, hour_typed
from reports.forms.base import key_in, keys_in
from reports.forms.meetings import (
    FILE_KINDS,
    MOST_ITEMS,
    OUTSIDE,
    PRESENCES,
    AgendaFormSet,
    MeetingForm,
    by_place,
    presences_in,
)
from reports.models import (
    AgendaKind,
    Attendance,
    Due,
    Meeting,
    MeetingKind,
    Schedule,
    ScheduleVersion,
    Unit,
)
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    WHY_NOT_LABELS,
    EvidenceKind,
    Presence,
    day_label,
    listed,
)
from reports.selectors.bureaus import label_of
from reports.selectors.recording import (
    Candidate,
    Earlier,
    PostsHeld,
    Sketch,
    Someone,
    asks_hours,
    asks_legal,
    candidates_among,
    chairs_among,
    dues_around,
    entry_waits,
    impossible_among,
    people_around,
    picks_among,
    recent_dues,
    row_of,
    suggested_chair,
    units_of_chair,
)
from reports.selectors.schedules import owed_one_by_one, owing_units, version_on, versions_of
from reports.selectors.units import exists_in
from reports.views.mixins import DayMixin, bring_near
from reports.views.scoped import ScopeMixin

MORE_ROWS = 3


# --- the form as it stands ----------------------------------------------------------------------


class Desk:
    """What the form says at the moment, and everything that follows from it.

    ``data`` is what was sent, also where it is not valid yet; None when the page is opened.
    """

    def __init__(self, page: "MeetingFormPage", data: QueryDict | None):
        self.page, self.data = page, data
        self.meeting: Meeting | None = page.meeting

    # Who and when.

    @cached_property
    def day(self) -> date:
        if self.data is not None:
            found = day_typed(
                self.data.get("held_on", ""), near=self.page.today, latest=self.page.today
            )
            if found is not None:
                return min(found, self.page.today)
        return self.meeting.held_on if self.meeting else self.page.start_day

    @cached_property
    def unit(self) -> Unit | None:
        if self.data is not None and self.meeting is None:
            key = key_in(self.data.get("unit"))
            if found := next((unit for unit in self.page.units if unit.pk == key), None):
                return found
        return self.page.start_unit

    @cached_property
    def may_attend(self) -> list[Unit]:
        """The units that may have taken part as well, in the order of the organisation."""
        if self.unit is None:
            return []
        before = set(self.page.attended) if self.meeting else set()
        return [
            unit
            for unit in self.page.places
            if unit.pk != self.unit.pk and (unit.pk in before or self.may_take_part(unit))
        ]

    def may_take_part(self, unit: Unit) -> bool:
        return (
            unit.bureau_id == self.unit.bureau_id
            and not unit.kind.is_body
            and unit.exists_on(self.day)
        )

    @cached_property
    def attending(self) -> list[int]:
        """The units that take part as well, as far as they are ticked and of the bureau."""
        if self.data is None:
            return self.page.attended
        typed = keys_in(self.data.getlist("attending"))
        return [unit.pk for unit in self.may_attend if unit.pk in typed]

    @property
    def shown_for(self) -> str:
        """Whose dues of which day the ticks are of."""
        joint = "/".join(str(pk) for pk in sorted(self.attending))
        return f"{self.unit.pk if self.unit else ''}/{self.day}/{joint}"

    @property
    def other_unit(self) -> bool:
        before = self.data.get("shown_for", "").partition("/")[0] if self.data else ""
        return before != self.shown_for.partition("/")[0]

    # What kind of meeting, and who was there.

    @cached_property
    def marked(self) -> dict[int, str]:
        """Who was there, as far as it stands in the form."""
        if self.data is not None:
            return MeetingForm.base_fields["people"].widget.value_from_datadict(self.data, {}, "")
        if self.meeting is not None:
            rows = self.meeting.attendances.filter(person__isnull=False)
            return dict(rows.order_by("pk").values_list("person_id", "presence"))
        due = self.page.due
        return {due.person_id: Presence.PRESENT.value} if due and due.person_id else {}

    @cached_property
    def dues(self) -> list[Due]:
        if self.unit is None:
            return []
        found = dues_around(
            self.unit,
            self.day,
            attending_ids=self.attending,
            person_ids=[*self.marked, *filter(None, [self.typed_chair])],
        )
        have = {due.pk for due in found}
        return found + [due for pk, due in self.page.own_dues.items() if pk not in have]

    @property
    def typed_chair(self) -> int | None:
        if self.data is not None:
            return key_in(self.data.get("presided_by"))
        return self.meeting.presided_by_id if self.meeting else None

    @cached_property
    def leading(self) -> Due | None:
        """The due that decides what kind of meeting this probably is."""
        if self.page.due is not None:
            return self.page.due
        if self.page.together is not None:
            for due in self.dues:
                if due.schedule_id == self.page.together.schedule_id:
                    return due
        own = [
            due
            for due in self.dues
            if due.period_last >= self.day
            and not due.not_applicable_because
            and due.waived_on is None
            and (due.met_on is None or due.met_on > self.day)
            and due.version.body_id in {None, self.unit.pk}
        ]
        # What the unit owes itself comes before what its people or its guests owe.
        own.sort(key=lambda due: (due.person_id is not None, due.unit_id != self.unit.pk))
        return own[0] if own else None

    @cached_property
    def named_kind(self) -> int | None:
        """The kind as it was typed or recorded, or as the leading due asks for it."""
        if self.data is not None:
            return key_in(self.data.get("kind"))
        if self.meeting is not None:
            return self.meeting.kind_id
        return self.leading.version.meeting_kind_id if self.leading is not None else None

    @cached_property
    def kind_id(self) -> int | None:
        if self.named_kind or self.data is not None:
            return self.named_kind
        # An item may stand in any meeting of the body, and a body usually holds one kind alone.
        kinds = {meeting.kind_id for meeting in self.recent}
        return kinds.pop() if len(kinds) == 1 else None

    @cached_property
    def kind(self) -> MeetingKind | None:
        return next((kind for kind in self.page.kinds if kind.pk == self.kind_id), None)

    @property
    def is_submission(self) -> bool:
        return self.kind is not None and self.kind.is_submission

    @cached_property
    def chair(self) -> int | None:
        if self.data is not None or self.meeting is not None:
            return self.typed_chair
        if self.unit is None or self.is_submission:
            return None
        return self.suggested_chair

    @property
    def suggested_chair(self) -> int | None:
        return suggested_chair(self.unit, self.leading, self.day, self.posts)

    @cached_property
    def posts(self) -> PostsHeld:
        """Who holds which post on that day, as far as the page asks."""
        known = [self.typed_chair, self.leading.person_id if self.leading else None]
        return PostsHeld.around(
            self.day, units_of_chair(self.unit, self.leading), filter(None, known)
        )

    @cached_property
    def items(self) -> list[dict[str, object]]:
        """The items of the agenda: kind, whether of law, and the opinion."""
        if self.data is None:
            return self.agenda_initial
        total = min(key_in(self.data.get("agenda-TOTAL_FORMS")) or 0, MOST_ITEMS)
        return [
            {
                "kind": key_in(self.data.get(f"agenda-{at}-kind")),
                "involves_law": bool(self.data.get(f"agenda-{at}-involves_law")),
                "legal_opinion": self.data.get(f"agenda-{at}-legal_opinion", ""),
            }
            for at in range(total)
        ]

    @cached_property
    def agenda_initial(self) -> list[dict[str, object]]:
        if self.meeting is not None:
            names = ("title", "kind", "involves_law", "legal_opinion", "outcome", "resolution")
            rows = self.meeting.agenda.order_by("position").values("pk", *names)
            return [{"item": row.pop("pk"), **row} for row in rows]
        if self.leading is not None and self.leading.version.agenda_kind_id:
            return [{"kind": self.leading.version.agenda_kind_id}]
        return []

    @cached_property
    def minutes(self) -> int | None:
        if self.data is not None:
            ends = [hour_typed(self.data.get(name, "")) for name in ("starts_at", "ends_at")]
            return minutes_between(*ends)
        return self.meeting.minutes if self.meeting else None

    @cached_property
    def people(self) -> list[Someone]:
        if self.unit is None or self.is_submission:
            return []
        owing = {due.person_id for due in self.dues if due.person_id}
        # Whoever was marked stays on the list; a key that was only made up finds nobody there.
        marked = set(self.page.recorded_people) | owing
        return people_around(
            self.unit,
            self.day,
            self.posts,
            attending_ids=self.attending,
            chair=self.meeting.presided_by_id if self.meeting else None,
            also=marked,
        )

    @cached_property
    def present(self) -> frozenset[int]:
        marks = presences_in(self.marked, (one.pk for one in self.people if one.listed))
        there = {pk for pk, presence in marks.items() if presence in THERE}
        return frozenset(there | ({self.chair} if self.chair else set()))

    # What it can count for.

    @cached_property
    def candidates(self) -> list[Candidate]:
        if self.unit is None:
            return []
        law = [item for item in self.items if item.get("involves_law")]
        legal = self.meeting is not None and self.meeting.legal_sat_in
        sketch = Sketch(
            unit_id=self.unit.pk,
            bureau_id=self.unit.bureau_id,
            held_on=self.day,
            kind_id=self.kind_id,
            agenda_kind_ids=frozenset(item["kind"] for item in self.items if item.get("kind")),
            presided_by_id=self.chair,
            attending_unit_ids=frozenset(self.attending),
            present=self.present,
            minutes=self.minutes,
            legal_sits_in=bool(self.data.get("legal_sat_in")) if self.data is not None else legal,
            law_items=len(law),
            law_items_with_opinion=sum(bool(str(item["legal_opinion"]).strip()) for item in law),
        )
        return candidates_among(self.dues, sketch, self.posts, own=self.page.own_dues)

    @cached_property
    def possible(self) -> list[Candidate]:
        return [each for each in self.candidates if each.is_possible]

    def proposed(self) -> set[int]:
        """What the ledger would tick: everything the meeting can count for in its own period."""
        asked = self.page.due.pk if self.page.due else None
        return {each.due.pk for each in self.possible if each.ticked or each.due.pk == asked}

    @cached_property
    def chosen(self) -> set[int]:
        if self.data is not None:
            return keys_in(self.data.getlist("dues"))
        return set(self.page.own_dues) if self.meeting is not None else self.proposed()

    @property
    def offered(self) -> set[int]:
        """The dues that stood among the ticks of the page that was sent."""
        return keys_in([self.data.get("offered", "")]) if self.data is not None else set()

    @property
    def newly_possible(self) -> set[int]:
        """What was not among the ticks and would be ticked now, since what was typed allows it."""
        if self.data is None or "offered" not in self.data:
            return set()
        return self.proposed() - self.offered

    # What was before.

    @cached_property
    def earlier(self) -> Earlier:
        if self.unit is None:
            return Earlier()
        return Earlier.of(self.unit, self.named_kind, self.day, but=self.page.meeting)

    @property
    def recent(self) -> list[Meeting]:
        return self.earlier.newest

    @cached_property
    def last(self) -> Meeting | None:
        return None if self.is_submission else self.earlier.last_like(self.kind_id)

    # The form made of it.

    def initial(self) -> dict[str, object]:
        if self.meeting is not None:
            return self.page.recorded | {"dues": sorted(self.chosen), "people": self.marked}
        return {
            "held_on": self.day,
            "unit": self.unit.pk if self.unit else None,
            "kind": self.kind_id,
            "presided_by": self.chair,
            "dues": sorted(self.chosen),
            "people": self.marked,
        }

    def form(self, files=None) -> MeetingForm:
        return MeetingForm(
            self.data,
            files,
            initial=self.initial(),
            units=self.page.units,
            kinds=self.page.kinds,
            chairs=chairs_among(self.people, self.unit) if self.unit else [],
            dues=[each.due for each in self.candidates],
            people=self.people,
            attending=self.may_attend,
            today=self.page.today,
            entered_on=self.page.entered_on,
            kind=self.kind,
            correcting=self.meeting is not None,
            merges=self.may_merge,
        )

    @cached_property
    def may_merge(self) -> bool:
        return self.unit is not None and self.page.scope.may(Act.CORRECT_DISCHARGE, self.unit)

    @cached_property
    def agenda(self) -> AgendaFormSet:
        return AgendaFormSet(
            self.data,
            initial=self.agenda_initial,
            prefix="agenda",
            form_kwargs={"kinds": self.page.agenda_kinds},
        )

    # The form again, with something done to it that the user asked for.

    def after(self, asked: str) -> "Desk":
        """As it stands once what a button asks for is done; nothing typed is lost."""
        data = self.data.copy()
        verb, _mark, what = asked.partition("_")
        wanted: set[int] = set()
        if self.other_unit and self.leading and self.leading.version.meeting_kind_id:
            data["kind"] = str(self.leading.version.meeting_kind_id)
        if verb == "repeat" and self.last is not None:
            self.repeat(data, self.last)
        elif verb == "all":
            data.setlist("attending", [*self.attending, *self.of_kind(key_in(what))])
        elif verb == "none":
            data.setlist("attending", [])
        elif verb == "present":
            for one in self.people:
                if one.listed and not self.marked.get(one.pk):
                    data[f"presence-{one.pk}"] = Presence.PRESENT.value
        elif verb == "rows":
            rows = min((key_in(data.get("agenda-TOTAL_FORMS")) or 0) + MORE_ROWS, MOST_ITEMS)
            data["agenda-TOTAL_FORMS"] = str(rows)
        elif verb == "due":
            wanted = self.towards(data, key_in(what))
        fresh = Desk(self.page, data)
        able = {str(key) for _place, _label, key in chairs_among(fresh.people, fresh.unit)}
        if data.get("presided_by") not in able and not fresh.is_submission:
            data["presided_by"] = str(fresh.suggested_chair or "")
            fresh = Desk(self.page, data)
        possible = {each.due.pk for each in fresh.possible}
        # What she ticked or unticked herself stays; the rest is proposed anew.
        before = keys_in([self.data.get("proposed", "")])
        decided = (self.chosen ^ before) & self.offered
        chosen = (fresh.proposed() - decided) | (self.chosen & decided) | wanted
        data.setlist("dues", [str(pk) for pk in sorted(chosen & possible)])
        return Desk(self.page, data)

    def of_kind(self, kind_id: int | None) -> list[int]:
        return [unit.pk for unit in self.may_attend if unit.kind_id == kind_id]

    def repeat(self, data: QueryDict, last: Meeting) -> None:
        """Place, chair and who was there, as last time."""
        data["place"] = last.place
        if last.presided_by_id:
            data["presided_by"] = str(last.presided_by_id)
        rows = list(last.attendances.order_by("pk"))
        for pk in self.marked:
            data.pop(f"presence-{pk}", None)
        for row in rows:
            if row.person_id:
                data[f"presence-{row.person_id}"] = row.presence
        data.setlist("attending", [str(row.unit_id) for row in rows if row.unit_id])
        for presence, field in OUTSIDE.items():
            data[field] = "、".join(outside_of(rows, presence))

    def towards(self, data: QueryDict, key: int | None) -> set[int]:
        """What the form must say for the meeting to count for that due: its kind, or its item."""
        due = next((due for due in self.dues if due.pk == key), None)
        if due is None:
            return set()
        version = due.version
        if version.meeting_kind_id:
            data["kind"] = str(version.meeting_kind_id)
        elif version.agenda_kind_id not in {item["kind"] for item in self.items}:
            total = key_in(data.get("agenda-TOTAL_FORMS")) or 0
            free = next(
                (
                    at
                    for at in range(total)
                    if not data.get(f"agenda-{at}-kind") and not data.get(f"agenda-{at}-title")
                ),
                total,
            )
            data["agenda-TOTAL_FORMS"] = str(max(total, free + 1))
            data[f"agenda-{free}-kind"] = str(version.agenda_kind_id)
        return {due.pk}


def outside_of(rows: Iterable[Attendance], presence: Presence) -> list[str]:
    return [row.outside for row in rows if row.outside and row.presence == presence]


# --- the pages ----------------------------------------------------------------------------------


class MeetingFormPage(ScopeMixin, DayMixin, FormView):
    """The form of a meeting: new or corrected."""

    form_class = MeetingForm
    template_name = "reports/meetings/form.html"
    meeting: Meeting | None = None
    # What a correction starts from.
    recorded: dict[str, object]
    attended: list[int]
    recorded_people: frozenset[int] = frozenset()
    own_dues: dict[int, Due]
    # The rule that the units owe one by one and meet for together.
    together: ScheduleVersion | None = None

    @cached_property
    def desk(self) -> Desk:
        return Desk(self, self.request.POST if self.request.method == "POST" else None)

    # What the form starts with, from the address and the due one comes from.

    @cached_property
    def due(self) -> Due | None:
        """The due one comes from, named in the address."""
        typed = self.request.GET.get("due", "")
        if not typed:
            return None
        if (key := key_in(typed)) is None:
            raise Http404
        due = self.get_visible(
            Due.objects.select_related(
                "unit__bureau",
                "unit__kind",
                "bureau",
                "person",
                "schedule",
                "schedule__set",
                "version__body__bureau",
                "version__body__kind",
                "version__presided_by",
            ),
            key,
        )
        self.require(Act.RECORD_MEETING, due)
        return due

    @cached_property
    def places(self) -> list[Unit]:
        """The units of the bureau, and those that took part, in the order of the organisation."""
        rows = self.scope.units_around(Act.RECORD_MEETING).filter(bureau__isnull=False)
        if self.meeting is not None:
            rows |= Unit.objects.filter(pk__in=[self.meeting.unit_id, *self.attended])
        return list(rows.select_related("bureau", "kind").in_order())

    @cached_property
    def units(self) -> list[Unit]:
        """Those one may record for; the unit one comes from may have been closed since."""
        return [
            unit
            for unit in self.places
            if (exists_in(unit, self.today.year) or unit.pk == self.start_key)
            and self.scope.may(Act.RECORD_MEETING, unit)
        ]

    @cached_property
    def start_key(self) -> int | None:
        comes_from = self.meeting or self.due or self.request.GET.get("unit")
        return self.start_unit.pk if comes_from else None

    @cached_property
    def start_unit(self) -> Unit | None:
        if self.meeting is not None:
            return self.meeting.unit
        if self.due is not None:
            return self.due.version.body or self.due.unit
        if self.together is not None:
            unit = self.together.schedule.set.unit
            self.require(Act.RECORD_MEETING, unit)
            return unit
        typed = self.request.GET.get("unit", "")
        if typed:
            if (key := key_in(typed)) is None:
                raise Http404
            rows = Unit.objects.select_related("bureau", "kind")
            unit = self.get_visible(rows, key, loaded=self.places)
            self.require(Act.RECORD_MEETING, unit)
            return unit
        own = {g.unit_id for g in self.scope.grants}
        return next((unit for unit in self.units if unit.pk in own), next(iter(self.units), None))

    @cached_property
    def start_day(self) -> date:
        """Today, the day named in the address, or for what is over the last day it could be."""
        asked = day_typed(self.request.GET.get("held_on", ""), near=self.today)
        if asked is not None:
            return min(asked, self.today)
        if self.due is not None and self.due.period_last < self.today:
            last = self.due.period_last
            return last - timedelta(days=max(last.weekday() - 4, 0)) if last.weekday() > 4 else last
        return self.today

    @cached_property
    def kinds(self) -> list[MeetingKind]:
        return list(MeetingKind.objects.order_by("position", "pk"))

    @cached_property
    def agenda_kinds(self) -> list[AgendaKind]:
        return list(AgendaKind.objects.order_by("position", "pk"))

    @property
    def entered_on(self) -> date:
        return self.today

    def get_form(self, form_class=None):
        return self.desk.form(self.request.FILES or None)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        desk: Desk = kwargs.get("desk") or self.desk
        form = context["form"]
        submission = desk.is_submission
        names = {one.pk: one.name for one in desk.people}
        picks = picks_among(desk.candidates, desk.chosen, unit=desk.unit, names=names)
        return context | {
            "desk": desk,
            "meeting": self.meeting,
            "unit": desk.unit,
            "back": self.meeting or self.due or desk.unit,
            "submission": submission,
            "by_reference": desk.kind is not None and desk.kind.by_reference,
            "heading": self.heading(submission),
            "picks": picks,
            "offered": ",".join(pick.value for pick in picks),
            "proposed": ",".join(str(pk) for pk in sorted(desk.proposed())),
            "impossible": [
                (line, self.kind_asked_by(line.due))
                for line in impossible_among(desk.candidates, unit=desk.unit, names=names)
            ],
            "day": desk.day,
            "days_after": (self.entered_on - desk.day).days,
            "asks_late": form.is_late(desk.day) or bool(form["late_because"].errors),
            "asks_merged": "merged_because" in form.fields and self.merging_is_possible(desk),
            "agenda": desk.agenda,
            "agenda_open": bool(desk.agenda.initial_forms) or self.agenda_touched(desk),
            "may_add_rows": desk.agenda.total_form_count() < MOST_ITEMS,
            "people": self.people_of(desk),
            "people_open": self.asks_people(desk) or bool(desk.marked),
            "presences": PRESENCES,
            "joint": self.joint_of(desk),
            "joint_open": form.touched("attending") or bool(desk.attending),
            "outside_open": form.touched(*OUTSIDE.values()),
            "asks_hours": any(asks_hours(each.due) for each in desk.possible),
            "asks_legal": any(asks_legal(each.due) for each in desk.possible),
            "more_open": form.touched(
                "place", "summary", "legal_sat_in", "legal_opinion", "starts_at", "ends_at"
            ),
            "reference_open": form.touched(
                *(f"reference_{part}" for part in ("title", "number", "item", "day", "keeper"))
            ),
            "files": self.file_fields(form, desk),
            "files_lost": bool(self.request.FILES),
            "shown_for": desk.shown_for,
            "last": desk.last,
            "recent": desk.recent,
            "recent_dues": [
                (due, label_of(due))
                for due in (recent_dues(desk.unit, self.today) if desk.unit else [])
            ],
        }

    def kind_asked_by(self, due: Due) -> str:
        """The kind of meeting, or of item, that the due asks for."""
        version = due.version
        rows = self.kinds if version.meeting_kind_id else self.agenda_kinds
        wanted = version.meeting_kind_id or version.agenda_kind_id
        return next((row.name for row in rows if row.pk == wanted), "")

    def heading(self, submission: bool) -> str:
        if self.meeting is not None:
            return _("更正报送记录") if submission else _("更正会议记录")
        return _("记录报送") if submission else _("记录会议")

    @staticmethod
    def agenda_touched(desk: Desk) -> bool:
        return desk.agenda.is_bound and (
            any(row.has_changed() for row in desk.agenda) or not desk.agenda.is_valid()
        )

    @staticmethod
    def merging_is_possible(desk: Desk) -> bool:
        """Whether one meeting could make up an earlier period and count for its own as well."""
        late = {row_of(each.due) for each in desk.possible if each.late}
        return any(
            row_of(each.due) in late and not each.due.version.counts_twice
            for each in desk.possible
            if not each.late
        )

    @staticmethod
    def asks_people(desk: Desk) -> bool:
        return any(each.due.person_id is not None for each in desk.possible)

    @staticmethod
    def people_of(desk: Desk) -> list[tuple[str, list[tuple[Someone, str, str]]]]:
        """By unit: who may be marked, as what she is, and what she still lacks."""
        lacks: dict[int, list[str]] = {}
        for each in desk.possible:
            if each.due.person_id is not None and each.met_on is None:
                lacks.setdefault(each.due.person_id, []).append(each.due.schedule.name)
        return [
            (place, [(p, desk.marked.get(p.pk, ""), listed(lacks.get(p.pk, ()))) for p in rows])
            for place, rows in by_place(desk.people)
        ]

    @staticmethod
    def joint_of(desk: Desk) -> list[tuple[object, list[tuple[Unit, bool]]]]:
        """The units that may take part, by kind, each with whether it is ticked."""
        ticked = set(desk.attending)
        rows = sorted(desk.may_attend, key=lambda unit: (unit.kind.position, unit.kind_id))
        return [
            (kind, [(unit, unit.pk in ticked) for unit in units])
            for kind, units in groupby(rows, lambda unit: unit.kind)
        ]

    def file_fields(self, form, desk: Desk) -> dict[str, object]:
        """The inputs of the kinds that the rules expect, and the rest; none when correcting."""
        wanted = {
            kind
            for each in desk.possible
            if not each.late and each.met_on is None
            for kind in each.due.version.expected_evidence
        }
        names = [kind.value for kind in FILE_KINDS if kind.value in form.fields]
        usual = names[:1] if desk.is_submission else names[:2]
        main = [name for name in names if name in wanted] or usual
        rest = [name for name in names if name not in main]
        return {
            "main": [form[name] for name in main],
            "rest": [form[name] for name in rest],
            "rest_open": any(form[name].errors for name in rest),
            "expected": listed(
                str(EVIDENCE_KIND_LABELS[kind]) for kind in EvidenceKind if kind.value in wanted
            ),
        }

    # Sent.

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        moved = request.POST.get("shown_for", "") not in {"", self.desk.shown_for}
        if "refresh" in request.POST:
            return self.show_again(request.POST["refresh"])
        if moved and not form.has_error("held_on"):
            return self.show_again("moved")
        if self.desk.newly_possible and not form.has_error("held_on"):
            return self.show_again("more")
        if form.is_valid() and self.desk.agenda.is_valid():
            return self.form_valid(form)
        return self.form_invalid(form)

    def show_again(self, asked: str):
        """What stands in the form allows other ticks, or a button filled in something."""
        desk = self.desk.after(asked)
        fresh = desk.form()
        bring_near(fresh, self.today)
        wrong_day = fresh.errors.get("held_on")
        fresh._errors = type(fresh.errors)()
        if wrong_day:
            fresh._errors["held_on"] = wrong_day
        for row in desk.agenda:
            row._errors = type(fresh.errors)()
        for said in self.said_of(asked, desk):
            messages.info(self.request, said)
        return self.render_to_response(self.get_context_data(form=fresh, desk=desk))

    def said_of(self, asked: str, desk: Desk) -> list[str]:
        said = []
        verb = asked.partition("_")[0]
        if self.desk.shown_for != self.request.POST.get("shown_for", "") or verb == "moved":
            said.append(_("日期或单位已变，可计入的事项已相应更新，请核对后保存。"))
        elif verb == "more":
            said.append(_("按现在填写的种类、议题和参加人员，还可计入下列事项，请核对后保存。"))
        if verb == "repeat" and self.desk.last is not None:
            said.append(
                _("已填入%(day)s那次的地点、主持人和参加情况，请核对。")
                % {"day": day_label(self.desk.last.held_on)}
            )
        if self.request.FILES:
            said.append(_("已选的文件浏览器不会保留，请重新选择。"))
        return said

    # Kept.

    def draft(self, form) -> MeetingDraft:
        data = form.cleaned_data
        unit = self.meeting.unit if self.meeting else data["unit"]
        people = data.get("people") or {}
        there = {pk for pk, presence in people.items() if presence in THERE}
        there |= {data.get("presided_by")}
        return MeetingDraft(
            unit=unit,
            kind_id=data["kind"].pk,
            title=data["title"] or str(data["kind"]),
            held_on=data["held_on"],
            due_ids=tuple(
                due.pk for due in data["dues"] if due.person_id is None or due.person_id in there
            ),
            presided_by_id=data.get("presided_by"),
            place=data.get("place", ""),
            summary=data["summary"],
            legal_sat_in=data.get("legal_sat_in", False),
            legal_opinion=data.get("legal_opinion", ""),
            agenda=tuple(self.agenda_drafts()),
            attending_unit_ids=tuple(data["attending"]),
            people=tuple(PersonPresent(pk, presence) for pk, presence in people.items()),
            outside=tuple(OutsidePresent(*body) for body in form.outside_bodies()),
            starts_at=data.get("starts_at"),
            ends_at=data.get("ends_at"),
            late_because=data["late_because"] if form.is_late(data["held_on"]) else "",
            once=data["once"],
            **self.kept(form),
        )

    def agenda_drafts(self) -> Iterable[AgendaDraft]:
        """The items as typed; what the form does not show of an item stays as it was."""
        before = {each.pk: each for each in self.items_before}
        for row in (each.cleaned_data for each in self.desk.agenda):
            if not row.get("title"):
                continue
            old = before.get(row.get("item"))
            yield AgendaDraft(
                title=row["title"],
                kind_id=row["kind"].pk if row["kind"] else None,
                involves_law=row["involves_law"],
                legal_opinion=row["legal_opinion"],
                outcome=row["outcome"],
                resolution=row["resolution"],
                problem_id=old.problem_id if old else None,
                measure_id=old.measure_id if old else None,
                due_id=old.due_id if old else None,
                carried_from_id=old.carried_from_id if old else None,
                pk=old.pk if old else None,
            )

    items_before: tuple[AgendaDraft, ...] = ()

    def kept(self, form) -> dict[str, object]:
        """What the form does not say by itself."""
        unit = self.meeting.unit if self.meeting else form.cleaned_data["unit"]
        return {
            "merged_because": form.cleaned_data.get("merged_because", ""),
            "needs_confirmation": entry_waits(self.request.user.pk, unit.bureau_id),
        }

    def nobody_of_those_owing(self, form, draft: MeetingDraft) -> bool:
        """Ticked alone what people owe, and marked none of them: said beside the list."""
        if draft.due_ids or not form.cleaned_data["dues"]:
            return False
        form.add_error("people", _("已勾选由个人落实的事项，请标明哪些人出席。"))
        return True

    def refuse(self, form, refusal):
        field = None
        reasons = list(refusal.reasons)
        if isinstance(refusal, CannotRecordMeeting) and refusal.by_due:
            field = "dues"
            twice = str(WHY_NOT_LABELS[WhyNot.OTHER_PERIOD])
            if any(twice in whys for whys in refusal.by_due.values()):
                reasons.append(
                    _("补开上期又计入本期属合并召开，请填写合并召开的理由，或只勾选其中一期。")
                    if "merged_because" in form.fields
                    else _("补开上期又计入本期属合并召开，须由法制大队说明理由；请只勾选其中一期。")
                )
        elif isinstance(refusal, CannotKeepEvidence):
            field = EvidenceKind.MINUTES.value
        for reason in reasons:
            form.add_error(field, reason)
        return self.form_invalid(form)


class MeetingNew(MeetingFormPage):
    needs = Act.RECORD_MEETING
    recorded: dict[str, object] = {}
    own_dues: dict[int, Due] = {}

    @cached_property
    def together(self) -> ScheduleVersion | None:
        """The rule named in the address, where one session is held for all who owe it."""
        typed = self.request.GET.get("schedule", "")
        if not typed or self.due is not None:
            return None
        if (key := key_in(typed)) is None:
            raise Http404
        rows = Schedule.objects.select_related("set__unit__bureau", "set__unit__kind")
        version = version_on(versions_of(self.get_visible(rows, key)), self.today)
        if not owed_one_by_one(version):
            raise Http404
        return version

    @cached_property
    def attended(self) -> list[int]:
        if self.together is None:
            return []
        return [unit.pk for unit in owing_units(self.together, self.start_day)]

    def form_valid(self, form):
        at = timezone.now()
        draft = self.draft(form)
        if self.nobody_of_those_owing(form, draft):
            return self.form_invalid(form)
        try:
            with atomic_with_files():
                meeting, made = record_meeting_once(
                    draft, by=self.request.user, at=at, today=self.today
                )
                if made:
                    self.keep_evidence(meeting, form, at)
        except (CannotRecordMeeting, CannotKeepEvidence) as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, self.told(meeting))
        return redirect(meeting)

    def keep_evidence(self, meeting, form, at):
        data = form.cleaned_data
        uploads = [Upload(file, kind) for kind in FILE_KINDS for file in data[kind.value]]
        references = [reference_of(data, meeting)] if form.names_reference else []
        if uploads or references:
            add_evidence(
                target=meeting, uploads=uploads, references=references, by=self.request.user, at=at
            )

    def told(self, meeting: Meeting) -> str:
        rows = list(meeting.discharges.select_related("due__schedule"))
        counting = dict.fromkeys(row.due.schedule.name for row in rows if row.counts)
        if meeting.needs_confirmation:
            return _("已记录，待民警确认后计入。")
        if not rows:
            return _("已记录，未计入任何应开事项。")
        if not all(row.counts for row in rows):
            return _("已记录；有的应开事项未能计入，原因见下。")
        return _("已记录，计入：%(names)s。") % {"names": listed(counting)}


def reference_of(data, meeting: Meeting) -> Reference:
    return Reference(
        title=data["reference_title"] or meeting.title,
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
            Meeting.objects.select_related("unit__bureau", "unit__kind", "bureau", "kind"),
            self.kwargs["pk"],
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

    @property
    def entered_on(self) -> date:
        return timezone.localtime(self.meeting.recorded_at).date()

    @cached_property
    def before(self) -> MeetingDraft:
        """The meeting as it was entered."""
        return draft_of(self.meeting, self.own_dues)

    @cached_property
    def own_dues(self) -> dict[int, Due]:
        held = self.meeting.discharges.select_related(
            "due__unit",
            "due__person",
            "due__schedule__set",
            "due__version__presided_by",
        )
        return {row.due_id: row.due for row in held.order_by("pk")}

    @property
    def attended(self) -> list[int]:
        return list(self.before.attending_unit_ids)

    @property
    def recorded_people(self) -> frozenset[int]:
        return frozenset(each.person_id for each in self.before.people)

    @property
    def items_before(self) -> tuple[AgendaDraft, ...]:
        return self.before.agenda

    @cached_property
    def recorded(self) -> dict[str, object]:
        m = self.meeting
        outside = {
            field: "、".join(b.name for b in self.before.outside if b.presence == presence)
            for presence, field in OUTSIDE.items()
        }
        return outside | {
            "held_on": m.held_on,
            "unit": m.unit_id,
            "kind": m.kind_id,
            "title": m.title,
            "presided_by": m.presided_by_id,
            "starts_at": m.starts_at,
            "ends_at": m.ends_at,
            "late_because": m.late_because,
            "merged_because": self.before.merged_because,
            "place": m.place,
            "summary": m.summary,
            "legal_sat_in": m.legal_sat_in,
            "legal_opinion": m.legal_opinion,
            "attending": self.attended,
        }

    def kept(self, form) -> dict[str, object]:
        """What a correction leaves as it was entered."""
        kept = super().kept(form) | {"paper_id": self.before.paper_id}
        kept["needs_confirmation"] |= self.before.needs_confirmation
        if "merged_because" not in form.fields:
            kept["merged_because"] = self.before.merged_because
        return kept

    def form_valid(self, form):
        draft = self.draft(form)
        if self.nobody_of_those_owing(form, draft):
            return self.form_invalid(form)
        try:
            meeting = correct_meeting(
                meeting_id=self.meeting.pk,
                draft=draft,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotRecordMeeting as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, _("会议记录已更正，更正前后的内容可在“修改记录”中查看。"))
        return redirect(meeting)
