"""The preview of rules of every shape, from the shell: what it prints and what it refuses."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def rows(*options):
    out = StringIO()
    call_command(
        "preview_schedule", "--year", "2026", "--on", "2026-12-31", "--format", "json", *options,
        stdout=out,
    )  # fmt: skip
    return json.loads(out.getvalue())


def test_named_months():
    found = rows("--cadence", "month", "--months", "3,11", "--held", "2026-11-05")

    assert [(row["first"], row["last"], row["verdict"]) for row in found] == [
        ("2026-03-01", "2026-03-31", "missed"),
        ("2026-11-01", "2026-11-30", "met"),
    ]


@pytest.mark.parametrize(
    ("parity", "firsts", "number"),
    [
        ("odd", ["2025-12-29", "2026-01-12"], 27),
        ("even", ["2026-01-05", "2026-01-19"], 26),
    ],
)
def test_odd_and_even_weeks(parity, firsts, number):
    found = rows("--cadence", "week", "--parity", parity)

    assert [row["first"] for row in found[:2]] == firsts
    assert len(found) == number


def test_more_than_the_most_is_met_and_said():
    held = ("2026-01-05", "2026-01-06", "2026-01-07")
    first = rows("--cadence", "quarter", "--at-most", "2", "--held", *held)[0]

    assert (first["verdict"], first["counted"]) == ("met", 3)
    assert "多于规定的2次" in first["reason"]


def test_minutes_add_up():
    found = rows(
        "--cadence", "quarter", "--measure", "minutes", "--at-least", "120",
        "--held", "2026-01-05=90", "2026-02-05=09:00-09:45", "2026-04-02",
        "--made-up", "2026-04-01=2026-07-02=130",
    )  # fmt: skip

    assert [(row["at_least"], row["counted"], row["verdict"]) for row in found] == [
        (120, 135, "met"),
        (120, 130, "met_late"),
        (120, 0, "missed"),
        (120, 0, "open"),
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--cadence", "quarter", "--months", "3"), "--months: 只用于"),
        (("--cadence", "month", "--every", "2", "--months", "3"), "--months: 只用于"),
        (("--cadence", "month", "--months", "13"), "--months: 不能大于12"),
        (("--cadence", "month", "--months", "3,x"), "--months: “x”不是整数"),
        (("--cadence", "month", "--parity", "odd"), "--parity: 只用于"),
        (("--cadence", "week", "--parity", "single"), "--parity: “single”无法识别"),
        (("--cadence", "week", "--at-least", "3", "--at-most", "2"), "--at-most: 不能小于3"),
        (("--cadence", "week", "--measure", "hours"), "--measure: “hours”无法识别"),
        (("--cadence", "week", "--held", "2026-01-05=90"), "--held: 按次数计的不写时长"),
        (
            ("--cadence", "week", "--measure", "minutes", "--held", "2026-01-05=25:00-26:00"),
            "--held: “25:00”不是有效时间",
        ),
    ],
)
def test_nonsense_is_refused_in_one_line(options, sentence):
    with pytest.raises(CommandError, match=sentence) as refusal:
        rows(*options)

    assert refusal.value.returncode == 2
    assert "\n" not in str(refusal.value)
