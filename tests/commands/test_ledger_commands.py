"""plan_dues, audit_ledger, work_jobs, seed_holidays and load_demo at the shell."""

import os
import signal
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from reports.management.commands import work_jobs
from reports.models import Due, Holiday, Job, Unit
from reports.models.choices import JobState
from tests.conftest import SHANGHAI
from tests.factories import BureauFactory, HolidayFactory, JobFactory, ScheduleVersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule():
    return ScheduleVersionFactory(schedule__set__unit=BureauFactory())


def test_plan_dues_plans_this_and_the_next_year(rule, capsys):
    call_command("plan_dues")
    call_command("plan_dues")

    assert Due.objects.count() == 24
    assert capsys.readouterr().out.splitlines() == [
        "新增24项，更新0项，移除0项。",
        "新增0项，更新0项，移除0项。",
    ]


def test_plan_dues_plans_one_year(rule):
    call_command("plan_dues", year=2025)

    assert set(Due.objects.values_list("year", flat=True)) == {2025}


def test_audit_ledger_says_that_all_is_right(rule, capsys):
    HolidayFactory()
    call_command("plan_dues", verbosity=0)

    call_command("audit_ledger")

    assert capsys.readouterr().out == "核对无误。\n"


def test_audit_ledger_warns_of_a_year_without_holidays_and_ends_well(rule, capsys, the_day):
    HolidayFactory()
    the_day.move_to(datetime(2026, 10, 1, 8, tzinfo=SHANGHAI))

    call_command("audit_ledger")

    assert capsys.readouterr().out.splitlines() == [
        "提醒：2027年还没有录入节假日，暂按周一至周五上班核算。",
        "核对无误。",
    ]


def test_audit_ledger_says_each_difference_in_one_line(rule, capsys):
    HolidayFactory()
    call_command("plan_dues", verbosity=0)
    Due.objects.filter(number=2, year=2026).update(counted=1)

    with pytest.raises(SystemExit) as ended:
        call_command("audit_ledger")

    assert ended.value.code == 1
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    assert line.endswith("“已计入”：现为1，应为0")
    assert said.err == "共1处不一致：应开会议/应办事项1处。\n"


def test_work_jobs_does_what_waits(rule):
    JobFactory()
    JobFactory(arguments={"year": 2028})

    call_command("work_jobs", once=True)

    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
    assert set(Due.objects.values_list("year", flat=True)) == {2026, 2027, 2028}


def test_work_jobs_stops_when_told_to(monkeypatch):
    monkeypatch.setattr(work_jobs, "PAUSE_SECONDS", 30)
    monkeypatch.setattr(
        work_jobs, "take_job", lambda **kwargs: os.kill(os.getpid(), signal.SIGTERM)
    )

    call_command("work_jobs")

    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_seed_holidays_enters_a_year_once(capsys):
    call_command("seed_holidays", year=2026)
    days = Holiday.objects.count()
    call_command("seed_holidays", year=2026)

    assert days == Holiday.objects.count() > 20
    assert capsys.readouterr().out.splitlines()[::2] == [
        f"2026年：新录入{days}天。",
        "2026年：新录入0天。",
    ]


def test_seed_holidays_enters_every_year_it_knows(capsys):
    call_command("seed_holidays")
    days = Holiday.objects.count()
    call_command("seed_holidays", verbosity=0)

    assert set(Holiday.objects.values_list("day__year", flat=True)) == set(range(2004, 2027))
    assert capsys.readouterr().out.splitlines()[0] == f"新录入{days}天。"
    assert Holiday.objects.count() == days


def test_seed_holidays_refuses_a_year_it_does_not_know():
    with pytest.raises(CommandError, match="2099"):
        call_command("seed_holidays", year=2099)


def test_load_demo_leaves_a_ledger_alone(capsys):
    BureauFactory()

    call_command("load_demo")

    assert capsys.readouterr().out == "台账已有单位，不再载入示例数据。\n"
    assert Unit.objects.count() == 1


def test_load_demo_refuses_a_day_to_come():
    with pytest.raises(CommandError, match="不能晚于今天"):
        call_command("load_demo", "--on", "2026-06-11")
