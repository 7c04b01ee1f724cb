"""The floor: the same pages by hand. Two SQL statements and a plain template each.

They stand behind the same middleware, login and base template and show the same table; what the
product takes longer is what its models, scope, selectors and tables cost.
"""

from collections import defaultdict
from datetime import date, timedelta

from django.db import connection
from django.shortcuts import render

from reports.domain.periods import JANUARY, assessment_year
from reports.filters.dues import DueFilter
from reports.models import Due
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
 FROM reports_unit u WHERE u.bureau_id = u.id ORDER BY u.path LIMIT 50"""
PERIODS = """SELECT c.bureau_id, c.schedule_id, s.set_id, t.name, c.period_first, c.period_last,
 c.awaits_until, c.met, c.met_late, c.lacking,
 c.total - c.met - c.met_late - c.waived - c.not_applicable, c.not_applicable,
 s.of_first_person FROM reports_duecount c JOIN reports_schedule s ON s.id = c.schedule_id
 JOIN reports_scheduleset t ON t.id = s.set_id
 WHERE c.year = %(year)s AND c.bureau_id IN
 (SELECT id FROM reports_unit WHERE bureau_id = id ORDER BY path LIMIT 50)
 ORDER BY c.bureau_id, c.schedule_id, c.period_first"""


def dashboard_floor(request):
    days = days_of(request)
    on = days.on
    bureaus = rows_of(BUREAUS, on=on, year=days.year)
    strips = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    sums = defaultdict(lambda: [0, 0, 0, 0, 0, 0])
    names = {}
    for row in rows_of(PERIODS, year=days.year):
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
    count = "SELECT COUNT(*) FROM reports_due WHERE year = %(year)s AND period_first <= %(on)s"
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
