from datetime import UTC, date, datetime
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory
from django.test.html import parse_html

from reports.templatetags import reports_ui as ui


def drawn(source, address="/", **context):
    request = RequestFactory().get(address)
    made = Context(context)
    made.request = request
    return Template("{% load reports_ui %}" + source).render(made)


def test_days_as_people_write_them():
    assert ui.day(date(2026, 3, 8)) == "2026年3月8日"
    assert ui.short_day(date(2026, 3, 8)) == "3月8日"
    assert ui.day(datetime(2026, 3, 8, 17, tzinfo=UTC)) == "2026年3月9日"
    assert ui.month(date(2026, 12, 31)) == "2026年12月"
    assert ui.moment(datetime(2026, 3, 8, 17, tzinfo=UTC)) == "2026年3月9日 01:00"
    assert [f(None) for f in (ui.day, ui.short_day, ui.month, ui.moment)] == [""] * 4


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 3, 18), date(2026, 3, 24), "3月18日—24日"),
        (date(2026, 3, 30), date(2026, 4, 5), "3月30日—4月5日"),
        (date(2025, 12, 29), date(2026, 1, 4), "2025年12月29日—2026年1月4日"),
        (date(2026, 3, 18), date(2026, 3, 18), "3月18日"),
        (date(2026, 3, 18), None, "2026年3月18日起"),
    ],
)
def test_span_says_nothing_twice(first, last, words):
    assert ui.span(first, last) == words


def test_late_entry_is_said_from_the_eighth_day_on():
    held = date(2026, 3, 1)

    assert ui.days_later(date(2026, 3, 8), held) == ""
    assert ui.days_later(date(2026, 3, 9), held) == "会后8日录入"


def test_nothing_owed_is_no_share():
    assert ui.share(0, 0) == '<span class="none">无应开</span>'
    assert ui.share(57, 58, "/dues/") == '<a href="/dues/" title="98.3%">57 / 58</a>'
    assert ui.share(58, 58) == '<span title="100%">58 / 58</span>'


def test_nought_is_grey_and_a_count_opens_its_list():
    assert ui.cnum(0, "/dues/") == '<span class="dim">0</span>'
    assert ui.cnum(3, "/dues/?a=1&b=2", "bad") == ('<a class="bad" href="/dues/?a=1&amp;b=2">3</a>')


def test_verdict_has_the_word_of_its_kind():
    assert "补开" in ui.verdict_badge("met_late", "meeting")
    assert "逾期落实" in ui.verdict_badge("met_late", "work")
    assert 'class="badge-v missed"' in ui.verdict_badge("missed", "meeting")


def test_links_keep_year_and_day():
    address = "/?year=2026&on=2026-03-31&page=3&unit=7"

    assert drawn("{% keep %}", address) == "?year=2026&amp;on=2026-03-31"
    assert drawn("{% keep verdict='missed' on=None %}", address) == (
        "?year=2026&amp;verdict=missed"
    )
    assert drawn("{% keep %}") == ""


def test_changing_the_address_forgets_the_page():
    address = "/dues/?unit=7&page=3&verdict=met&verdict=missed"

    assert drawn("{% address year=2025 %}", address) == (
        "?unit=7&amp;verdict=met&amp;verdict=missed&amp;year=2025"
    )
    assert drawn("{% address unit=None verdict=None %}", address) == "/dues/"


def test_hidden_fields_escape_what_the_address_says():
    assert drawn('{% hidden_parts "on" %}', '/?on=1&q="><b>&page=2') == (
        '<input type="hidden" name="q" value="&quot;&gt;&lt;b&gt;">'
    )


@pytest.mark.parametrize(
    ("number", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 9, [1, 2, 3, None, 9]),
        (5, 9, [1, None, 3, 4, 5, 6, 7, None, 9]),
        (9, 9, [1, None, 7, 8, 9]),
    ],
)
def test_pages_around(number, last, shown):
    page = SimpleNamespace(number=number, paginator=SimpleNamespace(num_pages=last))

    assert ui.pages_around(page) == shown


class Everything(forms.Form):
    word = forms.CharField(max_length=20, help_text="help")
    number = forms.IntegerField(min_value=1, required=False)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    one = forms.ChoiceField(
        choices=[("", "全部"), ("1", "<b>"), ("组", [("2", "二"), ("3", "三")])], required=False
    )
    many = forms.MultipleChoiceField(choices=[("1", "一"), ("2", "二")], required=False)
    yes = forms.BooleanField(required=False)
    text = forms.CharField(widget=forms.Textarea, required=False)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"word": '"><b>', "number": "x", "one": "1", "many": ["1", "2"], "yes": "on"},
        {"day": "2026-03-18", "one": "3", "number": "2"},
    ],
)
def test_widget_is_drawn_as_django_draws_it(data):
    form = Everything(data and QueryDict(urlencode(data, doseq=True)))

    for field in form:
        attrs = {"class": "form-control"}
        drawn, stock = ui._drawn(field, attrs), field.as_widget(attrs=attrs)
        assert parse_html(drawn) == parse_html(stock)
