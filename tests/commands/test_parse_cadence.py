import io
import json

import pytest
from django.core.management import CommandError, call_command


def run(*options):
    out = io.StringIO()
    call_command("parse_cadence", *options, stdout=out)
    return out.getvalue()


def test_json_has_one_object_for_each_text():
    parsed = json.loads(run("每季度至少一次", "第一次会议", "--format", "json"))

    assert [(each["text"], len(each["schedules"])) for each in parsed] == [
        ("每季度至少一次", 1),
        ("第一次会议", 0),
    ]
    assert list(parsed[1].items()) == [
        ("text", "第一次会议"),
        ("schedules", []),
        ("quotas", []),
        ("due_dates", []),
    ]


def test_text_says_each_phrase_on_a_line():
    assert run("每月20日前") == "每月20日前\n  due_dates: 每月20日前  rule=month+0d:20\n"


def test_a_dash_reads_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("周报"))

    assert json.loads(run("-", "--format", "json"))[0]["text"] == "周报"


def test_another_format_is_refused():
    with pytest.raises(CommandError) as refused:
        run("周报", "--format", "xml")

    assert refused.value.returncode == 2
