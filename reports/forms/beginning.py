"""What is asked on the first day of a ledger."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.beginning import is_start_token
from reports.domain.access import Role
from reports.models import UnitKind
from reports.models.choices import ROLE_LABELS

# What each of the separate administrators does, by the code of the role.
TASKS = {
    "system_admin": _("管理账号、系统设置和备份。"),
    "security_admin": _("授予权限和角色。"),
    "audit_admin": _("查看和导出审计日志。"),
}


class StartForm(forms.Form):
    """The top unit, one login for each administrator, and the words from the shell."""

    token = forms.CharField(
        label=_("启用口令"),
        max_length=60,
        help_text=_("安装完成时显示；也可在服务器上运行 fazhi-ledger start_token 查看。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    unit_name = forms.CharField(
        label=_("最上级单位的名称"), max_length=100, help_text=_("如“某市公安局”，启用后可以修改。")
    )
    kind = forms.ChoiceField(
        label=_("单位类别"), help_text=_("全市使用选市局；只供一个分局使用选分局。")
    )
    clock_checked = forms.BooleanField(label=_("已核对：服务器时间与北京时间一致"))

    def __init__(self, *args, kinds: Iterable[UnitKind], roles: Iterable[Role], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.name) for kind in kinds]
        for role in roles:
            self.fields[role.value] = forms.CharField(
                label=_("%(role)s的登录名") % {"role": ROLE_LABELS[role]},
                max_length=150,
                help_text=TASKS.get(role.value, ""),
                widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            )
        self.order_fields(
            ["token", "unit_name", "kind", *(role.value for role in roles), "clock_checked"]
        )

    def clean_token(self) -> str:
        if not is_start_token(self.cleaned_data["token"]):
            raise forms.ValidationError(_("启用口令不正确，请在服务器上重新查看。"))
        return self.cleaned_data["token"]
