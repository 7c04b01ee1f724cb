"""What is typed of a text that is brought in, and of each of its drafts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.domain.dues import CountedIn
from reports.domain.imports import DraftKind, TextKind
from reports.models import Unit
from reports.models.choices import (
    CADENCE_LABELS,
    COUNTED_IN_LABELS,
    DRAFT_FIELD_LABELS,
    FIGURE_WORDING_LABELS,
    HONOUR_KIND_LABELS,
    HONOUR_LEVEL_LABELS,
    PROBLEM_CLASS_LABELS,
    SCHEDULE_WORDS_LABELS,
    TEXT_KIND_LABELS,
    WINDOW_LABELS,
    labelled,
    month_label,
)

from .base import UnitField, day_field, text_field

__all__ = ["DRAFT_FORMS", "DraftForm", "EnterForm", "GiveUpForm", "NewTextForm"]

LONGEST_PASTED = 2_000_000
FIRST_YEAR, LAST_YEAR = 1990, 2100


class NewTextForm(forms.Form):
    """A published text: a file, or what is pasted of it."""

    kind = forms.ChoiceField(
        label=_("文本种类"), choices=labelled(TEXT_KIND_LABELS), initial=TextKind.REPORT.value
    )
    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none(), empty_label=None)
    file = forms.FileField(
        label=_("文件"),
        required=False,
        help_text=_("可上传 .txt、.docx、.html，不超过20 MB。严禁上传涉密信息和警务工作秘密。"),
    )
    pasted = text_field(
        label=_("或者粘贴全文"),
        required=False,
        rows=10,
        max_length=LONGEST_PASTED,
        help_text=_("已上传文件的不必粘贴。"),
    )

    def __init__(self, *args: Any, bureaus: Sequence[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["bureau"].offer(bureaus)
        if len(bureaus) == 1:
            self.fields["bureau"].widget = forms.HiddenInput()
            self.initial["bureau"] = bureaus[0].pk

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        pasted = (given.get("pasted") or "").strip()
        if "file" in self.errors or "pasted" in self.errors:
            return given
        if not given.get("file") and not pasted:
            self.add_error("file", _("请上传文件，或者粘贴全文。"))
        elif given.get("file") and pasted:
            self.add_error("pasted", _("上传文件和粘贴全文只选一种。"))
        return given


class GiveUpForm(forms.Form):
    because = forms.CharField(
        label=_("放弃的原因"), max_length=300, help_text=_("放弃后，文本和已作的处理仍然保留。")
    )


class EnterForm(forms.Form):
    """The last word before all of it is entered."""

    drop_undecided = forms.BooleanField(label=_("未处理的一律不采用"), required=False)
    ledger_from = day_field(
        label=_("台账起始日"),
        required=False,
        help_text=_(
            "本局还没有台账起始日：填写后，从该日起开始的第一个周期起计算应开；不填则不产生应开事项。"
        ),
    )


# --- drafts --------------------------------------------------------------------------------------

Lists = Mapping[str, Sequence[tuple[Any, Any]]]


def _label(name: str) -> Any:
    return DRAFT_FIELD_LABELS[name]


_NONE = _("不指定")


class _Key(forms.TypedChoiceField):
    """One of the ledger's own rows by its key, from a list that the page has read."""

    def __init__(self, of: str, *, empty: Any = _NONE, **kwargs: Any):
        super().__init__(coerce=int, empty_value=None, **kwargs)
        self.of, self.empty = of, empty


class _Reference(forms.ChoiceField):
    """A record of the ledger, or what another draft of the text becomes."""

    def __init__(self, of: str, *, empty: Any = _NONE, **kwargs: Any):
        super().__init__(**kwargs)
        self.of, self.empty = of, empty


class DraftForm(forms.Form):
    """The fields of one draft, each with the ledger's own list; ``values()`` are kept with it."""

    def __init__(self, *args: Any, lists: Lists, values: Mapping[str, Any], **kwargs: Any):
        initial = {name: value for name, value in values.items() if name != "labels"}
        super().__init__(*args, initial=initial, **kwargs)
        for name, field in self.fields.items():
            field.label = field.label or _label(name)
            if isinstance(field, (_Key, _Reference)):
                field.choices = [("", field.empty), *lists.get(field.of, ())]

    def values(self) -> dict[str, Any]:
        """What was typed, as it is kept: days and numbers as text, the words of what is named."""
        kept: dict[str, Any] = {}
        labels: dict[str, str] = {}
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            kept[name] = _plain(value)
            if isinstance(field, (_Key, _Reference)) and value:
                labels[name] = str(dict(field.choices)[value])
        return kept | {"labels": labels}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value


class UnitDraftForm(DraftForm):
    name = forms.CharField(max_length=100)
    kind = _Key("kinds", empty=_("请选择"))
    parent = _Reference("units", required=False)
    short_name = forms.CharField(max_length=40, required=False)
    grade = forms.CharField(max_length=20, required=False, help_text=_("如：一类、二类。"))
    opened_on = day_field(required=False, help_text=_("留空表示一直存在。"))


class PostDraftForm(DraftForm):
    post = _Key("posts", empty=_("请选择"))
    person = _Key("people", required=False, empty=_("新增人员"))
    new_person = forms.CharField(
        max_length=40, required=False, help_text=_("台账中没有此人的，填写姓名。")
    )
    unit = _Reference("units", empty=_("请选择"))
    first_day = day_field(help_text=_("原文没有写明的，以任职文件为准。"))
    acting = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("person"):
            given["new_person"] = ""
        elif not (given.get("new_person") or "").strip():
            self.add_error("person", _("请选择人员，或者填写新增人员的姓名。"))
        return given


class SetDraftForm(DraftForm):
    name = forms.CharField(max_length=60)


class ScheduleDraftForm(DraftForm):
    set = _Reference("sets", required=False, empty=_("新的制度组"))
    new_set = forms.CharField(max_length=60, required=False)
    name = forms.CharField(max_length=60)
    words = forms.ChoiceField(choices=labelled(SCHEDULE_WORDS_LABELS))
    of_first_person = forms.BooleanField(required=False)
    first_day = day_field(help_text=_("从该日或之后开始的第一个周期起适用。"))
    cadence = forms.ChoiceField(choices=labelled(CADENCE_LABELS))
    every = forms.IntegerField(min_value=1, max_value=60, help_text=_("如每2周填2。"))
    at_least = forms.IntegerField(min_value=1, max_value=9999)
    at_most = forms.IntegerField(min_value=1, max_value=9999, required=False)
    counted_in = forms.ChoiceField(
        choices=labelled(COUNTED_IN_LABELS),
        help_text=_("按时长计的，“至少”“至多”填分钟数：1小时60分钟，1课时45分钟，1天8小时。"),
    )
    usual = forms.BooleanField(
        required=False, help_text=_("原文写“一般”“原则上”“至多”的勾选：只作提示，不计未召开。")
    )
    months = forms.TypedMultipleChoiceField(
        coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    window = forms.ChoiceField(
        choices=[("", _("周期内任何一天都可以")), *labelled(WINDOW_LABELS)], required=False
    )
    window_days = forms.IntegerField(min_value=1, max_value=366, required=False)
    window_month = forms.IntegerField(min_value=1, max_value=12, required=False)
    window_day = forms.IntegerField(min_value=1, max_value=31, required=False)
    meeting_kind = _Key("meeting_kinds", required=False)
    new_meeting_kind = forms.CharField(
        max_length=60, required=False, help_text=_("台账中没有合适种类的，填写名称，入库时新增。")
    )
    agenda_kind = _Key("agenda_kinds", required=False)
    new_agenda_kind = forms.CharField(max_length=60, required=False)
    body = _Reference("units", required=False, empty=_("应落实的单位自己"))
    presided_by = _Key("posts", required=False, empty=_("不限"))
    legal_basis = text_field(rows=2, max_length=300)
    asked_by = forms.CharField(max_length=100)

    fieldsets = (
        (_("制度"), ("set", "new_set", "name", "words", "of_first_person")),
        (
            _("周期与次数"),
            ("first_day", "cadence", "every", "at_least", "at_most", "counted_in", "usual"),
        ),
        (
            _("限定月份和固定期限"),
            ("months", "window", "window_days", "window_month", "window_day"),
        ),
        (
            _("哪些会议计入"),
            (
                *("meeting_kind", "new_meeting_kind", "agenda_kind", "new_agenda_kind"),
                *("body", "presided_by"),
            ),
        ),
        (_("依据"), ("legal_basis", "asked_by")),
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["months"].choices = [(n, month_label(n)) for n in range(1, 13)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("set"):
            given["new_set"] = ""
        elif not (given.get("new_set") or "").strip():
            self.add_error("set", _("请选择制度组，或者填写新制度组的名称。"))
        for name in ("meeting_kind", "agenda_kind"):
            if given.get(name):
                given[f"new_{name}"] = ""
        kinds = ("meeting_kind", "new_meeting_kind", "agenda_kind", "new_agenda_kind")
        if not any(given.get(name) for name in kinds):
            self.add_error("meeting_kind", _("请选择会议种类或议题，否则无法判断哪些会议计入。"))
        most, least = given.get("at_most"), given.get("at_least")
        if most and least and most < least:
            self.add_error("at_most", _("“至多”不能小于“至少”。"))
        if given.get("counted_in") == CountedIn.TIMES and least and least > 366:
            self.add_error("at_least", _("次数过大，请核对是否按时长计。"))
        return given


class ProblemDraftForm(DraftForm):
    title = forms.CharField(
        max_length=150, help_text=_("一句话写明，不写当事人、信访人、嫌疑人姓名。")
    )
    unit = _Reference("units", empty=_("请选择"), label=_("牵头单位"))
    source = _Key("sources", empty=_("请选择"))
    found_on = day_field()
    kind = forms.ChoiceField(label=_("整改类别"), choices=labelled(PROBLEM_CLASS_LABELS))
    due_on = day_field(required=False)
    due_is_month = forms.BooleanField(required=False)
    leader = _Key("people", required=False)
    responsible = _Key("people", required=False)
    parent = _Reference("problems", required=False, label=_("上级问题"))
    target = forms.CharField(max_length=300, required=False)
    description = text_field(required=False, rows=4)
    causes = text_field(required=False, rows=2, help_text=_("每行一条。"))
    raised_from_above = forms.BooleanField(
        required=False, help_text=_("销号须以提出机关的认定为准。")
    )
    raised_by = forms.CharField(max_length=80, required=False)
    counts = forms.BooleanField(required=False)

    def __init__(self, *args: Any, values: Mapping[str, Any], **kwargs: Any):
        told = {**values, "causes": "\n".join(values.get("causes") or ())}
        super().__init__(*args, values=told, **kwargs)

    def clean_causes(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["causes"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("raised_from_above") and not (given.get("raised_by") or "").strip():
            self.add_error("raised_by", _("上级或外部提出的问题，请填写提出机关。"))
        due, found = given.get("due_on"), given.get("found_on")
        if due and found and not given.get("due_is_month") and due < found:
            self.add_error("due_on", _("整改期限早于发现日期。"))
        return given


OUTCOMES = (
    ("", pgettext_lazy("measure", "进行中")),
    ("basically", _("基本完成")),
    ("done", pgettext_lazy("measure", "已完成")),
)


class MeasureDraftForm(DraftForm):
    title = forms.CharField(max_length=200)
    unit = _Reference("units", empty=_("请选择"), label=_("责任单位"))
    set_on = day_field()
    plan_year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, required=False)
    problem = _Reference("problems", required=False)
    due_on = day_field(required=False)
    due_is_month = forms.BooleanField(required=False)
    responsible = _Key("people", required=False)
    leader = _Key("people", required=False)
    standard = text_field(required=False, rows=4)
    progress = text_field(required=False, rows=4)
    progress_on = day_field(required=False)
    outcome = forms.ChoiceField(choices=OUTCOMES, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("plan_year") and not given.get("problem"):
            self.add_error("problem", _("请选择对应的问题，或填写列入哪一年度的工作安排。"))
        if given.get("outcome") and not given.get("progress_on"):
            self.add_error("progress_on", _("请填写完成的日期。"))
        return given


class FigureDraftForm(DraftForm):
    indicator = _Key("indicators", empty=_("请选择"))
    unit = _Reference("units", empty=_("请选择"))
    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
    is_target = forms.BooleanField(required=False)
    value = forms.DecimalField(max_digits=18, decimal_places=4, required=False)
    wording = forms.ChoiceField(
        choices=[("", _("确数")), *labelled(FIGURE_WORDING_LABELS)], required=False
    )
    numerator = forms.DecimalField(
        max_digits=18, decimal_places=4, required=False, help_text=_("占比指标填写分子和分母。")
    )
    denominator = forms.DecimalField(max_digits=18, decimal_places=4, required=False)
    source = forms.CharField(max_length=200, label=_("数据来源"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        empty = given.get("value") is None and given.get("numerator") is None
        if empty and "value" not in self.errors:
            self.add_error("value", _("请填写数值。"))
        return given


class HonourDraftForm(DraftForm):
    title = forms.CharField(max_length=200)
    year = forms.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
    kind = forms.ChoiceField(choices=labelled(HONOUR_KIND_LABELS))
    level = forms.ChoiceField(choices=labelled(HONOUR_LEVEL_LABELS))
    awarded_by = forms.CharField(
        max_length=100,
        required=False,
        help_text=_("肯定性批示填批示领导的职务，经验推广填推广机关。"),
    )
    awarded_on = day_field(required=False)
    unit = _Reference("units", required=False, empty=_("分局本级"), label=_("获得单位"))


DRAFT_FORMS: Mapping[DraftKind, type[DraftForm]] = {
    DraftKind.UNIT: UnitDraftForm,
    DraftKind.POST: PostDraftForm,
    DraftKind.SCHEDULE_SET: SetDraftForm,
    DraftKind.SCHEDULE: ScheduleDraftForm,
    DraftKind.QUOTA: ScheduleDraftForm,
    DraftKind.PROBLEM: ProblemDraftForm,
    DraftKind.MEASURE: MeasureDraftForm,
    DraftKind.FIGURE: FigureDraftForm,
    DraftKind.HONOUR: HonourDraftForm,
}
