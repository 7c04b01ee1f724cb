from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Act
from reports.domain.records import FieldType
from reports.models import RecordField, RecordKind, ReportHeading

from .base import KindAdmin, request_scope


@admin.register(ReportHeading)
class ReportHeadingAdmin(KindAdmin):
    pass


class LinesField(forms.CharField):
    """A list, one item a line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 20})

    def prepare_value(self, value):
        return "\n".join(str(each) for each in value) if isinstance(value, list) else value

    def clean(self, value):
        lines = (line.strip() for line in super().clean(value).splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class RecordFieldForm(forms.ModelForm):
    """A field of a kind; what records hold already keeps its code and type."""

    choices = LinesField(label=_("选项"), required=False, help_text=_("每行一个选项。"))

    class Meta:
        model = RecordField
        fields = (
            "label",
            "code",
            "type",
            "choices",
            "counter",
            "is_required",
            "in_totals",
            "position",
        )

    def clean(self):
        given = super().clean()
        if given.get("type") == FieldType.CHOICE and not given.get("choices"):
            self.add_error("choices", _("选项栏至少写一个选项。"))
        fixed = {"code", "type"} & set(self.changed_data)
        if self.instance.pk and fixed and self.instance.kind.records.exists():
            for name in fixed:
                self.add_error(name, _("该种类已有记录，代码和类型不能再改；请另设新栏目。"))
        return given


class RecordFieldInline(admin.TabularInline):
    model = RecordField
    form = RecordFieldForm
    extra = 1
    ordering = ("position", "pk")

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return request_scope(request).allows(Act.MANAGE_TOP_UNITS)

    def has_change_permission(self, request, obj=None):
        return self.has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        """A field goes only while no record can hold anything in it."""
        unused = obj is None or not obj.records.exists()
        return unused and self.has_add_permission(request)


@admin.register(RecordKind)
class RecordKindAdmin(KindAdmin):
    list_display = ("name", "code", "heading", "counter", "takes_totals", "is_active", "position")
    list_select_related = ("heading",)
    list_filter = ("heading", "is_active")
    autocomplete_fields = ("heading", "problem_source")
    inlines = (RecordFieldInline,)
