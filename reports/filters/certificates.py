import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.domain.qualifications import Validity
from reports.models import Certificate, CertificateKind
from reports.models.choices import VALIDITY_LABELS
from reports.selectors.certificates import DUE

SHOWN = (
    Validity.EXPIRING,
    Validity.EXPIRED,
    Validity.GOOD,
    Validity.RENEWED,
    Validity.CANCELLED,
)


class CertificateFilter(filters.FilterSet):
    """The page has read state and kind by the function behind the numbers."""

    place = filters.CharFilter(label=_("单位"), method="at")
    q = filters.CharFilter(label=_("姓名或编号"), method="that_say")
    kind = filters.ModelChoiceFilter(
        label=_("证件种类"),
        queryset=CertificateKind.objects.order_by("position", "pk"),
        empty_label=_("全部"),
    )
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[
            (DUE, _("90日内到期（含已过期）")),
            *((each.value, VALIDITY_LABELS[each]) for each in SHOWN),
        ],
        empty_label=_("全部"),
        method="as_read",
    )

    class Meta:
        model = Certificate
        fields: list[str] = []

    def as_read(self, rows, name, value):
        return rows

    def at(self, rows, name, value):
        words = value.strip()
        unit, bureau = "person__unit__", "person__unit__bureau__"
        return rows.filter(
            Q(**{f"{unit}name__icontains": words})
            | Q(**{f"{unit}short_name__icontains": words})
            | Q(**{f"{unit}initials__icontains": words.lower()})
            | Q(**{f"{bureau}name__icontains": words})
        )

    def that_say(self, rows, name, value):
        words = value.strip()
        return rows.filter(
            Q(person__name__icontains=words)
            | Q(person__initials__icontains=words.lower())
            | Q(number__icontains=words)
        )
