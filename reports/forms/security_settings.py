"""The rules of coming in."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.access import Role
from reports.domain.security import LIMITS
from reports.models import SecuritySettings
from reports.models.choices import ROLE_LABELS, labelled

HELP = {
    "password_kinds": gettext_lazy("大写字母、小写字母、数字、其他字符，共4种。"),
    "password_days": gettext_lazy("到期后下次登录须先改密码；0为不限。"),
    "passwords_kept": gettext_lazy("含现用密码；0为不限。"),
    "lockout_minutes": gettext_lazy("同一用户名从同一地址连续失败达到上限后锁定。"),
    "idle_minutes": gettext_lazy("自下次登录起生效。"),
    "sessions": gettext_lazy("超过的，最早的登录自动退出；0为不限。"),
}


class SecurityForm(forms.Form):
    """A number for each rule, and the roles that need a second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, limit in LIMITS.items():
            ends = {"least": limit.least, "most": limit.most}
            span = _("%(least)s至%(most)s。") % ends
            beyond = _("须在%(least)s至%(most)s之间。") % ends
            self.fields[name] = forms.IntegerField(
                label=SecuritySettings._meta.get_field(name).verbose_name,
                min_value=limit.least,
                max_value=limit.most,
                help_text=f"{span}{HELP.get(name, '')}",
                error_messages={
                    "required": _("请填写数字。"),
                    "invalid": _("请填写数字。"),
                    "min_value": beyond,
                    "max_value": beyond,
                },
            )
        self.fields["second_factor_roles"] = forms.MultipleChoiceField(
            label=SecuritySettings._meta.get_field("second_factor_roles").verbose_name,
            choices=labelled(ROLE_LABELS),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=gettext_lazy("未设置的，下次登录后须先设置，再继续使用。"),
        )

    def values(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in LIMITS}

    def roles(self) -> list[Role]:
        return [Role(each) for each in self.cleaned_data["second_factor_roles"]]
