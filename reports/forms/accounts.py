"""Who comes in, and with what password."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("用户名或密码不正确，请重新输入。连续输错5次将暂时锁定。"),
        "inactive": _("该账号已停用，请联系系统管理员。"),
    }


class LongEnough(MinimumLengthValidator):
    """Django's rule in the words of this house."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        return _("密码至少%(length)s个字符。") % {"length": self.min_length}
