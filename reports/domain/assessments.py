"""Assessments (迎检卷): what a table of items must hold, what a bureau may say of itself, gaps."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from reports.domain.summaries import OwnFinding

# --- the table of items ---------------------------------------------------------------------------

HEADER_WITHIN = 10
MOST_ITEMS = 500
LONGEST_NUMBER, LONGEST_HEADING, LONGEST_TEXT = 20, 100, 2000
MOST_POINTS = Decimal("9999.99")


class ItemColumn(StrEnum):
    """A column of the table of items."""

    NUMBER = "number"
    HEADING = "heading"
    TEXT = "text"
    POINTS = "points"


# What people write above the columns.
NAMES: Mapping[str, ItemColumn] = {
    "编号": ItemColumn.NUMBER,
    "序号": ItemColumn.NUMBER,
    "类别": ItemColumn.HEADING,
    "考核项目": ItemColumn.HEADING,
    "考核内容": ItemColumn.TEXT,
    "内容": ItemColumn.TEXT,
    "考核指标": ItemColumn.TEXT,
    "分值": ItemColumn.POINTS,
    "满分": ItemColumn.POINTS,
}
NEEDED = (ItemColumn.NUMBER, ItemColumn.TEXT)


class TableFault(StrEnum):
    """What is wrong with a cell of the table."""

    NO_NUMBER = "no_number"
    LONG_NUMBER = "long_number"
    NUMBER_TWICE = "number_twice"
    NO_TEXT = "no_text"
    LONG_TEXT = "long_text"
    LONG_HEADING = "long_heading"
    NOT_POINTS = "not_points"
    POINTS_BELOW_OWN = "points_below_own"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell by its row and column, counted from 0, and what is wrong with it; ``about`` names
    what it collides with."""

    row: int
    column: int
    code: TableFault
    about: str = ""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as a table says it; ``row`` counts from 0."""

    row: int
    number: str
    heading: str
    text: str
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class ItemTable:
    """What was read: the rows that are clear, and what is wrong with the others."""

    items: tuple[ItemRow, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class ItemHead:
    """Where the headings are: the row, and the place of each column."""

    row: int
    places: Mapping[ItemColumn, int]

    def place(self, column: ItemColumn) -> int:
        """The place of a column; one that is not there is told of at the first one."""
        return self.places.get(column, self.places[ItemColumn.NUMBER])


def find_head(rows: Sequence[Sequence[object]]) -> ItemHead | None:
    """The first of the upper rows that names number and text of an item; None without one."""
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        places: dict[ItemColumn, int] = {}
        for place, cell in enumerate(row):
            column = NAMES.get(words_in(cell).replace(" ", ""))
            if column is not None:
                places.setdefault(column, place)
        if all(column in places for column in NEEDED):
            return ItemHead(number, places)
    return None


def read_items(
    rows: Sequence[Sequence[object]],
    head: ItemHead,
    own_points: Mapping[str, Decimal] | None = None,
) -> ItemTable:
    """The items below the headings, with a fault for every cell that is not clear.

    Empty rows are passed over. A heading that is left empty is the one above it: in such tables
    it is merged over its items. ``own_points`` are those given to items that are there already;
    the points of an item cannot fall below them.
    """
    items: list[ItemRow] = []
    faults: list[Fault] = []
    first_at: dict[str, int] = {}
    heading = ""
    for number in range(head.row + 1, len(rows)):
        row = rows[number]
        if not any(words_in(cell) for cell in row):
            continue
        cells = {column: _cell(row, place) for column, place in head.places.items()}
        heading = words_in(cells.get(ItemColumn.HEADING)) or heading
        read, found = _read_row(number, head, cells, heading, own_points or {})
        if read.number and read.number in first_at:
            about = str(first_at[read.number] + 1)
            place = head.place(ItemColumn.NUMBER)
            found.append(Fault(number, place, TableFault.NUMBER_TWICE, about))
        first_at.setdefault(read.number, number)
        faults += found
        items.append(read)
    return ItemTable(tuple(items), tuple(faults))


def _cell(row: Sequence[object], place: int) -> object:
    return row[place] if place < len(row) else ""


def _read_row(
    number: int,
    head: ItemHead,
    cells: Mapping[ItemColumn, object],
    heading: str,
    own_points: Mapping[str, Decimal],
) -> tuple[ItemRow, list[Fault]]:
    code, text = words_in(cells[ItemColumn.NUMBER]), words_in(cells[ItemColumn.TEXT])
    points, clear = points_in(cells.get(ItemColumn.POINTS))
    own = own_points.get(code)
    checks = (
        (ItemColumn.NUMBER, TableFault.NO_NUMBER, not code),
        (ItemColumn.NUMBER, TableFault.LONG_NUMBER, len(code) > LONGEST_NUMBER),
        (ItemColumn.TEXT, TableFault.NO_TEXT, not text),
        (ItemColumn.TEXT, TableFault.LONG_TEXT, len(text) > LONGEST_TEXT),
        (ItemColumn.HEADING, TableFault.LONG_HEADING, len(heading) > LONGEST_HEADING),
        (ItemColumn.POINTS, TableFault.NOT_POINTS, not clear),
        (
            ItemColumn.POINTS,
            TableFault.POINTS_BELOW_OWN,
            points is not None and own is not None and own > points,
        ),
    )
    about = {TableFault.POINTS_BELOW_OWN: plain_points(own)}
    faults = [
        Fault(number, head.place(column), fault, about.get(fault, ""))
        for column, fault, holds in checks
        if holds
    ]
    return ItemRow(number, code, heading, text, points), faults


def words_in(cell: object) -> str:
    """A cell as text: 3.0 is 3, line ends and double blanks within are one blank."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def points_in(cell: object) -> tuple[Decimal | None, bool]:
    """The points in a cell, and whether it could be read: empty is none, ``5分`` is five."""
    typed = unicodedata.normalize("NFKC", words_in(cell)).removesuffix("分").strip()
    if not typed:
        return None, True
    try:
        points = Decimal(typed)
    except InvalidOperation:
        return None, False
    fits = points.is_finite() and 0 <= points <= MOST_POINTS
    exact = fits and points == points.quantize(Decimal("0.01"))
    return (points, True) if exact else (None, False)


def plain_points(points: Decimal | None) -> str:
    """Points as they are written: 5, 2.5; nothing for none."""
    if points is None:
        return ""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- the own finding ----------------------------------------------------------------------------


class AgainstFinding(StrEnum):
    """Why a finding cannot stand."""

    NO_FINDING = "no_finding"
    NO_BASIS = "no_basis"
    ABOVE_POINTS = "above_points"
    BELOW_NOUGHT = "below_nought"
    POINTS_NOT_ASKED = "points_not_asked"
    FULL_NOT_MET = "full_not_met"


def reasons_against_finding(
    finding: OwnFinding | None,
    *,
    points: Decimal | None,
    own_points: Decimal | None,
    basis: str,
) -> list[AgainstFinding]:
    """Why a bureau cannot say this of an item; empty when it can. Nothing at all may be said.

    A finding rests on something that is written down (自评依据). Own points lie between nought and
    those of the item; an item that does not concern the bureau has none, and one that is not
    met, not all of them.
    """
    if finding is None:
        said = own_points is not None or bool(basis.strip())
        return [AgainstFinding.NO_FINDING] if said else []
    checks = {
        AgainstFinding.NO_BASIS: not basis.strip(),
        AgainstFinding.BELOW_NOUGHT: own_points is not None and own_points < 0,
        AgainstFinding.ABOVE_POINTS: own_points is not None
        and points is not None
        and own_points > points,
        AgainstFinding.POINTS_NOT_ASKED: finding == OwnFinding.NOT_ASKED and bool(own_points),
        AgainstFinding.FULL_NOT_MET: finding == OwnFinding.NOT_MET
        and bool(points)
        and own_points == points,
    }
    return [reason for reason, holds in checks.items() if holds]


# --- what proves an item -------------------------------------------------------------------------


class AgainstProof(StrEnum):
    """Why a record cannot prove an item."""

    TWICE = "twice"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"


def reasons_against_proof(
    *, is_there: bool, is_cancelled: bool, is_of_the_bureau: bool
) -> list[AgainstProof]:
    """Why a record cannot be put to an item; empty when it can.

    One record may prove many items, but each of them once; what was cancelled counts nothing.
    """
    checks = {
        AgainstProof.TWICE: is_there,
        AgainstProof.CANCELLED: is_cancelled,
        AgainstProof.ELSEWHERE: not is_of_the_bureau,
    }
    return [reason for reason, holds in checks.items() if holds]


class ItemGap(StrEnum):
    """What an item still lacks."""

    NO_FINDING = "no_finding"
    NO_PROOF = "no_proof"
    NO_EVIDENCE = "no_evidence"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """A proof: whether its record was cancelled, and whether evidence of it is there."""

    is_cancelled: bool
    has_evidence: bool


def gaps_of(finding: OwnFinding | None, proofs: Iterable[ProofFacts]) -> list[ItemGap]:
    """What an item lacks, in the order it is told.

    An item that does not concern the bureau, or that the bureau finds not met, needs no proof.
    """
    rows = list(proofs)
    standing = [proof for proof in rows if not proof.is_cancelled]
    needs = finding not in (OwnFinding.NOT_ASKED, OwnFinding.NOT_MET)
    checks = {
        ItemGap.NO_FINDING: finding is None,
        ItemGap.NO_PROOF: needs and not standing,
        ItemGap.NO_EVIDENCE: any(not proof.has_evidence for proof in standing),
        ItemGap.CANCELLED: any(proof.is_cancelled for proof in rows),
    }
    return [gap for gap, holds in checks.items() if holds]


class AgainstAssessment(StrEnum):
    """Why an assessment cannot be kept like this."""

    SAME_TITLE = "same_title"
    FOLLOWS_ELSEWHERE = "follows_elsewhere"
    FOLLOWS_LATER = "follows_later"
    NUMBER_TWICE = "number_twice"
    BELOW_OWN = "below_own"
    HAS_PROOFS = "has_proofs"
    NOTHING_TO_IMPORT = "nothing_to_import"


def reasons_against_following(
    *, year: int, unit_id: int, follows_year: int, follows_unit_id: int
) -> list[AgainstAssessment]:
    """Why a volume cannot follow another: it is of another bureau, or not of an earlier year."""
    checks = {
        AgainstAssessment.FOLLOWS_ELSEWHERE: unit_id != follows_unit_id,
        AgainstAssessment.FOLLOWS_LATER: follows_year >= year,
    }
    return [reason for reason, holds in checks.items() if holds]
