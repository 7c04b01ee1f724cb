import json
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Q

from reports.actions.schedules import plan_dues, recount_kept
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due, Schedule, ScheduleSet, ScheduleVersion
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    PostFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)
from tests.factories.meetings import DischargeFactory, MeetingKindFactory
from tests.factories.schedules import (
    ScheduleFactory,
    ScheduleSetFactory,
    ScheduleVersionFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/schedules/"
TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def version(bureau, station):
    """Monthly, by the bureau itself, planned."""
    made = ScheduleVersionFactory(
        schedule__set__unit=bureau, schedule__set__name="四个一", schedule__name="法制通报会"
    )
    plan_dues(today=TODAY)
    return made


@pytest.fixture
def schedule(version):
    return version.schedule


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def typed(**more):
    """What a legal officer types for a weekly briefing of the stations."""
    usual = {
        "new_set_name": "四个一",
        "name": "每周法制例会",
        "words": "meeting",
        "first_day": "2026-06-15",
        "cadence": "week",
        "every": "1",
        "at_least": "1",
        "recording_days": "5",
        "make_up": "",
        "make_up_days": "",
        "owed_by": "kinds",
        "meeting_kind": str(MeetingKindFactory().pk),
        "legal_basis": "《公安机关法治建设实施意见》第三条",
        "asked_by": "市局法制支队",
        "year_start_month": "1",
        "year_start_day": "1",
    }
    return usual | more


def as_stored(version, **more):
    """The form of a stored rule, as it comes back from the browser."""
    rule = {
        "name": version.schedule.name,
        "first_day": version.first_day.isoformat(),
        "cadence": version.cadence,
        "owed_by": version.owed_by,
        "legal_basis": version.legal_basis,
        "asked_by": version.asked_by,
        "meeting_kind": str(version.meeting_kind_id),
    }
    return typed(**rule | more)


def shown(response):
    return [row.record for row in response.context["table"].rows]


def said(response):
    return [str(message) for message in response.context["messages"]]


def errors(response):
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


# --- the list -----------------------------------------------------------------------------------

# Session, user, scope, what waits (1), sets in the filter, count, rows, their kinds.
QUERIES_OF_LIST = 9


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_shows_every_schedule_in_the_same_queries(
    legal, bureau, rows, django_assert_num_queries
):
    of = ScheduleSetFactory(unit=bureau)
    versions = [
        ScheduleVersionFactory(
            schedule=ScheduleFactory(set=of, position=n),
            owed_by="kinds",
            owing_kinds=[UnitKindFactory()],
        )
        for n in range(rows)
    ]
    legal.get(LIST)

    with django_assert_num_queries(QUERIES_OF_LIST):
        response = legal.get(LIST)

    assert shown(response) == versions
    assert shown(response)[0].who_owes == "派出所"
    assert shown(response)[0].rhythm == "每月至少1次"


def test_the_list_shows_the_version_in_force_on_the_day(legal, version):
    later = ScheduleVersionFactory(schedule=version.schedule, first_day=date(2026, 6, 1))
    ScheduleVersionFactory(schedule=version.schedule, first_day=date(2026, 9, 1))
    yet_to_begin = ScheduleVersionFactory(
        schedule__set=version.schedule.set, first_day=date(2026, 12, 1)
    )

    assert shown(legal.get(LIST)) == [later, yet_to_begin]
    assert shown(legal.get(f"{LIST}?on=2026-05-31")) == [version, yet_to_begin]


def test_the_list_is_narrowed(legal, bureau, version):
    weekly = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="一周一案",
        schedule__ended_on=date(2026, 6, 9),
        cadence=Cadence.WEEK.value,
        legal_basis="市局通知",
    )

    assert shown(legal.get(f"{LIST}?cadence=week")) == [weekly]
    assert shown(legal.get(f"{LIST}?ended=1")) == [weekly]
    assert shown(legal.get(f"{LIST}?ended=0")) == [version]
    assert shown(legal.get(f"{LIST}?q=市局通知")) == [weekly]
    assert shown(legal.get(f"{LIST}?set={version.schedule.set_id}")) == [version]
    assert shown(legal.get(f"{LIST}?bureau={bureau.pk}")) == [version, weekly]


@pytest.mark.parametrize(
    "column",
    ["bureau", "set", "name", "rhythm", "owed_by", "asked_by", "legal_basis", "first_day"],
)
def test_every_column_sorts_both_ways(legal, version, column):
    for sort in (column, f"-{column}"):
        assert shown(legal.get(f"{LIST}?sort={sort}")) == [version]


def test_the_list_is_exported(legal, version):
    response = legal.get(f"{LIST}?_export=csv")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("东城分局,四个一,法制通报会,每月至少1次,东城分局,市局法制支队")


def test_who_sees_many_bureaus_searches_a_place(enter, bureau, version):
    city = CityFactory()
    other = ScheduleVersionFactory(schedule__set__unit=BureauFactory(parent=city, name="西城分局"))
    client = enter(Role.SUPERVISOR, city)

    assert shown(client.get(LIST)) == [other]
    assert shown(client.get(f"{LIST}?place=西城")) == [other]
    assert shown(client.get(f"{LIST}?place=东城")) == []
    assert client.get(f"{LIST}?bureau={bureau.pk}").status_code == 404


def test_an_empty_list_says_what_to_do(legal):
    assert "由法制大队新增制度后" in legal.get(LIST).content.decode()


# --- who may ------------------------------------------------------------------------------------


def addresses(schedule):
    one = f"/schedules/{schedule.pk}/"
    return [f"{one}edit/", f"{one}end/", f"/schedules/sets/{schedule.set_id}/edit/"]


def test_a_clerk_reads_the_rules_of_her_bureau_and_sets_none(enter, station, schedule):
    client = enter(Role.CLERK, station)

    assert [v.schedule for v in shown(client.get(LIST))] == [schedule]
    page = client.get(f"/schedules/{schedule.pk}/")
    assert page.status_code == 200
    assert "您可查看的单位不需落实本制度" in page.content.decode()
    assert "/edit/" not in page.content.decode()
    for address in ["/schedules/new/", *addresses(schedule)]:
        assert client.get(address).status_code == 403, address
        assert client.post(address, {}).status_code == 403, address


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEGAL_OFFICER, Role.LEADER, Role.INSPECTOR])
def test_the_rules_of_another_bureau_do_not_exist(enter, schedule, role):
    client = enter(role, BureauFactory())

    for address in [f"/schedules/{schedule.pk}/", *addresses(schedule)]:
        assert client.get(address).status_code == 404, address
        if address != f"/schedules/{schedule.pk}/":
            assert client.post(address, {}).status_code == 404, address


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_see_no_schedule(enter, bureau, schedule, role):
    client = enter(role, bureau)

    for address in [LIST, f"/schedules/{schedule.pk}/", *addresses(schedule)]:
        assert client.get(address).status_code == 403, address


def test_choices_come_from_the_scope(legal, bureau, schedule):
    other = ScheduleSetFactory(unit=BureauFactory())
    committee = UnitFactory(
        parent=bureau, kind=UnitKindFactory(code="committee", is_body=True), name="党委"
    )
    UnitFactory(parent=other.unit, kind=committee.kind, name="党委")

    fields = legal.get("/schedules/new/").context["form"].fields

    assert list(fields["set"].queryset) == [schedule.set]
    assert list(fields["body"].queryset) == [committee]
    assert other.unit not in fields["new_set_unit"].queryset
    assert committee not in fields["new_set_unit"].queryset


# --- the page of one schedule -------------------------------------------------------------------


def test_the_page_says_the_rule_and_counts_the_year(legal, schedule):
    context = legal.get(f"/schedules/{schedule.pk}/").context

    facts = dict(context["facts"])
    assert facts["周期与次数"] == "每月至少1次"
    assert facts["由谁落实"] == "东城分局"
    assert facts["录入期限"] == "周期结束后5个工作日内"
    assert facts["能否补开"] == "下一周期结束前可补开"
    assert context["tally"].missed == 5
    assert context["tally"].open == 1
    assert len(context["lines"]) == 12
    line, href, words = context["lines"][5]
    assert (line.label, words) == ("6月（6月1日—30日）", "本期待开")
    assert href == f"/dues/{Due.objects.get(schedule=schedule, period_first='2026-06-01').pk}/"


def test_the_page_names_the_units_that_owe(legal, bureau, station):
    """Those of the kinds and grades named; where no kind is named, the unit itself."""
    station.grade = "一类"
    station.save()
    UnitFactory(parent=bureau, name="二所", grade="二类")
    graded = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        owed_by="kinds",
        owing_kinds=[station.kind],
        owing_grades=["一类"],
    )
    held = ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="holders", owing_post=PostFactory()
    )

    units = [
        [unit for unit, _may in legal.get(f"/schedules/{each.schedule_id}/").context["units"]]
        for each in (graded, held)
    ]

    assert units == [[station], [bureau]]


def test_a_session_for_all_is_recorded_from_the_page_of_what_each_unit_owes(
    legal, bureau, station, schedule
):
    each = ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[station.kind]
    )
    link = f'href="/meetings/new/?schedule={each.schedule_id}"'

    assert link in legal.get(f"/schedules/{each.schedule_id}/").content.decode()
    assert "/meetings/new/?schedule" not in legal.get(f"/schedules/{schedule.pk}/").content.decode()


def test_who_cannot_record_for_the_bureau_is_offered_no_session_for_all(enter, bureau, station):
    each = ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[station.kind]
    )

    page = enter(Role.CLERK, station).get(f"/schedules/{each.schedule_id}/")

    assert page.status_code == 200
    assert page.context["may_meet_together"] is False
    assert "/meetings/new/?schedule" not in page.content.decode()


def test_the_page_shows_the_year_as_of_a_day(legal, schedule):
    context = legal.get(f"/schedules/{schedule.pk}/?on=2026-03-10").context

    assert (context["tally"].missed, context["tally"].open) == (2, 1)
    assert "&year=2026&on=2026-03-10" in context["hrefs"]["all"]


def test_every_number_opens_as_many_dues(legal, station, bureau):
    """The list of dues behind each number of the page has exactly as many rows."""
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[station.kind]
    )
    plan_dues(today=TODAY)
    Due.objects.filter(period_first="2026-03-01").update(met_on="2026-03-20", counted=1)
    recount_kept(Q(year=2026))
    context = legal.get(f"/schedules/{version.schedule_id}/").context
    numbers = [(number, href) for _word, number, href, _tone in context["tiles"]]
    numbers += [(context["tally"].owed, context["hrefs"]["owed"])]
    numbers += [(context["tally"].planned, context["hrefs"]["all"])]

    for number, href in numbers:
        assert legal.get(href).context["table"].paginator.count == number, href


def test_of_several_units_the_loudest_verdict_is_shown(legal, bureau, station):
    UnitFactory(parent=bureau, name="二所")
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[station.kind]
    )
    plan_dues(today=TODAY)
    due = Due.objects.get(unit=station, schedule=version.schedule, period_first="2026-05-01")
    Due.objects.filter(pk=due.pk).update(met_on="2026-05-20", counted=1)

    context = legal.get(f"/schedules/{version.schedule_id}/").context

    line, _href, words = context["lines"][4]
    assert (line.verdict, words) == ("missed", "按期召开 1 · 未召开 1")
    assert [unit.name for unit, _may in context["units"]] == ["一所", "二所"]


def test_a_year_without_dues_shows_the_periods_of_the_rule(legal, schedule):
    response = legal.get(f"/schedules/{schedule.pk}/?year=2029")

    assert "本年度没有编排应开事项" in response.content.decode()
    assert response.context["plan"]["year"].owed == 12


def test_versions_say_what_changed(legal, version):
    ScheduleVersionFactory(
        schedule=version.schedule, first_day=date(2026, 9, 1), cadence="quarter", asked_by="省厅"
    )

    context = legal.get(f"/schedules/{version.schedule_id}/").context

    assert context["current"] == version
    assert [tuple(change) for change in context["versions"][0][1]] == [
        ("周期与次数", "每月至少1次", "每季度至少1次"),
        ("由谁要求", "市局法制支队", "省厅"),
    ]
    assert context["versions"][1] == (version, [])
    assert context["upcoming_version"].first_day == date(2026, 9, 1)


@pytest.mark.parametrize("units", [1, 3])
def test_the_page_costs_the_same_whatever_owes(legal, bureau, units, django_assert_max_num_queries):
    kind = UnitKindFactory()
    for _n in range(units):
        UnitFactory(parent=bureau, kind=kind)
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[kind]
    )
    plan_dues(today=TODAY)
    legal.get(LIST)

    with django_assert_max_num_queries(14):
        legal.get(f"/schedules/{version.schedule_id}/")


# --- setting up ---------------------------------------------------------------------------------


def new(client, station, **more):
    return client.post(
        "/schedules/new/",
        typed(new_set_unit=str(station.bureau_id), owing_kinds=[str(station.kind_id)], **more),
    )


def test_saving_makes_the_set_the_schedule_and_its_dues(legal, station):
    response = new(legal, station)

    schedule = Schedule.objects.get(name="每周法制例会")
    assert response.url == f"/schedules/{schedule.pk}/"
    assert (schedule.set.name, schedule.set.unit) == ("四个一", station.bureau)
    dues = Due.objects.filter(schedule=schedule, unit=station)
    assert dues.order_by("period_first").first().period_first == date(2026, 6, 15)
    assert dues.filter(year=2026).count() == 29
    assert dues.filter(year=2027).count() == 52
    assert said(legal.get(response.url)) == ["已保存：应开事项新增81期，调整0期，取消0期。"]


def test_a_bureau_without_a_ledger_is_told_that_nothing_is_owed(enter):
    station = UnitFactory(parent=BureauFactory(ledger_from=None))
    client = enter(Role.LEGAL_OFFICER, station.bureau)

    response = new(client, station)

    assert said(client.get(response.url)) == ["已保存。本局尚未启用台账，不产生应开事项。"]
    assert Due.objects.count() == 0


def test_the_preview_has_the_rows_of_the_command_and_writes_nothing(legal, station):
    response = new(legal, station, preview="1")

    out = StringIO()
    options = ["--cadence", "week", "--year", "2026", "--recording-days", "5"]
    call_command("preview_schedule", *options, "--format", "json", stdout=out)
    year = response.context["years"][0]["year"]
    assert [
        {
            "first": line.period.first.isoformat(),
            "last": line.period.last.isoformat(),
            "at_least": line.row.at_least,
            "counted": line.row.counted,
            "verdict": line.row.verdict.value,
            "reason": line.sentence,
        }
        for line in year.lines
    ] == json.loads(out.getvalue())
    assert [plan["year"].year for plan in response.context["years"]] == [2026, 2027]
    assert (year.owed, year.times) == (29, 29)
    assert year.lines[23].why_not == "早于起始日"
    assert response.context["change"].added_total == 81
    assert not Schedule.objects.exists()
    assert not ScheduleSet.objects.exists()
    assert not Due.objects.exists()


def test_the_preview_counts_what_people_owe_and_what_is_over_already(legal, bureau):
    """Monthly from May by two leaders: 8 and 12 months, each owed twice; May is over."""
    post = PostFactory(single_holder=False)
    for _each in range(2):
        AppointmentFactory(unit=bureau, post=post)
    rule = typed(
        new_set_unit=str(bureau.pk),
        owed_by="holders",
        owing_post=str(post.pk),
        cadence="month",
        first_day="2026-05-01",
    )

    page = legal.post("/schedules/new/", rule | {"preview": "1"})

    change = page.context["change"]
    assert (len(change.added), {each.units for each in change.added}) == (20, {1})
    assert (change.added_total, page.context["added_over"]) == (40, 2)
    assert "新增的有 2 期已经结束" in page.content.decode()
    assert not Due.objects.exists()


def test_the_preview_counts_the_burden_of_each_kind_of_unit(legal, bureau, station):
    UnitFactory(parent=bureau)
    ScheduleVersionFactory(
        schedule__set__unit=bureau, owed_by="kinds", owing_kinds=[station.kind], at_least=2
    )

    (line,) = new(legal, station, preview="1").context["burden"]

    assert (line.name, line.units, line.this, line.before, line.after) == ("派出所", 2, 53, 24, 77)


def test_the_form_keeps_what_was_typed(legal, station):
    response = new(legal, station, legal_basis=" ", at_least="3", name="一周一案")

    assert errors(response) == {"legal_basis": ["这个字段是必填项。"]}
    form = response.context["form"]
    assert form["name"].value() == "一周一案"
    assert form["at_least"].value() == "3"
    assert form["owing_kinds"].value() == [str(station.kind_id)]
    page = response.content.decode()
    assert 'value="一周一案"' in page
    assert re.search(r'<option value="week" selected>', page)
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        (
            {"meeting_kind": ""},
            {"meeting_kind": ["请选择会议种类或议题，否则无法判断哪些会议计入。"]},
        ),
        ({"make_up": "days"}, {"make_up_days": ["请填写补开期限（天）。"]}),
        ({"make_up_days": "3"}, {"make_up_days": ["只有选择“若干天内可补开”时才填写天数。"]}),
        ({"new_set_name": ""}, {"new_set_name": ["请选择现有制度组，或填写新制度组的名称。"]}),
    ],
)
def test_what_is_wrong_stands_beside_its_field(legal, station, more, wrong):
    assert errors(new(legal, station, **more)) == wrong
    assert errors(new(legal, station, preview="1", **more)) == wrong


def test_kinds_must_be_chosen_where_kinds_owe(legal, bureau):
    response = legal.post("/schedules/new/", typed(new_set_unit=str(bureau.pk)))

    assert errors(response) == {"owing_kinds": ["请选择由哪几类下属单位落实。"]}


def test_names_are_taken_once(legal, station, schedule):
    response = new(legal, station, new_set_name="", set=schedule.set_id, name="法制通报会")
    assert errors(response) == {"name": ["该制度组中已有同名制度。"]}

    response = new(legal, station, new_set_name="四个一")
    assert errors(response) == {"new_set_name": ["该单位已有同名制度组。"]}


def test_a_schedule_of_an_assessment_year_runs_on_it(legal, station):
    new(legal, station, year_start_month="11", cadence="month", first_day="2025-11-01")

    due = Due.objects.filter(unit=station).order_by("period_first").first()
    assert (due.period_first, due.year, due.number) == (date(2025, 11, 1), 2026, 1)


# --- changing -----------------------------------------------------------------------------------


def test_a_new_version_leaves_past_dues(legal, version):
    address = f"/schedules/{version.schedule_id}/edit/"
    before = list(Due.objects.filter(period_first__lt="2026-07-01").values())

    response = legal.post(address, as_stored(version, at_least="2", first_day="2026-07-01"))

    assert response.url == f"/schedules/{version.schedule_id}/"
    newest = ScheduleVersion.objects.order_by("-first_day").first()
    assert (newest.first_day, newest.at_least) == (date(2026, 7, 1), 2)
    assert list(Due.objects.filter(period_first__lt="2026-07-01").values()) == before
    later = Due.objects.filter(period_first__gte="2026-07-01")
    assert set(later.values_list("version", "at_least")) == {(newest.pk, 2)}


def test_what_changes_is_shown_before_it_is_saved(legal, version):
    address = f"/schedules/{version.schedule_id}/edit/"
    rule = as_stored(version, preview="1", cadence="quarter", first_day="2026-07-01")

    context = legal.post(address, rule).context

    change = context["change"]
    assert (change.added_total, change.removed_total, change.changed_total) == (0, 12, 6)
    assert [row.first for row in change.changed][:2] == [date(2026, 7, 1), date(2026, 10, 1)]
    assert [line.why_not for line in context["years"][0]["year"].lines] == [
        "按原规则",
        "按原规则",
        "",
        "",
    ]
    assert context["schedule"].versions.count() == 1
    assert Due.objects.filter(schedule=version.schedule).count() == 24


def test_a_new_version_does_not_begin_in_the_past(legal, version):
    rule = as_stored(version, at_least="2", first_day="2026-06-09")

    for more in ({}, {"preview": "1"}):
        response = legal.post(f"/schedules/{version.schedule_id}/edit/", rule | more)

        assert errors(response) == {
            "__all__": ["新规则的起始日不能早于今天：已经结束的周期仍按当时的规则评定。"]
        }
        assert 'value="2026-06-09"' in response.content.decode()


def test_a_judged_version_is_not_corrected_in_place(legal, version):
    due = Due.objects.get(period_first="2026-05-01")
    DischargeFactory(due=due, counts=True)
    Due.objects.filter(pk=due.pk).update(counted=1, met_on="2026-05-20")

    response = legal.post(
        f"/schedules/{version.schedule_id}/edit/", as_stored(version, at_least="2")
    )

    assert errors(response) == {
        "__all__": ["已有会议按该版本计入，不能直接修改；请另定一个起始日，作为新版本。"]
    }


def test_a_new_name_alone_makes_no_version(legal, version):
    legal.post(f"/schedules/{version.schedule_id}/edit/", as_stored(version, name="通报会"))

    assert Schedule.objects.get().name == "通报会"
    assert ScheduleVersion.objects.get() == version
    page = legal.get(f"/schedules/{version.schedule_id}/")
    assert [(c.field, c.before, c.after) for c in page.context["changes"] if c.field] == [
        ("名称", "法制通报会", "通报会")
    ]


def test_the_form_of_a_schedule_shows_its_rule_and_periods(legal, version):
    context = legal.get(f"/schedules/{version.schedule_id}/edit/").context

    assert context["form"]["cadence"].value() == "month"
    assert context["form"]["first_day"].value() == TODAY
    assert context["years"][0]["year"].times == 12
    cells = context["years"][0]["strip"][0].cells
    assert {cell.verdict for cell in cells} == {"upcoming", "open"}
    assert cells[0].title == "1月（1月1日—31日）：按实际记录评定"
    assert context["change"] is None


# --- ending -------------------------------------------------------------------------------------


def test_ending_says_what_remains_owed_and_takes_the_rest(legal, schedule):
    address = f"/schedules/{schedule.pk}/end/"
    left = legal.get(address).context["left"]
    assert [(row.first, row.units) for row in left.running] == [(date(2026, 6, 1), 1)]
    assert (left.removed_total, left.removed_over, left.kept) == (18, 0, 0)

    response = legal.post(address, {"ended_on": "2026-06-10"})

    assert said(legal.get(response.url)) == [
        "已定于2026年6月10日废止，该日以前已开始的周期仍应落实。"
    ]
    assert Due.objects.order_by("-period_first").first().period_first == date(2026, 6, 1)


def test_the_ending_is_looked_at_first(legal, schedule):
    response = legal.post(
        f"/schedules/{schedule.pk}/end/", {"ended_on": "2026-03-31", "preview": "1"}
    )

    left = response.context["left"]
    assert (left.removed_total, left.removed_over) == (21, 2)
    assert "请确认废止日期有文件依据" in response.content.decode()
    assert Schedule.objects.get().ended_on is None
    assert Due.objects.count() == 24


def test_an_ending_is_taken_back(legal, schedule):
    address = f"/schedules/{schedule.pk}/end/"
    legal.post(address, {"ended_on": "2026-06-10"})

    legal.post(address, {"ended_on": ""})

    assert Schedule.objects.get().ended_on is None
    assert Due.objects.count() == 24


def test_an_ending_needs_a_day(legal, schedule):
    response = legal.post(f"/schedules/{schedule.pk}/end/", {"ended_on": ""})

    assert errors(response) == {"ended_on": ["这个字段是必填项。"]}


# --- the set ------------------------------------------------------------------------------------


def test_a_set_is_renamed_and_its_year_moved(legal, schedule):
    legal.post(
        f"/schedules/sets/{schedule.set_id}/edit/", {"name": "三项制度", "month": "11", "day": "1"}
    )

    of = ScheduleSet.objects.get()
    assert (of.name, of.year_start_month) == ("三项制度", 11)
    assert Due.objects.filter(year=2026, number=1).get().period_first == date(2025, 11, 1)


def test_a_set_with_meetings_keeps_its_year(legal, schedule):
    DischargeFactory(due=Due.objects.get(period_first="2026-05-01"))
    address = f"/schedules/sets/{schedule.set_id}/edit/"

    response = legal.post(address, {"name": "四个一", "month": "11", "day": "1"})

    assert errors(response) == {"month": ["该制度组已有会议计入，考核年度起始日不能再改。"]}
    assert response.context["form"]["month"].value() == "11"
    assert ScheduleSet.objects.get().year_start_month == 1
