"""Standing rules of a bureau, and the days off of the state, as sheets."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.calendar import enter_days, reasons_against_day
from reports.actions.refusals import Refused
from reports.actions.schedules import (
    ScheduleDraft,
    SetDraft,
    VersionDraft,
    edit_schedule,
    end_schedule,
    reasons_against_version,
    set_up_schedule,
)
from reports.domain.access import Act
from reports.domain.dues import CountedIn
from reports.domain.imports import SheetKind
from reports.domain.periods import Cadence
from reports.domain.sheet_cells import (
    NO,
    CellType,
    join_words,
    plain,
    same_word,
    split_words,
)
from reports.exchange.sheet_kinds.base import Column, Kind, Lists, Place, Said, row_refused
from reports.models import Holiday, Schedule, ScheduleSet, ScheduleVersion
from reports.models.choices import (
    CADENCE_LABELS,
    COUNTED_IN_LABELS,
    DAY_KIND_LABELS,
    EVERY_LABELS,
    EVIDENCE_KIND_LABELS,
    MAKE_UP_LABELS,
    OWED_BY_LABELS,
    PARITY_LABELS,
    PERSON_KIND_LABELS,
    SCHEDULE_WORDS_LABELS,
    WINDOW_LABELS,
    DayKind,
    OwedBy,
    ScheduleWords,
)
from reports.selectors.calendar import DayDraft

SETS = "sets of this sheet"


class WordsColumn(Column):
    """Several words that no list of the ledger holds."""

    def read(self, value: object, lists: Lists) -> str:
        return join_words(split_words(super().read(value, lists)))


class ScheduleSheet(Kind):
    """Schedules with the rule that holds; another rule begins on the day that the row says."""

    kind = SheetKind.SCHEDULES
    natural = ("unit", "set", "name")
    fields = (
        Column("set", gettext_lazy("制度组"), required=True, longest=60, fixed=True),
        Column(
            "unit", gettext_lazy("单位"), CellType.WORD, required=True, list_of="units", fixed=True
        ),
        Column("name", gettext_lazy("名称"), required=True, longest=60),
        Column(
            "words",
            gettext_lazy("事项性质"),
            CellType.WORD,
            words=SCHEDULE_WORDS_LABELS,
            given=ScheduleWords.MEETING.value,
        ),
        Column("of_first_person", gettext_lazy("第一责任人履职事项"), CellType.YES_NO, given=NO),
        Column("first_day", gettext_lazy("自何日起"), CellType.DAY, required=True),
        Column(
            "cadence",
            gettext_lazy("周期"),
            CellType.WORD,
            required=True,
            words=CADENCE_LABELS,
            also=EVERY_LABELS,
        ),
        Column("every", gettext_lazy("每几个周期"), CellType.WHOLE, given="1"),
        Column("at_least", gettext_lazy("至少"), CellType.WHOLE, given="1"),
        Column("at_most", gettext_lazy("至多"), CellType.WHOLE),
        Column(
            "counted_in",
            gettext_lazy("按什么计"),
            CellType.WORD,
            words=COUNTED_IN_LABELS,
            given=CountedIn.TIMES.value,
        ),
        Column("months", gettext_lazy("限定月份"), CellType.MONTHS),
        Column("parity", gettext_lazy("单双周"), CellType.WORD, words=PARITY_LABELS),
        Column("window", gettext_lazy("固定期限"), CellType.WORD, words=WINDOW_LABELS),
        Column("window_days", gettext_lazy("期限天数"), CellType.WHOLE),
        Column("window_month", gettext_lazy("期限月"), CellType.WHOLE),
        Column("window_day", gettext_lazy("期限日"), CellType.WHOLE),
        Column("usual", gettext_lazy("只作参考"), CellType.YES_NO, given=NO),
        Column("meeting_kind", gettext_lazy("会议种类"), CellType.WORD, list_of="meeting_kinds"),
        Column("agenda_kind", gettext_lazy("须有议题"), CellType.WORD, list_of="agenda_kinds"),
        Column("body", gettext_lazy("会议机构"), CellType.WORD, list_of="units"),
        Column("presided_by", gettext_lazy("须由何岗位主持"), CellType.WORD, list_of="posts"),
        Column("deputy", gettext_lazy("可代为主持的岗位"), CellType.WORD, list_of="posts"),
        Column("legal_must_sit_in", gettext_lazy("须法制部门列席"), CellType.YES_NO, given=NO),
        Column(
            "legal_on_law_items",
            gettext_lazy("涉法议题须法制列席并提出意见"),
            CellType.YES_NO,
            given=NO,
        ),
        Column(
            "owed_by",
            gettext_lazy("由谁落实"),
            CellType.WORD,
            words=OWED_BY_LABELS,
            given=OwedBy.ITSELF.value,
        ),
        Column(
            "owing_kinds",
            gettext_lazy("应落实的单位类别"),
            CellType.WORDS,
            list_of="unit_kinds",
        ),
        WordsColumn("owing_grades", gettext_lazy("应落实的单位等级"), longest=100),
        Column("owing_post", gettext_lazy("应落实的岗位"), CellType.WORD, list_of="posts"),
        Column(
            "roster_kinds", gettext_lazy("在册人员类别"), CellType.WORDS, words=PERSON_KIND_LABELS
        ),
        Column("min_minutes", gettext_lazy("每次至少（分钟）"), CellType.WHOLE),
        Column("make_up", gettext_lazy("能否补开"), CellType.WORD, words=MAKE_UP_LABELS),
        Column("make_up_days", gettext_lazy("补开期限（天）"), CellType.WHOLE),
        Column("counts_twice", gettext_lazy("补开的会议同时计入当期"), CellType.YES_NO, given=NO),
        Column("recording_days", gettext_lazy("录入期限（工作日）"), CellType.WHOLE, given="5"),
        Column(
            "expected_evidence",
            gettext_lazy("应有材料"),
            CellType.WORDS,
            words=EVIDENCE_KIND_LABELS,
        ),
        Column("legal_basis", gettext_lazy("依据"), required=True, longest=300),
        Column("asked_by", gettext_lazy("由谁要求"), required=True, longest=100),
        Column("ended_on", gettext_lazy("废止日期"), CellType.DAY),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        for row, version in self._rows(place, keys):
            yield row.pk, self._texts(row, version, place)

    @staticmethod
    def _rows(
        place: Place, keys: Sequence[int] | None = None
    ) -> list[tuple[Schedule, ScheduleVersion]]:
        """The schedules with their latest rule; one without any rule is not one yet."""
        rows = Schedule.objects.filter(set__unit__bureau=place.bureau)
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        rows = rows.select_related("set__unit").prefetch_related(
            *("versions__meeting_kind", "versions__agenda_kind", "versions__body"),
            *("versions__presided_by", "versions__deputy", "versions__owing_post"),
            "versions__owing_kinds",
        )
        found = []
        for row in rows.order_by("set__unit__path", "set__position", "set", "position", "pk"):
            versions = sorted(row.versions.all(), key=lambda version: version.first_day)
            if versions:
                found.append((row, versions[-1]))
        return found

    def _texts(self, row: Schedule, version: ScheduleVersion, place: Place) -> dict[str, str]:
        lists, columns = place.lists, self.by_name

        def words(name: str, codes: Iterable[object]) -> str:
            held = {str(code) for code in codes}
            each = columns[name].words or {}
            return join_words(columns[name].word(code) for code in each if str(code) in held)

        plainly = ("every", "at_least", "at_most", "window_days", "window_month", "window_day",
                   "usual", "legal_must_sit_in", "legal_on_law_items", "min_minutes",
                   "make_up_days", "counts_twice", "recording_days", "legal_basis", "asked_by",
                   "first_day")  # fmt: skip
        coded = ("cadence", "counted_in", "parity", "window", "make_up", "owed_by")
        named = ("meeting_kind", "agenda_kind", "presided_by", "deputy", "owing_post")
        return (
            {
                "set": plain(row.set.name),
                "unit": lists.units.label(row.set.unit),
                "name": plain(row.name),
                "words": columns["words"].word(row.words),
                "of_first_person": plain(row.of_first_person),
                "ended_on": plain(row.ended_on),
                "months": join_words(str(month) for month in sorted(version.months)),
                "body": plain(lists.units.label(version.body)),
                "owing_kinds": lists.unit_kinds.several(version.owing_kinds.all()),
                "owing_grades": join_words(sorted(version.owing_grades)),
                "roster_kinds": words("roster_kinds", version.roster_kinds),
                "expected_evidence": words("expected_evidence", version.expected_evidence),
            }
            | {name: plain(getattr(version, name)) for name in plainly}
            | {name: columns[name].word(getattr(version, name)) for name in coded}
            | {name: plain(getattr(version, name)) for name in named}
        )

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        """Without a unit it is a rule of the bureau."""
        bureau = place.lists.units.labels.get(place.bureau.pk, place.bureau.name)
        return {"unit": bureau} | {name: text for name, text in texts.items() if text}

    def _version(self, said: Said, place: Place) -> VersionDraft:
        lists, columns = place.lists, self.by_name
        kept = self._there(place).get(said.record or 0)
        version = kept[1] if kept else None

        def key(names: Any, name: str) -> int | None:
            row = said.one(names, name, version and getattr(version, name))
            return row.pk if row else None

        def codes(name: str) -> tuple[str, ...]:
            return tuple(columns[name].code(word) for word in split_words(said.text(name)))

        return VersionDraft(
            first_day=said.day("first_day"),
            cadence=Cadence(columns["cadence"].code(said.text("cadence"))),
            legal_basis=said.text("legal_basis"),
            asked_by=said.text("asked_by"),
            every=said.whole("every") or 0,
            months=tuple(int(month) for month in split_words(said.text("months"))),
            parity=columns["parity"].code(said.text("parity")),
            window=columns["window"].code(said.text("window")),
            window_days=said.whole("window_days"),
            window_month=said.whole("window_month"),
            window_day=said.whole("window_day"),
            usual=said.yes("usual"),
            counted_in=columns["counted_in"].code(said.text("counted_in")),
            at_least=said.whole("at_least") or 0,
            at_most=said.whole("at_most"),
            min_minutes=said.whole("min_minutes"),
            recording_days=said.whole("recording_days") or 0,
            make_up=columns["make_up"].code(said.text("make_up")),
            make_up_days=said.whole("make_up_days"),
            counts_twice=said.yes("counts_twice"),
            meeting_kind_id=key(lists.meeting_kinds, "meeting_kind"),
            agenda_kind_id=key(lists.agenda_kinds, "agenda_kind"),
            body_id=key(lists.units, "body"),
            presided_by_id=key(lists.posts, "presided_by"),
            deputy_id=key(lists.posts, "deputy"),
            legal_must_sit_in=said.yes("legal_must_sit_in"),
            legal_on_law_items=said.yes("legal_on_law_items"),
            expected_evidence=codes("expected_evidence"),
            owed_by=OwedBy(columns["owed_by"].code(said.text("owed_by"))),
            owing_kinds=said.some(
                lists.unit_kinds, "owing_kinds", version.owing_kinds.all() if version else ()
            ),
            owing_grades=tuple(split_words(said.text("owing_grades"))),
            owing_post_id=key(lists.posts, "owing_post"),
            roster_kinds=codes("roster_kinds"),
        )

    def _there(self, place: Place) -> dict[int, tuple[Schedule, ScheduleVersion]]:
        if "schedules" not in place.memory:
            rows = self._rows(place)
            place.memory["schedules"] = {row.pk: (row, version) for row, version in rows}
        return place.memory["schedules"]

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        for name in ("every", "at_least", "at_most", "window_days", "make_up_days", "min_minutes"):
            number = said.whole(name)
            if number is not None and not 0 < number < 10_000:
                yield name, _("应为大于0的整数。")
                return
        version = self._version(said, place)
        for reason in reasons_against_version(version):
            yield "cadence", reason
        if said.record is not None and "first_day" in said.changed:
            latest = self._there(place)[said.record][1]
            if version.first_day < place.today or version.first_day < latest.first_day:
                yield (
                    "first_day",
                    _("新规则的起始日不能早于今天：已经结束的周期仍按当时的规则评定。"),
                )

    def add(self, rows: Sequence[Said], place: Place) -> None:
        sets = place.memory.setdefault(SETS, {})
        if not sets:
            for row in place.lists.sets.rows.values():
                sets[row.unit_id, same_word(row.name)] = row
        for said in rows:
            unit = place.lists.units.find(said.text("unit"))
            key = unit.pk, same_word(said.text("set"))
            new_set = None if key in sets else SetDraft(unit=unit, name=said.text("set"))
            draft = ScheduleDraft(
                set=sets.get(key) or ScheduleSet(unit=unit),
                name=said.text("name"),
                version=self._version(said, place),
                words=self.by_name["words"].code(said.text("words")),
                of_first_person=said.yes("of_first_person"),
                imported_from=place.source,
                imported_row=said.number,
            )
            try:
                made, _planned = set_up_schedule(
                    draft=draft, new_set=new_set, by=place.by, at=place.at, today=place.today
                )
                if said.day("ended_on"):
                    end_schedule(schedule=made, ended_on=said.day("ended_on"), today=place.today)
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal
            sets[key] = made.set

    def change(self, rows: Sequence[Said], place: Place) -> None:
        for said in rows:
            schedule = Schedule.objects.get(pk=said.record, set__unit__bureau=place.bureau)
            try:
                if said.changed - {"ended_on"}:
                    edit_schedule(
                        schedule_id=schedule.pk,
                        name=said.text("name"),
                        words=self.by_name["words"].code(said.text("words")),
                        of_first_person=said.yes("of_first_person"),
                        rule=self._version(said, place),
                        today=place.today,
                    )
                    schedule.refresh_from_db()
                if "ended_on" in said.changed:
                    day = said.day("ended_on")
                    end_schedule(schedule=schedule, ended_on=day, today=place.today)
            except Refused as refusal:
                raise row_refused(said.number, refusal) from refusal


class HolidaySheet(Kind):
    """Days off and make-up workdays: one calendar for all bureaus, which one office keeps."""

    kind = SheetKind.HOLIDAYS
    natural = ("day",)
    fields = (
        Column("day", gettext_lazy("日期"), CellType.DAY, required=True),
        Column("kind", gettext_lazy("类型"), CellType.WORD, required=True, words=DAY_KIND_LABELS),
        Column("name", gettext_lazy("名称"), longest=40),
        Column("source", gettext_lazy("依据"), required=True, longest=120),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Holiday.objects.all() if keys is None else Holiday.objects.filter(pk__in=keys)
        for row in rows.order_by("day").iterator():
            yield (
                row.pk,
                {
                    "day": plain(row.day),
                    "kind": self.by_name["kind"].word(row.kind),
                    "name": plain(row.name),
                    "source": plain(row.source),
                },
            )

    def _draft(self, said: Said) -> DayDraft:
        return DayDraft(
            said.day("day"),
            DayKind(self.by_name["kind"].code(said.text("kind"))),
            said.text("name"),
            said.text("source"),
        )

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        if Act.MANAGE_CALENDAR not in place.acts:
            yield "day", _("节假日全市共用，由系统管理员维护，请把本行交系统管理员录入。")
            return
        if "day" in said.changed:
            yield "day", _("日期不能改；请去掉原来的一天，另录一天。")
        for against in reasons_against_day(self._draft(said), today=place.today):
            yield against.field, against.sentence

    def add(self, rows: Sequence[Said], place: Place) -> None:
        enter_days([self._draft(row) for row in rows], by=place.by, at=place.at, today=place.today)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        self.add(rows, place)
