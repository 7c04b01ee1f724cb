"""Evidence as the pages of what it proves show it."""

from reports.models import Evidence, EvidenceUse
from reports.selectors.scope import Scope


def evidence_of(scope: Scope, **target: int) -> list[Evidence]:
    """The evidence of one thing (``problem=…``, ``measure=…``) within the scope, cancelled too."""
    uses = EvidenceUse.objects.filter(**target).values("evidence_id")
    rows = scope.limit(Evidence.objects.all()).filter(pk__in=uses)
    return list(rows.select_related("recorded_by", "cancelled_by").order_by("recorded_at", "pk"))
