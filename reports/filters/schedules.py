import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models import ScheduleSet, ScheduleVersion
from reports.models.choices import CADENCE_LABELS, labelled
from reports.selectors.scope import Scope


class ScheduleFilter(filters.FilterSet):
    """Rows are the versions in force. Who sees one bureau picks a set, others search a place."""

    place = filters.CharFilter(label=_("单位"), method="by_place")
    set = filters.ModelChoiceFilter(
        field_name="schedule__set", queryset=ScheduleSet.objects.none(), label=_("制度组")
    )
    cadence = filters.ChoiceFilter(choices=labelled(CADENCE_LABELS), label=_("周期"))
    ended = filters.ChoiceFilter(
        choices=[("0", _("执行中")), ("1", _("已废止"))], label=_("状态"), method="by_ending"
    )
    q = filters.CharFilter(label=_("名称、依据或由谁要求"), method="by_words")

    class Meta:
        model = ScheduleVersion
        fields: list[str] = []

    def __init__(self, *args, scope: Scope, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        if scope.sees_many_bureaus:
            del self.filters["set"]
        else:
            sets = scope.limit(ScheduleSet.objects.all())
            self.filters["set"].queryset = sets.order_by("unit__path", "position", "pk")
            del self.filters["place"]

    def by_place(self, queryset, name, value):
        words = value.strip()
        found = Q()
        for unit in ("schedule__set__unit", "schedule__set__unit__bureau"):
            for column in ("name", "short_name", "initials"):
                found |= Q(**{f"{unit}__{column}__icontains": words})
        return queryset.filter(found)

    def by_ending(self, queryset, name, value):
        ended = Q(schedule__ended_on__lt=self.on)
        return queryset.filter(ended if value == "1" else ~ended)

    def by_words(self, queryset, name, value):
        found = Q(schedule__name__icontains=value) | Q(legal_basis__icontains=value)
        return queryset.filter(found | Q(asked_by__icontains=value))
