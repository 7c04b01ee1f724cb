"""Rows of a ledger of problems that belong together: measures below measures, 1.1 below 1."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from reports.domain.problems import ProblemClass
from reports.domain.sheet_cells import (
    CellFault,
    CellType,
    UnreadableCell,
    day_of,
    is_nothing,
    plain,
    read_cell,
    same_word,
)
from reports.domain.sheet_ledger import (
    ROW_NAMED,
    HowFar,
    Work,
    class_said,
    how_far,
    levels_of,
    row_name,
    split_measures,
    work_of,
    work_text,
)
from reports.exchange.sheet_kinds.base import (
    NOTE,
    Checked,
    Line,
    Place,
    Said,
    cell_sentence,
    in_document,
)
from reports.models import Measure
from reports.models.choices import PROBLEM_CLASS_LABELS, day_label

# Where the measures of a row are kept among its texts.
WORK = "work"
# What a row below takes from the one above where it says nothing itself.
INHERITED = ("source", "found_on", "raised_from_above", "raised_by")
JOINED = ("description", "causes")


def row_of(text: str) -> int | None:
    """The row of the same sheet that a cell means: 第5行."""
    found = ROW_NAMED.fullmatch(text)
    return int(found[1]) if found else None


def rows_of(lines: Sequence[Line]) -> "Rows":
    """The rows of a sheet, those that only go on with another measure within the one above."""
    kept: list[Line] = []
    parts: dict[int, list[Line]] = {}
    for line in lines:
        if kept and _goes_on(line, parts[kept[-1].number]):
            first = kept[-1]
            parts[first.number].append(line)
            for name in JOINED:
                _join(first, line, name)
            continue
        kept.append(line)
        # As it stands in the file; what the row says may be completed.
        parts[line.number] = [replace(line, cells=dict(line.cells))]
    return Rows(kept, parts)


def _text(line: Line, name: str) -> str:
    value = line.cells.get(name)
    return "" if is_nothing(value) else plain(value)


def _goes_on(line: Line, above: Sequence[Line]) -> bool:
    """Whether a row has no problem of its own but another measure of the one above: its cells are
    empty, or merged with those above."""
    first, measures = above[0], _text(line, "measures")
    if not measures or line.key or first.key:
        return False
    number, title = _text(line, "number"), _text(line, "title")
    if number and number != _text(first, "number"):
        return False
    if not title:
        return True
    if same_word(title) != same_word(_text(first, "title")):
        return False
    said = {(_text(each, "measures"), _text(each, "unit")) for each in above}
    if "number" in line.cells or _text(line, "unit") in ("", _text(first, "unit")):
        return (measures, _text(line, "unit")) not in said
    return False


def _join(first: Line, line: Line, name: str) -> None:
    text, more = _text(first, name), _text(line, name)
    if more and more not in text.split("\n"):
        first.cells[name] = f"{text}\n{more}" if text else more


@dataclass(slots=True)
class Read:
    """What the measures of a row come to: the work, what is wrong, what is to be said."""

    work: list[Work] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lasting: bool = False


class Rows:
    """The rows of one sheet while they are checked, in order."""

    def __init__(self, lines: list[Line], parts: dict[int, list[Line]] | None = None) -> None:
        self.lines, self.parts = lines, parts or {}
        self.above = _tree(lines)
        self._numbers: dict[str, int] = {}
        self._checked: dict[int, Checked] = {}
        self.line: Line | None = None

    def begin(self, line: Line, place: Place) -> None:
        """A row is about to be checked."""
        self.line = line
        due = _text(line, "due_on")
        if due and (said := class_said(due)) is not None:
            line.cells["due_on"] = ""
            if not _text(line, "kind"):
                line.cells["kind"] = PROBLEM_CLASS_LABELS[said]
        above = _text(line, "parent")
        number = self._numbers.get(".".join(levels_of(above))) or row_of(above)
        if number in self._checked and not _is_known(above, place):
            line.cells["parent"] = self._name(number, place)

    def end(self, checked: Checked) -> None:
        """A row was checked; those below may name it."""
        assert self.line is not None
        if levels := levels_of(_text(self.line, "number")):
            self._numbers[".".join(levels)] = checked.number
        self._checked[checked.number] = checked

    def _name(self, number: int, place: Place) -> str:
        checked = self._checked[number]
        if checked.record is None:
            return row_name(number)
        return place.lists.problems.labels.get(checked.record, "")

    def told(self, place: Place) -> tuple[set[str], set[str]]:
        """The titles of the measures and the accounts of the work in the row at hand."""
        titles: set[str] = set()
        reports: set[str] = set()
        for part in self._parts():
            titles |= set(split_measures(_text(part, "measures")))
            if report := _account(part):
                reports.add(report)
        return titles, reports

    def _parts(self) -> list[Line]:
        return self.parts.get(self.line.number, []) if self.line else []

    def completed(self, texts: dict[str, str], place: Place) -> dict[str, str]:
        """The texts of a new row with what stands above it, and with its measures."""
        if self.line is None:
            return texts
        texts = dict(texts)
        above = self.above.get(self.line.number)
        if above is not None and not texts.get("parent"):
            texts["parent"] = self._name(above, place)
        over = row_of(texts.get("parent", ""))
        if over in self._checked:
            says = self._checked[over].says
            texts = {name: says[name] for name in INHERITED if says.get(name)} | {
                name: text for name, text in texts.items() if text
            }
        read = self._read(texts, place)
        if read.lasting and not texts.get("due_on"):
            texts["kind"] = in_document(PROBLEM_CLASS_LABELS[ProblemClass.STANDING])
        texts[WORK], texts[NOTE] = work_text(read.work), "\n".join(read.notes)
        if read.work:
            texts["measures"] = "\n".join(_shown(read.work))
        return {name: text for name, text in texts.items() if text}

    def against(self, said: Said, place: Place) -> Iterable[tuple[str, str]]:
        """What is wrong with the measures of a new row, and with where it stands."""
        if self.line is None:
            return
        over = row_of(said.text("parent"))
        if over is not None and over not in self._checked:
            unknown = UnreadableCell(CellFault.UNKNOWN_WORD, said.text("parent"))
            yield "parent", cell_sentence(unknown)
        if said.record is not None:
            return
        if over in self._checked:
            day, above = said.day("found_on"), day_of(self._checked[over].says.get("found_on", ""))
            if day and above and day.year != above.year:
                yield "parent", _("上级问题须属于同一年度。")
        yield from self._read(dict(said.texts), place).faults
        for each in work_of(said.text(WORK)):
            yield from _against_work(each, said, place)

    def _read(self, texts: dict[str, str], place: Place) -> Read:
        """The measures of all rows that belong to the one at hand."""
        read = Read()
        for part in self._parts():
            _read_part(part, texts, place, read)
            self.line.addresses |= {
                f"{name}@{part.number}": address for name, address in part.addresses.items()
            }
        read.notes = list(dict.fromkeys(read.notes))
        return read


def _tree(lines: Sequence[Line]) -> dict[int, int]:
    """By row the row above in the tree of numbers: for 1.1 the last 1 before it."""
    seen: dict[str, int] = {}
    above = {}
    for line in lines:
        levels = levels_of(_text(line, "number"))
        if not levels:
            continue
        if not line.key and (over := ".".join(levels[:-1])) in seen:
            above[line.number] = seen[over]
        seen[".".join(levels)] = line.number
    return above


def _is_known(text: str, place: Place) -> bool:
    try:
        place.lists.problems.key_of(text)
    except UnreadableCell:
        return False
    return True


def _account(part: Line) -> str:
    """What the row tells of the work: its progress, and an outcome that is more than a word."""
    outcome = _text(part, "outcome")
    said = [_text(part, "progress"), "" if how_far(outcome)[0] else outcome]
    return "\n".join(dict.fromkeys(text for text in said if text))


def _read_part(part: Line, texts: dict[str, str], place: Place, read: Read) -> None:
    """The measures of one row of the file, with what it says of them."""

    def cell(name: str, kind: CellType, list_of: str = "") -> str:
        value = part.cells.get(name)
        if class_said(plain(value)):
            return ""
        try:
            text = read_cell(kind, value)
            if text and list_of:
                names = getattr(place.lists, list_of)
                return str(names.labels[names.key_of(text)])
            return text
        except UnreadableCell as unreadable:
            read.faults.append((f"{name}@{part.number}", cell_sentence(unreadable)))
            return ""

    titles = split_measures(_text(part, "measures"))
    due = cell("measure_due", CellType.DAY_OR_MONTH) or cell("due_on", CellType.DAY_OR_MONTH)
    unit = cell("unit", CellType.WORD, "units")
    responsible = cell("responsible", CellType.WORD, "people")
    how, on = _how(part, cell("finished_on", CellType.DAY), read)
    report = _account(part)
    if how == HowFar.LASTING:
        read.lasting = True
        if texts.get("due_on"):
            read.notes.append(_("表中写有整改期限，按限期整改登记。"))
    if not titles:
        if report:
            read.notes.append(_("没有整改措施，进展没有可记入之处，不导入。"))
        if how in (HowFar.DONE, HowFar.BASICALLY):
            read.notes.append(_("问题按“登记”录入；表格不能代替核查销号。"))
        return
    if how == HowFar.DONE:
        if on is None:
            read.notes.append(_("表中写明已完成，但没有完成日期，措施按未完成录入，请补报。"))
        else:
            read.notes.append(
                _("措施记为%(day)s完成；问题按“登记”录入，销号须经核查。") % {"day": day_label(on)}
            )
        report = report or _text(part, "outcome") or _text(part, "state")
    if how == HowFar.BASICALLY:
        read.notes.append(_("措施记为基本完成，仍未办结。"))
        report = report or _text(part, "outcome") or _text(part, "state")
    if report and on is None:
        read.notes.append(_("进展没有写明日期，按导入当日记入。"))
    kept = {HowFar.DONE: on is not None, HowFar.BASICALLY: True}
    for title in titles:
        if len(title) > LONGEST_MEASURE:
            too_long = UnreadableCell(CellFault.TOO_LONG, LONGEST_MEASURE)
            read.faults.append((f"measures@{part.number}", cell_sentence(too_long)))
        read.work.append(
            Work(
                title=title,
                due=due,
                unit="" if unit == texts.get("unit") else unit,
                responsible="" if responsible == texts.get("responsible") else responsible,
                on=on.isoformat() if on else "",
                report=report,
                how=how.value if how and kept.get(how) else "",
            )
        )


LONGEST_MEASURE: int = Measure._meta.get_field("title").max_length


def _how(part: Line, finished_on: str, read: Read) -> tuple[HowFar | None, date | None]:
    """How far the row says it is, and since when: the outcome, else the state; a day alone says
    that it is done."""
    outcome, on = how_far(_text(part, "outcome"))
    state, since = how_far(_text(part, "state"))
    if _text(part, "state") and state is None:
        read.notes.append(
            _("状态“%(word)s”不采用，问题按“登记”录入。") % {"word": _text(part, "state")}
        )
    on = day_of(finished_on) or on or since
    how = outcome or state
    if how is None and finished_on:
        how = HowFar.DONE
    return how, on


def _against_work(each: Work, said: Said, place: Place) -> Iterable[tuple[str, str]]:
    found = said.day("found_on")
    due, on = day_of(each.due) if each.due else None, day_of(each.on) if each.on else None
    if on is not None and on > place.today:
        yield "finished_on", _("完成日期不能晚于今天。")
    if on is not None and found is not None and on < found:
        yield "finished_on", _("完成日期早于发现日期。")
    month_ends = due is not None and len(each.due) == 7
    if due is not None and found is not None:
        early = (due.year, due.month) < (found.year, found.month) if month_ends else due < found
        if early and each.due != said.text("due_on"):
            yield "measure_due", _("完成期限早于措施确定日期。")


def _shown(work: Sequence[Work]) -> Iterable[str]:
    """The measures as people read them."""
    for number, each in enumerate(work, start=1):
        beside = [text for text in (each.due, each.unit, each.responsible) if text]
        told = f"（{'，'.join(beside)}）" if beside else ""
        yield f"{number}. {each.title}{told}"
