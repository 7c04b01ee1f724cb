from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from reports.domain.access import Role
from reports.models import AccountGiven, Deed, DutyList, Problem
from tests.factories import (
    NOON,
    AccountGivenFactory,
    AppointmentFactory,
    BureauFactory,
    DeedFactory,
    DischargeFactory,
    DueFactory,
    DutyListFactory,
    FirstPersonDutyFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ProblemSourceFactory,
    RecordKindFactory,
    ScheduleFactory,
    ScheduleVersionFactory,
    SuperiorTaskFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
    member,
    notice_at,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="东关派出所")


@pytest.fixture
def head(bureau):
    person = PersonFactory(unit=bureau, name="顾某", user=UserFactory())
    AppointmentFactory(person=person, post=PostFactory(code="first_person", is_capacity=True))
    return person


@pytest.fixture
def chief(station):
    person = PersonFactory(unit=station, name="所某")
    AppointmentFactory(person=person, post=PostFactory(code="station_head", heads_unit=True))
    return person


@pytest.fixture
def enter(client):
    def log_in(role, unit, **more):
        user = member(role, unit, **more)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def address(name, *args):
    return reverse(f"reports:{name}", args=args)


def shown(response):
    return [row.record for row in response.context["table"].rows]


def said(response):
    return [str(message) for message in response.context["messages"]]


# --- lists of duties -----------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_of_the_year_in_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    levels = ["party_head", "government_head", "bureau"][:rows]
    lists = [DutyListFactory(unit=bureau, level=level) for level in levels]
    DutyListFactory(unit=bureau, year=2025, level="bureau")

    with django_assert_num_queries(8):
        response = legal.get(address("duty-list"))

    assert set(shown(response)) == set(lists)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_in_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    made = DutyListFactory(unit=bureau)
    duties = [FirstPersonDutyFactory(duty_list=made) for _n in range(rows)]
    for duty in duties:
        duty.schedules.set([ScheduleFactory(set__unit=bureau)])

    with django_assert_num_queries(8):
        response = legal.get(made.get_absolute_url())

    assert response.context["duties"] == duties


def test_a_delivered_list_is_adopted_edited_and_confirmed(legal, bureau):
    PostFactory(code="first_person")
    delivered = DutyListFactory(unit=None, year=None, post=None)
    FirstPersonDutyFactory(duty_list=delivered, position=1, text="甲")

    offered = legal.get(address("duty-list")).context["adoptable"]
    legal.post(address("duty-list-adopt", delivered.pk), {"bureau": bureau.pk, "year": 2026})
    made = DutyList.objects.get(unit=bureau)
    duty = made.duties.get()
    legal.post(
        address("duty-list-edit", made.pk),
        {
            "title": "本局清单",
            "basis": "东公发〔2026〕1号",
            "post": made.post_id,
            "item-1-pk": duty.pk,
            "item-1-position": 2,
            "item-1-text": "甲",
            "item-1-kinds": ["asked", "study"],
            "item-2-position": 1,
            "item-2-text": "乙",
        },
    )
    legal.post(address("duty-list-confirm", made.pk))

    made.refresh_from_db()
    assert [each.delivered for each in offered] == [delivered]
    assert (made.title, made.basis, made.needs_check) == ("本局清单", "东公发〔2026〕1号", False)
    assert (made.checked_on, made.checked_by) == (TODAY, legal.user)
    rows = made.duties.order_by("position").values_list("position", "text", "deed_kinds")
    assert list(rows) == [(1, "乙", []), (2, "甲", ["asked", "study"])]


def test_a_refused_list_keeps_what_was_typed(legal, bureau):
    made = DutyListFactory(unit=bureau)
    duty = FirstPersonDutyFactory(duty_list=made, position=1, text="甲")

    response = legal.post(
        address("duty-list-edit", made.pk),
        {
            "title": "新名称",
            "post": made.post_id,
            "item-1-pk": duty.pk,
            "item-1-text": "",
            "item-2-text": "乙",
        },
    )

    assert response.status_code == 200
    assert response.context["rows"][0].errors == {
        "text": ["请填写职责；不要这一条的，勾选“删去这一条”。"]
    }
    assert response.context["rows"][1]["text"].value() == "乙"
    made.refresh_from_db()
    assert made.title == "第一责任人职责清单"


def test_a_delivered_list_is_read_only(legal):
    delivered = DutyListFactory(unit=None, year=None)

    assert legal.get(delivered.get_absolute_url()).context["may_keep"] is False
    assert legal.get(address("duty-list-edit", delivered.pk)).status_code == 404
    assert legal.post(address("duty-list-confirm", delivered.pk)).status_code == 404
    assert legal.get(address("duty-list-print", delivered.pk)).status_code == 200


# --- deeds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_deeds_in_the_same_queries(legal, bureau, head, rows, django_assert_num_queries):
    deeds = [DeedFactory(unit=bureau, person=head) for _n in range(rows)]

    with django_assert_num_queries(7):
        response = legal.get(address("deed-list"))

    assert set(shown(response)) == set(deeds)


def test_every_number_opens_the_list_it_counts(legal, bureau, head):
    for kind in ("deployed", "asked", "asked", "study"):
        DeedFactory(unit=bureau, person=head, kind=kind)
    DeedFactory(unit=bureau, person=head, kind="asked", on=date(2025, 5, 5))

    for page in (
        address("deed-list"),
        address("deed-list") + "?all_years=1",
        address("deed-list") + "?on=2026-05-19",
        address("person-duties", head.pk),
        address("unit-duties", bureau.pk) + "?year=2025",
    ):
        context = legal.get(page).context
        counts = context.get("counts") or [*context["tiles"], *context["others"]]
        assert [(k, n, len(shown(legal.get(href)))) for k, n, href in counts] == [
            (k, n, n) for k, n, _href in counts
        ]


def typed(head, **fields):
    given = {
        "holder": f"{head.person_id if hasattr(head, 'person_id') else head.pk}-{head.unit_id}",
        "kind": "deployed",
        "form": "instruction",
        "on": "2026-06-01",
        "title": "部署执法办案中心建设",
    }
    return given | fields


def test_a_deed_is_recorded(legal, bureau, head):
    response = legal.post(address("deed-new"), typed(head, occasion="党委会"), follow=True)

    deed = Deed.objects.get()
    assert said(response) == ["已记录：部署执法办案中心建设。"]
    assert (deed.unit, deed.person, deed.post.code) == (bureau, head, "first_person")
    assert (deed.on, deed.recorded_at, deed.recorded_by) == (date(2026, 6, 1), NOON, legal.user)


def test_a_case_is_refused_with_the_rule_and_nothing_is_lost(legal, head):
    response = legal.post(
        address("deed-new"), typed(head, title="督办张某诈骗案", occasion="党委会")
    )

    (reason,) = response.context["form"].non_field_errors()
    assert "“张某诈骗案”指向具体案件" in reason
    assert "《领导干部干预司法活动、插手具体案件处理的记录、通报和责任追究规定》" in reason
    assert response.context["form"]["occasion"].value() == "党委会"
    assert Deed.objects.count() == 0


@pytest.mark.parametrize("what", ["meeting", "problem", "measure", "task", "notice", "record"])
def test_what_is_there_is_linked_and_not_retyped(legal, bureau, head, what):
    record = {
        "meeting": lambda: MeetingFactory(unit=bureau, presided_by=head),
        "problem": lambda: ProblemFactory(unit=bureau),
        "measure": lambda: MeasureFactory(unit=bureau),
        "task": lambda: SuperiorTaskFactory(unit=bureau),
        "notice": lambda: notice_at("approved", unit=bureau),
        "record": lambda: WorkRecordFactory(unit=bureau),
    }[what]()
    href = f"{address('deed-new')}?{what}={record.pk}"

    page = legal.get(record.get_absolute_url()).content.decode()
    form = legal.get(href).context["form"]
    legal.post(href, typed(head, title=""))
    again = legal.post(href, typed(head, title=""))

    deed = Deed.objects.get()
    assert f'href="{href}"' in page
    assert form["title"].value() == record.title
    assert (getattr(deed, what), deed.title) == (record, record.title)
    assert list(again.context["form"].non_field_errors()) == [
        "该人员已以同一履职方式记录过这项记录，不重复计算。"
    ]


def test_a_meeting_gives_its_day_and_who_presided(legal, bureau, head, chief):
    meeting = MeetingFactory(unit=bureau, presided_by=head, held_on=date(2026, 6, 3))

    form = legal.get(f"{address('deed-new')}?meeting={meeting.pk}").context["form"]

    assert (form["on"].value(), form["form"].value()) == (date(2026, 6, 3), "meeting")
    assert form["holder"].value() == f"{head.pk}-{bureau.pk}"


def test_a_record_is_chosen_on_the_form(legal, bureau, head):
    meeting = MeetingFactory(unit=bureau, presided_by=head, title="6月党委会")

    legal.post(address("deed-new"), typed(head, title="", link=f"meeting-{meeting.pk}"))

    deed = Deed.objects.get()
    assert (deed.meeting, deed.title) == (meeting, "6月党委会")


def test_a_case_record_is_offered_for_court_and_refused_for_the_four(legal, bureau, head):
    kind = RecordKindFactory(code="court_appearance", is_case=True)
    record = WorkRecordFactory(unit=bureau, kind=kind, title="出庭应诉")
    href = f"{address('deed-new')}?record={record.pk}"

    page = legal.get(record.get_absolute_url()).content.decode()
    refused = legal.post(href, typed(head))
    legal.post(href, typed(head, kind="court", title="出庭应诉"))

    assert f'href="{href}&amp;kind=court"' in page
    assert ["不得关联个案" in each for each in refused.context["form"].non_field_errors()] == [True]
    assert Deed.objects.get().record == record


def test_what_lies_outside_the_scope_is_not_linked(legal, head):
    meeting = MeetingFactory()

    assert legal.get(f"{address('deed-new')}?meeting={meeting.pk}").status_code == 404
    assert legal.get(f"{address('deed-new')}?problem=x").status_code == 404


def test_new_deed_in_few_queries(legal, bureau, head, chief, django_assert_num_queries):
    MeetingFactory(unit=bureau, presided_by=head)

    with django_assert_num_queries(9):
        legal.get(address("deed-new"))


@pytest.mark.parametrize("rows", [1, 3])
def test_a_deed_in_the_same_queries(legal, bureau, head, rows, django_assert_num_queries):
    deed = DeedFactory(unit=bureau, person=head, problem=ProblemFactory(unit=bureau))
    listed = DutyListFactory(unit=bureau)
    deed.duties.set(FirstPersonDutyFactory(duty_list=listed) for _n in range(rows))

    with django_assert_num_queries(10):
        response = legal.get(deed.get_absolute_url())

    assert len(response.context["duties"]) == rows


def test_late_entry_is_said(legal, bureau, head):
    deed = DeedFactory(unit=bureau, person=head, on=date(2026, 6, 1))

    assert "事后9日录入" in legal.get(deed.get_absolute_url()).content.decode()


def test_a_deed_is_corrected_and_cancelled(legal, bureau, head):
    meeting = MeetingFactory(unit=bureau)
    deed = DeedFactory(unit=bureau, person=head, meeting=meeting)
    form = legal.get(address("deed-edit", deed.pk)).context["form"]

    legal.post(address("deed-edit", deed.pk), typed(head, title="部署案卷评查", on="2026-05-21"))
    legal.post(address("deed-cancel", deed.pk), {"because": "误录"})

    deed.refresh_from_db()
    assert form["title"].value() != deed.title
    assert (deed.title, deed.on, deed.meeting) == ("部署案卷评查", date(2026, 5, 21), meeting)
    assert (deed.cancelled_because, deed.cancelled_by) == ("误录", legal.user)
    assert shown(legal.get(address("deed-list"))) == []
    assert shown(legal.get(address("deed-list") + "?cancelled=1")) == [deed]


def test_a_leader_records_for_herself_alone(enter, bureau, head, chief):
    leader = enter(Role.LEADER, bureau, user=head.user)
    own = DeedFactory(unit=bureau, person=head)
    other = DeedFactory(unit=chief.unit, person=chief)

    form = leader.get(address("deed-new")).context["form"]
    leader.post(address("deed-new"), typed(chief))
    leader.post(address("deed-new"), typed(head))

    assert list(form.fields["holder"].holders) == [f"{head.pk}-{bureau.pk}"]
    assert list(Deed.objects.exclude(pk__in=[own.pk, other.pk]).values_list("person")) == [
        (head.pk,)
    ]
    assert leader.get(address("deed-edit", own.pk)).status_code == 200
    assert leader.get(address("deed-edit", other.pk)).status_code == 403
    assert leader.get(address("deed-cancel", other.pk)).status_code == 403


def test_a_clerk_records_the_head_of_the_station(enter, station, head, chief):
    clerk = enter(Role.CLERK, station)
    at_bureau = DeedFactory(unit=head.unit, person=head)

    clerk.post(address("deed-new"), typed(chief))

    deed = Deed.objects.get(unit=station)
    assert (deed.person, deed.post.code) == (chief, "station_head")
    assert shown(clerk.get(address("deed-list"))) == [deed]
    assert clerk.get(at_bureau.get_absolute_url()).status_code == 404


# --- the page of a leader ------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("whose", ["person", "unit"])
def test_the_year_in_the_same_queries(legal, bureau, head, whose, rows, django_assert_num_queries):
    version = ScheduleVersionFactory(schedule__set__unit=bureau, schedule__of_first_person=True)
    listed = DutyListFactory(unit=bureau)
    for number in range(1, rows + 1):
        FirstPersonDutyFactory(duty_list=listed).schedules.set([version.schedule])
        DeedFactory(unit=bureau, person=head).duties.set(listed.duties.all())
        day = date(2026, number, 5)
        due = DueFactory(version=version, day=day, met_on=day)
        DischargeFactory(
            due=due, meeting=MeetingFactory(unit=bureau, presided_by=head, held_on=day)
        )
        AccountGivenFactory(person=head, unit=bureau, year=2026 + number - 1)
    place = head if whose == "person" else bureau

    # A page of a person is told to the audit log.
    with django_assert_num_queries(11 if whose == "person" else 10):
        response = legal.get(address(f"{whose}-duties", place.pk))

    found = response.context["performance"]
    assert (len(found.deeds), len(found.done), len(found.sheets[0].items)) == (rows, rows, rows)


def test_an_empty_duty_says_so(legal, bureau, head):
    FirstPersonDutyFactory(duty_list=DutyListFactory(unit=bureau), text="甲")

    page = legal.get(address("person-duties", head.pk)).content.decode()

    assert page.count("本年度尚无记录") == 1


def test_a_person_without_a_post_has_no_year(legal, bureau):
    person = PersonFactory(unit=bureau)

    response = legal.get(address("person-duties", person.pk))

    assert (response.status_code, response.context["performance"]) == (200, None)
    assert legal.get(address("person-duties-print", person.pk)).status_code == 404
    assert legal.get(address("person-duties-docx", person.pk)).status_code == 404


def test_the_way_to_ones_own_page(enter, bureau, head):
    leader = enter(Role.LEADER, bureau, user=head.user)

    frame = leader.get(address("bureau-detail", bureau.pk)).content.decode()
    response = leader.get(address("own-duties"))

    assert f'href="{address("own-duties")}"' in frame
    assert response.url == address("person-duties", head.pk)


def test_a_login_without_a_person_is_told(legal):
    response = legal.get(address("own-duties"), follow=True)

    assert said(response) == ["您的账号没有对应的人员，请联系法制大队在人员中关联。"]


def test_who_sees_whose_year(enter, station, head, chief):
    def codes(client):
        return [
            client.get(address("person-duties", person.pk)).status_code for person in (head, chief)
        ]

    assert codes(enter(Role.CLERK, station)) == [404, 200]
    assert codes(enter(Role.LEGAL_OFFICER, station.bureau)) == [200, 200]
    assert codes(enter(Role.LEGAL_OFFICER, BureauFactory())) == [404, 404]
    assert codes(enter(Role.SUPERVISOR, station.bureau)) == [200, 200]


@pytest.mark.parametrize("whose", ["person", "unit"])
def test_print_and_file_say_the_same(legal, bureau, head, whose):
    DeedFactory(unit=bureau, person=head, title="部署执法办案中心建设")
    place = head if whose == "person" else bureau

    printed = legal.get(address(f"{whose}-duties-print", place.pk))
    file = legal.get(address(f"{whose}-duties-docx", place.pk))

    made = Document(BytesIO(file.content))
    words = [paragraph.text for paragraph in made.paragraphs]
    paper = printed.context["paper"]
    assert [line for line in paper.sections[0].lines if line not in words] == []
    rows = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
    assert rows[0] == ["序号", "日期", "履职方式", "事项", "形式、场合和文号", "录入日期"]
    assert rows[1:] == [list(record.cells()) for record in paper.records]
    assert rows[1][3] == "部署执法办案中心建设"
    assert "部署执法办案中心建设" in printed.content.decode()


# --- accounts given ------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_accounts_in_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    given = []
    for _n in range(rows):
        unit = UnitFactory(parent=bureau)
        for made in range(2):
            person = PersonFactory(unit=unit)
            post = PostFactory(code=f"head{made}", heads_unit=True)
            AppointmentFactory(person=person, post=post)
        given.append(AccountGivenFactory(person=person, unit=unit))

    with django_assert_num_queries(8):
        response = legal.get(address("account-list"))

    assert set(shown(response)) == set(given)
    assert (response.context["given_count"], response.context["yet_count"]) == (rows, rows)


def test_account_is_recorded_and_the_head_owes_none_any_more(legal, bureau, head, chief):
    before = legal.get(address("account-list")).context
    meeting = MeetingFactory(unit=bureau, held_on=date(2026, 1, 20))

    legal.post(
        address("account-new"),
        {
            "holder": f"{head.pk}-{bureau.pk}",
            "year": 2025,
            "form": "meeting",
            "on": "2026-01-20",
            "before": "市局党委",
            "meeting": meeting.pk,
        },
    )
    after = legal.get(address("account-list")).context

    account = AccountGiven.objects.get()
    assert (account.person, account.meeting, account.bureau) == (head, meeting, bureau)
    assert ([t.person for t in before["yet"]], before["of"]) == ([head, chief], 2025)
    assert ([t.person for t in after["yet"]], after["given_count"]) == ([chief], 1)
    assert legal.get(address("account-print")).context["yet_count"] == 1


def test_the_form_knows_whom_it_was_opened_for(legal, bureau, head, chief):
    href = f"{address('account-new')}?of=2024&person={chief.pk}&unit={chief.unit_id}"

    form = legal.get(href).context["form"]

    assert (form["holder"].value(), form["year"].value()) == (f"{chief.pk}-{chief.unit_id}", 2024)


def test_a_refused_account_keeps_what_was_typed(legal, head):
    response = legal.post(
        address("account-new"),
        {
            "holder": f"{head.pk}-{head.unit_id}",
            "year": 2025,
            "form": "written",
            "on": "2026-01-20",
            "before": "局党委",
            "comment": "问题要具体",
        },
    )

    form = response.context["form"]
    assert list(form.non_field_errors()) == ["填写了点评意见的，请填写点评人。"]
    assert form["comment"].value() == "问题要具体"


def test_the_comment_comes_later_and_the_account_is_cancelled(legal, bureau, head):
    account = AccountGivenFactory(person=head, unit=bureau, post=PostFactory(code="first_person"))
    form = legal.get(address("account-edit", account.pk)).context["form"]

    legal.post(
        address("account-edit", account.pk),
        {
            "form": "meeting",
            "on": "2026-01-20",
            "before": "局党委",
            "comment": "问题要具体",
            "commented_by": "书记",
        },
    )
    legal.post(address("account-cancel", account.pk), {"because": "误录"})

    account.refresh_from_db()
    assert form["before"].value() == "局党委"
    assert (account.comment, account.cancelled_because) == ("问题要具体", "误录")


def test_a_problem_named_goes_to_the_register(legal, bureau, head):
    account = AccountGivenFactory(person=head, unit=bureau)
    source = ProblemSourceFactory(code="accountability")
    href = f"{address('problem-new')}?account={account.pk}"

    page = legal.get(account.get_absolute_url()).content.decode()
    form = legal.get(href).context["form"]
    legal.post(
        href,
        {
            "unit": bureau.pk,
            "title": "案卷自查不经常",
            "found_on": "2026-01-20",
            "source": source.pk,
            "kind": "dated",
            "counts": "on",
        },
    )

    problem = Problem.objects.get()
    assert f'href="{href}"' in page
    assert (form["unit"].value(), form["source"].value()) == (bureau.pk, source.pk)
    assert (problem.account, problem.source) == (account, source)
    assert legal.get(account.get_absolute_url()).context["problems"] == [problem]


@pytest.mark.parametrize("rows", [1, 3])
def test_an_account_in_the_same_queries(legal, bureau, head, rows, django_assert_num_queries):
    account = AccountGivenFactory(person=head, unit=bureau)
    problems = [ProblemFactory(unit=bureau, account=account) for _n in range(rows)]

    with django_assert_num_queries(9):  # eight, and the audit log
        response = legal.get(account.get_absolute_url())

    assert response.context["problems"] == problems


@pytest.mark.parametrize("what", ["deed", "account"])
def test_evidence_is_handed_in(legal, bureau, head, what):
    factory = DeedFactory if what == "deed" else AccountGivenFactory
    record = factory(unit=bureau, person=head)

    legal.post(
        address("evidence-add", what, record.pk),
        {"reference_title": "批示件", "reference_keeper": "机要室", "kind": "material"},
    )

    (evidence,) = legal.get(record.get_absolute_url()).context["evidence"]
    assert (evidence.title, evidence.unit) == ("批示件", bureau)
    assert legal.get(address("evidence-view", evidence.pk)).context["target"] == record
