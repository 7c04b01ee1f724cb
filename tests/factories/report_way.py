"""A report taken along its way, through the actions as the pages do it."""

from reports.actions.report_moves import move_report
from reports.domain.report_moves import ReportStep

from .meetings import AgendaItemFactory
from .people import AppointmentFactory, PersonFactory
from .units import NOON

TODAY = NOON.date()


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
