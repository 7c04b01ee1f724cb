"""The steps of a report on its way, its hand-ins and its correction."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.report_moves import ReportStep
from reports.models import AgendaItem, Person
from reports.models.choices import day_label

from .base import Choice, FilesField, PersonField, day_field, names_in, text_field


class StepForm(forms.Form):
    """The day of a step; what else it asks for depends on the step.

    ``expected`` is the state that the page showed: of two at once the second is told.
    """

    expected = forms.CharField(widget=forms.HiddenInput, max_length=12)
    on = day_field(label=_("日期"))


class CountersignForm(StepForm):
    units = text_field(
        label=_("会签单位"),
        rows=2,
        help_text=_("如：政治处、指挥中心、督察大队。各单位的意见逐段录在报告页上。"),
    )
    field_order = ("expected", "units", "on")

    def clean_units(self) -> list[str]:
        return names_in(self.cleaned_data["units"])


class ReturnForm(StepForm):
    reason = text_field(label=_("退回的理由"), rows=3)
    field_order = ("expected", "reason", "on")


class ItemField(Choice):
    """An item of a meeting, with the day it was held."""

    def label_from_instance(self, obj):
        return _("%(day)s %(meeting)s：%(item)s") % {
            "day": day_label(obj.meeting.held_on),
            "meeting": obj.meeting.title,
            "item": obj.title,
        }


class DeliberateForm(forms.Form):
    """The committee's meeting is a record of its own; here its item is chosen."""

    expected = forms.CharField(widget=forms.HiddenInput, max_length=12)
    item = ItemField(
        label=_("党委会和议题"),
        queryset=AgendaItem.objects.none(),
        help_text=_("列出审核以后本局召开的党委会。会议没有录入的，先在“会议”中录入会议和议题。"),
    )

    def __init__(self, *args: Any, items, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items


class PaperStepForm(StepForm):
    """A decision on paper, entered by the legal officer (凭签批件录入)."""

    person = PersonField(label=_("签批人"), queryset=Person.objects.none())
    scans = FilesField(label=_("签批件扫描件"), required=False)

    field_order = ("expected", "person", "on", "scans")

    def __init__(self, *args: Any, people, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


FORMS = {
    ReportStep.COUNTERSIGN: CountersignForm,
    ReportStep.SEND: StepForm,
    ReportStep.REVIEW: StepForm,
    ReportStep.DELIBERATE: DeliberateForm,
    ReportStep.SIGN: StepForm,
    ReportStep.RETURN: ReturnForm,
}


class CorrectForm(forms.Form):
    reason = text_field(label=_("更正的原因"), rows=3, max_length=300)


class AddresseeForm(forms.Form):
    """One more to whom the report goes."""

    addressee = forms.CharField(
        label=_("报送对象"), max_length=100, help_text=_("如：市局法制支队、区法治办。")
    )
    due_on = day_field(label=_("报送期限"))


class HandInForm(forms.Form):
    handed_on = day_field(label=_("报送日期"))
    how = forms.CharField(
        label=_("报送方式"),
        max_length=100,
        required=False,
        help_text=_("如：公文交换、机要、内网邮箱。"),
    )
