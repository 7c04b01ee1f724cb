from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.models import Person

from .base import PersonField, day_field, text_field


class SignedForm(forms.Form):
    """What may be recorded from a signed sheet; ``needs_paper``: from nothing else."""

    signer = PersonField(label=_("签批人"), queryset=Person.objects.none(), required=False)
    scan = forms.FileField(
        label=_("签批件扫描件"), required=False, help_text=_("严禁上传涉密信息和警务工作秘密。")
    )

    def __init__(self, *args, signers, needs_paper: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signer"].queryset = signers
        self.needs_paper = needs_paper
        self.fields["signer"].help_text = _("凭签批件录入的，填写签批人；本人批准的留空。")
        if needs_paper:
            self.fields["signer"].required = True
            self.fields["scan"].required = True
            self.fields["signer"].help_text = _("本局的应开会议由领导批准；凭签批件录入。")


class WaiveForm(SignedForm):
    """Excusing a due; from paper it names who signed."""

    granted_on = day_field(label=_("批准日期"))
    reason = text_field(
        label=_("理由"),
        max_length=300,
        help_text=_("如：全员安保执勤，经分管局领导同意免开。"),
    )
    field_order = ("granted_on", "reason", "signer", "scan")


class WithdrawWaiverForm(forms.Form):
    because = forms.CharField(label=_("撤销原因"), max_length=300)


class AskWaiverForm(forms.Form):
    """Asking for a due to be excused, before its period or after."""

    reason = text_field(
        label=_("申请理由"),
        max_length=300,
        help_text=_("写明为何不能按期落实，如：全员安保执勤。不写当事人姓名和案件细节。"),
    )
    asked_on = day_field(label=_("申请日期"))


class DecideWaiverForm(SignedForm):
    """Granted or refused by somebody else than who asked."""

    granted = forms.ChoiceField(
        label=_("决定"),
        choices=[("1", _("同意")), ("0", _("不同意"))],
        widget=forms.RadioSelect,
    )
    note = text_field(
        label=_("决定说明"),
        max_length=300,
        required=False,
        rows=2,
        help_text=_("不同意的，须写明理由。"),
    )
    on = day_field(label=_("决定日期"))
    field_order = ("granted", "note", "on", "signer", "scan")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A refusal leaves no waiver that the sheet could prove.
        self.fields["scan"].required = False

    def clean(self):
        given = super().clean()
        granted = given.get("granted")
        if granted == "0" and not (given.get("note") or "").strip():
            self.add_error("note", _("不同意的，请写明理由。"))
        if granted == "1" and self.needs_paper and not given.get("scan"):
            self.add_error("scan", _("请上传签批件扫描件。"))
        return given

    def note_to_keep(self) -> str:
        """The note, with who signed where a refusal was recorded from paper."""
        note, signer = self.cleaned_data["note"].strip(), self.cleaned_data["signer"]
        if self.cleaned_data["granted"] == "1" or signer is None:
            return note
        return gettext("%(note)s（签批人：%(name)s）") % {"note": note, "name": signer.name}


class NoteForm(forms.Form):
    text = text_field(label=_("说明"), max_length=1000, rows=2)
