from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AutocompleteSelect
from django.forms import DateField, ModelChoiceField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.access import link_login
from reports.actions.examinations import (
    ExaminationDraft,
    edit_examination,
    enter_examination,
)
from reports.actions.people import (
    PersonDraft,
    appoint,
    create_people,
    edit_appointment,
    edit_person,
    hand_over,
    person_leaves,
    person_returns,
    set_single_holder,
)
from reports.actions.staffing import StaffingDraft, edit_staffing_rule, set_staffing_rule
from reports.domain.access import Act
from reports.models import (
    Appointment,
    Certificate,
    CertificateKind,
    Examination,
    Person,
    Post,
    StaffingRule,
)
from reports.models.choices import PersonKind

from .base import (
    KindAdmin,
    LedgerAdmin,
    LedgerForm,
    ReadOnlyInline,
    acting,
    acting_today,
    beside,
)


@admin.register(Post)
class PostAdmin(KindAdmin):
    reads = (Act.MANAGE_PEOPLE,)
    list_display = ("name", "code", "is_capacity", "single_holder", "must_be_filled", "position")
    filter_horizontal = ("kinds", "qualifications")

    def save_model(self, request, obj, form, change):
        if change and "single_holder" in form.changed_data:
            with beside("single_holder"):
                set_single_holder(post=obj, single=obj.single_holder, **acting(request))
        super().save_model(request, obj, form, change)


@admin.register(CertificateKind)
class CertificateKindAdmin(KindAdmin):
    reads = (Act.MANAGE_PEOPLE,)
    list_display = ("name", "code", "group", "expires", "position")


class AppointmentInline(ReadOnlyInline):
    model = Appointment
    fields = ("unit", "post", "first_day", "last_day", "acting", "document_number")
    ordering = ("-first_day", "pk")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("unit", "post", "person")


class CertificateInline(ReadOnlyInline):
    """Entered, renewed and cancelled on the person's own page, where the rules are asked."""

    model = Certificate
    fields = ("kind", "number", "issued_by", "issued_on", "valid_until")
    ordering = ("kind__position", "-issued_on", "pk")
    show_change_link = False

    def get_queryset(self, request):
        return super().get_queryset(request).standing().select_related("kind")


@admin.register(Person)
class PersonAdmin(LedgerAdmin):
    writes = (Act.MANAGE_PEOPLE,)
    list_display = ("name", "unit", "kind", "user", "left_on")
    list_filter = ("kind", ("left_on", admin.EmptyFieldListFilter))
    search_fields = ("name", "initials", "unit__name")
    ordering = ("unit__path", "pk")
    autocomplete_fields = ("unit", "user")
    inlines = (AppointmentInline, CertificateInline)

    def rows(self, queryset, scope):
        related = queryset.standing().select_related("unit", "unit__bureau", "user")
        return scope.limit(related, Act.MANAGE_PEOPLE)

    def may_change(self, scope, obj):
        return scope.may(Act.MANAGE_PEOPLE, obj)

    def choice_label(self, obj):
        return f"{obj.name}（{obj.unit.name}）"

    def get_fields(self, request, obj=None):
        return ("name", "unit", "kind", "user") + (("left_on",) if obj else ())

    def get_inlines(self, request, obj):
        return self.inlines if obj is not None else ()

    def save_model(self, request, obj, form, change):
        given, now = form.cleaned_data, acting(request)
        kind = PersonKind(given["kind"])
        with beside("name"):
            if not change:
                draft = PersonDraft(given["name"], given["unit"], kind)
                obj.pk = create_people([draft], **now)[0].pk
                obj._state.adding = False
            elif {"name", "unit", "kind"} & set(form.changed_data):
                edit_person(person=obj, name=given["name"], unit=given["unit"], kind=kind, **now)
        if "user" in form.changed_data:
            with beside("user"):
                link_login(person=obj, user=given["user"])
        if "left_on" in form.changed_data:
            with beside("left_on"):
                if given["left_on"]:
                    person_leaves(
                        person=obj, on=given["left_on"], today=timezone.localdate(), **now
                    )
                else:
                    person_returns(person=obj, **now)


class AppointmentForm(LedgerForm):
    """The change of an appointment; the post may be handed over at once."""

    handed_to = ModelChoiceField(
        label=_("移交给"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("填写后，原任职到接任日期的前一日为止。"),
    )
    handed_on = DateField(label=_("接任日期"), required=False, widget=AdminDateWidget)

    def clean(self):
        given = self.cleaned_data
        if bool(given.get("handed_to")) != bool(given.get("handed_on")):
            self.add_error("handed_on", _("移交须同时填写接任人和接任日期。"))
        return super().clean()


@admin.register(Appointment)
class AppointmentAdmin(LedgerAdmin):
    form = AppointmentForm
    writes = (Act.MANAGE_PEOPLE,)
    list_display = ("person", "post", "unit", "first_day", "last_day", "acting")
    list_filter = ("post", ("last_day", admin.EmptyFieldListFilter), "acting")
    search_fields = ("person__name", "person__initials", "unit__name", "unit__initials")
    ordering = ("unit__path", "post__position", "-first_day", "pk")
    autocomplete_fields = ("person", "unit", "post", "home_unit")
    of_term = ("first_day", "last_day", "acting", "document_number", "home_unit")

    def rows(self, queryset, scope):
        related = queryset.select_related("person", "post", "unit", "unit__bureau")
        return scope.limit(related, Act.MANAGE_PEOPLE)

    def may_change(self, scope, obj):
        return scope.may(Act.MANAGE_PEOPLE, obj)

    def get_fieldsets(self, request, obj=None):
        fields = ("person", "unit", "post", *self.of_term)
        found = [(None, {"fields": fields})]
        if obj is not None and self.has_change_permission(request, obj):
            found.append((_("移交"), {"fields": ("handed_to", "handed_on")}))
        return found

    def get_readonly_fields(self, request, obj=None):
        return ("person", "unit", "post") if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        field = form.base_fields["handed_to"]
        field.queryset = self.admin_site.get_model_admin(Person).get_queryset(request)
        field.widget = AutocompleteSelect(Appointment._meta.get_field("person"), self.admin_site)
        field.widget.choices = field.choices
        return form

    def save_model(self, request, obj, form, change):
        given, now = form.cleaned_data, acting(request)
        term = {name: given[name] for name in self.of_term}
        if not change:
            place = {name: given[name] for name in ("person", "unit", "post")}
            with beside("first_day"):
                obj.pk = appoint(**place, **term, **now).pk
            obj._state.adding = False
            return
        if set(form.changed_data) & set(self.of_term):
            with beside("last_day" if "last_day" in form.changed_data else "first_day"):
                edit_appointment(appointment=obj, **term, **now)
        if given.get("handed_to"):
            with beside("handed_on"):
                hand_over(appointment=obj, to=given["handed_to"], on=given["handed_on"], **now)


@admin.register(Examination)
class ExaminationAdmin(LedgerAdmin):
    writes = (Act.MANAGE_PEOPLE,)
    list_display = ("name", "unit", "held_on", "participants", "passed")
    search_fields = ("name", "unit__name")
    ordering = ("-held_on", "pk")
    autocomplete_fields = ("unit",)
    entered = ("unit", "name", "subject", "held_on", "pass_mark", "participants", "passed")
    fields = entered

    def rows(self, queryset, scope):
        return scope.limit(queryset.select_related("unit", "unit__bureau"), Act.MANAGE_PEOPLE)

    def may_change(self, scope, obj):
        return scope.may(Act.MANAGE_PEOPLE, obj) and not obj.is_cancelled

    def save_model(self, request, obj, form, change):
        draft = ExaminationDraft(**{name: form.cleaned_data[name] for name in self.entered})
        now = acting_today(request)
        if change:
            with beside("name"):
                edit_examination(examination_id=obj.pk, draft=draft, **now)
        else:
            with beside("name"):
                obj.pk = enter_examination(draft, **now).pk
            obj._state.adding = False


@admin.register(StaffingRule)
class StaffingRuleAdmin(LedgerAdmin):
    """The legal officer keeps the rules of her bureau, the system administrator those above."""

    writes = (Act.MANAGE_PEOPLE, Act.MANAGE_TOP_UNITS)
    list_display = ("kind", "grade", "at_least", "unit", "first_day", "last_day")
    search_fields = ("kind__name", "grade", "unit__name", "basis")
    ordering = ("unit__path", "kind__position", "grade", "-first_day", "pk")
    autocomplete_fields = ("unit", "kind")
    filter_horizontal = ("posts",)
    entered = ("unit", "kind", "grade", "posts", "at_least", "basis", "first_day", "last_day")
    fields = entered

    def rows(self, queryset, scope):
        queryset = queryset.select_related("kind", "unit", "unit__bureau")
        if scope.allows(Act.MANAGE_TOP_UNITS):
            return queryset.filter(unit__bureau__isnull=True)
        return scope.limit(queryset, Act.MANAGE_PEOPLE)

    def may_change(self, scope, obj):
        if scope.allows(Act.MANAGE_TOP_UNITS):
            return obj.unit.bureau_id is None
        return scope.may(Act.MANAGE_PEOPLE, obj)

    def save_model(self, request, obj, form, change):
        given = form.cleaned_data
        draft = StaffingDraft(
            **{name: given[name] for name in self.entered if name != "posts"},
            posts=list(given["posts"]),
        )
        with beside("kind"):
            if change:
                edit_staffing_rule(rule_id=obj.pk, draft=draft, **acting(request))
            else:
                obj.pk = set_staffing_rule(draft, **acting(request)).pk
        obj._state.adding = False
