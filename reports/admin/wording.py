"""The lists a report is checked against: read by who compiles, kept by the system administrator."""

from django.contrib import admin
from django.core.exceptions import ValidationError

from reports.domain.access import Act
from reports.domain.report_checks import reasons_against_pattern
from reports.models import Formula, SecrecyPattern, WordingRule
from reports.models.choices import AGAINST_PATTERN_SENTENCES

from .base import LedgerAdmin, LedgerForm


class WordingAdmin(LedgerAdmin):
    """One list for all bureaus, like the kinds."""

    reads = (Act.COMPILE_REPORT, Act.CHECK_SECRECY)
    writes = (Act.MANAGE_TOP_UNITS,)


@admin.register(WordingRule)
class WordingRuleAdmin(WordingAdmin):
    list_display = ("wrong", "right", "kind", "note", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("wrong", "right", "note")
    ordering = ("kind", "pk")
    fields = ("kind", "wrong", "right", "note", "is_active")


class SecrecyPatternForm(LedgerForm):
    """A pattern is only kept when it can be read and ends in time."""

    def clean_pattern(self):
        pattern = self.cleaned_data["pattern"]
        if reasons := reasons_against_pattern(pattern):
            raise ValidationError([AGAINST_PATTERN_SENTENCES[reason] for reason in reasons])
        return pattern


@admin.register(SecrecyPattern)
class SecrecyPatternAdmin(WordingAdmin):
    form = SecrecyPatternForm
    list_display = ("name", "pattern", "note", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "pattern", "note")
    ordering = ("pk",)
    fields = ("name", "pattern", "note", "is_active")


@admin.register(Formula)
class FormulaAdmin(WordingAdmin):
    list_display = ("title", "text", "first_day", "last_day", "source", "position")
    search_fields = ("title", "text", "source")
    ordering = ("position", "pk")
    fields = ("title", "text", "source", "first_day", "last_day", "position")
