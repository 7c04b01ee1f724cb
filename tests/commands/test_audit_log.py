"""The audit log from the shell: sealed, verified, taken out; and what commands leave in it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from config.commands import TellingUtility
from reports.actions.jobs import ask_job
from reports.models import AuditEntry, AuditSeal, Job
from reports.models.choices import JobKind
from reports.triggers import lifted
from tests.factories import NOON, AuditEntryFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_log_is_sealed_and_verified(capsys):
    AuditEntryFactory()

    call_command("seal_audit_log")
    call_command("verify_audit_log")
    call_command("seal_audit_log")
    call_command("seal_audit_log")

    first, second = AuditSeal.objects.order_by("pk")
    said = capsys.readouterr().out.splitlines()
    assert said[1:3] == [
        "审计日志完整：1批，1条，另有0条待封存。",
        f"最后一批的封存值：{first.sha256}",
    ]
    assert said[0].endswith(first.sha256)
    assert said[3].endswith(second.sha256)
    assert said[4] == "没有待封存的条目，或者有人正在写入。"
    told = AuditEntry.objects.get(action="verify_audit_log")
    assert (told.kind, told.result) == ("command", "done")


def test_batch_that_differs_is_named_and_told():
    entry = AuditEntryFactory()
    call_command("seal_audit_log")
    with transaction.atomic(), lifted(connection):
        AuditEntry.objects.filter(pk=entry.pk).update(login="nobody")
    seal = AuditSeal.objects.get()

    with pytest.raises(CommandError) as error:
        call_command("verify_audit_log")

    assert str(error.value) == (
        f"第{seal.pk}批（条目{entry.pk}—{entry.pk}）不符：内容与封存时不符。"
    )
    told = AuditEntry.objects.get(action="verify_audit_log")
    assert (told.result, told.details["seal"]) == ("failed", seal.pk)


def test_old_entries_are_taken_out(tmp_path, capsys):
    AuditEntryFactory(at=NOON - timedelta(days=300))
    call_command("seal_audit_log")
    file = tmp_path / "old.gz"

    call_command("prune_audit_log", before="2025-12-01", file=str(file))

    assert f"已写入{file}并移出1条" in capsys.readouterr().out
    assert file.exists()


@pytest.mark.parametrize(
    ("before", "name", "said"),
    [
        ("2026-06-01", "new", "至少保存180天"),
        ("never", "new", "2026-03-31"),
        ("2025-12-01", "there", "文件已存在"),
        ("2025-12-01", "no/where", "不能写入"),
    ],
)
def test_refusals_are_one_line(tmp_path, before, name, said):
    AuditEntryFactory(at=NOON - timedelta(days=300))
    call_command("seal_audit_log")
    (tmp_path / "there").write_text("x")

    with pytest.raises(CommandError) as error:
        call_command("prune_audit_log", before=before, file=str(tmp_path / name))

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def from_the_shell(name, *arguments):
    """The command as manage.py runs it, but for the closing of connections at its end."""
    command = TellingUtility(["manage.py", name, *arguments]).fetch_command(name)
    call_command(command, *arguments)


def test_command_that_changes_something_is_told(capsys):
    names = ["--system-admin", "a", "--security-admin", "b", "--audit-admin=c"]

    from_the_shell("start_ledger", "--unit", "某市公安局", "--kind", "city", *names)

    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.action, entry.login[:1]) == ("command", "start_ledger", "@")
    assert entry.details == {
        "options": ["--audit-admin", "--kind", "--security-admin", "--system-admin", "--unit"]
    }


def test_command_that_only_reads_is_not_told(capsys):
    from_the_shell("check_evidence")

    assert not AuditEntry.objects.exists()


def test_job_is_told_in_the_name_of_who_asked_and_the_worker_seals():
    asker = UserFactory()
    job = ask_job(kind=JobKind.PLAN_DUES, arguments={}, by=asker, at=NOON)
    AuditEntryFactory()

    call_command("work_jobs", once=True)

    entry = AuditEntry.objects.latest("pk")
    assert Job.objects.get(pk=job.pk).state == "done"
    assert (entry.kind, entry.action, entry.login) == ("change", "plan_dues", asker.username)
    assert entry.object_key == str(job.pk)
    assert AuditSeal.objects.get().count == 1
