"""A notice that excuses many dues at once, as it is typed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Person, Schedule, Unit
from reports.models.choices import CADENCE_LABELS, labelled

from .base import PersonField, UnitsField, day_field, text_field


class SchedulesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return _("%(schedule)s（%(set)s）") % {"schedule": obj.name, "set": obj.set.name}


class WaiverOrderForm(forms.Form):
    """The notice, what it is about, and whom it speaks of; none ticked means all."""

    title = forms.CharField(
        label=_("通知名称"), max_length=150, help_text=_("如：关于做好安保期间有关工作的通知。")
    )
    document_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    ordered_on = day_field(label=_("通知日期"))
    first_day = day_field(label=_("起"))
    last_day = day_field(label=_("止"))
    reason = text_field(
        label=_("理由"), max_length=300, rows=2, help_text=_("印在每一期免开的记录上。")
    )
    schedules = SchedulesField(
        label=_("哪些制度"),
        queryset=Schedule.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("不选即全部制度。"),
    )
    cadences = forms.MultipleChoiceField(
        label=_("哪些周期的制度"),
        choices=labelled(CADENCE_LABELS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("各分局自定的制度按周期选；不选即全部制度。"),
    )
    units = UnitsField(
        label=_("哪些单位"),
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("不选即全部单位。"),
    )
    signer = PersonField(label=_("签批人"), queryset=Person.objects.none(), required=False)
    scan = forms.FileField(
        label=_("签批件扫描件"), required=False, help_text=_("严禁上传涉密信息和警务工作秘密。")
    )
    fieldsets = (
        (
            _("通知"),
            ("title", "document_number", "ordered_on", "first_day", "last_day", "reason"),
        ),
        (_("免开哪些"), ("schedules", "cadences", "units")),
    )
    # What belongs to the list that is shown, not to the notice.
    CONFIRMING = ("signer", "scan")

    def __init__(self, *args, schedules, units, signers, above_bureaus: bool, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["schedules"].queryset = schedules
        self.fields["units"].queryset = units
        self.fields["signer"].queryset = signers
        if above_bureaus:
            self.fields["units"].label = _("哪些分局")
            self.fields["units"].help_text = _("不选即全部分局。")
        else:
            del self.fields["cadences"]

    def clean(self):
        given = super().clean()
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("截止日期早于起始日期。"))
        if (ordered := given.get("ordered_on")) and ordered > self.today:
            self.add_error("ordered_on", _("通知日期不能晚于今天。"))
        return given


class WithdrawOrderForm(forms.Form):
    because = forms.CharField(label=_("撤销原因"), max_length=300)
