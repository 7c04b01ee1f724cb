"""Coming in through a proxy: who is believed, who is nobody, when it ends."""

import logging
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from reports.actions.second_factor import begin_second_factor
from reports.domain.access import Role
from reports.domain.sign_on import CertificateName, SignOn, proxies_named
from reports.models import Account, SecuritySettings
from reports.views.middleware import client_address
from tests.factories import NOON, CityFactory, MembershipFactory

PROXY = "10.0.0.7"
PASSWORD = "long-enough-7391-A"
PAGE = "/account/password/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    user = User.objects.create_user("zhang", password=PASSWORD)
    Account.objects.create(user=user, must_change_password=False, certificate_name="张三 030012")
    return user


@pytest.fixture
def by_header(settings):
    settings.SSO_MODE = SignOn.PROXY_HEADER
    settings.TRUSTED_PROXIES = proxies_named([PROXY, "unix"])


@pytest.fixture
def by_certificate(settings):
    settings.SSO_MODE = SignOn.CLIENT_CERTIFICATE
    settings.TRUSTED_PROXIES = proxies_named([PROXY])


def visitor(name="zhang", peer=PROXY, **meta):
    """A browser behind a proxy that says who it is."""
    return Client(REMOTE_ADDR=peer, HTTP_X_REMOTE_USER=name, **meta)


def holder(subject="CN=张三 030012,O=市局,C=CN", verify="SUCCESS", peer=PROXY):
    """A browser whose certificate the proxy has looked at."""
    return Client(
        REMOTE_ADDR=peer,
        HTTP_X_SSL_CLIENT_VERIFY=verify,
        HTTP_X_SSL_CLIENT_S_DN=subject.encode().decode("latin-1"),
    )


def come_in(client, **data):
    return client.post("/login/sign-on/", data)


def logged_in(client) -> bool:
    return client.get(PAGE).status_code == 200


# ── Whom to believe ──────────────────────────────────────────────────────────────────────────


def test_a_named_proxy_is_believed(user, by_header):
    client = visitor()

    assert "统一认证已确认您是“zhang”" in client.get("/login/").text
    assert come_in(client, next=PAGE)["Location"] == PAGE
    assert logged_in(client)


def test_a_proxy_at_a_socket_file_is_believed_by_its_name(user, by_header, settings):
    client = visitor(peer="")
    assert come_in(client).status_code == 302

    settings.TRUSTED_PROXIES = proxies_named([PROXY])

    assert come_in(visitor(peer="")).status_code == 403


@pytest.mark.parametrize(
    "told", [{}, {"HTTP_X_FORWARDED_FOR": PROXY}, {"HTTP_X_REAL_IP": PROXY}, {"HTTP_VIA": PROXY}]
)
def test_the_header_of_a_stranger_is_ignored_and_noted(user, by_header, settings, caplog, told):
    settings.BEHIND_PROXY = True
    client = visitor(peer="10.0.0.8", **told)

    with caplog.at_level(logging.WARNING, "reports.views.middleware"):
        page = client.get("/login/")

    assert "统一认证" not in page.text
    assert caplog.messages == ["sign-on header from '10.0.0.8', which is no named proxy: ignored"]
    assert come_in(client).status_code == 403
    assert not logged_in(client)


def test_nobody_is_let_in_by_reading_a_page(user, by_header):
    client = visitor()

    client.get("/")
    client.get("/login/")

    assert not logged_in(client)


def test_a_form_of_another_site_lets_nobody_in(user, by_header):
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=PROXY, HTTP_X_REMOTE_USER="zhang")

    assert come_in(client).status_code == 403
    assert not logged_in(client)


def test_the_button_never_leads_to_another_site(user, by_header):
    assert come_in(visitor(), next="https://example.com/")["Location"] == "/"


def test_off_means_off(user, settings):
    settings.TRUSTED_PROXIES = proxies_named([PROXY])
    client = visitor()

    assert "统一认证" not in client.get("/login/").text
    assert come_in(client).status_code == 403


# ── Who is nobody ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["nobody", "ZHANG", "zhang,zhang", "zhang, li", "", " "])
def test_an_unknown_name_makes_no_login(user, by_header, name):
    client = visitor(name)

    assert come_in(client).status_code == 403
    assert not logged_in(client)
    assert User.objects.count() == 1


@pytest.mark.parametrize("what", ["expired", "closed"])
def test_a_login_that_cannot_be_used_is_refused_like_an_unknown_one(user, by_header, what):
    user.account.expires_on = date(2026, 6, 9) if what == "expired" else None
    user.account.save()
    user.is_active = what != "closed"
    user.save()

    mine, unknown = come_in(visitor()), come_in(visitor("nobody"))

    assert mine.status_code == unknown.status_code == 403
    assert "“zhang”在本系统没有可用的账号" in mine.text
    assert "“nobody”在本系统没有可用的账号" in unknown.text


def test_another_header_is_no_login(user, by_header, settings):
    settings.SSO_HEADER = "X-Police-Number"

    assert come_in(visitor()).status_code == 403
    client = Client(REMOTE_ADDR=PROXY, HTTP_X_POLICE_NUMBER="zhang")
    assert come_in(client).status_code == 302


# ── How it ends ──────────────────────────────────────────────────────────────────────────────


def test_a_session_ends_when_the_proxy_names_somebody_else(user, by_header):
    client = visitor()
    come_in(client)

    assert client.get(PAGE, headers={"x-remote-user": "li"}).status_code == 302
    assert not logged_in(client)


def test_a_session_ends_when_the_proxy_names_nobody(user, by_header):
    client = visitor()
    come_in(client)
    bare = Client(REMOTE_ADDR=PROXY)
    bare.cookies = client.cookies

    assert not logged_in(bare)
    assert not logged_in(client)


def test_a_session_ends_with_the_login(user, by_header, the_day):
    client = visitor()
    come_in(client)
    user.account.expires_on = date(2026, 6, 10)
    user.account.save()
    assert logged_in(client)

    the_day.shift(timedelta(hours=12))

    assert not logged_in(client)


def test_a_session_of_a_password_does_not_mind(user, by_header):
    client = Client(REMOTE_ADDR=PROXY)
    client.post("/login/", {"username": "zhang", "password": PASSWORD})

    assert client.get(PAGE, headers={"x-remote-user": "li"}).status_code == 200


def test_logout_stays_out(user, by_header):
    client = visitor()
    come_in(client)

    client.post("/logout/")

    assert not logged_in(client)


# ── Beside it ────────────────────────────────────────────────────────────────────────────────


def test_the_password_may_be_no_way_in(user, by_header, settings):
    settings.SSO_PASSWORD_LOGIN = False
    client = Client(REMOTE_ADDR=PROXY)

    assert 'name="password"' not in client.get("/login/").text
    response = client.post("/login/", {"username": "zhang", "password": PASSWORD})
    assert response.status_code == 403
    assert not logged_in(client)


def test_who_came_in_without_a_password_need_not_change_one(user, by_header):
    user.account.must_change_password = True
    user.account.save()
    client = visitor()
    come_in(client)

    assert client.get("/todo/").status_code == 403


def test_addresses_told_by_others_than_the_named_proxies_are_nothing(rf, settings):
    settings.BEHIND_PROXY = True
    told = {"HTTP_X_FORWARDED_FOR": "10.9.9.9"}
    requests = [rf.get("/", REMOTE_ADDR=peer, **told) for peer in (PROXY, "10.0.0.8")]
    assert [client_address(each) for each in requests] == ["10.9.9.9", "10.9.9.9"]

    settings.TRUSTED_PROXIES = proxies_named([PROXY])

    assert [client_address(each) for each in requests] == ["10.9.9.9", "10.0.0.8"]


def with_second_factor(user):
    device = begin_second_factor(user=user)
    device.confirmed = True
    device.save()
    user.account.second_factor_since = NOON
    user.account.save()


def test_a_header_asks_for_the_code_a_certificate_does_not(user, by_header, settings):
    with_second_factor(user)
    assert come_in(visitor())["Location"] == "/login/code/"

    settings.SSO_MODE = SignOn.CLIENT_CERTIFICATE
    client = holder()

    assert come_in(client)["Location"] == "/"
    assert logged_in(client)


def test_who_must_have_a_second_factor_has_one_in_the_certificate(user, by_certificate):
    SecuritySettings.objects.create(second_factor_roles=[Role.SYSTEM_ADMIN.value])
    MembershipFactory(user=user, unit=CityFactory(), role=Role.SYSTEM_ADMIN.value)
    client = holder()
    come_in(client)

    assert client.get("/admin/").status_code == 200


# ── Certificates ─────────────────────────────────────────────────────────────────────────────


def test_a_verified_certificate_of_a_known_name_opens(user, by_certificate):
    client = holder()

    assert "统一认证已确认您是“张三 030012”" in client.get("/login/").text
    assert come_in(client).status_code == 302
    assert logged_in(client)


@pytest.mark.parametrize("verify", ["NONE", "FAILED:certificate has expired", ""])
def test_a_certificate_that_was_not_verified_opens_nothing(user, by_certificate, verify):
    client = holder(verify=verify)

    assert come_in(client).status_code == 403
    assert not logged_in(client)


@pytest.mark.parametrize(
    "subject", ["CN=李四,C=CN", "CN=zhang,C=CN", "CN=李四,C=CN,CN=张三 030012", "C=CN"]
)
def test_a_certificate_of_nobody_opens_nothing(user, by_certificate, subject):
    assert come_in(holder(subject)).status_code == 403
    assert User.objects.count() == 1


def test_a_certificate_from_a_stranger_opens_nothing(user, by_certificate):
    assert come_in(holder(peer="10.0.0.8")).status_code == 403


def test_a_certificate_goes_by_its_serial_number_where_that_is_chosen(
    user, by_certificate, settings
):
    settings.SSO_CERTIFICATE_NAME = CertificateName.SERIAL_NUMBER
    user.account.certificate_name = "030012"
    user.account.save()

    assert come_in(holder("CN=张三,serialNumber=030012,C=CN")).status_code == 302


def test_an_empty_certificate_name_is_nobody_s(user, by_certificate):
    user.account.certificate_name = ""
    user.account.save()

    assert come_in(holder("CN=,C=CN")).status_code == 403
