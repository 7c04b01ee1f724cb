from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Extension, Measure
from tests.factories import (
    ExtensionFactory,
    MeasureFactory,
    ProblemFactory,
    ProgressFactory,
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
