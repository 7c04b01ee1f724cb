import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import AgendaKind, Due, MeetingKind, Unit
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, labelled

from .base import Choice, FilesField, UnitField, UnitsField, day_field, text_field

FILE_KINDS = (
    EvidenceKind.MINUTES,
    EvidenceKind.SIGN_IN,
    EvidenceKind.NOTICE,
    EvidenceKind.PHOTO,
    EvidenceKind.MATERIAL,
)


class MeetingForm(forms.Form):
    """Recording or correcting a meeting, and which dues it counts for.

    ``chairs`` are (place, label, key) of who may have presided, ``candidates`` the dues that may
    be ticked. Correcting changes neither the unit nor the files.
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
    dues = forms.ModelMultipleChoiceField(
        label=_("计入"),
        queryset=Due.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = FilesField(label=_("会议记录"), required=False, help_text="")
    sign_in = FilesField(label=_("签到表"), required=False, help_text="")
    notice = FilesField(label=_("会议通知"), required=False, help_text="")
    photo = FilesField(label=_("照片"), required=False, help_text="")
    material = FilesField(label=_("其他材料"), required=False, help_text="")
    place = forms.CharField(label=_("地点"), max_length=80, required=False)
    summary = text_field(label=_("主要内容"), required=False)
    legal_sat_in = forms.BooleanField(label=_("法制部门列席"), required=False)
    legal_opinion = text_field(label=_("列席意见"), required=False, rows=2)
    attending = UnitsField(
        label=_("一并参加的单位"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("几个单位合开一次会的，勾选参加的单位，只记录一次；其应开事项随后一并列出。"),
    )
    outside = forms.CharField(
        label=_("参加的外单位"), max_length=200, required=False, help_text=_("多个用顿号分开。")
    )
    reference_title = forms.CharField(label=_("材料名称"), max_length=150, required=False)
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
        self, *args, units, chairs, candidates, attending, today, correcting=False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()
        self.fields["unit"].queryset = units
        self.fields["kind"].queryset = MeetingKind.objects.order_by("position", "pk")
        self.fields["presided_by"].choices = [("", _("请选择")), *grouped(chairs)]
        self.fields["attending"].queryset = attending
        self.fields["dues"].queryset = Due.objects.filter(pk__in=[c.due.pk for c in candidates])
        if correcting:
            for name in [kind.value for kind in FILE_KINDS]:
                del self.fields[name]
            for name in [n for n in self.fields if n.startswith("reference_")]:
                del self.fields[name]
            self.fields["unit"].disabled = True

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > self.today:
            raise forms.ValidationError(_("召开日期不能晚于今天：会开完再记录。"))
        return day

    def clean(self):
        data = super().clean()
        if data.get("reference_title") and not data.get("reference_keeper"):
            self.add_error("reference_keeper", _("不上传的材料，请写明由谁保管。"))
        if data.get("reference_keeper") and not data.get("reference_title"):
            self.add_error("reference_title", _("请写明是什么材料。"))
        if data.get("legal_opinion") and not data.get("legal_sat_in"):
            self.add_error("legal_sat_in", _("填写了列席意见，请勾选法制部门列席。"))
        return data

    def touched(self, *names: str) -> bool:
        """Whether any of the fields holds something or is wrong: its group is then shown open."""
        return any(
            self[name].errors or self[name].value() not in (None, "", [], False)
            for name in names
            if name in self.fields
        )


def grouped(chairs):
    """Choices under the place they are from."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for place, label, key in chairs:
        groups.setdefault(place, []).append((key, label))
    return list(groups.items())


class AgendaForm(forms.Form):
    """One item of the agenda; an empty row is no item."""

    title = forms.CharField(label=_("议题"), max_length=200, required=False)
    kind = Choice(label=_("议题种类"), queryset=AgendaKind.objects.none(), required=False)
    involves_law = forms.BooleanField(label=_("涉法"), required=False)
    legal_opinion = forms.CharField(label=_("法制意见"), required=False)

    def __init__(self, *args, kinds=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = kinds if kinds is not None else AgendaKind.objects.all()

    def clean(self):
        data = super().clean()
        if data.get("kind") and not data.get("title"):
            data["title"] = str(data["kind"])
        if not data.get("title") and (data.get("involves_law") or data.get("legal_opinion")):
            self.add_error("title", _("请填写议题。"))
        return data


AgendaFormSet = forms.formset_factory(AgendaForm, extra=3, max_num=30)


class CancelForm(forms.Form):
    """Why a record is cancelled; it stays visible."""

    because = forms.CharField(
        label=_("作废原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("作废后记录仍可查看，但不再计入任何数字。"),
    )


class EvidenceForm(forms.Form):
    """Files handed in later, or a reference to what stays in its safe."""

    kind = forms.ChoiceField(label=_("材料种类"), choices=labelled(EVIDENCE_KIND_LABELS))
    files = FilesField(label=_("文件"), required=False)
    reference_title = forms.CharField(
        label=_("不便上传的材料"),
        max_length=150,
        required=False,
        help_text=_("只登记索引，不传文件。"),
    )
    reference_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    reference_item = forms.CharField(label=_("议题或条目"), max_length=120, required=False)
    reference_day = day_field(label=_("文件日期"), required=False)
    reference_keeper = forms.CharField(label=_("保管人或保管部门"), max_length=80, required=False)

    def clean(self):
        data = super().clean()
        if not data.get("files") and not data.get("reference_title") and not self.errors:
            self.add_error("files", _("请选择文件，或登记不便上传的材料。"))
        if data.get("reference_title") and not data.get("reference_keeper"):
            self.add_error("reference_keeper", _("不上传的材料，请写明由谁保管。"))
        return data

    @property
    def evidence_kind(self) -> EvidenceKind:
        return EvidenceKind(self.cleaned_data["kind"])
