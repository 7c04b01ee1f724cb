"""The floor: the same pages by hand. Two SQL statements and a plain template each.

They stand behind the same middleware, login and base template and show the same table; what the
product takes longer is what its models, scope, selectors and tables cost.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.shortcuts import render

from reports.domain.periods import JANUARY, assessment_year
from reports.domain.progress import Tally
from reports.filters.dues import DueFilter
from reports.filters.meetings import MeetingFilter
from reports.filters.problems import ProblemFilter
from reports.models import Due, Meeting, Problem
from reports.selectors.places import Place, sum_of
from reports.templatetags.figures import Axis, Cell, StripRow
from reports.views.mixins import days_of

VERDICT = """CASE WHEN not_applicable_because <> '' THEN 'not_applicable'
 WHEN met_on <= %(on)s THEN 'met' WHEN waived_on <= %(on)s THEN 'waived'
 WHEN met_late_on <= %(on)s THEN 'met_late' WHEN period_first > %(on)s THEN 'upcoming'
 WHEN period_last >= %(on)s THEN 'open' WHEN awaits_until >= %(on)s THEN 'awaiting'
 ELSE 'missed' END"""


def rows_of(sql: str, **parameters: object) -> list[tuple]:
    """All rows of a statement with named parameters, on either database."""
    names = []

    class Names(dict):
        def __getitem__(self, name):
            names.append(name)
            return "%s"

    plain = sql % Names()
    with connection.cursor() as cursor:
        cursor.execute(plain, [parameters[name] for name in names])
        return cursor.fetchall()


def as_day(value: object) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_moment(value: object) -> datetime:
    """SQLite keeps moments in UTC without saying so."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def axis(year: int) -> Axis:
    whole = assessment_year(year, JANUARY)
    return Axis(whole.first, whole.last)


BUREAUS = """SELECT u.id, u.name,
 (SELECT p.name FROM reports_appointment a JOIN reports_person p ON p.id = a.person_id
  WHERE a.unit_id = u.id AND a.last_day IS NULL LIMIT 1),
 (SELECT COUNT(*) FROM reports_problem q WHERE q.bureau_id = u.id AND q.state <> 'closed'),
 (SELECT COUNT(*) FROM reports_problem q WHERE q.bureau_id = u.id AND q.state = 'closed'),
 (SELECT COUNT(*) FROM reports_measure m WHERE m.bureau_id = u.id AND m.done_on IS NULL
  AND m.dropped_on IS NULL AND m.due_on < %(on)s),
 u.ledger_from, (SELECT r.state FROM reports_annualreport r
  WHERE r.bureau_id = u.id AND r.year = %(year)s)
 FROM reports_unit u WHERE u.bureau_id = u.id
 AND u.path >= %(first)s AND u.path < %(last)s ORDER BY u.path LIMIT 50"""
PERIODS = """SELECT c.bureau_id, c.schedule_id, s.set_id, t.name, c.period_first, c.period_last,
 c.awaits_until, c.met, c.met_late, c.lacking,
 c.total - c.met - c.met_late - c.waived - c.not_applicable, c.not_applicable,
 s.of_first_person FROM reports_duecount c JOIN reports_schedule s ON s.id = c.schedule_id
 JOIN reports_scheduleset t ON t.id = s.set_id
 WHERE c.year = %(year)s AND c.bureau_id IN
 (SELECT id FROM reports_unit WHERE bureau_id = id
  AND path >= %(first)s AND path < %(last)s ORDER BY path LIMIT 50)
 ORDER BY c.bureau_id, c.schedule_id, c.period_first"""


def range_of(request) -> tuple[str, str]:
    """The paths of the place that the address names; without one, all of them."""
    at = request.GET.get("at", "")
    return (at, f"{int(at) + 1:0{len(at)}d}") if at else ("", ":")


def dashboard_floor(request):
    days = days_of(request)
    on = days.on
    first, last = range_of(request)
    bureaus = rows_of(BUREAUS, on=on, year=days.year, first=first, last=last)
    strips = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    sums = defaultdict(lambda: [0, 0, 0, 0, 0, 0])
    names = {}
    for row in rows_of(PERIODS, year=days.year, first=first, last=last):
        bureau, schedule, of, name, first, last, awaits = row[:7]
        met, late, lacking, rest, absent, head = row[7:]
        first, last, awaits = as_day(first), as_day(last), as_day(awaits)
        names[of] = name
        total = sums[bureau]
        total[0] += met
        total[1] += late
        total[3] += lacking
        if head:
            total[4] += met + late
            total[5] += met + late + (rest if on > awaits else 0)
        if rest and on > awaits:
            total[2] += rest
            verdict = "missed"
        elif rest and on >= first:
            verdict = "open"
        elif late:
            verdict = "met_late"
        elif met:
            verdict = "met"
        else:
            verdict = "not_applicable" if absent else "upcoming"
        strips[bureau][of][schedule].append((first, last, verdict))
    rows = [
        (
            *bureau,
            *sums[bureau[0]],
            [(names[of], of, list(rows.values())) for of, rows in strips[bureau[0]].items()],
        )
        for bureau in bureaus
    ]
    return render(request, "floor/dashboard.html", {"rows": rows, "axis": axis(days.year)})


UNIT_DUES = """SELECT d.id, d.unit_id, d.schedule_id, s.name, t.name, s.of_first_person,
 d.period_first, d.period_last, d.number, d.lacks_evidence,
 %(verdict)s FROM reports_due d JOIN reports_schedule s ON s.id = d.schedule_id
 JOIN reports_scheduleset t ON t.id = s.set_id WHERE d.bureau_id = %(pk)s AND d.year = %(year)s
 ORDER BY t.position, s.position, s.id, d.period_first"""
# Units, open problems, measures due, holders of posts: the other tables of the page in one go.
OTHERS = """SELECT 'unit', u.id, u.name, u.grade, p.name, NULL, u.path
 FROM reports_unit u LEFT JOIN reports_appointment a ON a.unit_id = u.id AND a.last_day IS NULL
 LEFT JOIN reports_person p ON p.id = a.person_id WHERE u.bureau_id = %(pk)s
 UNION ALL SELECT 'problem', q.id, q.title, u.name, s.name, q.due_on, q.number
 FROM reports_problem q JOIN reports_unit u ON u.id = q.unit_id
 JOIN reports_problemsource s ON s.id = q.source_id
 WHERE q.bureau_id = %(pk)s AND q.state <> 'closed' AND q.cancelled_at IS NULL
 UNION ALL SELECT 'measure', m.id, m.title, u.name, '', m.due_on, '' FROM reports_measure m
 JOIN reports_unit u ON u.id = m.unit_id WHERE m.bureau_id = %(pk)s AND m.done_on IS NULL
 AND m.dropped_on IS NULL AND m.due_on < %(soon)s
 UNION ALL SELECT 'holder', a.id, t.name, p.name, '', a.first_day, ''
 FROM reports_appointment a JOIN reports_person p ON p.id = a.person_id
 JOIN reports_post t ON t.id = a.post_id WHERE a.unit_id = %(pk)s AND a.last_day IS NULL
 ORDER BY 1, 7"""


def bureau_floor(request, pk):
    days = days_of(request)
    sql = UNIT_DUES.replace("%(verdict)s", VERDICT)
    own, todo, small = {}, [], defaultdict(lambda: defaultdict(list))
    sums = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows_of(sql, pk=pk, year=days.year, on=days.on):
        due, unit, schedule, name, of, _head, first, last, number, lacks, verdict = row
        first, last = as_day(first), as_day(last)
        total = sums[unit]
        total[0] += verdict in ("met", "met_late")
        total[1] += verdict == "missed"
        total[2] += lacks
        if unit == pk:
            cells = own.setdefault(of, {}).setdefault(name, [])
            title = f"第{number}期（{first}—{last}）：{verdict}"
            cells.append(Cell(first, last, verdict, title, f"/dues/{due}/"))
            if verdict in ("missed", "awaiting", "open"):
                todo.append((verdict, name, first, last, due))
        else:
            small[unit][schedule].append((first, last, verdict))
    figures = [
        (name, [StripRow(name=title, cells=cells) for title, cells in strips.items()])
        for name, strips in own.items()
    ]
    tables = defaultdict(list)
    for kind, *row in rows_of(OTHERS, pk=pk, soon=days.on + timedelta(days=30)):
        tables[kind].append([*row[:4], row[4] and as_day(row[4]), *row[5:]])
    units = [(*u, *sums[u[0]], list(small[u[0]].values())) for u in tables["unit"]]
    context = {"figures": figures, "units": units, "axis": axis(days.year), "day": days.on}
    return render(request, "floor/bureau.html", context | {"tables": tables, "todo": todo[:6]})


LIST = """SELECT d.id, u.name, s.name, s.words, d.number, d.period_first, d.period_last,
 d.at_least, d.counted, d.lacks_evidence, %(verdict)s
 FROM (SELECT * FROM reports_due WHERE year = %(year)s AND period_first <= %(on)s
 ORDER BY period_last DESC, id LIMIT 50) d
 JOIN reports_unit u ON u.id = d.unit_id JOIN reports_schedule s ON s.id = d.schedule_id
 ORDER BY d.period_last DESC, d.id"""


def dues_floor(request):
    days = days_of(request)
    sql = LIST.replace("%(verdict)s", VERDICT)
    count = """SELECT SUM(total) FROM reports_duecount c JOIN reports_unit b ON b.id = c.bureau_id
 WHERE year = %(year)s AND period_first <= %(on)s AND b.path >= ''"""
    ((total,),) = rows_of(count, year=days.year, on=days.on)
    rows = [
        (*row[:5], as_day(row[5]), as_day(row[6]), *row[7:])
        for row in rows_of(sql, year=days.year, on=days.on)
    ]
    form = DueFilter(request.GET, queryset=Due.objects.none()).form
    return render(request, "floor/dues.html", {"rows": rows, "total": total, "filter_form": form})


GRID = """SELECT d.id, u.id, u.name, d.period_first, d.period_last, d.number, d.met_on,
 %(verdict)s FROM reports_due d JOIN reports_unit u ON u.id = d.unit_id
 WHERE d.schedule_id = %(pk)s AND d.year = %(year)s ORDER BY u.path, d.period_first"""
NAME = "SELECT name FROM reports_schedule WHERE id = %(pk)s"
WORDS = {
    "met": ("met", "按期召开"),
    "met_late": ("late", "补开"),
    "missed": ("missed", "未召开"),
    "open": ("open", "本期待开"),
    "awaiting": ("awaiting", "待录入"),
    "upcoming": ("upcoming", "未到期"),
    "waived": ("waived", "经批准免开"),
    "not_applicable": ("na", "不适用"),
}


def grid_floor(request, pk):
    days = days_of(request)
    ((name,),) = rows_of(NAME, pk=pk)
    columns, units = {}, {}
    for row in rows_of(GRID.replace("%(verdict)s", VERDICT), pk=pk, year=days.year, on=days.on):
        due, unit, unit_name, first, last, number, met, verdict = row
        column = columns.get(first)
        if column is None:
            begins, ends = as_day(first), as_day(last)
            label = f"第{number}周（{begins.month}月{begins.day}日—{ends.month}月{ends.day}日）"
            column = columns[first] = [number, label, first, begins <= days.on <= ends, 0, 0]
        line = units.setdefault(unit, [unit, unit_name, [], 0, 0])
        mark, word = WORDS[verdict]
        title = f"{column[1]}：{word}"
        if verdict == "met":
            day = as_day(met)
            title = f"{title}，{day.month}月{day.day}日"
        line[2].append((due, mark, title))
        if verdict in ("met", "met_late", "missed"):
            done = verdict != "missed"
            column[4] += done
            column[5] += 1
            line[3] += done
            line[4] += 1
    table = {"name": name, "columns": list(columns.values()), "units": list(units.values())}
    table["done"] = sum(line[3] for line in table["units"])
    table["owed"] = sum(line[4] for line in table["units"])
    return render(request, "floor/grid.html", table | {"schedule": pk, "marks": WORDS.values()})


PLACES = """SELECT substr(u.path, 1, %(length)s), COUNT(*),
 SUM(CASE WHEN u.ledger_from IS NULL THEN 1 ELSE 0 END),
 SUM((SELECT COUNT(*) FROM reports_problem q WHERE q.bureau_id = u.id
  AND q.cancelled_at IS NULL AND q.state NOT IN ('closed', 'merged', 'dismissed'))),
 SUM((SELECT COUNT(*) FROM reports_problem q WHERE q.bureau_id = u.id
  AND q.cancelled_at IS NULL AND q.state = 'closed' AND q.closed_on >= %(begins)s)),
 SUM((SELECT COUNT(*) FROM reports_measure m WHERE m.bureau_id = u.id AND m.done_on IS NULL
  AND m.dropped_on IS NULL AND m.cancelled_at IS NULL AND NOT m.as_published
  AND m.due_on < %(on)s)),
 SUM((SELECT COUNT(*) FROM reports_annualreport r WHERE r.bureau_id = u.id
  AND r.year = %(year)s AND r.state = 'signed')),
 (SELECT p.name FROM reports_unit p WHERE p.path = substr(MIN(u.path), 1, %(length)s)),
 (SELECT p.id FROM reports_unit p WHERE p.path = substr(MIN(u.path), 1, %(length)s))
 FROM reports_unit u WHERE u.bureau_id = u.id AND u.path >= %(first)s AND u.path < %(last)s
 GROUP BY 1 ORDER BY 1"""
REST = "c.total - c.met - c.met_late - c.waived - c.not_applicable"
OWED = f"""SELECT substr(u.path, 1, %(length)s), s.of_first_person, SUM(c.met), SUM(c.met_late),
 SUM(CASE WHEN c.awaits_until < %(on)s THEN {REST} ELSE 0 END), SUM(c.lacking)
 FROM reports_duecount c JOIN reports_unit u ON u.id = c.bureau_id
 JOIN reports_schedule s ON s.id = c.schedule_id
 WHERE c.year = %(year)s AND u.path >= %(first)s AND u.path < %(last)s GROUP BY 1, 2"""  # nosec B608 # a constant of ours


def places_floor(request):
    """Provinces or cities with the sums of their bureaus, drawn by the product's own rows."""
    days = days_of(request)
    ((top, top_path),) = rows_of("SELECT id, path FROM reports_unit WHERE parent_id IS NULL")
    first = request.GET.get("at", "") or top_path
    last = f"{int(first) + 1:0{len(first)}d}"
    shared = {"first": first, "last": last, "length": len(first) + 11, "year": days.year}
    places = {}
    for row in rows_of(PLACES, on=days.on, begins=date(days.year, 1, 1), **shared):
        path, bureaus, unused, open_, closed, overdue, signed, name, pk = row
        places[path] = Place(path, pk, name, False, bureaus, unused, 0, signed)
        places[path].problems_open, places[path].problems_closed = open_, closed
        places[path].measures_overdue = overdue
    for path, head, met, late, missed, lacking in rows_of(OWED, on=days.on, **shared):
        tally = Tally(met=met, late=late, missed=missed)
        places[path].tally += tally
        places[path].lacking += lacking
        if head:
            places[path].first_person += tally
    kept = f"year={days.year}"
    whole = {"of": sum_of(places.values()), "query": f"under={top}&{kept}"}
    rows = [{"of": p, "query": f"under={p.pk}&{kept}"} for p in places.values()]
    context = {"places": rows, "place_totals": whole, "keep_query": kept, "all_query": kept}
    return render(request, "floor/places.html", context)


NEWEST = """SELECT m.id, m.held_on, u.name, b.name, k.name, m.title, p.name, m.recorded_at
 FROM (SELECT * FROM reports_meeting WHERE cancelled_at IS NULL AND held_on <= %(on)s
  AND held_on >= %(begins)s ORDER BY held_on DESC, id DESC LIMIT 51) m
 JOIN reports_unit u ON u.id = m.unit_id JOIN reports_unit b ON b.id = m.bureau_id
 JOIN reports_meetingkind k ON k.id = m.kind_id
 LEFT JOIN reports_person p ON p.id = m.presided_by_id ORDER BY m.held_on DESC, m.id DESC"""
TEN_THOUSAND = """SELECT COUNT(*) FROM (SELECT 1 FROM reports_meeting WHERE cancelled_at IS NULL
 AND held_on <= %(on)s AND held_on >= %(begins)s LIMIT 10001) AS first_ones"""


def meetings_floor(request):
    days = days_of(request)
    span = {"on": days.on, "begins": date(days.year, 1, 1)}
    found = rows_of(NEWEST, **span)[:50]
    rows = [(row[0], as_day(row[1]), *row[2:-1], as_moment(row[-1])) for row in found]
    ((total,),) = rows_of(TEN_THOUSAND, **span)
    form = MeetingFilter(request.GET, queryset=Meeting.objects.none()).form
    context = {"rows": rows, "total": total, "filter_form": form}
    return render(request, "floor/meetings.html", context)


FOUND = """SELECT q.id, q.year, q.number, q.title, u.name, b.name, s.name, q.found_on, q.due_on,
 q.state, q.closed_on FROM (SELECT * FROM reports_problem WHERE cancelled_at IS NULL
  AND found_on <= %(on)s AND (found_on >= %(begins)s OR state NOT IN
  ('closed', 'merged', 'dismissed') OR closed_on >= %(begins)s)
  ORDER BY found_on DESC, id DESC LIMIT 51) q
 JOIN reports_unit u ON u.id = q.unit_id JOIN reports_unit b ON b.id = q.bureau_id
 JOIN reports_problemsource s ON s.id = q.source_id ORDER BY q.found_on DESC, q.id DESC"""
STANDS = """SELECT SUM(CASE WHEN counts AND state = 'closed' THEN 1 ELSE 0 END),
 SUM(CASE WHEN counts AND state = 'nearly_done' THEN 1 ELSE 0 END),
 SUM(CASE WHEN counts AND state NOT IN ('closed', 'nearly_done', 'merged', 'dismissed')
  THEN 1 ELSE 0 END),
 SUM(CASE WHEN NOT counts AND state NOT IN ('merged', 'dismissed') THEN 1 ELSE 0 END),
 SUM(CASE WHEN state IN ('merged', 'dismissed') THEN 1 ELSE 0 END)
 FROM reports_problem q JOIN reports_unit b ON b.id = q.bureau_id
 WHERE q.cancelled_at IS NULL AND q.found_on <= %(on)s AND (q.found_on >= %(begins)s
  OR q.state NOT IN ('closed', 'merged', 'dismissed') OR q.closed_on >= %(begins)s)
  AND b.path >= ''"""


def problems_floor(request):
    days = days_of(request)
    span = {"on": days.on, "begins": date(days.year, 1, 1)}
    rows = [
        (*row[:7], as_day(row[7]), as_day(row[8]), row[9], row[10] and as_day(row[10]))
        for row in rows_of(FOUND, **span)
    ][:50]
    (totals,) = rows_of(STANDS, **span)
    whole = Problem.objects.none()
    form = ProblemFilter(request.GET, queryset=whole, on=days.on).form
    context = {"rows": rows, "totals": totals, "filter_form": form}
    return render(request, "floor/problems.html", context)
