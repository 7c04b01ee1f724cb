"""How the machine stands that serves the ledger: one line for each thing worth watching, with what
to do where it is not well."""

import os
import platform
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat, ExtractYear
from django.template.defaultfilters import filesizeformat
from django.utils import dateformat
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.domain.calendar import holidays_missing
from reports.domain.system import (
    AUDIT_LATE,
    BACKUP_LACKING,
    BACKUP_LATE,
    FAILED_LATELY,
    PLAN_LATE,
    RESTORE_LATE,
    Health,
    age_health,
    clock_health,
    disk_health,
    jobs_health,
    worker_health,
    worst,
)
from reports.models import Holiday, Job, LastRun, Membership
from reports.models.choices import ROLE_LABELS, JobState, RunKind, listed
from reports.selectors.beginning import ADMINISTRATOR_ROLES


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done: when, whether it went well, and a sentence about it."""

    at: datetime
    succeeded: bool = True
    message: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the machine: how it stands, in words, and what to do."""

    name: str
    health: Health
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together."""

    name: str
    lines: tuple[Line, ...]

    @property
    def health(self) -> Health:
        return worst([line.health for line in self.lines])


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one query over several tables found."""

    jobs: Mapping[str, int]
    oldest_waiting: datetime | None
    runs: Mapping[str, Happened]
    roles: Mapping[str, int]
    years: frozenset[int]
    migrations: frozenset[tuple[str, str]]


def system_parts(
    *,
    now: datetime,
    today: date,
    backup: Happened | None = None,
    restore_test: Happened | None = None,
) -> list[Part]:
    """Everything the page shows, in one query, two on PostgreSQL.

    ``backup`` and ``restore_test`` are the last ones; None: never.
    """
    facts = _facts(now, today)
    newest = [run.at for run in facts.runs.values()]
    if released := parse_datetime(settings.RELEASED_AT):
        newest.append(released)
    return [
        Part(_("程序和数据库"), (_version(), _database(), _migrations(facts))),
        Part(_("时间和磁盘"), (_clock(now, newest), *_disks())),
        Part(_("备份"), (_backup(backup, now), _restore_test(restore_test, now))),
        Part(
            _("日常运行"),
            (
                _worker(facts, now),
                _jobs(facts, now),
                _planned(facts.runs.get(RunKind.PLAN_DUES.value), now),
                _audit(facts.runs.get(RunKind.AUDIT_LEDGER.value), now),
                _holidays(facts, today),
            ),
        ),
        Part(_("账号和邮件"), (_administrators(facts), _mail())),
    ]


# --- one query over several tables ---------------------------------------------------------------


def _rows(
    queryset: QuerySet, table: str, key: Any, *, at: str | None = None, said: str = ""
) -> QuerySet:
    """Rows of a table as all tables are read: how many have which key, when, with what words."""
    moment, words = DateTimeField(), TextField()
    named = queryset.order_by().annotate(
        table_=Value(table, output_field=CharField()), key_=Cast(key, CharField())
    )
    counted = named.values("table_", "key_").annotate(
        count_=Count("pk"),
        at_=Cast(Value(None), moment) if at is None else Min(at, output_field=moment),
        said_=Cast(Value(""), words) if not said else Max(said, output_field=words),
    )
    return counted.values_list("table_", "key_", "count_", "at_", "said_")


def _facts(now: datetime, today: date) -> _Facts:
    waits = [JobState.WAITING.value, JobState.RUNNING.value]
    failed = Q(state=JobState.FAILED.value, ended_at__gte=now - FAILED_LATELY)
    admins = Membership.objects.valid_on(today).filter(
        role__in=[role.value for role in ADMINISTRATOR_ROLES], user__is_active=True
    )
    span = (date(today.year, 1, 1), date(today.year + 1, 12, 31))
    applied = MigrationRecorder(connection).migration_qs
    runs = LastRun.objects
    rows = _rows(Job.objects.filter(Q(state__in=waits) | failed), "jobs", F("state"), at="asked_at")
    found = rows.union(
        _rows(runs.filter(succeeded=True), "went well", F("kind"), at="ran_at", said="message"),
        _rows(runs.filter(succeeded=False), "failed", F("kind"), at="ran_at", said="message"),
        _rows(admins, "roles", F("role")),
        _rows(Holiday.objects.filter(day__range=span), "years", ExtractYear("day")),
        _rows(applied, "migrations", Concat(F("app"), Value("."), F("name"))),
        all=True,
    )
    tables: dict[str, dict[str, int]] = defaultdict(dict)
    noted, oldest = {}, None
    for table, key, count, at, said in found:
        tables[table][key] = count
        if table in {"went well", "failed"}:
            noted[key] = Happened(at, table == "went well", said)
        elif (table, key) == ("jobs", JobState.WAITING.value):
            oldest = at
    names = (key.partition(".") for key in tables["migrations"])
    return _Facts(
        jobs=tables["jobs"],
        oldest_waiting=oldest,
        runs=noted,
        roles=tables["roles"],
        years=frozenset(int(key) for key in tables["years"]),
        migrations=frozenset((app, name) for app, _dot, name in names),
    )


# --- program and database ------------------------------------------------------------------------


def _version() -> Line:
    said = _("法治台账%(release)s，Python %(python)s，Django %(django)s") % {
        "release": settings.RELEASE,
        "python": platform.python_version(),
        "django": django.get_version(),
    }
    return Line(_("版本"), Health.GOOD, said)


def _database() -> Line:
    if connection.vendor == "postgresql":
        number = connection.pg_version
        name = f"PostgreSQL {number // 10000}.{number % 10000}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size = cursor.fetchone()[0]
    else:
        name = f"SQLite {sqlite3.sqlite_version}"
        path = str(connection.settings_dict["NAME"])
        size = sum(
            os.path.getsize(path + end) for end in ("", "-wal") if os.path.isfile(path + end)
        )
    said = _("%(name)s，数据库大小%(size)s") % {"name": name, "size": filesizeformat(size)}
    return Line(_("数据库"), Health.GOOD, said)


def _migrations(facts: _Facts) -> Line:
    """What the program brings and the database has not taken over yet."""
    brought = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    lacking = sorted(f"{app}.{name}" for app, name in brought - facts.migrations)
    if not lacking:
        return Line(_("数据库结构"), Health.GOOD, _("与程序一致。"))
    said = _("缺%(n)s项：%(names)s") % {"n": len(lacking), "names": listed(lacking[:3])}
    advice = _("先备份，再用安装程序完成升级；不要在升级中途让人员使用。")
    return Line(_("数据库结构"), Health.FAULT, said, advice)


# --- clock and disks -----------------------------------------------------------------------------


def _moment(at: datetime) -> str:
    return dateformat.format(localtime(at), "Y-m-d H:i")


def _clock(now: datetime, newest: list[datetime]) -> Line:
    health = clock_health(now, newest=max(newest, default=None))
    said = _("%(moment)s，%(zone)s") % {"moment": _moment(now), "zone": settings.TIME_ZONE}
    if health == Health.GOOD:
        return Line(_("服务器时间"), health, said)
    advice = _("服务器时间早于最近一次运行，请校准时钟并接入单位内网的授时服务，再让人员录入。")
    return Line(_("服务器时间"), health, said, advice)


def _disks() -> list[Line]:
    """The disks of data and evidence; one line where both lie on the same."""
    places = [(_("数据目录"), Path(settings.VAR_ROOT))]
    try:
        places.append((_("佐证材料目录"), Path(storages["evidence"].path(""))))
    except NotImplementedError:
        elsewhere = Line(
            _("佐证材料目录"), Health.GOOD, _("存放在对象存储中，容量由其管理方负责。")
        )
        return [_disk(*places[0]), elsewhere]
    lines = [_disk(name, path) for name, path in places]
    return lines[:1] if _same_disk(*(path for _name, path in places)) else lines


def _same_disk(one: Path, other: Path) -> bool:
    try:
        return _there(one).stat().st_dev == _there(other).stat().st_dev
    except OSError:
        return False


def _there(path: Path) -> Path:
    """The folder, or the nearest above it that exists: evidence has none before the first file."""
    return next((each for each in (path, *path.parents) if each.exists()), path)


def _disk(name: str, path: Path) -> Line:
    try:
        usage = shutil.disk_usage(_there(path))
    except OSError as error:
        advice = _("检查磁盘是否挂载、目录权限是否属于运行账号。")
        return Line(name, Health.FAULT, error.strerror or str(error), advice)
    health = disk_health(free=usage.free, total=usage.total)
    told = {
        "free": filesizeformat(usage.free),
        "total": filesizeformat(usage.total),
        "share": usage.free * 100 // max(usage.total, 1),
    }
    said = _("剩余%(free)s，共%(total)s（剩%(share)s%%）") % told
    if health == Health.GOOD:
        return Line(name, health, said)
    return Line(name, health, said, _("清理旧备份或扩容；剩余不足2GB时录入可能失败。"))


# --- backups -------------------------------------------------------------------------------------


def _last(run: Happened | None) -> str:
    return _("最近一次：%(moment)s") % {"moment": _moment(run.at)} if run else _("没有记录。")


def _said(run: Happened | None) -> str:
    return f"{_last(run)}　{run.message}" if run and run.message else _last(run)


def _backup(run: Happened | None, now: datetime) -> Line:
    health = age_health(
        run and run.at,
        now=now,
        late=BACKUP_LATE,
        lacking=BACKUP_LACKING,
        succeeded=run is None or run.succeeded,
    )
    advice = _("查看fazhi-ledger-backup服务的日志，检查备份目录的空间和权限，再手工备份一次。")
    return Line(_("最近备份"), health, _said(run), "" if health == Health.GOOD else advice)


def _restore_test(run: Happened | None, now: datetime) -> Line:
    succeeded = run is None or run.succeeded
    health = age_health(run and run.at, now=now, late=RESTORE_LATE, succeeded=succeeded)
    advice = _("每季度运行一次fazhi-ledger restore_ledger --test 备份文件，步骤见运行手册第五节。")
    return Line(_("最近恢复演练"), health, _said(run), "" if health == Health.GOOD else advice)


# --- what runs every day -------------------------------------------------------------------------


def _worker(facts: _Facts, now: datetime) -> Line:
    run, running = facts.runs.get(RunKind.WORKER.value), facts.jobs.get(JobState.RUNNING.value, 0)
    health = worker_health(run and run.at, running=running, now=now)
    said = _("任务进行中。") if running else _last(run)
    advice = _("启动fazhi-ledger-jobs服务：systemctl restart fazhi-ledger-jobs。")
    return Line(_("后台任务进程"), health, said, "" if health == Health.GOOD else advice)


def _jobs(facts: _Facts, now: datetime) -> Line:
    counted = {state.value: facts.jobs.get(state.value, 0) for state in JobState}
    health = jobs_health(
        oldest_waiting=facts.oldest_waiting, failed=counted[JobState.FAILED.value], now=now
    )
    said = _("等待%(waiting)s项，进行中%(running)s项，近7天失败%(failed)s项") % counted
    advice = _("在“后台任务”中查看失败原因；等待超过1小时的，检查后台任务进程。")
    return Line(_("后台任务"), health, said, "" if health == Health.GOOD else advice)


def _planned(run: Happened | None, now: datetime) -> Line:
    health = age_health(run and run.at, now=now, late=PLAN_LATE)
    advice = _("检查每日定时任务：systemctl status fazhi-ledger-daily.timer。")
    return Line(_("每日编排"), health, _said(run), "" if health == Health.GOOD else advice)


def _audit(run: Happened | None, now: datetime) -> Line:
    succeeded = run is None or run.succeeded
    health = age_health(run and run.at, now=now, late=AUDIT_LATE, succeeded=succeeded)
    advice = _("在“后台任务”点“核对台账”。")
    if run is not None and not run.succeeded:
        advice = _("在服务器上运行fazhi-ledger audit_ledger取得清单，先备份，再联系维护人员。")
    return Line(_("台账核对"), health, _said(run), "" if health == Health.GOOD else advice)


def _holidays(facts: _Facts, today: date) -> Line:
    missing = holidays_missing(today, facts.years)
    entered = listed(str(year) for year in sorted(facts.years))
    said = _("已录入：%(years)s") % {"years": entered} if entered else _("没有录入。")
    if not missing:
        return Line(_("节假日表"), Health.GOOD, said)
    advice = _("%(years)s年还没有录入：按国务院办公厅通知，在“节假日”中录入或导入。") % {
        "years": listed(str(year) for year in missing)
    }
    health = Health.FAULT if today.year in missing else Health.ATTENTION
    return Line(_("节假日表"), health, said, advice)


# --- accounts and mail ---------------------------------------------------------------------------


def _administrators(facts: _Facts) -> Line:
    lacking = [role for role in ADMINISTRATOR_ROLES if not facts.roles.get(role.value)]
    said = listed(
        _("%(role)s%(n)s人") % {"role": ROLE_LABELS[role], "n": facts.roles.get(role.value, 0)}
        for role in ADMINISTRATOR_ROLES
    )
    if not lacking:
        return Line(_("管理员分设"), Health.GOOD, said)
    advice = _("缺少%(roles)s：建立账号后，由安全管理员授予角色；三员不得由同一人兼任。") % {
        "roles": listed(str(ROLE_LABELS[role]) for role in lacking)
    }
    return Line(_("管理员分设"), Health.FAULT, said, advice)


def _mail() -> Line:
    if settings.EMAIL_HOST:
        said = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        return Line(_("邮件提醒"), Health.GOOD, said)
    said = _("没有设置邮件服务器，不发送提醒。")
    return Line(_("邮件提醒"), Health.GOOD, said, _("需要时在环境文件中设置SMTP_HOST和MAIL_FROM。"))
