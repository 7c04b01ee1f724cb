"""What all pages of the admin share: rights from roles, rows from the scope, refusals as errors."""

from contextlib import contextmanager

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import Http404
from django.utils import timezone

from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.selectors.history import changes_of
from reports.selectors.scope import Scope


def request_scope(request) -> Scope:
    """The scope of who is logged in, read once a request."""
    return admin.site.scope(request)


def acting(request) -> dict:
    """Who acts and when, as every action wants to know."""
    return {"by": request.user, "at": timezone.now()}


def acting_today(request) -> dict:
    """Who acts, when, and which day it is."""
    return {**acting(request), "today": timezone.localdate()}


@contextmanager
def beside(field: str):
    """A refusal inside is shown beside that field of the form."""
    try:
        yield
    except Refused as refusal:
        refusal.field = field
        raise


class LedgerForm(ModelForm):
    """A form that shows what an action refused, beside the field it is about."""

    refusal: Refused | None = None

    def clean(self):
        cleaned = super().clean()
        if self.refusal is not None:
            field = getattr(self.refusal, "field", None)
            self.add_error(
                field if field in self.fields else None, ValidationError(self.refusal.reasons)
            )
        return cleaned


class ScopedChoices:
    """Choice fields offer what the related page of the admin shows to this user."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if related := self.admin_site._registry.get(db_field.remote_field.model):
            kwargs.setdefault("queryset", related.get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if related := self.admin_site._registry.get(db_field.remote_field.model):
            kwargs.setdefault("queryset", related.get_queryset(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class LedgerAdmin(ScopedChoices, admin.ModelAdmin):
    """Any act of ``reads`` opens the pages, any act of ``writes`` lets rows be entered and changed.

    Nothing is deleted here. A refusal of an action is shown in the form, with nothing typed lost.
    """

    form = LedgerForm
    reads: tuple[Act, ...] = ()
    writes: tuple[Act, ...] = ()
    list_per_page = 50
    show_full_result_count = False

    def rows(self, queryset, scope):
        """The rows that the scope lets be seen here."""
        return queryset

    def may_change(self, scope, obj) -> bool:
        """Whether this very row may be changed, of whoever may change rows at all."""
        return True

    def get_queryset(self, request):
        return self.rows(super().get_queryset(request), request_scope(request))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return any(request_scope(request).allows(act) for act in (*self.reads, *self.writes))

    def has_add_permission(self, request):
        return any(request_scope(request).allows(act) for act in self.writes)

    def has_change_permission(self, request, obj=None):
        scope = request_scope(request)
        return any(scope.allows(act) for act in self.writes) and (
            obj is None or self.may_change(scope, obj)
        )

    def has_delete_permission(self, request, obj=None):
        return False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            # All was rolled back; once more, now with the form that says why.
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, *args, **kwargs):
        response = super().render_change_form(request, context, *args, **kwargs)
        if not request_scope(request).reads_anything:
            # Administrators see no records, so they are led to none.
            response.context_data["has_absolute_url"] = False
        return response

    def history_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, object_id)
        kept = hasattr(self.model, "history") and obj is not None
        changes = changes_of(obj) if kept else None
        return super().history_view(request, object_id, {"changes": changes})

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404


class KindAdmin(LedgerAdmin):
    """Lists of kinds, which are data: the system administrator keeps them, others read them."""

    reads = (Act.SET_SCHEDULE, Act.MANAGE_UNITS)
    writes = (Act.MANAGE_TOP_UNITS,)
    list_display = ("name", "code", "position")
    search_fields = ("name", "code")
    ordering = ("position", "pk")


class ReadOnlyInline(ScopedChoices, admin.TabularInline):
    """Rows that are shown on another row's page and changed on their own."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False
