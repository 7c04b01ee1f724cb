from datetime import date

import factory

from reports.actions.problems import Cause, ProblemDraft, register_problem
from reports.domain.problems import ProblemClass
from reports.models import (
    CauseKind,
    LookBack,
    Problem,
    ProblemCause,
    ProblemMove,
    ProblemReview,
    ProblemRule,
    ProblemSource,
    ProblemTheme,
)

from .units import NOON, UnitFactory


class ProblemSourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProblemSource
        django_get_or_create = ("code",)

    code = "self_check"
    name = factory.LazyAttribute(lambda o: {"self_check": "自查"}.get(o.code, o.code))


class ProblemThemeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProblemTheme
        django_get_or_create = ("code",)

    code = "cases"
    name = factory.LazyAttribute(lambda o: {"cases": "案件", "files": "卷宗"}.get(o.code, o.code))


class CauseKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CauseKind
        django_get_or_create = ("code",)

    code = "rules"
    name = factory.LazyAttribute(lambda o: {"rules": "制度机制"}.get(o.code, o.code))


class ProblemRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProblemRule
        django_get_or_create = ("kind",)

    kind = "dated"


class ProblemFactory(factory.django.DjangoModelFactory):
    """A registered problem; made through the action."""

    class Meta:
        model = Problem

    unit = factory.SubFactory(UnitFactory)
    title = factory.Sequence(lambda n: f"台账登记不及时{n + 1}")
    source = factory.SubFactory(ProblemSourceFactory)
    found_on = date(2026, 5, 6)
    causes = (Cause("责任不明"),)
    due_on = date(2026, 6, 30)

    @classmethod
    def _create(cls, model_class, *args, by=None, **kwargs):
        return register_problem(ProblemDraft(*args, **kwargs), by=by, at=NOON, today=NOON.date())


class ProblemCauseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProblemCause

    problem = factory.SubFactory(ProblemFactory)
    text = "制度不全"
    position = 2


class ProblemReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProblemReview

    problem = factory.SubFactory(ProblemFactory, kind=ProblemClass.STANDING)
    on = date(2026, 6, 1)
    text = "坚持较好"
    recorded_at = NOON


class ProblemMoveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProblemMove

    problem = factory.SubFactory(ProblemFactory)
    move = "assign"
    from_state = "registered"
    to_state = "assigned"
    on = date(2026, 5, 7)
    recorded_at = NOON


class LookBackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LookBack

    problem = factory.SubFactory(ProblemFactory)
    on = date(2026, 6, 9)
    recorded_at = NOON
