from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Person

from .base import PersonField, day_field


class WaiveForm(forms.Form):
    """Excusing a due; from paper it names who signed."""

    granted_on = day_field(label=_("批准日期"))
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("如：全员安保执勤，经分管局领导同意免开。"),
    )
    signer = PersonField(label=_("签批人"), queryset=Person.objects.none(), required=False)
    scan = forms.FileField(
        label=_("签批件扫描件"),
        required=False,
        help_text=_("严禁上传涉密信息和警务工作秘密。"),
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


class WithdrawWaiverForm(forms.Form):
    because = forms.CharField(label=_("撤销原因"), max_length=300)
