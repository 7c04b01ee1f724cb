"""What is typed of an assessment: the volume, its table, an item, the own finding."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.assessments import LONGEST_HEADING, LONGEST_NUMBER, LONGEST_TEXT, ItemRow
from reports.domain.summaries import OwnFinding
from reports.models import Assessment, Unit
from reports.models.choices import OWN_FINDING_LABELS, PROOF_LABELS

from .base import Choice, UnitField, text_field

FIRST_YEAR, LAST_YEAR = 2000, 2100
SALT = "assessment-items"
KEPT_SECONDS = 3600


class VolumeField(Choice):
    def label_from_instance(self, obj):
        return _("%(year)s年：%(title)s") % {"year": obj.year, "title": obj.title}


class AssessmentForm(forms.Form):
    """A volume; the bureau is asked for where one may choose."""

    unit = UnitField(label=gettext_lazy("分局"), queryset=Unit.objects.none())
    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=120,
        help_text=gettext_lazy("如：法治公安建设考核、执法质量考评。"),
    )
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("考核通知或考核办法的名称和文号。"),
    )
    follows = VolumeField(
        label=gettext_lazy("上年度卷"),
        queryset=Assessment.objects.none(),
        required=False,
        help_text=gettext_lazy("选定后，同一编号的考核项可对照上年度的自评和佐证。"),
    )

    def __init__(self, *args: Any, bureaus, volumes, choose: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = bureaus
        self.fields["follows"].queryset = volumes
        if not choose:
            del self.fields["unit"]


class ItemsFileForm(forms.Form):
    """A table of items, or what was read from one before: the preview's hidden field."""

    file = forms.FileField(
        label=gettext_lazy("表格"),
        required=False,
        help_text=gettext_lazy("支持 .xlsx、.xls、.ods 和 .csv：编号、类别、考核内容、分值。"),
    )
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_read(self) -> tuple[str, list[ItemRow]]:
        """The items of the preview, as this page wrote them and nobody else."""
        if not (signed := self.cleaned_data["read"]):
            return "", []
        try:
            source, rows = signing.loads(signed, salt=SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("预览已过期，请重新选择表格。")) from error
        return source, [
            ItemRow(row, number, heading, text, None if points is None else Decimal(points))
            for row, number, heading, text, points in rows
        ]

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("file") and not data["read"][1]:
            self.add_error("file", _("请选择表格。"))
        return data


def keep_read(source: str, items: tuple[ItemRow, ...]) -> str:
    """The items of a preview as a value for the hidden field of its confirmation."""
    rows = [
        [i.row, i.number, i.heading, i.text, None if i.points is None else str(i.points)]
        for i in items
    ]
    return signing.dumps([source, rows], salt=SALT, compress=True)


class ItemForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("编号"), max_length=LONGEST_NUMBER)
    heading = forms.CharField(
        label=gettext_lazy("类别"), max_length=LONGEST_HEADING, required=False
    )
    points = forms.DecimalField(
        label=gettext_lazy("分值"), min_value=0, max_digits=6, decimal_places=2, required=False
    )
    text = text_field(label=gettext_lazy("考核内容"), max_length=LONGEST_TEXT, rows=4)


class FindingForm(forms.Form):
    """The own finding: nothing chosen, no points and no basis takes it back."""

    finding = forms.ChoiceField(
        label=gettext_lazy("自评结论"),
        required=False,
        choices=[
            ("", gettext_lazy("未自评")),
            *((finding.value, label) for finding, label in OWN_FINDING_LABELS.items()),
        ],
        widget=forms.RadioSelect,
    )
    own_points = forms.DecimalField(
        label=gettext_lazy("自评分"), max_digits=6, decimal_places=2, required=False
    )
    basis = text_field(
        label=gettext_lazy("自评依据"),
        required=False,
        max_length=LONGEST_TEXT,
        rows=3,
        help_text=gettext_lazy("写明依据哪些工作得出结论；未达到的写明原因。"),
    )

    def __init__(self, *args: Any, points: Decimal | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if points is not None:
            self.fields["own_points"].help_text = _("不高于分值%(points)s。") % {
                "points": f"{points.normalize():f}"
            }

    def clean_finding(self) -> OwnFinding | None:
        typed = self.cleaned_data["finding"]
        return OwnFinding(typed) if typed else None


class ProofSearchForm(forms.Form):
    """What is searched for among the records of the year."""

    kind = forms.ChoiceField(
        label=gettext_lazy("记录"), choices=list(PROOF_LABELS.items()), initial="meeting"
    )
    q = forms.CharField(label=gettext_lazy("名称"), required=False, max_length=60)


class PackWhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=200,
        help_text=gettext_lazy("写入材料包目录，如：迎接市局法治建设考核。"),
    )
    references = forms.BooleanField(
        label=gettext_lazy("列出存于他处的材料索引"), required=False, initial=True
    )
