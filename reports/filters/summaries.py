import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import AnnualReport
from reports.models.choices import REPORT_STATE_LABELS, labelled


class ReportFilter(filters.FilterSet):
    """The bureau stands in the address by its key; here it is looked for by its name."""

    place = filters.CharFilter(label=_("分局"), method="of_place")
    report_year = filters.NumberFilter(field_name="year", label=_("年度"), min_value=2000)
    state = filters.ChoiceFilter(
        label=_("状态"), choices=labelled(REPORT_STATE_LABELS), empty_label=_("全部")
    )

    class Meta:
        model = AnnualReport
        fields: list[str] = []

    def of_place(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(bureau__name__icontains=words)
            | Q(bureau__short_name__icontains=words)
            | Q(bureau__initials__icontains=words)
        )
