"""The organisation tree of a bureau as a sheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.refusals import Refused
from reports.actions.schedules import replan
from reports.actions.units import (
    UnitDraft,
    close_unit,
    create_units,
    edit_unit,
    rename_unit,
    reopen_unit,
    set_ledger_from,
)
from reports.domain.access import Act
from reports.domain.imports import SheetKind
from reports.domain.sheet_cells import CellType, UnreadableCell, plain, same_word
from reports.exchange.sheet_kinds.base import (
    CannotEnterSheet,
    Column,
    Kind,
    Ledger,
    Line,
    Lists,
    Place,
    Said,
    row_refused,
)
from reports.models import Unit
from reports.selectors.units import LAST_POSITION

NAMED = "names in this sheet"
WRITTEN = "units of this sheet"


class ParentColumn(Column):
    """A unit of the bureau, or one that stands in the same sheet."""

    def read(self, value: object, lists: Lists) -> str:
        text = super().read(value, lists)
        try:
            return lists.units.labels[lists.units.key_of(text)] if text else ""
        except UnreadableCell:
            return text

    def choices(self, lists: Lists) -> list[str]:
        return list(lists.units.words())


class UnitSheet(Kind):
    """Units; a parent may be a row of the same sheet, and is the bureau where none is given."""

    kind = SheetKind.UNITS
    natural = ("name",)
    unique = ("parent", "name")
    fields = (
        Column("name", gettext_lazy("单位名称"), required=True, longest=100),
        Column("short_name", gettext_lazy("简称"), longest=40),
        ParentColumn("parent", gettext_lazy("上级单位"), longest=200, fixed=True),
        Column(
            "kind",
            gettext_lazy("单位类别"),
            CellType.WORD,
            required=True,
            list_of="unit_kinds",
        ),
        Column("grade", gettext_lazy("等级"), longest=20),
        Column("position", gettext_lazy("排序"), CellType.WHOLE),
        Column("opened_on", gettext_lazy("启用日期"), CellType.DAY),
        Column("closed_on", gettext_lazy("停用日期"), CellType.DAY),
        Column("ledger_from", gettext_lazy("台账起始日"), CellType.DAY),
    )

    def now(
        self, place: Place, keys: Sequence[int] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        rows = Unit.objects.filter(bureau=place.bureau).select_related("kind", "parent")
        if keys is not None:
            rows = rows.filter(pk__in=keys)
        labels = place.lists.units
        for row in rows.order_by("path").iterator():
            above = "" if row.pk == place.bureau.pk else labels.label(row.parent)
            yield (
                row.pk,
                {
                    "name": plain(row.name),
                    "short_name": plain(row.short_name),
                    "parent": plain(above),
                    "kind": row.kind.name,
                    "grade": plain(row.grade),
                    "position": str(row.position),
                    "opened_on": plain(row.opened_on),
                    "closed_on": plain(row.closed_on),
                    "ledger_from": plain(row.ledger_from),
                },
            )

    def learn(self, lines: list[Line], place: Place) -> list[Line]:
        names = (same_word(plain(line.cells.get("name"))) for line in lines)
        place.memory[NAMED] = {name for name in names if name}
        return lines

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        bureau = place.lists.units.labels.get(place.bureau.pk, place.bureau.name)
        return {"parent": bureau} | {name: text for name, text in texts.items() if text}

    def meant(self, keys: list[int], says: Mapping[str, str], ledger: Ledger) -> list[int]:
        """Where the sheet says what a unit stands under, that unit alone; or the bureau itself."""
        if not says.get("parent"):
            return keys
        wanted = same_word(says["parent"])
        found = [key for key in keys if same_word(ledger.records[key]["parent"]) == wanted]
        return found or [key for key in keys if key == ledger.place.bureau.pk]

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        opened, closed = said.day("opened_on"), said.day("closed_on")
        if opened and closed and closed < opened:
            yield "closed_on", _("停用日期早于启用日期。")
        if closed and closed > place.today:
            yield "closed_on", _("停用日期不能晚于今天。")
        kind = said.one(units_kinds(place), "kind", None)
        if said.record is None:
            yield from self._against_new(said, place)
        if said.whole("position") is not None and not (
            0 <= (said.whole("position") or 0) <= LAST_POSITION
        ):
            yield "position", _("排序须在0至%(last)s之间。") % {"last": LAST_POSITION}
        if said.day("ledger_from") and kind is not None and not kind.files_report:
            yield "ledger_from", _("只有单独编制年度报告的单位（分局）才设台账起始日。")
        other_bureau = kind is not None and kind.files_report and said.record != place.bureau.pk
        if other_bureau and Act.MANAGE_TOP_UNITS not in place.acts:
            yield "kind", _("分局一级的单位由系统管理员建立。")

    def _against_new(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        units = place.lists.units
        above = said.text("parent")
        if same_word(above) == same_word(said.text("name")):
            yield "parent", _("单位不能是自己的上级。")
            return
        try:
            parent = units.find(above)
        except UnreadableCell:
            if same_word(above) not in place.memory.get(NAMED, ()):
                told = {"unit": above}
                yield "parent", _("没有“%(unit)s”这一上级单位，本表中也没有。") % told
            return
        if not parent.exists_on(said.day("opened_on") or place.today):
            yield "parent", _("上级单位“%(unit)s”该日不存在。") % {"unit": parent.name}

    def add(self, rows: Sequence[Said], place: Place) -> None:
        units = place.lists.units
        made: dict[str, UnitDraft | Unit] = place.memory.setdefault(WRITTEN, {})
        waiting = list(rows)
        names = {same_word(row.text("name")) for row in rows}
        drafts: list[UnitDraft] = []
        while waiting:
            ready = [row for row in waiting if self._parent(row, made, units, names) is not None]
            if not ready:
                raise CannotEnterSheet(
                    _("第%(n)s行：上级单位与下级单位互为上级。") % {"n": row.number}
                    for row in waiting
                )
            for row in ready:
                draft = UnitDraft(
                    name=row.text("name"),
                    kind=units_kinds(place).find(row.text("kind")),
                    parent=self._parent(row, made, units, names),
                    short_name=row.text("short_name"),
                    grade=row.text("grade"),
                    position=row.whole("position"),
                    opened_on=row.day("opened_on"),
                    closed_on=row.day("closed_on"),
                    ledger_from=row.day("ledger_from"),
                    imported_from=place.source,
                    imported_row=row.number,
                )
                drafts.append(draft)
                made.setdefault(same_word(draft.name), draft)
            waiting = [row for row in waiting if row not in ready]
        for draft, unit in zip(drafts, create_units(drafts, by=place.by, at=place.at), strict=True):
            if made.get(same_word(draft.name)) is draft:
                made[same_word(draft.name)] = unit

    @staticmethod
    def _parent(row: Said, made: Mapping, units, names: set[str]):
        """The parent that is there or drafted; None while its row still waits."""
        above = same_word(row.text("parent"))
        try:
            return units.find(row.text("parent"))
        except UnreadableCell:
            return made.get(above)

    def change(self, rows: Sequence[Said], place: Place) -> None:
        for row in rows:
            try:
                self._change_one(row, place)
            except Refused as refusal:
                raise row_refused(row.number, refusal) from refusal

    def _change_one(self, row: Said, place: Place) -> None:
        who = {"by": place.by, "at": place.at, "today": place.today}
        unit = Unit.objects.select_related("kind").get(pk=row.record, bureau=place.bureau)
        if "name" in row.changed:
            rename_unit(unit=unit, name=row.text("name"), on=None, **who)
        if row.changed & {"kind", "short_name", "grade", "position", "opened_on"}:
            edit_unit(
                unit=unit,
                kind=row.one(units_kinds(place), "kind", unit.kind),
                short_name=row.text("short_name"),
                grade=row.text("grade"),
                position=row.whole("position") or 0,
                opened_on=row.day("opened_on"),
                **who,
            )
        if "ledger_from" in row.changed:
            set_ledger_from(unit=unit, day=row.day("ledger_from"), **who)
        if "closed_on" in row.changed:
            if unit.closed_on is not None:
                reopen_unit(unit=unit, **who)
            if (day := row.day("closed_on")) is not None:
                close_unit(unit=unit, on=day, **who)

    def finish(self, place: Place) -> None:
        """What the new units owe is planned."""
        if WRITTEN in place.memory:
            replan(bureau_ids={place.bureau.pk}, today=place.today)


def units_kinds(place: Place):
    """The kinds of units to choose from."""
    return place.lists.unit_kinds
