"""The doors of the house: coming in, the admin, and everything else in reports.urls."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from reports.views.account import Login, PasswordChange, admin_login
from reports.views.language import set_language

urlpatterns = [
    path("language/", set_language, name="set-language"),
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/password/", PasswordChange.as_view(), name="password-change"),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("", include("reports.urls")),
]
