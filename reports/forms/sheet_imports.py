"""What is typed of a spreadsheet: the file, and which column is which."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.imports import SheetKind
from reports.models import Unit
from reports.models.choices import SHEET_KIND_LABELS, labelled

from .base import SECRECY, UnitField

__all__ = ["ColumnsForm", "ExportReasonForm", "HeaderForm", "NewSheetForm"]


class NewSheetForm(forms.Form):
    """A file, and what its rows are."""

    kind = forms.ChoiceField(label=_("内容"), choices=labelled(SHEET_KIND_LABELS))
    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)
    file = forms.FileField(label=_("表格"))

    def __init__(self, *args: Any, bureaus: Sequence[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        told = _("可上传 .xlsx、.xls、.ods、.csv，不超过20 MB。表头上方有标题、有合并单元格均可。")
        self.fields["file"].help_text = f"{told}{SECRECY}"
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.ods,.csv"
        self.fields["bureau"].offer(bureaus)
        if len(bureaus) == 1:
            self.fields["bureau"].widget = forms.HiddenInput()
            self.initial["bureau"] = bureaus[0].pk

    def clean_kind(self) -> SheetKind:
        return SheetKind(self.cleaned_data["kind"])


class HeaderForm(forms.Form):
    """Another sheet of the file, or another row, for the headings."""

    sheet = forms.ChoiceField(label=_("工作表"), required=False)
    row = forms.IntegerField(label=_("表头在第几行"), min_value=1, max_value=200, required=False)

    def __init__(self, *args: Any, sheets: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(name, name) for name in sheets]
        if len(sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()


class ColumnsForm(forms.Form):
    """For each column of the sheet the field that it stands for."""

    def __init__(
        self,
        *args: Any,
        places: Mapping[int, str],
        fields: Sequence[tuple[str, object]],
        found: Mapping[int, str],
        whole: Sequence[tuple[str, object, Sequence[str] | None]] = (),
        given: Mapping[str, str] = MappingProxyType({}),
        **kwargs: Any,
    ):
        """``places`` gives the name above each column, ``found`` what was recognised; ``whole``
        what no column says and may be said once for all rows, ``given`` what was said before."""
        super().__init__(*args, **kwargs)
        self.places = list(places)
        for place, name in places.items():
            self.fields[self.name(place)] = forms.ChoiceField(
                label=name,
                choices=[("", _("不导入")), *fields],
                required=False,
                initial=found.get(place, ""),
            )
        self.asked = [name for name, _label, _words in whole]
        for name, label, words in whole:
            initial = given.get(name, "")
            if words is None:
                field = forms.CharField(label=label, max_length=200, initial=initial)
            else:
                choices = [("", "—"), *((word, word) for word in words)]
                field = forms.ChoiceField(label=label, choices=choices, initial=initial)
            field.required = False
            self.fields[self.whole_name(name)] = field

    @staticmethod
    def whole_name(name: str) -> str:
        return f"whole-{name}"

    @property
    def given(self) -> dict[str, str]:
        """By field what is said for the whole sheet, where no column was chosen for it after
        all."""
        chosen = set(self.chosen.values())
        said = {name: self.cleaned_data.get(self.whole_name(name), "") for name in self.asked}
        return {name: text for name, text in said.items() if text and name not in chosen}

    @staticmethod
    def name(place: int) -> str:
        return f"column-{place}"

    @property
    def chosen(self) -> dict[int, str]:
        return {place: self.cleaned_data[self.name(place)] for place in self.places}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        seen: dict[str, int] = {}
        for place in self.places:
            field = given.get(self.name(place), "")
            if field and field in seen:
                self.add_error(self.name(place), _("同一内容只能选给一列。"))
            seen.setdefault(field, place)
        return given


class ExportReasonForm(forms.Form):
    """Why personal data are taken out."""

    reason = forms.CharField(
        label=_("用途"),
        max_length=200,
        help_text=_("导出内容含有个人信息，请填写用途；导出文件会记下用途、导出人和时间。"),
    )
