"""export_ledger, import_ledger and the two commands of the set-up workbook, at the shell."""

import stat

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from reports.models import Membership, Unit
from reports.selectors.whole_ledger import filled_tables, tables
from tests.factories import BureauFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def wipe():
    for table in tables():
        rows = table.model._base_manager.all()
        rows._raw_delete(rows.db)


@pytest.fixture
def bureau(evidence_store):
    city = UnitFactory(name="市局", parent=None)
    return BureauFactory(name="东城分局", parent=city)


def test_ledger_goes_out_and_comes_in(bureau, tmp_path, capsys):
    UserFactory(username="keeper", password="kept")
    path = tmp_path / "ledger.zip"

    call_command("export_ledger", str(path))
    wipe()
    call_command("import_ledger", str(path))

    said = capsys.readouterr().out.splitlines()
    assert [line.split("：")[0] for line in said] == [
        "已导出",
        "已导入",
        "请运行manage.py audit_ledger核对。",
    ]
    assert list(User.objects.values_list("username", "password")) == [("keeper", "kept")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["ledger.zip"]


def test_bureau_comes_in_with_three_new_administrators(bureau, tmp_path, capsys):
    path = tmp_path / "bureau.zip"
    call_command("export_ledger", str(path), bureau="东城分局")
    wipe()
    capsys.readouterr()

    names = {"system_admin": "sys", "security_admin": "sec", "audit_admin": "aud"}
    call_command("import_ledger", str(path), **names)

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said[2:5]] == ["sys", "sec", "aud"]
    assert sorted(Membership.objects.values_list("user__username", "role", "unit__name")) == [
        ("aud", "audit_admin", "市局"),
        ("sec", "security_admin", "市局"),
        ("sys", "system_admin", "市局"),
    ]


def test_administrators_refused_leave_the_ledger_empty(bureau, tmp_path):
    path = tmp_path / "bureau.zip"
    call_command("export_ledger", str(path), bureau="东城分局")
    wipe()

    names = {"system_admin": "one", "security_admin": "two", "audit_admin": "one"}
    with pytest.raises(CommandError, match="系统管理员、安全管理员和审计管理员不能是同一人。"):
        call_command("import_ledger", str(path), **names)

    assert filled_tables() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export_ledger"], "请写明要写入的文件。"),
        (["export_ledger", "{there}"], "文件已存在："),
        (["export_ledger", "{new}", "--bureau", "西城"], "没有名为“西城”的分局。"),
        (["export_ledger", "{new}/x.zip"], "不能写入"),
        (["import_ledger", "{there}"], "只能导入空台账"),
        (["import_ledger", "{there}", "--system-admin", "a"], "请同时写明"),
        (["new_bureau_workbook", "{there}"], "文件已存在："),
        (["new_bureau_workbook", "{new}/x.xlsx"], "不能写入"),
        (["read_bureau_workbook", "{new}.xlsx"], "无法打开"),
        (["read_bureau_workbook", "{there}"], "请选择 .xlsx"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(bureau, tmp_path, arguments, said):
    there = tmp_path / "there.zip"
    there.write_bytes(b"x")
    names = {"there": there, "new": tmp_path / "new"}

    with pytest.raises(CommandError) as refusal:
        call_command(*(each.format(**names) for each in arguments))

    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert there.read_bytes() == b"x"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["there.zip"]


def test_page_about_the_file_is_written_by_the_command(capsys):
    call_command("export_ledger", schema=True)

    assert capsys.readouterr().out.startswith("# 台账导出文件")


def test_workbook_is_written_and_read(bureau, tmp_path, capsys):
    path = tmp_path / "建账.xlsx"

    call_command("new_bureau_workbook", str(path), bureau="东城分局")
    call_command("read_bureau_workbook", str(path), dry_run=True)
    call_command("read_bureau_workbook", str(path))

    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"已写出：{path}"
    assert said[1] == "单位：新增0行，修改0行，未变0行"
    assert said[12] == "试读完毕，没有写入台账。"
    assert said[-1] == "已全部读入。"
    assert Unit.objects.count() == 2
