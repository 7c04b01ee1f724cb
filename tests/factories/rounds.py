from datetime import date

import factory

from reports.actions.rounds import RoundDraft, order_round
from reports.actions.tasks import TaskDraft, set_task
from reports.models import (
    LookBackItem,
    LookBackRound,
    Milestone,
    Problem,
    ProblemMove,
    SuperiorTask,
)

from .measures import MeasureFactory
from .people import PersonFactory
from .problems import ProblemFactory
from .units import NOON, BureauFactory, UnitFactory


class SuperiorTaskFactory(factory.django.DjangoModelFactory):
    """A task from above; made through the action."""

    class Meta:
        model = SuperiorTask

    unit = factory.SubFactory(UnitFactory)
    issuer = "市公安局"
    document = "示公通〔2026〕12号"
    item = factory.Sequence(lambda n: f"（{n + 1}）")
    title = factory.Sequence(lambda n: f"清理涉案财物{n + 1}")
    issued_on = date(2026, 3, 2)
    due_on = date(2026, 6, 30)

    @classmethod
    def _create(cls, model_class, *args, by=None, **kwargs):
        return set_task(TaskDraft(*args, **kwargs), by=by, at=NOON, today=NOON.date())


class MilestoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Milestone

    measure = factory.SubFactory(MeasureFactory)
    title = factory.Sequence(lambda n: f"完成第{n + 1}批")
    due_on = date(2026, 6, 15)
    recorded_at = NOON


class LookBackRoundFactory(factory.django.DjangoModelFactory):
    """An ordered round with one checker; made through the action."""

    class Meta:
        model = LookBackRound

    bureau = factory.SubFactory(BureauFactory)
    title = factory.Sequence(lambda n: f"整改回头看检查{n + 1}")
    document_number = "示公法〔2026〕5号"
    ordered_on = date(2026, 6, 1)
    due_on = date(2026, 6, 30)

    @classmethod
    def _create(cls, model_class, *args, by=None, checkers=None, **kwargs):
        people = checkers or (PersonFactory(unit=kwargs["bureau"]),)
        draft = RoundDraft(*args, checkers=tuple(people), **kwargs)
        return order_round(draft, by=by, at=NOON, today=NOON.date())


class LookBackItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LookBackItem

    round = factory.SubFactory(LookBackRoundFactory)
    problem = factory.SubFactory(ProblemFactory)


def closed_problem(*, submitted_by, closed_by, closed_on=date(2026, 5, 20), **kwargs):
    """A problem that was submitted and closed on a day; its moves are rows, too."""
    problem = ProblemFactory(**kwargs)
    ProblemMove.objects.create(
        problem=problem,
        move="close",
        from_state="submitted",
        to_state="closed",
        on=closed_on,
        recorded_at=NOON,
        recorded_by=closed_by,
    )
    Problem.objects.filter(pk=problem.pk).update(
        state="closed", closed_on=closed_on, closed_by=closed_by, submitted_by=submitted_by
    )
    problem.refresh_from_db()
    return problem
