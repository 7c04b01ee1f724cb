from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.actions.evidence import (
    Reference,
    Upload,
    add_evidence,
    cancel_evidence,
    review_evidence,
)
from reports.actions.meetings import (
    MeetingDraft,
    cancel_meeting,
    record_meeting,
)
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.models import Due, Evidence, Meeting
from reports.models.choices import EvidenceKind, OwedBy, ReviewState
from reports.selectors.evidence import (
    evidence_of_meeting,
    lacking_for,
    lacking_kinds,
    returned_to,
    with_lacking_kinds,
)
from reports.selectors.meetings import lacking_evidence
from reports.selectors.scope import scope_of
from reports.selectors.todo import Waiting, count_waiting, waiting_for
from tests.factories import (
    NOON,
    BureauFactory,
    MeetingKindFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    member,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_store")]
TODAY = date(2026, 6, 10)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
MINUTES, SIGN_IN, PHOTO = EvidenceKind.MINUTES, EvidenceKind.SIGN_IN, EvidenceKind.PHOTO


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


@pytest.fixture
def rule(bureau, station):
    """Every station meets once a month, and shows minutes and a sign-in sheet."""
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="每月例会",
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
        expected_evidence=[MINUTES.value, SIGN_IN.value],
    )
    plan_dues(today=TODAY, year=2026)
    return version


@pytest.fixture
def legal(bureau):
    return member(Role.LEGAL_OFFICER, bureau)


@pytest.fixture
def clerk(station):
    return member(Role.CLERK, station)


def hold(unit, day, *dues, **kwargs):
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title="例会",
        held_on=day,
        due_ids=tuple(due.pk for due in dues),
        **kwargs,
    )
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def june(unit):
    return Due.objects.get(unit=unit, period_first=date(2026, 6, 1))


def keep(meeting, kind, *, by=None, at=NOON, content=PNG):
    upload = Upload(SimpleUploadedFile(f"{kind.value}.png", content), kind)
    (evidence,) = add_evidence(target=meeting, uploads=[upload], by=by, at=at)
    return evidence


def give_back(evidence, by, at=NOON):
    return review_evidence(
        evidence_id=evidence.pk, state=ReviewState.RETURNED, note="看不清", by=by, at=at
    )


def scope(user):
    return scope_of(user, today=TODAY)


def discharges(meeting):
    return meeting.discharges.select_related("due__version", "due__schedule")


# --- one meeting --------------------------------------------------------------------------------


def test_checklist_says_what_is_there_expected_and_lacking(station, rule, legal):
    meeting = hold(station, TODAY, june(station))
    keep(meeting, MINUTES)
    keep(meeting, PHOTO)
    give_back(keep(meeting, SIGN_IN), legal)

    found = evidence_of_meeting(scope(legal), meeting, discharges(meeting))

    assert [(x.kind, x.proving, x.returned, x.asked_by, x.is_lacking) for x in found.checklist] == [
        (MINUTES, 1, 0, ("每月例会",), False),
        (SIGN_IN, 0, 1, ("每月例会",), True),
        (PHOTO, 1, 0, (), False),
    ]
    assert found.lacking == ["签到表"]


def test_what_a_meeting_does_not_count_for_expects_nothing_of_it(station, rule, legal):
    meeting = hold(station, TODAY)
    cancelled = keep(meeting, PHOTO)
    cancel_evidence(evidence_id=cancelled.pk, because="传错", by=legal, at=NOON)

    found = evidence_of_meeting(scope(legal), meeting, discharges(meeting))

    assert found.checklist == []
    assert found.rows == [cancelled]


def test_the_reviewer_is_told_of_other_meetings_with_the_same_file(station, bureau, rule, legal):
    meeting, other = hold(station, TODAY, june(station)), hold(bureau, TODAY)
    gone = hold(station, TODAY)
    for each in (meeting, other, gone):
        keep(each, PHOTO)
    cancel_meeting(meeting_id=gone.pk, because="录错", by=legal, at=NOON)
    keep(hold(UnitFactory(), TODAY), PHOTO)
    keep(other, SIGN_IN, content=PNG + b"\x01")
    own = keep(meeting, PHOTO, by=legal)

    def elsewhere(user):
        found = evidence_of_meeting(scope(user), meeting, discharges(meeting))
        return {row.pk: row.elsewhere for row in found.rows}

    first = meeting.evidence_uses.order_by("pk").first().evidence_id
    assert elsewhere(legal) == {first: [other], own.pk: []}
    for role, unit in ((Role.CLERK, station), (Role.INSPECTOR, bureau), (Role.LEADER, bureau)):
        assert elsewhere(member(role, unit)) == {first: [], own.pk: []}


# --- what is lacking ----------------------------------------------------------------------------


def lacking_everywhere(user):
    """The list, the filter of the meetings and the kept number of the dues, which must agree."""
    rows = set(lacking_for(scope(user), on=TODAY))
    assert rows == set(lacking_evidence(Meeting.objects.standing()))
    assert set(Due.objects.filter(lacks_evidence__gt=0)) == set(
        Due.objects.filter(discharges__counts=True, discharges__meeting__in=rows)
    )
    return {(row, tuple(lacking_kinds(row)), row.missing) for row in rows}


def test_list_filter_and_dues_agree_whatever_becomes_of_the_evidence(station, rule, legal):
    meeting = hold(station, TODAY, june(station))
    assert lacking_everywhere(legal) == {(meeting, (MINUTES, SIGN_IN), 2)}

    minutes, sheet = keep(meeting, MINUTES), keep(meeting, SIGN_IN)
    assert lacking_everywhere(legal) == set()

    give_back(sheet, legal)
    assert lacking_everywhere(legal) == {(meeting, (SIGN_IN,), 1)}

    again = keep(meeting, SIGN_IN)
    assert lacking_everywhere(legal) == set()

    cancel_evidence(evidence_id=again.pk, because="传错", by=legal, at=NOON)
    give_back(minutes, legal)
    assert lacking_everywhere(legal) == {(meeting, (MINUTES, SIGN_IN), 2)}

    review_evidence(evidence_id=sheet.pk, state=ReviewState.ACCEPTED, note="", by=legal, at=NOON)
    assert lacking_everywhere(legal) == {(meeting, (MINUTES,), 1)}

    add_evidence(target=meeting, references=[Reference("记录", "档案室")], by=None, at=NOON)
    assert lacking_everywhere(legal) == set()


def test_list_says_since_when_and_who_may_hand_in(station, bureau, rule, legal, clerk):
    own = hold(station, TODAY - timedelta(days=9), june(station))
    leader = member(Role.LEADER, bureau)

    def told(user, **wanted):
        rows = lacking_for(scope(user), on=TODAY, **wanted)
        return [(row, row.waiting.days, row.may_add, row.has_returned) for row in rows]

    assert told(clerk) == told(legal) == [(own, 9, True, False)]
    assert told(leader) == [(own, 9, False, False)]
    assert told(clerk, year=2025) == []
    assert told(legal, unit=bureau.pk) == []
    give_back(keep(own, MINUTES), legal)
    assert told(clerk) == [(own, 9, True, True)]


def test_a_joint_session_is_handed_in_by_who_held_it(station, bureau, rule, clerk):
    joint = hold(bureau, TODAY, june(station), attending_unit_ids=(station.pk,))

    (row,) = lacking_for(scope(clerk), on=TODAY)

    assert (row, row.may_add) == (joint, False)


def test_kinds_of_nothing_are_none(station, rule):
    hold(station, TODAY)

    assert list(with_lacking_kinds(Meeting.objects.all())) == []


# --- what was returned --------------------------------------------------------------------------


def returned_in_list(user):
    groups = {group.why: group.rows for group in waiting_for(scope(user), today=TODAY)}
    return set(groups[Waiting.RETURNED])


def test_what_was_returned_waits_until_it_is_replaced(station, rule, legal, clerk):
    meeting = hold(station, TODAY, june(station))
    first, photo = keep(meeting, SIGN_IN, by=clerk), keep(meeting, PHOTO, by=clerk)
    before = count_waiting(scope(clerk), today=TODAY)
    give_back(first, legal)

    assert [(e, e.meeting_pk) for e in returned_to([station.pk])] == [(first, meeting.pk)]
    assert returned_in_list(clerk) == {first}
    assert count_waiting(scope(clerk), today=TODAY) == before + 1

    second = keep(meeting, SIGN_IN, by=clerk, at=NOON + timedelta(hours=1))
    assert returned_in_list(clerk) == set()

    give_back(second, legal, at=NOON + timedelta(hours=2))
    assert returned_in_list(clerk) == {second}

    cancel_evidence(evidence_id=second.pk, because="传错", by=clerk, at=NOON)
    assert returned_in_list(clerk) == {first}
    assert photo.pk not in {e.pk for e in returned_to([station.pk])}


def test_what_was_returned_waits_for_the_unit_alone(station, bureau, rule, legal):
    give_back(keep(hold(station, TODAY), PHOTO), legal)

    assert returned_in_list(member(Role.CLERK, UnitFactory(parent=bureau))) == set()
    assert returned_in_list(legal) == set()


def test_a_legal_officer_has_back_what_her_bureau_handed_in(bureau, legal):
    returned = give_back(keep(hold(bureau, TODAY), PHOTO, by=UserFactory()), legal)

    assert returned_in_list(legal) == {returned}


def test_evidence_of_other_things_is_no_business_of_the_list(station, legal):
    evidence = Evidence.objects.create(
        unit=station,
        bureau=station.bureau,
        title="整改报告",
        reference_keeper="办公室",
        recorded_at=NOON,
        review=ReviewState.RETURNED.value,
        review_note="缺页",
        reviewed_by=legal,
        reviewed_at=datetime(2026, 6, 10, tzinfo=UTC),
    )

    assert evidence not in returned_to([station.pk])
