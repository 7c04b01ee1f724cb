"""Copies what belongs to a few pattern bureaus as often as wanted, in one pass a table.

The patterns are made by the actions of the product; a copy has the same rows with other keys. A
key of copy ``n`` is a straight line, ``a + b·n``, so a row is one text with gaps: on PostgreSQL it
goes into COPY, on SQLite into ``executemany``. Tables that grow with time lie in the order of their
days, the others bureau by bureau, as planning writes them.
"""

import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection, models

from reports.models import (
    Appointment,
    Discharge,
    Due,
    DueCount,
    Measure,
    Meeting,
    Person,
    Problem,
    ProblemMove,
    Progress,
    Schedule,
    ScheduleSet,
    ScheduleVersion,
    Unit,
)

# Each table, the way from its rows to their bureau, and the column of time its rows lie along.
TABLES: tuple[tuple[type[models.Model], str, str], ...] = (
    (Unit, "bureau", ""),
    (Person, "unit__bureau", ""),
    (Appointment, "unit__bureau", ""),
    (ScheduleSet, "unit__bureau", ""),
    (Schedule, "set__unit__bureau", ""),
    (ScheduleVersion, "schedule__set__unit__bureau", ""),
    (
        ScheduleVersion.owing_kinds.through,
        "scheduleversion__schedule__set__unit__bureau",
        "",
    ),
    (Due, "bureau", ""),
    (DueCount, "bureau", ""),
    (Meeting, "bureau", "held_on"),
    (Discharge, "due_bureau", "meeting__held_on"),
    (Problem, "bureau", "found_on"),
    (ProblemMove, "problem__bureau", "on"),
    (Measure, "bureau", "set_on"),
    (Measure.problems.through, "measure__bureau", ""),
    (Progress, "measure__bureau", "on"),
)
CHUNK = 1 << 20
BATCH = 2000

Own = Callable[[int], object]


@dataclass(slots=True)
class Line:
    """A row of a pattern: its values, the straight lines of its keys, and what is its own."""

    values: list[object]
    keys: list[tuple[int, int, int]]
    own: list[tuple[int, Own]] = field(default_factory=list)


class Copies:
    """``count`` copies of the pattern bureaus by turns; ``own`` gives a row what no key gives.

    ``own(row, n)`` of a model: a dict of columns for copy ``n``.
    """

    def __init__(
        self,
        patterns: list[int],
        count: int,
        own: dict[type[models.Model], Callable[[models.Model], dict[str, Own]]],
    ):
        self.patterns, self.count, self.own = patterns, count, own
        self.found: dict[type[models.Model], list[list[models.Model]]] = {}
        self.place: dict[type[models.Model], dict[int, tuple[int, int]]] = {}
        for model, way, along in TABLES:
            order = (along, "pk") if along else ("pk",)
            groups = [
                list(model.objects.filter(**{way: pattern}).order_by(*order))
                for pattern in patterns
            ]
            self.found[model] = groups
            self._number(model, groups, bool(along))

    def _number(self, model, groups, along: bool) -> None:
        """``a`` and ``b`` of the key of every row: side by side in time, or bureau by bureau."""
        start = (model.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        stride = max(len(group) for group in groups)
        lines = {}
        for group in groups:
            for rank, row in enumerate(group):
                lines[row.pk] = (start + rank * self.count, 1) if along else (start + rank, stride)
        self.place[model] = lines

    def key(self, model: type[models.Model], old: int, n: int) -> int:
        a, b = self.place[model][old]
        return a + b * n

    def lines(self, model: type[models.Model]) -> list[list[Line]]:
        fields = model._meta.concrete_fields
        at = {each.attname: place for place, each in enumerate(fields)}
        made = []
        for group in self.found[model]:
            lines = []
            for row in group:
                values, keys = [], []
                for place, each in enumerate(fields):
                    value = getattr(row, each.attname)
                    target = model if each.primary_key else each.related_model
                    line = self.place.get(target, {}).get(value) if target else None
                    if line is not None:
                        keys.append((place, *line))
                    values.append(stored(each, value))
                own = self.own.get(model)
                extra = [(at[name], fn) for name, fn in own(row).items()] if own else []
                keys = [key for key in keys if key[0] not in {place for place, _fn in extra}]
                lines.append(Line(values, keys, extra))
            made.append(lines)
        return made

    def in_order(self, model: type[models.Model]) -> Iterator[tuple[Line, int]]:
        lines = self.lines(model)
        along = {each: bool(column) for each, _way, column in TABLES}[model]
        turns = len(self.patterns)
        if not along:
            for n in range(self.count):
                for line in lines[n % turns]:
                    yield line, n
            return
        for rank in range(max(len(group) for group in lines)):
            for n in range(self.count):
                group = lines[n % turns]
                if rank < len(group):
                    yield group[rank], n

    def write(self, model: type[models.Model]) -> int:
        """All copies of the rows of a model; how many there are."""
        if connection.vendor == "postgresql":
            return self._copy(model)
        return self._insert(model)

    def _insert(self, model) -> int:
        columns = ", ".join(f'"{each.column}"' for each in model._meta.concrete_fields)
        marks = ", ".join("?" for _each in model._meta.concrete_fields)
        sql = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})"  # nosec B608 # names of our own tables
        total, batch = 0, []
        cursor = connection.connection.cursor()
        for line, n in self.in_order(model):
            row = list(line.values)
            for place, a, b in line.keys:
                row[place] = a + b * n
            for place, fn in line.own:
                row[place] = fn(n)
            batch.append(row)
            if len(batch) == BATCH:
                cursor.executemany(sql, batch)
                total += len(batch)
                batch = []
        cursor.executemany(sql, batch)
        return total + len(batch)

    def _copy(self, model) -> int:
        columns = ", ".join(f'"{each.column}"' for each in model._meta.concrete_fields)
        table = model._meta.db_table
        source = Rows(self._texts(model))
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", source, CHUNK)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"  # nosec B608 # names of our own tables
            )
        return source.count

    def _texts(self, model) -> Iterator[str]:
        ready: dict[int, tuple[str, list[tuple[int, int]], list[tuple[int, object]]]] = {}
        for line, n in self.in_order(model):
            made = ready.get(id(line))
            if made is None:
                made = ready[id(line)] = as_text(line)
            text, keys, own = made
            if own:
                places = sorted(
                    [(place, a + b * n) for place, a, b in line.keys]
                    + [(place, escaped(fn(n))) for place, fn in line.own]
                )
                yield text % tuple(value for _place, value in places)
            else:
                yield text % tuple([a + b * n for a, b in keys])


def as_text(line: Line):
    """The row as a line of COPY with a gap for every value of its own."""
    gaps = {place for place, _a, _b in line.keys} | {place for place, _fn in line.own}
    parts = [
        "%s" if place in gaps else escaped(value).replace("%", "%%")
        for place, value in enumerate(line.values)
    ]
    return "\t".join(parts) + "\n", [(a, b) for _place, a, b in line.keys], line.own


def stored(each: models.Field, value: object) -> object:
    if isinstance(each, models.JSONField):
        return json.dumps(value)
    if connection.vendor == "postgresql":
        return value
    return each.get_db_prep_save(value, connection)


def escaped(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text


class Rows(io.RawIOBase):
    """Lines as a file that COPY reads."""

    def __init__(self, lines: Iterator[str]):
        self.lines, self.count, self.rest = lines, 0, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, length = [self.rest], len(self.rest)
        while length < size:
            some = []
            for line in self.lines:
                some.append(line)
                if len(some) == BATCH:
                    break
            if not some:
                break
            self.count += len(some)
            block = "".join(some).encode()
            parts.append(block)
            length += len(block)
        whole = b"".join(parts)
        self.rest = whole[size:]
        return whole[:size]


# ── Indexes of PostgreSQL, taken away while rows pour in ─────────────────────────────────────

INDEXES = """SELECT c.conname, pg_get_constraintdef(c.oid), i.indexrelid::regclass::text,
 pg_get_indexdef(i.indexrelid), i.indisprimary
 FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
  AND c.contype IN ('u', 'p') AND c.conrelid = i.indrelid
 WHERE i.indrelid = %s::regclass"""


class WithoutIndexes:
    """Within: no index but the primary key, and foreign keys unasked; afterwards all as before."""

    def __enter__(self):
        self.again: dict[str, list[str]] = defaultdict(list)
        if connection.vendor != "postgresql":
            connection.cursor().execute("PRAGMA foreign_keys = OFF")
            return self
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute("SET max_parallel_maintenance_workers = 2")
            for model, _way, _along in TABLES:
                table = model._meta.db_table
                cursor.execute(INDEXES, [table])
                for name, definition, index, index_definition, primary in cursor.fetchall():
                    if primary:
                        continue
                    if name:
                        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                        self.again[table].append(
                            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
                        )
                    else:
                        cursor.execute(f"DROP INDEX {index}")
                        self.again[table].append(index_definition)
        return self

    def __exit__(self, *failed) -> None:
        with connection.cursor() as cursor:
            if connection.vendor != "postgresql":
                cursor.execute("PRAGMA foreign_keys = ON")
                return
            if failed[0] is None:
                for statements in self.again.values():
                    for statement in statements:
                        cursor.execute(statement)
            cursor.execute("SET session_replication_role = DEFAULT")
