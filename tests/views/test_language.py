"""Chinese, unless the cookie says English or the browser puts English first."""

import pytest

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def begun():
    """A ledger without any login has no login page."""
    UserFactory()


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("en-US,en;q=0.9", "en"),
        ("en-GB", "en"),
        ("ja,en;q=0.9", "zh-hans"),
        ("zh;q=0.5,en;q=0.9", "en"),
        ("fr", "zh-hans"),
        ("*", "zh-hans"),
        ("!!;q=x", "zh-hans"),
    ],
)
def test_language_of_a_browser(client, accepted, spoken):
    response = client.get("/login/", headers={"accept-language": accepted})

    assert response["Content-Language"] == spoken
    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in response["Vary"].split(",")}
    title = "登录法治台账" if spoken == "zh-hans" else "Log in"
    assert title in response.content.decode()


def test_switch_works_without_login_and_returns(client):
    response = client.post("/language/", {"language": "en", "next": "/login/?next=/dues/"})

    assert response["Location"] == "/login/?next=/dues/"
    assert client.get("/login/")["Content-Language"] == "en"
    client.post("/language/", {"language": "zh-hans"}, headers={"accept-language": "en"})
    assert client.get("/login/", headers={"accept-language": "en"})["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com", "javascript:1", ""])
def test_switch_stays_on_the_site(client, back):
    assert client.post("/language/", {"language": "en", "next": back})["Location"] == "/"


def test_switch_is_no_link(client):
    assert client.get("/language/").status_code == 405


def test_unknown_language_changes_nothing(client):
    client.post("/language/", {"language": "xx"})

    assert client.get("/login/")["Content-Language"] == "zh-hans"
