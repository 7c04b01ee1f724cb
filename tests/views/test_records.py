import re
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reports.domain.access import Role
from reports.models import EvidenceUse, Problem, WorkRecord
from tests.factories import (
    NOON,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    RecordFieldFactory,
    RecordKindFactory,
    ReportHeadingFactory,
    UnitFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def station():
    return UnitFactory(name="东关派出所")


@pytest.fixture
def kind():
    kind = RecordKindFactory(heading=ReportHeadingFactory())
    RecordFieldFactory(
        kind=kind, code="topic", label="主题", type="choice", choices=["反诈", "禁毒"], position=1
    )
    RecordFieldFactory(
        kind=kind, code="audience", label="受众", counter="人次", in_totals=True, position=2
    )
    RecordFieldFactory(kind=kind, code="place", label="地点", type="text", position=3)
    return kind


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def clerk(enter, station):
    return enter(Role.CLERK, station)


@pytest.fixture
def legal(enter, station):
    return enter(Role.LEGAL_OFFICER, station.bureau)


def address(name, record):
    return reverse(f"reports:record-{name}", args=[record.pk])


def new(kind, **parts):
    return (
        reverse("reports:record-new")
        + f"?kind={kind.pk}"
        + "".join(f"&{name}={value}" for name, value in parts.items())
    )


def sheet(kind, unit, month):
    return reverse("reports:record-totals") + f"?kind={kind.pk}&unit={unit.pk}&month={month}"


def typed(unit, **more):
    return {"on": "2026-06-09", "unit": unit.pk, "title": "反诈进社区", "f_topic": "反诈"} | more


def shown(response):
    return [row.record for row in response.context["table"].rows]


# --- the list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_every_record_in_the_same_queries(
    legal, station, kind, rows, django_assert_num_queries
):
    records = [WorkRecordFactory(unit=station, kind=kind) for _n in range(rows)]

    with django_assert_num_queries(8):
        response = legal.get(reverse("reports:record-list"))

    assert shown(response) == records[::-1]
    assert response.context["groups"] == [(kind.heading, [(kind, rows)])]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_one_kind_has_its_fields_in_the_same_queries(
    legal, station, kind, rows, django_assert_num_queries
):
    for _n in range(rows):
        WorkRecordFactory(unit=station, kind=kind, values={"topic": "反诈", "audience": 30})

    with django_assert_num_queries(9):
        response = legal.get(reverse("reports:record-list"), {"kind": kind.pk})

    text = response.content.decode()
    assert [column.header for column in response.context["table"].columns][-2:] == [
        "主题",
        "受众（人次）",
    ]
    assert text.count('data-label="受众">30</td>') == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["宣传甲", "宣传乙", "合计"]),
        ({"q": "xcj"}, ["宣传甲"]),
        ({"q": "宣传"}, ["宣传甲", "宣传乙"]),
        ({"q": "〔2026〕7"}, ["宣传乙"]),
        ({"month": "5"}, ["宣传乙", "合计"]),
        ({"entered": "single"}, ["宣传甲", "宣传乙"]),
        ({"entered": "total"}, ["合计"]),
        ({"entered": "left_out"}, ["合计"]),
        ({"year": "2025"}, ["去年"]),
        ({"all_years": "on"}, ["宣传甲", "宣传乙", "合计", "去年"]),
        ({"cancelled": "on"}, ["作废", "宣传甲", "宣传乙", "合计"]),
        ({"place": "没有"}, []),
    ],
)
def test_filters(legal, station, query, found):
    def make(title, on, **more):
        return WorkRecordFactory(unit=station, title=title, on=on, **more)

    make("宣传甲", date(2026, 6, 1), initials="xcj")
    make("宣传乙", date(2026, 5, 20), initials="xcy", document_number="示公〔2026〕7号")
    make("合计", date(2026, 5, 1), is_total=True, source="月报")
    make("去年", date(2025, 5, 20))
    make("作废", date(2026, 6, 2), cancelled_at=NOON, cancelled_because="重复")

    response = legal.get(reverse("reports:record-list"), query)

    assert [record.title for record in shown(response)] == found


def test_every_number_opens_the_rows_it_counts(legal, station, kind):
    for _n in range(2):
        WorkRecordFactory(unit=station, kind=kind)
    WorkRecordFactory(unit=station, kind=RecordKindFactory(code="other", name="其他"))
    page = legal.get(reverse("reports:record-list")).content.decode()
    link = re.search(rf'href="(\?[^"]*kind={kind.pk}[^"]*)"', page).group(1)

    opened = legal.get(reverse("reports:record-list") + link.replace("&amp;", "&"))

    assert len(shown(opened)) == 2


def test_a_total_left_out_is_said_with_its_list(legal, station):
    WorkRecordFactory(unit=station)
    doubled = WorkRecordFactory(
        unit=station, on=date(2026, 5, 1), is_total=True, amount=9, source="月报"
    )

    page = legal.get(reverse("reports:record-list"))
    opened = legal.get(reverse("reports:record-list"), {"entered": "left_out"})

    assert "1 份合计因该月已有逐条录入的记录而不计入" in page.content.decode()
    assert shown(opened) == [doubled]


def test_export_of_one_kind_has_all_its_fields(legal, station, kind):
    WorkRecordFactory(
        unit=station, kind=kind, title="讲座", values={"audience": 30, "place": "中心小学"}
    )

    answer = legal.get(reverse("reports:record-list"), {"kind": kind.pk, "_export": "xlsx"})

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    head, row = rows.to_python()[:2]
    assert head[-3:] == ["主题", "受众（人次）", "地点"]
    assert (row[1], row[-3:]) == ("讲座", ["", 30.0, "中心小学"])


@pytest.mark.parametrize("rows", [1, 3])
def test_print_shows_the_rows_in_the_same_queries(
    legal, station, kind, rows, django_assert_num_queries
):
    for _n in range(rows):
        WorkRecordFactory(unit=station, kind=kind, values={"topic": "反诈", "audience": 30})

    with django_assert_num_queries(7):
        response = legal.get(reverse("reports:record-sheet"))

    page = response.content.decode()
    assert "2026年工作记录登记表" in page
    assert page.count("主题：反诈；受众：30人次") == rows


def test_court_appearances_are_counted_by_instance(legal, station):
    court = RecordKindFactory(code="court_appearance", name="出庭应诉")
    for on, head in ((date(2026, 4, 2), True), (date(2026, 5, 2), False)):
        values = {"case": "示1号", "instance": "一审", "head": head}
        WorkRecordFactory(unit=station, kind=court, on=on, values=values)

    page = legal.get(reverse("reports:record-list"), {"kind": court.pk}).content.decode()

    assert "1 / 1 个审级有负责人出庭" in page
    assert "2026年4月2日、2026年5月2日" in page


# --- entering -----------------------------------------------------------------------------------


def test_kinds_are_chosen_first_own_ones_before_the_others(clerk, station, kind):
    RecordKindFactory(code="gone", name="停用", is_active=False)
    WorkRecordFactory(unit=station, kind=kind, recorded_by=clerk.user)

    response = clerk.get(reverse("reports:record-new"), {"measure": "7"})

    page = response.content.decode()
    assert response.context["recent"] == [kind]
    assert [kinds for _heading, kinds in response.context["groups"]] == [[kind]]
    assert page.count(f"?kind={kind.pk}&amp;measure=7") == 2


def test_form_asks_what_the_kind_asks_and_nothing_else(clerk, station, kind):
    form = clerk.get(new(kind)).context["form"]

    assert list(form.fields) == [
        *("once", "on", "unit", "title", "measure", "note", "files"),
        *("f_topic", "f_audience", "f_place"),
    ]
    assert (form["on"].value(), form["unit"].value()) == (TODAY, station.pk)


def test_form_of_a_period_with_people_and_a_number(clerk, kind):
    for name in ("asks_period", "asks_document"):
        setattr(kind, name, True)
    kind.person_label, kind.second_label, kind.title_label = "带队人", "记录人", "行动名称"
    kind.save()

    form = clerk.get(new(kind)).context["form"]

    assert [str(form[name].label) for name in ("on", "title", "person", "second_person")] == [
        "开始日期",
        "行动名称",
        "带队人",
        "记录人",
    ]
    assert {"last_day", "document_number"} <= set(form.fields)


@pytest.mark.parametrize("people", [1, 3])
def test_form_costs_the_same_queries(clerk, station, kind, people, django_assert_num_queries):
    kind.person_label = "负责人"
    kind.save()
    for _n in range(people):
        PersonFactory(unit=station)
        MeasureFactory(unit=station)

    with django_assert_num_queries(10):
        clerk.get(new(kind))


def test_a_record_with_its_file_is_entered(clerk, station, kind):
    upload = SimpleUploadedFile("签到表.txt", "签到".encode())

    answer = clerk.post(
        new(kind), typed(station, f_audience="１,200", f_place=" 广场 ", files=[upload])
    )

    record = WorkRecord.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, record.get_absolute_url())
    assert (record.on, record.unit, record.recorded_by) == (
        date(2026, 6, 9),
        station,
        clerk.user,
    )
    assert record.values == {"topic": "反诈", "audience": 1200, "place": "广场"}
    assert EvidenceUse.objects.get().record == record


def test_the_same_page_sent_twice_makes_one_record_and_one_file(clerk, station, kind):
    once = "7d1e3f0a-9f5c-4a32-8f52-0d6d4b8f3c11"

    for _n in range(2):
        upload = SimpleUploadedFile("签到表.txt", "签到".encode())
        clerk.post(new(kind), typed(station, once=once, files=[upload]))

    assert (WorkRecord.objects.count(), EvidenceUse.objects.count()) == (1, 1)


def test_the_next_one_of_the_kind_opens_at_once(clerk, station, kind):
    answer = clerk.post(new(kind), typed(station, another="1"))

    assert answer["Location"] == new(kind, unit=station.pk)


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(clerk, station, kind):
    answer = clerk.post(
        new(kind), typed(station, on="2026-06-11", title="", f_topic="赌博", f_audience="若干")
    )

    form = answer.context["form"]
    assert dict(form.errors) == {
        "on": ["日期不能晚于今天：做完再录入。"],
        "title": ["这个字段是必填项。"],
        "f_topic": ["选择一个有效的选项。 赌博 不在可用的选项中。"],
        "f_audience": ["请填写数字，如 120。"],
    }
    assert form["f_audience"].value() == "若干"


@pytest.mark.parametrize(
    ("value", "said"),
    [("-1", "数字不能小于零。"), ("1.5", "请填写整数。"), ("999999999", "数字过大，请核对。")],
)
def test_numbers_are_judged_by_the_rule(clerk, station, kind, value, said):
    answer = clerk.post(new(kind), typed(station, f_audience=value))

    assert dict(answer.context["form"].errors) == {"f_audience": [said]}


def test_a_required_field_is_asked_for(clerk, station, kind):
    kind.fields.filter(code="audience").update(is_required=True)

    answer = clerk.post(new(kind), typed(station))

    assert list(answer.context["form"].errors) == ["f_audience"]


def test_names_of_parties_are_refused_beside_the_name(clerk, station, kind):
    kind.is_case = True
    kind.save()

    answer = clerk.post(new(kind), typed(station, title="信访人张三"))

    assert dict(answer.context["form"].errors) == {
        "title": ["涉及具体案件的只写编号，请删去当事人姓名。"]
    }


@pytest.mark.parametrize("name", ["李强", "lq", "李强（东关派出所）"])
def test_a_person_is_found_by_name_initials_or_line(clerk, station, kind, name):
    kind.person_label = "负责人"
    kind.save()
    person = PersonFactory(unit=station, name="李强", initials="lq")
    PersonFactory(unit=station, name="王芳", initials="wf")

    clerk.post(new(kind), typed(station, person=name))

    assert WorkRecord.objects.get().person == person


def test_people_elsewhere_and_people_alike_are_not_guessed(clerk, station, kind):
    kind.person_label = "负责人"
    kind.save()
    PersonFactory(name="外人")
    for _n in range(2):
        PersonFactory(unit=station, name="李强")

    answers = [
        clerk.post(new(kind), typed(station, person=name)).context["form"].errors["person"]
        for name in ("外人", "李强")
    ]

    assert answers == [
        ["没有找到“外人”，请从列表中选择。"],
        ["“李强”有几人，请写明：李强（东关派出所）、李强（东关派出所） 2。"],
    ]


def test_what_looks_the_same_is_saved_once_it_is_confirmed(clerk, station, kind):
    clerk.post(new(kind), typed(station))

    asked = clerk.post(new(kind), typed(station))
    clerk.post(new(kind), typed(station, confirmed="on"))

    assert dict(asked.context["form"].errors) == {
        "confirmed": ["该单位当日已有同名记录，请核对是否重复录入。"]
    }
    assert 'name="confirmed"' in asked.content.decode()
    assert WorkRecord.objects.count() == 2


def test_units_elsewhere_are_not_offered(clerk, station, kind):
    other = UnitFactory(parent=station.parent)

    answer = clerk.post(new(kind), typed(other))

    assert list(answer.context["form"].errors) == ["unit"]
    assert WorkRecord.objects.count() == 0


def test_a_plan_item_is_linked(clerk, station, kind):
    measure = MeasureFactory(unit=station)
    MeasureFactory()

    form = clerk.get(new(kind, measure=measure.pk)).context["form"]
    clerk.post(new(kind), typed(station, measure=measure.pk))

    assert form["measure"].value() == measure.pk
    assert [each.pk for each in form.fields["measure"].queryset] == [measure.pk]
    assert WorkRecord.objects.get().measure == measure


# --- the sheet of a month -----------------------------------------------------------------------


def test_sheet_shows_last_month_beside_the_empty_one(clerk, station, kind):
    WorkRecordFactory(
        unit=station,
        kind=kind,
        on=date(2026, 4, 1),
        is_total=True,
        amount=12,
        source="月报",
        values={"audience": 300},
    )

    response = clerk.get(sheet(kind, station, "2026-05"))

    lines = [
        (str(field.label), field.value(), before) for field, before in response.context["lines"]
    ]
    assert lines == [("数量（场）", None, 12), ("受众（人次）", None, 300)]
    assert response.context["form"]["source"].value() == "月报"


def test_sheet_costs_few_queries(clerk, station, kind, django_assert_num_queries):
    with django_assert_num_queries(10):
        clerk.get(sheet(kind, station, "2026-05"))


def test_sheet_is_saved_as_the_total_of_the_month(clerk, station, kind):
    answer = clerk.post(
        sheet(kind, station, "2026-05"), {"amount": "9", "f_audience": "", "source": "月报"}
    )

    record = WorkRecord.objects.get()
    assert answer["Location"] == record.get_absolute_url()
    assert (record.is_total, record.on, record.unit, record.amount, record.values) == (
        True,
        date(2026, 5, 1),
        station,
        9,
        {},
    )


def test_blank_is_not_zero(clerk, station, kind):
    answers = {
        typed: clerk.post(
            sheet(kind, station, month), {"amount": typed, "f_audience": "0", "source": "月报"}
        )
        for typed, month in (("", "2026-05"), ("0", "2026-04"))
    }

    assert dict(answers[""].context["form"].errors) == {"amount": ["这个字段是必填项。"]}
    assert WorkRecord.objects.get().values == {"audience": 0}


def test_a_total_without_source_is_refused(clerk, station, kind):
    answer = clerk.post(sheet(kind, station, "2026-05"), {"amount": "9", "source": ""})

    assert list(answer.context["form"].errors) == ["source"]


def test_a_month_with_single_records_warns_and_lets_save(clerk, station, kind):
    WorkRecordFactory(unit=station, kind=kind)
    given = {"amount": "9", "source": "月报"}

    asked = clerk.post(sheet(kind, station, "2026-05"), given)
    clerk.post(sheet(kind, station, "2026-05"), given | {"confirmed": "on"})

    assert asked.context["form"].errors["confirmed"] == [
        "该单位该月已有逐条录入的记录。两者并存时只计逐条录入的数量，合计不计入。"
    ]
    assert WorkRecord.objects.filter(is_total=True).count() == 1


def test_a_total_that_is_there_is_corrected(clerk, station, kind):
    total = WorkRecordFactory(
        unit=station, kind=kind, on=date(2026, 5, 1), is_total=True, amount=9, source="月报"
    )

    page = clerk.get(sheet(kind, station, "2026-05"))
    clerk.post(
        sheet(kind, station, "2026-05"), {"amount": "10", "source": "月报", "f_audience": "5"}
    )

    total.refresh_from_db()
    assert page.context["form"]["amount"].value() == 9
    assert (WorkRecord.objects.count(), total.amount, total.values) == (1, 10, {"audience": 5})


def test_sheet_without_a_kind_opens_the_one_used_last(clerk, station, kind):
    other = RecordKindFactory(code="other", name="其他")
    WorkRecordFactory(unit=station, kind=other, recorded_by=clerk.user)

    answer = clerk.get(reverse("reports:record-totals"))

    assert answer["Location"] == f"{reverse('reports:record-totals')}?kind={other.pk}&month=2026-05"


def test_sheet_of_a_kind_that_takes_no_totals_is_not_there(clerk, station, kind):
    kind.takes_totals = False
    kind.save()

    assert clerk.get(sheet(kind, station, "2026-05")).status_code == 404


# --- one record ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_detail_shows_what_hangs_on_it_in_the_same_queries(
    legal, station, kind, rows, django_assert_num_queries
):
    kind.problem_source = ProblemSourceFactory()
    kind.save()
    record = WorkRecordFactory(unit=station, kind=kind, values={"topic": "反诈"})
    problems = [ProblemFactory(unit=station, record=record, found_on=TODAY) for _n in range(rows)]

    with django_assert_num_queries(10):
        response = legal.get(address("detail", record))

    page = response.content.decode()
    assert set(response.context["page"].problems) == set(problems)
    assert f"{reverse('reports:problem-new')}?record={record.pk}" in page
    assert "<dt>主题</dt><dd>反诈</dd>" in page


@pytest.mark.parametrize(
    ("on", "last_day", "is_total", "said"),
    [
        (date(2026, 6, 3), None, False, ""),
        (date(2026, 6, 1), None, False, "事后9日录入"),
        (date(2026, 4, 1), date(2026, 6, 5), False, ""),
        (date(2026, 6, 1), None, True, ""),
        (date(2026, 4, 1), None, True, "事后41日录入"),
    ],
)
def test_late_entries_are_said(legal, station, on, last_day, is_total, said):
    record = WorkRecordFactory(
        unit=station, on=on, last_day=last_day, is_total=is_total, source="月报"
    )

    page = legal.get(address("detail", record)).content.decode()

    assert re.findall(r"事后\d+日录入", page) == ([said] if said else [])


def test_detail_says_that_a_total_is_not_counted(legal, station):
    total = WorkRecordFactory(
        unit=station, on=date(2026, 5, 1), is_total=True, amount=9, source="月报"
    )
    single = WorkRecordFactory(unit=station)

    pages = [legal.get(address("detail", each)).content.decode() for each in (total, single)]

    assert "数字只计逐条录入的数量，本合计不计入" in pages[0]
    assert "该单位该月另填有合计" in pages[1]


def test_a_record_is_corrected(clerk, station, kind):
    record = WorkRecordFactory(unit=station, kind=kind, values={"topic": "反诈", "audience": 30})

    form = clerk.get(address("edit", record)).context["form"]
    clerk.post(address("edit", record), typed(station, f_topic="禁毒", title="改名"))

    record.refresh_from_db()
    assert (form["f_audience"].value(), form["title"].value()) == (30, record.history.last().title)
    assert (record.title, record.values) == ("改名", {"topic": "禁毒"})


def test_a_person_who_has_left_stays_chosen(clerk, station, kind):
    kind.person_label = "负责人"
    kind.save()
    person = PersonFactory(unit=station, name="李强", left_on=date(2026, 6, 1))
    record = WorkRecordFactory(unit=station, kind=kind, person=person)

    value = clerk.get(address("edit", record)).context["form"]["person"].value()
    clerk.post(address("edit", record), typed(station, person=value))

    record.refresh_from_db()
    assert (value, record.person) == ("李强（东关派出所）", person)


def test_a_total_is_corrected_on_its_sheet(clerk, station, kind):
    total = WorkRecordFactory(
        unit=station, kind=kind, on=date(2023, 5, 1), is_total=True, amount=9, source="月报"
    )

    page = clerk.get(address("edit", total))
    clerk.post(address("edit", total), {"amount": "8", "source": "年报"})

    total.refresh_from_db()
    assert page.context["month_words"] == "2023年5月"
    assert (total.amount, total.source, total.on) == (8, "年报", date(2023, 5, 1))


def test_a_cancelled_record_stays_readable(clerk, station):
    record = WorkRecordFactory(unit=station)

    clerk.post(address("cancel", record), {"because": "重复录入"})
    page = clerk.get(address("detail", record)).content.decode()

    record.refresh_from_db()
    assert record.cancelled_by == clerk.user
    assert "重复录入" in page
    assert address("edit", record) not in page
    assert clerk.get(address("edit", record)).status_code == 403


def test_what_rests_on_it_keeps_it_from_being_cancelled(clerk, station):
    record = WorkRecordFactory(unit=station)
    ProblemFactory(unit=station, record=record, found_on=TODAY)

    answer = clerk.post(address("cancel", record), {"because": "重复"})

    assert answer.context["form"].non_field_errors() == ["已据此登记问题1，请先作废这些问题。"]


def test_evidence_is_handed_in_later(clerk, station):
    record = WorkRecordFactory(unit=station)

    answer = clerk.post(
        reverse("reports:evidence-add", args=["record", record.pk]),
        {"kind": "photo", "files": [SimpleUploadedFile("说明.txt", "内容".encode())]},
    )
    use = EvidenceUse.objects.get()
    page = clerk.get(reverse("reports:evidence-view", args=[use.evidence_id]))

    assert (answer["Location"], use.record) == (record.get_absolute_url(), record)
    assert page.context["target"] == record


# --- what work brings to light ------------------------------------------------------------------


def register(kind):
    return reverse("reports:problem-new") + f"?record={kind.pk}"


def test_a_finding_is_registered_with_what_is_known(legal, station, kind):
    kind.problem_source = ProblemSourceFactory(code="case_review", name="案卷评查")
    kind.save()
    record = WorkRecordFactory(
        unit=station, kind=kind, on=date(2026, 6, 1), last_day=date(2026, 6, 3)
    )

    form = legal.get(register(record)).context["form"]
    known = {name: form[name].value() for name in ("unit", "source", "found_on")}
    legal.post(register(record), known | {"title": "送达回证缺项", "kind": "dated", "counts": "on"})

    problem = Problem.objects.get()
    assert known == {
        "unit": station.pk,
        "source": kind.problem_source_id,
        "found_on": date(2026, 6, 3),
    }
    assert (problem.record, problem.source) == (record, kind.problem_source)
    page = legal.get(problem.get_absolute_url()).content.decode()
    assert f'<a href="{record.get_absolute_url()}">{record.title}</a>' in page


@pytest.mark.parametrize(
    ("on", "found"),
    [(date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 10))],
)
def test_a_finding_of_a_total_is_of_its_month(legal, station, on, found):
    kind = RecordKindFactory(problem_source=ProblemSourceFactory())
    record = WorkRecordFactory(unit=station, kind=kind, on=on, is_total=True, source="月报")

    form = legal.get(register(record)).context["form"]

    assert form["found_on"].value() == found


def test_findings_of_others_are_not_registered(enter, station):
    kind = RecordKindFactory(problem_source=ProblemSourceFactory())
    record = WorkRecordFactory(unit=station, kind=kind)
    codes = []
    for role, place in (
        (Role.CLERK, station),
        (Role.LEGAL_OFFICER, station.bureau),
        (Role.LEGAL_OFFICER, UnitFactory().bureau),
    ):
        codes.append(enter(role, place).get(register(record)).status_code)

    assert codes == [403, 200, 404]


def test_work_that_finds_no_problems_registers_none(legal, station):
    record = WorkRecordFactory(unit=station)

    page = legal.get(address("detail", record)).content.decode()

    assert "登记为问题" not in page
    assert legal.get(register(record)).status_code == 404


def test_a_court_appearance_with_its_remark_costs_as_much(
    legal, station, django_assert_num_queries
):
    court = RecordKindFactory(code="court_appearance", name="出庭应诉", is_case=True)
    values = {"case": "示1号", "instance": "一审", "sued": "以本单位名义", "head": False}
    record = WorkRecordFactory(unit=station, kind=court, values=values)

    with django_assert_num_queries(10):
        page = legal.get(address("detail", record)).content.decode()

    assert "以本单位名义被诉，该审级单位负责人尚未出庭。" in page


# --- the plan of a year -------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_plan_shows_what_was_done_in_the_same_queries(
    legal, station, kind, rows, django_assert_num_queries
):
    measures = [MeasureFactory(unit=station) for _n in range(rows)]
    for _n in range(rows):
        WorkRecordFactory(unit=station, kind=kind, measure=measures[0])
    address = reverse("reports:bureau-plan", args=[station.bureau_id])

    with django_assert_num_queries(7):
        response = legal.get(address)

    items = response.context["items"]
    assert [item.measure for item in items] == measures
    assert items[0].done == ((kind, rows),)
    assert f"共 {rows} 项，已完成 0 项，1 项有工作记录" in response.content.decode()


def test_plan_is_printed_and_exported(legal, station, kind):
    measure = MeasureFactory(unit=station, title="落实普法计划")
    WorkRecordFactory(unit=station, kind=kind, measure=measure, title="讲座")
    pk = station.bureau_id

    page = legal.get(reverse("reports:bureau-plan-print", args=[pk])).content.decode()
    answer = legal.get(reverse("reports:bureau-plan", args=[pk]), {"_export": "xlsx"})

    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0)
    assert "法治宣传 1 场" in page
    assert "讲座（5月20日，东关派出所）" in page
    assert rows.to_python()[1][1:3] == ["落实普法计划", "东关派出所"]
    assert rows.to_python()[1][-2:] == [1.0, "法治宣传1场"]
