"""Every page, as a role that has it: no fault, no other host, wide enough, fit for everyone."""

import json
import os
import re
import subprocess

import pytest

# Role and address; `a > b` is the first link of page a whose address looks like b (# is a number),
# and `a > b > c` the same once more.
PAGES = [
    ("supervisor", "/"),
    ("supervisor", "/bureaus/"),
    ("supervisor", "/reports/"),
    ("legal", "/"),
    ("legal", "/todo/"),
    ("legal", "/search/?q=示例"),
    ("legal", "/account/leave/"),
    ("legal", "/account/reminder/"),
    ("legal", "/ > /bureaus/#/promises/"),
    ("legal", "/dues/"),
    ("legal", "/dues/ > /dues/#/"),
    ("legal", "/grid/"),
    ("supervisor", "/grid/"),
    ("legal", "/waiver-orders/"),
    ("legal", "/waiver-orders/new/"),
    ("legal", "/imports/"),
    ("legal", "/imports/texts/"),
    ("legal", "/imports/texts/new/"),
    ("legal", "/imports/sheets/"),
    ("legal", "/imports/sheets/new/"),
    ("legal", "/imports/sheets/export/people/"),
    ("legal", "/imports/ > /imports/export/#/"),
    ("legal", "/meetings/"),
    ("legal", "/meetings/ > /meetings/#/"),
    ("legal", "/agendas/"),
    ("legal", "/agendas/new/"),
    ("legal", "/ > /units/#/meeting-ledger/"),
    ("legal", "/evidence/lacking/"),
    ("legal", "/ > /units/#/evidence-pack/"),
    ("legal", "/jobs/"),
    ("legal", "/deleted/"),
    ("legal", "/problems/"),
    ("legal", "/problems/?all_years=1&cause=none"),
    ("legal", "/problems/ledger/"),
    ("legal", "/problems/figures/"),
    ("legal", "/problems/new/"),
    ("legal", "/problems/moves/"),
    ("legal", "/problems/ > /problems/#/"),
    ("legal", "/measures/"),
    ("legal", "/measures/new/"),
    ("legal", "/measures/ > /measures/#/"),
    ("legal", "/tasks/"),
    ("legal", "/tasks/new/"),
    ("legal", "/records/"),
    ("legal", "/records/print/"),
    ("legal", "/records/new/"),
    ("legal", "/records/new/ > /records/new/?kind=#"),
    ("legal", "/records/totals/"),
    ("legal", "/records/ > /records/#/"),
    ("legal", "/records/ > /bureaus/#/plan/"),
    ("legal", "/rounds/"),
    ("legal", "/rounds/new/"),
    ("legal", "/notices/"),
    ("legal", "/notices/new/"),
    ("legal", "/notices/record/"),
    ("supervisor", "/notices/"),
    ("legal", "/people/"),
    ("legal", "/people/ > /people/#/"),
    ("legal", "/who/"),
    ("supervisor", "/who/"),
    ("legal", "/posts/"),
    ("legal", "/posts/ > /posts/#/"),
    ("legal", "/people/appointments/new/"),
    ("legal", "/staffing/"),
    ("supervisor", "/staffing/"),
    ("legal", "/gaps/"),
    ("legal", "/staffing/remarks/"),
    ("legal", "/staffing/rules/"),
    ("legal", "/staffing/rules/new/"),
    ("legal", "/certificates/"),
    ("legal", "/examinations/"),
    ("legal", "/examinations/new/"),
    ("legal", "/examinations/ > /examinations/#/"),
    ("legal", "/duties/"),
    ("legal", "/duties/ > /duties/#/"),
    ("legal", "/deeds/"),
    ("legal", "/deeds/new/"),
    ("legal", "/deeds/ > /deeds/#/"),
    ("legal", "/accounts/"),
    ("legal", "/accounts/new/"),
    ("legal", "/accounts/ > /accounts/#/"),
    ("leader", "/duties/mine/"),
    ("legal", "/schedules/"),
    ("legal", "/schedules/new/"),
    ("legal", "/schedules/ > /schedules/#/"),
    ("legal", "/calendar/"),
    ("legal", "/holidays/"),
    ("legal", "/reports/"),
    ("legal", "/indicators/"),
    ("legal", "/indicators/new/"),
    ("legal", "/indicators/sums/"),
    ("legal", "/indicators/ > /indicators/#/"),
    ("legal", "/figures/"),
    ("legal", "/figures/check/"),
    ("legal", "/figures/year/"),
    ("legal", "/figures/year/print/"),
    ("legal", "/figures/year/ > /figures/#/"),
    ("legal", "/figures/year/ > /bureaus/#/year/"),
    ("legal", "/honours/?all_years=1"),
    ("legal", "/honours/new/"),
    ("clerk", "/figures/"),
    ("clerk", "/figures/year/"),
    ("legal", "/reports/ > /reports/#/"),
    ("supervisor", "/reports/city/"),
    ("legal", "/reports/steps/"),
    ("legal", "/reports/?state=draft > /reports/#/ > /reports/#/edit/"),
    (
        "legal",
        "/reports/?state=draft > /reports/#/ > /reports/#/edit/ > /reports/#/sections/#/edit/",
    ),
    ("legal", "/reports/?state=draft > /reports/#/ > /reports/#/steps/countersign/"),
    ("legal", "/reports/?state=signed > /reports/#/ > /reports/#/versions/"),
    ("legal", "/reports/?state=signed > /reports/#/ > /reports/#/hand-ins/"),
    ("legal", "/reports/ > /reports/#/ > /reports/#/print/"),
    ("legal", "/reports/ > /reports/#/ > /reports/#/check-copy/"),
    ("legal", "/reports/ > /reports/#/ > /reports/#/checks/"),
    ("legal", "/reports/?state=signed > /reports/#/ > /reports/#/public/"),
    (
        "leader",
        "/reports/?state=signed > /reports/#/ > /reports/#/public/ > /reports/#/public/slip/",
    ),
    ("legal", "/reports/?state=signed > /reports/#/ > /reports/#/compare/"),
    (
        "legal",
        "/reports/?state=signed > /reports/#/ > /reports/#/compare/ > /reports/#/coverage/",
    ),
    ("legal", "/assessments/?all_years=1"),
    ("legal", "/assessments/new/"),
    ("legal", "/assessments/ > /assessments/#/"),
    ("legal", "/assessments/ > /assessments/#/ > /assessments/#/import/"),
    ("legal", "/assessments/ > /assessments/#/ > /assessments/#/print/"),
    ("legal", "/assessments/ > /assessments/#/ > /assessments/items/#/"),
    ("supervisor", "/city-summary/"),
    ("supervisor", "/city-summary/?print=1"),
    ("legal", "/admin/"),
    ("leader", "/"),
    ("inspector", "/problems/"),
    ("clerk", "/"),
    ("clerk", "/meetings/new/"),
    ("clerk", "/meetings/unconfirmed/"),
    ("clerk", "/account/password/"),
    ("clerk", "/account/second-factor/"),
    ("system", "/"),
    ("system", "/system/"),
    ("system", "/holidays/"),
    ("system", "/holidays/enter/"),
    ("system", "/holidays/import/"),
    ("system", "/admin/"),
    ("security", "/admin/"),
    ("audit", "/audit-log/"),
    ("audit", "/audit-log/ > /audit-log/#/"),
    ("audit", "/audit-log/seals/"),
    ("security", "/security/"),
]
EVERY_PAGE = pytest.mark.parametrize(
    ("role", "address"), PAGES, ids=[f"{role}: {address}" for role, address in PAGES]
)


def visit(page, address):
    """Go to the address, or to the first link like it; gives the answer of the server."""
    first, *steps = address.split(" > ")
    answer = page.goto(first)
    for wanted in steps:
        answer = follow(page, wanted)
    return answer


def follow(page, wanted):
    """Go to the first link like the address."""
    pattern = re.compile("^" + re.escape(wanted).replace(r"\#", r"\d+") + r"(\?|$)")
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    found = next((link for link in links if pattern.match(link)), None)
    assert found, f"no link like {wanted} on {page.url}"
    return page.goto(found)


# Official papers are Chinese whatever language their reader works in.
OFFICIAL = re.compile(r"/(print|check-copy|slip)/$|[?&]print=1$")


@EVERY_PAGE
def test_page_is_sound(open_as, no_axe_violation, fits, role, address):
    page = open_as(role)

    answer = visit(page, address)

    assert answer.status == 200
    no_axe_violation(page)
    fits(page)


@EVERY_PAGE
def test_page_on_a_phone_in_the_dark_in_english(open_as, no_axe_violation, fits, role, address):
    page = open_as(
        role, viewport={"width": 360, "height": 720}, color_scheme="dark", locale="en-US"
    )

    answer = visit(page, address)

    assert answer.status == 200
    assert page.get_attribute("html", "lang") == ("zh-hans" if OFFICIAL.search(address) else "en")
    no_axe_violation(page)
    fits(page)


@pytest.mark.skipif("OLD_CHROMIUM" not in os.environ, reason="the old browser is not at hand")
def test_pages_open_in_chromium_83(open_as, tmp_path):
    by_role: dict[str, list[str]] = {}
    for role, address in PAGES:
        by_role.setdefault(role, []).append(address)

    for role, addresses in by_role.items():
        page = open_as(role)
        urls = []
        for address in addresses:
            visit(page, address)
            urls.append(page.url)
        cookies = [
            part
            for cookie in page.context.cookies()
            for part in ("--cookie", f"{cookie['name']}={cookie['value']}")
        ]
        done = subprocess.run(
            [os.environ["OLD_CHROMIUM"], str(tmp_path / role), *urls, *cookies],
            capture_output=True,
            text=True,
            timeout=600,
        )
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row for row in rows if row["errors"] or not row["loaded"]] == [], done.stderr
        assert len(rows) == len(urls)
