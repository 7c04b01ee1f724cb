"""Choosing a report, and what stands at its head."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import AnnualReport, ReportTemplate, Unit

from .base import TemplateField, UnitField, day_field


class ReportNewForm(forms.Form):
    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    template = TemplateField(
        label=_("报告模板"),
        queryset=ReportTemplate.objects.none(),
        required=False,
        empty_label=_("法定顺序"),
    )

    def __init__(self, *args: Any, bureaus, templates, this_year: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["bureau"].queryset = bureaus
        self.fields["template"].queryset = templates
        years = range(this_year, this_year - 5, -1)
        self.fields["year"].choices = [(year, str(year)) for year in years]


class ReportMetaForm(forms.ModelForm):
    """What stands at the head of the report."""

    fieldsets = (
        (
            _("文头"),
            (
                "title",
                "figures_as_of",
                "issuer",
                "document_number",
                "index_number",
                "issued_on",
                "topic",
            ),
        ),
    )
    figures_as_of = day_field(
        label=_("数据截至"),
        required=False,
        help_text=_("留空为本年12月31日；年度未结束的，为当天。"),
    )
    issued_on = day_field(label=_("成文日期"), required=False)

    class Meta:
        model = AnnualReport
        fields = (
            "title",
            "figures_as_of",
            "issuer",
            "document_number",
            "index_number",
            "issued_on",
            "topic",
        )
