from datetime import date

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.calendar import reasons_against_day
from reports.domain.calendar import days_of
from reports.domain.calendar_table import LONGEST_SPAN
from reports.domain.periods import Period
from reports.models import Holiday
from reports.models.choices import DAY_KIND_LABELS, DayKind, labelled
from reports.selectors.calendar import DayDraft

from .base import day_field

# What was read from a file is kept in the page between preview and confirmation, no longer.
KEPT_SECONDS = 24 * 60 * 60
SALT = "reports.calendar.import"


class SpanForm(forms.Form):
    """From a day to a day; without the last one it is a single day."""

    first_day = day_field(
        label=gettext_lazy("起"),
        error_messages={"required": gettext_lazy("请填写日期，如 2026-03-31 或 2026年3月31日。")},
    )
    last_day = day_field(
        label=gettext_lazy("止"), required=False, help_text=gettext_lazy("只有一天的可以不填。")
    )

    def clean(self):
        data = super().clean()
        first, last = data.get("first_day"), data.get("last_day") or data.get("first_day")
        if first and last and last < first:
            self.add_error("last_day", _("截止日期早于起始日期。"))
        elif first and last and Period(first, last).days > LONGEST_SPAN:
            self.add_error("last_day", _("一次最多%(n)s天。") % {"n": LONGEST_SPAN})
        return data

    @property
    def days(self) -> list[date]:
        first = self.cleaned_data["first_day"]
        return list(days_of(Period(first, self.cleaned_data["last_day"] or first)))


class HolidayForm(SpanForm):
    """Days off, or days worked instead, with the notice they come from."""

    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=labelled(DAY_KIND_LABELS),
        widget=forms.RadioSelect,
        initial=DayKind.HOLIDAY.value,
    )
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=Holiday._meta.get_field("name").max_length,
        required=False,
        help_text=gettext_lazy("如：春节。"),
    )
    source = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=Holiday._meta.get_field("source").max_length,
        error_messages={"required": gettext_lazy("请填写依据，如通知文号。")},
        help_text=gettext_lazy("通知文号，如：国办发明电〔2025〕7号。"),
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        beside = {"day": "first_day"}
        for draft in self.drafts:
            for against in reasons_against_day(draft, today=self.today):
                self.add_error(beside.get(against.field, against.field), against.sentence)
        return data

    @property
    def drafts(self) -> list[DayDraft]:
        data = self.cleaned_data
        kind = DayKind(data["kind"])
        return [DayDraft(day, kind, data["name"], data["source"]) for day in self.days]


class TakeOutForm(SpanForm):
    """Days that are not what was entered, and why."""

    because = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=100,
        error_messages={"required": gettext_lazy("请写明去掉的原因。")},
        help_text=gettext_lazy("如：通知已更正。去掉的日期和原因留在本页的记录中。"),
    )


class HolidayImportForm(forms.Form):
    """A file, or a year that comes with the program; ``read`` is what was read from either."""

    file = forms.FileField(
        label=gettext_lazy("表格"),
        required=False,
        help_text=gettext_lazy(
            "支持 .xlsx、.xls、.ods 和 .csv：日期（或起、止）、类型、名称、依据。"
        ),
    )
    built_in = forms.TypedChoiceField(
        label=gettext_lazy("或：程序自带的年份"), required=False, coerce=int, empty_value=None
    )
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, years: list[int], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(year, _("%(year)s年") % {"year": year}) for year in reversed(years)]
        self.fields["built_in"].choices = [("", _("不使用")), *choices]

    def clean_read(self) -> list[DayDraft]:
        """The days of the preview, as this page wrote them and nobody else."""
        if not (signed := self.cleaned_data["read"]):
            return []
        try:
            rows = signing.loads(signed, salt=SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("预览已过期，请重新选择表格。")) from error
        return [
            DayDraft(date.fromisoformat(day), DayKind(kind), name, source)
            for day, kind, name, source in rows
        ]

    def clean(self):
        data = super().clean()
        if not (data.get("file") or data.get("built_in") or data.get("read")) and not self.errors:
            self.add_error("file", _("请选择表格，或选择程序自带的年份。"))
        elif data.get("file") and data.get("built_in"):
            self.add_error("built_in", _("表格和自带年份只能选一项。"))
        return data


def keep_read(drafts: list[DayDraft]) -> str:
    """The days of a preview as a value for the hidden field of its confirmation."""
    rows = [[d.day.isoformat(), d.kind.value, d.name, d.source] for d in drafts]
    return signing.dumps(rows, salt=SALT, compress=True)
