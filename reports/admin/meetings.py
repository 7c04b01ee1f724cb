from django.contrib import admin

from reports.models import AgendaKind, MeetingKind

from .base import KindAdmin


@admin.register(MeetingKind)
class MeetingKindAdmin(KindAdmin):
    pass


@admin.register(AgendaKind)
class AgendaKindAdmin(KindAdmin):
    pass
