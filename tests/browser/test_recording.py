"""Recording costs less than the paper book did: the steps are counted, with and without script."""

import re
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
MOST_CLICKS, MOST_FIELDS, MOST_SECONDS = 3, 5, 60


def today() -> date:
    return datetime.now(SHANGHAI).date()


class Steps:
    """A page, with every click and every field that is filled in."""

    def __init__(self, page):
        self.page = page
        self.clicks, self.fields = 0, 0
        self.begun = time.monotonic()

    def click(self, selector):
        self.clicks += 1
        self.page.click(selector)

    def fill(self, selector, value):
        self.fields += 1
        self.page.fill(selector, value)

    def hand_in(self, selector, *names):
        self.fields += 1
        self.page.set_input_files(selector, [a_file(name) for name in names])

    @property
    def seconds(self):
        return time.monotonic() - self.begun


def a_file(name):
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}


RECORD = "main .todo a:has-text('记录会议')"


def to_record(page):
    """The list of what waits, with something to record: what others recorded is taken back."""
    page.goto("/todo/")
    for _attempt in range(5):
        if page.query_selector(RECORD):
            return
        page.goto("/meetings/")
        page.click("main table a[href^='/meetings/'] >> nth=0")
        take_back(page)
        page.goto("/todo/")
    raise AssertionError("nothing to record")


def take_back(page):
    """The meeting is cancelled, so that the next test finds the due as it was."""
    page.click("main .tools a:has-text('作废')")
    page.fill("#id_because", "试录")
    page.click("main form .actions button")
    assert "已作废" in page.inner_text("main")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("script", {}),
        ("plain", {"java_script_enabled": False}),
        ("phone", {"viewport": {"width": 360, "height": 740}}),
        ("phone-plain", {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}),
    ],
)
def test_from_the_list_to_the_record_in_three_clicks(
    open_as, picture, record_property, name, options
):
    page = open_as("clerk", **options)
    to_record(page)
    steps = Steps(page)

    steps.click(RECORD)
    page.wait_for_url("**/meetings/new/**")
    ticked = page.eval_on_selector_all("input[name=dues]:checked", "all => all.length")
    steps.hand_in("input[name=minutes]", "会议记录.pdf", "签到表.pdf")
    if page.query_selector("#id_late_because"):
        steps.fill("#id_late_because", "值班，次日补录")
    picture(page, f"recording-{name}")
    steps.click("main form .actions .btn-main")
    page.wait_for_url(re.compile(r"/meetings/\d+/$"))

    text = page.inner_text("main")
    assert ticked == 1
    assert "会议记录.pdf" in text
    assert "签到表.pdf" in text
    assert page.query_selector(".three .yes >> text=计入"), text
    assert (steps.clicks <= MOST_CLICKS, steps.fields <= MOST_FIELDS) == (True, True)
    assert steps.seconds < MOST_SECONDS
    record_property("steps", f"{steps.clicks} clicks, {steps.fields} fields, {steps.seconds:.1f} s")
    take_back(page)


def test_the_proposal_follows_the_day_and_nothing_typed_is_lost(open_as):
    page = open_as("clerk")
    page.goto("/meetings/new/")
    long_ago = today() - timedelta(days=30)
    page.fill("#id_title", "特别例会")
    page.set_input_files("input[name=minutes]", [a_file("会议记录.pdf")])
    assert page.query_selector("#id_late_because") is None

    page.fill("#id_held_on", f"{long_ago.month}月{long_ago.day}日")
    page.press("#id_held_on", "Tab")
    page.wait_for_selector("#id_late_because")

    assert page.input_value("#id_held_on") == long_ago.isoformat()
    assert page.inner_text("#id_held_on ~ .weekday") == WEEKDAYS[long_ago.weekday()]
    assert page.input_value("#id_title") == "特别例会"
    assert page.inner_text(".chosen-files").startswith("会议记录.pdf")
    page.click("main form .actions .btn-main")
    assert "请写明迟录原因" in page.inner_text(".field.wrong")
    assert page.input_value("#id_title") == "特别例会"


def test_a_day_is_chosen_by_keyboard_alone(open_as, no_axe_violation, picture):
    page = open_as("clerk")
    page.goto("/meetings/new/")
    start = date.fromisoformat(page.input_value("#id_held_on"))
    page.focus("#id_held_on")

    page.keyboard.press("Alt+ArrowDown")
    assert page.get_attribute(".calendar", "role") == "dialog"
    heads = page.eval_on_selector_all(".calendar th", "all => all.map(th => th.textContent)")
    assert heads == list("一二三四五六日")
    assert page.inner_text(".calendar strong") == f"{start.year}年{start.month}月"
    no_axe_violation(page)
    picture(page, "calendar")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    wanted = start - timedelta(days=8)
    assert WEEKDAYS[wanted.weekday()] in page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("Enter")

    assert page.query_selector(".calendar") is None
    assert page.input_value("#id_held_on") == wanted.isoformat()
    assert page.evaluate("document.activeElement.id") == "id_held_on"
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("PageUp")
    page.keyboard.press("Escape")
    assert page.query_selector(".calendar") is None
    assert page.input_value("#id_held_on") == wanted.isoformat()


def test_a_day_to_come_cannot_be_chosen(open_as):
    page = open_as("clerk")
    page.goto("/meetings/new/")
    before = page.input_value("#id_held_on")
    page.click("#id_held_on ~ .day-open")

    page.keyboard.press("PageDown")
    page.keyboard.press("Enter")

    assert page.input_value("#id_held_on") == before


def test_files_are_dropped_kept_and_taken_out(open_as, fits):
    page = open_as("clerk", viewport={"width": 360, "height": 740})
    page.goto("/meetings/new/")
    box = ".file-box:has(input[name=minutes])"

    for name in ("一.pdf", "二.pdf", "一.pdf"):
        dropped = page.evaluate_handle(
            """name => { const all = new DataTransfer();
               all.items.add(new File(['%PDF'], name, {type: 'application/pdf', lastModified: 1}));
               return all; }""",
            name,
        )
        page.dispatch_event(f"{box} .drop", "drop", {"dataTransfer": dropped})
    names = page.eval_on_selector_all(f"{box} .name", "all => all.map(each => each.textContent)")
    assert names == ["一.pdf", "二.pdf"]
    fits(page)
    page.click(f"{box} li:first-child button")

    assert page.evaluate(
        "Array.from(document.querySelector('input[name=minutes]').files).map(f => f.name)"
    ) == ["二.pdf"]


def test_the_page_speaks_its_own_language(open_as):
    page = open_as("clerk", locale="en-US")
    page.goto("/meetings/new/")

    assert page.inner_text(".drop >> nth=0").split("\n") == [
        "Choose files",
        "or drop them here · several allowed",
    ]
    page.click("#id_held_on ~ .day-open")
    assert page.eval_on_selector_all(".calendar th", "all => all.map(th => th.textContent)") == [
        "Mo",
        "Tu",
        "We",
        "Th",
        "Fr",
        "Sa",
        "Su",
    ]


def test_as_last_time_with_script(open_as):
    page = open_as("clerk")
    to_record(page)
    page.click(RECORD)
    page.fill("#id_title", "特别例会")

    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click("button[value=repeat]")

    assert page.input_value("#id_title") == "特别例会"
    assert page.url.count("/meetings/new/") == 1
    page.wait_for_function("document.querySelector('[data-status]').textContent !== ''")
    assert page.is_checked("input[name=dues] >> nth=0")
