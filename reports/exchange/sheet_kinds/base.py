"""What every kind of sheet shares: columns, the ledger's lists, and a row beside its record."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from sys import intern
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.imports import RowVerdict, SheetKind
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.sheet_cells import (
    KEY_HEADING,
    NO,
    YES,
    CellFault,
    CellType,
    Difference,
    UnreadableCell,
    bracketed,
    column_name,
    day_of,
    differences,
    is_nothing,
    join_words,
    plain,
    read_cell,
    same_word,
    split_clauses,
    split_words,
)
from reports.domain.sheet_names import EXAMPLES
from reports.models import (
    AgendaKind,
    Appointment,
    CauseKind,
    CertificateKind,
    Indicator,
    MeetingKind,
    Person,
    Post,
    Problem,
    ProblemSource,
    ProblemTheme,
    RecordKind,
    ScheduleSet,
    Unit,
    UnitKind,
)
from reports.models.choices import CELL_FAULT_SENTENCES
from reports.selectors.indicators import entered_for

Row = TypeVar("Row", bound=Model)
KEY = "key"
# What the ledger remarks on a row, beside its fields.
NOTE = "note"
# How many rows are read, compared or written at a time.
CHUNK = 1000
CUT = 40
# How much two names have in common where one may stand for the other by mistake.
NEAR = 0.75
Tell = Callable[[int, int], None]


# --- the ledger's lists ---------------------------------------------------------------------


class Names(Generic[Row]):
    """Rows of one list of the ledger by the words people use for them.

    ``label`` is the word that stands in a sheet: unique among the list, so that it finds its row
    again. ``words`` gives further words that find it. ``by_beginning``: so does the beginning of a
    label that no other begins with, as 自查 for 自查自纠.
    """

    def __init__(
        self, rows: Iterable[tuple[Row, str, Iterable[str]]], *, by_beginning: bool = False
    ) -> None:
        self.by_beginning = by_beginning
        self.rows: dict[int, Row] = {}
        self.labels: dict[int, str] = {}
        self._found: dict[str, list[int]] = {}
        self._also: dict[str, list[int]] = {}
        for row, label, words in rows:
            self.rows[row.pk], self.labels[row.pk] = row, label
            self._found.setdefault(same_word(label), []).append(row.pk)
            for word in words:
                if word:
                    self._also.setdefault(same_word(word), []).append(row.pk)

    def key_of(self, text: str) -> int:
        """The key of the row that is meant; ``UnreadableCell`` for none, or for several."""
        word = same_word(text)
        keys = self._found.get(word) or list(dict.fromkeys(self._also.get(word, ())))
        if not keys and self.by_beginning and len(word) > 1:
            keys = [
                key for label, of in self._found.items() if label.startswith(word) for key in of
            ]
        if len(keys) > 1:
            raise UnreadableCell(CellFault.SEVERAL, text)
        if not keys:
            near = self.near(text)
            why = CellFault.NEAR_WORD if near else CellFault.UNKNOWN_WORD
            raise UnreadableCell(why, text, near)
        return keys[0]

    def near(self, text: str) -> str:
        """The label that a word nearly is, a slip of the pen away; empty where none is."""
        words = self._also | self._found
        found = get_close_matches(same_word(text), words, n=1, cutoff=NEAR)
        return self.labels[words[found[0]][0]] if found else ""

    def find(self, text: str) -> Row:
        """The row that is meant."""
        return self.rows[self.key_of(text)]

    def keys_of(self, text: str) -> list[int]:
        """The keys of all rows that a cell names, in the order of the list."""
        places = {key: place for place, key in enumerate(self.labels)}
        return sorted(set(_each(text, self.key_of)), key=places.__getitem__)

    def several(self, rows: Iterable[Row]) -> str:
        """What stands in a sheet for several rows, in the order of the list."""
        places = {key: place for place, key in enumerate(self.labels)}
        ordered = sorted(rows, key=lambda row: (places.get(row.pk, len(places)), row.pk))
        return join_words(self.label(row) for row in ordered)

    def label(self, row: Row | None, fallback: str = "") -> str:
        """What stands in a sheet for the row; of one that is not on the list its own name."""
        if row is None:
            return ""
        return self.labels.get(row.pk) or fallback or str(row)

    def words(self) -> list[str]:
        """The list, in the ledger's order."""
        return list(self.labels.values())


Found = TypeVar("Found")


def _each(text: str, find: Callable[[str], Found]) -> list[Found]:
    """What each part of a cell names; a part that is a word as a whole is not taken apart."""
    found = []
    for part in split_clauses(text):
        try:
            found.append(find(part))
        except UnreadableCell:
            words = split_words(part)
            if len(words) < 2:
                raise
            found += [find(word) for word in words]
    return found


class Lists:
    """The ledger's own lists as a bureau sees them, each read once, when it is first asked for.

    What belongs to another bureau is not on them: a sheet can name nothing outside.
    """

    def __init__(self, bureau: Unit) -> None:
        self.bureau = bureau

    @cached_property
    def units(self) -> Names[Unit]:
        """The units of the bureau, itself among them; of two of one name with what is above."""
        rows = list(
            Unit.objects.filter(bureau=self.bureau)
            .select_related("kind", "parent", "bureau")
            .order_by("path")
        )
        count: dict[str, int] = {}
        for row in rows:
            count[row.name] = count.get(row.name, 0) + 1

        def words(row: Unit) -> list[str]:
            above = [self.bureau.name, self.bureau.short_name]
            return [row.short_name, *(f"{each}{row.name}" for each in above if each)]

        def label(row: Unit) -> str:
            if count[row.name] == 1 or row.parent is None:
                return row.name
            return f"{row.parent.name}/{row.name}"

        return Names((row, label(row), words(row)) for row in rows)

    @cached_property
    def people(self) -> Names[Person]:
        """Who is at home in the bureau, or serves there; of one name with the unit."""
        serving = Appointment.objects.filter(unit__bureau=self.bureau).values("person_id")
        found = Person.objects.standing().select_related("unit")
        here = found.filter(unit__bureau=self.bureau)
        rows = list((here | found.filter(pk__in=serving)).order_by("unit__path", "pk").distinct())
        alike: dict[str, int] = {}
        beside: dict[tuple[str, int], int] = {}
        for row in rows:
            alike[row.name] = alike.get(row.name, 0) + 1
            place = (row.name, row.unit_id)
            beside[place] = beside.get(place, 0) + 1

        def label(row: Person) -> str:
            if alike[row.name] == 1:
                return row.name
            unit = self.units.labels.get(row.unit_id, row.unit.name)
            same = f"#{row.pk}" if beside[row.name, row.unit_id] > 1 else ""
            return bracketed(row.name, f"{unit}{same}")

        def words(row: Person) -> list[str]:
            unit = row.unit
            named = [bracketed(row.name, each) for each in (unit.name, unit.short_name) if each]
            return [row.name, *named]

        return Names((row, label(row), words(row)) for row in rows)

    @cached_property
    def unit_kinds(self) -> Names[UnitKind]:
        return _named(UnitKind.objects.order_by("position", "pk"))

    @cached_property
    def posts(self) -> Names[Post]:
        return _named(Post.objects.prefetch_related("kinds").order_by("position", "pk"))

    @cached_property
    def certificate_kinds(self) -> Names[CertificateKind]:
        return _named(CertificateKind.objects.order_by("position", "pk"))

    @cached_property
    def meeting_kinds(self) -> Names[MeetingKind]:
        return _named(MeetingKind.objects.order_by("position", "pk"))

    @cached_property
    def agenda_kinds(self) -> Names[AgendaKind]:
        return _named(AgendaKind.objects.order_by("position", "pk"))

    @cached_property
    def sources(self) -> Names[ProblemSource]:
        return _named(ProblemSource.objects.order_by("position", "pk"))

    @cached_property
    def themes(self) -> Names[ProblemTheme]:
        return _named(ProblemTheme.objects.order_by("position", "pk"))

    @cached_property
    def cause_kinds(self) -> Names[CauseKind]:
        return _named(CauseKind.objects.order_by("position", "pk"))

    @cached_property
    def record_kinds(self) -> Names[RecordKind]:
        rows = RecordKind.objects.prefetch_related("fields").order_by("position", "pk")
        return _named(rows)

    @cached_property
    def indicators(self) -> Names[Indicator]:
        """Those that are entered: delivered, set above the bureau, or its own."""
        rows = list(entered_for(self.bureau))
        count: dict[str, int] = {}
        for row in rows:
            count[row.name] = count.get(row.name, 0) + 1
        return Names(
            (row, row.name if count[row.name] == 1 else bracketed(row.name, row.code), [row.code])
            for row in rows
        )

    @cached_property
    def sets(self) -> Names[ScheduleSet]:
        rows = ScheduleSet.objects.filter(unit__bureau=self.bureau).select_related("unit")
        return Names((row, row.name, ()) for row in rows.order_by("unit__path", "position", "pk"))

    @cached_property
    def problems(self) -> Names[Problem]:
        """The standing problems of the bureau by year and number; a title finds one, too."""
        rows = Problem.objects.filter(bureau=self.bureau).standing()
        rows = rows.only("pk", "year", "number", "title", "state", "bureau", "found_on")
        return Names(
            (row, f"{row.year}-{row.number}", (row.title,)) for row in rows.order_by("-year", "pk")
        )


def _named(rows: Iterable[Row]) -> Names[Row]:
    return Names(((row, row.name, (row.code,)) for row in rows), by_beginning=True)


@dataclass
class Place:
    """Into which ledger a sheet goes, for whom, and when.

    ``acts`` are those of the person in the bureau; ``source`` is the name of the file, kept with
    every record that comes of it.
    """

    bureau: Unit
    today: date
    at: datetime
    by: User | None = None
    source: str = ""
    acts: frozenset[Act] = frozenset(Act)
    # By field what an empty cell of a new row means in the whole sheet, as a cell says it.
    given: Mapping[str, str] = field(default_factory=dict)
    # What a kind keeps in memory while it goes through the rows.
    memory: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def lists(self) -> Lists:
        return Lists(self.bureau)


# --- columns --------------------------------------------------------------------------------


def in_document(word: object) -> str:
    """A word as it stands in files, whatever language the page speaks."""
    with override(DOCUMENT_LANGUAGE):
        return str(word)


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    ``label`` is its heading; ``choices`` gives what may be chosen (None: anything) and is what a
    drop-down offers. ``list_of`` names the list of the ledger that a word is looked up on,
    ``words`` maps codes to the words that stand for them, ``also`` to others that are understood.
    ``given`` is what an empty cell of a new row means. ``shown``: written out for the reader,
    never read in. ``fixed``: said once; a record that is there keeps it. ``once``: read of new
    rows alone, never compared and, unless ``shown``, never written out.
    """

    name: str
    label: object
    type: CellType = CellType.TEXT
    required: bool = False
    longest: int | None = None
    list_of: str = ""
    words: Mapping[Any, object] | None = None
    also: Mapping[Any, object] | None = None
    given: str = ""
    example: str = ""
    shown: bool = False
    fixed: bool = False
    once: bool = False

    @cached_property
    def heading(self) -> str:
        """The heading in a file, which speaks the language of documents."""
        return in_document(self.label)

    @cached_property
    def given_text(self) -> str:
        """What an empty cell of a new row says."""
        return self._by_code.get(self.given, self.given)

    @cached_property
    def _by_code(self) -> dict[str, str]:
        return {str(code): in_document(word) for code, word in (self.words or {}).items()}

    @cached_property
    def _by_word(self) -> dict[str, str]:
        return {word: code for code, word in self._by_code.items()}

    @cached_property
    def _spelt(self) -> dict[str, str]:
        spelt = {same_word(code): word for code, word in self._by_code.items()}
        spelt |= {same_word(str(word)): in_document(word) for word in (self.words or {}).values()}
        for code, word in (self.also or {}).items():
            spelt[same_word(in_document(word))] = self._by_code[str(code)]
        return spelt | {same_word(word): word for word in self._by_code.values()}

    def choices(self, lists: Lists) -> list[str] | None:
        """What a cell may hold, as the ledger's own list; None where it is not chosen."""
        if self.words is not None:
            return list(self._by_code.values())
        if self.list_of:
            return list(getattr(lists, self.list_of).words())
        return [YES, NO] if self.type == CellType.YES_NO else None

    def word(self, code: object) -> str:
        """The word for a code of ``words``; nothing for none."""
        return "" if code in ("", None) else self._by_code.get(str(code), str(code))

    def code(self, word: str) -> str:
        """The code for a word that was read."""
        return self._by_word.get(word, "")

    def read(self, value: object, lists: Lists) -> str:
        """The text that stands for what the cell says. Raises ``UnreadableCell``."""
        text = read_cell(self.type, value)
        if text and self.type == CellType.WORD:
            return self._one(text, lists)
        if text and self.type == CellType.WORDS:
            return self._several(text, lists)
        if self.longest is not None and len(text) > self.longest:
            raise UnreadableCell(CellFault.TOO_LONG, str(self.longest))
        return text

    def _several(self, text: str, lists: Lists) -> str:
        if self.list_of:
            names = getattr(lists, self.list_of)
            return join_words(names.labels[key] for key in names.keys_of(text))
        words = list(self._by_code.values())
        found = set(_each(text, lambda each: self._one(each, lists)))
        return join_words(sorted(found, key=words.index))

    def _one(self, text: str, lists: Lists) -> str:
        if self.list_of:
            names = getattr(lists, self.list_of)
            return str(names.labels[names.key_of(text)])
        if (word := self._spelt.get(same_word(text))) is None:
            raise UnreadableCell(CellFault.UNKNOWN_WORD, text)
        return word


# --- rows -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """A row of a file: by field what its cell holds, and where the cell is.

    ``key`` is the hidden key of the record it was written from, ``base`` what was written then.
    """

    number: int
    cells: dict[str, object]
    addresses: dict[str, str] = field(default_factory=dict)
    key: str = ""
    base: dict[str, str] | None = None


@dataclass(slots=True)
class Fault:
    """What is wrong with a row, and in which cell."""

    field: str
    sentence: str


@dataclass(slots=True)
class Checked:
    """A row beside the ledger: its verdict, what it says by field, and what it would change."""

    number: int
    verdict: RowVerdict
    says: dict[str, str] = field(default_factory=dict)
    record: int | None = None
    changes: dict[str, Difference] = field(default_factory=dict)
    faults: list[dict[str, str]] = field(default_factory=list)

    @property
    def asks_twice(self) -> bool:
        """The ledger has changed in a cell that the row changes, too: taken only when ticked."""
        return any(change.meanwhile is not None for change in self.changes.values())


@dataclass(slots=True)
class Said:
    """A row to enter: its number, its texts by field; of a change the record and what changes."""

    number: int
    texts: Mapping[str, str]
    record: int | None = None
    changed: frozenset[str] = frozenset()
    old: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A cell as it was read; empty where it says nothing."""
        return self.texts.get(name, "")

    def day(self, name: str) -> date | None:
        """The day of a cell; of a month its first day."""
        return day_of(self.text(name)) if self.text(name) else None

    def is_month(self, name: str) -> bool:
        """Whether a cell names a month and no day."""
        return len(self.text(name)) == 7

    def yes(self, name: str) -> bool:
        """Whether a cell says yes."""
        return self.text(name) == YES

    def whole(self, name: str) -> int | None:
        """The whole number of a cell."""
        return int(self.text(name)) if self.text(name) else None

    def number_of(self, name: str) -> Decimal | None:
        """The number of a cell."""
        return Decimal(self.text(name)) if self.text(name) else None

    def hour(self, name: str) -> time | None:
        """The hour of a cell."""
        return time.fromisoformat(self.text(name)) if self.text(name) else None

    def one(self, names: Names[Row], name: str, kept: Row | None = None) -> Row | None:
        """The row of a list that a cell names; of a record that is there, the one it has."""
        if self.record is not None and name not in self.changed:
            return kept
        return names.find(self.text(name)) if self.text(name) else None

    def some(self, names: Names[Row], name: str, kept: Iterable[Row] = ()) -> tuple[Row, ...]:
        """The same of a cell that names several."""
        if self.record is not None and name not in self.changed:
            return tuple(kept)
        return tuple(names.rows[key] for key in names.keys_of(self.text(name)))


class CannotEnterSheet(Refused):
    """The rows cannot be entered; every reason names its row."""


def row_refused(number: int, refusal: Refused) -> CannotEnterSheet:
    """The refusal of one row, with its number before each reason."""
    return CannotEnterSheet(
        _("第%(n)s行：%(reason)s") % {"n": number, "reason": reason} for reason in refusal.reasons
    )


# --- a kind ---------------------------------------------------------------------------------


class Kind:
    """One kind of sheet: its columns, and how its rows become records. Others say what is in it."""

    kind: ClassVar[SheetKind]
    fields: ClassVar[tuple[Column, ...]]
    # Fields by which a row without a hidden key finds its record, and those that no two share.
    natural: ClassVar[tuple[str, ...]]
    unique: ClassVar[tuple[str, ...]] = ()
    # Records that are there are shown beside the rows and never changed by them.
    only_new: ClassVar[object] = ""

    def __init__(self) -> None:
        examples = EXAMPLES[self.kind]
        self.columns: tuple[Column, ...] = tuple(
            replace(column, example=examples.get(column.name, "")) for column in self.fields
        )
        self.unique = self.unique or self.natural

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their fields."""
        return {column.name: column for column in self.columns}

    @property
    def read_columns(self) -> list[Column]:
        """What is compared with a record, and changes it."""
        return [column for column in self.columns if not column.shown and not column.once]

    @property
    def taken_columns(self) -> list[Column]:
        """What a column of a sheet may be taken as."""
        return [column for column in self.columns if not column.shown or column.once]

    @property
    def written_columns(self) -> list[Column]:
        """What is written out."""
        return [column for column in self.columns if column.shown or not column.once]

    def tells(self, name: str, text: str) -> bool:
        """Whether a text says more than an empty cell would."""
        column = self.by_name.get(name)
        return bool(text) and column is not None and text != column.given_text

    def known_names(self) -> dict[str, str]:
        """The headings of this kind's own columns, as ``find_header`` wants them."""
        names = {column_name(column.heading): column.name for column in self.columns}
        return names | {column_name(KEY_HEADING): KEY}

    def settled(self, names: Mapping[int, str], fields: Mapping[int, str]) -> dict[int, str]:
        """The fields of the columns once all headings are known; a name may mean another field
        beside others."""
        return dict(fields)

    # What a kind says of itself ----------------------------------------------------------------

    def now(self, place: Place, keys: Sequence[int] | None = None) -> Iterator[tuple[int, dict]]:
        """The records of the bureau (or those of the keys) as texts by field, with their keys."""
        raise NotImplementedError

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        """What the rules of the work say against a row: field and sentence. Queries nothing."""
        return ()

    def add(self, rows: Sequence[Said], place: Place) -> None:
        """Enter new records, all or none, with where each came from."""
        raise NotImplementedError

    def change(self, rows: Sequence[Said], place: Place) -> None:
        """Change the records that are there, all or none."""
        raise NotImplementedError

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        """The texts of a new row with what follows from the others."""
        return texts

    def meant(self, keys: list[int], says: Mapping[str, str], ledger: "Ledger") -> list[int]:
        """Of the records that a row finds those it means."""
        return keys

    def finish(self, place: Place) -> None:
        """What is done once after all rows of a sheet are entered."""

    def learn(self, lines: list[Line], place: Place) -> list[Line]:
        """What must be known of all rows before the first is checked; the rows that are checked."""
        return lines

    def before(self, line: Line, place: Place) -> None:
        """What a row says in the light of those above it, which are checked."""

    def after(self, checked: "Checked", place: Place) -> None:
        """What later rows must know of this one."""

    def remark(self, says: Mapping[str, str], key: int, place: Place) -> str:
        """What is said about a row whose record is there."""
        return ""

    # What all kinds share ----------------------------------------------------------------------

    def natural_of(self, texts: Mapping[str, str]) -> tuple[str, ...] | None:
        """What tells the record, where all of it is there."""
        return _key(self.natural, texts)

    def unique_of(self, texts: Mapping[str, str]) -> tuple[str, ...] | None:
        """What no two records share."""
        return _key(self.unique, texts)

    def uniques(self, place: Place) -> Iterator[tuple[str, ...] | None]:
        """What no two records share, of every record of the bureau."""
        return (self.unique_of(texts) for _key, texts in self.now(place))

    def key_text(self, key: int) -> str:
        """The hidden key of a record."""
        return f"{self.kind.value}:{key}"

    def key_of(self, text: str) -> int | None:
        """The record that a hidden key of this kind names."""
        kind, _colon, key = text.strip().partition(":")
        return int(key) if kind == self.kind.value and key.isascii() and key.isdigit() else None

    def rows_out(self, place: Place) -> Iterator[tuple[str, dict[str, str]]]:
        """Every record of the bureau: its hidden key, and its texts by field."""
        for key, texts in self.now(place):
            yield self.key_text(key), texts

    def check(self, lines: Iterable[Line], place: Place) -> Iterator[Checked]:
        """Every row beside the ledger, in order. Nothing is written, nothing locked.

        The ledger is read once; each row costs no query. A row without a hidden key finds its
        record by what tells it from others (``natural``). Of a row with one an empty cell empties
        the field; of a row without, it says nothing about a record that is there.
        """
        if type(self).learn is not Kind.learn:
            lines = self.learn(list(lines), place)
        ledger = Ledger(self, place)
        for line in lines:
            self.before(line, place)
            checked = ledger.check(line)
            self.after(checked, place)
            yield checked

    def enter(self, rows: Sequence[Checked], place: Place, tell: Tell | None = None) -> int:
        """Enter new rows and changes, all or none; how many. Call it within a transaction.

        Refuses, naming the rows, what changed in the ledger since they were checked, and whatever
        the actions refuse.
        """
        new = [row for row in rows if row.verdict == RowVerdict.NEW]
        changed = [row for row in rows if row.verdict == RowVerdict.CHANGED]
        self._refuse_stale(new, changed, place)
        done = 0
        for all_rows, write in ((new, self.add), (changed, self.change)):
            for start in range(0, len(all_rows), CHUNK):
                part = all_rows[start : start + CHUNK]
                write([_said(row) for row in part], place)
                done += len(part)
                if tell:
                    tell(done, len(new) + len(changed))
        self.finish(place)
        return done

    def _refuse_stale(self, new: list[Checked], changed: list[Checked], place: Place) -> None:
        reasons: list[tuple[int, str]] = []
        keys = [row.record for row in changed if row.record is not None]
        there: dict[int, dict[str, str]] = {}
        for start in range(0, len(keys), CHUNK):
            there |= dict(self.now(place, keys[start : start + CHUNK]))
        for row in changed:
            now = there.get(row.record or 0)
            if now is None:
                reasons.append((row.number, _("原来的记录已不在台账中")))
            elif any(now.get(n, "") != change.old for n, change in row.changes.items()):
                reasons.append((row.number, _("台账中的记录刚被修改")))
        if new:
            taken = set(self.uniques(place))
            for row in new:
                if self.unique_of(row.says) in taken:
                    reasons.append((row.number, _("刚有人录入了同一条")))
        if reasons:
            reasons.sort()
            raise CannotEnterSheet(
                [
                    _("比对之后台账有变动，没有导入任何一行，请重新比对。"),
                    *(_("第%(n)s行：%(reason)s。") % {"n": n, "reason": r} for n, r in reasons),
                ]
            )


def _key(fields: Iterable[str], texts: Mapping[str, str]) -> tuple[str, ...] | None:
    key = tuple(same_word(texts.get(name, "")) for name in fields)
    return key if any(key) else None


def _said(row: Checked) -> Said:
    return Said(
        row.number,
        row.says,
        row.record,
        frozenset(row.changes),
        {name: change.old for name, change in row.changes.items()},
    )


class Ledger:
    """The records of a kind in memory, for comparing many rows with them."""

    def __init__(self, kind: Kind, place: Place) -> None:
        self.kind, self.place = kind, place
        self.records: dict[int, dict[str, str]] = {}
        self.by_natural: dict[tuple[str, ...], list[int]] = {}
        for key, texts in kind.now(place):
            # The same few texts stand in thousands of rows.
            self.records[key] = texts = {name: intern(text) for name, text in texts.items()}
            if (natural := kind.natural_of(texts)) is not None:
                self.by_natural.setdefault(natural, []).append(key)
        # Which row of the file spoke of a record, or of a new one, before.
        self.seen_records: dict[int, int] = {}
        self.seen_new: dict[tuple[str, ...], int] = {}
        self.read_before: dict[tuple[str, str], str] = {}

    def check(self, line: Line) -> Checked:
        """One row beside the ledger."""
        faults: list[Fault] = []
        key = self._keyed(line, faults)
        says = self._read(line, self.records.get(key or 0), faults)
        if key is None and not faults:
            key = self._by_natural(says, faults)
        record = self.records.get(key) if key is not None else None
        if key is not None:
            if key in self.seen_records:
                faults.append(_fault(KEY, CellFault.RECORD_TWICE, self.seen_records[key]))
            self.seen_records.setdefault(key, line.number)
        if record is None:
            return self._new(line, says, faults)
        return self._known(line, key or 0, record, says, faults)

    def _keyed(self, line: Line, faults: list[Fault]) -> int | None:
        """The record that the hidden key names, where it is one of the bureau."""
        if not line.key:
            return None
        key = self.kind.key_of(line.key)
        if key is None or key not in self.records:
            faults.append(_fault(KEY, CellFault.NO_RECORD))
            return None
        return key

    def _read(
        self, line: Line, record: Mapping[str, str] | None, faults: list[Fault]
    ) -> dict[str, str]:
        says = {}
        for column in self.kind.taken_columns:
            if column.name not in line.cells:
                continue
            value = line.cells[column.name]
            text = plain(value)
            # What is as it stands needs no reading, and may name what is not on the lists any more.
            if record is not None and text == record.get(column.name):
                says[column.name] = text
                continue
            try:
                says[column.name] = self._text(column, value, text)
            except UnreadableCell as unreadable:
                faults.append(Fault(column.name, cell_sentence(unreadable)))
        return says

    def _text(self, column: Column, value: object, text: str) -> str:
        if column.type not in (CellType.WORD, CellType.WORDS):
            return column.read(value, self.place.lists)
        # The same words stand in thousands of rows.
        known = (column.name, text)
        if known not in self.read_before:
            self.read_before[known] = column.read(value, self.place.lists)
        return self.read_before[known]

    def _by_natural(self, says: Mapping[str, str], faults: list[Fault]) -> int | None:
        texts = self.kind.completed(self._given(says), self.place)
        natural = self.kind.natural_of(texts)
        keys = self.by_natural.get(natural, []) if natural is not None else []
        keys = self.kind.meant(keys, says, self)
        if len(keys) > 1:
            faults.append(_fault(self.kind.natural[0], CellFault.SEVERAL_RECORDS, len(keys)))
            return None
        return keys[0] if keys else None

    def _given(self, says: Mapping[str, str]) -> dict[str, str]:
        given = {each.name: each.given_text for each in self.kind.read_columns if each.given}
        given |= self.place.given
        return given | {name: text for name, text in says.items() if text}

    def _new(self, line: Line, says: dict[str, str], faults: list[Fault]) -> Checked:
        told = {fault.field for fault in faults}
        if KEY in told:
            return _checked(line, RowVerdict.REFUSED, says, faults)
        texts = {each.name: "" for each in self.kind.read_columns}
        texts |= self.kind.completed(self._given(says), self.place)
        for column in self.kind.read_columns:
            if column.required and not texts[column.name] and column.name not in told:
                faults.append(_fault(column.name, CellFault.MISSING, column.label))
        unique = self.kind.unique_of(texts)
        if unique is not None and not faults:
            if unique in self.seen_new:
                name = self.kind.unique[-1]
                faults.append(_fault(name, CellFault.SAME_TWICE, self.seen_new[unique]))
            self.seen_new.setdefault(unique, line.number)
        if not faults:
            said = Said(line.number, texts)
            faults += [Fault(*each) for each in self.kind.against(said, self.place)]
        verdict = RowVerdict.REFUSED if faults else RowVerdict.NEW
        return _checked(line, verdict, texts, faults)

    def _known(
        self,
        line: Line,
        key: int,
        record: dict[str, str],
        says: dict[str, str],
        faults: list[Fault],
    ) -> Checked:
        if not line.key:
            says = {name: text for name, text in says.items() if text}
        fields = [column.name for column in self.kind.read_columns]
        changes = differences(says, record, line.base, fields=fields)
        texts = record | {name: change.new for name, change in changes.items()}
        told = {fault.field for fault in faults}
        for name in changes:
            column = self.kind.by_name[name]
            if column.required and not texts[name]:
                faults.append(_fault(name, CellFault.MISSING, column.label))
            elif column.fixed:
                faults.append(_fault(name, CellFault.FIXED, column.label))
        if changes and self.kind.only_new:
            faults.append(Fault(next(iter(changes)), str(self.kind.only_new)))
        if changes and not faults and not told:
            said = Said(line.number, texts, key, frozenset(changes))
            faults += [Fault(*each) for each in self.kind.against(said, self.place)]
        verdict = RowVerdict.CHANGED if changes else RowVerdict.UNCHANGED
        if faults:
            verdict = RowVerdict.REFUSED
        if remark := self.kind.remark(says, key, self.place):
            texts = texts | {NOTE: remark}
        return _checked(line, verdict, texts, faults, key, changes)


def cell_sentence(unreadable: UnreadableCell) -> str:
    """What is wrong with a cell, as a sentence."""
    told = {"value": str(unreadable.value)[:CUT], "near": unreadable.near}
    return str(CELL_FAULT_SENTENCES[unreadable.why]) % told


def _fault(name: str, why: CellFault, value: object = "") -> Fault:
    return Fault(name, cell_sentence(UnreadableCell(why, value)))


def _checked(
    line: Line,
    verdict: RowVerdict,
    says: dict[str, str],
    faults: Iterable[Fault],
    record: int | None = None,
    changes: dict[str, Difference] | None = None,
) -> Checked:
    told = []
    order = list(line.addresses)
    places = {name: place for place, name in enumerate(order)}
    for fault in sorted(faults, key=lambda fault: places.get(fault.field, -1)):
        cell = line.addresses.get(fault.field) or str(line.number)
        entry = {"cell": cell, "reason": fault.sentence}
        if entry not in told:
            told.append(entry)
    return Checked(line.number, verdict, says, record, changes or {}, told)


def is_blank(line: Line) -> bool:
    """Whether nothing stands in the row."""
    return all(is_nothing(value) for value in line.cells.values())
