from django.contrib import admin

from reports.models import ProblemSource

from .base import KindAdmin


@admin.register(ProblemSource)
class ProblemSourceAdmin(KindAdmin):
    list_display = ("name", "code", "raised_from_above", "position")
