from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from reports.checks import administrators_apart, settings_that_would_lie
from reports.triggers import lay_triggers_after_migrate


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("法治台账")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        register(settings_that_would_lie)
        register(administrators_apart, Tags.security, deploy=True)
        post_migrate.connect(lay_triggers_after_migrate, sender=self)
