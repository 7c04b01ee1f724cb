from datetime import datetime, time, timedelta

import django_filters as filters
from django.db.models import QuerySet
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from reports.models import AuditEntry
from reports.models.choices import AUDIT_KIND_LABELS, AUDIT_RESULT_LABELS, labelled

from .base import DayFilter

ONE_DAY = timedelta(days=1)


class AuditLogFilter(filters.FilterSet):
    """Every condition is one that an index, or a span of days, keeps small."""

    from_day = DayFilter(label=_("自"), method="since")
    to_day = DayFilter(label=_("至"), method="until")
    login = filters.CharFilter(label=_("账号"), field_name="login", lookup_expr="exact")
    kind = filters.ChoiceFilter(label=_("类别"), choices=labelled(AUDIT_KIND_LABELS))
    result = filters.ChoiceFilter(label=_("结果"), choices=labelled(AUDIT_RESULT_LABELS))
    address = filters.CharFilter(label=_("来源地址"), lookup_expr="exact")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def since(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows.filter(at__gte=make_aware(datetime.combine(value, time())))

    def until(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows.filter(at__lt=make_aware(datetime.combine(value + ONE_DAY, time())))
