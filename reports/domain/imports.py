"""Texts and sheets that come from outside: what becomes of a draft, and of a row."""

from enum import StrEnum


class TextKind(StrEnum):
    """What kind of text was brought in."""

    REPORT = "report"
    NOTICE = "notice"


class TextState(StrEnum):
    """How far the confirming of a text is."""

    OPEN = "open"
    ENTERED = "entered"
    DROPPED = "dropped"


class DraftKind(StrEnum):
    """What a passage of a text can become in the ledger."""

    UNIT = "unit"
    POST = "post"
    SCHEDULE_SET = "set"
    SCHEDULE = "schedule"
    QUOTA = "quota"
    PROBLEM = "problem"
    MEASURE = "measure"
    FIGURE = "figure"
    HONOUR = "honour"


class DraftDecision(StrEnum):
    """What a person decided on a draft."""

    TAKE = "take"
    MERGE = "merge"
    DROP = "drop"


class SheetKind(StrEnum):
    """What the rows of a sheet are."""

    UNITS = "units"
    PEOPLE = "people"
    APPOINTMENTS = "appointments"
    SCHEDULES = "schedules"
    MEETINGS = "meetings"
    PROBLEMS = "problems"
    MEASURES = "measures"
    RECORDS = "records"
    CERTIFICATES = "certificates"
    FIGURES = "figures"
    HOLIDAYS = "holidays"


class SheetState(StrEnum):
    """How far the import of a sheet is."""

    COLUMNS = "columns"  # the columns wait for confirmation
    CHECKING = "checking"  # a job compares every row with the ledger
    CHECKED = "checked"
    ENTERING = "entering"  # a job writes the rows, all or none
    ENTERED = "entered"
    DROPPED = "dropped"


class RowVerdict(StrEnum):
    """What the dry run says of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
