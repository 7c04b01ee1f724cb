"""A report as those read it who word, review and sign it: the records behind every sentence,
remarks, earlier versions, the way it has come, and to whom it is handed in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy, override

from reports.domain.comparisons import Change, Passage, Run, compared, paired
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.report_moves import (
    Holder,
    MeetingFacts,
    ReportFacts,
    ReportStep,
    days_left,
    hand_in_limit,
    report_fingerprint,
    was_late,
)
from reports.domain.summaries import ReportKind, ReportState, pieces_of
from reports.models import (
    AgendaItem,
    AnnualReport,
    Appointment,
    Comment,
    Deed,
    FrozenFigure,
    HandIn,
    Honour,
    KeptText,
    Measure,
    Meeting,
    Person,
    Problem,
    ReportCall,
    ReportMove,
    Schedule,
    Source,
    TextVersion,
    Unit,
    WorkRecord,
)
from reports.models.choices import Outcome
from reports.models.choices import ReportMove as Move
from reports.models.people import FIRST_PERSON
from reports.selectors.differences import Difference
from reports.selectors.report_figures import Figure
from reports.selectors.report_paragraphs import Behind, SectionRead, sections_of
from reports.selectors.scope import Scope
from reports.selectors.summaries import frozen_figures, shown_figures
from reports.selectors.year_records import KINDS, report_day

COMMITTEE_KIND = "party_committee"
IN_CHARGE = "in_charge"
# An item that was put off, or that the meeting did not come to, was not deliberated.
NOT_DELIBERATED = (Outcome.DEFERRED.value, Outcome.NOT_REACHED.value)

# --- the records behind the sentences -----------------------------------------------------------

# Of each link of a source: the column with its words, and the page of the record.
LINKED = {
    "schedule": ("schedule__name", "schedule-detail"),
    "problem": ("problem__title", "problem-detail"),
    "measure": ("measure__title", "measure-detail"),
    "meeting": ("meeting__title", "meeting-detail"),
    "honour": ("honour__title", "#honours"),
    "record": ("record__title", "record-detail"),
    "deed": ("deed__title", "deed-detail"),
    "task": ("task__title", "task-detail"),
    "promise": ("promise__text", "promise-list"),
    "indicator": ("indicator__name", "indicator-detail"),
}


@dataclass(slots=True)
class Proof:
    """What one sentence rests on; ``linked`` are the sources that somebody linked by hand."""

    records: list[Behind] = field(default_factory=list)
    linked: list[tuple[int, str]] = field(default_factory=list)
    is_compiled: bool = False
    is_formula: bool = False

    @property
    def lacks_proof(self) -> bool:
        """Whether it waits for somebody to link a record (待补佐证); a formula needs none."""
        return not self.records and not self.is_formula and not self.is_compiled


def proofs_of(
    report: AnnualReport, sections: Iterable[SectionRead], figures: Mapping[str, Figure]
) -> dict[int, Proof]:
    """What every sentence of a report rests on, by the key of the sentence: one query.

    The figures in the text come first, then the rest of their schedule, then the records. A
    compiled sentence without either says that there is none, and lacks nothing.
    """
    found: dict[int, Proof] = defaultdict(Proof)
    for section in sections:
        for paragraph in section.paragraphs:
            for sentence in paragraph.sentences:
                keys = [piece.key for piece in pieces_of(sentence.text) if piece.key]
                found[sentence.pk].is_compiled = sentence.is_compiled
                found[sentence.pk].is_formula = sentence.is_formula
                found[sentence.pk].records += _behind_figures(keys, figures)
    for row in _sources(report):
        _add(found[row["sentence"]], row)
    for proof in found.values():
        proof.records = list(dict.fromkeys(proof.records))
    return dict(found)


def _behind_figures(keys: Sequence[str], figures: Mapping[str, Figure]) -> list[Behind]:
    schedules = {key.rsplit(":", 1)[0] for key in keys if key.startswith("schedule:")}
    more = [f"{name}:{kind}" for name in sorted(schedules) for kind in KINDS]
    known = (figures.get(key) for key in dict.fromkeys([*keys, *more]))
    return [Behind(each.label, each.value, each.url) for each in known if each]


def _sources(report: AnnualReport) -> Iterable[dict[str, Any]]:
    columns = [column for name, (words, _page) in LINKED.items() for column in (name, words)]
    rows = Source.objects.filter(sentence__paragraph__section__report=report).order_by("pk")
    return rows.values("pk", "sentence", "linked_by", "promise__bureau", *columns)


def _add(proof: Proof, row: Mapping[str, Any]) -> None:
    for name, (words, page) in LINKED.items():
        if row[name] is None:
            continue
        label = row[words] or ""
        # A schedule that was compiled from stands there with its figures.
        if name != "schedule" or row["linked_by"] or not proof.records:
            key = row["promise__bureau"] if name == "promise" else row[name]
            proof.records.append(Behind(label, None, _page_of(page, key)))
        if row["linked_by"]:
            proof.linked.append((row["pk"], label))


def _page_of(page: str, pk: int) -> str:
    if page.startswith("#"):
        return page
    return reverse(f"reports:{page}", args=[pk])


class Candidate(NamedTuple):
    """A record that may be linked: its kind and key, words and day."""

    kind: str
    pk: int
    label: str
    day: date | None
    unit: str


@dataclass(frozen=True, slots=True)
class LinkKind:
    """How records of a kind are found for linking."""

    label: object
    model: type
    words: str
    day: str
    bureau: str
    year: str


LINK_KINDS: dict[str, LinkKind] = {
    "meeting": LinkKind(
        gettext_lazy("会议和活动"), Meeting, "title", "held_on", "bureau", "held_on__year"
    ),
    "record": LinkKind(gettext_lazy("工作记录"), WorkRecord, "title", "on", "bureau", "on__year"),
    "deed": LinkKind(gettext_lazy("第一责任人履职"), Deed, "title", "on", "bureau", "on__year"),
    "problem": LinkKind(
        gettext_lazy("问题"), Problem, "title", "found_on", "bureau", "found_on__year__lte"
    ),
    "measure": LinkKind(
        gettext_lazy("措施"), Measure, "title", "due_on", "bureau", "recorded_at__year__lte"
    ),
    "honour": LinkKind(
        gettext_lazy("荣誉和考评结果"), Honour, "title", "awarded_on", "bureau", "year"
    ),
    "schedule": LinkKind(gettext_lazy("制度"), Schedule, "name", "", "set__unit__bureau", ""),
}
MOST_FOUND = 30


def candidates(
    scope: Scope, report: AnnualReport, *, kind: str, words: str = ""
) -> list[Candidate]:
    """Records of a kind that may be linked to a sentence of the report, the latest first.

    Only what the reader may see, of the report's bureau and year: one query, ``MOST_FOUND`` rows.
    """
    rows = linkable(scope, report, kind)
    shape = LINK_KINDS[kind]
    for word in words.split():
        rows = rows.filter(**{f"{shape.words}__icontains": word})
    rows = rows.order_by(f"-{shape.day}" if shape.day else "position", "-pk")
    columns = [shape.words, shape.day or "pk"]
    columns.append("unit__name" if shape.model not in (Honour, Schedule) else "pk")
    found = []
    for pk, label, day, unit in rows.values_list("pk", *columns)[:MOST_FOUND]:
        known = day if shape.day else None
        found.append(Candidate(kind, pk, label, known, unit if isinstance(unit, str) else ""))
    return found


def linkable(scope: Scope, report: AnnualReport, kind: str) -> QuerySet:
    """Every record of a kind that may be linked to a sentence of the report."""
    shape = LINK_KINDS[kind]
    rows = scope.limit(shape.model.objects.all()).filter(**{shape.bureau: report.bureau_id})
    if shape.year:
        rows = rows.filter(**{shape.year: report.year})
    names = {each.name for each in shape.model._meta.get_fields()}
    return rows.filter(cancelled_at__isnull=True) if "cancelled_at" in names else rows


# --- the text, its versions, remarks --------------------------------------------------------------


def text_of(sections: Iterable[SectionRead]) -> list[dict[str, Any]]:
    """The whole text as it is kept: sections with headings and paragraphs, figures in place."""
    return [
        {
            "section": section.pk,
            "heading": section.heading,
            "paragraphs": [
                {
                    "heading": paragraph.heading,
                    "text": "".join(
                        part.text for sentence in paragraph.sentences for part in sentence.parts
                    ),
                }
                for paragraph in section.paragraphs
            ],
        }
        for section in sections
    ]


def text_now(report: AnnualReport, today: date) -> list[dict[str, Any]]:
    """The text of a report as it stands, in the language of the document."""
    with override(DOCUMENT_LANGUAGE):
        shown, _now = shown_figures(report, today)
        return text_of(sections_of(report, {figure.key: figure for figure in shown}))


def fingerprint_of(report: AnnualReport) -> str:
    """The SHA-256 over a signed report, from what is stored of it: six queries."""
    figures = frozen_figures(report)
    with override(DOCUMENT_LANGUAGE):
        text = text_of(sections_of(report, {figure.key: figure for figure in figures}))
    for section in text:
        del section["section"]
    values = FrozenFigure.objects.filter(report=report).order_by("position")
    return report_fingerprint(
        title=report.title,
        text=text,
        figures=[(each.key, f"{each.value.normalize():f}") for each in values],
        signer=report.signer.name,
        signed_on=report.signed_on,
    )


def fingerprint_differences() -> Iterable[Difference]:
    """Signed reports whose text or figures are not what was signed."""
    rows = AnnualReport.objects.filter(state=ReportState.SIGNED.value).exclude(sha256="")
    for report in rows.select_related("signer").order_by("pk").iterator(chunk_size=200):
        found = fingerprint_of(report)
        if found != report.sha256:
            label = f"{report.bureau_id} · {report.title}"
            yield Difference("AnnualReport", report.pk, label, "sha256", report.sha256, found)


def versions_of(report: AnnualReport) -> QuerySet[TextVersion]:
    """The versions of the text, the latest first, without the texts themselves."""
    return report.text_versions.select_related("recorded_by").defer("text").order_by("-number")


@dataclass(frozen=True, slots=True)
class ComparedParagraph:
    """A paragraph in two versions: its heading and text as runs that stayed, went or came."""

    heading: list[Run]
    text: list[Run]

    @property
    def is_changed(self) -> bool:
        """Whether anything went or came."""
        return any(run.change != Change.SAME for run in (*self.heading, *self.text))


@dataclass(frozen=True, slots=True)
class ComparedSection:
    """A section in two versions."""

    heading: str
    paragraphs: list[ComparedParagraph]

    @property
    def is_changed(self) -> bool:
        """Whether any paragraph has changed."""
        return any(each.is_changed for each in self.paragraphs)


def compare_versions(old: TextVersion, new: TextVersion) -> list[ComparedSection]:
    """Two versions of a text by words, section by section in the order of the newer one."""
    found: dict[str, ComparedSection] = {}
    for pair in paired(_passages(old), _passages(new)):
        was, now = pair.old, pair.new
        section = found.setdefault(pair.either.section, ComparedSection(pair.either.section, []))
        section.paragraphs.append(
            ComparedParagraph(
                compared(was.heading if was else "", now.heading if now else ""),
                compared(was.text if was else "", now.text if now else ""),
            )
        )
    return list(found.values())


def _passages(version: TextVersion) -> list[Passage]:
    return [
        Passage(section["heading"], section["heading"], each["heading"], each["text"])
        for section in version.text
        for each in section["paragraphs"]
    ]


def comments_of(report: AnnualReport) -> dict[int, list[Comment]]:
    """All remarks by paragraph, in the order they were made: one query."""
    found: dict[int, list[Comment]] = defaultdict(list)
    rows = Comment.objects.filter(paragraph__section__report=report)
    for comment in rows.select_related("recorded_by", "settled_by").order_by("pk"):
        found[comment.paragraph_id].append(comment)
    return dict(found)


def open_comments(report: AnnualReport) -> QuerySet[Comment]:
    """Remarks that nobody has answered, in the order of the text."""
    rows = Comment.objects.filter(paragraph__section__report=report, settled_at__isnull=True)
    return rows.select_related("recorded_by", "paragraph__section").order_by(
        "paragraph__section__position", "paragraph__position", "pk"
    )


def kept_texts(report: AnnualReport) -> QuerySet[KeptText]:
    """What was typed while somebody else was faster, and not looked at since."""
    rows = KeptText.objects.filter(section__report=report, settled_at__isnull=True)
    return rows.select_related("section", "recorded_by").order_by("pk")


# --- the way --------------------------------------------------------------------------------------


def deciders_of(bureau: Unit | int, holder: Holder, day: date) -> QuerySet[Person]:
    """Who may decide: holders of the capacity at the bureau on that day.

    For the first responsible person acts, too, whoever heads the bureau for the time being
    (主持工作).
    """
    held = Appointment.objects.filter(unit=bureau).in_office_on(day)
    if holder == Holder.FIRST_PERSON:
        held = held.filter(Q(post__code=FIRST_PERSON) | Q(post__heads_unit=True, acting=True))
    else:
        held = held.filter(post__code=IN_CHARGE)
    return Person.objects.filter(pk__in=held.values("person_id")).order_by("pk")


def holds(person: Person | None, bureau: Unit | int, holder: Holder, day: date) -> bool:
    """Whether the person decides in that capacity on that day: one query."""
    if person is None:
        return False
    return deciders_of(bureau, holder, day).filter(pk=person.pk).exists()


def steps_taken(moves: Iterable[ReportMove]) -> list[ReportMove]:
    """The moves on the way since the report was last sent back, the oldest first."""
    found: list[ReportMove] = []
    for move in sorted(moves, key=lambda row: row.pk):
        if not move.to_state:
            continue
        found = [] if move.move == Move.RETURN.value else [*found, move]
    return found


def step_in(move: ReportMove) -> ReportStep | None:
    """Which step of the way a stored move is; None: compiled, edited, handed in …"""
    steps = {
        Move.COUNTERSIGN.value: ReportStep.COUNTERSIGN,
        Move.REVIEW.value: ReportStep.SEND,
        Move.SIGN.value: ReportStep.SIGN,
        Move.RETURN.value: ReportStep.RETURN,
    }
    if move.move == Move.COMMITTEE.value:
        return ReportStep.DELIBERATE if move.meeting_id else ReportStep.REVIEW
    return steps.get(move.move)


def was_deliberated(moves: Iterable[ReportMove]) -> bool:
    """Whether the committee deliberated since the report was last sent back."""
    return any(move.meeting_id for move in steps_taken(moves))


def facts_of_report(
    report: AnnualReport, moves: Sequence[ReportMove], today: date, *, has_text: bool
) -> ReportFacts:
    """What the reasons against a step are found from."""
    taken = steps_taken(moves)
    return ReportFacts(
        state=ReportState(report.state),
        kind=ReportKind(report.kind),
        has_text=has_text,
        figures_on=report_day(report, today),
        last_on=max((move.on for move in taken), default=None),
        deliberated=any(move.meeting_id for move in taken),
    )


def meeting_facts(report: AnnualReport, item: AgendaItem | None) -> MeetingFacts | None:
    """What is asked of a meeting that deliberated, from its item with the meeting loaded."""
    if item is None:
        return None
    meeting = item.meeting
    return MeetingFacts(
        held_on=meeting.held_on,
        is_committee=meeting.kind.code == COMMITTEE_KIND
        and meeting.bureau_id == report.bureau_id
        and (meeting.unit_id == report.bureau_id or meeting.unit.kind.is_body)
        and meeting.cancelled_at is None,
        has_item=item.outcome not in NOT_DELIBERATED,
    )


def items_to_deliberate(
    scope: Scope, report: AnnualReport, *, since: date | None, today: date
) -> QuerySet[AgendaItem]:
    """Items of the committee's meetings at which the report may have been deliberated."""
    own = Q(unit=report.bureau_id) | Q(unit__kind__is_body=True)
    meetings = scope.limit(Meeting.objects.standing()).filter(
        own, bureau=report.bureau_id, kind__code=COMMITTEE_KIND, held_on__lte=today
    )
    if since is not None:
        meetings = meetings.filter(held_on__gte=since)
    rows = AgendaItem.objects.filter(meeting__in=meetings.values("pk"))
    rows = rows.exclude(outcome__in=NOT_DELIBERATED)
    return rows.select_related("meeting__kind", "meeting__unit__kind").order_by(
        "-meeting__held_on", "position", "pk"
    )


# --- handing in -----------------------------------------------------------------------------------


def calls_of(bureau: int, year: int) -> QuerySet[ReportCall]:
    """The notices that ask for the report of a bureau's year."""
    return ReportCall.objects.filter(unit=bureau, year=year).order_by("due_on", "pk")


@dataclass(frozen=True, slots=True)
class Addressed:
    """One to whom a report goes: days left (below nought: late), and whether it was late."""

    row: HandIn
    left: int | None
    is_late: bool


def addressed(rows: Iterable[HandIn], today: date) -> list[Addressed]:
    """Hand-ins with their days, by limit."""
    return [
        Addressed(
            row,
            days_left(row.due_on, row.handed_on, today),
            was_late(row.due_on, row.handed_on, today),
        )
        for row in sorted(rows, key=lambda row: (row.due_on, row.pk))
    ]


@dataclass(slots=True)
class CityRow:
    """A bureau in the view of the city: its report of the year, and to whom it went."""

    bureau: Unit
    report: AnnualReport | None
    limit: date
    hand_ins: list[Addressed]
    address: str
    days_late: int

    @property
    def is_handed(self) -> bool:
        """Everyone to whom the report goes has it."""
        return bool(self.hand_ins) and all(each.left is None for each in self.hand_ins)

    @property
    def is_late(self) -> bool:
        """The limit has passed, and it is not handed in, or was handed in after it."""
        return self.days_late > 0


def city_rows(scope: Scope, *, year: int, today: date) -> list[CityRow]:
    """Who has handed in the report of a year and who is late, in the order of the organisation.

    Every bureau within the scope that keeps a ledger of that year; four queries. Of a report that
    is being corrected the hand-ins of the version before count, until the new one has its own.
    """
    bureaus = list(
        scope.units()
        .bureaus()
        .filter(Q(closed_on__isnull=True) | Q(closed_on__year__gt=year))
        .filter(ledger_from__isnull=False, ledger_from__year__lte=year)
        .in_order()
    )
    keys = [bureau.pk for bureau in bureaus]
    hand_ins = Prefetch("hand_ins", HandIn.objects.order_by("due_on", "pk"))
    reports: dict[int, list[AnnualReport]] = defaultdict(list)
    rows = AnnualReport.objects.filter(bureau__in=keys, year=year, kind=ReportKind.ANNUAL.value)
    rows = rows.select_related("signer", "public_form").prefetch_related(hand_ins)
    for report in rows.order_by("-version"):
        reports[report.bureau_id].append(report)
    limits: dict[int, date] = {}
    for call in ReportCall.objects.filter(unit__in=keys, year=year).order_by("-due_on"):
        limits[call.unit_id] = call.due_on
    return [
        _city_row(bureau, reports[bureau.pk], limits.get(bureau.pk, hand_in_limit(year)), today)
        for bureau in bureaus
    ]


def _city_row(bureau: Unit, versions: Sequence[AnnualReport], limit: date, today: date) -> CityRow:
    current = next((each for each in versions if each.is_current), None)
    sent = next((each.hand_ins.all() for each in versions if each.hand_ins.all()), ())
    told = addressed(sent, today)
    public = next((form for each in versions if (form := getattr(each, "public_form", None))), None)
    done = current is not None and current.state == ReportState.PUBLISHED
    if told:
        late = max(((each.row.handed_on or today) - each.row.due_on).days for each in told)
    else:
        late = 0 if done else (today - limit).days
    address = public.address if public is not None else ""
    return CityRow(bureau, current, limit, told, address, max(late, 0))


# --- what waits -----------------------------------------------------------------------------------


def reports_to_review(scope: Scope, reports: QuerySet, today: date) -> QuerySet:
    """Reports under review whose leader in charge the user is today."""
    held = _held_by(scope, today).filter(post__code=IN_CHARGE)
    return reports.filter(Exists(held), state=ReportState.REVIEW.value)


def reports_to_sign(scope: Scope, reports: QuerySet, today: date) -> QuerySet:
    """Deliberated reports whose first responsible person the user is, or acts for, today."""
    held = _held_by(scope, today).filter(
        Q(post__code=FIRST_PERSON) | Q(post__heads_unit=True, acting=True)
    )
    moves = ReportMove.objects.filter(report=OuterRef("pk"), move=Move.COMMITTEE.value)
    last = moves.order_by("-pk").values("meeting")[:1]
    return reports.annotate(deliberated_by=Subquery(last)).filter(
        Exists(held), state=ReportState.COMMITTEE.value, deliberated_by__isnull=False
    )


def _held_by(scope: Scope, today: date) -> QuerySet[Appointment]:
    return Appointment.objects.filter(
        unit=OuterRef("bureau"), person__user=scope.user_id
    ).in_office_on(today)


def hand_ins_due(reports: QuerySet, by: date) -> QuerySet[HandIn]:
    """What has not been handed in and is due by a day."""
    return HandIn.objects.filter(
        report__in=reports.filter(state=ReportState.SIGNED.value, is_current=True).values("pk"),
        handed_on__isnull=True,
        due_on__lte=by,
    )


def comments_waiting(reports: QuerySet) -> QuerySet[Comment]:
    """Remarks on reports on their way that nobody has answered."""
    return Comment.objects.filter(
        paragraph__section__report__in=reports.exclude(
            state__in=[ReportState.SIGNED.value, ReportState.PUBLISHED.value]
        ).values("pk"),
        settled_at__isnull=True,
    )
