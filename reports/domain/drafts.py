"""What a text that was read could become in the ledger: drafts, each with its place and sentence.

``drafts_of_report`` and ``drafts_of_notice`` take the text and what the reader made of it (the
mappings of ``domain.wording`` and ``domain.rectification``) and give the drafts in the order in
which the ledger would be filled: units, posts, sets, schedules, quotas, problems, measures,
figures, honours. What a draft belongs to (a schedule to its set, a problem to the one above, a
measure to its problem) is told in ``found["belongs_to"]``: the position of that draft, from 1.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from reports.domain.imports import DraftKind

# The records a draft of a kind can become, or be merged with; the likelier first.
RECORDS_OF: Mapping[DraftKind, tuple[str, ...]] = {
    DraftKind.UNIT: ("unit",),
    DraftKind.POST: ("appointment", "post"),
    DraftKind.SCHEDULE_SET: ("schedule_set",),
    DraftKind.SCHEDULE: ("schedule",),
    DraftKind.QUOTA: ("schedule",),
    DraftKind.PROBLEM: ("problem",),
    DraftKind.MEASURE: ("measure",),
    DraftKind.FIGURE: ("figure",),
    DraftKind.HONOUR: ("honour",),
}

LONGEST_QUOTE = 160
LONGEST_NAME = 60
LONGEST_TITLE = 150

Data = Mapping[str, Any]

_KIND_OF_OFFICE = re.compile(r"公安局|分局|[省市区县旗局]")


def issued_elsewhere(issuer: str, bureau: str) -> bool:
    """Whether a text names another issuer than the bureau (its short name) it was brought in for.

    区, 市, 分局 and the like are written and left out as people please, so what is left of the
    bureau's name is looked for in the issuer. A text that names no issuer says nothing.
    """
    own = _KIND_OF_OFFICE.sub("", bureau)
    return bool(issuer and own) and own not in _KIND_OF_OFFICE.sub("", issuer)


@dataclass(slots=True)
class FoundDraft:
    """A draft; ``start`` and ``end`` count characters of the text, the end not included."""

    kind: DraftKind
    start: int
    end: int
    found: dict[str, Any] = field(default_factory=dict)


# ── A report ─────────────────────────────────────────────────────────────────────────────────


def drafts_of_report(source: str, data: Data) -> list[FoundDraft]:
    """The drafts of a published report from ``read_report(source).as_data()``."""
    schedules = _schedules(source, data)
    drafts = _units_of_report(source, data, schedules)
    drafts += [_of(DraftKind.POST, each) for each in data["posts"]]
    sets = _sets(source, schedules)
    for of, theirs in sets:
        drafts.append(of)
        for each in theirs:
            each.found["belongs_to"] = len(drafts)
    drafts += schedules
    drafts += [_of(DraftKind.QUOTA, each) for each in data["quotas"]]
    drafts += [_of(DraftKind.PROBLEM, each) for each in data["problems"]]
    drafts += [_of(DraftKind.MEASURE, each) for each in data["measures"]]
    drafts += [_of(DraftKind.FIGURE, each) for each in data["figures"]]
    drafts += [_of(DraftKind.HONOUR, each) for each in data["honours"]]
    return _with_quotes(source, drafts)


def _of(kind: DraftKind, entry: Data) -> FoundDraft:
    found = {name: value for name, value in entry.items() if name not in ("start", "end")}
    return FoundDraft(kind, entry["start"], entry["end"], found)


# Who reads "every", "other" or a number in front of it is told of many units, not of one.
_NO_UNIT = re.compile(
    r"(?:各|所有|其他|其它|其余|全|该|本|我|某|每|办案|基层|相关|有关|下属|所属|辖区|两级"
    r"|\d|[一二两三四五六七八九十]{1,2}(?:个|类|级|家))"
)
_UNIT = re.compile(
    r"[\u4e00-\u9fff]{2,20}(?:派出所|大队|中队|支队|领导小组|委员会|工作专班|警务站|指挥部)"
)
_FOUNDED = re.compile(
    r"(?:成立|设立|组建|组成)了?(?P<name>[\u4e00-\u9fff]{2,16}?(?:委员会|领导小组|工作专班))"
)
_HONOURED = re.compile(r"(?P<name>[\u4e00-\u9fff]{2,14}?(?:派出所|大队|中队))")
_IN_NAME = re.compile(r"[由任为的以]")
_BODY = re.compile(r"(?:领导小组|委员会|工作专班|党委|党组|指挥部)$")
_PARTY = re.compile(r"党委|党组")


def _units_of_report(source: str, data: Data, schedules: Iterable[FoundDraft]) -> list[FoundDraft]:
    """Units that the report calls by their own names."""
    named: list[tuple[str, int, int]] = []
    for match in _FOUNDED.finditer(source):
        if not _IN_NAME.search(match["name"]):
            named.append((match["name"], match.start("name"), match.end("name")))
    for post in data["posts"]:
        name = post["unit"] or ""
        if _UNIT.fullmatch(name) and not _NO_UNIT.match(name) and name != "领导小组":
            named.append((name, post["start"], post["end"]))
    for honour in data["honours"]:
        honoured = _HONOURED.match(honour["text"])
        if honoured and not _NO_UNIT.match(honoured["name"]):
            start = source.find(honoured["name"], honour["start"], honour["end"])
            if start >= 0:
                named.append((honoured["name"], start, start + len(honoured["name"])))
    for schedule in schedules:
        if party := _PARTY.search(schedule.found["what"] or ""):
            named.append((party.group(), schedule.start, schedule.end))
    units: dict[str, FoundDraft] = {}
    for name, start, end in named:
        found = {"name": name, "is_body": bool(_BODY.search(name))}
        units.setdefault(name, FoundDraft(DraftKind.UNIT, start, end, found))
    return sorted(units.values(), key=lambda each: (each.start, each.end))


def _schedules(source: str, data: Data) -> list[FoundDraft]:
    """The schedules with the words of what is held, and recurring due dates as schedules."""
    drafts = []
    for entry in data["schedules"]:
        draft = _of(DraftKind.SCHEDULE, entry)
        draft.start, draft.end = _with_words(source, entry)
        draft.found["hears"] = _hears(source, entry)
        drafts.append(draft)
    for entry in data["due_dates"]:
        over = [each for each in drafts if each.start < entry["end"] and entry["start"] < each.end]
        if over:
            over[0].found["due"] = entry["rule"]
            continue
        start, end = sentence_of(source, entry["start"], entry["end"])
        what = source[entry["end"] : end].strip(" ，,、。；;")
        head = re.split(r"[，,。；;]", what)[0] if what else source[start : entry["start"]]
        drafts.append(
            FoundDraft(
                DraftKind.SCHEDULE,
                entry["start"],
                entry["end"],
                {
                    "phrase": entry["phrase"],
                    "what": head.strip(" ，,、")[:LONGEST_NAME] or None,
                    "kind": "report",
                    "period": period_of_rule(entry["rule"]),
                    "every": 1,
                    "min": 1,
                    "max": None,
                    "bound": "min",
                    "months": None,
                    "presided_by": None,
                    "due": entry["rule"],
                },
            )
        )
    return sorted(drafts, key=lambda each: (each.start, each.end))


def period_of_rule(rule: str) -> str:
    """The period after which a recurring due date comes: ``quarter+15d`` a quarter."""
    head = rule.partition("+")[0]
    return head if head in ("week", "half_month", "month", "quarter", "half_year") else "year"


def _with_words(source: str, entry: Data) -> tuple[int, int]:
    """The phrase together with what it speaks of, where that stands beside it."""
    start, end, what = entry["start"], entry["end"], entry["what"]
    first, last = sentence_of(source, start, end)
    if what and what not in source[start:end]:
        after = source.find(what, end, last)
        before = source.rfind(what, first, start)
        if after >= 0 and (before < 0 or after - end <= start - before):
            end = after + len(what)
        elif before >= 0:
            start = before
    return start, end


_HEARS = re.compile(r"听取[^。；;]{0,30}(?:汇报|报告)")


def _hears(source: str, entry: Data) -> bool:
    """Whether what is held there hears a report, as the first responsible person must."""
    _start, last = sentence_of(source, entry["start"], entry["end"])
    return bool(_HEARS.search(source, entry["end"], last))


_N_ONES = re.compile(
    r"[“\"「『‘]?(?P<n>[二两三四五六七八九十])个一[”\"」』’]?"
    r"(?P<tail>[\u4e00-\u9fff]{0,4}(?:制度|机制|工作法|例会))?"
)
_NUMBERS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}
_NUMBERS["两"] = 2
_FURTHEST = 300
_HEADS = re.compile(r"主要负责|第一责任人|主要领导|一把手")


def _sets(source: str, schedules: list[FoundDraft]) -> list[tuple[FoundDraft, list[FoundDraft]]]:
    """Schedules that the report names together, and those of the first responsible person."""
    free = list(schedules)
    sets = []
    for match in _N_ONES.finditer(source):
        most = _NUMBERS[match["n"]]
        _first, last = sentence_of(source, match.start(), match.end())
        theirs = [each for each in free if match.end() <= each.start < last]
        if len(theirs) < 2:
            stop = source.find("\n", match.end())
            stop = min(len(source) if stop < 0 else stop, match.end() + _FURTHEST)
            theirs = [each for each in free if match.end() <= each.start < stop]
        if len(theirs) < 2:
            continue
        theirs = theirs[:most]
        free = [each for each in free if each not in theirs]
        name = f"“{match['n']}个一”{match['tail'] or '制度'}"
        found = {"name": name, "of_first_person": False}
        sets.append((FoundDraft(DraftKind.SCHEDULE_SET, match.start(), match.end(), found), theirs))
    duties = [each for each in free if _HEADS.search(each.found["presided_by"] or "")]
    if duties:
        start = min(each.start for each in duties)
        end = max(each.end for each in duties if each.start == start)
        found = {"name": None, "of_first_person": True}
        sets.append((FoundDraft(DraftKind.SCHEDULE_SET, start, end, found), duties))
    return sets


def is_of_first_person(found: Data) -> bool:
    """Whether whoever answers first presides over what a schedule asks for."""
    return bool(_HEADS.search(found.get("presided_by") or ""))


# ── A notice ─────────────────────────────────────────────────────────────────────────────────

_UNIT_OF_NOTICE = re.compile(
    r"[\u4e00-\u9fff（）()]{2,24}(?:派出所|大队|中队|支队|[队所室处科局部组办院]|中心|委员会)"
)


def drafts_of_notice(source: str, data: Data) -> list[FoundDraft]:
    """The drafts of a notice from ``read_notice(source).as_data()``: its items as a tree.

    An item without parts of its own that tells of measures or of progress gives a measure, too.
    """
    items = data["items"]
    drafts = _units_of_notice(source, items)
    above = {each["parent"] for each in items if each["parent"] is not None}
    place: dict[int, int] = {}
    leaves: list[tuple[int, Data]] = []
    for number, item in enumerate(items):
        draft = _of(DraftKind.PROBLEM, item)
        parent = item["parent"]
        draft.found["belongs_to"] = place.get(parent) if parent is not None else None
        for name in ("unit", "leader"):
            draft.found[name] = _said_above(items, item, name)
        draft.found["has_parts"] = number in above
        if number in above:
            # The items below have places of their own; this one is where it is named.
            named = source.find(item["title"], item["start"], item["end"])
            draft.end = named + len(item["title"]) if named >= 0 else item["end"]
        drafts.append(draft)
        place[number] = len(drafts)
        if number not in above and (item["measures"] or item["progress"]):
            leaves.append((len(drafts), item))
    for of, item in leaves:
        words = item["measures"] or item["progress"]
        start, end = _place_of(source, words, item)
        drafts.append(
            FoundDraft(
                DraftKind.MEASURE,
                start,
                end,
                {
                    "belongs_to": of,
                    "number": item["number"],
                    "title": first_words(words),
                    "text": item["measures"] or "",
                    "progress": item["progress"],
                    "state": item["state"],
                    "unit": _said_above(items, item, "unit"),
                    "leader": _said_above(items, item, "leader"),
                    "due": item["due"],
                    "due_is_month": item["due_is_month"],
                },
            )
        )
    return _with_quotes(source, drafts)


def _said_above(items: Sequence[Data], item: Data, name: str) -> Any:
    """What is said of an item, else of the one above it."""
    at: Data | None = item
    while at is not None:
        if at[name]:
            return at[name]
        at = items[at["parent"]] if at["parent"] is not None else None
    return None


def _units_of_notice(source: str, items: Iterable[Data]) -> list[FoundDraft]:
    units: dict[str, FoundDraft] = {}
    for item in items:
        for name in (item["unit"], *item["joint_units"]):
            if not name or not _UNIT_OF_NOTICE.fullmatch(name) or _NO_UNIT.match(name):
                continue
            start = source.find(name, item["start"], item["end"])
            if start >= 0:
                found = {"name": name, "is_body": bool(_BODY.search(name))}
                draft = FoundDraft(DraftKind.UNIT, start, start + len(name), found)
                units.setdefault(name, draft)
    return list(units.values())


def _place_of(source: str, words: str, item: Data) -> tuple[int, int]:
    start = source.find(words, item["start"], item["end"])
    return (start, start + len(words)) if start >= 0 else (item["start"], item["end"])


def first_words(words: str, longest: int = LONGEST_TITLE) -> str:
    """The first sentence of what was done or will be done, as a title."""
    first = re.split(r"[。；;\n]", words.strip(), maxsplit=1)[0].strip()
    return first[:longest]


# ── Sentences ────────────────────────────────────────────────────────────────────────────────

_ENDS = "。！？!?；;\n"


def sentence_of(source: str, start: int, end: int) -> tuple[int, int]:
    """The sentence, or the sentences, in which a place of the text lies."""
    first = max((source.rfind(mark, 0, start) for mark in _ENDS), default=-1) + 1
    stops = [stop for mark in _ENDS if (stop := source.find(mark, max(end - 1, start))) >= 0]
    last = min(stops, default=len(source) - 1) + 1
    while first < start and source[first].isspace():
        first += 1
    while last > end and source[last - 1].isspace():
        last -= 1
    return first, max(last, end)


def quote_of(source: str, start: int, end: int) -> str:
    """The sentence of a place, on one line; a long one is cut around the place."""
    first, last = sentence_of(source, start, end)
    if last - first <= LONGEST_QUOTE:
        return _on_one_line(source[first:last])
    if end - start >= LONGEST_QUOTE:
        return _on_one_line(source[start : start + LONGEST_QUOTE]) + "……"
    spare = LONGEST_QUOTE - (end - start)
    begin = max(first, start - spare // 3)
    stop = min(last, begin + LONGEST_QUOTE)
    head, tail = "……" if begin > first else "", "……" if stop < last else ""
    return head + _on_one_line(source[begin:stop]) + tail


def _on_one_line(words: str) -> str:
    return " ".join(words.split())


def paragraph_of(source: str, start: int) -> int:
    """Which paragraph of the text a place lies in, counted from 1; empty lines are none."""
    return max(sum(1 for line in source[: start + 1].split("\n") if line.strip()), 1)


def _with_quotes(source: str, drafts: list[FoundDraft]) -> list[FoundDraft]:
    for draft in drafts:
        draft.found["quote"] = quote_of(source, draft.start, draft.end)
        draft.found["paragraph"] = paragraph_of(source, draft.start)
    return drafts


# ── The text with the places of its drafts ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, or where the place of a draft (its ``key``) opens or closes."""

    text: str = ""
    key: int | None = None
    opens: bool = False


def pieces_of(source: str, places: Iterable[tuple[int, int, int]]) -> Iterator[Piece]:
    """The text with its places nested: ``places`` are key, start and end.

    One that would end behind the place it begins in ends with it.
    """
    at = 0
    stack: list[tuple[int, int]] = []  # key, end
    for key, start, end in sorted(places, key=lambda each: (each[1], -each[2], each[0])):
        while stack and stack[-1][1] <= start:
            closed, stop = stack.pop()
            yield Piece(text=source[at:stop])
            yield Piece(key=closed)
            at = stop
        if stack:
            end = min(end, stack[-1][1])
        yield Piece(text=source[at:start])
        yield Piece(key=key, opens=True)
        at = start
        stack.append((key, end))
    while stack:
        closed, stop = stack.pop()
        yield Piece(text=source[at:stop])
        yield Piece(key=closed)
        at = stop
    yield Piece(text=source[at:])


# ── What must be said before a draft can be taken ────────────────────────────────────────────

# By kind, the fields without which nothing can be made; of a pair one is enough.
NEEDED: Mapping[DraftKind, tuple[tuple[str, ...], ...]] = {
    DraftKind.UNIT: (("name",), ("kind",)),
    DraftKind.POST: (("person", "new_person"), ("unit",), ("post",), ("first_day",)),
    DraftKind.SCHEDULE_SET: (("name",),),
    DraftKind.SCHEDULE: (
        ("name",),
        ("set", "new_set"),
        ("first_day",),
        ("cadence",),
        ("meeting_kind", "new_meeting_kind", "agenda_kind", "new_agenda_kind"),
        ("legal_basis",),
        ("asked_by",),
    ),
    DraftKind.PROBLEM: (("title",), ("unit",), ("source",), ("found_on",)),
    DraftKind.MEASURE: (("title",), ("unit",), ("set_on",), ("plan_year", "problem")),
    DraftKind.FIGURE: (("indicator",), ("unit",), ("year",), ("value", "numerator"), ("source",)),
    DraftKind.HONOUR: (("title",), ("year",)),
}


def lacking(kind: DraftKind, values: Data) -> list[str]:
    """The fields that still have to be filled in; of a pair the first is named."""
    needed = NEEDED[DraftKind.SCHEDULE if kind == DraftKind.QUOTA else kind]
    return [names[0] for names in needed if not any(values.get(name) for name in names)]


# ── How a rhythm as worded is asked for ──────────────────────────────────────────────────────

_LONGER = {"term": ("year", 5)}
MINUTES_OF = {"hours": 60, "class_hours": 45, "days": 480}


def rhythm_of(found: Data) -> dict[str, Any]:
    """What a schedule asks for in the ledger's words: cadence, every, at_least and the like.

    Only what the wording says: 至多 alone owes nothing, so it is kept as a usual one. A rhythm in
    days is counted in weeks where it makes whole ones, otherwise in the week that holds it.
    """
    cadence, every = found["period"], found["every"] or 1
    least, most = found["min"], found["max"]
    usual = found["bound"] in ("usual", "max")
    if cadence == "day":
        if every == 10:  # a third of a month
            cadence, every, least, most = "month", 1, 3, None
        elif every % 7 == 0:
            cadence, every = "week", every // 7
        else:
            cadence, every, least, most = "week", 1, max(5 // every, 1), None
    elif cadence in _LONGER:
        cadence, years = _LONGER[cadence]
        every *= years
    values: dict[str, Any] = {
        "cadence": cadence,
        "every": every,
        "at_least": least or 1,
        "at_most": most if found["bound"] in ("range", "max") else None,
        "usual": usual,
        "months": list(found["months"] or []) if every == 1 else [],
    }
    if cadence not in ("week", "half_month", "month"):
        values["months"] = []
    if found.get("due"):
        values |= window_of(found["due"])
        if values["window"]:
            values["months"] = []
    return values


_RULE = re.compile(
    r"(?:(?P<month>\d{2})-(?P<day>\d{2})|(?P<period>[a-z_]+)\+(?P<n>\d+)(?P<unit>wd|d|m)"
    r"(?::(?P<by>\d{1,2}))?)"
)


def window_of(rule: str) -> dict[str, Any]:
    """The fixed term of a recurring due date, where the ledger knows one of its shape."""
    window: dict[str, Any] = {
        "window": "",
        "window_days": None,
        "window_month": None,
        "window_day": None,
    }
    match = _RULE.fullmatch(rule)
    if match is None:
        return window
    if match["month"]:
        return window | {
            "window": "until",
            "window_month": int(match["month"]),
            "window_day": int(match["day"]),
        }
    number, unit, by = int(match["n"]), match["unit"], match["by"]
    if unit == "d" and number and not by:
        return window | {"window": "after", "window_days": number}
    if unit == "d" and not number and by and match["period"] in ("month", "quarter", "year"):
        return window | {"window": "by_day", "window_day": int(by)}
    return window


def minutes_of(found: Data) -> int:
    """A quota in minutes: an hour has 60, a class hour 45, a day eight hours."""
    return min(int(float(found["amount"]) * MINUTES_OF[found["of"]]), 9999)


def identity(kind: DraftKind, found: Data) -> tuple[str, str, str]:
    """What makes a passage of another text the same: its kind, its sentence, its own words."""
    names = ("name", "what", "title", "text", "phrase")
    own = next((str(found[name]) for name in names if found.get(name)), "")
    return kind.value, str(found.get("quote", "")), own


# ── What is matched with what the ledger has ─────────────────────────────────────────────────

_SPARE = re.compile(r"[\s“”\"'「」『』《》（）()、，,。·]")


def bare(name: str) -> str:
    """A name without quotes, blanks and brackets, as it is compared."""
    return _SPARE.sub("", name)


def is_alike(name: str, other: str) -> bool:
    """Whether two names are of one thing: the same, or one within the other (党委会, 党委会议)."""
    one, two = bare(name), bare(other)
    shorter, longer = sorted((one, two), key=len)
    return one == two or (len(shorter) >= 3 and shorter in longer)


_BUREAU = frozenset({"分局", "我局", "本局", "局", "全局", "公安分局", "我分局", "本分局", "区局"})


def means_the_bureau(name: str | None) -> bool:
    """Whether a report names with it whoever publishes it."""
    return not name or bare(name) in _BUREAU


_ACCORDING = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{0,14}(?:巡[察视]组|督[察导]组|审计[局署厅]|检查组|考核组|评估组))"
)
_LEADS_IN = re.compile(r".*(?:根据|按照|向|对|经|由|接受|配合|以来|期间|日)")


def raiser_in(source: str) -> str:
    """The body that raised what a notice answers, by the words of the text; else nothing."""
    match = _ACCORDING.search(source)
    return _LEADS_IN.sub("", match["who"]) if match else ""


_DAY = re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_YEAR = re.compile(r"(\d{4})年")


def told_on(source: str) -> date | None:
    """The day on which problems were told (反馈), by the last day in front of the word in its
    sentence; the year may have been said before it."""
    for match in re.finditer("反馈", source):
        first, _last = sentence_of(source, match.start(), match.end())
        days = list(_DAY.finditer(source, max(first, match.start() - 80), match.start()))
        if not days:
            continue
        years = [days[-1]["year"], *reversed(_YEAR.findall(source, first, days[-1].start()))]
        year = next((each for each in years if each), None)
        try:
            if year:
                return date(int(year), int(days[-1]["month"]), int(days[-1]["day"]))
        except ValueError:
            continue
    return None


_LEVELS = (
    ("nation", re.compile(r"全国|国家|公安部|国务院|最高人民")),
    ("province", re.compile(r"省|自治区")),
    ("city", re.compile(r"(?<!城)市|地区")),
    ("district", re.compile(r"(?<![社辖小城])[区县]")),
)
_GIVERS = re.compile(
    r"(?:国务院|公安部|司法部|省委|省政府|省公安厅|省厅|市委|市政府|市公安局|市局|区委|区政府|县委|县政府)"
)


def honour_of(text: str) -> dict[str, str]:
    """What the words of an honour say of its level, its kind, and who gave it."""
    giver = _GIVERS.search(text)
    # 辖区 and 社区 are no district, 城市 is no city; the widest that is named counts.
    level = next((code for code, pattern in _LEVELS if pattern.search(text)), "city")
    kind = "honour"
    if re.search(r"肯定|批示|表扬", text):
        kind = "approval"
    elif re.search(r"推广|转发|经验交流", text):
        kind = "practice"
    elif re.search(r"考评|考核|排名|第[一二三123]|位列|优秀单位|等次", text):
        kind = "assessment"
    return {"level": level, "kind": kind, "awarded_by": giver.group() if giver else ""}


_WORDINGS = {"余": "more", "多": "more", "近": "near", "约": "about", "超过": "over", "超": "over"}


def wording_of(word: str | None) -> str:
    """The ledger's code for how a value is worded; 不低于 and the like are a lower bound."""
    if not word:
        return ""
    if word in _WORDINGS:
        return _WORDINGS[word]
    return "notbelow" if re.search(r"不低|不少|至少|以上", word) else "about"


def grams(name: str, size: int = 4) -> set[str]:
    """The runs of so many signs in a name, by which a sentence is searched for it."""
    plain = bare(name)
    return {plain[n : n + size] for n in range(len(plain) - size + 1)} or {plain}


_KIND_BY_END = (
    (("派出所", "警务站"), "station"),
    (("大队", "中队", "支队"), "squad"),
    (("室", "科", "处", "部", "中心", "办", "股"), "department"),
)


def kind_of_unit(name: str) -> str:
    """The code of the kind that a unit's name ends with; empty where it does not say."""
    return next((code for ends, code in _KIND_BY_END if name.endswith(ends)), "")


def party_in(what: str) -> str:
    """The committee whose meeting it is (党委, 党组), empty where it is none."""
    match = _PARTY.search(what)
    return match.group() if match else ""


def is_studied(what: str) -> bool:
    """Whether the thing is a matter studied in a meeting (党委会专题研究)."""
    return "研究" in what


def is_held(found: Data, what: str) -> bool:
    """Whether the thing is a meeting, by its kind or by its name."""
    return found["kind"] == "meeting" or what.endswith("会") or "会专题" in what or "会研究" in what


def is_handed_in(found: Data, what: str) -> bool:
    """Whether the thing is something handed in until a day."""
    return found["kind"] == "report" and ("报" in what or bool(found.get("due")))


_TITLE_LINE = re.compile(r"\S.{2,58}(?:通报|报告|公告)")


def title_line(source: str) -> str:
    """The first line of a text where it reads like a title; else nothing."""
    head = source.lstrip().partition("\n")[0].strip()
    return head if _TITLE_LINE.fullmatch(head) else ""
