import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import reasons_against_file
from reports.actions.meetings import PROMPT_DAYS
from reports.models import AgendaKind, MeetingKind, Unit
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    OUTCOME_LABELS,
    PRESENCE_LABELS,
    EvidenceKind,
    Presence,
    labelled,
)
from reports.selectors.recording import Someone

from .base import (
    Choice,
    DuesField,
    FilesField,
    HourField,
    UnitField,
    day_field,
    grouped,
    key_in,
    names_in,
    refuse_bad_hours,
    text_field,
)

FILE_KINDS = (
    EvidenceKind.MINUTES,
    EvidenceKind.SIGN_IN,
    EvidenceKind.NOTICE,
    EvidenceKind.PHOTO,
    EvidenceKind.MATERIAL,
)
# Bodies from outside stand in one field for each way of having been there.
OUTSIDE = {
    Presence.PRESENT: "outside",
    Presence.SITTING_IN: "outside_sitting_in",
    Presence.LEAVE: "outside_leave",
    Presence.ABSENT: "outside_absent",
}
REFERENCE = ("number", "item", "day", "keeper")
# What is handed in has neither chair nor hour, and nobody sat in on it.
OF_MEETINGS_ONLY = (
    "presided_by",
    "starts_at",
    "ends_at",
    "place",
    "people",
    "legal_sat_in",
    "legal_opinion",
    *OUTSIDE.values(),
)
LONGEST_NAME = 80


class PresenceInput(forms.Widget):
    """One small choice a person, drawn by the page."""

    prefix = "presence-"

    def value_from_datadict(self, data, files, name):
        found = {}
        for key, value in data.items():
            pk = key_in(key[len(self.prefix) :]) if key.startswith(self.prefix) else None
            if pk is not None and value:
                found[pk] = value
        return found


class PresenceField(forms.Field):
    """Who was there, by the key of the person; only those whom the page lists."""

    widget = PresenceInput

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.listed: tuple[int, ...] = ()

    def clean(self, value) -> dict[int, Presence]:
        return presences_in(value, self.listed)


def presences_in(value: Mapping[int, str] | None, listed: Iterable[int]) -> dict[int, Presence]:
    """The people of the list who were marked, as marked, in the order of the list."""
    given, known = value or {}, {each.value for each in Presence}
    return {pk: Presence(given[pk]) for pk in listed if given.get(pk) in known}


PRESENCES = labelled(PRESENCE_LABELS)


def outside_field(**kwargs) -> forms.CharField:
    return forms.CharField(max_length=400, required=False, **kwargs)


class MeetingForm(forms.Form):
    """Recording or correcting a meeting, and which dues it counts for.

    ``units`` are those one may choose from, ``chairs`` (place, label, key) of who may have
    presided, ``dues`` what may be ticked, ``people`` who may be marked, ``attending`` the units
    that may take part. ``kind`` is the kind
    that stands in the form: what is handed in has fields of its own. ``entered_on`` is the day of
    entry. Correcting changes neither the unit nor the files; ``merges`` says whether one meeting
    may be counted for two periods.
    """

    held_on = day_field(label=_("召开日期"))
    unit = UnitField(label=_("召开单位"), queryset=Unit.objects.none())
    kind = Choice(label=_("会议种类"), queryset=MeetingKind.objects.none())
    title = forms.CharField(
        label=_("名称"), max_length=120, required=False, help_text=_("不填则用会议种类的名称。")
    )
    presided_by = forms.TypedChoiceField(
        label=_("主持人"), coerce=int, empty_value=None, required=False
    )
    late_because = forms.CharField(
        label=_("迟录原因"),
        max_length=200,
        required=False,
        help_text=_("超过7日才录入的，写明原因。"),
    )
    dues = DuesField(label=_("计入"), required=False)
    merged_because = forms.CharField(
        label=_("合并召开的理由"),
        max_length=200,
        required=False,
        help_text=_("补开上期又计入本期属合并召开，须由法制大队说明理由；只计入其中一期的不填。"),
    )
    starts_at = HourField(label=_("开始时间"), required=False)
    ends_at = HourField(label=_("结束时间"), required=False)
    people = PresenceField(label=_("参加人员"), required=False)
    minutes = FilesField(label=_("会议记录"), required=False, help_text="")
    sign_in = FilesField(label=_("签到表"), required=False, help_text="")
    notice = FilesField(label=_("会议通知"), required=False, help_text="")
    photo = FilesField(label=_("照片"), required=False, help_text="")
    material = FilesField(label=_("其他材料"), required=False, help_text="")
    place = forms.CharField(label=_("地点"), max_length=80, required=False)
    summary = text_field(label=_("主要内容"), required=False)
    legal_sat_in = forms.BooleanField(label=_("法制部门列席"), required=False)
    legal_opinion = text_field(label=_("列席意见"), required=False, rows=2)
    attending = forms.TypedMultipleChoiceField(
        label=_("一并参加的单位"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("几个单位合开一次会的，勾选参加的单位，只记录一次；其应开事项随后一并列出。"),
    )
    outside = outside_field(label=_("出席的外单位"), help_text=_("多个用顿号分开。"))
    outside_sitting_in = outside_field(label=_("列席的外单位"))
    outside_leave = outside_field(label=_("请假的外单位"))
    outside_absent = outside_field(label=_("缺席的外单位"))
    reference_title = forms.CharField(
        label=_("材料名称"), max_length=150, required=False, help_text=_("不填则用会议名称。")
    )
    reference_kind = forms.ChoiceField(
        label=_("材料种类"),
        choices=labelled({kind: EVIDENCE_KIND_LABELS[kind] for kind in FILE_KINDS}),
        required=False,
    )
    reference_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    reference_item = forms.CharField(label=_("议题或条目"), max_length=120, required=False)
    reference_day = day_field(label=_("文件日期"), required=False)
    reference_keeper = forms.CharField(label=_("保管人或保管部门"), max_length=80, required=False)
    once = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(
        self,
        *args,
        units,
        kinds,
        chairs,
        dues,
        people,
        attending,
        today: date,
        entered_on: date,
        kind: MeetingKind | None = None,
        correcting: bool = False,
        merges: bool = False,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.entered_on = entered_on
        for name in ("held_on", "reference_day"):
            self.fields[name].near = today
        self.fields["held_on"].latest = today
        self.fields["held_on"].widget.attrs["data-latest"] = today.isoformat()
        self.fields["unit"].offer(units)
        self.fields["kind"].queryset = MeetingKind.objects.all()
        self.fields["kind"].choices = [("", _("请选择")), *((k.pk, k.name) for k in kinds)]
        self.fields["presided_by"].choices = [("", _("请选择")), *grouped(chairs)]
        self.fields["attending"].choices = [(unit.pk, unit.label) for unit in attending]
        self.fields["dues"].dues = tuple(dues)
        self.fields["people"].listed = tuple(one.pk for one in people if one.listed)
        if kind is not None and kind.is_submission:
            self.fields["held_on"].label = _("报送日期")
            self.fields["unit"].label = _("报送单位")
            self.fields["kind"].label = _("种类")
            self.fields["minutes"].label = _("报送材料")
            self.fields["summary"].label = _("说明")
            self.leave_out(OF_MEETINGS_ONLY)
        if correcting:
            self.leave_out(each.value for each in FILE_KINDS)
            self.leave_out([name for name in self.fields if name.startswith("reference_")])
            self.fields["unit"].disabled = True
        if not merges:
            self.leave_out(["merged_because"])

    def leave_out(self, names: Iterable[str]) -> None:
        for name in list(names):
            self.fields.pop(name, None)

    def is_late(self, held_on: date | None) -> bool:
        """Whether a meeting of that day is entered so late that the reason is asked."""
        return held_on is not None and self.entered_on - held_on > timedelta(days=PROMPT_DAYS)

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > self.fields["held_on"].latest:
            raise forms.ValidationError(_("召开日期不能晚于今天：会开完再记录。"))
        return day

    def clean(self):
        data = super().clean()
        if self.is_late(data.get("held_on")) and not data.get("late_because"):
            self.add_error("late_because", _("超过7日才录入，请写明迟录原因。"))
        if data.get("legal_opinion") and not data.get("legal_sat_in"):
            self.add_error("legal_sat_in", _("填写了列席意见，请勾选法制部门列席。"))
        refuse_bad_hours(self, data)
        self.clean_reference(data)
        for name in OUTSIDE.values():
            if any(len(each) > LONGEST_NAME for each in names_in(data.get(name) or "")):
                self.add_error(name, _("单位名称太长，多个单位请用顿号分开。"))
        for kind in FILE_KINDS:
            for file in data.get(kind.value) or ():
                for reason in reasons_against_file(file):
                    self.add_error(kind.value, reason)
        return data

    def clean_reference(self, data) -> None:
        if self.names_reference and not data.get("reference_keeper"):
            self.add_error("reference_keeper", _("不上传的材料，请写明由谁保管。"))

    @property
    def names_reference(self) -> bool:
        """Whether a paper is named that is kept elsewhere."""
        data = self.cleaned_data
        return any(data.get(f"reference_{part}") for part in ("title", *REFERENCE))

    def outside_bodies(self) -> list[tuple[str, Presence]]:
        """The bodies from outside, each once, with the way they were there."""
        found: dict[str, Presence] = {}
        for presence, field in OUTSIDE.items():
            for name in names_in(self.cleaned_data.get(field) or ""):
                found.setdefault(name, presence)
        return list(found.items())

    def touched(self, *names: str) -> bool:
        """Whether any of the fields holds something or is wrong: its group is then shown open."""
        return any(
            self[name].errors or self[name].value() not in (None, "", [], {}, False)
            for name in names
            if name in self.fields
        )


def by_place(people: Iterable[Someone]) -> list[tuple[str, list[Someone]]]:
    """Who is on the list of a meeting, by unit."""
    wanted = (one for one in people if one.listed)
    return [(place, list(rows)) for place, rows in groupby(wanted, lambda one: one.place)]


class AgendaForm(forms.Form):
    """One item of the agenda; an empty row is no item. ``item`` names one that is corrected."""

    item = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("议题"), max_length=200, required=False)
    kind = Choice(label=_("议题种类"), queryset=AgendaKind.objects.none(), required=False)
    involves_law = forms.BooleanField(label=_("涉法"), required=False)
    legal_opinion = forms.CharField(label=_("法制意见"), required=False)
    outcome = forms.ChoiceField(
        label=_("结果"), choices=[("", _("未填")), *labelled(OUTCOME_LABELS)], required=False
    )
    resolution = forms.CharField(label=_("议定事项"), max_length=1000, required=False)

    def __init__(self, *args, kinds: Iterable[AgendaKind] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = AgendaKind.objects.all()
        self.fields["kind"].choices = [("", _("不指定")), *((k.pk, k.name) for k in kinds)]

    def clean(self):
        data = super().clean()
        if data.get("kind") and not data.get("title"):
            data["title"] = str(data["kind"])
        said = ("involves_law", "legal_opinion", "outcome", "resolution")
        if not data.get("title") and any(data.get(name) for name in said):
            self.add_error("title", _("请填写议题。"))
        return data


MOST_ITEMS = 30
AgendaFormSet = forms.formset_factory(AgendaForm, extra=3, max_num=MOST_ITEMS)


class CancelForm(forms.Form):
    """Why a record is cancelled; it stays visible."""

    because = forms.CharField(
        label=_("作废原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("作废后记录仍可查看，但不再计入任何数字。"),
    )


class DischargeForm(forms.Form):
    """Which due a meeting is taken off, or counted for, and why."""

    change = forms.ChoiceField(label=_("更正为"), widget=forms.RadioSelect)
    because = forms.CharField(
        label=_("更正理由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("理由随记录保存，打印时一并列出。"),
    )

    def __init__(self, *args, changes: Iterable[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = list(changes)
