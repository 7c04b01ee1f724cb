from axes.utils import reset as unlock
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from reports.actions.access import (
    create_login,
    grant_membership,
    set_login_active,
    withdraw_membership,
)
from reports.actions.accounts import reset_password
from reports.actions.refusals import Refused
from reports.domain.access import Act, Role
from reports.models import Membership

from .base import LedgerAdmin, acting_today, beside

admin.site.unregister([User, Group])


@admin.register(User)
class UserAdmin(LedgerAdmin):
    """Logins, made and closed by the system administrator; roles are granted elsewhere."""

    reads = (Act.MANAGE_MEMBERSHIPS, Act.MANAGE_PEOPLE)
    writes = (Act.MANAGE_ACCOUNTS,)
    list_display = ("username", "first_name", "of_person", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "person__name", "person__initials")
    ordering = ("username",)
    change_form_template = "admin/auth/user/change_form.html"

    @admin.display(description=_("人员"))
    def of_person(self, obj):
        person = getattr(obj, "person", None)
        return self.choice_words(person) if person else None

    def choice_words(self, person):
        return f"{person.name}（{person.unit.name}）"

    def choice_label(self, obj):
        return f"{obj.username} {obj.first_name}".strip()

    def rows(self, queryset, scope):
        queryset = queryset.select_related("person", "person__unit", "account")
        if scope.allows(Act.MANAGE_ACCOUNTS) or scope.allows(Act.MANAGE_MEMBERSHIPS):
            return queryset
        units = scope.units(Act.MANAGE_PEOPLE).values("pk")
        return queryset.filter(pk__in=Membership.objects.filter(unit__in=units).values("user_id"))

    def get_fields(self, request, obj=None):
        if obj is None:
            return ("username", "first_name")
        return ("username", "first_name", "of_person", "is_active", "last_login", "date_joined")

    def get_readonly_fields(self, request, obj=None):
        return ("username", "of_person", "last_login", "date_joined") if obj else ()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "first_name":
            field.label = _("姓名或说明")
        if db_field.name == "is_active":
            field.help_text = _("停用后不能登录；其记录保留。")
        return field

    def save_model(self, request, obj, form, change):
        if not change:
            with beside("username"):
                request.new_login = create_login(
                    username=obj.username, name=obj.first_name, by=request.user
                )
            obj.pk = User.objects.get(username=request.new_login.username).pk
            obj._state.adding = False
            return
        if "is_active" in form.changed_data:
            with beside("is_active"):
                set_login_active(
                    user=obj, active=obj.is_active, by=request.user, today=timezone.localdate()
                )
        if "first_name" in form.changed_data:
            obj.save(update_fields=["first_name"])

    def response_add(self, request, obj, post_url_continue=None):
        return self.password_page(request, obj, request.new_login)

    def get_urls(self):
        reset = self.admin_site.admin_view(self.reset_view)
        return [
            path("<path:object_id>/reset/", reset, name="auth_user_reset"),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def reset_view(self, request, object_id):
        """A new password for somebody who forgot theirs, shown once; a lock-out ends with it."""
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        if request.method == "POST":
            login = reset_password(user=user)
            unlock(username=user.get_username())
            self.log_change(request, user, [{"changed": {"fields": [str(_("密码"))]}}])
            return self.password_page(request, user, login)
        return self.page(request, user, "admin/auth/user/reset.html", title=_("重置密码"))

    def password_page(self, request, user, login):
        """The password, this once; kept by no browser and no log."""
        response = self.page(
            request, user, "admin/auth/user/password.html", title=_("新密码"), login=login
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def page(self, request, user, template, **context):
        each = self.admin_site.each_context(request)
        return TemplateResponse(
            request, template, {**each, "opts": self.opts, "original": user, **context}
        )


@admin.register(Membership)
class MembershipAdmin(LedgerAdmin):
    """Who may do what where: granted and withdrawn, never altered."""

    writes = (Act.MANAGE_MEMBERSHIPS,)
    list_display = ("user", "role", "unit", "bureau", "first_day", "last_day")
    list_select_related = ("user", "unit", "unit__bureau")
    list_filter = ("role", ("last_day", admin.EmptyFieldListFilter))
    search_fields = ("user__username", "user__first_name", "unit__name", "unit__initials")
    ordering = ("user__username", "pk")
    autocomplete_fields = ("user", "unit")
    fields = ("user", "unit", "role", "first_day", "last_day")
    actions = ("withdraw",)

    @admin.display(description=_("所属分局"))
    def bureau(self, obj):
        return obj.unit.bureau

    def has_change_permission(self, request, obj=None):
        return False

    def has_withdraw_permission(self, request):
        return self.has_add_permission(request)

    def save_model(self, request, obj, form, change):
        given = dict(form.cleaned_data)
        with beside("role"):
            row = grant_membership(
                **{**given, "role": Role(given["role"])}, **acting_today(request)
            )
        obj.pk = row.pk
        obj._state.adding = False

    @admin.action(description=_("撤销所选权限"), permissions=["withdraw"])
    def withdraw(self, request, queryset):
        done = 0
        for row in queryset:
            try:
                withdraw_membership(membership=row, **acting_today(request))
            except Refused as refusal:
                self.message_user(request, f"{row}：{refusal}", messages.WARNING)
            else:
                done += 1
                self.log_change(request, row, str(_("撤销")))
        if done:
            self.message_user(
                request, _("已撤销%(count)s项权限。") % {"count": done}, messages.SUCCESS
            )
