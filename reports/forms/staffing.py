"""What is typed of a staffing rule, and how the coverage map is narrowed."""

from collections.abc import Iterable

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from reports.actions.staffing import StaffingDraft
from reports.domain.access import Act
from reports.models import Post, StaffingRule, Unit, UnitKind
from reports.selectors.scope import Scope
from reports.selectors.staffing import Standing

from .base import Choice, UnitField, day_field


class StaffingRuleForm(forms.Form):
    """Units and posts end where the scope of who keeps people ends."""

    unit = UnitField(
        label=_("制定单位"),
        queryset=Unit.objects.none(),
        help_text=_("对该单位及其下级单位适用；离被考核单位最近的标准优先。"),
    )
    kind = Choice(label=_("适用单位类别"), queryset=UnitKind.objects.none())
    grade = forms.CharField(
        label=_("等级"),
        max_length=20,
        required=False,
        help_text=_("如：一类；留空适用于没有单独标准的各等级。"),
    )
    posts = forms.ModelMultipleChoiceField(
        label=_("岗位"),
        queryset=Post.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("任一岗位均可计入；“至少兼职”请同时选专职和兼职。"),
    )
    at_least = forms.IntegerField(label=_("至少人数"), min_value=1, max_value=99, initial=1)
    basis = forms.CharField(
        label=_("依据"), max_length=200, required=False, help_text=_("文件名称和条款。")
    )
    first_day = day_field(label=_("起"))
    last_day = day_field(label=_("止"), required=False, help_text=_("仍在适用的留空。"))

    fieldsets = (
        (_("对哪些单位"), ("unit", "kind", "grade")),
        (_("配备什么"), ("posts", "at_least", "basis")),
        (_("何时适用"), ("first_day", "last_day")),
    )

    def __init__(self, *args, scope: Scope, rule: StaffingRule | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        units = scope.units(Act.MANAGE_PEOPLE)
        if rule is not None:
            units = units.filter(bureau=rule.unit.bureau_id)
        self.fields["unit"].queryset = units.select_related("bureau").in_order()
        self.fields["kind"].queryset = UnitKind.objects.filter(is_body=False).order_by(
            "position", "pk"
        )
        # What staffing rules are mostly about stands first: posts that need a qualification.
        asked = Exists(Post.qualifications.through.objects.filter(post=OuterRef("pk")))
        posts = Post.objects.annotate(asked=asked)
        self.fields["posts"].queryset = posts.order_by("-asked", "position", "pk")

    def clean(self):
        given = super().clean()
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("截止日期早于起始日期。"))
        return given

    def draft(self) -> StaffingDraft:
        given = self.cleaned_data
        return StaffingDraft(**{**given, "posts": list(given["posts"])})


def initial_of(rule: StaffingRule) -> dict[str, object]:
    """The fields of the form as the rule has them."""
    return {
        "unit": rule.unit_id,
        "kind": rule.kind_id,
        "grade": rule.grade,
        "posts": [post.pk for post in rule.posts.all()],
        "at_least": rule.at_least,
        "basis": rule.basis,
        "first_day": rule.first_day,
        "last_day": rule.last_day,
    }


class StaffingEndForm(forms.Form):
    """From which day a rule binds no longer."""

    on = day_field(label=_("最后适用日"), help_text=_("该日及以前仍按本标准考核，次日起不再适用。"))


class CoverageForm(forms.Form):
    """How the map is narrowed; ``kinds`` are those of the units on it."""

    place = forms.CharField(label=_("单位"), required=False, max_length=40)
    kind = forms.TypedChoiceField(label=_("单位类别"), required=False, coerce=int, empty_value=None)
    standing = forms.ChoiceField(
        label=_("目前"),
        required=False,
        choices=[
            ("", _("全部")),
            (Standing.KEPT.value, _("已配备")),
            (Standing.LACKING.value, _("未配备")),
        ],
    )
    short = forms.BooleanField(label=_("本年度有缺员天数的"), required=False)
    unruled = forms.BooleanField(label=_("含没有标准的单位"), required=False)

    def __init__(self, *args, kinds: Iterable[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("全部")), *kinds]


class BureauCoverageForm(forms.Form):
    """How the sums by bureau are narrowed."""

    place = forms.CharField(label=_("分局"), required=False, max_length=40)
    lacking = forms.BooleanField(label=_("只看目前未配备的"), required=False)
