"""Which columns the ledger of meetings has, and in which order."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models.choices import LEDGER_COLUMN_LABELS, LedgerColumn
from reports.selectors.meeting_ledger import ALWAYS

LAST = 99


class ColumnsForm(forms.Form):
    """A tick and a number for each column; those chosen come first, in their order."""

    def __init__(self, *args, chosen: Sequence[LedgerColumn], **kwargs):
        super().__init__(*args, **kwargs)
        self.order = [*chosen, *(column for column in LedgerColumn if column not in chosen)]
        for number, column in enumerate(self.order, start=1):
            self.fields[f"use_{column}"] = forms.BooleanField(
                label=LEDGER_COLUMN_LABELS[column],
                required=False,
                initial=column in chosen,
                disabled=column in ALWAYS,
            )
            self.fields[f"place_{column}"] = forms.IntegerField(
                label=_("次序"),
                required=False,
                min_value=1,
                max_value=LAST,
                initial=number if column in chosen else None,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @property
    def rows(self):
        """The two fields of each column."""
        return [(self[f"use_{column}"], self[f"place_{column}"]) for column in self.order]

    def columns(self) -> list[LedgerColumn]:
        """What is ticked by the numbers typed; those without one come last, as they stand."""
        data = self.cleaned_data

        def place(pair: tuple[int, LedgerColumn]) -> tuple[int, int]:
            at, column = pair
            typed = data.get(f"place_{column}")
            return (LAST + 1 if typed is None else typed, at)

        ticked = [pair for pair in enumerate(self.order) if data[f"use_{pair[1]}"]]
        return [column for _at, column in sorted(ticked, key=place)]
