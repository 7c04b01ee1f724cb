"""Shapes of columns that many tables repeat. What a row shows is its partial's business."""

from typing import Any

import django_tables2 as tables

from reports.models.choices import VERDICT_LABELS, VERDICT_LABELS_BY_WORDS


class NumberColumn(tables.Column):
    """A count: to the right, and a number in the export."""

    def __init__(self, *args: Any, **kwargs: Any):
        attrs = {"th": {"class": "n"}, "td": {"class": "n"}, **kwargs.pop("attrs", {})}
        super().__init__(*args, attrs=attrs, **kwargs)


class DayColumn(tables.Column):
    """A day; the export keeps it a date."""

    def __init__(self, *args: Any, **kwargs: Any):
        attrs = {"th": {"class": "day"}, "td": {"class": "day nowrap"}, **kwargs.pop("attrs", {})}
        super().__init__(*args, attrs=attrs, **kwargs)

    def value(self, value: Any) -> Any:
        return value


class WordColumn(tables.Column):
    """A code with its word from ``labels``; sorted by the code, exported as the word."""

    def __init__(self, *args: Any, labels: Any, **kwargs: Any):
        self.labels = {str(code): word for code, word in dict(labels).items()}
        super().__init__(*args, **kwargs)

    def render(self, value: Any) -> str:
        return str(self.labels.get(str(value), value))

    def value(self, value: Any) -> str:
        return self.render(value)


class VerdictColumn(tables.Column):
    """A verdict in the words of its schedule: ``record.schedule.words`` unless said otherwise."""

    def __init__(self, *args: Any, words: str = "schedule__words", **kwargs: Any):
        self.words = tables.A(words)
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any) -> str:
        kind = self.words.resolve(record, quiet=True)
        return str(VERDICT_LABELS_BY_WORDS.get(kind, VERDICT_LABELS)[value])

    def value(self, value: Any, record: Any) -> str:
        return self.render(value, record)
