import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models import Unit, UnitKind


class BureauFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("名称或拼音首字母"), method="search")
    kind = filters.ModelChoiceFilter(
        label=_("单位类别"),
        queryset=UnitKind.objects.filter(files_report=True).order_by("position", "pk"),
    )
    ledger = filters.ChoiceFilter(
        label=_("台账"), choices=[("1", _("已启用")), ("0", _("未启用"))], method="keeping"
    )

    class Meta:
        model = Unit
        fields: list[str] = []

    def keeping(self, queryset, name, value):
        return queryset.filter(ledger_from__isnull=value == "0")

    def search(self, queryset, name, value):
        text = value.strip()
        return queryset.filter(
            Q(name__icontains=text)
            | Q(short_name__icontains=text)
            | Q(initials__icontains=text.lower())
        )
