"""A report taken along its way, through the actions as the pages do it."""

from datetime import date

from reports.actions.report_moves import move_report
from reports.actions.schedules import plan_dues
from reports.domain.report_moves import ReportStep

from .meetings import AgendaItemFactory
from .people import AppointmentFactory, PersonFactory
from .problems import ProblemFactory
from .records import HonourFactory
from .schedules import ScheduleVersionFactory
from .summaries import (
    AnnualReportFactory,
    FrozenFigureFactory,
    ParagraphFactory,
    SectionFactory,
    SentenceFactory,
)
from .units import NOON, BureauFactory, CityFactory

TODAY = NOON.date()


def bureau_with_records():
    """A bureau of a city that a report of 2026 can be compiled of: dues, a problem, an honour."""
    unit = BureauFactory(name="东城分局", parent=CityFactory())
    ScheduleVersionFactory(schedule__set__unit=unit, schedule__name="法制例会")
    plan_dues(today=TODAY, year=2026, bureau_ids=[unit.pk])
    ProblemFactory(unit=unit, title="案卷不全")
    HonourFactory(bureau=unit, title="优秀单位")
    return unit


def signed_report(bureau, **kwargs):
    """A signed report of two paragraphs, with a frozen figure and a telephone number."""
    report = AnnualReportFactory(
        bureau=bureau,
        year=2025,
        state="signed",
        signed_on=date(2026, 2, 20),
        signer=PersonFactory(unit=bureau),
        **kwargs,
    )
    section = SectionFactory(report=report, heading="主要举措")
    first = ParagraphFactory(section=section, position=1, heading="普法")
    SentenceFactory(paragraph=first, position=1, text="全年开展普法{{n}}次。")
    SentenceFactory(paragraph=first, position=2, text="联系电话13800000000。")
    second = ParagraphFactory(section=section, position=2, heading="保障")
    SentenceFactory(paragraph=second, position=1, text="警力配备到位。")
    FrozenFigureFactory(report=report, key="n", value=43)
    return report


def holder_of(bureau, code, **kwargs):
    """Somebody who holds a capacity of the bureau."""
    person = PersonFactory(unit=bureau, **kwargs)
    appointed = AppointmentFactory(
        person=person, post__code=code, post__is_capacity=True, post__single_holder=False
    )
    return appointed.person


def committee_item(bureau, held_on=TODAY, **kwargs):
    """An item of a meeting of the bureau's party committee."""
    return AgendaItemFactory(
        meeting__unit=bureau,
        meeting__kind__code="party_committee",
        meeting__held_on=held_on,
        title="审议年度报告",
        **kwargs,
    )


def take_step(report, step, *, on=TODAY, today=TODAY, by=None, **kwargs):
    """One step, with what it asks for where the test does not say."""
    step = ReportStep(step)
    if step == ReportStep.COUNTERSIGN:
        kwargs.setdefault("units", ["政治处"])
    if step == ReportStep.RETURN:
        kwargs.setdefault("reason", "数据需核实")
    if step == ReportStep.REVIEW and "person" not in kwargs:
        kwargs["person"] = holder_of(report.bureau, "in_charge")
    if step == ReportStep.DELIBERATE and "item" not in kwargs:
        kwargs["item"] = committee_item(report.bureau, on)
    if step == ReportStep.SIGN and "person" not in kwargs:
        kwargs["person"] = holder_of(report.bureau, "first_person")
    return move_report(report_id=report.pk, step=step, on=on, by=by, at=NOON, today=today, **kwargs)


WAY = ("countersign", "send", "review", "deliberate", "sign")


def walk_report(report, *steps, on=TODAY, today=TODAY, by=None):
    """The named steps one after the other, all on one day."""
    for step in steps:
        report = take_step(report, step, on=on, today=today, by=by)
    return report


def sign_off(report, *, signer=None, on=TODAY, today=TODAY, by=None):
    """A draft taken the whole way and signed; ``signer`` becomes its first responsible person."""
    walk_report(report, *WAY[:-1], on=on, today=today)
    if signer is None:
        return take_step(report, "sign", on=on, today=today, by=by)
    AppointmentFactory(person=signer, unit=report.bureau, post__code="first_person")
    return take_step(report, "sign", on=on, today=today, by=by, person=signer)
