"""Assessments (迎检卷): begun, filled with items, proved by records, with the bureau's finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from reports.actions.recycle import throw_away
from reports.actions.refusals import Refused
from reports.domain.assessments import (
    AgainstAssessment,
    AgainstFinding,
    AgainstProof,
    ItemRow,
    plain_points,
    reasons_against_finding,
    reasons_against_following,
    reasons_against_proof,
)
from reports.domain.summaries import OwnFinding
from reports.models import Assessment, AssessmentItem, ItemProof, Unit
from reports.models.choices import (
    AGAINST_ASSESSMENT_SENTENCES,
    AGAINST_FINDING_SENTENCES,
    AGAINST_PROOF_SENTENCES,
)
from reports.selectors.assessments import MODELS, STANDING, kind_of, title_of, unit_of


class CannotKeepAssessment(Refused):
    """The volume, an item, a finding or a proof cannot be kept like this."""


@dataclass(frozen=True, slots=True)
class AssessmentDraft:
    """What is entered of a volume; ``follows`` is last year's."""

    title: str
    year: int
    basis: str = ""
    follows: Assessment | None = None


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What is entered of an item."""

    number: str
    text: str
    heading: str = ""
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """What a bureau says of itself on an item; nothing at all takes it back."""

    finding: OwnFinding | None
    own_points: Decimal | None = None
    basis: str = ""


@transaction.atomic
def start_assessment(
    *, unit: Unit, draft: AssessmentDraft, by: User | None, at: datetime
) -> Assessment:
    """Begin the volume of a bureau and year; the items come by a table or one by one.

    Refuses a second one of the same title in the year, and a volume it follows that is another
    bureau's or not of an earlier year.
    """
    # Two of the same title at once wait for each other here.
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    made = Assessment(unit=unit, recorded_at=at, recorded_by=by)
    return _keep(made, draft, by=by, at=at)


@transaction.atomic
def edit_assessment(
    *, assessment_id: int, draft: AssessmentDraft, by: User | None, at: datetime
) -> Assessment:
    """Correct title, basis, year or the volume followed; refuses as beginning one does."""
    return _keep(_locked(assessment_id), draft, by=by, at=at)


def _keep(made: Assessment, draft: AssessmentDraft, *, by: User | None, at: datetime) -> Assessment:
    same = Assessment.objects.filter(unit=made.unit_id, year=draft.year, title=draft.title)
    reasons = []
    if same.exclude(pk=made.pk).exists():
        reasons.append(AgainstAssessment.SAME_TITLE)
    if draft.follows is not None:
        reasons += reasons_against_following(
            year=draft.year,
            unit_id=made.unit_id,
            follows_year=draft.follows.year,
            follows_unit_id=draft.follows.unit_id,
        )
    _refuse(reasons)
    said = (draft.title, draft.year, draft.basis, draft.follows.pk if draft.follows else None)
    if made.pk and said == (made.title, made.year, made.basis, made.follows_id):
        return made
    made.title, made.year, made.basis, made.follows = (
        draft.title,
        draft.year,
        draft.basis,
        draft.follows,
    )
    _save(made, by=by, at=at)
    return made


# --- items --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """How many items a table brought, and how many it worded anew."""

    new: int
    changed: int


@transaction.atomic
def import_items(
    *,
    assessment_id: int,
    rows: Sequence[ItemRow],
    source: str,
    by: User | None,
    at: datetime,
) -> Imported:
    """Enter the items of a table, all or none; those of a known number are worded anew.

    Findings and proofs stay. An item that the table does not name stays, too. Refuses points
    below the own ones, and a table that changes nothing.
    """
    assessment = _locked(assessment_id)
    known = {item.number: item for item in assessment.items.select_for_update()}
    place = max((item.position for item in known.values()), default=0)
    new, changed = 0, 0
    for row in rows:
        item = known.get(row.number)
        if item is not None and wording(item) == wording(row):
            continue
        if item is not None and _is_below_own(item, row.points):
            raise CannotKeepAssessment([AGAINST_ASSESSMENT_SENTENCES[AgainstAssessment.BELOW_OWN]])
        if item is None:
            place += 1
            new += 1
            item = AssessmentItem(assessment=assessment, number=row.number, position=place)
        else:
            changed += 1
        item.heading, item.text, item.points = row.heading, row.text, row.points
        _save(item, by=by, at=at)
    if not new + changed:
        _refuse([AgainstAssessment.NOTHING_TO_IMPORT])
    assessment.imported_from = source[:200]
    _save(assessment, by=by, at=at)
    return Imported(new, changed)


def wording(item: AssessmentItem | ItemRow) -> tuple[str, str, str]:
    """What of an item a table says, to be compared."""
    return item.heading, item.text, plain_points(item.points)


def _is_below_own(item: AssessmentItem, points: Decimal | None) -> bool:
    return points is not None and item.own_points is not None and item.own_points > points


@transaction.atomic
def add_item(
    *, assessment_id: int, draft: ItemDraft, by: User | None, at: datetime
) -> AssessmentItem:
    """Add an item at the end of the volume; refuses a number that is there."""
    assessment = _locked(assessment_id)
    last = assessment.items.aggregate(last=Max("position"))["last"] or 0
    item = AssessmentItem(assessment=assessment, position=last + 1)
    return _keep_item(item, draft, by=by, at=at)


@transaction.atomic
def edit_item(*, item_id: int, draft: ItemDraft, by: User | None, at: datetime) -> AssessmentItem:
    """Correct an item; refuses a number that another has, and points below the own ones."""
    return _keep_item(_locked_item(item_id), draft, by=by, at=at)


def _keep_item(
    item: AssessmentItem, draft: ItemDraft, *, by: User | None, at: datetime
) -> AssessmentItem:
    others = AssessmentItem.objects.filter(assessment=item.assessment_id, number=draft.number)
    checks = {
        AgainstAssessment.NUMBER_TWICE: others.exclude(pk=item.pk).exists(),
        AgainstAssessment.BELOW_OWN: _is_below_own(item, draft.points),
    }
    _refuse([reason for reason, holds in checks.items() if holds])
    item.number, item.heading = draft.number, draft.heading
    item.text, item.points = draft.text, draft.points
    _save(item, by=by, at=at)
    return item


@transaction.atomic
def remove_item(*, item_id: int, by: User | None, at: datetime) -> None:
    """Take out an item that nothing hangs on; refuses one with a finding or a proof."""
    item = _locked_item(item_id)
    if item.finding or item.proofs.exists():
        _refuse([AgainstAssessment.HAS_PROOFS])
    throw_away(item, bureau=item.assessment.unit, by=by, at=at)


# --- findings and proofs ------------------------------------------------------------------------


@transaction.atomic
def record_finding(
    *, item_id: int, draft: FindingDraft, by: User | None, at: datetime
) -> AssessmentItem:
    """Write down what the bureau finds of itself on an item, with what that rests on.

    Refuses what ``domain.assessments.reasons_against_finding`` says. Said again, nothing changes.
    """
    item = _locked_item(item_id)
    basis = draft.basis.strip()
    reasons = reasons_against_finding(
        draft.finding, points=item.points, own_points=draft.own_points, basis=basis
    )
    if reasons:
        raise CannotKeepAssessment(AGAINST_FINDING_SENTENCES[reason] for reason in reasons)
    finding = draft.finding.value if draft.finding else ""
    own = Decimal() if draft.finding == OwnFinding.NOT_ASKED else draft.own_points
    own = None if draft.finding is None or draft.own_points is None else own
    if (item.finding, item.own_points, item.basis) != (finding, own, basis):
        item.finding, item.own_points, item.basis = finding, own, basis
        _save(item, by=by, at=at)
    return item


FINDING_FIELDS: Mapping[AgainstFinding, str] = {
    AgainstFinding.NO_FINDING: "finding",
    AgainstFinding.NO_BASIS: "basis",
    AgainstFinding.ABOVE_POINTS: "own_points",
    AgainstFinding.BELOW_NOUGHT: "own_points",
    AgainstFinding.POINTS_NOT_ASKED: "own_points",
    AgainstFinding.FULL_NOT_MET: "own_points",
}


@transaction.atomic
def prove_item(
    *, item_id: int, kind: str, key: int, by: User | None, at: datetime, note: str = ""
) -> ItemProof:
    """Put a record to an item; one record may prove many items.

    ``kind`` is one of ``selectors.assessments.MODELS``. Refuses the same record twice at an item,
    a cancelled one, and one of another bureau. Who may see the record, the page has asked.
    """
    item = _locked_item(item_id)
    record = MODELS[kind].objects.get(pk=key)
    reasons = reasons_against_proof(
        is_there=item.proofs.filter(**{f"{kind}_id": key}).exists(),
        is_cancelled=getattr(record, "cancelled_at", None) is not None,
        is_of_the_bureau=_is_of_the_bureau(kind, record, item.assessment),
    )
    if reasons:
        raise CannotKeepAssessment(AGAINST_PROOF_SENTENCES[reason] for reason in reasons)
    proof = ItemProof(item=item, note=note[:200], recorded_at=at, recorded_by=by)
    setattr(proof, f"{kind}_id", key)
    proof.save()
    return proof


def _is_of_the_bureau(kind: str, record: object, assessment: Assessment) -> bool:
    """A rule may be set above the bureau; everything else is the bureau's own."""
    if kind == "schedule":
        unit = unit_of(kind, record)
        return unit.bureau_id == assessment.unit_id or assessment.unit.path.startswith(unit.path)
    return record.bureau_id == assessment.unit_id  # type: ignore[attr-defined]


@transaction.atomic
def take_out_proof(*, proof_id: int, by: User | None, at: datetime) -> None:
    """Take a record from an item again; the record itself stays. Taken out before, nothing happens.

    Which record it was stays readable in the history of the item.
    """
    proof = ItemProof.objects.select_for_update(of=("self",)).filter(pk=proof_id).first()
    if proof is None:
        return
    item = _locked_item(proof.item_id)
    kind = kind_of(proof)
    title = title_of(kind, getattr(proof, kind))
    item._change_reason = f"{kind}:{title}"[:100]
    _save(item, by=by, at=at)
    label = f"{item} · {title}"
    throw_away(proof, label=label, bureau=item.assessment.unit, by=by, at=at)


@transaction.atomic
def take_over_proofs(
    *, item_id: int, proof_ids: Sequence[int], by: User | None, at: datetime
) -> int:
    """Put what proved the same number last year and still holds to this year's item, too.

    Only rules hold on from year to year. Those that are there already are passed over; how many
    were put. Proofs of another volume than the one followed are refused.
    """
    item = _locked_item(item_id)
    rows = ItemProof.objects.filter(
        pk__in=proof_ids,
        item__assessment=item.assessment.follows_id,
        item__number=item.number,
    )
    found = {row.pk: row for row in rows}
    if set(proof_ids) - set(found):
        raise CannotKeepAssessment([AGAINST_PROOF_SENTENCES[AgainstProof.ELSEWHERE]])
    made = 0
    for proof in found.values():
        kind = kind_of(proof)
        key = getattr(proof, f"{kind}_id")
        if kind not in STANDING or item.proofs.filter(**{f"{kind}_id": key}).exists():
            continue
        prove_item(item_id=item.pk, kind=kind, key=key, note=proof.note, by=by, at=at)
        made += 1
    return made


def _locked(assessment_id: int) -> Assessment:
    rows = Assessment.objects.select_for_update(of=("self",)).select_related("unit")
    return rows.get(pk=assessment_id)


def _locked_item(item_id: int) -> AssessmentItem:
    rows = AssessmentItem.objects.select_for_update(of=("self",))
    return rows.select_related("assessment__unit").get(pk=item_id)


def _save(row: Assessment | AssessmentItem, *, by: User | None, at: datetime) -> None:
    row._history_user, row._history_date = by, at
    row.save()


def _refuse(reasons: Sequence[AgainstAssessment]) -> None:
    if reasons:
        raise CannotKeepAssessment(AGAINST_ASSESSMENT_SENTENCES[reason] for reason in reasons)
