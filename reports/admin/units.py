from copy import deepcopy

from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import F, Q
from django.forms import DateField, ModelChoiceField
from django.utils.translation import gettext_lazy as _

from reports.actions.units import (
    UnitDraft,
    close_unit,
    create_unit,
    edit_unit,
    merge_unit,
    move_unit,
    rename_unit,
    reopen_unit,
    rewrite_tree,
    set_ledger_from,
)
from reports.domain.access import Act
from reports.models import BureauSetting, Unit, UnitKind, UnitName

from .base import (
    KindAdmin,
    LedgerAdmin,
    LedgerForm,
    ReadOnlyInline,
    acting_today,
    beside,
    request_scope,
)


@admin.register(UnitKind)
class UnitKindAdmin(KindAdmin):
    reads = (Act.SET_SCHEDULE, Act.MANAGE_UNITS, Act.MANAGE_MEMBERSHIPS)
    list_display = ("name", "code", "files_report", "is_body", "position")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "files_report" in form.changed_data:
            rewrite_tree()


class UnitForm(LedgerForm):
    merged_into = ModelChoiceField(
        label=_("并入单位"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("撤并时填写，同时填写停用日期；并入单位从次日起接替。"),
    )
    renamed_on = DateField(
        label=_("更名日期"),
        required=False,
        widget=AdminDateWidget,
        help_text=_("更名时填写，原名称保留为曾用名；只更正错字的留空。"),
    )
    moved_on = DateField(
        label=_("划转日期"),
        required=False,
        widget=AdminDateWidget,
        help_text=_("改变上级单位时填写。"),
    )

    def clean(self):
        moved = self.instance.pk and "parent" in self.changed_data
        if moved and not self.cleaned_data.get("moved_on"):
            self.add_error("moved_on", _("改变上级单位须填写划转日期。"))
        if self.cleaned_data.get("merged_into") and not self.cleaned_data.get("closed_on"):
            self.add_error("closed_on", _("并入其他单位的，须填写停用日期。"))
        return super().clean()


class UnitNameInline(ReadOnlyInline):
    model = UnitName
    fields = ("name", "first_day", "last_day")
    show_change_link = False


@admin.register(Unit)
class UnitAdmin(LedgerAdmin):
    """The legal officer keeps the units of her bureau, the system administrator those above.

    Of her own bureau the legal officer sets the short name and the beginning of the ledger.
    """

    form = UnitForm
    reads = (Act.MANAGE_MEMBERSHIPS,)
    writes = (Act.MANAGE_UNITS, Act.MANAGE_TOP_UNITS)
    list_display = ("name", "kind", "parent", "grade", "opened_on", "closed_on", "ledger_from")
    list_filter = ("kind", ("closed_on", admin.EmptyFieldListFilter))
    search_fields = ("name", "short_name", "initials")
    ordering = ("path",)
    sortable_by = ("name", "opened_on", "closed_on", "ledger_from")
    autocomplete_fields = ("kind", "parent")
    inlines = (UnitNameInline,)
    edited = ("kind", "short_name", "grade", "position", "opened_on")

    def rows(self, queryset, scope):
        queryset = queryset.select_related("kind", "parent", "bureau")
        if scope.allows(Act.MANAGE_MEMBERSHIPS):
            return queryset
        if scope.allows(Act.MANAGE_TOP_UNITS):
            return queryset.filter(Q(bureau=None) | Q(bureau=F("pk")))
        return scope.limit(queryset, Act.MANAGE_UNITS)

    def may_change(self, scope, obj):
        if scope.allows(Act.MANAGE_TOP_UNITS):
            return obj.bureau_id is None or obj.is_bureau
        return scope.may(Act.MANAGE_UNITS, obj)

    def choice_label(self, obj):
        if obj.bureau is None or obj.is_bureau:
            return obj.name
        return f"{obj.bureau.label} · {obj.name}"

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            fields = ("parent", "name", "short_name", "kind", "grade", "position", "opened_on")
            return [(None, {"fields": fields + self.only_of_bureaus(request, obj)})]
        return [
            (None, {"fields": ("name", "renamed_on", "short_name", "kind", "grade", "position")}),
            (_("隶属"), {"fields": ("parent", "moved_on")}),
            (
                _("存续"),
                {"fields": ("opened_on", "closed_on", *self.only_of_bureaus(request, obj))},
            ),
            *self.merging(request, obj),
        ]

    def merging(self, request, obj):
        """A bureau is not merged, and what is below one only within it."""
        within = obj.bureau_id is not None and not obj.is_bureau
        may = self.has_change_permission(request, obj)
        return [(_("撤并"), {"fields": ("merged_into",)})] if within and may else []

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "merged_into" in form.base_fields and obj is not None:
            # The declared field is shared by all requests.
            field = form.base_fields["merged_into"] = deepcopy(form.base_fields["merged_into"])
            others = Unit.objects.filter(bureau=obj.bureau_id).exclude(pk=obj.pk)
            field.queryset, field.initial = others.in_order(), obj.succeeded_by_id
        return form

    def only_of_bureaus(self, request, obj):
        top = request_scope(request).allows(Act.MANAGE_TOP_UNITS)
        return ("ledger_from",) if top or (obj is not None and obj.is_bureau) else ()

    def get_readonly_fields(self, request, obj=None):
        own = obj is not None and obj.is_bureau
        if own and not request_scope(request).allows(Act.MANAGE_TOP_UNITS):
            return ("name", "kind", "grade", "position", "parent", "opened_on", "closed_on")
        return ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        top = request_scope(request).allows(Act.MANAGE_TOP_UNITS)
        if db_field.name == "kind" and not top:
            kwargs["queryset"] = UnitKind.objects.filter(files_report=False)
        if db_field.name == "parent" and top:
            kwargs["queryset"] = Unit.objects.filter(bureau=None)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent" and field is not None:
            field.required = not top
        return field

    def get_inlines(self, request, obj):
        return self.inlines if obj is not None else ()

    def save_model(self, request, obj, form, change):
        now = acting_today(request)
        if not change:
            drafted = {name: form.cleaned_data.get(name) for name in self.drafted(form)}
            with beside("name"):
                obj.pk = create_unit(UnitDraft(**drafted), **now).pk
            obj._state.adding = False
            return
        self.save_changes(obj, form, set(form.changed_data), now)

    def drafted(self, form):
        return [name for name in UnitDraft.__slots__ if name in form.fields]

    def save_changes(self, obj, form, changed, now):
        given = form.cleaned_data
        if "name" in changed:
            with beside("renamed_on" if given.get("renamed_on") else "name"):
                rename_unit(unit=obj, name=given["name"], on=given.get("renamed_on"), **now)
        if "parent" in changed:
            with beside("moved_on"):
                move_unit(unit=obj, parent=given["parent"], on=given["moved_on"], **now)
        if changed & set(self.edited):
            with beside(next(name for name in self.edited if name in changed)):
                edit_unit(unit=obj, **{name: getattr(obj, name) for name in self.edited}, **now)
        into = given.get("merged_into")
        if into is not None and changed & {"merged_into", "closed_on"}:
            with beside("merged_into"):
                merge_unit(unit=obj, into=into, on=given["closed_on"], **now)
        elif "closed_on" in changed:
            with beside("closed_on"):
                if form.initial.get("closed_on"):
                    reopen_unit(unit=obj, **now)
                if given["closed_on"]:
                    close_unit(unit=obj, on=given["closed_on"], **now)
        if "ledger_from" in changed:
            with beside("ledger_from"):
                set_ledger_from(unit=obj, day=given["ledger_from"], **now)


@admin.register(BureauSetting)
class BureauSettingAdmin(LedgerAdmin):
    """How a bureau wants its ledger kept; her own bureau's, by its legal officer."""

    writes = (Act.MANAGE_UNITS,)
    list_display = ("bureau", "auxiliary_waits")
    search_fields = ("bureau__name", "bureau__short_name", "bureau__initials")
    ordering = ("bureau__path",)
    autocomplete_fields = ("bureau",)
    fields = ("bureau", "auxiliary_waits")

    def rows(self, queryset, scope):
        own = scope.units(Act.MANAGE_UNITS).values("pk")
        return queryset.select_related("bureau").filter(bureau__in=own)

    def may_change(self, scope, obj):
        return scope.may(Act.MANAGE_UNITS, obj.bureau)

    def get_readonly_fields(self, request, obj=None):
        return ("bureau",) if obj is not None else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "bureau":
            units = request_scope(request).units(Act.MANAGE_UNITS)
            kwargs["queryset"] = units.filter(bureau=F("pk"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
