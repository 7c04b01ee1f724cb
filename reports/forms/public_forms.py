"""Taking passages out of the published form, its checks, and where it was published."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Person

from .base import FilesField, PersonField, day_field, text_field

OUT, PARAGRAPH, REWRITE = "out", "paragraph", "rewrite"


class CutForm(forms.Form):
    """What becomes of a sentence in the published form, and why."""

    how = forms.ChoiceField(
        label=_("处理方式"),
        choices=[
            (OUT, _("本句不公开")),
            (PARAGRAPH, _("整段不公开")),
            (REWRITE, _("改写本句")),
        ],
        widget=forms.RadioSelect,
    )
    instead = text_field(
        label=_("改写为"), rows=4, required=False, help_text=_("选“改写本句”的填写。")
    )
    because = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("如：涉及个案情节；内部管理事项。")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == REWRITE and not (data.get("instead") or "").strip():
            self.add_error("instead", _("请填写改写后的文字。"))
        if data.get("how") != REWRITE:
            data["instead"] = ""
        return data


class SeenForm(forms.Form):
    """A word on something the secrecy check found: why it may be published."""

    quoted = forms.CharField(widget=forms.HiddenInput, max_length=400, strip=False)
    word = forms.CharField(label=_("可以公开的理由"), max_length=150)


class CheckForm(forms.Form):
    """A step of the secrecy check, made by oneself."""

    opinion = text_field(label=_("审查意见"), rows=3, max_length=300)
    on = day_field(label=_("日期"))


class PaperCheckForm(CheckForm):
    """A step signed on the sheet, entered by the legal officer (凭签批件录入)."""

    person = PersonField(label=_("审查人"), queryset=Person.objects.none())
    scans = FilesField(label=_("签批件扫描件"), required=False)

    field_order = ("person", "opinion", "on", "scans")

    def __init__(self, *args: Any, people, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


class BackForm(forms.Form):
    because = text_field(label=_("退回原因"), rows=3, max_length=300)


class PublishForm(forms.Form):
    """Where and when the approved text can be read."""

    on = day_field(label=_("公开日期"))
    address = forms.URLField(
        label=_("公开网址"), max_length=300, required=False, assume_scheme="https"
    )
    index_number = forms.CharField(
        label=_("索引号"), max_length=60, required=False, help_text=_("网址和索引号至少填写一项。")
    )
