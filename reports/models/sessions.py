"""Sessions that know whose they are, so that those of one login can be counted and ended."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Where a session keeps the moment of its login.
BEGAN = "began"


class LoginSession(AbstractBaseSession):
    """A session of Django, with the login it belongs to and when that came in."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        editable=False,
        related_name="login_sessions",
        verbose_name=_("账号"),
    )
    began_at = models.DateTimeField(_("登录时间"), null=True, editable=False)

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("登录会话")
        verbose_name_plural = pgettext_lazy("several", "登录会话")

    @classmethod
    def get_session_store_class(cls):
        return SessionStore


class SessionStore(DatabaseStore):
    """Django's store, writing the two columns beside what it always writes."""

    @classmethod
    def get_model_class(cls):
        return LoginSession

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = data.get(SESSION_KEY)
        if began := data.get(BEGAN):
            row.began_at = datetime.fromtimestamp(began, UTC)
        return row
