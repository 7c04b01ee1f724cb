import django_filters as filters
from django.utils.translation import gettext_lazy as _

from reports.models import SheetImport
from reports.models.choices import SHEET_KIND_LABELS, SHEET_STATE_LABELS, labelled


class SheetImportFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("文件名"), field_name="file_name", lookup_expr="icontains")
    kind = filters.ChoiceFilter(label=_("内容"), choices=labelled(SHEET_KIND_LABELS))
    state = filters.ChoiceFilter(label=_("状态"), choices=labelled(SHEET_STATE_LABELS))

    class Meta:
        model = SheetImport
        fields: list[str] = []
