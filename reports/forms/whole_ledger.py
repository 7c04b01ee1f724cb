"""Asking for the ledger of a bureau as one file."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExportBureauForm(forms.Form):
    """What the file is for: it holds names, so that is asked and kept."""

    why = forms.CharField(
        label=_("用途"),
        max_length=200,
        help_text=_("如机构调整迁移台账、年度归档。用途、导出人和时间记入任务记录。"),
        error_messages={"required": _("请写明用途。")},
    )
