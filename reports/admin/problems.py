from django.contrib import admin
from django.forms import CheckboxSelectMultiple, MultipleChoiceField
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Act
from reports.models import CauseKind, ProblemRule, ProblemSource, ProblemTheme
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, labelled, listed

from .base import KindAdmin, LedgerAdmin, LedgerForm


@admin.register(ProblemSource)
class ProblemSourceAdmin(KindAdmin):
    list_display = ("name", "code", "raised_from_above", "wants_reply", "position")


@admin.register(ProblemTheme)
class ProblemThemeAdmin(KindAdmin):
    pass


@admin.register(CauseKind)
class CauseKindAdmin(KindAdmin):
    pass


class ProblemRuleForm(LedgerForm):
    expected_evidence = MultipleChoiceField(
        label=_("销号应有材料"),
        choices=labelled(EVIDENCE_KIND_LABELS),
        required=False,
        widget=CheckboxSelectMultiple,
    )


@admin.register(ProblemRule)
class ProblemRuleAdmin(LedgerAdmin):
    """What each class of problems asks for; the classes themselves are fixed."""

    form = ProblemRuleForm
    reads = (Act.SET_SCHEDULE,)
    writes = (Act.MANAGE_TOP_UNITS,)
    list_display = ("kind", "proof", "no_movement_days")
    search_fields = ("kind",)
    ordering = ("pk",)
    fields = ("kind", "expected_evidence", "no_movement_days")

    def get_readonly_fields(self, request, obj=None):
        return ("kind",) if obj else ()

    @admin.display(description=_("销号应有材料"))
    def proof(self, obj):
        kinds = (EVIDENCE_KIND_LABELS[EvidenceKind(kind)] for kind in obj.expected_evidence)
        return listed(kinds) or None
