"""Honours as lists, and how many years running the same one was received."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import ngettext

from reports.domain.honours import HonourFact, years_running
from reports.models import Honour
from reports.models.choices import clauses
from reports.selectors.scope import Scope


def honours_for(
    scope: Scope | None,
    *,
    on: date,
    year: int | None = None,
    bureau: int | None = None,
    unit: int | None = None,
    cancelled: bool = False,
) -> QuerySet[Honour]:
    """The honours of a scope (None: all) that were given by a day; the newest first.

    One without a day counts from the beginning of its year. Cancelled ones count nothing and are
    left out unless asked for.
    """
    rows = Honour.objects.all() if scope is None else scope.limit(Honour.objects.all())
    if not cancelled:
        rows = rows.filter(cancelled_at__isnull=True)
    rows = rows.filter(
        Q(awarded_on__lte=on) | Q(awarded_on__isnull=True, year__lte=on.year), year__lte=on.year
    )
    named = {"year": year, "bureau": bureau, "unit": unit}
    rows = rows.filter(**{name: value for name, value in named.items() if value is not None})
    return rows.select_related("bureau", "unit", "person").order_by("-year", "-awarded_on", "-pk")


def fact_of(honour: Honour) -> HonourFact:
    """What of an honour says whether it is the same as last year's."""
    if honour.person_id:
        holder = ("person", honour.person_id)
    else:
        holder = ("unit", honour.unit_id or honour.bureau_id)
    return HonourFact(honour.pk, holder, honour.year, honour.kind, honour.title, honour.awarded_by)


def running(honours: Iterable[Honour]) -> dict[int, int]:
    """Of each honour how many years running it has been, up to its year, as the rows show it."""
    facts = (fact_of(honour) for honour in honours if not honour.is_cancelled)
    return {int(str(key)): years for key, years in years_running(facts).items()}


def given_by(honour: Honour, years: int) -> str:
    """By whom, and from the second year on how many years running: 示例省公安厅，连续2年."""
    parts = [honour.awarded_by] if honour.awarded_by else []
    if years > 1:
        parts.append(ngettext("连续%(n)s年", "连续%(n)s年", years) % {"n": years})
    return clauses(parts)


def running_up_to(honours: Iterable[Honour]) -> dict[int, int]:
    """As ``running``, with the earlier years of the same bureaus read along: one query."""
    shown = list(honours)
    if not shown:
        return {}
    rows = Honour.objects.filter(
        bureau__in={honour.bureau_id for honour in shown},
        year__lte=max(honour.year for honour in shown),
        cancelled_at__isnull=True,
    )
    return running(rows)
