"""What is typed of an agenda paper, and of what was decided on its points."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.agenda import PointDraft, PointOutcome
from reports.actions.measures import MeasureDraft
from reports.actions.meetings import PROMPT_DAYS
from reports.actions.problems import ProblemDraft
from reports.models import AgendaKind, AgendaPoint, Due, MeetingKind, ProblemSource, Unit
from reports.models.choices import (
    OUTCOME_LABELS,
    PRESENCE_LABELS,
    Outcome,
    Presence,
    labelled,
)
from reports.selectors.agenda import Proposal, Ref
from reports.selectors.recording import Someone

from .base import (
    Choice,
    DuesField,
    HourField,
    UnitField,
    day_field,
    grouped,
    names_in,
    refuse_bad_hours,
    text_field,
)

# A page sends no more fields than the server reads.
MOST_ROWS = 120
FREE_ROWS = 2
LAST = 10**4
LONGEST_NAME = 80
PRESENCES = labelled(PRESENCE_LABELS)


class StartForm(forms.Form):
    """Whose meeting of which kind the agenda is for; in the address, so that it can be sent on."""

    unit = UnitField(label=_("召开单位"), queryset=Unit.objects.none())
    kind = Choice(label=_("会议种类"), queryset=MeetingKind.objects.none())

    def __init__(self, *args, units, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].offer(units)
        self.fields["kind"].choices = [("", _("请选择")), *((each.pk, each.name) for each in kinds)]


class PaperForm(forms.Form):
    """The head of an agenda paper."""

    title = forms.CharField(label=_("名称"), max_length=120)
    planned_on = day_field(label=_("拟召开日期"))
    place = forms.CharField(label=_("地点"), max_length=80, required=False)


class PointForm(forms.Form):
    """One point that may be on the paper; an unticked or empty row is none.

    ``ref`` says what it speaks of; whether that may be seen is asked by the page.
    """

    ref = forms.CharField(widget=forms.HiddenInput, required=False)
    use = forms.BooleanField(label=_("列入"), required=False)
    position = forms.IntegerField(
        label=_("次序"),
        required=False,
        min_value=0,
        max_value=LAST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    title = forms.CharField(label=_("议题"), max_length=200, required=False)
    note = text_field(label=_("说明"), required=False, rows=2)
    agenda_kind = Choice(
        label=_("议题种类"),
        queryset=AgendaKind.objects.none(),
        required=False,
        help_text=_("制度规定要有的议题须选种类，才能计入。"),
    )
    involves_law = forms.BooleanField(
        label=_("涉法议题"), required=False, help_text=_("须请法制部门列席并提出意见的勾选。")
    )

    def __init__(self, *args, agenda_kinds: Sequence[AgendaKind] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agenda_kind"].queryset = AgendaKind.objects.all()
        choices = [("", _("不指定")), *((kind.pk, kind.name) for kind in agenda_kinds)]
        self.fields["agenda_kind"].choices = choices

    def clean_ref(self) -> Ref:
        typed = self.cleaned_data["ref"]
        if not typed:
            return Ref()
        try:
            return Ref.of(typed)
        except ValueError:
            raise forms.ValidationError(_("所关联的记录无法识别，请刷新页面重新拟定。")) from None

    def clean(self):
        data = super().clean()
        if data.get("agenda_kind") and not data.get("title"):
            data["title"] = str(data["agenda_kind"])
        if data.get("use") and not data.get("title") and "title" not in self.errors:
            self.add_error("title", _("请填写议题。"))
        return data

    @property
    def is_free(self) -> bool:
        """Whether it is an empty row to write into."""
        return not self["ref"].value() and not self.initial

    def draft(self) -> PointDraft | None:
        """The point, or None where the row is none. A row written into needs no tick."""
        data = self.cleaned_data
        ref = data.get("ref") or Ref()
        written = bool(data.get("title")) and self.is_free
        if not data.get("use") and not written:
            return None
        return PointDraft(
            title=data["title"],
            kind=ref.kind,
            note=data["note"],
            agenda_kind_id=data["agenda_kind"].pk if data["agenda_kind"] else None,
            involves_law=data["involves_law"],
            problem_id=ref.problem_id,
            measure_id=ref.measure_id,
            due_id=ref.due_id,
            item_id=ref.item_id,
        )


def initial_of_point(point: Proposal, position: int | None, *, use: bool) -> dict[str, object]:
    """A proposed or stored point as the row starts with it."""
    return {
        "ref": point.ref.code,
        "use": use,
        "position": position,
        "title": point.title,
        "note": point.note,
        "agenda_kind": point.agenda_kind_id,
        "involves_law": point.involves_law,
    }


class BasePointFormSet(forms.BaseFormSet):
    def in_order(self) -> list[PointForm]:
        """The rows by the number typed; those without one come last, as they stand."""

        def place(pair: tuple[int, PointForm]) -> tuple[int, int]:
            at, row = pair
            typed = row.cleaned_data.get("position")
            return (LAST + 1 if typed is None else typed, at)

        return [row for _at, row in sorted(enumerate(self.forms), key=place)]


PointFormSet = forms.formset_factory(
    PointForm,
    formset=BasePointFormSet,
    extra=FREE_ROWS,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS,
)


# --- at the meeting -----------------------------------------------------------------------------


class RecordForm(forms.Form):
    """The meeting that dealt with a paper: day, hours, place, chair, who was there, what counts.

    ``chairs`` are (place, label, key) of who may have presided, ``dues`` what may be ticked,
    ``people`` who may be marked, ``attending`` the units that may take part.
    """

    held_on = day_field(label=_("召开日期"))
    starts_at = HourField(label=_("开始时间"), required=False)
    ends_at = HourField(label=_("结束时间"), required=False)
    place = forms.CharField(label=_("地点"), max_length=80, required=False)
    presided_by = forms.TypedChoiceField(
        label=_("主持人"), coerce=int, empty_value=None, required=False
    )
    late_because = forms.CharField(
        label=_("迟录原因"),
        max_length=200,
        required=False,
        help_text=_("会后超过7日录入的，写明原因。"),
    )
    dues = DuesField(label=_("计入"), required=False)
    legal_sat_in = forms.BooleanField(label=_("法制部门列席"), required=False)
    legal_opinion = text_field(label=_("列席意见"), required=False, rows=2)
    summary = text_field(label=_("主要内容"), required=False)
    attending = forms.TypedMultipleChoiceField(
        label=_("一并参加的单位"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    outside = forms.CharField(
        label=_("出席的外单位"), max_length=400, required=False, help_text=_("多个用顿号分开。")
    )
    outside_sitting_in = forms.CharField(
        label=_("列席的外单位"), max_length=400, required=False, help_text=_("多个用顿号分开。")
    )
    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(
        self,
        *args,
        chairs,
        dues: Sequence[Due],
        people: Sequence[Someone],
        attending: Sequence[Unit],
        today: date,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.today = today
        self.people = [one for one in people if one.listed]
        held = self.fields["held_on"]
        held.near = held.latest = today
        held.widget.attrs["data-latest"] = today.isoformat()
        self.fields["presided_by"].choices = [("", _("请选择")), *grouped(chairs)]
        self.fields["dues"].dues = tuple(dues)
        self.fields["attending"].choices = [(unit.pk, unit.label) for unit in attending]

    def is_late(self, held_on: date | None) -> bool:
        """Whether a meeting of that day is entered so late that the reason is asked."""
        return held_on is not None and self.today - held_on > timedelta(days=PROMPT_DAYS)

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError(_("召开日期不能晚于今天：会开完再记录。"))
        return day

    def clean(self):
        data = super().clean()
        if self.is_late(data.get("held_on")) and not data.get("late_because"):
            self.add_error("late_because", _("会后超过7日录入，请写明迟录原因。"))
        if data.get("legal_opinion") and not data.get("legal_sat_in"):
            self.add_error("legal_sat_in", _("填写了列席意见，请勾选法制部门列席。"))
        refuse_bad_hours(self, data)
        for name in ("outside", "outside_sitting_in"):
            if any(len(each) > LONGEST_NAME for each in names_in(data.get(name) or "")):
                self.add_error(name, _("单位名称太长，多个单位请用顿号分开。"))
        return data

    def presences(self) -> dict[int, Presence]:
        """Who was there, by key; only those the page lists."""
        return presences_in(self.data, self.people)

    def outside_bodies(self) -> list[tuple[str, Presence]]:
        """The bodies from outside, each once."""
        found: dict[str, Presence] = {}
        for name, presence in (
            ("outside", Presence.PRESENT),
            ("outside_sitting_in", Presence.SITTING_IN),
        ):
            for body in names_in(self.cleaned_data.get(name) or ""):
                found.setdefault(body, presence)
        return list(found.items())


def presences_in(data: Mapping[str, str], people: Iterable[Someone]) -> dict[int, Presence]:
    """The people of the list who were marked in what was sent."""
    known = {each.value for each in Presence}
    marks = ((one.pk, data.get(f"presence-{one.pk}", "")) for one in people if one.listed)
    return {pk: Presence(mark) for pk, mark in marks if mark in known}


class OutcomeForm(forms.Form):
    """What became of one point, and what it led to; without ``point`` one that came up there.

    The fields of a new problem or measure are there for whom the scope lets register or set one.
    """

    title = forms.CharField(label=_("议题"), max_length=200, required=False)
    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=labelled(OUTCOME_LABELS),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择结果。")},
    )
    resolution = text_field(label=_("议定事项"), required=False, rows=2)
    legal_opinion = text_field(label=_("法制意见"), required=False, rows=2)
    involves_law = forms.BooleanField(label=_("涉法议题"), required=False)
    problem_title = forms.CharField(
        label=_("问题"),
        max_length=150,
        required=False,
        help_text=_("一句话写明，不写当事人、信访人、嫌疑人姓名。"),
    )
    problem_unit = UnitField(label=_("牵头单位"), queryset=Unit.objects.none(), required=False)
    problem_source = Choice(label=_("来源"), queryset=ProblemSource.objects.none(), required=False)
    problem_due_on = day_field(label=_("整改期限"), required=False)
    measure_title = forms.CharField(label=_("措施"), max_length=200, required=False)
    measure_unit = UnitField(label=_("责任单位"), queryset=Unit.objects.none(), required=False)
    measure_due_on = day_field(label=_("完成期限"), required=False)

    PROBLEM = ("problem_title", "problem_unit", "problem_source", "problem_due_on")
    MEASURE = ("measure_title", "measure_unit", "measure_due_on")

    def __init__(
        self,
        *args,
        point: AgendaPoint | None = None,
        problem_units: Sequence[Unit] = (),
        measure_units: Sequence[Unit] = (),
        sources: Sequence[ProblemSource] = (),
        today: date,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.point, self.today = point, today
        for name in ("problem_due_on", "measure_due_on"):
            self.fields[name].near = today
        if point is not None:
            del self.fields["title"], self.fields["involves_law"]
            if not point.involves_law:
                del self.fields["legal_opinion"]
        else:
            self.fields["outcome"].required = False
        self._choose("problem_unit", Unit.objects.all(), problem_units, self.PROBLEM)
        self._choose("measure_unit", Unit.objects.all(), measure_units, self.MEASURE)
        if "problem_source" in self.fields:
            source = self.fields["problem_source"]
            source.queryset = ProblemSource.objects.filter(raised_from_above=False)
            source.choices = [("", _("请选择")), *((each.pk, each.name) for each in sources)]

    def _choose(self, name: str, rows, units: Sequence[Unit], group: Iterable[str]) -> None:
        """Offer these units, or take the whole group away where there is none."""
        if not units:
            for each in group:
                del self.fields[each]
            return
        self.fields[name].queryset = rows.filter(pk__in=[unit.pk for unit in units])
        self.fields[name].choices = [("", _("请选择")), *((u.pk, u.label) for u in units)]

    def clean(self):
        data = super().clean()
        if self.point is None:
            said = ("outcome", "resolution", "legal_opinion", "problem_title", "measure_title")
            if not data.get("title") and any(data.get(name) for name in said):
                self.add_error("title", _("请填写议题。"))
            if data.get("title") and not data.get("outcome") and not self.has_error("outcome"):
                self.add_error("outcome", _("请选择结果。"))
        if data.get("problem_title"):
            self._need("problem_unit", _("请选择牵头单位。"))
            self._need("problem_source", _("请选择问题来源。"))
        if data.get("measure_title"):
            self._need("measure_unit", _("请选择责任单位。"))
        for group in (self.PROBLEM, self.MEASURE):
            title, *others = group
            if title in self.fields and not data.get(title) and data.get(others[-1]):
                self.add_error(title, _("填写了期限的，请写明是什么。"))
        return data

    def _need(self, name: str, sentence) -> None:
        if not self.cleaned_data.get(name) and not self.has_error(name):
            self.add_error(name, sentence)

    @property
    def is_item(self) -> bool:
        """A point of the paper always is; a free row when it was written into."""
        return self.point is not None or bool(self.cleaned_data.get("title"))

    def opens(self, group: Sequence[str]) -> bool:
        """Whether the group holds something, or is wrong; its units are chosen beforehand."""
        title, *rest = group
        if title not in self.fields:
            return False
        return bool(self[title].value()) or any(self[name].errors for name in (title, *rest))

    @property
    def problem_opens(self) -> bool:
        return self.opens(self.PROBLEM)

    @property
    def measure_opens(self) -> bool:
        return self.opens(self.MEASURE)

    def told(self, held_on: date) -> PointOutcome:
        """What became of the point; what it led to was found, and set, at the meeting."""
        data = self.cleaned_data
        problem = measure = None
        if data.get("problem_title"):
            problem = ProblemDraft(
                unit=data["problem_unit"],
                title=data["problem_title"],
                source=data["problem_source"],
                found_on=held_on,
                due_on=data["problem_due_on"],
            )
        if data.get("measure_title"):
            measure = MeasureDraft(
                unit=data["measure_unit"],
                title=data["measure_title"],
                set_on=held_on,
                due_on=data["measure_due_on"],
            )
        return PointOutcome(
            outcome=Outcome(data["outcome"]),
            point_id=self.point.pk if self.point else None,
            title=data.get("title", ""),
            resolution=data["resolution"],
            legal_opinion=data.get("legal_opinion", ""),
            involves_law=data.get("involves_law", False),
            problem=problem,
            measure=measure,
        )
