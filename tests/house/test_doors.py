"""Every address asks who you are."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.views.generic import View

from reports.views.scoped import ScopeMixin
from tests.factories import UserFactory

# Whoever comes in, or chooses a language, cannot be logged in yet; what watches over the machine
# never is.
OPEN = {
    "login/",
    "login/code/",
    "login/sign-on/",
    "language/",
    "admin/login/",
    "start/",
    "healthz",
}


def addresses(patterns=None, prefix=""):
    """Every address of the site with 1 or x in place of what varies."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            plain = re.sub(r"<int:[^>]+>", "1", route)
            plain = re.sub(r"<[^>]+>", "x", plain)
            yield re.sub(r"\(\?P<[^>]+>[^)]*\)|[\^$]|\\Z", "", plain)
        else:
            yield from addresses(entry.url_patterns, route)


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(set(addresses()) - OPEN))
def test_address_asks_who_you_are(address):
    UserFactory()
    client = Client()

    for answer in (client.get(f"/{address}"), client.post(f"/{address}")):
        if answer.status_code == 405:
            continue
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(("/login/?next=", "/admin/login/?next=", "/login/"))


def test_the_scope_is_asked_before_any_page():
    entries = get_resolver("reports.urls").url_patterns
    pages = [getattr(entry.callback, "view_class", object) for entry in entries]
    lines = [page.__mro__ for page in pages if issubclass(page, ScopeMixin)]

    assert len(lines) > 100
    assert [line[0].__name__ for line in lines if line.index(ScopeMixin) > line.index(View)] == []
