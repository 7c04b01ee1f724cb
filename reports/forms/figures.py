"""The monthly sheet of a unit, as it is typed; what is blank is not nought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.indicators import CannotRecordFigures, FigureDraft
from reports.domain.figures import (
    AgainstShare,
    Typed,
    Wording,
    number_typed,
    plain,
    reasons_against_share,
)
from reports.models import Figure
from reports.models.choices import (
    AGAINST_NUMBER_SENTENCES,
    AGAINST_SHARE_SENTENCES,
    FIGURE_WORDING_LABELS,
    labelled,
)
from reports.selectors.figures import (
    SheetLine,
)

from .base import key_in

VALUE, WORDING, NUMERATOR, DENOMINATOR, SOURCE, SHOWN = "v", "w", "n", "d", "s", "k"
EXACT = _("准确数")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the sheet with its fields; of a share the two parts instead of the value."""

    line: SheetLine
    value: forms.BoundField | None
    wording: forms.BoundField | None
    numerator: forms.BoundField | None
    denominator: forms.BoundField | None
    source: forms.BoundField
    shown: forms.BoundField

    @property
    def errors(self) -> list[str]:
        parts = (self.value, self.wording, self.numerator, self.denominator, self.source)
        return [str(each) for part in parts if part is not None for each in part.errors]

    @property
    def wrong_field(self) -> forms.BoundField | None:
        """The first field with a fault: where the summary of errors leads."""
        parts = (self.value, self.wording, self.numerator, self.denominator, self.source)
        return next((part for part in parts if part is not None and part.errors), None)


def _number(label: Any) -> forms.CharField:
    attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "number"}
    return forms.CharField(
        label=label, required=False, max_length=40, widget=forms.TextInput(attrs=attrs)
    )


class FigureSheetForm(forms.Form):
    """A row for every indicator; one source for all rows that do not name their own.

    ``because`` is asked for when something that stands already is changed.
    """

    source = forms.CharField(
        label=_("数据来源"),
        max_length=200,
        required=False,
        help_text=_("本表各项的来源，如“执法办案系统导出”。个别指标来源不同的，在该行填写。"),
    )
    because = forms.CharField(
        label=_("更正原因"),
        max_length=300,
        required=False,
        help_text=_("改动或清空已填报的数据时填写；原数据作废并保留。"),
    )

    def __init__(self, *args: Any, lines: Sequence[SheetLine], source: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.lines = lines
        self.fields["source"].initial = source
        for line in lines:
            self._add(line)

    def _add(self, line: SheetLine) -> None:
        pk, name, now = line.of.pk, line.indicator.name, line.figure
        if line.indicator.is_share:
            self._field(NUMERATOR, pk, _number(_("分子")), now and plain_of(now.numerator))
            self._field(DENOMINATOR, pk, _number(_("分母")), now and plain_of(now.denominator))
        else:
            self._field(VALUE, pk, _number(name), now and plain_of(now.value))
            wording = forms.ChoiceField(
                label=_("表述"),
                required=False,
                choices=[("", EXACT), *labelled(FIGURE_WORDING_LABELS)],
            )
            self._field(WORDING, pk, wording, now and now.wording)
        source = forms.CharField(label=_("来源"), required=False, max_length=200)
        self._field(SOURCE, pk, source, now and now.source)
        shown = forms.CharField(required=False, max_length=15, widget=forms.HiddenInput)
        self._field(SHOWN, pk, shown, now and str(now.pk))

    def _field(self, part: str, pk: int, field: forms.Field, initial: object) -> None:
        field.initial = initial or ""
        self.fields[f"{part}{pk}"] = field

    def rows(self) -> Iterator[Row]:
        """The lines with their fields, in the order of the indicators."""
        for line in self.lines:
            parts = (VALUE, WORDING, NUMERATOR, DENOMINATOR, SOURCE, SHOWN)
            yield Row(line, *(self._bound(part, line.of.pk) for part in parts))

    def _bound(self, part: str, pk: int) -> Any:
        return self[f"{part}{pk}"] if f"{part}{pk}" in self.fields else None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.drafts = [self._draft(line, given) for line in self.lines]
        return given

    def _draft(self, line: SheetLine, given: dict[str, Any]) -> FigureDraft:
        pk = line.of.pk
        typed = self._typed(VALUE, line, given)
        numerator = self._typed(NUMERATOR, line, given, decimals=4, counter="")
        denominator = self._typed(DENOMINATOR, line, given, decimals=4, counter="")
        self._check_share(line, numerator, denominator)
        return FigureDraft(
            line.indicator,
            typed.value,
            self._wording(line, typed, given),
            numerator.value,
            denominator.value,
            given.get(f"{SOURCE}{pk}") or given.get("source") or "",
            key_in(given.get(f"{SHOWN}{pk}")),
        )

    def _typed(
        self,
        part: str,
        line: SheetLine,
        given: dict[str, Any],
        *,
        decimals: int | None = None,
        counter: str | None = None,
    ) -> Typed:
        text = given.get(f"{part}{line.of.pk}") or ""
        fine = line.indicator.decimals if decimals is None else decimals
        counter = line.indicator.counter if counter is None else counter
        typed = number_typed(text, counter=counter, decimals=fine)
        if typed.against is not None:
            told = {"typed": text[:20], "decimals": fine}
            sentence = AGAINST_NUMBER_SENTENCES[typed.against] % told
            self.add_error(f"{part}{line.of.pk}", sentence)
        return typed

    def _wording(self, line: SheetLine, typed: Typed, given: dict[str, Any]) -> Wording | None:
        chosen = given.get(f"{WORDING}{line.of.pk}") or ""
        if typed.wording is not None and chosen and chosen != typed.wording.value:
            self.add_error(f"{WORDING}{line.of.pk}", _("数字中的表述与所选的不一致。"))
        if typed.value is None:
            return None
        return typed.wording or (Wording(chosen) if chosen else None)

    def _check_share(self, line: SheetLine, numerator: Typed, denominator: Typed) -> None:
        if not line.indicator.is_share or numerator.against or denominator.against:
            return
        for reason in reasons_against_share(numerator.value, denominator.value):
            lacking = reason == AgainstShare.ONE_IS_MISSING and numerator.value is None
            part = NUMERATOR if lacking or reason == AgainstShare.MORE_THAN_ALL else DENOMINATOR
            self.add_error(f"{part}{line.of.pk}", AGAINST_SHARE_SENTENCES[reason])

    def take(self, refusal: CannotRecordFigures) -> None:
        """Put what an action refused beside the row it is about."""
        for reason in refusal.general:
            self.add_error(None, reason)
        for pk, reasons in refusal.by_indicator.items():
            part = next((each for each in (VALUE, NUMERATOR) if f"{each}{pk}" in self.fields), None)
            for reason in reasons:
                self.add_error(f"{part}{pk}" if part else None, reason)


def plain_of(value: Decimal | None) -> str:
    """A stored number as it is typed: without noughts behind its last digit."""
    return "" if value is None else plain(value)


def common_source(figures: Sequence[Figure | None]) -> str:
    """The source that most of the figures name, or nothing."""
    named = [figure.source for figure in figures if figure is not None]
    return max(named, key=named.count) if named else ""
