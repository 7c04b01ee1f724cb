import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Notice, NoticeItem
from reports.models.choices import NOTICE_STATE_LABELS, labelled

from .base import PlaceFilter


class NoticeFilter(filters.FilterSet):
    """The page has read state, lateness and cancelled ones by the function behind the numbers."""

    place = PlaceFilter(label=_("承办单位"))
    q = filters.CharFilter(label=_("文号或事由"), method="that_say")
    issuer = filters.CharFilter(label=_("制发机关"), method="that_came_from")
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[("open", _("在办（未办结）")), *labelled(NOTICE_STATE_LABELS)],
        empty_label=_("全部"),
        method="as_read",
    )
    late = filters.ChoiceFilter(
        label=_("逾期"),
        choices=[
            ("late", _("全部逾期")),
            ("waiting", _("逾期未回复")),
            ("answered", _("逾期回复")),
        ],
        empty_label=_("不限"),
        method="as_read",
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        demanding = NoticeItem.objects.filter(demand__icontains=words).values("notice")
        return rows.filter(
            Q(number__icontains=words) | Q(title__icontains=words) | Q(pk__in=demanding)
        )

    def that_came_from(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(issuer__icontains=value.strip())
