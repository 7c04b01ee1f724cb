"""The registry of sheets: for every ``SheetKind`` its columns and how rows become records.

How to use it, from a page, a job or a command (all on one floor or above)::

    place = Place(bureau=unit, today=day, at=moment, by=user_or_None, source="单位.xlsx")
    kind = KINDS[SheetKind.UNITS]

    kind.columns                  # tuple of Column: name, label (heading), required, type, example,
                                  # longest, shown (written, never read), given (what blank means),
                                  # once (read of new rows alone)
    column.choices(place.lists)   # the ledger's own list for a drop-down, or None

    kind.rows_out(place)          # (hidden key, {field: text}) of every record of the bureau
    kind.check(lines, place)      # Line(number, cells, addresses) → Checked(verdict, says, …)
    kind.enter(checked, place)    # NEW and CHANGED rows, all or none; within transaction.atomic()

``Line.cells`` has by field name what the cell holds (text, number, day …); a field that is not in
it has no column. ``Checked.faults`` is ``[{"cell": "C7", "reason": "…"}]``. Rows of one sheet may
build on each other only where the kind says so (units: a parent in the same sheet); sheets build on
each other in the order of ``KINDS``: check and enter one after the other, with a fresh ``Place``
for each (its lists are read once).
"""

from collections.abc import Mapping
from types import MappingProxyType

from reports.domain.imports import SheetKind
from reports.exchange.sheet_kinds.base import (
    KEY,
    NOTE,
    CannotEnterSheet,
    Checked,
    Column,
    Fault,
    Kind,
    Line,
    Lists,
    Place,
)
from reports.exchange.sheet_kinds.people import AppointmentSheet, CertificateSheet, PersonSheet
from reports.exchange.sheet_kinds.problems import MeasureSheet, ProblemSheet
from reports.exchange.sheet_kinds.records import FigureSheet, MeetingSheet, RecordSheet
from reports.exchange.sheet_kinds.rules import HolidaySheet, ScheduleSheet
from reports.exchange.sheet_kinds.units import UnitSheet

__all__ = [
    "KEY",
    "KINDS",
    "NOTE",
    "CannotEnterSheet",
    "Checked",
    "Column",
    "Fault",
    "Kind",
    "Line",
    "Lists",
    "Place",
]

KINDS: Mapping[SheetKind, Kind] = MappingProxyType(
    {
        kind.kind: kind
        for kind in (
            UnitSheet(),
            PersonSheet(),
            AppointmentSheet(),
            CertificateSheet(),
            ScheduleSheet(),
            HolidaySheet(),
            MeetingSheet(),
            ProblemSheet(),
            MeasureSheet(),
            RecordSheet(),
            FigureSheet(),
        )
    }
)
