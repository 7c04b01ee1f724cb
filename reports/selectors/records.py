"""Work records as lists and numbers: both from the same function."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    prefetch_related_objects,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, ExtractMonth, ExtractYear
from django.utils.translation import gettext as _

from reports.domain.court import (
    CASE,
    HEAD_PRESENT,
    INSTANCE,
    KIND,
    OWN_NAME,
    SUED,
    Appearance,
    CourtRemark,
    Instance,
    PostFacts,
    instances_of,
    number_of,
    remark_on,
)
from reports.domain.records import FieldRule, FieldType
from reports.models import (
    Appointment,
    Deed,
    Evidence,
    Measure,
    Problem,
    RecordField,
    RecordKind,
    ReportHeading,
    Unit,
    WorkRecord,
)
from reports.models.choices import day_label
from reports.selectors.evidence import evidence_of
from reports.selectors.measures import measures_for, with_last_progress
from reports.selectors.problems import problems_for
from reports.selectors.scope import Scope


def done_by(day: date, prefix: str = "") -> Q:
    """What had happened by a day: single records from their first day on, the total of a month
    once the month is over, or from its entry on within it."""
    first = day.replace(day=1)
    over = Q(**{f"{prefix}on__lt": first})
    this = Q(**{f"{prefix}on": first})
    if day.day != monthrange(day.year, day.month)[1]:
        this &= Q(**{f"{prefix}recorded_at__date__lte": day})
    single = Q(**{f"{prefix}is_total": False, f"{prefix}on__lte": day})
    return single | (Q(**{f"{prefix}is_total": True}) & (over | this))


def records_for(
    scope: Scope | None,
    *,
    on: date,
    year: int | None = None,
    month: int | None = None,
    bureau: int | None = None,
    unit: int | None = None,
    kind: int | None = None,
    heading: int | None = None,
    measure: int | None = None,
    person: int | None = None,
    cancelled: bool = False,
) -> QuerySet[WorkRecord]:
    """The work records of a scope (None: all) that had happened by a day, the newest first.

    ``year`` and ``month`` are those of the first day; ``unit`` is the unit itself, without what is
    below it. Cancelled ones count nothing and are left out unless asked for.
    """
    rows = WorkRecord.objects.all() if cancelled else WorkRecord.objects.standing()
    if scope is not None:
        rows = scope.limit(rows)
    rows = rows.filter(done_by(on))
    if year is not None:
        rows = rows.filter(on__gte=date(year, 1, 1), on__lte=date(year, 12, 31))
    if month is not None:
        rows = rows.filter(on__month=month)
    named = {"bureau": bureau, "unit": unit, "kind": kind, "measure": measure}
    named |= {"kind__heading": heading}
    rows = rows.filter(**{name: key for name, key in named.items() if key is not None})
    if person is not None:
        rows = rows.filter(Q(person=person) | Q(second_person=person))
    return rows.for_list()


def with_doubled(rows: QuerySet[WorkRecord], on: date) -> QuerySet[WorkRecord]:
    """``doubled``: a total whose month has single records of the same unit and kind besides.

    It is shown, and not counted: the single records are (domain.records.counted).
    """
    singles = _of_the_month(is_total=False, on__lte=on)
    return rows.annotate(doubled=Q(is_total=True) & Q(Exists(singles)))


def with_total_beside(rows: QuerySet[WorkRecord]) -> QuerySet[WorkRecord]:
    """``total_beside``: a single record whose month has a total of the same unit and kind."""
    totals = _of_the_month(is_total=True)
    return rows.annotate(total_beside=Q(is_total=False) & Q(Exists(totals)))


def _of_the_month(**which: object) -> QuerySet[WorkRecord]:
    return WorkRecord.objects.standing().filter(
        unit=OuterRef("unit"),
        kind=OuterRef("kind"),
        on__year=OuterRef("on__year"),
        on__month=OuterRef("on__month"),
        **which,
    )


def counting(rows: QuerySet[WorkRecord], on: date) -> QuerySet[WorkRecord]:
    """Of ``records_for`` those that a number counts: standing ones, without doubled totals."""
    return with_doubled(rows.standing(), on).filter(doubled=False)


@dataclass(frozen=True)
class RecordCounts:
    """How much was done, by kind and month of the first day; every number opens to its list.

    ``amounts`` has (kind, month) → amount; ``left_out`` how many totals were not counted, because
    the months have single records as well, by the same keys.
    """

    kinds: tuple[RecordKind, ...]
    amounts: Mapping[tuple[int, int], int]
    left_out: Mapping[tuple[int, int], int]

    def of(self, kind: int, month: int | None = None) -> int:
        """The amount of a kind, in one month or in all."""
        if month is not None:
            return self.amounts.get((kind, month), 0)
        return sum(n for (of, _month), n in self.amounts.items() if of == kind)

    def months(self, kind: int) -> list[int]:
        """The amounts of a kind from January to December."""
        return [self.of(kind, month) for month in range(1, 13)]

    def left_out_of(self, kind: int) -> int:
        """How many totals of a kind were not counted."""
        return sum(n for (of, _month), n in self.left_out.items() if of == kind)

    @property
    def done(self) -> list[tuple[RecordKind, int]]:
        """The kinds of which something was done, with the amount, in their order."""
        return [(kind, self.of(kind.pk)) for kind in self.kinds if self.of(kind.pk)]

    def by_heading(self) -> list[tuple[ReportHeading | None, list[tuple[RecordKind, int]]]]:
        """The kinds of which something was done under their headings of part one of the report.

        Amounts of different kinds are never added up: a session and a case are no common number.
        """
        groups: dict[ReportHeading | None, list[tuple[RecordKind, int]]] = defaultdict(list)
        for kind, amount in self.done:
            groups[kind.heading].append((kind, amount))
        order = sorted(groups, key=lambda h: (h is None, h.position if h else 0, h.pk if h else 0))
        return [(heading, groups[heading]) for heading in order]


def kinds_in_order() -> QuerySet[RecordKind]:
    """All kinds with their headings, in the order of the report."""
    return RecordKind.objects.select_related("heading").order_by(
        F("heading__position").asc(nulls_last=True), "position", "pk"
    )


def record_counts(
    rows: QuerySet[WorkRecord], *, on: date, kinds: Iterable[RecordKind] | None = None
) -> RecordCounts:
    """How much was done of each kind in each month: two queries, one where ``kinds`` are read.

    ``rows`` are of ``records_for``, narrowed as one likes, and of one year (months are not told
    apart by years). The list, the year at a glance and indicators that are counted all ask here:
    ``record_counts(records_for(None, bureau=7, year=2026, on=day), on=day).of(kind.pk)``.
    """
    found = with_doubled(rows.standing(), on).order_by()
    counts = (
        found.annotate(of_month=ExtractMonth("on"))
        .values("kind_id", "of_month", "doubled")
        .annotate(amount=Sum("amount"), rows=Count("pk"))
    )
    amounts, left_out = {}, {}
    for row in counts:
        key = row["kind_id"], row["of_month"]
        if row["doubled"]:
            left_out[key] = row["rows"]
        else:
            amounts[key] = row["amount"]
    known = kinds_in_order() if kinds is None else kinds
    return RecordCounts(tuple(known), amounts, left_out)


def amounts_by_year(rows: QuerySet[WorkRecord], *, on: date) -> dict[tuple[int, int], int]:
    """(kind, year) → amount, of rows of any years: one query; this year beside the last."""
    counts = (
        counting(rows, on)
        .order_by()
        .annotate(of_year=ExtractYear("on"))
        .values("kind_id", "of_year")
        .annotate(sum=Sum("amount"))
    )
    return {(row["kind_id"], row["of_year"]): row["sum"] for row in counts}


def field_sums(
    rows: QuerySet[WorkRecord], fields: Iterable[RecordField], *, on: date
) -> dict[int, Decimal | None]:
    """Field key → the sum of what was entered there, of the rows that count: one query.

    Numbers only; None where nothing was entered, which is not zero. The rows that a sum is of
    are ``counting(rows, on)`` of the field's kind.
    """
    asked = [field for field in fields if field.type == "number"]
    if not asked:
        return {}
    found = counting(rows, on).order_by().aggregate(**_sums_of(asked))
    return {field.pk: found[_sum_name(field)] for field in asked}


def _sum_name(field: RecordField) -> str:
    return f"sum_{field.pk}"


def _sums_of(fields: Iterable[RecordField]) -> dict[str, Sum]:
    number = DecimalField(max_digits=18, decimal_places=2)
    return {
        _sum_name(field): Sum(
            Cast(KeyTextTransform(field.code, "values"), number), filter=Q(kind=field.kind_id)
        )
        for field in fields
    }


# --- kinds and their fields ---------------------------------------------------------------------


def field_rules(fields: Iterable[RecordField]) -> list[FieldRule]:
    """The fields of a kind as the rules need them, in their order."""
    return [
        FieldRule(
            code=each.code,
            type=FieldType(each.type),
            choices=tuple(str(choice) for choice in each.choices),
            counter=each.counter,
            is_required=each.is_required,
            in_totals=each.in_totals,
        )
        for each in sorted(fields, key=lambda each: (each.position, each.pk))
    ]


def with_fields(kinds: QuerySet[RecordKind]) -> QuerySet[RecordKind]:
    """Kinds with their fields in order: one query more."""
    return kinds.prefetch_related(Prefetch("fields", _FIELDS))


def fields_of(kind: RecordKind) -> list[RecordField]:
    """The fields of a kind in their order, which it keeps: one query, the first time."""
    prefetch_related_objects([kind], Prefetch("fields", _FIELDS))
    return list(kind.fields.all())


_FIELDS = RecordField.objects.order_by("position", "pk")


def kinds_to_enter() -> list[RecordKind]:
    """The kinds in use, in the order of the report."""
    return list(kinds_in_order().filter(is_active=True))


RECENT = 4
LOOKED_THROUGH = 60


def recent_kinds(user_id: int, kinds: Iterable[RecordKind]) -> list[RecordKind]:
    """The kinds that a user entered last, the latest first: one query."""
    rows = WorkRecord.objects.filter(recorded_by=user_id).order_by("-recorded_at", "-pk")
    entered = dict.fromkeys(rows.values_list("kind_id", flat=True)[:LOOKED_THROUGH])
    known = {kind.pk: kind for kind in kinds}
    return [known[pk] for pk in entered if pk in known][:RECENT]


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of a record as the page says it."""

    label: str
    value: object
    counter: str = ""


def values_shown(record: WorkRecord, fields: Iterable[RecordField]) -> list[Shown]:
    """What the kind's own fields hold, in their order; what is not filled in is left out."""
    found = []
    for each in fields:
        value = record.values.get(each.code)
        if value in (None, ""):
            continue
        if each.type == FieldType.DAY:
            value = day_label(date.fromisoformat(value))
        elif each.type == FieldType.YES_NO:
            value = _("是") if value else _("否")
        found.append(Shown(each.label, value, each.counter))
    return found


# --- what is there already ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """Other standing records of the same unit, kind and month."""

    singles: int
    totals: int
    same: int


def beside(
    unit: Unit, kind: RecordKind, on: date, *, title: str = "", but: int | None = None
) -> Beside:
    """What is there of the same unit, kind and month; ``same`` has the same day and name."""
    rows = WorkRecord.objects.standing().filter(
        unit=unit, kind=kind, on__year=on.year, on__month=on.month
    )
    single = Q(is_total=False)
    found = rows.exclude(pk=but).aggregate(
        singles=Count("pk", filter=single),
        totals=Count("pk", filter=~single),
        same=Count("pk", filter=single & Q(on=on, title=title)),
    )
    return Beside(**found)


def last_total(unit_id: int, kind_id: int, month: date) -> WorkRecord | None:
    """The standing total of a month, or else of the last month before that has one."""
    rows = WorkRecord.objects.standing().filter(unit=unit_id, kind=kind_id, is_total=True)
    return rows.filter(on__lte=month).order_by("-on").first()


# --- one record ---------------------------------------------------------------------------------


def with_relations(rows: QuerySet[WorkRecord]) -> QuerySet[WorkRecord]:
    """Records with what their page names."""
    return rows.select_related(
        "unit",
        "bureau",
        "kind__heading",
        "kind__problem_source",
        "person__unit",
        "person_post",
        "second_person",
        "measure__unit",
        "measure__bureau",
        "meeting__unit",
        "meeting__bureau",
        "recorded_by",
        "cancelled_by",
    )


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What hangs on one record, as far as the scope sees it."""

    values: list[Shown]
    problems: list[Problem]
    evidence: list[Evidence]
    deeds: list[Deed]
    remark: CourtRemark | None


def record_page(record: WorkRecord, scope: Scope, *, on: date, today: date) -> RecordPage:
    """Everything the page of a record shows beside its own fields."""
    problems = []
    # Work of other kinds brings no problems to light.
    if record.kind.problem_source_id is not None:
        found = problems_for(scope, on=on, today=today, cancelled=True)
        problems = list(found.filter(record=record.pk))
    deeds = scope.limit(Deed.objects.filter(record=record.pk, cancelled_at__isnull=True))
    return RecordPage(
        values=values_shown(record, fields_of(record.kind)),
        problems=problems,
        evidence=evidence_of(scope, record=record.pk),
        deeds=list(deeds.select_related("person").order_by("-on", "-pk")),
        remark=court_remark(record),
    )


# --- appearing in court -------------------------------------------------------------------------


def appearances_in(rows: QuerySet[WorkRecord]) -> list[Appearance]:
    """The court appearances among the rows: one query. Those of other kinds are left out."""
    found = rows.filter(kind__code=KIND, is_total=False, cancelled_at__isnull=True)
    return [
        Appearance(
            place=bureau,
            case=str(values.get(CASE, "")),
            instance=str(values.get(INSTANCE, "")),
            on=on,
            head_present=values.get(HEAD_PRESENT) is True,
        )
        for bureau, on, values in found.order_by("on", "pk").values_list(
            "bureau_id", "on", "values"
        )
    ]


def court_instances(rows: QuerySet[WorkRecord]) -> list[Instance]:
    """The instances heard, with whether a head appeared; see ``domain.court``."""
    return instances_of(appearances_in(rows))


def court_remark(record: WorkRecord) -> CourtRemark | None:
    """What does not fit about a court appearance: one query at most; none of other kinds."""
    if record.kind.code != KIND:
        return None
    values = record.values
    head_present = values.get(HEAD_PRESENT) is True
    own = values.get(SUED) == OWN_NAME and record.unit_id != record.bureau_id
    return remark_on(
        head_present=head_present,
        has_person=record.person_id is not None,
        posts=_posts_in_court(record, own) if head_present else (),
        own_name=own,
        of_bureau=not own,
        head_earlier=own and not head_present and _head_appeared_before(record),
    )


def _posts_in_court(record: WorkRecord, own_name: bool) -> list[PostFacts]:
    """The posts that who appeared held on that day in the body that was sued."""
    sued = record.unit_id if own_name else record.bureau_id
    held = Appointment.objects.filter(person=record.person_id, unit=sued).in_office_on(record.on)
    return [
        PostFacts(each.post.code, each.post.heads_unit, each.post.is_capacity)
        for each in held.select_related("post")
    ]


def _head_appeared_before(record: WorkRecord) -> bool:
    """Whether a head had been there in an earlier hearing of the same instance."""
    rows = WorkRecord.objects.standing().filter(
        kind=record.kind_id, bureau=record.bureau_id, on__lte=record.on
    )
    number = number_of(str(record.values.get(CASE, "")))
    return any(
        each.head_present
        and number_of(each.case) == number
        and each.instance == record.values.get(INSTANCE)
        for each in appearances_in(rows.exclude(pk=record.pk))
    )


# --- plan items of a year -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A plan item of the year with what has been done of it."""

    measure: Measure
    records: tuple[WorkRecord, ...]
    done: tuple[tuple[RecordKind, int], ...]


def plan_items(
    scope: Scope | None, bureau_id: int, *, year: int, on: date, today: date
) -> list[PlanItem]:
    """The plan items of a bureau's year, each with its records as of a day: two queries.

    Those due first come first. What was done is counted by kind, totals beside single records
    left out as everywhere.
    """
    rows = measures_for(scope, on=on, today=today, bureau=bureau_id, plan_year=year)
    measures = list(with_last_progress(rows, on))
    records = records_for(scope, on=on, bureau=bureau_id)
    records = with_doubled(records.filter(measure__in=[m.pk for m in measures]), on)
    found: dict[int, list[WorkRecord]] = defaultdict(list)
    for record in records:
        found[record.measure_id].append(record)
    return [
        PlanItem(measure, tuple(found[measure.pk]), _done_of(found[measure.pk]))
        for measure in measures
    ]


def _done_of(records: Iterable[WorkRecord]) -> tuple[tuple[RecordKind, int], ...]:
    amounts: dict[RecordKind, int] = defaultdict(int)
    for record in records:
        if not record.doubled:
            amounts[record.kind] += record.amount
    return tuple(sorted(amounts.items(), key=lambda pair: (pair[0].position, pair[0].pk)))


def plans_to_choose(bureau_id: int, *, today: date) -> QuerySet[Measure]:
    """The plan items of this year and the last that a record may be part of."""
    rows = Measure.objects.standing().filter(
        bureau=bureau_id, plan_year__in=[today.year, today.year - 1], dropped_on__isnull=True
    )
    return rows.order_by("-plan_year", "due_on", "pk")


def amount_words(kind: RecordKind, amount: int) -> str:
    """How much of a kind was done: 法治宣传 12 场."""
    return _("%(kind)s%(n)s%(counter)s") % {
        "kind": kind.name,
        "n": amount,
        "counter": kind.counter,
    }


def month_before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


@dataclass(frozen=True, slots=True)
class MonthBefore:
    """What the sheet of a month shows beside it: the month before, from the rows that count."""

    month: date
    amount: int | None
    sums: Mapping[str, Decimal | None]


def last_month(
    unit: Unit, kind: RecordKind, fields: Iterable[RecordField], month: date, *, on: date
) -> MonthBefore:
    """The month before of one unit and kind: one query; None where nothing was entered."""
    before, fields = month_before(month), list(fields)
    rows = records_for(
        None, on=on, year=before.year, month=before.month, unit=unit.pk, kind=kind.pk
    )
    found = counting(rows, on).order_by().aggregate(amount=Sum("amount"), **_sums_of(fields))
    sums = {each.code: found[_sum_name(each)] for each in fields}
    return MonthBefore(before, found["amount"], sums)
