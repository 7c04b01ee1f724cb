import os
from datetime import date, timedelta

import pytest
from django.core.files.storage import FileSystemStorage

from reports.actions.jobs import (
    LOST_AFTER,
    ask_job,
    drop_old_files,
    making_file,
    take_job,
    work_job,
)
from reports.actions.refusals import Refused
from reports.models import Due, Job
from reports.models.choices import JobKind, JobState
from tests.factories import (
    NOON,
    BureauFactory,
    HolidayFactory,
    JobFactory,
    ScheduleVersionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


def work(job, **kwargs):
    return work_job(job=job, today=TODAY, clock=lambda: NOON + timedelta(minutes=1), **kwargs)


def ask(arguments=None, kind=JobKind.PLAN_DUES, by=None):
    return ask_job(kind=kind, arguments=arguments or {}, by=by, at=NOON)


def test_the_same_wish_twice_is_one_job():
    user = UserFactory()

    assert ask({"year": 2026}, by=user) == ask({"year": 2026}, by=user)
    assert ask({"year": 2027}, by=user) != ask({"year": 2026}, by=user)


def test_jobs_are_taken_in_order_and_once():
    first, second = JobFactory(), JobFactory()

    assert [take_job(at=NOON), take_job(at=NOON), take_job(at=NOON)] == [first, second, None]


def test_a_planning_job_plans_its_year_and_says_how_much():
    bureau = BureauFactory()
    ScheduleVersionFactory(schedule__set__unit=bureau)
    ask({"year": 2027, "bureaus": [bureau.pk]})

    job = work(take_job(at=NOON))

    assert (job.state, job.message) == (JobState.DONE, "新增12项，更新0项，移除0项。")
    assert (job.done, job.total) == (1, 1)
    assert set(Due.objects.values_list("year", flat=True)) == {2027}


def test_a_planning_job_without_arguments_judges_every_year_anew():
    bureau = BureauFactory()
    ScheduleVersionFactory(schedule__set__unit=bureau)
    ask({"year": 2025})
    work(take_job(at=NOON))
    Due.objects.update(not_applicable_because="no_workday")
    ask()

    work(take_job(at=NOON))

    assert set(Due.objects.values_list("year", flat=True)) == {2025, 2026, 2027}
    assert not Due.objects.exclude(not_applicable_because="").exists()


def test_a_recount_says_how_many_of_which_kind_and_names_no_record():
    HolidayFactory()
    bureau = BureauFactory(name="示例东城分局")
    ScheduleVersionFactory(schedule__set__unit=bureau)
    ask({"year": 2026})
    work(take_job(at=NOON))
    ask(kind=JobKind.AUDIT_LEDGER)
    assert work(take_job(at=NOON)).message == "核对无误。"
    Due.objects.filter(number=1).update(counted=4)
    ask(kind=JobKind.AUDIT_LEDGER)

    job = work(take_job(at=NOON))

    assert job.state == JobState.DONE
    assert job.message == (
        "共1处不一致：应开会议/应办事项1处。 清单请在服务器上运行 manage.py audit_ledger。"
    )


@pytest.mark.parametrize(
    ("today", "warning"),
    [
        (date(2026, 9, 30), ""),
        (date(2026, 10, 1), " 提醒：2027年还没有录入节假日，暂按周一至周五上班核算。"),
    ],
)
def test_a_recount_warns_of_the_next_year_as_the_command_does(today, warning):
    HolidayFactory()
    ask(kind=JobKind.AUDIT_LEDGER)

    job = work_job(job=take_job(at=NOON), today=today, clock=lambda: NOON)

    assert job.message == f"核对无误。{warning}"


def test_an_error_ends_the_job_with_one_line():
    ask({"year": "neither"})

    job = work(take_job(at=NOON))

    assert job.state == JobState.FAILED
    assert job.message.startswith("未能完成：ValueError")
    assert "\n" not in job.message


def test_a_worker_that_is_told_to_stop_puts_its_job_back():
    ScheduleVersionFactory()
    ask()

    job = work(take_job(at=NOON), keep_going=lambda: False)

    assert (job.state, job.started_at, job.ended_at) == (JobState.WAITING, None, None)


def test_a_job_that_lost_its_worker_is_begun_anew():
    JobFactory()
    take_job(at=NOON)

    assert take_job(at=NOON + LOST_AFTER) is None
    assert take_job(at=NOON + LOST_AFTER + timedelta(minutes=1)) == Job.objects.get()


# --- what a job makes ---------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path, base_url=None)
    monkeypatch.setattr(Job._meta.get_field("file"), "storage", storage)
    return tmp_path


def made(job, today, tell):
    with making_file(job, ".zip") as target:
        target.write(b"PK")
    return "已打包"


def broken(job, today, tell):
    with making_file(job, ".zip") as target:
        target.write(b"PK")
        raise OSError("磁盘已满")


def pack(how):
    ask(kind=JobKind.PACK_EVIDENCE)
    return work(take_job(at=NOON), more={JobKind.PACK_EVIDENCE: how})


def test_what_a_job_makes_is_kept_with_it(store):
    job = pack(made)

    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "已打包")
    assert [path.read_bytes() for path in store.rglob("*") if path.is_file()] == [b"PK"]
    assert (store / job.file.name).parent == store / "packs"
    assert (store / job.file.name).suffix == ".zip"


def test_a_broken_job_leaves_nothing_behind(store):
    job = pack(broken)

    assert (job.state, job.message) == (JobState.FAILED, "未能完成：OSError: 磁盘已满")
    assert not job.file
    assert list((store / "packs").iterdir()) == []


def test_a_refusal_is_said_in_its_own_words(store):
    def refused(job, today, tell):
        raise Refused(["发起人已无权查看该单位。"])

    assert pack(refused).message == "未能完成：发起人已无权查看该单位。"


def test_what_was_made_is_dropped_after_seven_days_and_the_job_stays(store):
    old, young = pack(made), pack(made)
    ended = old.ended_at
    Job.objects.filter(pk=young.pk).update(ended_at=ended + timedelta(hours=1))

    assert drop_old_files(at=ended + timedelta(days=7)) == 0
    assert drop_old_files(at=ended + timedelta(days=7, minutes=1)) == 1

    old.refresh_from_db()
    assert (old.state, str(old.file), old.message) == (JobState.DONE, "", "已打包")
    assert [path.name for path in (store / "packs").iterdir()] == [
        young.file.name.removeprefix("packs/")
    ]


def test_what_a_killed_worker_left_is_dropped(store):
    pack(made)
    lost, running = store / "packs" / "lost.part", store / "packs" / "running.part"
    for path, ago in ((lost, LOST_AFTER + timedelta(minutes=1)), (running, timedelta(hours=1))):
        path.write_bytes(b"PK")
        moment = (NOON - ago).timestamp()
        os.utime(path, (moment, moment))

    assert drop_old_files(at=NOON) == 1
    assert [lost.exists(), running.exists()] == [False, True]


def test_where_nothing_was_ever_made_there_is_nothing_to_drop(store):
    assert drop_old_files(at=NOON) == 0
