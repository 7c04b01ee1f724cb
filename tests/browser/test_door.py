"""Coming in with a real browser: with and without script, in both languages, on a phone, dark."""

import pytest

WAYS = {
    "wide": {},
    "english": {"locale": "en-US"},
    "phone": {"viewport": {"width": 360, "height": 640}},
    "dark": {"color_scheme": "dark"},
}


@pytest.mark.parametrize("name", WAYS)
def test_login_page_is_sound(open_as, no_axe_violation, fits, picture, name):
    page = open_as(**WAYS[name])

    page.goto("/login/")

    no_axe_violation(page)
    fits(page)
    picture(page, f"login-{name}")


def test_login_works_without_script(open_as, site):
    page = open_as(java_script_enabled=False)

    page.goto("/login/")
    page.fill("#id_username", "clerk")
    page.fill("#id_password", site.password)
    page.press("#id_password", "Enter")

    assert "/login/" not in page.url


def test_wrong_password_is_told_and_the_name_kept(open_as, no_axe_violation):
    page = open_as()

    page.goto("/login/")
    page.fill("#id_username", "nobody-by-this-name")
    page.fill("#id_password", "wrong")
    page.click("main button[type=submit]")

    assert "用户名或密码不正确" in page.inner_text("[role=alert]")
    assert page.input_value("#id_username") == "nobody-by-this-name"
    no_axe_violation(page)


def test_language_switch_on_the_login_page(open_as):
    page = open_as()
    page.goto("/login/")

    page.click("form[action='/language/'] button")

    assert page.get_attribute("html", "lang") == "en"
    assert page.url.endswith("/login/")
