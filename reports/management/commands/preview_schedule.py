import json
import re
import sys
from collections import defaultdict
from datetime import date, time
from unicodedata import east_asian_width

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.calendar import Holidays, days_of
from reports.domain.counting import minutes_between
from reports.domain.dues import CountedIn, Held
from reports.domain.periods import NAMED_IN_MONTHS, Cadence, Parity, Period, Rhythm, YearStart
from reports.domain.preview import PreviewFacts, PreviewRow, PreviewRule, preview
from reports.models.choices import MEETING_VERDICT_LABELS, period_label, reason_sentence

YEARS = range(1900, 3000)
MOST_RECORDING_DAYS = 3660
LONGEST_HOLIDAY = 3660
FORMATS = ("json", "text")


class Refused(ValueError):
    """An option that cannot be obeyed, in words."""


class Command(BaseCommand):
    help = gettext_lazy("预览一项制度在某年度的各个周期及其结论；不读写数据库。")
    requires_system_checks = []

    def create_parser(self, prog_name, subcommand, **kwargs):
        parser = super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)
        parser.error = self.refuse
        return parser

    def add_arguments(self, parser):
        several = {"nargs": "+", "action": "extend", "default": []}
        parser.add_argument("--cadence", required=True, metavar="|".join(Cadence))
        parser.add_argument("--every", default="1", metavar="N")
        parser.add_argument("--at-least", default="1", metavar="K")
        parser.add_argument("--at-most", metavar="M")
        parser.add_argument("--months", metavar="3,11")
        parser.add_argument("--parity", metavar="|".join(Parity))
        parser.add_argument("--measure", default="times", metavar="|".join(CountedIn))
        parser.add_argument("--year", required=True, metavar="Y")
        parser.add_argument("--year-starts", default="01-01", metavar="MM-DD")
        parser.add_argument("--opened", metavar="DATE")
        parser.add_argument("--closed", metavar="DATE")
        parser.add_argument("--recording-days", default="0", metavar="N")
        parser.add_argument("--on", metavar="DATE")
        parser.add_argument("--held", metavar="DATE[=MINUTES|HH:MM-HH:MM]", **several)
        parser.add_argument("--made-up", metavar="FIRST=DATE[=MINUTES|HH:MM-HH:MM]", **several)
        parser.add_argument("--waived", metavar="FIRST=DATE", **several)
        parser.add_argument("--holiday", metavar="FIRST..LAST", **several)
        parser.add_argument("--format", default="text", metavar="|".join(FORMATS))

    def handle(self, **options):
        try:
            as_json = _one_of("--format", options["format"], FORMATS) == "json"
            rule = _rule(options)
            year = _number("--year", options["year"], YEARS.start, YEARS.stop - 1)
            on = _day("--on", options["on"]) if options["on"] is not None else timezone.localdate()
            happened = _facts(options, _firsts(rule, year))
        except Refused as refusal:
            self.refuse(str(refusal))
        rows = preview(rule, year, on, happened)
        self.stdout.write(_as_json(rows, rule) if as_json else _as_text(rows, rule))

    def refuse(self, message):
        """One line saying what is wrong and where; no usage, no trace."""
        line = re.sub(r"^argument (\S+): ", r"\1: ", " ".join(str(message).split()))
        if self._called_from_command_line:
            self.stderr.write(line)
            sys.exit(2)
        raise CommandError(line, returncode=2)


def _rule(options) -> PreviewRule:
    opened = _day("--opened", options["opened"]) if options["opened"] is not None else None
    closed = _day("--closed", options["closed"]) if options["closed"] is not None else None
    if opened and closed and closed < opened:
        raise Refused(
            _("--closed: 停用日期%(closed)s早于设立日期%(opened)s")
            % {"closed": closed, "opened": opened}
        )
    at_least = _number("--at-least", options["at_least"], 1)
    at_most = options["at_most"]
    return PreviewRule(
        rhythm=_rhythm(options),
        at_least=at_least,
        at_most=None if at_most is None else _number("--at-most", at_most, at_least),
        counted_in=_counted_in(options),
        recording_days=_number(
            "--recording-days", options["recording_days"], 0, MOST_RECORDING_DAYS
        ),
        opened_on=opened,
        closed_on=closed,
        holidays=Holidays.of(
            day for text in options["holiday"] for day in days_of(_span("--holiday", text))
        ),
    )


def _rhythm(options) -> Rhythm:
    cadence = Cadence(_one_of("--cadence", options["cadence"], list(Cadence)))
    every = _number("--every", options["every"], 1)
    start = _start("--year-starts", options["year_starts"])
    months = _months(options["months"]) if options["months"] is not None else frozenset()
    parity = None
    if options["parity"] is not None:
        parity = Parity(_one_of("--parity", options["parity"], list(Parity)))
    if months and not (cadence in NAMED_IN_MONTHS and every == 1):
        raise Refused(_("--months: 只用于每1周、每1个半月、每1个月的制度"))
    if parity and not (cadence == Cadence.WEEK and every == 1):
        raise Refused(_("--parity: 只用于每1周的制度"))
    return Rhythm(cadence, every, start, months, parity)


def _months(text: str) -> frozenset[int]:
    return frozenset(_number("--months", part.strip(), 1, 12) for part in text.split(","))


def _counted_in(options) -> CountedIn:
    return CountedIn(_one_of("--measure", options["measure"], list(CountedIn)))


def _held(option: str, text: str, counted_in: CountedIn) -> Held:
    """A day, and where minutes are counted how many: 2026-03-02=90, 2026-03-02=09:00-10:30."""
    day_text, equals, amount = text.partition("=")
    day = _day(option, day_text)
    if counted_in == CountedIn.TIMES:
        if equals:
            raise Refused(_("%(option)s: 按次数计的不写时长") % {"option": option})
        return Held(day)
    if not equals:
        return Held(day, 0)
    starts, dash, ends = amount.partition("-")
    if dash:
        minutes = minutes_between(_time(option, starts), _time(option, ends)) or 0
        return Held(day, minutes)
    return Held(day, _number(option, amount, 0, 24 * 60))


def _time(option: str, text: str) -> time:
    try:
        if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", text):
            raise ValueError
        return time.fromisoformat(text)
    except ValueError:
        raise Refused(
            _("%(option)s: “%(text)s”不是有效时间，须写成 HH:MM") % {"option": option, "text": text}
        ) from None


def _facts(options, firsts: set[date]) -> PreviewFacts:
    counted_in = _counted_in(options)
    made_up = defaultdict(list)
    for text in options["made_up"]:
        first, rest = _first_of("--made-up", text, firsts)
        held = _held("--made-up", rest, counted_in)
        if held.day < first:
            raise Refused(_("--made-up %(text)s: 补开日期早于该周期的第一天") % {"text": text})
        made_up[first].append(held)
    waived = {}
    for text in options["waived"]:
        first, rest = _first_of("--waived", text, firsts)
        day = _day("--waived", rest)
        waived[first] = min(day, waived.get(first, day))
    held = [_held("--held", text, counted_in) for text in options["held"]]
    return PreviewFacts(held=held, made_up=made_up, waived=waived)


def _firsts(rule: PreviewRule, year: int) -> set[date]:
    return {numbered.period.first for numbered in rule.rhythm.periods_of(year)}


def _one_of(option: str, text: str, allowed) -> str:
    if text not in list(allowed):
        raise Refused(
            _("%(option)s: “%(text)s”无法识别，只能是 %(allowed)s")
            % {"option": option, "text": text, "allowed": "、".join(allowed)}
        )
    return text


def _number(option: str, text: str, least: int, most: int | None = None) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", str(text)):
        raise Refused(_("%(option)s: “%(text)s”不是整数") % {"option": option, "text": text})
    number = int(text)
    if number < least:
        raise Refused(
            _("%(option)s: 不能小于%(least)s，收到%(number)s")
            % {"option": option, "least": least, "number": number}
        )
    if most is not None and number > most:
        raise Refused(
            _("%(option)s: 不能大于%(most)s，收到%(number)s")
            % {"option": option, "most": most, "number": number}
        )
    return number


def _start(option: str, text: str) -> YearStart:
    try:
        return YearStart.parse(text)
    except ValueError:
        raise Refused(
            _("%(option)s: “%(text)s”不能作为年度起始日，须写成 MM-DD，日为01至28")
            % {"option": option, "text": text}
        ) from None


def _day(option: str, text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(text)):
            raise ValueError
        return date.fromisoformat(str(text))
    except ValueError:
        raise Refused(
            _("%(option)s: “%(text)s”不是有效日期，须写成 YYYY-MM-DD")
            % {"option": option, "text": text}
        ) from None


def _span(option: str, text: str) -> Period:
    first_text, dots, last_text = text.partition("..")
    if not dots:
        raise Refused(
            _("%(option)s: “%(text)s”须写成 FIRST..LAST") % {"option": option, "text": text}
        )
    first, last = _day(option, first_text), _day(option, last_text)
    if last < first:
        raise Refused(_("%(option)s: “%(text)s”的末日早于首日") % {"option": option, "text": text})
    if (last - first).days >= LONGEST_HOLIDAY:
        raise Refused(
            _("%(option)s: “%(text)s”超过%(most)s天")
            % {"option": option, "text": text, "most": LONGEST_HOLIDAY}
        )
    return Period(first, last)


def _first_of(option: str, text: str, firsts: set[date]) -> tuple[date, str]:
    first_text, equals, rest = text.partition("=")
    if not equals:
        raise Refused(
            _("%(option)s: “%(text)s”须写成 FIRST=DATE") % {"option": option, "text": text}
        )
    first = _day(option, first_text)
    if first not in firsts:
        raise Refused(
            _("%(option)s %(text)s: 该年度没有从%(first)s开始的周期")
            % {"option": option, "text": text, "first": first}
        )
    return first, rest


def _sentence(row: PreviewRow, rule: PreviewRule) -> str:
    label = period_label(row.numbered, rule.rhythm)
    return reason_sentence(row.reason, label)


def _as_json(rows: list[PreviewRow], rule: PreviewRule) -> str:
    return json.dumps(
        [
            {
                "first": row.numbered.period.first.isoformat(),
                "last": row.numbered.period.last.isoformat(),
                "at_least": row.at_least,
                "counted": row.counted,
                "verdict": row.verdict.value,
                "reason": _sentence(row, rule),
            }
            for row in rows
        ],
        ensure_ascii=False,
        indent=2,
    )


def _as_text(rows: list[PreviewRow], rule: PreviewRule) -> str:
    table = [[_("起"), _("止"), _("应开"), _("已计"), _("结论"), _("说明")]] + [
        [
            row.numbered.period.first.isoformat(),
            row.numbered.period.last.isoformat(),
            str(row.at_least),
            str(row.counted),
            str(MEETING_VERDICT_LABELS[row.verdict]),
            _sentence(row, rule),
        ]
        for row in rows
    ]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in table
    )


def _width(text: str) -> int:
    """Columns on a screen: a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
