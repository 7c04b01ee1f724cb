"""Wording one section of a report, remarks on its paragraphs, and records for its sentences."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.selectors.report_paragraphs import ParagraphRead, SectionRead
from reports.selectors.report_reading import LINK_KINDS

from .base import text_field


class SectionTextForm(forms.Form):
    """One text a paragraph of a section, and room for a new one.

    Figures stand in the texts as numbers with their names; the form says nothing of them, the
    action does. ``base`` is the revision of the section that was worded, so that two who word it at
    once notice.
    """

    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, section: SectionRead, texts: Mapping[int, str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.section = section
        for number, paragraph in enumerate(section.paragraphs, start=1):
            self._add(paragraph, number, texts[paragraph.pk])
        self.fields["new_heading"] = forms.CharField(
            label=_("新段落的小标题"), max_length=100, required=False
        )
        self.fields["added"] = forms.CharField(
            label=_("新段落"),
            required=False,
            strip=False,
            widget=forms.Textarea(attrs={"rows": 4, "lang": "zh"}),
        )
        places = [("", _("本部分最后")), ("0", _("本部分最前"))]
        places += [
            (str(paragraph.pk), _("第%(n)s段之后") % {"n": number})
            for number, paragraph in enumerate(section.paragraphs, start=1)
        ]
        self.fields["place"] = forms.ChoiceField(label=_("放在"), choices=places, required=False)

    def _add(self, paragraph: ParagraphRead, number: int, text: str) -> None:
        key = paragraph.pk
        self.fields[f"heading_{key}"] = forms.CharField(
            label=_("小标题"), max_length=100, required=False, initial=paragraph.heading
        )
        self.fields[f"text_{key}"] = forms.CharField(
            label=_("第%(n)s段正文") % {"n": number},
            required=False,
            initial=text,
            show_hidden_initial=True,
            strip=False,
            widget=forms.Textarea(attrs={"rows": rows_for(text), "lang": "zh"}),
        )
        self.fields[f"remove_{key}"] = forms.BooleanField(label=_("去掉本段"), required=False)

    def laid_out(self):
        """Each paragraph with its fields, in order, and the text as it was shown."""
        for paragraph in self.section.paragraphs:
            text = self[f"text_{paragraph.pk}"]
            yield (
                paragraph,
                self[f"heading_{paragraph.pk}"],
                text,
                text.as_hidden(only_initial=True),
                self[f"remove_{paragraph.pk}"],
            )

    def by_key(self, prefix: str) -> dict[int, Any]:
        """The cleaned values of the fields of a kind, by paragraph."""
        return {
            int(name.removeprefix(prefix)): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix)
        }

    def shown(self) -> dict[int, str]:
        """The texts as the form showed them before anything was typed."""
        return by_paragraph(self.data, "initial-text_")

    def typed(self) -> str:
        """Everything that was typed for the section, as one text to be kept."""
        texts = by_paragraph(self.data, "text_")
        headings = by_paragraph(self.data, "heading_")
        parts = [f"{headings.get(pk, '')}\n{text}".strip() for pk, text in texts.items()]
        parts.append(f"{self.data.get('new_heading', '')}\n{self.data.get('added', '')}".strip())
        return "\n\n".join(part for part in parts if part)


def by_paragraph(data: Mapping[str, Any], prefix: str) -> dict[int, str]:
    """What was sent under names that end in the key of a paragraph."""
    return {
        int(name.removeprefix(prefix)): value
        for name, value in data.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdigit()
    }


def rows_for(text: str) -> int:
    """How high a text field must be for about 40 characters a line."""
    return min(max(len(text) // 40 + 2, 3), 14)


class CommentForm(forms.Form):
    """A remark; of an opinion that came on paper, the office that gave it."""

    text = text_field(label=_("意见"), rows=2)
    unit = forms.CharField(
        label=_("意见单位"),
        max_length=60,
        required=False,
        help_text=_("代会签单位录入的，填写该单位；自己的意见留空。"),
    )


class SettleForm(forms.Form):
    answer = forms.CharField(label=_("处理情况"), max_length=300)


class LinkForm(forms.Form):
    """Ticked records of those found."""

    records = forms.MultipleChoiceField(
        label=_("要关联的记录"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["records"].choices = offered

    def chosen(self) -> list[tuple[str, int]]:
        """Kind and key of each ticked record."""
        pairs = (value.split("-", 1) for value in self.cleaned_data["records"])
        return [(kind, int(pk)) for kind, pk in pairs]


class LinkSearchForm(forms.Form):
    """Where a record is looked for."""

    kind = forms.ChoiceField(
        label=_("记录种类"), choices=[(name, shape.label) for name, shape in LINK_KINDS.items()]
    )
    q = forms.CharField(label=_("名称包含"), max_length=60, required=False)
