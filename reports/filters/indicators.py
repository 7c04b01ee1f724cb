import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Indicator, UnitKind
from reports.models.choices import MADE_LABELS, labelled


class IndicatorFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("名称或口径"), method="that_say")
    made = filters.ChoiceFilter(
        label=_("数据产生方式"), choices=labelled(MADE_LABELS), empty_label=_("全部")
    )
    kind = filters.ModelChoiceFilter(
        label=_("适用单位类别"),
        queryset=UnitKind.objects.order_by("position", "pk"),
        empty_label=_("全部"),
        method="that_concern",
    )

    class Meta:
        model = Indicator
        fields: list[str] = []

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(name__icontains=words) | Q(definition__icontains=words))

    def that_concern(self, rows: QuerySet, name: str, value: UnitKind) -> QuerySet:
        """Those of the kind, and those of no kind in particular."""
        some = Indicator.unit_kinds.through.objects.values("indicator_id")
        mine = Indicator.unit_kinds.through.objects.filter(unitkind=value).values("indicator_id")
        return rows.filter(Q(pk__in=mine) | ~Q(pk__in=some))
