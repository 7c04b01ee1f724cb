"""The year's other work is entered in under a minute: clicks and fields are counted, and what a
review finds becomes a problem without being typed twice."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.browser.test_recording import MOST_SECONDS, Steps, take_back

RECORD = re.compile(r"/records/\d+/$")
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Choosing the kind, what stands as buttons, and saving.
MOST_CLICKS, MOST_FIELDS = 5, 6
WAYS = pytest.mark.parametrize(
    ("name", "options"),
    [
        ("script", {}),
        ("plain", {"java_script_enabled": False}),
        ("phone", {"viewport": {"width": 360, "height": 740}}),
    ],
)


def marked(words):
    """A name of its own: what looks the same as an earlier record would be asked about."""
    return f"{words}{datetime.now(SHANGHAI):%H%M%S%f}"


def begin(page, kind):
    """From the list of kinds on: choosing the kind is the first click."""
    page.goto("/records/new/")
    steps = Steps(page)
    steps.click(f"main .kind-choice a:text-is('{kind}') >> nth=0")
    page.wait_for_selector(".record-form")
    return steps


def choose(steps, field, value):
    steps.click(f".field:has(legend:has-text('{field}')) label.pick:has-text('{value}')")


def save(steps):
    steps.click(".record-form .actions .btn-main")
    steps.page.wait_for_url(RECORD)


def field_of(page, label):
    """The selector of an input by the words of its label."""
    return "#" + page.get_attribute(f".record-form label:has-text('{label}')", "for")


def quick(steps, record_property):
    record_property("steps", f"{steps.clicks} clicks, {steps.fields} fields, {steps.seconds:.1f} s")
    return (
        steps.clicks <= MOST_CLICKS,
        steps.fields <= MOST_FIELDS,
        steps.seconds < MOST_SECONDS,
    ) == (True, True, True)


@WAYS
def test_a_publicity_session(open_as, picture, record_property, name, options):
    page = open_as("clerk", **options)
    steps = begin(page, "法治宣传")

    steps.fill("#id_title", marked("反诈宣传进社区"))
    choose(steps, "主题", "反诈")
    choose(steps, "形式", "讲座")
    steps.fill(field_of(page, "地点"), "社区活动室")
    steps.fill(field_of(page, "受众"), "86")
    steps.hand_in("input[name=files]", "签到表.pdf")
    picture(page, f"records-publicity-{name}")
    save(steps)

    text = page.inner_text("main")
    assert "86 人次" in text
    assert "签到表.pdf" in text
    assert quick(steps, record_property)
    take_back(page)


@WAYS
def test_a_court_appearance(open_as, picture, record_property, name, options):
    page = open_as("legal", **options)
    steps = begin(page, "出庭应诉")

    steps.fill("#id_title", "治安行政处罚")
    steps.fill(field_of(page, "内部案号"), marked("示行应"))
    choose(steps, "审级", "一审")
    choose(steps, "被诉名义", "以分局名义")
    steps.click("label.check:has-text('负责人出庭')")
    picture(page, f"records-court-{name}")
    save(steps)

    assert "没有选择出庭人" in page.inner_text("main")
    assert quick(steps, record_property)
    take_back(page)


@WAYS
def test_a_review_and_the_problem_that_it_finds(open_as, picture, record_property, name, options):
    page = open_as("legal", **options)
    steps = begin(page, "案卷评查")

    title = marked("行政案卷评查")
    steps.fill("#id_title", title)
    steps.fill(field_of(page, "评查案卷"), "30")
    steps.fill(field_of(page, "优秀"), "12")
    steps.fill(field_of(page, "不合格"), "1")
    steps.fill(field_of(page, "发现问题"), "1")
    save(steps)
    assert quick(steps, record_property)

    page.click("main .tools a:has-text('登记为问题')")
    finding = marked("询问笔录未交当事人核对")
    page.fill("#id_title", finding)
    picture(page, f"records-finding-{name}")
    page.click("#problem-form .actions .btn-main")
    if "/problems/new/" in page.url:  # what is like an earlier one is shown once
        page.click("#problem-form .actions .btn-main")
    page.wait_for_url(re.compile(r"/problems/\d+/$"))

    assert "案卷评查" in page.inner_text(".facts-list >> nth=1")
    page.click(f"main a:has-text('{title}')")
    page.wait_for_url(RECORD)
    assert finding in page.inner_text("main")
    page.click(f"main a:has-text('{finding}')")
    take_back(page)
