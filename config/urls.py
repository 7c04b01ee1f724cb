"""The doors of the house: coming in, the admin, and everything else in reports.urls."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from reports.views.account import Login, PasswordChange, admin_login
from reports.views.health import deep
from reports.views.kept_form import KeptForm
from reports.views.language import set_language
from reports.views.second_factor import LoginCode, SecondFactor
from reports.views.sign_on import SignOnDoor

handler500 = "reports.views.availability.error_page"
urlpatterns = [
    path("healthz", deep, name="healthz-deep"),
    path("language/", set_language, name="set-language"),
    path("login/", Login.as_view(), name="login"),
    path("login/code/", LoginCode.as_view(), name="login-code"),
    path("login/sign-on/", SignOnDoor.as_view(), name="sign-on"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/kept/", KeptForm.as_view(), name="kept-form"),
    path("account/password/", PasswordChange.as_view(), name="password-change"),
    path("account/second-factor/", SecondFactor.as_view(), name="second-factor"),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("", include("reports.urls")),
]
