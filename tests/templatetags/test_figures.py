import re
from datetime import date, timedelta

from reports.templatetags.figures import (
    CLASSES,
    SYMBOLS,
    Axis,
    Cell,
    StripRow,
    calendar_year,
    draw_mini,
    draw_year,
)

YEAR = calendar_year(2026)
WEEK = timedelta(days=6)


def test_every_verdict_has_a_mark_of_its_own():
    assert len(set(SYMBOLS.values())) == len(CLASSES) == 8


def test_cell_is_a_link_with_words_and_nothing_from_people_stays_raw():
    cell = Cell(date(2026, 3, 16), date(2026, 3, 22), "missed", '<b>"未召开"', "/dues/1/?a=1&b=2")

    html = draw_year([StripRow("<i>会", [cell], "按期 & 1")], YEAR, date(2026, 6, 10), "四个一")

    assert 'href="/dues/1/?a=1&amp;b=2"' in html
    assert 'aria-label="&lt;b&gt;&quot;未召开&quot;"' in html
    assert "<title>&lt;b&gt;&quot;未召开&quot;</title>" in html
    assert "&lt;i&gt;会" in html
    assert "按期 &amp; 1" in html
    assert "style=" not in html


def test_week_over_the_edge_of_the_year_is_cut_there():
    cells = [
        Cell(date(2025, 12, 29), date(2026, 1, 4), "met"),
        Cell(date(2026, 12, 28), date(2027, 1, 3), "upcoming"),
        Cell(date(2024, 1, 1), date(2024, 1, 7), "met"),
    ]

    html = draw_year([StripRow("会", cells)], YEAR)

    places = re.findall(r'<rect x="([\d.]+)%" y="\d+" width="([\d.]+)%"', html)
    assert len(places) == 2
    assert all(float(x) >= 0 and float(x) + float(w) <= 100 for x, w in places)


def test_assessment_year_names_its_months_and_the_new_year():
    html = draw_year([], Axis(date(2025, 11, 1), date(2026, 10, 31)))

    names = re.findall(r"<text[^>]*>([^<]+)</text>", html)
    assert names[:4] == ["11月", "12月", "2026年1月", "2月"]
    assert len(names) == 12


def test_assessment_year_from_the_21st_shows_calendar_months():
    html = draw_year([], Axis(date(2025, 10, 21), date(2026, 10, 20)))

    assert re.findall(r"<text[^>]*>([^<]+)</text>", html)[:2] == ["11月", "12月"]


def test_today_stands_only_on_its_own_year():
    assert "今天" in draw_year([], YEAR, date(2026, 6, 10))
    assert "今天" not in draw_year([], YEAR, date(2025, 6, 10))


def test_mini_strip_is_one_path_a_verdict_and_one_link():
    first = date(2026, 1, 5)
    weeks = [first + timedelta(weeks=n) for n in range(50)]
    rows = [
        [(day, day + WEEK, "missed" if n == 3 else "met") for n, day in enumerate(weeks)],
        [(date(2026, 1, 1), date(2026, 12, 31), "open")],
    ]

    html = draw_mini(rows, YEAR, label='四个一："58"', href="/dues/?a=1&b=2")

    assert html.count("<path") == 3
    assert html.count("<a ") == 1
    assert 'aria-label="四个一：&quot;58&quot;"' in html
    assert 'href="/dues/?a=1&amp;b=2"' in html


def test_mini_strip_without_address_is_a_picture_with_words():
    html = draw_mini([[]], YEAR, label="无应开")

    assert html.startswith('<span class="mini" role="img" title="无应开" aria-label="无应开">')
