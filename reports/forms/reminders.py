"""Leave and a deputy, and how often mail is wanted."""

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from reports.models.choices import HOW_OFTEN_LABELS, labelled

from .base import Choice, day_field


class ColleagueField(Choice):
    def label_from_instance(self, obj):
        return obj.get_full_name() or obj.get_username()


class LeaveForm(forms.Form):
    """Between which days, and who stands in."""

    first_day = day_field(label=_("请假起"))
    last_day = day_field(label=_("请假止"), help_text=_("含当日。"))
    deputy = ColleagueField(
        label=_("代办人"),
        queryset=User.objects.none(),
        help_text=_("须在同一单位或分局有同样的权限；代办人用自己的权限办理，署自己的名字。"),
    )

    def __init__(self, *args, colleagues, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["deputy"].queryset = colleagues

    def clean(self):
        given = super().clean()
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("截止日期早于起始日期。"))
        elif last and last < self.today:
            self.add_error("last_day", _("这段时间已经过去。"))
        return given


class ReminderForm(forms.Form):
    how_often = forms.ChoiceField(
        label=_("多久发一次"),
        choices=labelled(HOW_OFTEN_LABELS),
        widget=forms.RadioSelect,
        help_text=_("没有待办时不发。每周一次的在周一发送。"),
    )
