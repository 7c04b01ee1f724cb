"""The year's notice, and one of its items ticked off."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.report_calls import LONGEST_ITEM, CallDraft
from reports.models import Unit

from .base import UnitField, day_field, text_field


class CallForm(forms.Form):
    unit = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)
    year = forms.IntegerField(label=_("报告年度"), min_value=2000, max_value=2100)
    issued_by = forms.CharField(
        label=_("发文机关"), max_length=100, help_text=_("如：区法治办、市局法制支队。")
    )
    document_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    issued_on = day_field(label=_("发文日期"), required=False)
    due_on = day_field(label=_("报送期限"))
    publish_by = day_field(label=_("公开期限"), required=False)
    items = text_field(
        rows=6,
        label=_("要求写明的内容"),
        required=False,
        help_text=_("每行一条，可在报告完成时逐条勾选。"),
    )
    fieldsets = (
        (_("通知"), ("unit", "year", "issued_by", "document_number", "issued_on")),
        (_("期限"), ("due_on", "publish_by")),
        (_("要求"), ("items",)),
    )

    def __init__(self, *args: Any, bureaus, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = bureaus

    def clean_items(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["items"].splitlines()]
        found = [line for line in lines if line]
        if any(len(line) > LONGEST_ITEM for line in found):
            raise forms.ValidationError(_("每条要求不超过%(n)s字。") % {"n": LONGEST_ITEM})
        return found

    def draft(self) -> CallDraft:
        """What was typed, as the action wants it."""
        return CallDraft(**self.cleaned_data)


class TickForm(forms.Form):
    done = forms.BooleanField(required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
