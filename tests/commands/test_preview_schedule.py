import json
import os
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reports.domain.dues import CountedIn, DueReason, ReasonCode, Verdict
from reports.domain.periods import Cadence, Period
from reports.models.choices import MINUTES_SENTENCES, REASON_SENTENCES, reason_sentence

ROOT = Path(__file__).resolve().parents[2]


def run(*options):
    out = StringIO()
    call_command("preview_schedule", *options, stdout=out)
    return out.getvalue()


def rows(*options, cadence="month", on="2026-07-03"):
    fixed = ("--cadence", cadence, "--year", "2026", "--on", on, "--format", "json")
    return json.loads(run(*fixed, *options))


def refusal(*options, cadence="month"):
    with pytest.raises(CommandError) as refused:
        run("--cadence", cadence, "--year", "2026", *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_json_has_the_six_keys_in_order():
    first = rows("--held", "2026-01-09")[0]

    assert list(first.items()) == [
        ("first", "2026-01-01"),
        ("last", "2026-01-31"),
        ("at_least", 1),
        ("counted", 1),
        ("verdict", "met"),
        ("reason", "1月（1月1日—31日）：1月9日有记录"),
    ]


def test_every_verdict_with_its_reason():
    found = rows(
        *("--opened", "2026-02-28", "--recording-days", "5", "--at-least", "2"),
        *("--held", "2026-02-28", "2026-02-28", "--held", "2026-03-03", "2026-07-01"),
        *("--made-up", "2026-04-01=2026-05-06", "2026-04-01=2026-05-07"),
        *("--waived", "2026-05-01=2026-04-20"),
    )

    assert [(row["verdict"], row["counted"], row["reason"]) for row in found[:8]] == [
        ("not_applicable", 0, "1月（1月1日—31日）：该期单位未设立或已停用"),
        ("met", 2, "2月（2月1日—28日）：2月28日记满2次"),
        ("missed", 1, "3月（3月1日—31日）：只记1次，应有2次"),
        ("met_late", 2, "4月（4月1日—30日）：期内未足，5月7日补齐"),
        ("waived", 0, "5月（5月1日—31日）：4月20日批准免除"),
        ("awaiting", 0, "6月（6月1日—30日）：尚无记录，录入截止7月7日"),
        ("open", 1, "7月（7月1日—31日）：已记1次，应有2次，7月31日截止"),
        ("upcoming", 0, "8月（8月1日—31日）：未到期，8月1日开始"),
    ]


@pytest.mark.parametrize(
    ("options", "index", "label"),
    [
        (("week",), 0, "第1周（2025年12月29日—2026年1月4日）"),
        (("week",), 11, "第12周（3月16日—22日）"),
        (("week",), 13, "第14周（3月30日—4月5日）"),
        (("week", "--every", "2"), 1, "第3—4周（1月12日—25日）"),
        (("half_month",), 5, "3月下半月（3月16日—31日）"),
        (("half_month", "--every", "5"), 1, "3月下半月—5月下半月（3月16日—5月31日）"),
        (("month", "--year-starts", "10-21"), 0, "11月（10月21日—11月20日）"),
        (("month", "--every", "5"), 0, "1月—5月（1月1日—5月31日）"),
        (("quarter",), 0, "第1季度（1月1日—3月31日）"),
        (("quarter", "--every", "3"), 0, "第1—3季度（1月1日—9月30日）"),
        (("half_year",), 0, "上半年（1月1日—6月30日）"),
        (("half_year",), 1, "下半年（7月1日—12月31日）"),
        (("half_year", "--every", "2"), 0, "2026年度（1月1日—12月31日）"),
        (("year", "--year-starts", "11-01"), 0, "2026年度（2025年11月1日—2026年10月31日）"),
    ],
)
def test_a_period_is_called(options, index, label):
    cadence, *more = options

    reason = rows(*more, cadence=cadence, on="2027-06-01")[index]["reason"]

    assert reason == f"{label}：无记录"


def test_a_holiday_week_has_no_workday():
    week = rows("--holiday", "2026-02-16..2026-02-20", cadence="week")[7]

    assert (week["first"], week["verdict"]) == ("2026-02-16", "not_applicable")
    assert week["reason"] == "第8周（2月16日—22日）：该期没有工作日"


def test_the_day_is_today_in_shanghai_unless_given():
    found = json.loads(run("--cadence", "month", "--year", "2026", "--format", "json"))

    assert [row["verdict"] for row in found[4:7]] == ["missed", "open", "upcoming"]


def test_of_two_waivers_the_earlier_one_counts():
    options = ("--waived", "2026-05-01=2026-06-09", "2026-05-01=2026-04-20")

    assert rows(*options)[4]["reason"].endswith("4月20日批准免除")


def test_the_table_is_the_default():
    lines = run("--cadence", "half_year", "--year", "2026", "--on", "2026-07-01").splitlines()

    assert [line.split() for line in lines] == [
        ["起", "止", "应开", "已计", "结论", "说明"],
        ["2026-01-01", "2026-06-30", "1", "0", "未召开", "上半年（1月1日—6月30日）：无记录"],
        [
            *("2026-07-01", "2026-12-31", "1", "0", "本期待开"),
            "下半年（7月1日—12月31日）：尚无记录，12月31日截止",
        ],
    ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--year-starts", "11-29"), "--year-starts"),
        (("--year-starts", "02-30"), "--year-starts"),
        (("--year-starts", "13-01"), "--year-starts"),
        (("--year-starts", "1101"), "--year-starts"),
        (("--every", "0"), "--every"),
        (("--every", "-1"), "--every"),
        (("--every", "two"), "--every"),
        (("--every", "1.5"), "--every"),
        (("--at-least", "0"), "--at-least"),
        (("--recording-days", "-1"), "--recording-days"),
        (("--recording-days", "99999"), "--recording-days"),
        (("--year", "0"), "--year"),
        (("--year", "20260"), "--year"),
        (("--on", "2026-02-30"), "--on"),
        (("--on", ""), "--on"),
        (("--on", "20260301"), "--on"),
        (("--opened", "soon"), "--opened"),
        (("--opened", "2026-03-02", "--closed", "2026-03-01"), "--closed"),
        (("--held", "2026-3-1"), "--held"),
        (("--held",), "--held"),
        (("--made-up", "2026-03-01"), "--made-up"),
        (("--made-up", "2026-03-02=2026-04-01"), "--made-up 2026-03-02=2026-04-01"),
        (("--made-up", "2026-03-01=2026-02-28"), "--made-up 2026-03-01=2026-02-28"),
        (("--made-up", "2026-03-01=x"), "--made-up"),
        (("--waived", "2025-03-01=2026-04-01"), "--waived 2025-03-01=2026-04-01"),
        (("--holiday", "2026-03-01"), "--holiday"),
        (("--holiday", "2026-03-02..2026-03-01"), "--holiday"),
        (("--holiday", "2000-01-01..2026-03-01"), "--holiday"),
        (("--format", "xml"), "--format"),
        (("--mystery", "1"), "--mystery"),
    ],
)
def test_a_refused_option_is_named(options, says):
    assert says in refusal(*options)


def test_named_months_of_an_assessment_year():
    """Months from the 21st are called after their 15th day."""
    found = rows("--year-starts", "10-21", "--months", "3, 11,3")

    assert [(row["first"], row["last"], row["reason"]) for row in found] == [
        ("2025-10-21", "2025-11-20", "11月（10月21日—11月20日）：无记录"),
        ("2026-02-21", "2026-03-20", "3月（2月21日—3月20日）：无记录"),
    ]


def test_odd_weeks_of_named_months():
    found = rows("--parity", "odd", "--months", "3", cadence="week")

    assert [row["first"] for row in found] == ["2026-03-09", "2026-03-23"]


@pytest.mark.parametrize(
    ("options", "verdict", "reason"),
    [
        (("--held", "2026-01-05=60", "2026-01-06=60"), "met", "1月6日累计满120分钟"),
        (("--held", "2026-01-05=119"), "missed", "只累计119分钟，应满120分钟"),
        (
            ("--held", "2026-01-05=60", "--made-up", "2026-01-01=2026-04-09=14:00-15:00"),
            "met_late",
            "期内未足，4月9日补齐",
        ),
        (("--held", "2026-01-05=23:00-01:00"), "met", "1月5日累计满120分钟"),
        (
            ("--at-most", "180", "--held", "2026-01-05=181"),
            "met",
            "1月5日累计满120分钟；共181分钟，多于规定的180分钟",
        ),
        (("--at-most", "180", "--held", "2026-01-05=180"), "met", "1月5日累计满120分钟"),
        (("--held", "2026-01-05"), "missed", "无记录"),
    ],
)
def test_a_quota_of_two_hours_a_quarter(options, verdict, reason):
    quota = ("--measure", "minutes", "--at-least", "120")

    first = rows(*quota, *options, cadence="quarter")[0]

    assert (first["verdict"], first["reason"]) == (verdict, f"第1季度（1月1日—3月31日）：{reason}")


def test_the_most_changes_no_verdict():
    held = ("--held", "2026-01-05", "2026-01-06", "2026-03-02")

    free, bounded = rows(*held), rows(*held, "--at-most", "1")

    assert [row["verdict"] for row in bounded] == [row["verdict"] for row in free]
    differing = [one for one, other in zip(bounded, free, strict=True) if one != other]
    assert [row["reason"] for row in differing] == [
        "1月（1月1日—31日）：1月5日有记录；共2次，多于规定的1次"
    ]


@pytest.mark.parametrize(
    ("cadence", "options", "says"),
    [
        ("month", ("--months", ""), "--months: “”不是整数"),
        ("month", ("--months", "3,"), "--months: “”不是整数"),
        ("month", ("--months", "0"), "--months: 不能小于1"),
        ("month", ("--months",), "--months: expected"),
        ("year", ("--months", "3"), "--months: 只用于"),
        ("week", ("--every", "2", "--parity", "odd"), "--parity: 只用于"),
        ("week", ("--parity",), "--parity: expected"),
        ("week", ("--at-most", "0"), "--at-most: 不能小于1"),
        ("week", ("--at-most", "two"), "--at-most: “two”不是整数"),
        ("month", ("--made-up", "2026-01-01=2026-02-05=90"), "--made-up: 按次数计的不写时长"),
        (
            "month",
            ("--months", "3", "--waived", "2026-04-01=2026-04-02"),
            "--waived 2026-04-01=2026-04-02: 该年度没有",
        ),
    ],
)
def test_a_refused_rhythm_is_named(cadence, options, says):
    assert refusal(*options, cadence=cadence).startswith(says)


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("", "“”不是整数"),
        ("90m", "“90m”不是整数"),
        ("1441", "不能大于1440"),
        ("-90", "“”不是有效时间"),
        ("9:00-10:00", "“9:00”不是有效时间"),
        ("09:00-", "“”不是有效时间"),
        ("09-10", "“09”不是有效时间"),
        ("09:00:30-10:00", "“09:00:30”不是有效时间"),
        # A third time is no difference to Greenwich.
        ("09:00-10:30-11:00", "“10:30-11:00”不是有效时间"),
    ],
)
def test_a_length_that_is_none_is_refused(amount, says):
    refused = refusal("--measure", "minutes", "--held", f"2026-01-05={amount}")

    assert refused.startswith(f"--held: {says}")


def test_an_unknown_cadence_is_refused():
    assert "fortnight" in refusal(cadence="fortnight")


def shell(*options):
    """The command as a shell runs it, with a database that is not there."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
    }
    return subprocess.run(
        [sys.executable, "manage.py", "preview_schedule", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_it_needs_no_database():
    done = shell("--cadence", "year", "--year", "2026", "--on", "2026-03-01", "--format", "json")

    assert (done.returncode, done.stderr) == (0, "")
    assert [row["verdict"] for row in json.loads(done.stdout)] == ["open"]


@pytest.mark.parametrize(
    "option", [("--year-starts", "01-31"), ("--held",), ("--months", "3,11"), ("--at-most", "0")]
)
def test_a_refusal_is_one_line_and_exit_2(option):
    done = shell("--cadence", "year", "--year", "2026", *option)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(option[0])


@pytest.mark.parametrize(
    ("counted_in", "sentences"),
    [(CountedIn.TIMES, REASON_SENTENCES), (CountedIn.MINUTES, MINUTES_SENTENCES)],
)
@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_a_sentence(code, counted_in, sentences):
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    reason = DueReason(
        code, Verdict.MET, march, 3, Cadence.MONTH, 0, 1, date(2027, 1, 2), counted_in
    )

    sentence = reason_sentence(reason, "3月")

    assert sentence.startswith("3月：")
    assert ("2027年1月2日" in sentence) is ("%(day)s" in str(sentences[code]))
