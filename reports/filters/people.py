import django_filters as filters
from django.utils.translation import gettext_lazy as _

from reports.models import Person, Post, Unit
from reports.models.choices import PERSON_KIND_LABELS, labelled
from reports.selectors.people import search_condition


class PersonFilter(filters.FilterSet):
    """``scope`` and ``on`` come from the page: choices end where the scope ends."""

    q = filters.CharFilter(label=_("姓名或拼音首字母"), method="search")
    bureau = filters.ModelChoiceFilter(
        label=_("分局"), field_name="unit__bureau", queryset=Unit.objects.none()
    )
    unit = filters.ModelChoiceFilter(label=_("单位"), queryset=Unit.objects.none())
    post = filters.ModelChoiceFilter(
        label=_("岗位"), queryset=Post.objects.order_by("position", "pk"), method="holding"
    )
    kind = filters.ChoiceFilter(label=_("人员类别"), choices=labelled(PERSON_KIND_LABELS))

    class Meta:
        model = Person
        fields: list[str] = []

    def __init__(self, *args, scope, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on
        units = scope.units().in_order()
        if scope.sees_many_bureaus:
            self.filters["bureau"].queryset = units.bureaus()
            chosen = str((self.data or {}).get("bureau", ""))
            units = units.filter(bureau=chosen) if chosen.isdecimal() else units.bureaus()
        else:
            del self.filters["bureau"]
        self.filters["unit"].queryset = units

    def search(self, queryset, name, value):
        return queryset.filter(search_condition(value.strip()))

    def holding(self, queryset, name, value):
        held = value.appointments.in_office_on(self.on)
        return queryset.filter(pk__in=held.values("person_id"))
