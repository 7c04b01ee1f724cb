from axes.utils import reset as unlock
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from reports.actions.access import (
    create_login,
    grant_membership,
    set_login_active,
    set_login_terms,
    withdraw_membership,
)
from reports.actions.accounts import reset_password
from reports.actions.refusals import Refused
from reports.actions.second_factor import LONGEST_REASON, disable_second_factor
from reports.domain.access import Act, Role
from reports.forms.base import day_field
from reports.models import Account, Membership
from reports.models.choices import day_label
from reports.selectors.accounts import unused_logins

from .base import LedgerAdmin, LedgerForm, acting, acting_today, beside, request_scope

admin.site.unregister([User, Group])
# Keys and backup codes are nobody's to read; what may be done with them is done below.
admin.site.unregister([TOTPDevice, StaticDevice])

TERMS = ("expires_on", "certificate_name")


class UserForm(LedgerForm):
    """A login with the terms of its account."""

    expires_on = day_field(
        label=_("有效期至"),
        required=False,
        help_text=Account._meta.get_field("expires_on").help_text,
    )
    certificate_name = forms.CharField(
        label=_("证书名称"),
        max_length=200,
        required=False,
        help_text=Account._meta.get_field("certificate_name").help_text,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        account = getattr(self.instance, "account", None) if self.instance.pk else None
        for name in TERMS:
            if name in self.fields:
                self.initial[name] = getattr(account, name, None)


class ReasonForm(forms.Form):
    because = forms.CharField(label=_("停用原因"), max_length=LONGEST_REASON)


class UnusedFilter(admin.SimpleListFilter):
    title = _("使用情况")
    parameter_name = "unused"

    def lookups(self, request, model_admin):
        return [("90", _("长期未用（90天未登录）"))]

    def queryset(self, request, queryset):
        if self.value() != "90":
            return queryset
        return unused_logins(queryset, at=timezone.now(), today=timezone.localdate())


@admin.register(User)
class UserAdmin(LedgerAdmin):
    """Logins, made and closed by the system administrator; roles are granted elsewhere."""

    reads = (Act.MANAGE_MEMBERSHIPS, Act.MANAGE_PEOPLE)
    writes = (Act.MANAGE_ACCOUNTS,)
    form = UserForm
    list_display = (
        "username",
        "first_name",
        "of_person",
        "is_active",
        "expires_on",
        "second_factor",
        "came_last",
        "made_on",
    )
    list_filter = (UnusedFilter, "is_active")
    actions = ("close",)
    search_fields = ("username", "first_name", "person__name", "person__initials")
    ordering = ("username",)
    change_form_template = "admin/auth/user/change_form.html"

    @admin.display(description=_("人员"))
    def of_person(self, obj):
        person = getattr(obj, "person", None)
        return self.choice_words(person) if person else self.get_empty_value_display()

    @admin.display(description=_("有效期至"), ordering="account__expires_on")
    def expires_on(self, obj):
        account = getattr(obj, "account", None)
        if account is None or account.expires_on is None:
            return self.get_empty_value_display()
        return day_label(account.expires_on)

    @admin.display(description=_("双因素认证"), ordering="account__second_factor_since")
    def second_factor(self, obj):
        return _("已启用") if self.has_second_factor(obj) else self.get_empty_value_display()

    def has_second_factor(self, obj):
        account = getattr(obj, "account", None)
        return account is not None and account.second_factor_since is not None

    @admin.display(description=_("上次登录"), ordering="last_login")
    def came_last(self, obj):
        return obj.last_login and timezone.localdate(obj.last_login).isoformat()

    @admin.display(description=_("建立日期"), ordering="date_joined")
    def made_on(self, obj):
        return timezone.localdate(obj.date_joined).isoformat()

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
        # Who may only look sees what is shown; the words of a certificate are not for everybody.
        changes = self.has_change_permission(request, obj)
        terms = TERMS if changes else ("expires_on",)
        return (
            "username",
            "first_name",
            "of_person",
            "is_active",
            *terms,
            "second_factor",
            "last_login",
            "date_joined",
        )

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return ()
        return ("username", "of_person", "second_factor", "last_login", "date_joined")

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["may_take_second_factor"] = (
            obj is not None
            and self.has_second_factor(obj)
            and request_scope(request).allows(Act.SET_SECURITY)
        )
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def has_close_permission(self, request):
        return self.has_add_permission(request)

    @admin.action(description=_("停用所选账号"), permissions=["close"])
    def close(self, request, queryset):
        done = 0
        for user in queryset.filter(is_active=True):
            try:
                set_login_active(
                    user=user, active=False, by=request.user, today=timezone.localdate()
                )
            except Refused as refusal:
                self.message_user(request, f"{user}：{refusal}", messages.WARNING)
            else:
                done += 1
                self.log_change(request, user, str(_("停用")))
        if done:
            self.message_user(
                request, _("已停用%(count)s个账号。") % {"count": done}, messages.SUCCESS
            )

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
        if set(TERMS) & set(form.changed_data):
            given = {name: form.cleaned_data[name] for name in TERMS}
            with beside("certificate_name" if "expires_on" not in form.changed_data else TERMS[0]):
                set_login_terms(user=obj, **given, **acting_today(request))
        if "first_name" in form.changed_data:
            obj.save(update_fields=["first_name"])

    def response_add(self, request, obj, post_url_continue=None):
        return self.password_page(request, obj, request.new_login)

    def get_urls(self):
        reset = self.admin_site.admin_view(self.reset_view)
        second = self.admin_site.admin_view(self.second_factor_view)
        return [
            path("<path:object_id>/reset/", reset, name="auth_user_reset"),
            path("<path:object_id>/second-factor/", second, name="auth_user_second_factor"),
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
            login = reset_password(user=user, at=timezone.now())
            unlock(username=user.get_username())
            self.log_change(request, user, [{"changed": {"fields": [str(_("密码"))]}}])
            return self.password_page(request, user, login)
        return self.page(request, user, "admin/auth/user/reset.html", title=_("重置密码"))

    @method_decorator(never_cache)
    def second_factor_view(self, request, object_id):
        """Taking away a second factor, by the security administrator, with the reason."""
        user = self.get_object(request, object_id)
        if user is None:
            raise Http404
        if not request_scope(request).allows(Act.SET_SECURITY):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                disable_second_factor(
                    user=user, because=form.cleaned_data["because"], **acting(request)
                )
            except Refused as refusal:
                form.add_error(None, refusal.reasons)
            else:
                because = form.cleaned_data["because"]
                said = _("停用双因素认证：%(because)s") % {"because": because}
                self.log_change(request, user, str(said))
                self.message_user(request, _("已停用该账号的双因素认证。"), messages.SUCCESS)
                return redirect("admin:auth_user_change", user.pk)
        template = "admin/auth/user/second_factor.html"
        return self.page(request, user, template, title=_("停用双因素认证"), form=form)

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
