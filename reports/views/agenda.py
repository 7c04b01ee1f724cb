"""Agenda papers (议题单): drawn up from what is open, printed, and recorded with the outcomes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext_lazy
from django.views.generic import TemplateView

from reports.actions.agenda import (
    CannotKeepAgenda,
    CannotRecordAgenda,
    PaperDraft,
    draw_up_agenda,
    edit_agenda,
    record_agenda,
)
from reports.actions.meetings import (
    CannotRecordMeeting,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
)
from reports.domain.access import Act
from reports.domain.counting import minutes_between
from reports.domain.dates import day_typed, hour_typed
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.filters.agenda import AgendaFilter
from reports.forms.agenda import (
    FREE_ROWS,
    PRESENCES,
    OutcomeForm,
    PaperForm,
    PointForm,
    PointFormSet,
    RecordForm,
    StartForm,
    initial_of_point,
    presences_in,
)
from reports.forms.base import keys_in
from reports.models import (
    AgendaKind,
    AgendaPaper,
    AgendaPoint,
    Due,
    Meeting,
    MeetingKind,
    ProblemSource,
    Unit,
)
from reports.models.choices import Presence, listed
from reports.selectors.agenda import (
    PointRow,
    Proposal,
    Proposed,
    beyond,
    came_out_of,
    last_held,
    meeting_of,
    not_yet_on,
    papers_for,
    points_of,
    proposal_of,
    propose,
)
from reports.selectors.bureaus import label_of
from reports.selectors.history import changes_of
from reports.selectors.minutes import full_name, paper_title
from reports.selectors.recording import (
    Candidate,
    PostsHeld,
    Sketch,
    Someone,
    candidates_among,
    chairs_among,
    dues_around,
    entry_waits,
    last_like,
    people_around,
    picks_among,
    suggested_chair,
    units_of_chair,
    why_impossible,
)
from reports.selectors.units import exists_in
from reports.tables.agenda import AgendaTable
from reports.views.mixins import DayMixin, OfficialPaper, TablePage, bring_near
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class AgendaList(SelectionMixin, ScopeMixin, TablePage):
    table_class = AgendaTable
    filterset_class = AgendaFilter
    template_name = "reports/agenda/list.html"
    title = pgettext_lazy("several", "议题单")
    empty_hint = gettext_lazy("还没有议题单。会前点“拟定议题单”，台账会列出待议的事项。")
    selections: ClassVar = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    def get_queryset(self):
        return papers_for(self.scope, year=self.shown_year, **self.keys)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "shown_year": self.shown_year,
            "may_record": self.scope.allows(Act.RECORD_MEETING),
        }


# --- drawing up ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PointLine:
    """A row of the form, with what the ledger knows of the point."""

    form: PointForm
    proposal: Proposal | None
    is_new: bool = False


class PaperFormPage(ScopeMixin, DayMixin, TemplateView):
    """The form of a paper: new or changed."""

    template_name = "reports/agenda/form.html"
    paper: AgendaPaper | None = None
    unit: Unit
    kind: MeetingKind | None
    due: Due | None

    @cached_property
    def agenda_kinds(self) -> list[AgendaKind]:
        return list(AgendaKind.objects.order_by("position", "pk"))

    @cached_property
    def last(self) -> Meeting | None:
        """The last meeting of that kind."""
        return last_like(self.unit, self.kind.pk, self.today)

    @cached_property
    def there(self) -> list[Proposal]:
        """What stands on the paper already."""
        return []

    @cached_property
    def proposed(self) -> Proposed:
        found = propose(
            self.scope,
            self.unit,
            self.kind.pk,
            last=self.last,
            agenda_kinds=self.agenda_kinds,
            today=self.today,
            planned_on=self.planned_on,
            due=self.due,
        )
        return not_yet_on(self.there, found)

    @property
    def planned_on(self) -> date:
        raise NotImplementedError

    def head_initial(self) -> dict[str, object]:
        raise NotImplementedError

    def initial_rows(self) -> list[dict[str, object]]:
        """What is on the paper comes ticked; of a new one all that is proposed."""
        rows = [
            initial_of_point(point, number, use=True)
            for number, point in enumerate(self.there, start=1)
        ]
        wanted = self.paper is None
        return rows + [
            initial_of_point(point, number if wanted else None, use=wanted)
            for number, point in enumerate(self.proposed.points, start=1)
        ]

    @cached_property
    def paper_form(self) -> PaperForm:
        data = self.request.POST if self.request.method == "POST" else None
        form = PaperForm(data, initial=self.head_initial())
        bring_near(form, self.today)
        return form

    @cached_property
    def rows(self) -> PointFormSet:
        data = self.request.POST if self.request.method == "POST" else None
        return PointFormSet(
            data,
            initial=None if data is not None else self.initial_rows(),
            prefix="point",
            form_kwargs={"agenda_kinds": self.agenda_kinds},
        )

    def lines(self) -> list[PointLine]:
        known = {each.ref.code: each for each in (*self.proposed.points, *self.there)}
        on_paper = {each.ref.code for each in self.there}
        return [
            PointLine(
                form,
                known.get(code),
                is_new=self.paper is not None and bool(code) and code not in on_paper,
            )
            for form, code in ((form, form["ref"].value() or "") for form in self.rows)
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "paper": self.paper,
            "unit": self.unit,
            "kind": self.kind,
            "due": self.due,
            "due_label": label_of(self.due) if self.due else "",
            "paper_form": self.paper_form,
            "rows": self.rows,
            "lines": self.lines(),
            "proposed": self.proposed,
            "free_rows": FREE_ROWS,
        }

    def post(self, request, *args, **kwargs):
        valid = self.paper_form.is_valid()
        if not self.rows.is_valid() or not valid:
            return self.again()
        rows = [(row, row.draft()) for row in self.rows.in_order()]
        rows = [(row, draft) for row, draft in rows if draft is not None]
        refs = {row: row.cleaned_data["ref"] for row, _draft in rows}
        unseen = beyond(self.scope, refs.values(), known=[each.ref for each in self.there])
        for row, ref in refs.items():
            if ref in unseen:
                row.add_error("title", _("所关联的记录不存在，或不在您的权限范围内。"))
        if unseen:
            return self.again()
        try:
            paper = self.keep(tuple(draft for _row, draft in rows))
        except CannotKeepAgenda as refusal:
            for reason in refusal.reasons:
                self.paper_form.add_error(None, reason)
            return self.again()
        messages.success(request, _("议题单已保存。会后点“记录会议”，逐项填写结果。"))
        return redirect(paper)

    def keep(self, points) -> AgendaPaper:
        raise NotImplementedError

    def draft(self, points) -> PaperDraft:
        data = self.paper_form.cleaned_data
        return PaperDraft(
            unit=self.unit,
            kind_id=self.kind.pk,
            title=data["title"],
            planned_on=data["planned_on"],
            place=data["place"],
            due_id=self.due.pk if self.due else None,
            points=points,
        )

    def again(self) -> HttpResponse:
        """The form once more, with what is wrong beside each field, and all that was typed."""
        return self.render_to_response(self.get_context_data())


def key_in(typed: str) -> int:
    """The key in an address; what is none names nothing that exists."""
    if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
        raise Http404
    return int(typed)


class AgendaNew(PaperFormPage):
    needs = Act.RECORD_MEETING

    @cached_property
    def due(self) -> Due | None:
        """The due one comes from, named in the address."""
        typed = self.request.GET.get("due", "")
        if not typed:
            return None
        due = self.get_visible(
            Due.objects.select_related(
                "unit__bureau",
                "unit__kind",
                "bureau",
                "schedule__set",
                "version__meeting_kind",
                "version__body__bureau",
                "version__body__kind",
            ),
            key_in(typed),
        )
        self.require(Act.RECORD_MEETING, due)
        return due

    @cached_property
    def places(self) -> list[Unit]:
        """The units one records for, closed ones too, in the order of the organisation."""
        units = self.scope.units(Act.RECORD_MEETING).filter(bureau__isnull=False)
        return list(units.select_related("bureau", "kind").in_order())

    @property
    def units(self) -> list[Unit]:
        return [unit for unit in self.places if exists_in(unit, self.today.year)]

    @cached_property
    def unit(self) -> Unit | None:
        if self.due is not None:
            return self.due.version.body or self.due.unit
        if typed := self.request.GET.get("unit", ""):
            rows = Unit.objects.select_related("bureau", "kind")
            unit = self.get_visible(rows, key_in(typed), loaded=self.places)
            self.require(Act.RECORD_MEETING, unit)
            return unit
        own = {g.unit_id for g in self.scope.grants}
        return next((unit for unit in self.units if unit.pk in own), next(iter(self.units), None))

    @cached_property
    def kinds(self) -> list[MeetingKind]:
        rows = MeetingKind.objects.filter(is_submission=False)
        return list(rows.order_by("position", "pk"))

    @cached_property
    def kind(self) -> MeetingKind | None:
        if self.due is not None and self.due.version.meeting_kind is not None:
            return self.due.version.meeting_kind
        if typed := self.request.GET.get("kind", ""):
            key = key_in(typed)
            kind = next((kind for kind in self.kinds if kind.pk == key), None)
            if kind is None:
                raise Http404
            return kind
        # What the unit held last; before its first meeting the first kind there is.
        if self.last_held is not None:
            return self.last_held.kind
        return next(iter(self.kinds), None)

    @cached_property
    def last_held(self) -> Meeting | None:
        return last_held(self.unit) if self.unit is not None else None

    @cached_property
    def last(self) -> Meeting | None:
        named = self.due is not None or self.request.GET.get("kind")
        return super().last if named else self.last_held

    def dispatch(self, request, *args, **kwargs):
        allowed = self.scope.reads_anything and self.scope.allows(self.needs)
        if allowed and (self.unit is None or self.unit.bureau_id is None or self.kind is None):
            messages.error(request, _("没有可以拟定议题单的单位或会议种类。"))
            return redirect("reports:agenda-list")
        return super().dispatch(request, *args, **kwargs)

    @property
    def planned_on(self) -> date:
        if self.due is not None and self.due.period_first > self.today:
            return self.due.period_first
        return self.today

    def head_initial(self):
        name = self.due.schedule.name if self.due else self.kind.name
        last = self.proposed.last
        return {
            "title": name,
            "planned_on": self.planned_on,
            "place": last.place if last else "",
        }

    def get_context_data(self, **kwargs):
        start = None
        if self.due is None:
            start = StartForm(
                initial={"unit": self.unit.pk, "kind": self.kind.pk},
                units=self.units,
                kinds=self.kinds,
            )
        return super().get_context_data(**kwargs) | {"start": start}

    def keep(self, points):
        return draw_up_agenda(self.draft(points), by=self.request.user, at=timezone.now())


class PaperPage(ScopeMixin, DayMixin):
    """What the pages about one paper share."""

    @cached_property
    def paper(self) -> AgendaPaper:
        return self.get_visible(
            AgendaPaper.objects.select_related(
                "unit__bureau",
                "unit__kind",
                "bureau",
                "kind",
                "recorded_by",
                "due__unit",
                "due__bureau",
                "due__version",
                "due__schedule__set",
            ),
            self.kwargs["pk"],
        )

    @cached_property
    def meeting(self) -> Meeting | None:
        return meeting_of(self.paper)

    @cached_property
    def points(self) -> list[PointRow]:
        return points_of(self.paper, self.scope, meeting=self.meeting)

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.acts is not None:
            self.require(self.acts, self.paper)
            if self.meeting is not None:
                messages.error(request, self.too_late)
                return redirect(self.paper)
        return super().dispatch(request, *args, **kwargs)

    # The act that the page asks for on the paper, before its meeting is recorded.
    acts: Act | None = None
    too_late: Any = gettext_lazy("会议已经记录，议题单不能再改。")


class AgendaDetail(PaperPage, TemplateView):
    template_name = "reports/agenda/detail.html"

    def get_context_data(self, **kwargs):
        paper = self.paper
        may = self.scope.may(Act.RECORD_MEETING, paper) and self.meeting is None
        return super().get_context_data(**kwargs) | {
            "paper": paper,
            "meeting": self.meeting,
            "points": self.points,
            "came_out": came_out_of(self.meeting, self.scope) if self.meeting else [],
            "may_edit": may,
            "due_label": label_of(paper.due) if paper.due else "",
            "may_read_due": paper.due is not None and self.scope.may(Act.READ, paper.due),
            "is_over": self.meeting is None and paper.planned_on < self.today,
            "changes": changes_of(paper),
        }


class AgendaEdit(PaperPage, PaperFormPage):
    acts = Act.RECORD_MEETING

    @property
    def unit(self) -> Unit:
        return self.paper.unit

    @property
    def kind(self) -> MeetingKind:
        return self.paper.kind

    @property
    def due(self) -> Due | None:
        return self.paper.due

    @property
    def planned_on(self) -> date:
        return self.paper.planned_on

    @cached_property
    def there(self) -> list[Proposal]:
        return [proposal_of(row) for row in self.points]

    def head_initial(self):
        return {name: getattr(self.paper, name) for name in ("title", "planned_on", "place")}

    def keep(self, points):
        return edit_agenda(
            paper_id=self.paper.pk,
            draft=self.draft(points),
            by=self.request.user,
            at=timezone.now(),
        )


class AgendaPrint(OfficialPaper, PaperPage, TemplateView):
    """The paper on A4, in the language of the document."""

    template_name = "reports/agenda/print.html"

    def get_context_data(self, **kwargs):
        paper = self.paper
        with override(DOCUMENT_LANGUAGE):
            name = _("%(meeting)s议题单") % {"meeting": paper.title}
        return super().get_context_data(**kwargs) | {
            "paper": paper,
            "points": self.points,
            "title": paper_title(paper.unit, paper.bureau, name),
            "issuer": full_name(paper.unit, paper.bureau),
        }


# --- at the meeting -----------------------------------------------------------------------------


class AgendaRecord(PaperPage, TemplateView):
    """What was decided on each point; in one step the meeting, and what came out of it."""

    template_name = "reports/agenda/record.html"
    acts = Act.RECORD_MEETING
    too_late = gettext_lazy("该议题单的会议已经记录。")

    @cached_property
    def data(self) -> QueryDict | None:
        """What was sent, also where it is not valid yet; None when the page is opened."""
        return self.request.POST if self.request.method == "POST" else None

    @property
    def unit(self) -> Unit:
        return self.paper.unit

    @cached_property
    def day(self) -> date:
        usual = min(self.paper.planned_on, self.today)
        if self.data is None:
            return usual
        found = day_typed(self.data.get("held_on", ""), near=self.today, latest=self.today)
        return min(found, self.today) if found is not None else usual

    # Who was there.

    @cached_property
    def places(self) -> list[Unit]:
        """The units of the bureau that one sees, as they were on that day."""
        rows = self.scope.units().filter(bureau=self.unit.bureau_id)
        rows = rows.select_related("bureau", "kind").in_order()
        return [unit for unit in rows if unit.exists_on(self.day)]

    @property
    def may_attend(self) -> list[Unit]:
        return [u for u in self.places if u.pk != self.unit.pk and not u.kind.is_body]

    @cached_property
    def attending(self) -> list[int]:
        typed = keys_in(self.data.getlist("attending")) if self.data is not None else set()
        return [unit.pk for unit in self.may_attend if unit.pk in typed]

    @cached_property
    def people(self) -> list[Someone]:
        owing = [self.paper.due.person_id] if self.paper.due and self.paper.due.person_id else []
        return people_around(
            self.unit, self.day, self.posts, attending_ids=self.attending, also=owing
        )

    @cached_property
    def posts(self) -> PostsHeld:
        """Who holds which post on that day, as far as the page asks."""
        due = self.paper.due
        known = [self.typed_chair, due.person_id if due else None]
        return PostsHeld.around(self.day, units_of_chair(self.unit, due), filter(None, known))

    @cached_property
    def marked(self) -> dict[int, Presence]:
        return presences_in(self.data, self.people) if self.data is not None else {}

    @property
    def typed_chair(self) -> int | None:
        typed = self.data.get("presided_by", "") if self.data is not None else ""
        return int(typed) if typed.isascii() and typed.isdigit() else None

    @cached_property
    def chair(self) -> int | None:
        if self.data is not None:
            return self.typed_chair
        return suggested_chair(self.unit, self.paper.due, self.day, self.posts)

    @cached_property
    def last(self) -> Meeting | None:
        return last_like(self.unit, self.paper.kind_id, self.day)

    # What it counts for.

    @cached_property
    def possible(self) -> list[Candidate]:
        return [each for each in self.candidates if each.is_possible]

    @cached_property
    def candidates(self) -> list[Candidate]:
        there = {
            pk
            for pk, presence in self.marked.items()
            if presence in {Presence.PRESENT, Presence.SITTING_IN}
        }
        data = self.data or QueryDict()
        law = [point for point in self.stored if point.involves_law]
        hours = [hour_typed(data.get(name, "")) for name in ("starts_at", "ends_at")]
        sketch = Sketch(
            unit_id=self.unit.pk,
            bureau_id=self.unit.bureau_id,
            held_on=self.day,
            kind_id=self.paper.kind_id,
            agenda_kind_ids=frozenset(p.agenda_kind_id for p in self.stored if p.agenda_kind_id),
            presided_by_id=self.chair,
            attending_unit_ids=frozenset(self.attending),
            present=frozenset(there | ({self.chair} if self.chair else set())),
            minutes=minutes_between(*hours),
            legal_sits_in=bool(data.get("legal_sat_in")),
            law_items=len(law),
            law_items_with_opinion=sum(
                bool(data.get(f"point-{point.pk}-legal_opinion", "").strip()) for point in law
            ),
        )
        dues = dues_around(
            self.unit,
            self.day,
            attending_ids=self.attending,
            person_ids=[*self.marked, *([self.chair] if self.chair else [])],
        )
        return candidates_among(dues, sketch, self.posts)

    @cached_property
    def wanted(self) -> set[int]:
        """What the ledger would tick: the due of the paper, and all the meeting counts for."""
        own = self.paper.due_id
        return {each.due.pk for each in self.possible if each.ticked or each.due.pk == own}

    @cached_property
    def chosen(self) -> set[int]:
        if self.data is None:
            return self.wanted
        kept = keys_in(self.data.getlist("dues"))
        # What was not among the ticks yet comes ticked, as on a fresh page.
        return kept | (self.wanted - self.offered)

    @property
    def offered(self) -> set[int]:
        return keys_in([self.data.get("offered", "")]) if self.data is not None else set()

    @property
    def shown_for(self) -> str:
        return "/".join([str(self.day), *(str(pk) for pk in sorted(self.attending))])

    def against_own(self) -> str:
        """Why the due that the paper was drawn up for cannot be met, if it cannot."""
        for each in self.candidates:
            if each.due.pk == self.paper.due_id and not each.is_possible:
                return why_impossible(each)
        return ""

    # The forms.

    @cached_property
    def stored(self) -> list[AgendaPoint]:
        return [row.point for row in self.points]

    @cached_property
    def form(self) -> RecordForm:
        return RecordForm(
            self.data,
            initial={
                "held_on": self.day,
                "place": self.paper.place,
                "presided_by": self.chair,
                "dues": sorted(self.chosen),
            },
            chairs=chairs_among(self.people, self.unit),
            dues=[each.due for each in self.possible],
            people=self.people,
            attending=self.may_attend,
            today=self.today,
        )

    @cached_property
    def outcome_kwargs(self) -> dict[str, Any]:
        """Where problems may be registered, and measures set, by this user."""
        found: dict[str, Any] = {"today": self.today, "sources": ()}
        for name, act in (
            ("problem_units", Act.REGISTER_PROBLEM),
            ("measure_units", Act.SET_MEASURE),
        ):
            rows = self.places if self.scope.may(act, self.paper) else ()
            found[name] = [unit for unit in rows if self.scope.may(act, unit)]
        if found["problem_units"]:
            rows = ProblemSource.objects.filter(raised_from_above=False)
            found["sources"] = list(rows.order_by("position", "pk"))
        return found

    @cached_property
    def outcomes(self) -> list[OutcomeForm]:
        """A form for each point, then some for what came up at the meeting."""
        usual = self.unit.pk
        options = self.outcome_kwargs
        initial = {
            name: usual if any(unit.pk == usual for unit in options[f"{name}s"]) else None
            for name in ("problem_unit", "measure_unit")
        }
        points = [
            OutcomeForm(
                self.data,
                prefix=f"point-{point.pk}",
                point=point,
                initial=initial | self.unit_of(point),
                **options,
            )
            for point in self.stored
        ]
        extra = [
            OutcomeForm(self.data, prefix=f"extra-{number}", initial=initial, **options)
            for number in range(FREE_ROWS)
        ]
        return points + extra

    def unit_of(self, point: AgendaPoint) -> dict[str, object]:
        """A measure is probably for the unit that answers for what the point speaks of."""
        record = point.measure or point.problem or point.due
        offered = {unit.pk for unit in self.outcome_kwargs["measure_units"]}
        if record is None or record.unit_id not in offered:
            return {}
        return {"measure_unit": record.unit_id, "problem_unit": record.unit_id}

    def get_context_data(self, **kwargs):
        form, outcomes = self.form, self.outcomes
        names = {one.pk: one.name for one in self.people}
        lines = picks_among(self.candidates, self.chosen, unit=self.unit, names=names)
        shown = {row.point.pk: row for row in self.points}
        return super().get_context_data(**kwargs) | {
            "paper": self.paper,
            "unit": self.unit,
            "form": form,
            "outcomes": [
                (number, each, shown.get(each.point.pk) if each.point else None)
                for number, each in enumerate(outcomes, start=1)
            ],
            "wrong": [
                (number, each) for number, each in enumerate(outcomes, start=1) if each.errors
            ],
            "lines": lines,
            "offered": ",".join(line.value for line in lines),
            "against_own": self.against_own(),
            "shown_for": self.shown_for,
            "day": self.day,
            "asks_late": form.is_late(self.day) or bool(form["late_because"].errors),
            "may_follow_up": bool(
                self.outcome_kwargs["problem_units"] or self.outcome_kwargs["measure_units"]
            ),
            "last": self.last,
            "presences": PRESENCES,
            "people": [(one, self.mark_of(one)) for one in form.people],
            "people_open": bool(self.marked),
            "attending": [(unit, unit.pk in set(self.attending)) for unit in self.may_attend],
            "joint_open": bool(self.attending)
            or any(form[name].value() for name in ("outside", "outside_sitting_in")),
            "asks_legal": any(point.involves_law for point in self.stored)
            or any(each.due.version.legal_must_sit_in for each in self.possible),
        }

    def mark_of(self, one: Someone) -> str:
        return self.marked[one.pk].value if one.pk in self.marked else ""

    # Sent.

    def post(self, request, *args, **kwargs):
        if "refresh" in request.POST:
            return self.show_again(request.POST["refresh"])
        form = self.form
        moved = request.POST.get("shown_for", "") not in {"", self.shown_for}
        more = "offered" in request.POST and bool(self.wanted - self.offered)
        if (moved or more) and not form.has_error("held_on"):
            return self.show_again("moved" if moved else "more")
        wrong = [each for each in (form, *self.outcomes) if not each.is_valid()]
        if wrong:
            return self.render_to_response(self.get_context_data())
        return self.keep(form)

    def show_again(self, asked: str) -> HttpResponse:
        """Other dues can be met now, or a button filled something in; all that was typed stays."""
        data = self.data.copy()
        if asked == "repeat" and self.last is not None:
            self.repeat(data, self.last)
        elif asked == "present":
            for one in self.people:
                if one.listed and not data.get(f"presence-{one.pk}"):
                    data[f"presence-{one.pk}"] = Presence.PRESENT.value
        fresh = type(self)()
        fresh.setup(self.request, *self.args, **self.kwargs)
        fresh.paper, fresh.points, fresh.scope = self.paper, self.points, self.scope
        fresh.meeting = self.meeting
        fresh.data = data
        data.setlist("dues", [str(pk) for pk in sorted(fresh.chosen)])
        held_on = fresh.form.errors.get("held_on")
        for each in (fresh.form, *fresh.outcomes):
            each._errors = type(fresh.form.errors)()
        if held_on:
            fresh.form._errors["held_on"] = held_on
        said = {
            "moved": _("日期或参加单位已变，可计入的事项已相应更新，请核对后保存。"),
            "more": _("按现在填写的内容，还可计入下列事项，请核对后保存。"),
            "repeat": _("已填入上次会议的地点、主持人和参加情况，请核对。"),
        }
        if asked in said:
            messages.info(self.request, said[asked])
        return fresh.render_to_response(fresh.get_context_data())

    def repeat(self, data: QueryDict, last: Meeting) -> None:
        """Place, chair and who was there, as last time."""
        data["place"] = last.place
        if last.presided_by_id:
            data["presided_by"] = str(last.presided_by_id)
        rows = list(last.attendances.order_by("pk"))
        for row in rows:
            if row.person_id:
                data[f"presence-{row.person_id}"] = row.presence
        data.setlist("attending", [str(row.unit_id) for row in rows if row.unit_id])
        for name, presence in (
            ("outside", Presence.PRESENT),
            ("outside_sitting_in", Presence.SITTING_IN),
        ):
            names = [row.outside for row in rows if row.outside and row.presence == presence]
            data[name] = listed(names)

    def keep(self, form: RecordForm) -> HttpResponse:
        given = [each for each in self.outcomes if each.is_item]
        told = [each.told(form.cleaned_data["held_on"]) for each in given]
        try:
            meeting = record_agenda(
                paper_id=self.paper.pk,
                meeting=self.meeting_draft(form),
                outcomes=told,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotRecordMeeting as refusal:
            return self.refused(form, refusal.reasons, "dues" if refusal.by_due else None)
        except CannotRecordAgenda as refusal:
            for place, reasons in refusal.by_point.items():
                for reason in reasons:
                    given[place].add_error(None, reason)
            return self.refused(form, [] if refusal.by_point else refusal.reasons, None)
        messages.success(self.request, self.said_of(meeting, told))
        return redirect(meeting)

    def refused(self, form: RecordForm, reasons: Iterable[str], field: str | None) -> HttpResponse:
        for reason in reasons:
            form.add_error(field, reason)
        return self.render_to_response(self.get_context_data())

    def meeting_draft(self, form: RecordForm) -> MeetingDraft:
        data = form.cleaned_data
        people = form.presences()
        there = {
            pk for pk, mark in people.items() if mark in {Presence.PRESENT, Presence.SITTING_IN}
        } | {data["presided_by"]}
        return MeetingDraft(
            unit=self.unit,
            kind_id=self.paper.kind_id,
            title=self.paper.title,
            held_on=data["held_on"],
            # What people owe counts for those who were there.
            due_ids=tuple(
                due.pk for due in data["dues"] if due.person_id is None or due.person_id in there
            ),
            presided_by_id=data["presided_by"],
            place=data["place"],
            summary=data["summary"],
            legal_sat_in=data["legal_sat_in"],
            legal_opinion=data["legal_opinion"],
            attending_unit_ids=tuple(data["attending"]),
            people=tuple(PersonPresent(pk, presence) for pk, presence in people.items()),
            outside=tuple(OutsidePresent(*body) for body in form.outside_bodies()),
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            late_because=data["late_because"] if form.is_late(data["held_on"]) else "",
            needs_confirmation=entry_waits(self.request.user.pk, self.unit.bureau_id),
            once=data["once"],
        )

    @staticmethod
    def said_of(meeting: Meeting, told) -> str:
        rows = meeting.discharges.filter(counts=True).select_related("due__schedule")
        counting = dict.fromkeys(row.due.schedule.name for row in rows)
        said = [
            _("会议已记录，计入：%(names)s。") % {"names": listed(counting)}
            if counting
            else _("会议已记录。")
        ]
        problems = sum(each.problem is not None for each in told)
        measures = sum(each.measure is not None for each in told)
        if problems:
            said.append(
                ngettext("另立问题%(n)s项。", "另立问题%(n)s项。", problems) % {"n": problems}
            )
        if measures:
            said.append(
                ngettext("另立措施%(n)s项。", "另立措施%(n)s项。", measures) % {"n": measures}
            )
        return " ".join(said)
