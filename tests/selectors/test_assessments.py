from datetime import date
from decimal import Decimal

import pytest

from reports.domain.access import Role
from reports.domain.assessments import ItemGap
from reports.models import EvidenceUse
from reports.selectors.assessments import (
    Progress,
    assessments_for,
    item_line,
    progress_of,
    search_records,
    volume_of,
    volumes_before,
)
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AssessmentFactory,
    AssessmentItemFactory,
    BureauFactory,
    CityFactory,
    DeedFactory,
    EvidenceFactory,
    HonourFactory,
    ItemProofFactory,
    MeasureFactory,
    MeetingFactory,
    ProblemFactory,
    ScheduleFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


@pytest.fixture
def scope(bureau):
    return scope_of(member(Role.LEGAL_OFFICER, bureau), today=TODAY)


def item_of(bureau, **more):
    return AssessmentItemFactory(assessment__unit=bureau, **more)


def test_the_volumes_of_a_scope_newest_first(bureau, scope):
    old, new = AssessmentFactory(unit=bureau, year=2025), AssessmentFactory(unit=bureau)
    AssessmentFactory()

    assert list(assessments_for(scope)) == [new, old]
    assert list(assessments_for(scope, year=2025)) == [old]
    assert list(volumes_before(scope, bureau, year=2026)) == [old]


def test_how_far_a_volume_has_come(bureau):
    item = item_of(bureau, finding="met", points=Decimal(5), own_points=Decimal(4), basis="有")
    AssessmentItemFactory(assessment=item.assessment, points=Decimal(3))

    found = progress_of([item.assessment_id])

    assert found == {item.assessment_id: Progress(2, 1, Decimal(8), Decimal(4))}


def test_every_sort_of_record_proves_and_shows_its_evidence(bureau):
    item = item_of(bureau)
    station = UnitFactory(parent=bureau, ledger_from=None)
    records = {
        "schedule": ScheduleFactory(set__unit=bureau),
        "meeting": MeetingFactory(unit=station),
        "problem": ProblemFactory(unit=station),
        "measure": MeasureFactory(unit=station),
        "record": WorkRecordFactory(unit=station),
        "deed": DeedFactory(unit=station),
        "honour": HonourFactory(bureau=bureau),
        "evidence": EvidenceFactory(unit=station),
    }
    for kind, record in records.items():
        ItemProofFactory(item=item, **({"meeting": None} | {kind: record}))
    EvidenceUse.objects.create(evidence=EvidenceFactory(unit=station), measure=records["measure"])

    line = item_line(item)

    assert [(p.kind, p.key, p.has_evidence) for p in line.proofs] == [
        ("schedule", records["schedule"].pk, True),
        ("meeting", records["meeting"].pk, False),
        ("problem", records["problem"].pk, False),
        ("measure", records["measure"].pk, True),
        ("record", records["record"].pk, False),
        ("deed", records["deed"].pk, False),
        ("honour", records["honour"].pk, True),
        ("evidence", records["evidence"].pk, True),
    ]


def test_returned_and_cancelled_evidence_proves_nothing(bureau):
    item = item_of(bureau, finding="met", basis="有")
    meeting = MeetingFactory(unit=bureau)
    ItemProofFactory(item=item, meeting=meeting)
    returned = {"review": "returned", "review_note": "缺页", "reviewed_at": NOON}
    returned["reviewed_by"] = UserFactory()
    for more in (returned, {"cancelled_at": NOON, "cancelled_because": "错"}):
        EvidenceUse.objects.create(evidence=EvidenceFactory(unit=bureau, **more), meeting=meeting)

    assert item_line(item).gaps == [ItemGap.NO_EVIDENCE]


def test_last_years_number_stands_beside_and_offers_its_rules(bureau):
    before = item_of(bureau, assessment__year=2025, number="1.1")
    follows = before.assessment
    item = item_of(bureau, assessment__follows=follows, number="1.1")
    AssessmentItemFactory(assessment=item.assessment, number="9")
    rule = ItemProofFactory(item=before, meeting=None, schedule=ScheduleFactory(set__unit=bureau))
    ItemProofFactory(item=before, meeting=MeetingFactory(unit=bureau))

    first, second = volume_of(item.assessment).lines

    assert (first.before.item, second.before) == (before, None)
    assert [proof.pk for proof in first.offers] == [rule.pk]
    assert item_line(item).before.item == before


def test_the_sums_and_gaps_of_a_volume(bureau):
    item = item_of(
        bureau, heading="甲", finding="met", points=Decimal(5), own_points=Decimal(4), basis="有"
    )
    of = {"assessment": item.assessment}
    out = AssessmentItemFactory(**of, heading="甲", finding="not_asked", points=Decimal(2))
    open_one = AssessmentItemFactory(**of, heading="乙", points=Decimal(3))

    volume = volume_of(item.assessment)

    assert [(name, [line.item for line in lines]) for name, lines in volume.groups] == [
        ("甲", [item, out]),
        ("乙", [open_one]),
    ]
    assert [(gap, [line.item for line in lines]) for gap, lines in volume.gaps] == [
        (ItemGap.NO_FINDING, [open_one]),
        (ItemGap.NO_PROOF, [item, open_one]),
    ]
    assert (volume.points, volume.asked_points, volume.own_points) == (10, 8, 4)


def test_records_of_the_year_are_found_by_their_words(bureau, scope):
    line = item_line(item_of(bureau))
    found = MeetingFactory(unit=bureau, title="党委会专题研究", held_on=date(2026, 3, 4))
    ItemProofFactory(item=line.item, meeting=found)
    MeetingFactory(unit=bureau, title="党委会", held_on=date(2026, 3, 5))
    MeetingFactory(unit=bureau, title="党委会专题研究", held_on=date(2025, 3, 4))
    MeetingFactory(title="党委会专题研究", held_on=date(2026, 3, 4))

    hits, total = search_records(
        scope, item_line(line.item), kind="meeting", text="党委 研究", on=TODAY
    )

    assert [(hit.key, hit.is_there) for hit in hits] == [(found.pk, True)]
    assert total == 1


def test_no_more_than_twenty_are_given_with_the_number_of_all(bureau, scope):
    line = item_line(item_of(bureau))
    for _n in range(21):
        WorkRecordFactory(unit=bureau, on=date(2026, 3, 4))

    hits, total = search_records(scope, line, kind="record", text="", on=TODAY)

    assert (len(hits), total) == (20, 21)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("schedule", lambda bureau: ScheduleFactory(set__unit=bureau.parent)),
        ("problem", lambda bureau: ProblemFactory(unit=bureau, found_on=date(2025, 5, 1))),
        ("measure", lambda bureau: MeasureFactory(unit=bureau, set_on=date(2025, 5, 1))),
        ("deed", lambda bureau: DeedFactory(unit=bureau, on=date(2026, 5, 1))),
        ("honour", lambda bureau: HonourFactory(bureau=bureau, year=2026)),
        ("evidence", lambda bureau: EvidenceFactory(unit=bureau)),
    ],
)
def test_what_else_may_be_found(bureau, scope, kind, make):
    record = make(bureau)

    hits, total = search_records(scope, item_line(item_of(bureau)), kind=kind, text="", on=TODAY)

    assert ([hit.key for hit in hits], total) == ([record.pk], 1)
