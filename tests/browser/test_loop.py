"""The loop of problems, walked by five people in a real browser, in Chinese, through pages alone.

A problem out of a case-file review is registered with its causes, assigned, urged by a notice,
solved, returned, closed, looked at again, and comes back; another one the city closes by its
letter; a third one stood in last year's report.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FOUND, ASSIGNED, DUE = 12, 10, 1  # days ago: so it is overdue since this morning
TITLE = "讯问录音录像与笔录时间不一致"
STAMP = f"{datetime.now(SHANGHAI):%H%M%S}"  # tells what this run wrote from earlier ones
MEASURE = f"逐案比对讯问笔录与录音录像时间并补正（{STAMP}）"


def today() -> date:
    return datetime.now(SHANGHAI).date()


def ago(days: int) -> str:
    return str(today() - timedelta(days=days))


def month_after(months: int) -> str:
    """The first of a month that far ahead: only its month is meant."""
    first = today().replace(day=1)
    for _step in range(months):
        first = (first + timedelta(days=32)).replace(day=1)
    return str(first)


def photo() -> bytes:
    """A small picture, as a phone would send it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    rows = b"".join(
        b"\0" + bytes((x * 2, y * 3, 120)[n] for x in range(96) for n in range(3))
        for y in range(64)
    )
    head = struct.pack(">IIBBBBB", 96, 64, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def press(page, selector):
    """Press what opens a page, and wait until that page is there."""
    with page.expect_navigation():
        page.click(selector)


def save(page):
    press(page, "main form .actions .btn-main >> nth=0")


def choose(page, field, words):
    """Pick the first option of a select that holds the words."""
    options = page.eval_on_selector_all(
        f"#{field} option", "all => all.map(o => [o.value, o.textContent])"
    )
    page.select_option(f"#{field}", next(value for value, text in options if words in text))


def tool(page, words):
    press(page, f"main .tools a:text-is('{words}')")


def head(page) -> str:
    """Title, state and what stands beside it."""
    return page.inner_text("main .head")


def of_list(page, heading, words):
    """The section with this heading says these words."""
    text = page.inner_text(f"section:has(> header h2:text-is('{heading}'))")
    assert words in "".join(text.split()), text


def is_a4(page, *, landscape: bool = False) -> bool:
    """Whether the page prints on A4, lying or standing."""
    paper = page.pdf(prefer_css_page_size=True)
    found = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    wide, high = float(found[1]), float(found[2])
    if landscape:
        wide, high = high, wide
    return abs(wide - 595) < 2 and abs(high - 842) < 2


@dataclass
class Walk:
    """The five at their desks, and where the problem of this run is."""

    open_as: object
    picture: object

    def __post_init__(self):
        names = ("clerk", "legal", "inspector", "leader", "supervisor")
        for name in names:
            setattr(self, name, self.open_as(name))
        self.clerk.goto("/")
        self.station = self.clerk.inner_text("main h1")
        self.title = f"{TITLE}（{STAMP}）"

    def see(self, page, name):
        """A picture, and nothing that makes the page scroll sideways."""
        self.picture(page, f"loop-{name}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide"

    # --- the steps ---

    def register(self):
        page = self.inspector
        page.goto("/problems/")
        tool(page, "登记问题")
        choose(page, "id_unit", self.station)
        page.fill("#id_title", self.title)
        page.fill("#id_found_on", ago(FOUND))
        page.fill("#id_description", "抽查二十份案卷，三份笔录起止时间与录音录像不一致。")
        page.check("label:has-text('案件') input[name=themes]")
        choose(page, "id_source", "案卷评查")
        page.fill("#id_cause_1", "办案民警凭记忆补记时间。")
        choose(page, "id_cause_kind_1", "责任")
        page.fill("#id_cause_2", "法制员审核时未调看录像。")
        choose(page, "id_cause_kind_2", "监督")
        self.see(page, "register")
        save(page)
        if page.query_selector("#similar"):
            self.see(page, "similar")
            save(page)
        page.wait_for_url(re.compile(r"/problems/\d+/$"))
        self.problem = "/problems/" + page.url.split("/problems/")[1]
        assert "登记" in head(page)
        of_list(page, "表现和原因", "原因（责任落实）：办案民警凭记忆补记时间。")
        of_list(page, "表现和原因", "法制员审核时未调看录像。")

    def assign(self):
        page = self.legal
        page.goto(self.problem)
        tool(page, "交办")
        page.fill("#id_on", ago(ASSIGNED))
        choose(page, "id_leader", "分管领导")
        choose(page, "id_responsible", "所长")
        page.fill("#id_due_on", ago(DUE))
        self.see(page, "assign")
        save(page)
        assert "已交办" in head(page), page.inner_text("main")
        press(page, "main a:text-is('增加措施')")
        page.fill("#id_title", MEASURE)
        page.fill("#id_standard", "近三个月讯问笔录全部比对，时间一致率100%。")
        page.fill("#id_set_on", ago(ASSIGNED))
        page.fill("#id_due_on", month_after(1))
        page.check("#id_due_is_month")
        self.see(page, "measure-form")
        save(page)
        press(page, f"main a:text-is('{MEASURE}')")
        page.wait_for_url(re.compile(r"/measures/\d+/"))
        self.measure = "/measures/" + page.url.split("/measures/")[1]
        month = date.fromisoformat(month_after(1))
        assert f"{month.year}年{month.month}月" in head(page)

    def start(self):
        page = self.clerk
        page.goto(self.problem)
        tool(page, "开始整改")
        page.fill("#id_on", ago(ASSIGNED - 1))
        save(page)
        assert "整改中" in head(page), page.inner_text("main")

    def extend(self):
        page = self.clerk
        page.goto(self.measure)
        tool(page, "申请延期")
        page.fill("#id_new_due_on", month_after(2))
        page.check("#id_new_due_is_month")
        page.fill("#id_reason", "录像调取须经警务保障部门，需顺延一个月。")
        save(page)
        of_list(page, "延期", "待批准")
        assert page.query_selector("main a:text-is('审批')") is None

        page = self.leader
        page.goto("/todo/")
        self.see(page, "todo-leader")
        press(page, f"main .todo li:has-text('{MEASURE}') a.btn")
        page.check("input[name=granted][value='1']")
        page.fill("#id_note", "情况属实，同意。")
        self.see(page, "extension-decide")
        save(page)
        page.goto(self.measure)
        of_list(page, "延期", "已同意")
        month = date.fromisoformat(month_after(2))
        assert f"{month.year}年{month.month}月" in head(page)
        assert "已延期1次" in "".join(head(page).split())
        self.see(page, "measure-extended")

    def overdue_since_this_morning(self):
        """Not yet on its last day; on the bureau's page the day after."""
        page = self.leader
        shown = []
        for day in (ago(DUE), str(today())):
            page.goto(f"/?on={day}")
            link = page.get_attribute("main a[href*='overdue=1'][href^='/problems/']", "href")
            counted = int(page.get_attribute(f"main a[href='{link}']", "data-count"))
            page.goto(link)
            rows = page.locator("main table.list tbody a[href^='/problems/']").all_inner_texts()
            assert len(rows) == counted
            shown.append(rows)
        self.see(page, "overdue")
        assert [rows.count(self.title) for rows in shown] == [0, 1]
        page.goto("/")
        self.see(page, "bureau")

    def urge(self):
        page = self.legal
        page.goto(self.problem)
        tool(page, "督办")
        assert page.is_checked(f"label.check:has-text('{self.title}') input")
        page.fill("#id_answer_by", str(today() + timedelta(days=5)))
        self.see(page, "notice-form")
        save(page)
        page.wait_for_url(re.compile(r"/notices/\d+/$"))
        self.notice = "/notices/" + page.url.split("/notices/")[1]
        assert "未编号" in head(page)
        assert page.query_selector("main .tools a:text-is('签发')") is None

        page = self.leader
        page.goto("/todo/")
        press(page, f"main .todo li:has-text('督办单待签发'):has-text('{self.title}') a.btn")
        tool(page, "签发")
        self.see(page, "notice-approve")
        save(page)
        assert re.search(r"〔\d{4}〕\d+号", head(page)), page.inner_text("main")
        self.number = re.search(r"\S+〔\d{4}〕\d+号", head(page))[0]
        tool(page, "打印")
        self.see(page, "paper-notice")
        assert self.number in page.inner_text("body")
        assert is_a4(page)

    def answer(self):
        page = self.clerk
        page.goto(self.notice)
        tool(page, "签收")
        save(page)
        assert "已签收" in head(page)
        tool(page, "回复")
        page.fill("textarea >> nth=0", "已调取录像逐案比对，三份笔录已补正说明，其余正在比对。")
        choose(page, "id_approved_by", "所长")
        self.see(page, "notice-reply")
        press(page, "button[name=answer]")
        assert "已回复" in head(page), page.inner_text("main")

        page = self.legal
        page.goto(self.notice)
        tool(page, "办结")
        page.fill("#id_note", "回复属实，问题按期限继续整改。")
        self.see(page, "notice-end")
        save(page)
        assert "已办结" in head(page)
        self.see(page, "notice")
        page.goto(f"{self.notice}print/")
        self.see(page, "paper-notice-answered")
        page.goto("/notices/")
        self.see(page, "notices")

    def report_with_a_photo(self):
        page = self.clerk
        page.goto(self.measure)
        tool(page, "报进展")
        page.fill("#id_text", "比对四十二份，补正三份，其余一致。")
        page.fill("#id_percent", "100")
        page.check("input[name=outcome][value=done]")
        page.set_input_files(
            "#id_files",
            {"name": "现场比对.png", "mimeType": "image/png", "buffer": photo()},
        )
        self.see(page, "progress-form")
        save(page)
        assert "按期完成" in head(page), page.inner_text("main")
        of_list(page, "进展", "现场比对")
        self.see(page, "measure-done")
        press(page, "main a:has-text('现场比对') >> nth=0")
        self.see(page, "photo")
        assert page.evaluate(
            "[...document.querySelectorAll('main img')].some(i => i.complete && i.naturalWidth)"
        )

    def submit(self):
        page = self.clerk
        page.goto(self.problem)
        tool(page, "提交核查")
        page.fill("#id_reason", "笔录已全部比对，制度已学习。")
        page.set_input_files(
            "#id_files", {"name": "整改材料.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        save(page)
        assert "待核查" in head(page), page.inner_text("main")
        assert page.query_selector("main .tools a:text-is('销号')") is None

    def send_back(self):
        page = self.inspector
        page.goto(self.problem)
        tool(page, "退回")
        save(page)
        assert page.query_selector(".field.wrong") is not None
        page.fill("#id_reason", "比对清单没有法制员签名，不予销号。")
        save(page)
        assert "整改中" in head(page), page.inner_text("main")

    def close(self):
        page = self.legal
        page.goto(self.problem)
        tool(page, "销号")
        page.fill("#id_reason", "逐份核对比对清单，签名齐全，同意销号。")
        self.see(page, "close")
        save(page)
        assert "已销号" in head(page), page.inner_text("main")
        self.see(page, "problem-closed")
        tool(page, "销号单")
        self.see(page, "paper-slip")
        words = "".join(page.inner_text("body").split())
        assert [
            name
            for name in (self.title, "责任落实", MEASURE, "现场比对", "整改材料", "同意销号")
            if name not in words
        ] == []
        assert is_a4(page)

    def look_back(self):
        page = self.legal
        page.goto("/rounds/")
        tool(page, "部署检查")
        page.fill("#id_title", f"{today().year}年整改回头看检查（{STAMP}）")
        page.fill("#id_document_number", f"东公法〔{today().year}〕31号")
        page.fill("#id_due_on", str(today() + timedelta(days=20)))
        page.check("#id_checkers label:has-text('督察大队') input >> nth=0")
        self.see(page, "round-form")
        save(page)
        page.check(f"tr:has-text('{self.title}') input[type=checkbox]")
        self.see(page, "round-sample")
        save(page)
        page.wait_for_url(re.compile(r"/rounds/\d+/$"))
        self.round = "/rounds/" + page.url.split("/rounds/")[1]

        press(page, f"main tr:has-text('{self.title}') a.btn")
        choose(page, "id_checker", "督察大队")
        page.check("input[name=result][value=relapsed]")
        save(page)
        assert page.query_selector(".field.wrong") is not None
        page.fill("#id_note", "抽查本周五份笔录，又有一份时间不一致。")
        self.see(page, "round-item")
        save(page)
        tool(page, "结束检查")
        page.fill("#id_conclusion", "抽查的问题反弹一件，已重新整改，请有关单位举一反三。")
        save(page)
        of_list(page, "检查的问题", "反弹")
        self.see(page, "round")
        tool(page, "打印报告")
        self.see(page, "paper-round")
        assert is_a4(page)
        assert self.title in page.inner_text("body")

        page.goto(self.problem)
        assert "整改中" in head(page)
        assert "重新整改1次" in "".join(head(page).split())
        of_list(page, "回头看", "反弹")
        self.see(page, "problem-reopened")

    def ledger(self):
        page = self.legal
        page.goto("/problems/")
        self.see(page, "problems")
        tool(page, "打印台账")
        self.see(page, "ledger-form")
        press(page, "main .tools a:text-is('打印')")
        self.see(page, "paper-ledger")
        assert self.title in page.inner_text("body")
        assert is_a4(page, landscape=True)


def test_a_problem_goes_all_the_way_round(open_as, picture):
    """Registered, assigned, urged, returned, closed, and re-opened by a later check."""
    walk = Walk(open_as, picture)

    walk.register()
    walk.assign()
    walk.start()
    walk.extend()
    walk.overdue_since_this_morning()
    walk.urge()
    walk.answer()
    walk.report_with_a_photo()
    walk.submit()
    walk.send_back()
    walk.submit()
    walk.close()
    walk.look_back()

    # The city reads the same page, and may do none of it.
    page = walk.supervisor
    page.goto(walk.problem)
    assert "重新整改1次" in "".join(head(page).split())
    assert page.query_selector("main .tools .btn-main") is None
    walk.ledger()


def test_what_the_city_raised_closes_by_its_letter(open_as, picture):
    walk = Walk(open_as, picture)
    title, letter = f"受立案审查意见未及时反馈（{STAMP}）", f"江州市公安局整改认定函〔{STAMP}〕3号"
    measure = f"每日核对受立案反馈并签名（{STAMP}）"
    legal, clerk, inspector = walk.legal, walk.clerk, walk.inspector
    legal.goto("/problems/new/")
    choose(legal, "id_unit", walk.station)
    legal.fill("#id_title", title)
    legal.fill("#id_found_on", ago(FOUND))
    choose(legal, "id_source", "上级检查")
    legal.fill("#id_cause_1", "反馈期限没有专人盯办。")
    save(legal)
    assert "请填写提出机关" in legal.inner_text(".field.wrong")
    legal.fill("#id_raised_by", "江州市公安局")
    walk.see(legal, "city-register")
    save(legal)
    if legal.query_selector("#similar"):
        save(legal)
    legal.wait_for_url(re.compile(r"/problems/\d+/$"))
    problem = "/problems/" + legal.url.split("/problems/")[1]
    tool(legal, "交办")
    choose(legal, "id_leader", "分管领导")
    legal.fill("#id_due_within", "10")
    legal.check("#id_due_in_workdays")
    legal.fill("#id_measure_title", measure)
    save(legal)
    of_list(legal, "基本情况", "自交办之日起10个工作日内")

    clerk.goto(problem)
    tool(clerk, "开始整改")
    save(clerk)
    press(clerk, f"main a:text-is('{measure}')")
    tool(clerk, "报进展")
    clerk.fill("#id_text", "已核对十日，均在期限内反馈。")
    clerk.check("input[name=outcome][value=done]")
    save(clerk)
    clerk.goto(problem)
    tool(clerk, "提交核查")
    clerk.fill("#id_reason", "已全部反馈，请核查并报认定。")
    clerk.set_input_files(
        "#id_files", {"name": "核对记录.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    save(clerk)
    inspector.goto(problem)
    assert inspector.query_selector("main .tools a:text-is('销号')") is None
    press(inspector, "main .tools .btn-main")
    inspector.fill("#id_reason", "核查属实，报请认定。")
    save(inspector)
    assert "待上级认定" in head(inspector), inspector.inner_text("main")

    legal.goto(problem)
    tool(legal, "销号")
    save(legal)
    assert "请填写提出机关的认定文号" in legal.inner_text(".field.wrong >> nth=0")
    legal.fill("#id_decision_document", letter)
    legal.fill("#id_decision_on", str(today()))
    walk.see(legal, "city-close")
    save(legal)

    assert "已销号" in head(legal), legal.inner_text("main")
    of_list(legal, "办理经过", letter)
    walk.see(legal, "city-closed")
    tool(legal, "销号单")
    assert letter in legal.inner_text("body")
    walk.see(legal, "paper-city-slip")


def test_last_years_problem_that_comes_back_is_listed_for_the_second_year(open_as, picture):
    walk = Walk(open_as, picture)
    page, last_year = walk.inspector, today().year - 1
    page.goto(f"/problems/?year={last_year}&state=closed")
    rows = page.locator("main table.list tbody tr:has-text('已销号'):not(:has-text('往年已列入'))")
    row = rows.filter(has_text=f"{last_year}年").first.inner_text().split("\t")
    number, title = row[0].strip(), row[1].strip()

    page.goto("/problems/new/")
    choose(page, "id_unit", walk.station)
    page.fill("#id_title", title)
    choose(page, "id_source", "案卷评查")
    save(page)
    walk.see(page, "similar-of-last-year")
    press(page, f"#similar li:has-text('{number}') button[name=link]")

    page.wait_for_url(re.compile(r"/problems/\d+/$"))
    assert "连续2年列入" in head(page), page.inner_text("main")
    of_list(page, "基本情况", f"{number}{title}".replace(" ", ""))
    walk.see(page, "second-year")


def test_what_last_years_report_promised_is_answered_one_by_one(open_as, picture):
    walk = Walk(open_as, picture)
    page = walk.legal
    page.goto("/")
    press(page, "main a:text-is('上年报告事项')")
    press(page, "main .tools form button")
    waiting = page.locator("main table.promises tbody tr:has-text('待处理')").count()
    walk.see(page, "promises")
    press(page, "main table.promises tbody tr:has-text('待处理') a.btn >> nth=0")
    words = page.inner_text("main dd.said")
    walk.see(page, "promise")
    page.click("details.way:has(summary b:text-is('不再办理')) summary")
    press(page, "details.way[open] .btn-danger")
    assert page.query_selector(".field.wrong") is not None
    page.fill("#drop_reason", "市局今年统一组织，不再单独办理。")
    press(page, "details.way[open] .btn-danger")

    page.goto("/")
    press(page, "main a:text-is('上年报告事项')")
    left = page.locator("main table.promises tbody tr:has-text('待处理')").count()
    assert left == waiting - 1
    assert "不再办理" in page.inner_text(f"main table.promises tr:has-text('{words}')")
    walk.see(page, "promises-answered")
