"""The old meeting book, work records and figures of a bureau as sheets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.indicators import (
    FigureDraft,
    MonthlyFigure,
    Sheet,
    record_many,
    record_sheet,
)
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    correct_meeting,
    draft_of,
    record_meetings,
    sketch_of,
)
from reports.actions.meetings import reasons_against_draft as reasons_against_meeting
from reports.actions.records import RecordDraft, add_records, edit_record, title_of
from reports.actions.records import reasons_against_draft as reasons_against_entry
from reports.actions.refusals import Refused
from reports.domain.dues import NotApplicable
from reports.domain.figures import Made, Wording, reasons_against_share, share_of
from reports.domain.imports import SheetKind
from reports.domain.indicators import AgainstFigure, Applies, reasons_against_figure
from reports.domain.records import FieldType, Value
from reports.domain.sheet_cells import (
    NO,
    YES,
    CellType,
    UnreadableCell,
    is_nothing,
    join_words,
    labelled_line,
    parted,
    plain,
    plain_number,
    read_cell,
    same_word,
    split_clauses,
    split_words,
)
from reports.exchange.sheet_kinds.base import (
    CHUNK,
    Column,
    Kind,
    Lists,
    Place,
    Said,
    row_refused,
)
from reports.models import Due, Figure, Indicator, Meeting, RecordField, RecordKind, WorkRecord
from reports.models.choices import (
    AGAINST_FIGURE_SENTENCES,
    AGAINST_SHARE_SENTENCES,
    FIGURE_WORDING_LABELS,
)
from reports.selectors.recording import PostsHeld, candidates_among

DUES = "dues"


# --- meetings -------------------------------------------------------------------------------


class LinesColumn(Column):
    """Lines of a cell; blank ones say nothing."""

    def read(self, value: object, lists: Lists) -> str:
        return "\n".join(split_clauses(super().read(value, lists)))


class OutsideColumn(Column):
    """Bodies from outside by their names."""

    def read(self, value: object, lists: Lists) -> str:
        return join_words(split_words(super().read(value, lists)))


class MeetingSheet(Kind):
    """Meetings held. A new one counts for the open dues that it may count for, as on the page."""

    kind = SheetKind.MEETINGS
    natural = ("unit", "kind", "held_on", "title")
    fields = (
        Column(
            "unit",
            gettext_lazy("召开单位"),
            CellType.WORD,
            required=True,
            list_of="units",
            fixed=True,
        ),
        Column(
            "kind",
            gettext_lazy("会议种类"),
            CellType.WORD,
            required=True,
            list_of="meeting_kinds",
        ),
        Column("title", gettext_lazy("名称"), required=True, longest=120),
        Column("held_on", gettext_lazy("召开日期"), CellType.DAY, required=True),
        Column("starts_at", gettext_lazy("开始时间"), CellType.HOUR),
        Column("ends_at", gettext_lazy("结束时间"), CellType.HOUR),
        Column("place", gettext_lazy("地点"), longest=80),
        Column("presided_by", gettext_lazy("主持人"), CellType.WORD, list_of="people"),
        LinesColumn("agenda", gettext_lazy("议题"), fixed=True),
        Column(
            "attending_units",
            gettext_lazy("参加单位"),
            CellType.WORDS,
            list_of="units",
            fixed=True,
        ),
        Column("people", gettext_lazy("参加人员"), CellType.WORDS, list_of="people", fixed=True),
        OutsideColumn("outside", gettext_lazy("外单位"), longest=400, fixed=True),
        Column("legal_sat_in", gettext_lazy("法制部门列席"), CellType.YES_NO, given=NO),
        Column("legal_opinion", gettext_lazy("列席意见")),
        Column("summary", gettext_lazy("主要内容")),
        Column("late_because", gettext_lazy("迟录原因"), longest=200),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Meeting.objects.filter(bureau=place.bureau).standing()
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        rows = rows.select_related("unit", "kind", "presided_by").prefetch_related(
            "agenda__kind", "attendances__unit", "attendances__person"
        )
        lists = place.lists
        for row in rows.order_by("held_on", "pk").iterator(chunk_size=CHUNK):
            there = row.attendances.all()
            yield (
                row.pk,
                {
                    "unit": lists.units.label(row.unit),
                    "kind": row.kind.name,
                    "title": plain(row.title),
                    "held_on": plain(row.held_on),
                    "starts_at": plain(row.starts_at),
                    "ends_at": plain(row.ends_at),
                    "place": plain(row.place),
                    "presided_by": plain(lists.people.label(row.presided_by)),
                    "agenda": "\n".join(
                        _agenda_line(item)
                        for item in sorted(row.agenda.all(), key=lambda item: item.position)
                    ),
                    "attending_units": lists.units.several(
                        each.unit for each in there if each.unit_id is not None
                    ),
                    "people": plain(
                        lists.people.several(
                            each.person for each in there if each.person_id is not None
                        )
                    ),
                    "outside": plain(join_words(each.outside for each in there if each.outside)),
                    "legal_sat_in": plain(row.legal_sat_in),
                    "legal_opinion": plain(row.legal_opinion),
                    "summary": plain(row.summary),
                    "late_because": plain(row.late_because),
                },
            )

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        """A meeting without a name is called by its kind."""
        if not texts.get("title") and texts.get("kind"):
            return texts | {"title": texts["kind"]}
        return texts

    def _draft(self, said: Said, place: Place) -> MeetingDraft:
        lists = place.lists
        president = said.one(lists.people, "presided_by")
        return MeetingDraft(
            unit=lists.units.find(said.text("unit")),
            kind_id=lists.meeting_kinds.key_of(said.text("kind")),
            title=said.text("title"),
            held_on=said.day("held_on"),
            presided_by_id=president.pk if president else None,
            place=said.text("place"),
            summary=said.text("summary"),
            legal_sat_in=said.yes("legal_sat_in"),
            legal_opinion=said.text("legal_opinion"),
            agenda=_agenda(said.text("agenda"), place),
            attending_unit_ids=tuple(lists.units.keys_of(said.text("attending_units"))),
            people=tuple(
                PersonPresent(key)
                for key in lists.people.keys_of(said.text("people"))
                if president is None or key != president.pk
            ),
            outside=tuple(OutsidePresent(name[:80]) for name in split_words(said.text("outside"))),
            starts_at=said.hour("starts_at"),
            ends_at=said.hour("ends_at"),
            late_because=said.text("late_because"),
            imported_from=place.source,
            imported_row=said.number,
        )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        if said.record is None:
            draft = self._draft(said, place)
        else:
            # The rules speak of the day, the unit and the hours; the rest stays with the record.
            draft = MeetingDraft(
                unit=place.lists.units.find(said.text("unit")),
                kind_id=0,
                title=said.text("title"),
                held_on=said.day("held_on"),
                starts_at=said.hour("starts_at"),
                ends_at=said.hour("ends_at"),
            )
        blamed = {
            _("召开日期不能晚于今天：会开完再记录。"): "held_on",
            _("请填写会议名称。"): "title",
            _("填写了结束时间的，请填写开始时间。"): "starts_at",
        }
        for reason in reasons_against_meeting(draft, today=place.today):
            yield blamed.get(reason, "unit"), reason

    def add(self, rows: Sequence[Said], place: Place) -> None:
        drafts = [self._draft(row, place) for row in rows]
        record_meetings(_with_dues(drafts, place), by=place.by, at=place.at, today=place.today)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        lists = place.lists
        for said in rows:
            meeting = Meeting.objects.select_related("unit").get(
                pk=said.record, bureau=place.bureau
            )
            draft = draft_of(meeting, meeting.discharges.values_list("due_id", flat=True))
            told: dict[str, Any] = {
                "title": said.text("title"),
                "held_on": said.day("held_on"),
                "starts_at": said.hour("starts_at"),
                "ends_at": said.hour("ends_at"),
                "place": said.text("place"),
                "legal_sat_in": said.yes("legal_sat_in"),
                "legal_opinion": said.text("legal_opinion"),
                "summary": said.text("summary"),
                "late_because": said.text("late_because"),
            }
            told = {name: value for name, value in told.items() if name in said.changed}
            if "kind" in said.changed:
                told["kind_id"] = lists.meeting_kinds.key_of(said.text("kind"))
            if "presided_by" in said.changed:
                person = said.one(lists.people, "presided_by")
                told["presided_by_id"] = person.pk if person else None
            try:
                correct_meeting(
                    meeting_id=meeting.pk,
                    draft=replace(draft, **told),
                    by=place.by,
                    at=place.at,
                    today=place.today,
                )
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal


def _agenda_line(item: Any) -> str:
    title = " ".join(split_clauses(plain(item.title)))
    return labelled_line(item.kind.name, title) if item.kind_id else title


def _agenda(text: str, place: Place) -> tuple[AgendaDraft, ...]:
    kinds = place.lists.agenda_kinds
    found = []
    for line in split_clauses(text):
        word, colon, rest = parted(line)
        key = None
        if colon and rest:
            try:
                key = kinds.key_of(word)
            except UnreadableCell:
                key = None
        found.append(AgendaDraft((rest if key else line)[:200], kind_id=key))
    return tuple(found)


def _with_dues(drafts: Sequence[MeetingDraft], place: Place) -> list[MeetingDraft]:
    """The drafts held against the dues that a clerk would tick: of the period of the day, not yet
    met, and asked of that kind of meeting. Two queries, however many there are."""
    if not drafts:
        return []
    first = min(draft.held_on for draft in drafts)
    last = max(draft.held_on for draft in drafts)
    rows = Due.objects.filter(
        bureau=place.bureau,
        period_first__lte=last,
        period_last__gte=first,
        not_applicable_because__in=["", NotApplicable.NO_WORKDAY.value],
        person__isnull=True,
    )
    rows = rows.select_related("unit", "schedule", "schedule__set", "version")
    by_unit: dict[int, list[Due]] = defaultdict(list)
    for due in rows.order_by("period_first", "pk"):
        by_unit[due.version.body_id or due.unit_id].append(due)
        if due.version.body_id and due.version.body_id != due.unit_id:
            by_unit[due.unit_id].append(due)
    posts = PostsHeld.of(draft.presided_by_id for draft in drafts if draft.presided_by_id)
    met: set[int] = place.memory.setdefault(DUES, set())
    found = []
    for draft in sorted(drafts, key=lambda each: each.held_on):
        units = (draft.unit.pk, *draft.attending_unit_ids)
        around = {
            due.pk: due
            for unit in units
            for due in by_unit[unit]
            if due.period_first <= draft.held_on <= due.period_last
        }
        candidates = candidates_among(around.values(), sketch_of(draft), posts)
        ticked = [each.due for each in candidates if each.ticked and each.due.pk not in met]
        met |= {due.pk for due in ticked if due.at_least == 1}
        found.append(replace(draft, due_ids=tuple(due.pk for due in ticked)))
    return found


# --- work records ---------------------------------------------------------------------------


class DetailsColumn(Column):
    """What a kind's own fields hold: a line for each, behind the field's name."""

    def read(self, value: object, lists: Lists) -> str:
        lines = []
        for line in split_clauses(super().read(value, lists)):
            label, colon, text = parted(line)
            lines.append(labelled_line(label, text) if colon else label)
        return "\n".join(lines)


class RecordSheet(Kind):
    """Work records, and totals of a month of them; a kind's own fields stand in one cell."""

    kind = SheetKind.RECORDS
    natural = ("unit", "kind", "on", "title")
    fields = (
        Column(
            "kind",
            gettext_lazy("种类"),
            CellType.WORD,
            required=True,
            list_of="record_kinds",
            fixed=True,
        ),
        Column("unit", gettext_lazy("单位"), CellType.WORD, required=True, list_of="units"),
        Column("on", gettext_lazy("日期"), CellType.DAY_OR_MONTH, required=True),
        Column("last_day", gettext_lazy("结束日期"), CellType.DAY),
        Column("title", gettext_lazy("名称"), longest=200),
        Column("is_total", gettext_lazy("按月合计"), CellType.YES_NO, given=NO, fixed=True),
        Column("amount", gettext_lazy("数量"), CellType.WHOLE, given="1"),
        Column("source", gettext_lazy("数据来源"), longest=200),
        Column("document_number", gettext_lazy("文号"), longest=80),
        Column("person", gettext_lazy("负责人"), CellType.WORD, list_of="people"),
        Column("second_person", gettext_lazy("第二负责人"), CellType.WORD, list_of="people"),
        DetailsColumn("details", gettext_lazy("各栏内容")),
        Column("note", gettext_lazy("备注")),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        lists = place.lists
        for row in self._rows(place, keys):
            yield (
                row.pk,
                {
                    "kind": row.kind.name,
                    "unit": lists.units.label(row.unit),
                    "on": f"{row.on:%Y-%m}" if row.is_total else plain(row.on),
                    "last_day": plain(row.last_day),
                    "title": plain(row.title),
                    "is_total": plain(row.is_total),
                    "amount": plain(row.amount),
                    "source": plain(row.source),
                    "document_number": plain(row.document_number),
                    "person": plain(lists.people.label(row.person)),
                    "second_person": plain(lists.people.label(row.second_person)),
                    "details": _details_text(row.values, self._kind_of(row, place)),
                    "note": plain(row.note),
                },
            )

    @staticmethod
    def _kind_of(row: WorkRecord, place: Place) -> RecordKind:
        return place.lists.record_kinds.rows[row.kind_id]

    @staticmethod
    def _rows(place: Place, keys: Sequence[int] | None = None) -> Iterator[WorkRecord]:
        rows = WorkRecord.objects.filter(bureau=place.bureau).standing()
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        rows = rows.select_related("unit", "kind", "person", "second_person", "measure", "meeting")
        return rows.order_by("on", "pk").iterator(chunk_size=CHUNK)

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        """A total is of a month, and called by its kind and month where it has no name."""
        if texts.get("is_total") != YES or not texts.get("on"):
            return texts
        month = texts["on"][:7] if texts["on"][7:] in ("", "-01") else texts["on"]
        texts = texts | {"on": month}
        if texts.get("title") or not texts.get("kind") or len(month) > 7:
            return texts
        draft = RecordDraft(
            unit=place.bureau,
            kind=place.lists.record_kinds.find(texts["kind"]),
            on=date.fromisoformat(f"{month}-01"),
            is_total=True,
        )
        return texts | {"title": title_of(draft)}

    def _draft(self, said: Said, place: Place, row: WorkRecord | None = None) -> RecordDraft:
        lists = place.lists
        kind = lists.record_kinds.find(said.text("kind"))
        values = dict(row.values) if row else {}
        if row is None or "details" in said.changed:
            values, _wrong = _details(said.text("details"), kind)
        return RecordDraft(
            unit=said.one(lists.units, "unit", row and row.unit),
            kind=kind,
            on=said.day("on"),
            title=said.text("title"),
            last_day=said.day("last_day"),
            is_total=said.yes("is_total"),
            amount=said.whole("amount") if said.text("amount") else 1,
            source=said.text("source"),
            document_number=said.text("document_number"),
            person=said.one(lists.people, "person", row and row.person),
            second_person=said.one(lists.people, "second_person", row and row.second_person),
            values=values,
            note=said.text("note"),
            measure=row.measure if row else None,
            meeting=row.meeting if row else None,
            imported_from=place.source,
            imported_row=said.number,
        )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        row = self._there(place).get(said.record) if said.record is not None else None
        draft = self._draft(said, place, row)
        if not draft.is_total and len(said.text("on")) == 7:
            yield "on", _("请写明到日；按月合计的，“按月合计”填“是”。")
            return
        if row is None or "details" in said.changed:
            _values, wrong = _details(said.text("details"), draft.kind)
            for line in wrong:
                told = {"line": line[:40], "kind": draft.kind.name}
                yield "details", _("“%(kind)s”没有“%(line)s”这一栏，或内容不合要求。") % told
        if row is None and not draft.kind.is_active:
            yield "kind", _("该种类已停用，不能再录入。")
        if draft.is_total and (row is None or said.changed & {"unit", "on"}):
            key = (draft.unit.pk, draft.kind.pk, draft.on)
            owner = self._totals(place).get(key)
            if owner is not None and owner != said.record:
                yield "on", _("该单位该月的合计已录入，请修改已有的合计。")
            self._totals(place).setdefault(key, said.record or -said.number)
        for reason in reasons_against_entry(draft, today=place.today):
            yield "title", reason

    def _totals(self, place: Place) -> dict[tuple[int, int, date], int]:
        if "totals" not in place.memory:
            rows = WorkRecord.objects.filter(bureau=place.bureau, is_total=True).standing()
            place.memory["totals"] = {
                (unit, kind, on): pk
                for pk, unit, kind, on in rows.values_list("pk", "unit_id", "kind_id", "on")
            }
        return place.memory["totals"]

    def _there(self, place: Place) -> dict[int, WorkRecord]:
        if "records" not in place.memory:
            place.memory["records"] = {row.pk: row for row in self._rows(place)}
        return place.memory["records"]

    def add(self, rows: Sequence[Said], place: Place) -> None:
        drafts = [self._draft(row, place) for row in rows]
        add_records(drafts, by=place.by, at=[place.at] * len(drafts), today=place.today)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        found = {row.pk: row for row in self._rows(place, [row.record or 0 for row in rows])}
        for said in rows:
            draft = self._draft(said, place, found[said.record or 0])
            try:
                edit_record(
                    record_id=said.record or 0, draft=draft, today=place.today, confirmed=True
                )
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal


def _details_text(values: dict[str, Value], kind: RecordKind) -> str:
    """What the kind's own fields hold, in their order; what it has no field for any more is not
    told."""
    fields = sorted(kind.fields.all(), key=lambda each: (each.position, each.pk))
    return "\n".join(
        labelled_line(each.label, " ".join(plain(values[each.code]).split("\n")))
        for each in fields
        if each.code in values
    )


def _details(text: str, kind: RecordKind) -> tuple[dict[str, Value], list[str]]:
    """By code the values that the lines tell, and the lines that tell none of the kind."""
    fields = {same_word(each.label): each for each in kind.fields.all()}
    values: dict[str, Value] = {}
    wrong = []
    for line in split_clauses(text):
        label, colon, said = parted(line)
        field = fields.get(same_word(label))
        if field is None or not colon:
            wrong.append(line)
            continue
        try:
            value = _value(field, said)
        except UnreadableCell:
            wrong.append(line)
            continue
        if value is not None:
            values[field.code] = value
    return values, wrong


def _value(field: RecordField, text: str) -> Value | None:
    if is_nothing(text) and field.type != FieldType.TEXT:
        return None
    match field.type:
        case FieldType.NUMBER:
            number = float(read_cell(CellType.NUMBER, text))
            return int(number) if number.is_integer() else number
        case FieldType.DAY:
            return read_cell(CellType.DAY, text)
        case FieldType.YES_NO:
            return read_cell(CellType.YES_NO, text) == YES
    return text


# --- figures --------------------------------------------------------------------------------


class FigureSheet(Kind):
    """Values of indicators that are entered; a share is what its two numbers give."""

    kind = SheetKind.FIGURES
    natural = ("indicator", "unit", "year", "month", "is_target")
    fields = (
        Column(
            "indicator",
            gettext_lazy("指标"),
            CellType.WORD,
            required=True,
            list_of="indicators",
            fixed=True,
        ),
        Column(
            "unit",
            gettext_lazy("单位"),
            CellType.WORD,
            required=True,
            list_of="units",
            fixed=True,
        ),
        Column("year", gettext_lazy("年度"), CellType.YEAR, required=True, fixed=True),
        Column("month", gettext_lazy("月份"), CellType.WHOLE, fixed=True),
        Column("is_target", gettext_lazy("目标值"), CellType.YES_NO, given=NO, fixed=True),
        Column("value", gettext_lazy("数值"), CellType.NUMBER),
        Column("wording", gettext_lazy("表述"), CellType.WORD, words=FIGURE_WORDING_LABELS),
        Column("numerator", gettext_lazy("分子"), CellType.NUMBER),
        Column("denominator", gettext_lazy("分母"), CellType.NUMBER),
        Column("source", gettext_lazy("数据来源"), required=True, longest=200),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Figure.objects.filter(bureau=place.bureau).standing()
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        lists, wording = place.lists, self.by_name["wording"]
        rows = rows.select_related("indicator", "unit")
        for row in rows.order_by("year", "month", "unit__path", "indicator", "pk").iterator():
            yield (
                row.pk,
                {
                    "indicator": lists.indicators.label(row.indicator),
                    "unit": lists.units.label(row.unit),
                    "year": str(row.year),
                    "month": plain(row.month),
                    "is_target": plain(row.is_target),
                    "value": plain_number(row.value),
                    "wording": wording.word(row.wording),
                    "numerator": "" if row.numerator is None else plain_number(row.numerator),
                    "denominator": "" if row.denominator is None else plain_number(row.denominator),
                    "source": plain(row.source),
                },
            )

    def _sheet(self, said: Said, place: Place) -> Sheet:
        return Sheet(
            unit=place.lists.units.find(said.text("unit")),
            year=said.whole("year") or 0,
            month=said.whole("month"),
            is_target=said.yes("is_target"),
        )

    def _draft(self, said: Said, place: Place) -> FigureDraft:
        code = self.by_name["wording"].code(said.text("wording"))
        return FigureDraft(
            indicator=place.lists.indicators.find(said.text("indicator")),
            value=said.number_of("value"),
            wording=Wording(code) if code else None,
            numerator=said.number_of("numerator"),
            denominator=said.number_of("denominator"),
            source=said.text("source"),
            shown=said.record,
        )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        month = said.whole("month")
        if month is not None and not 1 <= month <= 12:
            yield "month", _("月份应为1至12；全年数据的留空。")
            return
        sheet, draft = self._sheet(said, place), self._draft(said, place)
        indicator = draft.indicator
        against = reasons_against_figure(
            self._applies(place)[indicator.pk],
            made=Made(indicator.made),
            kind=sheet.unit.kind_id,
            year=sheet.year,
            begins_after_today=not sheet.is_target and sheet.first_day > place.today,
            source=draft.source,
        )
        for why in against:
            yield _FIGURE_BLAMED.get(why, "indicator"), str(AGAINST_FIGURE_SENTENCES[why])
        if not indicator.is_share:
            if draft.value is None:
                yield "value", _("请填写数值。")
            return
        if draft.numerator is None and draft.denominator is None:
            yield "numerator", str(AGAINST_FIGURE_SENTENCES[AgainstFigure.NO_DENOMINATOR])
            return
        shares = reasons_against_share(draft.numerator, draft.denominator)
        for each in shares:
            yield "denominator", str(AGAINST_SHARE_SENTENCES[each])
        if not shares and draft.value is not None:
            given = share_of(draft.numerator, draft.denominator, decimals=indicator.decimals)
            if given != draft.value:
                told = {"value": plain_number(given)}
                yield "value", _("占比由分子和分母得出，应为%(value)s；可以留空。") % told

    @staticmethod
    def _applies(place: Place) -> dict[int, Applies]:
        if "applies" not in place.memory:
            kinds = defaultdict(set)
            rows = place.lists.indicators.rows
            pairs = Indicator.unit_kinds.through.objects.values_list("indicator_id", "unitkind_id")
            for indicator, kind in pairs:
                kinds[indicator].add(kind)
            place.memory["applies"] = {
                pk: Applies(frozenset(kinds[pk]), row.first_year, row.last_year)
                for pk, row in rows.items()
            }
        return place.memory["applies"]

    def add(self, rows: Sequence[Said], place: Place) -> None:
        at = localtime(place.at)
        record_many(
            [
                MonthlyFigure(
                    sheet=self._sheet(row, place),
                    draft=self._draft(row, place),
                    at=at,
                    by=place.by,
                    imported_from=place.source,
                    imported_row=row.number,
                )
                for row in rows
            ]
        )

    def change(self, rows: Sequence[Said], place: Place) -> None:
        """The earlier value is cancelled, with the file as the reason; the new one is recorded."""
        for said in rows:
            try:
                record_sheet(
                    self._sheet(said, place),
                    [self._draft(said, place)],
                    because=_("按表格“%(file)s”更正") % {"file": place.source},
                    by=place.by,
                    at=place.at,
                    today=place.today,
                )
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal


_FIGURE_BLAMED = {
    AgainstFigure.NOT_FOR_UNIT: "unit",
    AgainstFigure.IN_FUTURE: "month",
    AgainstFigure.NO_SOURCE: "source",
}
