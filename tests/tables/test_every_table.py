"""Every column of every list sorts both ways, and every list exports what it shows."""

import csv
import io
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.urls import reverse

import reports.tables
from reports.actions.meetings import refresh_meeting_evidence
from reports.domain.access import Role
from reports.tables.base import HouseTable
from tests.factories import (
    AccountGivenFactory,
    AgendaPaperFactory,
    AnnualReportFactory,
    AppointmentFactory,
    AssessmentFactory,
    AuditEntryFactory,
    BureauFactory,
    CallItemFactory,
    CertificateFactory,
    CityFactory,
    DeedFactory,
    DischargeFactory,
    DueFactory,
    DutyListFactory,
    ExaminationFactory,
    HonourFactory,
    ImportedTextFactory,
    IndicatorFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MembershipFactory,
    NoticeFactory,
    PersonFactory,
    ProblemFactory,
    ReportTemplateFactory,
    ScheduleVersionFactory,
    SheetImportFactory,
    StaffingRuleFactory,
    SuperiorTaskFactory,
    UnitFactory,
    WaiverOrderFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db

# Each list with the year its rows are of.
LISTS = {
    "audit-log-list": "",
    "bureau-list": "",
    "due-list": "?year=2026",
    "meeting-list": "?year=2026",
    "problem-list": "?all_years=1",
    "measure-list": "?all_years=1",
    "task-list": "?all_years=1",
    "record-list": "?year=2026",
    "indicator-list": "",
    "honour-list": "?all_years=1",
    "import-texts": "",
    "import-sheets": "",
    "round-list": "?all_years=1",
    "person-list": "",
    "duty-list": "?year=2026",
    "deed-list": "?year=2026",
    "account-list": "?of=2025",
    "gap-list": "?year=2026",
    "remark-list": "",
    "certificate-list": "",
    "examination-list": "?all_years=1",
    "schedule-list": "",
    "report-list": "",
    "report-call-list": "",
    "report-template-list": "",
    "assessment-list": "?year=2026",
    "evidence-lacking": "?year=2026",
    "agenda-list": "?year=2026",
    "waiver-order-list": "",
    "notice-list": "?year=2026",
}
MODULES = [import_module(f"reports.tables.{m.name}") for m in iter_modules(reports.tables.__path__)]
TABLES = {
    name.removesuffix("Table").lower(): table
    for module in MODULES
    for name, table in vars(module).items()
    if isinstance(table, type) and issubclass(table, HouseTable) and table is not HouseTable
}


def table_of(name):
    """The last word of an address that is not "list": evidence-lacking is of LackingTable."""
    return name.removesuffix("-list").rpartition("-")[2]


COLUMNS = [
    (name, column)
    for name in LISTS
    for column, bound in TABLES[table_of(name)].base_columns.items()
    if bound.orderable is not False
]


@pytest.fixture
def supervisor(client):
    city = CityFactory()
    for _n in range(2):
        AuditEntryFactory()
        bureau = BureauFactory(parent=city)
        station = UnitFactory(parent=bureau, ledger_from=None)
        rule = ScheduleVersionFactory(schedule__set__unit=bureau, expected_evidence=["minutes"])
        due = DueFactory(unit=station, schedule=rule.schedule, version=rule)
        refresh_meeting_evidence(DischargeFactory(due=due).meeting_id)
        problem = ProblemFactory(unit=station)
        MeasureFactory(unit=station, problems=(problem,))
        WorkRecordFactory(unit=station)
        IndicatorFactory(unit=bureau)
        AssessmentFactory(unit=bureau)
        HonourFactory(bureau=bureau)
        ImportedTextFactory(bureau=bureau)
        SheetImportFactory(bureau=bureau)
        DutyListFactory(unit=bureau)
        DeedFactory(unit=station)
        AccountGivenFactory(unit=station)
        SuperiorTaskFactory(unit=station)
        LookBackRoundFactory(bureau=bureau)
        held = AppointmentFactory(person=PersonFactory(unit=station), unit=station)
        # Without it the holder is remarked on; the rule asks for one more than there is.
        held.post.qualifications.add(CertificateFactory(person__unit=station).kind)
        StaffingRuleFactory(unit=bureau, at_least=2).posts.add(held.post)
        ExaminationFactory(unit=station)
        AnnualReportFactory(bureau=bureau)
        CallItemFactory(call__unit=bureau)
        ReportTemplateFactory(code=f"own-{bureau.pk}", unit=bureau)
        AgendaPaperFactory(unit=station)
        WaiverOrderFactory(unit=bureau)
        NoticeFactory(unit=station)
    user = member(Role.SUPERVISOR, city)
    # For the log alone; nobody is given both outside a test.
    MembershipFactory(user=user, unit=city, role=Role.AUDIT_ADMIN.value)
    client.force_login(user)
    return client


def test_every_table_has_a_list_here():
    assert set(TABLES) == {table_of(name) for name in LISTS}


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_every_column_sorts_both_ways(supervisor, name, column):
    address = reverse(f"reports:{name}") + LISTS[name]
    joint = "&" if "?" in address else "?"
    plain = {row.record.pk for row in supervisor.get(address).context["table"].rows}

    orders = []
    for sort in (column, f"-{column}"):
        answer = supervisor.get(f"{address}{joint}sort={sort}")
        table = answer.context["table"]
        assert table.order_by == (sort,)
        orders.append([row.record.pk for row in table.rows])

    assert plain
    assert [set(order) for order in orders] == [plain, plain]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_exports_its_rows(supervisor, name):
    address = reverse(f"reports:{name}") + LISTS[name]
    joint = "&" if "?" in address else "?"
    shown = len(supervisor.get(address).context["table"].rows)

    answer = supervisor.get(f"{address}{joint}_export=csv&reason=核对")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert len(rows) == shown + 1
    assert all(len(row) == len(rows[0]) for row in rows)
