"""Compiling for other days, deciding on misses, choosing a formula."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.summaries import SpanDraft
from reports.domain.report_text import span_words
from reports.models import Formula, ReportTemplate, Unit
from reports.selectors.report_paragraphs import SectionRead

from .base import TemplateField, UnitField, day_field

OWN_DAYS = "days"
LAST_MONTHS = ((1, 3), (4, 6), (7, 9), (10, 12), (1, 6), (7, 12))


def usual_spans(today: date) -> list[tuple[str, str]]:
    """The quarters, halves and the year that have begun, the last one to end first."""
    found = []
    for year in (today.year, today.year - 1):
        spans = [*LAST_MONTHS, (1, 12)]
        days = [(date(year, first, 1), _last_day(year, last)) for first, last in spans]
        found += [pair for pair in days if pair[0] <= today]
    over = [pair for pair in found if pair[1] <= today]
    running = [pair for pair in found if pair[1] > today]
    ordered = sorted(over, key=lambda pair: (pair[1], pair[0]), reverse=True) + running
    return [(f"{first}/{last}", span_words(first, last)) for first, last in ordered]


def _last_day(year: int, month: int) -> date:
    after = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


class SpanForm(forms.Form):
    """Any days: one of the usual spans, or two days of one's own."""

    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)
    span = forms.ChoiceField(label=_("时段"))
    first_day = day_field(label=_("起"), required=False)
    last_day = day_field(label=_("止"), required=False)
    addressee = forms.CharField(
        label=_("报送对象"),
        max_length=100,
        required=False,
        help_text=_("如：区委政法委、区人大监察司法委。"),
    )
    title = forms.CharField(
        label=_("标题"),
        max_length=120,
        required=False,
        help_text=_("留空则用“2026年第一季度法治政府建设工作情况”这样的标题。"),
    )
    template = TemplateField(
        label=_("报告模板"),
        queryset=ReportTemplate.objects.none(),
        required=False,
        empty_label=_("法定顺序"),
    )

    def __init__(self, *args: Any, bureaus, templates, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["bureau"].queryset = bureaus
        self.fields["template"].queryset = templates
        self.fields["span"].choices = [*usual_spans(today), (OWN_DAYS, _("自选起止日期"))]

    def clean(self):
        given = super().clean()
        span = given.get("span")
        if span and span != OWN_DAYS:
            first, last = span.split("/")
            given["first_day"], given["last_day"] = (
                date.fromisoformat(first),
                date.fromisoformat(last),
            )
        elif span == OWN_DAYS:
            for name in ("first_day", "last_day"):
                if not given.get(name) and not self.has_error(name):
                    self.add_error(name, _("请填写日期。"))
        return given

    def draft(self) -> SpanDraft:
        """What was typed, as the action wants it."""
        given = self.cleaned_data
        return SpanDraft(
            given["bureau"],
            given["first_day"],
            given["last_day"],
            given["addressee"],
            given["title"],
        )


class MissForm(forms.Form):
    """``admitted`` comes from the button that was pressed."""

    admitted = forms.TypedChoiceField(
        choices=[("1", "1"), ("0", "0")], coerce=lambda value: value == "1"
    )
    cause = forms.CharField(label=_("原因"), max_length=300, required=False)


class FormulaForm(forms.Form):
    formula = forms.ModelChoiceField(
        label=_("规范表述"),
        queryset=Formula.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    place = forms.ChoiceField(label=_("插入位置"))

    def __init__(self, *args: Any, formulas, sections: list[SectionRead], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["formula"].queryset = formulas
        self.fields["place"].choices = list(self._places(sections))

    def _places(self, sections: list[SectionRead]):
        for section in sections:
            mark = f"{section.number}、" if section.number else ""
            heading = section.heading or _("开头")
            yield f"{section.pk}:", _("%(section)s：另起一段") % {"section": f"{mark}{heading}"}
            for paragraph in section.paragraphs:
                words = paragraph.heading or "".join(
                    part.text for sentence in paragraph.sentences for part in sentence.parts
                )
                told = {"section": f"{mark}{heading}", "paragraph": words[:24]}
                yield (
                    f"{section.pk}:{paragraph.pk}",
                    _("%(section)s：“%(paragraph)s”段首") % told,
                )

    def at(self) -> tuple[int, int | None]:
        """The section and, where one was chosen, the paragraph."""
        section, _colon, paragraph = self.cleaned_data["place"].partition(":")
        return int(section), int(paragraph) if paragraph else None
