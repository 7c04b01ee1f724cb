"""Every page, as each role that has it: no fault, no other host, wide enough, fit for everyone."""

import json
import os
import subprocess

import pytest

# Role and address.
PAGES: list[tuple[str, str]] = [
    ("clerk", "/account/password/"),
]


@pytest.mark.parametrize(("role", "address"), PAGES, ids=[f"{r}:{a}" for r, a in PAGES])
def test_page_is_sound(open_as, no_axe_violation, fits, role, address):
    page = open_as(role)

    answer = page.goto(address)

    assert answer.status == 200
    no_axe_violation(page)
    fits(page)


@pytest.mark.parametrize(("role", "address"), PAGES, ids=[f"{r}:{a}" for r, a in PAGES])
def test_page_on_a_phone_in_the_dark_in_english(open_as, no_axe_violation, fits, role, address):
    page = open_as(
        role, viewport={"width": 360, "height": 720}, color_scheme="dark", locale="en-US"
    )

    answer = page.goto(address)

    assert answer.status == 200
    assert page.get_attribute("html", "lang") == "en"
    no_axe_violation(page)
    fits(page)


@pytest.mark.skipif("OLD_CHROMIUM" not in os.environ, reason="the old browser is not at hand")
def test_pages_open_in_chromium_83(open_as, site, tmp_path):
    by_role: dict[str, list[str]] = {}
    for role, address in PAGES:
        by_role.setdefault(role, []).append(site.url + address)

    for role, addresses in by_role.items():
        context = open_as(role).context
        cookies = [
            part
            for cookie in context.cookies()
            for part in ("--cookie", f"{cookie['name']}={cookie['value']}")
        ]
        done = subprocess.run(
            [os.environ["OLD_CHROMIUM"], str(tmp_path / role), *addresses, *cookies],
            capture_output=True,
            text=True,
            timeout=600,
        )
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row for row in rows if row["errors"] or not row["loaded"]] == [], done.stderr
        assert len(rows) == len(addresses)
