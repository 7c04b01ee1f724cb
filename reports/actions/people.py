"""People, and the posts they hold: appointing, ending, handing over, leaving."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create, bulk_update
from reports.actions.initials import initials_of
from reports.actions.refusals import Refused
from reports.domain.handovers import reasons_against_handing_over
from reports.domain.periods import ONE_DAY
from reports.domain.terms import Term, overlaps
from reports.models import Appointment, Person, Post, Unit
from reports.models.choices import AGAINST_HAND_OVER_SENTENCES, PersonKind, day_label
from reports.selectors.people import term_of


class CannotAppoint(Refused):
    """The person may not hold the post on those days."""


class CannotChangePerson(Refused):
    """The person may not be entered or changed like this."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonDraft:
    """A person as entered."""

    name: str
    unit: Unit
    kind: PersonKind = PersonKind.POLICE
    joined_on: date | None = None
    left_on: date | None = None
    user: User | None = None
    imported_from: str = ""
    imported_row: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AppointmentDraft:
    """An appointment as entered."""

    person: Person
    unit: Unit
    post: Post
    first_day: date
    last_day: date | None = None
    acting: bool = False
    document_number: str = ""
    home_unit: Unit | None = None
    imported_from: str = ""
    imported_row: int | None = None


@transaction.atomic
def create_people(drafts: Iterable[PersonDraft], *, by: User | None, at: datetime) -> list[Person]:
    """Enter people; refuses an empty name."""
    rows = []
    for draft in drafts:
        name = draft.name.strip()
        if not name:
            raise CannotChangePerson([_("请填写姓名。")])
        rows.append(
            Person(
                name=name,
                unit=draft.unit,
                kind=draft.kind.value,
                joined_on=draft.joined_on,
                left_on=draft.left_on,
                user=draft.user,
                initials=initials_of(name, limit=80),
                imported_from=draft.imported_from,
                imported_row=draft.imported_row,
            )
        )
    return list(bulk_create(Person, rows, by=by, at=at))


@transaction.atomic
def edit_person(
    *, person: Person, name: str, unit: Unit, kind: PersonKind, by: User | None, at: datetime
) -> Person:
    """Correct a person's name, home unit and kind; refuses an empty name."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not name.strip():
        raise CannotChangePerson([_("请填写姓名。")])
    person.name, person.unit, person.kind = name.strip(), unit, kind.value
    person.initials = initials_of(person.name, limit=80)
    _save(person, by=by, at=at)
    return person


@transaction.atomic
def person_leaves(
    *, person: Person, on: date, by: User | None, at: datetime, today: date
) -> Person:
    """Note a person's last day; the terms that still run end with it, the records stay.

    Refuses a future day and terms that begin later.
    """
    person = Person.objects.select_for_update().get(pk=person.pk)
    reasons = []
    if on > today:
        reasons.append(_("离任日期不能晚于今天。"))
    terms = Appointment.objects.select_for_update(of=("self",)).filter(person=person)
    for term in terms.filter(first_day__gt=on).select_related("post").order_by("first_day"):
        reasons.append(
            _("其“%(post)s”任职从%(day)s开始，晚于离任日期。")
            % {"post": term.post, "day": day_label(term.first_day)}
        )
    if reasons:
        raise CannotChangePerson(reasons)
    running = [t for t in terms.in_office_on(on) if t.last_day is None or t.last_day > on]
    for term in running:
        term.last_day = on
    bulk_update(Appointment, running, ["last_day"], by=by, at=at)
    person.left_on = on
    _save(person, by=by, at=at)
    return person


@transaction.atomic
def person_returns(*, person: Person, by: User | None, at: datetime) -> Person:
    """Take back a leaving that was a mistake; the terms that it ended stay ended."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    person.left_on = None
    _save(person, by=by, at=at)
    return person


@transaction.atomic
def appoint_many(
    drafts: Iterable[AppointmentDraft], *, by: User | None, at: datetime
) -> list[Appointment]:
    """Let people hold posts.

    Refuses two holders of a single-holder post on one day (whoever acts is a holder), a post that
    the kind of the unit does not have, days outside those of the unit, and days after the person
    left.
    """
    drafts = list(drafts)
    reasons = _against_drafts(drafts)
    if reasons:
        raise CannotAppoint(reasons)
    rows = [
        Appointment(
            person=draft.person,
            unit=draft.unit,
            post=draft.post,
            first_day=draft.first_day,
            last_day=draft.last_day,
            acting=draft.acting,
            document_number=draft.document_number,
            home_unit=draft.home_unit,
            single_holder=draft.post.single_holder,
            imported_from=draft.imported_from,
            imported_row=draft.imported_row,
        )
        for draft in drafts
    ]
    return list(bulk_create(Appointment, rows, by=by, at=at))


def appoint(
    *,
    person: Person,
    unit: Unit,
    post: Post,
    first_day: date,
    by: User | None,
    at: datetime,
    last_day: date | None = None,
    acting: bool = False,
    document_number: str = "",
    home_unit: Unit | None = None,
) -> Appointment:
    """Let one person hold one post; refuses like ``appoint_many``."""
    draft = AppointmentDraft(
        person, unit, post, first_day, last_day, acting, document_number, home_unit
    )
    return appoint_many([draft], by=by, at=at)[0]


@transaction.atomic
def edit_appointment(
    *,
    appointment: Appointment,
    first_day: date,
    last_day: date | None,
    acting: bool,
    document_number: str,
    by: User | None,
    at: datetime,
    home_unit: Unit | None = None,
) -> Appointment:
    """Correct the days of an appointment; refuses like ``appoint_many``.

    Meetings keep the post that was noted with them: corrections judge nothing anew.
    """
    row = _locked(appointment)
    draft = AppointmentDraft(
        row.person, row.unit, row.post, first_day, last_day, acting, document_number, home_unit
    )
    reasons = _against_drafts([draft], without=row.pk)
    if reasons:
        raise CannotAppoint(reasons)
    row.first_day, row.last_day = first_day, last_day
    row.acting, row.document_number = acting, document_number
    row.home_unit = home_unit
    row.single_holder = row.post.single_holder
    _save(row, by=by, at=at)
    return row


@transaction.atomic
def end_appointment(
    *, appointment: Appointment, on: date, by: User | None, at: datetime
) -> Appointment:
    """End a term; ``on`` is its last day. Refuses a day before its first, and one already ended."""
    row = _locked(appointment)
    reasons = []
    if row.last_day is not None and row.last_day <= on:
        reasons.append(_("该任职已于%(day)s结束。") % {"day": day_label(row.last_day)})
    if on < row.first_day:
        reasons.append(_("免职日期早于任职日期。"))
    if reasons:
        raise CannotAppoint(reasons)
    row.last_day = on
    _save(row, by=by, at=at)
    return row


@transaction.atomic
def hand_over(
    *,
    appointment: Appointment,
    to: Person,
    on: date,
    by: User | None,
    at: datetime,
    acting: bool = False,
    document_number: str = "",
    home_unit: Unit | None = None,
) -> Appointment:
    """Pass a post on: the old holder ends the day before, the new one begins on the day.

    Whoever acts in the post may be given it in full. Refuses a day on which the old holder had
    not begun, the same person otherwise, and all that ``appoint_many`` refuses. The same page sent
    once more changes nothing.
    """
    row = _locked(appointment)
    again = Appointment.objects.filter(
        unit=row.unit, post=row.post, person=to, first_day=on, acting=acting
    ).first()
    if again is not None and row.last_day == on - ONE_DAY:
        return again
    reasons = reasons_against_handing_over(
        term_of(row),
        on=on,
        same_person=to.pk == row.person_id,
        acting=row.acting,
        acting_after=acting,
    )
    if reasons:
        raise CannotAppoint(AGAINST_HAND_OVER_SENTENCES[why] for why in reasons)
    if row.last_day is None or row.last_day >= on:
        row.last_day = on - ONE_DAY
        _save(row, by=by, at=at)
    return appoint(
        person=to,
        unit=row.unit,
        post=row.post,
        first_day=on,
        acting=acting,
        document_number=document_number,
        home_unit=home_unit,
        by=by,
        at=at,
    )


@transaction.atomic
def hand_over_posts(
    *,
    appointments: Iterable[Appointment],
    to: Person,
    on: date,
    by: User | None,
    at: datetime,
    acting: bool = False,
    document_number: str = "",
    home_unit: Unit | None = None,
) -> list[Appointment]:
    """Pass on several posts of one person at once, all or none; refuses like ``hand_over``.

    The home unit is that of whoever comes, noted where the post is in another unit.
    """
    return [
        hand_over(
            appointment=each,
            to=to,
            on=on,
            acting=acting,
            document_number=document_number,
            home_unit=home_unit if home_unit and home_unit.pk != each.unit_id else None,
            by=by,
            at=at,
        )
        for each in appointments
    ]


@transaction.atomic
def set_single_holder(*, post: Post, single: bool, by: User | None, at: datetime) -> Post:
    """Say whether a post has one holder at a time, and copy it to its appointments.

    Refuses while two people hold it in one unit on one day.
    """
    post = Post.objects.select_for_update().get(pk=post.pk)
    rows = list(
        Appointment.objects.select_for_update(of=("self",))
        .filter(post=post)
        .select_related("person", "unit")
        .order_by("unit_id", "first_day", "pk")
    )
    if single:
        reasons = [
            _("%(unit)s：%(one)s与%(other)s的任期重叠。")
            % {"unit": one.unit, "one": one.person, "other": other.person}
            for place, one in enumerate(rows)
            for other in rows[place + 1 :]
            if one.unit_id == other.unit_id and overlaps(term_of(one), term_of(other))
        ]
        if reasons:
            raise CannotAppoint(reasons)
    post.single_holder = single
    _save(post, by=by, at=at)
    for row in rows:
        row.single_holder = single
    bulk_update(Appointment, rows, ["single_holder"], by=by, at=at)
    return post


# --- within ------------------------------------------------------------------------------------


def _against_drafts(drafts: Sequence[AppointmentDraft], *, without: int | None = None) -> list[str]:
    reasons = []
    allowed = _kinds_of_posts({draft.post.pk for draft in drafts})
    for draft in drafts:
        reasons += reasons_against_appointment(draft, kinds=allowed[draft.post.pk])
    return reasons or _against_overlap(drafts, without)


def reasons_against_appointment(draft: AppointmentDraft, *, kinds: Collection[int]) -> list[str]:
    """What speaks against an appointment as entered, whoever else holds the post; no query.

    ``kinds`` are those of the units that have the post; empty means all.
    """
    reasons = _against_days(draft)
    if kinds and draft.unit.kind_id not in kinds:
        reasons.append(
            _("“%(unit)s”这类单位不设“%(post)s”岗位。") % {"unit": draft.unit, "post": draft.post}
        )
    return reasons


def _against_days(draft: AppointmentDraft) -> list[str]:
    reasons = []
    unit, person, first, last = draft.unit, draft.person, draft.first_day, draft.last_day
    if last is not None and last < first:
        reasons.append(_("免职日期早于任职日期。"))
    if unit.opened_on and first < unit.opened_on:
        reasons.append(
            _("任职日期早于“%(unit)s”的启用日期（%(day)s）。")
            % {"unit": unit, "day": day_label(unit.opened_on)}
        )
    if unit.closed_on and (last is None or last > unit.closed_on):
        reasons.append(
            _("“%(unit)s”已于%(day)s停用，任职不能晚于该日。")
            % {"unit": unit, "day": day_label(unit.closed_on)}
        )
    if draft.home_unit is not None and draft.home_unit.pk == unit.pk:
        reasons.append(_("编制单位就是任职单位的，不属于派驻，请留空。"))
    if person.merged_into_id is not None:
        reasons.append(_("%(person)s的这一条已并入另一条，请重新选择人员。") % {"person": person})
    if person.left_on and (last is None or last > person.left_on):
        reasons.append(
            _("%(person)s已于%(day)s离任，任职不能晚于该日。")
            % {"person": person, "day": day_label(person.left_on)}
        )
    return reasons


def _against_overlap(drafts: Sequence[AppointmentDraft], without: int | None) -> list[str]:
    """Two holders of a single-holder post on one day, among the drafts or with what is stored;
    of the other posts, one person twice."""
    keys = {(draft.unit.pk, draft.post.pk) for draft in drafts}
    # Whoever appoints to the same posts at once waits here, and then sees this appointment.
    list(Post.objects.select_for_update().filter(pk__in={post for _unit, post in keys}))
    stored = Appointment.objects.filter(
        unit__in={unit for unit, _post in keys}, post__in={post for _unit, post in keys}
    ).exclude(pk=without)
    held: dict[tuple[int, int], list[tuple[Term, int, str]]] = defaultdict(list)
    for row in stored.select_related("person"):
        held[row.unit_id, row.post_id].append((term_of(row), row.person_id, row.person.name))
    reasons = []
    for draft in drafts:
        others = held[draft.unit.pk, draft.post.pk]
        reasons += reasons_against_term(draft, others)
        others.append((Term(draft.first_day, draft.last_day), draft.person.pk, draft.person.name))
    return reasons


def reasons_against_term(
    draft: AppointmentDraft, others: Iterable[tuple[Term, int, str]]
) -> list[str]:
    """Who holds the same post of the unit on one of the days; of posts with several holders the
    same person alone. ``others`` are terms, each with the key and the name of who serves it."""
    term = Term(draft.first_day, draft.last_day)
    return [
        _taken(draft, other, name)
        for other, person_id, name in others
        if overlaps(term, other) and (draft.post.single_holder or person_id == draft.person.pk)
    ]


def _taken(draft: AppointmentDraft, term: Term, name: str) -> str:
    place = {"unit": draft.unit, "post": draft.post, "person": name}
    if term.last_day is None:
        return _("“%(unit)s”的“%(post)s”自%(day)s起由%(person)s担任，请先填写其免职日期。") % {
            **place,
            "day": day_label(term.first_day),
        }
    return _("“%(unit)s”的“%(post)s”在%(first)s至%(last)s由%(person)s担任，任期重叠。") % {
        **place,
        "first": day_label(term.first_day),
        "last": day_label(term.last_day),
    }


def _kinds_of_posts(post_ids: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {pk: set() for pk in post_ids}
    rows = Post.kinds.through.objects.filter(post__in=post_ids)
    for post_id, kind_id in rows.values_list("post_id", "unitkind_id"):
        found[post_id].add(kind_id)
    return found


def _locked(appointment: Appointment) -> Appointment:
    return (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("person", "unit", "post")
        .get(pk=appointment.pk)
    )


def _save(row: Person | Appointment | Post, *, by: User | None, at: datetime) -> None:
    """Save with the entry of the history in that user's name."""
    row._history_user, row._history_date = by, at
    row.save()
