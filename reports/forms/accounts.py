"""Who comes in, and with what password or code."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.security import kinds_of_characters
from reports.models import FormerPassword
from reports.selectors.security_settings import security_settings


class LoginForm(AuthenticationForm):
    """Says one sentence, whatever it is that keeps a login out."""

    error_messages = {
        "invalid_login": gettext_lazy(
            "用户名或密码不正确，请重新输入。连续%(limit)s次登录失败将暂时锁定。"
        ),
    }

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(
            self.error_messages["invalid_login"],
            code="invalid_login",
            params={"limit": security_settings().failures},
        )

    def confirm_login_allowed(self, user: User) -> None:
        if not user.is_active:
            raise self.get_invalid_login_error()


class CodeForm(forms.Form):
    """The code of the moment, or a backup code; what is right decides an action."""

    code = forms.CharField(
        label=gettext_lazy("动态口令或备用码"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("请填写动态口令。")},
    )


class ConfirmForm(CodeForm):
    code = forms.CharField(
        label=gettext_lazy("动态口令"),
        max_length=32,
        help_text=gettext_lazy("手机或令牌上显示的6位数字。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("请填写动态口令。")},
    )


class AsTheRulesSay:
    """Length, kinds of characters and former passwords, as the security administrator set them."""

    def validate(self, password: str, user: Any = None) -> None:
        rules = security_settings()
        errors = []
        if len(password) < rules.password_length:
            errors.append(_("密码至少%(length)s个字符。") % {"length": rules.password_length})
        if kinds_of_characters(password) < rules.password_kinds:
            errors.append(self.kinds_sentence(rules.password_kinds))
        if rules.passwords_kept and user is not None and user.pk:
            former = FormerPassword.objects.filter(user=user).values_list("password", flat=True)
            used = [user.password, *former[: rules.passwords_kept - 1]]
            if any(check_password(password, each) for each in used):
                errors.append(self.former_sentence(rules.passwords_kept))
        if errors:
            raise ValidationError(errors)

    def get_help_text(self) -> str:
        rules = security_settings()
        said = [_("密码至少%(length)s个字符。") % {"length": rules.password_length}]
        if rules.password_kinds > 1:
            said.append(self.kinds_sentence(rules.password_kinds))
        if rules.passwords_kept:
            said.append(self.former_sentence(rules.passwords_kept))
        return " ".join(said)

    def kinds_sentence(self, kinds: int) -> str:
        return _("密码须包含大写字母、小写字母、数字、其他字符中的至少%(kinds)s种。") % {
            "kinds": kinds
        }

    def former_sentence(self, kept: int) -> str:
        if kept == 1:
            return _("新密码不得与现用密码相同。")
        return _("新密码不得与最近用过的%(kept)s个密码相同。") % {"kept": kept}
