from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.problems import move_problem
from reports.domain.access import Role
from reports.domain.problems import ProblemClass, ProblemMove
from reports.models import Problem
from tests.factories import (
    NOON,
    CityFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


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


def shown(response):
    return [row.record for row in response.context["table"].rows]


def address(name, problem, *more):
    return reverse(f"reports:problem-{name}", args=[problem.pk, *more])


def moved(problem, *moves, by=None):
    by = by or UserFactory()
    for move in moves:
        problem = move_problem(
            problem_id=problem.pk,
            move=ProblemMove(move),
            on=TODAY,
            by=by,
            at=NOON,
            today=TODAY,
            reason="有",
        )
    return problem


def typed(form):
    """What a browser would send back of an untouched form."""
    sent = {}
    for field in form:
        value = field.value()
        if value not in (None, "", [], False):
            sent[field.html_name] = value
    return sent


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_every_problem_in_the_same_queries(
    legal, station, rows, django_assert_num_queries
):
    problems = [ProblemFactory(unit=station) for _ in range(rows)]

    with django_assert_num_queries(9):
        response = legal.get(reverse("reports:problem-list"))

    assert shown(response) == problems[::-1]


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_a_problem_costs_the_same_whatever_hangs_on_it(
    legal, station, rows, django_assert_max_num_queries
):
    problem = ProblemFactory(unit=station)
    for _ in range(rows):
        ProblemFactory(unit=station, parent=problem)

    with django_assert_max_num_queries(18):
        response = legal.get(problem.get_absolute_url())

    assert len(response.context["record"].children) == rows


def test_every_column_sorts_both_ways(legal, station):
    ProblemFactory(unit=station)
    table = legal.get(reverse("reports:problem-list")).context["table"]

    for column in table.columns:
        for sign in ("", "-"):
            response = legal.get(reverse("reports:problem-list"), {"sort": sign + column.name})
            assert len(shown(response)) == 1, column.name


def test_list_narrows_by_what_is_chosen(legal, station):
    late = ProblemFactory(unit=station, due_on=date(2026, 6, 1), title="积案未清")
    plain = ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE)
    closed = moved(ProblemFactory(unit=station), "assign")
    old = ProblemFactory(unit=station, found_on=date(2025, 3, 1), due_on=None)

    def listed(**asked):
        return {p.pk for p in shown(legal.get(reverse("reports:problem-list"), asked))}

    everything = {p.pk for p in (late, plain, closed, old)}
    assert listed() == everything
    assert listed(state="open") == everything
    assert listed(state="assigned") == {closed.pk}
    assert listed(overdue="1") == {late.pk}
    assert listed(kind="at_once") == {plain.pk}
    assert listed(q="积案") == {late.pk}
    assert listed(year="2025", on="2025-12-31") == {old.pk}
    assert listed(unit=station.pk) == everything


def test_list_exports_what_is_filtered(legal, station):
    ProblemFactory(unit=station, title="=1+1")

    response = legal.get(reverse("reports:problem-list"), {"_export": "csv"})

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert "登记" in lines[1]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.LEGAL_OFFICER, 200),
        (Role.INSPECTOR, 200),
        (Role.LEADER, 403),
        (Role.SUPERVISOR, 403),
        (Role.CLERK, 403),
    ],
)
def test_who_may_register(enter, station, role, status):
    place = {Role.CLERK: station, Role.SUPERVISOR: CityFactory()}.get(role, station.bureau)

    assert enter(role, place).get(reverse("reports:problem-new")).status_code == status


def test_outside_the_scope_a_problem_does_not_exist(legal):
    problem = ProblemFactory()

    for name in ("detail", "edit", "cancel", "extend", "look-back"):
        assert legal.get(address(name, problem)).status_code == 404
        assert legal.post(address(name, problem)).status_code in (404, 405)
    assert legal.post(address("move", problem, "assign")).status_code == 404


def test_inspector_registers(enter, station):
    inspector = enter(Role.INSPECTOR, station.bureau)
    source = ProblemSourceFactory()

    response = inspector.post(
        reverse("reports:problem-new"),
        {
            "unit": station.pk,
            "title": "案卷缺页",
            "found_on": "2026-06-08",
            "source": source.pk,
            "kind": "dated",
            "counts": "on",
        },
    )

    problem = Problem.objects.get()
    assert response["Location"] == problem.get_absolute_url()
    assert (problem.title, problem.recorded_by, problem.number) == (
        "案卷缺页",
        inspector.user,
        "1",
    )


def test_refused_registration_loses_nothing(legal, station):
    response = legal.post(
        reverse("reports:problem-new"),
        {"unit": station.pk, "title": "案卷缺页", "found_on": "2026-06-11", "kind": "dated"},
    )

    form = response.context["form"]
    assert form.errors["found_on"] == ["发现日期不能晚于今天。"]
    assert form["title"].value() == "案卷缺页"
    assert not Problem.objects.exists()


def test_legal_officer_assigns_with_a_measure(legal, station):
    problem = ProblemFactory(unit=station)
    leader = PersonFactory(unit=station.bureau)
    page = legal.get(address("move", problem, "assign"))

    legal.post(
        address("move", problem, "assign"),
        typed(page.context["form"]) | {"leader": leader.pk, "measure_title": "补齐案卷"},
    )

    problem.refresh_from_db()
    assert (problem.state, problem.leader) == ("assigned", leader)
    assert problem.measures.get().title == "补齐案卷"


def test_clerk_starts_and_submits_with_a_file(enter, station, evidence_store):
    problem = moved(ProblemFactory(unit=station), "assign")
    clerk = enter(Role.CLERK, station)

    assert [b.label for b in clerk.get(problem.get_absolute_url()).context["buttons"]] == [
        "开始整改"
    ]
    for move, more in (
        ("start", {}),
        (
            "submit",
            {"reason": "已整改", "files": SimpleUploadedFile("整改.pdf", b"%PDF-1.7\n")},
        ),
    ):
        page = clerk.get(address("move", problem, move))
        clerk.post(address("move", problem, move), typed(page.context["form"]) | more)

    problem.refresh_from_db()
    assert (problem.state, problem.submitted_by) == ("submitted", clerk.user)
    assert problem.evidence_uses.get().evidence.original_name == "整改.pdf"


def test_clerk_may_not_close_nor_cancel_nor_edit(enter, station):
    problem = moved(ProblemFactory(unit=station), "assign", "start", "submit")
    clerk = enter(Role.CLERK, station)

    assert clerk.post(address("move", problem, "close")).status_code == 403
    assert clerk.post(address("cancel", problem)).status_code == 403
    assert clerk.post(address("edit", problem)).status_code == 403
    problem.refresh_from_db()
    assert problem.state == "submitted"


def test_inspector_does_not_close_with_the_decision_of_above(enter, station):
    problem = ProblemFactory(
        unit=station, raised_from_above=True, raised_by="市局", kind=ProblemClass.AT_ONCE
    )
    problem = moved(problem, "assign", "start", "submit")
    problem = moved(problem, "verify")
    inspector = enter(Role.INSPECTOR, station.bureau)

    assert inspector.post(address("move", problem, "close")).status_code == 403


def test_refused_closing_says_every_reason_and_keeps_what_was_typed(legal, station):
    problem = moved(ProblemFactory(unit=station), "assign", "start", "submit")

    detail = legal.get(problem.get_absolute_url())
    (close,) = [b for b in detail.context["buttons"] if b.label == "销号"]
    page = legal.get(address("move", problem, "close"))
    response = legal.post(
        address("move", problem, "close"), typed(page.context["form"]) | {"reason": "已核查"}
    )

    said = [
        "请先确定责任领导：销号须有提交人、责任领导、核查人三人署名。",
        "该问题还没有整改措施，不能销号。",
    ]
    assert close.reasons == said
    assert response.context["form"].non_field_errors() == said
    assert response.context["form"]["reason"].value() == "已核查"


def test_second_who_presses_is_told(legal, station):
    problem = moved(ProblemFactory(unit=station), "assign", "start", "submit")
    page = legal.get(address("move", problem, "return"))
    moved(problem, "return")

    response = legal.post(
        address("move", problem, "return"),
        typed(page.context["form"]) | {"reason": "不实"},
        follow=True,
    )

    (message,) = response.context["messages"]
    assert "已先办理：问题现处“整改中”" in str(message)


def test_opening_a_move_writes_nothing(legal, station):
    problem = ProblemFactory(unit=station)

    legal.get(address("move", problem, "assign"))
    legal.get(address("move", problem, "close"))

    problem.refresh_from_db()
    assert (problem.state, problem.moves.count()) == ("registered", 1)


def test_signed_sheet_wants_signer_and_scan(legal, station, evidence_store):
    problem = moved(ProblemFactory(unit=station), "assign", "start", "submit")
    signer = PersonFactory(unit=station.bureau)
    page = legal.get(address("move", problem, "return"))
    sent = typed(page.context["form"]) | {"reason": "缺材料", "from_paper": "on"}

    response = legal.post(address("move", problem, "return"), sent)
    assert set(response.context["form"].errors) == {"signer", "scan"}
    scan = SimpleUploadedFile("签批.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 9)
    legal.post(address("move", problem, "return"), sent | {"signer": signer.pk, "scan": scan})

    row = problem.moves.get(move="return")
    assert (row.from_paper, row.signer) == (True, signer)
    assert problem.evidence_uses.get().evidence.kind == "decision"


def test_record_of_a_past_day_shows_the_state_of_that_day_and_no_buttons(legal, station):
    problem = moved(ProblemFactory(unit=station), "assign")

    response = legal.get(problem.get_absolute_url(), {"on": "2026-05-20"})

    assert response.context["problem"].state_then == "registered"
    assert response.context["buttons"] == []
    assert [m.move for m in response.context["record"].moves] == ["register"]


def test_supervisor_reads_and_changes_nothing(enter):
    city = CityFactory()
    bureau = UnitFactory(parent=city, kind__code="bureau", ledger_from=date(2025, 1, 1))
    problem = ProblemFactory(unit=UnitFactory(parent=bureau))
    supervisor = enter(Role.SUPERVISOR, city)

    page = supervisor.get(problem.get_absolute_url())

    assert page.status_code == 200
    assert page.context["buttons"] == []
    for name, more in (("move", ["assign"]), ("cancel", []), ("edit", []), ("look-back", [])):
        assert supervisor.post(address(name, problem, *more)).status_code == 403


def test_entered_more_than_a_week_later_is_said(legal, station):
    late = ProblemFactory(unit=station, found_on=date(2026, 6, 1))
    soon = ProblemFactory(unit=station, found_on=date(2026, 6, 4))

    assert "事后9日录入" in legal.get(late.get_absolute_url()).content.decode()
    assert "日录入" not in legal.get(soon.get_absolute_url()).content.decode()


def test_same_problem_for_years_is_said(legal, station):
    first = ProblemFactory(unit=station, found_on=date(2024, 5, 1), due_on=None)
    second = ProblemFactory(unit=station, found_on=date(2025, 5, 1), due_on=None, repeats=first)
    third = ProblemFactory(unit=station, repeats=second)

    assert "连续3年列入" in legal.get(third.get_absolute_url()).content.decode()


def test_cancelled_problem_is_readable_and_counts_nothing(legal, station):
    problem = ProblemFactory(unit=station)

    legal.post(address("cancel", problem), {"because": "重复登记"})

    assert "重复登记" in legal.get(problem.get_absolute_url()).content.decode()
    assert shown(legal.get(reverse("reports:problem-list"))) == []
    assert shown(legal.get(reverse("reports:problem-list"), {"cancelled": "1"})) == [problem]


def test_edit_shows_and_saves_what_is_there(legal, station):
    problem = ProblemFactory(unit=station)
    page = legal.get(address("edit", problem))

    response = legal.post(
        address("edit", problem), typed(page.context["form"]) | {"title": "登记不及时"}
    )

    problem.refresh_from_db()
    assert response.status_code == 302, response.context["form"].errors
    assert (problem.title, problem.due_on) == ("登记不及时", date(2026, 6, 30))


def test_look_back_that_fails_reopens(legal, station):
    problem = moved(ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE), "assign", "start")
    problem.leader = PersonFactory(unit=station.bureau)
    problem.save()
    problem = moved(moved(problem, "submit"), "close")

    response = legal.post(
        address("look-back", problem),
        {"on": "2026-06-10", "result": "relapsed", "note": "又有两起"},
    )
    assert response.status_code == 302, response.context["form"].errors

    problem.refresh_from_db()
    assert (problem.state, problem.reopened) == ("in_hand", 1)
