from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from reports.checks import settings_that_would_lie


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("法治台账")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        register(settings_that_would_lie)
