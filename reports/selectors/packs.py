"""What goes into the evidence pack of a unit and year, in the order of its folders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.models import Discharge, Due, EvidenceUse, Meeting, Unit, Waiver
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, ReviewState
from reports.selectors.bureaus import label_of
from reports.selectors.evidence import lacking_kinds, with_lacking_kinds
from reports.selectors.scope import Scope

BATCH = 500


@dataclass(frozen=True, slots=True)
class PackFile:
    """One piece of evidence: a stored file, or a reference to what stays in its safe."""

    kind: str
    title: str
    original_name: str
    stored: str
    size: int
    sha256: str
    visibility: str
    review: str
    entered_at: datetime
    number: str
    item: str
    day: date | None
    keeper: str

    @property
    def is_reference(self) -> bool:
        return not self.stored


@dataclass(slots=True)
class PackEntry:
    """A meeting, or a waiver, under one schedule.

    ``home`` is the entry of another schedule where the files of the same meeting already lie;
    ``kept_by`` the unit that held a joint session, and keeps its evidence.
    """

    title: str
    unit: str
    held_on: date
    entered_on: date
    periods: list[str] = field(default_factory=list)
    units: set[int] = field(default_factory=set)
    files: list[PackFile] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    home: "PackEntry | None" = None
    kept_by: str = ""


@dataclass(slots=True)
class PackSchedule:
    """A schedule with what was held for it in the year; the last one holds all other meetings."""

    name: str
    entries: list[PackEntry] = field(default_factory=list)


def years_to_pack(unit: Unit, *, today: date) -> list[int]:
    """The years of which the unit, or one below it, owes something by that day; newest first."""
    begun = Due.objects.filter(_below(unit, "unit"), period_first__lte=today)
    return sorted({*begun.values_list("year", flat=True).distinct(), today.year}, reverse=True)


def pack_contents(
    scope: Scope, unit: Unit, *, year: int, kinds: Iterable[str], references: bool
) -> list[PackSchedule]:
    """What proves the year of a unit and of those below it, as far as the scope reads it.

    Meetings that count stand under each schedule of ``year`` they count for, with their files
    once; then those held in the calendar year that count for nothing. A joint session that
    another unit held is named, its files are in the pack of that unit. Kinds are those asked
    for; what is lacking is said of them. As many queries as there are hundreds of meetings.
    """
    wanted = frozenset(kinds)
    schedules: dict[int, PackSchedule] = {}
    homes: dict[int, PackEntry] = {}
    for each in _discharges(scope, unit, year):
        _place(each, schedules, homes, unit)
    _place_waivers(scope, unit, year, schedules, wanted, references)
    rest = PackSchedule(_("其他会议"))
    for meeting in _loose(scope, unit, year):
        entry = homes[meeting.pk] = _entry(meeting)
        rest.entries.append(entry)
    for ids in _batches(pk for pk, entry in homes.items() if not entry.kept_by):
        for pk, file in _files(scope, wanted, references, meeting__in=ids):
            homes[pk].files.append(file)
        for meeting in with_lacking_kinds(Meeting.objects.filter(pk__in=ids)):
            homes[meeting.pk].lacking = [
                str(EVIDENCE_KIND_LABELS[kind])
                for kind in lacking_kinds(meeting)
                if kind.value in wanted
            ]
    return [*schedules.values(), *([rest] if rest.entries else [])]


def _below(unit: Unit, name: str) -> Q:
    return Q(**{f"{name}__path__gte": unit.path, f"{name}__path__lt": unit.path_end})


def _discharges(scope: Scope, unit: Unit, year: int) -> Iterator[Discharge]:
    rows = Discharge.objects.filter(
        _below(unit, "due__unit"),
        scope.condition(unit="due__unit", bureau="due__bureau"),
        counts=True,
        due__year=year,
        meeting__cancelled_at__isnull=True,
    )
    # Few schedules and units belong to many rows: fetched beside them, each is one object.
    rows = rows.select_related("due", "meeting").prefetch_related(
        "due__schedule__set", "due__version", "due__person", "meeting__unit"
    )
    schedule = "due__schedule"
    rows = rows.order_by(
        *(f"{schedule}__{name}" for name in ("set__position", "set_id", "position", "pk")),
        "meeting__held_on",
        "meeting_id",
        "due__period_first",
        "due_id",
    )
    return rows.iterator(BATCH)


def _place(
    each: Discharge, schedules: dict[int, PackSchedule], homes: dict[int, PackEntry], unit: Unit
) -> None:
    """Put a meeting under the schedule of the due it counts for; rows come in that order."""
    due, meeting = each.due, each.meeting
    of = schedules.setdefault(due.schedule_id, PackSchedule(due.schedule.name))
    home = homes.get(meeting.pk)
    last = of.entries[-1] if of.entries else None
    if home is None:
        entry = homes[meeting.pk] = _entry(meeting)
        if not _is_below(meeting.unit, unit):
            entry.kept_by = meeting.unit.label
        of.entries.append(entry)
    elif last is home or (last is not None and last.home is home):
        entry = last
    else:
        entry = _entry(meeting, home=home)
        of.entries.append(entry)
    label = label_of(due)
    if due.person_id is not None:
        label = f"{label} {due.person.name}"
    if label not in entry.periods:
        entry.periods.append(label)
    entry.units.add(due.unit_id)


def _is_below(held_by: Unit, unit: Unit) -> bool:
    return unit.path <= held_by.path < unit.path_end


def _entry(meeting: Meeting, home: PackEntry | None = None) -> PackEntry:
    return PackEntry(
        title=meeting.title,
        unit=meeting.unit.label,
        held_on=meeting.held_on,
        entered_on=localtime(meeting.recorded_at).date(),
        home=home,
        kept_by=home.kept_by if home else "",
    )


def _loose(scope: Scope, unit: Unit, year: int) -> QuerySet[Meeting]:
    """Meetings of the calendar year that count for no due at all."""
    counting = Discharge.objects.filter(meeting=OuterRef("pk"), counts=True)
    rows = scope.limit(Meeting.objects.standing()).filter(
        _below(unit, "unit"), ~Exists(counting), held_on__year=year
    )
    return rows.select_related("unit").order_by("held_on", "pk")


def _place_waivers(
    scope: Scope,
    unit: Unit,
    year: int,
    schedules: dict[int, PackSchedule],
    wanted: frozenset[str],
    references: bool,
) -> None:
    """The signed sheets by which dues of the year were excused, under their schedules."""
    rows = Waiver.objects.filter(
        _below(unit, "due__unit"),
        scope.condition(unit="due__unit", bureau="due__bureau"),
        Exists(EvidenceUse.objects.filter(waiver=OuterRef("pk"))),
        due__year=year,
        withdrawn_on__isnull=True,
    )
    rows = rows.select_related("due").prefetch_related(
        "due__schedule__set", "due__version", "due__unit"
    )
    entries: dict[int, PackEntry] = {}
    for waiver in rows.order_by("granted_on", "pk"):
        due = waiver.due
        of = schedules.setdefault(due.schedule_id, PackSchedule(due.schedule.name))
        entry = entries[waiver.pk] = PackEntry(
            title=_("经批准免开"),
            unit=due.unit.label,
            held_on=waiver.granted_on,
            entered_on=localtime(waiver.recorded_at).date(),
            periods=[label_of(due)],
            units={due.unit_id},
        )
        of.entries.append(entry)
    for ids in _batches(entries):
        for pk, file in _files(scope, wanted, references, waiver__in=ids):
            entries[pk].files.append(file)


FILE_COLUMNS = (
    "evidence__kind",
    "evidence__title",
    "evidence__original_name",
    "evidence__file",
    "evidence__size",
    "evidence__sha256",
    "evidence__visibility",
    "evidence__review",
    "evidence__recorded_at",
    "evidence__reference_number",
    "evidence__reference_item",
    "evidence__reference_day",
    "evidence__reference_keeper",
)
KIND_ORDER = {kind.value: place for place, kind in enumerate(EvidenceKind)}


def _files(
    scope: Scope, wanted: frozenset[str], references: bool, **target: list[int]
) -> list[tuple[int, PackFile]]:
    """What proves those meetings or waivers, with the key of each; in the order of the kinds.

    A sheet that was signed for several units is kept with the first of them and proves all.
    """
    name = next(iter(target)).removesuffix("__in")
    rows = (
        EvidenceUse.objects.filter(
            scope.condition(unit="evidence__unit", bureau="evidence__bureau"),
            evidence__kind__in=sorted(wanted),
            evidence__cancelled_at__isnull=True,
            **target,
        )
        .exclude(evidence__review=ReviewState.RETURNED.value)
        .order_by("evidence__recorded_at", "evidence_id")
        .values_list(f"{name}_id", *FILE_COLUMNS)
    )
    found = [(pk, PackFile(*columns)) for pk, *columns in rows]
    found = [(pk, file) for pk, file in found if references or not file.is_reference]
    return sorted(found, key=lambda pair: KIND_ORDER[pair[1].kind])


def _batches(keys: Iterable[int]) -> Iterator[list[int]]:
    ordered = sorted(keys)
    for at in range(0, len(ordered), BATCH):
        yield ordered[at : at + BATCH]
