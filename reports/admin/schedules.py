import re

from django.contrib import admin
from django.forms import (
    BaseInlineFormSet,
    CharField,
    CheckboxSelectMultiple,
    MultipleChoiceField,
    TypedMultipleChoiceField,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.actions.schedules import (
    ScheduleDraft,
    VersionDraft,
    create_schedules,
    end_schedule,
    replan_schedules,
    set_version,
    set_year_start,
)
from reports.domain.access import Act
from reports.domain.periods import Cadence
from reports.forms.schedules import PLAIN
from reports.models import Schedule, ScheduleSet, ScheduleVersion
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    PERSON_KIND_LABELS,
    EvidenceKind,
    OwedBy,
    labelled,
    listed,
    month_label,
)

from .base import LedgerAdmin, LedgerForm, ReadOnlyInline, ScopedChoices, acting, beside


class ScheduleInline(ReadOnlyInline):
    model = Schedule
    fields = ("name", "words", "of_first_person", "ended_on", "position")
    ordering = ("position", "pk")


@admin.register(ScheduleSet)
class ScheduleSetAdmin(LedgerAdmin):
    writes = (Act.SET_SCHEDULE,)
    list_display = ("name", "unit", "year_start_month", "year_start_day", "position")
    search_fields = ("name", "unit__name")
    ordering = ("unit__path", "position", "pk")
    autocomplete_fields = ("unit",)
    fields = ("unit", "name", "year_start_month", "year_start_day", "position")
    inlines = (ScheduleInline,)

    def rows(self, queryset, scope):
        return scope.limit(queryset.select_related("unit", "unit__bureau"), Act.SET_SCHEDULE)

    def may_change(self, scope, obj):
        return scope.may(Act.SET_SCHEDULE, obj)

    def choice_label(self, obj):
        return f"{obj.unit.label} · {obj.name}"

    def get_readonly_fields(self, request, obj=None):
        return ("unit",) if obj else ()

    def get_inlines(self, request, obj):
        return self.inlines if obj is not None else ()

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and {"year_start_month", "year_start_day"} & set(form.changed_data):
            with beside("year_start_month"):
                set_year_start(
                    of=obj,
                    month=obj.year_start_month,
                    day=obj.year_start_day,
                    today=timezone.localdate(),
                )


class VersionForm(LedgerForm):
    expected_evidence = MultipleChoiceField(
        label=_("应有材料"),
        choices=labelled(EVIDENCE_KIND_LABELS),
        required=False,
        widget=CheckboxSelectMultiple,
    )
    months = TypedMultipleChoiceField(
        label=_("限定月份"),
        choices=lambda: [(n, month_label(n)) for n in range(1, 13)],
        coerce=int,
        required=False,
        widget=CheckboxSelectMultiple,
    )
    roster_kinds = MultipleChoiceField(
        label=_("在册人员类别"),
        choices=labelled(PERSON_KIND_LABELS),
        required=False,
        widget=CheckboxSelectMultiple,
    )
    owing_grades = CharField(
        label=_("应落实的单位等级"), required=False, help_text=_("多个用顿号分开，如：一类、二类。")
    )

    def clean_owing_grades(self):
        parts = re.split(r"[、,，\s]+", self.cleaned_data["owing_grades"])
        return [part for part in parts if part]


class VersionFormSet(BaseInlineFormSet):
    """A schedule begins with one rule; later ones are added, none is changed here."""

    def drafts(self):
        return [
            draft_of(form.cleaned_data)
            for form in self.extra_forms
            if form.has_changed() and form.is_valid()
        ]


def draft_of(given) -> VersionDraft:
    """The rule as entered in the form, as the action wants it."""
    foreign = ("meeting_kind", "agenda_kind", "body", "presided_by", "deputy", "owing_post")
    lists = ("months", "owing_grades", "roster_kinds")
    return VersionDraft(
        **{name: given[name] for name in PLAIN},
        **{name: tuple(given[name]) for name in lists},
        **{f"{name}_id": given[name].pk if given[name] else None for name in foreign},
        cadence=Cadence(given["cadence"]),
        owed_by=OwedBy(given["owed_by"]),
        owing_kinds=tuple(given["owing_kinds"]),
        expected_evidence=tuple(given["expected_evidence"]),
    )


class RulesSoFar(ReadOnlyInline, admin.StackedInline):
    """The rules that hold or held: past dues keep the one they were judged by."""

    model = ScheduleVersion
    template = admin.StackedInline.template
    verbose_name_plural = _("现行和以往的规则")
    show_change_link = False
    ordering = ("-first_day",)
    fields = (
        ("first_day", "cadence", "every", "at_least", "at_most"),
        ("counted_in", "min_minutes", "usual"),
        ("months", "parity"),
        ("window", "window_days", "window_month", "window_day"),
        ("meeting_kind", "agenda_kind"),
        ("body", "presided_by", "deputy"),
        ("legal_must_sit_in", "legal_on_law_items"),
        ("owed_by", "owing_kinds", "owing_grades"),
        ("owing_post", "roster_kinds"),
        ("recording_days", "make_up", "make_up_days", "counts_twice"),
        "expected",
        ("legal_basis", "asked_by"),
    )
    readonly_fields = ("expected",)

    @admin.display(description=_("应有材料"))
    def expected(self, obj):
        words = (EVIDENCE_KIND_LABELS[EvidenceKind(kind)] for kind in obj.expected_evidence)
        return listed(words) or None

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "schedule",
            "meeting_kind",
            "agenda_kind",
            "body",
            "presided_by",
            "deputy",
            "owing_post",
        ).prefetch_related("owing_kinds")


class VersionInline(ScopedChoices, admin.StackedInline):
    """A rule from a day on; with a schedule that exists already, a change of its rule."""

    model = ScheduleVersion
    form = VersionForm
    formset = VersionFormSet
    verbose_name = verbose_name_plural = _("新规则")
    can_delete = False
    autocomplete_fields = (
        "meeting_kind",
        "agenda_kind",
        "body",
        "presided_by",
        "deputy",
        "owing_post",
    )
    fields = (
        ("first_day", "cadence", "every", "at_least", "at_most"),
        ("counted_in", "min_minutes", "usual"),
        ("months", "parity"),
        ("window", "window_days", "window_month", "window_day"),
        ("meeting_kind", "agenda_kind"),
        ("body", "presided_by", "deputy"),
        ("legal_must_sit_in", "legal_on_law_items"),
        ("owed_by", "owing_kinds", "owing_grades"),
        ("owing_post", "roster_kinds"),
        ("recording_days", "make_up", "make_up_days", "counts_twice"),
        "expected_evidence",
        ("legal_basis", "asked_by"),
    )

    def get_extra(self, request, obj=None, **kwargs):
        return 0

    def get_min_num(self, request, obj=None, **kwargs):
        return 0 if obj else 1

    def get_max_num(self, request, obj=None, **kwargs):
        return 1

    def has_view_permission(self, request, obj=None):
        return False

    def has_add_permission(self, request, obj=None):
        return True

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Schedule)
class ScheduleAdmin(LedgerAdmin):
    writes = (Act.SET_SCHEDULE,)
    list_display = ("name", "set", "unit", "words", "of_first_person", "ended_on", "position")
    list_filter = ("words", "of_first_person", ("ended_on", admin.EmptyFieldListFilter))
    search_fields = ("name", "set__name", "set__unit__name")
    ordering = ("set__unit__path", "set__position", "position", "pk")
    autocomplete_fields = ("set",)
    fields = ("set", "name", "words", "of_first_person", "ended_on", "position")
    inlines = (RulesSoFar, VersionInline)

    def get_inlines(self, request, obj):
        return self.inlines if obj is not None else (VersionInline,)

    @admin.display(description=_("单位"), ordering="set__unit__path")
    def unit(self, obj):
        return obj.set.unit

    def rows(self, queryset, scope):
        related = queryset.select_related("set", "set__unit", "set__unit__bureau")
        return scope.limit(related, Act.SET_SCHEDULE)

    def may_change(self, scope, obj):
        return scope.may(Act.SET_SCHEDULE, obj)

    def get_fields(self, request, obj=None):
        return [name for name in self.fields if obj is not None or name != "ended_on"]

    def get_readonly_fields(self, request, obj=None):
        return ("set",) if obj else ()

    def save_model(self, request, obj, form, change):
        """A new schedule is made along with its first rule, in ``save_related``."""
        if not change:
            return
        if {"name", "words", "of_first_person", "position"} & set(form.changed_data):
            super().save_model(request, obj, form, change)
        if "ended_on" in form.changed_data:
            with beside("ended_on"):
                end_schedule(schedule=obj, ended_on=obj.ended_on, today=timezone.localdate())

    def save_related(self, request, form, formsets, change):
        today = timezone.localdate()
        drafts = [
            draft
            for formset in formsets
            if isinstance(formset, VersionFormSet)
            for draft in formset.drafts()
        ]
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if change:
            for draft in sorted(drafts, key=lambda draft: draft.first_day):
                set_version(schedule=form.instance, draft=draft, today=today)
            return
        given = form.cleaned_data
        plain = ("set", "name", "words", "of_first_person", "position")
        draft = ScheduleDraft(version=drafts[0], **{name: given[name] for name in plain})
        (schedule,) = create_schedules([draft], **acting(request))
        form.instance.pk = schedule.pk
        form.instance._state.adding = False
        replan_schedules([schedule.pk], today=today)
