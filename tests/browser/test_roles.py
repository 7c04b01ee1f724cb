"""The walk of each role in a real browser: what it comes for, end to end, and what it may not."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    return datetime.now(SHANGHAI).date()


def save(page):
    page.click("main form .actions .btn-main")


def choose(page, field, words):
    """Pick the first option of a select that holds the words."""
    options = page.eval_on_selector_all(
        f"#{field} option", "all => all.map(o => [o.value, o.textContent])"
    )
    page.select_option(f"#{field}", next(value for value, text in options if words in text))


def test_clerk_records_a_meeting_late_with_a_file(open_as, picture):
    """The oldest week without a record, entered with its minutes: held in time, entered late."""
    page = open_as("clerk")
    page.goto("/")
    page.click("main .todo a.btn:has-text('补录')")

    assert page.is_checked("main input[name=dues]:not([disabled])")
    page.set_input_files(
        "input[type=file] >> nth=0",
        {"name": "会议记录.pdf", "mimeType": "application/pdf", "buffer": PDF},
    )
    if page.query_selector("#id_late_because"):
        page.fill("#id_late_because", "值班，事后补录")
    picture(page, "record-meeting")
    save(page)

    assert re.search(r"/meetings/\d+/", page.url), page.inner_text("main")
    text = page.inner_text("main")
    assert "会议记录.pdf" in text
    assert "计入每周法制学习" in "".join(text.split())
    page.click("main a:has-text('每周法制学习')")
    assert "按期召开" in page.inner_text("main")


def test_a_problem_goes_from_the_inspector_to_its_closing(open_as, picture):
    """Registered by an inspector, assigned, submitted, returned, submitted, closed by another."""
    inspector, legal, clerk = open_as("inspector"), open_as("legal"), open_as("clerk")
    title = f"处警记录不完整{secretless()}"
    clerk.goto("/")
    station = clerk.inner_text("main h1")

    inspector.goto("/problems/new/")
    choose(inspector, "id_unit", station)
    inspector.fill("#id_title", title)
    choose(inspector, "id_source", "案卷评查")
    inspector.fill("#id_cause_1", "培训没有覆盖到夜班。")
    save(inspector)
    address = inspector.url.split("127.0.0.1")[1].split("/", 1)[1]
    assert re.match(r"problems/\d+/", address), inspector.inner_text("main")

    legal.goto(f"/{address}")
    legal.click("main .tools a:has-text('交办')")
    legal.fill("#id_due_on", str(today() + timedelta(days=20)))
    choose(legal, "id_leader", "副局长")
    legal.fill("#id_measure_title", "补训夜班民警并抽查记录")
    save(legal)
    assert "已交办" in legal.inner_text(".head"), legal.inner_text("main")

    clerk.goto(f"/{address}")
    clerk.click("main .tools a:has-text('开始整改')")
    save(clerk)
    clerk.click("main a:has-text('补训夜班民警并抽查记录')")
    clerk.click("main .tools a:has-text('进展') >> nth=0")
    clerk.fill("#id_text", "已补训两批，抽查二十份记录均完整。")
    clerk.check("input[name=outcome][value=done]")
    save(clerk)
    for _round in range(2):
        clerk.goto(f"/{address}")
        clerk.click("main .tools a:has-text('提交核查')")
        clerk.fill("#id_reason", "措施已完成，请核查。")
        clerk.set_input_files(
            "#id_files", {"name": "抽查记录.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        save(clerk)
        assert "待核查" in clerk.inner_text(".head"), clerk.inner_text("main")
        assert clerk.query_selector("main .tools a:has-text('销号')") is None
        legal.goto(f"/{address}")
        if _round == 0:
            legal.click("main .tools a:has-text('退回')")
            save(legal)
            assert legal.query_selector(".field.wrong") is not None
            legal.fill("#id_reason", "抽查记录没有附上。")
            save(legal)
            assert "整改中" in legal.inner_text(".head")
    legal.click("main .tools a:has-text('销号')")
    legal.fill("#id_reason", "已逐份核对，同意销号。")
    save(legal)

    assert "已销号" in legal.inner_text(".head"), legal.inner_text("main")
    picture(legal, "problem-closed")


def secretless() -> str:
    """Tells the problem of this run from those of earlier ones."""
    return f"（{datetime.now(SHANGHAI):%H%M%S}）"


def test_leader_signs_the_text_of_a_quarter_and_prints_it(open_as, picture, tmp_path):
    legal, leader = open_as("legal"), open_as("leader")
    legal.goto("/reports/")
    legal.click("main table tbody tr:has-text('阶段材料'):has-text('起草') a >> nth=0")
    report = legal.url
    if legal.query_selector("main .tools button:has-text('汇编')"):
        legal.click("main .tools button:has-text('汇编')")

    leader.goto(report)
    leader.click("main .tools a:has-text('签发')")
    save(leader)

    assert "已签发" in leader.inner_text(".head"), leader.inner_text("main")
    leader.goto(report.split("?")[0] + "print/")
    picture(leader, "report-print")
    paper = leader.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 594" in paper or b"/MediaBox [0 0 595" in paper


def test_supervisor_opens_every_bureau_and_changes_none(open_as):
    page = open_as("supervisor")
    page.goto("/")
    links = page.eval_on_selector_all(
        "main table a[href^='/bureaus/']", "all => all.map(a => a.getAttribute('href'))"
    )
    assert len(links) >= 7

    for link in links:
        assert page.goto(link).status == 200
        assert page.query_selector("main .btn-main") is None
    page.goto("/meetings/")
    meeting = page.get_attribute("main table a[href^='/meetings/']", "href").split("?")[0]
    for act in ("edit/", "cancel/"):
        answer = page.goto(meeting + act)
        assert answer.status == 403
        assert page.inner_text("main h1")


@pytest.mark.parametrize("role", ["system", "security", "audit"])
def test_administrators_see_no_records(open_as, role):
    page = open_as(role)

    answer = page.goto("/meetings/")

    assert answer.status == 403
    assert page.query_selector("main table") is None
