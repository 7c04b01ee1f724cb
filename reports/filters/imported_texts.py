import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import ImportedText
from reports.models.choices import TEXT_KIND_LABELS, TEXT_STATE_LABELS, labelled


class ImportedTextFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("标题或文件名"), method="that_say")
    kind = filters.ChoiceFilter(label=_("种类"), choices=labelled(TEXT_KIND_LABELS))
    state = filters.ChoiceFilter(label=_("状态"), choices=labelled(TEXT_STATE_LABELS))

    class Meta:
        model = ImportedText
        fields: list[str] = []

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(title__icontains=value) | Q(file_name__icontains=value))
