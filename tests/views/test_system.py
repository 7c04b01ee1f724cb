"""The page of the system administrator: each thing of the machine, its state and what to do."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from reports.actions.jobs import ask_job, take_job, work_job
from reports.domain.access import Role
from reports.models import LastRun
from reports.models.choices import JobKind, JobState, RunKind
from reports.selectors import system
from reports.selectors.beginning import ADMINISTRATOR_ROLES
from tests.factories import (
    NOON,
    BackupRunFactory,
    CityFactory,
    HolidayFactory,
    JobFactory,
    LastRunFactory,
    member,
)

pytestmark = pytest.mark.django_db
NAMES = (
    *("版本", "数据库", "数据库结构", "服务器时间", "数据目录", "最近备份", "最近恢复演练"),
    *("后台任务进程", "后台任务", "每日编排", "台账核对", "节假日表", "管理员分设", "邮件提醒"),
)


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def page(city):
    """What the page says, by name: state and sentences."""
    client = Client()
    client.force_login(
        member(Role.SYSTEM_ADMIN, city), backend="reports.views.backend.LedgerBackend"
    )

    def read():
        text = client.get("/system/").content.decode()
        lines = re.findall(
            r'class="what">(.*?)</span>.*?</span> (\S+?)</span>'
            r'.*?class="found">(.*?)</div>\s*</li>',
            text,
            re.DOTALL,
        )
        return {name: (state, re.sub(r"<[^>]+>", " ", said)) for name, state, said in lines}

    read.client = client
    return read


def states(found):
    return {name: state for name, (state, _said) in found.items()}


@pytest.fixture
def all_well(city):
    """Everything as the manual wants it."""
    BackupRunFactory(kind="backup", taken_at=NOON - timedelta(hours=2))
    BackupRunFactory(kind="test", message="一切完好")
    for role in ADMINISTRATOR_ROLES[1:]:
        member(role, city)
    for kind in RunKind:
        LastRunFactory(kind=kind.value)
    HolidayFactory(day="2026-10-01")


@pytest.fixture
def roomy(monkeypatch):
    """A disk that is half free, whatever the machine of the test has."""
    usage = type("Usage", (), {"free": 50 * 1024**3, "total": 100 * 1024**3})
    monkeypatch.setattr(system.shutil, "disk_usage", lambda path: usage)


def test_a_machine_that_is_well_has_nothing_to_do(page, all_well, roomy):
    found = page()

    assert states(found) == dict.fromkeys(NAMES, "正常")
    assert "50.0" in found["数据目录"][1]
    assert "一切完好" in found["最近恢复演练"][1]


def test_a_backup_that_failed_after_the_last_good_one_is_told(page, all_well, roomy):
    BackupRunFactory(
        kind="backup",
        ok=False,
        taken_at=None,
        ended_at=NOON - timedelta(hours=1),
        message="磁盘已满",
    )

    state, said = page()["最近备份"]

    assert (state, "磁盘已满" in said) == ("故障", True)


def test_a_machine_that_nobody_looks_after_says_what_to_do(page, roomy):
    found = page()

    bad = {name: state for name, state in states(found).items() if state != "正常"}
    assert bad == {
        "最近备份": "注意",
        "最近恢复演练": "注意",
        "后台任务进程": "故障",
        "每日编排": "注意",
        "台账核对": "注意",
        "节假日表": "故障",
        "管理员分设": "故障",
    }
    assert "systemctl restart fazhi-ledger-jobs" in found["后台任务进程"][1]


def test_a_full_disk_is_a_fault(page, all_well, monkeypatch):
    usage = type("Usage", (), {"free": 1024**3, "total": 100 * 1024**3})
    monkeypatch.setattr(system.shutil, "disk_usage", lambda path: usage)

    assert page()["数据目录"][0] == "故障"


def test_jobs_that_failed_or_wait_are_counted(page, all_well, roomy):
    JobFactory(state=JobState.FAILED, started_at=NOON, ended_at=NOON)
    JobFactory(asked_at=NOON - timedelta(hours=2))

    state, said = page()["后台任务"]

    assert state == "故障"
    assert "等待1项，进行中0项，近7天失败1项" in said


def test_a_migration_that_was_not_applied_is_named(page, all_well, roomy):
    MigrationRecorder.Migration.objects.filter(app="reports", name__startswith="0012").delete()

    state, said = page()["数据库结构"]

    assert state == "故障"
    assert "缺1项：reports.0012_what_is_brought_in" in said


def test_a_clock_behind_what_was_noted_is_a_fault(page, all_well, roomy):
    LastRun.objects.filter(kind=RunKind.WORKER).update(ran_at=NOON + timedelta(days=3))

    assert page()["服务器时间"][0] == "故障"


def test_the_shell_and_the_worker_leave_word(city):
    call_command("plan_dues", verbosity=0)
    call_command("audit_ledger", verbosity=0)
    call_command("work_jobs", once=True)

    kept = LastRun.objects.order_by("kind").values_list("kind", "succeeded")
    assert list(kept) == [("audit_ledger", True), ("plan_dues", True), ("worker", True)]


def test_a_recount_that_finds_something_is_a_fault(page, all_well, roomy, city):
    type(city).objects.filter(pk=city.pk).update(path="9")
    ask_job(kind=JobKind.AUDIT_LEDGER, arguments={}, by=None, at=NOON)
    job = take_job(at=NOON)
    work_job(job=job, today=NOON.date(), clock=lambda: NOON)

    state, said = page()["台账核对"]

    assert state == "故障"
    assert "处不一致" in said


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_queries(page, rows, django_assert_num_queries):
    for _n in range(rows):
        JobFactory()
    page()

    # The size of the file needs no question to SQLite.
    with django_assert_num_queries(7 if connection.vendor == "sqlite" else 8):
        page.client.get("/system/")
