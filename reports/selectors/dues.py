"""Dues as lists and numbers: every page that counts them comes here."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from reports.domain.dues import Verdict
from reports.models import Due, DueCount, WaiverRequest
from reports.selectors.places import Under
from reports.selectors.progress import kept_of_verdicts
from reports.selectors.scope import Scope

OWED = (Verdict.MET.value, Verdict.MET_LATE.value, Verdict.MISSED.value)
DONE = (Verdict.MET.value, Verdict.MET_LATE.value)
# Verdicts that only a period has that is over, or has begun.
OVER = frozenset({Verdict.MISSED.value, Verdict.AWAITING.value, Verdict.MET_LATE.value})
BEGUN = frozenset({*OWED, Verdict.OPEN.value, Verdict.AWAITING.value})
# One word for several verdicts, in addresses and in the filter of the list.
GROUPS = {"owed": OWED, "done": DONE}


def verdicts_of(words: Iterable[str]) -> tuple[str, ...]:
    """The verdicts that words of an address stand for, each once, in their own order."""
    wanted = {verdict for word in words for verdict in GROUPS.get(word, (word,))}
    return tuple(verdict.value for verdict in Verdict if verdict.value in wanted)


def dues_for(
    scope: Scope | None,
    *,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
    schedule: int | None = None,
    schedule_set: int | None = None,
    person: int | None = None,
    begins: date | None = None,
    ends: date | None = None,
    year: int | None = None,
    report_year: int | None = None,
    under: Under | None = None,
    verdicts: Iterable[str] = (),
    lacking: bool = False,
    own: bool = False,
    first_person: bool = False,
    merged: bool = False,
    asked: bool = False,
) -> QuerySet[Due]:
    """The dues of a scope (None: all) with their verdict as of a day.

    ``year`` is the year of the due's own set, ``report_year`` the calendar year whose annual
    report speaks of it; ``under`` a unit above the bureaus; ``person`` who owes it, ``begins`` and
    ``ends`` the first and the last day of its period; ``own`` leaves what bureaus owe themselves,
    ``first_person`` the duties of the first responsible person, ``lacking`` those with a meeting
    that lacks evidence, ``merged`` those with one that was held for several periods at once,
    ``asked`` those whose waiver waits for a decision.
    """
    rows = Due.objects.all() if scope is None else scope.limit(Due.objects.all())
    wanted = {
        "bureau": bureau,
        "unit": unit,
        "schedule": schedule,
        "schedule__set": schedule_set,
        "person": person,
        "period_first": begins,
        "period_last": ends,
        "year": year,
        "report_year": report_year,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if under is not None:
        rows = rows.filter(under.holds("bureau"))
    if own:
        rows = rows.filter(unit=F("bureau"))
    if first_person:
        rows = rows.filter(schedule__of_first_person=True)
    if lacking:
        rows = rows.filter(lacks_evidence__gt=0)
    if merged:
        rows = rows.filter(merged__gt=0)
    if asked:
        rows = that_wait_for_a_waiver(rows)
    rows = rows.with_verdict(on)
    if chosen := list(verdicts):
        rows = rows.filter(verdict__in=verdicts_of(chosen))
    return rows


def that_wait_for_a_waiver(rows: QuerySet[Due]) -> QuerySet[Due]:
    """Those for which a request was made that nobody has decided on."""
    waiting = WaiverRequest.objects.filter(due=OuterRef("pk"), decided_on__isnull=True)
    return rows.filter(Exists(waiting))


def kept_total(
    scope: Scope,
    *,
    year: int,
    on: date,
    begun: bool = True,
    bureau: int | None = None,
    schedule: int | None = None,
    schedule_set: int | None = None,
    under: Under | None = None,
    verdicts: Iterable[str] = (),
    lacking: bool = False,
    first_person: bool = False,
) -> int | None:
    """How many dues of the scope there are on that day, from the kept counts: one query.

    ``begun`` leaves those whose period has begun. As many as ``dues_for`` with the same selection
    has; of verdicts and of what is lacking only today's are kept. None where the scope is less
    than whole bureaus, of which nothing is kept, or both a verdict and what is lacking are asked
    for.
    """
    chosen = verdicts_of(verdicts)
    if any(grant.kind == "unit" for grant in scope.reading) or (chosen and lacking):
        return None
    rows = scope.limit(DueCount.objects.filter(year=year))
    wanted = {"bureau": bureau, "schedule": schedule, "schedule__set": schedule_set}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if begun:
        rows = rows.filter(period_first__lte=on)
    if under is not None:
        rows = rows.filter(under.holds("bureau"))
    if first_person:
        rows = rows.filter(schedule__of_first_person=True)
    if not chosen:
        return rows.aggregate(all=Sum("lacking" if lacking else "total"))["all"] or 0
    counts = kept_of_verdicts(on)
    return sum(rows.aggregate(**{f"n_{v}": Coalesce(Sum(counts[v]), 0) for v in chosen}).values())


def address_of_dues(
    *,
    verdicts: Iterable[str] = (),
    lacking: bool = False,
    own: bool = False,
    first_person: bool = False,
    merged: bool = False,
    asked: bool = False,
    **selection: object,
) -> str:
    """The list of dues that ``dues_for`` with the same selection counts.

    ``schedule_set`` is called ``set`` in the address. Without verdicts the list leaves out what
    is still to come, unless the address asks for it, so this one does.
    """
    if "schedule_set" in selection:
        selection["set"] = selection.pop("schedule_set")
    parts: list[tuple[str, object]] = [(k, v) for k, v in selection.items() if v is not None]
    words = list(verdicts)
    chosen = set(verdicts_of(words))
    group = next((word for word, of in GROUPS.items() if chosen == set(of)), None)
    parts += [("verdict", word) for word in ([group] if group else words)]
    flags = {"lacking": lacking, "own": own, "first_person": first_person}
    flags |= {"merged": merged, "asked": asked}
    flags["upcoming"] = not words and not lacking
    parts += [(name, 1) for name, wanted in flags.items() if wanted]
    return f"{reverse('reports:due-list')}?{urlencode(parts)}"


def with_neighbours(rows: QuerySet[Due]) -> QuerySet[Due]:
    """Each due with the keys of the one before and after it, of the same unit and person."""
    row = Due.objects.filter(unit=OuterRef("unit"), schedule=OuterRef("schedule"))
    row = row.alias(who=Coalesce("person", 0)).filter(who=Coalesce(OuterRef("person"), 0))
    before = row.filter(period_first__lt=OuterRef("period_first")).order_by("-period_first")
    after = row.filter(period_first__gt=OuterRef("period_first")).order_by("period_first")
    return rows.annotate(
        before_pk=Subquery(before.values("pk")[:1]), after_pk=Subquery(after.values("pk")[:1])
    )
