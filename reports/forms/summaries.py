"""Choosing a report, its text and metadata, and its signature."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import AnnualReport, Person, Unit
from reports.selectors.summaries import ParagraphRead, SectionRead

from .base import FilesField, PersonField, UnitField, day_field


class ReportNewForm(forms.Form):
    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)

    def __init__(self, *args: Any, bureaus, this_year: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["bureau"].queryset = bureaus
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


class ReportTextForm(forms.Form):
    """One text a paragraph, in the order of the report, and room for a new one in each section.

    Figures stand in the texts as numbers with their names; the form says nothing of them, the
    action does.
    """

    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        sections: Sequence[SectionRead],
        texts: dict[int, str],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.sections = sections
        for section in sections:
            for paragraph in section.paragraphs:
                self.fields[f"heading_{paragraph.pk}"] = forms.CharField(
                    label=_("小标题"), max_length=100, required=False, initial=paragraph.heading
                )
                text = texts[paragraph.pk]
                self.fields[f"text_{paragraph.pk}"] = forms.CharField(
                    label=paragraph.heading or _("正文"),
                    required=False,
                    initial=text,
                    show_hidden_initial=True,
                    strip=False,
                    widget=forms.Textarea(attrs={"rows": rows_for(text), "lang": "zh"}),
                )
            self.fields[f"new_heading_{section.pk}"] = forms.CharField(
                label=_("新段落的小标题"), max_length=100, required=False
            )
            self.fields[f"added_{section.pk}"] = forms.CharField(
                label=_("新段落"),
                required=False,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 3, "lang": "zh"}),
            )

    def laid_out(self):
        """Each section with its paragraphs and their fields, in order."""
        for section in self.sections:
            yield (
                section,
                [self._fields_of(p) for p in section.paragraphs],
                self[f"new_heading_{section.pk}"],
                self[f"added_{section.pk}"],
            )

    def _fields_of(self, paragraph: ParagraphRead):
        """Heading, text, and the text as it was shown, to tell a changed figure by."""
        text = self[f"text_{paragraph.pk}"]
        heading = self[f"heading_{paragraph.pk}"]
        return paragraph, heading, text, text.as_hidden(only_initial=True)

    def by_key(self, prefix: str) -> dict[int, str]:
        """The cleaned values of the fields of a kind, by paragraph or section."""
        return {
            int(name.removeprefix(prefix)): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix)
        }

    def shown(self) -> dict[int, str]:
        """The texts as the form showed them before anything was typed."""
        prefix = "initial-text_"
        return {
            int(name.removeprefix(prefix)): value
            for name, value in self.data.items()
            if name.startswith(prefix) and name.removeprefix(prefix).isdigit()
        }


def rows_for(text: str) -> int:
    """How high a text field must be for about 40 characters a line."""
    return min(max(len(text) // 40 + 2, 2), 14)


class SignForm(forms.Form):
    """The leader's own signature: she signs as herself, today unless said otherwise."""

    signed_on = day_field(label=_("签发日期"))


class PaperSignForm(SignForm):
    """A signature on paper, entered by the legal officer (凭签批件录入)."""

    signer = PersonField(
        label=_("签发人"),
        queryset=Person.objects.none(),
        help_text=_("须在签发当日担任本局岗位。"),
    )
    scans = FilesField(label=_("签批件扫描件"), required=False)

    field_order = ("signer", "signed_on", "scans")

    def __init__(self, *args: Any, signers, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["signer"].queryset = signers
