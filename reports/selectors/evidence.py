"""Evidence as the pages of what it proves show it."""

from reports.domain.access import Act
from reports.models import Evidence, EvidenceUse
from reports.selectors.scope import Scope


def may_cancel(scope: Scope, evidence: Evidence, *, of_meeting: bool) -> bool:
    """Whether the user may cancel a piece of evidence; wants its unit and bureau loaded.

    One's own upload always. That of others: with the records of meetings, whoever may cancel
    those; with problems and measures only who sets them, so that nobody takes away what proves
    against her own unit.
    """
    own = evidence.recorded_by_id == scope.user_id and scope.may(Act.ADD_EVIDENCE, evidence)
    needed = Act.CANCEL_RECORD if of_meeting else Act.SET_MEASURE
    return own or (scope.may(Act.CANCEL_RECORD, evidence) and scope.may(needed, evidence))


def evidence_of(scope: Scope, **target: int) -> list[Evidence]:
    """The evidence of one thing (``problem=…``, ``measure=…``) within the scope, cancelled too.

    Each says in ``may_cancel`` whether the user may cancel it. One query.
    """
    uses = EvidenceUse.objects.filter(**target).values("evidence_id")
    rows = scope.limit(Evidence.objects.all()).filter(pk__in=uses)
    rows = rows.select_related("unit", "bureau", "recorded_by", "cancelled_by")
    found = list(rows.order_by("recorded_at", "pk"))
    for each in found:
        each.may_cancel = not each.is_cancelled and may_cancel(
            scope, each, of_meeting="meeting" in target
        )
    return found
