"""Assessments of a bureau: items with what proves them, what is lacking, last year's beside."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from reports.domain.assessments import ItemGap, ProofFacts, gaps_of
from reports.domain.summaries import OwnFinding
from reports.models import (
    Assessment,
    AssessmentItem,
    Deed,
    Evidence,
    EvidenceUse,
    Honour,
    ItemProof,
    Measure,
    Meeting,
    Problem,
    Schedule,
    Unit,
    WorkRecord,
)
from reports.models.choices import PROOF_LABELS, ReviewState
from reports.models.units import PATH_SEGMENT
from reports.selectors.first_person import deeds_for
from reports.selectors.honours import honours_for
from reports.selectors.meetings import meetings_for
from reports.selectors.packs import FILE_COLUMNS, KIND_ORDER, PackFile
from reports.selectors.records import records_for
from reports.selectors.scope import Scope

# What may prove an item: the model, the words it is searched by, its day.
MODELS: Mapping[str, type[Model]] = {
    "schedule": Schedule,
    "meeting": Meeting,
    "problem": Problem,
    "measure": Measure,
    "record": WorkRecord,
    "deed": Deed,
    "honour": Honour,
    "evidence": Evidence,
}
_TEXT: Mapping[str, tuple[str, ...]] = {
    "schedule": ("name",),
    "meeting": ("title", "kind__name"),
    "problem": ("title", "number"),
    "measure": ("title",),
    "record": ("title", "document_number", "kind__name"),
    "deed": ("title",),
    "honour": ("title", "awarded_by"),
    "evidence": ("title", "original_name", "reference_number"),
}
# What stands for itself: a rule, an honour, a piece of evidence. The others are proved by evidence.
OF_ITSELF = frozenset({"schedule", "honour", "evidence"})
# What holds from year to year and is offered again: a rule, and what is kept as a document.
STANDING = frozenset({"schedule"})
MOST_WORDS = 5
MOST_FOUND = 20


def assessments_for(
    scope: Scope, *, year: int | None = None, bureau: int | None = None
) -> QuerySet[Assessment]:
    """The volumes of a scope with how far each has come; the newest year first.

    ``items`` how many there are, ``found`` those with a finding, ``bare`` those that need a proof
    and have none, ``all_points`` and ``own_points`` the sums.
    """
    rows = scope.limit(Assessment.objects.all())
    if year is not None:
        rows = rows.filter(year=year)
    if bureau is not None:
        rows = rows.filter(unit=bureau)
    return rows.select_related("unit__bureau").order_by("-year", "unit__path", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a volume has come."""

    items: int = 0
    found: int = 0
    points: Decimal | None = None
    own_points: Decimal | None = None


def progress_of(keys: Iterable[int]) -> dict[int, Progress]:
    """How far each of the volumes has come: one query."""
    rows = (
        AssessmentItem.objects.filter(assessment__in=list(keys))
        .order_by()
        .values("assessment_id")
        .annotate(
            n=Count("pk"),
            said=Count("pk", filter=~Q(finding="")),
            all_points=Sum("points"),
            own=Sum("own_points"),
        )
    )
    return {
        row["assessment_id"]: Progress(row["n"], row["said"], row["all_points"], row["own"])
        for row in rows
    }


# --- proofs -------------------------------------------------------------------------------------


@dataclass(slots=True)
class ProofLine:
    """A record that proves an item, as it is read: what it is, its words, its day, its evidence."""

    pk: int
    kind: str
    key: int
    title: str
    day: date | None
    unit: str
    url: str
    note: str
    is_cancelled: bool
    evidence: int = 0

    @property
    def word(self) -> str:
        """What kind of record it is, in words."""
        return str(PROOF_LABELS[self.kind])

    @property
    def has_evidence(self) -> bool:
        """Whether anything shows it: evidence, or the record by itself."""
        return self.kind in OF_ITSELF or self.evidence > 0

    @property
    def facts(self) -> ProofFacts:
        """What the gaps of its item are found from."""
        return ProofFacts(self.is_cancelled, self.has_evidence)


@dataclass(slots=True)
class ItemLine:
    """An item of a volume with its proofs, what it lacks, and the same number of last year."""

    item: AssessmentItem
    proofs: list[ProofLine] = field(default_factory=list)
    before: "ItemLine | None" = None

    @property
    def finding(self) -> OwnFinding | None:
        """What the bureau found of itself; None where it has not."""
        return OwnFinding(self.item.finding) if self.item.finding else None

    @property
    def gaps(self) -> list[ItemGap]:
        """What the item lacks."""
        return gaps_of(self.finding, (proof.facts for proof in self.proofs))

    @property
    def offers(self) -> list[ProofLine]:
        """What proved the same number last year and is not here yet: a rule may hold on, the
        rest is of another year and only shows what to look for."""
        here = {(proof.kind, proof.key) for proof in self.proofs}
        before = self.before.proofs if self.before else []
        return [
            proof
            for proof in before
            if proof.kind in STANDING
            and not proof.is_cancelled
            and (proof.kind, proof.key) not in here
        ]


@dataclass(slots=True)
class Volume:
    """A volume with its items in order."""

    assessment: Assessment
    lines: list[ItemLine]

    @property
    def groups(self) -> list[tuple[str, list[ItemLine]]]:
        """The items under their headings, as they follow one another."""
        found: list[tuple[str, list[ItemLine]]] = []
        for line in self.lines:
            if not found or found[-1][0] != line.item.heading:
                found.append((line.item.heading, []))
            found[-1][1].append(line)
        return found

    @property
    def gaps(self) -> list[tuple[ItemGap, list[ItemLine]]]:
        """Each sort of gap with the items that have it."""
        return [
            (gap, rows) for gap in ItemGap if (rows := [r for r in self.lines if gap in r.gaps])
        ]

    @property
    def findings(self) -> Counter[str]:
        """How many items were found what; the empty word counts those without a finding."""
        return Counter(line.item.finding for line in self.lines)

    @property
    def points(self) -> Decimal:
        """The points of all items together."""
        return sum((line.item.points or Decimal() for line in self.lines), Decimal())

    @property
    def own_points(self) -> Decimal:
        """The points that the bureau gives itself."""
        return sum((line.item.own_points or Decimal() for line in self.lines), Decimal())

    @property
    def asked_points(self) -> Decimal:
        """The points of the items that concern the bureau."""
        return sum(
            (
                line.item.points or Decimal()
                for line in self.lines
                if line.item.finding != OwnFinding.NOT_ASKED
            ),
            Decimal(),
        )

    @property
    def proofs(self) -> int:
        """How many proofs stand, one record at two items counted twice."""
        return sum(not p.is_cancelled for line in self.lines for p in line.proofs)


def volume_of(assessment: Assessment) -> Volume:
    """The whole volume, with last year's beside where it follows one: three queries.

    Wants the volume's unit. Refuses nothing.
    """
    keys = [key for key in (assessment.pk, assessment.follows_id) if key]
    lines = _lines(AssessmentItem.objects.filter(assessment__in=keys))
    return Volume(assessment, _beside(assessment, lines))


def item_line(item: AssessmentItem) -> ItemLine:
    """One item as the volume shows it, with the same number of last year: three queries."""
    follows = item.assessment.follows_id
    wanted = Q(pk=item.pk)
    if follows:
        wanted |= Q(assessment=follows, number=item.number)
    lines = _lines(AssessmentItem.objects.filter(wanted))
    found = _beside(item.assessment, lines)[0]
    found.item = item
    return found


def with_neighbours(rows: QuerySet[AssessmentItem]) -> QuerySet[AssessmentItem]:
    """Each item with key and number of the one before and the one after it in its volume."""
    others = AssessmentItem.objects.filter(assessment=OuterRef("assessment"))
    before = others.filter(position__lt=OuterRef("position")).order_by("-position")
    after = others.filter(position__gt=OuterRef("position")).order_by("position")
    return rows.annotate(
        before_pk=Subquery(before.values("pk")[:1]),
        before_number=Subquery(before.values("number")[:1]),
        after_pk=Subquery(after.values("pk")[:1]),
        after_number=Subquery(after.values("number")[:1]),
    )


def _lines(items: QuerySet[AssessmentItem]) -> list[ItemLine]:
    lines = [ItemLine(item) for item in items.order_by("position", "pk")]
    by_item = {line.item.pk: line for line in lines}
    rows = (
        ItemProof.objects.filter(item__in=by_item)
        .select_related(
            *("schedule__set__unit", "meeting__unit", "problem__unit", "measure__unit"),
            *("record__unit", "deed__unit", "honour__bureau", "honour__unit", "evidence__unit"),
        )
        .order_by("pk")
    )
    for row in rows:
        by_item[row.item_id].proofs.append(proof_line(row))
    _count_evidence(line for each in lines for line in each.proofs)
    return lines


def _beside(assessment: Assessment, lines: Sequence[ItemLine]) -> list[ItemLine]:
    before = {
        line.item.number: line for line in lines if line.item.assessment_id == assessment.follows_id
    }
    own = [line for line in lines if line.item.assessment_id == assessment.pk]
    for line in own:
        line.before = before.get(line.item.number)
    return own


def proof_line(proof: ItemProof) -> ProofLine:
    """A proof as it is read; wants its record with its unit. No query."""
    kind = kind_of(proof)
    record = getattr(proof, kind)
    return ProofLine(
        pk=proof.pk,
        kind=kind,
        key=record.pk,
        title=title_of(kind, record),
        day=day_of(kind, record),
        unit=unit_of(kind, record).label,
        url=address_of(kind, record),
        note=proof.note,
        is_cancelled=getattr(record, "cancelled_at", None) is not None,
    )


def kind_of(proof: ItemProof) -> str:
    """Which sort of record a proof is."""
    return next(kind for kind in MODELS if getattr(proof, f"{kind}_id") is not None)


def title_of(kind: str, record: Any) -> str:
    """What a record is called."""
    if kind == "schedule":
        return record.name
    return record.title or getattr(record, "original_name", "")


def day_of(kind: str, record: Any) -> date | None:
    """The day a record is of; a rule has none."""
    if kind == "evidence":
        return record.reference_day
    names = {
        "meeting": "held_on",
        "problem": "found_on",
        "measure": "set_on",
        "record": "on",
        "deed": "on",
        "honour": "awarded_on",
    }
    return getattr(record, names[kind]) if kind in names else None


def unit_of(kind: str, record: Any) -> Unit:
    """Where a record lies."""
    if kind == "schedule":
        return record.set.unit
    if kind == "honour":
        return record.unit or record.bureau
    return record.unit


def address_of(kind: str, record: Any) -> str:
    """Where a record is read."""
    if kind == "honour":
        return f"{reverse('reports:honour-list')}?bureau={record.bureau_id}&year={record.year}"
    if kind == "evidence":
        return reverse("reports:evidence-view", args=[record.pk])
    return record.get_absolute_url()


# What proves a record: what it is attached to, also by way of its progress.
_USES = {
    "meeting": ("meeting_id",),
    "problem": ("problem_id",),
    "measure": ("measure_id", "progress__measure_id"),
    "record": ("record_id",),
    "deed": ("deed_id",),
}


def uses_of(keys: Mapping[str, Iterable[int]]) -> QuerySet[EvidenceUse]:
    """What is attached to those records, by kind and key, and proves something."""
    wanted = Q(pk__in=[])
    for kind, columns in _USES.items():
        if of_kind := set(keys.get(kind, ())):
            for column in columns:
                wanted |= Q(**{f"{column.removesuffix('_id')}__in": of_kind})
    return EvidenceUse.objects.filter(wanted, evidence__cancelled_at__isnull=True).exclude(
        evidence__review=ReviewState.RETURNED.value
    )


def record_keys(proofs: Iterable[ProofLine]) -> dict[str, set[int]]:
    """The keys of the proving records, by kind."""
    found: dict[str, set[int]] = defaultdict(set)
    for proof in proofs:
        found[proof.kind].add(proof.key)
    return found


def _count_evidence(proofs: Iterable[ProofLine]) -> None:
    """How many pieces of evidence each record has: one query."""
    lines = list(proofs)
    columns = [column for of_kind in _USES.values() for column in of_kind]
    pieces: dict[tuple[str, int], set[int]] = defaultdict(set)
    for row in uses_of(record_keys(lines)).values("evidence_id", *columns):
        for kind, of_kind in _USES.items():
            for column in of_kind:
                if row[column] is not None:
                    pieces[kind, row[column]].add(row["evidence_id"])
    for line in lines:
        line.evidence = len(pieces.get((line.kind, line.key), ()))


def files_of(
    scope: Scope, proofs: Iterable[ProofLine], *, references: bool
) -> dict[tuple[str, int], list[PackFile]]:
    """What the evidence of each record is, by its kind and key, as far as the scope reads it.

    A proof that is itself a piece of evidence has that one. In the order of the kinds of evidence:
    two queries.
    """
    keys = record_keys(proofs)
    seen = scope.condition(unit="evidence__unit", bureau="evidence__bureau")
    columns = [column for of_kind in _USES.values() for column in of_kind]
    found: dict[tuple[str, int], dict[int, PackFile]] = defaultdict(dict)
    rows = uses_of(keys).filter(seen).order_by("evidence__recorded_at", "evidence_id")
    for pk, *rest in rows.values_list("evidence_id", *columns, *FILE_COLUMNS):
        named = dict(zip(columns, rest[: len(columns)], strict=True))
        file = PackFile(*rest[len(columns) :])
        for kind, of_kind in _USES.items():
            for column in of_kind:
                if named[column] is not None:
                    found[kind, named[column]].setdefault(pk, file)
    names = [column.removeprefix("evidence__") for column in FILE_COLUMNS]
    own = scope.limit(Evidence.objects.proving()).filter(pk__in=keys.get("evidence", ()))
    for pk, *rest in own.values_list("pk", *names):
        found["evidence", pk][pk] = PackFile(*rest)
    return {
        key: sorted(
            (file for file in files.values() if references or not file.is_reference),
            key=lambda file: KIND_ORDER[file.kind],
        )
        for key, files in found.items()
    }


# --- search -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that may be put to an item; ``is_there`` already."""

    kind: str
    key: int
    title: str
    day: date | None
    unit: str
    url: str
    is_there: bool


def record_rows(scope: Scope, kind: str, assessment: Assessment, *, on: date) -> QuerySet:
    """The records of a kind that may prove an item: of the bureau and year, within the scope.

    Rules are those of the bureau and of the units above it, whatever the year; a problem or a
    measure is of every year in which it was not yet done.
    """
    unit, year = assessment.unit, assessment.year
    first, last = date(year, 1, 1), date(year, 12, 31)
    if kind == "schedule":
        above = [unit.path[:end] for end in range(PATH_SEGMENT, len(unit.path), PATH_SEGMENT)]
        rows = scope.limit(Schedule.objects.all())
        return rows.filter(Q(set__unit__bureau=unit) | Q(set__unit__path__in=above)).select_related(
            "set__unit"
        )
    if kind == "meeting":
        rows = meetings_for(scope, on=on, bureau=unit.pk).filter(held_on__range=(first, last))
        return rows.select_related("unit")
    if kind == "record":
        return records_for(scope, on=on, year=year, bureau=unit.pk)
    if kind == "deed":
        return deeds_for(scope, on=on, year=year, bureau=unit.pk)
    if kind == "honour":
        return honours_for(scope, on=on, year=year, bureau=unit.pk)
    if kind == "problem":
        rows = scope.limit(Problem.objects.standing()).filter(bureau=unit, found_on__lte=on)
        rows = rows.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=first))
        return rows.filter(found_on__lte=last).select_related("unit")
    if kind == "measure":
        rows = scope.limit(Measure.objects.standing()).filter(bureau=unit, set_on__lte=on)
        rows = rows.filter(Q(done_on__isnull=True) | Q(done_on__gte=first), set_on__lte=last)
        return rows.select_related("unit")
    rows = scope.limit(Evidence.objects.proving()).filter(bureau=unit)
    of_year = Q(recorded_at__year=year) | Q(reference_day__year=year)
    return rows.filter(of_year).select_related("unit")


_ORDER = {
    "schedule": ("set__position", "position", "pk"),
    "meeting": ("-held_on", "-pk"),
    "problem": ("-found_on", "-pk"),
    "measure": ("-set_on", "-pk"),
    "record": ("-on", "-pk"),
    "deed": ("-on", "-pk"),
    "honour": (F("awarded_on").desc(nulls_last=True), "-pk"),
    "evidence": ("-recorded_at", "-pk"),
}


def search_records(
    scope: Scope, line: ItemLine, *, kind: str, text: str, on: date
) -> tuple[list[Hit], int]:
    """Records of a kind whose words hold every word typed, the newest first, and how many.

    Nothing typed gives the newest. Two queries. At most twenty are given.
    """
    rows = record_rows(scope, kind, line.item.assessment, on=on)
    words = text.split()[:MOST_WORDS]
    if words:
        rows = rows.filter(reduce(and_, (_holds(kind, word) for word in words)))
    there = {(proof.kind, proof.key) for proof in line.proofs}
    total = rows.order_by().count()
    found = list(rows.order_by(*_ORDER[kind])[:MOST_FOUND]) if total else []
    hits = [
        Hit(
            kind,
            record.pk,
            title_of(kind, record),
            day_of(kind, record),
            unit_of(kind, record).label,
            address_of(kind, record),
            (kind, record.pk) in there,
        )
        for record in found
    ]
    return hits, total


def _holds(kind: str, word: str) -> Q:
    found = Q()
    for column in _TEXT[kind]:
        found |= Q(**{f"{column}__icontains": word})
    return found


def volumes_before(scope: Scope, unit: Unit | int, *, year: int) -> QuerySet[Assessment]:
    """The volumes of a bureau that one of the year may follow, the newest first."""
    rows = scope.limit(Assessment.objects.filter(unit=unit, year__lt=year))
    return rows.order_by("-year", "pk")
