"""Attacks the doors: forged requests, foreign hosts, ways out to other sites, frames, cookies."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.html import escape

from reports.domain.access import Role
from tests.attack.robot import body, url_of
from tests.factories import UnitFactory, UserFactory, member
from tests.views.test_matrix import LEGAL, MATRIX

pytestmark = pytest.mark.django_db
UNSAFE = ("post", "put", "patch", "delete")
AWAY = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "///evil.example",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    " //evil.example",
    "/\t/evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "data:text/html,x",
    "\x00//evil.example",
)


def every_view(patterns, above=""):
    for entry in patterns:
        if hasattr(entry, "url_patterns"):
            yield from every_view(entry.url_patterns, f"{above}{entry.pattern}")
        else:
            yield f"{above}{entry.pattern}", entry.callback


def test_no_view_waives_the_token():
    waived = [
        path for path, view in every_view(get_resolver().url_patterns)
        if getattr(view, "csrf_exempt", False)
    ]  # fmt: skip

    assert waived == []


def test_every_address_refuses_what_comes_without_a_token(world, caplog):
    caplog.set_level("CRITICAL", "django")
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.logins[LEGAL], backend="reports.views.backend.LedgerBackend")
    addresses = [url_of(name, world.places["own"]) for name in MATRIX]
    addresses += [reverse(name) for name in ("login", "logout", "set-language", "password-change")]
    addresses += [
        reverse(f"admin:{stored._meta.app_label}_{stored._meta.model_name}_{page}")
        for stored in admin.site._registry
        for page in ("add", "changelist")
    ]
    client.cookies["csrftoken"] = "x" * 32
    let_in = []

    for address in addresses:
        for method in UNSAFE if address == addresses[0] else UNSAFE[:1]:
            answer = getattr(client, method)(address, headers={"Referer": "https://evil.example/"})
            if (answer.status_code, "CSRF" in answer.reason_phrase) != (403, False) or (
                b"csrf" not in answer.content.lower() and "页面已过期" not in answer.text
            ):
                let_in.append((method, address, answer.status_code))

    assert len(addresses) > 280
    assert let_in == []


@pytest.mark.parametrize("away", AWAY)
def test_no_page_leads_to_another_site(away):
    user = member(Role.CLERK, UnitFactory())
    user.set_password("Kp7-something-long")
    user.save()
    stranger, client = Client(), Client()
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    login = {"username": user.username, "password": "Kp7-something-long"}
    answers = {
        "login": stranger.post("/login/", login | {"next": away}),
        "login, in the address": Client().post("/login/", login, query_params={"next": away}),
        "already in": client.get("/login/", {"next": away}),
        "language": client.post("/language/", {"language": "en", "next": away}),
        "language, by referrer": client.post(
            "/language/", headers={"Referer": away.strip("\x00\n")}
        ),
        "admin": Client().get("/admin/login/", {"next": away}),
        "out": client.post("/logout/", {"next": away}),
    }

    leads = {
        name: answer.headers["Location"]
        for name, answer in answers.items()
        if answer.status_code in (301, 302)
        and not answer.headers["Location"].startswith(("/?", "/login/"))
        and answer.headers["Location"] not in ("/", "/todo/")
    }
    assert {answer.status_code for answer in answers.values()} <= {200, 302, 400}
    assert leads == {}


def test_ticking_off_leads_to_no_other_site(world):
    client = Client()
    client.force_login(world.logins[LEGAL], backend="reports.views.backend.LedgerBackend")
    address = url_of("report-call-tick", world.places["own"])

    leads = {client.post(address, {"back": away}).headers["Location"] for away in AWAY}

    page = url_of("honour-edit", world.places["own"])
    links = {
        away
        for away in AWAY
        for part in ("href", "action")
        if f'{part}="{escape(away)}"' in client.get(page, {"next": away}).text
    }
    assert leads == {url_of("report-call-detail", world.places["own"])}
    assert links == set()


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "x y", ""]
)
def test_a_foreign_host_is_refused(client, host, caplog):
    caplog.set_level("CRITICAL", "django")
    UserFactory()  # an empty ledger leads everybody to its first page

    answer = (
        client.get("/login/", headers={"Host": host})
        if host
        else client.get("/login/", SERVER_NAME="")
    )
    forwarded = client.get("/login/", headers={"X-Forwarded-Host": "evil.example"})

    assert answer.status_code == 400
    assert forwarded.status_code == 200
    assert b"evil.example" not in forwarded.content


def test_what_every_answer_says_to_the_browser(world):
    client = Client()
    client.force_login(world.logins[LEGAL], backend="reports.views.backend.LedgerBackend")
    wrong = {}

    for name in (
        "todo",
        "meeting-list",
        "evidence-file",
        "report-detail",
        "job-list",
        "calendar-ics",
    ):
        answer = client.get(url_of(name, world.places["own"]))
        body(answer)
        said = answer.headers
        if (
            said.get("X-Frame-Options") != "SAMEORIGIN"
            or said.get("X-Content-Type-Options") != "nosniff"
            or said.get("Referrer-Policy") != "same-origin"
            or said.get("Cross-Origin-Opener-Policy") != "same-origin"
            or "default-src" not in said.get("Content-Security-Policy", "")
            or "unsafe" in said.get("Content-Security-Policy", "")
        ):
            wrong[name] = dict(said)

    assert wrong == {}
    assert Client().get("/login/").headers["X-Frame-Options"] == "SAMEORIGIN"


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    user = member(Role.CLERK, UnitFactory())
    user.set_password("Kp7-something-long")
    user.save()
    client = Client()

    page = client.get("/login/")
    answer = client.post("/login/", {"username": user.username, "password": "Kp7-something-long"})

    cookies = {**page.cookies, **answer.cookies}
    flags = {
        name: (bool(cookie["httponly"]), bool(cookie["secure"]), cookie["samesite"])
        for name, cookie in cookies.items()
        if cookie.value
    }
    assert flags == {
        "csrftoken": (True, True, "Lax"),
        "sessionid": (True, True, "Lax"),
    }
