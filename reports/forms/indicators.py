"""What is typed of an indicator and of a sum that must agree."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.indicators import IndicatorDraft
from reports.domain.figures import Made
from reports.domain.indicators import HAS_KIND, SHARES, WHATS, Counted, What
from reports.models import Indicator, RecordField, RecordKind, Unit, UnitKind
from reports.models.choices import (
    COUNTED_LABELS,
    DEED_KIND_LABELS,
    HONOUR_KIND_LABELS,
    MADE_LABELS,
    WHAT_LABELS,
    labelled,
    listed,
)

from .base import UnitField, text_field

YEARS = {"min_value": 2000, "max_value": 2100}
RULE = ("counts", "what", "kind", "field", "where_field", "where_value")


class IndicatorForm(forms.Form):
    """An indicator of one's own bureau, entered or counted by a rule that is chosen in words."""

    name = forms.CharField(label=_("名称"), max_length=80)
    counter = forms.CharField(
        label=_("计量单位"), max_length=10, help_text=_("如：次、件、人次；占比填百分号。")
    )
    definition = text_field(
        label=_("口径"), required=False, help_text=_("写明统计什么、不统计什么。")
    )
    decimals = forms.TypedChoiceField(
        label=_("小数位数"), coerce=int, choices=[(n, str(n)) for n in range(5)], initial=0
    )
    unit = UnitField(label=_("制定单位"), queryset=Unit.objects.none(), empty_label=None)
    unit_kinds = forms.ModelMultipleChoiceField(
        label=_("适用单位类别"),
        queryset=UnitKind.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选表示各类单位均可填报。"),
    )
    first_year = forms.IntegerField(label=_("起始年度"), required=False, **YEARS)
    last_year = forms.IntegerField(label=_("截止年度"), required=False, **YEARS)
    no_comparison = forms.BooleanField(
        label=_("不作单位间比较"),
        required=False,
        help_text=_("处罚、罚款类指标必须勾选：在任何页面、打印件和导出文件中都不与其他单位并列。"),
    )
    made = forms.ChoiceField(
        label=_("数据产生方式"), choices=labelled(MADE_LABELS), initial=Made.ENTERED.value
    )
    is_share = forms.BooleanField(
        label=_("占比"),
        required=False,
        help_text=_("填报分子和分母，百分比自动计算。"),
    )
    counts = forms.ChoiceField(
        label=_("统计哪类记录"),
        required=False,
        choices=[("", _("请选择")), *labelled(COUNTED_LABELS)],
    )
    what = forms.ChoiceField(
        label=_("统计什么"), required=False, choices=[("", _("请选择")), *labelled(WHAT_LABELS)]
    )
    kind = forms.ChoiceField(
        label=_("哪一种"),
        required=False,
        help_text=_("工作记录必须选择；会议、履职记录、荣誉不选表示全部。"),
    )
    field = forms.ChoiceField(label=_("对哪一栏求和"), required=False)
    where_field = forms.ChoiceField(label=_("只统计该栏"), required=False)
    where_value = forms.CharField(
        label=_("等于"), required=False, max_length=60, help_text=_("如：结果等于“化解”。")
    )

    fieldsets = (
        (
            _("定义"),
            ("name", "counter", "definition", "decimals"),
        ),
        (_("适用范围"), ("unit", "unit_kinds", "first_year", "last_year", "no_comparison")),
        (_("数据从哪里来"), ("made", "is_share")),
        (_("统计规则（据记录统计的填写）"), RULE),
    )

    def __init__(
        self,
        *args: Any,
        units,
        kinds: Mapping[Counted, Iterable[tuple[str, str]]],
        indicator: Indicator | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit_kinds"].queryset = UnitKind.objects.order_by("position", "pk")
        self.indicator = indicator
        if indicator is not None:
            del self.fields["unit"]
        named = {**kinds, Counted.DEEDS: labelled(DEED_KIND_LABELS)}
        named[Counted.HONOURS] = labelled(HONOUR_KIND_LABELS)
        self.fields["kind"].choices = [
            ("", _("全部")),
            *(
                (COUNTED_LABELS[of], [(f"{of}:{code}", name) for code, name in named.get(of, ())])
                for of in Counted
                if of in HAS_KIND
            ),
        ]
        fields = record_fields()
        numbers = [(k, [(c, w) for c, w, is_number in rows if is_number]) for k, rows in fields]
        self.fields["field"].choices = [("", _("请选择")), *numbers]
        every = [(k, [(c, w) for c, w, _number in rows]) for k, rows in fields]
        self.fields["where_field"].choices = [("", _("不限")), *every]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("made") == Made.COUNTED.value:
            self._check_rule(given)
        return given

    def _check_rule(self, given: dict[str, Any]) -> None:
        if not given.get("counts"):
            self.add_error("counts", _("请选择统计哪类记录。"))
            return
        of = Counted(given["counts"])
        if not given.get("what"):
            given["what"] = WHATS[of][0].value
        elif given["what"] not in WHATS[of]:
            allowed = [WHAT_LABELS[what] for what in WHATS[of]]
            sentence = _("这类记录只能统计：%(what)s。")
            self.add_error("what", sentence % {"what": listed(allowed)})
        for name, column in (("kind", of.value), ("field", self._kind(given))):
            chosen = given.get(name) or ""
            if chosen and chosen.partition(":")[0] != column:
                self.add_error(name, _("所选的与统计的记录不是同一类。"))
        where, value = given.get("where_field") or "", given.get("where_value") or ""
        if where and where.partition(":")[0] != self._kind(given):
            self.add_error("where_field", _("所选的与统计的记录不是同一类。"))
        if where and not value:
            self.add_error("where_value", _("请写明等于什么。"))

    @staticmethod
    def _kind(given: Mapping[str, Any]) -> str:
        return (given.get("kind") or "").partition(":")[2]

    def rule(self) -> dict[str, Any]:
        """The rule as it is stored; empty for what is entered."""
        given = self.cleaned_data
        if given["made"] != Made.COUNTED.value:
            return {}
        stored: dict[str, Any] = {"of": given["counts"], "what": given["what"]}
        if kind := self._kind(given):
            stored["kind"] = kind
        if given["what"] == What.FIELD.value and given.get("field"):
            stored["field"] = given["field"].partition(":")[2]
        if given.get("where_field") and given.get("where_value"):
            stored["where"] = {given["where_field"].partition(":")[2]: given["where_value"]}
        return stored

    def draft(self) -> IndicatorDraft:
        given = self.cleaned_data
        own = ("name", "counter", "definition", "decimals", "unit_kinds", "first_year")
        rule = self.rule()
        counted = given["made"] == Made.COUNTED.value
        return IndicatorDraft(
            **{name: given[name] for name in (*own, "last_year", "no_comparison")},
            unit=given.get("unit"),
            made=Made(given["made"]),
            is_share=(rule.get("what") in SHARES) if counted else given["is_share"],
            rule=rule,
            position=self.indicator.position if self.indicator else 1000,
        )


def record_fields() -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The fields of every kind of work record: its name, then code and label of each field."""
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    rows = RecordField.objects.select_related("kind").order_by(
        "kind__position", "kind_id", "position", "pk"
    )
    for row in rows:
        groups.setdefault(row.kind.name, []).append(
            (f"{row.kind.code}:{row.code}", row.label, row.type == "number")
        )
    return list(groups.items())


def initial_of(indicator: Indicator) -> dict[str, object]:
    """The fields of the form as the indicator has them."""
    rule = indicator.rule or {}
    same = ("name", "counter", "definition", "decimals", "first_year", "last_year")
    where = next(iter((rule.get("where") or {}).items()), ("", ""))
    kind = rule.get("kind", "")
    return {
        **{name: getattr(indicator, name) for name in (*same, "no_comparison", "made", "is_share")},
        "unit_kinds": list(indicator.unit_kinds.all()),
        "counts": rule.get("of", ""),
        "what": rule.get("what", ""),
        "kind": f"{rule['of']}:{kind}" if kind else "",
        "field": f"{kind}:{rule['field']}" if rule.get("field") else "",
        "where_field": f"{kind}:{where[0]}" if where[0] else "",
        "where_value": where[1],
    }


def record_kinds() -> list[tuple[str, str]]:
    """The kinds of work records by code, in their order."""
    return list(RecordKind.objects.order_by("position", "pk").values_list("code", "name"))


class SumForm(forms.Form):
    """A whole that its parts must add up to; what does not come out is shown, never changed."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("如：收案＝结案＋存案。"))
    whole = forms.ModelChoiceField(
        label=_("合计指标"), queryset=Indicator.objects.none(), empty_label=_("请选择")
    )
    parts = forms.ModelMultipleChoiceField(
        label=_("分项指标"),
        queryset=Indicator.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, wholes, parts, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["whole"].queryset = wholes
        self.fields["parts"].queryset = parts
