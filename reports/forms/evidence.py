from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    VISIBILITY_LABELS,
    EvidenceKind,
    ReviewState,
    Visibility,
    labelled,
)

from .base import FilesField, day_field, text_field


class EvidenceForm(forms.Form):
    """Files handed in later, or a reference to what stays in its safe."""

    kind = forms.ChoiceField(label=_("材料种类"), choices=labelled(EVIDENCE_KIND_LABELS))
    visibility = forms.ChoiceField(
        label=_("公开属性"),
        choices=labelled(VISIBILITY_LABELS),
        initial=Visibility.INTERNAL.value,
        required=False,
    )
    files = FilesField(label=_("文件"), required=False, help_text=_("可以一次选几个文件。"))
    reference_title = forms.CharField(label=_("材料名称"), max_length=150, required=False)
    reference_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    reference_item = forms.CharField(label=_("议题或条目"), max_length=120, required=False)
    reference_day = day_field(label=_("文件日期"), required=False)
    reference_keeper = forms.CharField(label=_("保管人或保管部门"), max_length=80, required=False)

    fieldsets = (
        ("", ("kind", "visibility", "files")),
        (
            _("不便上传的，只登记索引"),
            (
                "reference_title",
                "reference_number",
                "reference_item",
                "reference_day",
                "reference_keeper",
            ),
        ),
    )

    def clean(self):
        data = super().clean()
        if not data.get("files") and not data.get("reference_title") and not self.errors:
            self.add_error("files", _("请选择文件，或登记不便上传的材料。"))
        if data.get("reference_title") and not data.get("reference_keeper"):
            self.add_error("reference_keeper", _("不上传的材料，请写明由谁保管。"))
        if data.get("reference_keeper") and not data.get("reference_title"):
            self.add_error("reference_title", _("请写明是什么材料。"))
        return data

    @property
    def evidence_kind(self) -> EvidenceKind:
        return EvidenceKind(self.cleaned_data["kind"])

    @property
    def chosen_visibility(self) -> Visibility:
        return Visibility(self.cleaned_data["visibility"] or Visibility.INTERNAL)


class ReviewForm(forms.Form):
    """Accepting evidence, or returning it with the reason."""

    state = forms.ChoiceField(
        label=_("审核结果"),
        choices=[
            (ReviewState.ACCEPTED.value, _("认可，作为佐证")),
            (ReviewState.RETURNED.value, _("退回，不再作为佐证")),
        ],
        widget=forms.RadioSelect,
    )
    note = text_field(
        label=_("审核意见"),
        max_length=300,
        required=False,
        help_text=_("退回的必须写明原因，提交单位在待办中会看到。"),
    )

    def clean(self):
        data = super().clean()
        returned = data.get("state") == ReviewState.RETURNED.value
        if returned and not data.get("note", "").strip():
            self.add_error("note", _("退回材料请写明原因，便于重新提交。"))
        return data

    @property
    def chosen_state(self) -> ReviewState:
        return ReviewState(self.cleaned_data["state"])


class PackForm(forms.Form):
    """Which evidence of a unit and year is packed, and what for."""

    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    kinds = forms.MultipleChoiceField(
        label=_("材料种类"),
        choices=labelled(EVIDENCE_KIND_LABELS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一种材料。")},
    )
    references = forms.BooleanField(
        label=_("目录中列出未上传材料的索引"), required=False, initial=True
    )
    why = forms.CharField(
        label=_("用途"),
        max_length=200,
        help_text=_("如年度考核、上级督察。用途、打包人和时间记入目录和任务记录。"),
        error_messages={"required": _("请写明用途。")},
    )

    def __init__(self, *args, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, _("%(year)s年") % {"year": year}) for year in years]

    def clean_why(self):
        return self.cleaned_data["why"].strip()
