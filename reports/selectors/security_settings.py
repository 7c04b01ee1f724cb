"""The rules of coming in, as they stand."""

from django.conf import settings

from reports.models import SecuritySettings


def security_settings() -> SecuritySettings:
    """The rules of coming in; before anybody has set them, the usual ones, unsaved."""
    return SecuritySettings.objects.first() or SecuritySettings(
        idle_minutes=settings.IDLE_MINUTES, lockout_minutes=settings.LOCKOUT_MINUTES
    )
