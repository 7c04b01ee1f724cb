"""Who answered: the hand-over sheet, the page of a day, posts, and people who were merged."""

from datetime import date
from io import BytesIO

import pytest
from django.utils.html import escape
from docx import Document

from reports.domain.access import Role
from reports.models import Person
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    DischargeFactory,
    DueFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    StaffingRuleFactory,
    UnitFactory,
    UnitNameFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


@pytest.fixture
def held(station):
    return AppointmentFactory(
        person__unit=station,
        person__name="张某",
        post=PostFactory(code="chief", name="所长", heads_unit=True, duties="抓好执法\n带好队伍"),
        last_day=date(2026, 5, 17),
    )


def sheet_of(held):
    return f"/people/appointments/{held.pk}/sheet/"


# --- the sheet ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_sheet_takes_the_same_queries(
    legal, held, station, bureau, rows, django_assert_num_queries
):
    rule = ScheduleVersionFactory(schedule__set__unit=bureau, expected_evidence=["minutes"])
    for n in range(rows):
        due = DueFactory(version=rule, unit=station, day=date(2026, n + 1, 5))
        DischargeFactory(due=due, meeting__held_on=date(2026, n + 1, 6))
        ProblemFactory(unit=station)
        MeasureFactory(unit=station)
    legal.get(sheet_of(held))

    # Session, user, scope, the appointment, six of what was open; and the audit log.
    with django_assert_num_queries(11):
        response = legal.get(sheet_of(held))

    assert [part.number for part in response.context["sheet"].parts] == [
        *(rows, rows, rows, 0, rows, 0, 0)
    ]


def test_print_and_docx_say_the_same(legal, held, station):
    ProblemFactory(unit=station, title="台账不全")
    MeasureFactory(unit=station, title="补齐台账")

    page = legal.get(sheet_of(held))
    answer = legal.get(f"{sheet_of(held).rstrip('/')}.docx")
    sheet, made = page.context["sheet"], Document(BytesIO(answer.content))

    said = [paragraph.text for paragraph in made.paragraphs]
    assert said[:2] == ["东城分局一所", "工作交接单"]
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    names = [f"{part.title}（{part.number}项）" for part in sheet.parts]
    assert headings == [
        f"{numeral}、{name}"
        for numeral, name in zip("一二三四五六七八", [*names, "岗位职责"], strict=True)
    ]
    assert [line for line in said if line in ("抓好执法", "带好队伍")] == ["抓好执法", "带好队伍"]
    tables = [[[cell.text for cell in row.cells] for row in t.rows] for t in made.tables]
    facts, problems, measures, signers = tables
    assert facts == [list(pair) for pair in sheet.facts]
    assert problems == [
        ["序号", *sheet.parts[1].heads],
        ["1", *sheet.parts[1].rows[0].cells],
    ]
    assert measures[1] == ["1", "补齐台账", "2026年6月30日", "正常推进", "本单位负责"]
    assert signers[:2] == [
        ["移交人（签名）", "接交人（签名）", "监交人（签名）"],
        ["\n张某\n", "\n\n", "\n\n"],
    ]
    for part in sheet.parts:
        for row in part.rows:
            assert all(escape(cell) in page.text for cell in row.cells)
    assert answer["Cache-Control"] == "private, no-store"
    assert "%E4%B8%80%E6%89%80%E6%89%80%E9%95%BF" in answer["Content-Disposition"]


def test_the_sheet_is_chinese_whoever_reads_it(client, held, bureau):
    client.force_login(member(Role.LEADER, bureau), backend="reports.views.backend.LedgerBackend")
    client.cookies["ledger_language"] = "en"

    text = client.get(sheet_of(held), headers={"accept-language": "en"}).text

    assert "工作交接单" in text
    assert "监交人（签名）" in text


def test_who_sees_less_is_told_so(enter, held, station, bureau):
    other = UnitFactory(parent=bureau)
    problem = ProblemFactory(unit=other, leader=held.person, title="别所的问题")

    by_clerk = enter(Role.CLERK, station).get(sheet_of(held)).context["sheet"]
    by_leader = enter(Role.LEADER, bureau).get(sheet_of(held)).context["sheet"]

    assert (by_clerk.note, by_clerk.parts[1].number) == ("本单只列出打印人有权查看的事项。", 0)
    assert by_leader.note == ""
    assert [row.href for row in by_leader.parts[1].rows] == [problem.get_absolute_url()]


def test_a_running_term_has_a_sheet_of_the_day(legal, station):
    running = AppointmentFactory(person__unit=station)

    sheet = legal.get(f"{sheet_of(running)}?on=2026-06-01").context["sheet"]

    assert (sheet.mark, sheet.day) == ("任职尚未结束，截至2026年6月1日", date(2026, 6, 1))


# --- who answered -------------------------------------------------------------------------------


def shown(response):
    return [
        (
            seat.unit.name,
            seat.post.name if seat.post else None,
            [h.person.name for h in seat.holders],
        )
        for _place, seats in response.context["places"]
        for seat, _words in seats
    ]


def test_the_page_names_who_held_the_post_on_the_day(legal, held, station):
    AppointmentFactory(
        person=PersonFactory(unit=station, name="李某"),
        unit=station,
        post=held.post,
        first_day=date(2026, 5, 18),
        document_number="8号",
    )

    assert shown(legal.get("/who/?day=2026-05-17")) == [("一所", "所长", ["张某"])]
    assert shown(legal.get("/who/?day=2026年5月18日")) == [("一所", "所长", ["李某"])]
    assert shown(legal.get("/who/?on=2026-05-17")) == [("一所", "所长", ["张某"])]


def test_a_unit_and_a_post_narrow(legal, held, bureau):
    there = AppointmentFactory(
        person__unit=UnitFactory(parent=bureau, name="二所"),
        person__name="王某",
        post=PostFactory(code="other", name="教导员"),
    )

    assert shown(legal.get(f"/who/?unit={there.unit_id}")) == [("二所", "教导员", ["王某"])]
    assert shown(legal.get(f"/who/?day=2026-05-01&post={held.post_id}")) == [
        ("一所", "所长", ["张某"])
    ]


def test_23_days_without_a_reviewer_are_counted(legal, bureau, station):
    posts = [
        PostFactory(code=code, name=code, single_holder=False)
        for code in ("full_reviewer", "part_reviewer")
    ]
    StaffingRuleFactory(unit=bureau, kind=station.kind).posts.set(posts)
    for first, last in ((date(2025, 1, 1), date(2026, 3, 1)), (date(2026, 3, 25), None)):
        AppointmentFactory(
            person=PersonFactory(unit=station),
            unit=station,
            post=posts[1],
            first_day=first,
            last_day=last,
        )

    response = legal.get("/who/?day=2026-03-12")

    assert shown(response) == [("一所", None, [])]
    assert "未配备" in response.text
    assert "23日（2026年3月2日—3月24日）" in response.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("garbage", "“garbage”不是有效日期，已按2026年6月10日显示。"),
        ("2026-06-11", "2026年6月11日尚未到来，已按2026年6月10日显示。"),
        ("1999-01-01", "台账没有2000年以前的数据，已按2026年6月10日显示。"),
    ],
)
def test_a_day_that_makes_no_sense_is_said(legal, typed, sentence):
    response = legal.get(f"/who/?day={typed}")

    assert response.context["day"] == date(2026, 6, 10)
    assert sentence in response.text


@pytest.mark.parametrize("unit", ["x", "99999", "99999999999999999"])
def test_a_unit_that_is_not_there_is_not_found(legal, unit):
    assert legal.get(f"/who/?unit={unit}").status_code == 404


def test_who_sees_many_bureaus_chooses_one(enter):
    city = CityFactory()
    bureaus = [BureauFactory(parent=city) for _n in range(2)]
    station = UnitFactory(parent=bureaus[1])
    client = enter(Role.SUPERVISOR, city)

    form = client.get("/who/").context["form"]
    other = client.get(f"/who/?unit={station.pk}")

    assert [key for key, _label in form.fields["unit"].choices] == [b.pk for b in bureaus]
    assert other.context["place"] == station


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for n in range(rows):
        unit = UnitFactory(parent=bureau, name=f"{n}所")
        AppointmentFactory(person__unit=unit, home_unit=bureau)
    legal.get("/who/")

    # Session, user, scope, what waits, units to choose, posts, their kinds, units, appointments.
    with django_assert_num_queries(9):
        response = legal.get("/who/")

    assert len(shown(response)) == rows


# --- posts --------------------------------------------------------------------------------------


def test_posts_and_capacities_with_who_holds_them(legal, station):
    AppointmentFactory(person__unit=station, post=PostFactory(code="chief", name="所长"))
    AppointmentFactory(post=PostFactory(code="chief"))
    PostFactory(code="first_person", is_capacity=True)

    context = legal.get("/posts/").context

    assert [(line.post.name, line.holders) for line in context["posts"]] == [("所长", 1)]
    assert [(line.post.name, line.holders) for line in context["capacities"]] == [("第一责任人", 0)]


def test_a_post_says_its_duties_and_holders_within_the_scope(enter, held, station, bureau):
    here = AppointmentFactory(
        person=PersonFactory(unit=station), unit=station, post=held.post, first_day=date(2026, 6, 1)
    )
    AppointmentFactory(person__unit=UnitFactory(parent=bureau), post=held.post)

    response = enter(Role.CLERK, station).get(f"/posts/{held.post_id}/")

    assert response.context["duties"] == ["抓好执法", "带好队伍"]
    assert response.context["holders"] == [here]
    assert "/admin/" not in response.text


def test_an_unknown_post_is_not_found(legal):
    assert legal.get("/posts/999/").status_code == 404


# --- two entries of one person ------------------------------------------------------------------


@pytest.fixture
def pair(station):
    return [PersonFactory(unit=station, name="张某某") for _n in range(2)]


def test_what_moves_is_shown_before_anything_is_written(legal, pair):
    gone, kept = pair
    ProblemFactory(unit=gone.unit, leader=gone)

    context = legal.get(f"/people/{gone.pk}/merge/?into={kept.pk}").context

    assert [(each.label, each.number) for each in context["moves"]] == [("问题（责任领导）", 1)]
    assert context["reasons"] == []
    assert Person.objects.standing().filter(name="张某某").count() == 2


def test_merging_leads_to_the_entry_that_stays_from_both_addresses(legal, pair):
    gone, kept = pair

    merged = legal.post(f"/people/{gone.pk}/merge/", {"into": kept.pk})
    old = legal.get(f"/people/{gone.pk}/?on=2026-05-31")

    assert (merged.status_code, merged.url) == (302, f"/people/{kept.pk}/")
    assert (old.status_code, old.url) == (302, f"/people/{kept.pk}/?on=2026-05-31")
    assert legal.get(f"/people/{kept.pk}/").status_code == 200


def test_the_merged_are_in_no_list(legal, pair):
    gone, kept = pair
    legal.post(f"/people/{gone.pk}/merge/", {"into": kept.pk})

    rows = legal.get("/people/?q=张某某").context["table"].rows

    assert [row.record for row in rows] == [kept]


def test_what_stands_against_it_is_said_and_offers_no_button(legal, pair):
    for person in pair:
        person.user = UserFactory()
        person.save()
    gone, kept = pair
    sentence = "两条人员各有登录账号，请先由系统管理员处理其中一个账号，再合并。"

    seen = legal.get(f"/people/{gone.pk}/merge/?into={kept.pk}")
    posted = legal.post(f"/people/{gone.pk}/merge/", {"into": kept.pk})

    assert seen.context["reasons"] == [sentence]
    assert "确认合并" not in seen.text
    assert posted.context["form"].non_field_errors() == [sentence]


def test_people_of_other_bureaus_are_not_offered(legal, pair):
    outsider = PersonFactory(name="张某某")

    seen = legal.get(f"/people/{pair[0].pk}/merge/?into={outsider.pk}")
    posted = legal.post(f"/people/{pair[0].pk}/merge/", {"into": outsider.pk})

    assert seen.context["kept"] is None
    assert "into" in posted.context["form"].errors
    assert not Person.objects.filter(merged_into__isnull=False).exists()


def test_those_of_the_same_name_come_first(legal, pair, bureau):
    other = PersonFactory(unit=bureau, name="李某")

    people = legal.get(f"/people/{pair[0].pk}/merge/").context["form"].fields["into"].queryset

    assert list(people) == [pair[1], other]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_preview_takes_the_same_queries(legal, pair, rows, django_assert_num_queries):
    gone, kept = pair
    for _n in range(rows):
        ProblemFactory(unit=gone.unit, leader=gone)
    address = f"/people/{gone.pk}/merge/?into={kept.pk}"
    legal.get(address)

    # Session, user, scope, what waits, the two entries, people to choose with their posts, what
    # moves, terms.
    with django_assert_num_queries(10):
        legal.get(address)


# --- names of then ------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["meeting", "minutes", "due", "problem", "unit"])
def test_old_records_say_what_the_unit_was_called(legal, station, what):
    UnitNameFactory(unit=station, name="城关所", last_day=date(2026, 5, 31))
    rule = ScheduleVersionFactory(schedule__set__unit=station.bureau)
    meeting = MeetingFactory(unit=station, held_on=date(2026, 5, 9))
    addresses = {
        "meeting": meeting.get_absolute_url(),
        "minutes": f"/meetings/{meeting.pk}/minutes/",
        "due": DueFactory(version=rule, unit=station, day=date(2026, 5, 9)).get_absolute_url(),
        "problem": ProblemFactory(unit=station).get_absolute_url(),
        "unit": f"/units/{station.pk}/?on=2026-05-31",
    }

    text = legal.get(addresses[what]).text

    assert ("东城分局城关所" if what == "minutes" else "时称城关所") in text


def test_records_after_the_renaming_do_not(legal, station):
    UnitNameFactory(unit=station, name="城关所", last_day=date(2026, 5, 31))
    meeting = MeetingFactory(unit=station, held_on=date(2026, 6, 1))

    assert "城关所" not in legal.get(meeting.get_absolute_url()).text
    assert "城关所" not in legal.get(f"/meetings/{meeting.pk}/minutes/").text


def test_a_merged_unit_leads_to_its_successor_and_back(legal, bureau, station):
    old = UnitFactory(
        parent=bureau, name="二所", closed_on=date(2026, 5, 31), opened_on=date(2020, 1, 1)
    )
    old.succeeded_by = station
    old.save()

    there = legal.get(f"/units/{old.pk}/").text
    back = legal.get(f"/units/{station.pk}/").text

    assert "已并入：" in there
    assert f'<a href="/units/{station.pk}/">一所</a>' in there
    assert f'<a href="/units/{old.pk}/">二所</a>（2026年5月31日止）' in back


# --- a due --------------------------------------------------------------------------------------


def test_a_due_says_that_its_post_was_empty(legal, bureau, station):
    post = PostFactory(code="first_person")
    AppointmentFactory(person__unit=bureau, post=post, last_day=date(2026, 5, 17))
    AppointmentFactory(person__unit=bureau, post=post, first_day=date(2026, 5, 20))
    rule = ScheduleVersionFactory(schedule__set__unit=bureau, presided_by=post)
    due = DueFactory(version=rule, unit=bureau, day=date(2026, 5, 9))

    response = legal.get(due.get_absolute_url())

    assert response.context["gaps"] == ["应由第一责任人主持的岗位，本期内5月18日—19日空缺（2日）。"]
    assert response.context["gaps"][0] in response.text


# --- who may read -------------------------------------------------------------------------------


def test_a_person_page_says_who_may_read_it(legal, held):
    text = legal.get(f"/people/{held.person_id}/").text

    assert (
        "本页可由以下人员查看：一所及其上级单位的内勤，东城分局的法制大队民警、监督部门，"
        "任职单位、分局及其上级的局领导、上级法制部门。系统管理员、安全管理员、审计管理员不能查看。"
    ) in text
