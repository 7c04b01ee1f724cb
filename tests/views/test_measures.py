from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Extension, Measure
from tests.factories import (
    ExtensionFactory,
    MeasureFactory,
    MilestoneFactory,
    PersonFactory,
    ProblemFactory,
    ProgressFactory,
    SuperiorTaskFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    return UnitFactory()


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def legal(enter, station):
    return enter(Role.LEGAL_OFFICER, station.bureau)


def address(name, measure):
    return reverse(f"reports:measure-{name}", args=[measure.pk])


def shown(response):
    return [row.record for row in response.context["table"].rows]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_every_measure_in_the_same_queries(
    legal, station, rows, django_assert_num_queries
):
    measures = [MeasureFactory(unit=station) for _ in range(rows)]

    with django_assert_num_queries(6):
        response = legal.get(reverse("reports:measure-list"))

    assert shown(response) == measures


def test_every_column_sorts_both_ways_and_exports(legal, station):
    MeasureFactory(unit=station)
    table = legal.get(reverse("reports:measure-list")).context["table"]

    for column in table.columns:
        for sign in ("", "-"):
            response = legal.get(reverse("reports:measure-list"), {"sort": sign + column.name})
            assert len(shown(response)) == 1, column.name
    response = legal.get(reverse("reports:measure-list"), {"_export": "csv"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("长期无进展")


def test_list_narrows_by_what_is_chosen(legal, station):
    late = MeasureFactory(unit=station, due_on=date(2026, 6, 1), title="清案")
    soon = MeasureFactory(unit=station)
    far = MeasureFactory(unit=station, due_on=date(2026, 12, 31), plan_year=2027)
    problem = ProblemFactory(unit=station)
    answer = MeasureFactory(unit=station, problems=(problem,), plan_year=None, due_on=None)
    done = MeasureFactory(unit=station)
    Measure.objects.filter(pk=done.pk).update(done_on=date(2026, 6, 2))
    nearly = MeasureFactory(unit=station, due_on=None)
    ProgressFactory(measure=nearly, basically_done=True)

    def listed(**asked):
        return {m.pk for m in shown(legal.get(reverse("reports:measure-list"), asked))}

    opened = {m.pk for m in (late, soon, far, answer, nearly)}
    assert listed(state="open") == opened
    assert listed() == opened | {done.pk}
    assert listed(state="done") == {done.pk}
    assert listed(state="done", year="2025") == set()
    assert listed(overdue="1") == {late.pk}
    assert listed(soon="1") == {late.pk, soon.pk}
    assert listed(plan_year="2027") == {far.pk}
    assert listed(problem=problem.pk) == {answer.pk}
    assert listed(nearly="1") == {nearly.pk}
    assert listed(q="清案") == {late.pk}


def test_clerk_reports_progress_with_a_file(enter, station, evidence_store):
    measure = MeasureFactory(unit=station)
    clerk = enter(Role.CLERK, station)

    clerk.post(
        address("progress", measure),
        {
            "on": "2026-06-09",
            "text": "已完成培训",
            "outcome": "done",
            "files": SimpleUploadedFile("签到.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 9),
        },
    )

    measure.refresh_from_db()
    progress = measure.progress.get()
    assert (measure.done_on, progress.recorded_by) == (date(2026, 6, 9), clerk.user)
    assert progress.evidence_uses.get().evidence.original_name == "签到.png"
    assert "签到" in clerk.get(measure.get_absolute_url()).content.decode()


def test_refused_progress_keeps_no_file_and_loses_nothing(enter, station, evidence_store):
    measure = MeasureFactory(unit=station)
    clerk = enter(Role.CLERK, station)

    response = clerk.post(
        address("progress", measure),
        {
            "on": "2026-06-09",
            "text": "已完成培训",
            "files": SimpleUploadedFile("签到.png", b"MZ"),
        },
    )

    assert response.context["form"]["text"].value() == "已完成培训"
    assert "内容与扩展名不符" in response.context["form"].non_field_errors()[0]
    assert not measure.progress.exists()
    assert list(evidence_store.iterdir()) == []


def test_extension_is_asked_by_the_clerk_and_granted_by_another(client, station):
    measure = MeasureFactory(unit=station)
    clerk, legal = member(Role.CLERK, station), member(Role.LEGAL_OFFICER, station.bureau)
    asked = {"new_due_on": "2026-08-31", "reason": "等平台", "asked_on": "2026-06-10"}
    decide = {"granted": "1", "on": "2026-06-10"}

    client.force_login(clerk, backend="reports.views.backend.LedgerBackend")
    client.post(address("extend", measure), asked)
    extension = Extension.objects.get()
    decision = reverse("reports:extension-decide", args=[extension.pk])
    assert client.post(decision, decide).status_code == 403
    client.force_login(legal, backend="reports.views.backend.LedgerBackend")
    client.post(decision, decide)

    measure.refresh_from_db()
    assert measure.due_on == date(2026, 8, 31)


def test_who_asked_may_not_grant(legal, station):
    extension = ExtensionFactory(measure=MeasureFactory(unit=station), recorded_by=legal.user)

    response = legal.post(
        reverse("reports:extension-decide", args=[extension.pk]),
        {"granted": "1", "on": "2026-06-10"},
    )

    assert response.context["form"].non_field_errors() == ["延期须由申请人以外的人批准。"]


def test_measure_is_set_for_a_problem_from_its_page(legal, station):
    problem = ProblemFactory(unit=station)
    page = legal.get(reverse("reports:measure-new"), {"problem": problem.pk})
    form = page.context["form"]

    response = legal.post(
        reverse("reports:measure-new") + f"?problem={problem.pk}",
        {
            "title": "补齐台账",
            "unit": form["unit"].value(),
            "problems": form["problems"].value(),
            "set_on": "2026-06-10",
            "due_on": form["due_on"].value(),
        },
    )

    assert response["Location"] == problem.get_absolute_url()
    assert problem.measures.get().due_on == date(2026, 6, 30)


def test_measure_wants_a_problem_or_a_year(legal, station):
    response = legal.post(
        reverse("reports:measure-new"),
        {"title": "补齐台账", "unit": station.pk, "set_on": "2026-06-10"},
    )

    assert "problems" in response.context["form"].errors
    assert not Measure.objects.exists()


@pytest.mark.parametrize("name", ["edit", "drop", "cancel"])
def test_clerk_may_not_change_what_was_set(enter, station, name):
    measure = MeasureFactory(unit=station)

    assert enter(Role.CLERK, station).get(address(name, measure)).status_code == 403


@pytest.mark.parametrize("name", ["detail", "edit", "progress", "extend", "drop", "cancel"])
def test_outside_the_scope_a_measure_does_not_exist(legal, name):
    assert legal.get(address(name, MeasureFactory())).status_code == 404


def test_extension_outside_the_scope_does_not_exist(legal):
    extension = ExtensionFactory(recorded_by=UserFactory())

    assert legal.get(reverse("reports:extension-decide", args=[extension.pk])).status_code == 404


def test_legal_officer_edits_drops_and_cancels(legal, station):
    measure = MeasureFactory(unit=station)

    legal.post(address("edit", measure), {"title": "轮训", "unit": station.pk, "plan_year": "2026"})
    legal.post(address("drop", measure), {"on": "2026-06-10", "because": "并入专项"})
    legal.post(address("cancel", measure), {"because": "重复"})

    measure.refresh_from_db()
    assert (measure.title, measure.dropped_because, measure.cancelled_because) == (
        "轮训",
        "并入专项",
        "重复",
    )
    page = legal.get(measure.get_absolute_url()).content.decode()
    assert "重复" in page
    assert "开展专题培训" in page  # the history says what it was called before


def test_past_day_has_no_later_progress_and_no_buttons(legal, station):
    measure = MeasureFactory(unit=station)
    ProgressFactory(measure=measure, on=date(2026, 6, 9))

    page = legal.get(measure.get_absolute_url(), {"on": "2026-06-01"})

    assert page.context["record"].progress == []
    assert not page.context["may_report"]


@pytest.mark.parametrize("rows", [1, 3])
def test_detail_shows_everything_in_the_same_queries(
    legal, station, rows, django_assert_num_queries
):
    measure = MeasureFactory(
        unit=station,
        problems=tuple(ProblemFactory(unit=station) for _n in range(rows)),
        joint_units=tuple(UnitFactory(parent=station.bureau) for _n in range(rows)),
        task=SuperiorTaskFactory(unit=station),
    )
    for n in range(rows):
        ProgressFactory(measure=measure, text=f"第{n}期")
        MilestoneFactory(measure=measure)

    with django_assert_num_queries(14):
        record = legal.get(measure.get_absolute_url()).context["record"]

    counts = (record.problems, record.joint_units, record.entries, record.milestones)
    assert [len(each) for each in counts] == [rows] * 4


def test_list_narrows_by_late_and_silent(legal, station):
    problem = ProblemFactory(unit=station, found_on=date(2026, 4, 1))
    fresh = MeasureFactory(unit=station, set_on=date(2026, 6, 1))
    silent = MeasureFactory(unit=station, set_on=date(2026, 5, 1), problems=(problem,))
    ProgressFactory(measure=silent, on=date(2026, 6, 9), nothing_new=True)
    late = MeasureFactory(unit=station, due_on=date(2026, 6, 1))
    Measure.objects.filter(pk=late.pk).update(done_on=date(2026, 6, 2))

    def listed(**asked):
        return [m.pk for m in shown(legal.get(reverse("reports:measure-list"), asked))]

    assert set(listed()) == {fresh.pk, silent.pk, late.pk}
    assert listed(silent="1") == [silent.pk]
    assert listed(late="1") == [late.pk]
    assert listed(silent="1", on="2026-05-31") == []


def set_by(legal, station, **change):
    given = {"title": "进一步加强执法监督", "unit": station.pk, "set_on": "2026-06-10"}
    return legal.post(
        reverse("reports:measure-new"), given | {"plan_year": "2026"} | change, follow=True
    )


def test_a_vague_measure_is_saved_and_marked(legal, station):
    page = set_by(legal, station)

    measure = Measure.objects.get()
    expected = [
        "没有写明责任人。",
        "没有写明期限。",
        "“进一步加强”看不出做到什么程度算完成，请写明数量、成果或标准。",
    ]
    said = [str(message) for message in page.context["messages"]]
    assert page.context["remarks"] == expected
    assert said == [
        "措施已确定。",
        f"提示：措施“{measure.title}”的表述还不够实。{' '.join(expected)}",
    ]
    assert legal.get(measure.get_absolute_url()).context["remarks"] == expected


def test_a_measure_that_says_who_when_and_how_much_is_not_marked(legal, station):
    person = PersonFactory(unit=station)

    page = set_by(
        legal,
        station,
        title="抽查案卷",
        standard="每月30份",
        responsible=person.pk,
        due_within="30",
    )

    assert page.context["remarks"] == []
    assert [str(message) for message in page.context["messages"]] == ["措施已确定。"]
    assert Measure.objects.get().due_on == date(2026, 7, 10)


def test_a_due_day_and_a_term_are_not_given_together(legal, station):
    page = set_by(legal, station, due_on="2026-06-30", due_within="30")

    assert page.context["form"].errors == {"due_within": ["期限日期和限期天数只填一项。"]}
    assert page.context["form"]["title"].value() == "进一步加强执法监督"


def test_nothing_new_is_an_honest_entry(enter, station):
    measure = MeasureFactory(unit=station)
    clerk = enter(Role.CLERK, station)

    clerk.post(address("progress", measure), {"on": "2026-06-09", "outcome": "nothing"})
    page = clerk.get(measure.get_absolute_url())

    entry = measure.progress.get()
    assert (entry.text, entry.nothing_new) == ("本期无新进展。", True)
    assert page.context["days_silent"] == 34


def test_progress_without_words_is_refused_next_to_the_field(enter, station):
    measure = MeasureFactory(unit=station)

    response = enter(Role.CLERK, station).post(
        address("progress", measure), {"on": "2026-06-09", "percent": "50"}
    )

    assert response.context["form"].errors == {"text": ["请填写进展情况。"]}
    assert response.context["form"]["percent"].value() == "50"


def test_milestones_are_added_by_who_sets_and_done_by_who_works(client, station):
    measure = MeasureFactory(unit=station)
    clerk, legal = member(Role.CLERK, station), member(Role.LEGAL_OFFICER, station.bureau)
    new = reverse("reports:milestone-new", args=[measure.pk])

    client.force_login(legal, backend="reports.views.backend.LedgerBackend")
    client.post(new, {"title": "完成清点", "due_on": "2026-06-09"})
    step = measure.milestones.get()
    (before,) = client.get(measure.get_absolute_url()).context["record"].milestones
    client.force_login(clerk, backend="reports.views.backend.LedgerBackend")
    refused = client.get(new)
    client.post(reverse("reports:milestone-done", args=[measure.pk, step.pk]), {"on": "2026-06-10"})
    (after,) = client.get(measure.get_absolute_url()).context["record"].milestones

    assert refused.status_code == 403
    assert (before.standing, after.standing) == ("overdue", "done_late")


def test_milestone_of_another_measure_does_not_exist(legal, station):
    measure, other = MeasureFactory(unit=station), MilestoneFactory(measure__unit=station)

    page = reverse("reports:milestone-done", args=[measure.pk, other.pk])

    assert legal.get(page).status_code == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.SUPERVISOR])
def test_leader_and_supervisor_grant_and_the_page_keeps_the_old_day(enter, station, role):
    measure = MeasureFactory(unit=station, due_on=date(2026, 6, 1), due_is_month=True)
    extension = ExtensionFactory(measure=measure, recorded_by=UserFactory())
    place = station.bureau if role == Role.LEADER else station.bureau.parent or station.bureau
    client = enter(role, place)

    client.post(
        reverse("reports:extension-decide", args=[extension.pk]),
        {"granted": "1", "on": "2026-06-10"},
    )
    page = client.get(measure.get_absolute_url())

    assert (page.context["first_due"], page.context["times_extended"]) == (date(2026, 6, 30), 1)
    assert page.context["measure"].due_then == date(2026, 8, 31)


def test_a_month_is_asked_for_until_its_last_day(enter, station):
    measure = MeasureFactory(unit=station, due_on=date(2026, 6, 1), due_is_month=True)

    enter(Role.CLERK, station).post(
        address("extend", measure),
        {
            "new_due_on": "2026-08-01",
            "new_due_is_month": "on",
            "reason": "等平台",
            "asked_on": "2026-06-10",
        },
    )

    assert Extension.objects.get().new_due_on == date(2026, 8, 31)


def test_a_joint_unit_sees_the_measure_and_reports_nothing(enter, station):
    helper = UnitFactory(parent=station.bureau)
    measure = MeasureFactory(unit=station, joint_units=(helper,))
    clerk = enter(Role.CLERK, helper)

    assert clerk.get(measure.get_absolute_url()).status_code == 200
    assert clerk.get(address("progress", measure)).status_code == 403


def test_files_stand_with_the_entry_they_came_with(enter, station, evidence_store):
    measure = MeasureFactory(unit=station)
    clerk = enter(Role.CLERK, station)
    for text in ("第一期", "第二期"):
        clerk.post(
            address("progress", measure),
            {
                "on": "2026-06-09",
                "text": text,
                "files": SimpleUploadedFile(f"{text}.txt", text.encode()),
            },
        )

    entries = clerk.get(measure.get_absolute_url()).context["record"].entries

    assert [(each.progress.text, [e.title for e in each.evidence]) for each in entries] == [
        ("第一期", ["第一期"]),
        ("第二期", ["第二期"]),
    ]
